//! The hash beside other people's, and what a search and its check owe each other.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use corvee_work::{Hasher, Mismatch, check, search};
use proptest::prelude::*;

const SALT: [u8; 16] = *b"0123456789abcdef";
/// 2³² / 16: sixteen hashes on average.
const THRESHOLD: u32 = 1 << 28;

fn hasher() -> Hasher {
    Hasher::new(8, 1).unwrap()
}

fn solved(salt: &[u8; 16], solutions: u8) -> Vec<u32> {
    let mut hasher = hasher();
    (0..solutions).map(|at| search(&mut hasher, salt, at, 0..u32::MAX, THRESHOLD).unwrap()).collect()
}

/// RFC 9106, section 5.3: Argon2id, version 19, 32 KiB, 3 passes, 4 lanes.
#[test]
fn the_library_gives_the_published_vector_of_argon2id() {
    let mut params = ParamsBuilder::new();
    params.m_cost(32).t_cost(3).p_cost(4).output_len(32).data(AssociatedData::new(&[0x04; 12]).unwrap());
    let argon2 =
        Argon2::new_with_secret(&[0x03; 8], Algorithm::Argon2id, Version::V0x13, params.build().unwrap()).unwrap();
    let (mut tag, mut blocks) = ([0; 32], vec![argon2::Block::default(); argon2.params().block_count()]);
    argon2.hash_password_into_with_memory(&[0x01; 32], &[0x02; 16], &mut tag, &mut blocks).unwrap();
    let high = u128::from_be_bytes(tag[..16].try_into().unwrap());
    let low = u128::from_be_bytes(tag[16..].try_into().unwrap());
    assert_eq!((high, low), (0x0d64_0df5_8d78_766c_08c0_37a3_4a8b_53c9, 0xd01e_f045_2d75_b65e_b525_20e9_6b01_e659));
}

#[test]
fn a_hash_is_argon2id_of_the_documented_bytes() {
    // Computed by the reference implementation in C, through argon2-cffi 25.1.0:
    // `hash_secret_raw(bytes([3, 0, 0, 1, 2]), b"0123456789abcdef", passes, memory_kib, 1, 4, Type.ID)`.
    const REFERENCE: [(u32, u32, u32); 3] = [(256, 1, 0xc95e_6db2), (8, 2, 0xa8e6_95d6), (1024, 1, 0xfcc4_b1c7)];
    for (memory_kib, passes, expected) in REFERENCE {
        assert_eq!(Hasher::new(memory_kib, passes).unwrap().hash(&SALT, 3, 258), expected, "{memory_kib} KiB");
    }
}

/// What `www/worker.js` found in Chromium 156 for a puzzle of 4,000 hashes: the browser and the collector compute the same.
#[test]
fn numbers_found_in_a_browser_pass_the_native_check() {
    let salt = 0xfada_9302_8161_dc93_86d8_8d30_2722_290b_u128.to_be_bytes();
    let numbers = [334, 35, 587, 139, 253, 396, 1310, 6];
    let mut hasher = Hasher::new(256, 1).unwrap();
    assert_eq!(check(&mut hasher, &salt, &numbers, 8_589_934), Ok(()));
    let found = (0..8).filter_map(|at| search(&mut hasher, &salt, at, 0..2000, 8_589_934));
    assert_eq!(found.collect::<Vec<_>>(), numbers);
}

#[test]
fn memory_used_before_changes_no_hash() {
    let mut used = hasher();
    let first = used.hash(&SALT, 0, 1);
    used.hash(&SALT, 7, u32::MAX);
    assert_eq!(used.hash(&SALT, 0, 1), first);
    assert_eq!(hasher().hash(&SALT, 0, 1), first);
}

#[test]
fn a_hash_equal_to_the_threshold_is_not_below_it() {
    let mut hasher = hasher();
    let hash = hasher.hash(&SALT, 0, 5);
    assert_eq!(check(&mut hasher, &SALT, &[5], hash), Err(Mismatch { at: 0 }));
    assert_eq!(check(&mut hasher, &SALT, &[5], hash + 1), Ok(()));
    assert_eq!(search(&mut hasher, &SALT, 0, 5..6, hash), None);
    assert_eq!(search(&mut hasher, &SALT, 0, 5..6, hash + 1), Some(5));
    assert_eq!(search(&mut hasher, &SALT, 0, 0..64, 0), None);
}

#[test]
fn a_found_number_is_the_first_of_its_range() {
    let mut hasher = hasher();
    let found = search(&mut hasher, &SALT, 2, 0..u32::MAX, THRESHOLD).unwrap();
    assert!((0..found).all(|number| hasher.hash(&SALT, 2, number) >= THRESHOLD));
    assert_eq!(search(&mut hasher, &SALT, 2, found..u32::MAX, THRESHOLD), Some(found));
}

#[test]
fn more_numbers_than_there_are_places_are_refused() {
    assert_eq!(check(&mut hasher(), &SALT, &[0; 257], u32::MAX), Err(Mismatch { at: 255 }));
}

#[test]
fn memory_and_passes_out_of_range_are_refused() {
    for (memory_kib, passes) in [(7, 1), (65_537, 1), (8, 0), (8, 17), (u32::MAX, 1)] {
        assert!(Hasher::new(memory_kib, passes).is_err(), "{memory_kib} {passes}");
    }
}

/// With eight numbers of sixteen hashes each, a proof passes elsewhere once in 2³² times.
#[test]
fn found_numbers_pass_and_pass_for_no_other_salt() {
    let numbers = solved(&SALT, 8);
    let mut hasher = hasher();
    assert_eq!(check(&mut hasher, &SALT, &numbers, THRESHOLD), Ok(()));
    for other in 0..=255_u8 {
        let salt = [other; 16];
        assert!(check(&mut hasher, &salt, &numbers, THRESHOLD).is_err(), "{other}");
    }
    let mut turned = numbers.clone();
    turned.rotate_left(1);
    assert!(check(&mut hasher, &SALT, &turned, THRESHOLD).is_err(), "a number counts at its own place alone");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_wrong_number_is_named_by_its_place(salt: [u8; 16], at in 0..8_u8, number: u32) {
        let mut numbers = solved(&salt, 8);
        numbers[usize::from(at)] = number;
        let mut hasher = hasher();
        let expected = if hasher.hash(&salt, at, number) < THRESHOLD { Ok(()) } else { Err(Mismatch { at }) };
        prop_assert_eq!(check(&mut hasher, &salt, &numbers, THRESHOLD), expected);
    }
}
