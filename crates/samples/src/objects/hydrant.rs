//! Fire hydrants; knows no pavement.

use crate::{
    class::ObjectClass,
    colour::{Colour, grey, hex},
    dice::Dice,
    geometry::{Footprint, Frame, vec3},
    objects::Sketch,
    pen::Pen,
};

/// A fire hydrant: flanged foot, barrel, three capped outlets and a bonnet.
#[derive(Debug)]
pub(crate) struct Hydrant {
    barrel: Colour,
    caps: Colour,
    size: f32,
}

impl Hydrant {
    /// A hydrant of its own.
    pub(crate) fn new(dice: &mut Dice) -> Self {
        let (barrel, caps) = dice.pick([
            (hex(0xc3281f), hex(0xc3281f)),
            (hex(0xc3281f), hex(0xd9dbdc)),
            (hex(0xe2ab1c), hex(0xe2ab1c)),
            (hex(0xe2ab1c), hex(0x2e66a8)),
            (hex(0xb5241d), hex(0xe7e3d8)),
            (hex(0xd8d9d6), hex(0xc3281f)),
            (hex(0xd8651b), hex(0x3a3c40)),
        ]);
        Self { barrel, caps, size: dice.between(1.0, 1.2) }
    }
}

impl Sketch for Hydrant {
    fn footprint(&self) -> Footprint {
        Footprint { half_width: 0.26, half_length: 0.26, height: 0.88 * self.size }
    }

    fn parts(&self) -> Vec<ObjectClass> {
        vec![ObjectClass::Hydrant]
    }

    fn draw(&self, pen: &mut Pen<'_>, frame: &Frame) {
        pen.belongs_to(Some(0));
        let s = self.size;
        let outlet = |pen: &mut Pen<'_>, x: f32, y: f32, z: f32, radius: f32, caps: Colour| {
            let at = |reach: f32| frame.at(x * reach * s, y * s, z * reach * s);
            pen.limb(at(0.08), radius * 0.8 * s, at(0.19), radius * 0.8 * s, self.barrel * 0.92);
            let rim = |reach: f32| {
                let across = frame.turn(z, 0.0, -x) * (radius * s);
                crate::pen::circle(at(reach), across, vec3(0.0, radius * s, 0.0))
            };
            let cap: Vec<_> = rim(0.18).into_iter().chain(rim(0.245)).collect();
            pen.wrap(&cap, caps * 0.82);
            if pen.faces(at(0.245), frame.turn(x, 0.0, z)) {
                pen.sheet(&rim(0.245), caps);
                pen.limb(at(0.245), 0.026 * s, at(0.28), 0.022 * s, caps * 0.7);
            }
        };
        let outlets = [(-1.0, 0.52, 0.0, 0.062), (1.0, 0.52, 0.0, 0.062), (0.0, 0.47, 1.0, 0.09)];
        for (x, y, z, radius) in outlets {
            if !pen.faces(frame.at(0.0, y, 0.0), frame.turn(x, 0.0, z)) {
                outlet(pen, x, y, z, radius, self.caps);
            }
        }
        let foot = frame.origin;
        pen.lathe(foot, &[(0.19 * s, 0.0), (0.19 * s, 0.05 * s)], self.barrel * 0.85);
        pen.lathe(foot, &[(0.125 * s, 0.05 * s), (0.115 * s, 0.6 * s)], self.barrel);
        pen.lathe(foot, &[(0.165 * s, 0.6 * s), (0.165 * s, 0.66 * s)], self.barrel * 0.9);
        let bonnet = [(0.14, 0.66), (0.13, 0.72), (0.105, 0.77), (0.06, 0.805), (0.045, 0.81)];
        pen.lathe(foot, &bonnet.map(|(r, y)| (r * s, y * s)), self.caps);
        pen.lathe(foot, &[(0.04 * s, 0.81 * s), (0.035 * s, 0.88 * s)], self.caps * 0.8);
        for (x, y, z, radius) in outlets {
            if pen.faces(frame.at(0.0, y, 0.0), frame.turn(x, 0.0, z)) {
                outlet(pen, x, y, z, radius, self.caps);
            }
        }
        let chain = [(0.2, 0.5), (0.17, 0.38), (0.1, 0.36)].map(|(x, y)| frame.at(x * s, y * s, 0.08 * s));
        pen.rod(&chain, 0.012, grey(0.3));
    }
}
