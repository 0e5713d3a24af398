//! Points, frames and footprints in the street's own metres; knows no camera and no colour.
//!
//! World axes: x to the right across the road, y up from the ground, z along the road.

use std::ops::{Add, Mul, Neg, Sub};

/// A point or direction, in metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Vec3 {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) z: f32,
}

/// The vector with these components.
pub(crate) const fn vec3(x: f32, y: f32, z: f32) -> Vec3 {
    Vec3 { x, y, z }
}

/// The direction up from the ground.
pub(crate) const UP: Vec3 = vec3(0.0, 1.0, 0.0);

impl Vec3 {
    pub(crate) fn dot(self, other: Self) -> f32 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    pub(crate) fn cross(self, other: Self) -> Self {
        vec3(
            self.y * other.z - self.z * other.y,
            self.z * other.x - self.x * other.z,
            self.x * other.y - self.y * other.x,
        )
    }

    pub(crate) fn length(self) -> f32 {
        self.dot(self).sqrt()
    }

    /// The same direction with length one (a zero vector stays zero).
    pub(crate) fn unit(self) -> Self {
        let length = self.length();
        if length > 1e-9 { self * (1.0 / length) } else { self }
    }

    pub(crate) fn toward(self, other: Self, share: f32) -> Self {
        self + (other - self) * share
    }
}

impl Add for Vec3 {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        vec3(self.x + other.x, self.y + other.y, self.z + other.z)
    }
}

impl Sub for Vec3 {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        vec3(self.x - other.x, self.y - other.y, self.z - other.z)
    }
}

impl Neg for Vec3 {
    type Output = Self;

    fn neg(self) -> Self {
        vec3(-self.x, -self.y, -self.z)
    }
}

impl Mul<f32> for Vec3 {
    type Output = Self;

    fn mul(self, factor: f32) -> Self {
        vec3(self.x * factor, self.y * factor, self.z * factor)
    }
}

/// Where an object stands and which way it faces: local x is its right, local z its front.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    pub(crate) origin: Vec3,
    sin: f32,
    cos: f32,
    lean: f32,
}

impl Frame {
    /// A frame at `origin`, turned by `yaw` radians from facing along +z towards +x.
    pub(crate) fn new(origin: Vec3, yaw: f32) -> Self {
        Self { origin, sin: yaw.sin(), cos: yaw.cos(), lean: 0.0 }
    }

    /// The same frame tipped sideways: `lean` metres to its right per metre of height.
    pub(crate) fn leaning(self, lean: f32) -> Self {
        Self { lean, ..self }
    }

    /// The same frame moved this many metres to its right.
    pub(crate) fn shifted(self, x: f32) -> Self {
        Self { origin: self.at(x, 0.0, 0.0), ..self }
    }

    /// The world point at these local coordinates.
    pub(crate) fn at(&self, x: f32, y: f32, z: f32) -> Vec3 {
        self.origin + self.turn(x + self.lean * y, y, z)
    }

    /// The world direction with these local components.
    pub(crate) fn turn(&self, x: f32, y: f32, z: f32) -> Vec3 {
        vec3(self.cos * x + self.sin * z, y, self.cos * z - self.sin * x)
    }
}

/// The rectangle an object stands on, with its height: what other objects must keep clear of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Footprint {
    pub(crate) half_width: f32,
    pub(crate) half_length: f32,
    pub(crate) height: f32,
}

/// A footprint's four corners on the ground, in order around it.
pub(crate) fn corners(frame: &Frame, footprint: Footprint, margin: f32) -> [Vec3; 4] {
    let (w, l) = (footprint.half_width + margin, footprint.half_length + margin);
    [frame.at(-w, 0.0, -l), frame.at(w, 0.0, -l), frame.at(w, 0.0, l), frame.at(-w, 0.0, l)]
}

/// True when two four-cornered footprints touch (separating axis test).
pub(crate) fn overlap(first: &[Vec3; 4], second: &[Vec3; 4]) -> bool {
    let apart = |shape: &[Vec3; 4], a: Vec3, b: Vec3| {
        let axis = UP.cross(b - a);
        let span = |points: &[Vec3; 4]| {
            points
                .iter()
                .map(|point| point.dot(axis))
                .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), at| (low.min(at), high.max(at)))
        };
        let other = if std::ptr::eq(shape, first) { second } else { first };
        let ((low, high), (other_low, other_high)) = (span(shape), span(other));
        high < other_low || other_high < low
    };
    ![first, second].into_iter().any(|shape| {
        let [a, b, c, _] = *shape;
        apart(shape, a, b) || apart(shape, b, c)
    })
}

/// The middle joint of a two-part limb from `start` to `end`, bent towards `bend`.
pub(crate) fn joint(start: Vec3, end: Vec3, upper: f32, lower: f32, bend: Vec3) -> Vec3 {
    let span = end - start;
    let length = span.length().clamp(1e-4, upper + lower - 1e-4);
    let along = (length * length + upper * upper - lower * lower) / (2.0 * length);
    let away = (upper * upper - along * along).max(0.0).sqrt();
    let axis = span.unit();
    let side = (bend - axis * bend.dot(axis)).unit();
    start + axis * along + side * away
}

/// The smooth step from 0 at `low` to 1 at `high`.
pub(crate) fn smooth(low: f32, high: f32, value: f32) -> f32 {
    let t = ((value - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}
