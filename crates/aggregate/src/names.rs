//! Names of tasks, workers and labels by index. Does not know what a name stands for.

use std::cmp::Ordering;
use std::fmt::Write as _;
use std::hash::{BuildHasher as _, RandomState};

use hashbrown::HashTable;

/// Names on their way in: each has a number, in order of first appearance. Each name is held once.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    text: String,
    /// Where each name ends in the text.
    ends: Vec<usize>,
    /// Numbers by the hash of their name. Its order is never walked.
    numbers: HashTable<u32>,
    state: RandomState,
}

impl Interner {
    /// The number of `name`, a new one if it is new; `None` when there are 2³² names already.
    pub(crate) fn number(&mut self, name: &str) -> Option<u32> {
        let hash = self.state.hash_one(name);
        if let Some(number) = self.numbers.find(hash, |number| slice(&self.text, &self.ends, *number) == name) {
            return Some(*number);
        }
        let number = u32::try_from(self.ends.len()).ok().filter(|number| *number < u32::MAX)?;
        self.text.push_str(name);
        self.ends.push(self.text.len());
        let (text, ends, state) = (&self.text, &self.ends, &self.state);
        self.numbers.insert_unique(hash, number, |number| state.hash_one(slice(text, ends, *number)));
        Some(number)
    }

    /// The names by index, in natural order: what was numbered by appearance is numbered by name.
    pub(crate) fn sorted(self) -> Names {
        let count = u32::try_from(self.ends.len()).expect("numbers are handed out below 2^32");
        let mut order: Vec<u32> = (0..count).collect();
        order.sort_unstable_by(|one, other| {
            natural(slice(&self.text, &self.ends, *one), slice(&self.text, &self.ends, *other))
        });
        let mut index_of_number = vec![0; order.len()];
        for (index, number) in (0_u32..).zip(&order) {
            if let Some(slot) = index_of_number.get_mut(*number as usize) {
                *slot = index;
            }
        }
        Names { interner: self, order, index_of_number }
    }
}

fn slice<'a>(text: &'a str, ends: &[usize], number: u32) -> &'a str {
    let number = number as usize;
    let begin = number.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    let end = ends.get(number).copied().unwrap_or(begin);
    text.get(begin..end).unwrap_or_default()
}

/// Names by index, in natural order.
#[derive(Debug)]
pub(crate) struct Names {
    interner: Interner,
    order: Vec<u32>,
    index_of_number: Vec<u32>,
}

impl Names {
    /// How many.
    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.order.len()).expect("numbers are handed out below 2^32")
    }

    /// The name at `index`; empty where there is none.
    pub(crate) fn name(&self, index: usize) -> &str {
        let number = self.order.get(index).copied().unwrap_or(u32::MAX);
        slice(&self.interner.text, &self.interner.ends, number)
    }

    /// All names in order.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.order.iter().map(|number| slice(&self.interner.text, &self.interner.ends, *number))
    }

    /// The index of the name that was given this number on its way in.
    pub(crate) fn index_of_number(&self, number: u32) -> u32 {
        self.index_of_number.get(number as usize).copied().unwrap_or(u32::MAX)
    }

    /// The index of `name`.
    pub(crate) fn find(&self, name: &str) -> Option<u32> {
        let Interner { text, ends, numbers, state } = &self.interner;
        let number = numbers.find(state.hash_one(name), |number| slice(text, ends, *number) == name)?;
        Some(self.index_of_number(*number))
    }

    /// The first names, quoted, for a message.
    pub(crate) fn first_quoted(&self, most: usize) -> String {
        let mut text = self.iter().take(most).map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
        if self.order.len() > most {
            let more = self.order.len() - most;
            write!(text, " and {more} more").expect("writing to a String cannot fail");
        }
        text
    }
}

/// Runs of digits by their number, all else by its characters; names that are equal so far by their bytes. A total order:
/// `t2` before `t10`, `t02` before `t2`.
pub(crate) fn natural(one: &str, other: &str) -> Ordering {
    let (mut left, mut right) = (one, other);
    loop {
        let (digits, rest) = split_digits(left);
        let (other_digits, other_rest) = split_digits(right);
        if !digits.is_empty() && !other_digits.is_empty() {
            let (value, other_value) = (digits.trim_start_matches('0'), other_digits.trim_start_matches('0'));
            let order = value.len().cmp(&other_value.len()).then_with(|| value.cmp(other_value));
            if order.is_ne() {
                return order;
            }
            (left, right) = (rest, other_rest);
            continue;
        }
        let (mut characters, mut other_characters) = (left.chars(), right.chars());
        match (characters.next(), other_characters.next()) {
            (None, None) => return one.cmp(other),
            (character, other_character) if character == other_character => {
                (left, right) = (characters.as_str(), other_characters.as_str());
            }
            (character, other_character) => return character.cmp(&other_character),
        }
    }
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_numbered_by_natural_order_whatever_came_first() {
        let mut interner = Interner::default();
        let names = ["t10", "t2", "a", "t2", "t02", "ä", "-3", "12"];
        let numbers: Vec<u32> = names.iter().map(|name| interner.number(name).unwrap()).collect();
        let sorted = interner.sorted();
        assert_eq!(sorted.iter().collect::<Vec<_>>(), ["-3", "12", "a", "t02", "t2", "t10", "ä"]);
        for (name, number) in names.iter().zip(numbers) {
            assert_eq!(sorted.name(sorted.index_of_number(number) as usize), *name);
            assert_eq!(sorted.find(name), Some(sorted.index_of_number(number)));
        }
        assert_eq!(sorted.find("t3"), None);
        assert_eq!(sorted.first_quoted(2), "\"-3\", \"12\" and 5 more");
    }

    proptest! {
        #[test]
        fn natural_order_is_total(mut names in prop::collection::vec("[a0-9]{0,4}", 3)) {
            names.sort_by(|one, other| natural(one, other));
            prop_assert!(natural(&names[0], &names[2]).is_le());
            prop_assert_eq!(natural(&names[0], &names[1]), natural(&names[1], &names[0]).reverse());
            prop_assert_eq!(natural(&names[0], &names[1]).is_eq(), names[0] == names[1]);
        }
    }
}
