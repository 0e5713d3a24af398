//! Draws the tiles of a screen: gold and unknown, shuffled. What to draw is the consensus crate's plan.

use corvee_consensus::{Candidate, Composition, GoldStock, Probability, Wear};
use corvee_protocol::sealed_state::{SealedTile, TileRole};
use rand::seq::SliceRandom as _;
use rand::{Rng, RngExt as _};

use super::address::PrefixHash;
use super::register::LiveCampaign;
use crate::store::items::{ItemId, ItemStanding};

/// The campaign lacks gold of one label, or items to fill a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the campaign has too few items or too little gold for a screen")]
pub struct TooFewItems;

/// The tiles of one screen in the order of the grid, none of them among `seen` and none that `network` has answered, as long
/// as there are others.
///
/// # Errors
/// [`TooFewItems`] when even with items seen before no screen can be filled.
pub fn compose(
    campaign: &LiveCampaign,
    composition: &Composition,
    chance: &mut impl Rng,
    network: PrefixHash,
    seen: &[ItemId],
) -> Result<Vec<SealedTile>, TooFewItems> {
    let unseen = draw(campaign, composition, chance, network, seen);
    let tiles = if unseen.is_some() { unseen } else { draw(campaign, composition, chance, network, &[]) };
    let mut tiles = tiles.ok_or(TooFewItems)?;
    tiles.shuffle(chance);
    Ok(tiles)
}

/// How a screen is put together. First ones are the same for every network: what a suspicious one is shown, it can ask for by
/// the hundred as well.
pub fn composition(screen: u8) -> Composition {
    if screen > 1 { Composition::balanced() } else { Composition::default() }
}

fn draw(
    campaign: &LiveCampaign,
    composition: &Composition,
    chance: &mut impl Rng,
    network: PrefixHash,
    seen: &[ItemId],
) -> Option<Vec<SealedTile>> {
    campaign.with_pool(|pool| {
        let candidates = pool.candidates(chance, network, seen);
        let beliefs: Vec<Candidate> = candidates.iter().map(|item| belief(item)).collect();
        let positive = pool.draw_gold(true, composition.tiles, chance, network, seen);
        let negative = pool.draw_gold(false, composition.tiles, chance, network, seen);
        let stock = GoldStock { positive: positive.len(), negative: negative.len() };
        let composition = if pool.has_settled() { *composition } else { composition.at_the_beginning() };
        let plan =
            corvee_consensus::compose(&campaign.crowd, &composition, stock, &beliefs, &mut || chance.random::<f64>())?;
        let unknown = plan.unknown.iter().filter_map(|at| candidates.get(*at)).map(|item| unknown(item));
        let positive = positive.into_iter().take(plan.gold_positive).map(|(item, wear)| gold_tile(item, wear, true));
        let negative = negative.into_iter().take(plan.gold_negative).map(|(item, wear)| gold_tile(item, wear, false));
        let tiles: Vec<SealedTile> = unknown.chain(positive).chain(negative).collect();
        pool.note_screen(&tiles);
        Some(tiles)
    })
}

fn belief(item: &ItemStanding) -> Candidate {
    let positive = Probability::from_log_odds(item.log_odds);
    Candidate { positive, expected_positive: positive }
}

fn unknown(item: &ItemStanding) -> SealedTile {
    SealedTile { item: item.id.0, role: TileRole::Unknown }
}

fn gold_tile(item: &ItemStanding, wear: Wear, positive: bool) -> SealedTile {
    let role = match wear {
        Wear::Fresh => TileRole::FreshGold { positive },
        Wear::Worn => TileRole::WornGold { positive },
    };
    SealedTile { item: item.id.0, role }
}
