//! Draws varied street scenes by code, with exact ground truth for every object, so that a fresh checkout has a data
//! set to label. Knows no campaign, no challenge and no storage.
//!
//! A scene is a small world in metres: a street with houses, a camera, light and weather, and objects standing where
//! such objects stand. Objects are drawn from the farthest to the nearest, and the outlines they are drawn with also
//! give the ground truth: who owns each pixel, and how much of each silhouette is left to see.
//!
//! ```
//! use corvee_samples::{ObjectClass, Truth, draw, encode_jpeg, has};
//!
//! let (scene, image) = draw(7, 0);
//! assert_eq!(image.dimensions(), (scene.width, scene.height));
//! match has(&scene, ObjectClass::Bicycle) {
//!     Truth::Present | Truth::Absent => {} // fit to test visitors with
//!     Truth::Borderline => {}              // careful people would disagree
//! }
//! assert!(encode_jpeg(&image, 80)?.len() < 60_000);
//! # Ok::<(), corvee_samples::EncodeError>(())
//! ```
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "pixels, bytes and noise cells are small whole numbers cut from clamped floats"
)]
#![expect(clippy::unreadable_literal, reason = "0xrrggbb is how people write colours")]
#![expect(clippy::decimal_bitwise_operands, reason = "salts of the noise are numbers like any other")]
#![expect(clippy::too_many_arguments, reason = "a shape in space has a place, a size and a look")]

mod backdrop;
mod building;
mod camera;
mod class;
mod colour;
mod conditions;
mod develop;
mod dice;
mod drawing;
mod geometry;
mod ground;
mod jpeg;
mod light;
mod mix;
mod noise;
mod objects;
mod order;
mod pen;
mod placement;
mod scene;
mod shade;
mod street;
mod survey;
mod viewpoint;

pub use class::ObjectClass;
pub use conditions::{Conditions, Hour, Season, Weather};
pub use drawing::{draw, draw_mixed};
pub use jpeg::{EncodeError, encode_jpeg};
pub use mix::Mix;
pub use scene::{Bounds, CLEAR_CONTRAST, CLEAR_SHARE, Lookalike, Scene, SceneObject, Truth, has};

/// Width and height of every scene in pixels.
pub const SIDE: u32 = 320;

/// Canvas pixels per image pixel, each way.
const OVERSAMPLE: u32 = 2;

/// Width and height of the canvas scenes are drawn on.
const CANVAS: u32 = SIDE * OVERSAMPLE;
