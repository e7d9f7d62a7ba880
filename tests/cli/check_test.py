"""vmnet check, end to end: hosts made by what `vmnet emit` writes, in network
namespaces of their own, broken in one place after the other, and mended by what
check says."""

import json
import os
import subprocess
import tempfile
import unittest

from program import PROGRAM, SUBNET, environment_of, identity, run

VM, OTHER = identity(b"vm-1"), identity(b"vm-2")
TAP = VM["tap_name"]
ELEMENT = f'"{TAP}" . {VM["mac"]}'
GUEST = f'{ELEMENT} . {VM["guest_ip"]}'
SOURCE = ["--subnet", SUBNET, "vm-1", "vm-2"]


class Host:
    """A network namespace, which a process of its own holds."""

    def __init__(self):
        # Root needs no other user, which a chroot would refuse.
        self._is_root = os.geteuid() == 0
        as_root = [] if self._is_root else ["--map-root-user"]
        self._holder = subprocess.Popen(["unshare", *as_root, "--net", "sh", "-c",
                                         "echo made; exec cat"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        if self._holder.stdout.readline() != b"made\n":
            raise AssertionError("no network namespace can be made")

    def close(self):
        self._holder.communicate()

    def _run(self, *command, **options):
        user = [] if self._is_root else ["--user", "--preserve-credentials"]
        return subprocess.run(["nsenter", f"--target={self._holder.pid}", "--net", *user, *command],
                              capture_output=True, text=True, check=False, timeout=120, **options)

    def sh(self, script, stdin=None):
        """A script that is to succeed."""
        # The commands that check names are those of this program.
        environment = {**os.environ, "PATH": f"{os.path.dirname(PROGRAM)}:{os.environ['PATH']}"}
        ran = self._run("sh", "-ec", script, input=stdin, env=environment)
        if ran.returncode != 0 or ran.stderr:
            raise AssertionError(f"{script}: {ran.returncode}\n{ran.stdout}{ran.stderr}")

    def make(self, *source, rows=None):
        self.sh("ip link set lo up; echo 1 >/proc/sys/net/ipv4/ip_forward")
        for name, reader in (("iproute2", "ip -batch -"), ("nftables", "nft -f -")):
            self.sh(reader, stdin=run("emit", name, *source, stdin=rows or b"").stdout.decode())

    def check(self, *arguments, before=(), stdin=None):
        return self._run(*before, PROGRAM, "check", *arguments, input=stdin,
                         env=environment_of("check"))

    def differences(self, *arguments, **options):
        """What --json tells; exit status and text have to agree with it."""
        answer = self.check("--json", *arguments, **options)
        told = json.loads(answer.stdout)
        if answer.returncode != (1 if told["differences"] else 0):
            raise AssertionError(answer)
        text = self.check(*arguments, **options)
        lines = [line.split("  ", 1) for line in text.stdout.splitlines()[1:]]
        if [[found, fix.strip()] for found, fix in lines] != \
                [[one["found"], one["fix"]] for one in told["differences"]]:
            raise AssertionError(text.stdout)
        return told["differences"], told["notes"]


class CheckTest(unittest.TestCase):
    def host(self):
        host = Host()
        self.addCleanup(host.close)
        return host

    def made(self, *source, **options):
        host = self.host()
        host.make(*(source or SOURCE), **options)
        return host


class Breakage(CheckTest):
    """Each is found and named, and gone when the command that check says has run."""

    def breaks(self, script, *expected, source=(*SOURCE,)):
        host = self.made(*source)
        self.assertEqual(host.differences(*source), ([], []))
        host.sh(script)
        found, _ = host.differences(*source)
        self.assertEqual([one["difference"] for one in found], [*expected], found)
        for one in found:
            host.sh(one["fix"])
        self.assertEqual(host.differences(*source), ([], []))
        return found

    def test_a_tap_that_is_down(self):
        found, = self.breaks(f"ip link set {TAP} down", "tap_down")
        self.assertEqual(found, {"difference": "tap_down", "id": "vm-1", "interface": TAP,
                                 "found": f"{TAP} of vm-1 is down",
                                 "fix": f"ip link set dev {TAP} up"})

    def test_a_tap_that_is_missing(self):
        self.breaks(f"ip link del {TAP}", "tap_missing")

    def test_a_tap_outside_of_the_bridge(self):
        self.breaks(f"ip link set {TAP} nomaster", "tap_elsewhere")
        found, = self.breaks(f"ip link add br9 type bridge; ip link set {TAP} master br9",
                             "tap_elsewhere")
        self.assertIn("is in br9 instead of vmnet0", found["found"])

    def test_a_tap_with_its_guests_mac_address(self):
        self.breaks(f"ip link set {TAP} address {VM['mac']}", "tap_mac")

    def test_a_tap_of_nobody(self):
        self.breaks("ip tuntap add tap-deadbeef mode tap; ip link set tap-deadbeef master vmnet0",
                    "tap_foreign")

    def test_a_bridge_that_is_down(self):
        self.breaks("ip link set vmnet0 down", "bridge_down")

    def test_a_bridge_that_is_missing(self):
        self.breaks("ip link del vmnet0", "bridge_missing", "tap_elsewhere", "tap_elsewhere")

    def test_a_bridge_with_the_mac_address_of_a_port(self):
        self.breaks("ip link set vmnet0 address $(ip -br link show "
                    f"{TAP} | awk '{{ print $3 }}')", "bridge_mac")

    def test_a_missing_gateway_address(self):
        found, = self.breaks("ip address del 172.30.0.1/24 dev vmnet0", "gateway_missing")
        self.assertEqual(found["fix"], "ip address add 172.30.0.1/24 dev vmnet0")

    def test_a_gateway_address_of_another_length(self):
        self.breaks("ip address del 172.30.0.1/24 dev vmnet0; "
                    "ip address add 172.30.0.1/16 dev vmnet0", "gateway_prefix")

    def test_a_missing_route(self):
        self.breaks("ip route del 172.30.0.0/24 dev vmnet0", "route_missing")

    def test_a_neighbour_with_another_mac_address(self):
        found, = self.breaks(f"ip neigh add {VM['guest_ip']} lladdr 02:00:00:00:00:01 dev vmnet0",
                             "neighbour_wrong")
        self.assertEqual(found["fix"], f"ip neigh del {VM['guest_ip']} dev vmnet0")

    def test_a_guests_address_on_the_bridge(self):
        self.breaks(f"ip address add {VM['guest_ip']}/32 dev vmnet0", "address_taken")

    def test_a_route_that_overlaps(self):
        other = "ip tuntap add wan mode tap; ip link set wan up; "
        self.breaks(other + "ip route add 172.30.0.128/25 dev wan", "route_overlap")
        self.breaks(other + "ip route add 172.30.0.0/24 dev wan metric 5", "route_overlap")
        self.breaks("ip route add blackhole 172.30.0.64/26", "route_overlap")

    def test_forwarding_that_is_off(self):
        found, = self.breaks("echo 0 >/proc/sys/net/ipv4/ip_forward", "forwarding_off")
        self.assertEqual(found["fix"], "sysctl -w net.ipv4.ip_forward=1")
        self.breaks("echo 0 >/proc/sys/net/ipv4/conf/vmnet0/forwarding", "forwarding_off")

    def test_a_guard_that_is_missing_or_broken(self):
        self.breaks("nft delete table bridge vmnet-vmnet0", "guard_missing")
        self.breaks("nft flush chain bridge vmnet-vmnet0 guard", "guard_broken")
        self.breaks("nft 'flush chain bridge vmnet-vmnet0 guard; "
                    "delete chain bridge vmnet-vmnet0 from_guest; "
                    "delete set bridge vmnet-vmnet0 guests'", "guard_broken")
        self.breaks("nft 'add table bridge vmnet-vmnet0 { flags dormant; }'", "guard_broken")

    def test_missing_elements(self):
        delete = "nft 'delete element bridge vmnet-vmnet0 "
        found, = self.breaks(f"{delete} guests {{ {GUEST} }}'", "element_missing")
        self.assertEqual((found["id"], found["fix"]),
                         ("vm-1", f"nft 'add element bridge vmnet-vmnet0 guests {{ {GUEST} }}'"))
        found, = self.breaks(f"{delete} guests {{ {GUEST} }}'; {delete} macs {{ {ELEMENT} }}'; "
                             f"{delete} taps {{ \"{TAP}\" }}'", "element_missing")
        self.assertIn("taps, macs, guests", found["found"])

    def test_elements_of_nobody(self):
        add = "nft 'add element bridge vmnet-vmnet0 "
        self.breaks(add + "taps { \"tap-deadbeef\" }'", "element_foreign")
        # Another's address at one's own TAP: what the guard is there to refuse.
        found, = self.breaks(f"{add} guests {{ {ELEMENT} . {OTHER['guest_ip']} }}'",
                             "element_foreign")
        self.assertEqual(found["interface"], TAP)


class Decisions(CheckTest):
    """Where no command mends it, none is told."""

    def test_an_interface_that_is_no_tap(self):
        host = self.made()
        host.sh(f"ip link del {TAP}; ip link add {TAP} type bridge")
        found, _ = host.differences(*SOURCE)
        self.assertEqual([one["difference"] for one in found], ["tap_kind"])
        self.assertIn("is no TAP but of the kind bridge", found[0]["found"])

    def test_a_bridge_that_is_none(self):
        host = self.host()
        host.sh("ip tuntap add vmnet0 mode tap")
        found, _ = host.differences("--ignore", "guard", *SOURCE)
        self.assertEqual([one["difference"] for one in found],
                         ["bridge_kind", "tap_missing", "tap_missing"])

    def test_an_address_on_another_interface(self):
        host = self.made()
        host.sh("ip tuntap add wan mode tap; ip link set wan up; "
                "ip address add 172.30.0.77/24 dev wan")
        found, _ = host.differences(*SOURCE)
        self.assertEqual([(one["difference"], one["interface"]) for one in found],
                         [("address_overlap", "wan")])
        self.assertIn("give the guests another subnet", found[0]["fix"])

    def test_a_wider_route_is_a_note(self):
        host = self.made()
        host.sh("ip tuntap add wan mode tap; ip link set wan up; ip route add default dev wan; "
                "ip route add 172.16.0.0/12 dev wan")
        found, notes = host.differences(*SOURCE)
        self.assertEqual((found, notes), ([], ["the guests' 172.30.0.0/24 hides that part of "
                                               "172.16.0.0/12 dev wan"]))


class Vms(CheckTest):
    def test_nothing_is_there_and_a_command_makes_each_of_it(self):
        host = self.host()
        host.sh("echo 1 >/proc/sys/net/ipv4/ip_forward")
        found, _ = host.differences(*SOURCE)
        self.assertEqual([one["difference"] for one in found],
                         ["bridge_missing", "tap_missing", "tap_missing", "guard_missing"])
        for one in found:
            host.sh(one["fix"])
        self.assertEqual(host.differences(*SOURCE), ([], []))

    def test_vms_of_a_plan_in_two_subnets_on_a_bridge_of_another_name(self):
        rows = "".join(run("identify", "--format", "jsonl", "--subnet", subnet, vm).stdout.decode()
                       for subnet, vm in ((SUBNET, "vm-1"), ("10.9.0.0/16", "vm-2")))
        host = self.made("--plan", "-", "--bridge", "br0", rows=rows)
        plan = ["--plan", "-", "--bridge", "br0"]
        self.assertEqual(host.differences(*plan, stdin=rows), ([], []))
        host.sh("ip address del 10.9.0.1/16 dev br0")
        found, _ = host.differences(*plan, stdin=rows)
        self.assertEqual([one["fix"] for one in found], ["ip address add 10.9.0.1/16 dev br0"])
        # What the ids leave out of a plan is not nobody's.
        host.sh("ip address add 10.9.0.1/16 dev br0")
        self.assertEqual(host.differences(*plan, "vm-1", stdin=rows), ([], []))
        host.sh(f"ip link set {OTHER['tap_name']} down")
        self.assertEqual(host.differences(*plan, "vm-1", stdin=rows), ([], []))

    def test_what_is_ignored_is_not_told(self):
        host = self.made("--subnet", SUBNET, "vm-1", "vm-2")
        host.sh("nft delete table bridge vmnet-vmnet0; echo 0 >/proc/sys/net/ipv4/ip_forward; "
                "ip route add blackhole 172.30.0.64/26; "
                f"ip neigh add {VM['guest_ip']} lladdr 02:00:00:00:00:01 dev vmnet0; "
                "ip tuntap add tap-deadbeef mode tap; ip link set tap-deadbeef master vmnet0")
        parts = {"guard": "guard_missing", "forwarding": "forwarding_off", "others": "tap_foreign",
                 "routes": "route_overlap", "neighbours": "neighbour_wrong"}
        for name, kind in parts.items():
            found, _ = host.differences("--ignore", name, *SOURCE)
            self.assertCountEqual([one["difference"] for one in found], {*parts.values()} - {kind})
        every = [word for name in parts for word in ("--ignore", name)]
        self.assertEqual(host.differences(*every, *SOURCE), ([], []))

    def test_many_vms(self):
        """Sets and interfaces that come in many messages."""
        source = ["--subnet", "10.0.0.0/8", "--ids", "-"]
        ids = "".join(f"vm-{i}\n" for i in range(300))
        host = self.made(*source, rows=ids)
        self.assertEqual(host.differences(*source, stdin=ids), ([], []))
        found, _ = host.differences(*source, stdin=ids + "vm-300\n")
        self.assertEqual([(one["difference"], one["id"]) for one in found],
                         [("tap_missing", "vm-300"), ("element_missing", "vm-300")])

    def test_hostile_ids_come_out_escaped_and_quoted(self):
        host = self.host()
        ids = ["--id-encoding", "hex", "--id=0a1b5b316d", "--id=ff27"]
        answer = host.check("--subnet", SUBNET, *ids)
        self.assertEqual(answer.returncode, 1)
        self.assertIn("of \\n\\x1b[1m is not there", answer.stdout)
        self.assertNotIn("\x1b", answer.stdout)
        rows = json.loads(host.check("--json", "--subnet", SUBNET, *ids).stdout)["differences"]
        self.assertEqual([one.get("id", one.get("id_hex")) for one in rows
                          if one["difference"] == "tap_missing"], ["\n\x1b[1m", "ff27"])
        answer = host.check("--subnet", SUBNET, "--", "it's $(touch owned)")
        self.assertIn("--id='it'\\''s $(touch owned)'", answer.stdout)


class Privileges(CheckTest):
    def test_without_privileges_all_but_the_guard_is_read(self):
        host = self.made()
        without = ["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"]
        found, notes = host.differences(*SOURCE, before=without)
        self.assertEqual(found, [])
        self.assertEqual(len(notes), 1)
        self.assertIn("could not be read", notes[0])
        self.assertIn("CAP_NET_ADMIN", notes[0])
        text = host.check(*SOURCE, before=without)
        self.assertIn("vmnet: note: the table bridge vmnet-vmnet0", text.stderr)
        host.sh(f"ip link set {TAP} down")
        found, _ = host.differences(*SOURCE, before=without)
        self.assertEqual([one["difference"] for one in found], ["tap_down"])

    def test_nothing_is_changed(self):
        host = self.made()
        state = "{ ip link; ip address; ip route; ip neigh; nft list ruleset; }"
        with tempfile.TemporaryDirectory() as directory:
            host.sh(f"{state} >{directory}/before")
            host.differences(*SOURCE)
            host.sh(f"{state} >{directory}/after; cmp {directory}/before {directory}/after")


class Use(unittest.TestCase):
    def refuses(self, said, *arguments, status=2):
        answer = run("check", *arguments)
        self.assertEqual((answer.returncode, answer.stdout), (status, b""), arguments)
        self.assertIn(said, answer.stderr.decode(), arguments)

    def test_bad_use_is_told(self):
        self.refuses("no VMs")
        self.refuses("expected a subnet", "vm-1")
        self.refuses("--bridge", "--bridge=a b", "--subnet", SUBNET, "vm-1")
        self.refuses("is the bridge's name", "--bridge", TAP, "--subnet", SUBNET, "vm-1")
        self.refuses("expected guard", "--ignore", "all", "--subnet", SUBNET, "vm-1")
        self.refuses("cannot read", "--plan", "does-not-exist", status=3)
        row = {"id": "vm-1", "subnet": SUBNET, "gateway": "172.30.0.1", "guest_ip": "172.30.0.2",
               "tap_name": "a;b", "mac": "02:00:00:00:00:01"}
        with tempfile.NamedTemporaryFile("w") as file:
            json.dump(row, file)
            file.flush()
            self.refuses("tap_name", "--plan", file.name)

    def test_vms_that_collide_are_told(self):
        self.refuses("collision: guest_ip 172.30.0.185: vm-31, vm-54", "--subnet", SUBNET, "vm-31",
                     "vm-54", status=1)

    def test_a_full_disk_is_told(self):
        with open("/dev/full", "wb") as full:
            for json_option in ([], ["--json"]):
                answer = run("check", *json_option, *SOURCE, stdout=full)
                self.assertEqual(answer.returncode, 3)
                self.assertIn(b"cannot write standard output", answer.stderr)


if __name__ == "__main__":
    unittest.main()
