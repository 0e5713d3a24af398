//! The keys a collector seals with and hashes addresses under: where they are, how they are rotated, how a running collector
//! takes them over. Knows no challenge and no address.
//!
//! A collector with a database to itself has its sealing keys in the data folder and the key for addresses in memory.
//! Collectors that share a database share both through it, sealed under the folder's keys: every folder holds the same file,
//! and the database alone opens nothing.

use std::sync::{Arc, PoisonError, RwLock};

use anyhow::Context as _;
use corvee_seal::{KeyRing, OpenError, Sealer, TooLong};
use rand::Rng;

use crate::chance::Chance;
use crate::data::{DataFolder, SEALING_KEYS_FILE};
use crate::state::Collector;
use crate::store::Store;
use crate::store::keys::SealedKey;

/// Milliseconds until a new sealing key is used: by then every collector has read it.
const ANNOUNCED_MS: u64 = 15 * 1000;
/// Milliseconds that a key still opens after its successor took over: longer than anything that is sealed lives.
const RETIRED_MS: u64 = 60 * 60 * 1000;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// Milliseconds before midnight at which the next day's key is agreed on.
const AHEAD_MS: u64 = 10 * 60 * 1000;

/// Where a collector's keys are.
#[derive(Clone, Debug)]
pub struct Keys {
    folder: DataFolder,
    store: Store,
}

/// A sealing key as its operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct KeyState {
    /// As seals name it.
    pub id: u8,
    /// What it does now.
    pub role: KeyRole,
    /// From when on it seals, RFC 3339; absent for keys of a data folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usable_from: Option<String>,
}

/// What a sealing key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyRole {
    /// Known to every collector, not used yet.
    Announced,
    /// Seals and opens.
    Seals,
    /// Opens what it sealed.
    Opens,
    /// Opens nothing any more.
    Retired,
}

/// A key with its line in a ring's text.
struct Known {
    id: u8,
    line: String,
    usable_from_ms: u64,
    role: KeyRole,
}

impl Keys {
    /// The keys of a data folder, or of the collectors that share this store.
    pub fn new(folder: DataFolder, store: Store) -> Self {
        Self { folder, store }
    }

    /// The ring of now: the sealing key first.
    pub async fn ring(&self, now_ms: u64) -> anyhow::Result<KeyRing> {
        if !self.store.is_shared() {
            return self.folder.sealing_keys();
        }
        let known = self.known(now_ms).await?;
        let (first, others): (Vec<&Known>, Vec<&Known>) =
            known.iter().filter(|key| key.role != KeyRole::Retired).partition(|key| key.role == KeyRole::Seals);
        let lines: Vec<&str> = first.into_iter().chain(others).map(|key| key.line.as_str()).collect();
        KeyRing::from_text(&lines.join("\n")).context("the sealing keys in the database are damaged")
    }

    /// Every sealing key there is, newest first.
    pub async fn states(&self, now_ms: u64) -> anyhow::Result<Vec<KeyState>> {
        let known = if self.store.is_shared() { self.known(now_ms).await? } else { self.of_folder()? };
        let state = |key: Known| KeyState {
            id: key.id,
            role: key.role,
            usable_from: (key.usable_from_ms > 0).then(|| crate::clock::rfc3339(key.usable_from_ms)),
        };
        Ok(known.into_iter().map(state).collect())
    }

    /// Makes a new sealing key. Running collectors take it over by themselves; nothing that is open is lost.
    pub async fn rotate(&self, chance: &Chance, now_ms: u64) -> anyhow::Result<KeyState> {
        let known = if self.store.is_shared() { self.known(now_ms).await? } else { self.of_folder()? };
        let lines: Vec<&str> = known.iter().map(|key| key.line.as_str()).collect();
        let ring = KeyRing::from_text(&lines.join("\n")).context("the sealing keys are damaged")?;
        let rotated = ring.rotated(&mut chance.generator()).to_text();
        if !self.store.is_shared() {
            self.folder.replace_secret(SEALING_KEYS_FILE, &rotated)?;
            let newest = self.of_folder()?.into_iter().next().context("the key that was just written is gone")?;
            return Ok(KeyState { id: newest.id, role: newest.role, usable_from: None });
        }
        let line = rotated.lines().next().context("a rotated ring has a newest key")?;
        let key = SealedKey {
            id: id_of(line)?,
            sealed: self.sealer("corvee shared sealing key")?.seal(line.as_bytes(), &mut chance.generator())?,
            created_ms: now_ms,
            usable_from_ms: now_ms + ANNOUNCED_MS,
        };
        let retired: Vec<u8> = known.iter().filter(|key| key.role == KeyRole::Retired).map(|key| key.id).collect();
        self.store.add_sealing_key(&key, &retired).await?;
        let usable_from = Some(crate::clock::rfc3339(key.usable_from_ms));
        Ok(KeyState { id: key.id, role: KeyRole::Announced, usable_from })
    }

    /// Brings a running collector's keys up to date.
    pub async fn refresh(&self, collector: &Collector) -> anyhow::Result<()> {
        let now_ms = collector.clock.now_ms();
        let ring = self.ring(now_ms).await?;
        for sealer in [&collector.sealer, &collector.puzzle_sealer, &collector.wait_sealer] {
            sealer.take_over(&ring);
        }
        if self.store.is_shared() {
            for day in [now_ms / DAY_MS, (now_ms + AHEAD_MS) / DAY_MS] {
                if !collector.prefixes.knows(day) {
                    collector.prefixes.share(day, self.prefix_secret(day, &collector.chance).await?);
                }
            }
        }
        Ok(())
    }

    /// The secret of a day that all collectors agree on.
    async fn prefix_secret(&self, day: u64, chance: &Chance) -> anyhow::Result<[u8; 32]> {
        let sealer = self.sealer("corvee shared prefix key")?;
        let stored = if let Some(known) = self.store.known_prefix_key(day).await? {
            known
        } else {
            let fresh = sealer.seal(&chance.bytes::<32>(), &mut chance.generator())?;
            self.store.prefix_key(day, &fresh).await?
        };
        let secret = sealer.open(&stored).with_context(|| self.other_folder())?;
        secret.as_slice().try_into().context("a prefix key in the database is damaged")
    }

    /// The keys of database and folder with what they do now, newest first.
    async fn known(&self, now_ms: u64) -> anyhow::Result<Vec<Known>> {
        let sealer = self.sealer("corvee shared sealing key")?;
        let mut known = Vec::new();
        for key in self.store.sealing_keys().await? {
            let line = sealer.open(&key.sealed).with_context(|| self.other_folder())?;
            let line = String::from_utf8(line).context("a sealing key in the database is damaged")?;
            known.push(Known { id: key.id, line, usable_from_ms: key.usable_from_ms, role: KeyRole::Announced });
        }
        known.extend(self.of_folder()?);
        let mut successor_since = None;
        for key in &mut known {
            key.role = match successor_since {
                None if key.usable_from_ms > now_ms => KeyRole::Announced,
                None => KeyRole::Seals,
                Some(since) if now_ms < since + RETIRED_MS => KeyRole::Opens,
                Some(_) => KeyRole::Retired,
            };
            if key.usable_from_ms <= now_ms && key.usable_from_ms > 0 {
                successor_since = Some(key.usable_from_ms);
            } else if key.role == KeyRole::Seals {
                // A key of the folder: those after it in the file are kept as long as it is.
                successor_since = Some(now_ms);
            }
        }
        Ok(known)
    }

    fn of_folder(&self) -> anyhow::Result<Vec<Known>> {
        let text = self.folder.sealing_keys()?.to_text();
        let key = |(at, line): (usize, &str)| {
            let role = if at == 0 { KeyRole::Seals } else { KeyRole::Opens };
            Ok(Known { id: id_of(line)?, line: line.to_owned(), usable_from_ms: 0, role })
        };
        text.lines().enumerate().map(key).collect()
    }

    /// Seals keys for the database.
    fn sealer(&self, purpose: &'static str) -> anyhow::Result<Sealer> {
        /// A line of a ring's text: id, colon, 64 digits.
        const LINE_BYTES: u16 = 68;
        Ok(Sealer::new(self.folder.sealing_keys()?, purpose, LINE_BYTES))
    }

    fn other_folder(&self) -> String {
        format!(
            "{} is not the file that the other collectors on this database have: copy theirs into this folder",
            self.folder.path().join(SEALING_KEYS_FILE).display()
        )
    }
}

fn id_of(line: &str) -> anyhow::Result<u8> {
    let id = line.split(':').next().and_then(|id| id.parse().ok());
    id.context("a line of a key ring begins with its id")
}

/// Seals and opens with keys that may be rotated meanwhile.
pub struct LiveSealer {
    sealer: RwLock<Arc<Sealer>>,
    purpose: &'static str,
    plaintext_bytes: u16,
}

impl LiveSealer {
    /// A sealer for `purpose` whose plaintexts hold up to `plaintext_bytes` bytes.
    pub fn new(ring: KeyRing, purpose: &'static str, plaintext_bytes: u16) -> Self {
        let sealer = RwLock::new(Arc::new(Sealer::new(ring, purpose, plaintext_bytes)));
        Self { sealer, purpose, plaintext_bytes }
    }

    /// Seals and opens with these keys from now on.
    pub fn take_over(&self, ring: &KeyRing) {
        let sealer = Arc::new(Sealer::new(ring.clone(), self.purpose, self.plaintext_bytes));
        *self.sealer.write().unwrap_or_else(PoisonError::into_inner) = sealer;
    }

    /// The sealed text.
    ///
    /// # Errors
    /// [`TooLong`] when the plaintext exceeds what this purpose allows.
    pub fn seal(&self, plaintext: &[u8], chance: &mut impl Rng) -> Result<String, TooLong> {
        self.now().seal(plaintext, chance)
    }

    /// What was sealed.
    ///
    /// # Errors
    /// [`OpenError`]: the form is wrong, the key is gone, or a byte was altered.
    pub fn open(&self, sealed: &str) -> Result<Vec<u8>, OpenError> {
        self.now().open(sealed)
    }

    fn now(&self) -> Arc<Sealer> {
        Arc::clone(&self.sealer.read().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests;
