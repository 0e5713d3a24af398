//! Variants of tiles kept in memory, in bounded bytes: which are served how often, which are worn, which make room. Does
//! not know how they are rendered, nor what they show.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use corvee_sprite::{Look, Looks, Variant};
use metrics::counter;
use rand::{Rng, RngExt as _};

use crate::observe::figures::TILES;

/// SHA-256 of a stored tile.
pub(super) type Digest = [u8; 32];

/// Variants of a tile.
pub(super) const VARIANTS: usize = 4;
/// Servings after which a variant is worn: another takes its place as soon as somebody has rendered one. Until then it is
/// served on, each time with another look, and when its looks are spent no longer.
const SERVINGS: u16 = 4;
/// What an entry takes besides its variants, near enough.
const ENTRY_BYTES: usize = 256;

/// What of the stock was served so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StockFigures {
    /// Tiles served from the stock.
    pub served: u64,
    /// Those of them whose variant was worn.
    pub served_worn: u64,
    /// Tiles that had to be rendered while a visitor waited.
    pub missed: u64,
    /// Bytes of variants kept.
    pub bytes: usize,
    /// Tiles of which there are variants.
    pub tiles: usize,
}

/// Variants by tile.
pub(super) struct Stock {
    limit_bytes: usize,
    tiles: HashMap<Digest, Kept>,
    digests_by_use: BTreeMap<u64, Digest>,
    uses: u64,
    figures: StockFigures,
}

struct Kept {
    last_use: u64,
    variants: Vec<Served>,
}

struct Served {
    variant: Arc<Variant>,
    looks: Looks,
}

/// A variant to be shown once.
pub(super) struct Taken {
    pub(super) variant: Arc<Variant>,
    pub(super) look: Look,
    /// Whether fresh variants of this tile are wanted.
    pub(super) wants_fresh: bool,
}

impl Stock {
    /// An empty stock of so many bytes at most.
    pub(super) fn new(limit_bytes: usize) -> Self {
        let (tiles, digests_by_use) = (HashMap::new(), BTreeMap::new());
        Self { limit_bytes, tiles, digests_by_use, uses: 0, figures: StockFigures::default() }
    }

    /// Any of the tile's variants, with a look that it has not had; `None` when there is none.
    pub(super) fn take(&mut self, digest: &Digest, chance: &mut impl Rng) -> Option<Taken> {
        let Drawn { variant, look, worn } = self.draw(digest, chance)?;
        self.figures.served += 1;
        self.figures.served_worn += u64::from(worn);
        counter!(TILES, "variant" => if worn { "worn" } else { "fresh" }).increment(1);
        self.touch(digest);
        Some(Taken { variant, look, wants_fresh: self.lacking(digest) > 0 })
    }

    /// Counts a tile that has to be rendered while a visitor waits.
    pub(super) fn note_missed(&mut self) {
        self.figures.missed += 1;
        counter!(TILES, "variant" => "missed").increment(1);
    }

    fn draw(&mut self, digest: &Digest, chance: &mut impl Rng) -> Option<Drawn> {
        let kept = self.tiles.get_mut(digest)?;
        while !kept.variants.is_empty() {
            let at = chance.random_range(0..kept.variants.len());
            let served = kept.variants.get_mut(at)?;
            let worn = served.looks.taken() >= SERVINGS;
            if let Some(look) = served.looks.next() {
                return Some(Drawn { variant: Arc::clone(&served.variant), look, worn });
            }
            self.figures.bytes -= kept.variants.swap_remove(at).variant.size_bytes();
        }
        None
    }

    /// How many fresh variants the tile could do with: one for each that is worn, and as long as there is room up to the full
    /// number.
    pub(super) fn lacking(&self, digest: &Digest) -> usize {
        let variants = self.tiles.get(digest).map_or(&[][..], |kept| &kept.variants);
        let worn = variants.iter().filter(|served| served.looks.taken() >= SERVINGS).count();
        if self.has_room() { VARIANTS - (variants.len() - worn).min(VARIANTS) } else { worn }
    }

    /// Whether tiles that nobody has asked for may still come in.
    pub(super) fn has_room(&self) -> bool {
        self.figures.bytes < self.limit_bytes / 10 * 9
    }

    /// Keeps a variant, in the place of the most worn one when there are enough. Tiles unused for longest make room.
    pub(super) fn put(&mut self, digest: Digest, variant: Arc<Variant>, looks: Looks) {
        let added = variant.size_bytes();
        let kept = self.tiles.entry(digest).or_insert_with(|| {
            self.figures.bytes += ENTRY_BYTES;
            Kept { last_use: 0, variants: Vec::with_capacity(VARIANTS) }
        });
        let enough = kept.variants.len() >= VARIANTS;
        let most_worn = kept.variants.iter_mut().max_by_key(|served| served.looks.taken());
        match most_worn.filter(|_| enough) {
            Some(served) => {
                self.figures.bytes -= served.variant.size_bytes();
                *served = Served { variant, looks };
            }
            None => kept.variants.push(Served { variant, looks }),
        }
        self.figures.bytes += added;
        self.touch(&digest);
        while self.figures.bytes > self.limit_bytes && self.tiles.len() > 1 {
            let Some((_, oldest)) = self.digests_by_use.pop_first() else { return };
            if let Some(kept) = self.tiles.remove(&oldest) {
                let bytes: usize = kept.variants.iter().map(|served| served.variant.size_bytes()).sum();
                self.figures.bytes -= bytes + ENTRY_BYTES;
            }
        }
    }

    /// What was served and what is kept.
    pub(super) fn figures(&self) -> StockFigures {
        StockFigures { tiles: self.tiles.len(), ..self.figures }
    }

    fn touch(&mut self, digest: &Digest) {
        if let Some(kept) = self.tiles.get_mut(digest) {
            self.digests_by_use.remove(&kept.last_use);
            self.uses += 1;
            kept.last_use = self.uses;
            self.digests_by_use.insert(self.uses, *digest);
        }
    }
}

struct Drawn {
    variant: Arc<Variant>,
    look: Look,
    worn: bool,
}

#[cfg(test)]
mod tests {
    use corvee_sprite::{TILE_PIXEL_BYTES, TilePixels};
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha20Rng;

    use super::*;

    fn chance() -> ChaCha20Rng {
        ChaCha20Rng::from_seed([1; 32])
    }

    fn put(stock: &mut Stock, digest: u8, chance: &mut ChaCha20Rng) -> Arc<Variant> {
        let tile = TilePixels::new(vec![digest; TILE_PIXEL_BYTES]).unwrap();
        let variant = Arc::new(Variant::render(&tile, chance));
        stock.put([digest; 32], Arc::clone(&variant), Looks::draw(chance));
        variant
    }

    #[test]
    fn no_variant_is_ever_shown_twice_alike() {
        let (mut stock, mut chance) = (Stock::new(usize::MAX), chance());
        put(&mut stock, 1, &mut chance);
        put(&mut stock, 1, &mut chance);
        let mut shown = Vec::new();
        while let Some(taken) = stock.take(&[1; 32], &mut chance) {
            shown.push((Arc::as_ptr(&taken.variant), taken.look));
        }
        assert_eq!(shown.len(), 2 * 637);
        shown.sort_unstable();
        shown.dedup();
        assert_eq!(shown.len(), 2 * 637);
        assert_eq!(
            stock.figures(),
            StockFigures { served: 1274, served_worn: 1274 - 8, missed: 0, bytes: ENTRY_BYTES, tiles: 1 }
        );
    }

    #[test]
    fn a_worn_variant_gives_its_place_to_a_fresh_one() {
        let (mut stock, mut chance) = (Stock::new(usize::MAX), chance());
        for _ in 0..VARIANTS {
            put(&mut stock, 1, &mut chance);
        }
        assert_eq!(stock.lacking(&[1; 32]), 0);
        while stock.lacking(&[1; 32]) == 0 {
            let taken = stock.take(&[1; 32], &mut chance).unwrap();
            assert_eq!(taken.wants_fresh, stock.lacking(&[1; 32]) > 0);
        }
        put(&mut stock, 1, &mut chance);
        assert_eq!((stock.lacking(&[1; 32]), stock.tiles[&[1; 32]].variants.len()), (0, VARIANTS));
        assert_eq!(stock.lacking(&[2; 32]), VARIANTS);
    }

    #[test]
    fn bytes_stay_below_the_limit_and_what_is_unused_for_longest_goes() {
        let mut chance = chance();
        let variant = put(&mut Stock::new(usize::MAX), 1, &mut chance).size_bytes();
        let limit = 10 * (variant + ENTRY_BYTES);
        let mut stock = Stock::new(limit);
        for digest in 1..=100 {
            put(&mut stock, digest, &mut chance);
            assert!(stock.take(&[1; 32], &mut chance).is_some(), "{digest}");
            assert!(stock.figures().bytes <= limit);
        }
        // Where there is no room, nothing is asked for but what replaces something.
        assert!(!stock.has_room() && stock.lacking(&[2; 32]) == 0);
        let kept = stock.tiles.values().flat_map(|kept| &kept.variants).map(|served| served.variant.size_bytes());
        assert_eq!(stock.figures().bytes, kept.sum::<usize>() + ENTRY_BYTES * stock.tiles.len());
        assert!(stock.take(&[2; 32], &mut chance).is_none() && stock.take(&[100; 32], &mut chance).is_some());
    }
}
