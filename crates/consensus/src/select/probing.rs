//! Whether somebody turns single tiles round to see what the verdict says of them. Knows how many first screens one network
//! answered and how many of them led to a second one; knows neither network nor tile.

/// Second screens that are nobody's fault.
const FREE: u32 = 4;
/// Of so many answered first screens one more may lead to a second. Those of people lead there once in five, with a clicker among
/// ten of them once in four; a screen that is right but for one tile, every other time.
const SCREENS_A_SECOND: u32 = 3;

/// Whether the answers of a network led to a second screen so often that it seems to be probing for gold: four, and one more
/// for every three first screens. From then on its challenges are of the kind in which nearly everybody sees a second screen,
/// so that the verdict on the first tells nothing.
pub const fn is_probing(first_screens: u32, second_screens: u32) -> bool {
    second_screens > FREE + first_screens / SCREENS_A_SECOND
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_screens_in_a_row_are_probing_and_one_in_four_never_is() {
        assert_eq!([is_probing(2, 2), is_probing(5, 5), is_probing(7, 7)], [false, false, true]);
        assert!((1..1_000).all(|screens: u32| !is_probing(screens, screens.div_ceil(4))));
        assert!(is_probing(10, 8) && is_probing(100, 50));
    }
}
