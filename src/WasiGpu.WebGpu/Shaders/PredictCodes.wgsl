// uses BatchPredict.wgsl
//
// batch-predict for large batches, whose forests are perfect trees: thresholds and samples are small numbers. The
// thresholds of a column in order, each once, are its table; a threshold is its place in it, a sample the number of
// thresholds below it. So a sample is above a threshold if and only if its number is larger, and no bit is lost.
//
// Four samples of a column share a word, two where a column has more than 255 thresholds: those of rows that are
// walked by one thread. A node is a word, {its threshold, its column's first word}, and a tree is a heap whose last
// level are the leaves.

// Rows whose codes share a word: 4 or 2.
override code_rows: u32 = 4;
// A table is a heap of 2^table_levels - 1 keys in words 1 and up; the rest is filled with the highest key.
override table_levels: u32 = 8;
// Columns whose tables a workgroup of encode keeps.
override table_columns: u32 = 1;
// Levels of which workgroups keep the nodes, at most depth + 1: the last are the leaves.
override kept: u32 = 1;
// Trees at once of which they are kept.
override kept_trees: u32 = 1;

override code_bits: u32 = 32u / code_rows;
override code_mask: u32 = select(0xffff0000u, 0xff000000u, code_rows == 4u);
override tile_rows: u32 = group_size * code_rows;
override table_size: u32 = 1u << table_levels;
// With a word to spare, equal places of neighbours lie in different banks.
override table_plane: u32 = table_size + 1u;
override tables_words: u32 = table_columns * table_plane;
override code_words: u32 = columns * group_size;
override kept_words: u32 = kept_trees << kept;
// Walks of a thread at once: four, of as many rows as share a word.
override trees_at_once: u32 = 4u / code_rows;

@group(0) @binding(1) var<storage, read_write> new_codes: array<u32>;
@group(0) @binding(2) var<storage, read> codes: array<u32>;
@group(0) @binding(3) var<storage, read> coded_trees: array<u32>;
@group(0) @binding(3) var<storage, read> tables: array<i32>;

var<workgroup> kept_tables: array<i32, tables_words>;
var<workgroup> code_tile: array<u32, code_words>;
var<workgroup> kept_nodes: array<u32, kept_words>;

// A workgroup encodes some columns of a tile of rows. The words of a tile lie by columns.
@compute @workgroup_size(group_size)
fn encode(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let number = group.y * params.grid_width + group.x;
    let parts = (params.feature_count + table_columns - 1u) / table_columns;
    let first_row = number / parts * tile_rows;
    if first_row >= params.row_count {
        return;
    }
    let first_column = number % parts * table_columns;
    let column_count = min(table_columns, params.feature_count - first_column);
    for (var i = thread; i < column_count << table_levels; i += group_size) {
        kept_tables[(i >> table_levels) * table_plane + (i & (table_size - 1u))] =
            tables[(first_column << table_levels) + i];
    }
    workgroupBarrier();
    let first_word = (number / parts * params.feature_count + first_column) * group_size;
    for (var i = thread; i < column_count * group_size; i += group_size) {
        // Neighbours read one row.
        let row = i / column_count;
        let column = i - row * column_count;
        var word = 0u;
        for (var part = 0u; part < code_rows; part++) {
            // Behind the last row, its codes are repeated.
            let place = min(first_row + row + part * group_size, params.row_count - 1u);
            let sample = samples[params.sample_start + place * params.feature_count + first_column + column];
            word |= code_of(sample_key(sample), column * table_plane) << (part * code_bits);
        }
        new_codes[first_word + column * group_size + row] = word;
    }
}

// The number of keys below a sample's, for NaN all of them.
fn code_of(key: i32, table: u32) -> u32 {
    var at = 1u;
    for (var level = 0u; level < table_levels; level++) {
        at = at * 2u + select(0u, 1u, kept_tables[table + at] < key);
    }
    return at - table_size;
}

// Sums in two words, a row each.
struct Sums {
    values: vec4<f32>,
    rests: vec4<f32>,
}

@compute @workgroup_size(group_size)
fn predict_codes(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let number = group.y * params.grid_width + group.x;
    let first = number * tile_rows;
    if first >= params.row_count {
        return;
    }
    let word_count = params.feature_count * group_size;
    for (var i = thread; i < word_count; i += 4u * group_size) {
        // Four loads are under way at once.
        let last = word_count - 1u;
        let word0 = codes[number * word_count + i];
        let word1 = codes[number * word_count + min(i + group_size, last)];
        let word2 = codes[number * word_count + min(i + 2u * group_size, last)];
        let word3 = codes[number * word_count + min(i + 3u * group_size, last)];
        code_tile[i] = word0;
        code_tile[min(i + group_size, last)] = word1;
        code_tile[min(i + 2u * group_size, last)] = word2;
        code_tile[min(i + 3u * group_size, last)] = word3;
    }
    var sums = Sums();
    for (var tree = 0u; tree < params.tree_count; tree += kept_trees) {
        let count = min(kept_trees, params.tree_count - tree);
        workgroupBarrier();
        keep_trees(tree, count, thread);
        workgroupBarrier();
        sums = with_coded_trees(sums, tree, count, thread);
    }
    let means = (sums.values + sums.rests) / f32(params.tree_count);
    for (var part = 0u; part < code_rows; part++) {
        let row = first + part * group_size + thread;
        if row < params.row_count {
            output[params.output_start + row] = bitcast<u32>(means[part]);
        }
    }
}

fn keep_trees(tree: u32, count: u32, thread: u32) {
    let last = (count << kept) - 1u;
    for (var i = thread; i <= last; i += 4u * group_size) {
        let i1 = min(i + group_size, last);
        let i2 = min(i + 2u * group_size, last);
        let i3 = min(i + 3u * group_size, last);
        let word0 = coded_trees[word_of(tree, i)];
        let word1 = coded_trees[word_of(tree, i1)];
        let word2 = coded_trees[word_of(tree, i2)];
        let word3 = coded_trees[word_of(tree, i3)];
        kept_nodes[i] = word0;
        kept_nodes[i1] = word1;
        kept_nodes[i2] = word2;
        kept_nodes[i3] = word3;
    }
}

// Where a word that is kept lies in the forest.
fn word_of(tree: u32, i: u32) -> u32 {
    return ((tree + (i >> kept)) << (depth + 1u)) + (i & ((1u << kept) - 1u));
}

fn with_coded_trees(before: Sums, tree: u32, count: u32, thread: u32) -> Sums {
    var sums = before;
    for (var i = 0u; i < count; i += trees_at_once) {
        let second = min(i + trees_at_once - 1u, count - 1u);
        let trees = vec4(i, i, second, second);
        var at = vec4(1u);
        for (var level = 0u; level < min(kept, depth); level++) {
            at = children_of(kept_of(trees, at), at, thread);
        }
        for (var level = kept; level < depth; level++) {
            at = children_of(far_of(tree + trees, at), at, thread);
        }
        var leaves: vec4<u32>;
        if kept > depth {
            leaves = kept_of(trees, at);
        } else {
            leaves = far_of(tree + trees, at);
        }
        let values = bitcast<vec4<f32>>(leaves);
        if code_rows == 4u {
            sums = with_leaves(sums, values);
        } else {
            sums = with_leaves(sums, values.xyxy);
            sums = with_leaves(sums, select(vec4(0.0), values.zwzw, i + 1u < count));
        }
    }
    return sums;
}

fn kept_of(trees: vec4<u32>, at: vec4<u32>) -> vec4<u32> {
    let place = (trees << vec4(kept)) + at;
    return vec4(kept_nodes[place.x], kept_nodes[place.y], kept_nodes[place.z], kept_nodes[place.w]);
}

fn far_of(trees: vec4<u32>, at: vec4<u32>) -> vec4<u32> {
    let place = (trees << vec4(depth + 1u)) + at;
    return vec4(coded_trees[place.x], coded_trees[place.y], coded_trees[place.z], coded_trees[place.w]);
}

// Each walk's code is brought to the highest bits, where a node has its threshold; what lies below decides nothing.
fn children_of(nodes: vec4<u32>, at: vec4<u32>, thread: u32) -> vec4<u32> {
    let place = (nodes & vec4(0xffffu)) | vec4(thread);
    let words = vec4(code_tile[place.x], code_tile[place.y], code_tile[place.z], code_tile[place.w]);
    let high = 32u - code_bits;
    let shifts = select(vec4(high, 0u, high, 0u), vec4(24u, 16u, 8u, 0u), code_rows == 4u);
    let codes = (words << shifts) & vec4(code_mask);
    return at * 2u + select(vec4(0u), vec4(1u), codes > nodes);
}

// As with_leaf, for leaves that are numbers.
fn with_leaves(before: Sums, leaves: vec4<f32>) -> Sums {
    let s = opaque4(before.values + leaves);
    let back = opaque4(s - before.values);
    let lost = opaque4(before.values - opaque4(s - back)) + (leaves - back);
    return Sums(s, before.rests + lost);
}

fn opaque4(x: vec4<f32>) -> vec4<f32> {
    return bitcast<vec4<f32>>(bitcast<vec4<u32>>(x) ^ vec4(params.zero));
}
