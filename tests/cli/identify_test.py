"""`vmnet identify` end to end."""

import csv
import io
import json
import os
import resource
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time
import unittest

from program import PROGRAM, SUBNET, identify, identity, on_terminal, run

FIELDS = ["tap_name", "guest_ip", "gateway", "subnet", "mac"]
ODD_IDS = [b"vm-1", b"", "vm-\u00e9".encode(), b'a,"b"', b" a ", b"\\", b"\x1b[31m", b"\x7f",
           "\u0085\u202e\u2066\u061c".encode(), b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80",
           "\U0001f600".encode(), b"a\nb", b"a\tb\r", b"{}", b"a\x00b", b"#a"]


def hex_lines(ids):
    return b"".join(json.dumps({"id_hex": i.hex()}).encode() + b"\n" for i in ids)


class TestCase(unittest.TestCase):
    def assert_ends(self, done, status, message=b""):
        self.assertEqual(done.returncode, status, done)
        if message:
            self.assertIn(message, done.stderr)
        else:
            self.assertEqual(done.stderr, b"")


class Arguments(TestCase):
    def test_ids_come_out_in_their_order_with_a_header(self):
        done = identify("vm-2", "vm-1")
        self.assert_ends(done, 0)
        expected = ["id\t" + "\t".join(FIELDS)]
        expected += ["\t".join([i, *(identity(i.encode())[f] for f in FIELDS)])
                     for i in ("vm-2", "vm-1")]
        self.assertEqual(done.stdout.decode().splitlines(), expected)

    def test_the_order_is_that_of_the_command_line_whatever_an_id_comes_from(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"c\nd\n")
            file.flush()
            done = identify("--no-check", "a", "--id", "b", "--ids", file.name, "[x]", "++",
                            "--id=-e", "-", "f", "--", "g", stdin="in\n")
        self.assert_ends(done, 0)
        self.assertEqual([line.split("\t")[0] for line in done.stdout.decode().splitlines()[1:]],
                         ["a", "b", "c", "d", "[x]", "++", "-e", "in", "f", "g"])

    def test_a_value_behind_an_equals_sign_may_be_empty(self):
        done = identify("--no-check", "--id=", "a")
        self.assertEqual([line.split("\t")[0] for line in done.stdout.decode().splitlines()[1:]],
                         ["", "a"])
        self.assert_ends(run("identify", "--subnet=", "a"), 2, b"the text ends too early")

    def test_standard_input_cannot_be_read_twice(self):
        for arguments in (["-", "-"], ["--ids", "-", "--ids=-"], ["-", "a", "--ids", "-"]):
            done = identify(*arguments, stdin="a\n")
            self.assert_ends(done, 2, b"it can be read only once")
            self.assertEqual(done.stdout, b"")
        self.assert_ends(identify("--no-check", "-", "--id", "-", "--", "-"), 0)

    def test_messages_about_arguments_are_short_and_escaped(self):
        long = "\x1b\u00e9" * 20_000
        for arguments in (["identify", "--format", long], ["identify", "--" + long], [long],
                          ["net", "10.0.0.0/8", long], ["identify", "--ids", long],
                          ["verify", long], ["identify", "--digest=" + long, "a"],
                          ["identify", "--subnet", long, "a"], ["set", long], ["whois", long],
                          ["risk", "--vms", long], ["whois", "--ids", "-", long]):
            done = run(*arguments)
            self.assertIn(done.returncode, (2, 3))
            self.assertNotIn(b"\x1b", done.stderr)
            self.assertLess(len(done.stderr), 800, arguments[:2])

    def test_a_choice_that_is_none_is_told_with_those_there_are(self):
        self.assert_ends(identify("--format", "xml", "a"), 2,
                         b"--format: 'xml': expected table, tsv, csv, json, jsonl (try")
        self.assert_ends(identify("--bogus", "a", "--other"), 2, b"unexpected argument '--bogus'")
        self.assert_ends(run("net", "10.0.0.0/8", "x", "y"), 2, b"unexpected argument 'x'")

    def test_an_empty_name_of_a_file_is_bad_use(self):
        for use in (("identify", "--ids", ""), ("identify", "a", "-o", ""), ("plan", "--keep", ""),
                    ("emit", "hosts", "--out-dir", ""), ("diff", "", "-"), ("verify", "")):
            self.assert_ends(run(*use), 2, b"'': expected the name of a file")

    def test_what_other_parsers_take_apart_is_an_id(self):
        ids = ["{}", "%%", "a,b", "net", "identify", "a=b", "[a,b]", "[[aa]]", "[]", "["]
        done = identify("--no-check", *ids)
        self.assertEqual([line.split("\t")[0] for line in done.stdout.decode().splitlines()[1:]],
                         ids)

    def test_what_the_parser_gives_a_meaning_is_an_id_behind_every_option(self):
        for before in ([], ["--format=tsv"], ["-o-"], ["--digest"], ["-5"], ["--input", "plain"]):
            for vm_id in ("[a,b]", "[[aa]]", "++"):
                done = identify(*before, vm_id)
                self.assert_ends(done, 0)
                self.assertEqual(done.stdout.decode().splitlines()[-1].split("\t")[0], vm_id)

    def test_brackets_are_kept_however_an_id_is_given(self):
        for arguments in (["--id", "[a,b]"], ["--id=[a,b]"], ["--", "[a,b]"], ["[a,b]"]):
            done = identify(*arguments)
            self.assert_ends(done, 0)
            self.assertEqual(done.stdout.decode().splitlines()[-1].split("\t")[0], "[a,b]")

    def test_behind_two_dashes_everything_is_an_id(self):
        done = identify("a", "--", "--strict", "-1", "-", "--", "")
        self.assert_ends(done, 0)
        self.assertEqual([line.split("\t")[0] for line in done.stdout.decode().splitlines()[1:]],
                         ["a", "--strict", "-1", "-", "--", ""])

    def test_bad_use_ends_with_2_and_points_to_the_help(self):
        for arguments in (["--format", "xml", "a"], ["--bogus"], ["--strict", "--no-check", "a"],
                          ["--input", "yaml", "a"]):
            self.assert_ends(identify(*arguments), 2, b"(try 'vmnet identify --help')")
        self.assert_ends(run(), 2, b"(try 'vmnet --help')")
        self.assert_ends(run("bogus"), 2, b"unknown command bogus")

    def test_bad_use_is_told_in_words_of_its_own(self):
        for arguments, message in (
                ([], b"no command is given (try 'vmnet --help')"),
                (["--version=3"], b"--version takes no value (try 'vmnet --help')"),
                (["identify", "--digest=xyz", "a"], b"--digest takes no value"),
                (["net", "--json=true", "10.0.0.0/8"], b"--json takes no value"),
                (["identify", "--help=3"], b"--help takes no value"),
                (["risk"], b"--vms is required"), (["net"], b"CIDR is required"),
                (["risk", "--vms"], b"--vms: expected a value behind it, N"),
                (["identify", "-o"], b"--output: expected a value behind it, FILE"),
                (["identify", "--input"], b"--input: expected a value behind it, {plain,jsonl}"),
                (["risk", "--vms", "1", "--vms=2"], b"--vms is given more than once"),
                (["identify", "--strict", "--no-check"],
                 b"--strict cannot be given with --no-check"),
                (["set", "--count", "--ranges", "1.1.1.1"],
                 b"--ranges cannot be given with --count")):
            done = run(*arguments)
            self.assert_ends(done, 2, b"vmnet: " + message)
            self.assertEqual((done.stdout, done.stderr.count(b"\n")), (b"", 1))
            self.assertIn(b" --help')\n", done.stderr)

    def test_no_ids_are_an_error_that_names_the_ways_to_give_them(self):
        self.assert_ends(identify(stdin=b"a\n"), 2, b"--ids FILE")

    def test_bad_subnets_are_told(self):
        for subnet, message in (("10.0.0.256/8", b"10.0.0.256/8\n       ^ an octet is at most 255"),
                                ("10.0.0.0/31", b"need /30 or larger"), ("", b"too early")):
            done = run("identify", "--subnet", subnet, "a")
            self.assert_ends(done, 2, message)
            self.assertEqual(done.stdout, b"")

    def test_every_instruction_set_gives_the_same(self):
        ids = "".join(f"vm-{n}\n" for n in range(3000)) + "x" * 3000
        usual = identify("--ids", "-", "--no-check", "--digest", stdin=ids)
        self.assert_ends(usual, 0)
        told = run("--version", env={"VMNET_ISA": "pentium\x1b"})
        self.assert_ends(told, 2, rb"vmnet: VMNET_ISA: 'pentium\x1b': expected portable")
        supported = told.stderr.decode().strip().rpartition("expected ")[2].split(", ")
        for name in ("portable", "avx2", "avx512", ""):
            done = identify("--ids", "-", "--no-check", "--digest", stdin=ids,
                            env={"VMNET_ISA": name})
            if name in ("", *supported):
                self.assertEqual((done.returncode, done.stdout), (0, usual.stdout), name)
            else:
                self.assert_ends(done, 2, b"expected " + ", ".join(supported).encode())

    def test_an_id_without_any_subnet_is_an_error(self):
        self.assert_ends(run("identify", "a"), 2, b"expected a subnet")

    def test_help_has_examples_and_version_a_number(self):
        for arguments in (["--help"], ["identify", "--help"]):
            done = run(*arguments)
            self.assert_ends(done, 0)
            self.assertIn(b"Examples:\n  vmnet identify", done.stdout)
        self.assertRegex(run("--version").stdout, rb"\Avmnet \d+\.\d+\.\d+\n\Z")

    def test_hex_ids_may_be_any_bytes(self):
        done = identify("--id-encoding", "hex", "--format", "jsonl", "766d2d31", "FF")
        self.assertEqual([json.loads(x).get("id") for x in done.stdout.splitlines()],
                         ["vm-1", None])
        self.assert_ends(identify("--id-encoding", "hex", "00", "0g"), 2,
                         b"ID:2:2: expected a hexadecimal digit")


class PlainInput(TestCase):
    def ids(self, text, *arguments):
        done = identify("--ids", "-", "--no-check", "--format", "jsonl", *arguments, stdin=text)
        self.assert_ends(done, 0)
        return [json.loads(line)["id"] for line in done.stdout.splitlines()]

    def test_comments_and_empty_lines_are_skipped_and_spaces_belong_to_the_id(self):
        self.assertEqual(self.ids("#c\n\na b \n #d\n   \nlast"), ["a b ", " #d", "   ", "last"])

    def test_a_tab_and_a_subnet_may_follow(self):
        done = run("identify", "--ids", "-", "--format", "jsonl",
                   stdin="a\t10.0.0.9/8\n\t10.1.0.0/16\n")
        self.assert_ends(done, 0)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        for row, (vm_id, subnet) in zip(rows, (("a", "10.0.0.0/8"), ("", "10.1.0.0/16")),
                                        strict=True):
            expected = identity(vm_id.encode(), subnet)
            self.assertEqual(row, {"id": vm_id, **{f: expected[f] for f in FIELDS}})

    def test_a_lone_dash_among_the_ids_is_standard_input(self):
        done = identify("a", "-", "b", "--no-check", stdin="c\n")
        self.assertEqual([line[:1] for line in done.stdout.splitlines()[1:]], [b"a", b"c", b"b"])

    def test_marks_that_would_rename_machines_are_told(self):
        for text, place, what in ((b"a\r\nb\r\n", b"-:1:2:", b"carriage return"),
                                  (b"#c\r\n", b"-:1:3:", b"carriage return"),
                                  (b"\xef\xbb\xbfa\n", b"-:1:1:", b"byte order mark"),
                                  (b"a\n\xef\xbb\xbfb\n", b"-:2:1:", b"byte order mark"),
                                  (b"\xff\xfea\x00", b"-:1:1:", b"byte order mark")):
            done = identify("--ids", "-", stdin=text)
            self.assert_ends(done, 2, place)
            self.assertIn(what, done.stderr)

    def test_a_carriage_return_inside_of_a_line_is_part_of_the_id(self):
        self.assertEqual(self.ids("a\rb\n"), ["a\rb"])

    def test_the_format_is_found_by_the_first_byte_that_is_not_blank(self):
        self.assertEqual(self.ids(' \n\t{"id":"x"}\n'), ["x"])
        self.assertEqual(self.ids('{"id":"x"}', "--input", "plain"), ['{"id":"x"}'])
        self.assertEqual(self.ids('a\n{"id":"x"}'), ["a", '{"id":"x"}'])

    def test_json_lines_behind_a_comment_do_not_become_ids(self):
        lines = '# fleet\n\n{"id":"x"}\n{ "id":"y"}\n'
        done = identify("--ids", "-", "--keep-going", stdin=lines)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"-:3:1: expected an id: this looks like JSON Lines", done.stderr)
        self.assertIn(b"-:4:1: ", done.stderr)
        self.assertEqual(len(done.stdout.splitlines()), 1)
        self.assertEqual(self.ids(lines, "--input", "plain"), ['{"id":"x"}', '{ "id":"y"}'])
        # A brace alone is no sign of JSON.
        self.assertEqual(self.ids("# fleet\n{6ba7b810}\n"), ["{6ba7b810}"])
        self.assert_ends(identify("--ids", "-", stdin="{6ba7b810}\n"), 2, b"--input plain")

    def test_a_json_array_does_not_become_ids(self):
        array = identify("--format", "json", "a", "b").stdout
        for text, place in ((array, b"-:1:1"), (b"[]\n", b"-:1:1"), (b"[ ]\r\n", b"-:1:1"),
                            (b"[\r\n{}\r\n]\r\n", b"-:1:1"), (b"\n \t[ \n", b"-:2:3"),
                            (b"# fleet\n[\n", b"-:2:1"), (b'[\t{"id":"a"}]', b"-:1:1"), (b'["a","b"]\n', b"-:1:1")):
            done = identify("--ids", "-", stdin=text)
            self.assert_ends(done, 2, place + b": expected JSON Lines, one object a line: this "
                                              b"looks like a JSON array (--input plain takes it "
                                              b"as ids)\n")
            self.assertEqual(len(done.stdout.splitlines()), 1)
        # Where the run goes on, no other line of it becomes an id either.
        going_on = identify("--ids", "-", "--keep-going", stdin="[\nx\n]\n")
        self.assertEqual((going_on.returncode, len(going_on.stdout.splitlines())), (2, 1))
        self.assertEqual(going_on.stderr.count(b"-:"), 3)
        self.assertEqual(run("plan", "--subnet", SUBNET, "--ids", "-", stdin=array).returncode, 2)
        self.assertEqual(self.ids(array, "--input", "plain"), array.decode().splitlines())
        # A bracket at the front of an id is no sign of an array, nor is one behind the first.
        self.assertEqual(self.ids("[a]\n[\n"), ["[a]", "["])
        self.assertEqual(self.ids("a\n[\n"), ["a", "["])

    def test_hex_lines_are_any_bytes(self):
        self.assertEqual(self.ids("23\t10.0.0.0/8\n0a\n", "--id-encoding", "hex"), ["#", "\n"])


class JsonLinesInput(TestCase):
    def test_output_can_be_read_back(self):
        first = identify("--ids", "-", "--format", "jsonl", "--digest", stdin=hex_lines(ODD_IDS))
        self.assertEqual(first.returncode, 0)
        second = run("identify", "--ids", "-", "--format", "jsonl", "--digest", "--no-check",
                     stdin=first.stdout)
        self.assert_ends(second, 0)
        self.assertEqual(second.stdout, first.stdout)

    def test_faults_are_told_where_they_are(self):
        for line, column, what in (
                (rb'{"id":"a\ud800"}', 9, b"surrogate"), (rb'{"id":"\udc00"}', 8, b"surrogate"),
                (rb'{"id":"\\\ud83d\ude00\udc00"}', 22, b"surrogate"),
                (rb'{"id":"\ud800\u0041"}', 8, b"surrogate"),
                (rb'{"id":"\q"}', 9, b"expected an escape"), (b'{"id":"x', 9, b"closing quote"),
                (b'{"id":"\x01"}', 8, b"control character"), (b'{id:"x"}', 2, b"expected a key"),
                (b'{"id" "x"}', 9, b"expected ':'"), (b'{"id":x}', 7, b"expected a string"),
                (b'{"id":', 7, b"expected a string"),
                (b'{"id":"x" "y"}', 13, b"expected ',' or '}'"),
                (b'{"id":"\xff"}', 8, b"UTF-8"), (b'{"sub_net":"x"}', 2, b"one of the keys"),
                (b'{"id": 7}', 8, b"expected a string"), (b'{"id":{}}', 7, b"expected a string"),
                (b'{"id":"x","id_hex":"61"}', 11, b"only"), (b'{}', 2, b'"id" or "id_hex"'),
                (b'{"id":"x","id":"x"}', 11, b"only"),
                (b'{"id_hex":"f"}', 13, b"second hexadecimal digit"),
                (b'{"id":"x","subnet":"10.0.0.0/33"}', 30, b"at most 32"),
                (b'{"id":"x","subnet":"10.0.0.0/31"}', 21, b"/30 or larger"),
                (b'{"id":"x"}}', 11, b"expected the end of the line"),
                (b'{"id":"x"', 10, b"expected ',' or '}'")):
            done = identify("--ids", "-", "--input", "jsonl", stdin=b'{"id":"ok"}\n' + line)
            self.assert_ends(done, 2, b"-:2:%d: " % column)
            self.assertIn(what, done.stderr)
            self.assertNotIn(b"pars", done.stderr)  # the parser is not the user's affair
        for line in (b"[]", b'"a"', b"7", b"x"):
            self.assert_ends(identify("--ids", "-", "--input", "jsonl", stdin=line), 2,
                             b"-:1:1: expected a JSON object")

    def test_nothing_is_dropped_behind_a_nul(self):
        done = identify("--ids", "-", stdin=b'{"id":"a"}\0{"id":"b"}\n')
        self.assert_ends(done, 2, b"-:1:11: expected the end of the line, not a NUL byte")

    def test_the_message_for_a_huge_number_is_short(self):
        done = identify("--ids", "-", stdin=b'{"id": ' + b"9" * 100_000 + b"}")
        self.assert_ends(done, 2, b"-:1:8: expected a string")
        self.assertLess(len(done.stderr), 300)

    def test_pairs_of_surrogates_and_nul_are_characters(self):
        done = identify("--ids", "-", "--format", "json",
                        stdin=rb'{"id":"\ud83d\ude00\u0000"}')
        self.assertEqual(json.loads(done.stdout)[0]["id"], "\U0001f600\0")

    def test_a_deep_nest_is_refused_without_harm(self):
        self.assert_ends(identify("--ids", "-", stdin=b'{"id":' + b"[" * 1000000), 2, b"-:1:7:")


class Formats(TestCase):
    def rows(self, form, ids=ODD_IDS, *arguments):
        done = identify("--ids", "-", "--no-check", "--format", form, *arguments,
                        stdin=hex_lines(ids))
        self.assert_ends(done, 0)
        return done.stdout

    def test_json_and_jsonl_give_every_id_back(self):
        as_lines = [json.loads(x) for x in self.rows("jsonl", ODD_IDS, "--digest").splitlines()]
        self.assertEqual(json.loads(self.rows("json", ODD_IDS, "--digest")), as_lines)
        for vm_id, row in zip(ODD_IDS, as_lines, strict=True):
            back = bytes.fromhex(row.pop("id_hex")) if "id_hex" in row else row.pop("id").encode()
            self.assertEqual(back, vm_id)
            self.assertEqual(row, identity(vm_id))

    def test_csv_gives_every_id_back(self):
        text = self.rows("csv").decode()
        self.assertEqual(text.count("\r\n"), len(ODD_IDS) + 1)
        rows = list(csv.DictReader(io.StringIO(text.replace("\0", "\ufffc"), newline="")))
        for vm_id, row in zip(ODD_IDS, rows, strict=True):
            back = bytes.fromhex(row["id_hex"]) or row["id"].replace("\ufffc", "\0").encode()
            self.assertEqual(back, vm_id)
            self.assertEqual([row[f] for f in FIELDS], [identity(vm_id)[f] for f in FIELDS])

    def test_an_empty_set_is_a_header_or_an_empty_array(self):
        for form, text in (("tsv", b"id\ttap_name\tguest_ip\tgateway\tsubnet\tmac\n"),
                           ("csv", b"id,id_hex,tap_name,guest_ip,gateway,subnet,mac\r\n"),
                           ("json", b"[]\n"), ("jsonl", b"")):
            self.assertEqual(identify("--ids", "-", "--format", form).stdout, text)

    def test_table_columns_are_straight_for_the_first_thousand_rows(self):
        ids = [b"x" * (n % 40) for n in range(1000)] + ["\u8a9e\u0301".encode()] + [b"y" * 60]
        lines = self.rows("table", ids).decode().splitlines()
        column = lines[0].index("tap_name")
        self.assertEqual(column, 41)
        self.assertEqual({line.index("tap-") for line in lines[1:1001]}, {column})
        self.assertEqual(lines[1002].index("tap-"), 62)


class Escaping(TestCase):
    def test_nothing_raw_gets_out_of_table_and_tsv(self):
        ids = {b"\\": r"\\", b"a\tb\nc\r": r"a\tb\nc\r", b"\x1b\x00\x7f": r"\x1b\x00\x7f",
               "\u0085\u202e\u200f".encode(): r"\xc2\x85\xe2\x80\xae\xe2\x80\x8f",
               b"\xff\xed\xa0\x80": r"\xff\xed\xa0\x80", "\u00e9\U0001f600".encode():
               "\u00e9\U0001f600"}
        for form, separator in (("tsv", "\t"), ("table", " ")):
            done = identify("--ids", "-", "--format", form, "--no-check",
                            stdin=hex_lines(ids))
            shown = [line.split(separator)[0] for line in done.stdout.decode().splitlines()[1:]]
            self.assertEqual(shown, list(ids.values()))

    def test_json_escapes_what_terminals_obey(self):
        done = identify("--ids", "-", "--format", "json", stdin=hex_lines(ODD_IDS[:13]))
        text = done.stdout.decode()
        self.assertIn(r'"id":"\u0085\u202e\u2066\u061c"', text)
        self.assertIn(r"\u001b[31m", text)
        self.assertIn(r'"id":"\u007f"', text)

    def test_messages_are_escaped(self):
        done = run("identify", "--subnet", "\x1b[31m", "\x1b", "--format", "\x1b")
        self.assertNotIn(b"\x1b", done.stderr)
        self.assertNotIn(b"\x1b", run("identify", "--ids", "/\x1b", "--subnet", SUBNET).stderr)
        self.assertNotIn(b"\x1b", identify("\x1ba", "\x1ba").stderr)

    def test_a_window_is_shown_of_a_long_line(self):
        done = identify("--ids", "-", stdin=b"\x1b" * 3_000_000 + b"\t10.0.0.999/8" + b"9" * 99999)
        self.assert_ends(done, 2, b"-:1:3000009: ")
        self.assertLess(len(done.stderr), 700)
        message, text, caret = done.stderr.decode().splitlines()
        self.assertEqual(text[caret.index("^"):][:3], "999")


class Collisions(TestCase):
    def test_addresses_that_collide_are_reported_with_their_ids(self):
        done = identify("vm-31", "x", "vm-54")
        self.assert_ends(done, 0, b"guest_ip 172.30.0.185 in 172.30.0.0/24: vm-31, vm-54\n")
        self.assertEqual(identify("--strict", "vm-31", "vm-54").returncode, 1)
        self.assert_ends(identify("--no-check", "vm-31", "vm-54"), 0)

    def test_taps_that_collide_are_reported(self):
        done = run("identify", "--subnet", "10.0.0.0/8", "vm-302406", "vm-5349")
        self.assert_ends(done, 0, b"collision: tap_name tap-6c5c696e: vm-302406 (10.0.0.0/8), "
                                  b"vm-5349 (10.0.0.0/8)\n")
        self.assertIn(b"1 collision (1 tap_name, 0 mac, 0 guest_ip), 0 duplicates", done.stderr)

    def test_the_same_digest_collides_in_all(self):
        done = identify("!0IC=VloaY", "QvXtM>@Fp%")
        self.assertIn(b"3 collisions (1 tap_name, 1 mac, 1 guest_ip), 0 duplicates", done.stderr)

    def test_a_duplicate_is_no_collision(self):
        done = identify("--strict", "vm-1", "vm-2", "vm-1", "vm-1")
        self.assert_ends(done, 1, b"duplicate: vm-1 in 172.30.0.0/24 is there 3 times\n")
        self.assertIn(b"0 collisions", done.stderr)

    def test_an_id_in_two_subnets_collides_in_tap_and_mac(self):
        done = run("identify", "--ids", "-", stdin="a\t10.0.0.0/8\na\t10.0.0.0/9\n")
        self.assert_ends(done, 0, b"(1 tap_name, 1 mac, 0 guest_ip), 0 duplicates")

    def test_every_collision_of_a_large_set_is_found(self):
        ids = [f"vm-{n}" for n in range(3000)] + ["x" * 5000, "y" * 2_000_000]
        by_address = {}
        for vm_id in ids:
            by_address.setdefault(identity(vm_id.encode(), "10.0.0.0/16")["guest_ip"],
                                  []).append(vm_id)
        expected = sorted(f"guest_ip {address} in 10.0.0.0/16: {', '.join(group)}"
                          for address, group in by_address.items() if len(group) > 1)
        done = run("identify", "--subnet", "10.0.0.0/16", "--ids", "-", stdin="\n".join(ids))
        found = sorted(line.removeprefix("vmnet: collision: ")
                       for line in done.stderr.decode().splitlines() if ": guest_ip" in line)
        self.assertGreater(len(expected), 20)
        self.assertEqual(found, expected)


class Faults(TestCase):
    def test_a_bad_line_ends_the_run(self):
        done = identify("--ids", "-", stdin="a\nb\t10.0.0/8\nc\n")
        self.assert_ends(done, 2, b"-:2:9: expected a subnet")
        self.assertEqual(len(done.stdout.splitlines()), 2)

    def test_the_rows_before_a_fault_come_out_whole_in_every_format(self):
        for form in ("table", "tsv", "csv", "json", "jsonl"):
            for status, arguments in ((2, ["--ids", "-"]), (3, ["-", "--ids", "/none"])):
                good = identify("a", "b", "--format", form).stdout
                text = "a\nb\n" + ("c\tx\nd\n" if status == 2 else "")
                done = identify("--format", form, *arguments, stdin=text)
                self.assertEqual((done.returncode, done.stdout), (status, good), form)

    def test_a_fault_comes_behind_the_rows_before_it(self):
        for form in ("table", "tsv", "json"):
            done = identify("--ids", "-", "--format", form, stdin="a\nb\tx\n",
                            stderr=subprocess.STDOUT)
            rows = identify("a", "--format", form).stdout
            self.assertTrue(done.stdout.startswith(rows + b"-:2:3: "), done.stdout)

    def test_keep_going_gives_the_good_lines_and_2(self):
        done = identify("--ids", "-", "--keep-going", "--format", "json",
                        stdin="a\nb\t10.0.0/8\nc\r\nd\n")
        self.assert_ends(done, 2, b"-:3:2: ")
        self.assertIn(b"-:2:9: ", done.stderr)
        self.assertEqual([row["id"] for row in json.loads(done.stdout)], ["a", "d"])

    def test_a_line_beyond_the_limit_is_told_and_passed_over(self):
        done = identify("--ids", "-", "--keep-going", stdin=b"a" * (2**24 + 1) + b"\nb\n")
        self.assert_ends(done, 2, b"-:1:16777217: expected the end of the line")
        self.assertEqual(done.stdout.splitlines()[1][:2], b"b\t")
        self.assert_ends(identify("--ids", "-", "-o", "/dev/null", stdin=b"a" * 2**24), 0)

    def test_files_that_cannot_be_read_end_with_3(self):
        with tempfile.TemporaryDirectory() as directory:
            self.assert_ends(identify("--ids", directory + "/none"), 3, b"No such file")
            self.assert_ends(identify("--ids", directory), 3, b"Is a directory")

    def test_the_place_names_the_file(self):
        with tempfile.TemporaryDirectory() as directory:
            with open(directory + "/ids", "w", encoding="utf-8") as file:
                file.write("a\tx\n")
            self.assert_ends(identify("--ids", directory + "/ids"), 2,
                             f"{directory}/ids:1:3: ".encode())


class OutputFile(TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.path = directory.name + "/out"

    def old_file(self, mode=0o640):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write("old")
        os.chmod(self.path, mode)

    def content(self):
        with open(self.path, "rb") as file:
            return file.read()

    def test_a_new_file_is_written_with_the_usual_mode(self):
        done = identify("-o", self.path, "vm-1", umask=0o027)
        self.assert_ends(done, 0)
        self.assertEqual(done.stdout, b"")
        self.assertEqual(self.content(), identify("vm-1").stdout)
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o640)
        self.assertEqual(os.listdir(self.directory), ["out"])

    def test_an_old_file_is_replaced_and_keeps_its_mode(self):
        self.old_file(0o604)
        before = os.stat(self.path).st_ino
        self.assert_ends(identify("-o", self.path, "vm-1"), 0)
        self.assertEqual(self.content(), identify("vm-1").stdout)
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o604)
        self.assertNotEqual(os.stat(self.path).st_ino, before)

    def test_links_are_followed_also_to_what_is_not_there(self):
        for exists in (False, True):
            os.mkdir(f"{self.directory}/{exists}")
            self.path = f"{self.directory}/{exists}/out"
            if exists:
                self.old_file()
            link = f"{self.directory}/link-{exists}"
            os.symlink(f"{exists}/out", link)
            self.assert_ends(identify("-o", link, "vm-1"), 0)
            self.assertTrue(os.path.islink(link))
            self.assertFalse(os.path.islink(self.path))
            self.assertEqual(self.content(), identify("vm-1").stdout)

    def test_a_run_that_fails_leaves_the_old_file(self):
        self.old_file()
        for status, arguments, text in ((2, [], "a\nb\tx\n"), (1, ["--strict"], "a\na\n"),
                                        (3, ["--ids", self.directory], "a\n")):
            done = identify("-o", self.path, "--ids", "-", *arguments, stdin=text)
            self.assertEqual(done.returncode, status)
            self.assertEqual(self.content(), b"old")
            self.assertEqual(os.listdir(self.directory), ["out"])

    def test_keep_going_replaces_the_file(self):
        self.old_file()
        done = identify("-o", self.path, "--ids", "-", "--keep-going", stdin="a\nb\tx\n")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(self.content(), identify("a").stdout)

    def test_a_file_may_be_read_and_replaced(self):
        with open(self.path, "wb") as file:
            file.write(b"vm-1\n")
        self.assert_ends(identify("-o", self.path, "--ids", self.path), 0)
        self.assertEqual(self.content(), identify("vm-1").stdout)

    def test_a_signal_removes_what_was_written_beside(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self.old_file()
            with subprocess.Popen([PROGRAM, "identify", "--subnet", SUBNET, "--ids", "-", "-o",
                                   self.path], stdin=subprocess.PIPE) as process:
                while len(os.listdir(self.directory)) < 2:  # until it has begun
                    self.assertIsNone(process.poll())
                    time.sleep(0.001)
                process.send_signal(number)
                self.assertEqual(process.wait(), -number)
            self.assertEqual(os.listdir(self.directory), ["out"])
            self.assertEqual(self.content(), b"old")

    def test_a_limit_of_file_size_is_told_and_leaves_the_old_file(self):
        self.old_file()
        done = identify("-o", self.path, *map(str, range(1000)), "--no-check",
                        env={"LLVM_PROFILE_FILE": "/dev/null"},  # which the limit would cut off
                        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (9999, 9999)))
        self.assert_ends(done, 3, b"cannot write " + self.path.encode() + b": File too large")
        self.assertEqual(self.content(), b"old")
        self.assertEqual(os.listdir(self.directory), ["out"])

    def test_devices_and_pipes_are_written_directly(self):
        self.assert_ends(identify("-o", "/dev/null", "a"), 0)
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))
        self.assertEqual(identify("-o", "/dev/stdout", "a").stdout, identify("a").stdout)
        os.mkfifo(self.path)
        reader = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
        self.assert_ends(identify("-o", self.path, "a"), 0)
        self.assertEqual(os.read(reader, 65536), identify("a").stdout)
        os.close(reader)
        self.assertTrue(stat.S_ISFIFO(os.stat(self.path).st_mode))

    def test_standard_output_by_name_keeps_what_is_in_its_file(self):
        self.old_file()
        with open(self.path, "ab") as log:
            self.assert_ends(identify("-o", "/dev/stdout", "a", stdout=log), 0)
            log.write(b"more")
        self.assertEqual(self.content(), b"old" + identify("a").stdout + b"more")

    def test_standard_error_by_name_keeps_what_is_in_its_file(self):
        self.old_file()
        with open(self.path, "ab") as log:
            done = identify("-o", "/dev/stderr", "a", stderr=log)
            self.assertEqual((done.returncode, done.stdout), (0, b""))
        self.assertEqual(self.content(), b"old" + identify("a").stdout)

    def test_messages_stay_out_of_it_where_standard_error_is_closed(self):
        done = identify("-o", self.path, "a", "a", preexec_fn=lambda: os.close(2))
        self.assert_ends(done, 0)
        self.assertEqual(self.content(), identify("a", "a").stdout)

    def test_a_place_that_cannot_be_written_is_told(self):
        self.assert_ends(identify("-o", self.path + "/none/x", "a"), 3, b"cannot write")
        self.assert_ends(identify("-o", self.directory, "a"), 3, b"Is a directory")


class Streams(TestCase):
    IDS = "".join(f"vm-{n}\n" for n in range(50000))

    def test_a_closed_pipe_ends_it_quietly(self):
        for arguments in ([], ["--no-check"], ["--format", "json"]):
            reader, writer = os.pipe()
            os.close(reader)
            done = identify("--ids", "-", *arguments, stdin=self.IDS, stdout=writer)
            os.close(writer)
            self.assert_ends(done, 0)

    def test_strict_gives_its_answer_even_then(self):
        reader, writer = os.pipe()
        os.close(reader)
        done = identify("--ids", "-", "--strict", stdin=self.IDS, stdout=writer)
        os.close(writer)
        self.assertEqual(done.returncode, 1)

    def test_a_full_disk_is_told(self):
        with open("/dev/full", "wb") as full:
            for ids in ("a\n", self.IDS):
                done = identify("--ids", "-", stdin=ids, stdout=full)
                self.assert_ends(done, 3, b"vmnet: cannot write standard output: No space left "
                                          b"on device\n")
                self.assertEqual(done.stderr.count(b"\n"), 1)
            self.assert_ends(run("--help", stdout=full), 3, b"No space left")
        self.assert_ends(identify("-o", "/dev/full", "a"), 3, b"cannot write /dev/full")

    def test_a_fault_of_the_output_ends_the_run_before_a_later_fault_of_the_input(self):
        for number, end in ((n, e) for n in (20_000, 50_000) for e in ("b\tx\n", "c\n")):
            with open("/dev/full", "wb") as full:
                done = identify("--ids", "-", "--ids", "/none", "--keep-going", "--no-check",
                                stdin="".join(f"vm-{n}\n" for n in range(number)) + end,
                                stdout=full)
            self.assert_ends(done, 3, b"cannot write standard output: No space left")
            self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)

    def test_rows_come_in_their_order_however_slow_the_reader_is(self):
        expected = b"".join("\t".join([f"vm-{n}", *(identity(f"vm-{n}".encode())[f] for f in FIELDS)])
                            .encode() + b"\n" for n in range(30_000))
        with subprocess.Popen([PROGRAM, "identify", "--subnet", SUBNET, "--no-check", "--ids", "-"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            feeder = threading.Thread(target=lambda: (process.stdin.write(self.IDS.encode()),
                                                      process.stdin.close()))
            feeder.start()
            got = bytearray(process.stdout.readline())
            while chunk := process.stdout.read1(777):
                got += chunk
            feeder.join()
            self.assertEqual(process.wait(), 0)
        rows = bytes(got).partition(b"\n")[2]
        self.assertEqual(rows[:len(expected)], expected)
        self.assertEqual(rows.count(b"\n"), 50_000)

    def test_a_row_comes_out_before_the_next_id_is_waited_for(self):
        for form in ("tsv", "csv", "jsonl"):
            self.converse("-", "--format", form)
        self.converse("-", "--no-check")
        self.converse("-", "-o", "/dev/stdout")  # a pipe, which is written directly
        with tempfile.TemporaryDirectory() as directory:
            pipe = os.path.join(directory, "pipe")
            os.mkfifo(pipe)
            self.converse(pipe)
            self.converse_before(pipe)

    def converse_before(self, pipe):
        """The row of an argument comes out before the pipe behind it has a writer."""
        with subprocess.Popen([PROGRAM, "identify", "--subnet", SUBNET, "vm-1", "--ids", pipe],
                              stdout=subprocess.PIPE) as process:
            rows = [process.stdout.readline() for _ in range(2)]
            self.assertTrue(rows[1].startswith(b"vm-1\t"))
            with open(pipe, "wb") as writer:
                writer.write(b"vm-2\n")
            self.assertTrue(process.stdout.read().startswith(b"vm-2\t"))
            self.assertEqual(process.wait(), 0)

    def test_a_row_that_cannot_go_out_ends_the_run_before_the_next_id_is_waited_for(self):
        with open("/dev/full", "wb") as full:
            with subprocess.Popen([PROGRAM, "identify", "--subnet", SUBNET, "--ids", "-"],
                                  stdin=subprocess.PIPE, stdout=full,
                                  stderr=subprocess.PIPE) as process:
                os.write(process.stdin.fileno(), b"vm-1\n")
                self.assertIn(b"No space left on device", process.stderr.readline())
                self.assertEqual(process.wait(), 3)

    def converse(self, ids, *arguments):
        """Writes an id, and a part of the next one, only when the row before is read."""
        with subprocess.Popen([PROGRAM, "identify", "--subnet", SUBNET, "--ids", ids, *arguments],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            with process.stdin if ids == "-" else open(ids, "wb", buffering=0) as writer:
                if "jsonl" not in arguments:
                    self.assertTrue(process.stdout.readline().startswith(b"id"))
                os.write(writer.fileno(), b"vm-")
                for number in range(3):
                    os.write(writer.fileno(), b"%d\n# next\nvm-" % number)
                    tap_name = identity(b"vm-%d" % number)["tap_name"]
                    self.assertIn(tap_name.encode(), process.stdout.readline())
            self.assertIn(identity(b"vm-")["tap_name"].encode(), process.stdout.read())
            self.assertEqual(process.wait(), 0)

    def test_no_bar_where_there_is_no_terminal(self):
        done = identify("--ids", "-", "--no-check", stdin="a\n" * 450000)
        self.assert_ends(done, 0)


class Terminal(TestCase):
    def test_a_table_is_the_default_there(self):
        status, shown = on_terminal("identify", "--subnet", SUBNET, "vm-1")
        self.assertEqual(status, 0)
        self.assertTrue(shown.startswith(b"\x1b[1mid    tap_name "), shown)

    def test_no_color_is_honoured(self):
        for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            _, shown = on_terminal("identify", "--subnet", SUBNET, "--ids", "-", "a", env=env)
            self.assertTrue(shown.startswith(b"id  tap_name"), shown)
            self.assertNotIn(b"\x1b", shown)
        self.assertIn(b"\x1b[1m", on_terminal("identify", "--subnet", SUBNET, "a",
                                              env={"NO_COLOR": ""})[1])

    def test_csv_keeps_controls_from_the_terminal(self):
        _, shown = on_terminal("identify", "--subnet", SUBNET, "--format", "csv", "\x1b[31m")
        self.assertIn(b",1b5b33316d,", shown)
        self.assertNotIn(b"\x1b", shown)

    def test_a_bar_shows_long_work_and_goes_away(self):
        with tempfile.TemporaryFile() as ids:
            ids.write(b"a\n" * 450000)
            ids.seek(0)
            arguments = ("identify", "--subnet", SUBNET, "--no-check", "--ids", "-")
            status, shown = on_terminal(*arguments, stdin=ids, stdout_too=False)
            self.assertEqual(status, 0)
            self.assertIn(b"% 400000 ids", shown)
            self.assertTrue(shown.endswith(b"\r\x1b[K"), shown)
            ids.seek(0)
            _, quiet = on_terminal(*arguments, stdin=ids, stdout_too=False, env={"TERM": "dumb"})
            self.assertEqual(quiet, b"")


    def test_the_search_for_collisions_is_shown_too(self):
        with tempfile.TemporaryFile() as ids:
            ids.write(b"".join(b"vm-%d\n" % n for n in range(200_000)))
            for line, report in ((b"x\n", b""), (b"vm-1\n", b"vmnet: duplicate: vm-1 ")):
                ids.write(line)
                ids.seek(0)
                status, shown = on_terminal("identify", "--subnet", "0.0.0.0/0", "--ids", "-",
                                            stdin=ids, stdout_too=False)
                self.assertEqual(status, 0)
                # When it goes is tests/cli/collision_report_test.cpp's.
                self.assertIn(b"\r\x1b[Klooking for collisions\r\x1b[K" + report, shown)
                ids.seek(0, os.SEEK_END)


class Memory(TestCase):
    def peak(self, count, *arguments, subnet="0.0.0.0/0"):
        """The most bytes that a run over `count` ids from a pipe had in memory.

        By GNU time: the kernel counts for a process what whoever started it had in memory,
        and Python has more than the program.
        """
        self.assertTrue(shutil.which("time"), "no GNU time: install it (Debian: time)")
        with tempfile.NamedTemporaryFile() as told:
            feeder = subprocess.Popen(["seq", "-f", "vm-%08.0f", str(count)], stdout=subprocess.PIPE)
            program = subprocess.Popen(
                ["time", "-f", "%M", "-o", told.name,
                 PROGRAM, "identify", "--subnet", subnet, "--ids", "-", *arguments],
                stdin=feeder.stdout, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            feeder.stdout.close()
            self.assertEqual((program.wait(), feeder.wait()), (0, 0))
            return int(told.read()) * 1024

    def test_it_is_constant_without_the_check(self):
        self.assertLess(self.peak(600_000, "--no-check") - self.peak(100_000, "--no-check"),
                        1_000_000)

    def test_the_check_takes_at_most_40_bytes_an_id_beside_the_ids(self):
        few, many = 60_000, 120_000
        id_size = len("vm-00000001")
        for subnet in ("0.0.0.0/0", "10.0.0.0/30"):  # in a /30 all of them collide
            per_id = (self.peak(many, subnet=subnet) - self.peak(few, subnet=subnet)) / (many - few)
            self.assertLess(per_id - id_size, 40)
            # Less than the entries take would mean that nothing was measured.
            self.assertGreater(per_id - id_size, 15)


if __name__ == "__main__":
    unittest.main()
