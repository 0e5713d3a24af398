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
const QUALITY: u8 = 36;

/// A desk's screen, tall enough for every state to be seen whole.
const DESK: Viewport = Viewport { width: 1280, height: 1400, scale: 1, touch: false };
/// The narrowest that must work.
const NARROW: Viewport = Viewport { width: 320, height: 1400, scale: 1, touch: false };

/// A row of the gallery's pictures: all states, or all plain views, of one setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    /// Of page and widget.
    pub(crate) language: &'static str,
    /// `data-theme`.
    pub(crate) theme: &'static str,
    /// What is special about the screen or the widget on it.
    pub(crate) screen: &'static str,
    viewport: Viewport,
    size: &'static str,
}

/// English in every theme and size, the other languages as they look first: all of it would weigh too much.
fn settings(language: &'static str) -> Vec<Setting> {
    let setting = |theme, screen, viewport, size| Setting { language, theme, screen, viewport, size };
    let plain = |theme| [setting(theme, "desk", DESK, "normal"), setting(theme, "narrow", NARROW, "normal")];
    if language != "en" {
        return plain("light").into();
    }
    let sizes = [setting("light", "compact", DESK, "compact"), setting("light", "flexible", DESK, "flexible")];
    THEMES.into_iter().flat_map(plain).chain(sizes).collect()
}

/// Views of the challenge without script: name, caption, and the button that leads there from the view before.
pub(crate) const PLAIN_VIEWS: [(&str, &str, Option<&str>); 3] = [
    ("plain-choice", "Without script: the choice", None),
    ("plain-screen", "Without script: a screen of nine pictures", Some("[value=label]")),
    ("plain-waiting", "Without script: the wait in place of the machine's turn", Some("[value=machine]")),
];

/// The frame has got the room that the widget asked for.
const SETTLED: &str = "(() => {
    const panel = document.querySelector('.panel');
    return panel ? panel.getBoundingClientRect().bottom <= innerHeight + 1 : innerHeight < 200;
})()";

/// One picture.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    /// How the page is shown.
    pub(crate) setting: Setting,
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
        let Setting { language, theme, screen, .. } = self.setting;
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
            for setting in settings(language) {
                bytes += take(&browser, &collector, folder, setting, &mut pictures).await?;
                bytes += take_plain(&browser, &collector, folder, setting, &mut pictures).await?;
                let Setting { theme, screen, .. } = setting;
                println!("{language} {theme} {screen}: {} pictures, {bytes} bytes so far", pictures.len());
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
    setting: Setting,
    pictures: &mut Vec<Picture>,
) -> anyhow::Result<usize> {
    let chromium = browser.chromium()?;
    chromium.show_as(setting.viewport).await?;
    // Nothing moves, so that a picture is the same however fast the machine is.
    chromium.prefer(&[("prefers-reduced-motion", "reduce")]).await?;
    let page = states::page(collector, setting.language, setting.theme, setting.size).await?;
    let mut walk = Walk::begin(browser, collector, &page).await?;
    let mut bytes = 0;
    for state in STATES {
        let name = format!("{}, {setting:?}", state.caption);
        walk.take(state.step).await.with_context(|| name.clone())?;
        browser.until(SETTLED).await.with_context(|| name.clone())?;
        browser.leave_frame().await?;
        bytes += shoot(browser, folder, "iframe", setting, state.name, pictures).await?;
        browser.enter_frame().await?;
    }
    Ok(bytes)
}

/// Looks at the challenge without script, which comes in the widget's usual size only; how many bytes that made.
async fn take_plain(
    browser: &Browser,
    collector: &Collector,
    folder: &Path,
    setting: Setting,
    pictures: &mut Vec<Picture>,
) -> anyhow::Result<usize> {
    if setting.size != "normal" {
        return Ok(0);
    }
    browser.leave_frame().await?;
    let (sitekey, Setting { language, theme, .. }) = (collector.site_keys()?.sitekey, setting);
    let begin = collector.url(&format!("/plain?sitekey={sitekey}&hl={language}&theme={theme}"));
    let mut bytes = 0;
    for (name, caption, button) in PLAIN_VIEWS {
        browser.goto(&begin).await.context(caption)?;
        if let Some(button) = button {
            browser.click(button).await.context(caption)?;
            browser.until("document.querySelector('[name=challenge], [http-equiv=refresh]')").await.context(caption)?;
        }
        browser.until("document.readyState === 'complete' && document.querySelector('.is-plain')").await?;
        bytes += shoot(browser, folder, ".is-plain", setting, name, pictures).await?;
    }
    Ok(bytes)
}

/// Takes a picture of an element; how many bytes that made.
async fn shoot(
    browser: &Browser,
    folder: &Path,
    selector: &str,
    setting: Setting,
    state: &'static str,
    pictures: &mut Vec<Picture>,
) -> anyhow::Result<usize> {
    let place = format!(
        "(({{ x, y, width, height }}) => [x, y, width, height])(document.querySelector('{selector}').getBoundingClientRect())"
    );
    let (x, y, width, height): (f64, f64, f64, f64) = browser.read(&place).await?;
    let clip = json!({ "x": x, "y": y, "width": width, "height": height, "scale": 1 });
    let wish = json!({ "format": "webp", "quality": QUALITY, "clip": clip });
    let shot = browser.chromium()?.send("Page.captureScreenshot", wish).await?;
    let text = shot.get("data").and_then(|data| data.as_str()).context("a picture without data")?;
    let webp = base64::engine::general_purpose::STANDARD.decode(text)?;
    let picture = Picture { setting, state, width, height };
    fs::write(folder.join(picture.file()), &webp)?;
    pictures.push(picture);
    Ok(webp.len())
}
