//! The plan of a street: road, pavements, side road, crossings, houses and gaps; knows no camera and no objects.

use crate::{
    building::Building,
    colour::{Colour, hex},
    dice::Dice,
};

/// What lies behind a pavement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// A row of houses.
    Houses,
    /// Grass behind a low wall of nothing: open ground.
    Park,
}

/// How the middle of the road is painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CentreLine {
    Dashed,
    DoubleYellow,
    Plain,
}

/// How pavements are laid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paving {
    Slabs,
    Brick,
    Concrete,
}

/// A stretch along the street, in metres of z.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    pub(crate) from: f32,
    pub(crate) to: f32,
}

impl Stretch {
    pub(crate) fn holds(self, z: f32) -> bool {
        z >= self.from && z <= self.to
    }
}

/// One street, running along z with its middle at x = 0.
#[derive(Debug, Clone)]
pub(crate) struct Street {
    pub(crate) half_road: f32,
    pub(crate) pavement: f32,
    pub(crate) centre_line: CentreLine,
    pub(crate) paving: Paving,
    pub(crate) asphalt: Colour,
    pub(crate) paving_colour: Colour,
    pub(crate) grass: Colour,
    pub(crate) bicycle_lane: Option<Colour>,
    pub(crate) edge_lines: bool,
    pub(crate) side_road: Option<Stretch>,
    pub(crate) crossings: Vec<Stretch>,
    pub(crate) left: Side,
    pub(crate) right: Side,
    pub(crate) buildings: Vec<Building>,
    pub(crate) salt: u32,
}

impl Street {
    /// A street of its own; `dark` is how many windows are lit, `snow` whitens roofs.
    pub(crate) fn new(dark: f32, dice: &mut Dice) -> Self {
        let half_road = dice.weighted([(3.3, 0.25), (4.6, 0.45), (6.4, 0.3)]);
        let side_road = dice.chance(0.45).then(|| {
            let from = dice.between(7.0, 26.0);
            Stretch { from, to: from + dice.between(6.0, 9.0) }
        });
        let mut crossings = Vec::new();
        if let Some(road) = side_road {
            if dice.chance(0.8) {
                crossings.push(Stretch { from: road.from - 4.6, to: road.from - 1.6 });
            }
            if dice.chance(0.5) {
                crossings.push(Stretch { from: road.to + 1.6, to: road.to + 4.6 });
            }
        } else if dice.chance(0.4) {
            let from = dice.between(4.0, 18.0);
            crossings.push(Stretch { from, to: from + 3.0 });
        }
        let side = |dice: &mut Dice| dice.weighted([(Side::Houses, 0.8), (Side::Park, 0.2)]);
        let (left, right) = (side(dice), side(dice));
        let centre_lines = [(CentreLine::Dashed, 0.55), (CentreLine::DoubleYellow, 0.2), (CentreLine::Plain, 0.25)];
        let mut street = Self {
            half_road,
            pavement: dice.between(2.6, 4.4),
            centre_line: dice.weighted(centre_lines),
            paving: dice.pick([Paving::Slabs, Paving::Brick, Paving::Concrete]),
            asphalt: dice.pick([hex(0x5d5f63), hex(0x6b6a68), hex(0x53565c), hex(0x74716d)]),
            paving_colour: dice.pick([hex(0xa9a49b), hex(0xb5afa6), hex(0x9d9a98), hex(0xb39b8b), hex(0xa78f80)]),
            grass: dice.pick([hex(0x6f8f4a), hex(0x7d9650), hex(0x5f8445)]),
            bicycle_lane: dice.chance(0.2).then(|| dice.pick([hex(0x9a5a4c), hex(0x5a8a68)])),
            edge_lines: dice.chance(0.5),
            side_road,
            crossings,
            left,
            right,
            buildings: Vec::new(),
            salt: dice.salt(),
        };
        street.build(dark, dice);
        street
    }

    /// Distance from the middle of the road to the house fronts.
    pub(crate) fn front(&self) -> f32 {
        self.half_road + self.pavement
    }

    /// True where wheels roll: the road, the side road and the rounded corners between them.
    pub(crate) fn is_road(&self, x: f32, z: f32) -> bool {
        let across = x.abs();
        if across < self.half_road {
            return true;
        }
        let Some(road) = self.side_road else { return false };
        if road.holds(z) {
            return true;
        }
        let radius = 2.2;
        let beside = if z < road.from { road.from - z } else { z - road.to };
        if beside > radius || across > self.half_road + radius {
            return false;
        }
        let (dx, dz) = (self.half_road + radius - across, radius - beside);
        dx * dx + dz * dz > radius * radius
    }

    fn build(&mut self, dark: f32, dice: &mut Dice) {
        let setback = self.front();
        let alike = dice.chance(0.25);
        for (sign, side) in [(-1.0, self.left), (1.0, self.right)] {
            if side == Side::Park {
                continue;
            }
            let storeys = dice.weighted([(2, 0.3), (3, 0.35), (4, 0.25), (6, 0.1)]);
            let twin = Building::new(storeys, dark, dice);
            let mut z = -34.0;
            while z < 120.0 {
                let width = dice.between(7.0, 15.0);
                let end = match self.side_road {
                    Some(road) if z < road.from && z + width > road.from - self.pavement * 0.7 => {
                        road.from - self.pavement * 0.7
                    }
                    _ => z + width,
                };
                if end - z > 3.5 {
                    let house = if alike { twin.repainted(dice) } else { Building::new(storeys, dark, dice) };
                    let deep = dice.between(9.0, 13.0);
                    let back = setback + if dice.chance(0.15) { dice.between(0.5, 2.5) } else { 0.0 };
                    let (near, far) = (back * sign, (back + deep) * sign);
                    self.buildings.push(house.standing(near.min(far), near.max(far), z, end));
                }
                z = match self.side_road {
                    Some(road) if end + 0.1 >= road.from - self.pavement * 0.7 && z < road.from => {
                        road.to + self.pavement * 0.7
                    }
                    _ if dice.chance(0.07) => end + dice.between(2.0, 5.0),
                    _ => end,
                };
            }
        }
    }
}
