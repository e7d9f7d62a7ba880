"""Builds the harnesses, with a mutant or with many behind switches, by build.list."""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

import mutants

ROOT = pathlib.Path(__file__).resolve().parent.parent
FUZZ = ROOT / "fuzz"
FLAGS = ["-std=c++20", "-w", "-Wno-narrowing", "-ferror-limit=0", "-I", str(FUZZ), "-fno-omit-frame-pointer",
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

    def behind(self, path):
        """The modules that `path` needs, in import order."""
        return self.closure(self.reached(path))

    def is_facade(self, name):
        code = re.sub(r"//.*", "", (ROOT / self.interfaces[name]).read_text())
        return not re.sub(r"export (module|import) [\w.]+;", "", code).strip()

    def direct(self, harness):
        return {name for source in self.harnesses[harness] for name in self.reached(source)}

    def harnesses_of(self, modules):
        """For each of `modules` those that import it; where none does, those that import its
        importers."""
        found = set()
        for module in modules:
            wanted, of_module = {module}, set()
            while wanted and not of_module:
                of_module = {h for h in self.harnesses if self.direct(h) & wanted}
                wanted = {name for name, path in self.interfaces.items()
                          if self.reached(path) & wanted}
            found |= of_module
        return [h for h in self.harnesses if h in found]


class Builder:
    """Builds harnesses in `folder`; what the mutant leaves alone comes from `control`. -O0 is
    built sooner, -O1 runs faster."""

    def __init__(self, tree, cxx, folder, changed=None, control=None, optimisation="-O1"):
        self.tree, self.cxx, self.folder, self.control = tree, cxx, folder, control
        self.flags = [*FLAGS, optimisation]
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
        done = subprocess.run([self.cxx, *self.flags, *options, "-c", str(source), "-o", str(target)],
                              capture_output=True, text=True,
                              env={**os.environ, "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"})
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
        # A copy still finds the headers beside the original.
        options = [f"-fprebuilt-module-path={self.folder}", "-I", str((ROOT / path).parent)]
        if self.control:
            options.append(f"-fprebuilt-module-path={self.control.folder}")
        if interface:
            options.append(f"-fmodule-output={self.folder / module}.pcm")
        self.built[path] = self.compile(source, target, *options)
        return target

    def harness(self, name):
        return self.link(name, f"{name}_fuzzer", ["-fsanitize=fuzzer"])

    def replayer(self, name):
        """The harness with mutants/replay.cpp, which tries many mutants in one process."""
        main = self.folder / "replay.o"
        if not main.exists():
            self.compile(FUZZ / "mutants/replay.cpp", main)
        return self.link(name, f"{name}_replay", [str(main)])

    def link(self, name, binary, options):
        binary = self.folder / binary
        if binary.exists():
            return binary
        # What imports least comes first: a static assertion there refuses a mutant soon.
        objects = {}  # by source
        for source in sorted(self.tree.harnesses[name], key=lambda s: len(self.tree.behind(s))):
            for module in self.tree.behind(source):
                path = self.tree.interfaces[module]
                objects[path] = self.object_of(path, module, True)
            objects[source] = self.object_of(source, None)
        units = [(path, m) for m, path in self.tree.units if self.tree.interfaces[m] in objects]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            objects.update(zip(units, pool.map(lambda unit: self.object_of(*unit), units)))
        done = subprocess.run([self.cxx, *self.flags, *options, *map(str, [*objects.values(), *self.more]),
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
    harnesses = tree.harnesses_of({tree.module_of(path) for path in texts})
    while True:
        try:
            for harness in harnesses:
                builder.replayer(harness)
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
            # The switches' header is a line of its own; an expression can begin below.
            for at in range(int(line) - 1, int(line) + 1):
                if any(m.line == at for _, m in held.get(path, [])):
                    found.add((path, at))
                    break
        if found:
            return found
    return set()
