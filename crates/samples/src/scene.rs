//! What a drawn scene holds and what can be said of it for certain; knows nothing of how it was drawn.

use crate::{class::ObjectClass, conditions::Conditions};

/// A box in image pixels: `x` and `y` of its upper left corner, right and down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// First column.
    pub x: u32,
    /// First row.
    pub y: u32,
    /// Columns, at least 1.
    pub width: u32,
    /// Rows, at least 1.
    pub height: u32,
}

/// One object, as far as it can be seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SceneObject {
    /// What it is.
    pub class: ObjectClass,
    /// The tight box around what is visible of it.
    pub bounds: Bounds,
    /// Share of its own silhouette that is inside the image and not hidden, 0..=1.
    pub visible_share: f32,
    /// Mean difference between its visible edge and what lies just outside, 0..=1 of full scale: what fog, darkness
    /// and like-coloured surroundings leave of it.
    pub contrast: f32,
}

/// Something that belongs to no class but could be taken for one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lookalike {
    /// What it could be taken for.
    pub resembles: ObjectClass,
    /// The tight box around what is visible of it.
    pub bounds: Bounds,
}

/// A scene and its ground truth.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// Which scene of its seed this is.
    pub index: u32,
    /// Image width in pixels.
    pub width: u32,
    /// Image height in pixels.
    pub height: u32,
    /// Every labelled object of which at least one pixel is visible, farthest first.
    pub objects: Vec<SceneObject>,
    /// Unlabelled things that resemble a class.
    pub lookalikes: Vec<Lookalike>,
    /// Light, weather and camera.
    pub conditions: Conditions,
}

/// Whether a class is in a scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// At least one object of the class is plain to see.
    Present,
    /// None, and nothing that resembles one.
    Absent,
    /// Only slivers, specks or lookalikes: careful people would disagree.
    Borderline,
}

/// Share of a silhouette that must be visible for an object to count as plain to see.
pub const CLEAR_SHARE: f32 = 0.4;
/// Contrast an object must keep to count as plain to see.
pub const CLEAR_CONTRAST: f32 = 0.045;

impl SceneObject {
    /// True when a careful person cannot miss it: large, open and distinct enough. The size is the larger side of the
    /// visible box for most classes; thresholds hold for an image of 320 px shown at 128 px.
    pub fn is_clear(&self) -> bool {
        let side = self.bounds.width.max(self.bounds.height);
        let least = match self.class {
            ObjectClass::Bus | ObjectClass::Truck | ObjectClass::StreetLamp | ObjectClass::Tree => 48,
            ObjectClass::Car | ObjectClass::Person | ObjectClass::Bench => 34,
            ObjectClass::Bicycle | ObjectClass::Motorcycle => 36,
            ObjectClass::Hydrant | ObjectClass::TrafficLight => 22,
        };
        self.visible_share >= CLEAR_SHARE && side >= least && self.contrast >= CLEAR_CONTRAST
    }
}

/// Whether the class is in the scene: callers ask for gold only where the answer is not [`Truth::Borderline`].
pub fn has(scene: &Scene, class: ObjectClass) -> Truth {
    let mut any = scene.lookalikes.iter().any(|lookalike| lookalike.resembles == class);
    for object in scene.objects.iter().filter(|object| object.class == class) {
        if object.is_clear() {
            return Truth::Present;
        }
        any = true;
    }
    if any { Truth::Borderline } else { Truth::Absent }
}
