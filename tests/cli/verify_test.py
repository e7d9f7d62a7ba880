"""vmnet verify, end to end."""

import os
import tempfile
import unittest

from program import on_terminal, run

VECTORS = os.environ["VMNET_VECTORS"]


class Verify(unittest.TestCase):
    def test_all_golden_vectors_agree(self):
        answer = run("verify", VECTORS)
        self.assertEqual((answer.returncode, answer.stderr), (0, b""))
        self.assertEqual(answer.stdout, b"3,000 vectors, 0 of them differ\n")

    def test_a_changed_row_is_told_with_what_was_expected_and_what_came(self):
        with open(VECTORS, "rb") as file:
            rows = file.read().splitlines(keepends=True)
        fields = rows[41].rstrip(b"\n").split(b"\t")
        came, fields[6] = fields[6], b"02:00:00:00:00:01"
        rows[41] = b"\t".join(fields) + b"\n"
        with tempfile.NamedTemporaryFile() as changed:
            changed.write(b"".join(rows))
            changed.flush()
            answer = run("verify", changed.name)
        self.assertEqual(answer.returncode, 1)
        self.assertEqual(answer.stdout, b"3,000 vectors, 1 of them differs\n")
        told = b":42: mac: expected '02:00:00:00:00:01', came '" + came + b"'\n"
        self.assertTrue(answer.stderr.endswith(told), answer.stderr)

    def test_a_malformed_line_is_told_by_its_place(self):
        good = b"766d2d31\t10.0.0.0/31\t1fdcc600\ttap-1fdcc600\terror\t10.0.0.1\t02:00:1f:dc:c6:00\n"
        cases = {
            b"": b"no vectors",
            b"\n": b"-:1:1: expected seven fields",
            good + b"76\t10.0.0.0/24\n": b"-:2:15: expected seven fields",
            good.replace(b"\n", b"\tx\n"): b":1:",
            b"7g" + good[2:]: b"-:1:2: expected a hexadecimal digit",
            good.replace(b"/31", b"/33"): b"-:1:19: expected a subnet",
            good.replace(b"\n", b"\r\n"): b"-:1:76: expected the end of the line, not a carriage",
        }
        for text, told in cases.items():
            with self.subTest(text):
                answer = run("verify", "-", stdin=text)
                self.assertEqual((answer.returncode, answer.stdout), (2, b""))
                self.assertIn(told, answer.stderr)

    def test_a_field_of_any_length_makes_a_short_message(self):
        answer = run("verify", "-", stdin=b"61\t10.0.0.0/8\t" + b"\x1b" * 100_000 + b"\t\t\t\t\n")
        self.assertEqual(answer.returncode, 1)
        self.assertLess(len(answer.stderr), 1000)

    def test_a_bar_shows_long_work_and_goes_away(self):
        good = b"766d2d31\t10.0.0.0/31\t1fdcc600\ttap-1fdcc600\terror\t10.0.0.1\t02:00:d9:71:01:a6\n"
        for end, message in ((b"", b""), (good.replace(b"02:", b"06:"), b"vmnet: -:200001: mac: "),
                             (b"7g", b"\x1b[1m-:200001:3: ")):
            with tempfile.TemporaryFile() as rows:
                rows.write(good * 200_000 + end)
                rows.seek(0)
                _, shown = on_terminal("verify", "-", stdin=rows, stdout_too=False)
            self.assertIn(b" % 200000 ids\r\x1b[K" + message, shown)

    def test_an_unreadable_file_is_a_failure_of_the_system(self):
        answer = run("verify", "/nonexistent/vectors")
        self.assertEqual(answer.returncode, 3)
        self.assertIn(b"cannot read /nonexistent/vectors", answer.stderr)


if __name__ == "__main__":
    unittest.main()
