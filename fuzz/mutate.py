#!/usr/bin/env python3
"""Plants bugs in the modules and counts those that the fuzzers find.

    fuzz/mutate.py [--in PATH...] [--budget SECONDS] [--shard I/N] [--jobs N]
    fuzz/mutate.py --patch FILE...      bugs of your own, as patches of the tree

With each mutant the corpus is replayed through the harnesses that import its
module; those that live are fuzzed by each harness for the budget, in seconds of
the processor, so that a busy machine hides nothing. Unit tests do not count.

One build holds all mutants that can be put behind a switch, and one process
replays them, in a child each; the others, and those that live behind their
switch (it has no effect in a constant expression), are built alone. A mutant
that lives is a gap in seeds or harnesses, unless fuzz/mutants/equivalent.tsv
lists it with the reason why it changes nothing; those that are listed and have
no switch are planted all at once. A control without a bug goes through the same,
so that a kill is the mutant's.

Exit status: 0 all found, 1 some live, 2 bad use, or the control fails.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import mutants
from mutant_build import Builder, DoesNotCompile, Tree, switch_all

ROOT = pathlib.Path(__file__).resolve().parent.parent
FUZZ = ROOT / "fuzz"
EQUIVALENT = FUZZ / "mutants" / "equivalent.tsv"
PARSING_AND_ALLOCATION = [
    "modules/text", "modules/hash/vmnet.hash.cppm", "modules/hash/batch.cpp",
    "modules/interface_name", "modules/ipv4_detail/vmnet.ipv4_detail.cppm", "modules/ipv4_address",
    "modules/ipv4_network",
    "modules/ipv4_range/vmnet.ipv4_range.cppm", "modules/mac", "modules/alloc/vmnet.alloc.cppm",
    "modules/alloc/subnet_error.cpp"]
ENVIRONMENT = {**os.environ,
               "ASAN_OPTIONS": "quarantine_size_mb=8:max_allocation_size_mb=512:detect_leaks=0"}


def folders_of(harness):
    return [d for d in (FUZZ / "corpus" / harness, FUZZ / "regressions" / harness) if d.is_dir()]


def finds(binary, harness, budget, folder):
    """True where the harness ends badly: replaying its seeds, or fuzzing for `budget`."""
    command = [str(binary), "-timeout=10", "-rss_limit_mb=1024", "-detect_leaks=0", "-seed=1",
               f"-artifact_prefix={folder}/"]
    if budget:
        found = folder / f"corpus_{harness}"
        found.mkdir(exist_ok=True)
        # The limit of time is for a target that sleeps; the budget is the processor's.
        command = ["prlimit", f"--cpu={budget}:{budget + 5}", *command, f"-max_total_time={budget * 30}",
                   "-use_value_profile=1", "-max_len=512", str(found)]
        dictionary = FUZZ / "dict" / f"{harness}.dict"
        if dictionary.exists():
            command.append(f"-dict={dictionary}")
    else:
        command.append("-runs=0")
    done = subprocess.run([*command, *map(str, folders_of(harness))], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, cwd=folder, timeout=budget * 40 + 120,
                          env=ENVIRONMENT)
    return done.returncode not in (0, -signal.SIGXCPU)


def judge(builder, modules, budget):
    """'replay HARNESS', or with a budget 'fuzzing HARNESS'; 'alive' or 'does not compile'."""
    way = "fuzzing" if budget else "replay"
    try:
        for harness in builder.tree.harnesses_of(modules):
            if finds(builder.harness(harness), harness, budget, builder.folder):
                return f"{way} {harness}"
    except DoesNotCompile:
        return "does not compile"
    except subprocess.TimeoutExpired:
        return f"{way} hangs"
    return "alive"


def replay_all(builder, harness, numbers, jobs):
    """Those of `numbers` that live when the harness replays its seeds, and negative those that
    would not compile."""
    binary = builder.replayer(harness)
    files = [str(f) for d in folders_of(harness) for f in sorted(d.iterdir())]
    parts = [part for part in (numbers[i::4 * jobs] for i in range(4 * jobs)) if part]

    def replay(part):
        done = subprocess.run([str(binary), *map(str, part), "--", *files], check=True,
                              capture_output=True, text=True, env=ENVIRONMENT)
        return [int(line) for line in done.stdout.split()]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return {number for part in pool.map(replay, parts) for number in part}


def all_mutants(tree, paths):
    texts = {path: (ROOT / path).read_text() for path in paths}
    enums = {}
    for path in tree.interfaces.values():
        enums.update(mutants.enumerators((ROOT / path).read_text()))
    return [m for path in paths for m in mutants.mutants_of(path, texts[path], enums)]


def key_of(mutant):
    """What equivalent.tsv calls it: of lines that read alike, the second has `#2` behind the path."""
    above = (ROOT / mutant.path).read_text().split("\n")[:mutant.line]
    nth = sum(line.strip() == mutant.before.strip() for line in above)
    path = mutant.path if nth == 1 else f"{mutant.path}#{nth}"
    return path, mutant.before.strip(), mutant.after.strip()


def read_equivalent():
    """(path, before, after) to the reason."""
    known = {}
    for line in EQUIVALENT.read_text().splitlines():
        if line and not line.startswith("#"):
            path, before, after, reason = line.split("\t")
            known[(path, before, after)] = reason
    return known


def patched(file):
    """The files that a patch changes, with their new text."""
    names = re.findall(r"^\+\+\+ (?:b/)?(\S+)", pathlib.Path(file).read_text(), re.M)
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            (pathlib.Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, pathlib.Path(folder) / name)
        subprocess.run(["patch", "-s", "-p1", "-d", folder, "-i", str(pathlib.Path(file).resolve())],
                       check=True)
        return {name: (pathlib.Path(folder) / name).read_text() for name in names}


class Run:
    def __init__(self, options, tree, work):
        self.options, self.tree, self.work = options, tree, work
        self.lock, self.counts, self.done, self.is_good = threading.Lock(), {}, 0, True
        self.start = time.monotonic()
        self.held, self.found = set(), {}
        self.control = Builder(tree, options.cxx, work / "control")

    def try_control(self, modules, pool):
        """Builds the control, and sends it through what the mutants go through: by harness,
        whether that ends badly, in time."""
        def ends_badly(harness):
            return any(finds(self.control.harness(harness), harness, seconds, self.control.folder)
                       for seconds in sorted({0, self.options.budget}))
        self.control.folder.mkdir()
        tried = {}
        for harness in self.tree.harnesses_of(modules):
            self.control.harness(harness)
            tried[harness] = pool.submit(ends_badly, harness)
        return tried

    def prepare_switches(self, numbered):
        """Replays all that can be behind switches; `found` has the verdicts on those that end here."""
        switched, self.held = switch_all(self.tree, self.control, self.work / "switched", numbered)
        built = time.monotonic()
        left = {}  # harness to the numbers that it has to try
        for number, mutant in numbered:
            if number in self.held:
                for harness in self.tree.harnesses_of({self.tree.module_of(mutant.path)}):
                    left.setdefault(harness, []).append(number)
        for harness, numbers in left.items():
            numbers = [n for n in numbers if n not in self.found]
            alive = replay_all(switched, harness, [0, *numbers], self.options.jobs)
            if 0 not in alive:
                sys.exit(f"with all switches off, {harness} ends badly")
            self.found.update({n: "does not compile" if -n in alive else f"replay {harness}"
                               for n in numbers if n not in alive})
        print(f"{len(self.held)} mutants behind switches, built in {built - self.start:.0f} s and "
              f"replayed in {time.monotonic() - built:.0f} s: {len(self.held) - len(self.found)} "
              "live", flush=True)

    def alive_together(self, numbered):
        """Those of `numbered`, all in lines of their own, that live when they are planted at once.
        Where a harness finds something, each half is; one that is left is tried alone anyway."""
        if len(numbered) < 2:
            return []
        changed = {}  # path to text
        for _, mutant in numbered:
            text = changed.get(mutant.path) or (ROOT / mutant.path).read_text()
            changed[mutant.path] = mutant.apply(text)
        if self.judge_alone(changed, 0) == "alive":
            return [number for number, _ in numbered]
        return self.alive_together(numbered[::2]) + self.alive_together(numbered[1::2])

    def verdict(self, number, changed, equivalent):
        if number in self.found:
            return self.found[number]
        if number in self.held and equivalent:
            return "alive"
        verdict = self.judge_alone(changed, 0)
        if verdict == "alive" and self.options.budget and not equivalent:
            verdict = self.judge_alone(changed, self.options.budget)
        return verdict

    def judge_alone(self, changed, budget):
        modules = {self.tree.module_of(path) for path in changed}
        with tempfile.TemporaryDirectory(dir=self.work) as folder:
            builder = Builder(self.tree, self.options.cxx, pathlib.Path(folder), changed,
                              self.control, "-O1" if budget else "-O0")
            return judge(builder, modules, budget)

    def one(self, number, total, changed, label, equivalent):
        verdict = self.verdict(number, changed, equivalent)
        with self.lock:
            self.count(verdict, equivalent, label)
            self.done += 1
            if self.options.verbose:
                print(f"{verdict}: {label}", flush=True)
            elif sys.stderr.isatty() or self.done % 50 == 0:
                alive = self.counts.get("alive", 0)
                print(f"  {self.done}/{total} mutants, {alive} alive, "
                      f"{time.monotonic() - self.start:.0f} s", file=sys.stderr,
                      end="\r" if sys.stderr.isatty() else "\n", flush=True)

    def count(self, verdict, equivalent, label):
        kind = verdict.split()[0]
        if equivalent and kind == "alive":
            kind = "equivalent"
        elif equivalent and kind != "does":
            self.complain(f"listed as equivalent, but found by {verdict}: {label}")
        elif kind == "alive":
            self.complain(f"ALIVE {label}")
        self.counts[kind] = self.counts.get(kind, 0) + 1

    def complain(self, line):
        self.is_good = False
        print(line, flush=True)  # at once: the rest can take long


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--in", dest="places", nargs="+", default=PARSING_AND_ALLOCATION,
                        metavar="PATH",
                        help="files or folders (default: those of parsing and allocation; "
                             "`modules` for all)")
    parser.add_argument("--budget", type=int, default=5, help="seconds of the processor a harness fuzzes")
    parser.add_argument("--shard", default="1/1", help="the I-th of N parts of the mutants")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--patch", nargs="+", help="patches to try instead of mutants")
    parser.add_argument("--cxx", default=os.environ.get("CXX", "clang++-22"))
    parser.add_argument("--list", action="store_true", help="print the mutants and end")
    parser.add_argument("--verbose", action="store_true", help="a line for each mutant")
    options = parser.parse_args()

    tree = Tree()
    places = tuple(place.rstrip("/") for place in options.places)
    paths = [path for path in tree.all_sources()
             if path in places or path.startswith(tuple(place + "/" for place in places))]
    if not paths:
        parser.error("none of fuzz/build.list is there")
    jobs = []  # changed files, label, is equivalent
    numbered, equivalents = [], {}  # (number, mutant) behind a switch; one of each line, together
    if options.patch:
        for file in options.patch:
            jobs.append((patched(file), file, False))
    else:
        part, parts = map(int, options.shard.split("/"))
        known = read_equivalent()
        for mutant in all_mutants(tree, paths)[part - 1::parts]:
            label = f"{mutant.path}:{mutant.line}\n    - {mutant.before.strip()}" \
                    f"\n    + {mutant.after.strip()}"
            text = mutant.apply((ROOT / mutant.path).read_text())
            jobs.append(({mutant.path: text}, label, key_of(mutant) in known))
            if mutant.kind:
                numbered.append((len(jobs), mutant))
            elif jobs[-1][2]:
                equivalents[mutant.path, mutant.line] = (len(jobs), mutant)
    if options.list:
        print("\n".join(label for _, label, _ in jobs))
        return 0

    with tempfile.TemporaryDirectory(prefix="vmnet-mutants-") as folder:
        run = Run(options, tree, pathlib.Path(folder))
        modules = {tree.module_of(path) for changed, _, _ in jobs for path in changed}
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            control = run.try_control(modules, pool)
            together = pool.submit(run.alive_together, list(equivalents.values()))
            if len(numbered) > 20:  # fewer are sooner built alone
                run.prepare_switches(numbered)
            for harness, ends_badly in control.items():
                if ends_badly.result():
                    sys.exit(f"the control, which has no bug, ends badly in {harness}")
            print(f"control: replayed and fuzzed by {', '.join(control)}, no finding", flush=True)
            run.found.update(dict.fromkeys(together.result(), "alive"))
            tasks = [pool.submit(run.one, i, len(jobs), *job) for i, job in enumerate(jobs, 1)]
            for task in concurrent.futures.as_completed(tasks):
                task.result()
    count = run.counts.get
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{len(jobs)} mutants: {count('does', 0)} do not compile, "
          f"{count('replay', 0)} found by replay, {count('fuzzing', 0)} by fuzzing for "
          f"{options.budget} s, {count('equivalent', 0)} equivalent, {count('alive', 0)} alive; "
          f"{time.monotonic() - run.start:.0f} s, {usage.ru_utime + usage.ru_stime:.0f} s of CPU")
    return 0 if run.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
