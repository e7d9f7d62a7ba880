#!/usr/bin/env python3
"""Plants bugs in the modules and counts those that the fuzzers find.

    fuzz/mutate.py [--in PATH...] [--budget SECONDS] [--shard I/N] [--jobs N]
    fuzz/mutate.py --patch FILE...      bugs of your own, as patches of the tree

With each mutant the corpus is replayed through the harnesses that import its
module, then each harness fuzzes for the budget; unit tests do not count. One
build holds all mutants that can be put behind a switch; the others, and those
that live behind their switch (it has no effect in a constant expression), are
built alone. A mutant that lives is a gap in seeds or harnesses, unless
fuzz/mutants/equivalent.tsv lists it with the reason why it changes nothing. A
control without a bug goes through the same, so that a kill is the mutant's.

Exit status: 0 all found, 1 some live, 2 bad use, or the control fails.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time

import mutants

ROOT = pathlib.Path(__file__).resolve().parent.parent
FUZZ = ROOT / "fuzz"
EQUIVALENT = FUZZ / "mutants" / "equivalent.tsv"
PARSING_AND_ALLOCATION = [
    "modules/text", "modules/hash/vmnet.hash.cppm", "modules/hash/batch.cpp",
    "modules/interface_name", "modules/ipv4_detail", "modules/ipv4_address", "modules/ipv4_network",
    "modules/mac", "modules/alloc/vmnet.alloc.cppm", "modules/alloc/subnet_error.cpp"]
FLAGS = ["-std=c++20", "-O1", "-w", "-Wno-narrowing", "-ferror-limit=0", "-I", str(FUZZ), "-fno-omit-frame-pointer",
         "-fsanitize=address,fuzzer-no-link,shift,signed-integer-overflow,integer-divide-by-zero",
         "-fno-sanitize-recover=all"]


class DoesNotCompile(Exception):
    """Its argument is what the compiler says."""


class Tree:
    """build.list, and which unit imports what."""

    def __init__(self):
        self.interfaces, self.units, self.harnesses = {}, [], {}
        for line in (FUZZ / "build.list").read_text().splitlines():
            kind, *words = line.split() or [""]
            if kind == "interface":
                self.interfaces[words[0]] = words[1]
            elif kind == "unit":
                self.units.append((words[0], words[1]))
            elif kind in ("harness", "program"):
                self.harnesses[words[0]] = ["fuzz/" + source for source in words[1:]]
        self.imports = {path: set(re.findall(r"^(?:export )?import ([\w.]+);",
                                             (ROOT / path).read_text(), re.M))
                        for path in self.all_sources()}

    def all_sources(self):
        harness = {source for sources in self.harnesses.values() for source in sources}
        return [*self.interfaces.values(), *(path for _, path in self.units), *harness]

    def module_of(self, path):
        for name, interface in self.interfaces.items():
            if interface == path:
                return name
        return next((module for module, unit in self.units if unit == path), None)

    def closure(self, modules):
        """`modules` and all that they import, in import order."""
        seen, todo = set(), list(modules)
        while todo:
            name = todo.pop()
            if name not in seen:
                seen.add(name)
                todo += self.imports[self.interfaces[name]]
                todo += [i for module, path in self.units if module == name
                         for i in self.imports[path]]
        return [name for name in self.interfaces if name in seen]

    def reached(self, path):
        """What `path` imports, and behind a facade what that re-exports."""
        found, todo = set(), list(self.imports[path])
        while todo:
            name = todo.pop()
            found.add(name)
            if self.is_facade(name):
                todo += self.imports[self.interfaces[name]] - found
        return found

    def is_facade(self, name):
        code = re.sub(r"//.*", "", (ROOT / self.interfaces[name]).read_text())
        return not re.sub(r"export (module|import) [\w.]+;", "", code).strip()

    def direct(self, harness):
        return {name for source in self.harnesses[harness] for name in self.reached(source)}

    def harnesses_of(self, modules):
        """Those that import one of `modules`; else those that import its importers."""
        wanted, found = set(modules), []
        while wanted and not found:
            found = [h for h in self.harnesses if self.direct(h) & wanted]
            wanted = {name for name, path in self.interfaces.items()
                      if self.reached(path) & wanted}
        return found


class Builder:
    """Builds harnesses in `folder`; what the mutant leaves alone comes from `control`."""

    def __init__(self, tree, cxx, folder, changed=None, control=None):
        self.tree, self.cxx, self.folder, self.control = tree, cxx, folder, control
        self.changed = changed or {}  # path to text
        self.built, self.stale, self.more = {}, set(), []
        for path, text in self.changed.items():
            self.write(path, text)
            if path in tree.interfaces.values():
                self.stale.add(tree.module_of(path))
        for name, path in tree.interfaces.items():
            if tree.imports[path] & self.stale:
                self.stale.add(name)

    def write(self, path, text):
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def compile(self, source, target, *options):
        done = subprocess.run([self.cxx, *FLAGS, *options, "-c", str(source), "-o", str(target)],
                              capture_output=True, text=True)
        if done.returncode != 0:
            if not self.changed:
                sys.exit(f"the control does not compile:\n{done.stderr}")
            raise DoesNotCompile(done.stderr)
        return target

    def must_build(self, path, module):
        return (self.control is None or path in self.changed or module in self.stale
                or bool(self.tree.imports[path] & self.stale))

    def object_of(self, path, module, interface=False):
        if path in self.built:
            return self.built[path]
        if not self.must_build(path, module):
            return self.control.object_of(path, module, interface)
        source = self.folder / path if path in self.changed else ROOT / path
        target = self.folder / (path.replace("/", "_") + ".o")
        options = [f"-fprebuilt-module-path={self.folder}"]
        if self.control:
            options.append(f"-fprebuilt-module-path={self.control.folder}")
        if interface:
            options.append(f"-fmodule-output={self.folder / module}.pcm")
        self.built[path] = self.compile(source, target, *options)
        return target

    def harness(self, name):
        binary = self.folder / f"{name}_fuzzer"
        if binary.exists():
            return binary
        modules = self.tree.closure(self.tree.direct(name))
        objects = [self.object_of(self.tree.interfaces[m], m, True) for m in modules]
        objects += [self.object_of(path, m) for m, path in self.tree.units if m in modules]
        objects += [self.object_of(path, None) for path in self.tree.harnesses[name]]
        done = subprocess.run([self.cxx, *FLAGS, "-fsanitize=fuzzer", *map(str, objects + self.more),
                               "-o", str(binary)], capture_output=True, text=True)
        if done.returncode != 0:
            if not self.changed:
                sys.exit(f"the control does not link:\n{done.stderr}")
            raise DoesNotCompile(done.stderr)
        return binary


def switch_all(tree, control, folder, numbered):
    """A builder of harnesses that hold all of `numbered`, pairs of a number and a mutant, and
    the numbers of those that it does hold: a line that does not compile loses its switches."""
    folder.mkdir()
    texts = {m.path: (ROOT / m.path).read_text() for _, m in numbered}
    held = {path: [n for n in numbered if n[1].path == path] for path in texts}
    builder = Builder(tree, control.cxx, folder,
                      {path: mutants.switched(texts[path], held[path]) for path in texts}, control)
    builder.more = [builder.compile(FUZZ / "mutants/mutant.cpp", folder / "mutant.o")]
    harnesses = {h for path in texts for h in tree.harnesses_of({tree.module_of(path)})}
    while True:
        try:
            for harness in sorted(harnesses):
                builder.harness(harness)
            return builder, {number for path in held for number, _ in held[path]}
        except DoesNotCompile as error:
            lost = lines_of(error.args[0], folder, held)
            if not lost:
                sys.exit(f"the mutants behind switches do not compile:\n{error}")
            for path, line in lost:
                held[path] = [n for n in held[path] if n[1].line != line]
                builder.write(path, mutants.switched(texts[path], held[path]))
            # What was built from the first of these on is built anew.
            order = list(builder.built)
            first = min((order.index(path) for path, _ in lost if path in order),
                        default=len(order))
            for path in order[first:]:
                del builder.built[path]


def lines_of(messages, folder, held):
    """(path, line) of the mutants that the compiler's errors, or else its notes, name."""
    for kind in ("error", "note"):
        found = set()
        for path, line in re.findall(rf"^{folder}/(\S+?):(\d+):\d+: (?:fatal )?{kind}", messages,
                                     re.M):
            at = int(line) - 1  # the switches' header is a line of its own
            if any(m.line == at for _, m in held.get(path, [])):
                found.add((path, at))
        if found:
            return found
    return set()


def finds(binary, harness, budget, folder, number=0):
    """True where the harness ends badly: replaying its seeds, or fuzzing for `budget`."""
    seeds = [str(d) for d in (FUZZ / "corpus" / harness, FUZZ / "regressions" / harness)
             if d.is_dir()]
    command = [str(binary), "-timeout=5", "-rss_limit_mb=1024", "-detect_leaks=0", "-seed=1",
               f"-artifact_prefix={folder}/"]
    if budget:
        found = folder / f"corpus_{harness}"
        found.mkdir(exist_ok=True)
        command += [f"-max_total_time={budget}", "-use_value_profile=1", "-max_len=512", str(found)]
        dictionary = FUZZ / "dict" / f"{harness}.dict"
        if dictionary.exists():
            command.append(f"-dict={dictionary}")
    else:
        command.append("-runs=0")
    done = subprocess.run([*command, *seeds], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          cwd=folder, timeout=budget * 20 + 120,
                          env={**os.environ, "VMNET_MUTANT": str(number)})
    return done.returncode != 0


def judge(builder, modules, budget, folder=None, number=0):
    """'replay HARNESS', 'fuzzing HARNESS', 'alive' or 'does not compile'."""
    harnesses = builder.tree.harnesses_of(modules)
    try:
        for seconds, way in ((0, "replay"), (budget, "fuzzing")):
            if way == "fuzzing" and not budget:
                break
            for harness in harnesses:
                if finds(builder.harness(harness), harness, seconds, folder or builder.folder,
                         number):
                    return f"{way} {harness}"
    except DoesNotCompile:
        return "does not compile"
    return "alive"


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
        self.lock, self.counts, self.done, self.bad = threading.Lock(), {}, 0, []
        self.start = time.monotonic()
        self.switched, self.held = None, set()
        self.control = Builder(tree, options.cxx, work / "control")

    def prepare(self, modules):
        """Builds the control and sends it through what the mutants go through."""
        self.control.folder.mkdir()
        for module in sorted(modules):
            verdict = judge(self.control, {module}, self.options.budget)
            if verdict != "alive":
                sys.exit(f"the control, which has no bug, ends badly: {verdict}")
        print(f"control: replayed and fuzzed for {', '.join(sorted(modules))}, no finding",
              flush=True)

    def prepare_switches(self, numbered, modules):
        self.switched, self.held = switch_all(self.tree, self.control, self.work / "switched",
                                              numbered)
        for module in sorted(modules):
            verdict = judge(self.switched, {module}, 0)
            if verdict != "alive":
                sys.exit(f"the mutants end badly with all switches off: {verdict}")
        print(f"{len(self.held)} mutants behind switches, built in "
              f"{time.monotonic() - self.start:.0f} s", flush=True)

    def verdict(self, number, changed, equivalent):
        folder = self.work / str(number)
        folder.mkdir()
        modules = {self.tree.module_of(path) for path in changed}
        budget = 0 if equivalent else self.options.budget
        verdict = "alive"
        try:
            if number in self.held:
                verdict = judge(self.switched, modules, budget, folder, number)
            if verdict == "alive":
                alone = Builder(self.tree, self.options.cxx, folder, changed, self.control)
                verdict = judge(alone, modules, budget)
        except subprocess.TimeoutExpired:
            verdict = "replay hangs"
        shutil.rmtree(folder)
        return verdict

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
            self.bad.append(f"listed as equivalent, but found by {verdict}: {label}")
        elif kind == "alive":
            self.bad.append(f"ALIVE {label}")
        self.counts[kind] = self.counts.get(kind, 0) + 1


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--in", dest="places", nargs="+", default=PARSING_AND_ALLOCATION,
                        metavar="PATH",
                        help="files or folders (default: those of parsing and allocation; "
                             "`modules` for all)")
    parser.add_argument("--budget", type=int, default=5, help="seconds of fuzzing a harness")
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
    jobs, numbered = [], []  # changed files, label, is equivalent; number and mutant
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
    if options.list:
        print("\n".join(label for _, label, _ in jobs))
        return 0

    with tempfile.TemporaryDirectory(prefix="vmnet-mutants-") as folder:
        run = Run(options, tree, pathlib.Path(folder))
        modules = {tree.module_of(path) for changed, _, _ in jobs for path in changed}
        run.prepare(modules)
        if len(numbered) > 20:  # fewer are sooner built alone
            run.prepare_switches(numbered, modules)
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            tasks = [pool.submit(run.one, i, len(jobs), *job) for i, job in enumerate(jobs, 1)]
            for task in concurrent.futures.as_completed(tasks):
                task.result()
    for line in run.bad:
        print(line)
    count = run.counts.get
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{len(jobs)} mutants: {count('does', 0)} do not compile, "
          f"{count('replay', 0)} found by replay, {count('fuzzing', 0)} by fuzzing for "
          f"{options.budget} s, {count('equivalent', 0)} equivalent, {count('alive', 0)} alive; "
          f"{time.monotonic() - run.start:.0f} s, {usage.ru_utime + usage.ru_stime:.0f} s of CPU")
    return 1 if run.bad else 0


if __name__ == "__main__":
    sys.exit(main())
