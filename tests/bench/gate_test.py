"""The regression gate without a clock: ratios, verdicts, cores, thresholds, chart."""

import contextlib
import io
import json
import pathlib
import random
import sys
import tempfile
import types
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))

from gatelib import ab, builds, chart, contract, ledger, machine, ratios, report, thresholds


def one_run(name, cpu_time, **more):
    return {"name": name, "run_name": name, "run_type": "iteration", "cpu_time": cpu_time,
            "time_unit": "ns", **more}


class Samples(unittest.TestCase):
    def test_the_least_of_the_repetitions_counts(self):
        self.assertEqual(ratios.sample({"benchmarks": [
            one_run("a", 7.0), one_run("a", 5.0), one_run("b", 1.0), one_run("a", 6.0)]}),
            {"a": 5.0, "b": 1.0})

    def test_aggregates_are_no_measurements(self):
        self.assertEqual(ratios.sample({"benchmarks": [
            one_run("a", 7.0), {**one_run("a", 1.0), "run_type": "aggregate"}]}), {"a": 7.0})

    def test_units_and_items_are_taken_into_account(self):
        self.assertEqual(ratios.sample({"benchmarks": [
            {**one_run("a", 2.0), "time_unit": "us"},
            one_run("b", 3.0, items_per_second=5e8)]}), {"a": 2000.0, "b": 2.0})

    def test_a_benchmark_that_failed_is_an_error(self):
        with self.assertRaises(ValueError):
            ratios.sample({"benchmarks": [one_run("a", 1.0, error_occurred=True)]})


class Ratios(unittest.TestCase):
    def test_the_fastest_peer_that_is_there_counts(self):
        ratio = ratios.beside([{"v": 2.0, "p": 10.0, "q": 8.0}], "v", ["p", "q", "absent"])
        self.assertEqual(ratio.median, 4.0)
        self.assertIsNone(ratios.beside([{"v": 2.0}], "v", ["p"]))
        self.assertIsNone(ratios.beside([{"p": 2.0}], "v", ["p"]))

    def test_median_and_spread_are_those_of_the_processes(self):
        ratio = ratios.beside([{"v": 1.0, "p": p} for p in (5.0, 2.0, 3.0)], "v", ["p"])
        self.assertEqual((ratio.low, ratio.median, ratio.high), (2.0, 3.0, 5.0))

    def test_pairs_are_compared_each_with_itself(self):
        # A machine that becomes twice as slow in the middle changes no ratio.
        pairs = [({"a": 10.0, "gone": 1.0}, {"a": 11.0, "new": 1.0}),
                 ({"a": 20.0, "gone": 1.0}, {"a": 22.0, "new": 1.0})]
        found = ratios.paired(pairs)
        self.assertEqual(list(found), ["a"])
        self.assertAlmostEqual(found["a"].median, 1 / 1.1)

    def test_a_verdict_is_about_the_median_alone(self):
        for values, expected in (([0.96, 0.96, 1.2], ratios.SLOWER), ([0.975, 0.9, 1], ratios.SAME),
                                 ([0.97], ratios.SAME), ([1.04], ratios.FASTER)):
            self.assertEqual(ratios.verdict(ratios.Ratio(values), 0.03), expected, values)

    def test_only_what_is_found_twice_counts(self):
        self.assertEqual(ratios.confirmed(ratios.SLOWER, ratios.SLOWER), ratios.SLOWER)
        for first, again in ((ratios.SLOWER, ratios.SAME), (ratios.SLOWER, ratios.FASTER)):
            self.assertEqual(ratios.confirmed(first, again), ratios.SAME)


class Comparison(unittest.TestCase):
    @staticmethod
    def machine_with(noise, slower, seed):
        """Measures a code that is `slower` than the old one, on a noisy machine."""
        rng = random.Random(seed)

        def measure(names):
            return [({name: 10 * rng.uniform(1, 1 + noise) for name in names},
                     {name: 10 * (1 + slower) * rng.uniform(1, 1 + noise) for name in names})
                    for _ in range(ab.PAIRS)]
        return measure

    def test_five_per_cent_are_found_and_noise_is_passed(self):
        for seed in range(200):
            for slower, expected in ((0.05, ratios.SLOWER), (0.1, ratios.SLOWER),
                                     (0, ratios.SAME), (-0.1, ratios.FASTER)):
                found = ab.judge(self.machine_with(0.01, slower, seed), ["a"])
                self.assertEqual(found["a"][1], expected, f"seed {seed}, {slower} slower")

    def test_what_differs_once_is_measured_again(self):
        runs = iter((0.9, 1.0))
        asked = []

        def measure(names):
            asked.append(list(names))
            speed = next(runs)
            return [({"a": speed, "b": 1.0}, {"a": 1.0, "b": 1.0})]
        self.assertEqual({name: said for name, (_, said) in ab.judge(measure, ["a", "b"]).items()},
                         {"a": ratios.SAME, "b": ratios.SAME})
        self.assertEqual(asked, [["a", "b"], ["a"]])

    def test_the_exit_status_says_the_worst_that_is_sure(self):
        for said, status in (([ratios.SAME, ratios.FASTER], report.FINE),
                             ([ratios.SAME, ratios.SLOWER], report.SLOWER),
                             ([ratios.SAME, ab.CANNOT_TELL], report.CANNOT_MEASURE),
                             ([ratios.SLOWER, ab.CANNOT_TELL], report.SLOWER)):
            self.assertEqual(ab.conclude([{"verdict": one} for one in said]), status, said)


def cpuinfo(vendor, family, model, flags):
    return (f"processor\t: 0\nvendor_id\t: {vendor}\ncpu family\t: {family}\nmodel\t\t: {model}\n"
            f"model name\t: Some CPU\nflags\t\t: fpu {' '.join(sorted(flags))}\n\nprocessor\t: 1\n")


class Machines(unittest.TestCase):
    def test_cores_are_known_by_vendor_family_and_model(self):
        for vendor, family, model, core in (
                ("AuthenticAMD", 26, 2, "zen5"), ("AuthenticAMD", 26, 0x44, "zen5"),
                ("AuthenticAMD", 26, 0x24, "unknown"), ("AuthenticAMD", 25, 2, "unknown"),
                ("GenuineIntel", 6, 143, "sapphire-rapids"), ("GenuineIntel", 6, 106, "unknown"),
                ("GenuineIntel", 26, 2, "unknown"), ("Other", 6, 143, "unknown")):
            this = machine.read(cpuinfo(vendor, family, model, machine.AVX512))
            self.assertEqual(this.core, core, (vendor, family, model))
            self.assertEqual(this.model, "Some CPU")

    def test_an_instruction_set_needs_all_of_its_features(self):
        for flags, isa in ((machine.AVX512, "avx512"), (machine.AVX512 - {"gfni"}, "avx2"),
                           (machine.AVX512 - {"bmi2"}, "portable"), (machine.AVX2, "avx2"),
                           (set(), "portable")):
            self.assertEqual(machine.read(cpuinfo("AuthenticAMD", 26, 2, flags)).isa, isa)

    def test_what_is_no_x86_is_unknown(self):
        for text in ("", "processor\t: 0\nFeatures\t: fp asimd\nCPU part\t: 0xd40\n"):
            this = machine.read(text)
            self.assertEqual((this.core, this.isa), ("unknown", "portable"))


class Thresholds(unittest.TestCase):
    def row(self, **more):
        return thresholds.Row({"name": "a/b/1/vmnet", "beside": ["p"], "goal": 5, **more})

    def test_a_core_is_held_to_its_own_and_else_to_what_holds_everywhere(self):
        zen5 = machine.Machine("zen5", "avx512", "")
        other = machine.Machine("unknown", "avx512", "")
        row = self.row(least={"zen5": 5})
        self.assertEqual((row.threshold(zen5), row.threshold(other)), (5, None))
        row = self.row(least={"zen5": 5, "any": 2})
        self.assertEqual((row.threshold(zen5), row.threshold(other)), (5, 2))

    def test_a_row_for_an_instruction_set_needs_it(self):
        row = self.row(least={"any": 2}, isa="avx2")
        for isa, threshold in (("portable", None), ("avx2", 2), ("avx512", 2)):
            self.assertEqual(row.threshold(machine.Machine("unknown", isa, "")), threshold)

    def test_peers_are_those_of_the_same_data(self):
        self.assertEqual(self.row(least={}).peers, ["a/b/1/p"])

    def test_the_table_that_is_kept_is_sound(self):
        rows = thresholds.read(ROOT / "bench" / "thresholds.json")
        self.assertEqual(len({(row.name, *row.peers) for row in rows}), len(rows))
        for row in rows:
            self.assertEqual(len(row.name.split("/")), 4, row.name)
            self.assertLessEqual(set(row.least), {"any", "zen5", "sapphire-rapids"}, row.name)
            self.assertTrue(row.least and row.peers, row.name)
            # What is held on the core that the goals were set for is no more than the goal.
            self.assertLessEqual(row.least.get("zen5", 0), row.goal, row.name)
        self.assertTrue([row for row in rows if "any" in row.least])

    def test_rows_are_judged_by_the_median(self):
        row = self.row(least={"any": 2})
        this = machine.Machine("unknown", "portable", "")
        for peers, expected in (((4, 4.1, 1), "holds"), ((1.9, 1.8, 9), "below")):
            taken = [{"a/b/1/vmnet": 1.0, "a/b/1/p": peer} for peer in peers]
            self.assertEqual(contract.judge([row], taken, this)[0]["verdict"], expected)
            self.assertEqual(contract.judge([row], taken, this, margin=100)[0]["verdict"], "holds")
        self.assertEqual(contract.judge([row], [{"a/b/1/vmnet": 1.0}], this)[0]["verdict"],
                         "absent")


class Builds(unittest.TestCase):
    def test_flags_are_read_from_a_cache(self):
        text = ("// a comment\nCMAKE_BUILD_TYPE:STRING=Release\nCMAKE_CXX_FLAGS:STRING=-a -b=c\n"
                "EMPTY:BOOL=\n")
        self.assertEqual(builds.cached(text), {"CMAKE_BUILD_TYPE": "Release",
                                               "CMAKE_CXX_FLAGS": "-a -b=c", "EMPTY": ""})
        with tempfile.TemporaryDirectory() as directory:
            build = pathlib.Path(directory)
            with self.assertRaises(report.CannotMeasure):
                builds.shared_flags(build)
            (build / "CMakeCache.txt").write_text(text, encoding="utf-8")
            self.assertEqual(builds.shared_flags(build),
                             ["-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_FLAGS=-a -b=c"])


class Ledger(unittest.TestCase):
    def test_a_compiler_is_known_by_its_major_version(self):
        for version, key in (("Debian clang version 22.1.8 (++2026)", "clang-22"),
                             ("g++-16 (Debian 16.2.0-1) 16.2.0", "gcc-16")):
            self.assertEqual(ledger.compiler_key(version), key)

    def test_what_moves_by_more_than_one_per_cent_has_changed(self):
        self.assertEqual(ledger.changed({"a": 100, "b": 100, "c": 100, "gone": 1},
                                        {"a": 101, "b": 102, "c": 98, "new": 1}),
                         ["b", "c", "gone", "new"])


class Output(unittest.TestCase):
    ROWS = [{"name": "a<b", "ratio": ratios.Ratio([3.9, 4, 5]), "threshold": 2.0, "goal": 4,
             "verdict": "holds"}, {"name": "c", "ratio": ratios.Ratio([0.5]), "verdict": "slower"}]

    def test_a_chart_shows_every_row_inside_of_its_frame(self):
        for rows in (self.ROWS, self.ROWS[:1], self.ROWS[1:], [
                {"name": "near", "ratio": ratios.Ratio([0.99, 1, 1.01]), "threshold": 0.97}]):
            tree = xml.etree.ElementTree.fromstring(chart.draw("A & B", rows))
            dots = [node for node in tree if node.tag.endswith("circle")]
            self.assertEqual(len(dots), len(rows))
            for node in tree:
                for key in ("cx", "x1", "x2", "x"):
                    self.assertLessEqual(float(node.get(key, 0)), float(tree.get("width")))
                    self.assertGreaterEqual(float(node.get(key, 0)), 0)
            self.assertIn("A & B", [node.text for node in tree])

    def test_a_scale_has_some_round_steps(self):
        for low, high in ((0.9, 1.1), (0.5, 1.2), (0.9, 120), (0.97, 1.01)):
            steps = chart.steps(low, high)
            self.assertTrue(3 <= len(steps) <= 12, (low, high, steps))
            self.assertTrue(all(low <= step <= high for step in steps))

    def test_json_has_ratios_with_their_spread(self):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "out"
            report.write(types.SimpleNamespace(json=path, svg=None), "", self.ROWS, core="zen5")
            written = json.loads(path.read_text(encoding="utf-8"))
        self.assertEqual(written["core"], "zen5")
        self.assertEqual(written["rows"][0], {"name": "a<b", "ratio": 4, "low": 3.9, "high": 5,
                                              "threshold": 2.0, "goal": 4, "verdict": "holds"})

    def test_columns_of_a_table_are_straight(self):
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown):
            report.table(("name", "n"), [("a", 1), ("long name", 100)])
        self.assertEqual(shown.getvalue(), "name         n\na            1\nlong name  100\n")


if __name__ == "__main__":
    unittest.main()
