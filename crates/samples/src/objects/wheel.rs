//! A motor vehicle's wheel: tyre, rim and hub; knows no vehicle.

use crate::{
    colour::{grey, hex},
    geometry::{Frame, vec3},
    pen::{Pen, circle},
};

/// Draws a wheel of this radius and width whose outer face is at local (`x`, `z`); the sign of `x` is its side.
pub(crate) fn wheel(pen: &mut Pen<'_>, frame: &Frame, x: f32, z: f32, radius: f32, width: f32) {
    let side = x.signum();
    let (up, along) = (vec3(0.0, radius, 0.0), frame.turn(0.0, 0.0, radius));
    let outer = frame.at(x, radius, z);
    let inner = frame.at(x - side * width, radius, z);
    let tread: Vec<_> = circle(outer, along, up).into_iter().chain(circle(inner, along, up)).collect();
    pen.wrap(&tread, hex(0x1d1d1f));
    if pen.faces(outer, frame.turn(side, 0.0, 0.0)) {
        pen.disc(outer, along, up, hex(0x29292c));
        pen.disc(outer, along * 0.66, up * 0.66, hex(0xb4b7bb));
        pen.disc(outer, along * 0.56, up * 0.56, hex(0x7e8186));
        for spoke in 0..5_u8 {
            let angle = std::f32::consts::TAU * (f32::from(spoke) + 0.25) / 5.0;
            let rim = outer + along * (0.58 * angle.cos()) + up * (0.58 * angle.sin());
            pen.rod(&[outer, rim], radius * 0.16, hex(0xc3c6ca));
        }
        pen.disc(outer, along * 0.16, up * 0.16, grey(0.35));
    }
}
