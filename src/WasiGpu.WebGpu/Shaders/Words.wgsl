// Products of words, of which WGSL gives the lower word alone.

// The high word of a product. With 16-bit limbs no sum below exceeds 32 bits.
fn multiply_high(a: u32, b: u32) -> u32 {
    let a_low = a & 0xffffu;
    let a_high = a >> 16u;
    let b_low = b & 0xffffu;
    let b_high = b >> 16u;
    let middle = a_high * b_low + ((a_low * b_low) >> 16u);
    let crossed = a_low * b_high + (middle & 0xffffu);
    return a_high * b_high + (middle >> 16u) + (crossed >> 16u);
}
