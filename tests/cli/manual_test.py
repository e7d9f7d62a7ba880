"""The manual page: as --help says, lint-free, and with examples that work."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

from help_text import HELP, Command, Option, read_command, read_commands
from program import PROGRAM

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
PAGE = os.path.join(ROOT, "cli", "man", "vmnet.1")
MACROS = {"Fl", "Ar", "Cm"}

with open(PAGE, encoding="ascii") as page:
    LINES = page.read().splitlines()


def section(macro, title):
    """The lines of a section, up to the next one of the same or a higher rank."""
    begin = LINES.index(f".{macro} {title}") + 1
    ends = (".Sh ", ".Ss ") if macro == "Ss" else (".Sh ",)
    return LINES[begin:next((i for i in range(begin, len(LINES)) if LINES[i].startswith(ends)),
                            len(LINES))]


def read_entry(line, command):
    """Adds the options and arguments that an mdoc line shows, as
    `.It Fl o Ar FILE , Fl -output Ar FILE` or `.Op Fl -input Cm plain | jsonl`."""
    words = line.lstrip(".").split()
    name, value, choices, macro = None, "", [], None

    def finish():
        if name:
            command.options[name] = Option(value, tuple(choices), words[0] != "Op")
        elif value:
            command.arguments.append(value)

    for word in words:
        if word in MACROS:
            macro = word
        elif word in ("It", "Op", ",", "|", "..."):
            continue
        elif macro == "Fl":
            finish()
            name, value, choices = "-" + word, "", []
        elif macro == "Ar":
            value = word
        elif macro == "Cm":
            choices.append(word)
    finish()


def without(options, names=frozenset(), required=True):
    """Options but those of some names; perhaps without telling which are required."""
    return {name: option if required else option._replace(required=False)
            for name, option in options.items() if name not in names}


class Manual(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.commands = read_commands()

    def test_has_a_section_for_every_command_and_for_no_other(self):
        sections = [line[len(".Ss vmnet "):] for line in LINES if line.startswith(".Ss vmnet ")]
        self.assertCountEqual(sections, self.commands)

    def test_explains_every_option_and_argument_of_a_command_and_no_other(self):
        for name, told in self.commands.items():
            with self.subTest(name):
                written = Command({}, [])
                for line in section("Ss", f"vmnet {name}"):
                    if line.startswith(".It "):
                        read_entry(line, written)
                self.assertEqual(without(written.options, required=False),
                                 without(told.options, HELP, required=False))
                self.assertEqual(written.arguments, told.arguments)

    def test_explains_the_options_of_the_program(self):
        written = Command({}, [])
        for line in section("Sh", "DESCRIPTION"):
            if line.startswith(".It "):
                read_entry(line, written)
        self.assertEqual(written.options.keys(), read_command().options.keys())

    def test_shows_in_the_synopsis_what_every_command_takes(self):
        usages = "\n".join(section("Sh", "SYNOPSIS")).split(".Nm\n")[1:]
        written = {}
        for usage in usages:
            lines = usage.splitlines()
            command = Command({}, [])
            for line in lines[1:]:
                read_entry(line, command)
            written[lines[0]] = command
        for name, told in self.commands.items():
            with self.subTest(name):
                command = written.pop(f".Cm {name}")
                self.assertEqual(without(command.options), without(told.options, HELP))
                self.assertEqual(command.arguments, told.arguments)
        self.assertCountEqual(written, [".Op Ar COMMAND", ".Fl -version"])

    def test_shows_examples_that_work(self):
        """Where an example shows an answer, it is the program's own."""
        blocks = re.findall(r"\.Bd -literal.*\n((?:[^.].*\n)+)\.Ed",
                            "\n".join(section("Sh", "EXAMPLES")))
        examples = "".join(blocks).replace("\\-", "-").replace("\\(aq", "'").split("$ ")[1:]
        self.assertGreater(len(examples), 5)
        with tempfile.TemporaryDirectory() as directory:
            os.symlink(PROGRAM, os.path.join(directory, "vmnet"))
            shutil.copy(os.path.join(ROOT, "examples", "fleet.txt"), directory)
            path = directory + os.pathsep + os.environ["PATH"]
            for example in examples:
                command, answer = example.split("\n", 1)
                with self.subTest(command):
                    ran = subprocess.run(command, shell=True, cwd=directory, text=True,
                                         env={**os.environ, "PATH": path}, check=False,
                                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                    if answer:
                        self.assertEqual(ran.stdout, answer)
                    else:
                        self.assertEqual(ran.returncode, 0, ran.stdout)


class Typesetting(unittest.TestCase):
    def test_formatters_find_nothing_to_blame(self):
        """Those that are installed: groff (the one behind man) and mandoc."""
        checks = {"groff": self.groff, "mandoc": self.mandoc}
        installed = [name for name in checks if shutil.which(name)]
        self.assertTrue(installed, "no formatter: install groff-base or mandoc")
        print("formatters:", *installed)
        for name in installed:
            with self.subTest(name):
                checks[name]()

    def groff(self):
        ran = subprocess.run(["groff", "-ww", "-Tutf8", "-mandoc", "-P-cbou", PAGE],
                             capture_output=True, check=True)
        self.assertEqual(ran.stderr.decode(), "")
        # No hyphen of an option is a typographic one.
        text = ran.stdout.decode()
        for name, command in read_commands().items():
            for option in command.options:
                self.assertIn(option, text, name)

    def mandoc(self):
        ran = subprocess.run(["mandoc", "-T", "lint", PAGE], capture_output=True, text=True,
                             check=False)
        # Whether the pages of SEE ALSO are installed is the machine's affair.
        blamed = [line for line in ran.stdout.splitlines()
                  if "referenced manual not found" not in line]
        self.assertEqual(blamed, [])


if __name__ == "__main__":
    unittest.main()
