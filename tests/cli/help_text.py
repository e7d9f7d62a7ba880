"""What --help says, taken apart: the truth that the manual and the completions
are compared with. Reads the help of CLI11 2.1 as well as that of later versions,
which have other headings and columns."""

import re
from typing import NamedTuple

from program import run

HELP = {"-h", "--help"}  # of every command


class Option(NamedTuple):
    value: str  # FILE, N and the like; empty for a flag and where there are choices
    choices: tuple
    required: bool


class Command(NamedTuple):
    options: dict  # from name to Option, each of `-o,--output` by itself
    arguments: list  # ID, FILE and the like
    choices: tuple = ()  # of the first argument


def _block(text, heading):
    """The lines of a block that are no continuation of the one before."""
    found = re.search(rf"(?im)^{heading}:[ ]*\n((?:[ ]+.*\n|\n(?=[ ]+-))*)", text)
    return [line for line in (found[1] if found else "").splitlines()
            if re.match(r" {1,12}\S", line)]


def _options(text):
    options = {}
    for line in _block(text, "options"):
        names, rest = re.fullmatch(
            r"\s+((?:--?[A-Za-z][\w-]*)(?:,\s*--?[A-Za-z][\w-]*)*)(.*)", line).groups()
        value = re.match(r" ([A-Z]+)\b", rest)
        choices = re.match(r" \S*\{([^}]+)\}", rest)
        for name in re.split(r",\s*", names):
            options[name] = Option(value[1] if value else "",
                                   tuple(choices[1].split(",")) if choices else (),
                                   " REQUIRED" in rest)
    return options


def read_command(name=None):
    """The command `name`, or the program itself."""
    answer = run(*([name] if name else []), "--help")
    text = answer.stdout.decode()
    if answer.returncode != 0:
        raise AssertionError(f"vmnet {name or ''} --help: {answer.stderr}")
    arguments = _block(text, "positionals")
    choices = re.match(r"\s+[A-Z]+ \S*\{([^}]+)\}", arguments[0]) if arguments else None
    command = Command(_options(text), [line.split()[0] for line in arguments],
                      tuple(choices[1].split(",")) if choices else ())
    if not HELP <= command.options.keys():
        raise AssertionError(f"the help of vmnet {name or ''} cannot be read:\n{text}")
    return command


def read_commands():
    """All commands by their names."""
    text = run("--help").stdout.decode()
    names = [line.split()[0] for line in _block(text, "subcommands")]
    if not names:
        raise AssertionError(f"no command can be read from the help:\n{text}")
    return {name: read_command(name) for name in names}
