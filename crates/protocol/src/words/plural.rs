//! Which plural goes with a number, where there is no browser to ask. Knows no nouns.

/// A plural category of Unicode CLDR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// As with 0 in Arabic.
    Zero,
    /// As with 1 in English.
    One,
    /// As with 2 in Hebrew.
    Two,
    /// As with 3 in Polish.
    Few,
    /// As with 5 in Russian.
    Many,
    /// All other numbers.
    Other,
}

impl Category {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Zero, Self::One, Self::Two, Self::Few, Self::Many, Self::Other];

    /// Its name in templates and in the browser's `Intl.PluralRules`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Zero => "zero",
            Self::One => "one",
            Self::Two => "two",
            Self::Few => "few",
            Self::Many => "many",
            Self::Other => "other",
        }
    }

    /// The category of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|category| category.as_str() == name)
    }

    /// The categories that whole numbers below a million have in the language `tag`, and `Other`, which every template
    /// has. From a million on French, Spanish, Italian and Portuguese know a `Many` too; nothing here counts so far.
    pub fn needed(tag: &str) -> &'static [Self] {
        match tag {
            "ar" => Self::ALL,
            "he" => &[Self::One, Self::Two, Self::Other],
            "pl" | "ru" | "uk" => &[Self::One, Self::Few, Self::Many, Self::Other],
            "id" | "ja" | "ko" | "vi" | "zh-Hans" | "zh-Hant" => &[Self::Other],
            _ => &[Self::One, Self::Other],
        }
    }

    /// The category of `count`, below a million, in the language `tag`: Unicode CLDR 47, cardinal rules of whole numbers.
    pub fn of(tag: &str, count: u32) -> Self {
        let (last, last_two) = (count % 10, count % 100);
        let teen = (11..=14).contains(&last_two);
        match tag {
            "ar" => match (count, last_two) {
                (0, _) => Self::Zero,
                (1, _) => Self::One,
                (2, _) => Self::Two,
                (_, 3..=10) => Self::Few,
                (_, 11..=99) => Self::Many,
                _ => Self::Other,
            },
            "he" if count == 2 => Self::Two,
            "pl" if count == 1 => Self::One,
            "pl" | "ru" | "uk" => match last {
                1 if !teen && tag != "pl" => Self::One,
                2..=4 if !teen => Self::Few,
                _ => Self::Many,
            },
            "fa" | "fr" | "hi" | "pt" if count < 2 => Self::One,
            "id" | "ja" | "ko" | "vi" | "zh-Hans" | "zh-Hant" => Self::Other,
            _ if count == 1 => Self::One,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Category::{Few, Many, One, Other, Two, Zero};
    use super::*;

    fn check(tag: &str, expected: &[(Category, &[u32])]) {
        for (category, counts) in expected {
            for count in *counts {
                assert_eq!(Category::of(tag, *count), *category, "{count} in {tag}");
            }
            assert!(Category::needed(tag).contains(category), "{category:?} in {tag}");
        }
    }

    #[test]
    fn numbers_have_the_categories_of_the_common_locale_data() {
        check("en", &[(One, &[1]), (Other, &[0, 2, 11, 21, 101])]);
        check("tr", &[(One, &[1]), (Other, &[0, 2, 11])]);
        check("fr", &[(One, &[0, 1]), (Other, &[2, 21])]);
        check("pt", &[(One, &[0, 1]), (Other, &[2])]);
        check("fa", &[(One, &[0, 1]), (Other, &[2])]);
        check("pl", &[(One, &[1]), (Few, &[2, 4, 22, 104]), (Many, &[0, 5, 11, 12, 14, 21, 101, 112])]);
        check("ru", &[(One, &[1, 21, 101]), (Few, &[2, 24]), (Many, &[0, 5, 11, 14, 20, 111])]);
        check("uk", &[(One, &[1, 31]), (Few, &[3]), (Many, &[0, 12, 25])]);
        check(
            "ar",
            &[
                (Zero, &[0]),
                (One, &[1]),
                (Two, &[2]),
                (Few, &[3, 10, 103]),
                (Many, &[11, 99, 111]),
                (Other, &[100, 102]),
            ],
        );
        check("he", &[(One, &[1]), (Two, &[2]), (Other, &[0, 3, 12, 20])]);
        check("zh-Hant", &[(Other, &[0, 1, 2, 11])]);
    }
}
