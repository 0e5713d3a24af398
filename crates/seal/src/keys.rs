//! Keys and their rotation: the newest seals, all of them open. Knows no file: text in, text out.

use core::fmt::Write as _;

use rand::Rng;
use zeroize::Zeroizing;

/// Keys a ring holds at most; older ones are dropped.
const KEYS_MAX: usize = 4;

/// The operator's sealing keys, newest first.
#[derive(Clone)]
pub struct KeyRing {
    keys: Vec<Key>,
}

#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) id: u8,
    pub(crate) bytes: Zeroizing<[u8; 32]>,
}

/// Why a text is not a key ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingError {
    /// A line is not `id:64 hexadecimal digits`.
    #[error("line {line} is not a key: it must read like 1:<64 hexadecimal digits>")]
    Line {
        /// Counted from 1.
        line: usize,
    },
    /// Two keys have the same id.
    #[error("line {line} repeats the id of an earlier key")]
    Repeated {
        /// Counted from 1.
        line: usize,
    },
    /// No key at all.
    #[error("there is no key")]
    Empty,
}

impl KeyRing {
    /// A ring with one fresh key.
    pub fn generate(chance: &mut impl Rng) -> Self {
        Self { keys: vec![Key::generate(1, chance)] }
    }

    /// A ring whose newest key is fresh; up to three older ones still open what they sealed.
    #[must_use]
    pub fn rotated(&self, chance: &mut impl Rng) -> Self {
        let id = (1..=u8::MAX).cycle().skip(usize::from(self.newest().id)).take(usize::from(u8::MAX));
        let id = id.into_iter().find(|id| self.find(*id).is_none()).unwrap_or(1);
        let mut keys = vec![Key::generate(id, chance)];
        keys.extend(self.keys.iter().take(KEYS_MAX - 1).cloned());
        Self { keys }
    }

    /// The ring as text, newest first, one key a line. Keep it secret.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(self.keys.len() * 70));
        for key in &self.keys {
            write!(text, "{}:", key.id).expect("writing to a String cannot fail");
            for byte in key.bytes.iter() {
                write!(text, "{byte:02x}").expect("writing to a String cannot fail");
            }
            text.push('\n');
        }
        text
    }

    /// Reads what [`KeyRing::to_text`] wrote; blank lines and lines beginning with `#` are passed over.
    ///
    /// # Errors
    /// [`KeyRingError`] with the line, never with the key.
    pub fn from_text(text: &str) -> Result<Self, KeyRingError> {
        let mut ring = Self { keys: Vec::new() };
        for (at, line) in text.lines().enumerate() {
            let line_text = line.trim();
            if line_text.is_empty() || line_text.starts_with('#') {
                continue;
            }
            let key = Key::from_line(line_text).ok_or(KeyRingError::Line { line: at + 1 })?;
            if ring.find(key.id).is_some() {
                return Err(KeyRingError::Repeated { line: at + 1 });
            }
            ring.keys.push(key);
        }
        if ring.keys.is_empty() { Err(KeyRingError::Empty) } else { Ok(ring) }
    }

    pub(crate) fn newest(&self) -> &Key {
        self.keys.first().expect("a ring is never empty: both constructors put a key in")
    }

    pub(crate) fn find(&self, id: u8) -> Option<&Key> {
        self.keys.iter().find(|key| key.id == id)
    }
}

impl core::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let ids: Vec<u8> = self.keys.iter().map(|key| key.id).collect();
        f.debug_struct("KeyRing").field("ids", &ids).finish_non_exhaustive()
    }
}

impl Key {
    fn generate(id: u8, chance: &mut impl Rng) -> Self {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        chance.fill_bytes(bytes.as_mut());
        Self { id, bytes }
    }

    fn from_line(line: &str) -> Option<Self> {
        let (id, hex) = line.split_once(':')?;
        let mut bytes = Zeroizing::new([0_u8; 32]);
        if hex.len() != 64 || !hex.is_ascii() {
            return None;
        }
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(Self { id: id.parse().ok()?, bytes })
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha12Rng;
    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;

    #[test]
    fn a_ring_survives_writing_and_reading() {
        let mut chance = ChaCha12Rng::seed_from_u64(1);
        let ring = KeyRing::generate(&mut chance).rotated(&mut chance);
        let text = ring.to_text();
        assert_eq!(KeyRing::from_text(&format!("# keys\n\n{}", text.as_str())).unwrap().to_text(), text);
    }

    #[test]
    fn rotation_keeps_three_older_keys_and_never_repeats_an_id() {
        let mut chance = ChaCha12Rng::seed_from_u64(2);
        let mut ring = KeyRing::generate(&mut chance);
        for _ in 0..600 {
            ring = ring.rotated(&mut chance);
            let mut ids: Vec<u8> = ring.keys.iter().map(|key| key.id).collect();
            assert!(ids.len() <= KEYS_MAX);
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), ring.keys.len());
        }
    }

    #[test]
    fn a_bad_line_is_named_and_never_shown() {
        let error = KeyRing::from_text("1:00\n").unwrap_err();
        assert_eq!(error, KeyRingError::Line { line: 1 });
        assert_eq!(KeyRing::from_text(" \n# none\n").unwrap_err(), KeyRingError::Empty);
        let line = format!("7:{}", "ab".repeat(32));
        assert_eq!(KeyRing::from_text(&format!("{line}\n{line}")).unwrap_err(), KeyRingError::Repeated { line: 2 });
        assert!(KeyRing::from_text(&format!("1:{}", "é".repeat(32))).is_err());
    }

    #[test]
    fn a_ring_prints_ids_only() {
        let ring = KeyRing::from_text(&format!("7:{}", "ab".repeat(32))).unwrap();
        assert_eq!(format!("{ring:?}"), "KeyRing { ids: [7], .. }");
    }
}
