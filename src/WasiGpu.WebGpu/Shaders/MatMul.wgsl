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

// Tiles are multiplied by side x side threads: 16, but that a compiler of a software driver may need fewer.
override side: u32 = 16;
override tile_threads: u32 = side * side;

// Tiles of small_tiles: 4 side k by 4 side elements. A row holds one k; see place_in_tile.
override small_quads: u32 = 4u * side * side;
var<workgroup> tile_a: array<vec4<f32>, small_quads>;
var<workgroup> tile_b: array<vec4<f32>, small_quads>;

// Tiles of large_tiles: side k by 8 side elements.
override large_quads: u32 = 2u * side * side;
var<workgroup> large_a: array<vec4<f32>, large_quads>;
var<workgroup> large_b: array<vec4<f32>, large_quads>;

// 4 x 4 elements by rows. Not an array: a compiler may keep what has an index in slow memory.
struct Block {
    row0: vec4<f32>,
    row1: vec4<f32>,
    row2: vec4<f32>,
    row3: vec4<f32>,
}

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
        vec4(x.row0.x, x.row1.x, x.row2.x, x.row3.x),
        vec4(x.row0.y, x.row1.y, x.row2.y, x.row3.y),
        vec4(x.row0.z, x.row1.z, x.row2.z, x.row3.z),
        vec4(x.row0.w, x.row1.w, x.row2.w, x.row3.w));
}

// Four elements of a row of a, which has the rows and columns given; what lies outside is 0.
fn row_of_a(row: u32, column: u32, rows: u32, columns: u32) -> vec4<f32> {
    let element = params.start_a + min(row, rows - 1u) * params.row_a + min(column, columns - 1u);
    return select(vec4(0.0), quad_a(element), lanes_below(columns, column) & vec4(row < rows));
}

fn row_of_b(row: u32, column: u32, rows: u32, columns: u32) -> vec4<f32> {
    let element = params.start_b + min(row, rows - 1u) * params.row_b + min(column, columns - 1u);
    return select(vec4(0.0), quad_b(element), lanes_below(columns, column) & vec4(row < rows));
}

// The block of op(a) from row m and column k on, a row for each k; what lies outside is 0.
fn block_a(m: u32, k: u32) -> Block {
    let row = select(m, k, trans_a);
    let column = select(k, m, trans_a);
    let rows = select(params.m, params.k, trans_a);
    let columns = select(params.k, params.m, trans_a);
    let x = Block(
        row_of_a(row, column, rows, columns),
        row_of_a(row + 1u, column, rows, columns),
        row_of_a(row + 2u, column, rows, columns),
        row_of_a(row + 3u, column, rows, columns));
    if trans_a {
        return x;
    }
    return transposed(x);
}

// The block of op(b) from row k and column n on; what lies outside is 0.
fn block_b(n: u32, k: u32) -> Block {
    let row = select(k, n, trans_b);
    let column = select(n, k, trans_b);
    let rows = select(params.k, params.n, trans_b);
    let columns = select(params.n, params.k, trans_b);
    let x = Block(
        row_of_b(row, column, rows, columns),
        row_of_b(row + 1u, column, rows, columns),
        row_of_b(row + 2u, column, rows, columns),
        row_of_b(row + 3u, column, rows, columns));
    if trans_b {
        return transposed(x);
    }
    return x;
}

// Adds the products for one k.
fn with_products(sums: Block, left: vec4<f32>, right: vec4<f32>) -> Block {
    return Block(
        fma(vec4(left.x), right, sums.row0),
        fma(vec4(left.y), right, sums.row1),
        fma(vec4(left.z), right, sums.row2),
        fma(vec4(left.w), right, sums.row3));
}

fn store_block(row: u32, column: u32, sums: Block) {
    store_row(row, column, sums.row0);
    store_row(row + 1u, column, sums.row1);
    store_row(row + 2u, column, sums.row2);
    store_row(row + 3u, column, sums.row3);
}

fn store_row(row: u32, column: u32, sums: vec4<f32>) {
    if row < params.m {
        store(row, column, sums.x);
        store(row, column + 1u, sums.y);
        store(row, column + 2u, sums.z);
        store(row, column + 3u, sums.w);
    }
}

fn store(row: u32, column: u32, sum: f32) {
    if column >= params.n {
        return;
    }
    let element = params.start_c + row * params.row_c + column;
    var value = params.alpha * sum;
    if params.beta != 0.0 {
        value = fma(params.beta, c[element], value);
    }
    c[element] = value;
}

// Where a quad lies in a tile of small_tiles. Threads that store blocks of neighbouring k hit different
// banks.
fn place_in_tile(k: u32, quad: u32) -> u32 {
    return k * side + (quad ^ ((k / 4u) % (side / 2u)));
}

// The quad along m or n, and the k, of the block that a thread copies: neighbours in memory are neighbouring
// threads.
fn block_place(thread: u32, quads_of_row: u32, k_blocks: u32, is_along_k: bool) -> vec2<u32> {
    if is_along_k {
        return vec2(thread / k_blocks, thread % k_blocks * 4u);
    }
    return vec2(thread % quads_of_row, thread / quads_of_row * 4u);
}

// 8 side x 8 side results a workgroup: 8 x 8 a thread, which are four blocks. Half of the threads copy the tile of
// a, the others that of b.
struct LargeSums {
    upper_left: Block,
    upper_right: Block,
    lower_left: Block,
    lower_right: Block,
}

// The quads of a row of k are stored in an order of their own, which depends on k / 4: threads that copy
// blocks of neighbouring k hit different banks.
fn large_order(k: u32) -> u32 {
    return k / 4u * 2u;
}

fn with_large_step(sums: LargeSums, k: u32, row: u32, column: u32) -> LargeSums {
    let quad = k * 2u * side;
    let upper = large_a[quad + row];
    let lower = large_a[quad + row + side];
    let left = large_b[quad + column];
    let right = large_b[quad + column + side];
    return LargeSums(
        with_products(sums.upper_left, upper, left),
        with_products(sums.upper_right, upper, right),
        with_products(sums.lower_left, lower, left),
        with_products(sums.lower_right, lower, right));
}

@compute @workgroup_size(tile_threads)
fn large_tiles(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let number = group.y * params.grid_width + group.x;
    let tiles_of_row = (params.n + 8u * side - 1u) / (8u * side);
    let first_row = number / tiles_of_row * 8u * side;
    let first_column = number % tiles_of_row * 8u * side;
    if first_row >= params.m {
        return;
    }
    let copies_a = thread < tile_threads / 2u;
    let place = block_place(thread % (tile_threads / 2u), 2u * side, side / 4u, select(trans_b, !trans_a, copies_a));
    let copied = place.y * 2u * side + (place.x ^ large_order(place.y));
    let copied_m = first_row + place.x * 4u;
    let copied_n = first_column + place.x * 4u;
    let row = thread / side;
    let column = thread % side;
    var sums = LargeSums();
    var next = Block();
    if copies_a {
        next = block_a(copied_m, place.y);
    } else {
        next = block_b(copied_n, place.y);
    }
    for (var k = 0u; k < params.k; k += side) {
        if copies_a {
            large_a[copied] = next.row0;
            large_a[copied + 2u * side] = next.row1;
            large_a[copied + 4u * side] = next.row2;
            large_a[copied + 6u * side] = next.row3;
        } else {
            large_b[copied] = next.row0;
            large_b[copied + 2u * side] = next.row1;
            large_b[copied + 4u * side] = next.row2;
            large_b[copied + 6u * side] = next.row3;
        }
        workgroupBarrier();
        if k + side < params.k {
            if copies_a {
                next = block_a(copied_m, k + side + place.y);
            } else {
                next = block_b(copied_n, k + side + place.y);
            }
        }
        for (var step = 0u; step < side; step += 4u) {
            let ordered_row = row ^ large_order(step);
            let ordered_column = column ^ large_order(step);
            sums = with_large_step(sums, step, ordered_row, ordered_column);
            sums = with_large_step(sums, step + 1u, ordered_row, ordered_column);
            sums = with_large_step(sums, step + 2u, ordered_row, ordered_column);
            sums = with_large_step(sums, step + 3u, ordered_row, ordered_column);
        }
        workgroupBarrier();
    }
    let result_row = first_row + row * 4u;
    let result_column = first_column + column * 4u;
    store_block(result_row, result_column, sums.upper_left);
    store_block(result_row, result_column + 4u * side, sums.upper_right);
    store_block(result_row + 4u * side, result_column, sums.lower_left);
    store_block(result_row + 4u * side, result_column + 4u * side, sums.lower_right);
}

// 4 side x 4 side results a workgroup, 4 x 4 a thread: more workgroups for small matrices.
@compute @workgroup_size(tile_threads)
fn small_tiles(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let number = group.y * params.grid_width + group.x;
    let tiles_of_row = (params.n + 4u * side - 1u) / (4u * side);
    let first_row = number / tiles_of_row * 4u * side;
    let first_column = number % tiles_of_row * 4u * side;
    if first_row >= params.m {
        return;
    }
    let place_a = block_place(thread, side, side, !trans_a);
    let place_b = block_place(thread, side, side, trans_b);
    let row = thread / side;
    let column = thread % side;
    var sums = Block();
    var next_a = block_a(first_row + place_a.x * 4u, place_a.y);
    var next_b = block_b(first_column + place_b.x * 4u, place_b.y);
    for (var k = 0u; k < params.k; k += 4u * side) {
        tile_a[place_in_tile(place_a.y, place_a.x)] = next_a.row0;
        tile_a[place_in_tile(place_a.y + 1u, place_a.x)] = next_a.row1;
        tile_a[place_in_tile(place_a.y + 2u, place_a.x)] = next_a.row2;
        tile_a[place_in_tile(place_a.y + 3u, place_a.x)] = next_a.row3;
        tile_b[place_in_tile(place_b.y, place_b.x)] = next_b.row0;
        tile_b[place_in_tile(place_b.y + 1u, place_b.x)] = next_b.row1;
        tile_b[place_in_tile(place_b.y + 2u, place_b.x)] = next_b.row2;
        tile_b[place_in_tile(place_b.y + 3u, place_b.x)] = next_b.row3;
        workgroupBarrier();
        if k + 4u * side < params.k {
            next_a = block_a(first_row + place_a.x * 4u, k + 4u * side + place_a.y);
            next_b = block_b(first_column + place_b.x * 4u, k + 4u * side + place_b.y);
        }
        for (var step = 0u; step < 4u * side; step++) {
            let left = tile_a[place_in_tile(step, row)];
            let right = tile_b[place_in_tile(step, column)];
            sums = with_products(sums, left, right);
        }
        workgroupBarrier();
    }
    store_block(first_row + row * 4u, first_column + column * 4u, sums);
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
    var sums = Block();
    for (var k = 0u; k < params.k; k += 4u) {
        let left = block_a(row, k);
        let right = block_b(column, k);
        sums = with_products(sums, left.row0, right.row0);
        sums = with_products(sums, left.row1, right.row1);
        sums = with_products(sums, left.row2, right.row2);
        sums = with_products(sums, left.row3, right.row3);
    }
    store_block(row, column, sums);
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
