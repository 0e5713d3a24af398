//! Every state of the widget and the way to it: one table for axe-core and for the gallery. Knows the order of the way; the
//! markup is the visitor's knowledge.

use anyhow::{Context as _, ensure};

use super::browser::{Browser, Connection};
use super::collector::Collector;
use super::host_page::HostPage;
use super::visitor::{
    CARD_ACTION, COMPUTING, DONE_LINE, MACHINE, Outcome, PASSED, Screen, TROUBLE, TROUBLE_OPEN, TRY_AGAIN, Visitor,
};

/// Nobody is refused for asking often.
pub(crate) const SETTINGS: &str =
    "[budget]\nclean_challenges = 0\nclean_failures = 100000\nchallenges = 100000\nfailures = 100000\n";

/// Languages with long words, with other letters, and from right to left.
pub(crate) const LANGUAGES: [&str; 4] = ["en", "fr", "ar", "ja"];
/// Values of `data-theme`.
pub(crate) const THEMES: [&str; 3] = ["light", "dark", "contrast"];

/// One state, by the step that leads to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct State {
    /// Of a file, in English.
    pub(crate) name: &'static str,
    /// What a person sees there.
    pub(crate) caption: &'static str,
    /// From the state before it.
    pub(crate) step: Step,
}

/// What a visitor, or the world, does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Opens the page.
    Arrive,
    /// Asks for pictures.
    Begin,
    /// Picks what shows the thing.
    Pick,
    /// Picks what does not, and hands it in.
    AnswerWrongly,
    /// Answers rightly until through.
    Pass,
    /// Opens the receipt.
    OpenReceipt,
    /// Asks for the removal of the answers.
    AskRemoval,
    /// Means it.
    ConfirmRemoval,
    /// Waits until the token has died, on a clock that jumps.
    Expire,
    /// Begins anew and asks for pictures without a connection.
    LoseConnection,
    /// Begins anew and lets the device compute.
    Compute,
    /// Waits until it has.
    AwaitProof,
    /// Gets pictures, and hands them in without a connection.
    LoseConnectionOpen,
}

/// In this order: each step begins where the one before it ended, the first on a fresh page.
pub(crate) const STATES: &[State] = &[
    State { name: "closed", caption: "Closed: the choice between two equal ways", step: Step::Arrive },
    State { name: "grid", caption: "A screen of nine pictures", step: Step::Begin },
    State { name: "picked", caption: "Pictures picked", step: Step::Pick },
    State { name: "another", caption: "One more screen, without blame", step: Step::AnswerWrongly },
    State { name: "done", caption: "Through", step: Step::Pass },
    State { name: "receipt", caption: "The receipt: a payslip", step: Step::OpenReceipt },
    State { name: "removal", caption: "Taking the answers back: are you sure?", step: Step::AskRemoval },
    State { name: "removed", caption: "The answers are taken back", step: Step::ConfirmRemoval },
    State { name: "expired", caption: "The token has died unused", step: Step::Expire },
    State { name: "computing", caption: "The machine's turn: the device computes", step: Step::Compute },
    State { name: "computed", caption: "Through by the machine's turn", step: Step::AwaitProof },
    State { name: "trouble", caption: "No connection, closed", step: Step::LoseConnection },
    State { name: "trouble-open", caption: "No connection, with a screen open", step: Step::LoseConnectionOpen },
];

/// Keeps every long wait of the document for [`JUMP`], so that a token can die while somebody looks.
const HOLD_CLOCK: &str = "if (!window.waiting) {
    const wait = window.setTimeout;
    window.waiting = [];
    window.setTimeout = (callback, ms, ...values) => ms < 60000 ? wait(callback, ms, ...values) : -window.waiting.push(callback);
}";
/// Lets the last of them pass.
const JUMP: &str = "window.waiting.pop()();";

/// A page in this language with a widget of this theme and size.
pub(crate) async fn page(collector: &Collector, language: &str, theme: &str, size: &str) -> anyhow::Result<HostPage> {
    let (sitekey, origin) = (collector.site_keys()?.sitekey, collector.origin());
    HostPage::serve(
        language,
        &format!(
            "<script src=\"{origin}/api.js\" async defer></script>
             <div class=\"corvee\" data-sitekey=\"{sitekey}\" data-theme=\"{theme}\" data-size=\"{size}\" data-refresh-expired=\"manual\"></div>"
        ),
    )
    .await
}

/// A visitor on the way through all states, in Chromium.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    browser: &'a Browser,
    visitor: Visitor<'a>,
    screen: Option<Screen>,
}

impl<'a> Walk<'a> {
    /// Begins on this page, whose widget is the collector's.
    pub(crate) async fn begin(browser: &'a Browser, collector: &'a Collector, page: &HostPage) -> anyhow::Result<Self> {
        browser.goto(&page.origin("127.0.0.1")).await?;
        let visitor = Visitor::arrive(browser, collector).await?;
        browser.run(HOLD_CLOCK).await?;
        Ok(Self { browser, visitor, screen: None })
    }

    /// Does what leads to the next state; the browser speaks to the frame before and after.
    pub(crate) async fn take(&mut self, step: Step) -> anyhow::Result<()> {
        let (browser, visitor) = (self.browser, self.visitor);
        match step {
            Step::Arrive => {}
            Step::Begin => self.screen = Some(visitor.begin().await?),
            Step::Pick => visitor.pick(&self.screen()?.positives()).await?,
            Step::AnswerWrongly => {
                let screen = self.screen()?;
                let (picked, wrong) = (screen.positives(), screen.negatives());
                visitor.toggle(&picked).await?;
                visitor.pick(&wrong).await?;
                visitor.submit().await?;
                let outcome = visitor.outcome(screen).await?;
                ensure!(matches!(outcome, Outcome::Another(_)), "wrong answers led to {outcome:?}");
                self.screen = Some(visitor.screen().await?);
            }
            Step::Pass => {
                visitor.pass_from(self.screen()?.clone()).await?;
                visitor.awaits(DONE_LINE).await?;
            }
            Step::OpenReceipt => visitor.open_receipt().await?,
            Step::AskRemoval => visitor.ask_removal().await?,
            Step::ConfirmRemoval => visitor.confirm_removal().await?,
            Step::Expire => {
                visitor.close_receipt().await?;
                browser.run(JUMP).await?;
                visitor.is_expired().await?;
            }
            Step::Compute => {
                self.begin_anew().await?;
                browser.click(MACHINE).await?;
                visitor.awaits(COMPUTING).await?;
            }
            Step::AwaitProof => visitor.awaits(PASSED).await?,
            Step::LoseConnection => {
                self.begin_anew().await?;
                browser.chromium()?.connect(Connection::Cut).await?;
                browser.click(CARD_ACTION).await?;
                visitor.awaits(TROUBLE).await?;
                browser.chromium()?.connect(Connection::Whole).await?;
            }
            Step::LoseConnectionOpen => {
                browser.click(TRY_AGAIN).await?;
                visitor.screen().await?;
                browser.chromium()?.connect(Connection::Cut).await?;
                visitor.submit().await?;
                visitor.awaits(TROUBLE_OPEN).await?;
                browser.chromium()?.connect(Connection::Whole).await?;
            }
        }
        Ok(())
    }

    async fn begin_anew(&self) -> anyhow::Result<()> {
        self.browser.leave_frame().await?;
        self.browser.run("corvee.reset()").await?;
        self.browser.enter_frame().await?;
        self.visitor.is_new().await
    }

    fn screen(&self) -> anyhow::Result<&Screen> {
        self.screen.as_ref().context("no screen was shown before this step")
    }
}
