// elementwise: one function applied to each element, four at a time.
//
// Elements are handled as bit patterns: shader compilers may assume that there is no NaN and no infinity, so
// special values are told apart by integer compares. The functions are polynomials with at most 4 ulp of
// error; none relies on fma being fused or on the accuracy of a built-in function.

const RELU = 0u;
const SIGMOID = 1u;
const TANH = 2u;
const ADD = 3u;
const MUL = 4u;
const SQRT = 5u;
const EXP = 6u;
const LOG = 7u;

const SIGN = 0x80000000u;
const INFINITY = 0x7f800000u;
const NAN = 0x7fc00000u;
const LARGEST_BELOW_NORMAL = 0x007fffffu;

struct Params {
    element_count: u32,
    // Workgroups of a row of the grid.
    grid_width: u32,
}

override op: u32;
override group_size: u32 = 256;

// Quads of elements a thread handles: independent loads under way at once.
const QUADS = 4u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> result: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read> input_a: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> input_b: array<vec4<u32>>;

fn first_quad(group: vec3<u32>, thread: u32) -> u32 {
    return (group.y * params.grid_width + group.x) * group_size * QUADS + thread;
}

fn quad_count() -> u32 {
    return params.element_count / 4u + select(0u, 1u, (params.element_count & 3u) != 0u);
}

// The buffer may go on behind the last element: what follows it keeps its value.
fn store(quad: u32, value: vec4<u32>) {
    let count = params.element_count - quad * 4u;
    if count >= 4u {
        result[quad] = value;
    } else {
        result[quad] = select(result[quad], value, vec4(0u, 1u, 2u, 3u) < vec4(count));
    }
}

@compute @workgroup_size(group_size)
fn unary(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let first = first_quad(group, thread);
    var x: array<vec4<u32>, QUADS>;
    for (var i = 0u; i < QUADS; i++) {
        x[i] = input_a[min(first + i * group_size, quad_count() - 1u)];
    }
    for (var i = 0u; i < QUADS; i++) {
        let quad = first + i * group_size;
        if quad < quad_count() {
            store(quad, apply_unary(x[i]));
        }
    }
}

// The result replaces the operand.
@compute @workgroup_size(group_size)
fn unary_in_place(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let first = first_quad(group, thread);
    var x: array<vec4<u32>, QUADS>;
    for (var i = 0u; i < QUADS; i++) {
        x[i] = result[min(first + i * group_size, quad_count() - 1u)];
    }
    for (var i = 0u; i < QUADS; i++) {
        let quad = first + i * group_size;
        if quad < quad_count() {
            store(quad, apply_unary(x[i]));
        }
    }
}

@compute @workgroup_size(group_size)
fn binary(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let first = first_quad(group, thread);
    var x: array<vec4<u32>, QUADS>;
    var y: array<vec4<u32>, QUADS>;
    for (var i = 0u; i < QUADS; i++) {
        let quad = min(first + i * group_size, quad_count() - 1u);
        x[i] = input_a[quad];
        y[i] = input_b[quad];
    }
    for (var i = 0u; i < QUADS; i++) {
        let quad = first + i * group_size;
        if quad < quad_count() {
            store(quad, apply_binary(x[i], y[i]));
        }
    }
}

// The result replaces the first operand.
@compute @workgroup_size(group_size)
fn binary_in_place(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let first = first_quad(group, thread);
    var x: array<vec4<u32>, QUADS>;
    var y: array<vec4<u32>, QUADS>;
    for (var i = 0u; i < QUADS; i++) {
        let quad = min(first + i * group_size, quad_count() - 1u);
        x[i] = result[quad];
        y[i] = input_a[quad];
    }
    for (var i = 0u; i < QUADS; i++) {
        let quad = first + i * group_size;
        if quad < quad_count() {
            store(quad, apply_binary(x[i], y[i]));
        }
    }
}

// Both operands are the buffer that the result replaces.
@compute @workgroup_size(group_size)
fn twice_in_place(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let first = first_quad(group, thread);
    for (var i = 0u; i < QUADS; i++) {
        let quad = first + i * group_size;
        if quad < quad_count() {
            let x = result[quad];
            store(quad, apply_binary(x, x));
        }
    }
}

fn apply_unary(x: vec4<u32>) -> vec4<u32> {
    if op == RELU {
        // NaNs with a sign stay NaNs.
        return select(x, vec4(0u), (x >= vec4(SIGN)) & (x <= vec4(SIGN | INFINITY)));
    }
    return vec4(apply_one(x.x), apply_one(x.y), apply_one(x.z), apply_one(x.w));
}

fn apply_one(x: u32) -> u32 {
    let size = x & ~SIGN;
    var y: u32;
    switch op {
        case SIGMOID: { y = sigmoid(x); }
        case TANH: { y = tangent(x); }
        case SQRT: { y = root(x); }
        case EXP: { y = exponential(x); }
        default: { y = logarithm(x); }
    }
    return select(y, NAN, size > INFINITY);
}

fn apply_binary(x: vec4<u32>, y: vec4<u32>) -> vec4<u32> {
    let x_size = x & vec4(~SIGN);
    let y_size = y & vec4(~SIGN);
    let is_nan = (x_size > vec4(INFINITY)) | (y_size > vec4(INFINITY));
    let infinity = vec4(INFINITY);
    if op == ADD {
        let sum = bitcast<vec4<u32>>(bitcast<vec4<f32>>(x) + bitcast<vec4<f32>>(y));
        let cancels = (x_size == infinity) & (y_size == infinity) & (x != y);
        return select(sum, vec4(NAN), is_nan | cancels);
    }
    let product = bitcast<vec4<u32>>(bitcast<vec4<f32>>(x) * bitcast<vec4<f32>>(y));
    let none = vec4(0u);
    let undefined = ((x_size == infinity) & (y_size == none)) | ((x_size == none) & (y_size == infinity));
    let infinite = ((x_size == infinity) | (y_size == infinity)) & !undefined;
    let signed_infinity = infinity | ((x ^ y) & vec4(SIGN));
    return select(select(product, signed_infinity, infinite), vec4(NAN), is_nan | undefined);
}

// 2^n for n from -126 to 127.
fn power_of_two(n: i32) -> f32 {
    return bitcast<f32>(u32(n + 127) << 23u);
}

// a / b for normal numbers: one correction brings a loose division to about one ulp.
fn quotient(a: f32, b: f32) -> f32 {
    let q = a / b;
    return q + fma(-q, b, a) / b;
}

// e^x as 2^k * y for |x| up to 104; y lies between 0.7 and 1.5.
struct Scaled {
    y: f32,
    k: i32,
}

fn scaled_exponential(x: f32) -> Scaled {
    let k = round(x * 1.44269504);
    // ln(2) in two parts; the first has so few bits that its product with k is exact.
    let r = fma(k, 2.12194440e-4, fma(k, -0.693359375, x));
    var p = 1.9875691500e-4;
    p = fma(p, r, 1.3981999507e-3);
    p = fma(p, r, 8.3334519073e-3);
    p = fma(p, r, 4.1665795894e-2);
    p = fma(p, r, 1.6666665459e-1);
    p = fma(p, r, 5.0000001201e-1);
    return Scaled(fma(p * r, r, r) + 1.0, i32(k));
}

// 2^k in two factors: neither over- nor underflows, and the product rounds once.
fn unscaled(s: Scaled) -> f32 {
    let half = s.k / 2;
    return s.y * power_of_two(half) * power_of_two(s.k - half);
}

fn exponential(bits: u32) -> u32 {
    let x = bitcast<f32>(bits);
    let size = bits & ~SIGN;
    let is_negative = bits >= SIGN;
    // 89 and 104: beyond them lie infinity and 0.
    if size >= 0x42b20000u && !is_negative {
        return INFINITY;
    }
    if size >= 0x42d00000u {
        return 0u;
    }
    return bitcast<u32>(unscaled(scaled_exponential(x)));
}

fn sigmoid(bits: u32) -> u32 {
    let size = bits & ~SIGN;
    if size >= 0x42d00000u {
        return select(0x3f800000u, 0u, bits >= SIGN);
    }
    // e^-|x| is at most 1: nothing overflows on either side.
    let e = unscaled(scaled_exponential(-bitcast<f32>(size)));
    return bitcast<u32>(quotient(select(1.0, e, bits >= SIGN), 1.0 + e));
}

fn tangent(bits: u32) -> u32 {
    let size = bits & ~SIGN;
    let x = bitcast<f32>(size);
    var y = 1.0;
    if size < 0x3f200000u {
        // Below 0.625: an odd polynomial.
        let z = x * x;
        var p = -5.70498872745e-3;
        p = fma(p, z, 2.06390887954e-2);
        p = fma(p, z, -5.37397155531e-2);
        p = fma(p, z, 1.33314422036e-1);
        p = fma(p, z, -3.33332819422e-1);
        y = fma(p * z, x, x);
    } else if size < 0x41200000u {
        y = 1.0 - quotient(2.0, unscaled(scaled_exponential(2.0 * x)) + 1.0);
    }
    // Denormals are their own tangents, also where arithmetic flushes them.
    return select(bitcast<u32>(y), size, size <= LARGEST_BELOW_NORMAL) | (bits & SIGN);
}

fn root(bits: u32) -> u32 {
    if (bits & ~SIGN) == 0u || bits == INFINITY {
        return bits;
    }
    if bits >= SIGN {
        return NAN;
    }
    if bits <= LARGEST_BELOW_NORMAL {
        // A denormal is bits * 2^-149; its root is that of 2 * bits, an ordinary number, times 2^-75.
        return bitcast<u32>(corrected_root(f32(bits) * 2.0) * power_of_two(-75));
    }
    return bitcast<u32>(corrected_root(bitcast<f32>(bits)));
}

// A step of Newton's iteration: built-in roots may be several ulp off.
fn corrected_root(x: f32) -> f32 {
    let y = sqrt(x);
    return y + 0.5 * fma(-y, y, x) / y;
}

fn logarithm(bits: u32) -> u32 {
    if (bits & ~SIGN) == 0u {
        return SIGN | INFINITY;
    }
    if bits >= SIGN {
        return NAN;
    }
    if bits == INFINITY {
        return INFINITY;
    }
    // x = m * 2^k with m from sqrt(1/2) to sqrt(2). Denormals are shifted until they have a leading one.
    var normal = bits;
    var k = 0;
    if bits <= LARGEST_BELOW_NORMAL {
        let shift = countLeadingZeros(bits) - 8u;
        normal = bits << shift;
        k = -i32(shift);
    }
    let steps = i32(normal - 0x3f3504f3u) >> 23u;
    let f = bitcast<f32>(normal - (u32(steps) << 23u)) - 1.0;
    k += steps;
    let z = f * f;
    var p = 7.0376836292e-2;
    p = fma(p, f, -1.1514610310e-1);
    p = fma(p, f, 1.1676998740e-1);
    p = fma(p, f, -1.2420140846e-1);
    p = fma(p, f, 1.4249322787e-1);
    p = fma(p, f, -1.6668057665e-1);
    p = fma(p, f, 2.0000714765e-1);
    p = fma(p, f, -2.4999993993e-1);
    p = fma(p, f, 3.3333331174e-1);
    let exponent = f32(k);
    var y = fma(exponent, -2.12194440e-4, f * z * p);
    y = fma(-0.5, z, y);
    return bitcast<u32>(fma(exponent, 0.693359375, f + y));
}
