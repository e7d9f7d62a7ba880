"""vmnet net, risk and size, end to end."""

import json
import math
import unittest

from program import run


def labels(text):
    """The labelled lines of an answer for people."""
    return {line[:17].strip(): line[17:].strip() for line in text.decode().splitlines()}


class Net(unittest.TestCase):
    def test_explains_a_subnet_and_masks_host_bits(self):
        answer = run("net", "172.30.0.42/24")
        self.assertEqual((answer.returncode, answer.stderr), (0, b""))
        self.assertEqual(
            labels(answer.stdout),
            {
                "network": "172.30.0.0",
                "prefix length": "24",
                "netmask": "255.255.255.0",
                "hostmask": "0.0.0.255",
                "broadcast": "172.30.0.255",
                "gateway": "172.30.0.1",
                "addresses": "256",
                "usable hosts": "254",
                "first host": "172.30.0.1",
                "last host": "172.30.0.254",
                "guest addresses": "253",
                "first guest": "172.30.0.2",
                "last guest": "172.30.0.254",
                "address space":
                    "private use: 172.16.0.0/12, Private-Use (RFC 1918), not globally reachable",
                "VMs at 1 % risk": "2",
                "VMs at 50 % risk": "19",
            },
        )

    def test_says_what_address_space_it_is(self):
        def space(subnet):
            return labels(run("net", subnet).stdout)["address space"]
        self.assertEqual(space("8.8.8.0/24"), "public, global unicast")
        self.assertIn("shared: 100.64.0.0/10, Shared Address Space (RFC 6598)", space("100.64.0.0/24"))
        self.assertIn("mixed: 10.0.0.0/8, Private-Use (RFC 1918)", space("10.0.0.0/7"))
        answer = json.loads(run("net", "10.0.0.0/7", "--json").stdout)
        self.assertEqual(answer["address_class"], "mixed")
        self.assertIs(answer["globally_reachable"], False)
        self.assertEqual(answer["special_blocks"],
                         [{"block": "10.0.0.0/8", "name": "Private-Use", "rfc": "RFC 1918"}])

    def test_is_right_at_the_ends_of_the_prefix_lengths(self):
        whole = labels(run("net", "255.0.0.0/0").stdout)
        self.assertEqual(whole["gateway"], "0.0.0.1")
        self.assertEqual(whole["addresses"], "4,294,967,296")
        self.assertEqual(whole["last guest"], "255.255.255.254")
        pair = labels(run("net", "255.255.255.255/31").stdout)
        self.assertEqual(
            [pair[k] for k in ("broadcast", "gateway", "first host", "last host", "last guest")],
            ["none", "255.255.255.255", "255.255.255.254", "255.255.255.255", "none"],
        )
        single = labels(run("net", "10.0.0.7/32").stdout)
        self.assertEqual((single["gateway"], single["usable hosts"]), ("none", "1"))
        self.assertEqual(single["VMs at 50 % risk"], "0")
        smallest = labels(run("net", "10.0.0.0/30").stdout)
        self.assertEqual((smallest["first guest"], smallest["last guest"]), ("10.0.0.2",) * 2)

    def test_json_has_raw_numbers_and_null_for_what_is_not_there(self):
        whole = json.loads(run("net", "0.0.0.0/0", "--json").stdout)
        self.assertEqual(whole["num_guest_addresses"], 2**32 - 3)
        self.assertEqual(whole["vms_at_50_percent_risk"], 77163)
        single = json.loads(run("net", "--json", "10.0.0.7/32").stdout)
        self.assertEqual([single["gateway"], single["broadcast"]], [None, None])

    def test_a_bad_subnet_is_shown_with_a_caret(self):
        answer = run("net", "10.0.0.256/8")
        self.assertEqual((answer.returncode, answer.stdout), (2, b""))
        self.assertIn(b"\n10.0.0.256/8\n       ^ an octet is at most 255\n", answer.stderr)


class Risk(unittest.TestCase):
    def test_tells_address_tap_name_and_mac(self):
        lines = run("risk", "--vms", "20", "--subnet", "10.0.0.0/24").stdout.decode().splitlines()
        self.assertEqual(len(lines), 4)
        self.assertRegex(lines[1], r"^address in 10\.0\.0\.0/24 +253 +53\.7 % +1\.45$")
        self.assertRegex(lines[2], r"^TAP name +4,294,967,296 ")
        self.assertRegex(lines[3], r"^MAC address +1,099,511,627,776 ")

    def test_one_vm_is_singular(self):
        self.assertIn(b"among 1 VM ", run("risk", "--vms", "1").stdout)
        self.assertIn(b"for 1 VM (", run("size", "--vms", "1", "--risk", "1%").stdout)
        self.assertIn(b"/8 takes 1 VM, a /16", run("size", "--vms", "2", "--risk", "0").stderr)

    def test_a_tiny_risk_is_not_shown_as_nothing_nor_a_large_one_as_certain(self):
        tiny = run("risk", "--vms", "2").stdout.decode()
        self.assertIn(" 9.09e-11 % ", tiny)
        self.assertNotIn(" 0 %", tiny)
        self.assertIn(" > 99.9 % ", run("risk", "--vms", "400000").stdout.decode())
        self.assertIn(" 100 % ", run("risk", "--vms", "300", "--subnet", "1.0.0.0/24").stdout.decode())
        self.assertIn(" 0 % ", run("risk", "--vms", "1").stdout.decode())

    def test_json_has_fractions(self):
        answer = json.loads(run("risk", "--vms", "76", "--subnet", "10.0.0.1/20", "--json").stdout)
        slots = 4096 - 3
        differ = math.prod(1 - i / slots for i in range(76))
        self.assertEqual((answer["vms"], answer["subnet"]), (76, "10.0.0.0/20"))
        self.assertAlmostEqual(answer["guest_ip"]["probability"], 1 - differ, places=12)
        share = 76 * (1 - (1 - 1 / slots) ** 75)
        self.assertAlmostEqual(answer["guest_ip"]["expected_vms_that_share"], share, places=9)
        self.assertEqual(answer["tap_name"]["num_values"], 2**32)
        self.assertEqual(answer["mac"]["num_values"], 2**40)
        self.assertIsNone(json.loads(run("risk", "--vms", "1", "--json").stdout)["subnet"])

    def test_refuses_what_is_no_number_of_vms(self):
        for text in ("", "-1", "+1", "010", "0x10", "1e3", "1,000", "1 ", "18446744073709551616"):
            with self.subTest(text):
                answer = run("risk", "--vms=" + text)
                self.assertEqual((answer.returncode, answer.stdout), (2, b""))
                self.assertIn(b"--vms", answer.stderr)

    def test_refuses_a_subnet_without_guest_addresses(self):
        for subnet in ("10.0.0.0/31", "10.0.0.0/32", "10.0.0.0/33", ""):
            with self.subTest(subnet):
                answer = run("risk", "--vms", "3", "--subnet", subnet)
                self.assertEqual((answer.returncode, answer.stdout), (2, b""))
        self.assertIn(b"need /30 or larger", run("risk", "--vms", "3", "--subnet", "1.1.1.1/31").stderr)


class Size(unittest.TestCase):
    def test_prints_the_longest_prefix_for_a_fraction_and_for_per_cent(self):
        for risk in ("0.01", "1%", "1e-2", "1.0%"):
            with self.subTest(risk):
                answer = run("size", "--vms", "100", "--risk", risk)
                self.assertEqual((answer.returncode, answer.stderr), (0, b""))
                self.assertEqual(labels(answer.stdout)["longest prefix"], "/13")

    def test_the_next_longer_prefix_would_be_too_risky(self):
        for vms, risk in (("2", "1e-6"), ("77", "50%"), ("100", "1%"), ("5000", "0.5")):
            with self.subTest(vms=vms, risk=risk):
                answer = json.loads(run("size", "--vms", vms, "--risk", risk, "--json").stdout)
                self.assertLessEqual(answer["probability"], answer["risk"])
                longer = f"10.0.0.0/{answer['prefix_length'] + 1}"
                there = json.loads(run("risk", "--vms", vms, "--subnet", longer, "--json").stdout)
                self.assertGreater(there["guest_ip"]["probability"], answer["risk"])

    def test_exits_with_1_and_advice_where_nothing_fits(self):
        answer = run("size", "--vms", "10000", "--risk", "1%")
        self.assertEqual((answer.returncode, answer.stdout), (1, b""))
        self.assertIn(b"in a /0 it is 1.16 %", answer.stderr)
        self.assertIn(b"(vmnet plan)", answer.stderr)
        self.assertIn(b"at this\n  risk a /8 takes 581 VMs, a /16 takes 36", answer.stderr)
        answer = run("size", "--vms", "10000", "--risk", "1%", "--json")
        self.assertEqual(answer.returncode, 1)
        self.assertIsNone(json.loads(answer.stdout)["prefix_length"])

    def test_takes_the_ends_of_the_range(self):
        self.assertEqual(run("size", "--vms", "2", "--risk", "0").returncode, 1)
        self.assertIn(b"/30", run("size", "--vms", "1", "--risk", "0%").stdout)
        self.assertIn(b"any number", run("size", "--vms", "9", "--risk", "100%").stdout)

    def test_refuses_what_is_no_probability(self):
        refused = ("nan", "inf", "-0.1", "-0", "+0.1", "1.1", "100.1%", "", "%", "1%%", "1 %", " 1",
                   "0x1", "0,5", "1.5.", ".5", "1e", "1e-400", "one")
        for text in refused:
            with self.subTest(text):
                answer = run("size", "--vms", "5", "--risk=" + text)
                self.assertEqual((answer.returncode, answer.stdout), (2, b""))
                self.assertIn(b"--risk", answer.stderr)

    def test_a_bad_value_reaches_the_terminal_escaped(self):
        answer = run("size", "--vms", "\x1b[31m", "--risk", "\u202e1")
        self.assertIn(rb"'\x1b[31m'", answer.stderr)
        self.assertIn(rb"'\xe2\x80\xae1'", answer.stderr)


if __name__ == "__main__":
    unittest.main()
