"""Runs the vmnet program: VMNET_PROGRAM names it."""

import os
import subprocess

PROGRAM = os.environ["VMNET_PROGRAM"]


def run(*arguments, stdin=b""):
    """The finished process; its output is in bytes, since ids are."""
    return subprocess.run([PROGRAM, *arguments], input=stdin, capture_output=True, check=False)
