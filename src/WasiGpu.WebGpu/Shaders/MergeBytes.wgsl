// Writes up to six bytes that share words with bytes that must stay: part of one word, and part of another.

struct Params {
    first_word: u32,
    first_mask: u32,
    first_value: u32,
    last_word: u32,
    last_mask: u32,
    last_value: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> words: array<u32>;

@compute @workgroup_size(1)
fn merge() {
    words[p.first_word] = (words[p.first_word] & ~p.first_mask) | (p.first_value & p.first_mask);
    words[p.last_word] = (words[p.last_word] & ~p.last_mask) | (p.last_value & p.last_mask);
}
