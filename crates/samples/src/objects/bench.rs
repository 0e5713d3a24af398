//! Benches, empty or sat upon; knows no park.

use crate::{
    class::ObjectClass,
    colour::{Colour, grey, hex},
    dice::Dice,
    geometry::{Footprint, Frame, vec3},
    objects::{
        Sketch,
        person::{Person, Pose},
    },
    pen::Pen,
};

/// A bench of slats, with somebody on it when it is sat upon.
#[derive(Debug)]
pub(crate) struct Bench {
    wood: Colour,
    metal: Colour,
    half: f32,
    sitter: Option<(Person, f32)>,
}

impl Bench {
    /// A bench of its own, sat upon or not.
    pub(crate) fn new(sat_upon: bool, cold: f32, dice: &mut Dice) -> Self {
        let half = dice.between(0.75, 1.0);
        let sitter = sat_upon.then(|| {
            (Person::new(Pose::Seated { seat: 0.44 }, 0.0, cold, dice), dice.between(-half + 0.35, half - 0.35))
        });
        Self {
            wood: dice.pick([hex(0x9a6a3c), hex(0x7c5230), hex(0x4f6b4a), hex(0xb0895a), hex(0x5c4433)]),
            metal: dice.pick([hex(0x25282b), hex(0x3b4540), hex(0x6a6f73)]),
            half,
            sitter,
        }
    }

    fn draw_seat(&self, pen: &mut Pen<'_>, frame: &Frame) {
        for x in [-self.half * 0.82, self.half * 0.82] {
            pen.rod(&[frame.at(x, 0.0, -0.24), frame.at(x, 0.42, -0.2)], 0.055, self.metal);
            pen.rod(&[frame.at(x, 0.0, 0.24), frame.at(x, 0.42, 0.22)], 0.055, self.metal);
            pen.rod(&[frame.at(x, 0.41, -0.22), frame.at(x, 0.41, 0.25)], 0.05, self.metal);
        }
        for z in [-0.17, -0.04, 0.09, 0.22] {
            pen.block(frame, vec3(0.0, 0.44, z), vec3(self.half, 0.02, 0.052), self.wood);
        }
    }

    fn draw_back(&self, pen: &mut Pen<'_>, frame: &Frame) {
        for x in [-self.half * 0.82, self.half * 0.82] {
            pen.rod(&[frame.at(x, 0.4, -0.23), frame.at(x, 0.88, -0.36)], 0.05, self.metal);
        }
        for (y, z) in [(0.57, -0.26), (0.71, -0.3), (0.85, -0.34)] {
            pen.block(frame, vec3(0.0, y, z), vec3(self.half, 0.052, 0.018), self.wood);
        }
    }

    fn draw_arms(&self, pen: &mut Pen<'_>, frame: &Frame) {
        for x in [-self.half * 0.9, self.half * 0.9] {
            let arm = [frame.at(x, 0.42, 0.22), frame.at(x, 0.64, 0.22), frame.at(x, 0.66, -0.28)];
            pen.rod(&arm, 0.05, self.metal.mix(grey(0.3), 0.2));
        }
    }
}

impl Sketch for Bench {
    fn footprint(&self) -> Footprint {
        let height = if self.sitter.is_some() { 1.35 } else { 0.9 };
        Footprint { half_width: self.half, half_length: 0.42, height }
    }

    fn parts(&self) -> Vec<ObjectClass> {
        let mut parts = vec![ObjectClass::Bench];
        parts.extend(self.sitter.as_ref().map(|_| ObjectClass::Person));
        parts
    }

    fn draw(&self, pen: &mut Pen<'_>, frame: &Frame) {
        pen.belongs_to(Some(0));
        let from_front = pen.faces(frame.at(0.0, 0.7, -0.3), frame.turn(0.0, 0.0, 1.0));
        if from_front {
            self.draw_back(pen, frame);
            self.draw_seat(pen, frame);
        } else {
            self.draw_seat(pen, frame);
        }
        if let Some((sitter, x)) = &self.sitter {
            pen.belongs_to(Some(1));
            sitter.figure(pen, &frame.shifted(*x));
            pen.belongs_to(Some(0));
        }
        if !from_front {
            self.draw_back(pen, frame);
        }
        self.draw_arms(pen, frame);
    }
}
