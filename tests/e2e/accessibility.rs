//! Every state of the widget for everybody: in four languages, three themes, three sizes of screen, forced colours and reduced
//! motion, looked at by axe-core. For people there is the gallery.

use std::collections::BTreeSet;

use anyhow::{Context as _, ensure};

use super::axe::{Findings, triage};
use super::browser::{Browser, CHROMIUM_ONLY, DESKTOPS, Viewport, in_each};
use super::collector::Collector;
use super::comment_page;
use super::host_page::HostPage;
use super::states::{self, LANGUAGES, SETTINGS, STATES, Step, THEMES, Walk};
use super::visitor::{DONE_LINE, Outcome, Visitor};

/// A desk's screen.
const WIDE: Viewport = Viewport { width: 1280, height: 900, scale: 1, touch: false };
/// The narrowest page that must work (WCAG 2.2, 1.4.10).
const NARROW: Viewport = Viewport { width: 320, height: 640, scale: 1, touch: false };
/// A desk's screen of 1280 by 900 at 400 % zoom.
const ZOOMED: Viewport = Viewport { width: 320, height: 225, scale: 4, touch: false };

/// What reaches beyond the right edge of the frame, by class.
const CUT: &str = "[...document.querySelectorAll('.card, .panel, .card *, .panel *')]
    .filter((element) => !element.closest('.tile, svg, .unseen') && element.getBoundingClientRect().right > innerWidth + 0.5)
    .map((element) => element.className || element.tagName)";

#[tokio::test(flavor = "multi_thread")]
async fn a_french_page_speaks_french() -> anyhow::Result<()> {
    in_each(DESKTOPS, async |browser| {
        let collector = Collector::start()?;
        browser.goto(&collector.url("/?hl=fr")).await?;
        ensure!(browser.read::<String>("document.documentElement.lang").await? == "fr");
        comment_page::fill(&browser).await?;
        let visitor = Visitor::arrive(&browser, &collector).await?;
        let languages: [String; 2] =
            browser.read("[document.documentElement.lang, document.querySelector('.corvee-widget').lang]").await?;
        ensure!(languages == ["fr", "fr"], "the frame's languages are {languages:?}");
        let purpose = visitor.text(".purpose").await?;
        ensure!(
            purpose.starts_with("Tient les robots à distance. Environ ")
                && purpose.contains("non payées. Images pour Corvée demonstration"),
            "{purpose}"
        );

        let screen = visitor.begin().await?;
        visitor.reads(".question", "Quelles images montrent un vélo\u{a0}?").await?;
        ensure!(browser.read::<String>("document.querySelector('.question').lang").await? == "fr");
        visitor
            .reads(
                ".rule",
                "Choisissez chaque case où l’on en voit au moins une partie. S’il n’y en a pas, validez sans choisir.",
            )
            .await?;
        let first_tile: String = browser.read("document.querySelector('.tile').ariaLabel").await?;
        ensure!(first_tile == "Image 1 sur 9", "{first_tile}");
        let buttons: Vec<String> =
            browser.read("[...document.querySelectorAll('.foot .button')].map(({ innerText }) => innerText)").await?;
        ensure!(
            buttons == ["Aucune", "D’autres images", "Plutôt faire calculer mon appareil", "Fermer"],
            "{buttons:?}"
        );
        visitor.pick(&screen.positives()).await?;
        visitor.reads(".button.is-main", "Valider").await?;
        visitor.submit().await?;
        if let Outcome::Another(words) = visitor.outcome(&screen).await? {
            ensure!(words == "Encore un écran, s’il vous plaît.", "{words}");
            visitor.pass_from(visitor.screen().await?).await?;
        }
        let line = visitor.text(DONE_LINE).await?;
        ensure!(line.starts_with("Fait en ") && line.ends_with("payé\u{a0}0\u{a0}$"), "{line}");
        visitor.open_receipt().await?;
        visitor.reads(".payslip-heading", "Reçu").await?;
        visitor.reads(".is-sum dt", "Vous avez été payé").await?;
        visitor.reads(".is-sum dd", "0,00\u{a0}$").await?;
        visitor.close_receipt().await?;

        browser.leave_frame().await?;
        let title: String = browser.read("document.querySelector('iframe').title").await?;
        ensure!(title.starts_with("Corvée") && title.ends_with("protection contre les robots"), "{title}");
        let (sentence, reply) = comment_page::publish(&browser).await?;
        ensure!(sentence == "Merci, Ada. Votre commentaire est publié.", "{sentence} {reply}");
        Ok(())
    })
    .await
}

/// What is special about a screen or its user.
struct Setting {
    name: String,
    language: &'static str,
    theme: &'static str,
    viewport: Viewport,
    /// Media features that the browser claims.
    features: Vec<(&'static str, &'static str)>,
}

/// Every theme on every screen, in this language.
fn settings(language: &'static str) -> Vec<Setting> {
    let viewports = [("wide", WIDE), ("narrow", NARROW), ("zoomed", ZOOMED)];
    let setting = |theme, (screen, viewport)| Setting {
        name: format!("{language}-{theme}-{screen}"),
        language,
        theme,
        viewport,
        features: Vec::new(),
    };
    THEMES.into_iter().flat_map(|theme| viewports.map(|viewport| setting(theme, viewport))).collect()
}

/// Walks through all states in each setting; what axe-core had to say of them, violations aside, which are errors.
///
/// Chromium only: it alone pretends screens and media features, and cuts the connection.
async fn tour(settings: &[Setting]) -> anyhow::Result<Findings> {
    let mut tour = Tour { findings: Findings::default(), cut: Vec::new() };
    in_each(CHROMIUM_ONLY, async |browser| {
        let collector = Collector::start_with(SETTINGS)?;
        for setting in settings {
            tour.visit(&browser, &collector, setting).await?;
        }
        Ok(())
    })
    .await?;
    let Tour { findings, cut } = tour;
    let list = |found: &BTreeSet<String>| found.iter().cloned().collect::<Vec<_>>().join("\n");
    ensure!(findings.documents > 0, "nothing was looked at");
    ensure!(findings.violations.is_empty(), "violations:\n{}", list(&findings.violations));
    ensure!(
        findings.open.is_empty(),
        "a person has to look at these, and to say in axe_triage.md why they are in order:\n{}",
        list(&findings.open)
    );
    ensure!(cut.is_empty(), "cut off at the frame's edge:\n{}", cut.join("\n"));
    Ok(findings)
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "how much was looked at is for whoever reads the test's output")]
async fn axe_finds_no_violation_in_any_state_and_nothing_is_cut_off() -> anyhow::Result<()> {
    let tours = LANGUAGES.map(|language| async move { tour(&settings(language)).await });
    let [english, french, arabic, japanese] = tours;
    let (english, french, arabic, japanese) = tokio::join!(english, french, arabic, japanese);
    let mut needed = BTreeSet::new();
    for findings in [english?, french?, arabic?, japanese?] {
        println!("{} documents, {} rows of the triage needed", findings.documents, findings.rows.len());
        needed.extend(findings.rows);
    }
    let rows = triage()?;
    let stale: Vec<_> = rows.iter().enumerate().filter(|(row, _)| !needed.contains(row)).collect();
    ensure!(stale.is_empty(), "rows of axe_triage.md that nothing needs any more: {stale:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_no_violation_with_forced_colours_reduced_motion_and_more_contrast() -> anyhow::Result<()> {
    let features = [
        ("forced-colors", "active"),
        ("prefers-reduced-motion", "reduce"),
        ("prefers-contrast", "more"),
        ("prefers-color-scheme", "dark"),
    ];
    let setting = |(name, value)| Setting {
        name: format!("en-auto-{name}"),
        language: "en",
        theme: "auto",
        viewport: NARROW,
        features: vec![(name, value)],
    };
    tour(&features.map(setting)).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_does_find_the_violation_of_a_page_that_has_one() -> anyhow::Result<()> {
    in_each(CHROMIUM_ONLY, async |browser| {
        let page = HostPage::serve("en", "<p style=\"color: #999; background: #fff\">pale words</p><input>").await?;
        browser.goto(&page.origin("127.0.0.1")).await?;
        let mut findings = Findings::default();
        findings.look(&browser, "pale").await?;
        let rules: Vec<&str> = findings.violations.iter().filter_map(|found| found.split(": ").nth(1)).collect();
        ensure!(rules == ["color-contrast", "label"], "{findings:?}");
        Ok(())
    })
    .await
}

/// One way through all states.
struct Tour {
    findings: Findings,
    /// What reaches beyond its frame, with where.
    cut: Vec<String>,
}

impl Tour {
    async fn visit(&mut self, browser: &Browser, collector: &Collector, setting: &Setting) -> anyhow::Result<()> {
        browser.chromium()?.show_as(setting.viewport).await?;
        browser.chromium()?.prefer(&setting.features).await?;
        let page = states::page(collector, setting.language, setting.theme, "normal").await?;
        let mut walk = Walk::begin(browser, collector, &page).await?;
        for state in STATES {
            let place = format!("{} ({}), {}", state.name, state.caption, setting.name);
            walk.take(state.step).await.with_context(|| place.clone())?;
            self.findings.look(browser, &format!("{place}, frame")).await?;
            let cut: Vec<String> = browser.read(CUT).await?;
            self.cut.extend(cut.iter().map(|name| format!("{place}: {name}")));
            // The page around the frame differs only by whether the frame is open.
            if matches!(state.step, Step::Arrive | Step::Begin) {
                browser.leave_frame().await?;
                self.findings.look(browser, &format!("{place}, page")).await?;
                browser.enter_frame().await?;
            }
        }
        Ok(())
    }
}
