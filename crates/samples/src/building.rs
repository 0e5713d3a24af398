//! Houses: a box with storeys, windows, shops and a roof, asked for its surface point by point; knows no camera.

use crate::{
    colour::{Colour, grey, hex, rgb},
    dice::Dice,
    geometry::{Vec3, smooth, vec3},
    noise::{cell, layered, value},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wall {
    Brick,
    Render,
    Stone,
    Cladding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Window {
    Sash,
    Casement,
    Plain,
    Ribbon,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GroundFloor {
    Shops,
    Flats,
    Garages,
}

/// What a point of a house looks like before light falls on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surface {
    pub(crate) base: Colour,
    /// Light of its own, as from a lit window.
    pub(crate) glow: Colour,
    /// Share of the sky it mirrors.
    pub(crate) gloss: f32,
}

/// Where a line of sight meets a house.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    /// Metres of depth.
    pub(crate) depth: f32,
    pub(crate) outward: Vec3,
    roof: bool,
}

/// One house.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Building {
    low: Vec3,
    high: Vec3,
    wall: Wall,
    window: Window,
    ground_floor: GroundFloor,
    colour: Colour,
    trim: Colour,
    accent: Colour,
    roof: Colour,
    ground_height: f32,
    storey: f32,
    bay: f32,
    window_share: (f32, f32),
    lit_share: f32,
    /// Height of a pitched roof above the eaves, or 0 for a flat one.
    ridge: f32,
    shutters: Option<Colour>,
    salt: u32,
}

const BRICKS: [Colour; 5] = [hex(0xa5654d), hex(0x8f5646), hex(0xb98563), hex(0xc7a57d), hex(0x7d5a50)];
const RENDERS: [Colour; 9] = [
    hex(0xe4d6ba),
    hex(0xd9b48f),
    hex(0xcfd8d3),
    hex(0xe0c3b2),
    hex(0xb9c7cf),
    hex(0xe7e2d6),
    hex(0xd8c27f),
    hex(0xc98f78),
    hex(0xa9b79c),
];
const STONES: [Colour; 3] = [hex(0xc9bda5), hex(0xb3ab9c), hex(0xd3c9b4)];
const CLADDINGS: [Colour; 4] = [hex(0x8c9499), hex(0xb9b4aa), hex(0x6f7a80), hex(0xa68d78)];
const ACCENTS: [Colour; 9] = [
    hex(0x2f5d50),
    hex(0x8c2f39),
    hex(0x24476b),
    hex(0xc98a2b),
    hex(0x3c3f44),
    hex(0x6a3e63),
    hex(0x276e7a),
    hex(0xb4492e),
    hex(0x50623a),
];

impl Building {
    /// A house of about this many storeys, not yet standing anywhere.
    pub(crate) fn new(storeys: u32, dark: f32, dice: &mut Dice) -> Self {
        let wall =
            dice.weighted([(Wall::Brick, 0.4), (Wall::Render, 0.35), (Wall::Stone, 0.12), (Wall::Cladding, 0.13)]);
        let colour = match wall {
            Wall::Brick => dice.pick(BRICKS),
            Wall::Render => dice.pick(RENDERS),
            Wall::Stone => dice.pick(STONES),
            Wall::Cladding => dice.pick(CLADDINGS),
        };
        let ground_floor =
            dice.weighted([(GroundFloor::Shops, 0.55), (GroundFloor::Flats, 0.35), (GroundFloor::Garages, 0.1)]);
        let ground_height = if ground_floor == GroundFloor::Shops { dice.between(3.6, 4.3) } else { 3.1 };
        let storey = dice.between(2.9, 3.4);
        let storeys = (storeys + dice.below(2)).max(1);
        let height = ground_height + storey * storeys as f32 + dice.between(0.3, 0.9);
        let window = match wall {
            Wall::Cladding => dice.pick([Window::Ribbon, Window::Plain]),
            _ => dice.weighted([(Window::Sash, 0.5), (Window::Casement, 0.3), (Window::Plain, 0.2)]),
        };
        let pitched = wall != Wall::Cladding && storeys < 4 && dice.chance(0.6);
        Self {
            low: vec3(0.0, 0.0, 0.0),
            high: vec3(0.0, height, 0.0),
            wall,
            window,
            ground_floor,
            colour,
            trim: dice.pick([hex(0xe9e4d8), hex(0xd7cfc0), hex(0x54514d), hex(0xf2f0ea), hex(0xb9a98f)]),
            accent: dice.pick(ACCENTS),
            roof: dice.pick([hex(0x6b4a40), hex(0x55565c), hex(0x7d5240), hex(0x474b52)]),
            ground_height,
            storey,
            bay: dice.between(2.0, 3.2),
            window_share: (dice.between(0.38, 0.56), dice.between(0.46, 0.6)),
            lit_share: dark * dice.between(0.2, 0.6),
            ridge: if pitched { dice.between(2.2, 3.8) } else { 0.0 },
            shutters: (wall == Wall::Render && dice.chance(0.35)).then(|| dice.pick(ACCENTS)),
            salt: dice.salt(),
        }
    }

    /// The same house in another colour, as in a terrace.
    pub(crate) fn repainted(&self, dice: &mut Dice) -> Self {
        let colour = if self.wall == Wall::Render { dice.pick(RENDERS) } else { self.colour };
        Self { colour, accent: dice.pick(ACCENTS), salt: dice.salt(), ..*self }
    }

    /// The same house on this ground, in metres.
    pub(crate) fn standing(self, from_x: f32, to_x: f32, from_z: f32, to_z: f32) -> Self {
        Self { low: vec3(from_x, 0.0, from_z), high: vec3(to_x, self.high.y, to_z), ..self }
    }

    pub(crate) fn low(&self) -> Vec3 {
        self.low
    }

    pub(crate) fn high(&self) -> Vec3 {
        self.high
    }

    /// The colour of its shop front, when it has one.
    pub(crate) fn shop(&self) -> Option<(Colour, f32)> {
        (self.ground_floor == GroundFloor::Shops).then_some((self.accent, self.ground_height))
    }

    /// Where a ray (one metre of depth per unit) first meets the house beyond `nearest`.
    pub(crate) fn hit(&self, from: Vec3, ray: Vec3, nearest: f32) -> Option<Hit> {
        let (inverse_x, inverse_z) = (1.0 / ray.x, 1.0 / ray.z);
        let slab = |low: f32, high: f32, at: f32, inverse: f32| {
            let (a, b) = ((low - at) * inverse, (high - at) * inverse);
            if a < b { (a, b) } else { (b, a) }
        };
        let (in_x, out_x) = slab(self.low.x, self.high.x, from.x, inverse_x);
        let (in_z, out_z) = slab(self.low.z, self.high.z, from.z, inverse_z);
        let (enter, leave) = (in_x.max(in_z), out_x.min(out_z));
        if enter > leave || leave < nearest {
            return None;
        }
        if enter < nearest {
            return None;
        }
        let outward = if in_x > in_z { vec3(-ray.x.signum(), 0.0, 0.0) } else { vec3(0.0, 0.0, -ray.z.signum()) };
        let y = from.y + ray.y * enter;
        let at_x = from.x + ray.x * enter;
        let gable = if in_z >= in_x { self.roof_height(at_x) } else { 0.0 };
        if (0.0..self.high.y + gable).contains(&y) {
            return Some(Hit { depth: enter, outward, roof: false });
        }
        if self.ridge > 0.0 && y >= self.high.y {
            return self.hit_roof(from, ray, enter, leave);
        }
        None
    }

    fn roof_height(&self, x: f32) -> f32 {
        let half = (self.high.x - self.low.x) / 2.0;
        self.ridge * (1.0 - ((x - self.low.x - half) / half).abs())
    }

    fn hit_roof(&self, from: Vec3, ray: Vec3, enter: f32, leave: f32) -> Option<Hit> {
        let half = (self.high.x - self.low.x) / 2.0;
        let slope = self.ridge / half;
        [(self.low.x, -1.0), (self.high.x, 1.0)]
            .into_iter()
            .filter_map(|(eaves, sign)| {
                let across = -sign * slope;
                let depth = (self.high.y + across * (from.x - eaves) - from.y) / (ray.y - across * ray.x);
                let y = from.y + ray.y * depth;
                let within = depth >= enter - 1e-3 && depth <= leave && y >= self.high.y - 1e-2;
                let outward = vec3(sign * slope, 1.0, 0.0).unit();
                (within && y <= self.high.y + self.ridge + 1e-2 && outward.dot(ray) < 0.0).then_some(Hit {
                    depth,
                    outward,
                    roof: true,
                })
            })
            .min_by(|a, b| a.depth.total_cmp(&b.depth))
    }

    /// True when something of this house stands between `from` and the sun.
    pub(crate) fn shades(&self, from: Vec3, sun_from: Vec3) -> bool {
        let slab = |low: f32, high: f32, at: f32, step: f32| {
            let (a, b) = ((low - at) / step, (high - at) / step);
            if a < b { (a, b) } else { (b, a) }
        };
        let (in_x, out_x) = slab(self.low.x, self.high.x, from.x, sun_from.x);
        let (in_z, out_z) = slab(self.low.z, self.high.z, from.z, sun_from.z);
        let (enter, leave) = (in_x.max(in_z).max(0.02), out_x.min(out_z));
        enter < leave && from.y + sun_from.y * enter < self.high.y + self.ridge * 0.5
    }

    /// The surface at a point of the house; `pixel` is how many metres a pixel spans there.
    pub(crate) fn surface(&self, hit: Hit, at: Vec3, pixel: f32, sky: Colour, snow: f32) -> Surface {
        if hit.roof {
            let course = fade(0.28, pixel) * (0.5 - value(at.z * 1.6, at.y * 7.0, self.salt)) * 0.25;
            let base = (self.roof * (1.0 + course)).mix(grey(0.93), snow * 0.9);
            return Surface { base, glow: grey(0.0), gloss: 0.0 };
        }
        let (along, length) = if hit.outward.x.abs() > 0.5 {
            (at.z - self.low.z, self.high.z - self.low.z)
        } else {
            (at.x - self.low.x, self.high.x - self.low.x)
        };
        let blank = hit.outward.z.abs() > 0.5 && self.salt.is_multiple_of(3);
        let mut surface = if at.y < self.ground_height {
            self.ground_floor(along, at.y, length, pixel, sky, blank)
        } else {
            self.upper_floor(along, at.y, length, pixel, sky, blank)
        };
        let below_top = self.high.y - at.y;
        if below_top < 0.55 && below_top > 0.0 {
            let moulding = if below_top < 0.16 {
                1.06
            } else if below_top < 0.24 {
                0.72
            } else {
                0.97
            };
            surface = plain(self.trim.mix(self.colour, 0.3) * moulding);
        } else if below_top < 0.85 && below_top > 0.0 {
            surface.base = surface.base * (0.72 + 0.28 * smooth(0.55, 0.85, below_top));
        }
        let streaks = layered(along * 0.8, at.y * 0.22, 2, self.salt ^ 77);
        surface.base = surface.base * (0.9 + 0.16 * streaks) * (0.88 + 0.12 * smooth(0.0, 0.8, at.y));
        surface
    }

    fn wall_colour(&self, along: f32, y: f32, pixel: f32) -> Colour {
        let grain = (value(along * 9.0, y * 9.0, self.salt) - 0.5) * 0.08 * fade(0.12, pixel);
        match self.wall {
            Wall::Brick => {
                let course = (y / 0.12).floor();
                let shifted = along / 0.34 + if (course as i32) % 2 == 0 { 0.0 } else { 0.5 };
                let tone = (cell(shifted.floor() as i32, course as i32, self.salt) - 0.5) * 0.3 * fade(0.2, pixel);
                let joint = (y / 0.12).fract() < 0.16 || shifted.fract() < 0.05;
                let mortar = if joint { 0.32 * fade(0.035, pixel) } else { 0.0 };
                (self.colour * (1.0 + tone + grain)).mix(hex(0xb8aca0), mortar)
            }
            Wall::Render => self.colour * (1.0 + grain),
            Wall::Stone => {
                let course = (y / 0.5).floor();
                let shifted = along / 0.9 + if (course as i32) % 2 == 0 { 0.0 } else { 0.5 };
                let tone = (cell(shifted.floor() as i32, course as i32, self.salt) - 0.5) * 0.14;
                let joint = (y / 0.5).fract() < 0.06 || shifted.fract() < 0.03;
                self.colour * (1.0 + tone + grain - if joint { 0.2 * fade(0.06, pixel) } else { 0.0 })
            }
            Wall::Cladding => {
                let joint = (along / 1.2).fract() < 0.03 || (y / self.storey).fract() < 0.02;
                self.colour * (1.0 + grain * 0.4 - if joint { 0.25 * fade(0.07, pixel) } else { 0.0 })
            }
        }
    }

    fn bays(&self, along: f32, length: f32) -> (i32, f32, f32) {
        let count = (length / self.bay).round().max(1.0);
        let bay = length / count;
        let at = (along / bay).clamp(0.0, count - 0.001);
        (at.floor() as i32, at.fract(), bay)
    }

    fn upper_floor(&self, along: f32, y: f32, length: f32, pixel: f32, sky: Colour, blank: bool) -> Surface {
        let wall = plain(self.wall_colour(along, y, pixel));
        let above = y - self.ground_height;
        if above < 0.22 && self.wall != Wall::Cladding {
            return plain(self.trim * 0.92);
        }
        let level = (above / self.storey).floor();
        let up = above - level * self.storey;
        let top = 0.75 + self.storey * self.window_share.1;
        if blank || y > self.high.y - 0.9 || level * self.storey + top > self.high.y - self.ground_height - 0.55 {
            return wall;
        }
        let (bay_at, across, bay) = self.bays(along, length);
        let half = if self.window == Window::Ribbon { bay * 0.47 } else { bay * self.window_share.0 / 2.0 };
        let off = (across - 0.5) * bay;
        let room = cell(bay_at, level as i32, self.salt ^ 5);
        if off.abs() < half && up > 0.75 && up < top {
            let (x, v) = ((off + half) / (2.0 * half), (up - 0.75) / (top - 0.75));
            return self.pane(x, v, 2.0 * half, top - 0.75, room, sky, pixel);
        }
        if off.abs() < half + 0.1 && up > 0.62 && up <= 0.75 {
            return plain(self.trim * 1.02);
        }
        if off.abs() < half + 0.1 && up > 0.52 && up <= 0.62 {
            return plain(wall.base * 0.78);
        }
        if off.abs() < half + 0.1 && up >= top && up < top + 0.14 && self.wall != Wall::Render {
            return plain(self.trim.mix(self.colour, 0.35));
        }
        if let Some(shutters) = self.shutters
            && off.abs() < half * 1.62
            && off.abs() > half * 1.04
            && up > 0.75
            && up < top
        {
            let slat = if (up / 0.11).fract() < 0.35 { 0.2 * fade(0.08, pixel) } else { 0.0 };
            return plain(shutters * (1.05 - slat));
        }
        wall
    }

    fn pane(&self, x: f32, v: f32, width: f32, height: f32, room: f32, sky: Colour, pixel: f32) -> Surface {
        let frame = 0.06;
        let edge = x.min(1.0 - x) * width;
        let (from_top, from_bottom) = ((1.0 - v) * height, v * height);
        let bar = match self.window {
            Window::Sash => ((v - 0.5) * height).abs() < 0.035,
            Window::Casement => ((x - 0.5) * width).abs() < 0.035 || ((v - 0.72) * height).abs() < 0.025,
            Window::Plain => false,
            Window::Ribbon => ((x * 2.0).fract() - 0.5).abs() < 0.02,
        };
        if edge < frame || from_top.min(from_bottom) < frame || bar {
            return plain(self.trim * 0.96);
        }
        let reveal = 1.0 - 0.35 * (1.0 - smooth(0.0, 0.3, from_top - frame)) * fade(0.2, pixel);
        let curtain = room > 0.45 && (edge < width * 0.2 || (room > 0.8 && v > 0.55));
        if cell((room * 9999.0) as i32, 3, self.salt) < self.lit_share {
            let warm = rgb(1.0, 0.8, 0.5).mix(rgb(0.95, 0.9, 0.75), (room * 7.0).fract());
            let dim = if curtain { 0.62 } else { 0.7 + 0.3 * v };
            return Surface { base: grey(0.1), glow: warm * (dim * (0.65 + 0.35 * room)), gloss: 0.05 };
        }
        let dark = rgb(0.15, 0.18, 0.22);
        let sheen = 0.22 + 0.4 * (room * 3.7).fract() * smooth(0.1, 1.0, v + (x - 0.5) * 0.5);
        let glass = if curtain { hex(0xcfc9bd) * 0.62 } else { dark.mix(sky, sheen * 0.3) };
        Surface { base: glass * reveal, glow: grey(0.0), gloss: sheen * 0.45 }
    }

    fn ground_floor(&self, along: f32, y: f32, length: f32, pixel: f32, sky: Colour, blank: bool) -> Surface {
        let wall = self.wall_colour(along, y, pixel);
        if blank {
            return plain(wall);
        }
        match self.ground_floor {
            GroundFloor::Shops => self.shop_front(along, y, length, pixel, sky),
            GroundFloor::Flats => {
                let (bay_at, across, bay) = self.bays(along, length);
                let off = (across - 0.5) * bay;
                let door = bay_at.rem_euclid(3) == (self.salt % 3) as i32;
                if door && off.abs() < 0.62 && y < 2.55 {
                    if off.abs() > 0.5 || y > 2.42 {
                        return plain(self.trim);
                    }
                    let inset =
                        (off.abs() > 0.14 && off.abs() < 0.4) && ((0.3..0.9).contains(&y) || (1.1..1.75).contains(&y));
                    if y > 2.05 {
                        return Surface { base: rgb(0.2, 0.22, 0.25), glow: grey(0.0), gloss: 0.3 };
                    }
                    return plain(self.accent * if inset { 0.8 } else { 1.0 });
                }
                let half = bay * self.window_share.0 / 2.0;
                if !door && off.abs() < half && (0.95..2.45).contains(&y) {
                    let room = cell(bay_at, -4, self.salt);
                    return self.pane((off + half) / (2.0 * half), (y - 0.95) / 1.5, 2.0 * half, 1.5, room, sky, pixel);
                }
                if !door && off.abs() < half + 0.1 && (0.82..0.95).contains(&y) {
                    return plain(self.trim);
                }
                plain(if y < 0.5 { wall.mix(grey(0.42), 0.55) } else { wall })
            }
            GroundFloor::Garages => {
                let count = (length / 3.4).round().max(1.0);
                let across = (along / length * count).fract() * length / count;
                let inside = across > 0.45 && across < length / count - 0.45;
                if inside && y < 2.35 {
                    let ridge = if (y / 0.28).fract() < 0.14 { 0.16 * fade(0.1, pixel) } else { 0.0 };
                    return plain(self.trim.mix(self.accent, 0.35) * (0.92 - ridge));
                }
                plain(wall)
            }
        }
    }

    fn shop_front(&self, along: f32, y: f32, length: f32, pixel: f32, sky: Colour) -> Surface {
        let below = self.ground_height - y;
        if along < 0.3 || along > length - 0.3 || below < 0.12 {
            return plain(self.trim * 0.95);
        }
        if below < 1.0 {
            return self.fascia(along, below, length, pixel);
        }
        let count = (length / 2.4).round().max(1.0);
        let (at, across) = ((along / length * count).floor() as i32, (along / length * count).fract() * length / count);
        let door = at == (self.salt % (count as u32).max(1)) as i32;
        let width = length / count;
        let edge = across.min(width - across);
        if edge < 0.09 || below < 1.1 {
            return plain(self.accent * 0.75);
        }
        let sill = if door { 0.12 } else { 0.55 };
        if y < sill {
            return plain(self.accent * 0.85);
        }
        let depth = smooth(0.0, 1.0, y / self.ground_height);
        let goods = layered(along * 2.4, y * 2.1, 2, self.salt ^ 9);
        let hue = cell((along * 1.7) as i32, (y * 1.4) as i32, self.salt ^ 31);
        let stock = if y < 1.7 && !door {
            [hex(0xb88a5a), hex(0x8899a6), hex(0xa65f55), hex(0x7d9a7a), hex(0xd0b27a)]
                .into_iter()
                .nth((hue * 5.0) as usize)
                .unwrap_or(hex(0xb88a5a))
                * (0.35 + goods * 0.5)
        } else {
            rgb(0.24, 0.23, 0.22) * (0.6 + 0.7 * goods)
        };
        let open = self.lit_share > 0.0 && cell(7, 7, self.salt) < 0.35 + self.lit_share;
        let light = if open { stock.mix(rgb(1.0, 0.86, 0.62), 0.55) * (0.75 + 0.25 * depth) } else { grey(0.0) };
        let slant = value(along * 0.35 + y * 0.3, 0.5, self.salt ^ 2);
        let gloss = if open { 0.05 } else { 0.1 + 0.28 * smooth(0.45, 0.6, slant) };
        Surface { base: stock.mix(sky, 0.08), glow: light, gloss }
    }

    /// The name board, with letters that look like letters and say nothing.
    fn fascia(&self, along: f32, below: f32, length: f32, pixel: f32) -> Surface {
        let ground = self.accent;
        let ink = if ground.luma() > 0.5 { grey(0.15) } else { hex(0xf3ead6) };
        let letters = 4 + (self.salt % 6) as i32;
        let size = 0.42;
        let start = length / 2.0 - letters as f32 * size / 2.0;
        let at = (along - start) / size;
        let row = (below - 0.32) / 0.46;
        if at >= 0.0 && at < letters as f32 && (0.0..1.0).contains(&row) && at.fract() < 0.74 {
            let (column, line) = ((at.fract() / 0.74 * 3.0) as i32, (row * 5.0) as i32);
            let glyph = (cell(at as i32, 0, self.salt) * 8.0) as u32;
            let stem = column == (glyph % 2) as i32 * 2;
            let bar = line == [0, 2, 4, 2].into_iter().nth((glyph % 4) as usize).unwrap_or(2);
            let foot = line == 4 && glyph > 4;
            if stem || bar || foot {
                let glow = if self.lit_share > 0.1 { ink * 0.5 } else { grey(0.0) };
                return Surface {
                    base: ground.mix(ink, fade(0.25, pixel)),
                    glow: glow * fade(0.25, pixel),
                    gloss: 0.0,
                };
            }
        }
        plain(if below > 0.92 { ground * 0.7 } else { ground })
    }
}

fn plain(base: Colour) -> Surface {
    Surface { base, glow: grey(0.0), gloss: 0.0 }
}

/// How much of a detail of this size survives when a pixel spans `pixel` metres.
fn fade(size: f32, pixel: f32) -> f32 {
    1.0 - smooth(size * 0.35, size * 1.1, pixel)
}
