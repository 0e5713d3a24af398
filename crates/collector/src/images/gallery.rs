//! Screens on demand, joined from variants rendered beforehand; what is missing is rendered while the visitor waits. Does
//! not know what is asked about the tiles, nor which of them is gold: all take one path.

use std::num::NonZero;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use corvee_protocol::limits::{SELECT_TILES, SPRITE_BYTES};
use corvee_sprite::{Look, Looks, Variant, join};
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use tokio::sync::{OnceCell, Semaphore};
use tokio::task::JoinSet;

use super::recent::Recent;
use super::renderer::{Order, Orders, give_way};
use super::shelf::{Shelf, ShelfError};
use super::stock::{Digest, Stock};
use super::tile::{self, TileError};

pub use super::stock::StockFigures;

/// Bytes of joined screens kept in memory, at their largest: 546 screens.
const SPRITES_BYTES: usize = 32 * 1024 * 1024;
/// How long nothing is rendered beforehand after the store of tiles did not answer.
const REST: Duration = Duration::from_secs(2);
/// Bytes of a variant, near enough to tell how many tiles a stock can hold.
const VARIANT_BYTES: usize = 3 * 1024;

const _: () = assert!(corvee_sprite::SPRITE_BYTES <= SPRITE_BYTES && corvee_sprite::TILES == SELECT_TILES);

/// Why a screen's image cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum GalleryError {
    /// A tile could not be read.
    #[error(transparent)]
    Shelf(#[from] ShelfError),
    /// A tile could not be decoded.
    #[error(transparent)]
    Tile(#[from] TileError),
    /// The thread that rendered it is gone.
    #[error("the collector is stopping")]
    Stopping,
}

impl GalleryError {
    /// Whether it may be otherwise in a moment, with nothing done.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Shelf(error) => error.is_passing(),
            Self::Tile(_) => false,
            Self::Stopping => true,
        }
    }
}

/// A joined screen: one JPEG.
pub type Sprite = Arc<[u8]>;

/// Variants of tiles and screens, with a bounded memory of both. Clones share it.
#[derive(Clone)]
pub struct Gallery(Arc<Inner>);

struct Inner {
    shelf: Shelf,
    stock: Mutex<Stock>,
    stock_bytes: usize,
    orders: Arc<Orders>,
    sprites: Mutex<Recent<[u8; 16], Arc<OnceCell<Sprite>>>>,
    /// Renderers that a visitor waits for, at work at once: one core is left to those who answer and commit.
    renderers: Semaphore,
}

/// A variant and how it is shown this time.
type Shown = (Arc<Variant>, Look);

/// What is stored under the digests of a screen, of those that were read.
type Stored = [Option<Vec<u8>>; SELECT_TILES];

impl Gallery {
    /// A gallery that has nothing rendered yet and will keep variants of so many bytes.
    pub fn new(shelf: Shelf, stock_bytes: usize) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let renderers = cores.saturating_sub(1).max(1);
        Self(Arc::new(Inner {
            shelf,
            stock: Mutex::new(Stock::new(stock_bytes)),
            stock_bytes,
            orders: Arc::default(),
            sprites: Mutex::new(Recent::new(SPRITES_BYTES / SPRITE_BYTES)),
            renderers: Semaphore::new(renderers),
        }))
    }

    /// Where the tiles come from.
    pub fn shelf(&self) -> &Shelf {
        &self.0.shelf
    }

    /// What was served and what is kept.
    pub fn figures(&self) -> StockFigures {
        self.0.stock().figures()
    }

    /// Tiles of which all variants find room.
    pub fn tiles_max(&self) -> usize {
        self.0.stock_bytes / (super::stock::VARIANTS * VARIANT_BYTES)
    }

    /// Starts the thread that renders beforehand; it ends with the gallery. Without it every variant is rendered while
    /// somebody waits for it.
    ///
    /// # Errors
    /// When the operating system has no thread to give.
    pub fn start_rendering(&self, mut chance: ChaCha20Rng) -> std::io::Result<()> {
        let orders = Arc::clone(&self.0.orders);
        let gallery = Arc::downgrade(&self.0);
        std::thread::Builder::new().name("renderer".to_owned()).spawn(move || {
            give_way();
            while let Some(order) = orders.next() {
                let Some(gallery) = gallery.upgrade() else { return };
                let begin = Instant::now();
                let Err(error) = gallery.carry_out(order, &mut chance) else {
                    drop(gallery);
                    orders.rest(order.rest(begin.elapsed()));
                    continue;
                };
                if error.is_passing() {
                    tracing::warn!(%error, "nothing is rendered beforehand until the pictures can be read again");
                    drop(gallery);
                    orders.put_off(order, REST);
                } else {
                    tracing::error!(%error, "a tile could not be rendered beforehand");
                }
            }
        })?;
        Ok(())
    }

    /// Has these tiles rendered when there is nothing better to do, the last ones first.
    pub fn stock_up(&self, digests: Vec<[u8; 32]>) {
        self.0.orders.stock_up(digests);
    }

    /// The image of a screen. `nonce` names the screen: asked again, also at the same moment, it is the same image, for as
    /// long as it is remembered; later it is another one of the same tiles. `tiles` are the digests of the stored tiles in
    /// reading order, `seed` decides how they are varied.
    ///
    /// # Errors
    /// [`GalleryError`]; a failure is not remembered.
    #[expect(
        clippy::large_types_passed_by_value,
        reason = "288 bytes, made for this call and copied to the renderer's thread"
    )]
    pub async fn sprite(
        &self,
        nonce: [u8; 16],
        tiles: [[u8; 32]; SELECT_TILES],
        seed: [u8; 32],
    ) -> Result<Sprite, GalleryError> {
        let cell = {
            let mut sprites = self.0.sprites.lock().unwrap_or_else(PoisonError::into_inner);
            sprites.value_or_else(nonce, Arc::default)
        };
        let sprite = cell.get_or_try_init(|| self.joined(&tiles, seed)).await?;
        Ok(Arc::clone(sprite))
    }

    async fn joined(&self, tiles: &[Digest; SELECT_TILES], seed: [u8; 32]) -> Result<Sprite, GalleryError> {
        let mut chance = ChaCha20Rng::from_seed(seed);
        let mut shown = self.0.take(tiles, &mut chance);
        if shown.iter().any(Option::is_none) {
            // Read before a renderer is taken: a slow store keeps nobody waiting whose pictures are here.
            let mut stored = self.0.read(tiles, &shown).await?;
            let _renderer = self.0.renderers.acquire().await.map_err(|_closed| GalleryError::Stopping)?;
            let (gallery, tiles) = (Arc::clone(&self.0), *tiles);
            let rendering = tokio::task::spawn_blocking(move || {
                gallery.fill(&tiles, &mut stored, &mut shown, &mut chance).map(|()| (shown, chance))
            });
            (shown, chance) = rendering.await.map_err(|_panicked| GalleryError::Stopping)??;
        }
        let nine: Option<Vec<(&Variant, Look)>> =
            shown.iter().map(|shown| shown.as_ref().map(|(variant, look)| (variant.as_ref(), *look))).collect();
        let nine = nine.and_then(|nine| nine.try_into().ok()).expect("what was missing has been rendered");
        Ok(Sprite::from(join(nine, &mut chance)))
    }
}

impl Inner {
    fn stock(&self) -> MutexGuard<'_, Stock> {
        self.stock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the stock has of these tiles; fresh variants are ordered of those that are worn.
    fn take(&self, tiles: &[Digest; SELECT_TILES], chance: &mut ChaCha20Rng) -> [Option<Shown>; SELECT_TILES] {
        let mut wanted = Vec::new();
        let shown = {
            let mut stock = self.stock();
            tiles.map(|digest| {
                let taken = stock.take(&digest, chance);
                if taken.as_ref().is_none_or(|taken| taken.wants_fresh) {
                    wanted.push(digest);
                }
                taken.map(|taken| (taken.variant, taken.look))
            })
        };
        if !wanted.is_empty() {
            self.orders.replace(wanted);
        }
        shown
    }

    /// Reads the tiles of what is missing, all at once.
    async fn read(
        &self,
        tiles: &[Digest; SELECT_TILES],
        shown: &[Option<Shown>; SELECT_TILES],
    ) -> Result<Stored, GalleryError> {
        let mut readers = JoinSet::new();
        for (at, (digest, _)) in tiles.iter().zip(shown).enumerate().filter(|(_, (_, shown))| shown.is_none()) {
            let (tiles, digest) = (self.shelf.clone(), *digest);
            readers.spawn(async move { (at, tiles.read(&digest).await) });
        }
        let mut stored = Stored::default();
        while let Some(read) = readers.join_next().await {
            let (at, tile) = read.map_err(|_panicked| GalleryError::Stopping)?;
            let tile = tile?;
            if let Some(stored) = stored.get_mut(at) {
                *stored = Some(tile);
            }
        }
        Ok(stored)
    }

    /// Renders what is missing, a variant of each, and keeps it.
    fn fill(
        &self,
        tiles: &[Digest; SELECT_TILES],
        stored: &mut Stored,
        shown: &mut [Option<Shown>; SELECT_TILES],
        chance: &mut ChaCha20Rng,
    ) -> Result<(), GalleryError> {
        let tiles = tiles.iter().zip(stored).zip(shown);
        for ((digest, stored), shown) in tiles.filter(|(_, shown)| shown.is_none()) {
            // Somebody else may have rendered it while this screen waited for its turn.
            let taken = self.stock().take(digest, chance);
            if let Some(taken) = taken {
                *shown = Some((taken.variant, taken.look));
                continue;
            }
            let pixels = tile::decode(&stored.take().expect("what is missing has been read"))?;
            let variant = Arc::new(Variant::render(&pixels, chance));
            let mut looks = Looks::draw(chance);
            *shown = looks.next().map(|look| (Arc::clone(&variant), look));
            let mut stock = self.stock();
            stock.note_missed();
            stock.put(*digest, variant, looks);
        }
        Ok(())
    }

    /// Renders what a tile lacks. Decoded once for all of it.
    fn carry_out(&self, order: Order, chance: &mut ChaCha20Rng) -> Result<(), GalleryError> {
        let (digest, lacking) = {
            let stock = self.stock();
            match order {
                Order::Worn(digest) => (digest, stock.lacking(&digest)),
                Order::Ahead(digest) if stock.has_room() => (digest, stock.lacking(&digest)),
                Order::Ahead(digest) => (digest, 0),
            }
        };
        if lacking == 0 {
            return Ok(());
        }
        let pixels = tile::decode(&self.shelf.read_waiting(&digest)?)?;
        for _ in 0..lacking {
            let variant = Arc::new(Variant::render(&pixels, chance));
            self.stock().put(digest, variant, Looks::draw(chance));
        }
        Ok(())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.orders.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::super::intake::take;
    use super::super::place::Place;
    use super::*;

    const STOCK_BYTES: usize = 1024 * 1024;

    /// A gallery with nine pictures.
    async fn gallery() -> (tempfile::TempDir, Gallery, [[u8; 32]; 9]) {
        let data = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(data.path(), &Place::Folder).unwrap();
        let mut tiles = [[0; 32]; 9];
        for (at, tile) in tiles.iter_mut().enumerate() {
            let shade = u8::try_from(25 * at).unwrap();
            let picture = image::RgbImage::from_fn(90, 90, |x, y| {
                image::Rgb([shade, u8::try_from(x).unwrap(), u8::try_from(y).unwrap()])
            });
            let mut png = std::io::Cursor::new(Vec::new());
            picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
            *tile = shelf.put(take(png.get_ref(), Some("png")).unwrap().tile).await.unwrap();
        }
        (data, Gallery::new(shelf, STOCK_BYTES), tiles)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_screen_asked_for_by_many_is_joined_once() {
        let (_data, gallery, tiles) = gallery().await;
        let asks = (0..16).map(|_| {
            let gallery = gallery.clone();
            tokio::spawn(async move { gallery.sprite([1; 16], tiles, [2; 32]).await.unwrap() })
        });
        let mut sprites = Vec::new();
        for ask in asks.collect::<Vec<_>>() {
            sprites.push(ask.await.unwrap());
        }
        let first = sprites.first().unwrap();
        // Not only equal: the same allocation.
        assert!(sprites.iter().all(|sprite| Arc::ptr_eq(sprite, first)));
        let other = gallery.sprite([2; 16], tiles, [2; 32]).await.unwrap();
        assert_ne!(&other, first);
    }

    #[tokio::test]
    async fn tiles_are_read_from_disk_once() {
        let (data, gallery, tiles) = gallery().await;
        gallery.sprite([1; 16], tiles, [2; 32]).await.unwrap();
        std::fs::remove_dir_all(data.path().join("images")).unwrap();
        assert!(gallery.sprite([2; 16], tiles, [3; 32]).await.is_ok());
    }

    #[tokio::test]
    async fn a_failure_is_told_and_not_remembered() {
        let (_data, gallery, tiles) = gallery().await;
        let mut absent = tiles;
        absent[4] = [0; 32];
        let error = gallery.sprite([1; 16], absent, [2; 32]).await.unwrap_err();
        assert!(matches!(error, GalleryError::Shelf(ShelfError::Missing { .. })), "{error}");
        assert!(gallery.sprite([1; 16], tiles, [2; 32]).await.is_ok());
    }

    #[tokio::test]
    async fn nothing_is_rendered_while_somebody_waits_once_the_stock_is_full() {
        let (data, gallery, tiles) = gallery().await;
        gallery.start_rendering(ChaCha20Rng::from_seed([5; 32])).unwrap();
        gallery.stock_up(tiles.to_vec());
        while gallery.figures().tiles < 9 || !tiles.iter().all(|tile| gallery.0.stock().lacking(tile) == 0) {
            tokio::task::yield_now().await;
        }
        std::fs::remove_dir_all(data.path().join("images")).unwrap();
        let mut sprites = std::collections::BTreeSet::new();
        for nonce in 0..100 {
            let sprite = gallery.sprite([nonce; 16], tiles, [nonce; 32]).await.unwrap();
            assert!(sprite.len() <= SPRITE_BYTES);
            sprites.insert(sprite);
        }
        let figures = gallery.figures();
        assert_eq!((figures.missed, figures.served, sprites.len()), (0, 900, 100));
        // The pictures are gone: nothing can be replaced, and worn variants are told.
        assert!(figures.served_worn > 900 - 9 * 16 - 1, "{figures:?}");
    }

    #[tokio::test]
    async fn worn_variants_are_replaced_behind_the_visitors_back() {
        let (_data, gallery, tiles) = gallery().await;
        gallery.start_rendering(ChaCha20Rng::from_seed([5; 32])).unwrap();
        for nonce in 0..60 {
            gallery.sprite([nonce; 16], tiles, [nonce; 32]).await.unwrap();
        }
        while tiles.iter().any(|tile| gallery.0.stock().lacking(tile) > 0) {
            tokio::task::yield_now().await;
        }
        let missed = gallery.figures().missed;
        gallery.sprite([61; 16], tiles, [61; 32]).await.unwrap();
        assert_eq!(gallery.figures().missed, missed);
    }
}
