//! A visitor inside the widget's frame, who knows every picture because the operator says what it shows. Knows the
//! widget's markup, and no page around it.

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use super::browser::Browser;
use super::collector::Collector;

/// Screens after which somebody who answers rightly must be through: two a challenge, and one challenge that fails.
const SCREENS_MAX: u32 = 4;

/// The way through by labelling, on the closed widget and in the choice.
pub(crate) const LABEL: &str = ".way-label";
/// The way through by the device's own work, in the same places.
pub(crate) const MACHINE: &str = ".way-machine";
/// What only a widget shows whose visitor's device is at work.
pub(crate) const COMPUTING: &str = ".is-computing .progress";
/// What the closed widget asks to be pressed: for pictures, and after that for what its one line says.
pub(crate) const CARD_ACTION: &str = ".card .card-action";
/// What only a widget shows whose visitor is through.
pub(crate) const PASSED: &str = ".card .is-given";
/// The line that says what was done, on the widget of a visitor who is through.
pub(crate) const DONE_LINE: &str = ".card .pass";
/// What a closed widget says that cannot go on, and the button beside it.
pub(crate) const TROUBLE: &str = ".card .trouble";
/// Tries again what could not go on.
pub(crate) const TRY_AGAIN: &str = ".card .button";
/// What an open widget says that cannot go on.
pub(crate) const TROUBLE_OPEN: &str = ".foot .trouble";
/// The button that opens the receipt, and the one that closes it.
pub(crate) const TO_RECEIPT: &str = ".to-receipt";
const RECEIPT: &str = ".payslip";
const RECEIPT_CLOSE: &str = ".payslip > .controls .button.is-quiet";
const REMOVAL: &str = ".removal .button";
const REMOVAL_ASKED: &str = ".removal-text";
const REMOVED: &str = ".removal-text.settled";
/// What only a widget shows whose token has died.
const EXPIRED: &str = ".card:is(.is-expired, :has(.to-receipt):not(:has(.is-given)))";
/// Asks for other pictures.
const OTHERS: &str = ".foot .button.is-main + .button";

/// The address of the pictures, once they can be answered.
pub(crate) const USABLE: &str = "(() => {
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
    /// The visitor is through.
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

    /// Asks for pictures.
    pub(crate) async fn begin(&self) -> anyhow::Result<Screen> {
        self.browser.click(LABEL).await?;
        self.screen().await
    }

    /// Asks for pictures where the page has opened the choice, and answers rightly; how many screens that took.
    pub(crate) async fn pass_chosen(&self) -> anyhow::Result<u32> {
        self.browser.until(&format!("document.querySelector('.is-choice {LABEL}')")).await?;
        self.pass().await
    }

    /// Asks for other pictures than these.
    pub(crate) async fn others(&self, screen: &Screen) -> anyhow::Result<Screen> {
        self.browser.click(OTHERS).await?;
        let before = Value::from(screen.sprite.clone());
        self.browser
            .until(&format!("(() => {{ const usable = {USABLE}; return usable && usable !== {before}; }})()"))
            .await?;
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

    /// Picks these tiles of a screen on which nothing is picked.
    pub(crate) async fn pick(&self, tiles: &[usize]) -> anyhow::Result<()> {
        self.toggle(tiles).await?;
        ensure!(self.picked().await? == tiles, "clicking {tiles:?} picked {:?}", self.picked().await?);
        Ok(())
    }

    /// Clicks these tiles.
    pub(crate) async fn toggle(&self, tiles: &[usize]) -> anyhow::Result<()> {
        for tile in tiles {
            self.browser
                .click(&format!("[role=row]:nth-child({}) > :nth-child({}) > .tile", tile / 3 + 1, tile % 3 + 1))
                .await?;
        }
        Ok(())
    }

    /// The tiles that are picked, from 0.
    pub(crate) async fn picked(&self) -> anyhow::Result<Vec<usize>> {
        let pressed =
            "[...document.querySelectorAll('.tile')].flatMap((tile, at) => tile.ariaPressed === 'true' ? [at] : [])";
        self.browser.read(pressed).await
    }

    /// Hands the screen in.
    pub(crate) async fn submit(&self) -> anyhow::Result<()> {
        self.browser.click(".button.is-main").await
    }

    /// What becomes of the answer to `screen`.
    pub(crate) async fn outcome(&self, screen: &Screen) -> anyhow::Result<Outcome> {
        let before = Value::from(screen.sprite.clone());
        let outcome = format!(
            "(() => {{
                if (document.querySelector('{PASSED}')) return ['passed', ''];
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

    /// Answers `screen` rightly.
    pub(crate) async fn answer(&self, screen: &Screen) -> anyhow::Result<Outcome> {
        self.pick(&screen.positives()).await?;
        self.submit().await?;
        self.outcome(screen).await
    }

    /// Answers rightly from `screen` on until the visitor is through; how many screens that took.
    pub(crate) async fn pass_from(&self, mut screen: Screen) -> anyhow::Result<u32> {
        for number in 1..=SCREENS_MAX {
            match self.answer(&screen).await? {
                Outcome::Passed => return Ok(number),
                Outcome::Another(_) => screen = self.screen().await?,
                Outcome::Trouble(words) => bail!("screen {number}: {words}"),
            }
        }
        bail!("{SCREENS_MAX} screens were answered rightly, and the visitor is not through")
    }

    /// Asks for pictures and answers rightly; how many screens that took.
    pub(crate) async fn pass(&self) -> anyhow::Result<u32> {
        let screen = self.begin().await?;
        self.pass_from(screen).await
    }

    /// Waits until the token has died.
    pub(crate) async fn is_expired(&self) -> anyhow::Result<()> {
        self.awaits(EXPIRED).await
    }

    /// Waits until the widget begins from the beginning.
    pub(crate) async fn is_new(&self) -> anyhow::Result<()> {
        self.browser
            .until(&format!("document.querySelector('{CARD_ACTION}') && !document.querySelector('{PASSED}')"))
            .await?;
        Ok(())
    }

    /// Opens the receipt.
    pub(crate) async fn open_receipt(&self) -> anyhow::Result<()> {
        self.browser.click(TO_RECEIPT).await?;
        self.awaits(RECEIPT).await
    }

    /// Closes the receipt.
    pub(crate) async fn close_receipt(&self) -> anyhow::Result<()> {
        self.browser.click(RECEIPT_CLOSE).await
    }

    /// Asks on the receipt for the answers' removal, which the widget then asks about.
    pub(crate) async fn ask_removal(&self) -> anyhow::Result<()> {
        self.browser.click(REMOVAL).await?;
        self.awaits(REMOVAL_ASKED).await
    }

    /// Says that the removal is meant.
    pub(crate) async fn confirm_removal(&self) -> anyhow::Result<()> {
        self.browser.click(REMOVAL).await?;
        self.awaits(REMOVED).await
    }

    /// Waits until there is such an element.
    pub(crate) async fn awaits(&self, selector: &str) -> anyhow::Result<()> {
        self.browser.until(&format!("document.querySelector({})", Value::from(selector))).await?;
        Ok(())
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
