"""What the scripts that measure other libraries share: cases, units, medians and the file that they write."""

import argparse
import json
import os
import platform
import sys
import time

PER_SECOND = {"GB/s": 1e9, "GFLOP/s": 1e9, "TFLOP/s": 1e12, "G/s": 1e9, "M rows/s": 1e6}
IN_A_SECOND = {"ns": 1e9, "us": 1e6, "ms": 1e3}
FLOAT_BYTES = 4


def work_of(case):
    """Bytes, operations, indices or rows of one call: the same count as in `wasi-gpu bench`."""
    kind, elements = case["kind"], case.get("elements", 0)
    if kind == "matmul":
        return 2.0 * case["n"] ** 3
    if kind == "elementwise":
        return (3 if case["op"] in ("add", "mul") else 2) * FLOAT_BYTES * elements
    if kind == "reduce":
        return FLOAT_BYTES * elements
    if kind == "average":
        return FLOAT_BYTES * (elements // case["trees"]) * (case["trees"] + 1)
    if kind == "bootstrap-sample":
        return elements
    return case["rows"]


def in_unit(unit, seconds, work):
    """The time itself, or the rate at which the work was done."""
    return seconds * IN_A_SECOND[unit] if unit in IN_A_SECOND else work / seconds / PER_SECOND[unit]


def median(values):
    values = sorted(values)
    return values[len(values) // 2]


def repeat(measure, budget_seconds=0.6, min_repeats=7, max_repeats=101):
    """The median of what `measure` returns, after one call that warms up."""
    measure()
    values, start = [], time.perf_counter()
    while len(values) < min_repeats or (
        len(values) < max_repeats and time.perf_counter() - start < budget_seconds
    ):
        values.append(measure())
    return median(values)


def wall_seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


class Results:
    """Collects what is measured; a part that fails is told and the others go on."""

    def __init__(self, options):
        self.options = options
        self.machine = {"python": platform.python_version()}
        self.peers, self.bounds, self.absent = [], [], []

    def peer(self, case, name, seconds):
        value = in_unit(case["unit"], seconds, work_of(case))
        self.peers.append(
            {"suite": case["suite"], "case": case["case"], "name": name, "value": value, "unit": case["unit"]}
        )

    def bound(self, name, per_second, how):
        self.bounds.append({"name": name, "perSecond": per_second, "how": how})

    def guarded(self, what, measure):
        print(f"peers: measuring {what}", file=sys.stderr, flush=True)
        try:
            measure()
        except Exception as error:  # Out of memory, a form that a version lacks: the others still count.
            self.absent.append(f"{what}: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")

    def write(self):
        content = {"machine": self.machine, "peers": self.peers, "bounds": self.bounds, "absent": self.absent}
        with open(self.options.out, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=2)
            file.write("\n")


def parse(description, default_cases):
    """The options that both scripts have, and the chosen cases of the suite kernels."""
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--cases", default=os.path.join(here, "..", "cases", default_cases), help="a file of bench/cases"
    )
    parser.add_argument("--out", default="peers.json", help="the file to write")
    parser.add_argument("--filter", help="only cases with this text in SUITE/CASE")
    parser.add_argument("--forests", help="a folder with the forests of the batch-predict cases (CPU)")
    parser.add_argument("--device", default="cuda", help="the device of torch (GPU)")
    options = parser.parse_args()
    with open(options.cases, encoding="utf-8") as file:
        cases = json.load(file)["cases"]
    chosen = [c for c in cases if options.filter is None or options.filter in f"{c['suite']}/{c['case']}"]
    return options, chosen


def version_of(module):
    return ".".join(module.__version__.split("+")[0].split(".")[:3])
