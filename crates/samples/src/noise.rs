//! Repeatable noise over the plane, from integer hashes; knows nothing of what it textures.

/// A number in 0..1 for this cell of the integer plane.
pub(crate) fn cell(x: i32, y: i32, salt: u32) -> f32 {
    let mut h =
        (x as u32).wrapping_mul(0x8da6_b343) ^ (y as u32).wrapping_mul(0xd816_3841) ^ salt.wrapping_mul(0xcb1a_b31f);
    h ^= h >> 15;
    h = h.wrapping_mul(0x2c1b_3c6d);
    h ^= h >> 12;
    h = h.wrapping_mul(0x297a_2d39);
    h ^= h >> 15;
    (h >> 8) as f32 / 16_777_216.0
}

/// Smoothly interpolated noise in 0..1, one cell per unit.
pub(crate) fn value(x: f32, y: f32, salt: u32) -> f32 {
    let (fx, fy) = (x.floor(), y.floor());
    let (ix, iy) = (fx as i32, fy as i32);
    let (tx, ty) = (x - fx, y - fy);
    let (sx, sy) = (tx * tx * (3.0 - 2.0 * tx), ty * ty * (3.0 - 2.0 * ty));
    let low = cell(ix, iy, salt) * (1.0 - sx) + cell(ix + 1, iy, salt) * sx;
    let high = cell(ix, iy + 1, salt) * (1.0 - sx) + cell(ix + 1, iy + 1, salt) * sx;
    low * (1.0 - sy) + high * sy
}

/// Noise of several sizes, each half as large and half as strong as the one before, in 0..1.
pub(crate) fn layered(x: f32, y: f32, octaves: u32, salt: u32) -> f32 {
    let (mut total, mut weight, mut scale, mut sum) = (0.0, 0.5, 1.0, 0.0);
    for octave in 0..octaves {
        total += weight * value(x * scale, y * scale, salt.wrapping_add(octave * 101));
        sum += weight;
        weight *= 0.5;
        scale *= 2.03;
    }
    total / sum
}
