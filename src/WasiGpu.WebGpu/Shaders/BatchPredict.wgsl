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
@group(0) @binding(3) var<storage, read> nodes: array<vec4<u32>>;
@group(0) @binding(4) var<storage, read> offsets: array<u32>;

// The first words of a Walk, row by row, after one word that counts the rows not done.
@group(0) @binding(5) var<storage, read_write> state: array<atomic<u32>>;

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
    let node = nodes[walk.node];
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
