//! Words of a text: normal form, edit distance, likeness of spellings. Knows letters, no language.

/// Lower case; letters, digits, apostrophe and space stay, everything else parts words; single spaces.
///
/// ```
/// use corvee_consensus::kinds::text::normalise;
///
/// assert_eq!(normalise("  \"Don't\",  SHE said—twice."), "don't she said twice");
/// ```
pub fn normalise(text: &str) -> String {
    let kept: String = text
        .chars()
        .flat_map(char::to_lowercase)
        .map(|character| if character.is_alphanumeric() || character == '\'' { character } else { ' ' })
        .collect();
    kept.split_whitespace().collect::<Vec<&str>>().join(" ")
}

/// Insertions, deletions and substitutions that turn one sequence into the other (Levenshtein 1966).
pub(super) fn distance<T: PartialEq>(first: &[T], second: &[T]) -> usize {
    let mut row: Vec<usize> = (0..=second.len()).collect();
    for (index, part) in first.iter().enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        for (above, other) in row.iter_mut().skip(1).zip(second) {
            let change = diagonal + usize::from(part != other);
            diagonal = *above;
            left = change.min(left + 1).min(*above + 1);
            *above = left;
        }
        if let Some(first) = row.first_mut() {
            *first = index + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

/// 1 for equal spellings down to 0 for nothing in common: one less the edit distance by the longer length.
pub(super) fn likeness(first: &str, second: &str) -> f64 {
    if first == second {
        return 1.0;
    }
    let (first, second): (Vec<char>, Vec<char>) = (first.chars().collect(), second.chars().collect());
    1.0 - distance(&first, &second) as f64 / first.len().max(second.len()).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, without a table.
    fn by_recursion(first: &[u8], second: &[u8]) -> usize {
        match (first, second) {
            ([], rest) | (rest, []) => rest.len(),
            ([a, first_rest @ ..], [b, second_rest @ ..]) => {
                let change = by_recursion(first_rest, second_rest) + usize::from(a != b);
                change.min(by_recursion(first_rest, second) + 1).min(by_recursion(first, second_rest) + 1)
            }
        }
    }

    proptest! {
        #[test]
        fn a_distance_is_the_recursive_one(first in "[ab]{0,5}", second in "[ab]{0,5}") {
            prop_assert_eq!(distance(first.as_bytes(), second.as_bytes()), by_recursion(first.as_bytes(), second.as_bytes()));
        }

        #[test]
        fn a_normal_form_stays_as_it_is(text in ".{0,40}") {
            let normal = normalise(&text);
            prop_assert_eq!(normalise(&normal), normal);
        }
    }
}
