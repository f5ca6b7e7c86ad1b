// batch-predict: walks of the 16-byte nodes with every check, a row a thread. Nodes and offsets are hostile:
// each number is compared with the end of what it leads into before it is used, and every walk ends.
//
// The leaves of a row are added in the order of the trees in two words, so a row's result depends on nothing
// else.

const SIGN = 0x80000000u;
const INFINITY = 0x7f800000u;
const NAN = 0x7fc00000u;
const LEAF = 0xffffffffu;

const HAS_NAN = 1u;
const HAS_INFINITY = 2u;
const HAS_NEGATIVE_INFINITY = 4u;

struct Params {
    // Rows of this dispatch, and where their first sample and result lie in what is bound.
    row_count: u32,
    sample_start: u32,
    output_start: u32,
    feature_count: u32,
    tree_count: u32,
    node_count: u32,
    // The most moves of a walk: max-depth, and no more than there are nodes.
    max_moves: u32,
    // advance: nodes looked at in this dispatch.
    budget: u32,
    // advance: whether the walks begin.
    is_start: u32,
    // Workgroups of a row of the grid.
    grid_width: u32,
    // Always 0, which no compiler knows.
    zero: u32,
}

override group_size: u32 = 64;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> output: array<u32>;
@group(0) @binding(2) var<storage, read> samples: array<u32>;
@group(0) @binding(7) var<storage, read> offsets: array<u32>;

// The nodes may be more than one binding can show: parts of 2^part_levels.
@group(0) @binding(3) var<storage, read> nodes0: array<vec4<u32>>;
@group(0) @binding(4) var<storage, read> nodes1: array<vec4<u32>>;
@group(0) @binding(5) var<storage, read> nodes2: array<vec4<u32>>;
@group(0) @binding(6) var<storage, read> nodes3: array<vec4<u32>>;

override part_levels: u32 = 28;

// The first words of a Walk, row by row, after one word that counts the rows not done.
@group(0) @binding(8) var<storage, read_write> state: array<atomic<u32>>;

const STATE_WORDS = 6u;

// Where a row is: at a node of a tree, after some moves in it, with the leaves of the trees before added up.
struct Walk {
    tree: u32,
    node: u32,
    moves: u32,
    flags: u32,
    sum: f32,
    rest: f32,
    // The first node of the tree.
    root: u32,
}

fn node_at(index: u32) -> vec4<u32> {
    let place = index & ((1u << part_levels) - 1u);
    switch index >> part_levels {
        case 0u: {
            return nodes0[place];
        }
        case 1u: {
            return nodes1[place];
        }
        case 2u: {
            return nodes2[place];
        }
        default: {
            return nodes3[place];
        }
    }
}

fn row_of(group: vec3<u32>, thread: u32) -> u32 {
    return (group.y * params.grid_width + group.x) * group_size + thread;
}

@compute @workgroup_size(group_size)
fn predict(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let row = row_of(group, thread);
    if row >= params.row_count {
        return;
    }
    var walk = Walk();
    walk.root = offsets[0];
    walk.node = walk.root;
    while !is_done(walk) {
        walk = moved(walk, row);
    }
    output[params.output_start + row] = mean_of(walk);
}

// As predict, but in several dispatches of bounded length.
@compute @workgroup_size(group_size)
fn advance(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let row = row_of(group, thread);
    if row >= params.row_count {
        return;
    }
    let base = 1u + row * STATE_WORDS;
    var walk = Walk();
    walk.root = offsets[0];
    walk.node = walk.root;
    if params.is_start == 0u {
        walk.tree = atomicLoad(&state[base]);
        walk.node = atomicLoad(&state[base + 1u]);
        walk.moves = atomicLoad(&state[base + 2u]);
        walk.flags = atomicLoad(&state[base + 3u]);
        walk.sum = bitcast<f32>(atomicLoad(&state[base + 4u]));
        walk.rest = bitcast<f32>(atomicLoad(&state[base + 5u]));
        if is_done(walk) {
            return;
        }
        walk.root = offsets[walk.tree];
    }
    for (var i = 0u; i < params.budget && !is_done(walk); i++) {
        walk = moved(walk, row);
    }
    atomicStore(&state[base], walk.tree);
    atomicStore(&state[base + 1u], walk.node);
    atomicStore(&state[base + 2u], walk.moves);
    atomicStore(&state[base + 3u], walk.flags);
    atomicStore(&state[base + 4u], bitcast<u32>(walk.sum));
    atomicStore(&state[base + 5u], bitcast<u32>(walk.rest));
    if is_done(walk) {
        output[params.output_start + row] = mean_of(walk);
    } else {
        atomicAdd(&state[0], 1u);
    }
}

// A row that is NaN stays NaN: the trees that are left do not matter.
fn is_done(walk: Walk) -> bool {
    return walk.tree >= params.tree_count || (walk.flags & HAS_NAN) != 0u;
}

// Looks at one node: adds a leaf, or goes to a child.
fn moved(before: Walk, row: u32) -> Walk {
    var walk = before;
    if walk.node >= params.node_count {
        walk.flags |= HAS_NAN;
        return walk;
    }
    let node = node_at(walk.node);
    if node.x == LEAF {
        walk = with_leaf(walk, node.y);
        walk.tree++;
        walk.moves = 0u;
        if walk.tree < params.tree_count {
            walk.root = offsets[walk.tree];
            walk.node = walk.root;
        }
        return walk;
    }
    if node.x >= params.feature_count || walk.moves >= params.max_moves {
        walk.flags |= HAS_NAN;
        return walk;
    }
    let x = samples[params.sample_start + row * params.feature_count + node.x];
    let child = select(node.w, node.z, is_at_most(x, node.y));
    // The root lies inside: it was compared with the number of nodes before the first move.
    walk.node = select(LEAF, walk.root + child, child < params.node_count - walk.root);
    walk.moves++;
    return walk;
}

// x <= y, false for NaN. Compared as integers: denormals count, and -0 equals 0.
fn is_at_most(x: u32, y: u32) -> bool {
    let is_number = max(x & ~SIGN, y & ~SIGN) <= INFINITY;
    return is_number && ordered(x) <= ordered(y);
}

fn ordered(bits: u32) -> i32 {
    return bitcast<i32>(select(bits, SIGN - bits, bits >= SIGN));
}

// Adds to the sum in two words; the second collects what the first rounds off.
fn with_leaf(before: Walk, bits: u32) -> Walk {
    var walk = before;
    if (bits & ~SIGN) >= INFINITY {
        let signed = select(HAS_NEGATIVE_INFINITY, HAS_INFINITY, bits == INFINITY);
        walk.flags |= select(signed, HAS_NAN, (bits & ~SIGN) > INFINITY);
        return walk;
    }
    let value = bitcast<f32>(bits);
    let s = opaque(walk.sum + value);
    let back = opaque(s - walk.sum);
    walk.rest += opaque(walk.sum - opaque(s - back)) + (value - back);
    walk.sum = s;
    return walk;
}

// The same value, but compilers cannot simplify a difference that holds it to what it would be in real
// numbers.
fn opaque(x: f32) -> f32 {
    return bitcast<f32>(bitcast<u32>(x) ^ params.zero);
}

fn mean_of(walk: Walk) -> u32 {
    if walk.flags == 0u {
        return bitcast<u32>((walk.sum + walk.rest) / f32(params.tree_count));
    }
    if walk.flags == HAS_INFINITY {
        return INFINITY;
    }
    return select(NAN, SIGN | INFINITY, walk.flags == HAS_NEGATIVE_INFINITY);
}

// Forests that break no rule, none of whose trees is deeper than 12, are walked as perfect trees: 2^depth nodes in
// heap order from 1 on, then 2^depth leaves. A leaf that lies higher fills all places below it, so it does not
// matter how a walk gets there. Thresholds and samples are keys, whose order as integers is that of the numbers:
// a sample that is NaN is above all, a threshold that is NaN below all.
//
// A workgroup keeps the samples of its rows and as many trees as there is room for, or the tops of trees. The leaves
// are added as above, so both forms give the same bits.

const MOST_DEPTH = 12u;
const HIGHEST = 0x7fffffff;
const LOWEST = bitcast<i32>(0x80000000u);

const UNSOUND = 1u;

// The levels above the leaves.
override depth: u32 = 1;
// Of them, those of which workgroups keep the nodes.
override top: u32 = 1;
// The trees whose tops are kept at once.
override group_trees: u32 = 4;
// Columns that there is room for, each with a word to spare: neighbours of a row then lie in different banks.
override columns: u32 = 1;

override plane: u32 = group_size + 1u;
override is_whole: bool = top == depth;
override tile_words: u32 = columns * plane;
override top_nodes: u32 = group_trees << top;
override top_leaves: u32 = select(1u, group_trees << depth, is_whole);

struct Judgement {
    depth: atomic<u32>,
    flags: atomic<u32>,
}

@group(0) @binding(1) var<storage, read_write> judgement: Judgement;
@group(0) @binding(1) var<storage, read_write> new_nodes: array<vec2<u32>>;
@group(0) @binding(2) var<storage, read> offset_words: array<u32>;
@group(0) @binding(7) var<storage, read_write> new_leaves: array<u32>;

// {first word of the feature's column, key of the threshold}
@group(0) @binding(3) var<storage, read> perfect_nodes: array<vec2<u32>>;
@group(0) @binding(4) var<storage, read> perfect_leaves: array<u32>;

var<workgroup> tile: array<i32, tile_words>;
var<workgroup> tops: array<vec2<u32>, top_nodes>;
var<workgroup> leaf_tile: array<u32, top_leaves>;

// The node that a path leads to, bit by bit from the highest, or the leaf met before it. The w of what is returned is
// 1 where a rule is broken, the z is the level.
fn node_on_path(root: u32, path: u32, levels: u32) -> vec4<u32> {
    var at = root;
    for (var level = 0u; level <= levels; level++) {
        if at >= params.node_count {
            break;
        }
        let node = node_at(at);
        if node.x == LEAF {
            return vec4(node.xy, level, select(0u, 1u, (node.y & ~SIGN) >= INFINITY));
        }
        if node.x >= params.feature_count || level >= params.max_moves {
            break;
        }
        if level == levels {
            return vec4(node.xy, level, 0u);
        }
        let is_right = ((path >> (levels - 1u - level)) & 1u) == 1u;
        let child = select(node.z, node.w, is_right);
        at = select(LEAF, root + child, child < params.node_count - root);
    }
    return vec4(LEAF, 0u, 0u, 1u);
}

// A path of 12 moves a thread; rows are paths. Finds the depth, and whether all rules are kept.
@compute @workgroup_size(group_size)
fn judge(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let index = row_of(group, thread);
    if index >= params.row_count {
        return;
    }
    let path = index & ((1u << MOST_DEPTH) - 1u);
    let found = node_on_path(offset_words[params.sample_start + (index >> MOST_DEPTH)], path, MOST_DEPTH);
    let is_first = (path & ((1u << (MOST_DEPTH - found.z)) - 1u)) == 0u;
    if found.w != 0u || found.x != LEAF {
        atomicOr(&judgement.flags, UNSOUND);
    } else if is_first {
        atomicMax(&judgement.depth, found.z);
    }
}

// A place of a perfect tree a thread; rows are places.
@compute @workgroup_size(group_size)
fn lay_out(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let index = row_of(group, thread);
    if index >= params.row_count {
        return;
    }
    let root = offset_words[params.sample_start + (index >> depth)];
    let place = index & ((1u << depth) - 1u);
    let target_place = params.output_start + index;
    new_leaves[target_place] = node_on_path(root, place, depth).y;
    var node = vec2(0u, u32(HIGHEST));
    if place != 0u {
        let level = firstLeadingBit(place);
        let found = node_on_path(root, place - (1u << level), level);
        if found.x != LEAF {
            node = vec2(found.x * params.budget, bitcast<u32>(threshold_key(found.y)));
        }
    }
    new_nodes[target_place] = node;
}

fn threshold_key(bits: u32) -> i32 {
    return select(ordered(bits), LOWEST, (bits & ~SIGN) > INFINITY);
}

fn sample_key(bits: u32) -> i32 {
    return select(ordered(bits), HIGHEST, (bits & ~SIGN) > INFINITY);
}

@compute @workgroup_size(group_size)
fn predict_perfect(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
    let first = (group.y * params.grid_width + group.x) * group_size;
    if first >= params.row_count {
        return;
    }
    let row_count = min(group_size, params.row_count - first);
    let sample_start = params.sample_start + first * params.feature_count;
    for (var i = thread; i < row_count * params.feature_count; i += group_size) {
        let row = i / params.feature_count;
        tile[(i - row * params.feature_count) * plane + row] = sample_key(samples[sample_start + i]);
    }
    var walk = Walk();
    for (var tree = 0u; tree < params.tree_count; tree += group_trees) {
        let count = min(group_trees, params.tree_count - tree);
        workgroupBarrier();
        load_trees(tree, count, thread);
        workgroupBarrier();
        walk = with_trees(walk, tree, count, thread);
    }
    if thread < row_count {
        output[params.output_start + first + thread] = mean_of(walk);
    }
}

fn load_trees(tree: u32, count: u32, thread: u32) {
    for (var i = thread; i < count << top; i += group_size) {
        tops[i] = perfect_nodes[((tree + (i >> top)) << depth) + (i & ((1u << top) - 1u))];
    }
    if is_whole {
        for (var i = thread; i < count << depth; i += group_size) {
            leaf_tile[i] = perfect_leaves[(tree << depth) + i];
        }
    }
}

// Four walks are under way at once, so that they wait for memory together.
fn with_trees(before: Walk, tree: u32, count: u32, thread: u32) -> Walk {
    var walk = before;
    var i = 0u;
    for (; i + 4u <= count; i += 4u) {
        var at = vec4(1u);
        for (var level = 0u; level < top; level++) {
            at = vec4(
                below_top(i, at.x, thread),
                below_top(i + 1u, at.y, thread),
                below_top(i + 2u, at.z, thread),
                below_top(i + 3u, at.w, thread));
        }
        for (var level = top; level < depth; level++) {
            at = vec4(
                below(tree + i, at.x, thread),
                below(tree + i + 1u, at.y, thread),
                below(tree + i + 2u, at.z, thread),
                below(tree + i + 3u, at.w, thread));
        }
        let x = leaf_of(tree, i, at.x);
        let y = leaf_of(tree, i + 1u, at.y);
        let z = leaf_of(tree, i + 2u, at.z);
        let w = leaf_of(tree, i + 3u, at.w);
        walk = with_leaf(with_leaf(with_leaf(with_leaf(walk, x), y), z), w);
    }
    for (; i < count; i++) {
        var at = 1u;
        for (var level = 0u; level < top; level++) {
            at = below_top(i, at, thread);
        }
        for (var level = top; level < depth; level++) {
            at = below(tree + i, at, thread);
        }
        walk = with_leaf(walk, leaf_of(tree, i, at));
    }
    return walk;
}

fn below_top(tree: u32, at: u32, thread: u32) -> u32 {
    return child_of(tops[(tree << top) + at], at, thread);
}

fn below(tree: u32, at: u32, thread: u32) -> u32 {
    return child_of(perfect_nodes[(tree << depth) + at], at, thread);
}

fn child_of(node: vec2<u32>, at: u32, thread: u32) -> u32 {
    return at * 2u + select(1u, 0u, tile[node.x + thread] <= bitcast<i32>(node.y));
}

// Leaves are numbered from where the last level's children would be.
fn leaf_of(first: u32, tree: u32, at: u32) -> u32 {
    let place = at - (1u << depth);
    if is_whole {
        return leaf_tile[(tree << depth) + place];
    }
    return perfect_leaves[((first + tree) << depth) + place];
}
