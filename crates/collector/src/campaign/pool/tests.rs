//! The pool: who is served when, and what makes it leave. Knows no collector.

use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;

use super::*;
use crate::store::items::Audits;

const NETWORK: PrefixHash = PrefixHash([9; 8]);

fn standing(id: i64, gold: Option<bool>) -> ItemStanding {
    let state = if gold.is_some() { ItemState::Gold } else { ItemState::Open };
    ItemStanding {
        id: ItemId(id),
        state,
        gold,
        log_odds: -2.0,
        n_votes: 0,
        servings: 0,
        image: [0; 32],
        audits: Audits::default(),
    }
}

fn pool(n_open: i64) -> Pool {
    let gold = [(1, true), (2, true), (3, false), (4, false)];
    let mut standings: Vec<_> = gold.map(|(id, positive)| standing(id, Some(positive))).into();
    standings.extend((10..10 + n_open).map(|id| standing(id, None)));
    Pool::new(GoldPolicy::default(), &Crowd::default(), standings)
}

fn chance() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(3)
}

fn settle(pool: &mut Pool, id: i64, state: ItemState) {
    let moved = MovedItem { id: ItemId(id), state, log_odds: 8.0, n_votes: 7 };
    pool.apply(&[moved], &Crowd::default());
}

#[test]
fn closed_items_are_asked_only_when_too_few_are_open() {
    let mut pool = pool(12);
    for id in 10..13 {
        settle(&mut pool, id, ItemState::Final);
    }
    let open: Vec<_> = pool.candidates(&mut chance(), NETWORK, &[]).iter().map(|item| item.id.0).collect();
    assert_eq!(open.len(), 9);
    assert!(open.iter().all(|id| *id >= 13));
    settle(&mut pool, 13, ItemState::Ambiguous);
    assert_eq!(pool.candidates(&mut chance(), NETWORK, &[]).len(), 12);
    settle(&mut pool, 13, ItemState::Open);
    assert_eq!(pool.candidates(&mut chance(), NETWORK, &[]).len(), 9);
}

#[test]
fn what_a_visit_has_seen_is_not_drawn_again() {
    let pool = pool(1000);
    let mut chance = chance();
    for _ in 0..50 {
        let seen: Vec<ItemId> = (10..30).map(ItemId).collect();
        let drawn = pool.candidates(&mut chance, NETWORK, &seen);
        assert!(drawn.iter().all(|item| item.id.0 >= 30));
        let mut ids: Vec<_> = drawn.iter().map(|item| item.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), drawn.len());
        assert!(
            pool.draw_gold(true, 2, &mut chance, NETWORK, &[ItemId(1)]).iter().all(|(item, _)| item.id == ItemId(2))
        );
    }
}

#[test]
fn fresh_gold_is_served_before_worn_gold() {
    let mut pool = pool(9);
    for _ in 0..10 {
        pool.serve_gold(ItemId(1), None, &Crowd::default());
    }
    for _ in 0..20 {
        let gold = pool.draw_gold(true, 1, &mut chance(), NETWORK, &[]);
        assert_eq!(gold.first().map(|(item, wear)| (item.id, *wear)), Some((ItemId(2), Wear::Fresh)));
    }
}

#[test]
fn one_network_is_heard_once_on_an_item() {
    let mut pool = pool(9);
    assert!(pool.hear(ItemId(1), PrefixHash([1; 8])));
    assert!(!pool.hear(ItemId(1), PrefixHash([1; 8])));
    assert!(pool.hear(ItemId(2), PrefixHash([1; 8])));
    assert!(pool.hear(ItemId(1), PrefixHash([2; 8])));
}

#[test]
fn gold_that_good_visitors_contradict_is_expelled() {
    let mut pool = pool(9);
    for _ in 0..8 {
        pool.serve_gold(ItemId(3), Some(false), &Crowd::default());
    }
    assert_eq!(pool.gold_stock(), (2, 1));
    for _ in 0..200 {
        pool.serve_gold(ItemId(4), Some(true), &Crowd::default());
    }
    assert_eq!(pool.gold_stock(), (2, 1));
}

#[test]
fn what_is_on_a_screen_under_way_is_drawn_after_what_is_not() {
    let mut pool = pool(30);
    let tile = |item, role| SealedTile { item, role };
    let shown: Vec<_> = (10..20).map(|id| tile(id, TileRole::Unknown)).collect();
    pool.note_screen(&[shown.clone(), vec![tile(1, TileRole::FreshGold { positive: true })]].concat());
    let drawn = |pool: &Pool, least: i64| {
        pool.candidates(&mut chance(), NETWORK, &[]).iter().filter(|item| item.id.0 < least).count()
    };
    let gold = |pool: &Pool| pool.draw_gold(true, 1, &mut chance(), NETWORK, &[])[0].0.id;
    assert_eq!((drawn(&pool, 20), gold(&pool)), (0, ItemId(2)));
    // Answered, it is free; not answered, it is after so many screens.
    settle(&mut pool, 10, ItemState::Open);
    assert_eq!(drawn(&pool, 20), 1);
    for _ in 0..UNDER_WAY {
        pool.note_screen(&[]);
    }
    assert_eq!(drawn(&pool, 20), 10);
    // Where there is nothing else, it is shown all the same.
    let mut small = self::pool(12);
    small.note_screen(&shown);
    assert_eq!(small.candidates(&mut chance(), NETWORK, &[]).len(), 12);
}
