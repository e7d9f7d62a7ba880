"""fuzz/mutate.py's switches come into every unit, and move what a compiler counts by
one line in each, which is how it finds the mutants that errors name."""

import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "fuzz"))

import mutants

HEADER = '#include "mutants/mutant.hpp"'


def counted(text):
    """The lines by the number that a compiler gives them; the last of a number counts."""
    lines, number = {}, 1
    for line in text.split("\n"):
        if match := re.fullmatch(r"#line (\d+)", line):
            number = int(match.group(1))
        else:
            lines[number] = line
            number += 1
    return lines


class Switches(unittest.TestCase):
    def test_move_all_behind_the_declaration_by_one_line(self):
        for text in ("// why\nmodule;\n#include <cerrno>\n\nmodule a;\nint b;\nint c;",
                     "// why\nexport module a;\n\nint b;\nint c;",
                     "module a;\nint b;\nint c;"):
            with self.subTest(text):
                before = text.split("\n")
                after = mutants.switched(text, [])
                self.assertIn(f"module;\n{HEADER}\n", after)
                for number in range(before.index("int b;") + 1, len(before) + 1):
                    self.assertEqual(counted(after)[number + 1], before[number - 1])

    def test_come_into_every_unit_of_a_module(self):
        sources = re.findall(r"^(?:interface|unit) \S+ (\S+)$",
                             (ROOT / "fuzz" / "build.list").read_text(), re.M)
        sources = [source for source in sources if "/kernels/" not in source]  # plain C++
        self.assertGreater(len(sources), 40)
        for source in sources:
            with self.subTest(source):
                self.assertIn(HEADER, mutants.switched((ROOT / source).read_text(), []))


if __name__ == "__main__":
    unittest.main()
