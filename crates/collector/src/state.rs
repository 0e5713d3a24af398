//! The collector: everything a request may use, handed to every handler. Knows no HTTP.

use std::sync::Arc;

use corvee_protocol::sealed_puzzle::{PUZZLE_BYTES, PUZZLE_PURPOSE};
use corvee_protocol::sealed_state::{CHALLENGE_BYTES, CHALLENGE_PURPOSE, SealedState, SealedTile};
use corvee_protocol::sealed_wait::{WAIT_BYTES, WAIT_PURPOSE};
use corvee_seal::KeyRing;

use crate::campaign::address::PrefixHasher;
use crate::campaign::budget::{Budget, BudgetLimits};
use crate::campaign::cost::{Load, MachineLimits};
use crate::campaign::counting::Asked;
use crate::campaign::proofs::Checker;
use crate::campaign::register::Register;
use crate::chance::Chance;
use crate::clock::Clock;
use crate::images::gallery::{Gallery, GalleryError, Sprite};
use crate::keys::LiveSealer;
use crate::store::campaigns::CampaignId;
use crate::store::items::ItemId;
use crate::store::writer::Writer;
use crate::store::{Store, StoreError};

/// What visitors may ask for, and what it costs them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Challenges of one address prefix.
    pub budget: BudgetLimits,
    /// Machine's turns.
    pub machine: MachineLimits,
}

/// Why the image of a screen cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SpriteError {
    /// What the screen was made of is no longer served.
    #[error("{what} is gone")]
    Gone {
        /// What.
        what: &'static str,
    },
    /// A tile could not be read or rendered.
    #[error(transparent)]
    Gallery(#[from] GalleryError),
}

/// One running collector.
pub struct Collector {
    /// Rows.
    pub store: Store,
    /// Group commits.
    pub writer: Writer,
    /// Sites, campaigns and items in memory.
    pub register: Register,
    /// Budgets of address prefixes.
    pub budget: Budget,
    /// Hashes address prefixes.
    pub prefixes: PrefixHasher,
    /// Seals challenges.
    pub sealer: LiveSealer,
    /// Seals puzzles.
    pub puzzle_sealer: LiveSealer,
    /// Seals waits.
    pub wait_sealer: LiveSealer,
    /// What machine's turns cost.
    pub machine: MachineLimits,
    /// How many are under way.
    pub load: Load,
    /// What visitors asked for since upkeep last ran.
    pub asked: Asked,
    /// Checks proofs.
    pub checker: Checker,
    /// Tiles and sprites.
    pub gallery: Gallery,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub chance: Chance,
}

impl Collector {
    /// A collector over an open store; its register is filled.
    pub async fn new(
        store: Store,
        writer: Writer,
        keys: KeyRing,
        gallery: Gallery,
        clock: Arc<dyn Clock>,
        chance: Chance,
        limits: Limits,
    ) -> Result<Self, StoreError> {
        let collector = Self {
            prefixes: PrefixHasher::new(chance.bytes()),
            sealer: LiveSealer::new(keys.clone(), CHALLENGE_PURPOSE, CHALLENGE_BYTES),
            puzzle_sealer: LiveSealer::new(keys.clone(), PUZZLE_PURPOSE, PUZZLE_BYTES),
            wait_sealer: LiveSealer::new(keys, WAIT_PURPOSE, WAIT_BYTES),
            register: Register::default(),
            budget: Budget::new(limits.budget),
            machine: limits.machine,
            load: Load::default(),
            asked: Asked::default(),
            checker: Checker::default(),
            store,
            writer,
            gallery,
            clock,
            chance,
        };
        collector.register.refresh(&collector.store).await?;
        Ok(collector)
    }

    /// Has as many tiles of the active campaigns rendered beforehand as find room, drawn without regard to what is known of
    /// them: that a picture is there at once must not tell gold from unknown.
    pub fn stock_up(&self) {
        let images = self.register.images();
        let n = images.len().min(self.gallery.tiles_max());
        let places = rand::seq::index::sample(&mut self.chance.generator(), images.len(), n);
        self.gallery.stock_up(places.iter().filter_map(|place| images.get(place)).copied().collect());
    }

    /// The sprite of a screen. Asking twice gives the same bytes and costs nothing.
    pub async fn sprite(&self, state: &SealedState) -> Result<Sprite, SpriteError> {
        let gone = |what| SpriteError::Gone { what };
        let campaign = self.register.campaign(CampaignId(state.campaign)).ok_or_else(|| gone("the campaign"))?;
        let images = campaign.with_pool(|pool| {
            let standing = |tile: &SealedTile| pool.standing(ItemId(tile.item)).map(|standing| standing.image);
            state.tiles.iter().map(standing).collect::<Option<Vec<_>>>()
        });
        let images = images.and_then(|images| images.try_into().ok()).ok_or_else(|| gone("an item"))?;
        // The nonce is known to nobody outside, so that nobody can undo the variation it decides.
        let seed = *blake3::hash(&state.nonce).as_bytes();
        Ok(self.gallery.sprite(state.nonce, images, seed).await?)
    }
}
