//! The same challenges scored against other assumptions about a random clicker, each with the one pair of cuts that
//! holds the worst strategy at 5 % in every campaign and costs people least. Knows nothing of votes.

use corvee_consensus::{Crowd, Evidence, Knowledge, PICK_CLIP, Tile, score_screen};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use crate::visitor::Visitor;
use crate::{Bank, clickers, percent};

/// What a random clicker is assumed to do.
#[derive(Debug, Clone, Copy)]
enum Null {
    /// Any number of tiles, which ones by chance: the one in use.
    Conditional,
    /// Each tile with one half.
    Coin,
    /// Each tile with the share a person would pick.
    BaseRate,
    /// Each tile with a rate drawn from Beta(a, a).
    Beta(f64),
}

pub(crate) fn print(banks: &[Bank]) {
    println!("| assumption | cuts (nats) | campaign | people | screens | worst of 43 |");
    println!("|---|---|---|---|---|---|");
    for (null, name) in [
        (Null::Conditional, "which tiles, given how many"),
        (Null::Coin, "coin"),
        (Null::BaseRate, "base rate"),
        (Null::Beta(1.0), "uniform rate"),
        (Null::Beta(0.5), "Jeffreys rate"),
    ] {
        let scored: Vec<Scored> = banks.iter().map(|bank| Scored::new(bank, null)).collect();
        let Some((first, second)) = best_cuts(&scored) else {
            println!("| {name} | none holds 5 % everywhere | | | | |");
            continue;
        };
        for (bank, scored) in banks.iter().zip(&scored) {
            let (people, screens) = accepted(&scored.people, first, second);
            let worst = scored.worst(first, second);
            println!(
                "| {name} | {first:.1}, {second:.1} | {} | {} | {screens:.3} | {} |",
                bank.name,
                percent(people),
                percent(worst)
            );
        }
    }
}

/// Scores after one and after two screens.
struct Scored {
    people: Vec<[f64; 2]>,
    clickers: Vec<Vec<[f64; 2]>>,
}

impl Scored {
    fn new(bank: &Bank, null: Null) -> Self {
        let scores = |visitor: Visitor| -> Vec<[f64; 2]> {
            let mut chance = ChaCha8Rng::seed_from_u64(3);
            // A quarter of the bank is enough to compare.
            let challenges = bank.challenges.iter().step_by(4);
            challenges
                .map(|challenge| {
                    let first = score(null, &visitor.answer(0, &challenge[0], &mut chance));
                    [first, first + score(null, &visitor.answer(1, &challenge[1], &mut chance))]
                })
                .collect()
        };
        let (rates, counts) = clickers();
        Self { people: scores(Visitor::Person), clickers: rates.into_iter().chain(counts).map(scores).collect() }
    }

    fn worst(&self, first: f64, second: f64) -> f64 {
        self.clickers.iter().map(|clicker| accepted(clicker, first, second).0).fold(0.0, f64::max)
    }
}

/// The pair of cuts, the same for all campaigns, that holds 5 % in each and costs people least: a screen for a screen,
/// ten screens for a person locked out.
fn best_cuts(scored: &[Scored]) -> Option<(f64, f64)> {
    let grid = |from: u32, to: u32| (from..=to).step_by(2).map(|tenths| f64::from(tenths) / 10.0);
    let mut best: Option<(f64, (f64, f64))> = None;
    for first in grid(16, 50) {
        for second in grid(4, 40) {
            if scored.iter().any(|campaign| campaign.worst(first, second) > 0.05) {
                continue;
            }
            let cost: f64 = scored
                .iter()
                .map(|campaign| {
                    let (people, screens) = accepted(&campaign.people, first, second);
                    screens + 10.0 * (1.0 - people)
                })
                .sum();
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, (first, second)));
            }
        }
    }
    best.map(|(_, cuts)| cuts)
}

fn accepted(scores: &[[f64; 2]], first: f64, second: f64) -> (f64, f64) {
    let at_once = scores.iter().filter(|score| score[0] >= first).count() as f64;
    let later = scores.iter().filter(|score| score[0] < first && score[1] >= second).count() as f64;
    let visitors = scores.len() as f64;
    ((at_once + later) / visitors, 2.0 - at_once / visitors)
}

fn score(null: Null, tiles: &[Tile]) -> f64 {
    let crowd = Crowd::default();
    let evidence = score_screen(&crowd, tiles, Evidence::default());
    let person = |tile: &Tile| {
        let rate = match tile.knowledge {
            Knowledge::Gold { positive: true, .. } => crowd.gold_true_positive,
            Knowledge::Gold { positive: false, .. } => crowd.gold_false_positive,
            Knowledge::Unknown { positive } => crowd.true_positive.mixed(positive, crowd.false_positive),
        };
        rate.value().clamp(PICK_CLIP, 1.0 - PICK_CLIP)
    };
    let log_person: f64 =
        tiles.iter().map(|tile| if tile.picked { person(tile) } else { 1.0 - person(tile) }.ln()).sum();
    let count = tiles.len();
    let picked = tiles.iter().filter(|tile| tile.picked).count();
    let log_clicker = match null {
        Null::Conditional => return evidence.total(),
        Null::Coin => count as f64 * 0.5_f64.ln(),
        Null::BaseRate => {
            let rate = tiles.iter().map(person).sum::<f64>() / count as f64;
            picked as f64 * rate.ln() + (count - picked) as f64 * (1.0 - rate).ln()
        }
        // Pólya's urn: the probability of the clicks in any order.
        Null::Beta(a) => {
            let rising = |times: usize, from: f64| (0..times).map(|step| (from + step as f64).ln()).sum::<f64>();
            rising(picked, a) + rising(count - picked, a) - rising(count, 2.0 * a)
        }
    };
    log_person - log_clicker
}
