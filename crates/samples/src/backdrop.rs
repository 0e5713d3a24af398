//! Fills the canvas with sky, houses and ground, line of sight by line of sight; knows no objects.

use tiny_skia::Pixmap;

use crate::{
    CANVAS,
    building::{Building, Hit},
    camera::Camera,
    colour::{Colour, grey, hex, rgb},
    geometry::{UP, Vec3, vec3},
    ground::{ground, litter},
    light::Light,
    noise::{cell, layered, value},
    shade::Shade,
    street::Street,
};

/// What stands still behind the objects.
#[derive(Debug)]
pub(crate) struct Backdrop<'a> {
    pub(crate) camera: &'a Camera,
    pub(crate) light: &'a Light,
    pub(crate) street: &'a Street,
    /// What the objects take from the ground's light.
    pub(crate) shade: &'a Shade,
    /// The objects upside down, for wet ground.
    pub(crate) mirror: Option<&'a Pixmap>,
    /// Fallen leaves: 0 none, 1 many.
    pub(crate) leaves: f32,
}

impl Backdrop<'_> {
    /// Fills the whole canvas.
    pub(crate) fn fill(&self, canvas: &mut Pixmap) {
        let side = CANVAS as usize;
        let houses: Vec<&Building> = self.street.buildings.iter().filter(|house| self.may_show(house)).collect();
        let pixels = canvas.data_mut().as_chunks_mut::<4>().0;
        for (at, pixel) in pixels.iter_mut().enumerate() {
            let (x, y) = ((at % side) as f32 + 0.5, (at / side) as f32 + 0.5);
            let colour = self.seen(&houses, at, x, y);
            *pixel = [byte(colour.r), byte(colour.g), byte(colour.b), 255];
        }
    }

    fn may_show(&self, house: &Building) -> bool {
        let (low, high) = (house.low(), house.high());
        [(low.x, low.z), (low.x, high.z), (high.x, low.z), (high.x, high.z)]
            .into_iter()
            .any(|(x, z)| self.camera.view(vec3(x, 0.0, z)).z > 0.0)
    }

    fn seen(&self, houses: &[&Building], at: usize, x: f32, y: f32) -> Colour {
        let ray = self.camera.ray(x, y);
        let eye = self.camera.eye;
        let to_ground = if ray.y < -1e-4 { -eye.y / ray.y } else { f32::INFINITY };
        let hit = nearest(houses, eye, ray, 0.2);
        if let Some((house, hit)) = hit.filter(|(_, hit)| hit.depth < to_ground) {
            return self.house(house, hit, eye, ray);
        }
        if to_ground > 400.0 {
            return self.sky(ray);
        }
        self.ground(houses, at, to_ground, ray)
    }

    fn house(&self, house: &Building, hit: Hit, from: Vec3, ray: Vec3) -> Colour {
        let light = self.light;
        let point = from + ray * hit.depth;
        let pixel = hit.depth / self.camera.focal;
        let surface = house.surface(hit, point, pixel, light.sky(0.5), light.snow);
        let sunlit = self.sunlit(point + hit.outward * 0.05, hit.outward);
        let mut colour = light.on(surface.base, hit.outward, point, sunlit);
        if surface.gloss > 0.0 {
            colour = colour.mix(light.sky(0.35 + 0.3 * point.y / 10.0), surface.gloss * (1.0 - 0.5 * light.dark));
        }
        light.through_air(colour + surface.glow * light.dark.max(0.35), hit.depth)
    }

    fn sunlit(&self, point: Vec3, outward: Vec3) -> f32 {
        if self.light.sun.luma() < 0.05 || outward.dot(self.light.sun_from) <= 0.0 {
            return 0.0;
        }
        let shaded = self.street.buildings.iter().any(|house| house.shades(point, self.light.sun_from));
        if shaded { 0.0 } else { 1.0 }
    }

    fn ground(&self, houses: &[&Building], at: usize, depth: f32, ray: Vec3) -> Colour {
        let light = self.light;
        let point = self.camera.eye + ray * depth;
        let pixel = depth / self.camera.focal * (1.0 + 0.35 / (-ray.y).max(0.02));
        let here = ground(self.street, point.x, point.z, pixel, light.wet, light.snow);
        let strewn = litter(self.street, point.x, point.z, pixel, self.leaves);
        let (thrown, under) = self.shade.at(at);
        let sunlit = self.sunlit(point + UP * 0.02, UP) * (1.0 - thrown);
        let corner = self.corner_dimming(point);
        let mut colour = light.on(strewn.unwrap_or(here.base), UP, point, sunlit) * ((1.0 - 0.62 * under) * corner);
        if here.mirror > 0.01 {
            let ripple = (value(point.x * 7.0, point.z * 3.0, 9) - 0.5) * 0.05;
            let up = vec3(ray.x + ripple, -ray.y, ray.z);
            let above = match nearest(houses, point, up, 0.05) {
                Some((house, hit)) => self.house(house, hit, point, up),
                None => self.sky_plain(up),
            };
            let steep = 1.0 - (-ray.y).clamp(0.0, 0.8);
            colour = colour.mix(self.mirrored(at, point, above), here.mirror * steep);
        }
        light.through_air(colour, depth)
    }

    /// Ground darkens where it meets a house front.
    fn corner_dimming(&self, point: Vec3) -> f32 {
        let gap = (self.street.front() - point.x.abs()).max(0.0);
        1.0 - 0.2 * (-gap * 1.6).exp()
    }

    fn mirrored(&self, at: usize, point: Vec3, above: Colour) -> Colour {
        let Some(mirror) = self.mirror else { return above };
        let sway = ((value(point.x * 5.0, point.z * 4.0, 17) - 0.5) * 14.0) as i64;
        let Some(found) = usize::try_from(at as i64 + sway).ok().and_then(|at| mirror.pixels().get(at)) else {
            return above;
        };
        let share = f32::from(found.alpha()) / 255.0;
        let own = rgb(f32::from(found.red()), f32::from(found.green()), f32::from(found.blue())) * (1.0 / 255.0);
        above * (1.0 - share) + own
    }

    fn sky_plain(&self, ray: Vec3) -> Colour {
        self.light.sky((ray.y / ray.length()).max(0.0))
    }

    fn sky(&self, ray: Vec3) -> Colour {
        let light = self.light;
        let way = ray.unit();
        let mut colour = self.sky_plain(ray);
        let toward_sun = way.dot(light.sun_from).max(0.0);
        colour = colour + light.sun * (toward_sun.powi(24) * 0.5 + toward_sun.powi(4) * 0.12);
        if way.y > 0.015 {
            if light.dark > 0.9 && light.cloud < 0.5 {
                let (sx, sy) = ((way.x / way.y * 60.0) as i32, (way.z / way.y * 60.0) as i32);
                if cell(sx, sy, 4) > 0.994 {
                    colour = colour + grey(0.45 * cell(sx, sy, 5));
                }
            }
            let spread = 1.0 / (way.y + 0.12);
            let (u, v) = (way.x * spread * 1.5, way.z * spread * 1.5);
            let salt = self.street.salt;
            let warp = value(u * 0.7, v * 0.7, salt ^ 50);
            let density = layered(u + warp, v + warp * 0.6, 4, salt ^ 51);
            let cover = crate::geometry::smooth(1.0 - light.cloud - 0.1, 1.15 - light.cloud * 0.7, density);
            let day = light.ambient.luma() * 1.35;
            let lit = grey(1.02).mix(light.horizon, 0.35 + 0.4 * light.dark) * day;
            let shaded = light.zenith.mix(grey(0.75), 0.55) * day;
            let puff = lit.mix(shaded, crate::geometry::smooth(0.45, 0.95, density) * 0.75);
            colour = colour.mix(puff, cover * crate::geometry::smooth(0.0, 0.12, way.y) * 0.9);
        }
        if way.y < 0.2 {
            colour = self.skyline(way, colour);
        }
        colour
    }

    /// Far roofs and trees along the horizon.
    fn skyline(&self, way: Vec3, sky: Colour) -> Colour {
        let bearing = way.x.atan2(way.z);
        let salt = self.street.salt;
        let mut colour = sky;
        for (layer, width, tall, share) in [(1_u32, 22.0, 0.11, 0.25), (2, 13.0, 0.07, 0.42)] {
            let at = bearing * width;
            let roof = tall * (0.25 + 0.75 * cell(at.floor() as i32, layer as i32, salt ^ 60));
            let trees = 0.03 + 0.02 * layered(bearing * 30.0, 0.5, 3, salt ^ (61 + layer));
            if way.y < roof.max(trees) {
                let tone = if roof > trees { hex(0x7d8794) } else { hex(0x66785f) };
                let mass = tone.under(self.light.ambient) * 1.1;
                colour = self.light.fog.mix(mass, share * (1.0 - self.light.haze_share(90.0)));
                let window = ((at * 9.0).floor() as i32, (way.y * 220.0).floor() as i32);
                if self.light.dark > 0.5 && roof > trees && cell(window.0, window.1, salt) > 0.86 {
                    colour = colour + rgb(0.5, 0.4, 0.22) * (0.5 * share);
                }
            }
        }
        colour
    }
}

fn nearest<'a>(houses: &[&'a Building], from: Vec3, ray: Vec3, beyond: f32) -> Option<(&'a Building, Hit)> {
    let mut best: Option<(&Building, Hit)> = None;
    for house in houses {
        if let Some(hit) = house.hit(from, ray, beyond)
            && best.as_ref().is_none_or(|(_, other)| hit.depth < other.depth)
        {
            best = Some((house, hit));
        }
    }
    best
}

fn byte(value: f32) -> u8 {
    (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8
}
