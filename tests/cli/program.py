"""What the end-to-end tests share: the program, a slow scheme v1, a terminal."""

import ipaddress
import os
import pty
import subprocess

PROGRAM = os.environ["VMNET_PROGRAM"]
SUBNET = "172.30.0.0/24"
_run_before = set()  # commands


def environment_of(command):
    """Where CTest has turned the search for leaks off, the first run of a command
    of the program still has it."""
    environment = dict(os.environ)
    if "ASAN_OPTIONS" in environment and command not in _run_before:
        environment["ASAN_OPTIONS"] += ":detect_leaks=1"
    _run_before.add(command)
    return environment


def run(*arguments, stdin=b"", env=None, **options):
    """Runs the program; text arguments, bytes in and out."""
    if isinstance(stdin, str):
        stdin = stdin.encode()
    if not hasattr(stdin, "fileno"):
        options["input"] = stdin
    else:
        options["stdin"] = stdin
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    env = {**environment_of(next(iter(arguments), None)), **(env or {})}
    return subprocess.run([PROGRAM, *arguments], timeout=200, check=False, env=env, **options)


def identify(*arguments, **options):
    """Runs `vmnet identify` in the usual subnet."""
    return run("identify", "--subnet", SUBNET, *arguments, **options)


def identity(vm_id, subnet=SUBNET):
    """The fields of scheme v1 for an id of bytes, written from its definition."""
    digest = 0xcbf29ce484222325
    for byte in vm_id:
        digest = ((digest ^ byte) * 0x100000001b3) % 2**64
    network = ipaddress.ip_network(subnet)
    offset = digest % (network.num_addresses - 3) + 2
    mac = bytes([2]) + (digest % 2**40).to_bytes(5, "big")
    return {"tap_name": f"tap-{digest:016x}"[:12], "guest_ip": str(network[offset]),
            "gateway": str(network[1]), "subnet": str(network), "mac": mac.hex(":"),
            "digest": f"{digest:016x}"}


def on_terminal(*arguments, stdin=None, stdout_too=True, env=None):
    """Runs the program with standard error (and output) on a terminal; gives the
    exit status and all that the terminal got."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [PROGRAM, *arguments], stdin=stdin or subprocess.DEVNULL, stderr=slave,
        stdout=slave if stdout_too else subprocess.DEVNULL,
        env={**{k: v for k, v in os.environ.items() if k != "NO_COLOR"}, "TERM": "xterm",
             **(env or {})})
    os.close(slave)
    shown = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:  # Linux says EIO when the last writer has gone
            break
        if not part:
            break
        shown += part
    os.close(master)
    return process.wait(), shown
