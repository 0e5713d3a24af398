//! Which language is nearest to a wish. Knows tags, no words.

use corvee_protocol::Words;

/// Tags that say in another way, or about another place, what one of ours says.
const ALSO: &[(&str, &str)] = &[("iw", "he"), ("in", "id"), ("cmn", "zh"), ("yue", "zh-Hant")];

/// Where, of all regions, Chinese is written in traditional characters.
const TRADITIONAL: &[&str] = &["hant", "tw", "hk", "mo"];

/// The words whose tag is this one, or whose language is its.
pub(super) fn nearest<'a>(all: &'a [Words], tag: &str) -> Option<&'a Words> {
    let tag = tag.trim().to_ascii_lowercase().replace('_', "-");
    let find = |wanted: &str| all.iter().find(|words| words.tag.eq_ignore_ascii_case(wanted));
    find(&tag).or_else(|| {
        let mut subtags = tag.split('-');
        let primary = subtags.next().unwrap_or_default();
        let primary = ALSO.iter().find_map(|(other, ours)| (*other == primary).then_some(*ours)).unwrap_or(primary);
        if primary == "zh" {
            let mut scripts = subtags.filter(|subtag| matches!(*subtag, "hans" | "hant"));
            let traditional = scripts
                .next()
                .map_or_else(|| tag.split('-').any(|subtag| TRADITIONAL.contains(&subtag)), |script| script == "hant");
            return find(if traditional { "zh-Hant" } else { "zh-Hans" });
        }
        find(primary)
    })
}

/// The tags of an `Accept-Language` header, most wanted first.
pub(super) fn wishes(header: &str) -> Vec<&str> {
    let mut wishes: Vec<(u32, &str)> = header
        .split(',')
        .filter_map(|wish| {
            let (tag, weight) = wish.split_once(';').unwrap_or((wish, "q=1"));
            let weight = thousandths(weight.trim().strip_prefix("q=")?)?;
            (weight > 0).then_some((weight, tag.trim()))
        })
        .collect();
    // What is wanted equally stays in its order.
    wishes.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    wishes.into_iter().map(|(_, tag)| tag).collect()
}

/// A weight such as `0.8`, in thousandths.
fn thousandths(weight: &str) -> Option<u32> {
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    let decimals = format!("{decimals:0<3}").get(..3)?.parse::<u32>().ok()?;
    Some((whole.parse::<u32>().ok()?.checked_mul(1000)? + decimals).min(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(wish: &str, expected: Option<&str>) {
        let all = ["en", "fr", "pt", "he", "id", "zh-Hans", "zh-Hant"].map(|tag| Words {
            tag: tag.to_owned(),
            rtl: false,
            templates: vec![],
        });
        assert_eq!(nearest(&all, wish).map(|words| words.tag.as_str()), expected, "{wish}");
    }

    #[test]
    fn a_wish_finds_its_language_in_any_spelling() {
        for (wish, expected) in [
            ("fr", "fr"),
            ("FR-ca", "fr"),
            ("pt_BR", "pt"),
            ("pt-PT", "pt"),
            ("iw-IL", "he"),
            ("in", "id"),
            ("zh", "zh-Hans"),
            ("zh-CN", "zh-Hans"),
            ("zh-SG", "zh-Hans"),
            ("zh-TW", "zh-Hant"),
            ("zh-HK", "zh-Hant"),
            ("zh-MO", "zh-Hant"),
            ("zh-hant", "zh-Hant"),
            ("zh-Hans-HK", "zh-Hans"),
            ("zh-Hant-CN", "zh-Hant"),
            ("yue-HK", "zh-Hant"),
        ] {
            check(wish, Some(expected));
        }
        for wish in ["", "*", "frr", "sv", "e", "-", "hant"] {
            check(wish, None);
        }
    }

    #[test]
    fn wishes_come_in_the_order_of_their_weight() {
        assert_eq!(wishes("da, en-gb;q=0.8, en;q=0.7"), ["da", "en-gb", "en"]);
        assert_eq!(wishes("en;q=0.1,fr ; q=0.25,*;q=0.5,de;q=0,x;q=,y;z=1"), ["*", "fr", "en"]);
        assert_eq!(wishes("a,b,c;q=9.9999"), ["a", "b", "c"]);
        assert_eq!(wishes(""), [""]);
        assert!(wishes("é;q=0.é").is_empty());
    }
}
