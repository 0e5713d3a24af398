//! Light and air: sun, sky, lamps and haze, and what they make of a surface's own colour; knows no shapes.

use crate::{
    colour::{Colour, grey, hex, rgb},
    conditions::{Hour, Weather},
    dice::Dice,
    geometry::{Vec3, smooth, vec3},
};

/// A lit lamp in the street.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lamp {
    pub(crate) at: Vec3,
    pub(crate) colour: Colour,
    /// Metres at which its light has fallen to a half.
    pub(crate) reach: f32,
}

/// All the light of one scene.
#[derive(Debug, Clone)]
pub(crate) struct Light {
    /// Direction towards the sun or moon.
    pub(crate) sun_from: Vec3,
    pub(crate) sun: Colour,
    pub(crate) ambient: Colour,
    pub(crate) zenith: Colour,
    pub(crate) horizon: Colour,
    pub(crate) fog: Colour,
    /// Share of a thing's colour lost per metre.
    pub(crate) fog_per_metre: f32,
    /// Share of the sky under cloud.
    pub(crate) cloud: f32,
    /// 0 by day, 1 at night: how much windows, lamps and headlights count.
    pub(crate) dark: f32,
    /// 0 dry, 1 streaming.
    pub(crate) wet: f32,
    /// 0 none, 1 all white.
    pub(crate) snow: f32,
    pub(crate) lamps: Vec<Lamp>,
}

impl Light {
    /// The light of this hour and weather, with some play.
    pub(crate) fn new(hour: Hour, weather: Weather, dice: &mut Dice) -> Self {
        let (sun, ambient, zenith, horizon, height, dark) = match hour {
            Hour::Dawn => (rgb(0.62, 0.44, 0.27), rgb(0.60, 0.57, 0.66), hex(0x6a94cb), hex(0xf6cfae), 0.38, 0.12),
            Hour::Noon => (rgb(0.56, 0.53, 0.47), rgb(0.60, 0.63, 0.69), hex(0x3f86d6), hex(0xc3dff3), 1.5, 0.0),
            Hour::Afternoon => (rgb(0.62, 0.51, 0.33), rgb(0.58, 0.58, 0.64), hex(0x4f8fd3), hex(0xe3e4d6), 0.75, 0.0),
            Hour::Dusk => (rgb(0.16, 0.08, 0.06), rgb(0.53, 0.46, 0.56), hex(0x33406f), hex(0xe99a78), 0.4, 0.6),
            Hour::Night => (rgb(0.05, 0.06, 0.09), rgb(0.30, 0.32, 0.43), hex(0x0b1226), hex(0x27304f), 1.0, 1.0),
        };
        let bearing = dice.between(0.0, std::f32::consts::TAU);
        let mut light = Self {
            sun_from: vec3(bearing.sin(), height * dice.between(0.85, 1.2), bearing.cos()).unit(),
            sun,
            ambient,
            zenith,
            horizon,
            fog: horizon,
            fog_per_metre: dice.between(0.0012, 0.004),
            cloud: dice.between(0.1, 0.4),
            dark,
            wet: 0.0,
            snow: 0.0,
            lamps: Vec::new(),
        };
        light.cover(weather, dice);
        light
    }

    fn cover(&mut self, weather: Weather, dice: &mut Dice) {
        let day = self.ambient.luma() * 1.22;
        let veil = grey(1.0).mix(rgb(0.93, 0.97, 1.04), 0.7) * (day * 1.05);
        let (sun, ambient, cloud, grey_share, fog_per_metre) = match weather {
            Weather::Clear => (1.0, 1.0, self.cloud * 0.6, 0.0, self.fog_per_metre),
            Weather::Cloudy => (0.8, 1.03, dice.between(0.45, 0.62), 0.15, self.fog_per_metre * 1.3),
            Weather::Overcast => (0.14, 1.22, 1.0, 0.85, dice.between(0.003, 0.007)),
            Weather::Rain => (0.04, 1.05, 1.0, 0.9, dice.between(0.006, 0.012)),
            Weather::Fog => (0.03, 1.16, 1.0, 1.0, dice.between(0.022, 0.04)),
            Weather::Snow => (0.08, 1.2, 1.0, 0.95, dice.between(0.006, 0.014)),
        };
        self.sun = self.sun * sun;
        self.ambient = self.ambient.mix(grey(self.ambient.luma()), grey_share * 0.6) * ambient;
        self.cloud = cloud;
        self.zenith = self.zenith.mix(veil * 0.86, grey_share);
        self.horizon = self.horizon.mix(veil * 1.02, grey_share * 0.9);
        self.fog = self.horizon.mix(self.zenith, 0.2);
        self.fog_per_metre = fog_per_metre;
        match weather {
            Weather::Rain => {
                self.wet = dice.between(0.6, 1.0);
                self.dark = self.dark.max(0.25);
            }
            Weather::Snow => self.snow = dice.between(0.55, 1.0),
            Weather::Overcast if dice.chance(0.25) => self.wet = dice.between(0.2, 0.5),
            _ => {}
        }
    }

    /// How a surface of this colour looks where it stands: `sunlit` is 0 in shadow, 1 in full sun.
    pub(crate) fn on(&self, base: Colour, outward: Vec3, at: Vec3, sunlit: f32) -> Colour {
        let sky = self.ambient * (0.86 + 0.2 * outward.y);
        let facing = outward.dot(self.sun_from).max(0.0);
        let mut falling = sky + self.sun * (facing * sunlit);
        for lamp in &self.lamps {
            let way = lamp.at - at;
            let distance = way.length().max(0.3);
            let facing = (0.35 + 0.65 * way.dot(outward) / distance).max(0.0);
            let near = 1.0 / (1.0 + (distance / lamp.reach) * (distance / lamp.reach));
            falling = falling + lamp.colour * (facing * near);
        }
        base.under(falling)
    }

    /// The share of a colour that the air swallows over this many metres.
    pub(crate) fn haze_share(&self, distance: f32) -> f32 {
        1.0 - (-distance * self.fog_per_metre).exp()
    }

    /// The colour as it arrives through this many metres of air.
    pub(crate) fn through_air(&self, colour: Colour, distance: f32) -> Colour {
        colour.mix(self.fog, self.haze_share(distance))
    }

    /// The clear sky's colour at this height: 0 on the horizon, 1 overhead.
    pub(crate) fn sky(&self, height: f32) -> Colour {
        self.horizon.mix(self.zenith, smooth(-0.05, 0.75, height))
    }
}
