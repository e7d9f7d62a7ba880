"""The completions of bash and zsh, driven as the shells do and compared with what
--help says."""

import os
import pty
import re
import shutil
import subprocess
import tempfile
import unittest

from help_text import read_command, read_commands

DIRECTORY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "cli",
                         "completion")
BASH_FILE = os.path.realpath(os.path.join(DIRECTORY, "vmnet.bash"))
ZSH_FILE = os.path.realpath(os.path.join(DIRECTORY, "_vmnet"))

FILES = ["fleet one.txt", "fleet-two.txt"]
# What --help calls the values and arguments that are files.
FILE_NAMES = {"FILE", "PLAN", "OLD"}


class Terminal:
    """A shell on a terminal of its own, in `directory`. What is typed next waits
    for the mark that the shell prints, never for time to pass."""

    PROMPT = "<ready>"

    def __init__(self, arguments, directory, **environment):
        process, self._master = pty.fork()
        if process == 0:
            os.chdir(directory)
            os.execvpe(arguments[0], arguments, {**os.environ, "TERM": "xterm", **environment})
        self._process = process
        self._wait(self.PROMPT)

    def _wait(self, mark):
        shown = b""
        while mark.encode() not in shown:
            shown += os.read(self._master, 65536)
        return shown.decode()

    def type(self, keys, mark=PROMPT):
        """Types, and gives what came up to the mark."""
        os.write(self._master, keys.encode())
        return self._wait(mark)

    def close(self):
        os.write(self._master, b"\x15exit\n")
        while True:
            try:
                if not os.read(self._master, 65536):
                    break
            except OSError:  # Linux says EIO when the shell has gone
                break
        os.close(self._master)
        os.waitpid(self._process, 0)


class Completion:
    """What a shell has to complete. `complete(*words)` gives the candidates for
    the last word, in a directory that holds FILES."""

    @classmethod
    def setUpClass(cls):
        cls.commands = read_commands()
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.directory = directory.name
        for name in FILES:
            with open(os.path.join(cls.directory, name), "wb"):
                pass

    def arguments_for(self, *words):
        """The candidates that are no options."""
        return [word for word in self.complete(*words) if not word.startswith("-")]

    def test_completes_every_command_and_option_of_the_program(self):
        self.assertCountEqual(self.arguments_for(""), self.commands)
        self.assertCountEqual(self.complete("-"), read_command().options)
        for name in self.commands:
            self.assertIn(name, self.complete(name[:2]))

    def test_completes_every_option_of_a_command_and_no_other(self):
        for name, command in self.commands.items():
            with self.subTest(name):
                self.assertCountEqual(self.complete(name, "-"), command.options)

    def test_completes_the_value_of_every_option(self):
        for name, command in self.commands.items():
            for option, about in command.options.items():
                expected = FILES if about.value in FILE_NAMES else about.choices
                if not about.value and not expected:
                    continue
                with self.subTest(name, option=option):
                    self.assertCountEqual(self.complete(name, option, ""), expected)
                    if option.startswith("--"):
                        self.assertCountEqual(self.complete_behind_equals(name, option), expected)

    def test_completes_files_and_choices_where_an_argument_is_one(self):
        for name, command in self.commands.items():
            expected = FILES if FILE_NAMES & {*command.arguments} else command.choices
            with self.subTest(name):
                self.assertCountEqual(self.arguments_for(name, ""), expected)

    def test_completes_the_beginning_of_a_value(self):
        self.assertCountEqual(self.complete("identify", "--format", "j"), ["json", "jsonl"])
        self.assertCountEqual(self.complete("identify", "--ids", "fleet-"), ["fleet-two.txt"])

    def test_goes_on_behind_an_option_and_its_value(self):
        self.assertIn("--strict", self.complete("identify", "--format", "json", "--st"))
        self.assertIn("--json", self.complete("risk", "--vms", "10", "--js"))


class Bash(Completion, unittest.TestCase):
    """Calls the function that bash calls, in a shell that bears no unset variable."""

    SCRIPT = """set -u; source "$1"; COMP_CWORD=$(($# - 2)); COMP_WORDS=("${@:2}")
      function=$(complete -p vmnet); function=${function##*-F }; "${function%% *}" || exit
      if ((${#COMPREPLY[@]})); then printf '%s\\0' "${COMPREPLY[@]}"; fi"""

    def complete(self, *words):
        ran = subprocess.run(["bash", "--norc", "-c", self.SCRIPT, "bash", BASH_FILE, "vmnet",
                              *words], cwd=self.directory, capture_output=True, text=True,
                             check=True)
        self.assertEqual(ran.stderr, "")
        return ran.stdout.split("\0")[:-1]

    def complete_behind_equals(self, name, option):
        both = self.complete(name, option, "="), self.complete(name, option, "=", "")
        self.assertEqual(*both)
        return both[0]

    def test_completes_nothing_where_every_argument_is_an_id(self):
        self.assertEqual(self.complete("identify", "--", "-"), [])
        self.assertEqual(self.complete("verify", "--", "fleet-"), ["fleet-two.txt"])

    def test_fills_in_a_line_on_a_terminal(self):
        """Readline at work: a quoted file name, and a value behind an equals sign."""
        shell = Terminal(["bash", "--norc", "--noprofile", "-i"], self.directory,
                         PS1=Terminal.PROMPT, PROMPT_COMMAND="", INPUTRC="/dev/null",
                         HISTFILE="/dev/null")
        self.addCleanup(shell.close)
        shell.type(f"source '{BASH_FILE}'\n")
        shell.type("vmnet() { printf '[%s]' \"$@\"; echo; }\n")
        for typed, expected in {
                "vmnet ide\t--ids fleet\\ \t--st\t": "[identify][--ids][fleet one.txt][--strict]",
                "vmnet identify --ids 'fleet o\t": "[identify][--ids][fleet one.txt]",
                "vmnet identify --format=ta\t--ids=fleet-\t":
                    "[identify][--format=table][--ids=fleet-two.txt]",
        }.items():
            with self.subTest(typed):
                self.assertIn(expected, shell.type(typed + "\n"))


ZSHRC = r"""
PS1='<ready>'
fpath=("$VMNET_FUNCTIONS" $fpath)
autoload -Uz compinit && compinit -D -u
# Writes the candidates for the line down, as the completion system adds them.
write-candidates() {
  compadd() {
    local -a __candidates
    # Until `--` stand options; with these three compadd only fills arrays.
    if (( ${argv[(I)-[OAD]]} == 0 )); then
      builtin compadd -A __candidates "$@"
      (( $#__candidates )) && print -rN -- ${(Q)__candidates} >>"$VMNET_CANDIDATES"
    fi
    builtin compadd "$@"
  }
  _main_complete
  unfunction compadd
  compstate[insert]= compstate[list]=
  print -n '<written>' >/dev/tty
}
zle -C write-candidates list-choices write-candidates
bindkey '^T' write-candidates
"""


class ZshCompletion(Completion):
    """The completion system of zsh itself, on a terminal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        settings = tempfile.TemporaryDirectory()
        cls.addClassCleanup(settings.cleanup)
        with open(os.path.join(settings.name, ".zshrc"), "w", encoding="ascii") as file:
            file.write(ZSHRC)
        cls.candidates = os.path.join(settings.name, "candidates")
        cls.shell = Terminal(["zsh", "-d", "-i"], cls.directory, ZDOTDIR=settings.name,
                             VMNET_FUNCTIONS=os.path.dirname(ZSH_FILE),
                             VMNET_CANDIDATES=cls.candidates)
        cls.addClassCleanup(cls.shell.close)

    def complete_line(self, line):
        with open(self.candidates, "wb"):
            pass
        # Control-U drops the line before, Control-T calls the widget.
        self.shell.type("\x15" + line + "\x14", "<written>")
        with open(self.candidates, encoding="utf-8") as file:
            return file.read().split("\0")[:-1]

    def complete(self, *words):
        return self.complete_line(" ".join(("vmnet", *words)))

    def complete_behind_equals(self, name, option):
        return self.complete_line(f"vmnet {name} {option}=")

    def test_leaves_out_what_excludes_what_is_there(self):
        offered = self.complete("identify", "--strict", "-o", "x", "--")
        self.assertIn("--keep-going", offered)
        self.assertFalse({"--no-check", "--output", "--strict"} & set(offered))


class ZshText(unittest.TestCase):
    """Without zsh: the names are all there, and no other options."""

    def test_names_every_command_and_option_and_no_other(self):
        print("zsh is not installed: only the names in _vmnet were checked")
        with open(ZSH_FILE, encoding="ascii") as file:
            text = re.sub(r"(?m)^ *#.*|\[[^]]*\]", "", file.read())
        commands = read_commands()
        for name in commands:
            self.assertRegex(text, rf"(?m)^ +{name}\)$")
            self.assertIn(f"'{name}:", text)
        options = {option for command in (read_command(), *commands.values())
                   for option in command.options}
        self.assertEqual(set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)),
                         {option for option in options if option.startswith("--")})


if shutil.which("zsh"):
    class Zsh(ZshCompletion, unittest.TestCase):
        pass

    del ZshText

if __name__ == "__main__":
    unittest.main()
