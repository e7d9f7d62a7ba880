"""Virtual machines that boot with what `vmnet emit` gives, in a network namespace
of their own: bridge and TAPs by ip, rules by nft, VMs by QEMU without KVM.

Run as a program, it looks at the host, runs the tests in namespaces of their own
(a process namespace too: whatever happens, nothing outlives them), looks again,
and fails where anything differs. Exits with 77 where namespaces are not allowed,
unless VMNET_E2E_REQUIRED is set."""

import glob
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import unittest
import urllib.request

PROGRAM = os.environ["VMNET_PROGRAM"]
KERNEL = os.environ["VMNET_E2E_KERNEL"]  # the unpacked package of a kernel
HERE = os.path.dirname(os.path.abspath(__file__))
SUBNET = "172.30.0.0/24"
BRIDGE = "vmnet-e2e"
DEADLINE = 300  # of anything that is waited for: far beyond what it takes


def output(*command, stdin=None):
    ran = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False,
                         timeout=DEADLINE)
    if ran.returncode != 0:
        raise AssertionError(f"{command}: {ran.returncode}\n{ran.stdout}{ran.stderr}")
    return ran.stdout


def emit(name, *arguments, rows=None):
    source = ["--subnet", SUBNET] if rows is None else ["--plan", "-"]
    return output(PROGRAM, "emit", name, *source, *arguments, stdin=rows)


def initrd(directory):
    """An archive with busybox, the drivers and the guest's init."""
    output(os.path.join(HERE, "make_initrd.sh"), KERNEL, os.path.join(directory, "initrd"))


class Machine:
    """A VM that runs; `say` gives its shell a command and waits for the answer."""

    def __init__(self, directory, vm_id, rows=None):
        kernel = glob.glob(f"{KERNEL}/boot/vmlinuz-*")
        arguments = shlex.split(emit("qemu", vm_id, rows=rows))
        kernel_argument = emit("kernel-arg", vm_id, rows=rows).strip()
        self.process = subprocess.Popen(
            ["qemu-system-x86_64", "-M", "microvm", "-accel", "tcg", "-m", "128", "-nodefaults",
             "-no-user-config", "-display", "none", "-serial", "stdio", "-no-reboot",
             "-kernel", kernel[0], "-initrd", os.path.join(directory, "initrd"),
             "-append", "console=ttyS0 quiet panic=-1 tsc_early_khz=2600000 lpj=5200000 "
                        f"no_timer_check {kernel_argument}", *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.shown = b""

    def wait_for(self, pattern):
        while not (found := re.search(pattern, self.shown)):
            part = os.read(self.process.stdout.fileno(), 65536)
            if not part:
                raise AssertionError(f"the VM has ended:\n{self.shown.decode(errors='replace')}")
            self.shown += part
        self.shown = self.shown[found.end():]
        return found

    def ready(self):
        self.wait_for(rb"guest-is-ready")
        return self

    def say(self, command):
        """The exit status of a command in the guest."""
        self.process.stdin.write(f"{command}; echo \"status:$?:\"\n".encode())
        self.process.stdin.flush()
        return int(self.wait_for(rb"status:(\d+):")[1])

    def stop(self):
        self.process.kill()
        self.process.communicate()


def answers(address):
    """The id that the web server at an address tells."""
    with urllib.request.urlopen(f"http://{address}/id", timeout=20) as answer:
        return answer.read().decode().strip()


def is_reached(address):
    return subprocess.run(["busybox", "ping", "-c", "1", "-W", "5", address], stdout=subprocess.DEVNULL,
                          check=False).returncode == 0


def neighbour(address):
    found = json.loads(output("ip", "-j", "neigh", "show", address, "dev", BRIDGE))
    return found[0].get("lladdr") if found else None


def dropped():
    """The packets of each counter of the guard."""
    ruleset = json.loads(output("nft", "-j", "list", "counters"))["nftables"]
    return {entry["counter"]["name"].removeprefix("dropped_"): entry["counter"]["packets"]
            for entry in ruleset if "counter" in entry}


def differences(rows):
    """The commands that vmnet check says for the bridge and the VMs of the rows."""
    ran = subprocess.run([PROGRAM, "check", "--json", "--bridge", BRIDGE, "--ignore", "forwarding",
                          "--ignore", "others", "--plan", "-"], input=rows, capture_output=True,
                         text=True, check=False, timeout=DEADLINE)
    return [one["fix"] for one in json.loads(ran.stdout)["differences"]]


def v1_rows(*ids):
    text = output(PROGRAM, "identify", "--no-check", "--subnet", SUBNET, "--format", "jsonl", *ids)
    return [json.loads(line) for line in text.splitlines()]


def lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


class EndToEnd(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.directory = directory.name
        initrd(cls.directory)
        output("ip", "link", "set", "lo", "up")

    def network(self, *, rows):
        """Bridge, TAPs and rules for the rows, until the test ends."""
        options = ["--bridge", BRIDGE, "--allow-collisions"]
        output("ip", "-batch", "-", stdin=emit("iproute2", *options, rows=rows))
        undo = emit("iproute2", "--undo", *options, rows=rows)
        self.addCleanup(output, "ip", "-batch", "-", stdin=undo)
        output("nft", "-f", "-", stdin=emit("nftables", *options, rows=rows))
        self.addCleanup(output, "nft", "-f", "-",
                        stdin=emit("nftables", "--undo", *options, rows=rows))

    def boot(self, *ids, rows):
        machines = [Machine(self.directory, vm_id, rows) for vm_id in ids]
        for machine in machines:
            self.addCleanup(machine.stop)
        return [machine.ready() for machine in machines]

    def test_qemu_takes_the_arguments_of_both_devices(self):
        for device, machine in (("virtio-net-device", "microvm"), ("virtio-net-pci", "q35")):
            words = shlex.split(emit("qemu", "--device", device, "--mtu", "1400", "vm-1"))
            told = output("qemu-system-x86_64", "-M", machine, "-accel", "tcg", "-display", "none",
                          "-monitor", "stdio", "-S", "-nodefaults", *words,
                          stdin="info network\nquit\n")
            self.assertIn("macaddr=02:00:d9:71:01:a6", told)
            self.assertIn("ifname=tap-1fdcc600", told)

    def test_v1_twins_answer_for_each_other(self):
        """vm-31 and vm-54 have one address in a /24: whoever is asked for, the same
        one of them answers."""
        rows = v1_rows("vm-31", "vm-54")
        self.assertEqual({row["guest_ip"] for row in rows}, {"172.30.0.185"})
        self.network(rows=lines(rows))
        for row in rows:  # each with its own plan, or emit would refuse
            self.boot(row["id"], rows=lines([row]))
        told = {row["id"]: answers(row["guest_ip"]) for row in rows}
        self.assertEqual(len(set(told.values())), 1, told)
        self.assertIn(neighbour("172.30.0.185"), {row["mac"] for row in rows})

    def test_planned_vms_answer_for_themselves_and_for_nobody_else(self):
        twin, other, spare = v1_rows("vm-31", "vm-54", "vm-9")
        twin["guest_ip"] = "172.30.0.80"  # the plan's: see docs/guides/from-collisions-to-a-plan.md
        spare["guest_ip"] = twin["guest_ip"]
        rows = lines([twin, other])
        self.network(rows=rows)
        first, _ = self.boot("vm-31", "vm-54", rows=rows)
        for row in (twin, other):
            self.assertTrue(is_reached(row["guest_ip"]))
            self.assertEqual(answers(row["guest_ip"]), row["id"])
            self.assertEqual(neighbour(row["guest_ip"]), row["mac"])
        self.assertEqual(first.say(f"ping -c 1 -W 5 {other['guest_ip']} >/dev/null"), 0)
        self.assertEqual(differences(rows), [])

        self.forge(first, twin, other)
        self.move(first, twin, spare)

    def forge(self, machine, own, other):
        """A VM that lends itself another's address or MAC, in IP or in ARP, is not
        heard, and counted."""
        def is_counted(kind, command):
            before = dropped()
            machine.say(command)
            after = dropped()
            self.assertGreater(after[kind], before[kind], (command, before, after))

        gateway = own["gateway"]
        # Another's address in IPv4 (the gateway's MAC is known by now).
        machine.say(f"ping -c 1 -W 5 {gateway} >/dev/null; ip addr add {other['guest_ip']}/32 dev eth0")
        is_counted("ipv4", f"ping -c 2 -W 1 -I {other['guest_ip']} {gateway} >/dev/null")
        # Another's address in ARP: the host would have sent its packets here.
        is_counted("arp", f"arping -U -c 2 -I eth0 -s {other['guest_ip']} {other['guest_ip']}")
        machine.say(f"ip addr del {other['guest_ip']}/32 dev eth0")
        self.assertEqual(neighbour(other["guest_ip"]), other["mac"])
        # Another's MAC address.
        machine.say(f"ip link set eth0 down; ip link set eth0 address {other['mac']}; "
                    f"ip link set eth0 up; route add default gw {gateway}")
        is_counted("mac", f"ping -c 2 -W 1 {gateway} >/dev/null")
        # Without a check for duplicates the address of IPv6 can be used as it comes.
        machine.say("cd /proc/sys/net/ipv6/conf; echo 0 >all/accept_dad; echo 0 >eth0/accept_dad; cd /")
        machine.say(f"ip link set eth0 down; ip link set eth0 address {own['mac']}; "
                    f"ip link set eth0 up; route add default gw {gateway}")
        # IPv6, which every interface speaks by itself.
        is_counted("ipv6", "for i in 1 2 3 4 5; do ping -6 -c 1 -W 1 -I eth0 ff02::1; done >/dev/null")
        # And none of it cut anybody off.
        self.assertTrue(is_reached(own["guest_ip"]))
        self.assertEqual(answers(other["guest_ip"]), other["id"])

    def move(self, machine, before, after):
        """An address that another VM gets: forgotten by the host, it works at once."""
        self.assertEqual(neighbour(before["guest_ip"]), before["mac"])
        machine.stop()
        for row, undo in ((before, ["--undo"]), (after, [])):
            options = ["--bridge", BRIDGE, "--no-shared", *undo]
            output("ip", "-batch", "-", stdin=emit("iproute2", *options, rows=lines([row])))
            output("nft", "-f", "-", stdin=emit("nftables", *options, rows=lines([row])))
        # What cleans up afterwards expects the TAP that was there at first.
        self.addCleanup(output, "ip", "link", "set", "dev", after["tap_name"], "name",
                        before["tap_name"])
        forget = ["ip", "neigh", "del", before["guest_ip"], "dev", BRIDGE]
        self.assertEqual(differences(lines([after])), [" ".join(forget)])
        self.boot(after["id"], rows=lines([after]))
        output(*forget)
        self.assertEqual(answers(after["guest_ip"]), after["id"])
        self.assertEqual(neighbour(after["guest_ip"]), after["mac"])


def host():
    """What of the host the tests could have changed."""
    state = {" ".join(command): output(*command) for command in (
        ("ip", "-br", "link"), ("ip", "-br", "address"), ("ip", "route"), ("ip", "rule"),
        ("ip", "netns", "list"))}
    if os.geteuid() == 0:
        state["nft"] = output("nft", "list", "ruleset")
    with open("/proc/sys/net/ipv4/ip_forward", encoding="ascii") as file:
        state["ip_forward"] = file.read()
    return state


def main():
    own = ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
    tried = subprocess.run([*own, "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        print("no namespaces here:", tried.stderr.strip())
        return 1 if os.environ.get("VMNET_E2E_REQUIRED") else 77
    before = host()
    ran = subprocess.run([*own, sys.executable, "-B", __file__, "--inside", *sys.argv[1:]],
                         check=False)
    after = host()
    for what, was in before.items():
        if after[what] != was:
            print(f"the host is not as it was: {what}\n{was}\n{after[what]}")
            return 1
    return ran.returncode


if __name__ == "__main__":
    if "--inside" in sys.argv:
        sys.argv.remove("--inside")
        unittest.main(verbosity=2)
    sys.exit(main())
