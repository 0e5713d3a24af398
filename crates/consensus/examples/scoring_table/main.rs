//! Prints, as Markdown, what the streaming rules deliver on simulated crowds: who passes, what a label costs, how often a
//! final label is wrong or flipped. Fixed seeds; run in release. Knows nothing of real visitors: errors are independent.
#![expect(clippy::print_stdout, reason = "printing the tables is the purpose")]
#![expect(clippy::indexing_slicing, reason = "a simulation that indexes wrongly should stop")]

mod campaign;
mod nulls;
mod visitor;

use campaign::{Campaign, Challenge, Setting, passing};
use corvee_consensus::{
    Crowd, Evidence, GoldAudit, GoldPolicy, GoldVerdict, Knowledge, Thresholds, Tile, Wear, human_probability_without,
};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use visitor::Visitor;

const CHALLENGES: usize = 40_000;
const BASE_RATES: [f64; 3] = [0.1, 0.2, 0.5];

fn main() {
    let clean = Setting::clean(0.5, 7);
    let suspicious = Setting { thresholds: Thresholds::SUSPICIOUS, ..clean };
    let worn = Setting { wear: Wear::Worn, ..clean };
    let banks = banks(clean);
    println!("## Who passes: clean prefix, false accept 5 %\n");
    print_passing(&banks, Thresholds::CLEAN);
    println!("\n## Who passes: suspicious prefix, false accept 1 %\n");
    print_passing(&self::banks(suspicious), Thresholds::SUSPICIOUS);
    println!("\n## Who passes: clean prefix, all gold worn\n");
    print_passing(&self::banks(worn), Thresholds::CLEAN);
    println!("\n## The same challenges under other assumptions about clickers\n");
    nulls::print(&banks);
    println!("\n## Labels: 20,000 items\n");
    print_labels();
    println!("\n## Wrong gold\n");
    print_gold(&banks);
}

/// Challenges of one kind of campaign.
struct Bank {
    name: String,
    challenges: Vec<Challenge>,
}

fn banks(setting: Setting) -> Vec<Bank> {
    let mut banks = Vec::new();
    for base_rate in BASE_RATES {
        let setting = Setting { base_rate, ..setting };
        let mut running = Campaign::fresh(setting);
        running.settle(8_000);
        let name = format!("{} % positives", base_rate * 100.0);
        banks.push(Bank { name: format!("under way, {name}"), challenges: running.challenges(CHALLENGES, 1) });
        banks.push(Bank {
            name: format!("no votes yet, {name}"),
            challenges: Campaign::fresh(setting.at_the_beginning()).challenges(CHALLENGES, 0),
        });
    }
    banks
}

/// Click rates, then fixed numbers of clicks.
fn clickers() -> (Vec<Visitor>, Vec<Visitor>) {
    let rates = [0.0, 0.1, 0.2, 1.0 / 3.0, 0.5, 0.7, 1.0].map(Visitor::Rate).to_vec();
    let counts = (1..=6).flat_map(|first| (1..=6).map(move |second| Visitor::Exactly([first, second]))).collect();
    (rates, counts)
}

fn print_passing(banks: &[Bank], thresholds: Thresholds) {
    println!(
        "| campaign | gold | people | screens | r=0 | .1 | .2 | 1/3 | .5 | .7 | 1 | exactly 2 | 3 | 4 | worst of 43 | all gold right, all else wrong |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    for bank in banks {
        let mut chance = ChaCha8Rng::seed_from_u64(99);
        let mut accepted = |visitor| passing(&bank.challenges, visitor, thresholds, &mut chance);
        let gold =
            bank.challenges.iter().flat_map(|challenge| &challenge[0]).filter(|slot| is_gold(slot.knowledge)).count();
        let (people, screens) = accepted(Visitor::Person);
        let (rates, counts) = clickers();
        let rates: Vec<f64> = rates.into_iter().map(|visitor| accepted(visitor).0).collect();
        let exactly: Vec<f64> = [2, 3, 4].map(|count| accepted(Visitor::Exactly([count, count])).0).to_vec();
        let worst = counts
            .into_iter()
            .map(|visitor| accepted(visitor).0)
            .chain(rates.iter().chain(&exactly).copied())
            .fold(0.0, f64::max);
        let (liar, _) = accepted(Visitor::BlanketLiar);
        let cells: Vec<String> = rates.iter().chain(&exactly).map(|share| percent(*share)).collect();
        println!(
            "| {} | {:.2} | {} | {screens:.3} | {} | {} | {} |",
            bank.name,
            gold as f64 / bank.challenges.len() as f64,
            percent(people),
            cells.join(" | "),
            percent(worst),
            percent(liar),
        );
    }
}

fn print_labels() {
    println!(
        "| positives | clickers | colluders | finals per screen | gold per screen | votes per label | wrong | wrong of positives | wrong of targets | ambiguous | weight of a clicker's vote |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    let colluding = [0.1, 0.2, 0.3].map(|share| (0.0, share));
    let blanket = [(0.0, 0.0), (0.1, 0.0)]
        .into_iter()
        .chain(colluding)
        .chain([(0.1, 0.2)])
        .map(|crowd| (crowd, Visitor::BlanketLiar));
    let targeted = colluding.into_iter().chain([(0.1, 0.2)]).map(|crowd| (crowd, Visitor::TargetedLiar));
    let crowds: Vec<_> = blanket.chain(targeted).collect();
    for base_rate in BASE_RATES {
        for ((clickers, colluders), colluder) in &crowds {
            let setting = Setting {
                clickers: *clickers,
                colluders: *colluders,
                colluder: *colluder,
                ..Setting::clean(base_rate, 11)
            };
            let mut campaign = Campaign::fresh(setting);
            campaign.settle(20_000);
            let rates = campaign.tally.rates();
            let how = match colluder {
                _ if *colluders == 0.0 => "",
                Visitor::TargetedLiar => " lie on targets",
                _ => " lie on all",
            };
            println!(
                "| {} | {} | {}{how} | {:.2} | {:.2} | {:.2} | {} | {} | {} | {} | {:.3} |",
                percent(base_rate),
                percent(*clickers),
                percent(*colluders),
                rates.finals_per_screen,
                rates.gold_per_screen,
                rates.votes_per_label,
                percent(rates.wrong),
                percent(rates.wrong_of_positives),
                percent(rates.wrong_of_targets),
                percent(rates.ambiguous),
                rates.clicker_weight,
            );
        }
    }
}

/// Servings until a gold item with the wrong label is expelled, and right gold expelled within its ten servings.
fn print_gold(banks: &[Bank]) {
    println!(
        "| campaign | servings until wrong positive gold goes | wrong negative | right gold expelled within 10 servings |"
    );
    println!("|---|---|---|---|");
    for bank in banks {
        let mut chance = ChaCha8Rng::seed_from_u64(5);
        let (positive, _) = expulsion(bank, true, true, 200, 2_000, &mut chance);
        let (negative, _) = expulsion(bank, false, true, 200, 2_000, &mut chance);
        let (_, right_positive) = expulsion(bank, true, false, 10, 100_000, &mut chance);
        let (_, right_negative) = expulsion(bank, false, false, 10, 100_000, &mut chance);
        println!(
            "| {} | {positive:.2} | {negative:.2} | {}, {} of 200,000 |",
            bank.name, right_positive, right_negative
        );
    }
}

/// Mean servings and number of expulsions among `items` gold items labelled `label`.
fn expulsion(bank: &Bank, label: bool, wrong: bool, most: u32, items: u32, chance: &mut ChaCha8Rng) -> (f64, u32) {
    let crowd = Crowd::default();
    let policy = GoldPolicy::default();
    let (mut servings, mut expelled) = (0_u32, 0_u32);
    for _ in 0..items {
        let mut audit = GoldAudit::default();
        for _ in 0..most {
            servings += 1;
            let challenge = &bank.challenges[chance.random_range(0..bank.challenges.len())];
            let mut slots = challenge[0].clone();
            let Some(place) = slots.iter().position(|slot| is_gold(slot.knowledge) && slot.positive == label) else {
                continue;
            };
            slots[place].positive = label != wrong;
            let clicker = chance.random_bool(0.1);
            let visitor = if clicker { Visitor::Rate(chance.random()) } else { Visitor::Person };
            let tiles: Vec<Tile> = visitor.answer(0, &slots, chance);
            let human = human_probability_without(&crowd, &tiles, place, Evidence::default());
            audit = policy.audited(&crowd, audit, label, tiles[place].picked, human);
            if policy.verdict(&audit) == GoldVerdict::Expelled {
                expelled += 1;
                break;
            }
        }
    }
    (f64::from(servings) / f64::from(items), expelled)
}

fn is_gold(knowledge: Knowledge) -> bool {
    matches!(knowledge, Knowledge::Gold { .. })
}

fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}
