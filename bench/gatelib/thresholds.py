"""The committed table of ratios: thresholds.json.

A row names a benchmark (`WHAT/DATA/SIZE/WHO`), the peers beside it, the goal
that was set for Zen 5, and under `least` what is held: `any` on every core, else
by core as `zen5`. A core that is not named there is not held to the row, and one
whose instruction set is below the row's `isa` cannot be. `because` says why
less than the goal is held.
"""

import json


class Row:
    def __init__(self, row):
        self.name = row["name"]
        self.prefix = self.name.rpartition("/")[0]
        self.peers = [f"{self.prefix}/{peer}" for peer in row["beside"]]
        self.goal = row["goal"]
        self.least = row["least"]
        self.isa = row.get("isa", "portable")

    def threshold(self, machine):
        """What is held on `machine`; nothing where the row does not apply."""
        order = ("portable", "avx2", "avx512")
        if order.index(machine.isa) < order.index(self.isa):
            return None
        return self.least.get(machine.core, self.least.get("any"))


def read(path):
    with open(path, encoding="utf-8") as file:
        return [Row(row) for row in json.load(file)["rows"]]
