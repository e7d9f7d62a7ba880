#!/usr/bin/env python3
"""Plan v1 from its specification (docs/plan-v1.md): slow, plain, independent.

    plan_v1.py vectors > tests/vectors/plan-v1.tsv

writes the golden plans that the library is compared with. Nothing is random:
the fleets are made by arithmetic, so every run writes the same bytes.
"""
import ipaddress
import math
import sys

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15


def fnv1a_64(data):
    digest = 0xCBF29CE484222325
    for byte in data:
        digest = ((digest ^ byte) * 0x100000001B3) & MASK
    return digest


def rotl(x, bits):
    return ((x << bits) | (x >> (64 - bits))) & MASK


def siphash_2_4(data, key):
    k0 = int.from_bytes(key[:8], "little")
    k1 = int.from_bytes(key[8:], "little")
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D,
         k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]

    def sipround():
        v[0] = (v[0] + v[1]) & MASK
        v[2] = (v[2] + v[3]) & MASK
        v[1] = rotl(v[1], 13) ^ v[0]
        v[3] = rotl(v[3], 16) ^ v[2]
        v[0] = rotl(v[0], 32)
        v[2] = (v[2] + v[1]) & MASK
        v[0] = (v[0] + v[3]) & MASK
        v[1] = rotl(v[1], 17) ^ v[2]
        v[3] = rotl(v[3], 21) ^ v[0]
        v[2] = rotl(v[2], 32)

    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) & 0xFF])
    for at in range(0, len(padded), 8):
        word = int.from_bytes(padded[at:at + 8], "little")
        v[3] ^= word
        sipround()
        sipround()
        v[0] ^= word
    v[2] ^= 0xFF
    for _ in range(4):
        sipround()
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def mix(x):
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def derived(rank, k):
    return mix((rank + k * GOLDEN) & MASK)


def stride(rank, slots):
    if slots == 1:
        return 0
    s = 1 + derived(rank, 1) % (slots - 1)
    while math.gcd(s, slots) != 1:
        s = 1 if s == slots - 1 else s + 1
    return s


def address_probes(vm, key):
    slots = vm["subnet"].num_addresses - 3
    first = int(vm["subnet"].network_address) + 2
    home = fnv1a_64(vm["id"]) % slots
    step = stride(siphash_2_4(vm["id"], key), slots)
    return (first + (home + i * step) % slots for i in range(slots))


def tap_probes(vm, key):
    yield fnv1a_64(vm["id"]) >> 32
    base = derived(siphash_2_4(vm["id"], key), 2)
    k = 1
    while True:
        yield derived(base, k) >> 32
        k += 1


def mac_probes(vm, key):
    yield 0x02 << 40 | fnv1a_64(vm["id"]) & 0xFFFFFFFFFF
    base = derived(siphash_2_4(vm["id"], key), 3)
    k = 1
    while True:
        yield 0x02 << 40 | derived(base, k) & 0xFFFFFFFFFF
        k += 1


def tap_text(bits):
    return f"tap-{bits:08x}"


def ip_text(number):
    return str(ipaddress.IPv4Address(number))


def mac_text(number):
    return ":".join(f"{number >> shift & 0xFF:02x}" for shift in range(40, -8, -8))


RESOURCES = (("tap", tap_probes, tap_text), ("ip", address_probes, ip_text),
             ("mac", mac_probes, mac_text))


def plan(vms, key=bytes(16), excluded=(), keep=None, may_move=()):
    """The VMs in order of seniority, each as (vm, {resource: (value, kind, probe, holder)})."""
    order = sorted(vms, key=lambda vm: (vm.get("generation") or 0,
                                        siphash_2_4(vm["id"], key), vm["id"]))

    def is_excluded(value):
        return any(low <= value <= high for low, high in excluded)

    placed = {vm["id"]: {} for vm in vms}
    for name, probes, text in RESOURCES:
        owner = {}

        def take(vm, value, kind, probe):
            owner[value] = vm["id"]
            placed[vm["id"]][name] = (value, kind, probe)

        for vm in order:
            if name in vm.get("pins", {}):
                value = vm["pins"][name]
                assert value not in owner
                take(vm, value, "pinned", 0)
        for vm in order:
            if keep is None or vm["id"] not in keep or name in placed[vm["id"]]:
                continue
            value = keep[vm["id"]][name]
            bad = value in owner
            if name == "ip":
                number = int(ipaddress.IPv4Address(value))
                first = int(vm["subnet"].network_address) + 2
                last = int(vm["subnet"].broadcast_address) - 1
                bad = bad or is_excluded(number) or not first <= number <= last
            if not bad:
                take(vm, value, "kept", 0)
            else:
                assert vm["id"] in may_move
        for vm in order:
            if name in placed[vm["id"]]:
                continue
            for probe, number in enumerate(probes(vm, key)):
                if name == "ip" and is_excluded(number):
                    continue
                if text(number) not in owner:
                    take(vm, text(number), "probed", probe)
                    break
        for vm in vms:
            value, kind, probe = placed[vm["id"]][name]
            home = text(next(probes(vm, key)))
            if value == home:
                placed[vm["id"]][name] = (value, "v1", 0, None)
            else:
                placed[vm["id"]][name] = (value, kind, probe, owner.get(home))
    return [(vm, placed[vm["id"]]) for vm in order]


# ---- the golden plans

def fleet(pattern, numbers, subnet, **more):
    network = ipaddress.IPv4Network(subnet)
    return [dict(id=(pattern % n).encode(), subnet=network, **more) for n in numbers]


def uuid_like(seed, count, subnet):
    """Ids as long as uuids, from SplitMix64."""
    network = ipaddress.IPv4Network(subnet)
    out = []
    for i in range(count):
        a, b = derived(seed, 2 * i + 1), derived(seed, 2 * i + 2)
        text = f"{a:016x}{b:016x}"
        out.append(dict(id="-".join((text[:8], text[8:12], text[12:16], text[16:20],
                                     text[20:])).encode(), subnet=network))
    return out


def ip(text):
    return int(ipaddress.IPv4Address(text))


def cases():
    key = bytes(range(16))
    yield "empty", [], {}
    yield "one", fleet("vm-%d", [1], "172.30.0.0/24"), {}
    yield "same-address", fleet("vm-%d", [31, 54], "172.30.0.0/24"), {}
    yield "same-tap", fleet("vm-%d", [5349, 302406], "10.0.0.0/8"), {}
    twins = [dict(id=i, subnet=ipaddress.IPv4Network("10.0.0.0/8"))
             for i in (b"!0IC=VloaY", b"QvXtM>@Fp%")]
    yield "digest-zero", twins, {}
    yield "digest-zero-keyed", twins, dict(key=key)
    odd = [dict(id=i, subnet=ipaddress.IPv4Network("192.0.2.0/28"))
           for i in (b"", b"\0", b"\0\0", b"\xff\xfe", "vm-é".encode(), b" ", b"a\tb\n", b"VM-1",
                     b"vm-1", b"x" * 300)]
    yield "odd-ids", odd, {}
    for prefix in (30, 29, 28, 27):
        network = f"203.0.113.0/{prefix}"
        size = 2 ** (32 - prefix) - 3
        yield f"full-{prefix}", fleet("node-%02d", range(size), network), {}
    yield "full-24", fleet("vm-%d", range(1, 254), "172.30.0.0/24"), {}
    yield "full-24-keyed", fleet("vm-%d", range(1, 254), "172.30.0.0/24"), dict(key=key)
    yield "half-20", uuid_like(7, 2046, "10.20.0.0/20"), {}
    yield "top", uuid_like(8, 61, "255.255.255.192/26"), {}
    yield "whole-space", uuid_like(9, 40, "0.0.0.0/0"), {}
    holes = [(ip("172.30.0.0"), ip("172.30.0.99")), (ip("172.30.0.185"), ip("172.30.0.185")),
             (ip("172.30.0.255"), ip("172.31.255.255"))]
    yield "excluded", fleet("vm-%d", range(1, 155), "172.30.0.0/24"), dict(excluded=holes)
    aged = fleet("vm-%d", range(1, 120), "172.30.0.0/25")
    for n, vm in enumerate(aged):
        vm["generation"] = (n * 7919) % 5 if n % 11 else MASK - n
    yield "generations", aged, {}
    several = (fleet("a-%d", range(20), "10.0.0.0/27") + fleet("b-%d", range(20), "10.0.0.32/27") +
               fleet("c-%d", range(200), "10.1.0.0/16"))
    yield "subnets", several, {}
    pinned = fleet("vm-%d", range(1, 100), "172.30.0.0/25")
    pinned[3]["pins"] = {"ip": "172.30.0.2"}
    pinned[4]["pins"] = {"tap": "eth-of-vm-5", "mac": "0a:00:00:00:00:01"}
    pinned[5]["pins"] = {"tap": tap_text(next(tap_probes(pinned[50], key))),
                         "ip": ip_text(next(address_probes(pinned[51], key))),
                         "mac": mac_text(next(mac_probes(pinned[52], key)))}
    pinned[6]["pins"] = {"tap": tap_text(next(tap_probes(pinned[6], key)))}
    yield "pins", pinned, {}
    before = plan(fleet("vm-%d", range(1, 100), "172.30.0.0/25"))
    kept = {vm["id"]: {name: values[name][0] for name in values} for vm, values in before}
    grown = fleet("vm-%d", list(range(30, 100)) + list(range(200, 240)), "172.30.0.0/25")
    yield "keep", grown, dict(keep=kept)
    grown = [dict(vm) for vm in grown]
    grown[0]["pins"] = {"ip": kept[grown[1]["id"]]["ip"]}
    yield "keep-and-move", grown, dict(keep=kept, may_move=[grown[1]["id"]])


def vectors(out):
    out.write("# Plans v1, written by tests/reference/plan_v1.py vectors\n"
              "# case NAME KEY EXCLUDED; then, in order of seniority, vm ID_HEX SUBNET GENERATION\n"
              "# PIN_TAP PIN_IP PIN_MAC KEPT_TAP KEPT_IP KEPT_MAC MAY_MOVE and for TAP, IP and MAC\n"
              "# VALUE KIND PROBE HOLDER_HEX; a dash stands for nothing, = for the empty id\n")

    def hexed(data):
        return "-" if data is None else data.hex() or "="

    for name, vms, options in cases():
        key = options.get("key", bytes(16))
        ranges = ",".join(f"{ip_text(a)}-{ip_text(b)}" for a, b in options.get("excluded", ()))
        out.write("\t".join(("case", name, key.hex(), ranges or "-")) + "\n")
        for vm, values in plan(vms, **options):
            kept = (options.get("keep") or {}).get(vm["id"], {})
            generation = vm.get("generation")
            row = ["vm", hexed(vm["id"]), str(vm["subnet"]),
                   "-" if generation is None else str(generation)]
            row += [vm.get("pins", {}).get(r[0], "-") for r in RESOURCES]
            row += [kept.get(r[0], "-") for r in RESOURCES]
            row += ["move" if vm["id"] in options.get("may_move", ()) else "-"]
            for resource in RESOURCES:
                value, kind, probe, holder = values[resource[0]]
                row += [value, kind, str(probe), hexed(holder)]
            out.write("\t".join(row) + "\n")


def self_test():
    # The vectors of the SipHash paper's appendix and of its reference implementation.
    key = bytes(range(16))
    assert siphash_2_4(bytes(range(15)), key) == 0xA129CA6149BE45E5
    assert siphash_2_4(b"", key) == 0x726FDB47DD0E0E31
    assert fnv1a_64(b"foobar") == 0x85944171F73967E8


if __name__ == "__main__":
    self_test()
    if sys.argv[1:] != ["vectors"]:
        sys.exit(__doc__)
    vectors(sys.stdout)
