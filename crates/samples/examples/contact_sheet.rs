//! Draws a contact sheet of scenes, to look at them: `contact_sheet out.png [seed] [start] [count] [--truth] [--tiles]`.
//! `--truth` adds boxes; `--tiles` shows them as small as a challenge does (128 px). Knows only the public interface.

use std::{env, error::Error, fs};

use corvee_samples::{ObjectClass, SIDE, draw};
use image::{Rgb, RgbImage, imageops};

fn main() -> Result<(), Box<dyn Error>> {
    let (flags, plain): (Vec<String>, Vec<String>) = env::args().skip(1).partition(|word| word.starts_with("--"));
    let mut words = plain.into_iter();
    let path = words.next().ok_or("usage: contact_sheet out.png [seed] [start] [count] [--truth] [--tiles]")?;
    let seed: u64 = words.next().map_or(Ok(1), |word| word.parse())?;
    let start: u32 = words.next().map_or(Ok(0), |word| word.parse())?;
    let count: u32 = words.next().map_or(Ok(25), |word| word.parse())?;
    let truth = flags.iter().any(|flag| flag == "--truth");
    let side = if flags.iter().any(|flag| flag == "--tiles") { 128 } else { SIDE };

    let columns = (1..=count.max(1)).find(|columns| columns * columns >= count).unwrap_or(1);
    let rows = count.div_ceil(columns).max(1);
    let gap = 4;
    let mut sheet = RgbImage::from_pixel(columns * (side + gap) + gap, rows * (side + gap) + gap, Rgb([32, 32, 34]));
    for at in 0..count {
        let (scene, mut image) = draw(seed, start + at);
        if truth {
            for object in &scene.objects {
                let colour = if object.is_clear() { colour_of(object.class) } else { Rgb([130, 130, 130]) };
                let b = object.bounds;
                outline(&mut image, b.x, b.y, b.width, b.height, colour);
            }
        }
        let image =
            if side == SIDE { image } else { imageops::resize(&image, side, side, imageops::FilterType::CatmullRom) };
        let (x, y) = (gap + at % columns * (side + gap), gap + at / columns * (side + gap));
        imageops::replace(&mut sheet, &image, i64::from(x), i64::from(y));
    }
    let mut file = Vec::new();
    sheet.write_to(&mut std::io::Cursor::new(&mut file), image::ImageFormat::Png)?;
    fs::write(path, file)?;
    Ok(())
}

fn colour_of(class: ObjectClass) -> Rgb<u8> {
    match class {
        ObjectClass::Car => Rgb([80, 220, 255]),
        ObjectClass::Bus => Rgb([255, 170, 0]),
        ObjectClass::Truck => Rgb([170, 120, 255]),
        ObjectClass::Bicycle => Rgb([0, 255, 90]),
        ObjectClass::Motorcycle => Rgb([255, 90, 220]),
        ObjectClass::TrafficLight => Rgb([255, 255, 60]),
        ObjectClass::Hydrant => Rgb([255, 70, 60]),
        ObjectClass::Tree => Rgb([120, 180, 60]),
        ObjectClass::Person => Rgb([255, 255, 255]),
        ObjectClass::Bench => Rgb([190, 140, 90]),
        ObjectClass::StreetLamp => Rgb([60, 120, 255]),
    }
}

fn outline(image: &mut RgbImage, x: u32, y: u32, width: u32, height: u32, colour: Rgb<u8>) {
    for column in x..x + width {
        image.put_pixel(column, y, colour);
        image.put_pixel(column, y + height - 1, colour);
    }
    for row in y..y + height {
        image.put_pixel(x, row, colour);
        image.put_pixel(x + width - 1, row, colour);
    }
}
