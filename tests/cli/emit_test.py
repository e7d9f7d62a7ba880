"""vmnet emit, end to end: each format by the program that reads it where the
distribution has one, else by the rules of its schema, written down here."""

import json
import os
import re
import shlex
import signal
import subprocess
import tempfile
import unittest

from program import SUBNET, identity, run

PER_VM = ["firecracker", "firecracker-interface", "firecracker-snapshot", "cloud-hypervisor",
          "cloud-hypervisor-json", "qemu", "kernel-arg", "cloud-init-network", "cloud-init-meta",
          "netplan", "cni"]
WHOLE = ["dnsmasq", "hosts", "iproute2", "nftables", "prometheus", "json"]
FORMATS = PER_VM + ["cloud-init"] + WHOLE

# Ids that somebody would like to be read as something else.
HOSTILE = [b"", b" ", b"'", b'"', b"\n", b"a\nb", b"$(touch owned)", b"`touch owned`", b"-rf",
           b"--help", b"../../etc/passwd", b"/", b".", b"..", b"a\0b", b"\xff\xfe", b"%", b"%41",
           b"a,b", b"a;b", b"{}", b"#", b"\\", "vm-é".encode(), "\u202e".encode(), b"x" * 300,
           b"y" * 5000, b"12", b"12h", b"0x7f", b"infinite", b"ignore", b"localhost", b"true",
           b"null", b"1e3", b"*", b"a b", b"[a]", b"@file", b"!x", b"A", b"a"]


def emit(name, *arguments, **options):
    return run("emit", name, *arguments, **options)


def emitted(name, *arguments, **options):
    """The answer of a run that is to be good."""
    answer = emit(name, *arguments, **options)
    if answer.returncode != 0 or answer.stderr:
        raise AssertionError(f"emit {name} {arguments}: {answer.returncode} {answer.stderr}")
    return answer.stdout.decode("ascii")


def vms(name, *arguments):
    return emitted(name, "--subnet", SUBNET, *arguments)


def hostile_lines():
    """All hostile ids as JSON Lines, planned by hand: an address each."""
    rows = []
    for number, vm_id in enumerate(HOSTILE):
        rows.append(json.dumps({"id_hex": vm_id.hex(), "subnet": SUBNET, "gateway": "172.30.0.1",
                                "guest_ip": f"172.30.0.{number + 2}",
                                "tap_name": f"tap-{number:08x}", "mac": f"02:00:00:00:00:{number:02x}"}))
    return "\n".join(rows) + "\n"


def reader(*command, stdin="", **options):
    """Runs the program that reads a format; its absence is a failure."""
    ran = subprocess.run(command, input=stdin, text=True, capture_output=True, check=False,
                         timeout=120, **options)
    if ran.returncode != 0:
        raise AssertionError(f"{command}: {ran.returncode}\n{ran.stdout}{ran.stderr}")
    return ran.stdout


def read_yaml(text):
    """All documents of a text, by what cloud-init reads YAML with: the
    distribution's package, which its own Python has."""
    return json.loads(reader("/usr/bin/python3", "-c", "import json, sys, yaml\n"
                             "print(json.dumps(list(yaml.safe_load_all(sys.stdin))))", stdin=text))


def own_network(script, **files):
    """Runs a script of the shell in a network namespace of its own; `files` are
    files in its directory."""
    with tempfile.TemporaryDirectory() as directory:
        for name, text in files.items():
            with open(os.path.join(directory, name), "w", encoding="ascii") as file:
                file.write(text)
        # Root needs no other user, which a chroot would refuse.
        as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
        return reader("unshare", *as_root, "--net", "sh", "-ec", script, cwd=directory)


def no_fields_but(test, body, required, optional=()):
    test.assertLessEqual(set(required), set(body))
    test.assertLessEqual(set(body), {*required, *optional})


class Hypervisors(unittest.TestCase):
    def setUp(self):
        self.vm = identity(b"vm-1")

    def test_firecracker_has_the_fields_of_its_api(self):
        config = json.loads(vms("firecracker", "--mtu", "1400", "vm-1"))
        no_fields_but(self, config, ["network-interfaces"])
        body = json.loads(vms("firecracker-interface", "--mtu", "1400", "vm-1"))
        self.assertEqual(config["network-interfaces"], [body])
        no_fields_but(self, body, ["iface_id", "host_dev_name"], ["guest_mac", "mtu"])
        self.assertRegex(body["iface_id"], r"^[A-Za-z0-9_]+$")
        self.assertLessEqual(len(body["host_dev_name"]), 15)
        self.assertEqual(body, {"iface_id": "eth0", "host_dev_name": self.vm["tap_name"],
                                "guest_mac": self.vm["mac"], "mtu": 1400})
        self.assertEqual(json.loads(vms("firecracker-snapshot", "--interface", "net_1", "vm-1")),
                         {"network_overrides": [{"iface_id": "net_1",
                                                 "host_dev_name": self.vm["tap_name"]}]})

    def test_cloud_hypervisor_tells_the_same_in_both_notations(self):
        words = shlex.split(vms("cloud-hypervisor", "--mtu", "1400", "vm-1"))
        self.assertEqual(words[0], "--net")
        body = json.loads(vms("cloud-hypervisor-json", "--mtu", "1400", "vm-1"))
        no_fields_but(self, body, ["tap", "mac", "id"], ["mtu"])
        self.assertEqual(dict(part.split("=") for part in words[1].split(",")),
                         {name: str(value) for name, value in body.items()})
        self.assertEqual((body["tap"], body["mac"]), (self.vm["tap_name"], self.vm["mac"]))

    def test_qemu_gets_a_net_device_and_its_backend(self):
        """What QEMU makes of it is shown by tests/e2e."""
        self.assertEqual(shlex.split(vms("qemu", "--device", "virtio-net-pci", "--mtu", "1400",
                                         "vm-1")),
                         ["-netdev", f"tap,id=eth0,ifname={self.vm['tap_name']},script=no,"
                          "downscript=no", "-device",
                          f"virtio-net-pci,netdev=eth0,mac={self.vm['mac']},host_mtu=1400"])

    def test_kernel_argument_has_its_fields_in_their_places(self):
        text = vms("kernel-arg", "--dns", "9.9.9.9", "--dns", "1.1.1.1", "vm-1")
        self.assertEqual(text, f"ip={self.vm['guest_ip']}::{self.vm['gateway']}:255.255.255.0:"
                               "vm-1:eth0:off:9.9.9.9:1.1.1.1\n")
        self.assertEqual(vms("kernel-arg", "--hostname", "none", "vm-1").split(":")[4], "")


class Guests(unittest.TestCase):
    def test_netplan_generates_from_it(self):
        vm = identity(b"vm-1")
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, "etc", "netplan"))
            path = os.path.join(root, "etc", "netplan", "50-vmnet.yaml")
            with open(path, "w", encoding="ascii") as file:
                file.write(vms("netplan", "--mtu", "1400", "--dns", "9.9.9.9", "vm-1"))
            os.chmod(path, 0o600)
            reader("netplan", "generate", "--root-dir", root)
            generated = os.path.join(root, "run", "systemd", "network", "10-netplan-eth0.network")
            with open(generated, encoding="ascii") as file:
                text = file.read()
        for line in (f"MACAddress={vm['mac']}", f"Address={vm['guest_ip']}/24",
                     f"Gateway={vm['gateway']}", "DNS=9.9.9.9"):
            self.assertIn(line + "\n", text)

    def test_cloud_init_has_the_same_network_without_the_key_around_it(self):
        options = ["--mtu", "1400", "--dns", "9.9.9.9", "vm-1"]
        self.assertEqual(read_yaml(vms("netplan", *options)),
                         [{"network": read_yaml(vms("cloud-init-network", *options))[0]}])

    def test_cloud_init_makes_folders_of_no_cloud(self):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "new")
            emitted("cloud-init", "--plan", "-", "--hostname", "ip", "--out-dir", path,
                    stdin=hostile_lines())
            folders = os.listdir(path)
            self.assertEqual(len(folders), len(HOSTILE))
            instances = set()
            for folder in folders:
                files = {}
                for name in os.listdir(os.path.join(path, folder)):
                    with open(os.path.join(path, folder, name), encoding="ascii") as file:
                        files[name] = file.read()
                self.assertEqual(set(files), {"meta-data", "user-data", "network-config"})
                self.assertTrue(files["user-data"].startswith("#cloud-config\n"))
                meta, network = read_yaml(files["meta-data"] + "---\n" +
                                          files["network-config"])
                no_fields_but(self, meta, ["instance-id", "local-hostname"])
                self.assertIsInstance(meta["instance-id"], str)
                self.assertEqual(meta["instance-id"], folder)
                instances.add(meta["instance-id"])
                self.assertEqual(network["version"], 2)
            self.assertEqual(len(instances), len(HOSTILE))

    def test_cni_result_has_the_fields_of_1_1_0(self):
        vm = identity(b"vm-1")
        result = json.loads(vms("cni", "--bridge", "br0", "--mtu", "1400", "--dns", "9.9.9.9",
                                "vm-1"))
        no_fields_but(self, result, ["cniVersion"], ["interfaces", "ips", "routes", "dns"])
        self.assertEqual(result["cniVersion"], "1.1.0")
        for interface in result["interfaces"]:
            no_fields_but(self, interface, ["name"], ["mac", "mtu", "sandbox"])
        for address in result["ips"]:
            no_fields_but(self, address, ["address"], ["gateway", "interface"])
            owner = result["interfaces"][address["interface"]]
            self.assertEqual((owner["mac"], owner["sandbox"]), (vm["mac"], "vm-1"))
            self.assertEqual(address["address"], vm["guest_ip"] + "/24")
        for route in result["routes"]:
            no_fields_but(self, route, ["dst"], ["gw"])
        self.assertEqual(result["dns"], {"nameservers": ["9.9.9.9"]})

    def test_documents_of_many_vms_are_told_apart(self):
        text = vms("netplan", "vm-1", "vm-2")
        documents = read_yaml(text)
        self.assertEqual([d["network"]["ethernets"]["eth0"]["match"]["macaddress"]
                          for d in documents],
                         [identity(vm)["mac"] for vm in (b"vm-1", b"vm-2")])


class Inventories(unittest.TestCase):
    def test_dnsmasq_takes_its_lines(self):
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write(vms("dnsmasq", "vm-1", "web-12", "w", "h5"))
            file.write(emitted("dnsmasq", "--plan", "-", "--hostname", "tap",
                               stdin=hostile_lines()))
            file.flush()
            reader("dnsmasq", "--test", "-C", file.name)
            self.assertEqual(len(vms("dnsmasq", "vm-1").split(",")), 4)

    def test_dnsmasq_gets_no_name_that_it_would_read_as_something_else(self):
        for vm_id in ("5h", "7w", "12", "infinite", "ignore", "9D"):
            answer = emit("dnsmasq", "--subnet", SUBNET, "--", vm_id)
            self.assertEqual((answer.returncode, answer.stdout), (2, b""), vm_id)

    def test_hosts_has_a_name_an_address(self):
        self.assertEqual(vms("hosts", "vm-1"), identity(b"vm-1")["guest_ip"] + " vm-1\n")
        self.assertEqual(vms("hosts", "--hostname", "ip", "vm-1").split()[1], "ip-172-30-0-231")

    def test_names_that_differ_in_case_only_are_one(self):
        for name in ("hosts", "dnsmasq"):
            answer = emit(name, "--subnet", "10.0.0.0/8", "Web", "web")
            self.assertEqual((answer.returncode, answer.stdout), (1, b""))
            self.assertIn(b"host name 'web'", answer.stderr)

    def test_prometheus_and_json_have_every_id(self):
        groups = json.loads(emitted("prometheus", "--port", "80", "--plan", "-",
                                    stdin=hostile_lines()))
        rows = json.loads(emitted("json", "--plan", "-", stdin=hostile_lines()))
        for vm_id, group, row in zip(HOSTILE, groups, rows, strict=True):
            no_fields_but(self, group, ["targets", "labels"])
            self.assertRegex(group["targets"][0], r"^172\.30\.0\.\d+:80$")
            for name, value in group["labels"].items():
                self.assertRegex(name, r"^[a-zA-Z_][a-zA-Z0-9_]*$")
                self.assertIsInstance(value, str)
            for key, told in (("vm_id", group["labels"]), ("id", row)):
                back = told[key].encode() if key in told else bytes.fromhex(told[key + "_hex"])
                self.assertEqual(back, vm_id)


class Host(unittest.TestCase):
    def test_ip_makes_bridge_and_taps_and_takes_them_away(self):
        options = ["--subnet", SUBNET, "vm-1", "vm-2"]
        shown = own_network(
            "ip -batch make; ip -j link; ip -j address show dev br0; ip -batch undo; ip -j link",
            make=emitted("iproute2", "--bridge", "br0", "--mtu", "1400", *options),
            undo=emitted("iproute2", "--bridge", "br0", "--undo", *options))
        links, addresses, left = (json.loads(line) for line in shown.splitlines())
        made = {link["ifname"]: link for link in links}
        self.assertEqual(set(made), {"lo", "br0", *(identity(vm)["tap_name"]
                                                    for vm in (b"vm-1", b"vm-2"))})
        for name, link in made.items():
            if name != "lo":
                self.assertIn("UP", link["flags"])
                self.assertEqual(link["mtu"], 1400)
                self.assertEqual(link.get("master"), None if name == "br0" else "br0")
        self.assertEqual(made["br0"]["address"], "06:00:ac:1e:00:01")
        inet = [a for a in addresses[0]["addr_info"] if a["family"] == "inet"]
        self.assertEqual([(a["local"], a["prefixlen"]) for a in inet], [("172.30.0.1", 24)])
        self.assertEqual([link["ifname"] for link in left], ["lo"])

    def test_a_vm_can_be_added_and_removed_alone(self):
        bridge = ["--bridge", "br0", "--subnet", SUBNET]
        shown = own_network(
            "ip -batch make; nft -f rules; ip -batch add; nft -f add_rules; nft -j list ruleset;"
            "nft -f remove_rules; ip -batch remove; ip -br link; nft list ruleset; nft -f drop",
            make=emitted("iproute2", *bridge, "vm-1"), rules=emitted("nftables", *bridge, "vm-1"),
            add=emitted("iproute2", "--no-shared", *bridge, "vm-2"),
            add_rules=emitted("nftables", "--no-shared", *bridge, "vm-2"),
            remove=emitted("iproute2", "--no-shared", "--undo", *bridge, "vm-2"),
            remove_rules=emitted("nftables", "--no-shared", "--undo", *bridge, "vm-2"),
            drop=emitted("nftables", "--undo", *bridge, "vm-1"))
        with_both, after = shown.split("\n", 1)
        for vm in (b"vm-1", b"vm-2"):
            self.assertEqual(with_both.count(identity(vm)["tap_name"]), 3)
        self.assertIn(identity(b"vm-1")["tap_name"], after)
        self.assertNotIn(identity(b"vm-2")["tap_name"], after)

    def test_nft_loads_the_rules_again_over_themselves(self):
        for allowed in ([], ["--allow", "dhcp"], ["--allow", "ipv6"],
                        ["--allow", "ipv6", "--allow", "dhcp"]):
            rules = emitted("nftables", *allowed, "--plan", "-", stdin=hostile_lines())
            once, twice = own_network("nft -c -f rules; nft -f rules; nft -j list ruleset;"
                                      "nft -f rules; nft -j list ruleset", rules=rules).splitlines()
            without_handles = [re.sub(r'"handle": \d+', "", text) for text in (once, twice)]
            self.assertEqual(*without_handles)


class Ids(unittest.TestCase):
    def test_hostile_ids_come_out_safe_in_every_format(self):
        """Under a host name that is none of them, every document is ASCII, has no
        line but its own, and nothing of an id that is not escaped."""
        for name in PER_VM + WHOLE:
            with self.subTest(name):
                hostname = [] if "--hostname" not in self.options_of(name) else ["--hostname", "ip"]
                text = emitted(name, *hostname, "--plan", "-", stdin=hostile_lines())
                for told in ("owned)", "`", "passwd\n", "\0"):
                    if name not in ("prometheus", "json"):  # where JSON's escapes hold it
                        self.assertNotIn(told, text)
                if name in PER_VM and not name.startswith(("cloud-init", "netplan")):
                    self.assertEqual(text.count("\n"), len(HOSTILE))
        self.assertFalse(os.path.exists("owned"))

    @staticmethod
    def options_of(name):
        return ["--hostname"] if name in ("kernel-arg", "cloud-init-meta", "dnsmasq", "hosts",
                                          "json") else []

    def test_an_id_that_is_no_host_name_is_refused_where_one_is_needed(self):
        label = re.compile(rb"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
        number = re.compile(rb"[0-9]+|0[xX][0-9A-Fa-f]*")
        few = [b"", b"a\nb", b"a b", b'"', b"a:b", b"x" * 300, b"12", b"localhost", b"a"]
        for name, ids in (("kernel-arg", few), ("cloud-init-meta", few), ("dnsmasq", HOSTILE),
                          ("hosts", HOSTILE)):
            for vm_id in ids:
                with self.subTest(name, id=vm_id):
                    answer = emit(name, "--subnet", SUBNET, "--id-encoding", "hex",
                                  f"--id={vm_id.hex()}")
                    good = label.fullmatch(vm_id) and not number.fullmatch(vm_id) and \
                        vm_id != b"localhost" and not (
                            name == "dnsmasq" and vm_id in (b"12h", b"infinite", b"ignore"))
                    self.assertEqual(answer.returncode, 0 if good else 2, answer.stderr)
                    self.assertEqual(bool(answer.stdout), bool(good))
                    self.assertEqual(answer.stderr.count(b"\n"), 0 if good else 1)

    def test_files_of_hostile_ids_stay_in_the_directory_and_apart(self):
        for name in ("firecracker", "hosts", "prometheus"):
            hostname = ["--hostname", "ip"] if name == "hosts" else []
            with tempfile.TemporaryDirectory() as directory:
                path = os.path.join(directory, "new")
                emitted(name, *hostname, "--plan", "-", "--out-dir", path, stdin=hostile_lines())
                self.assertEqual(os.listdir(directory), ["new"])
                self.assertEqual(len(os.listdir(path)), len(HOSTILE))
                for file in os.listdir(path):
                    self.assertRegex(file, r"^[A-Za-z0-9_%-][A-Za-z0-9_%~.-]*$")
                    self.assertTrue(os.path.isfile(os.path.join(path, file)))

    def test_a_tap_name_that_could_be_interpreted_is_refused(self):
        taps = ("-x", "a b", "a,b", "$x", "a*", "a;b", "a\"b", "#a", ".a")
        for name, tap in [("iproute2", tap) for tap in taps] + [(name, "-x") for name in PER_VM + WHOLE]:
            row = json.dumps({"id": "vm-1", "subnet": SUBNET, "gateway": "172.30.0.1",
                              "guest_ip": "172.30.0.2", "tap_name": tap,
                              "mac": "02:00:00:00:00:01"})
            answer = emit(name, "--plan", "-", stdin=row)
            self.assertEqual((answer.returncode, answer.stdout), (2, b""), (name, tap))
            self.assertIn(b"tap_name", answer.stderr)


class Input(unittest.TestCase):
    def test_plans_are_what_identify_prints(self):
        rows = run("identify", "--subnet", SUBNET, "--format", "jsonl", "--digest", "vm-1", "vm-2",
                   "--id", "a b").stdout
        for name in PER_VM + WHOLE:
            if name in ("kernel-arg", "cloud-init-meta", "dnsmasq", "hosts"):
                continue
            self.assertEqual(emitted(name, "--plan", "-", stdin=rows),
                             vms(name, "vm-1", "vm-2", "--id", "a b"))

    def test_ids_choose_from_a_plan_in_their_order(self):
        rows = run("identify", "--subnet", SUBNET, "--format", "jsonl", "vm-1", "vm-2", "vm-3").stdout
        self.assertEqual(emitted("hosts", "--plan", "-", "vm-3", "vm-1", stdin=rows),
                         vms("hosts", "vm-3", "vm-1"))
        answer = emit("hosts", "--plan", "-", "vm-9", stdin=rows)
        self.assertEqual((answer.returncode, answer.stdout), (1, b""))
        self.assertIn(b"'vm-9' is not in standard input", answer.stderr)

    def test_a_bad_row_is_told_with_its_line(self):
        good = {"id": "vm-1", "subnet": SUBNET, "gateway": "172.30.0.1", "guest_ip": "172.30.0.2",
                "tap_name": "tap-1", "mac": "02:00:00:00:00:01"}
        for change in ({"id": None}, {"id_hex": "00"}, {"subnet": "172.30.0.0/31"},
                       {"guest_ip": "10.0.0.1"}, {"guest_ip": "172.30.0.1"},
                       {"guest_ip": "172.30.0.255"}, {"gateway": "172.31.0.1"}, {"mac": "x"},
                       {"mac": "01:00:00:00:00:01"}, {"tap_name": "a" * 16}, {"mac": 5}):
            rows = json.dumps({**good, "id": "vm-0", "guest_ip": "172.30.0.9", "tap_name": "tap-0",
                               "mac": "02:00:00:00:00:02"}) + "\n" + json.dumps({**good, **change})
            answer = emit("json", "--plan", "-", stdin=rows)
            self.assertEqual((answer.returncode, answer.stdout), (2, b""), change)
            self.assertRegex(answer.stderr, rb"^-:2:\d+: expected ")
        for rows in ("[]", "{", "vm-1", "\0"):
            self.assertEqual(emit("json", "--plan", "-", stdin=rows).returncode, 2)

    def test_leases_of_a_snapshot(self):
        def digest(text):
            value = 0xcbf29ce484222325
            for byte in text.encode():
                value = (value ^ byte) * 0x100000001b3 % 2**64
            return value

        vm = identity(b"vm-1")
        so_far, text = "", ""
        for fields in ("vmnet-pool\t1", "epoch\t1", f"subnet\t{SUBNET}",
                       f"lease\t{vm['guest_ip']}\t{vm['tap_name']}\t{vm['mac']}\t1\tvm-1", "end\t4"):
            so_far += fields + "\n"
            text += f"{digest(so_far):016x} {fields}\n"
        for name in PER_VM + WHOLE:
            self.assertEqual(emitted(name, "--snapshot", "-", stdin=text), vms(name, "vm-1"))
        answer = emit("json", "--snapshot", "-", stdin=text.replace("vm-1", "vm-2"))
        self.assertEqual((answer.returncode, answer.stdout), (2, b""))
        self.assertIn(b"line 4: this line was changed", answer.stderr)

    def test_vms_that_collide_are_refused_or_told(self):
        answer = emit("iproute2", "--subnet", SUBNET, "vm-31", "vm-54")
        self.assertEqual((answer.returncode, answer.stdout), (1, b""))
        self.assertIn(b"collision: guest_ip 172.30.0.185: vm-31, vm-54\n", answer.stderr)
        answer = emit("iproute2", "--subnet", SUBNET, "--allow-collisions", "vm-31", "vm-54")
        self.assertEqual(answer.returncode, 0)
        self.assertIn(b"collision: guest_ip", answer.stderr)
        self.assertEqual(emit("hosts", "--subnet", SUBNET, "vm-1", "vm-1").returncode, 1)


class Use(unittest.TestCase):
    def refuses(self, said, *arguments, status=2):
        answer = run("emit", *arguments)
        self.assertEqual((answer.returncode, answer.stdout), (status, b""), arguments)
        self.assertIn(said, answer.stderr.decode(), arguments)

    def test_an_option_without_meaning_for_the_format_is_refused(self):
        given = {"--interface": ["eth1"], "--mtu": ["1400"], "--dns": ["9.9.9.9"],
                 "--hostname": ["ip"], "--bridge": ["br0"], "--device": ["virtio-net-pci"],
                 "--port": ["80"], "--allow": ["dhcp"], "--no-shared": [], "--undo": []}
        taken = 0
        for name in PER_VM + WHOLE:
            plain = vms(name, "vm-1")
            for option, value in given.items():
                answer = emit(name, "--subnet", SUBNET, option, *value, "vm-1")
                if answer.returncode == 0:
                    taken += 1
                    self.assertNotEqual(answer.stdout.decode(), plain, (name, option))
                else:
                    self.assertEqual((answer.returncode, answer.stdout), (2, b""))
                    self.assertIn(f"{option} has no meaning for {name}", answer.stderr.decode())
        self.assertGreater(taken, 30)

    def test_values_are_checked_against_the_rules_of_who_reads_them(self):
        vm = ["--subnet", SUBNET, "vm-1"]
        for name in ("eth-0", "0", "", "a" * 16, "é", "a b"):
            self.refuses("--interface", "firecracker", f"--interface={name}", *vm)
        for name in ("-x", "", "a" * 16, "a/b", "a b", "a\"b", ".."):
            self.refuses("--bridge", "iproute2", f"--bridge={name}", *vm)
        self.refuses("68 to 65535", "firecracker", "--mtu", "67", *vm)
        self.refuses("68 to 65535", "firecracker", "--mtu", "65536", *vm)
        self.refuses("1280 to 65535", "cloud-hypervisor", "--mtu", "1279", *vm)
        self.refuses("68 to 65521", "iproute2", "--mtu", "65522", *vm)
        self.refuses("--mtu", "qemu", "--mtu", "x", *vm)
        self.refuses("two servers at most", "kernel-arg", "--dns", "1.1.1.1", "--dns", "1.1.1.2",
                     "--dns", "1.1.1.3", *vm)
        self.refuses("--dns", "netplan", "--dns", "1.1.1", *vm)
        self.refuses("1 to 65535", "prometheus", "--port", "0", *vm)
        self.refuses("needs a name", "hosts", "--hostname", "none", *vm)
        self.refuses("is the bridge's name", "iproute2", "--bridge", "tap-1fdcc600", *vm)

    def test_what_cannot_be_done_is_told(self):
        vm = ["--subnet", SUBNET, "vm-1"]
        self.refuses("--out-dir", "cloud-init", *vm)
        self.refuses("--no-shared", "nftables", "--out-dir", "x", *vm)
        self.refuses("no VMs", "json")
        self.refuses("expected a subnet", "json", "vm-1")
        self.refuses("/30 or larger", "json", "--subnet", "10.0.0.0/31", "vm-1")
        self.refuses("--subnet is for ids", "json", "--plan", "/dev/null", "--subnet", SUBNET)
        self.refuses("no VMs", "json", "--plan", "/dev/null")
        self.refuses("cannot read", "json", "--plan", "does-not-exist", status=3)
        self.refuses("can be read only once", "json", "--plan", "-", "-")
        self.refuses("expected firecracker", "vmware", *vm)


class Directory(unittest.TestCase):
    def setUp(self):
        self.directory = self.enterContext(tempfile.TemporaryDirectory()) \
            if hasattr(self, "enterContext") else self._temporary()
        self.path = os.path.join(self.directory, "new")

    def _temporary(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        return directory.name

    def test_each_vm_has_what_it_would_have_alone(self):
        for name in PER_VM + ["dnsmasq", "hosts", "prometheus", "json"]:
            path = os.path.join(self.directory, name)
            emitted(name, "--subnet", SUBNET, "vm-1", "vm-2", "--out-dir", path)
            files = sorted(os.listdir(path))
            self.assertEqual([os.path.splitext(file)[0] for file in files], ["vm-1", "vm-2"])
            for vm, file in zip(("vm-1", "vm-2"), files):
                with open(os.path.join(path, file), encoding="ascii") as opened:
                    self.assertEqual(opened.read(), vms(name, vm))

    def test_an_empty_directory_is_filled_and_another_left(self):
        os.mkdir(self.path)
        emitted("hosts", "--subnet", SUBNET, "vm-1", "--out-dir", self.path + "/")
        self.assertEqual(os.listdir(self.path), ["vm-1.hosts"])
        self.assertEqual(os.stat(self.path).st_mode & 0o777, 0o777 & ~self.umask())
        answer = emit("hosts", "--subnet", SUBNET, "vm-2", "--out-dir", self.path)
        self.assertEqual(answer.returncode, 2)
        self.assertIn(b"is there already", answer.stderr)
        self.assertEqual((os.listdir(self.path), os.listdir(self.directory)),
                         (["vm-1.hosts"], ["new"]))

    @staticmethod
    def umask():
        mask = os.umask(0)
        os.umask(mask)
        return mask

    def test_nothing_is_left_of_what_fails(self):
        long_twins = "y" * 5000  # of one digest only where it is the same id
        for arguments in (["--subnet", SUBNET, "vm-31", "vm-54"],
                          ["--subnet", SUBNET, "vm-1", "not a name"],
                          ["--allow-collisions", "--subnet", SUBNET, "vm-1", "vm-1"]):
            answer = emit("hosts", *arguments, "--out-dir", self.path)
            self.assertNotEqual(answer.returncode, 0, arguments)
            self.assertEqual(os.listdir(self.directory), [])
        answer = emit("json", "--subnet", SUBNET, "--id", long_twins, "--out-dir", self.path)
        self.assertEqual(answer.returncode, 0)

    def test_a_place_that_cannot_be_written_is_told(self):
        answer = emit("hosts", "--subnet", SUBNET, "vm-1", "--out-dir", "/proc/vmnet/new")
        self.assertEqual(answer.returncode, 3)
        self.assertIn(b"cannot write /proc/vmnet/new", answer.stderr)

    def test_a_signal_takes_all_away_again(self):
        """Whenever it comes: before, between two files, or when all is done."""
        rows = "".join(f"vm-{i}\n" for i in range(20000))
        process = subprocess.Popen(
            [os.environ["VMNET_PROGRAM"], "emit", "firecracker", "--subnet", "10.0.0.0/8", "--ids",
             "-", "--allow-collisions", "--out-dir", self.path], stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        process.stdin.write(rows.encode())
        process.stdin.close()
        while process.poll() is None and not os.listdir(self.directory):
            pass
        process.send_signal(signal.SIGTERM)
        status = process.wait()
        if status == 0:
            self.assertEqual(len(os.listdir(self.path)), 20000)
        else:
            self.assertEqual((status, os.listdir(self.directory)), (-signal.SIGTERM, []))

    def test_a_file_is_replaced_whole(self):
        path = os.path.join(self.directory, "hosts")
        with open(path, "w", encoding="ascii") as file:
            file.write("before")
        emit("hosts", "--subnet", SUBNET, "vm-31", "vm-54", "-o", path)
        with open(path, encoding="ascii") as file:
            self.assertEqual(file.read(), "before")
        emitted("hosts", "--subnet", SUBNET, "vm-31", "-o", path)
        with open(path, encoding="ascii") as file:
            self.assertEqual(file.read(), "172.30.0.185 vm-31\n")
        answer = emit("hosts", "--subnet", SUBNET, "vm-1", "-o", "/dev/full")
        self.assertEqual(answer.returncode, 3)


if __name__ == "__main__":
    unittest.main()
