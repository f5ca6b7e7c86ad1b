// Copies bytes between two buffers at any alignment: one invocation a word of the target. In the first and the last
// word the bytes outside the range stay.

struct Params {
    source_byte: u32,
    target_byte: u32,
    size_bytes: u32,
    groups_x: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> target_words: array<u32>;
@group(0) @binding(2) var<storage, read> source_words: array<u32>;

override group_size: u32 = 64;

@compute @workgroup_size(group_size)
fn copy(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let first_word = p.target_byte / 4;
    let end_byte = p.target_byte + p.size_bytes;
    let word = first_word + (group.y * p.groups_x + group.x) * group_size + lane;
    if (word >= (end_byte + 3) / 4) {
        return;
    }

    // The part of the word that is copied, as bytes of the target.
    let begin = max(word * 4, p.target_byte);
    let end = min(word * 4 + 4, end_byte);
    let first_byte = begin - p.target_byte + p.source_byte;
    let last_byte = first_byte + (end - begin) - 1;

    // Two words of the source hold the bytes; the second is the first again where one is enough.
    let low = source_words[first_byte / 4];
    let high = source_words[last_byte / 4];
    let shift = (first_byte % 4) * 8;
    var bytes = low >> shift;
    if (shift != 0) {
        bytes |= high << (32 - shift);
    }

    // Now byte 0 of 'bytes' belongs at 'begin'.
    let target_shift = (begin % 4) * 8;
    let mask = (0xFFFFFFFFu >> (32 - (end - begin) * 8)) << target_shift;
    target_words[word] = (target_words[word] & ~mask) | ((bytes << target_shift) & mask);
}
