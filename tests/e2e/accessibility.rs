//! Every state of the widget for everybody: in two languages, two themes, two widths, looked at by axe-core and by people.

use anyhow::ensure;

use super::axe::{Findings, Part};
use super::browser::{Browser, Connection};
use super::collector::Collector;
use super::comment_page;
use super::host_page::HostPage;
use super::screenshots;
use super::visitor::{Outcome, Visitor};

/// Nobody is refused for asking often; everybody counts as suspicious, so that second screens are asked for.
const SETTINGS: &str = "[budget]\nclean_challenges = 0\nclean_failures = 100000\nchallenges = 100000\n";

/// The button that closes the receipt.
const RECEIPT_CLOSE: &str = ".payslip > .controls .button.is-quiet";

/// What reaches beyond the right edge of the frame, by class.
const CUT: &str = "[...document.querySelectorAll('.card, .panel, .card *, .panel *')]
    .filter((element) => !element.closest('.tile, svg, .unseen') && element.getBoundingClientRect().right > innerWidth + 0.5)
    .map((element) => element.className || element.tagName)";

#[tokio::test(flavor = "multi_thread")]
async fn a_french_page_speaks_french() -> anyhow::Result<()> {
    let collector = Collector::start()?;
    Browser::open(async |browser| {
        browser.goto(&collector.url("/?hl=fr")).await?;
        ensure!(browser.read::<String>("document.documentElement.lang").await? == "fr");
        comment_page::fill(&browser).await?;
        let visitor = Visitor::arrive(&browser, &collector).await?;
        let languages: [String; 2] =
            browser.read("[document.documentElement.lang, document.querySelector('.corvee-widget').lang]").await?;
        ensure!(languages == ["fr", "fr"], "the frame's languages are {languages:?}");
        visitor.reads(".tick-label", "Je ne suis pas un robot").await?;
        let purpose = visitor.text(".purpose").await?;
        ensure!(purpose.starts_with("Pour Corvée demonstration\u{a0}: ") && purpose.contains("Environ"), "{purpose}");

        let screen = visitor.tick().await?;
        visitor.reads(".question", "Quelles images montrent un vélo ?").await?;
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
        ensure!(buttons == ["Aucune", "D’autres images", "Fermer"], "{buttons:?}");
        visitor.pick(&screen.positives()).await?;
        visitor.reads(".button.is-main", "Valider").await?;
        visitor.submit().await?;
        if let Outcome::Another(words) = visitor.outcome(&screen).await? {
            ensure!(words == "Encore un écran, s’il vous plaît.", "{words}");
            visitor.pass_from(visitor.screen().await?).await?;
        }
        let line = visitor.text(".purpose").await?;
        ensure!(line.starts_with("Fait en ") && line.ends_with("payé\u{a0}0\u{a0}$"), "{line}");
        browser.click(".to-receipt").await?;
        browser.until("document.querySelector('.payslip')").await?;
        visitor.reads(".payslip-heading", "Reçu").await?;
        visitor.reads(".is-sum dt", "Vous avez été payé").await?;
        visitor.reads(".is-sum dd", "0,00\u{a0}$").await?;
        browser.click(RECEIPT_CLOSE).await?;

        browser.leave_frame().await?;
        let title: String = browser.read("document.querySelector('iframe').title").await?;
        ensure!(title == "Corvée : protection contre les robots", "{title}");
        let (sentence, reply) = comment_page::publish(&browser).await?;
        ensure!(sentence == "Merci, Ada. Votre commentaire est publié.", "{sentence} {reply}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "what a person has to look at is for whoever reads the test's output")]
async fn axe_finds_no_violation_in_any_state_and_nothing_is_cut_off() -> anyhow::Result<()> {
    let collector = Collector::start_with(SETTINGS)?;
    let mut tour = Tour { findings: Findings::default(), second_screens: 0, cut: Vec::new() };
    Browser::open(async |browser| {
        for language in ["en", "fr"] {
            for theme in ["light", "dark"] {
                for (width, height) in [(1280, 900), (320, 640)] {
                    browser.resize(width, height).await?;
                    browser.prefer(theme).await?;
                    browser.goto(&collector.url(&format!("/?hl={language}"))).await?;
                    tour.visit(&browser, &collector, &format!("{language}-{theme}-{width}")).await?;
                }
            }
        }
        Ok(())
    })
    .await?;
    let Tour { findings: Findings { violations, incomplete, documents }, second_screens, cut } = tour;
    for finding in &incomplete {
        println!("to be looked at by a person: {finding}");
    }
    println!("{documents} documents, {} violations, {} to be looked at", violations.len(), incomplete.len());
    ensure!(second_screens > 0, "no second screen was asked for, so none was looked at");
    let list: Vec<&str> = violations.iter().map(String::as_str).collect();
    ensure!(violations.is_empty(), "{} violations:\n{}", list.len(), list.join("\n"));
    ensure!(cut.is_empty(), "cut off at the frame's edge:\n{}", cut.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_does_find_the_violation_of_a_page_that_has_one() -> anyhow::Result<()> {
    let page = HostPage::serve("en", "<p style=\"color: #999; background: #fff\">pale words</p><input>").await?;
    Browser::open(async |browser| {
        browser.goto(&page.origin("127.0.0.1")).await?;
        let mut findings = Findings::default();
        findings.look(&browser, Part::Page, "pale").await?;
        let rules: Vec<&str> = findings.violations.iter().filter_map(|found| found.split(": ").nth(1)).collect();
        ensure!(rules == ["color-contrast", "label"], "{findings:?}");
        Ok(())
    })
    .await
}

/// One way through all states.
struct Tour {
    findings: Findings,
    second_screens: u32,
    /// What reaches beyond its frame, with where.
    cut: Vec<String>,
}

impl Tour {
    async fn visit(&mut self, browser: &Browser, collector: &Collector, setting: &str) -> anyhow::Result<()> {
        comment_page::fill(browser).await?;
        let visitor = Visitor::arrive(browser, collector).await?;
        self.look(browser, "closed", setting).await?;

        let mut screen = visitor.tick().await?;
        self.look(browser, "grid", setting).await?;
        visitor.pick(&screen.positives()).await?;
        self.look(browser, "picked", setting).await?;
        visitor.submit().await?;
        while let Outcome::Another(_) = visitor.outcome(&screen).await? {
            self.second_screens += 1;
            self.look(browser, "second-screen", setting).await?;
            screen = visitor.screen().await?;
            visitor.pick(&screen.positives()).await?;
            visitor.submit().await?;
        }
        browser.until("document.querySelector('.tick-box.is-given')").await?;
        self.look(browser, "passed", setting).await?;
        browser.click(".to-receipt").await?;
        browser.until("document.querySelector('.payslip')").await?;
        self.look(browser, "receipt", setting).await?;
        browser.click(".removal .button").await?;
        browser.until("document.querySelector('.removal-text')").await?;
        self.look(browser, "removal", setting).await?;
        browser.click(RECEIPT_CLOSE).await?;
        browser.leave_frame().await?;
        comment_page::publish(browser).await?;
        Visitor::arrive(browser, collector).await?;
        self.look(browser, "published", setting).await?;

        browser.leave_frame().await?;
        browser.run("corvee.reset()").await?;
        let visitor = Visitor::arrive(browser, collector).await?;
        browser.until("document.querySelector('.tick-box:not(.is-given)')").await?;
        browser.connect(Connection::Cut).await?;
        browser.click(".tick-box").await?;
        browser.until("document.querySelector('.card .trouble')").await?;
        self.look(browser, "trouble", setting).await?;
        browser.connect(Connection::Whole).await?;
        browser.click(".card .button").await?;
        visitor.screen().await?;
        browser.connect(Connection::Cut).await?;
        visitor.submit().await?;
        browser.until("document.querySelector('.foot .trouble')").await?;
        self.look(browser, "trouble-open", setting).await?;
        browser.connect(Connection::Whole).await
    }

    /// Looks at the frame and the page around it; the browser speaks to the frame before and after.
    async fn look(&mut self, browser: &Browser, state: &str, setting: &str) -> anyhow::Result<()> {
        screenshots::keep(browser, &format!("{state}-{setting}")).await?;
        self.findings.look(browser, Part::Frame, &format!("{state}, {setting}, frame")).await?;
        let cut: Vec<String> = browser.read(CUT).await?;
        self.cut.extend(cut.iter().map(|name| format!("{state}, {setting}: {name}")));
        browser.leave_frame().await?;
        self.findings.look(browser, Part::Page, &format!("{state}, {setting}, page")).await?;
        browser.enter_frame().await
    }
}
