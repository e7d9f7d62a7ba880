"""Which core this is, as far as the thresholds care.

From /proc/cpuinfo of x86-64. Two answers. The instruction set is the one that
vmnet.isa finds, by the same features. The core is the generation whose ratios
somebody has measured, by vendor, family and model:

    zen5             AMD family 26, models 0-31 and 64-79 (Turin, Granite Ridge):
                     those with 512-bit data paths; the mobile parts have 256
    sapphire-rapids  Intel family 6, models 143 and 207 (Sapphire and Emerald
                     Rapids), 173 and 174 (Granite Rapids): or later

All others are "unknown": they are held to what holds everywhere.
"""

AVX2 = {"avx2", "bmi1", "bmi2"}
AVX512 = AVX2 | {"avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512vbmi", "avx512_vnni",
                 "vpclmulqdq", "gfni"}
ZEN5_MODELS = (*range(0x00, 0x20), *range(0x40, 0x50))
SAPPHIRE_RAPIDS_MODELS = (0x8f, 0xcf, 0xad, 0xae)


class Machine:
    """A core, its instruction set, and the name it gives itself."""

    def __init__(self, core, isa, model):
        self.core = core
        self.isa = isa
        self.model = model

    def __str__(self):
        return f"{self.model} (core {self.core}, instruction set {self.isa})"


def read(cpuinfo):
    """The machine that the text of /proc/cpuinfo describes."""
    fields = {}
    for line in cpuinfo.split("\n\n")[0].splitlines():
        key, _, value = line.partition(":")
        fields[key.strip()] = value.strip()

    flags = set(fields.get("flags", "").split())
    isa = "avx512" if flags >= AVX512 else "avx2" if flags >= AVX2 else "portable"

    def number(key):
        return int(fields[key]) if fields.get(key, "").isdigit() else -1

    core = "unknown"
    kind = (fields.get("vendor_id"), number("cpu family"))
    if kind == ("AuthenticAMD", 26) and number("model") in ZEN5_MODELS:
        core = "zen5"
    if kind == ("GenuineIntel", 6) and number("model") in SAPPHIRE_RAPIDS_MODELS:
        core = "sapphire-rapids"
    return Machine(core, isa, fields.get("model name", "unknown processor"))


def this():
    """The machine that this runs on."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            return read(file.read())
    except OSError:
        return Machine("unknown", "portable", "unknown processor")
