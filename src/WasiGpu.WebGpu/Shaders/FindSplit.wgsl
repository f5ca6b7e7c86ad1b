// uses Words.wgsl
//
// find-split: exact scores from integers.
//
// Labels become 32-bit integers: the distance from the least listed label in steps of a power of two that
// makes the whole range fit. Their counts and sums for each bin between sorted thresholds, and the sum of
// their squares, are exact whatever the order of addition. With n samples, S their sum, Q the sum of squares,
// and nL, SL those on the left:
//   score = (n Q - S^2 - (n SL - nL S)^2 / (nL nR)) / n
// The first two differences are exact, the rest is computed with 64 bits.

const SIGN = 0x80000000u;
const INFINITY = 0x7f800000u;
const NAN = 0x7fc00000u;

// Thresholds of one pass.
const MAX_THRESHOLDS = 1024u;

// Words of the statistics.
const COUNT = 0u;
const LARGEST = 1u;
const LARGEST_NEGATED = 2u;
const NOT_FINITE = 3u;
const SQUARES = 4u;

// A bin is a count and two sums of 64 bits: of the lower and of the upper halves of the labels.
const BIN_WORDS = 5u;
const SLOTS = 2048u;

struct Params {
    // Listed indices that are bound, thresholds, and rows first_row to last_row that are bound.
    sample_count: u32,
    threshold_count: u32,
    first_row: u32,
    last_row: u32,
    // Elements of a row of data, and where the feature of the first row lies in what is bound.
    row_elements: u32,
    data_start: u32,
    label_start: u32,
    // Where the thresholds, or the scores, begin in what is bound.
    threshold_start: u32,
    thread_samples: u32,
    // Copies of each bin in workgroup memory, a power of two: neighbouring threads rarely meet in one.
    copies: u32,
    // Workgroups of a row of the grid.
    grid_width: u32,
}

override group_size: u32 = 256;

@group(0) @binding(0) var<uniform> params: Params;

@group(0) @binding(1) var<storage, read_write> sorted_out: array<vec2<u32>>;
@group(0) @binding(2) var<storage, read> thresholds: array<u32>;

// Integers in the order of the values; -0 equals 0. All bits set for NaN.
fn key_of(bits: u32) -> u32 {
    let value = select(bits, 0u, bits == SIGN);
    let key = select(value | SIGN, ~value, value >= SIGN);
    return select(key, 0xffffffffu, (bits & ~SIGN) > INFINITY);
}

fn bits_of_key(key: u32) -> u32 {
    return select(~key, key & ~SIGN, key >= SIGN);
}

// Sorts keys of thresholds, each with its position, by counting those before it.
@compute @workgroup_size(group_size)
fn sort(@builtin(global_invocation_id) id: vec3<u32>) {
    let count = params.threshold_count;
    if id.x >= count {
        return;
    }
    let key = key_of(thresholds[params.threshold_start + id.x]);
    var rank = 0u;
    for (var i = 0u; i < count; i++) {
        let other = key_of(thresholds[params.threshold_start + i]);
        rank += select(0u, 1u, other < key || (other == key && i < id.x));
    }
    sorted_out[rank] = vec2(key, id.x);
}

@group(0) @binding(1) var<storage, read_write> stats: array<atomic<u32>>;
@group(0) @binding(2) var<storage, read> range_indices: array<u32>;
@group(0) @binding(3) var<storage, read> range_labels: array<u32>;

var<workgroup> group_stats: array<atomic<u32>, 4>;

// The number of listed rows that exist, the least and the largest of their labels, and whether all are
// finite.
@compute @workgroup_size(group_size)
fn label_range(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let first = (group.y * params.grid_width + group.x) * group_size * params.thread_samples + thread;
    var count = 0u;
    var largest = 0u;
    var largest_negated = 0u;
    var not_finite = 0u;
    for (var i = 0u; i < params.thread_samples; i++) {
        let sample = first + i * group_size;
        if sample < params.sample_count {
            let row = range_indices[sample];
            if row >= params.first_row && row <= params.last_row {
                let label = range_labels[params.label_start + row - params.first_row];
                let key = key_of(label);
                count++;
                if (label & ~SIGN) >= INFINITY {
                    not_finite = 1u;
                } else {
                    largest = max(largest, key);
                    largest_negated = max(largest_negated, ~key);
                }
            }
        }
    }
    atomicAdd(&group_stats[COUNT], count);
    atomicMax(&group_stats[LARGEST], largest);
    atomicMax(&group_stats[LARGEST_NEGATED], largest_negated);
    atomicMax(&group_stats[NOT_FINITE], not_finite);
    workgroupBarrier();
    if thread == 0u {
        atomicAdd(&stats[COUNT], atomicLoad(&group_stats[COUNT]));
        atomicMax(&stats[LARGEST], atomicLoad(&group_stats[LARGEST]));
        atomicMax(&stats[LARGEST_NEGATED], atomicLoad(&group_stats[LARGEST_NEGATED]));
        atomicMax(&stats[NOT_FINITE], atomicLoad(&group_stats[NOT_FINITE]));
    }
}

@group(0) @binding(2) var<storage, read_write> bins: array<atomic<u32>>;
@group(0) @binding(3) var<storage, read> sorted: array<vec2<u32>>;
@group(0) @binding(4) var<storage, read> indices: array<u32>;
@group(0) @binding(5) var<storage, read> data: array<u32>;
@group(0) @binding(6) var<storage, read> labels: array<u32>;

var<workgroup> keys: array<u32, MAX_THRESHOLDS>;
var<workgroup> slot_counts: array<atomic<u32>, SLOTS>;
var<workgroup> slot_low_sums: array<atomic<u32>, SLOTS>;
var<workgroup> slot_high_sums: array<atomic<u32>, SLOTS>;
var<workgroup> square_limbs: array<atomic<u32>, 6>;

// Counts the listed rows of each bin and adds their labels and the squares of all.
@compute @workgroup_size(group_size)
fn histogram(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let count = params.threshold_count;
    for (var i = thread; i < count; i += group_size) {
        keys[i] = sorted[i].x;
    }
    let least = bits_of_key(~atomicLoad(&stats[LARGEST_NEGATED]));
    let step = step_exponent(least, bits_of_key(atomicLoad(&stats[LARGEST])));
    let origin = in_steps(least, step);
    workgroupBarrier();
    let first = (group.y * params.grid_width + group.x) * group_size * params.thread_samples + thread;
    var squares = vec3(0u);
    for (var i = 0u; i < params.thread_samples; i++) {
        let sample = first + i * group_size;
        if sample < params.sample_count {
            let row = indices[sample];
            if row >= params.first_row && row <= params.last_row {
                let place = row - params.first_row;
                let x = data[params.data_start + place * params.row_elements];
                let label = in_steps(labels[params.label_start + place], step) - origin;
                let slot = bin_of(key_of(x), count) * params.copies + thread % params.copies;
                atomicAdd(&slot_counts[slot], 1u);
                atomicAdd(&slot_low_sums[slot], label & 0xffffu);
                atomicAdd(&slot_high_sums[slot], label >> 16u);
                let square = multiply(label, label);
                squares = plus_96(squares, square);
            }
        }
    }
    for (var i = 0u; i < 3u; i++) {
        atomicAdd(&square_limbs[2u * i], squares[i] & 0xffffu);
        atomicAdd(&square_limbs[2u * i + 1u], squares[i] >> 16u);
    }
    workgroupBarrier();
    for (var bin = thread; bin <= count; bin += group_size) {
        add_bin(bin);
    }
    if thread == 0u {
        add_squares();
    }
}

// The first threshold that is not below x, of those sorted.
fn bin_of(x: u32, count: u32) -> u32 {
    var bin = 0u;
    for (var width = MAX_THRESHOLDS; width > 0u; width /= 2u) {
        if bin + width <= count && keys[bin + width - 1u] < x {
            bin += width;
        }
    }
    return bin;
}

// The exponent of the step: the range is below 2^31 of it. No step is finer than the least denormal.
fn step_exponent(least: u32, largest: u32) -> i32 {
    let half = 0.5 * bitcast<f32>(largest) - 0.5 * bitcast<f32>(least);
    return max(i32((bitcast<u32>(half) >> 23u) & 0xffu) - 156, -149);
}

// The low 32 bits of a label counted in steps, rounded: differences of labels fit.
fn in_steps(bits: u32, step: i32) -> u32 {
    let field = (bits >> 23u) & 0xffu;
    let mantissa = (bits & 0x007fffffu) | select(0u, 0x00800000u, field != 0u);
    let shift = i32(max(field, 1u)) - 150 - step;
    var size = 0u;
    if shift >= 0 {
        size = select(0u, mantissa << u32(min(shift, 31)), shift < 32);
    } else if shift >= -25 {
        let right = u32(-shift);
        size = (mantissa + (1u << (right - 1u))) >> right;
    }
    return select(size, 0u - size, bits >= SIGN);
}

fn add_bin(bin: u32) {
    var count = 0u;
    var low = 0u;
    var high = 0u;
    for (var copy = 0u; copy < params.copies; copy++) {
        count += atomicLoad(&slot_counts[bin * params.copies + copy]);
        low += atomicLoad(&slot_low_sums[bin * params.copies + copy]);
        high += atomicLoad(&slot_high_sums[bin * params.copies + copy]);
    }
    if count == 0u {
        return;
    }
    let base = bin * BIN_WORDS;
    atomicAdd(&bins[base], count);
    if atomicAdd(&bins[base + 1u], low) > ~low {
        atomicAdd(&bins[base + 2u], 1u);
    }
    if atomicAdd(&bins[base + 3u], high) > ~high {
        atomicAdd(&bins[base + 4u], 1u);
    }
}

// Each limb of the squares has a sum of 64 bits of its own.
fn add_squares() {
    for (var i = 0u; i < 6u; i++) {
        let limb = atomicLoad(&square_limbs[i]);
        if atomicAdd(&stats[SQUARES + 2u * i], limb) > ~limb {
            atomicAdd(&stats[SQUARES + 2u * i + 1u], 1u);
        }
    }
}

@group(0) @binding(1) var<storage, read_write> scores: array<u32>;
@group(0) @binding(2) var<storage, read> all_stats: array<u32>;
@group(0) @binding(3) var<storage, read> all_bins: array<u32>;
@group(0) @binding(4) var<storage, read> all_sorted: array<vec2<u32>>;

// A count and a sum of labels.
struct Side {
    count: u32,
    sum: vec2<u32>,
}

// Writes the score of each threshold to its place.
@compute @workgroup_size(group_size)
fn score(@builtin(global_invocation_id) id: vec3<u32>) {
    let count = params.threshold_count;
    if id.x >= count {
        return;
    }
    var total = Side();
    var left = Side();
    for (var bin = 0u; bin <= count; bin++) {
        let base = bin * BIN_WORDS;
        let low = vec2(all_bins[base + 1u], all_bins[base + 2u]);
        let high = vec2(all_bins[base + 3u], all_bins[base + 4u]);
        total.count += all_bins[base];
        total.sum = plus_64(total.sum, plus_64(low, vec2(high.x << 16u, (high.x >> 16u) | (high.y << 16u))));
        if bin == id.x {
            left = total;
        }
    }
    let threshold = all_sorted[id.x];
    let right_count = total.count - left.count;
    var bits = INFINITY;
    if threshold.x != 0xffffffffu && left.count != 0u && right_count != 0u {
        bits = select(score_of(total, left), NAN, all_stats[NOT_FINITE] != 0u);
    }
    scores[params.threshold_start + threshold.y] = bits;
}

fn score_of(total: Side, left: Side) -> u32 {
    // n Q - S^2 is at least 0 and below 2^128.
    let spread = minus_128(times_word(squares(), total.count), square_of(total.sum));
    // n SL - nL S, without its sign.
    let a = times_word(vec4(left.sum, 0u, 0u), total.count);
    let b = times_word(vec4(total.sum, 0u, 0u), left.count);
    var difference = minus_128(a, b);
    if is_below_128(a, b) {
        difference = minus_128(b, a);
    }
    let distance = normalized(difference, 0);
    let counts = multiply(left.count, total.count - left.count);
    let between = divided(times(distance, distance), normalized(vec4(counts, 0u, 0u), 0));
    let within = less(normalized(spread, 0), between);
    let least = bits_of_key(~all_stats[LARGEST_NEGATED]);
    let step = step_exponent(least, bits_of_key(all_stats[LARGEST]));
    // The upper word is precise enough for the result.
    return bitcast<u32>(scaled(f32(within.upper) / f32(total.count), within.exponent + 32 + 2 * step));
}

fn squares() -> vec4<u32> {
    var sum = vec4(0u);
    for (var i = 0u; i < 6u; i++) {
        let base = SQUARES + 2u * i;
        var limb = vec4(all_stats[base], all_stats[base + 1u], 0u, 0u);
        if i % 2u == 1u {
            limb = vec4(limb.x << 16u, (limb.x >> 16u) | (limb.y << 16u), limb.y >> 16u, 0u);
        }
        if i >= 4u {
            limb = vec4(0u, 0u, limb.xy);
        } else if i >= 2u {
            limb = vec4(0u, limb.xyz);
        }
        sum = plus_128(sum, limb);
    }
    return sum;
}

// x * 2^n. Several factors, since 2^n itself may be no float.
fn scaled(x: f32, n: i32) -> f32 {
    var result = x;
    var rest = n;
    for (var i = 0; i < 6; i++) {
        let part = clamp(rest, -100, 100);
        result *= bitcast<f32>(u32(part + 127) << 23u);
        rest -= part;
    }
    return result;
}

// Integers of 64 and 128 bits: words from the lowest on.

fn multiply(a: u32, b: u32) -> vec2<u32> {
    return vec2(a * b, multiply_high(a, b));
}

fn plus_64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
    let low = a.x + b.x;
    return vec2(low, a.y + b.y + select(0u, 1u, low < b.x));
}

fn plus_96(a: vec3<u32>, b: vec2<u32>) -> vec3<u32> {
    let low = a.x + b.x;
    // The upper word of a product is never so large that this carry overflows it.
    let upper = b.y + select(0u, 1u, low < b.x);
    let middle = a.y + upper;
    return vec3(low, middle, a.z + select(0u, 1u, middle < upper));
}

fn plus_128(a: vec4<u32>, b: vec4<u32>) -> vec4<u32> {
    var sum = vec4(0u);
    var carry = 0u;
    for (var i = 0u; i < 4u; i++) {
        let part = a[i] + b[i];
        let word = part + carry;
        carry = select(0u, 1u, part < b[i] || word < part);
        sum[i] = word;
    }
    return sum;
}

fn minus_128(a: vec4<u32>, b: vec4<u32>) -> vec4<u32> {
    // a + ~b + 1.
    return plus_128(plus_128(a, ~b), vec4(1u, 0u, 0u, 0u));
}

fn is_below_128(a: vec4<u32>, b: vec4<u32>) -> bool {
    for (var i = 3; i > 0; i--) {
        if a[i] != b[i] {
            return a[i] < b[i];
        }
    }
    return a[0] < b[0];
}

// The product of 96 bits and a word.
fn times_word(a: vec4<u32>, b: u32) -> vec4<u32> {
    let low = multiply(a.x, b);
    let middle = multiply(a.y, b);
    let high = multiply(a.z, b);
    return plus_128(plus_128(vec4(low, 0u, 0u), vec4(0u, middle, 0u)), vec4(0u, 0u, high));
}

fn square_of(a: vec2<u32>) -> vec4<u32> {
    let crossed = vec4(0u, multiply(a.x, a.y), 0u);
    let outer = vec4(multiply(a.x, a.x), multiply(a.y, a.y));
    return plus_128(plus_128(outer, crossed), crossed);
}

// A number of 64 bits, the highest set, times a power of two; all zero for 0.
struct Wide {
    lower: u32,
    upper: u32,
    exponent: i32,
}

fn normalized(a: vec4<u32>, exponent: i32) -> Wide {
    var words = a;
    var shift = 64;
    for (var i = 0; i < 3 && words.w == 0u; i++) {
        words = vec4(0u, words.xyz);
        shift -= 32;
    }
    if words.w == 0u {
        return Wide();
    }
    let bits = countLeadingZeros(words.w);
    if bits != 0u {
        words = vec4(0u, words.y << bits, (words.z << bits) | (words.y >> (32u - bits)),
            (words.w << bits) | (words.z >> (32u - bits)));
    }
    return Wide(words.z, words.w, exponent + shift - i32(bits));
}

fn times(a: Wide, b: Wide) -> Wide {
    let low = vec4(multiply(a.lower, b.lower), multiply(a.upper, b.upper));
    let crossed =
        plus_128(vec4(0u, multiply(a.lower, b.upper), 0u), vec4(0u, multiply(a.upper, b.lower), 0u));
    return normalized(plus_128(low, crossed), a.exponent + b.exponent);
}

// Long division, a bit a step.
fn divided(a: Wide, b: Wide) -> Wide {
    var rest = vec2(a.lower, a.upper);
    let divisor = vec2(b.lower, b.upper);
    var quotient = vec2(0u);
    var is_large = false;
    for (var i = 0; i < 64; i++) {
        quotient = vec2(quotient.x << 1u, (quotient.y << 1u) | (quotient.x >> 31u));
        if is_large || rest.y > divisor.y || (rest.y == divisor.y && rest.x >= divisor.x) {
            rest = plus_64(plus_64(rest, ~divisor), vec2(1u, 0u));
            quotient.x |= 1u;
        }
        is_large = rest.y >= SIGN;
        rest = vec2(rest.x << 1u, (rest.y << 1u) | (rest.x >> 31u));
    }
    return normalized(vec4(quotient, 0u, 0u), a.exponent - b.exponent - 63);
}

// a - b, or 0 where that is negative.
fn less(a: Wide, b: Wide) -> Wide {
    if b.upper == 0u {
        return a;
    }
    if a.upper == 0u || b.exponent > a.exponent {
        return Wide();
    }
    var other = vec2(b.lower, b.upper);
    let shift = u32(a.exponent - b.exponent);
    if shift >= 64u {
        return a;
    }
    if shift >= 32u {
        other = vec2(other.y, 0u);
    }
    let bits = shift % 32u;
    if bits != 0u {
        other = vec2((other.x >> bits) | (other.y << (32u - bits)), other.y >> bits);
    }
    if a.upper < other.y || (a.upper == other.y && a.lower < other.x) {
        return Wide();
    }
    let rest = plus_64(plus_64(vec2(a.lower, a.upper), ~other), vec2(1u, 0u));
    return normalized(vec4(rest, 0u, 0u), a.exponent);
}
