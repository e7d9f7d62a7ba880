"""What --help says of every command."""

import unittest

from help_text import read_commands
from program import run


class Help(unittest.TestCase):
    def test_shows_examples_of_every_command_on_lines_of_their_own(self):
        for name in read_commands():
            with self.subTest(name):
                text = run(name, "--help").stdout.decode()
                examples = text[text.index("\nExamples:\n"):].splitlines()[2:]
                shown = [line for line in examples if f"vmnet {name} " in line]
                self.assertGreater(len(shown), 1, text)
                for line in shown:
                    self.assertRegex(line, r"^  \S")

    def test_is_that_of_the_command_named_behind_it(self):
        for name in ("net", "emit"):
            with self.subTest(name):
                self.assertEqual(run("--help", name).stdout, run(name, "--help").stdout)

    def test_shows_choices_and_values_without_the_parsers_own_marks(self):
        for name in read_commands():
            with self.subTest(name):
                text = run(name, "--help").stdout.decode()
                self.assertNotRegex(text, r":\{|\bTEXT\b|(?m:^ +-.*\.\.\.)")
        self.assertIn("--input {plain,jsonl} ", run("whois", "--help").stdout.decode())
        words = " ".join(run("identify", "--help").stdout.decode().split())
        self.assertRegex(words, r"--ids FILE A file of ids; [^;]*; can be repeated")


if __name__ == "__main__":
    unittest.main()
