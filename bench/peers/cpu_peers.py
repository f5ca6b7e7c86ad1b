"""Measures numpy and XGBoost on the processor, in the sizes of bench/cases/cpu.json.

python3 cpu_peers.py --out peers.json [--forests FOLDER] [--filter TEXT]

The folder holds, for each batch-predict case, the files CASE.nodes, CASE.offsets and CASE.samples that
`wasi-gpu bench --peers-python` writes: XGBoost predicts with the very same forest.
"""

import json
import os

import peers_common as common

LEAF = 0xFFFFFFFF
CHECKED_ROWS = 200
TOLERANCE = 1e-4


def measure_integers(results, cases):
    cases = [case for case in cases if case["kind"] == "bootstrap-sample"]
    if not cases:
        return
    try:
        import numpy
    except ImportError as error:
        results.absent.append(f"numpy is absent: {error} (Debian: python3-numpy)")
        return
    results.machine["numpy"] = numpy.__version__
    generator = numpy.random.default_rng(42)
    for case in cases:

        def measure(case=case):
            draw = lambda: generator.integers(0, case["maxIndex"], case["elements"], dtype=numpy.uint32)
            seconds = common.repeat(lambda: common.wall_seconds(draw))
            results.peer(case, f"numpy {common.version_of(numpy)} bounded integers", seconds)

        results.guarded(f"numpy, {case['case']}", measure)


def level_by_level(numpy, nodes):
    """The same tree with its levels in order: XGBoost takes the right child to lie behind the left one."""
    order = [0]
    for node in order:
        if nodes["feature"][node] != LEAF:
            order += [nodes["left"][node], nodes["right"][node]]
    place = numpy.empty(len(nodes), dtype=numpy.uint32)
    place[order] = numpy.arange(len(nodes), dtype=numpy.uint32)
    sorted_nodes = nodes[order]
    sorted_nodes["left"], sorted_nodes["right"] = place[sorted_nodes["left"]], place[sorted_nodes["right"]]
    return sorted_nodes


def tree_of(numpy, nodes, features, trees, number):
    """A tree in XGBoost's JSON. It goes left when x < threshold, here when x <= threshold: the next float does that."""
    nodes = level_by_level(numpy, nodes)
    leaf = nodes["feature"] == LEAF
    count = len(nodes)
    condition = numpy.where(
        leaf, nodes["value"] / numpy.float32(trees), numpy.nextafter(nodes["value"], numpy.float32(numpy.inf))
    )
    left = numpy.where(leaf, -1, nodes["left"].astype(numpy.int64))
    right = numpy.where(leaf, -1, nodes["right"].astype(numpy.int64))
    parents = numpy.full(count, 2147483647, dtype=numpy.int64)
    inner = numpy.flatnonzero(~leaf)
    parents[left[inner]] = inner
    parents[right[inner]] = inner
    zeros = [0.0] * count
    return {
        "base_weights": zeros,
        "categories": [],
        "categories_nodes": [],
        "categories_segments": [],
        "categories_sizes": [],
        "default_left": [0] * count,
        "id": number,
        "left_children": left.tolist(),
        "loss_changes": zeros,
        "parents": parents.tolist(),
        "right_children": right.tolist(),
        "split_conditions": [float(x) for x in condition],
        "split_indices": numpy.where(leaf, 0, nodes["feature"].astype(numpy.int64)).tolist(),
        "split_type": [0] * count,
        "sum_hessian": [1.0] * count,
        "tree_param": {
            "num_deleted": "0",
            "num_feature": str(features),
            "num_nodes": str(count),
            "size_leaf_vector": "0",
        },
    }


def model_of(numpy, nodes, offsets, features):
    ends = list(offsets[1:]) + [len(nodes)]
    trees = [
        tree_of(numpy, nodes[start:end], features, len(offsets), number)
        for number, (start, end) in enumerate(zip(offsets, ends))
    ]
    return {
        "learner": {
            "attributes": {},
            "feature_names": [],
            "feature_types": [],
            "gradient_booster": {
                "model": {
                    "gbtree_model_param": {
                        "num_parallel_tree": str(len(trees)),
                        "num_trees": str(len(trees)),
                        "size_leaf_vector": "0",
                    },
                    "tree_info": [0] * len(trees),
                    "trees": trees,
                },
                "name": "gbtree",
            },
            "learner_model_param": {"base_score": "0E0", "num_class": "0", "num_feature": str(features), "num_target": "1"},
            "objective": {"name": "reg:squarederror", "reg_loss_param": {"scale_pos_weight": "1"}},
        },
        "version": [1, 7, 4],
    }


def predict(nodes, offsets, row):
    """The forest's mean for a row, node by node."""
    total = 0.0
    for offset in offsets:
        node = nodes[offset]
        while node["feature"] != LEAF:
            node = nodes[offset + (node["left"] if row[node["feature"]] <= node["value"] else node["right"])]
        total += float(node["value"])
    return total / len(offsets)


def measure_forests(results, cases):
    cases = [case for case in cases if case["kind"] == "batch-predict"]
    if not cases:
        return
    if results.options.forests is None:
        results.absent.append("XGBoost was not measured: --forests names no folder")
        return
    try:
        import numpy
        import xgboost
    except ImportError as error:
        results.absent.append(f"XGBoost is absent: {error} (Debian: python3-xgboost)")
        return
    results.machine["xgboost"] = xgboost.__version__
    node_type = numpy.dtype([("feature", "<u4"), ("value", "<f4"), ("left", "<u4"), ("right", "<u4")])
    for case in cases:

        def measure(case=case):
            path = os.path.join(results.options.forests, case["case"])
            nodes = numpy.fromfile(path + ".nodes", dtype=node_type)
            offsets = numpy.fromfile(path + ".offsets", dtype="<u4")
            samples = numpy.fromfile(path + ".samples", dtype="<f4").reshape(-1, case["features"])
            booster = xgboost.Booster()
            booster.load_model(bytearray(json.dumps(model_of(numpy, nodes, offsets, case["features"])), "utf-8"))
            booster.set_param({"nthread": os.cpu_count()})
            predictions = booster.inplace_predict(samples)
            for row in range(min(CHECKED_ROWS, len(samples))):
                expected = predict(nodes, offsets, samples[row])
                if abs(predictions[row] - expected) > TOLERANCE * abs(expected):
                    raise ValueError(f"row {row} is {predictions[row]}, not {expected}: not the same forest")
            # Not by DMatrix: its predictions are kept, and a second call would return them.
            seconds = common.repeat(lambda: common.wall_seconds(lambda: booster.inplace_predict(samples)))
            results.peer(case, f"XGBoost {common.version_of(xgboost)}, {os.cpu_count()} threads", seconds)

        results.guarded(f"XGBoost, {case['case']}", measure)


def main():
    options, cases = common.parse(__doc__.splitlines()[0], "cpu.json")
    results = common.Results(options)
    cases = [case for case in cases if case["suite"] == "kernels"]
    measure_integers(results, cases)
    measure_forests(results, cases)
    results.write()


if __name__ == "__main__":
    main()
