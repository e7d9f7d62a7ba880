"""vmnet plan and vmnet diff, end to end, against the plan of tests/reference."""

import csv
import io
import ipaddress
import json
import os
import random
import sys
import tempfile
import unittest

from program import SUBNET, identity, on_terminal, run

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
import plan_v1  # noqa: E402

RESOURCES = {"tap_name": "tap", "guest_ip": "ip", "mac": "mac"}


def plan(*arguments, subnet=SUBNET, **options):
    return run("plan", "--subnet", subnet, *arguments, **options)


def rows(answer):
    return [json.loads(line) for line in answer.stdout.splitlines()]


def id_of(row, key="id"):
    if key + "_hex" in row:
        return bytes.fromhex(row[key + "_hex"])
    return row[key].encode() if key in row else None


def expected(vms, **how):
    """The rows that the reference plans, less the fields that depend on the subnet alone."""
    made = []
    for vm, placed in plan_v1.plan(vms, **how):
        row = {"id": vm["id"], "plan": 1}
        for field, name in RESOURCES.items():
            value, kind, probe, holder = placed[name]
            row[field] = value
            row[field + "_by"] = f"probe {probe}" if kind == "probed" else kind
            row[field + "_holder"] = holder
        made.append(row)
    return made


def comparable(row):
    short = {"id": id_of(row), "plan": row["plan"]}
    for field in RESOURCES:
        short[field] = row[field]
        short[field + "_by"] = row[field + "_by"]
        short[field + "_holder"] = id_of(row, field + "_holder")
    return short


class Files(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def file(self, name, content=None):
        path = os.path.join(self.directory, name)
        if content is not None:
            with open(path, "wb") as file:
                file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def planned(self, name, *arguments, **options):
        """The path of a plan that is made."""
        answer = plan(*arguments, "-o", self.file(name), **options)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        return self.file(name)


class Plan(Files):
    def test_is_that_of_the_reference_in_any_order(self):
        seed = random.randrange(2**32)
        print("seed", seed)
        rng = random.Random(seed)
        for count, subnet, more in ((0, SUBNET, {}), (25, "10.0.0.0/27", {}), (29, "10.0.0.0/27", {}),
                                    (150, SUBNET, {"key": bytes(range(16))}),
                                    (230, SUBNET, {"excluded": [("172.30.0.8", "172.30.0.15"),
                                                                ("172.30.0.99", "172.30.0.99")]})):
            ids = rng.sample([f"vm-{n}" for n in range(10000)], count)
            vms = [{"id": i.encode(), "subnet": ipaddress.ip_network(subnet)} for i in ids]
            if count % 2:
                for vm in vms:
                    vm["generation"] = rng.randrange(3) * 2**62
            arguments = []
            how = dict(more)
            if "key" in more:
                arguments += ["--key", more["key"].hex()]
            if "excluded" in more:
                how["excluded"] = [(plan_v1.ip(a), plan_v1.ip(b)) for a, b in more["excluded"]]
                arguments += ["--exclude", "172.30.0.8/29", "--exclude=172.30.0.99"]
            rng.shuffle(vms)
            lines = "".join(json.dumps({"id": vm["id"].decode(), **(
                {"generation": vm["generation"]} if "generation" in vm else {})}) + "\n"
                            for vm in vms)
            answer = plan("--ids", "-", "--input", "jsonl", *arguments, subnet=subnet, stdin=lines)
            self.assertEqual(answer.returncode, 0, answer.stderr)
            self.assertEqual([comparable(row) for row in rows(answer)], expected(vms, **how))

    def test_takes_pins_and_generations(self):
        vms = [{"id": b"a", "generation": 2, "pins": {"ip": "172.30.0.9", "tap": "eth7"}},
               {"id": b"b", "generation": 1, "pins": {"mac": "02:aa:00:00:00:01"}},
               {"id": b"vm-31", "generation": 0}, {"id": b"vm-54", "generation": 1}]
        for vm in vms:
            vm["subnet"] = ipaddress.ip_network(SUBNET)
        text = ('{"id":"a","generation":2,"guest_ip":"172.30.0.9","tap_name":"eth7"}\n'
                '{"generation":1,"id":"b","mac":"02:AA:00:00:00:01"}\n'
                '{"id":"vm-31","generation":0}\n{"id":"vm-54","generation":1}\n')
        answer = plan("--ids", "-", stdin=text)
        self.assertEqual([comparable(row) for row in rows(answer)], expected(vms))
        self.assertEqual([row["generation"] for row in rows(answer)], [0, 1, 1, 2])

    def test_takes_ids_as_identify_does(self):
        tenant = "10.1.0.0/24"
        answer = plan("vm-1", "--id", "-x", "-", "--", "--odd", stdin=f"# c\nvm-2\t{tenant}\n")
        found = {row["id"]: row["subnet"] for row in rows(answer)}
        self.assertEqual(found, {"vm-1": SUBNET, "-x": SUBNET, "vm-2": tenant, "--odd": SUBNET})
        answer = plan("--id-encoding", "hex", "ff41")
        self.assertEqual(rows(answer)[0]["id_hex"], "ff41")

    def test_has_identify_s_fields_in_every_format(self):
        fields = ["id", "tap_name", "guest_ip", "gateway", "subnet", "mac"]
        more = ["plan", "generation", "tap_name_by", "guest_ip_by", "mac_by", "tap_name_holder",
                "guest_ip_holder", "mac_holder"]
        self.assertEqual(plan("vm-31", "vm-54", "--format", "tsv").stdout.decode().splitlines(), [
            "\t".join(fields + more),
            "\t".join(["vm-54", *[identity(b"vm-54")[f] for f in fields[1:]],
                       "1", "", "v1", "v1", "v1", "", "", ""]),
            "\t".join(["vm-31", "tap-951f7e71", "172.30.0.80", "172.30.0.1", SUBNET,
                       "02:71:7b:00:5a:03", "1", "", "v1", "probe 1", "v1", "", "vm-54", ""])])
        table = plan("vm-31", "vm-54", "--format", "table").stdout.decode().splitlines()
        self.assertEqual(table[0].split(), [*fields, "moved"])
        self.assertTrue(table[2].endswith("guest_ip: probe 1 (vm-54 has v1's)"), table)
        array = json.loads(plan("vm-31", "vm-54", "--format", "json").stdout)
        self.assertEqual(array, rows(plan("vm-31", "vm-54")))
        text = plan("vm-31", "vm-54", "--id-encoding", "raw", "--format", "csv").stdout.decode()
        table = list(csv.DictReader(io.StringIO(text, newline="")))
        self.assertEqual([(row["id"], row["guest_ip_holder"]) for row in table],
                         [("vm-54", ""), ("vm-31", "vm-54")])

    def test_keeps_bytes_of_ids_in_every_format(self):
        ids = [b"\xff\x00", b"a,\"b", "é\u202e".encode(), b"", b"back\\slash", b" lead"]
        text = "".join(vm_id.hex() + "\n" if vm_id else "" for vm_id in ids)
        arguments = ["--id-encoding", "hex", "--ids", "-", "--id", ""]
        found = rows(plan(*arguments, stdin=text))
        self.assertEqual(sorted(id_of(row) for row in found), sorted(ids))
        answer = plan(*arguments, "--format", "csv", stdin=text).stdout.decode()
        table = list(csv.DictReader(io.StringIO(answer, newline="")))
        self.assertEqual(sorted(bytes.fromhex(row["id_hex"]) or row["id"].encode()
                                for row in table), sorted(ids))
        for form in ("tsv", "table"):
            self.assertNotIn(b"\xff", plan(*arguments, "--format", form, stdin=text).stdout)

    def test_sums_up_on_standard_error(self):
        answer = plan("vm-31", "vm-54", "--exclude", "172.30.0.0/28")
        self.assertEqual(answer.stderr.decode(), "".join(line + "\n" for line in (
            "vmnet: plan 1: 2 VMs, 1 (50 %) with the identity of scheme v1",
            "vmnet: guest_ip: 1 (50 %) at v1, longest probe 1",
            "vmnet: 172.30.0.0/24: 2 of 239 addresses used (0.837 %), 14 excluded")))

    def test_is_a_table_on_a_terminal(self):
        status, shown = on_terminal("plan", "--subnet", SUBNET, "vm-31", "vm-54")
        self.assertEqual(status, 0)
        self.assertIn(b"moved", shown)
        self.assertNotIn(b'"id"', shown)

    def test_reads_past_the_fields_of_a_plan_in_other_commands(self):
        path = self.planned("plan.jsonl", "vm-31", "vm-54")
        answer = run("identify", "--ids", path, "--format", "jsonl", "--no-check")
        self.assertEqual([row["guest_ip"] for row in rows(answer)], ["172.30.0.185"] * 2)
        # And here they are results, not pins.
        again = plan("--ids", path)
        self.assertEqual(rows(again)[1]["guest_ip_by"], "probe 1")

    def test_names_the_ids_where_there_is_no_plan(self):
        def refused(*arguments, stdin=b"", status=1):
            target = self.file("never")
            answer = plan(*arguments, "-o", target, stdin=stdin)
            self.assertEqual((answer.returncode, answer.stdout), (status, b""), answer.stderr)
            self.assertFalse(os.path.exists(target))
            return answer.stderr.decode()

        self.assertIn("two VMs have the id 'a\\x1b'", refused("a\x1b", "a\x1b"))
        self.assertIn("'b' has no generation", refused(
            "--ids", "-", stdin='{"id":"a","generation":1}\n{"id":"b"}\n'))
        two = '{"id":"a","guest_ip":"172.30.0.9"}\n{"id":"b","guest_ip":"172.30.0.9"}\n'
        message = refused("--ids", "-", stdin=two)
        self.assertIn("'a'", message)
        self.assertIn("'b'", message)
        self.assertIn("which is excluded", refused("--exclude", "172.30.0.9", "--ids", "-",
                                                   stdin='{"id":"a","guest_ip":"172.30.0.9"}\n'))
        full = plan("--ids", "-", subnet="10.0.0.0/30", stdin="a\nb\n")
        self.assertEqual((full.returncode, full.stdout), (1, b""))
        self.assertIn(b"10.0.0.0/30 is full: 2 VMs ('a' among them) for 1 address; a /29 would do",
                      full.stderr)

    def test_tells_bad_input_with_its_place(self):
        for line, column, message in (
                ('{"id":"a","generation":-1}', 24, "expected a whole number below 2^64"),
                ('{"id":"a","generation":1.5}', 24, "expected a whole number below 2^64"),
                ('{"id":"a","generation":"1"}', 24, "expected a whole number below 2^64"),
                ('{"id":"a","generation":18446744073709551616}', 24, "expected a whole number"),
                ('{"id":"a","guest_ip":"10.0.0.256"}', 30, "expected an address"),
                ('{"id":"a","tap_name":"a/b"}', 24, "expected the name of an interface"),
                ('{"id":"a","mac":"02:00"}', 23, "expected a MAC address"),
                ('{"id":"a","mac":7}', 17, "expected a string"),
                ('{"id":"a","mac":"02:00:00:00:00:01","mac":"02:00:00:00:00:02"}', 37,
                 'expected one "mac" only'),
                ('{"id":"a","generaton":1}', 11, "expected one of the keys")):
            answer = plan("--ids", "-", stdin='{"id":"good"}\n' + line + "\n")
            self.assertEqual((answer.returncode, answer.stdout), (2, b""), line)
            self.assertTrue(answer.stderr.decode().startswith(f"-:2:{column}: {message}"),
                            (line, answer.stderr))

    def test_refuses_bad_use(self):
        for arguments, message in (
                ((), "no ids"), (("a", "--key", "00"), "--key: expected 32 hexadecimal digits"),
                (("a", "--exclude", "10.0.0.0/33"), "--exclude"),
                (("a", "--allow-move", "a"), "--allow-move"),
                (("-", "--keep", "-"), "standard input"), (("--ids", "/nonexistent"), "cannot read")):
            answer = plan(*arguments)
            self.assertEqual(answer.returncode, 3 if "cannot" in message else 2, arguments)
            self.assertEqual(answer.stdout, b"")
            self.assertIn(message, answer.stderr.decode())
        self.assertEqual(plan("a", subnet="10.0.0.0/31").returncode, 2)
        self.assertEqual(run("plan", "a").returncode, 2)
        self.assertNotIn(b"00zz", plan("a", "--key", "00zz").stderr)  # a key is a secret

    def test_leaves_the_old_file_where_it_fails(self):
        path = self.planned("plan.jsonl", "vm-31", "vm-54")
        with open(path, "rb") as file:
            before = file.read()
        self.assertEqual(plan("a", "a", "-o", path).returncode, 1)
        with open(path, "rb") as file:
            self.assertEqual(file.read(), before)
        self.assertEqual(plan("a", "-o", self.file("no/such/directory")).returncode, 3)
        self.assertEqual(os.listdir(self.directory), ["plan.jsonl"])

    def test_reports_a_full_disk(self):
        with open("/dev/full", "wb") as full:
            answer = plan("a", stdout=full)
        self.assertEqual(answer.returncode, 3)
        self.assertIn(b"cannot write standard output", answer.stderr)


class Keep(Files):
    def setUp(self):
        super().setUp()
        self.ids = [f"vm-{n}" for n in range(200)]
        self.old = self.planned("old.jsonl", "--ids", self.file("ids", "\n".join(self.ids) + "\n"))

    def values(self, path):
        with open(path, encoding="utf-8") as file:
            return {row["id"]: tuple(row[f] for f in RESOURCES) for row in map(json.loads, file)}

    def test_moves_nobody_when_vms_come_and_go(self):
        fleet = self.file("fleet", "\n".join(self.ids[50:] + ["new-1", "new-2"]) + "\n")
        pure = self.values(self.planned("pure.jsonl", "--ids", fleet))
        kept = self.values(self.planned("kept.jsonl", "--ids", fleet, "--keep", self.old))
        old = self.values(self.old)
        self.assertTrue(any(pure[i] != old[i] for i in self.ids[50:]))
        for i in self.ids[50:]:
            self.assertEqual(kept[i], old[i])
        self.assertEqual(len(set(value[1] for value in kept.values())), 152)

    def test_can_replace_the_file_that_it_keeps(self):
        fleet = self.file("fleet", "vm-1\nvm-2\n")
        answer = plan("--ids", fleet, "--keep", self.old, "-o", self.old)
        self.assertEqual(answer.returncode, 0)
        self.assertIn(b"0 added, 198 removed, 0 moved", answer.stderr)
        self.assertEqual(len(self.values(self.old)), 2)

    def test_asks_before_a_vm_moves(self):
        fleet = ["--ids", self.file("ids"), "--keep", self.old]
        address = self.values(self.old)["vm-7"][1]
        answer = plan(*fleet, "--exclude", address)
        self.assertEqual((answer.returncode, answer.stdout), (1, b""))
        self.assertIn(f"'vm-7' can not keep guest_ip {address}, which is excluded now",
                      answer.stderr.decode())
        self.assertIn(b"--allow-move ID", answer.stderr)
        answer = plan(*fleet, "--exclude", address, "--allow-move", "vm-7")
        self.assertEqual(answer.returncode, 0)
        self.assertIn(b"0 added, 0 removed, 1 moved", answer.stderr)
        self.assertIn(f"moved: vm-7: guest_ip {address} to ".encode(), answer.stderr)

    def test_tells_the_difference_to_another_plan(self):
        answer = plan("--ids", self.file("ids"), "--keep", self.old, "--against",
                      self.planned("one.jsonl", "vm-1"))
        self.assertIn(b"one.jsonl: 199 added, 0 removed, 0 moved", answer.stderr)

    def test_refuses_what_is_no_plan(self):
        good = ('{"plan":1,"id":"a","tap_name":"tap-00000000","guest_ip":"10.0.0.2",'
                '"subnet":"10.0.0.0/29","mac":"02:00:00:00:00:00"')
        for text, place, message in (
                (good + '}\n{"id":"b"}\n', "2:10", 'expected "subnet" in the object'),
                (good.replace('"plan":1,', "") + "}\n", "1:1", 'expected "plan": 1 in the object'),
                (good.replace("10.0.0.2", "10.0.1.2") + "}\n", "1:1", "expected a guest's address"),
                (good.replace('"plan":1', '"plan":2') + "}\n", "1:9", "expected 1, the version"),
                (good.replace('"mac"', '"digest"') + "}\n", "1:119", 'expected "mac"'),
                (good.replace("/29", "/31") + "}\n", "1:78", "expected a larger subnet"),
                (good + "}\n" + good + "}\n", "2:1", "expected no id that an earlier row has"),
                (good + ',"mac_by":"probe 0"}\n', "1:127", "expected v1, probe N, pinned or kept"),
                ("vm-1\n", "1:1", "expected a JSON object")):
            path = self.file("bad.jsonl", text)
            for arguments in (("plan", "--subnet", SUBNET, "a", "--keep", path),
                              ("plan", "--subnet", SUBNET, "a", "--against", path),
                              ("diff", path, self.old), ("diff", self.old, path)):
                answer = run(*arguments)
                self.assertEqual((answer.returncode, answer.stdout), (2, b""), text)
                self.assertTrue(answer.stderr.decode().startswith(f"{path}:{place}: {message}"),
                                (text, answer.stderr))


class Diff(Files):
    def test_of_the_same_plans_is_empty(self):
        path = self.planned("plan.jsonl", "vm-31", "vm-54")
        for form, text in (("tsv", b"change\tid\tfield\tfrom\tto\twhy\ttaker\n"), ("jsonl", b""),
                           ("json", b"[]\n")):
            answer = run("diff", path, path, "--format", form)
            self.assertEqual((answer.returncode, answer.stdout, answer.stderr), (0, text, b""))

    def test_says_what_is_other_and_why(self):
        old = self.planned("old.jsonl", "vm-31", "vm-54", "gone")
        new = self.planned("new.jsonl", "--ids", "-", stdin='{"id":"vm-31"}\n{"id":"new"}\n'
                           '{"id":"vm-54","guest_ip":"172.30.0.9"}\n')
        answer = run("diff", old, new)
        self.assertEqual(answer.returncode, 1)
        self.assertEqual(answer.stdout.decode().splitlines(), [
            "change\tid\tfield\tfrom\tto\twhy\ttaker",
            f"added\tnew\tguest_ip\t\t{identity(b'new')['guest_ip']}\t\t",
            f"removed\tgone\tguest_ip\t{identity(b'gone')['guest_ip']}\t\t\t",
            "moved\tvm-31\tguest_ip\t172.30.0.80\t172.30.0.185\tback to its v1 value\t",
            "moved\tvm-54\tguest_ip\t172.30.0.185\t172.30.0.9\tpinned\tvm-31"])
        self.assertEqual(answer.stderr, b"vmnet: 1 added, 1 removed, 2 moved\n")
        found = json.loads(run("diff", old, new, "--format", "json").stdout)
        self.assertEqual(found[3], {"change": "moved", "id": "vm-54", "field": "guest_ip",
                                    "from": "172.30.0.185", "to": "172.30.0.9", "why": "pinned",
                                    "taker": "vm-31"})
        self.assertEqual(found, rows(run("diff", old, new, "--format", "jsonl")))
        table = run("diff", old, new, "--format", "table").stdout.decode().splitlines()
        self.assertEqual([line.split()[0] for line in table],
                         ["change", "added", "removed", "moved", "moved"])

    def test_keeps_a_space_at_the_end_of_a_table_s_row(self):
        row = ('{{"plan":1,"id":"{0}","tap_name":"tap-{1}","guest_ip":"10.0.0.{2}",'
               '"subnet":"10.0.0.0/24","mac":"02:00:00:00:00:0{1}"}}\n').format
        answer = run("diff", self.file("old", row("a", 1, 9)),
                     self.file("new", row("a", 1, 8) + row("b ", 2, 9)), "--format", "table")
        lines = answer.stdout.decode().splitlines()
        self.assertTrue(lines[2].endswith("  b "), lines)  # who took the address of a
        self.assertFalse(lines[1].endswith(" "), lines)

    def test_reads_one_plan_from_standard_input(self):
        path = self.planned("plan.jsonl", "vm-31", "vm-54")
        with open(path, "rb") as file:
            self.assertEqual(run("diff", path, "-", stdin=file).returncode, 0)
        self.assertEqual(run("diff", "-", "-").returncode, 2)
        self.assertEqual(run("diff", path, "/nonexistent").returncode, 3)


if __name__ == "__main__":
    unittest.main()
