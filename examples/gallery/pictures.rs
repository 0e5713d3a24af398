//! The pictures: each state of each setting as a small file. Knows how a picture is taken, not how it is shown.
#![expect(clippy::print_stdout, reason = "it takes minutes, and says how far it is")]

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use serde_json::json;

use crate::browser::{Browser, Device, Viewport};
use crate::collector::Collector;
use crate::states::{self, LANGUAGES, SETTINGS, STATES, THEMES, Walk};

/// All pictures together, at most: they are part of the repository.
const BYTES_MAX: usize = 3_000_000;
/// Of lossy WebP, from 0 to 100: letters stay sharp, photographs become small.
const QUALITY: u8 = 40;

/// Screens, tall enough for every state to be seen whole.
pub(crate) const SCREENS: [(&str, Viewport); 2] = [
    ("desk", Viewport { width: 1280, height: 1400, scale: 1, touch: false }),
    ("narrow", Viewport { width: 320, height: 1400, scale: 1, touch: false }),
];

/// The frame has got the room that the widget asked for.
const SETTLED: &str = "(() => {
    const panel = document.querySelector('.panel');
    return panel ? panel.getBoundingClientRect().bottom <= innerHeight + 1 : innerHeight < 200;
})()";
/// Where the widget is on the page.
const PLACE: &str =
    "(({ x, y, width, height }) => [x, y, width, height])(document.querySelector('iframe').getBoundingClientRect())";

/// One picture.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    /// Language, theme and screen.
    pub(crate) setting: (&'static str, &'static str, &'static str),
    /// Name of the state.
    pub(crate) state: &'static str,
    /// CSS pixels.
    pub(crate) width: f64,
    /// CSS pixels.
    pub(crate) height: f64,
}

impl Picture {
    /// Of its file inside the gallery's folder.
    pub(crate) fn file(&self) -> String {
        let (language, theme, screen) = self.setting;
        format!("{language}/{}-{theme}-{screen}.webp", self.state)
    }
}

/// Takes all pictures into this folder, and removes the pictures of states that are no more.
///
/// # Errors
/// A state cannot be reached, or the pictures weigh too much; the error says which.
pub(crate) async fn take_all(folder: &Path) -> anyhow::Result<Vec<Picture>> {
    let (mut pictures, mut bytes) = (Vec::new(), 0);
    for language in LANGUAGES {
        let place = folder.join(language);
        if place.is_dir() {
            fs::remove_dir_all(&place)?;
        }
        fs::create_dir_all(&place)?;
        Browser::open(Device::CHROMIUM, async |browser| {
            let collector = Collector::start_with(SETTINGS)?;
            for theme in THEMES {
                for (screen, viewport) in SCREENS {
                    let setting = (language, theme, screen);
                    bytes += take(&browser, &collector, folder, setting, viewport, &mut pictures).await?;
                    println!("{language} {theme} {screen}: {} pictures, {bytes} bytes so far", pictures.len());
                }
            }
            Ok(())
        })
        .await?;
    }
    ensure!(bytes <= BYTES_MAX, "the gallery weighs {bytes} bytes, {BYTES_MAX} at most");
    Ok(pictures)
}

/// Walks through all states; how many bytes that made.
async fn take(
    browser: &Browser,
    collector: &Collector,
    folder: &Path,
    setting: (&'static str, &'static str, &'static str),
    viewport: Viewport,
    pictures: &mut Vec<Picture>,
) -> anyhow::Result<usize> {
    let (language, theme, _) = setting;
    let chromium = browser.chromium()?;
    chromium.show_as(viewport).await?;
    // Nothing moves, so that a picture is the same however fast the machine is.
    chromium.prefer(&[("prefers-reduced-motion", "reduce")]).await?;
    let page = states::page(collector, language, theme).await?;
    let mut walk = Walk::begin(browser, collector, &page).await?;
    let mut bytes = 0;
    for state in STATES {
        let name = format!("{}, {setting:?}", state.caption);
        walk.take(state.step).await.with_context(|| name.clone())?;
        browser.until(SETTLED).await.with_context(|| name.clone())?;
        browser.leave_frame().await?;
        let (x, y, width, height): (f64, f64, f64, f64) = browser.read(PLACE).await?;
        let clip = json!({ "x": x, "y": y, "width": width, "height": height, "scale": 1 });
        let wish = json!({ "format": "webp", "quality": QUALITY, "clip": clip });
        let shot = chromium.send("Page.captureScreenshot", wish).await?;
        let text = shot.get("data").and_then(|data| data.as_str()).context("a picture without data")?;
        let webp = base64::engine::general_purpose::STANDARD.decode(text)?;
        let picture = Picture { setting, state: state.name, width, height };
        fs::write(folder.join(picture.file()), &webp)?;
        bytes += webp.len();
        pictures.push(picture);
        browser.enter_frame().await?;
    }
    Ok(bytes)
}
