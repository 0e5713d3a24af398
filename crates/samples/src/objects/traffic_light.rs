//! Traffic lights on posts and over the road; knows no traffic. Only the heads are labelled.

use crate::{
    class::ObjectClass,
    colour::{Colour, grey, hex, rgb},
    dice::Dice,
    geometry::{Footprint, Frame, UP, Vec3, vec3},
    objects::Sketch,
    pen::Pen,
};

/// A post with one or more heads, facing the frame's front.
#[derive(Debug)]
pub(crate) struct TrafficLight {
    heads: Vec<Vec3>,
    /// 0 red, 1 amber, 2 green.
    showing: u32,
    housing: Colour,
    backplate: Option<Colour>,
    post: Colour,
    height: f32,
    /// Reach of the arm to the frame's left or right, or 0.
    arm: f32,
    arm_height: f32,
}

const LAMPS: [Colour; 3] = [rgb(1.0, 0.16, 0.12), rgb(1.0, 0.7, 0.12), rgb(0.16, 0.95, 0.45)];

impl TrafficLight {
    /// A set of lights; an arm, when there is one, reaches `towards` the road (-1 the frame's left, 1 its right).
    pub(crate) fn new(towards: f32, dice: &mut Dice) -> Self {
        let height = dice.between(2.5, 3.1);
        let arm = if dice.chance(0.35) { dice.between(2.6, 4.4) * towards } else { 0.0 };
        let arm_height = dice.between(4.6, 5.2);
        let mut heads = vec![vec3(0.0, height, 0.16)];
        if arm != 0.0 {
            heads.push(vec3(arm, arm_height - 0.2, 0.14));
            if dice.chance(0.35) {
                heads.push(vec3(arm * 0.5, arm_height - 0.2, 0.14));
            }
        }
        Self {
            heads,
            showing: dice.weighted([(0, 0.45), (1, 0.15), (2, 0.4)]),
            housing: dice.pick([hex(0x1c1e20), hex(0x1c1e20), hex(0x23352c), hex(0xd9a520)]),
            backplate: dice.chance(0.4).then(|| dice.pick([hex(0x1a1b1d), hex(0xe7e4da)])),
            post: dice.pick([hex(0x4b4f53), hex(0x7b8084), hex(0x2d3033), hex(0x3c4a42)]),
            height,
            arm,
            arm_height,
        }
    }

    fn draw_head(&self, pen: &mut Pen<'_>, frame: &Frame, centre: Vec3) {
        let (half, tall, deep) = (0.19, 0.54, 0.12);
        let at = |x: f32, y: f32, z: f32| frame.at(centre.x + x, centre.y + y, centre.z + z);
        let front = frame.turn(0.0, 0.0, 1.0);
        if let Some(colour) = self.backplate {
            let plate = |margin: f32| {
                [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]
                    .map(|(x, y)| at(x * (half + margin), y * (tall + margin), 0.0))
            };
            pen.sheet(&plate(0.13), if pen.faces(at(0.0, 0.0, 0.0), front) { colour } else { hex(0x2a2b2d) });
            pen.sheet(&plate(0.09), hex(0x1a1b1d));
        }
        pen.block(frame, centre, vec3(half, tall, deep), self.housing);
        if !pen.faces(at(0.0, 0.0, deep), front) {
            return;
        }
        for (lamp, lit_colour) in (0_u32..).zip(LAMPS) {
            let y = 0.36 - lamp as f32 * 0.36;
            let middle = at(0.0, y, deep + 0.005);
            let radius = 0.148;
            let (across, up) = (frame.turn(radius, 0.0, 0.0), UP * radius);
            pen.disc(middle, across * 1.12, up * 1.12, grey(0.03));
            if lamp == self.showing {
                let points = crate::pen::circle(middle, across, up);
                pen.glowing(&points, front, lit_colour);
                pen.glowing(
                    &crate::pen::circle(middle, across * 0.5, up * 0.5),
                    front,
                    lit_colour.mix(grey(1.0), 0.45),
                );
                pen.halo(middle, 0.55, lit_colour, 0.35 + 0.55 * pen.light.dark);
            } else {
                pen.disc(middle, across, up, lit_colour.saturate(0.7) * 0.26);
            }
            let visor: Vec<_> = [(-1.0_f32, 0.1_f32), (-0.75, 0.72), (0.0, 1.08), (0.75, 0.72), (1.0, 0.1)]
                .iter()
                .map(|(x, v)| at(x * radius * 1.1, y + v * radius, deep + 0.01))
                .collect();
            pen.rod(&visor, 0.035, self.housing * 0.8);
            let hood = [
                at(-0.13, y + 0.1, deep),
                at(0.13, y + 0.1, deep),
                at(0.11, y + 0.15, deep + 0.17),
                at(-0.11, y + 0.15, deep + 0.17),
            ];
            pen.sheet(&hood, self.housing * 0.7);
        }
    }
}

impl Sketch for TrafficLight {
    fn footprint(&self) -> Footprint {
        Footprint { half_width: 0.25, half_length: 0.25, height: self.height + 0.6 }
    }

    fn span(&self) -> (f32, f32) {
        (self.height - 2.6, self.height + 0.6)
    }

    fn parts(&self) -> Vec<ObjectClass> {
        self.heads.iter().map(|_| ObjectClass::TrafficLight).collect()
    }

    fn draw(&self, pen: &mut Pen<'_>, frame: &Frame) {
        let away = !pen.faces(frame.at(0.0, self.height, 0.0), frame.turn(0.0, 0.0, 1.0));
        let heads = |pen: &mut Pen<'_>| {
            for (part, head) in self.heads.iter().enumerate() {
                pen.belongs_to(Some(part));
                self.draw_head(pen, frame, *head);
            }
        };
        if away {
            heads(pen);
        }
        pen.belongs_to(None);
        let foot = frame.origin;
        let top = if self.arm == 0.0 { self.height + 0.5 } else { self.arm_height + 0.1 };
        pen.lathe(foot, &[(0.15, 0.0), (0.13, 0.25)], self.post * 0.9);
        pen.limb(foot, 0.075, foot + UP * top, 0.06, self.post);
        if self.arm != 0.0 {
            pen.limb(
                frame.at(0.0, self.arm_height, 0.0),
                0.06,
                frame.at(self.arm, self.arm_height + 0.15, 0.0),
                0.045,
                self.post,
            );
        }
        pen.block(frame, vec3(0.0, 1.15, 0.1), vec3(0.07, 0.12, 0.05), hex(0xd9a520));
        if !away {
            heads(pen);
        }
    }
}
