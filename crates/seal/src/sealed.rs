//! Sealing and opening. Knows one ring of keys and the purposes; an opened text is exactly what was sealed, or nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use rand::Rng;

use crate::keys::{Key, KeyRing};

const VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;
const HEAD_BYTES: usize = 2 + NONCE_BYTES;
const LENGTH_BYTES: usize = 2;

/// Seals and opens for one purpose; what was sealed for another purpose does not open.
#[derive(Clone, Debug)]
pub struct Sealer {
    ring: KeyRing,
    purpose: &'static str,
    plaintext_bytes: u16,
}

/// A plaintext longer than its purpose allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{length} bytes do not fit into a seal of {limit}")]
pub struct TooLong {
    length: usize,
    limit: u16,
}

/// Why a sealed text did not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not base64url, not of this length, or of another version.
    #[error("the text has not the form of a seal")]
    Form,
    /// Its key is no longer in the ring.
    #[error("the key of this seal is not known")]
    UnknownKey,
    /// Altered, or sealed for another purpose.
    #[error("the seal is broken")]
    Broken,
}

impl Sealer {
    /// A sealer for `purpose` whose plaintexts hold up to `plaintext_bytes` bytes.
    pub fn new(ring: KeyRing, purpose: &'static str, plaintext_bytes: u16) -> Self {
        Self { ring, purpose, plaintext_bytes }
    }

    /// The sealed text; always [`Sealer::sealed_chars`] long.
    ///
    /// # Panics
    /// Never: the cipher takes any message below 256 GiB.
    ///
    /// # Errors
    /// [`TooLong`] when the plaintext exceeds what this purpose allows.
    pub fn seal(&self, plaintext: &[u8], chance: &mut impl Rng) -> Result<String, TooLong> {
        let too_long = TooLong { length: plaintext.len(), limit: self.plaintext_bytes };
        let length = u16::try_from(plaintext.len()).ok().filter(|length| *length <= self.plaintext_bytes);
        let length = length.ok_or(too_long)?;
        let mut framed = Vec::with_capacity(LENGTH_BYTES + usize::from(self.plaintext_bytes));
        framed.extend_from_slice(&length.to_be_bytes());
        framed.extend_from_slice(plaintext);
        framed.resize(LENGTH_BYTES + usize::from(self.plaintext_bytes), 0);

        let mut nonce = [0_u8; NONCE_BYTES];
        chance.fill_bytes(&mut nonce);
        let key = self.ring.newest();
        let ciphertext = cipher(key)
            .encrypt(&XNonce::from(nonce), Payload { msg: &framed, aad: &self.associated_data(key.id) })
            .expect("XChaCha20-Poly1305 encrypts any message below 256 GiB");
        let mut sealed = Vec::with_capacity(HEAD_BYTES + ciphertext.len());
        sealed.extend_from_slice(&[VERSION, key.id]);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext);
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// What was sealed.
    ///
    /// # Errors
    /// [`OpenError`]: the form is wrong, the key is gone, or a byte was altered.
    pub fn open(&self, sealed: &str) -> Result<Vec<u8>, OpenError> {
        if sealed.len() != self.sealed_chars() {
            return Err(OpenError::Form);
        }
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok().ok_or(OpenError::Form)?;
        let (head, ciphertext) = bytes.split_at_checked(HEAD_BYTES).ok_or(OpenError::Form)?;
        let [version, key_id, nonce @ ..] = head else {
            return Err(OpenError::Form);
        };
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().ok().ok_or(OpenError::Form)?;
        if *version != VERSION {
            return Err(OpenError::Form);
        }
        let key = self.ring.find(*key_id).ok_or(OpenError::UnknownKey)?;
        let framed = cipher(key)
            .decrypt(&XNonce::from(nonce), Payload { msg: ciphertext, aad: &self.associated_data(*key_id) })
            .ok()
            .ok_or(OpenError::Broken)?;
        let (length, padded) = framed.split_first_chunk::<LENGTH_BYTES>().ok_or(OpenError::Broken)?;
        let plaintext = padded.get(..usize::from(u16::from_be_bytes(*length))).ok_or(OpenError::Broken)?;
        Ok(plaintext.to_vec())
    }

    /// Characters of every text this sealer makes.
    pub fn sealed_chars(&self) -> usize {
        let bytes = HEAD_BYTES + LENGTH_BYTES + usize::from(self.plaintext_bytes) + 16;
        (bytes * 4).div_ceil(3)
    }

    fn associated_data(&self, key_id: u8) -> Vec<u8> {
        let purpose_bytes = u16::try_from(self.purpose.len()).expect("a purpose is a short literal");
        let mut data = vec![VERSION, key_id];
        data.extend_from_slice(&purpose_bytes.to_be_bytes());
        data.extend_from_slice(self.purpose.as_bytes());
        data
    }
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.bytes.as_slice().try_into().expect("a key has 32 bytes"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand_chacha::ChaCha12Rng;
    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;

    fn chance() -> ChaCha12Rng {
        ChaCha12Rng::seed_from_u64(7)
    }

    fn sealer() -> Sealer {
        Sealer::new(KeyRing::generate(&mut chance()), "test", 64)
    }

    #[test]
    fn every_altered_character_is_refused() {
        let sealed = sealer().seal(b"nine tiles", &mut chance()).unwrap();
        for at in 0..sealed.len() {
            for replacement in ["A", "B", "-", "_", "z", "=", "+"] {
                let mut altered = sealed.clone();
                altered.replace_range(at..=at, replacement);
                if altered != sealed {
                    assert!(sealer().open(&altered).is_err(), "character {at} as {replacement}");
                }
            }
        }
    }

    #[test]
    fn a_seal_of_another_purpose_does_not_open() {
        let ring = KeyRing::generate(&mut chance());
        let sealed = Sealer::new(ring.clone(), "challenge", 64).seal(b"x", &mut chance()).unwrap();
        assert_eq!(Sealer::new(ring, "puzzle", 64).open(&sealed), Err(OpenError::Broken));
    }

    #[test]
    fn a_rotated_ring_opens_what_older_keys_sealed_until_they_are_gone() {
        let mut chance = chance();
        let mut ring = KeyRing::generate(&mut chance);
        let sealed = Sealer::new(ring.clone(), "test", 64).seal(b"x", &mut chance).unwrap();
        for _ in 0..3 {
            ring = ring.rotated(&mut chance);
            assert_eq!(Sealer::new(ring.clone(), "test", 64).open(&sealed).unwrap(), b"x");
        }
        let newest = Sealer::new(ring.rotated(&mut chance), "test", 64);
        assert_eq!(newest.open(&sealed), Err(OpenError::UnknownKey));
    }

    #[test]
    fn a_plaintext_over_the_limit_is_refused() {
        assert!(sealer().seal(&[1; 64], &mut chance()).is_ok());
        assert_eq!(sealer().seal(&[1; 65], &mut chance()), Err(TooLong { length: 65, limit: 64 }));
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens_and_all_seals_are_equally_long(plaintext in proptest::collection::vec(any::<u8>(), 0..=64)) {
            let sealed = sealer().seal(&plaintext, &mut chance()).unwrap();
            prop_assert_eq!(sealed.len(), sealer().sealed_chars());
            prop_assert_eq!(sealer().open(&sealed).unwrap(), plaintext);
        }

        #[test]
        fn no_text_opens_or_panics(text in "[A-Za-z0-9_=+/-]{0,200}") {
            prop_assert!(sealer().open(&text).is_err());
        }
    }
}
