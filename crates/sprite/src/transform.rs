//! From a block of pixels to frequencies. Knows eight by eight numbers.

use std::sync::LazyLock;

use crate::tables::{STEPS, ZIGZAG};

/// Frequencies of a block in units of their quantisation step, in zigzag order, not yet rounded.
pub(crate) type Frequencies = [f32; 64];

/// What the transform leaves in each row and column besides the frequency: Arai, Agui, Nakajima 1988.
const LEFT_OVER: [f32; 8] = [1.0, 1.387_039_8, 1.306_563, 1.175_875_6, 1.0, 0.785_694_96, 0.541_196_1, 0.275_899_38];

/// Factors from the transform's result, row by row, to units of the quantisation steps.
static FACTORS: LazyLock<[[f32; 64]; 2]> = LazyLock::new(|| STEPS.each_ref().map(factors));

fn factors(steps: &[u8; 64]) -> [f32; 64] {
    let mut factors = [0.0; 64];
    let left_over = LEFT_OVER.iter().flat_map(|down| LEFT_OVER.iter().map(move |across| down * across));
    for ((factor, step), left_over) in factors.iter_mut().zip(steps).zip(left_over) {
        *factor = 1.0 / (8.0 * left_over * f32::from(*step));
    }
    factors
}

/// Frequencies of a block of brightness (`plane` 0) or of a colour difference (1).
pub(crate) fn frequencies(block: &[[f32; 8]; 8], plane: usize) -> Frequencies {
    let found = transposed(&transposed(&block.map(cosines)).map(cosines));
    let mut flat = [0.0; 64];
    let factors = FACTORS.get(plane).unwrap_or(&[0.0; 64]);
    for ((place, value), factor) in flat.iter_mut().zip(found.as_flattened()).zip(factors) {
        *place = value * factor;
    }
    ZIGZAG.map(|place| flat.get(usize::from(place)).copied().unwrap_or(0.0))
}

#[expect(clippy::indexing_slicing, reason = "both indices count to eight")]
fn transposed(rows: &[[f32; 8]; 8]) -> [[f32; 8]; 8] {
    let mut columns = [[0.0; 8]; 8];
    for (y, row) in rows.iter().enumerate() {
        for (x, value) in row.iter().enumerate() {
            columns[x][y] = *value;
        }
    }
    columns
}

/// The scaled cosine transform of eight numbers with five multiplications (Arai, Agui, Nakajima 1988; the flow graph of
/// Pennebaker and Mitchell, JPEG, figure 4-8).
fn cosines([at_0, at_1, at_2, at_3, at_4, at_5, at_6, at_7]: [f32; 8]) -> [f32; 8] {
    let (sum_0, sum_1, sum_2, sum_3) = (at_0 + at_7, at_1 + at_6, at_2 + at_5, at_3 + at_4);
    let (difference_0, difference_1) = (at_0 - at_7, at_1 - at_6);
    let (difference_2, difference_3) = (at_2 - at_5, at_3 - at_4);

    let (even_0, even_3) = (sum_0 + sum_3, sum_0 - sum_3);
    let (even_1, even_2) = (sum_1 + sum_2, sum_1 - sum_2);
    let turned = (even_2 + even_3) * std::f32::consts::FRAC_1_SQRT_2;

    let odd_0 = difference_3 + difference_2;
    let odd_1 = difference_2 + difference_1;
    let odd_2 = difference_1 + difference_0;
    let shared = (odd_0 - odd_2) * 0.382_683_43;
    let low = 0.541_196_1 * odd_0 + shared;
    let high = 1.306_563 * odd_2 + shared;
    let middle = odd_1 * std::f32::consts::FRAC_1_SQRT_2;
    let (near, far) = (difference_0 + middle, difference_0 - middle);

    [even_0 + even_1, near + high, even_3 + turned, far - low, even_0 - even_1, far + low, even_3 - turned, near - high]
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;

    #[test]
    fn frequencies_are_those_of_the_definition() {
        let block: [[f32; 8]; 8] =
            std::array::from_fn(|y| std::array::from_fn(|x| ((x * 31 + y * y * 17 + x * y * 7) % 255) as f32 - 128.0));
        for plane in 0..2 {
            let found = frequencies(&block, plane);
            for (at, place) in ZIGZAG.iter().enumerate() {
                let (v, u) = (f64::from(place / 8), f64::from(place % 8));
                // ITU-T T.81, section A.3.3.
                let half = |frequency: f64| if frequency < 0.5 { 1.0 / 2.0_f64.sqrt() } else { 1.0 };
                let mut sum = 0.0;
                for (y, row) in block.iter().enumerate() {
                    for (x, value) in row.iter().enumerate() {
                        let cosine =
                            |place: usize, frequency: f64| ((2 * place + 1) as f64 * frequency * PI / 16.0).cos();
                        sum += f64::from(*value) * cosine(x, u) * cosine(y, v);
                    }
                }
                let step = f64::from(STEPS[plane][usize::from(*place)]);
                let expected = half(u) * half(v) / 4.0 * sum / step;
                assert!((f64::from(found[at]) - expected).abs() < 1e-3, "{plane} {at}: {} {expected}", found[at]);
            }
        }
    }
}
