//! The camera: from the street's metres to the canvas's pixels and back; knows no objects.

use crate::{
    CANVAS,
    geometry::{UP, Vec3, vec3},
};

/// Nothing nearer than this many metres in front of the eye is drawn.
pub(crate) const NEAREST: f32 = 0.35;

/// A pinhole camera looking at the canvas.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Camera {
    pub(crate) eye: Vec3,
    right: Vec3,
    up: Vec3,
    pub(crate) forward: Vec3,
    /// Canvas pixels per metre at one metre's distance.
    pub(crate) focal: f32,
}

impl Camera {
    /// A camera at `eye`; `yaw` from +z towards +x, `pitch` up, `roll` clockwise, all in radians; `view` is the
    /// whole angle of view.
    pub(crate) fn new(eye: Vec3, yaw: f32, pitch: f32, roll: f32, view: f32) -> Self {
        let forward = vec3(yaw.sin() * pitch.cos(), pitch.sin(), yaw.cos() * pitch.cos());
        let level = UP.cross(forward).unit();
        let upright = forward.cross(level);
        Self {
            eye,
            right: level * roll.cos() - upright * roll.sin(),
            up: upright * roll.cos() + level * roll.sin(),
            forward,
            focal: 0.5 * CANVAS as f32 / (0.5 * view).tan(),
        }
    }

    /// The point as the camera has it: right, up and depth.
    pub(crate) fn view(&self, point: Vec3) -> Vec3 {
        let from_eye = point - self.eye;
        vec3(from_eye.dot(self.right), from_eye.dot(self.up), from_eye.dot(self.forward))
    }

    /// Canvas position of a point given in the camera's own axes; its depth must be positive.
    pub(crate) fn canvas(&self, seen: Vec3) -> (f32, f32) {
        let middle = CANVAS as f32 / 2.0;
        (middle + self.focal * seen.x / seen.z, middle - self.focal * seen.y / seen.z)
    }

    /// Canvas position and depth of a world point in front of the camera.
    pub(crate) fn project(&self, point: Vec3) -> Option<(f32, f32, f32)> {
        let seen = self.view(point);
        (seen.z > NEAREST).then(|| {
            let (x, y) = self.canvas(seen);
            (x, y, seen.z)
        })
    }

    /// The direction seen at a canvas position, scaled to one metre of depth.
    pub(crate) fn ray(&self, x: f32, y: f32) -> Vec3 {
        let middle = CANVAS as f32 / 2.0;
        self.forward + self.right * ((x - middle) / self.focal) + self.up * ((middle - y) / self.focal)
    }
}
