// reduce: chunks with borders from the number of elements alone, then their partial results in order.
//
// A workgroup reduces a chunk by a fixed tree; one workgroup adds the partial results in two words (sums), or
// merges them (variance, by the rule of Chan, Golub and LeVeque). NaNs and infinities are told apart by their
// bits and kept as flags beside the numbers, because shader compilers may assume that there are none.

const SUM = 0u;
const MAX = 1u;
const MIN = 2u;
const MEAN = 3u;
const VARIANCE = 4u;

const SIGN = 0x80000000u;
const INFINITY = 0x7f800000u;
const NAN = 0x7fc00000u;

const HAS_NAN = 1u;
const HAS_INFINITY = 2u;
const HAS_NEGATIVE_INFINITY = 4u;

// A thread takes BATCHES times QUADS vectors of four elements; QUADS loads are under way at once.
const QUADS = 4u;
const BATCHES = 4u;

struct Params {
    // Elements from the start of the bound input (partials), or of the whole input (finish).
    element_count: u32,
    // The chunk at the start of the bound input.
    first_chunk: u32,
    // Workgroups of a row of the grid.
    grid_width: u32,
    // Always 0, which no compiler knows.
    zero: u32,
}

override op: u32;
override group_size: u32 = 256;
override chunk_elements: u32 = group_size * QUADS * BATCHES * 4u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> partials: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read> input: array<vec4<u32>>;

@group(0) @binding(1) var<storage, read_write> result: array<u32>;
@group(0) @binding(2) var<storage, read> all_partials: array<vec4<u32>>;

var<workgroup> exchange: array<vec4<u32>, group_size>;

// Sums: x + y is the sum in two words. Max and min: x holds the bits of a key. Variance: count elements with
// the mean x and the sum of squared deviations y, all values less a common shift.
struct Partial {
    x: f32,
    y: f32,
    count: f32,
    flags: u32,
}

fn packed(p: Partial) -> vec4<u32> {
    return vec4(bitcast<u32>(p.x), bitcast<u32>(p.y), bitcast<u32>(p.count), p.flags);
}

fn unpacked(v: vec4<u32>) -> Partial {
    return Partial(bitcast<f32>(v.x), bitcast<f32>(v.y), bitcast<f32>(v.z), v.w);
}

// Reduces one chunk of the bound input. The first record of the partial results holds the first element of
// the whole input, the shift of the variance.
@compute @workgroup_size(group_size)
fn partial(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let chunk = group.y * params.grid_width + group.x;
    if chunk >= (params.element_count - 1u) / chunk_elements + 1u {
        return;
    }
    let shift = bitcast<f32>(partials[0].x);
    var total = vec4(0u);
    for (var batch = 0u; batch < BATCHES; batch++) {
        let first = (chunk * BATCHES + batch) * QUADS * group_size + thread;
        var x: array<vec4<u32>, QUADS>;
        var lengths: array<u32, QUADS>;
        for (var i = 0u; i < QUADS; i++) {
            let element = (first + i * group_size) * 4u;
            lengths[i] = min(4u, params.element_count - min(element, params.element_count));
            x[i] = input[min(element, params.element_count - 1u) / 4u];
        }
        total = merged(total, of_batch(x, lengths, shift));
    }
    total = over_group(total, thread);
    if thread == 0u {
        partials[1u + params.first_chunk + chunk] = total;
    }
}

fn of_batch(x: array<vec4<u32>, QUADS>, lengths: array<u32, QUADS>, shift: f32) -> vec4<u32> {
    if op == MAX || op == MIN {
        var largest = vec4(0u);
        for (var i = 0u; i < QUADS; i++) {
            largest = max(largest, select(vec4(0u), keys(x[i]), places(lengths[i])));
        }
        return vec4(max(max(largest.x, largest.y), max(largest.z, largest.w)), 0u, 0u, 0u);
    }
    var values: array<vec4<f32>, QUADS>;
    var sizes = vec4(0u);
    var count = 0u;
    let origin = select(0.0, shift, op == VARIANCE);
    for (var i = 0u; i < QUADS; i++) {
        let is_there = places(lengths[i]);
        values[i] = select(vec4(0.0), bitcast<vec4<f32>>(x[i]) - origin, is_there);
        sizes = max(sizes, select(vec4(0u), x[i] & vec4(~SIGN), is_there));
        count += lengths[i];
    }
    var flags = 0u;
    if any(sizes >= vec4(INFINITY)) {
        for (var i = 0u; i < QUADS; i++) {
            flags |= flags_of(x[i], lengths[i]);
        }
    }
    let sum = sum_of(values);
    if op != VARIANCE {
        return packed(Partial(sum, 0.0, 0.0, flags));
    }
    let size = f32(count);
    let divisor = max(size, 1.0);
    let mean = sum / divisor;
    var squares: array<vec4<f32>, QUADS>;
    for (var i = 0u; i < QUADS; i++) {
        values[i] = select(vec4(0.0), values[i] - mean, places(lengths[i]));
        squares[i] = values[i] * values[i];
    }
    // The mean was rounded: what is left of the deviations corrects it, and their squares.
    let rest = sum_of(values);
    let correction = rest / divisor;
    return packed(Partial(mean + correction, sum_of(squares) - rest * correction, size, flags));
}

fn places(length: u32) -> vec4<bool> {
    return vec4(0u, 1u, 2u, 3u) < vec4(length);
}

fn sum_of(v: array<vec4<f32>, QUADS>) -> f32 {
    let s = (v[0] + v[1]) + (v[2] + v[3]);
    return (s.x + s.y) + (s.z + s.w);
}

fn flags_of(x: vec4<u32>, length: u32) -> u32 {
    var flags = 0u;
    for (var i = 0u; i < length; i++) {
        let bits = x[i];
        flags |= select(0u, HAS_NAN, (bits & ~SIGN) > INFINITY);
        flags |= select(0u, HAS_INFINITY, bits == INFINITY);
        flags |= select(0u, HAS_NEGATIVE_INFINITY, bits == (SIGN | INFINITY));
    }
    return flags;
}

// Integers in the order of the values, from 1 on (down for the minimum); every NaN is the largest.
fn keys(x: vec4<u32>) -> vec4<u32> {
    let ascending = select(x | vec4(SIGN), ~x, x >= vec4(SIGN));
    let ordered = select(ascending, ~ascending, vec4(op == MIN));
    return select(ordered, vec4(0xffffffffu), (x & vec4(~SIGN)) > vec4(INFINITY));
}

fn value_of_key(key: u32) -> u32 {
    if key == 0xffffffffu {
        return NAN;
    }
    let ascending = select(key, ~key, op == MIN);
    return select(~ascending, ascending & ~SIGN, ascending >= SIGN);
}

fn merged(a: vec4<u32>, b: vec4<u32>) -> vec4<u32> {
    if op == MAX || op == MIN {
        return max(a, b);
    }
    let p = unpacked(a);
    let q = unpacked(b);
    if op != VARIANCE {
        return packed(Partial(p.x + q.x, 0.0, 0.0, p.flags | q.flags));
    }
    let count = p.count + q.count;
    let share = q.count / max(count, 1.0);
    let difference = q.x - p.x;
    let squares = p.y + q.y + difference * difference * p.count * share;
    return packed(Partial(fma(difference, share, p.x), squares, count, p.flags | q.flags));
}

// Merges the values of all threads; the result is thread 0's.
fn over_group(value: vec4<u32>, thread: u32) -> vec4<u32> {
    var total = value;
    exchange[thread] = total;
    for (var width = group_size / 2u; width > 0u; width /= 2u) {
        workgroupBarrier();
        if thread < width {
            total = merged(total, exchange[thread + width]);
            exchange[thread] = total;
        }
    }
    workgroupBarrier();
    return total;
}

// One workgroup turns all partial results into the result.
@compute @workgroup_size(group_size)
fn finish(@builtin(local_invocation_index) thread: u32) {
    let chunk_count = (params.element_count - 1u) / chunk_elements + 1u;
    if op == MAX || op == MIN {
        var largest = vec4(0u);
        for (var chunk = thread; chunk < chunk_count; chunk += group_size) {
            largest = max(largest, all_partials[1u + chunk]);
        }
        largest = over_group(largest, thread);
        if thread == 0u {
            result[0] = value_of_key(largest.x);
        }
        return;
    }
    let total = two_word_sum(chunk_count, thread, false, 0.0);
    let size = f32(params.element_count);
    if op == VARIANCE {
        // The mean of all, then the squared deviations of the chunks' means from it and those inside the
        // chunks.
        let mean = (total.x + total.y) / size;
        let squares = two_word_sum(chunk_count, thread, true, mean);
        if thread == 0u {
            result[0] = select(bitcast<u32>((squares.x + squares.y) / size), NAN, total.flags != 0u);
        }
        return;
    }
    if thread == 0u {
        let sum = total.x + total.y;
        result[0] = with_flags(select(sum, sum / size, op == MEAN), total.flags);
    }
}

fn with_flags(value: f32, flags: u32) -> u32 {
    if flags == 0u {
        return bitcast<u32>(value);
    }
    if flags == HAS_INFINITY {
        return INFINITY;
    }
    return select(NAN, SIGN | INFINITY, flags == HAS_NEGATIVE_INFINITY);
}

// The sum over all chunks, for every thread. For the variance that of the means weighted by the counts, or of
// the squared deviations from the mean.
fn two_word_sum(chunk_count: u32, thread: u32, is_squared: bool, mean: f32) -> Partial {
    var total = Partial();
    for (var chunk = thread; chunk < chunk_count; chunk += group_size) {
        let p = unpacked(all_partials[1u + chunk]);
        total.flags |= p.flags;
        if op != VARIANCE {
            total = added(total, p.x);
        } else if !is_squared {
            total = added(total, p.count * p.x);
        } else {
            total = added(total, p.y + p.count * (p.x - mean) * (p.x - mean));
        }
    }
    exchange[thread] = packed(total);
    for (var width = group_size / 2u; width > 0u; width /= 2u) {
        workgroupBarrier();
        if thread < width {
            let other = unpacked(exchange[thread + width]);
            total = added(total, other.x);
            total.y += other.y;
            total.flags |= other.flags;
            exchange[thread] = packed(total);
        }
    }
    workgroupBarrier();
    let all = unpacked(workgroupUniformLoad(&exchange[0]));
    workgroupBarrier();
    return all;
}

// Adds to a sum in two words; the second collects what the first rounds off.
fn added(sum: Partial, value: f32) -> Partial {
    let s = opaque(sum.x + value);
    let back = opaque(s - sum.x);
    let lost = opaque(sum.x - opaque(s - back)) + (value - back);
    return Partial(s, sum.y + lost, 0.0, sum.flags);
}

// The same value, but compilers cannot simplify a difference that holds it to what it would be in real
// numbers.
fn opaque(x: f32) -> f32 {
    return bitcast<f32>(bitcast<u32>(x) ^ params.zero);
}
