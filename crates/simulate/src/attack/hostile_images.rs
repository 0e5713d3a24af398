//! A22: pictures that want to hurt the collector: damaged, disguised, too large, too long. Uploaded to a collector as a
//! requester does it; a bounded sample, the many are the fuzz target's.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage};
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use reqwest::multipart::{Form, Part};
use reqwest::{StatusCode, Url};
use serde::Deserialize;

use super::AttackError;
use super::program::{Bench, Budget, CAMPAIGN, Running, Stock};
use super::row::{Bar, Figure, Row, Unit};
use crate::client::http;
use crate::target::Loopback;

const STOCK: Stock = Stock { pictures: 60, gold_percent: 40 };
/// Damaged files, and how many travel at once.
const FILES: usize = 2_000;
const AT_ONCE: usize = 100;
/// Appended to a picture that is otherwise whole: what a polyglot would run.
const PAYLOAD: &[u8] = b"<script>corvee-polyglot</script>PK\x03\x04corvee-polyglot";
const COUNT: Unit = Unit::Plain(0, "");

#[derive(Deserialize)]
struct Imported {
    items: u64,
    #[serde(default)]
    refused: Vec<String>,
}

struct Uploader {
    http: reqwest::Client,
    base: Url,
    key: String,
}

/// What became of an upload.
enum Upload {
    Taken(Imported),
    /// Refused as a whole, with the reason.
    Refused(String),
}

impl Uploader {
    async fn of(running: &Running) -> Result<Self, AttackError> {
        let loopback = Loopback::resolve(&running.target.url).await?;
        Ok(Self { http: http(&loopback)?, base: loopback.url, key: running.target.requester_key.clone() })
    }

    async fn upload(&self, files: Vec<(String, Vec<u8>)>) -> Result<Upload, AttackError> {
        let form = files
            .into_iter()
            .fold(Form::new(), |form, (name, bytes)| form.part("file", Part::bytes(bytes).file_name(name)));
        let mut url = self.base.clone();
        url.set_path(&format!("/v1/campaigns/{CAMPAIGN}/items"));
        url.set_query(Some("gold=0&skip_refused=true"));
        let failed = |source| crate::SimulateError::Call { call: "POST /v1/campaigns/{name}/items", source };
        let reply = self.http.post(url).bearer_auth(&self.key).multipart(form).send().await.map_err(failed)?;
        let status = reply.status();
        let text = reply.text().await.map_err(failed)?;
        match status {
            StatusCode::CREATED => match serde_json::from_str(&text) {
                Ok(imported) => Ok(Upload::Taken(imported)),
                Err(error) => Err(AttackError::Program { what: format!("an import tells {error}: {text}") }),
            },
            status if status.is_client_error() => Ok(Upload::Refused(text)),
            status => Err(AttackError::Program { what: format!("an upload was answered {status}: {text}") }),
        }
    }

    async fn is_ready(&self) -> bool {
        let mut url = self.base.clone();
        url.set_path("/ready");
        self.http.get(url).send().await.is_ok_and(|reply| reply.status().is_success())
    }
}

pub(super) async fn run(bench: &Bench) -> Result<Vec<Row>, AttackError> {
    let running = bench.collector(STOCK, Budget::Unlimited).await?;
    let uploader = Uploader::of(&running).await?;
    let mut chance = ChaCha8Rng::seed_from_u64(2_201);
    let seeds = seeds(&mut chance)?;
    let (mut sent, mut taken, mut dead) = (0, 0, 0_u32);
    while sent < FILES {
        let batch: Vec<_> = (0..AT_ONCE).map(|at| damaged(&seeds, sent + at, &mut chance)).collect();
        sent += AT_ONCE;
        if let Upload::Taken(imported) = uploader.upload(batch).await? {
            taken += imported.items;
        }
        dead += u32::from(!uploader.is_ready().await);
    }
    let mut rows = vec![Row::new(
        "A22",
        format!(
            "{sent} damaged and disguised pictures uploaded ({taken} still were pictures): times the collector was gone"
        ),
        Figure::exact(f64::from(dead), COUNT),
        Bar::AtMost(0.0),
    )];

    let peak_before = running.memory_kib();
    let mut let_in = 0;
    for (name, bytes, reason) in too_much()? {
        let said = match uploader.upload(vec![(name.to_owned(), bytes)]).await? {
            Upload::Taken(imported) if imported.items > 0 => String::new(),
            Upload::Taken(imported) => imported.refused.join(" "),
            Upload::Refused(text) => text,
        };
        let_in += u32::from(!said.contains(reason));
    }
    let done = "more than 50 megapixels (as PNG and as JPEG's header), more than 10:1 both ways, a bomb of 2.5 gigapixels in a \
                few kilobytes: not refused for that reason, of 5";
    rows.push(Row::new("A22", done, Figure::exact(f64::from(let_in), COUNT), Bar::AtMost(0.0)));

    let polyglot = seeds.first().map(|(_, bytes)| [bytes.as_slice(), PAYLOAD].concat()).unwrap_or_default();
    drop(uploader.upload(vec![("polyglot.jpg".to_owned(), polyglot)]).await?);
    let holding = files_holding(&running.data.join("tiles"), b"corvee-polyglot");
    let done = "a picture with a script and an archive behind it: stored tiles that hold a byte of them";
    rows.push(Row::new("A22", done, Figure::exact(holding as f64, COUNT), Bar::AtMost(0.0)));
    let grown =
        peak_before.zip(running.memory_kib()).map(|(before, after)| (f64::from(after) - f64::from(before)) / 1024.0);
    let unit = Unit::Plain(0, " MiB");
    let figure = grown.map_or_else(|| Figure::absent(unit), |grown| Figure::exact(grown, unit));
    rows.push(Row::new("A22", "memory that these left behind", figure, Bar::Curve));
    running.stop().await?;
    Ok(rows)
}

/// Whole pictures of the formats that are taken.
fn seeds(chance: &mut ChaCha8Rng) -> Result<Vec<(&'static str, Vec<u8>)>, AttackError> {
    let formats = [("jpg", ImageFormat::Jpeg), ("png", ImageFormat::Png), ("webp", ImageFormat::WebP)];
    let mut seeds = Vec::new();
    for (extension, format) in formats {
        let tint = chance.random::<u8>();
        let picture = RgbImage::from_fn(96, 72, |x, y| {
            let value = u8::try_from((x * 5 + y * 3) % 251).unwrap_or(0);
            Rgb([value, value ^ tint, tint])
        });
        seeds.push((extension, encode(&picture.into(), format)?));
    }
    Ok(seeds)
}

fn encode(picture: &DynamicImage, format: ImageFormat) -> Result<Vec<u8>, AttackError> {
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, format)
        .map_err(|error| AttackError::Program { what: format!("a picture cannot be written: {error}") })?;
    Ok(bytes.into_inner())
}

/// A picture with something done to it: bits turned, cut off, doubled, another's beginning, another's name.
fn damaged(seeds: &[(&'static str, Vec<u8>)], number: usize, chance: &mut ChaCha8Rng) -> (String, Vec<u8>) {
    let other =
        |chance: &mut ChaCha8Rng| seeds.get(chance.random_range(0..seeds.len().max(1))).cloned().unwrap_or_default();
    let (mut extension, mut bytes) = other(chance);
    let length = bytes.len().max(1);
    match number % 6 {
        0 => {
            for _ in 0..chance.random_range(1..20) {
                if let Some(byte) = bytes.get_mut(chance.random_range(0..length)) {
                    *byte ^= 1 << chance.random_range(0..8);
                }
            }
        }
        1 => bytes.truncate(chance.random_range(0..length)),
        2 => {
            let from = chance.random_range(0..length);
            let piece = bytes.get(from..).unwrap_or_default().to_vec();
            bytes.splice(from / 2..from / 2, piece);
        }
        3 => {
            let (_, head) = other(chance);
            let n = chance.random_range(0..64.min(length));
            bytes.splice(0..n, head.into_iter().take(n));
        }
        4 => {
            let at = chance.random_range(0..length);
            let mut noise = [0; 32];
            chance.fill_bytes(&mut noise);
            bytes.splice(at..at, noise);
        }
        _ => extension = ["jpg", "png", "webp", "gif", "svg"].get(chance.random_range(0..5)).copied().unwrap_or("jpg"),
    }
    (format!("{number:05}.{extension}"), bytes)
}

/// A file's name, its bytes, and words of the refusal it must meet.
type Refusable = (&'static str, Vec<u8>, &'static str);

/// Files beyond what is taken.
fn too_much() -> Result<Vec<Refusable>, AttackError> {
    let grey = |width, height| DynamicImage::from(GrayImage::from_pixel(width, height, Luma([90])));
    let large = encode(&grey(7_100, 7_100), ImageFormat::Png)?;
    let wide = encode(&grey(1_100, 100), ImageFormat::Png)?;
    let tall = encode(&grey(100, 1_100), ImageFormat::Jpeg)?;
    // The same size as a JPEG's header says it, on a small picture's data.
    let mut header = encode(&grey(64, 64), ImageFormat::Jpeg)?;
    if let Some(at) = header.windows(2).position(|pair| pair == [0xff, 0xc0])
        && let Some(size) = header.get_mut(at + 5..at + 9)
    {
        size.copy_from_slice(&[0x1f, 0xff, 0x1f, 0xff]);
    }
    // A PNG that says 50,000 × 50,000 pixels: the header is all it takes.
    let mut bomb = encode(&grey(64, 64), ImageFormat::Png)?;
    if let Some(size) = bomb.get_mut(16..24) {
        size.copy_from_slice(&[0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50]);
    }
    let checked = bomb.get(12..29).map(crc32);
    if let (Some(sum), Some(place)) = (checked, bomb.get_mut(29..33)) {
        place.copy_from_slice(&sum.to_be_bytes());
    }
    Ok(vec![
        ("large.png", large, "pixels, more than"),
        ("header.jpg", header, "pixels, more than"),
        ("wide.png", wide, "to 1"),
        ("tall.jpg", tall, "to 1"),
        ("bomb.png", bomb, "pixels, more than"),
    ])
}

/// PNG's checksum (ISO 3309).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 })
    })
}

fn files_holding(folder: &std::path::Path, wanted: &[u8]) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let holds = |path: std::path::PathBuf| {
        if path.is_dir() {
            return files_holding(&path, wanted);
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        usize::from(bytes.windows(wanted.len()).any(|window| window == wanted))
    };
    entries.flatten().map(|entry| holds(entry.path())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_pngs() {
        assert_eq!(crc32(b"IEND"), 0xae42_6082);
    }
}
