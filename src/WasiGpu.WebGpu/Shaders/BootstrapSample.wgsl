// uses Words.wgsl
//
// bootstrap-sample: Philox4x32-10 and bounded integers by multiply and shift, with rejection.
//
// Index i takes word i & 3 of the block with the counter {i >> 2, 0, 0, attempt} and the key {seed, stream}.
// All results are integers, the same as on every other backend.

struct Params {
    sample_count: u32,
    seed: u32,
    max_index: u32,
    // 2^32 mod max_index: products whose low word is below it are drawn again.
    rejection_limit: u32,
    // The first index of this dispatch, a multiple of 4; the result is bound from there on.
    first_index: u32,
    // Workgroups of a row of the grid.
    grid_width: u32,
}

override group_size: u32 = 256;

// Philox blocks a thread draws: independent chains of multiplications.
const BLOCKS = 2u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> result: array<vec4<u32>>;

fn philox(counter: u32, attempt: u32) -> vec4<u32> {
    var c = vec4(counter, 0u, 0u, attempt);
    var key = vec2(params.seed, 0u);
    for (var round = 0u; round < 10u; round++) {
        let low0 = c.x * 0xd2511f53u;
        let high0 = multiply_high(c.x, 0xd2511f53u);
        let low1 = c.z * 0xcd9e8d57u;
        let high1 = multiply_high(c.z, 0xcd9e8d57u);
        c = vec4(high1 ^ c.y ^ key.x, low1, high0 ^ c.w ^ key.y, low0);
        key += vec2(0x9e3779b9u, 0xbb67ae85u);
    }
    return c;
}

// Draws a word again until its product is accepted: half of all words are, at the least.
fn redraw(counter: u32, position: u32) -> u32 {
    for (var attempt = 1u; ; attempt++) {
        let word = philox(counter, attempt)[position];
        if word * params.max_index >= params.rejection_limit {
            return multiply_high(word, params.max_index);
        }
    }
}

fn draw(counter: u32) -> vec4<u32> {
    let words = philox(counter, 0u);
    let max_index = params.max_index;
    var indices = vec4(
        multiply_high(words.x, max_index),
        multiply_high(words.y, max_index),
        multiply_high(words.z, max_index),
        multiply_high(words.w, max_index));
    let is_rejected = words * max_index < vec4(params.rejection_limit);
    if any(is_rejected) {
        for (var position = 0u; position < 4u; position++) {
            if is_rejected[position] {
                indices[position] = redraw(counter, position);
            }
        }
    }
    return indices;
}

@compute @workgroup_size(group_size)
fn sample(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let group_number = group.y * params.grid_width + group.x;
    for (var i = 0u; i < BLOCKS; i++) {
        let quad = (group_number * BLOCKS + i) * group_size + thread;
        if quad >= params.sample_count / 4u + select(0u, 1u, (params.sample_count & 3u) != 0u) {
            return;
        }
        let indices = draw(params.first_index / 4u + quad);
        let count = params.sample_count - quad * 4u;
        if count >= 4u {
            result[quad] = indices;
        } else {
            // The buffer may go on behind the last index: what follows it keeps its value.
            result[quad] = select(result[quad], indices, vec4(0u, 1u, 2u, 3u) < vec4(count));
        }
    }
}
