//! Puts objects where they belong in a street so that the camera sees them; knows no drawing.

use std::f32::consts::{FRAC_PI_2, PI};

use crate::{
    CANVAS, OVERSAMPLE,
    camera::Camera,
    class::ObjectClass,
    conditions::{Conditions, Weather},
    dice::Dice,
    geometry::{Frame, Vec3, corners, overlap, vec3},
    light::Light,
    mix::Mix,
    objects::{
        Sketch,
        bench::Bench,
        bicycle::{Bicycle, KickScooter},
        bus::Bus,
        car::Car,
        clutter::{Awning, Clutter},
        hydrant::Hydrant,
        motorcycle::Motorcycle,
        person::Person,
        street_lamp::StreetLamp,
        traffic_light::TrafficLight,
        tree::Tree,
        truck::Truck,
    },
    street::{Side, Street},
};

/// Something standing in the street.
#[derive(Debug)]
pub(crate) struct Thing {
    pub(crate) sketch: Box<dyn Sketch>,
    pub(crate) frame: Frame,
}

/// A strip of the street.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zone {
    Lane,
    Parked,
    Kerb,
    Walk,
    Wall,
    Crossing,
    Open,
    SideRoad,
}

/// Which way a thing turns in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Facing {
    /// With the traffic of its side.
    Traffic,
    /// Along the street, either way.
    Street,
    /// Towards the road.
    Road,
    /// More or less towards the camera.
    Camera,
    Any,
}

/// A rectangle on the canvas: left, top, right, bottom.
type Frame2 = (f32, f32, f32, f32);

#[derive(Debug)]
struct Placer<'a> {
    camera: &'a Camera,
    street: &'a Street,
    things: Vec<(Thing, Frame2, f32)>,
}

/// Everything that stands in the scene.
pub(crate) fn furnish(
    camera: &Camera,
    street: &Street,
    light: &Light,
    conditions: &Conditions,
    mix: &Mix,
    dice: &mut Dice,
) -> Vec<Thing> {
    let mut placer = Placer { camera, street, things: Vec::new() };
    let mut wanted: Vec<(ObjectClass, f32)> = ObjectClass::ALL
        .into_iter()
        .filter_map(|class| {
            let present = dice.chance(mix.share(class));
            if present { Some((class, order_of(class) + dice.between(0.0, 2.5))) } else { None }
        })
        .collect();
    wanted.sort_by(|a, b| a.1.total_cmp(&b.1));
    for (class, _) in wanted {
        let count = 1 + match class {
            ObjectClass::Car | ObjectClass::Tree | ObjectClass::Person => dice.below(4),
            ObjectClass::Bicycle | ObjectClass::StreetLamp => u32::from(dice.chance(0.35)),
            _ => u32::from(dice.chance(0.15)),
        };
        for at in 0..count {
            placer.place_class(class, at > 0, light, conditions, dice);
        }
    }
    if dice.chance(0.12) {
        let van = Box::new(Car::van(light.dark, dice));
        placer.place(van, &[Zone::Lane, Zone::Parked], Facing::Traffic, (60.0, 200.0), true, dice);
    }
    if dice.chance(0.12) {
        let scooter = Box::new(KickScooter::new(dice));
        placer.place(scooter, &[Zone::Kerb, Zone::Wall], Facing::Street, (30.0, 120.0), true, dice);
    }
    for _ in 0..=dice.below(4) {
        let clutter = Box::new(Clutter::new(dice));
        placer.place(clutter, &[Zone::Kerb, Zone::Kerb, Zone::Wall], Facing::Camera, (18.0, 170.0), true, dice);
    }
    let mut things: Vec<Thing> = placer.things.into_iter().map(|(thing, _, _)| thing).collect();
    things.extend(awnings(camera, street, dice));
    things
}

/// Large things first, so that small ones find a place in front of them.
fn order_of(class: ObjectClass) -> f32 {
    match class {
        ObjectClass::Bus | ObjectClass::Truck => 0.0,
        ObjectClass::Hydrant | ObjectClass::Bicycle | ObjectClass::TrafficLight => 1.0,
        ObjectClass::Motorcycle | ObjectClass::Bench | ObjectClass::StreetLamp => 1.5,
        ObjectClass::Car | ObjectClass::Tree | ObjectClass::Person => 2.5,
    }
}

fn awnings(camera: &Camera, street: &Street, dice: &mut Dice) -> Vec<Thing> {
    let mut found = Vec::new();
    for house in &street.buildings {
        let Some((colour, height)) = house.shop() else { continue };
        if !dice.chance(0.3) {
            continue;
        }
        let (low, high) = (house.low(), house.high());
        let x = if low.x > 0.0 { low.x } else { high.x };
        let half = ((high.z - low.z) / 2.0 - 0.4).min(3.5);
        let frame =
            Frame::new(vec3(x, 0.0, f32::midpoint(low.z, high.z)), if low.x > 0.0 { -FRAC_PI_2 } else { FRAC_PI_2 });
        let striped = dice.chance(0.6);
        if camera.view(frame.at(0.0, 3.0, 1.2)).z > 3.0 && (x - camera.eye.x).abs() > 1.6 {
            let awning = Awning { colour, striped, half, height: height - 0.95 };
            found.push(Thing { sketch: Box::new(awning), frame });
        }
    }
    found
}

impl Placer<'_> {
    fn place_class(
        &mut self,
        class: ObjectClass,
        extra: bool,
        light: &Light,
        conditions: &Conditions,
        dice: &mut Dice,
    ) {
        let cold = light.snow.max(light.wet * 0.6);
        let umbrellas = match conditions.weather {
            Weather::Rain => 0.65,
            Weather::Snow => 0.2,
            _ => 0.03,
        };
        let dark = light.dark;
        let far = if extra { 0.75 } else { 1.0 };
        let (sketch, zones, facing, (least, most)): (Box<dyn Sketch>, &[Zone], Facing, (f32, f32)) = match class {
            ObjectClass::Car => (
                Box::new(Car::new(dark, dice)),
                &[Zone::Lane, Zone::Parked, Zone::SideRoad],
                Facing::Traffic,
                (55.0, 190.0),
            ),
            ObjectClass::Bus => (
                Box::new(Bus::new(dark, dice)),
                &[Zone::Lane, Zone::Lane, Zone::SideRoad],
                Facing::Traffic,
                (90.0, 270.0),
            ),
            ObjectClass::Truck => (
                Box::new(Truck::new(dark, dice)),
                &[Zone::Lane, Zone::Parked, Zone::SideRoad],
                Facing::Traffic,
                (85.0, 250.0),
            ),
            ObjectClass::Bicycle if dice.chance(0.42) => (
                Box::new(Bicycle::new(true, dice)),
                &[Zone::Lane, Zone::Parked, Zone::Crossing],
                Facing::Any,
                (62.0, 210.0),
            ),
            ObjectClass::Bicycle => (
                Box::new(Bicycle::new(false, dice)),
                &[Zone::Kerb, Zone::Wall, Zone::Open],
                Facing::Street,
                (52.0, 190.0),
            ),
            ObjectClass::Motorcycle => {
                let ridden = dice.chance(0.4);
                let zones: &[Zone] = if ridden { &[Zone::Lane] } else { &[Zone::Parked, Zone::Kerb] };
                (Box::new(Motorcycle::new(ridden, dark, dice)), zones, Facing::Any, (56.0, 200.0))
            }
            ObjectClass::TrafficLight => {
                (Box::new(TrafficLight::new(dice.sign(), dice)), &[Zone::Kerb], Facing::Camera, (84.0, 250.0))
            }
            ObjectClass::Hydrant => {
                (Box::new(Hydrant::new(dice)), &[Zone::Kerb, Zone::Walk], Facing::Camera, (38.0, 150.0))
            }
            ObjectClass::Tree => {
                let tree = Box::new(Tree::new(conditions.season, light.snow, dice));
                let zones: &[Zone] = if self.street.left == Side::Park || self.street.right == Side::Park {
                    &[Zone::Kerb, Zone::Open, Zone::Open]
                } else {
                    &[Zone::Kerb]
                };
                (tree, zones, Facing::Any, (100.0, 330.0))
            }
            ObjectClass::Person => {
                let person = Box::new(Person::on_foot(umbrellas, cold, dice));
                (person, &[Zone::Walk, Zone::Walk, Zone::Crossing, Zone::Kerb, Zone::Open], Facing::Any, (56.0, 240.0))
            }
            ObjectClass::Bench => {
                let bench = Box::new(Bench::new(dice.chance(0.22), cold, dice));
                (bench, &[Zone::Wall, Zone::Kerb, Zone::Open], Facing::Road, (52.0, 220.0))
            }
            ObjectClass::StreetLamp => {
                (Box::new(StreetLamp::new(dark, dice)), &[Zone::Kerb], Facing::Road, (110.0, 340.0))
            }
        };
        self.place(sketch, zones, facing, (least * far, most * far), extra, dice);
    }

    fn place(
        &mut self,
        sketch: Box<dyn Sketch>,
        zones: &[Zone],
        facing: Facing,
        sizes: (f32, f32),
        optional: bool,
        dice: &mut Dice,
    ) {
        let target = sizes.0 * (sizes.1 / sizes.0).powf(dice.between(0.0, 1.0));
        let partial = dice.chance(0.15);
        let tries = if optional { 70 } else { 260 };
        for attempt in 0..tries {
            let Some(zone) = zones.get(dice.below(zones.len() as u32) as usize).copied() else {
                return;
            };
            let Some(origin) = self.spot(zone, sketch.footprint().half_width, dice) else {
                continue;
            };
            let frame = Frame::new(origin, self.yaw(zone, facing, origin, dice));
            let loose = attempt > tries / 2;
            let Some((frame2, inside)) = self.appearance(sketch.as_ref(), &frame) else {
                continue;
            };
            let size = (frame2.2 - frame2.0).max(frame2.3 - frame2.1) / OVERSAMPLE as f32;
            let fits = if loose {
                size >= sizes.0 && size <= sizes.1 * 1.15
            } else {
                (size / target).max(target / size) < 1.3
            };
            let wanted_inside = if partial { 0.45..0.8 } else { 0.85..1.01 };
            if !fits || !(wanted_inside.contains(&inside) || (loose && inside > 0.6)) {
                continue;
            }
            if self.is_free(sketch.as_ref(), &frame, frame2, loose) {
                let distance = (frame.origin - self.camera.eye).length();
                self.things.push((Thing { sketch, frame }, frame2, distance));
                return;
            }
        }
    }

    fn spot(&self, zone: Zone, half_width: f32, dice: &mut Dice) -> Option<Vec3> {
        let street = self.street;
        let side = dice.sign();
        let away = (dice.between(0.4, 4.0)).exp();
        let z = self.camera.eye.z + if dice.chance(0.85) { away } else { -away * 0.3 };
        let x = match zone {
            Zone::Lane => street.half_road * if street.half_road > 6.0 { dice.pick([0.22, 0.6]) } else { 0.5 } * side,
            Zone::Parked if street.half_road > 4.0 => (street.half_road - half_width - 0.15) * side,
            Zone::Parked => return None,
            Zone::Kerb => (street.half_road + 0.3 + half_width) * side,
            Zone::Walk => dice.between(street.half_road + 0.8, street.front() - 0.5) * side,
            Zone::Wall => (street.front() - half_width - 0.2) * side,
            Zone::Crossing => {
                let stretch = street.crossings.get(dice.below(street.crossings.len() as u32) as usize)?;
                return Some(vec3(
                    street.half_road * dice.between(-0.9, 0.9),
                    0.0,
                    dice.between(stretch.from + 0.4, stretch.to - 0.4),
                ));
            }
            Zone::Open => {
                let there = if side < 0.0 { street.left } else { street.right };
                if there == Side::Houses {
                    return None;
                }
                (street.front() + dice.between(0.6, 11.0)) * side
            }
            Zone::SideRoad => {
                let road = street.side_road?;
                let lane = (road.to - road.from) * dice.pick([0.27, 0.73]);
                return Some(vec3(
                    side * dice.between(street.half_road + 1.0, street.half_road + 12.0),
                    0.0,
                    road.from + lane,
                ));
            }
        };
        let rolls = matches!(zone, Zone::Lane | Zone::Parked);
        (street.is_road(x, z) == rolls
            && (!rolls || street.side_road.is_none_or(|road| zone == Zone::Lane || !road.holds(z))))
        .then_some(vec3(x, 0.0, z))
    }

    fn yaw(&self, zone: Zone, facing: Facing, origin: Vec3, dice: &mut Dice) -> f32 {
        let with_traffic = if origin.x > 0.0 { 0.0 } else { PI };
        let to_camera = (self.camera.eye.x - origin.x).atan2(self.camera.eye.z - origin.z);
        match (zone, facing) {
            (Zone::SideRoad, _) => FRAC_PI_2 * dice.sign(),
            (_, Facing::Traffic) => with_traffic + dice.between(-0.04, 0.04),
            (Zone::Lane, Facing::Any) => with_traffic + dice.between(-0.15, 0.15),
            (Zone::Crossing, _) => FRAC_PI_2 * dice.sign() + dice.between(-0.2, 0.2),
            (Zone::Parked, Facing::Any) => with_traffic + dice.pick([0.0, 0.0, 1.1, -1.1]),
            (Zone::Kerb | Zone::Wall, Facing::Street) => {
                (if dice.chance(0.5) { 0.0 } else { PI }) + dice.between(-0.12, 0.12)
            }
            (_, Facing::Street) => dice.between(-0.5, 0.5) + if dice.chance(0.5) { 0.0 } else { PI },
            (_, Facing::Road) => -FRAC_PI_2 * origin.x.signum() + if dice.chance(0.15) { PI } else { 0.0 },
            (_, Facing::Camera) => to_camera + dice.between(-0.8, 0.8),
            (_, Facing::Any) if dice.chance(0.5) => (if dice.chance(0.5) { 0.0 } else { PI }) + dice.between(-0.3, 0.3),
            (_, Facing::Any) => dice.between(-PI, PI),
        }
    }

    /// The canvas rectangle around the thing, cut to the canvas, and the share of it that is on the canvas.
    fn appearance(&self, sketch: &dyn Sketch, frame: &Frame) -> Option<(Frame2, f32)> {
        let (low, high) = sketch.span();
        let mut around = (f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY);
        for corner in corners(frame, sketch.footprint(), 0.0) {
            for y in [low, high] {
                let (x, y, depth) = self.camera.project(vec3(corner.x, y, corner.z))?;
                if depth < 1.3 {
                    return None;
                }
                around = (around.0.min(x), around.1.min(y), around.2.max(x), around.3.max(y));
            }
        }
        let side = CANVAS as f32;
        let cut = (around.0.max(0.0), around.1.max(0.0), around.2.min(side), around.3.min(side));
        let area = |frame: Frame2| (frame.2 - frame.0).max(0.0) * (frame.3 - frame.1).max(0.0);
        let inside = area(cut) / area(around).max(1.0);
        (inside > 0.0).then_some((cut, inside))
    }

    fn is_free(&self, sketch: &dyn Sketch, frame: &Frame, frame2: Frame2, loose: bool) -> bool {
        let footprint = sketch.footprint();
        let (low, high) = sketch.span();
        let eye = self.camera.eye;
        let hidden_by_house = corners(frame, footprint, 0.0).into_iter().any(|corner| {
            let way = vec3(corner.x, f32::midpoint(low, high), corner.z) - eye;
            self.street.buildings.iter().any(|house| house.hit(eye, way, 0.0).is_some_and(|hit| hit.depth < 1.0))
        });
        if hidden_by_house {
            return false;
        }
        let distance = (frame.origin - eye).length();
        let area = |frame: Frame2| (frame.2 - frame.0).max(0.0) * (frame.3 - frame.1).max(0.0);
        let hiding = if loose { 0.45 } else { 0.3 };
        self.things.iter().all(|(other, other2, other_distance)| {
            if overlap(&corners(frame, footprint, 0.12), &corners(&other.frame, other.sketch.footprint(), 0.12)) {
                return false;
            }
            let shared =
                area((frame2.0.max(other2.0), frame2.1.max(other2.1), frame2.2.min(other2.2), frame2.3.min(other2.3)));
            let behind = if distance < *other_distance { area(*other2) } else { area(frame2) };
            shared / behind.max(1.0) < hiding
        })
    }
}
