//! What an answered screen says about the visitor, and what the visitor says about the items. Pure: beliefs in, verdict out.

use corvee_consensus::{
    Crowd, Decision, Evidence, GoldPolicy, Knowledge, Probability, ScreenNumber, Thresholds, Tile, Wear, decide,
    human_probabilities, score_screen,
};
use corvee_protocol::sealed_state::{SealedEvidence, SealedState, SealedTile, Standing, TileRole};

use crate::store::answers::{GoldAnswer, NewVote};
use crate::store::items::ItemId;

/// The outcome of one screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Accept, refuse, or one more screen.
    pub decision: Decision,
    /// Evidence of all screens so far, for the next seal.
    pub evidence: SealedEvidence,
    /// Votes on the unknown tiles, whatever the decision.
    pub votes: Vec<NewVote>,
    /// Answers on the gold tiles.
    pub gold: Vec<GoldAnswer>,
    /// Whether gold on the screen had been seen too often.
    pub over_exposed_gold: bool,
}

/// Judges a screen. `picks` holds one flag a tile; `belief` tells P(positive) of an unknown item from votes of people.
pub fn judge(crowd: &Crowd, state: &SealedState, picks: &[bool], belief: impl Fn(ItemId) -> Probability) -> Verdict {
    let tiles: Vec<Tile> = state
        .tiles
        .iter()
        .zip(picks)
        .map(|(tile, picked)| Tile { knowledge: knowledge(tile, &belief), picked: *picked })
        .collect();
    let before = opened(state.before);
    let evidence = score_screen(crowd, &tiles, before);
    let screen = if state.screen <= 1 { ScreenNumber::First } else { ScreenNumber::Second };
    let thresholds = match state.standing {
        Standing::Clean | Standing::Probing => Thresholds::CLEAN,
        Standing::Suspicious => Thresholds::SUSPICIOUS,
    };
    let humans = human_probabilities(crowd, &tiles, before);
    let mut verdict = Verdict {
        decision: decide(evidence, screen, thresholds),
        evidence: sealed(evidence),
        votes: Vec::new(),
        gold: Vec::new(),
        over_exposed_gold: state.tiles.iter().any(|tile| matches!(tile.role, TileRole::WornGold { .. })),
    };
    let policy = GoldPolicy::default();
    for ((tile, picked), human) in state.tiles.iter().zip(picks).zip(humans) {
        let item = ItemId(tile.item);
        match tile.role {
            TileRole::Unknown => verdict.votes.push(NewVote { item, picked: *picked, human }),
            TileRole::FreshGold { positive } | TileRole::WornGold { positive } => {
                let audit = policy.is_auditor(human, picks).then_some(positive == *picked);
                verdict.gold.push(GoldAnswer { item, audit });
            }
        }
    }
    verdict
}

fn knowledge(tile: &SealedTile, belief: &impl Fn(ItemId) -> Probability) -> Knowledge {
    match tile.role {
        TileRole::Unknown => Knowledge::Unknown { positive: belief(ItemId(tile.item)) },
        TileRole::FreshGold { positive } => Knowledge::Gold { positive, wear: Wear::Fresh },
        TileRole::WornGold { positive } => Knowledge::Gold { positive, wear: Wear::Worn },
    }
}

fn opened(evidence: SealedEvidence) -> Evidence {
    let SealedEvidence { gold, unknown, clicks, gold_tiles, gold_mistakes } = evidence;
    Evidence { gold, unknown, clicks, gold_tiles, gold_mistakes }
}

fn sealed(evidence: Evidence) -> SealedEvidence {
    let Evidence { gold, unknown, clicks, gold_tiles, gold_mistakes } = evidence;
    SealedEvidence { gold, unknown, clicks, gold_tiles, gold_mistakes }
}
