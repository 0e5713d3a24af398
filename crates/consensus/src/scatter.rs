//! A number scattered over 64 bits, the same on every machine. Knows no seed and no purpose; it is no chance.

/// What splitmix64 adds from one draw to the next.
pub(crate) const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// The finaliser of splitmix64 (Steele, Lea, Flood, OOPSLA 2014): every bit of `bits` reaches every bit of the result.
pub(crate) fn scatter(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_draws_are_those_of_splitmix64() {
        // Seed 0, as published with the reference implementation.
        let draws = [1, 2].map(|draw: u64| scatter(draw.wrapping_mul(STEP)));
        assert_eq!(draws, [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4]);
    }
}
