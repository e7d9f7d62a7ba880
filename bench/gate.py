#!/usr/bin/env python3
"""The regression gate: has anything become slower?

    gate.py run [FILTER]           every suite once, and the table of ratios
    gate.py contract               ratios that hold on this machine's core
    gate.py ab --base REF          this revision against another one
    gate.py ledger                 instruction counts of the portable path
    gate.py selftest               does `ab` find a slow-down that is planted?

Only ratios of CPU times are judged, of processes that take turns: a machine
that others use has no times worth keeping. Exit status 0: fine, 1: slower, 2:
cannot be measured here. docs/guides/benchmarks.md explains the method.
"""

import argparse
import pathlib
import sys

from gatelib import ab, contract, ledger, report, selftest, suites

ROOT = pathlib.Path(__file__).resolve().parent.parent


def parse(arguments):
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "bench",
                        metavar="DIR", help="the build of this revision (default: build/bench)")
    common.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the result there")
    common.add_argument("--svg", type=pathlib.Path, metavar="FILE", help="draw the ratios there")

    parser = argparse.ArgumentParser(prog="gate.py", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    one = commands.add_parser("run", parents=[common], help="every suite once, as a table")
    one.add_argument("filter", nargs="?", default="", help="a regular expression for names")
    one = commands.add_parser("contract", parents=[common], help="the ratios of thresholds.json")
    one.add_argument("--margin", type=float, default=0, metavar="PERCENT",
                     help="fail only that much below a threshold: on a machine that others use")
    one = commands.add_parser("ab", parents=[common], help="compare with another revision")
    one.add_argument("--base", required=True, metavar="REF", help="the other revision, of git")
    one.add_argument("--filter", default=ab.GATED, help="which benchmarks (default: %(default)s)")
    one = commands.add_parser("ledger", parents=[common], help="instruction counts, by valgrind")
    one.add_argument("--update", metavar="REASON", help="take the counts over, for this reason")
    commands.add_parser("selftest", parents=[common], help="find what is planted")
    return parser.parse_args(arguments)


def main(arguments):
    options = parse(arguments)
    run = {"run": suites.show, "contract": contract.run, "ab": ab.run, "ledger": ledger.run,
           "selftest": selftest.run}[options.command]
    try:
        return run(ROOT, options)
    except report.CannotMeasure as error:
        print(f"gate: cannot measure: {error}", file=sys.stderr)
        return report.CANNOT_MEASURE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
