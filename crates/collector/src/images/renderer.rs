//! One thread that renders variants beforehand, behind everything else the machine has to do: worn ones first, then those
//! of tiles that nobody has asked for yet. Does not know who asks.

use std::collections::{HashSet, VecDeque};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::stock::Digest;

/// Tiles that may wait for fresh variants; more are not remembered, and asked for again at their next serving.
const ORDERS: usize = 4096;

/// How many times as long as it took to replace what is worn the renderer then rests: a fifth of a processor at most goes
/// into it, for what is worn is served on, each time with another look.
const REST: u32 = 4;

/// What is to be rendered, in order.
#[derive(Default)]
pub(super) struct Orders {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    worn: VecDeque<Digest>,
    /// The same, to look up.
    ordered: HashSet<Digest>,
    ahead: Vec<Digest>,
    stopping: bool,
}

impl Order {
    /// How long to rest after it was carried out in so long.
    pub(super) fn rest(self, took: Duration) -> Duration {
        match self {
            Self::Worn(_) => took * REST,
            Self::Ahead(_) => Duration::ZERO,
        }
    }
}

/// A tile whose variants are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Somebody was served a worn one, or the last one.
    Worn(Digest),
    /// Nobody has asked yet.
    Ahead(Digest),
}

impl Orders {
    /// Wants fresh variants of these tiles.
    pub(super) fn replace(&self, digests: impl IntoIterator<Item = Digest>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for digest in digests {
            if waiting.worn.len() < ORDERS && waiting.ordered.insert(digest) {
                waiting.worn.push_back(digest);
            }
        }
        drop(waiting);
        self.changed.notify_one();
    }

    /// Wants variants of these tiles when there is nothing better to do; forgets those wanted so before.
    pub(super) fn stock_up(&self, digests: Vec<Digest>) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).ahead = digests;
        self.changed.notify_one();
    }

    /// Takes an order back that cannot be carried out now, and rests.
    pub(super) fn put_off(&self, order: Order, rest: Duration) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        match order {
            Order::Worn(digest) => {
                if waiting.ordered.insert(digest) {
                    waiting.worn.push_front(digest);
                }
            }
            Order::Ahead(digest) => waiting.ahead.push(digest),
        }
        drop(waiting);
        self.rest(rest);
    }

    /// Returns after so long, or when no more orders will come.
    pub(super) fn rest(&self, rest: Duration) {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let rested = self.changed.wait_timeout_while(waiting, rest, |waiting| !waiting.stopping);
        drop(rested.unwrap_or_else(PoisonError::into_inner));
    }

    /// Lets whoever waits for an order go.
    pub(super) fn stop(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).stopping = true;
        self.changed.notify_all();
    }

    /// The next order, once there is one; `None` when no more will come.
    pub(super) fn next(&self) -> Option<Order> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if waiting.stopping {
                return None;
            }
            if let Some(digest) = waiting.worn.pop_front() {
                waiting.ordered.remove(&digest);
                return Some(Order::Worn(digest));
            }
            if let Some(digest) = waiting.ahead.pop() {
                return Some(Order::Ahead(digest));
            }
            waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Makes this thread give way to every other. Elsewhere than on Linux niceness is the whole process's: there it stays.
pub(super) fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(19) {
        tracing::warn!(%error, "the renderer's thread could not be made less urgent");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worn_variants_come_first_and_each_tile_once() {
        let orders = Orders::default();
        orders.stock_up(vec![[8; 32], [9; 32]]);
        orders.replace([[1; 32], [2; 32], [1; 32]]);
        let next: Vec<_> = std::iter::from_fn(|| orders.next()).take(4).collect();
        assert_eq!(next, [Order::Worn([1; 32]), Order::Worn([2; 32]), Order::Ahead([9; 32]), Order::Ahead([8; 32])]);
        orders.replace([[1; 32]]);
        assert_eq!(orders.next(), Some(Order::Worn([1; 32])));
        orders.stop();
        assert_eq!(orders.next(), None);
    }

    #[test]
    fn only_so_many_wait() {
        let orders = Orders::default();
        orders.replace((0..10_000_u32).map(|number| {
            let mut digest = [0; 32];
            digest[..4].copy_from_slice(&number.to_be_bytes());
            digest
        }));
        let waiting = orders.waiting.lock().unwrap();
        assert_eq!((waiting.worn.len(), waiting.ordered.len()), (ORDERS, ORDERS));
    }

    #[test]
    fn what_is_put_off_comes_next() {
        let orders = Orders::default();
        orders.replace([[1; 32], [2; 32]]);
        orders.stock_up(vec![[9; 32]]);
        let first = orders.next().unwrap();
        orders.put_off(first, Duration::ZERO);
        assert_eq!((orders.next(), orders.next()), (Some(first), Some(Order::Worn([2; 32]))));
        let ahead = orders.next().unwrap();
        orders.stop();
        // Nobody rests that long once it has ended.
        orders.put_off(ahead, Duration::MAX);
        orders.rest(Duration::MAX);
        assert_eq!(orders.next(), None);
    }

    #[test]
    fn whoever_waits_is_let_go() {
        let orders = std::sync::Arc::new(Orders::default());
        let waiting = std::thread::spawn({
            let orders = std::sync::Arc::clone(&orders);
            move || orders.next()
        });
        orders.stop();
        assert_eq!(waiting.join().unwrap(), None);
    }
}
