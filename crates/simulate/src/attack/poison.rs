//! A11: lies without knowing the gold. A12: lies knowing it. A13: lies on one chosen item. A15: a campaign whose machine
//! prior is wrong. Against the scoring code.

use corvee_consensus::{Crowd, Probability, StopRule, Vote};

use super::AttackError;
use super::answerer::Answerer;
use super::program::{Bench, Budget, Stock};
use super::row::{Bar, Figure, Row, Unit};
use super::simulated::{Campaign, Setting, Tally, accepted, on_all_cores};
use super::visit::{SCREEN_MS, Scene, TRUTHFUL, answer};
use crate::forwarded;
use crate::share::Share;

const SHARES: [f64; 3] = [0.1, 0.2, 0.3];
/// Shares of tiles that a liar without the gold turns round.
const LIES: [f64; 5] = [0.05, 0.1, 0.2, 0.35, 0.5];
/// Settled items of a run, and runs of a figure.
const ITEMS: u64 = 15_000;
const RUNS: u64 = 4;
/// Settled items of a coarse look.
const COARSE: u64 = 5_000;

fn wrong(tally: &Tally) -> Share {
    Share::of(tally.wrong, tally.finals)
}

/// Runs of the same setting with other seeds, added up.
fn pooled(settings: &[Setting], items: u64) -> Vec<Tally> {
    let jobs: Vec<(usize, Setting)> = settings
        .iter()
        .enumerate()
        .flat_map(|(at, setting)| {
            (0..RUNS).map(move |run| (at, Setting { seed: setting.seed + 1_000 * run, ..*setting }))
        })
        .collect();
    let done = on_all_cores(&jobs, |(_, setting)| {
        let mut campaign = Campaign::under_way(*setting, 1_000);
        campaign.settle(items);
        campaign.tally
    });
    let of = |at: usize| {
        let own = jobs.iter().zip(&done).filter(move |((job, _), _)| *job == at).map(|(_, tally)| *tally);
        own.fold(Tally::default(), Tally::and)
    };
    (0..settings.len()).map(of).collect()
}

/// A11: for each share of colluders the lie rate that flips most, found coarsely, then measured.
pub(super) fn blind() -> Vec<Row> {
    let mut rows = Vec::new();
    for (share, bar) in SHARES.into_iter().zip([0.001, 0.001, 0.002]) {
        let setting =
            |lies, seed| Setting { attackers: share, attacker: Answerer::BlindLiar(lies), ..Setting::clean(seed) };
        let coarse = on_all_cores(&LIES, |lies| {
            let mut campaign = Campaign::under_way(setting(*lies, 1101), 1_000);
            campaign.settle(COARSE);
            campaign.tally
        });
        // Hardly anything is flipped: what the liars' votes weigh tells the lie rates apart as well.
        let damage = |tally: &Tally| wrong(tally).value + 1e-3 * tally.lies / tally.attacker_tiles.max(1) as f64;
        let best = LIES.iter().zip(&coarse).max_by(|(_, one), (_, other)| damage(one).total_cmp(&damage(other)));
        let Some((lies, at_best)) = best else { continue };
        let tally = pooled(&[setting(*lies, 1102)], ITEMS).into_iter().fold(Tally::default(), Tally::and);
        let done = format!(
            "gold secret, {:.0} % of visitors turn the worst share of all tiles round ({:.0} %, {:.3} lies of full weight an \
             unknown tile): of {} final labels wrong, {:.1} votes a label",
            share * 100.0,
            lies * 100.0,
            at_best.lies / at_best.attacker_tiles.max(1) as f64,
            tally.finals,
            tally.votes_a_label()
        );
        rows.push(Row::new("A11", done, Figure::share(wrong(&tally)), Bar::AtMost(bar)));
    }
    rows
}

/// A12: blanket lies with the gold known, at the collector's confidence and, for comparison, at a lower one; the lie rate that
/// flips most.
pub(super) fn gold_known() -> Vec<Row> {
    let held = [0.0001, 0.001, 0.015].map(Bar::AtMost);
    let stops = [(0.99, [Bar::Curve; 3]), (0.999, held)];
    let mut rows = Vec::new();
    for (confidence, bars) in stops {
        let stop = StopRule::at(Probability::saturating(confidence));
        for (share, bar) in SHARES.into_iter().zip(bars) {
            let setting = |lies, base_rate, seed| Setting {
                attackers: share,
                attacker: Answerer::GoldKnower(lies),
                base_rate,
                stop,
                ..Setting::clean(seed)
            };
            let tried = [(0.3, 0.2), (0.6, 0.2), (1.0, 0.2), (0.3, 0.5), (0.6, 0.5), (1.0, 0.5)];
            let coarse = on_all_cores(&tried, |(lies, base_rate)| {
                let mut campaign = Campaign::under_way(setting(*lies, *base_rate, 1201), 1_000);
                campaign.settle(COARSE);
                campaign.tally
            });
            let best = tried
                .iter()
                .zip(&coarse)
                .max_by(|(_, one), (_, other)| wrong(one).value.total_cmp(&wrong(other).value));
            let Some(((lies, base_rate), _)) = best else { continue };
            let tally =
                pooled(&[setting(*lies, *base_rate, 1202)], ITEMS).into_iter().fold(Tally::default(), Tally::and);
            let what = format!(
                "gold known, {:.0} % of visitors lie on the worst share of unknown tiles ({:.0} %, {:.0} % positives), final at \
                 {confidence}: of {} final labels",
                share * 100.0,
                lies * 100.0,
                base_rate * 100.0,
                tally.finals,
            );
            rows.push(Row::new("A12", format!("{what} wrong"), Figure::share(wrong(&tally)), bar));
            if confidence > 0.99 {
                let done = format!(
                    "the same: votes of a final label ({:.1} with those on the {} ambiguous items)",
                    tally.votes_a_label(),
                    tally.ambiguous
                );
                let votes = tally.final_votes as f64 / tally.finals.max(1) as f64;
                rows.push(Row::new("A12", done, Figure::exact(votes, Unit::Plain(2, "")), Bar::AtMost(11.0)));
            }
        }
    }
    rows
}

/// A13: whoever holds a share of all issued challenges and answers those with the chosen item, beside a blanket attack.
pub(super) async fn targeted(bench: &Bench) -> Result<Vec<Row>, AttackError> {
    let mut rows = Vec::new();
    for share in SHARES {
        let common = Setting { attackers: share, ..Setting::clean(1301) };
        let chosen = Setting { attacker: Answerer::Targeted, picky: true, targets: 0.1, ..common };
        let blanket = Setting { attacker: Answerer::GoldKnower(1.0), ..common };
        let patient = Setting { picky: false, ..chosen };
        let tallies = pooled(&[chosen, blanket, patient], 25_000);
        let [chosen, blanket, patient] = tallies.as_slice() else { continue };
        let of = |tally: &Tally| Share::of(tally.target_wrong, tally.target_finals);
        let (flipped, without) = (of(chosen), of(patient));
        let done = format!(
            "{:.0} % of issued challenges are the attacker's, who answers only those with a chosen item: {} of {} chosen labels \
             flipped; the same lies by whoever answers everything flip {:.3} %: difference",
            share * 100.0,
            flipped.part,
            flipped.whole,
            without.value * 100.0
        );
        rows.push(Row::new("A13", done, super::statistics::difference(flipped, without), Bar::AtMost(0.01)));
        let done = format!(
            "the same beside lies on everything, which contradict each other's victims and flip {:.3} %: difference",
            wrong(blanket).value * 100.0
        );
        rows.push(Row::new("A13", done, super::statistics::difference(flipped, wrong(blanket)), Bar::Curve));
    }
    rows.push(one_network(bench).await?);
    Ok(rows)
}

/// One network reloads at a collector until it has answered one chosen item many times: votes with effect.
async fn one_network(bench: &Bench) -> Result<Row, AttackError> {
    const RELOADS: usize = 400;
    let running = bench.collector(Stock { pictures: 60, gold_percent: 40 }, Budget::Unlimited).await?;
    let scene = Scene::of(&running).await?;
    let before = scene.client.items().await?;
    let chosen = before.iter().find(|item| item.gold.is_none()).map_or(0, |item| item.id);
    let mut chance = rand::SeedableRng::seed_from_u64(1302);
    let mut answered = 0_u32;
    for _ in 0..RELOADS {
        let from = forwarded::address(7);
        let Some(challenge) = scene.client.challenge(from).await? else { break };
        let state = scene.client.open(&challenge.reply.challenge)?;
        let Some(place) = state.tiles.iter().position(|tile| tile.item == chosen) else { continue };
        let mut picked = scene.picks(&state, TRUTHFUL, &mut chance)?;
        let place = u8::try_from(place).unwrap_or_default();
        if picked.contains(&place) {
            picked.retain(|tile| *tile != place);
        } else {
            picked.push(place);
        }
        answered += 1;
        scene.client.answer(&answer(&challenge.reply, picked, SCREEN_MS), from).await?;
    }
    let log_odds = |p: f64| (p / (1.0 - p)).ln();
    let of = |items: &[crate::truth::ListedItem]| {
        items.iter().find(|item| item.id == chosen).map_or(f64::NAN, |item| log_odds(item.p_positive))
    };
    let moved = (of(&scene.client.items().await?) - of(&before)).abs();
    running.stop().await?;
    let one_vote = |picked| {
        let vote = Vote { picked, human: Probability::ONE, new_prefix: true };
        vote.log_likelihood_ratio(&Crowd::default()).abs()
    };
    let (picked, not_picked) = (one_vote(true), one_vote(false));
    let done = format!(
        "one network reloads a collector {RELOADS} times and lies on a chosen item {answered} times: nats that moves it (a \
         person's one vote: {not_picked:.2} or {picked:.2})"
    );
    Ok(Row::new("A13", done, Figure::exact(moved, Unit::Plain(2, "")), Bar::AtMost(picked.max(not_picked) + 0.01)))
}

/// A15: labels begin at the opinion of a machine that is wrong about one item in five; one visitor in ten is its clone.
pub(super) fn echo_chamber() -> Vec<Row> {
    let setting = Setting { machine_prior: true, attackers: 0.1, attacker: Answerer::Clone, ..Setting::clean(1501) };
    let nobody = Setting { attackers: 0.0, ..setting };
    let tallies = pooled(&[nobody, setting], ITEMS);
    let [nobody, clones] = tallies.as_slice() else { return Vec::new() };
    let most = nobody.most_servings.max(clones.most_servings);
    vec![
        Row::new(
            "A15",
            format!("a fifth of machine priors wrong: of {} final labels wrong", nobody.finals),
            Figure::share(wrong(nobody)),
            Bar::AtMost(0.001),
        ),
        Row::new(
            "A15",
            format!(
                "the same with one visitor in ten saying what the machine says: of {} final labels wrong",
                clones.finals
            ),
            Figure::share(wrong(clones)),
            Bar::Curve,
        ),
        Row::new(
            "A15",
            "both: servings of the item that took longest",
            Figure::exact(f64::from(most), Unit::Plain(0, "")),
            Bar::AtMost(50.0),
        ),
        people_pass(),
    ]
}

/// A gated estimator would lock people out: the share that passes on a suspicious network.
fn people_pass() -> Row {
    const SESSIONS: u64 = 100_000;
    let setting = Setting { machine_prior: true, ..Setting::suspicious(1503) };
    let bank = Campaign::under_way(setting, 8_000).challenges(20_000);
    let (passed, _) = accepted(&bank, SESSIONS, Answerer::Person, setting.thresholds, 15);
    let done = format!("the same, suspicious network: of {SESSIONS} simulated people pass (gated estimators: 6 %)");
    Row::new("A15", done, Figure::share(Share::of(passed, SESSIONS)), Bar::Curve)
}
