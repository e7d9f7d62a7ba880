"""vmnet map, end to end."""

import json
import os
import re
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

from program import SUBNET, identity, on_terminal, run

SVG = "{http://www.w3.org/2000/svg}"


def hilbert(side, distance):
    """The point of the curve, by the textbook."""
    x = y = 0
    step = 1
    while step < side:
        right = 1 & (distance // 2)
        lower = 1 & (distance ^ right)
        if lower == 0:
            if right == 1:
                x, y = step - 1 - x, step - 1 - y
            x, y = y, x
        x, y = x + step * right, y + step * lower
        distance //= 4
        step *= 2
    return x, y


def drawn(*arguments, **options):
    answer = run("map", *arguments, **options)
    if answer.returncode != 0:
        raise AssertionError(answer.stderr)
    return answer.stdout.decode()


def grid(text):
    """The glyphs along the curve."""
    rows = [line[1::2] for line in text.split("\n\n")[1].splitlines()]
    side = len(rows)
    assert all(len(row) == side for row in rows), text
    points = (hilbert(side, i) for i in range(side * side))
    return "".join(rows[y][x] for x, y in points)


def legend(text):
    return {use: int(count.replace(",", "")) for use, count in
            re.findall(r"^ \S  (\w+) +([\d,]+)$", text, re.MULTILINE)}


class Map(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.plan = os.path.join(directory.name, "plan.jsonl")

    def test_draws_ids_and_their_collisions(self):
        text = drawn("--subnet", SUBNET, "--ids", "-", stdin="vm-1\nvm-31\nvm-54\nvm-1\n")
        self.assertTrue(text.startswith(
            "172.30.0.0/24: 256 addresses, a cell is one\n"), text)
        expected = ["."] * 256
        for at in (0, 1, 255):
            expected[at] = "-"
        expected[231] = "#"  # vm-1 twice is one VM
        expected[185] = "!"
        self.assertEqual(grid(text), "".join(expected))
        self.assertEqual(legend(text), {"colliding": 1, "moved": 0, "used": 1, "quarantined": 0,
                                        "reserved": 3, "free": 251})

    def test_draws_a_plan(self):
        run("plan", "--subnet", SUBNET, "vm-1", "vm-31", "vm-54", "-o", self.plan)
        cells = grid(drawn("--subnet", SUBNET, "--plan", self.plan))
        self.assertEqual([cells[at] for at in (231, 185, 80, 81)], ["#", "#", "m", "."])

    def test_draws_a_snapshot(self):
        lines = ["vmnet-pool\t1", "epoch\t2", f"subnet\t{SUBNET}",
                 "exclude\t172.30.0.8-172.30.0.9", "reserve\t172.30.0.9-172.30.0.10",
                 f"lease\t172.30.0.80\ttap-00000001\t02:00:00:00:00:01\t1\tvm-31",
                 f"lease\t172.30.0.231\ttap-00000002\t02:00:00:00:00:02\t2\tvm-1",
                 "quarantine\t172.30.0.20\t7\told"]
        lines.append(f"end\t{len(lines)}")
        digest, text = 0xcbf29ce484222325, ""
        for line in lines:
            for byte in (line + "\n").encode():
                digest = ((digest ^ byte) * 0x100000001b3) % 2**64
            text += f"{digest:016x} {line}\n"
        cells = grid(drawn("--subnet", SUBNET, "--snapshot", "-", stdin=text))
        self.assertEqual([cells[at] for at in (8, 9, 10, 11, 80, 231, 20)], list("---.m#q"))
        damaged = run("map", "--subnet", SUBNET, "--snapshot", "-", stdin=text.replace("old", "new"))
        self.assertEqual((damaged.returncode, damaged.stdout), (2, b""))
        self.assertIn(b"standard input: line 8: this line was changed", damaged.stderr)

    def test_puts_blocks_of_a_large_subnet_into_cells(self):
        ids = [f"vm-{n}" for n in range(3000)]
        text = drawn("--subnet", "10.0.0.0/8", "--ids", "-", stdin="\n".join(ids))
        self.assertIn("a cell is 16,384", text)
        cells = grid(text)
        self.assertEqual(len(cells), 1024)
        for vm_id in ids:
            address = identity(vm_id.encode(), "10.0.0.0/8")["guest_ip"].split(".")
            offset = int(address[1]) * 65536 + int(address[2]) * 256 + int(address[3])
            self.assertIn(cells[offset // 16384], "+!")
        self.assertEqual(legend(text)["used"] + 2 * legend(text)["colliding"], 3000)
        self.assertEqual(sum(legend(text).values()), 2**24)

    def test_draws_the_smallest_and_the_largest_subnet(self):
        self.assertEqual(grid(drawn("--subnet", "10.0.0.0/30", "--ids", "-", stdin="a\n")), "--#-")
        text = drawn("--subnet", "10.0.0.0/29", "--ids", "-", stdin="")
        self.assertEqual(grid(text), "-..-")  # two addresses a cell
        text = drawn("--subnet", "0.0.0.0/0", "--ids", "-", stdin="a\nb\n")
        self.assertEqual(sum(legend(text).values()), 2**32)

    def test_says_what_it_does_not_draw(self):
        answer = run("map", "--subnet", SUBNET, "--ids", "-", stdin="a\t10.0.0.0/8\nb\n")
        self.assertEqual(answer.returncode, 0)
        self.assertEqual(answer.stderr, b"vmnet: 1 VM is in other subnets and not drawn\n")

    def test_has_colours_on_a_terminal_only(self):
        with tempfile.NamedTemporaryFile() as ids:
            ids.write(b"vm-1\n")
            ids.flush()
            arguments = ("map", "--subnet", SUBNET, "--ids", ids.name)
            self.assertIn(b"\x1b[", on_terminal(*arguments)[1])
            self.assertNotIn(b"\x1b[", on_terminal(*arguments, env={"NO_COLOR": "1"})[1])
            self.assertNotIn(b"\x1b[", on_terminal(*arguments, env={"TERM": "dumb"})[1])
            self.assertNotIn(b"\x1b[", run(*arguments).stdout)
            # The glyphs say all of it without.
            plain = re.sub(rb"\x1b\[[\d;]*m", b"", on_terminal(*arguments)[1])
            self.assertEqual(plain.replace(b"\r\n", b"\n"), run(*arguments).stdout)

    def test_makes_an_svg_with_titles(self):
        ids = ["vm-1", "vm-31", "vm-54", "<&>\x1b\u202e"]
        text = drawn("--subnet", SUBNET, "--ids", "-", "--format", "svg",
                     stdin="\n".join(ids) + "\n\ufffe\n")
        document = ElementTree.fromstring(text)
        rects = [rect for rect in document.iter(SVG + "rect") if rect.find(SVG + "title") is not None]
        titles = [rect.find(SVG + "title").text for rect in rects]
        self.assertEqual(len(titles), 256)
        self.assertEqual(titles[185], "172.30.0.185: colliding: vm-31, vm-54")
        self.assertEqual(titles[231], "172.30.0.231: used: vm-1")
        self.assertEqual(titles[0], "172.30.0.0: reserved")
        self.assertTrue(any(title.endswith("used: <&>\\x1b\\xe2\\x80\\xae") for title in titles))
        self.assertTrue(any(title.endswith("used: \\xef\\xbf\\xbe") for title in titles))
        places = [(rect.get("x"), rect.get("y")) for rect in rects]
        self.assertEqual(len(set(places)), 256)
        side = int(rects[1].get("x")) - int(rects[0].get("x")) or \
            int(rects[1].get("y")) - int(rects[0].get("y"))
        left, top = int(places[0][0]), int(places[0][1])
        for i, (x, y) in enumerate(places):
            self.assertEqual(((int(x) - left) // side, (int(y) - top) // side), hilbert(16, i))
        words = " ".join(text.text for text in document.iter(SVG + "text"))
        for word in ("172.30.0.0/24", "used", "moved", "colliding", "reserved", "quarantined", "free"):
            self.assertIn(word, words)

    def test_puts_counts_into_the_titles_of_blocks(self):
        text = drawn("--subnet", "10.0.0.0/16", "--ids", "-", "--format", "svg", stdin="vm-1\n")
        titles = [title.text for title in ElementTree.fromstring(text).iter(SVG + "title")]
        self.assertEqual(len(titles), 4096)
        self.assertEqual(titles[0], "10.0.0.0-10.0.0.15: 2 reserved, 14 free")
        self.assertEqual(sum("1 used" in title for title in titles), 1)

    def test_refuses_bad_use(self):
        for arguments, status in (((), 2), (("--ids", "-", "--plan", "-"), 2),
                                  (("--ids", "/nonexistent"), 3), (("--plan", "/nonexistent"), 3),
                                  (("--snapshot", "/nonexistent"), 3)):
            answer = run("map", "--subnet", SUBNET, *arguments)
            self.assertEqual((answer.returncode, answer.stdout), (status, b""), arguments)
        self.assertEqual(run("map", "--subnet", "10.0.0.0/31", "--ids", "-").returncode, 2)
        bad = run("map", "--subnet", SUBNET, "--plan", "-", stdin=json.dumps({"id": "a"}))
        self.assertEqual(bad.returncode, 2)


if __name__ == "__main__":
    unittest.main()
