"""`selftest`: the gate's own suite against itself with 5 % and with 10 % more work
planted, and with none. The first two have to be found, the last one passed."""

from gatelib import ab, builds, ratios, report, suites

# What the planted work is in, and the verdict that each amount of it has to get.
NAMES = "/vmnet$"
EXPECTED = {0: ratios.SAME, 5: ratios.SLOWER, 10: ratios.SLOWER}


def run(_root, options):
    rows, wrong, unsure = [], [], False
    builds.compile_target(options.build, "vmnet-planted")
    old = suites.find(options.build)["gate"]
    for percent, expected in EXPECTED.items():
        new = options.build / "bench" / f"vmnet-planted-{percent}"
        for row in ab.compare(old, new, suites.names(old, NAMES)[0]):
            row["name"] += f" + {percent} %"
            rows.append(row)
            unsure |= row["verdict"] == ab.CANNOT_TELL
            if row["verdict"] not in (expected, ab.CANNOT_TELL):
                wrong.append(row["name"])
    ab.show(rows)
    report.write(options, "Planted slow-downs", rows)
    for name in wrong:
        print(f"gate: {name} got the wrong verdict")
    if wrong:
        return report.SLOWER
    return report.CANNOT_MEASURE if unsure or not rows else report.FINE
