//! The whole loop without a mouse, its key presses counted from the focused widget.

use anyhow::{bail, ensure};
use thirtyfour::Key;

use super::browser::{Browser, DESKTOPS, in_each};
use super::collector::Collector;
use super::comment_page;
use super::visitor::{Outcome, Screen, Visitor};

const FOCUSED_CARD: &str = "document.hasFocus() && document.activeElement.matches('.card-action')";
/// Screens a challenge may have.
const SCREENS_MAX: usize = 2;

/// Key presses of one visitor.
struct Keyboard<'a> {
    browser: &'a Browser,
    presses: usize,
}

impl Keyboard<'_> {
    async fn press(&mut self, key: impl Into<char>) -> anyhow::Result<()> {
        self.presses += 1;
        self.browser.press(key).await
    }
}

/// How the tiles of a screen are picked.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// By the digit of each tile: 7 presses for a screen with three.
    Digits,
    /// By arrows and Space: 16 presses for a screen with three.
    Arrows,
}

impl Way {
    /// Presses that a screen may take, Space on the widget and Enter at the end included.
    fn allowance(self, positives: usize) -> usize {
        match self {
            Self::Digits => positives + 4,
            Self::Arrows => 2 * positives + 10,
        }
    }

    /// Picks what shows the thing; the focus is on the first tile.
    async fn pick(self, keyboard: &mut Keyboard<'_>, screen: &Screen) -> anyhow::Result<()> {
        let mut at = 0;
        for tile in screen.positives() {
            match self {
                Self::Digits => {
                    let digit = char::from_digit(u32::try_from(tile + 1)?, 10);
                    keyboard.press(digit.unwrap_or_default()).await?;
                }
                Self::Arrows => {
                    let (rows, columns) = ((tile / 3).abs_diff(at / 3), (tile % 3).abs_diff(at % 3));
                    for _ in 0..rows {
                        keyboard.press(Key::Down).await?;
                    }
                    let sideways = if tile % 3 > at % 3 { Key::Right } else { Key::Left };
                    for _ in 0..columns {
                        keyboard.press(sideways.clone()).await?;
                    }
                    keyboard.press(' ').await?;
                    at = tile;
                }
            }
        }
        Ok(())
    }
}

/// Comes to the widget by Tab, from the field before it.
async fn reach_widget<'a>(browser: &'a Browser, collector: &'a Collector) -> anyhow::Result<Visitor<'a>> {
    browser.goto(&collector.url("/")).await?;
    Visitor::arrive(browser, collector).await?;
    browser.leave_frame().await?;
    comment_page::fill(browser).await?;
    browser.press(Key::Tab).await?;
    let focused: String = browser.read("document.activeElement.tagName").await?;
    ensure!(focused == "IFRAME", "Tab after the comment leads to {focused}");
    let visitor = Visitor::arrive(browser, collector).await?;
    ensure!(browser.read::<bool>(FOCUSED_CARD).await?, "Tab does not lead to the widget's first way");
    Ok(visitor)
}

async fn check(way: Way) -> anyhow::Result<()> {
    in_each(DESKTOPS, async |browser| {
        let collector = Collector::start()?;
        let visitor = reach_widget(&browser, &collector).await?;
        let mut keyboard = Keyboard { browser: &browser, presses: 0 };
        let mut allowance = 0;
        keyboard.press(' ').await?;
        for number in 1.. {
            let screen = visitor.screen().await?;
            browser.until("document.activeElement.matches('.tile')").await?;
            way.pick(&mut keyboard, &screen).await?;
            ensure!(visitor.picked().await? == screen.positives(), "{way:?} picked {:?}", visitor.picked().await?);
            keyboard.press(Key::Enter).await?;
            allowance += way.allowance(screen.positives().len());
            match visitor.outcome(&screen).await? {
                Outcome::Passed => break,
                Outcome::Another(words) if number < SCREENS_MAX => {
                    ensure!(words == "One more screen, please.", "{words}");
                }
                outcome => bail!("right answers on screen {number} led to {outcome:?}"),
            }
        }
        ensure!(keyboard.presses <= allowance, "{way:?}: {} presses, {allowance} allowed", keyboard.presses);
        browser.until(FOCUSED_CARD).await?;
        browser.leave_frame().await?;
        ensure!(
            browser.read::<String>("document.activeElement.tagName").await? == "IFRAME",
            "the focus has left the widget"
        );
        comment_page::is_filled(&browser).await?;
        ensure!(comment_page::token(&browser).await?.len() == 43, "the form holds no token");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_passes_by_digits_alone_in_seven_presses_for_three_pictures() -> anyhow::Result<()> {
    check(Way::Digits).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_passes_by_arrows_and_space_in_sixteen_presses_for_three_pictures() -> anyhow::Result<()> {
    check(Way::Arrows).await
}

#[tokio::test(flavor = "multi_thread")]
async fn escape_closes_and_loses_neither_the_form_nor_the_picks() -> anyhow::Result<()> {
    in_each(DESKTOPS, async |browser| {
        let collector = Collector::start()?;
        let visitor = reach_widget(&browser, &collector).await?;
        browser.press(' ').await?;
        let screen = visitor.screen().await?;
        browser.press('2').await?;
        browser.press('9').await?;
        ensure!(visitor.picked().await? == [1, 8]);
        browser.press(Key::Escape).await?;
        browser.until("!document.querySelector('.panel')").await?;
        browser.until(FOCUSED_CARD).await?;
        browser.leave_frame().await?;
        comment_page::is_filled(&browser).await?;
        let closed = "(({ width, height }) => width === 304 && height === 78)(document.querySelector('iframe').getBoundingClientRect())";
        browser.until(closed).await?;
        let visitor = Visitor::arrive(&browser, &collector).await?;
        browser.press(' ').await?;
        ensure!(visitor.screen().await? == screen, "the same pictures open again");
        ensure!(visitor.picked().await? == [1, 8], "and what was picked is picked");
        Ok(())
    })
    .await
}
