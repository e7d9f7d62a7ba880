"""`ledger`: instructions of the portable path, counted by valgrind.

Counts do not depend on the machine's load, so a small change shows; but they
are not time, and valgrind has no AVX-512: they are kept for the portable path
only, a file for each compiler and architecture in bench/ledger/. A count that
moves by more than 1 % either way has to be taken over with a reason.
"""

import datetime
import json
import platform
import re
import subprocess

from gatelib import builds, report

TOLERANCE = 0.01
ITEMS = 1000


def compiler_key(version):
    """`clang-22` from the first line of `clang++ --version`, `gcc-16` of g++."""
    number = re.search(r"(\d+)\.\d+\.\d+", version)
    name = "clang" if "clang" in version else "gcc"
    return f"{name}-{number.group(1)}" if number else name


def instructions(program, case, items):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, case,
               str(items)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False)
    except FileNotFoundError as error:
        raise report.CannotMeasure("valgrind is not installed") from error
    counted = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not counted:
        raise report.CannotMeasure(f"valgrind: {done.stderr}")
    return int(counted.group(1))


def count(program):
    """A case to its instructions an item: what twice the items cost more."""
    cases = subprocess.run([program], capture_output=True, text=True, check=True).stdout.split()
    return {case: round((instructions(program, case, 2 * ITEMS) -
                         instructions(program, case, ITEMS)) / ITEMS, 1) for case in cases}


def changed(old, new):
    """The names whose counts are not within the tolerance, also those of one only."""
    return [name for name in sorted(set(old) | set(new))
            if name not in old or name not in new
            or abs(new[name] - old[name]) > TOLERANCE * old[name]]


def run(root, options):
    builds.compile_target(options.build, "vmnet-ledger")
    cache = builds.cached((options.build / "CMakeCache.txt").read_text(encoding="utf-8"))
    version = builds.call("no compiler", cache["CMAKE_CXX_COMPILER"], "--version").splitlines()[0]
    path = root / "bench" / "ledger" / f"{compiler_key(version)}-{platform.machine()}.json"
    kept = {"counts": {}, "changes": []}
    if path.exists():
        kept = json.loads(path.read_text(encoding="utf-8"))

    counts = count(options.build / "bench" / "vmnet-ledger")
    names = changed(kept["counts"], counts)
    report.table(("instructions an item", "ledger", "now", ""),
                 [(name, kept["counts"].get(name, ""), counts.get(name, ""),
                   "changed" if name in names else "") for name in sorted({*kept["counts"],
                                                                           *counts})])
    if options.json:
        options.json.write_text(json.dumps(counts, indent=1) + "\n", encoding="utf-8")
    if options.update:
        change = {"date": datetime.date.today().isoformat(), "reason": options.update}
        kept = {"compiler": version, "counts": counts, "changes": [*kept["changes"], change]}
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
        return report.FINE
    if not path.exists():
        raise report.CannotMeasure(f"no {path.name} yet (--update REASON makes it)")
    if names:
        print(f"gate: {path.name} has other counts; where they are meant, --update REASON")
    return report.SLOWER if names else report.FINE
