//! What can stand in a street: one file a kind. Objects draw themselves in metres and know no camera settings, no
//! street and no neighbours.

pub(crate) mod bench;
pub(crate) mod bicycle;
pub(crate) mod bus;
pub(crate) mod car;
pub(crate) mod clutter;
pub(crate) mod hydrant;
pub(crate) mod motorcycle;
pub(crate) mod person;
pub(crate) mod street_lamp;
pub(crate) mod traffic_light;
pub(crate) mod tree;
pub(crate) mod truck;
pub(crate) mod wheel;

use std::fmt::Debug;

use crate::{
    class::ObjectClass,
    geometry::{Footprint, Frame},
    light::Lamp,
    pen::Pen,
};

/// Something that can be drawn where a frame puts it.
pub(crate) trait Sketch: Debug {
    /// The ground it covers and its height.
    fn footprint(&self) -> Footprint;

    /// The heights between which it must be seen for its parts to be seen, in metres.
    fn span(&self) -> (f32, f32) {
        (0.0, self.footprint().height)
    }

    /// The labelled parts, in the order their numbers are given to [`Pen::belongs_to`].
    fn parts(&self) -> Vec<ObjectClass>;

    /// True when it hangs above the ground and presses no shade into it.
    fn floats(&self) -> bool {
        false
    }

    /// A class a careful person could take it for, though it is none.
    fn resembles(&self) -> Option<ObjectClass> {
        None
    }

    /// The light it gives, when lit.
    fn lamp(&self, frame: &Frame) -> Option<Lamp> {
        let _ = frame;
        None
    }

    /// Draws it, the farthest parts first.
    fn draw(&self, pen: &mut Pen<'_>, frame: &Frame);
}
