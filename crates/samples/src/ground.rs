//! The ground's own colour point by point: asphalt, paint, paving, grass, snow and puddles; knows no camera.

use crate::{
    colour::{Colour, grey, hex},
    geometry::smooth,
    noise::{cell, layered, value},
    street::{CentreLine, Paving, Street},
};

/// What a point of the ground looks like before light falls on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ground {
    pub(crate) base: Colour,
    /// Share of what is above that shows in it when wet.
    pub(crate) mirror: f32,
}

/// The ground at (x, z); `pixel` is how many metres a pixel spans there, `wet` and `snow` run 0..=1.
pub(crate) fn ground(street: &Street, x: f32, z: f32, pixel: f32, wet: f32, snow: f32) -> Ground {
    let across = x.abs();
    let salt = street.salt;
    let broad = layered(x * 0.35, z * 0.35, 3, salt);
    let fine = (value(x * 26.0, z * 26.0, salt ^ 1) - 0.5) * fade(0.05, pixel)
        + (value(x * 7.0, z * 7.0, salt ^ 3) - 0.5) * 0.7 * fade(0.2, pixel);
    let on_road = street.is_road(x, z);
    let mut base = if on_road {
        road(street, x, z, pixel, broad) * (0.86 + 0.26 * broad + 0.13 * fine)
    } else if across < street.front() + 0.02 || near_side_road(street, z) {
        pavement(street, x, z, pixel) * (0.9 + 0.18 * broad + 0.07 * fine)
    } else {
        let tuft = layered(x * 3.0, z * 3.0, 2, salt ^ 5);
        let path = ((across - street.front() - 6.0 - (z * 0.12).sin() * 1.5).abs() < 0.9)
            .then_some(hex(0xb9a583) * (0.9 + 0.15 * broad));
        path.unwrap_or(street.grass * (0.72 + 0.4 * tuft + 0.12 * broad))
    };
    let puddle = if wet > 0.0 { smooth(0.62 - 0.3 * wet, 0.75 - 0.25 * wet, broad) } else { 0.0 };
    base = base * (1.0 - wet * (0.22 + 0.12 * puddle));
    if snow > 0.0 {
        let lane = street.half_road / 2.0;
        let track = (((across - lane).abs() - 0.75).abs() / 0.34).min(1.0);
        let worn = if on_road {
            0.5 * (1.0 - track) + 0.28
        } else if across < street.front() {
            0.14
        } else {
            0.0
        };
        let cover = smooth(0.0, 0.5, snow * 1.25 - worn * 1.5 - (0.6 - broad) * 0.6);
        base = base.mix(hex(0xeef1f5) * (0.95 + 0.06 * fine), cover);
    }
    let mirror = if on_road || across < street.front() { wet * (0.16 + 0.4 * puddle) } else { 0.0 };
    Ground { base, mirror }
}

fn near_side_road(street: &Street, z: f32) -> bool {
    street.side_road.is_some_and(|road| z > road.from - street.pavement * 0.7 && z < road.to + street.pavement * 0.7)
}

fn road(street: &Street, x: f32, z: f32, pixel: f32, broad: f32) -> Colour {
    let across = x.abs();
    let mut base = street.asphalt;
    let on_side = street.side_road.is_some_and(|road| road.holds(z));
    let patch = cell((x / 3.1).floor() as i32, (z / 5.3).floor() as i32, street.salt ^ 8);
    if patch > 0.9 {
        base = base * 0.84;
    }
    let crack = (layered(x * 0.9, z * 0.9, 3, street.salt ^ 12) - 0.5).abs();
    base = base * (1.0 - 0.22 * (1.0 - smooth(0.0, 0.012, crack)) * fade(0.1, pixel));
    let (manhole_x, manhole_z) = (x - street.half_road * 0.45, z.rem_euclid(17.0) - 8.0);
    let manhole = (manhole_x * manhole_x + manhole_z * manhole_z).sqrt();
    if manhole < 0.36 {
        let ridge = if (x * 14.0).fract().abs() < 0.5 { 0.12 } else { 0.0 };
        base = hex(0x48484a) * (1.0 + ridge * fade(0.05, pixel) - if manhole > 0.31 { 0.25 } else { 0.0 });
    }
    let wear = 0.95 - 0.5 * smooth(0.45, 0.75, broad);
    let white = hex(0xe8e6df);
    let crossing = street.crossings.iter().any(|stretch| stretch.holds(z));
    if across < street.half_road {
        let gutter = street.half_road - across;
        base = base * (0.82 + 0.18 * smooth(0.05, 0.6, gutter));
        if crossing && gutter > 0.25 {
            let stripe = (x + 40.0).rem_euclid(1.0);
            let inside =
                smooth(0.0, (pixel * 0.5).max(0.01), stripe) * (1.0 - smooth(0.5 - pixel * 0.5, 0.5 + 0.01, stripe));
            return base.mix(white, inside * wear);
        }
        let near_crossing = street.crossings.iter().any(|stretch| z > stretch.from - 1.6 && z < stretch.to + 1.6);
        if near_crossing || on_side {
            let stop = street.crossings.iter().any(|stretch| {
                (x > 0.0 && (stretch.from - 1.2..stretch.from - 0.85).contains(&z))
                    || (x < 0.0 && (stretch.to + 0.85..stretch.to + 1.2).contains(&z))
            });
            return if stop && gutter > 0.3 { base.mix(white, wear) } else { base };
        }
        let line = 1.0_f32.min(0.13 / pixel.max(0.02));
        match street.centre_line {
            CentreLine::Dashed if across < 0.07 && z.rem_euclid(6.0) < 2.7 => base = base.mix(white, wear * line),
            CentreLine::DoubleYellow if (0.07..0.2).contains(&across) => base = base.mix(hex(0xdca935), wear * line),
            _ => {}
        }
        if let Some(lane) = street.bicycle_lane
            && (0.15..1.45).contains(&gutter)
            && street.half_road > 4.0
        {
            base = base.mix(lane, 0.6 * wear + 0.2);
            if gutter > 1.33 {
                base = base.mix(white, wear);
            }
        } else if street.edge_lines && street.half_road > 4.0 && (2.05..2.16).contains(&gutter) {
            base = base.mix(white, wear * line * 0.9);
        }
    }
    base
}

fn pavement(street: &Street, x: f32, z: f32, pixel: f32) -> Colour {
    let edge = x.abs() - street.half_road;
    if edge < 0.2 && !near_side_road(street, z) {
        let joint = if z.rem_euclid(1.0) < 0.03 { 0.2 * fade(0.06, pixel) } else { 0.0 };
        let face = if edge < 0.06 { 0.72 } else { 1.12 };
        return hex(0xb3b0aa) * (face - joint);
    }
    let base = street.paving_colour;
    let (wide, long, tone) = match street.paving {
        Paving::Slabs => (0.6, 0.6, 0.1),
        Paving::Brick => (0.22, 0.11, 0.22),
        Paving::Concrete => (1.5, 1.9, 0.05),
    };
    let row = (z / long).floor();
    let shifted = x / wide + if street.paving != Paving::Concrete && (row as i32) % 2 == 0 { 0.5 } else { 0.0 };
    let tint = (cell(shifted.floor() as i32, row as i32, street.salt ^ 4) - 0.5) * tone * fade(wide.min(long), pixel);
    let joint = (z / long).rem_euclid(1.0) < 0.03 / long || shifted.rem_euclid(1.0) < 0.03 / wide;
    base * (1.0 + tint - if joint { 0.2 * fade(0.07, pixel) } else { 0.0 })
}

/// How much of a detail of this size survives when a pixel spans `pixel` metres.
fn fade(size: f32, pixel: f32) -> f32 {
    1.0 - smooth(size * 0.4, size * 1.5, pixel)
}

/// Fallen leaves or grit: nothing, or a colour strewn at this point.
pub(crate) fn litter(street: &Street, x: f32, z: f32, pixel: f32, amount: f32) -> Option<Colour> {
    if amount <= 0.0 || pixel > 0.12 {
        return None;
    }
    let (cx, cz) = ((x * 9.0).floor() as i32, (z * 9.0).floor() as i32);
    let drift = value(x * 0.7, z * 0.7, street.salt ^ 21);
    let edge = smooth(street.half_road - 1.2, street.half_road, x.abs());
    (cell(cx, cz, street.salt ^ 22) < amount * drift * drift * (0.15 + 0.5 * edge)).then(|| {
        let hue = cell(cx, cz, street.salt ^ 23);
        hex(0xc7852f).mix(hex(0x9a4a26), hue).mix(grey(0.4), 0.15)
    })
}
