// average: means of rows. The lanes that share a row read it in order, very long rows in chunks. A thread that reads
// less than about 100 bytes costs more than its bytes: short rows, and all rows where barriers are dear, have one
// thread each (lanes = 1). The order of addition depends on the place and the length of the row alone.

const SIGN = 0x80000000u;
const INFINITY = 0x7f800000u;
const NAN = 0x7fc00000u;

const HAS_NAN = 1u;
const HAS_INFINITY = 2u;
const HAS_NEGATIVE_INFINITY = 4u;

const CHUNK_ELEMENTS = 16384u;

struct Params {
    // Rows of this dispatch, and their length.
    row_count: u32,
    row_elements: u32,
    // Where the first row begins in the bound input, and its result in the bound output.
    input_start: u32,
    output_start: u32,
    // Chunks of a row: all of them, the first of this dispatch, and how many.
    chunk_count: u32,
    first_chunk: u32,
    dispatch_chunks: u32,
    // Workgroups of a row of the grid.
    grid_width: u32,
    // Always 0, which no compiler knows.
    zero: u32,
}

override group_size: u32 = 256;
// Threads that share a row, a power of two.
override lanes: u32 = 32;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> result: array<u32>;
@group(0) @binding(2) var<storage, read> input: array<vec4<u32>>;

@group(0) @binding(1) var<storage, read_write> partials: array<vec2<u32>>;
@group(0) @binding(2) var<storage, read> all_partials: array<vec2<u32>>;

var<workgroup> exchange: array<vec4<u32>, group_size>;

// value + rest is a sum in two words; infinities and NaNs are not in it but in the flags.
struct Sum {
    value: f32,
    rest: f32,
    flags: u32,
}

fn group_number(group: vec3<u32>) -> u32 {
    return group.y * params.grid_width + group.x;
}

// The lanes of a row, or the one thread that has it for itself.
@compute @workgroup_size(group_size)
fn rows(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let row = group_number(group) * (group_size / lanes) + thread / lanes;
    var sum = Sum();
    if row < params.row_count {
        sum = of_range(params.input_start + row * params.row_elements, params.row_elements, thread % lanes);
    }
    sum = over_lanes(sum, thread);
    if thread % lanes == 0u && row < params.row_count {
        result[params.output_start + row] = mean_of(sum);
    }
}

// The sum of one chunk of a very long row.
@compute @workgroup_size(group_size)
fn chunk_of_row(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let number = group_number(group);
    let row = number / params.dispatch_chunks;
    let step = number % params.dispatch_chunks;
    if row >= params.row_count {
        return;
    }
    let chunk = params.first_chunk + step;
    let length = min(CHUNK_ELEMENTS, params.row_elements - chunk * CHUNK_ELEMENTS);
    let start = params.input_start + row * params.row_elements + step * CHUNK_ELEMENTS;
    let sum = over_lanes(of_range(start, length, thread), thread);
    if thread == 0u {
        partials[params.output_start + row * params.chunk_count + chunk] =
            vec2(bitcast<u32>(sum.value + sum.rest), sum.flags);
    }
}

// A workgroup adds the chunks of a row.
@compute @workgroup_size(group_size)
fn finish(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let row = group_number(group);
    if row >= params.row_count {
        return;
    }
    var sum = Sum();
    for (var chunk = thread; chunk < params.chunk_count; chunk += group_size) {
        let partial = all_partials[row * params.chunk_count + chunk];
        sum = added(sum, bitcast<f32>(partial.x));
        sum.flags |= partial.y;
    }
    sum = over_lanes(sum, thread);
    if thread == 0u {
        result[params.output_start + row] = mean_of(sum);
    }
}

fn flag_of(bits: u32) -> u32 {
    let signed = select(HAS_NEGATIVE_INFINITY, HAS_INFINITY, bits == INFINITY);
    return select(signed, HAS_NAN, (bits & ~SIGN) > INFINITY);
}

fn flags_of(bits: vec4<u32>, is_special: vec4<bool>) -> u32 {
    return select(0u, flag_of(bits.x), is_special.x)
        | select(0u, flag_of(bits.y), is_special.y)
        | select(0u, flag_of(bits.z), is_special.z)
        | select(0u, flag_of(bits.w), is_special.w);
}

// The part of one lane of the elements from start on; four loads are under way at once.
fn of_range(start: u32, length: u32, lane: u32) -> Sum {
    let end = start + length;
    let end_quad = (end + 3u) / 4u;
    var sum = Sum();
    for (var quad = start / 4u + lane; quad < end_quad; quad += 4u * lanes) {
        var x: array<vec4<u32>, 4>;
        var values: array<vec4<f32>, 4>;
        for (var i = 0u; i < 4u; i++) {
            x[i] = input[min(quad + i * lanes, end_quad - 1u)];
        }
        for (var i = 0u; i < 4u; i++) {
            let elements = vec4((quad + i * lanes) * 4u) + vec4(0u, 1u, 2u, 3u);
            let bits = select(vec4(0u), x[i], (elements >= vec4(start)) & (elements < vec4(end)));
            let is_special = (bits & vec4(~SIGN)) >= vec4(INFINITY);
            if any(is_special) {
                sum.flags |= flags_of(bits, is_special);
            }
            values[i] = select(bitcast<vec4<f32>>(bits), vec4(0.0), is_special);
        }
        let s = (values[0] + values[1]) + (values[2] + values[3]);
        sum = added(sum, (s.x + s.y) + (s.z + s.w));
    }
    return sum;
}

// Adds the sums of the lanes that share a row; the result is lane 0's.
fn over_lanes(value: Sum, thread: u32) -> Sum {
    var sum = value;
    if lanes == 1u {
        return sum;
    }
    workgroupBarrier();
    exchange[thread] = vec4(bitcast<u32>(sum.value), bitcast<u32>(sum.rest), sum.flags, 0u);
    for (var width = lanes / 2u; width > 0u; width /= 2u) {
        workgroupBarrier();
        if thread % lanes < width {
            let other = exchange[thread + width];
            sum = added(sum, bitcast<f32>(other.x));
            sum.rest += bitcast<f32>(other.y);
            sum.flags |= other.z;
            exchange[thread] = vec4(bitcast<u32>(sum.value), bitcast<u32>(sum.rest), sum.flags, 0u);
        }
    }
    return sum;
}

fn mean_of(sum: Sum) -> u32 {
    if sum.flags == 0u {
        return bitcast<u32>((sum.value + sum.rest) / f32(params.row_elements));
    }
    if sum.flags == HAS_INFINITY {
        return INFINITY;
    }
    return select(NAN, SIGN | INFINITY, sum.flags == HAS_NEGATIVE_INFINITY);
}

// Adds to a sum in two words; the second collects what the first rounds off.
fn added(sum: Sum, value: f32) -> Sum {
    let s = opaque(sum.value + value);
    let back = opaque(s - sum.value);
    let lost = opaque(sum.value - opaque(s - back)) + (value - back);
    return Sum(s, sum.rest + lost, sum.flags);
}

// The same value, but compilers cannot simplify a difference that holds it to what it would be in real
// numbers.
fn opaque(x: f32) -> f32 {
    return bitcast<f32>(bitcast<u32>(x) ^ params.zero);
}
