"""vmnet set, carve and aggregate, end to end."""

import ipaddress
import os
import random
import subprocess
import tempfile
import unittest

from program import PROGRAM, run


def lines(*words):
    return ("\n".join(words) + "\n").encode() if words else b""


class File:
    """A file of `text` for as long as the block lasts."""

    def __init__(self, text):
        self.text = text

    def __enter__(self):
        self.file = tempfile.NamedTemporaryFile(suffix=".txt")
        self.file.write(self.text.encode())
        self.file.flush()
        return self.file.name

    def __exit__(self, *_):
        self.file.close()


class Set(unittest.TestCase):
    def prints(self, expected, *arguments):
        answer = run("set", *arguments)
        self.assertEqual((answer.returncode, answer.stdout, answer.stderr), (0, expected, b""))

    def refuses(self, expression, *, status=2):
        answer = run("set", expression)
        self.assertEqual((answer.returncode, answer.stdout), (status, b""), expression)
        return answer.stderr.decode()

    def test_takes_ranges_and_networks_away(self):
        self.prints(b"65203\n", "10.0.0.0/16 - 10.0.3.0/24 - 10.0.9.1-10.0.9.77", "--count")

    def test_prints_networks_or_ranges(self):
        self.prints(lines("10.0.0.0/32", "10.0.0.2/31", "10.0.0.4/30"), "10.0.0.0/29 - 10.0.0.1")
        self.prints(lines("10.0.0.0-10.0.0.0", "10.0.0.2-10.0.0.7"),
                    "10.0.0.0/29 - 10.0.0.1", "--ranges")

    def test_has_every_operator_and_parentheses(self):
        self.prints(lines("10.0.0.0/24"), "10.0.0.0/25 + 10.0.0.128/25")
        self.prints(lines("10.0.0.0/24"), "10.0.0.0/25|10.0.0.128/25")
        self.prints(lines("10.0.0.0/25"), "10.0.0.0/25 & 10.0.0.0/8")
        self.prints(lines("10.0.0.128/25"), "10.0.0.0/25 ^ 10.0.0.0/24")
        self.prints(lines("128.0.0.0/1"), "~0.0.0.0/1")
        self.prints(lines("10.0.0.0/24"), "10.0.0.0/24 - (10.0.0.0/25 - 10.0.0.0/24)")
        self.prints(b"", "10.0.0.0/24 - 10.0.0.0/8")
        self.prints(b"4294967296\n", "0.0.0.0/0", "--count")

    def test_reads_files(self):
        with File("# in use\n10.0.0.0/25, 10.0.0.200-10.0.0.255 # end\n\n10.0.0.128") as used:
            self.prints(b"71\n", f"10.0.0.0/24 - @{used}", "--count")

    def test_refuses_with_the_place(self):
        self.assertIn("expected a network", self.refuses(""))
        self.assertIn("expected a network", self.refuses("10.0.0.0/8 - "))
        self.assertIn("expected an operator", self.refuses("10.0.0.0/8 10.0.0.1"))
        self.assertIn("expected ')'", self.refuses("(10.0.0.0/8"))
        self.assertIn("an octet is at most 255", self.refuses("10.0.0.0/8 - 10.0.0.256"))
        self.assertIn("without leading zeros", self.refuses("010.0.0.0/8"))
        self.assertIn("nested too deeply", self.refuses("(" * 1000))
        self.assertIn("cannot read", self.refuses("@does-not-exist", status=3))
        self.assertIn("can be read only once", self.refuses("@- + @-"))

    def test_refuses_a_bad_file_with_line_and_column(self):
        with File("10.0.0.0/25\n10.0.0.1 10.0.0.999\n") as used:
            self.assertIn(":2:17: an octet is at most 255", self.refuses(f"@{used}"))


class Carve(unittest.TestCase):
    def test_cuts_a_line_each(self):
        answer = run("carve", "--from", "10.0.0.0/16", "--prefix", "24", "--count", "3")
        self.assertEqual((answer.returncode, answer.stdout, answer.stderr),
                         (0, lines("10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"), b""))

    def test_avoids_what_is_in_use(self):
        with File("10.0.0.0/24\n10.0.1.7\n") as used:
            answer = run("carve", "--from", "10.0.0.0/22", "--prefix", "24", "--avoid", used)
        self.assertEqual((answer.returncode, answer.stdout), (0, lines("10.0.2.0/24")))

    def test_prints_nothing_where_not_all_fit(self):
        answer = run("carve", "--from", "10.0.0.0/24", "--prefix", "25", "--count", "3")
        self.assertEqual((answer.returncode, answer.stdout), (1, b""))
        self.assertIn(b"no room in 10.0.0.0/24", answer.stderr)

    def test_says_how_much_is_free_in_singular_and_plural(self):
        for block, prefix, count, said in (
                ("10.0.0.0/32", "32", "2", b"for 2 networks of /32: 1 address is free"),
                ("10.0.0.0/30", "24", "1", b"for 1 network of /24: 4 addresses are free")):
            answer = run("carve", "--from", block, "--prefix", prefix, "--count", count)
            self.assertEqual((answer.returncode, answer.stdout), (1, b""))
            self.assertIn(said, answer.stderr)

    def test_writes_millions_of_networks_in_little_memory(self):
        """The first of 2^24 lines; the pipe is closed then."""
        process = subprocess.Popen([PROGRAM, "carve", "--from", "10.0.0.0/8", "--prefix", "32",
                                    "--count", str(2**24)], stdout=subprocess.PIPE)
        begin = [process.stdout.readline() for _ in range(200_000)]
        process.stdout.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual((process.returncode, begin[-1]), (0, b"10.3.13.63/32\n"))
        self.assertLess(usage.ru_maxrss, 200_000)  # the networks alone would be 134 MB

    def test_takes_in_parts_what_it_would_take_at_once(self):
        """More than one part, from holes of many sizes: the smallest first, in order."""
        with File("".join(f"10.{n}.0.0/{n}\n" for n in range(9, 33))) as used:
            answer = run("carve", "--from", "10.0.0.0/11", "--prefix", "30", "--count", "300000",
                         "--avoid", used)
        free = [ipaddress.ip_network("10.0.0.0/11")]
        for n in range(9, 33):
            taken = ipaddress.ip_network(f"10.{n}.0.0/{n}", strict=False)
            free = [part for hole in free for part in (
                hole.address_exclude(taken) if taken.subnet_of(hole) else
                [] if hole.subnet_of(taken) else [hole])]
        free = sorted((hole for hole in free if hole.prefixlen <= 30),
                      key=lambda hole: (-hole.prefixlen, hole))
        expected = [part for hole in free
                    for part in ([hole] if hole.prefixlen == 30 else hole.subnets(new_prefix=30))]
        self.assertEqual(answer.stdout.decode().split(), [str(n) for n in expected[:300000]])

    def test_refuses_bad_arguments(self):
        for arguments in (["--from", "10.0.0.0", "--prefix", "24"],
                          ["--from", "10.0.0.0/8", "--prefix", "33"],
                          ["--from", "10.0.0.0/8", "--prefix", "+24"],
                          ["--from", "10.0.0.0/8", "--prefix", "24", "--count", "x"]):
            answer = run("carve", *arguments)
            self.assertEqual((answer.returncode, answer.stdout), (2, b""), arguments)


class Aggregate(unittest.TestCase):
    def test_merges_what_touches(self):
        answer = run("aggregate", "-", stdin="10.0.1.0/24\n10.0.0.0/24\n255.255.255.254/32\n")
        self.assertEqual((answer.returncode, answer.stdout, answer.stderr),
                         (0, lines("10.0.0.0/23", "255.255.255.254/32"), b""))

    def test_agrees_with_python_on_many_lines(self):
        seed = random.randrange(2**32)
        print("seed", seed)
        source = random.Random(seed)
        networks = [ipaddress.ip_network((source.randrange(2**32), source.randrange(8, 33)),
                                         strict=False) for _ in range(3000)]
        answer = run("aggregate", "-", stdin="\n".join(map(str, networks)))
        expected = [str(network) for network in ipaddress.collapse_addresses(networks)]
        self.assertEqual(answer.stdout.decode().split(), expected)

    def test_takes_a_million_lines(self):
        text = "".join(f"{i >> 16}.{i >> 8 & 255}.{i & 255}.0/24\n" for i in range(2**20))
        answer = run("aggregate", "-", stdin=text)
        self.assertEqual((answer.returncode, answer.stdout), (0, lines("0.0.0.0/4")))


if __name__ == "__main__":
    unittest.main()
