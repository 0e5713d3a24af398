//! Draws a scene from its seed and index: chooses, places, paints, measures. Knows every part and the details of none.

use image::RgbImage;
use tiny_skia::{Color, Pixmap};

use crate::{
    CANVAS, SIDE,
    backdrop::Backdrop,
    conditions::{Conditions, Hour, Season, Weather},
    develop::{develop, precipitation},
    dice::Dice,
    geometry::{UP, vec3},
    light::{Lamp, Light},
    mix::Mix,
    order::far_to_near,
    pen::{Mark, Pass, Pen},
    placement::{Thing, furnish},
    scene::{Lookalike, Scene, SceneObject},
    shade::Shade,
    street::Street,
    survey::{IdMap, Survey},
    viewpoint,
};

/// Draws scene `index` of `seed` with the default mix. The same seed and index give the same bytes.
pub fn draw(seed: u64, index: u32) -> (Scene, RgbImage) {
    draw_mixed(&Mix::default(), seed, index)
}

/// Draws scene `index` of `seed` with this mix of classes. The same arguments give the same bytes.
pub fn draw_mixed(mix: &Mix, seed: u64, index: u32) -> (Scene, RgbImage) {
    let (scene, image, _) = draw_surveyed(mix, seed, index);
    (scene, image)
}

/// The scene, its image, and who owns each pixel.
pub(crate) fn draw_surveyed(mix: &Mix, seed: u64, index: u32) -> (Scene, RgbImage, IdMap) {
    let mut dice = Dice::new(seed, index);
    let (hour, weather, season) = circumstances(&mut dice);
    let mut light = Light::new(hour, weather, &mut dice);
    let street = Street::new(light.dark, &mut dice);
    let view = viewpoint::choose(&street, &mut dice);
    let camera = view.camera;
    let conditions =
        Conditions { hour, weather, season, turn_degrees: view.turn.to_degrees(), camera_height_m: camera.eye.y };
    let things = in_order(furnish(&camera, &street, &light, &conditions, mix, &mut dice), camera.eye);
    light.lamps = lamps(&light, &street, &things);

    let mut scratch = Pixmap::new(CANVAS, CANVAS).expect("the canvas has a size");
    let shade = Shade::new(&camera, &light, &things, &mut scratch);
    if light.wet > 0.0 {
        scratch.fill(Color::TRANSPARENT);
        let mut pen = Pen::new(&camera, &light, &mut scratch, Pass::Mirror);
        for thing in &things {
            thing.sketch.draw(&mut pen, &thing.frame);
        }
    }
    let mut canvas = Pixmap::new(CANVAS, CANVAS).expect("the canvas has a size");
    let backdrop = Backdrop {
        camera: &camera,
        light: &light,
        street: &street,
        shade: &shade,
        mirror: (light.wet > 0.0).then_some(&scratch),
        leaves: if season == Season::Autumn && light.snow == 0.0 { dice.between(0.2, 0.9) } else { 0.0 },
    };
    backdrop.fill(&mut canvas);

    let mut survey = Survey::new();
    let mut entries = Vec::new();
    let mut pen = Pen::new(&camera, &light, &mut canvas, Pass::Picture);
    for thing in &things {
        let middle = thing.frame.origin + UP * 1.0;
        let shaded = street.buildings.iter().any(|house| house.shades(middle, light.sun_from));
        pen.sunlit = if shaded { 0.0 } else { 1.0 };
        thing.sketch.draw(&mut pen, &thing.frame);
        entries.push(enter(&mut survey, thing, pen.take_marks()));
    }
    precipitation(&mut canvas, weather, &light, &mut dice);
    let image = develop(&canvas, &light, &mut dice);
    let map = survey.id_map();
    let (objects, lookalikes) = measure(&survey, &map, &things, &entries, &image);
    let scene = Scene { index, width: SIDE, height: SIDE, objects, lookalikes, conditions };
    (scene, image, map)
}

fn circumstances(dice: &mut Dice) -> (Hour, Weather, Season) {
    let season =
        dice.weighted([(Season::Spring, 0.25), (Season::Summer, 0.35), (Season::Autumn, 0.25), (Season::Winter, 0.15)]);
    let hour = dice.weighted([
        (Hour::Dawn, 0.13),
        (Hour::Noon, 0.3),
        (Hour::Afternoon, 0.27),
        (Hour::Dusk, 0.15),
        (Hour::Night, 0.15),
    ]);
    let snow = if season == Season::Winter { 0.5 } else { 0.0 };
    let weather = dice.weighted([
        (Weather::Clear, 0.34),
        (Weather::Cloudy, 0.24),
        (Weather::Overcast, 0.14),
        (Weather::Rain, 0.14),
        (Weather::Fog, 0.07),
        (Weather::Snow, snow),
    ]);
    (hour, weather, season)
}

fn in_order(things: Vec<Thing>, eye: crate::geometry::Vec3) -> Vec<Thing> {
    let places: Vec<_> = things.iter().map(|thing| (thing.frame, thing.sketch.footprint())).collect();
    let mut waiting: Vec<Option<Thing>> = things.into_iter().map(Some).collect();
    far_to_near(eye, &places).into_iter().filter_map(|at| waiting.get_mut(at).and_then(Option::take)).collect()
}

fn lamps(light: &Light, street: &Street, things: &[Thing]) -> Vec<Lamp> {
    let mut lamps: Vec<Lamp> = things.iter().filter_map(|thing| thing.sketch.lamp(&thing.frame)).collect();
    if light.dark > 0.45 {
        let shops = street.buildings.iter().filter(|house| house.shop().is_some() && house.high().z > -2.0);
        lamps.extend(shops.take(4).map(|house| {
            let x = if house.low().x > 0.0 { house.low().x - 0.9 } else { house.high().x + 0.9 };
            let at = vec3(x, 2.6, f32::midpoint(house.low().z, house.high().z));
            Lamp { at, colour: crate::colour::rgb(0.5, 0.4, 0.26), reach: 3.6 }
        }));
    }
    lamps
}

/// The numbers a thing's parts and lookalike got in the survey.
#[derive(Debug)]
struct Entry {
    parts: Vec<u16>,
    lookalike: Option<u16>,
}

fn enter(survey: &mut Survey, thing: &Thing, mut marks: Vec<Mark>) -> Entry {
    let parts = thing.sketch.parts().len();
    if thing.sketch.resembles().is_none() {
        return Entry { parts: survey.enter(parts, &marks), lookalike: None };
    }
    for mark in &mut marks {
        mark.part = mark.part.or(Some(parts));
    }
    let mut numbers = survey.enter(parts + 1, &marks);
    let lookalike = numbers.pop();
    Entry { parts: numbers, lookalike }
}

fn measure(
    survey: &Survey,
    map: &IdMap,
    things: &[Thing],
    entries: &[Entry],
    image: &RgbImage,
) -> (Vec<SceneObject>, Vec<Lookalike>) {
    let sightings = survey.sightings(map);
    let contrasts = contrasts(map, image, sightings.len());
    let mut objects = Vec::new();
    let mut lookalikes = Vec::new();
    for (thing, entry) in things.iter().zip(entries) {
        for (class, number) in thing.sketch.parts().into_iter().zip(&entry.parts) {
            let number = usize::from(*number);
            let Some(Some(sighting)) = sightings.get(number) else {
                continue;
            };
            let contrast = contrasts.get(number).copied().unwrap_or(0.0);
            objects.push(SceneObject {
                class,
                bounds: sighting.bounds,
                visible_share: sighting.visible_share,
                contrast,
            });
        }
        let seen = entry.lookalike.and_then(|number| sightings.get(usize::from(number)).copied().flatten());
        if let (Some(resembles), Some(sighting)) = (thing.sketch.resembles(), seen) {
            lookalikes.push(Lookalike { resembles, bounds: sighting.bounds });
        }
    }
    (objects, lookalikes)
}

/// Mean difference across the visible edge of each number, 0..=1: pixels three apart, one inside and one outside.
fn contrasts(map: &IdMap, image: &RgbImage, numbers: usize) -> Vec<f32> {
    let mut sums = vec![(0.0_f32, 0.0_f32); numbers];
    let side = SIDE as usize;
    let pixels: Vec<[u8; 3]> = image.pixels().map(|pixel| pixel.0).collect();
    let owners = map.owners();
    for (at, (owner, pixel)) in owners.iter().zip(&pixels).enumerate() {
        let beside = [(at % side + 3 < side).then_some(at + 3), Some(at + 3 * side)];
        for other in beside.into_iter().flatten() {
            let (Some(other_owner), Some(other_pixel)) = (owners.get(other), pixels.get(other)) else {
                continue;
            };
            if owner == other_owner {
                continue;
            }
            let difference: f32 =
                pixel.iter().zip(other_pixel).map(|(a, b)| f32::from(a.abs_diff(*b))).sum::<f32>() / (3.0 * 255.0);
            for number in [owner, other_owner] {
                if let Some(sum) = sums.get_mut(usize::from(*number)) {
                    *sum = (sum.0 + difference, sum.1 + 1.0);
                }
            }
        }
    }
    sums.into_iter().map(|(sum, count)| if count > 0.0 { sum / count } else { 0.0 }).collect()
}
