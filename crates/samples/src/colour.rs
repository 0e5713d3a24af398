//! Colours as three numbers, mixed and lit; knows nothing of what wears them.

use std::ops::{Add, Mul};

/// Red, green and blue, 0..=1 in display (gamma encoded) values; light may carry them above 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Colour {
    pub(crate) r: f32,
    pub(crate) g: f32,
    pub(crate) b: f32,
}

/// The colour with these components.
pub(crate) const fn rgb(r: f32, g: f32, b: f32) -> Colour {
    Colour { r, g, b }
}

/// The colour written as `0xRRGGBB`.
pub(crate) const fn hex(code: u32) -> Colour {
    rgb(((code >> 16) & 0xff) as f32 / 255.0, ((code >> 8) & 0xff) as f32 / 255.0, (code & 0xff) as f32 / 255.0)
}

/// Equal parts of each component.
pub(crate) const fn grey(level: f32) -> Colour {
    rgb(level, level, level)
}

impl Colour {
    pub(crate) fn mix(self, other: Self, share: f32) -> Self {
        self * (1.0 - share) + other * share
    }

    /// Component by component product, as light falls on a surface.
    pub(crate) fn under(self, light: Self) -> Self {
        rgb(self.r * light.r, self.g * light.g, self.b * light.b)
    }

    pub(crate) fn luma(self) -> f32 {
        0.299 * self.r + 0.587 * self.g + 0.114 * self.b
    }

    /// Further from grey (above 1) or nearer to it (below 1).
    pub(crate) fn saturate(self, amount: f32) -> Self {
        grey(self.luma()).mix(self, amount)
    }
}

impl Add for Colour {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        rgb(self.r + other.r, self.g + other.g, self.b + other.b)
    }
}

impl Mul<f32> for Colour {
    type Output = Self;

    fn mul(self, factor: f32) -> Self {
        rgb(self.r * factor, self.g * factor, self.b * factor)
    }
}
