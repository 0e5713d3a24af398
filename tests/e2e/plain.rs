//! The same challenge as a form: without scripts and by keys alone, inside the frame where the widget does not come, and how
//! it looks.

use anyhow::{Context as _, bail, ensure};
use serde_json::json;
use thirtyfour::Key;

use super::axe::Findings;
use super::browser::{
    Browser, CHROMIUM_ONLY, Viewport, WITHOUT_PATIENCE, WITHOUT_SCRIPT, WITHOUT_WEBASSEMBLY, Wait, in_each,
};
use super::collector::Collector;
use super::host_page::HostPage;
use super::line::{Fault, Line};
use super::screenshots;

/// Screens after which somebody who answers rightly must be through.
const SCREENS_MAX: usize = 4;
/// Presses of Tab after which what is looked for does not come.
const TABS_MAX: usize = 24;
/// What only a page whose visitor is through has.
const TOKEN: &str = "data-token=\"";
/// The line that leads to the plain version.
const OFFER: &str = "document.querySelector('.unscripted:not([hidden])')";

/// What stands between `before` and the next quotation mark.
fn quoted<'a>(source: &'a str, before: &str) -> anyhow::Result<&'a str> {
    let rest = source.split_once(before).with_context(|| format!("there is no {before} in {source}"))?.1;
    Ok(rest.split('"').next().unwrap_or_default())
}

/// The challenge on a page.
fn sealed(source: &str) -> anyhow::Result<&str> {
    quoted(source, "name=\"challenge\" value=\"")
}

async fn redeems(collector: &Collector, token: &str) -> anyhow::Result<()> {
    let reply = collector.siteverify(token).await?;
    ensure!(reply.get("success") == Some(&json!(true)), "{token}: {reply}");
    Ok(())
}

/// A visitor with a keyboard on a page with a frame, in a browser that runs no script of pages.
struct Keys<'a> {
    browser: &'a Browser,
}

impl Keys<'_> {
    /// Presses Tab until what has this attribute in the frame has the focus.
    async fn tab_to(&self, attribute: &str, value: &str) -> anyhow::Result<()> {
        for _ in 0..TABS_MAX {
            if self.is_focused(attribute, value).await? {
                return Ok(());
            }
            self.press(Key::Tab).await?;
        }
        bail!("Tab does not lead to what has {attribute}={value}")
    }

    async fn is_focused(&self, attribute: &str, value: &str) -> anyhow::Result<bool> {
        self.browser.enter_frame_without_script().await?;
        let focused = self.browser.focused().await?;
        Ok(focused.attr(attribute).await?.as_deref() == Some(value))
    }

    async fn press(&self, key: impl Into<char>) -> anyhow::Result<()> {
        self.browser.leave_frame().await?;
        self.browser.press(key).await
    }

    /// Chooses by Enter, and reads the page to which that leads.
    async fn choose(&self, wish: &str, part: &str) -> anyhow::Result<String> {
        self.tab_to("value", wish).await?;
        self.press(Key::Enter).await?;
        self.browser.enter_frame_without_script().await?;
        self.browser.source_with(part).await
    }

    /// Ticks what shows the thing, sends it, and reads what comes next.
    async fn answer(&self, collector: &Collector, source: &str) -> anyhow::Result<String> {
        let truth = collector.truth(sealed(source)?).await?;
        for (tile, shows) in truth.into_iter().enumerate() {
            self.tab_to("value", &tile.to_string()).await?;
            if shows {
                self.press(' ').await?;
            }
        }
        self.tab_to("value", "answer").await?;
        self.press(Key::Enter).await?;
        self.browser.enter_frame_without_script().await?;
        let wait = Wait::begin();
        while !wait.is_over() {
            let next = self.browser.source_with("is-plain").await?;
            if next.contains(TOKEN) || sealed(&next).is_ok_and(|next| !source.contains(next)) {
                return Ok(next);
            }
            wait.rest().await;
        }
        bail!("the answer leads nowhere")
    }
}

/// A page for visitors without script: the challenge in a frame, and a field for the token after it.
async fn page_without_script(collector: &Collector) -> anyhow::Result<HostPage> {
    let (sitekey, origin) = (collector.site_keys()?.sitekey, collector.origin());
    HostPage::serve(
        "en",
        &format!(
            "<form><noscript><iframe src=\"{origin}/plain?sitekey={sitekey}\" title=\"Challenge\" width=\"400\" height=\"700\">\
             </iframe></noscript><p><label>Token <input id=\"token\" name=\"corvee-response\"></label></form>"
        ),
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_without_scripts_passes_by_keys_alone_and_copies_the_token() -> anyhow::Result<()> {
    in_each(WITHOUT_SCRIPT, async |browser| {
        let collector = Collector::start()?;
        let page = page_without_script(&collector).await?;
        browser.goto(&page.origin("127.0.0.1")).await?;
        let keys = Keys { browser: &browser };
        let mut source = keys.choose("label", "name=\"challenge\"").await?;
        for _ in 0..SCREENS_MAX {
            source = keys.answer(&collector, &source).await?;
            if source.contains(TOKEN) {
                break;
            }
        }
        let token = quoted(&source, TOKEN)?.to_owned();
        keys.tab_to("id", "corvee-token").await?;
        browser.leave_frame().await?;
        browser.press_with(Key::Control, 'a').await?;
        browser.press_with(Key::Control, 'c').await?;
        for tab in 0.. {
            ensure!(tab < TABS_MAX, "Tab does not lead out of the frame to the page's field");
            if browser.focused().await?.attr("id").await?.as_deref() == Some("token") {
                break;
            }
            browser.press(Key::Tab).await?;
        }
        browser.press_with(Key::Control, 'v').await?;
        let pasted = browser.find("#token").await?.prop("value").await?.unwrap_or_default();
        ensure!(pasted.trim() == token, "copied {pasted:?}, not {token:?}");
        redeems(&collector, pasted.trim()).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_without_scripts_waits_and_the_page_goes_on_by_itself() -> anyhow::Result<()> {
    in_each(WITHOUT_SCRIPT, async |browser| {
        let collector = Collector::start()?;
        let page = page_without_script(&collector).await?;
        browser.goto(&page.origin("127.0.0.1")).await?;
        let keys = Keys { browser: &browser };
        let waiting = keys.choose("machine", "http-equiv=\"refresh\"").await?;
        ensure!(quoted(&waiting, "http-equiv=\"refresh\" content=\"")?.starts_with("20;"), "{waiting}");
        let passed = browser.source_with(TOKEN).await?;
        redeems(&collector, quoted(&passed, TOKEN)?).await
    })
    .await
}

/// A page with a widget that tells what it is told.
async fn page_with_widget(collector: &Collector, origin: &str, attributes: &str) -> anyhow::Result<HostPage> {
    let sitekey = collector.site_keys()?.sitekey;
    HostPage::serve(
        "en",
        &format!(
            "<script>
               tokens = []; expired = 0;
               passed = (token) => tokens.push(token);
               died = () => expired++;
             </script>
             <script src=\"{origin}/api.js\" async defer></script>
             <form><div class=\"corvee\" data-sitekey=\"{sitekey}\" data-callback=\"passed\" data-expired-callback=\"died\"
               {attributes}></div></form>"
        ),
    )
    .await
}

/// Answers rightly in the document that the browser speaks to, with a mouse, until there is a token.
async fn pass_with_mouse(browser: &Browser, collector: &Collector) -> anyhow::Result<String> {
    let loaded = "document.readyState === 'complete' && document.querySelector('.is-plain')";
    for _ in 0..SCREENS_MAX {
        browser.until(&format!("{loaded} && document.querySelector('[name=challenge]')")).await?;
        let challenge: String = browser.read("document.querySelector('[name=challenge]').value").await?;
        for (tile, _) in collector.truth(&challenge).await?.into_iter().enumerate().filter(|(_, shows)| *shows) {
            browser.click(&format!(".row:nth-child({}) > .tile:nth-child({})", tile / 3 + 1, tile % 3 + 1)).await?;
        }
        browser.click("[value=answer]").await?;
        let next = format!(
            "{loaded} && document.querySelector('[data-token], [name=challenge]:not([value=\"{challenge}\"])')"
        );
        browser.until(&next).await?;
        if let Some(token) = browser.read("document.querySelector('[data-token]')?.dataset.token ?? null").await? {
            return Ok(token);
        }
    }
    bail!("{SCREENS_MAX} screens were answered rightly, and the visitor is not through")
}

#[tokio::test(flavor = "multi_thread")]
async fn without_webassembly_the_widgets_buttons_lead_to_the_plain_challenge_and_the_form_gets_its_token()
-> anyhow::Result<()> {
    in_each(WITHOUT_WEBASSEMBLY, async |browser| {
        let collector = Collector::start()?;
        let page = page_with_widget(&collector, collector.origin(), "").await?;
        browser.goto(&page.origin("127.0.0.1")).await?;
        browser.enter_frame().await?;
        browser.until(OFFER).await?;
        browser.leave_frame().await?;
        screenshots::keep(&browser, "plain-offered").await?;
        browser.enter_frame().await?;
        browser.click(".way-label").await?;
        browser.until("document.querySelector('.is-plain [name=challenge]')").await?;
        browser.leave_frame().await?;
        let roomy = "document.querySelector('iframe').getBoundingClientRect().height > 400";
        browser.until(roomy).await?;
        browser.enter_frame().await?;
        let all_of_it = "document.querySelector('.is-plain').getBoundingClientRect().bottom <= innerHeight + 1";
        browser.until(all_of_it).await?;
        browser.leave_frame().await?;
        screenshots::keep(&browser, "plain-in-frame").await?;
        browser.enter_frame().await?;
        let token = pass_with_mouse(&browser, &collector).await?;
        browser.until("document.querySelector('.is-handed .plain-back:not([hidden])')").await?;
        let cut: bool = browser.read("document.querySelector('.panel').scrollHeight > 78").await?;
        ensure!(!cut, "what the frame says at the end is higher than the closed widget");
        browser.leave_frame().await?;
        screenshots::keep(&browser, "plain-handed").await?;
        let closed = "(({ width, height }) => width === 304 && height === 78)(document.querySelector('iframe').getBoundingClientRect())";
        browser.until(closed).await?;
        let tokens: Vec<String> = browser.read("window.tokens").await?;
        let field: String = browser.read("document.querySelector('[name=corvee-response]').value").await?;
        ensure!(tokens == [token.clone()] && field == token, "{tokens:?} and {field:?} are not {token:?}");
        redeems(&collector, &token).await?;

        // Begun anew, the frame shows the closed widget again.
        browser.run("corvee.reset()").await?;
        browser.enter_frame().await?;
        browser.until("document.querySelector('#corvee .way-label')").await?;
        browser.leave_frame().await?;
        let field: String = browser.read("document.querySelector('[name=corvee-response]').value").await?;
        ensure!(field.is_empty(), "after a reset the form holds {field:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_webassembly_a_page_that_asks_for_a_token_opens_the_plain_choice_and_escape_closes_it()
-> anyhow::Result<()> {
    in_each(WITHOUT_WEBASSEMBLY, async |browser| {
        let collector = Collector::start()?;
        let page = page_with_widget(&collector, collector.origin(), "data-size=\"invisible\"").await?;
        browser.goto(&page.origin("127.0.0.1")).await?;
        browser.enter_frame().await?;
        browser.until(OFFER).await?;
        browser.leave_frame().await?;
        browser.run("corvee.execute().catch((error) => { window.refused = error.message; })").await?;
        let visible = "getComputedStyle(document.querySelector('iframe')).visibility === 'visible'";
        browser.until(visible).await?;
        browser.enter_frame().await?;
        browser.until("document.querySelector('.is-plain.corvee-widget [value=machine]')").await?;
        browser.click("[value=label]").await?;
        browser.until("document.querySelector('.is-plain [name=challenge]')").await?;
        browser.click(".question").await?;
        browser.press(Key::Escape).await?;
        browser.leave_frame().await?;
        browser.until("getComputedStyle(document.querySelector('iframe')).visibility === 'hidden'").await?;
        let refused: String = serde_json::from_value(browser.until("window.refused").await?)?;
        ensure!(refused == "challenge-closed", "{refused}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_widget_offers_the_plain_version_after_four_seconds_and_no_longer_when_it_has_come() -> anyhow::Result<()>
{
    in_each(WITHOUT_PATIENCE, async |browser| {
        let collector = Collector::start()?;
        let line = Line::before(collector.origin(), Fault::LateWasm).await?;
        let page = page_with_widget(&collector, &line.origin(), "").await?;
        browser.goto(&page.origin("localhost")).await?;
        browser.enter_frame_with("!!document.querySelector('#corvee')").await?;
        browser.until(OFFER).await?;
        let shown_ms: f64 = browser.read("performance.now()").await?;
        ensure!(shown_ms >= 4000.0, "the line came after {shown_ms} ms");
        let over = "(() => {
            const line = document.querySelector('.unscripted').getBoundingClientRect();
            return [...document.querySelectorAll('.way')].every((way) => way.getBoundingClientRect().top >= line.bottom - 1);
        })()";
        ensure!(browser.read::<bool>(over).await?, "the line lies over the buttons");
        browser.leave_frame().await?;
        screenshots::keep(&browser, "plain-slow").await?;
        browser.enter_frame_with("!!document.querySelector('#corvee')").await?;
        line.mend();
        browser.until("document.querySelector('.corvee-widget [role=status]')").await?;
        browser.until("document.querySelector('.unscripted[hidden]') && !document.querySelector('.unscripted:not([hidden])')").await?;
        Ok(())
    })
    .await
}

/// What reaches beyond the right or left edge.
const CUT: &str = "[...document.querySelectorAll('.panel, .panel *')]
    .filter((element) => !element.closest('.tile') && !element.hidden)
    .filter((element) => (({ left, right }) => right > innerWidth + 0.5 || left < -0.5)(element.getBoundingClientRect()))
    .map((element) => element.className || element.tagName)";

/// Chromium only: it alone pretends a screen of 320 px.
#[tokio::test(flavor = "multi_thread")]
async fn every_plain_view_fits_320_pixels_and_axe_finds_no_violation() -> anyhow::Result<()> {
    in_each(CHROMIUM_ONLY, async |browser| {
        let collector = Collector::start()?;
        let (sitekey, mut findings) = (collector.site_keys()?.sitekey, Findings::default());
        for (language, theme, width) in [
            ("en", "light", 320),
            ("en", "dark", 320),
            ("ar", "light", 320),
            ("de", "contrast", 320),
            ("en", "light", 1280),
        ] {
            browser.chromium()?.show_as(Viewport { width, height: 640, scale: 1, touch: false }).await?;
            let name = |view: &str| format!("plain-{view}-{language}-{theme}-{width}");
            let begin = format!("/plain?sitekey={sitekey}&origin={}&hl={language}&theme={theme}", collector.origin());
            browser.goto(&collector.url(&begin)).await?;
            look(&browser, &mut findings, &name("choice")).await?;
            browser.click("[value=label]").await?;
            browser.until("document.querySelector('[name=challenge]')").await?;
            browser.click(".tile").await?;
            look(&browser, &mut findings, &name("screen")).await?;
            browser.click("[value=label]").await?;
            pass_with_mouse(&browser, &collector).await?;
            look(&browser, &mut findings, &name("passed")).await?;
            browser.goto(&collector.url(&begin)).await?;
            browser.click("[value=machine]").await?;
            browser.until("document.querySelector('[http-equiv=refresh]')").await?;
            look(&browser, &mut findings, &name("waiting")).await?;
            browser.goto(&collector.url(&format!("{begin}&wait=x"))).await?;
            look(&browser, &mut findings, &name("trouble")).await?;
        }
        // The page goes on by itself after 20 s: it says so, offers the same by hand, and loses nothing.
        findings.violations.retain(|found| !found.contains("meta-refresh"));
        ensure!(findings.violations.is_empty(), "{:#?}", findings.violations);
        ensure!(findings.open.is_empty(), "{:#?}", findings.open);
        Ok(())
    })
    .await
}

async fn look(browser: &Browser, findings: &mut Findings, name: &str) -> anyhow::Result<()> {
    let cut: Vec<String> = browser.read(CUT).await?;
    ensure!(cut.is_empty(), "{name}: cut off at the edge: {cut:?}");
    findings.look(browser, name).await?;
    screenshots::keep(browser, name).await
}
