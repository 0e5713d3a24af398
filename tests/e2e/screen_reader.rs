//! Somebody who only hears: the accessibility tree as the browser hands it to a screen reader, walked stop by stop with Tab.
//! Knows roles, names and states; no class, no element, no picture.

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};
use thirtyfour::Key;

use super::browser::{Browser, CHROMIUM_ONLY, Wait, in_each};
use super::collector::Collector;
use super::comment_page;
use super::visitor::Visitor;

/// Stops of the way to a token by either path.
const STOPS_MAX: usize = 4;
/// Screens after which somebody who answers rightly must be through: two a challenge, and one challenge that fails.
const SCREENS_MAX: usize = 4;

/// What is said of one thing on the page.
#[derive(Clone, Debug)]
struct Heard {
    role: String,
    name: String,
    description: String,
    /// Names and values of its states.
    states: Vec<(String, Value)>,
}

impl Heard {
    /// Reads a node of the tree; `None` for one that is passed over.
    fn read(node: &Value) -> Option<Self> {
        if node.get("ignored") == Some(&json!(true)) {
            return None;
        }
        let text =
            |of: &str| node.pointer(&format!("/{of}/value")).and_then(Value::as_str).unwrap_or_default().to_owned();
        let states = node.get("properties").and_then(Value::as_array).into_iter().flatten().filter_map(|state| {
            Some((state.get("name")?.as_str()?.to_owned(), state.pointer("/value/value")?.clone()))
        });
        Some(Self {
            role: text("role"),
            name: text("name"),
            description: text("description"),
            states: states.collect(),
        })
    }

    fn is(&self, state: &str, value: &Value) -> bool {
        self.states.iter().any(|(name, is)| name == state && is == value)
    }
}

/// Somebody with a screen reader and a keyboard, from the moment when Tab leads into the widget.
struct Listener<'a> {
    browser: &'a Browser,
    frame: String,
    /// What they came to, in order.
    stops: Vec<String>,
}

impl<'a> Listener<'a> {
    /// Comes to the widget from the field before it.
    async fn arrive(browser: &'a Browser, collector: &Collector) -> anyhow::Result<Self> {
        browser.goto(&collector.url("/")).await?;
        Visitor::arrive(browser, collector).await?;
        browser.leave_frame().await?;
        comment_page::fill(browser).await?;
        browser.chromium()?.send("Accessibility.enable", json!({})).await?;
        let tree = browser.chromium()?.send("Page.getFrameTree", json!({})).await?;
        let frame = tree.pointer("/frameTree/childFrames/0/frame/id").and_then(Value::as_str);
        let frame = frame.with_context(|| format!("the page has no frame: {tree}"))?.to_owned();
        let mut listener = Self { browser, frame, stops: Vec::new() };
        listener.tab().await?;
        Ok(listener)
    }

    /// All that is in the frame, in the order in which it is read out.
    async fn hear(&self) -> anyhow::Result<Vec<Heard>> {
        let tree =
            self.browser.chromium()?.send("Accessibility.getFullAXTree", json!({ "frameId": self.frame })).await?;
        let nodes = tree.get("nodes").and_then(Value::as_array).context("there is no accessibility tree")?;
        Ok(nodes.iter().filter_map(Heard::read).collect())
    }

    /// What has the focus.
    async fn focused(&self) -> anyhow::Result<Heard> {
        let heard = self.hear().await?;
        let focused = heard.iter().rfind(|heard| heard.is("focused", &json!(true)) && heard.role != "RootWebArea");
        focused.cloned().with_context(|| format!("nothing has the focus: {heard:?}"))
    }

    /// Notes where the focus is.
    async fn stop(&mut self) -> anyhow::Result<Heard> {
        let focused = self.focused().await?;
        ensure!(!focused.name.is_empty(), "a {} without a name has the focus", focused.role);
        self.stops.push(format!("{} “{}”", focused.role, focused.name));
        Ok(focused)
    }

    /// Goes on to the next stop.
    async fn tab(&mut self) -> anyhow::Result<Heard> {
        self.browser.press(Key::Tab).await?;
        self.stop().await
    }

    /// Listens until something is said.
    async fn until(&self, what: &str, is_it: impl Fn(&Heard) -> bool) -> anyhow::Result<Heard> {
        let (mut heard, wait) = (Vec::new(), Wait::begin());
        while !wait.is_over() {
            heard = self.hear().await?;
            if let Some(it) = heard.iter().find(|heard| is_it(heard)) {
                return Ok(it.clone());
            }
            wait.rest().await;
        }
        bail!("{what} is never heard, but {heard:?}")
    }

    /// The status line is polite and says this.
    async fn until_said(&self, part: &str) -> anyhow::Result<()> {
        let region = self.until("a status line", |heard| heard.role == "status").await?;
        ensure!(region.is("live", &json!("polite")), "the status line interrupts: {region:?}");
        self.until(part, |heard| heard.role == "StaticText" && heard.name.contains(part)).await?;
        Ok(())
    }

    /// The form has a token, the focus has stayed, and the way was short.
    async fn is_through(&self, collector: &Collector) -> anyhow::Result<()> {
        ensure!(self.stops.len() <= STOPS_MAX, "{} stops: {:?}", self.stops.len(), self.stops);
        comment_page::is_filled(self.browser).await?;
        let token = comment_page::token(self.browser).await?;
        let reply = collector.siteverify(&token).await?;
        ensure!(reply.get("success") == Some(&json!(true)), "{reply}");
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_has_the_device_compute_and_is_through_in_four_stops() -> anyhow::Result<()> {
    in_each(CHROMIUM_ONLY, async |browser| {
        let collector = Collector::start()?;
        let mut listener = Listener::arrive(&browser, &collector).await?;
        let machine = listener.tab().await?;
        ensure!(machine.role == "button" && machine.name == "Let my device compute", "{machine:?}");
        browser.press(' ').await?;
        listener.until_said("Your device is computing").await?;
        listener.until_said("Done").await?;
        listener.is_through(&collector).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_labels_pictures_and_is_through_in_four_stops() -> anyhow::Result<()> {
    in_each(CHROMIUM_ONLY, async |browser| {
        let collector = Collector::start()?;
        let mut listener = Listener::arrive(&browser, &collector).await?;
        let label = listener.focused().await?;
        ensure!(label.role == "button" && label.name == "Label pictures", "{label:?}");
        ensure!(label.description.contains("unpaid"), "nothing is said of the work before it: {label:?}");
        browser.press(' ').await?;
        let visitor = Visitor::arrive(&browser, &collector).await?;
        for number in 1..=SCREENS_MAX {
            let screen = visitor.screen().await?;
            browser.until("document.activeElement.matches('.tile')").await?;
            browser.leave_frame().await?;
            if number == 1 {
                let tile = listener.stop().await?;
                ensure!(
                    tile.role == "button" && tile.name == "Image 1 of 9" && tile.is("pressed", &json!("false")),
                    "{tile:?}"
                );
                let grid = listener.until("the grid", |heard| heard.role == "grid" || heard.role == "group").await?;
                ensure!(grid.name.contains("Which"), "the pictures are not asked about: {grid:?}");
            }
            for tile in screen.positives() {
                let digit = char::from_digit(u32::try_from(tile + 1)?, 10).unwrap_or_default();
                browser.press(digit).await?;
                let name = format!("Image {} of 9", tile + 1);
                listener.until(&name, |heard| heard.name == name && heard.is("pressed", &json!("true"))).await?;
            }
            browser.press(Key::Enter).await?;
            browser.enter_frame().await?;
            let outcome = visitor.outcome(&screen).await?;
            if outcome == super::visitor::Outcome::Passed {
                browser.leave_frame().await?;
                listener.until_said("Done").await?;
                return listener.is_through(&collector).await;
            }
        }
        bail!("{SCREENS_MAX} screens were answered rightly, and the listener is not through")
    })
    .await
}
