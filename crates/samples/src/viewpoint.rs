//! Where the camera stands and looks in a street; knows no objects.

use crate::{camera::Camera, dice::Dice, geometry::vec3, street::Street};

/// A camera with how far it is turned from the road, in radians.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Viewpoint {
    pub(crate) camera: Camera,
    pub(crate) turn: f32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Along,
    Oblique,
    Across,
}

/// A viewpoint in this street.
pub(crate) fn choose(street: &Street, dice: &mut Dice) -> Viewpoint {
    let look = dice.weighted([(Look::Along, 0.5), (Look::Oblique, 0.27), (Look::Across, 0.23)]);
    let from_side = dice.sign();
    let walk = street.half_road + street.pavement * dice.between(0.25, 0.8);
    let (x, turn, view) = match look {
        Look::Along if dice.chance(0.4) => {
            let x = street.half_road * dice.between(-0.8, 0.8);
            (x, dice.between(-0.34, 0.34), dice.between(0.78, 1.15))
        }
        Look::Along => (walk * from_side, -from_side * dice.between(-0.12, 0.42), dice.between(0.78, 1.15)),
        Look::Oblique => (walk * from_side, -from_side * dice.between(0.45, 0.95), dice.between(0.8, 1.15)),
        Look::Across => {
            (from_side * (street.front() - 0.4), -from_side * dice.between(1.1, 1.55), dice.between(0.72, 1.0))
        }
    };
    let height = if dice.chance(0.2) { dice.between(2.6, 4.2) } else { dice.between(1.35, 2.3) };
    let pitch = dice.between(-0.07, 0.03) - (height - 1.7).max(0.0) * 0.055;
    let roll = dice.between(-1.0, 1.0) * dice.between(0.0, 0.035);
    Viewpoint { camera: Camera::new(vec3(x, height, 0.0), turn, pitch, roll, view), turn: turn.abs() }
}
