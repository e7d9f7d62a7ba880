"""`contract`: the ratios of thresholds.json that hold on this machine's core.

vmnet and its peers run in one process, so that no baseline is needed and none
can be out of date. A ratio is the median of a few processes; one that is below
its threshold is measured again, and fails where it is below again.
"""

from gatelib import machine, ratios, report, suites, thresholds

PROCESSES = 3
AGAIN = 5


def samples(found, rows, processes):
    """What `processes` processes of each suite measured of the rows' benchmarks."""
    wanted = {name for row in rows for name in (row.name, *row.peers)}
    there = {suite: [name for name in all_names if name in wanted]
             for suite, all_names in found.items()}
    made = []
    for _ in range(processes):
        one = {}
        for suite, chosen in there.items():
            if chosen:
                one.update(suites.measure(suite, chosen))
        made.append(one)
    return made


def judge(rows, taken, this, margin=0):
    """The rows with their ratios and verdicts; `absent` where a peer is needed
    that is not there. `margin` per cent of a threshold are forgiven."""
    judged = []
    for row in rows:
        ratio = ratios.beside(taken, row.name, row.peers)
        threshold = row.threshold(this) * (1 - margin / 100)
        said = "absent" if ratio is None else "below" if ratio.median < threshold else "holds"
        judged.append({"name": row.name, "row": row, "ratio": ratio, "threshold": threshold,
                       "goal": row.goal, "verdict": said})
    return judged


def run(root, options):
    this = machine.this()
    print(f"gate: {this}")
    found, absent = {}, []
    for suite in suites.find(options.build).values():
        found[suite], missing = suites.names(suite, "")
        absent += missing
    for line in dict.fromkeys(absent):
        print(f"gate: {line}")
    rows = [row for row in thresholds.read(root / "bench" / "thresholds.json")
            if row.threshold(this) is not None]
    there = {name for names in found.values() for name in names}
    gone = [row.name for row in rows if row.name not in there]
    if gone:
        raise report.CannotMeasure(f"no suite has {', '.join(gone)} of thresholds.json")

    judged = judge(rows, samples(found, rows, PROCESSES), this, options.margin)
    below = [one["row"] for one in judged if one["verdict"] == "below"]
    if below:
        print(f"gate: {len(below)} below the threshold, measured again")
        again = judge(below, samples(found, below, AGAIN), this, options.margin)
        again = {one["name"]: one for one in again}
        judged = [again.get(one["name"], one) for one in judged]

    report.table(
        ("benchmark", "ratio", "spread", "least", "goal", ""),
        [(one["name"], *((f"{one['ratio'].median:.2f}", report.spread(one["ratio"]))
                         if one["ratio"] else ("", "")),
          f"{one['threshold']:g}", f"{one['goal']:g}", one["verdict"]) for one in judged])
    measured = [one for one in judged if one["ratio"]]
    if not measured:
        raise report.CannotMeasure("no peer of any row is there")
    report.write(options, f"vmnet beside its peers, {this.model}", measured, core=this.core,
                 isa=this.isa, model=this.model)
    slower = [one["name"] for one in measured if one["verdict"] == "below"]
    for name in slower:
        print(f"gate: {name} is below its threshold, twice")
    return report.SLOWER if slower else report.FINE
