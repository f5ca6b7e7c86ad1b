// matmul: c = alpha * op(a) * op(b) + beta * c on row-major matrices.
//
// Everything is read in blocks of 4 x 4 elements. GPUs copy tiles of both operands to workgroup memory, with
// k as the outer dimension, and each thread multiplies 8 x 8 or 4 x 4 results from there, while the next
// blocks are on their way. Processors have no use for workgroup memory: there a thread multiplies 4 x 4
// results from its operands.

struct Params {
    // The shapes of this dispatch: parts of the matrices.
    m: u32,
    n: u32,
    k: u32,
    // Elements from one row of a whole matrix to the next.
    row_a: u32,
    row_b: u32,
    row_c: u32,
    // Where the parts begin in what is bound.
    start_a: u32,
    start_b: u32,
    start_c: u32,
    alpha: f32,
    beta: f32,
    // Workgroups of a row of the grid.
    grid_width: u32,
}

override trans_a: bool;
override trans_b: bool;
// Whether the parts and their rows begin at multiples of four elements.
override is_aligned_a: bool;
override is_aligned_b: bool;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> c: array<f32>;
@group(0) @binding(2) var<storage, read> a: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> b: array<vec4<f32>>;

// Tiles of 128 by 32 or 64 by 64 elements. A row holds one k; see place_in_tile.
var<workgroup> tile_a: array<vec4<f32>, 1024>;
var<workgroup> tile_b: array<vec4<f32>, 1024>;

// Four rows of a block, each for one k, along m or n.
alias Block = array<vec4<f32>, 4>;

fn lanes_below(limit: u32, first: u32) -> vec4<bool> {
    return (vec4(first) + vec4(0u, 1u, 2u, 3u)) < vec4(limit);
}

// Elements that begin anywhere, from the two quads they lie in.
fn shifted(low: vec4<f32>, high: vec4<f32>, shift: u32) -> vec4<f32> {
    switch shift {
        case 0u: { return low; }
        case 1u: { return vec4(low.yzw, high.x); }
        case 2u: { return vec4(low.zw, high.xy); }
        default: { return vec4(low.w, high.xyz); }
    }
}

fn quad_a(element: u32) -> vec4<f32> {
    if is_aligned_a {
        return a[element / 4u];
    }
    return shifted(a[element / 4u], a[min(element / 4u + 1u, arrayLength(&a) - 1u)], element % 4u);
}

fn quad_b(element: u32) -> vec4<f32> {
    if is_aligned_b {
        return b[element / 4u];
    }
    return shifted(b[element / 4u], b[min(element / 4u + 1u, arrayLength(&b) - 1u)], element % 4u);
}

fn transposed(x: Block) -> Block {
    return Block(
        vec4(x[0].x, x[1].x, x[2].x, x[3].x),
        vec4(x[0].y, x[1].y, x[2].y, x[3].y),
        vec4(x[0].z, x[1].z, x[2].z, x[3].z),
        vec4(x[0].w, x[1].w, x[2].w, x[3].w));
}

// The block of op(a) from row m and column k on; what lies outside is 0.
fn block_a(m: u32, k: u32) -> Block {
    var x: Block;
    for (var i = 0u; i < 4u; i++) {
        let row = select(m, k, trans_a) + i;
        let column = select(k, m, trans_a);
        let row_end = select(params.m, params.k, trans_a);
        let column_end = select(params.k, params.m, trans_a);
        let element = params.start_a + min(row, row_end - 1u) * params.row_a + min(column, column_end - 1u);
        x[i] = select(vec4(0.0), quad_a(element), lanes_below(column_end, column) & vec4(row < row_end));
    }
    if trans_a {
        return x;
    }
    return transposed(x);
}

// The block of op(b) from row k and column n on; what lies outside is 0.
fn block_b(n: u32, k: u32) -> Block {
    var x: Block;
    for (var i = 0u; i < 4u; i++) {
        let row = select(k, n, trans_b) + i;
        let column = select(n, k, trans_b);
        let row_end = select(params.k, params.n, trans_b);
        let column_end = select(params.n, params.k, trans_b);
        let element = params.start_b + min(row, row_end - 1u) * params.row_b + min(column, column_end - 1u);
        x[i] = select(vec4(0.0), quad_b(element), lanes_below(column_end, column) & vec4(row < row_end));
    }
    if trans_b {
        return transposed(x);
    }
    return x;
}

fn store(row: u32, column: u32, sums: vec4<f32>) {
    if row >= params.m {
        return;
    }
    let element = params.start_c + row * params.row_c + column;
    for (var i = 0u; i < 4u; i++) {
        if column + i < params.n {
            var value = params.alpha * sums[i];
            if params.beta != 0.0 {
                value = fma(params.beta, c[element + i], value);
            }
            c[element + i] = value;
        }
    }
}

// Where a quad lies in a tile: rows of one k. Threads that store blocks of neighbouring k hit different
// banks.
fn place_in_tile(quads_of_row: u32, k: u32, quad: u32) -> u32 {
    return k * quads_of_row + (quad ^ ((k / 4u) % 8u));
}

fn store_block_a(quads_of_row: u32, k: u32, quad: u32, x: Block) {
    for (var i = 0u; i < 4u; i++) {
        tile_a[place_in_tile(quads_of_row, k + i, quad)] = x[i];
    }
}

fn store_block_b(quads_of_row: u32, k: u32, quad: u32, x: Block) {
    for (var i = 0u; i < 4u; i++) {
        tile_b[place_in_tile(quads_of_row, k + i, quad)] = x[i];
    }
}

// The quad along m or n, and the k, of the block that a thread copies: neighbours in memory are neighbouring
// threads.
fn block_place(thread: u32, quads_of_row: u32, is_along_k: bool) -> vec2<u32> {
    let k_blocks = 256u / quads_of_row;
    if is_along_k {
        return vec2(thread / k_blocks, thread % k_blocks * 4u);
    }
    return vec2(thread % quads_of_row, thread / quads_of_row * 4u);
}

// 128 x 128 results a workgroup, 8 x 8 a thread.
@compute @workgroup_size(256)
fn large_tiles(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let number = group.y * params.grid_width + group.x;
    let tiles_of_row = (params.n + 127u) / 128u;
    let first_row = number / tiles_of_row * 128u;
    let first_column = number % tiles_of_row * 128u;
    if first_row >= params.m {
        return;
    }
    let place_a = block_place(thread, 32u, !trans_a);
    let place_b = block_place(thread, 32u, trans_b);
    let row = thread / 16u;
    let column = thread % 16u;
    var sums: array<vec4<f32>, 16>;
    var next_a = block_a(first_row + place_a.x * 4u, place_a.y);
    var next_b = block_b(first_column + place_b.x * 4u, place_b.y);
    for (var k = 0u; k < params.k; k += 32u) {
        store_block_a(32u, place_a.y, place_a.x, next_a);
        store_block_b(32u, place_b.y, place_b.x, next_b);
        workgroupBarrier();
        if k + 32u < params.k {
            next_a = block_a(first_row + place_a.x * 4u, k + 32u + place_a.y);
            next_b = block_b(first_column + place_b.x * 4u, k + 32u + place_b.y);
        }
        for (var step = 0u; step < 32u; step++) {
            let a0 = tile_a[place_in_tile(32u, step, row)];
            let a1 = tile_a[place_in_tile(32u, step, row + 16u)];
            let b0 = tile_b[place_in_tile(32u, step, column)];
            let b1 = tile_b[place_in_tile(32u, step, column + 16u)];
            sums[0] = fma(vec4(a0.x), b0, sums[0]);
            sums[1] = fma(vec4(a0.x), b1, sums[1]);
            sums[2] = fma(vec4(a0.y), b0, sums[2]);
            sums[3] = fma(vec4(a0.y), b1, sums[3]);
            sums[4] = fma(vec4(a0.z), b0, sums[4]);
            sums[5] = fma(vec4(a0.z), b1, sums[5]);
            sums[6] = fma(vec4(a0.w), b0, sums[6]);
            sums[7] = fma(vec4(a0.w), b1, sums[7]);
            sums[8] = fma(vec4(a1.x), b0, sums[8]);
            sums[9] = fma(vec4(a1.x), b1, sums[9]);
            sums[10] = fma(vec4(a1.y), b0, sums[10]);
            sums[11] = fma(vec4(a1.y), b1, sums[11]);
            sums[12] = fma(vec4(a1.z), b0, sums[12]);
            sums[13] = fma(vec4(a1.z), b1, sums[13]);
            sums[14] = fma(vec4(a1.w), b0, sums[14]);
            sums[15] = fma(vec4(a1.w), b1, sums[15]);
        }
        workgroupBarrier();
    }
    for (var i = 0u; i < 4u; i++) {
        for (var j = 0u; j < 2u; j++) {
            let column_j = first_column + (column + 16u * j) * 4u;
            store(first_row + row * 4u + i, column_j, sums[2u * i + j]);
            store(first_row + (row + 16u) * 4u + i, column_j, sums[8u + 2u * i + j]);
        }
    }
}

// 64 x 64 results a workgroup, 4 x 4 a thread: more workgroups for small matrices.
@compute @workgroup_size(256)
fn small_tiles(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let number = group.y * params.grid_width + group.x;
    let tiles_of_row = (params.n + 63u) / 64u;
    let first_row = number / tiles_of_row * 64u;
    let first_column = number % tiles_of_row * 64u;
    if first_row >= params.m {
        return;
    }
    let place_a = block_place(thread, 16u, !trans_a);
    let place_b = block_place(thread, 16u, trans_b);
    let row = thread / 16u;
    let column = thread % 16u;
    var sums: Block;
    var next_a = block_a(first_row + place_a.x * 4u, place_a.y);
    var next_b = block_b(first_column + place_b.x * 4u, place_b.y);
    for (var k = 0u; k < params.k; k += 64u) {
        store_block_a(16u, place_a.y, place_a.x, next_a);
        store_block_b(16u, place_b.y, place_b.x, next_b);
        workgroupBarrier();
        if k + 64u < params.k {
            next_a = block_a(first_row + place_a.x * 4u, k + 64u + place_a.y);
            next_b = block_b(first_column + place_b.x * 4u, k + 64u + place_b.y);
        }
        for (var step = 0u; step < 64u; step++) {
            let left = tile_a[place_in_tile(16u, step, row)];
            let right = tile_b[place_in_tile(16u, step, column)];
            sums[0] = fma(vec4(left.x), right, sums[0]);
            sums[1] = fma(vec4(left.y), right, sums[1]);
            sums[2] = fma(vec4(left.z), right, sums[2]);
            sums[3] = fma(vec4(left.w), right, sums[3]);
        }
        workgroupBarrier();
    }
    for (var i = 0u; i < 4u; i++) {
        store(first_row + row * 4u + i, first_column + column * 4u, sums[i]);
    }
}

// 4 x 4 results a thread, without workgroup memory.
@compute @workgroup_size(64)
fn blocks(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let number = (group.y * params.grid_width + group.x) * 64u + thread;
    let blocks_of_row = (params.n + 3u) / 4u;
    let row = number / blocks_of_row * 4u;
    let column = number % blocks_of_row * 4u;
    if row >= params.m {
        return;
    }
    var sums: Block;
    for (var k = 0u; k < params.k; k += 4u) {
        let left = block_a(row, k);
        let right = block_b(column, k);
        for (var i = 0u; i < 4u; i++) {
            sums[0] = fma(vec4(left[i].x), right[i], sums[0]);
            sums[1] = fma(vec4(left[i].y), right[i], sums[1]);
            sums[2] = fma(vec4(left[i].z), right[i], sums[2]);
            sums[3] = fma(vec4(left[i].w), right[i], sums[3]);
        }
    }
    for (var i = 0u; i < 4u; i++) {
        store(row + i, column, sums[i]);
    }
}

// c = beta * c, for products without terms; n elements from start_c on.
@compute @workgroup_size(256)
fn scale(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let number = (group.y * params.grid_width + group.x) * 256u + thread;
    if number < params.n {
        let element = params.start_c + number;
        if params.beta == 0.0 {
            c[element] = 0.0;
        } else {
            c[element] = params.beta * c[element];
        }
    }
}
