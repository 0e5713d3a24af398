//! A visitor inside the widget's frame, who knows every picture because the operator says what it shows. Knows the
//! widget's markup, and no page around it.

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use super::browser::Browser;
use super::collector::Collector;

/// Screens after which somebody who answers rightly must be through: two a challenge, and one challenge that fails.
const SCREENS_MAX: u32 = 4;

/// The address of the pictures, once they can be answered.
const USABLE: &str = "(() => {
    const part = document.querySelector('.part');
    const ready = part && part.complete && part.naturalWidth > 0 && !document.querySelector('.grid[aria-busy]');
    return ready && part.src;
})()";

/// A visitor in front of one widget.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visitor<'a> {
    browser: &'a Browser,
    collector: &'a Collector,
}

/// A screen of pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Screen {
    /// Address of its pictures.
    sprite: String,
    /// Whether each tile shows the thing, row by row.
    pub(crate) truth: Vec<bool>,
}

/// What became of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The box is ticked.
    Passed,
    /// There is another screen, with these words above it.
    Another(String),
    /// Something went wrong, in these words.
    Trouble(String),
}

impl Screen {
    /// The tiles that show the thing, from 0.
    pub(crate) fn positives(&self) -> Vec<usize> {
        self.tiles(true)
    }

    /// The tiles that do not, from 0.
    pub(crate) fn negatives(&self) -> Vec<usize> {
        self.tiles(false)
    }

    fn tiles(&self, showing: bool) -> Vec<usize> {
        self.truth.iter().enumerate().filter(|(_, shows)| **shows == showing).map(|(tile, _)| tile).collect()
    }
}

impl<'a> Visitor<'a> {
    /// Comes to the widget of the present page: the browser speaks to its frame from now on.
    pub(crate) async fn arrive(browser: &'a Browser, collector: &'a Collector) -> anyhow::Result<Self> {
        browser.enter_frame().await?;
        // The live region comes with the widget's code; what the collector painted has none.
        let arrived = browser.until("document.querySelector('.corvee-widget [role=status]')").await;
        arrived.with_context(|| format!("the widget does not start; the collector said:\n{}", collector.said()))?;
        Ok(Self { browser, collector })
    }

    /// Ticks the box with the mouse.
    pub(crate) async fn tick(&self) -> anyhow::Result<Screen> {
        self.browser.click(".tick-box").await?;
        self.screen().await
    }

    /// The screen that is shown, once it can be answered.
    pub(crate) async fn screen(&self) -> anyhow::Result<Screen> {
        let sprite = self.browser.until(USABLE).await?;
        let sprite = sprite.as_str().context("the pictures have no address")?.to_owned();
        let sealed = sprite.split('/').rev().nth(1).context("the pictures' address holds no challenge")?;
        let truth = self.collector.truth(sealed).await?;
        ensure!(truth.len() == 9, "a screen of {} tiles", truth.len());
        Ok(Screen { sprite, truth })
    }

    /// Picks these tiles with the mouse.
    pub(crate) async fn pick(&self, tiles: &[usize]) -> anyhow::Result<()> {
        for tile in tiles {
            self.browser
                .click(&format!("[role=row]:nth-child({}) > :nth-child({}) > .tile", tile / 3 + 1, tile % 3 + 1))
                .await?;
        }
        ensure!(self.picked().await? == tiles, "clicking {tiles:?} picked {:?}", self.picked().await?);
        Ok(())
    }

    /// The tiles that are picked, from 0.
    pub(crate) async fn picked(&self) -> anyhow::Result<Vec<usize>> {
        let pressed =
            "[...document.querySelectorAll('.tile')].flatMap((tile, at) => tile.ariaPressed === 'true' ? [at] : [])";
        self.browser.read(pressed).await
    }

    /// Hands the screen in with the mouse.
    pub(crate) async fn submit(&self) -> anyhow::Result<()> {
        self.browser.click(".button.is-main").await
    }

    /// What becomes of the answer to `screen`.
    pub(crate) async fn outcome(&self, screen: &Screen) -> anyhow::Result<Outcome> {
        let before = Value::from(screen.sprite.clone());
        let outcome = format!(
            "(() => {{
                if (document.querySelector('.tick-box.is-given')) return ['passed', ''];
                const trouble = document.querySelector('.trouble');
                if (trouble) return ['trouble', trouble.innerText];
                const usable = {USABLE};
                return usable && usable !== {before} && ['another', document.querySelector('.note')?.innerText ?? ''];
            }})()"
        );
        let (name, words): (String, String) = serde_json::from_value(self.browser.until(&outcome).await?)?;
        Ok(match name.as_str() {
            "passed" => Outcome::Passed,
            "trouble" => Outcome::Trouble(words),
            _ => Outcome::Another(words),
        })
    }

    /// Answers `screen` rightly with the mouse.
    pub(crate) async fn answer(&self, screen: &Screen) -> anyhow::Result<Outcome> {
        self.pick(&screen.positives()).await?;
        self.submit().await?;
        self.outcome(screen).await
    }

    /// Answers rightly from `screen` on until the box is ticked; how many screens that took.
    pub(crate) async fn pass_from(&self, mut screen: Screen) -> anyhow::Result<u32> {
        for number in 1..=SCREENS_MAX {
            match self.answer(&screen).await? {
                Outcome::Passed => return Ok(number),
                Outcome::Another(_) => screen = self.screen().await?,
                Outcome::Trouble(words) => bail!("screen {number}: {words}"),
            }
        }
        bail!("{SCREENS_MAX} screens were answered rightly, and the box is not ticked")
    }

    /// Ticks the box and answers rightly; how many screens that took.
    pub(crate) async fn pass(&self) -> anyhow::Result<u32> {
        let screen = self.tick().await?;
        self.pass_from(screen).await
    }

    /// The text of an element.
    pub(crate) async fn text(&self, selector: &str) -> anyhow::Result<String> {
        // Not the driver's own reading of a text, which makes no-break spaces plain ones.
        self.browser.read(&format!("document.querySelector({}).innerText", Value::from(selector))).await
    }

    /// Makes sure that an element says exactly this.
    pub(crate) async fn reads(&self, selector: &str, expected: &str) -> anyhow::Result<()> {
        let text = self.text(selector).await?;
        ensure!(text == expected, "{selector} says {text:?}, not {expected:?}");
        Ok(())
    }
}
