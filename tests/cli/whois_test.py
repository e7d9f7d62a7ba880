"""vmnet whois, end to end."""

import json
import tempfile
import unittest

from program import on_terminal, run

FLEET = b"vm-1\nvm-31\nvm-54\nvm-2\t10.9.0.0/16\n"


class Whois(unittest.TestCase):
    def ask(self, name, *options, stdin=FLEET):
        return run("whois", "--subnet", "172.30.0.0/24", "--ids", "-", name, *options, stdin=stdin)

    def test_names_every_owner_of_an_address(self):
        answer = self.ask("172.30.0.185")
        self.assertEqual((answer.returncode, answer.stdout), (0, b"vm-31\nvm-54\n"))

    def test_finds_the_owner_of_a_tap_name_and_of_a_mac(self):
        self.assertEqual(self.ask("tap-1fdcc600").stdout, b"vm-1\n")
        row = run("identify", "--subnet", "1.0.0.0/8", "--format", "jsonl", "vm-54").stdout
        mac = json.loads(row)["mac"]
        self.assertEqual(self.ask(mac).stdout, b"vm-54\n")
        self.assertEqual(self.ask(mac.upper().replace(":", "-")).stdout, b"vm-54\n")
        answer = self.ask(mac.upper().replace(":", "-"), "--json")
        self.assertEqual(json.loads(answer.stdout)["mac"], mac)

    def test_honours_an_ids_own_subnet(self):
        row = run("identify", "--subnet", "10.9.0.0/16", "--format", "jsonl", "vm-2").stdout
        self.assertEqual(self.ask(json.loads(row)["guest_ip"]).stdout, b"vm-2\n")
        answer = json.loads(self.ask(json.loads(row)["guest_ip"], "--json").stdout)
        self.assertEqual(answer["owners"], [{"id": "vm-2", "subnet": "10.9.0.0/16"}])

    def test_exits_with_1_where_nobody_owns_it(self):
        answer = self.ask("172.30.0.1")
        self.assertEqual((answer.returncode, answer.stdout), (1, b""))
        self.assertIn(b"nobody owns 172.30.0.1", answer.stderr)
        answer = self.ask("172.30.0.1", "--json")
        self.assertEqual((answer.returncode, json.loads(answer.stdout)["owners"]), (1, []))

    def test_refuses_what_is_none_of_the_three(self):
        for name in ("", "vm-1", "tap-1FDCC600", "tap-1fdcc60", "172.30.0.256", "02:1d", "\x1b[m"):
            with self.subTest(name):
                answer = self.ask(name)
                self.assertEqual((answer.returncode, answer.stdout), (2, b""))
                self.assertNotIn(b"\x1b", answer.stderr)

    def test_refuses_a_subnet_without_guest_addresses(self):
        for name in ("172.30.0.1", "tap-1fdcc600"):
            answer = run("whois", "--subnet", "10.0.0.0/31", "--ids", "-", name, stdin=FLEET)
            self.assertEqual((answer.returncode, answer.stdout), (2, b""))
            self.assertIn(b"--subnet: subnet 10.0.0.0/31 too small", answer.stderr)

    def test_a_bar_shows_long_work_and_goes_away(self):
        for end, message in ((b"", b""), (b"b\tx\n", b"\x1b[1m-:400001:3: ")):
            with tempfile.TemporaryFile() as ids:
                ids.write(b"vm-1\n" + b"a\n" * 399_999 + end)
                ids.seek(0)
                _, shown = on_terminal("whois", "--ids", "-", "tap-1fdcc600", stdin=ids,
                                       stdout_too=False)
            self.assertIn(b" % 400000 ids\r\x1b[K" + message, shown)

    def test_escapes_ids_and_gives_hex_in_json(self):
        row = run("identify", "--subnet", "1.0.0.0/8", "--id-encoding", "hex", "ff1b", "--format", "jsonl").stdout
        tap = json.loads(row)["tap_name"]
        self.assertEqual(self.ask(tap, stdin=b"\xff\x1b\n").stdout, b"\\xff\\x1b\n")
        owners = json.loads(self.ask(tap, "--json", stdin=b"\xff\x1b\n").stdout)["owners"]
        self.assertEqual(owners[0]["id_hex"], "ff1b")

    def test_reports_a_bad_line_with_its_place(self):
        answer = self.ask("172.30.0.9", stdin=b"vm-1\nvm-2\r\n")
        self.assertEqual(answer.returncode, 2)
        self.assertIn(b"-:2:5: ", answer.stderr)


if __name__ == "__main__":
    unittest.main()
