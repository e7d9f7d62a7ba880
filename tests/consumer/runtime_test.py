"""The example of a runtime, as built in a project of its own: leases that last over
restarts, and what the hypervisor takes. Called with the program's path."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop()
SUBNET = "172.30.0.0/24"


class Runtime(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def run_lines(self, *lines, status=0, subnet=SUBNET):
        ran = subprocess.run([PROGRAM, subnet, self.directory], input="".join(f"{line}\n" for line in lines),
                             capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(ran.returncode, status, ran.stderr)
        return ran.stdout.splitlines(), ran.stderr

    def test_colliding_vms_get_addresses_of_their_own_and_keep_them(self):
        first, _ = self.run_lines("start vm-31", "start vm-54")
        self.assertEqual([line.split()[:2] for line in first],
                         [["vm-31", "172.30.0.185"], ["vm-54", first[1].split()[1]]])
        self.assertNotEqual(first[1].split()[1], "172.30.0.185")
        self.assertTrue(first[1].endswith("(its address of scheme v1 is that of vm-31)"))
        # After a restart, in another order: the same leases.
        again, _ = self.run_lines("start vm-54", "start vm-31")
        self.assertEqual(again, first[::-1])

    def test_a_hypervisor_gets_its_configuration(self):
        told, _ = self.run_lines("start vm-1")
        path = told[0].split()[2]
        with open(path, encoding="ascii") as file:
            config = json.load(file)
        self.assertEqual(config["network-interfaces"],
                         [{"iface_id": "eth0", "host_dev_name": "tap-1fdcc600",
                           "guest_mac": "02:00:d9:71:01:a6"}])
        self.assertIn("ip=172.30.0.231::172.30.0.1:255.255.255.0::eth0:off",
                      config["boot-source"]["boot_args"])
        self.run_lines("stop vm-1")
        self.assertFalse(os.path.exists(path))

    def test_the_program_takes_its_pool(self):
        told, _ = self.run_lines("start vm-31", "start vm-54")
        emitted = subprocess.run([os.environ["VMNET_PROGRAM"], "emit", "firecracker", "--snapshot",
                                  os.path.join(self.directory, "pool"), "vm-31", "vm-54"],
                                 capture_output=True, text=True, check=True, timeout=60).stdout
        for line, config in zip(told, emitted.splitlines(), strict=True):
            with open(line.split()[2], encoding="ascii") as file:
                self.assertEqual(json.loads(config)["network-interfaces"],
                                 json.load(file)["network-interfaces"])

    def test_a_released_address_rests_and_waits_for_its_owner(self):
        self.run_lines("start vm-31", "stop vm-31")
        other, _ = self.run_lines("start vm-54")
        self.assertNotEqual(other[0].split()[1], "172.30.0.185")
        own, _ = self.run_lines("start vm-31")
        self.assertEqual(own[0].split()[1], "172.30.0.185")

    def test_what_cannot_be_done_is_told(self):
        self.assertIn("is not running", self.run_lines("stop vm-1", status=1)[1])
        self.assertIn("expected", self.run_lines("restart vm-1", status=1)[1])
        self.run_lines(status=2, subnet="172.30.0.0/33")
        self.run_lines("start vm-1")
        path = os.path.join(self.directory, "pool")
        with open(path, encoding="ascii") as file:
            text = file.read()
        with open(path, "w", encoding="ascii") as file:
            file.write(text.replace("vm-1", "vm-2"))
        self.assertIn("this line was changed", self.run_lines("start vm-1", status=1)[1])


if __name__ == "__main__":
    unittest.main()
