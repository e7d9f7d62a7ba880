"""The suites of a build: finding them, running them, and the table of `run`."""

import json
import re
import subprocess

from gatelib import ratios, report


def find(build):
    """The suites of the build in `build`, by their names."""
    found = {path.name.removeprefix("vmnet-bench-"): path
             for path in sorted((build / "bench").glob("vmnet-bench-*"))
             if path.is_file() and path.suffix == ""}
    if not found:
        raise report.CannotMeasure(f"no suites in {build} (./dev build bench)")
    return found


def call(suite, *arguments):
    done = subprocess.run([suite, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        raise report.CannotMeasure(f"{suite.name} ended with {done.returncode}: {done.stderr}")
    return done


def names(suite, pattern):
    """The benchmarks of a suite whose names match, and what it says is absent."""
    done = call(suite, "--benchmark_list_tests=true")
    absent = [line for line in done.stderr.splitlines() if line.startswith("absent: ")]
    return [name for name in done.stdout.split() if re.search(pattern, name)], absent


def measure(suite, chosen, repetitions=8, seconds=0.01):
    """One process: the sample of the benchmarks `chosen`, in an order that chance
    gives, so that a slow moment does not hit one of them alone."""
    # POSIX, where an escape of what is nothing special is an error.
    plain = (re.sub(r"([][.*+?(){}^$|\\])", r"\\\1", name) for name in chosen)
    pattern = f"^({'|'.join(plain)})$"
    done = call(suite, f"--benchmark_filter={pattern}", "--benchmark_format=json",
                f"--benchmark_repetitions={repetitions}", f"--benchmark_min_time={seconds}",
                "--benchmark_enable_random_interleaving=true")
    try:
        return ratios.sample(json.loads(done.stdout))
    except ValueError as error:
        raise report.CannotMeasure(f"{suite.name}: {error}") from error


def show(_root, options):
    """`gate.py run`: every suite in one process, and vmnet beside each peer."""
    rows, kept = [], []
    for suite in find(options.build).values():
        chosen, absent = names(suite, options.filter)
        for line in absent:
            print(f"{suite.name}: {line}")
        if not chosen:
            continue
        sample = measure(suite, chosen, repetitions=3, seconds=0.05)
        for name in chosen:
            prefix, _, who = name.rpartition("/")
            ratio = ratios.beside([sample], f"{prefix}/vmnet", [name])
            beside = "" if who == "vmnet" or ratio is None else f"{ratio.median:.2f}"
            rows.append((name, f"{sample[name]:.2f}", beside))
            if beside:
                kept.append({"name": name, "ratio": ratio})
    if not rows:
        raise report.CannotMeasure(f"no benchmark matches {options.filter!r}")
    report.table(("benchmark", "ns an item", "vmnet beside it"), rows)
    report.write(options, "vmnet beside its peers (to the right: vmnet is faster)", kept)
    return report.FINE
