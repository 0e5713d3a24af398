//! Measures: fresh page loads in each browser, the click and what comes of it, timed by the pages' own clock.

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use crate::browser::{Browser, Device, Engine, Sent};
use crate::collector::Collector;
use crate::figures::{Fetched, Figures, Further, Pace};
use crate::host_page::HostPage;
use crate::visitor::{CARD_ACTION, USABLE, Visitor};

/// Page loads for each figure.
const LOADS: usize = 20;
/// Nobody is refused for asking often.
const SETTINGS: &str = "[budget]\nclean_challenges = 100000\nclean_failures = 100000\nchallenges = 100000\n";
/// Browsers, and how many times slower their processor is made. Firefox has no such brake.
const PACES: [(Device, u32); 3] = [(Device::CHROMIUM, 1), (Device::CHROMIUM, 4), (Device::FIREFOX, 1)];

/// The way without labels.
const MACHINE: &str = ".way-machine";
/// How the address of a screen's pictures ends.
const SPRITE: &str = "/screen.jpg";

/// What a document says that it fetched.
const FETCHED: &str = "performance.getEntriesByType('resource').map(({ name }) => name)";

/// Measures everything, which takes some minutes.
pub(crate) async fn all() -> anyhow::Result<Figures> {
    let mut paces = Vec::new();
    for (device, slower) in PACES {
        let pace = Browser::open(device, async |browser| pace(&browser, slower).await).await;
        paces.push(pace.with_context(|| format!("in {device}, processor {slower}× slower"))?);
    }
    let further = Browser::open(Device::CHROMIUM, async |browser| further(&browser).await).await?;
    Ok(Figures { paces, further })
}

async fn pace(browser: &Browser, slower: u32) -> anyhow::Result<Pace> {
    let (name, collector) = (engine_name(browser), Collector::start_with(SETTINGS)?);
    let page = page(&collector).await?;
    let own = page.origin("127.0.0.1");
    let first_visit = first_visit(browser, &collector, &own).await?;
    if slower > 1 {
        browser.chromium()?.send("Emulation.setCPUThrottlingRate", json!({ "rate": slower })).await?;
    }
    let (mut grid_ms, mut token_ms) = (Vec::with_capacity(LOADS), Vec::with_capacity(LOADS));
    for _ in 0..LOADS {
        load(browser, &collector, &own).await?;
        watch(browser, CARD_ACTION).await?;
        // On the clock of the frame: from the press to the first picture of a grid whose tile could take the focus.
        let seen = format!(
            "const look = () => {{
                if ({USABLE} && document.querySelector('.tile[tabindex=\"0\"]')) window.usable_ms = performance.timeOrigin + performance.now();
                else requestAnimationFrame(look);
            }};
            look();"
        );
        browser.run(&seen).await?;
        browser.click(CARD_ACTION).await?;
        grid_ms.push(number(&browser.until("window.usable_ms && window.usable_ms - window.clicked_ms").await?)?);
    }
    for _ in 0..LOADS {
        load(browser, &collector, &own).await?;
        if !browser.read::<bool>(&format!("!!document.querySelector('{MACHINE}')")).await? {
            // Printed as a missed bar: this widget offers no such way.
            break;
        }
        watch(browser, MACHINE).await?;
        browser.click(MACHINE).await?;
        let clicked = number(&browser.until("window.clicked_ms").await?)?;
        browser.leave_frame().await?;
        token_ms.push(number(&browser.until("window.token_ms").await?)? - clicked);
    }
    Ok(Pace { name, slower, first_visit, grid_ms, token_ms })
}

/// The bytes of asking for other pictures, as often as the others are measured.
async fn further(browser: &Browser) -> anyhow::Result<Vec<Further>> {
    let collector = Collector::start_with(SETTINGS)?;
    let page = page(&collector).await?;
    load(browser, &collector, &page.origin("127.0.0.1")).await?;
    let visitor = Visitor::arrive(browser, &collector).await?;
    let mut screen = visitor.begin().await?;
    browser.chromium()?.traffic().await?;
    for _ in 0..LOADS {
        screen = visitor.others(&screen).await?;
    }
    // Read once at the end: a request's size is told after its pictures are on the screen.
    let sent = browser.chromium()?.traffic().await?;
    let (sprites, messages): (Vec<Sent>, Vec<Sent>) = sent.into_iter().partition(|sent| sent.url.ends_with(SPRITE));
    ensure!(sprites.len() == LOADS && messages.len() == LOADS, "unexpected requests: {sprites:?} {messages:?}");
    let pairs = sprites.iter().zip(&messages);
    let further = pairs.map(|(sprite, json)| Further { sprite_bytes: sprite.bytes, json_bytes: json.bytes }).collect();
    Ok(further)
}

/// A page with the two lines of the manual, which notes when it is given a token.
async fn page(collector: &Collector) -> anyhow::Result<HostPage> {
    let (sitekey, origin) = (collector.site_keys()?.sitekey, collector.origin());
    HostPage::serve(
        "en",
        &format!(
            "<script>function passed() {{ window.token_ms = performance.timeOrigin + performance.now(); }}</script>
             <script src=\"{origin}/api.js\" async defer></script>
             <div class=\"corvee\" data-sitekey=\"{sitekey}\" data-callback=\"passed\"></div>"
        ),
    )
    .await
}

/// A visit as if it were the first, where the browser can forget; the browser speaks to the frame afterwards.
async fn load(browser: &Browser, collector: &Collector, page: &str) -> anyhow::Result<()> {
    if let Ok(chromium) = browser.chromium() {
        chromium.send("Network.clearBrowserCache", json!({})).await?;
    }
    browser.goto(page).await?;
    Visitor::arrive(browser, collector).await?;
    Ok(())
}

async fn first_visit(browser: &Browser, collector: &Collector, page: &str) -> anyhow::Result<Vec<Fetched>> {
    load(browser, collector, page).await?;
    let outward = |url: &str| url.starts_with(collector.origin());
    let path = |url: &str| url.split('?').next().unwrap_or_default().trim_start_matches(collector.origin()).to_owned();
    if let Ok(chromium) = browser.chromium() {
        let traffic = chromium.traffic().await?;
        let fetched = traffic.iter().filter(|sent| outward(&sent.url));
        return Ok(fetched.map(|sent| Fetched { path: path(&sent.url), bytes: Some(sent.bytes) }).collect());
    }
    // The page lists its script and the frame's document, the frame the rest. Their sizes are hidden from other origins.
    let mut urls: Vec<String> = browser.read(FETCHED).await?;
    browser.leave_frame().await?;
    urls.extend(browser.read::<Vec<String>>(FETCHED).await?);
    Ok(urls.iter().filter(|url| outward(url)).map(|url| Fetched { path: path(url), bytes: None }).collect())
}

/// Notes when this element of the frame is clicked.
async fn watch(browser: &Browser, selector: &str) -> anyhow::Result<()> {
    let selector = Value::from(selector);
    browser
        .run(&format!(
            "document.querySelector({selector}).addEventListener('click', (event) => {{
                window.clicked_ms = performance.timeOrigin + event.timeStamp;
            }}, {{ capture: true }});"
        ))
        .await
}

fn engine_name(browser: &Browser) -> &'static str {
    match browser.device().engine {
        Engine::Chromium => "Chromium",
        Engine::Firefox => "Firefox",
    }
}

fn number(value: &Value) -> anyhow::Result<f64> {
    value.as_f64().with_context(|| format!("{value} is no time"))
}
