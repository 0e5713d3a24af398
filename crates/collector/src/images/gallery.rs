//! Screens on demand: tiles decoded once, images rendered once, however many ask. Does not know what is asked about them.

use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};

use corvee_protocol::limits::{SELECT_TILES, SPRITE_BYTES};
use tokio::sync::{OnceCell, Semaphore};

use super::recent::Recent;
use super::shelf::{Shelf, ShelfError};
use super::sprite::{self, SpriteError};
use super::tile::{TILE_PIXEL_BYTES, TileError, TilePixels};

/// Bytes of decoded tiles kept in memory: 341 tiles.
const TILES_BYTES: usize = 64 * 1024 * 1024;
/// Bytes of rendered screens kept in memory, at their largest: 546 screens.
const SPRITES_BYTES: usize = 32 * 1024 * 1024;

/// Why a screen's image cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum GalleryError {
    /// A tile could not be read.
    #[error(transparent)]
    Shelf(#[from] ShelfError),
    /// A tile could not be decoded.
    #[error(transparent)]
    Tile(#[from] TileError),
    /// The image could not be rendered.
    #[error(transparent)]
    Sprite(#[from] SpriteError),
    /// The thread that rendered it is gone.
    #[error("the collector is stopping")]
    Stopping,
}

/// A rendered screen: one JPEG.
pub type Sprite = Arc<[u8]>;

/// Tiles and screens, with a bounded memory of both. Clones share it.
#[derive(Clone)]
pub struct Gallery(Arc<Inner>);

struct Inner {
    shelf: Shelf,
    tiles: Mutex<Recent<[u8; 32], Arc<TilePixels>>>,
    sprites: Mutex<Recent<[u8; 16], Arc<OnceCell<Sprite>>>>,
    /// Renderers at work at once: one core is left to those who answer and commit.
    renderers: Semaphore,
}

impl Gallery {
    /// A gallery with an empty memory.
    pub fn new(shelf: Shelf) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let renderers = cores.saturating_sub(1).max(1);
        Self(Arc::new(Inner {
            shelf,
            tiles: Mutex::new(Recent::new(TILES_BYTES / TILE_PIXEL_BYTES)),
            sprites: Mutex::new(Recent::new(SPRITES_BYTES / SPRITE_BYTES)),
            renderers: Semaphore::new(renderers),
        }))
    }

    /// Where the tiles come from.
    pub fn shelf(&self) -> &Shelf {
        &self.0.shelf
    }

    /// The image of a screen. `nonce` names the screen: asked again, also at the same moment, it is not rendered again.
    /// `tiles` are the digests of the stored tiles in reading order, `seed` decides how they are varied.
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
        let sprite = cell.get_or_try_init(|| self.render(&tiles, seed)).await?;
        Ok(Arc::clone(sprite))
    }

    async fn render(&self, tiles: &[[u8; 32]; SELECT_TILES], seed: [u8; 32]) -> Result<Sprite, GalleryError> {
        let _renderer = self.0.renderers.acquire().await.map_err(|_closed| GalleryError::Stopping)?;
        let (gallery, tiles) = (Arc::clone(&self.0), *tiles);
        let rendering = tokio::task::spawn_blocking(move || {
            let decoded: Vec<Arc<TilePixels>> =
                tiles.iter().map(|digest| gallery.tile(digest)).collect::<Result<_, _>>()?;
            let nine: Vec<&TilePixels> = decoded.iter().map(AsRef::as_ref).collect();
            let nine = nine.try_into().expect("one tile for each of nine digests");
            let sprite = sprite::render(nine, seed)?;
            Ok(Sprite::from(sprite))
        });
        rendering.await.map_err(|_panicked| GalleryError::Stopping)?
    }
}

impl Inner {
    /// A tile's pixels, from memory or from the shelf. Two who miss it at once both decode it: harmless, and nobody waits
    /// for the disk with the memory locked.
    fn tile(&self, digest: &[u8; 32]) -> Result<Arc<TilePixels>, GalleryError> {
        let lock = || self.tiles.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tile) = lock().value(digest) {
            return Ok(tile);
        }
        let tile = Arc::new(TilePixels::decode(&self.shelf.read(digest)?)?);
        lock().keep(*digest, Arc::clone(&tile));
        Ok(tile)
    }
}

#[cfg(test)]
mod tests {
    use super::super::intake::take;
    use super::*;

    /// A gallery with nine pictures.
    fn gallery() -> (tempfile::TempDir, Gallery, [[u8; 32]; 9]) {
        let data = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(data.path()).unwrap();
        let tiles = std::array::from_fn(|at| {
            let shade = u8::try_from(25 * at).unwrap();
            let picture = image::RgbImage::from_fn(90, 90, |x, y| {
                image::Rgb([shade, u8::try_from(x).unwrap(), u8::try_from(y).unwrap()])
            });
            let mut png = std::io::Cursor::new(Vec::new());
            picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
            shelf.put(&take(png.get_ref(), Some("png")).unwrap().tile).unwrap()
        });
        (data, Gallery::new(shelf), tiles)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_screen_asked_for_by_many_is_rendered_once() {
        let (_data, gallery, tiles) = gallery();
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
        assert!(!Arc::ptr_eq(&other, first));
        assert_eq!(&other, first);
    }

    #[tokio::test]
    async fn tiles_are_read_from_disk_once() {
        let (data, gallery, tiles) = gallery();
        gallery.sprite([1; 16], tiles, [2; 32]).await.unwrap();
        std::fs::remove_dir_all(data.path().join("images")).unwrap();
        assert!(gallery.sprite([2; 16], tiles, [3; 32]).await.is_ok());
    }

    #[tokio::test]
    async fn a_failure_is_told_and_not_remembered() {
        let (_data, gallery, tiles) = gallery();
        let mut absent = tiles;
        absent[4] = [0; 32];
        let error = gallery.sprite([1; 16], absent, [2; 32]).await.unwrap_err();
        assert!(matches!(error, GalleryError::Shelf(ShelfError::Missing { .. })), "{error}");
        assert!(gallery.sprite([1; 16], tiles, [2; 32]).await.is_ok());
    }
}
