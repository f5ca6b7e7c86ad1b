"""Measures PyTorch, CuPy and scikit-learn, and what the card can do at most, in the sizes of bench/cases/cuda.json.

python3 gpu_peers.py --out peers.json [--cases FILE] [--filter TEXT]

Device time by events around as many calls as take two milliseconds; scikit-learn, which runs on the processor, by the
clock. What is not installed is listed under "absent".
"""

import os
import subprocess

import peers_common as common

os.environ.setdefault("CUPY_ACCELERATORS", "cub")  # CuPy's reductions are several times slower without.

SAMPLE_SECONDS = 0.002
MAX_CALLS = 1000
SEED = 42
STREAM_ELEMENTS = 1 << 29
TRANSFER_BYTES = 256 << 20
COMPARED_BYTES = 1 << 27

KERNELS = r"""
extern "C" __global__ void gather(const float* a, const uint4* indices, float* out, unsigned n, unsigned stride)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (4 * i + 3 < n) {
        uint4 index = indices[i];
        float sum = a[(size_t)index.x * stride] + a[(size_t)index.y * stride]
            + a[(size_t)index.z * stride] + a[(size_t)index.w * stride];
        if (sum == -1.0f) out[0] = sum;
    }
}

__device__ __forceinline__ unsigned high_product(unsigned a, unsigned b)
{
    unsigned al = a & 0xffffu, ah = a >> 16, bl = b & 0xffffu, bh = b >> 16;
    unsigned low = al * bl;
    unsigned middle = ah * bl + (low >> 16);
    unsigned other = al * bh + (middle & 0xffffu);
    return ah * bh + (middle >> 16) + (other >> 16);
}

extern "C" __global__ void philox(unsigned* out, unsigned blocks, unsigned bound, unsigned seed)
{
    unsigned found = 0, first = (blockIdx.x * blockDim.x + threadIdx.x) * blocks;
    for (unsigned block = first; block < first + blocks; block++) {
        unsigned c0 = block, c1 = 0, c2 = 0, c3 = 0, k0 = seed, k1 = 0;
        #pragma unroll
        for (int round = 0; round < 10; round++) {
            unsigned h0 = high_product(0xD2511F53u, c0), l0 = 0xD2511F53u * c0;
            unsigned h1 = high_product(0xCD9E8D57u, c2), l1 = 0xCD9E8D57u * c2;
            c0 = h1 ^ c1 ^ k0; c1 = l1; c2 = h0 ^ c3 ^ k1; c3 = l0;
            k0 += 0x9E3779B9u; k1 += 0xBB67AE85u;
        }
        unsigned words[4] = {c0, c1, c2, c3};
        #pragma unroll
        for (int i = 0; i < 4; i++) {
            found ^= high_product(words[i], bound);
            if (words[i] * bound == 0x12345678u) found++;
        }
    }
    if (found == 0x9abcdef0u) out[0] = found;
}
"""


class Gpu:
    """PyTorch on its device, and CuPy where it is installed."""

    def __init__(self, results, torch, cupy, device):
        self.results, self.torch, self.cupy, self.device = results, torch, cupy, device
        self.is_cuda = device != "cpu"
        self.name = f"torch {common.version_of(torch)}"
        self.cupy_name = f"CuPy {common.version_of(cupy)}" if cupy else None
        self.module = cupy.RawModule(code=KERNELS) if cupy else None

    def seconds(self, call):
        """The device time of a call: both libraries use the default stream."""
        if not self.is_cuda:
            return common.repeat(lambda: common.wall_seconds(call))
        torch = self.torch

        def sample(calls):
            start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            start.record()
            for _ in range(calls):
                call()
            end.record()
            end.synchronize()
            return start.elapsed_time(end) / 1e3 / calls

        call()
        calls = int(max(1, min(MAX_CALLS, SAMPLE_SECONDS / max(sample(1), 1e-7))))
        return common.repeat(lambda: sample(calls))

    def floats(self, *shape):
        return self.torch.rand(*shape, device=self.device) + 0.1

    def empty(self, *shape):
        return self.torch.empty(*shape, device=self.device)

    def clear(self):
        if self.is_cuda:
            self.torch.cuda.empty_cache()
        if self.cupy:
            self.cupy.get_default_memory_pool().free_all_blocks()


def measure_elementwise(gpu, case):
    torch, x, out = gpu.torch, gpu.floats(case["elements"]), gpu.empty(case["elements"])
    y = gpu.floats(case["elements"]) if case["op"] in ("add", "mul") else None
    call = {
        "relu": lambda: torch.clamp(x, min=0, out=out),
        "add": lambda: torch.add(x, y, out=out),
        "mul": lambda: torch.mul(x, y, out=out),
    }.get(case["op"]) or (lambda: getattr(torch, case["op"])(x, out=out))
    gpu.results.peer(case, f"{gpu.name} with out=", gpu.seconds(call))


def measure_reduce(gpu, case):
    torch, x = gpu.torch, gpu.floats(case["elements"])
    call = {
        "sum": lambda: torch.sum(x),
        "max": lambda: torch.amax(x),
        "min": lambda: torch.amin(x),
        "mean": lambda: torch.mean(x),
        "variance": lambda: torch.var(x, unbiased=False),
    }[case["op"]]
    gpu.results.peer(case, gpu.name, gpu.seconds(call))
    if gpu.cupy:
        a = gpu.cupy.from_dlpack(x)
        function = getattr(a, "var" if case["op"] == "variance" else case["op"])
        gpu.results.peer(case, gpu.cupy_name, gpu.seconds(function))


def measure_average(gpu, case):
    rows = case["elements"] // case["trees"]
    x, out = gpu.floats(rows, case["trees"]), gpu.empty(rows)
    gpu.results.peer(case, f"{gpu.name} mean(1)", gpu.seconds(lambda: gpu.torch.mean(x, 1, out=out)))


def measure_bootstrap(gpu, case):
    out = gpu.torch.empty(case["elements"], dtype=gpu.torch.int32, device=gpu.device)
    gpu.results.peer(case, f"{gpu.name} random integers", gpu.seconds(lambda: out.random_(0, case["maxIndex"])))
    if gpu.cupy:
        cupy = gpu.cupy
        generator = cupy.random.Generator(cupy.random.Philox4x3210(SEED))
        draw = lambda: generator.integers(0, case["maxIndex"], size=case["elements"], dtype=cupy.int32)
        gpu.results.peer(case, f"{gpu.cupy_name} Philox4x3210 integers", gpu.seconds(draw))


def measure_matmul(gpu, case):
    torch, n = gpu.torch, case["n"]
    tf32 = case.get("precision") == "tf32"
    torch.backends.cuda.matmul.allow_tf32 = tf32
    a, b, c = gpu.floats(n, n), gpu.floats(n, n), gpu.empty(n, n)
    gpu.results.peer(case, gpu.name + (" TF32" if tf32 else ""), gpu.seconds(lambda: torch.mm(a, b, out=c)))
    torch.backends.cuda.matmul.allow_tf32 = False


def split_forms(gpu, case, x, y, indices, thresholds):
    """Ways to score all thresholds with PyTorch's operations; each returns the scores in the order of sorted thresholds."""
    torch, count = gpu.torch, len(thresholds)
    column = x.select(1, case["features"] // 2)

    def gathered():
        labels = y.index_select(0, indices)
        return column.index_select(0, indices), labels - labels.mean()

    def score(left_count, left_sum, labels):
        right_count, right_sum = len(labels) - left_count, labels.sum() - left_sum
        return (labels * labels).sum() - left_sum**2 / left_count - right_sum**2 / right_count

    def index_add():
        values, labels = gathered()
        bins = torch.bucketize(values, thresholds)
        sums = torch.zeros(count + 1, device=gpu.device).index_add_(0, bins, labels)
        counts = torch.zeros(count + 1, device=gpu.device).index_add_(0, bins, torch.ones_like(labels))
        return score(counts.cumsum(0)[:count], sums.cumsum(0)[:count], labels)

    def bincount():
        values, labels = gathered()
        bins = torch.bucketize(values, thresholds)
        sums = torch.bincount(bins, weights=labels, minlength=count + 1)
        counts = torch.bincount(bins, minlength=count + 1)
        return score(counts.cumsum(0)[:count], sums.cumsum(0)[:count], labels)

    def sort():
        values, labels = gathered()
        values, order = torch.sort(values)
        sums = labels[order].cumsum(0)
        left = torch.searchsorted(values, thresholds, right=True)
        return score(left, sums[left - 1], labels)

    def compare():
        values, labels = gathered()
        both = torch.stack((torch.ones_like(labels), labels))
        total = torch.zeros(2, count, device=gpu.device)
        chunk = max(1, COMPARED_BYTES // (common.FLOAT_BYTES * count))
        for first in range(0, len(values), chunk):
            end = first + chunk
            total += both[:, first:end] @ (values[first:end, None] <= thresholds[None, :]).float()
        return score(total[0], total[1], labels)

    return {"index_add": index_add, "bincount": bincount, "sort": sort, "compare and product": compare}


def measure_find_split(gpu, case):
    torch, rows = gpu.torch, case["rows"]
    x, y = gpu.floats(rows, case["features"]), gpu.floats(rows)
    indices = torch.randint(0, rows, (rows,), device=gpu.device)
    thresholds = torch.sort(gpu.floats(case["thresholds"]))[0]
    expected = None
    for name, form in split_forms(gpu, case, x, y, indices, thresholds).items():
        scores = form().double()
        expected = scores if expected is None else expected
        if not torch.allclose(scores[1:-1], expected[1:-1], rtol=1e-2):
            raise ValueError(f"the form {name} has other scores than the first one")
        gpu.results.peer(case, f"{gpu.name} {name}", gpu.seconds(form))


def measure_gathers(gpu, case):
    """The bound of find-split: a gather from the matrix and one from the labels, by indices that are drawn."""
    torch, rows, features = gpu.torch, case["rows"], case["features"]
    name = case.get("bound", "")
    if not name.startswith("gather-") or any(bound["name"] == name for bound in gpu.results.bounds):
        return
    matrix, labels = gpu.floats(rows * features), gpu.floats(rows)
    if gpu.cupy:
        cupy = gpu.cupy
        kernel, out = gpu.module.get_function("gather"), cupy.zeros(1, dtype=cupy.float32)
        indices = cupy.random.randint(0, rows, rows, dtype=cupy.uint32)
        numpy_u32 = cupy.uint32
        grid = ((rows // 4 + 255) // 256,)
        gather = lambda a, stride: kernel(
            grid, (256,), (cupy.from_dlpack(a), indices, out, numpy_u32(rows), numpy_u32(stride))
        )
        how = "4-byte loads by 4-byte indices, four a thread"
    else:
        indices = torch.randint(0, rows, (rows,), device=gpu.device)
        gather = lambda a, stride: a[::stride].index_select(0, indices)
        how = "torch.index_select by 8-byte indices (CuPy is absent)"
    seconds = gpu.seconds(lambda: gather(matrix, features)) + gpu.seconds(lambda: gather(labels, 1))
    gpu.results.bound(name, rows / seconds, how)


def measure_stream_bounds(gpu, needed):
    torch, results = gpu.torch, gpu.results
    elements = STREAM_ELEMENTS if gpu.is_cuda else 1 << 22
    if needed & {"copy", "read", "write"}:
        a, b = gpu.floats(elements), gpu.empty(elements)
        size = common.FLOAT_BYTES * elements
        results.bound("copy", 2 * size / gpu.seconds(lambda: b.copy_(a)), "torch copy_, read and written bytes")
        best = min(gpu.seconds(lambda: torch.sum(a)), gpu.seconds(lambda: torch.amax(a)))
        results.bound("read", size / best, "the better of torch.sum and torch.amax")
        results.bound("write", size / gpu.seconds(lambda: b.fill_(1)), "torch fill_")
    if needed & {"pinned-to-device", "pinned-from-device"} and gpu.is_cuda:
        host = torch.empty(TRANSFER_BYTES, dtype=torch.uint8, pin_memory=True)
        there = torch.empty(TRANSFER_BYTES, dtype=torch.uint8, device=gpu.device)
        to, back = lambda: there.copy_(host, non_blocking=True), lambda: host.copy_(there, non_blocking=True)
        results.bound("pinned-to-device", TRANSFER_BYTES / gpu.seconds(to), "256 MiB of pinned memory")
        results.bound("pinned-from-device", TRANSFER_BYTES / gpu.seconds(back), "256 MiB of pinned memory")


def measure_philox_bound(gpu):
    if not gpu.cupy:
        raise RuntimeError("CuPy is absent, which compiles the loop of integer operations")
    kernel, out, u32 = gpu.module.get_function("philox"), gpu.cupy.zeros(1, dtype=gpu.cupy.uint32), gpu.cupy.uint32
    grid, threads, blocks = 132 * 64, 256, 64
    seconds = gpu.seconds(lambda: kernel((grid,), (threads,), (out, u32(blocks), u32(1_000_000), u32(SEED))))
    how = "Philox4x32-10 and the range, products of 16-bit halves, nothing stored"
    gpu.results.bound("philox-16-bit-limbs", 4.0 * grid * threads * blocks / seconds, how)


MEASURES = {
    "elementwise": measure_elementwise,
    "reduce": measure_reduce,
    "average": measure_average,
    "bootstrap-sample": measure_bootstrap,
    "matmul": measure_matmul,
    "find-split": measure_find_split,
}


def measure_gpu(results, cases):
    try:
        import torch
    except ImportError as error:
        results.absent.append(f"PyTorch, and with it every bound of the card, is absent: {error}")
        return
    device = results.options.device
    if device != "cpu" and not torch.cuda.is_available():
        results.absent.append("PyTorch finds no CUDA device")
        return
    results.machine["torch"] = torch.__version__
    cupy = None
    if device != "cpu":
        results.machine["card"] = torch.cuda.get_device_name()
        try:
            query = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
            results.machine["driver"] = subprocess.run(query, capture_output=True, text=True).stdout.split("\n")[0]
        except OSError:
            pass
        try:
            import cupy

            results.machine["cupy"] = cupy.__version__
        except ImportError as error:
            results.absent.append(f"CuPy is absent: {error}")
    gpu = Gpu(results, torch, cupy, device)
    needed = {case["bound"] for case in cases if "bound" in case}
    results.guarded("bounds of memory", lambda: measure_stream_bounds(gpu, needed))
    gpu.clear()
    if "philox-16-bit-limbs" in needed:
        results.guarded("the bound of Philox", lambda: measure_philox_bound(gpu))
    for case in cases:
        if case["suite"] == "kernels" and case["kind"] in MEASURES:
            results.guarded(f"GPU libraries, {case['case']}", lambda: MEASURES[case["kind"]](gpu, case))
            gpu.clear()
        if case["kind"] == "find-split":
            results.guarded(f"the bound of {case['case']}", lambda: measure_gathers(gpu, case))
            gpu.clear()


def measure_scikit_learn(results, cases):
    """Forests of the same depth, trained on Friedman's function: their own, since a forest cannot be put in."""
    cases = [
        case
        for case in cases
        if case["suite"] == "kernels" and case["kind"] == "batch-predict" and case["rows"] >= 10_000
    ]
    if not cases:
        return
    try:
        import numpy
        import sklearn
        from sklearn.ensemble import RandomForestRegressor
    except ImportError as error:
        results.absent.append(f"scikit-learn is absent: {error}")
        return
    results.machine["scikit-learn"] = sklearn.__version__
    random = numpy.random.default_rng(SEED)
    x = random.random((100_000, cases[0]["features"]), dtype=numpy.float32)
    y = (
        10 * numpy.sin(numpy.pi * x[:, 0] * x[:, 1])
        + 20 * (x[:, 2] - 0.5) ** 2
        + 10 * x[:, 3]
        + 5 * x[:, 4]
        + random.standard_normal(len(x))
    )
    for case in cases:
        if case["trees"] > 100:
            results.absent.append(f"scikit-learn was not trained for {case['case']}: it takes too long")
            continue

        def measure(case=case):
            depth = case.get("depth") or None
            forest = RandomForestRegressor(case["trees"], max_depth=depth, max_features=1 / 3, n_jobs=-1, random_state=1)
            forest.fit(x, y)
            rows = random.random((case["rows"], case["features"]), dtype=numpy.float32)
            seconds = common.repeat(lambda: common.wall_seconds(lambda: forest.predict(rows)), min_repeats=3)
            name = f"scikit-learn {common.version_of(sklearn)}, {os.cpu_count()} cores"
            results.peer(case, name, seconds)

        results.guarded(f"scikit-learn, {case['case']}", measure)


def main():
    options, cases = common.parse(__doc__.splitlines()[0], "cuda.json")
    results = common.Results(options)
    measure_gpu(results, cases)
    measure_scikit_learn(results, cases)
    results.write()


if __name__ == "__main__":
    main()
