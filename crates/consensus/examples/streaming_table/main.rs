//! Prints one line a bar of the streaming core, `bar <name> <figure…>`, on simulated crowds and on real answers. Fixed
//! seeds; run in release. Knows nothing of a collector.
#![expect(clippy::print_stdout, reason = "printing the table is the purpose")]
#![expect(clippy::indexing_slicing, reason = "a simulation that indexes wrongly should stop")]

mod attack;
mod campaign;
mod crowd;
mod gold;
mod labels;
mod real;
mod speed;

use std::process::ExitCode;

use attack::{Outcome, Plan, targeted};
use campaign::Networks;

const TARGETS: u32 = 40_000;

fn main() -> ExitCode {
    let parts: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|wanted| wanted == part);
    if wanted("attack") {
        print_reference();
        print_attack();
    }
    if wanted("monitor") {
        print_monitor();
    }
    if wanted("labels") {
        for classes in [2, 4, 9] {
            let (confidence, labels, right) = labels::at_99_percent(classes, 40_000);
            println!(
                "bar labels-at-99 classes={classes} labels={labels:.2} right={right:.4} confidence={confidence:.4}"
            );
        }
    }
    if wanted("gold") {
        for colluders in [0.1, 0.2, 0.3] {
            let promoted = gold::promote(4, colluders, 40_000, 5);
            let all = f64::from((promoted.right + promoted.wrong).max(1));
            println!(
                "bar false-gold colluders={colluders} wrong={} of {all} share={} nominated={} nominated-wrong={}",
                promoted.wrong,
                percent(f64::from(promoted.wrong) / all),
                promoted.nominated,
                promoted.nominated_wrong,
            );
        }
    }
    if wanted("speed") {
        for (items, visitors) in [(10_000, 10_000), (200_000, 100_000)] {
            let (per_second, p99) = speed::measure(items, visitors, items * 6);
            println!("bar speed items={items} answers-per-second={per_second:.0} p99-us={p99:.2}");
        }
    }
    if wanted("real") {
        return real::print();
    }
    ExitCode::SUCCESS
}

/// The rows that other rules reach, for comparison.
fn print_reference() {
    for colluders in [0.1, 0.2] {
        for (name, plan) in [
            ("fixed-3", Plan::Fixed(3)),
            ("fixed-5", Plan::Fixed(5)),
            ("fixed-9", Plan::Fixed(9)),
            ("posterior-.99", Plan::Posterior { confidence: 0.99, floor: 0.0, most: f64::INFINITY }),
            ("posterior-.999", Plan::Posterior { confidence: 0.999, floor: 0.0, most: f64::INFINITY }),
            ("posterior-.999-floor-.2", Plan::Posterior { confidence: 0.999, floor: 0.2, most: f64::INFINITY }),
        ] {
            print_outcome(&format!("reference {name}"), colluders, targeted(4, colluders, plan, TARGETS, 1));
        }
    }
}

/// The default rule; the one an alarm of the family puts in its place; the default without a cap, so that no item is hard.
fn print_attack() {
    for colluders in [0.1, 0.2] {
        for (name, confidence, most) in
            [("default", 0.999, 12.0), ("alarmed", 0.9999, 12.0), ("without-cap", 0.999, f64::INFINITY)]
        {
            let plan = Plan::Posterior { confidence, floor: 0.2, most };
            print_outcome(
                &format!("bar targeted-flips rule={name}"),
                colluders,
                targeted(4, colluders, plan, TARGETS, 2),
            );
        }
    }
}

/// What the monitor adds: the same campaign with and without it.
fn print_monitor() {
    for colluders in [0.0, 0.1, 0.2] {
        for (name, networks) in [("fresh", Networks::Fresh), ("held-2000-200", Networks::Held(2_000, 200))] {
            for watches in [false, true] {
                let outcome = campaign::run(colluders, networks, 80_000, 0.9999, watches);
                println!(
                    "bar monitor networks={name} colluders={colluders} watches={watches} flipped={} labels={:.2} hard={} suspects={} honest-suspects={} alarmed-after={}",
                    percent(outcome.flipped),
                    outcome.labels,
                    percent(outcome.hard),
                    outcome.suspects,
                    outcome.honest_suspects,
                    outcome.alarmed_after.map_or("never".to_owned(), |items| items.to_string()),
                );
            }
        }
    }
}

fn print_outcome(name: &str, colluders: f64, outcome: Outcome) {
    println!(
        "{name} colluders={colluders} flipped={} labels={:.2} hard={} flipped-were-hard-forced={}",
        percent(outcome.flipped),
        outcome.labels,
        percent(outcome.hard),
        percent(outcome.flipped_with_hard),
    );
}

fn percent(share: f64) -> String {
    format!("{:.3}%", share * 100.0)
}
