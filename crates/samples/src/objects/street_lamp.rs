//! Street lamps of several patterns; knows no electricity.

use crate::{
    class::ObjectClass,
    colour::{Colour, grey, hex, rgb},
    dice::Dice,
    geometry::{Footprint, Frame, UP, Vec3, vec3},
    light::Lamp,
    objects::Sketch,
    pen::Pen,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pattern {
    Lantern,
    Arm,
    TwinGlobes,
}

/// A street lamp with its post.
#[derive(Debug)]
pub(crate) struct StreetLamp {
    pattern: Pattern,
    height: f32,
    metal: Colour,
    lit: f32,
}

impl StreetLamp {
    /// A lamp of its own, lit when it is dark.
    pub(crate) fn new(dark: f32, dice: &mut Dice) -> Self {
        let pattern = dice.weighted([(Pattern::Lantern, 0.45), (Pattern::Arm, 0.35), (Pattern::TwinGlobes, 0.2)]);
        Self {
            pattern,
            height: if pattern == Pattern::Arm { dice.between(5.2, 6.4) } else { dice.between(3.4, 4.2) },
            metal: dice.pick([hex(0x23282b), hex(0x2f4038), hex(0x6d7478), hex(0x33363d)]),
            lit: if dark > 0.45 { 1.0 } else { 0.0 },
        }
    }

    fn bulbs(&self, frame: &Frame) -> Vec<Vec3> {
        match self.pattern {
            Pattern::Lantern => vec![frame.at(0.0, self.height + 0.3, 0.0)],
            Pattern::Arm => vec![frame.at(0.0, self.height + 0.05, 1.5)],
            Pattern::TwinGlobes => [-0.5, 0.5].map(|x| frame.at(x, self.height + 0.12, 0.0)).to_vec(),
        }
    }

    fn glass(&self) -> Colour {
        if self.lit > 0.0 { rgb(1.0, 0.9, 0.66) } else { hex(0xe6e4da) }
    }
}

const GLOW: Colour = rgb(1.0, 0.8, 0.5);

impl Sketch for StreetLamp {
    fn footprint(&self) -> Footprint {
        Footprint { half_width: 0.25, half_length: 0.25, height: self.height + 0.5 }
    }

    fn parts(&self) -> Vec<ObjectClass> {
        vec![ObjectClass::StreetLamp]
    }

    fn lamp(&self, frame: &Frame) -> Option<Lamp> {
        let at = self.bulbs(frame).first().copied()?;
        (self.lit > 0.0).then_some(Lamp { at, colour: GLOW * 0.95, reach: 3.4 })
    }

    fn draw(&self, pen: &mut Pen<'_>, frame: &Frame) {
        pen.belongs_to(Some(0));
        let foot = frame.origin;
        let h = self.height;
        if self.pattern == Pattern::Arm {
            pen.limb(foot, 0.11, foot + UP * 1.0, 0.1, self.metal * 0.9);
            pen.limb(foot + UP * 1.0, 0.075, frame.at(0.0, h - 0.3, 0.0), 0.05, self.metal);
            let arm =
                [(h - 0.3, 0.0), (h + 0.05, 0.25), (h + 0.2, 0.7), (h + 0.22, 1.3)].map(|(y, z)| frame.at(0.0, y, z));
            pen.rod(&arm, 0.09, self.metal);
            pen.hull(&[(frame.at(0.0, h + 0.2, 1.2), 0.1), (frame.at(0.0, h + 0.17, 1.75), 0.08)], self.metal);
            let lens = [(-0.12, 1.25), (0.12, 1.25), (0.1, 1.75), (-0.1, 1.75)].map(|(x, z)| frame.at(x, h + 0.08, z));
            if self.lit > 0.0 {
                pen.glowing(&lens, -UP, self.glass());
            } else {
                pen.panel(&lens, -UP, self.glass());
            }
        } else {
            pen.lathe(foot, &[(0.2, 0.0), (0.17, 0.15), (0.1, 0.35), (0.085, 0.9)], self.metal);
            pen.limb(foot + UP * 0.9, 0.065, foot + UP * h, 0.05, self.metal);
            pen.ball(foot + UP * (h * 0.55), 0.085, self.metal);
        }
        match self.pattern {
            Pattern::Lantern => {
                let base = foot + UP * h;
                pen.lathe(base, &[(0.1, 0.0), (0.13, 0.06)], self.metal);
                let corner = |x: f32, z: f32, y: f32, half: f32| frame.at(x * half, h + y, z * half);
                for (x, z) in [(0.0, 1.0), (1.0, 0.0), (0.0, -1.0), (-1.0, 0.0)] {
                    let (ax, az, bx, bz) = (x - z, z - x, x + z, z + x);
                    let pane = [
                        corner(ax, az, 0.06, 0.13),
                        corner(bx, bz, 0.06, 0.13),
                        corner(bx, bz, 0.52, 0.21),
                        corner(ax, az, 0.52, 0.21),
                    ];
                    if self.lit > 0.0 {
                        pen.glowing(&pane, frame.turn(x, 0.0, z), self.glass());
                    } else {
                        pen.panel(&pane, frame.turn(x, -0.1, z), self.glass());
                    }
                    for (x, z) in [(ax, az), (bx, bz)] {
                        pen.rod(&[corner(x, z, 0.06, 0.13), corner(x, z, 0.52, 0.21)], 0.03, self.metal);
                    }
                }
                let top = [(1.0, 1.0), (1.0, -1.0), (-1.0, -1.0), (-1.0, 1.0)];
                let cap: Vec<_> =
                    top.iter().map(|(x, z)| corner(*x, *z, 0.52, 0.25)).chain([frame.at(0.0, h + 0.74, 0.0)]).collect();
                pen.wrap(&cap, self.metal);
                pen.ball(frame.at(0.0, h + 0.78, 0.0), 0.045, self.metal);
            }
            Pattern::TwinGlobes => {
                pen.rod(
                    &[frame.at(-0.5, h - 0.05, 0.0), frame.at(0.0, h - 0.15, 0.0), frame.at(0.5, h - 0.05, 0.0)],
                    0.06,
                    self.metal,
                );
                for bulb in self.bulbs(frame) {
                    pen.ball(bulb, 0.19, self.glass());
                    if self.lit > 0.0 {
                        pen.halo(bulb, 0.24, GLOW, 1.0);
                    }
                    pen.limb(bulb - UP * 0.2, 0.06, bulb - UP * 0.16, 0.09, self.metal);
                }
                pen.ball(frame.at(0.0, h + 0.05, 0.0), 0.08, grey(0.2).mix(self.metal, 0.7));
            }
            Pattern::Arm => {}
        }
        if self.lit > 0.0 {
            for bulb in self.bulbs(frame) {
                pen.halo(bulb + vec3(0.0, -0.02, 0.0), 2.4, GLOW, 0.75);
            }
        }
    }
}
