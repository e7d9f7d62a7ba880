"""`ab --base REF`: this revision against another one.

Pairs of processes take turns, the old and the new one, and each pair gives a
ratio of least CPU times; their median counts. The first run compares the old
build with itself: what differs there by more than the threshold, twice, cannot
be told on this machine.
"""

from gatelib import builds, machine, ratios, report, suites

PAIRS = 5
THRESHOLD = 0.03
# Sizes that fit the cache; beyond, the memory of everybody is measured.
GATED = r"/\d{1,6}/(vmnet|portable)$"
CANNOT_TELL = "cannot tell"


def pairs_of(old, new, chosen):
    """Pairs of samples of two programs. Each goes first every other time."""
    made = []
    for turn in range(PAIRS):
        if turn % 2 == 0:
            first = suites.measure(old, chosen)
            made.append((first, suites.measure(new, chosen)))
        else:
            second = suites.measure(new, chosen)
            made.append((suites.measure(old, chosen), second))
    return made


def judge(measure, chosen):
    """A name to its Ratio and its verdict. `measure(names)` gives pairs; what it
    finds to differ is measured once more, and counts where it differs again."""
    found = ratios.paired(measure(chosen))
    verdicts = {name: ratios.verdict(ratio, THRESHOLD) for name, ratio in found.items()}
    doubtful = [name for name, said in verdicts.items() if said != ratios.SAME]
    if doubtful:
        for name, ratio in ratios.paired(measure(doubtful)).items():
            verdicts[name] = ratios.confirmed(verdicts[name], ratios.verdict(ratio, THRESHOLD))
            found[name] = ratio
    return {name: (found[name], verdicts[name]) for name in found}


def compare(old, new, chosen):
    """The rows of a comparison of two programs: first of the old one with itself."""
    itself = judge(lambda names: pairs_of(old, old, names), chosen)
    unsure = {name for name, (_, said) in itself.items() if said != ratios.SAME}
    rows = [{"name": name, "ratio": itself[name][0], "verdict": CANNOT_TELL}
            for name in sorted(unsure)]
    sure = [name for name in chosen if name not in unsure]
    if sure:
        rows += [{"name": name, "ratio": ratio, "threshold": 1 - THRESHOLD, "verdict": said}
                 for name, (ratio, said) in judge(lambda names: pairs_of(old, new, names),
                                                  sure).items()]
    return rows


def conclude(rows):
    """The exit status that the rows of a comparison mean."""
    said = {row["verdict"] for row in rows}
    if ratios.SLOWER in said:
        return report.SLOWER
    return report.CANNOT_MEASURE if CANNOT_TELL in said else report.FINE


def show(rows):
    report.table(("benchmark", "speed", "spread", ""),
                 [(row["name"], f"{row['ratio'].median:.3f}", report.spread(row["ratio"]),
                   row["verdict"]) for row in rows])


def run(root, options):
    this = machine.this()
    print(f"gate: {this}")
    builds.compile_target(options.build)
    base = builds.beside(root, options.build, options.base)
    old, new = suites.find(base), suites.find(options.build)
    rows = []
    for name in sorted(set(old) & set(new)):
        both = [one for one in suites.names(old[name], options.filter)[0]
                if one in set(suites.names(new[name], options.filter)[0])]
        if both:
            rows += compare(old[name], new[name], both)
    if not rows:
        raise report.CannotMeasure(f"no benchmark of {options.base} matches and is still there")
    show(rows)
    report.write(options, f"Speed against {options.base} (to the left: slower)", rows,
                 base=builds.revision(root, options.base), model=this.model)
    return conclude(rows)
