"""From CPU times to ratios and verdicts. No clock and no process in here.

A sample is what one process measured: a name to the least CPU time of its
repetitions. The least is what the code needs; all else is other people's work.
"""

import statistics

SLOWER = "slower"
FASTER = "faster"
SAME = "same"

UNITS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


def sample(output):
    """The sample in the JSON output of Google Benchmark: nanoseconds an item."""
    least = {}
    for one in output["benchmarks"]:
        if one.get("run_type", "iteration") != "iteration":
            continue  # mean, median and the like
        if one.get("error_occurred"):
            raise ValueError(f"{one['name']}: {one.get('error_message', 'failed')}")
        time = one["cpu_time"] * UNITS[one["time_unit"]]
        # The same number of items in every process, so a ratio needs none of it;
        # a reader does.
        if one.get("items_per_second"):
            time = 1e9 / one["items_per_second"]
        name = one.get("run_name", one["name"])
        least[name] = min(time, least.get(name, time))
    return least


class Ratio:
    """The ratios that pairs of processes gave: their median and their spread."""

    def __init__(self, values):
        self.values = sorted(values)
        self.median = statistics.median(self.values)
        self.low = self.values[0]
        self.high = self.values[-1]

    def __repr__(self):
        return f"Ratio({self.median:.3f}, {self.low:.3f} to {self.high:.3f})"


def beside(samples, name, peers):
    """How many times as fast `name` is as the fastest of `peers` that are there:
    a ratio of every sample. Nothing where none is there."""
    values = []
    for one in samples:
        theirs = [one[peer] for peer in peers if peer in one]
        if name not in one or not theirs:
            return None
        values.append(min(theirs) / one[name])
    return Ratio(values)


def paired(pairs):
    """A name to the speed of the new against the old (below 1: slower), of pairs
    of samples (old, new). Names that one of the two lacks are left out."""
    names = set.intersection(*(set(old) & set(new) for old, new in pairs))
    return {name: Ratio([old[name] / new[name] for old, new in pairs]) for name in sorted(names)}


def verdict(ratio, threshold):
    """What a median says of a speed: slower, faster or the same within `threshold`."""
    if ratio.median < 1 - threshold:
        return SLOWER
    if ratio.median > 1 + threshold:
        return FASTER
    return SAME


def confirmed(first, again):
    """The verdict of two runs: only what both say counts."""
    return first if first == again else SAME
