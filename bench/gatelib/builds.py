"""Builds of other revisions, beside this one and with its flags."""

import os
import re
import subprocess

from gatelib import report

# What makes code slower or faster; the rest is the revision's own affair.
SHARED = ("CMAKE_CXX_COMPILER", "CMAKE_BUILD_TYPE", "CMAKE_CXX_FLAGS", "CMAKE_CXX_FLAGS_RELEASE",
          "CMAKE_CXX_FLAGS_RELWITHDEBINFO", "CMAKE_CXX_STANDARD", "CMAKE_CXX_EXTENSIONS",
          "CMAKE_EXE_LINKER_FLAGS")


def call(what, *command):
    done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise report.CannotMeasure(f"{what}:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def cached(text):
    """The variables of a CMakeCache.txt."""
    return dict(re.findall(r"^([\w-]+):\w+=(.*)$", text, re.MULTILINE))


def shared_flags(build):
    """The arguments with which another build gets the flags of this one."""
    try:
        cache = cached((build / "CMakeCache.txt").read_text(encoding="utf-8"))
    except OSError as error:
        raise report.CannotMeasure(f"{build} is no build (./dev build bench)") from error
    return [f"-D{name}={cache[name]}" for name in SHARED if name in cache]


def compile_target(build, target="bench/all"):
    call(f"{build} does not build", "cmake", "--build", build, "--target", target,
         "-j", os.cpu_count() or 1)


def revision(root, ref):
    return call(f"no revision {ref}", "git", "-C", root, "rev-parse", "--verify",
                f"{ref}^{{commit}}")


def beside(root, build, ref):
    """The directory of a build of `ref`, which is made unless it is there."""
    commit = revision(root, ref)[:12]
    place = root / "build" / "gate" / commit
    source, made = place / "source", place / "build"
    if not (source / "CMakeLists.txt").exists():
        call("worktrees", "git", "-C", root, "worktree", "prune")
        call(f"no worktree of {ref}", "git", "-C", root, "worktree", "add", "--force", "--detach",
             source, commit)
    print(f"gate: building {ref} ({commit}) in {made}", flush=True)
    call(f"{ref} cannot be configured", "cmake", "-G", "Ninja", "-S", source, "-B", made,
         *shared_flags(build), "-DVMNET_BUILD_BENCHMARKS=ON", "-DVMNET_BUILD_PROGRAM=OFF",
         "-DBUILD_TESTING=OFF")
    compile_target(made)
    return made
