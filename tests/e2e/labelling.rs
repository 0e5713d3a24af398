//! From the first click to the token and what the site's server learns of it; failing, offline, and on again.

use anyhow::ensure;
use serde_json::json;

use super::browser::{DESKTOPS, EVERYWHERE, in_each};
use super::collector::Collector;
use super::comment_page;
use super::visitor::{CARD_ACTION, DONE_LINE, Outcome, TO_RECEIPT, TROUBLE, TRY_AGAIN, Visitor};

/// Words nobody is told who picked other tiles than expected.
const BLAME: [&str; 6] = ["wrong", "incorrect", "mistake", "failed", "error", "robot detected"];
/// Answers after which somebody who picks exactly the wrong tiles must have been given other pictures: two screens a challenge.
const WRONG_ANSWERS_MAX: u32 = 2;

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_labels_pictures_and_the_site_accepts_the_comment() -> anyhow::Result<()> {
    in_each(EVERYWHERE, async |browser| {
        let collector = Collector::start()?;
        let before = collector.ledger().await?;
        browser.goto(&collector.url("/")).await?;
        comment_page::fill(&browser).await?;
        let visitor = Visitor::arrive(&browser, &collector).await?;
        let screens = visitor.pass().await?;
        let line = visitor.text(DONE_LINE).await?;
        ensure!(line.starts_with("Done in ") && line.contains("given") && line.contains("$0"), "the line is {line:?}");
        visitor.reads(TO_RECEIPT, "receipt").await?;

        browser.leave_frame().await?;
        let token = comment_page::token(&browser).await?;
        let (sentence, reply) = comment_page::publish(&browser).await?;
        ensure!(sentence == "Thank you, Ada. Your comment is published.", "{sentence}");
        ensure!(reply.contains("\"success\": true") && reply.contains("\"hostname\": \"127.0.0.1\""), "{reply}");

        let replayed = collector.siteverify(&token).await?;
        ensure!(replayed == json!({ "success": false, "error-codes": ["timeout-or-duplicate"] }), "{replayed}");

        let after = collector.ledger().await?;
        ensure!(after.visits == before.visits + 1 && after.passed == before.passed + 1, "{before:?} became {after:?}");
        ensure!(after.screens == before.screens + u64::from(screens), "{screens} screens: {before:?} became {after:?}");
        let answers = after.votes + after.gold_answers - before.votes - before.gold_answers;
        ensure!(answers == 9 * u64::from(screens), "{screens} screens: {before:?} became {after:?}");
        ensure!(after.votes > before.votes && after.visitor_ms > before.visitor_ms && after.paid_usd_micros == 0);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_answers_lead_to_other_pictures_and_right_ones_through() -> anyhow::Result<()> {
    in_each(DESKTOPS, async |browser| {
        let collector = Collector::start()?;
        browser.goto(&collector.url("/")).await?;
        let visitor = Visitor::arrive(&browser, &collector).await?;
        let mut screen = visitor.begin().await?;
        let mut told = Vec::new();
        while told.last().is_none_or(|words| words != "Here are other pictures.") {
            ensure!(
                told.len() < WRONG_ANSWERS_MAX as usize,
                "after {WRONG_ANSWERS_MAX} wrong answers the words were {told:?}"
            );
            visitor.pick(&screen.negatives()).await?;
            visitor.submit().await?;
            match visitor.outcome(&screen).await? {
                Outcome::Another(words) => told.push(words),
                outcome => anyhow::bail!("picking every wrong tile led to {outcome:?}"),
            }
            let all_words: String = browser.read("document.documentElement.textContent.toLowerCase()").await?;
            for word in BLAME {
                ensure!(!all_words.contains(word), "the widget says {word:?}: {all_words}");
            }
            screen = visitor.screen().await?;
            ensure!(visitor.picked().await?.is_empty(), "other pictures begin with nothing picked");
        }
        visitor.pass_from(screen).await?;
        browser.leave_frame().await?;
        let reply = collector.siteverify(&comment_page::token(&browser).await?).await?;
        ensure!(reply.get("success") == Some(&json!(true)), "{reply}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_other_pictures_gets_others_and_passes_with_them() -> anyhow::Result<()> {
    in_each(DESKTOPS, async |browser| {
        let collector = Collector::start()?;
        browser.goto(&collector.url("/")).await?;
        let visitor = Visitor::arrive(&browser, &collector).await?;
        let screen = visitor.begin().await?;
        visitor.pick(&screen.positives()).await?;
        let others = visitor.others(&screen).await?;
        ensure!(others != screen, "the pictures are the same");
        ensure!(visitor.picked().await?.is_empty(), "other pictures begin with nothing picked");
        visitor.pass_from(others).await?;
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_goes_away_costs_the_visitor_nothing() -> anyhow::Result<()> {
    in_each(DESKTOPS, async |browser| {
        let collector = Collector::start()?;
        browser.goto(&collector.url("/")).await?;
        comment_page::fill(&browser).await?;
        let visitor = Visitor::arrive(&browser, &collector).await?;

        collector.kill();
        browser.click(CARD_ACTION).await?;
        visitor.awaits(TROUBLE).await?;
        visitor.reads(TROUBLE, "No connection just now. Nothing is lost.").await?;
        visitor.reads(TRY_AGAIN, "Try again").await?;
        collector.start_again()?;
        browser.click(TRY_AGAIN).await?;
        let screen = visitor.screen().await?;

        visitor.pick(&screen.positives()).await?;
        collector.kill();
        visitor.submit().await?;
        let outcome = visitor.outcome(&screen).await?;
        ensure!(outcome == Outcome::Trouble("No connection just now. Nothing is lost.".to_owned()), "{outcome:?}");
        ensure!(visitor.picked().await? == screen.positives(), "what was picked stays picked");
        visitor.reads(".button.is-main", "Try again").await?;
        collector.start_again()?;
        visitor.submit().await?;
        browser.until("!document.querySelector('.trouble')").await?;
        if let Outcome::Another(_) = visitor.outcome(&screen).await? {
            visitor.pass_from(visitor.screen().await?).await?;
        }

        browser.leave_frame().await?;
        comment_page::is_filled(&browser).await?;
        let (sentence, reply) = comment_page::publish(&browser).await?;
        ensure!(reply.contains("\"success\": true"), "{sentence} {reply}");
        Ok(())
    })
    .await
}
