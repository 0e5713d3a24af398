//! People: gait, build, clothes, umbrella; on foot, seated or riding. Knows no pavement and no vehicle.

use crate::{
    class::ObjectClass,
    colour::{Colour, grey, hex},
    dice::Dice,
    geometry::{Footprint, Frame, UP, Vec3, joint, vec3},
    objects::Sketch,
    pen::{Pen, circle},
};

/// What the body is doing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Pose {
    /// Upright; stride from -1 to 1 says which leg leads and how far.
    Upright { stride: f32 },
    /// On a seat this high.
    Seated { seat: f32 },
    /// On a two-wheeler: where the body is held, in its frame.
    Riding { seat: Vec3, hands: Vec3, feet: (Vec3, Vec3) },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hair {
    Short,
    Long,
    Cap,
    Helmet,
}

/// A person.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pose: Pose,
    size: f32,
    build: f32,
    skin: Colour,
    hair_colour: Colour,
    hair: Hair,
    top: Colour,
    legs: Colour,
    shoes: Colour,
    coat: bool,
    skirt: bool,
    umbrella: Option<Colour>,
    backpack: Option<Colour>,
    bag: Option<Colour>,
}

const TOPS: [Colour; 14] = [
    hex(0xb5322e),
    hex(0x2e5f9e),
    hex(0xe0a52c),
    hex(0x3f7d58),
    hex(0xe7e3d8),
    hex(0x2b2e35),
    hex(0x6d4a7e),
    hex(0xc9683a),
    hex(0x77a3b8),
    hex(0x8a2f4a),
    hex(0xd9b38c),
    hex(0x56606b),
    hex(0xe58fa0),
    hex(0x1f7f86),
];
const SKINS: [Colour; 6] = [hex(0xf0c8a8), hex(0xe0ac84), hex(0xc68a60), hex(0x9c6743), hex(0x70462e), hex(0xe8b898)];
const HAIRS: [Colour; 6] = [hex(0x2a211c), hex(0x4a3223), hex(0x7a5534), hex(0xb98c4e), hex(0x8c8880), hex(0x1b1a1c)];

impl Person {
    /// A person of their own in this pose; `umbrellas` is how likely one is carried open, `cold` favours coats.
    pub(crate) fn new(pose: Pose, umbrellas: f32, cold: f32, dice: &mut Dice) -> Self {
        let riding = matches!(pose, Pose::Riding { .. });
        let upright = matches!(pose, Pose::Upright { .. });
        let hair = match dice.weighted([(0, 0.45), (1, 0.35), (2, 0.2)]) {
            _ if riding && dice.chance(0.6) => Hair::Helmet,
            0 => Hair::Short,
            1 => Hair::Long,
            _ => Hair::Cap,
        };
        let child = upright && dice.chance(0.1);
        Self {
            pose,
            size: if child { dice.between(0.66, 0.78) } else { dice.between(0.94, 1.08) },
            build: dice.between(0.92, 1.2),
            skin: dice.pick(SKINS),
            hair_colour: dice.pick(HAIRS),
            hair,
            top: dice.pick(TOPS),
            legs: dice.pick([hex(0x2c3547), hex(0x3a3a3f), hex(0x54493d), hex(0x8a7f6b), hex(0x26282c), hex(0x4a5a78)]),
            shoes: dice.pick([hex(0x26221f), hex(0x5a3b28), hex(0xd9d6cf), hex(0x8f2f2f)]),
            coat: upright && dice.chance(0.2 + 0.5 * cold),
            skirt: upright && dice.chance(0.2),
            umbrella: (upright && !child && dice.chance(umbrellas)).then(|| dice.pick(TOPS)),
            backpack: (!matches!(pose, Pose::Seated { .. }) && dice.chance(0.25)).then(|| dice.pick(TOPS)),
            bag: (upright && dice.chance(0.3))
                .then(|| dice.pick([hex(0x6a4630), hex(0x2c2c30), hex(0xb8432f), hex(0xc9b48a)])),
        }
    }

    /// Someone walking or standing.
    pub(crate) fn on_foot(umbrellas: f32, cold: f32, dice: &mut Dice) -> Self {
        let stride = if dice.chance(0.25) { 0.06 } else { dice.sign() * dice.between(0.45, 1.0) };
        Self::new(Pose::Upright { stride }, umbrellas, cold, dice)
    }

    /// Draws the person; outlines go to whatever part the pen is set to.
    pub(crate) fn figure(&self, pen: &mut Pen<'_>, frame: &Frame) {
        let bones = self.bones();
        let s = self.size;
        let at = |p: Vec3| frame.at(p.x, p.y, p.z);
        let b = self.build;
        let mut parts = Vec::new();
        let mut add = |balls: Vec<(Vec3, f32)>, colour: Colour, nearer: f32| {
            let balls: Vec<_> = balls.into_iter().map(|(p, r)| (at(p), r * s)).collect();
            let depth = balls.iter().map(|ball| pen.depth(ball.0)).sum::<f32>() / balls.len() as f32;
            parts.push((depth - nearer, balls, colour));
        };
        let sleeve = if self.coat || self.build > 1.05 { self.top } else { self.top * 0.95 };
        let leg_colour = if self.skirt { self.skin } else { self.legs };
        for leg in &bones.legs {
            add(vec![(leg.hip, 0.088 * b), (leg.knee, 0.062)], if self.skirt { self.legs } else { leg_colour }, 0.0);
            add(vec![(leg.knee, 0.06), (leg.ankle, 0.045)], leg_colour, 0.0);
            add(vec![(leg.ankle + vec3(0.0, -0.015, -0.03), 0.045), (leg.toe, 0.036)], self.shoes, 0.01);
        }
        let (chest, hips) = (bones.chest, bones.hips);
        let across = vec3(0.15 * b, 0.0, 0.0);
        let down = (hips - chest).unit();
        let torso = vec![
            (chest - across, 0.075),
            (chest + across, 0.075),
            (hips - across * 0.62, 0.1 * b),
            (hips + across * 0.62, 0.1 * b),
            (chest.toward(hips, 0.35) + vec3(0.0, 0.0, 0.03), 0.11 * b),
        ];
        add(torso, self.top, 0.0);
        if self.coat || self.skirt {
            let hem = hips + vec3(0.0, -0.3, 0.0);
            let wide = vec3(0.15 * b, 0.0, 0.0);
            let colour = if self.coat { self.top * 0.97 } else { self.legs };
            let from = if self.coat { chest.toward(hips, 0.5) } else { hips };
            add(
                vec![(from - across * 0.7, 0.09), (from + across * 0.7, 0.09), (hem - wide, 0.07), (hem + wide, 0.07)],
                colour,
                0.02,
            );
        }
        if let Some(colour) = self.backpack {
            let back = chest.toward(hips, 0.4) + vec3(0.0, 0.0, -0.19);
            add(vec![(back - down * 0.17, 0.12), (back + down * 0.12, 0.14)], colour, 0.0);
        }
        for (side, arm) in [(-1.0, &bones.arms.0), (1.0, &bones.arms.1)] {
            let shoulder = chest + vec3(side * 0.19 * b, 0.0, 0.0);
            add(vec![(shoulder, 0.062 * b), (arm.0, 0.05)], sleeve, 0.03);
            add(vec![(arm.0, 0.05), (arm.1, 0.036)], sleeve, 0.03);
            add(vec![(arm.1, 0.042)], self.skin, 0.04);
        }
        if let Some(colour) = self.bag {
            let hand = bones.arms.1.1;
            add(
                vec![
                    (hand + vec3(0.02, -0.2, -0.1), 0.06),
                    (hand + vec3(0.02, -0.2, 0.1), 0.06),
                    (hand + vec3(0.02, -0.38, 0.0), 0.09),
                ],
                colour,
                0.05,
            );
        }
        let head = bones.head;
        add(vec![(chest + UP * 0.05, 0.055), (head + UP * -0.1, 0.05)], self.skin * 0.9, 0.0);
        add(vec![(head, 0.1), (head + vec3(0.0, -0.055, 0.02), 0.075)], self.skin, 0.06);
        let back = head + vec3(0.0, 0.03, -0.04);
        match self.hair {
            Hair::Short => add(vec![(back, 0.104), (head + vec3(0.0, 0.065, 0.025), 0.072)], self.hair_colour, 0.03),
            Hair::Long => {
                add(vec![(back, 0.112), (back + vec3(0.0, -0.2, -0.03), 0.085)], self.hair_colour, 0.03);
                add(vec![(head + vec3(0.0, 0.07, 0.02), 0.075)], self.hair_colour, 0.09);
            }
            Hair::Cap => {
                add(vec![(back, 0.1)], self.hair_colour, 0.03);
                add(vec![(head + vec3(0.0, 0.055, 0.0), 0.1), (head + vec3(0.0, 0.05, 0.13), 0.028)], self.legs, 0.09);
            }
            Hair::Helmet => add(
                vec![(head + vec3(0.0, 0.05, -0.02), 0.122), (head + vec3(0.0, 0.045, 0.05), 0.1)],
                self.top * 0.6 + grey(0.25),
                0.09,
            ),
        }
        parts.sort_by(|a, b| b.0.total_cmp(&a.0));
        if let Some(colour) = self.umbrella {
            let grip = at(bones.arms.1.1);
            let tip = at(vec3(0.12, 2.12 * s, 0.1 * s));
            for (_, balls, colour) in &parts {
                pen.hull(balls, *colour);
            }
            pen.rod(&[grip, tip], 0.025, grey(0.2));
            let rim = tip - UP * (0.3 * s);
            pen.lathe(rim, &[(0.58 * s, 0.0), (0.46 * s, 0.14 * s), (0.26 * s, 0.24 * s), (0.02, 0.3 * s)], colour);
            for spoke in circle(rim, vec3(0.58 * s, 0.0, 0.0), vec3(0.0, 0.0, 0.58 * s)).into_iter().step_by(4) {
                if pen.depth(spoke) < pen.depth(rim) {
                    let bend = spoke.toward(tip, 0.4) + UP * 0.06;
                    pen.rod(&[spoke, bend, tip], 0.012, colour * 0.7);
                }
            }
            return;
        }
        for (_, balls, colour) in &parts {
            pen.hull(balls, *colour);
        }
    }

    fn bones(&self) -> Bones {
        let s = self.size;
        match self.pose {
            Pose::Upright { stride } => upright(stride, s, self.umbrella.is_some()),
            Pose::Seated { seat } => {
                let hips = vec3(0.0, seat + 0.1, -0.05);
                let leg = |x: f32| {
                    let ankle = vec3(x, 0.08, 0.42 * s);
                    let hip = hips + vec3(x, 0.0, 0.0);
                    let knee = joint(hip, ankle, 0.44 * s, 0.43 * s, vec3(0.0, 0.6, 1.0));
                    Leg { hip, knee, ankle, toe: ankle + vec3(0.0, -0.03, 0.16) }
                };
                let chest = hips + vec3(0.0, 0.44 * s, -0.08);
                let arm = |side: f32| {
                    let hand = vec3(side * 0.12, seat + 0.22, 0.22 * s);
                    (
                        joint(
                            chest + vec3(side * 0.19, 0.0, 0.0),
                            hand,
                            0.29 * s,
                            0.27 * s,
                            vec3(side * 0.6, -0.6, -0.5),
                        ),
                        hand,
                    )
                };
                Bones {
                    hips,
                    chest,
                    head: chest + vec3(0.0, 0.25 * s, 0.03),
                    legs: [leg(-0.1), leg(0.1)],
                    arms: (arm(-1.0), arm(1.0)),
                }
            }
            Pose::Riding { seat, hands, feet } => {
                let hips = seat + UP * 0.06;
                let reach = (hands - hips).unit();
                let chest = hips + vec3(0.0, 0.45, 0.0) + vec3(0.0, -0.04, reach.z * 0.24);
                let leg = |foot: Vec3| {
                    let hip = hips + vec3(foot.x, 0.0, 0.0);
                    let ankle = foot + vec3(0.0, 0.08, -0.05);
                    Leg {
                        hip,
                        knee: joint(hip, ankle, 0.44 * s, 0.43 * s, vec3(0.0, 0.5, 1.0)),
                        ankle,
                        toe: foot + vec3(0.0, 0.03, 0.13),
                    }
                };
                let arm = |side: f32| {
                    let hand = vec3(side * hands.x, hands.y, hands.z);
                    (
                        joint(
                            chest + vec3(side * 0.19, 0.0, 0.0),
                            hand,
                            0.29 * s,
                            0.28 * s,
                            vec3(side * 0.5, -1.0, 0.0),
                        ),
                        hand,
                    )
                };
                let head = chest + vec3(0.0, 0.24, 0.09);
                Bones { hips, chest, head, legs: [leg(feet.0), leg(feet.1)], arms: (arm(-1.0), arm(1.0)) }
            }
        }
    }
}

#[derive(Debug)]
struct Leg {
    hip: Vec3,
    knee: Vec3,
    ankle: Vec3,
    toe: Vec3,
}

#[derive(Debug)]
struct Bones {
    hips: Vec3,
    chest: Vec3,
    head: Vec3,
    legs: [Leg; 2],
    /// Left and right: elbow, hand.
    arms: ((Vec3, Vec3), (Vec3, Vec3)),
}

fn upright(stride: f32, s: f32, umbrella: bool) -> Bones {
    let swing = stride * 0.5;
    let (thigh, shin) = (0.44 * s, 0.42 * s);
    let drop = (1.0 - swing.cos()) * (thigh + shin);
    let hips = vec3(0.0, 0.93 * s - drop, 0.0);
    let leg = |x: f32, angle: f32| {
        let hip = hips + vec3(x, 0.0, 0.0);
        let knee_bend = if angle < 0.0 { 0.55 * -angle } else { 0.06 };
        let knee_angle = angle + knee_bend * 0.5;
        let knee = hip + vec3(0.0, -knee_angle.cos() * thigh, knee_angle.sin() * thigh);
        let low = angle - knee_bend;
        let ankle = knee + vec3(0.0, -low.cos() * shin, low.sin() * shin);
        let ankle = vec3(ankle.x, ankle.y.max(0.07 * s), ankle.z);
        Leg { hip, knee, ankle, toe: ankle + vec3(0.0, -0.035 * s - 0.25 * (-angle).max(0.0) * 0.1, 0.16 * s) }
    };
    let chest = hips + vec3(0.0, 0.47 * s, 0.02 * stride.abs());
    let arm = |side: f32, angle: f32| {
        let shoulder = chest + vec3(side * 0.2 * s, 0.0, 0.0);
        let elbow = shoulder + vec3(side * 0.04, -angle.cos() * 0.28 * s, angle.sin() * 0.28 * s);
        let low = angle + 0.35;
        (elbow, elbow + vec3(0.0, -low.cos() * 0.26 * s, low.sin() * 0.26 * s))
    };
    let holding = (chest + vec3(0.24 * s, -0.22 * s, 0.1 * s), chest + vec3(0.14 * s, -0.05 * s, 0.27 * s));
    let right = if umbrella { holding } else { arm(1.0, swing * 0.9) };
    Bones {
        hips,
        chest,
        head: chest + vec3(0.0, 0.26 * s, 0.03),
        legs: [leg(-0.09 * s, swing), leg(0.09 * s, -swing)],
        arms: (arm(-1.0, -swing * 0.9), right),
    }
}

impl Sketch for Person {
    fn footprint(&self) -> Footprint {
        let room = if self.umbrella.is_some() { 0.5 } else { 0.3 };
        Footprint { half_width: room, half_length: room, height: 1.78 * self.size }
    }

    fn parts(&self) -> Vec<ObjectClass> {
        vec![ObjectClass::Person]
    }

    fn draw(&self, pen: &mut Pen<'_>, frame: &Frame) {
        pen.belongs_to(Some(0));
        self.figure(pen, frame);
    }
}
