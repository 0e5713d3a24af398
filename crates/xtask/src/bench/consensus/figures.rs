//! Figures as programs print them, and those that follow from several. Does not know the programs.

/// The sets over which accuracy is averaged.
pub(super) const ELEVEN: [&str; 11] = [
    "adult",
    "bluebirds",
    "dog",
    "face",
    "music-genre",
    "product",
    "rte",
    "sentence-polarity",
    "sentence-polarity-amt",
    "trec",
    "weather-amt",
];

/// A set lies below another estimate from here on.
const BELOW: f64 = 0.010;

/// Whose figure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Ours,
    Peer,
}

#[derive(Debug, Clone, PartialEq)]
struct Line {
    side: Side,
    name: String,
    value: Option<f64>,
    /// What stands as `word=text`.
    pairs: Vec<(String, String)>,
}

/// All figures of one run.
#[derive(Debug, Clone, Default)]
pub(super) struct Figures(Vec<Line>);

impl Figures {
    /// Adds the figures of what a program printed.
    pub(super) fn read(&mut self, output: &str) {
        self.0.extend(output.lines().filter_map(line));
    }

    /// The figure that a selector names: `name`, or `name word=text … >word`. The last line printed counts.
    pub(super) fn find(&self, side: Side, selector: &str) -> Option<f64> {
        let (lead, wanted) = match selector.split_once('>') {
            Some((lead, wanted)) => (lead, Some(wanted)),
            None => (selector, None),
        };
        let mut words = lead.split_whitespace();
        let name = words.next()?;
        let told: Vec<(&str, &str)> = words.filter_map(|word| word.split_once('=')).collect();
        let is_told = |line: &Line| told.iter().all(|(word, text)| line.pair(word) == Some(*text));
        let mut lines = self.0.iter().rev().filter(|line| line.side == side && line.name == name && is_told(line));
        match wanted {
            None => lines.find_map(|line| line.value),
            Some(wanted) => lines.find_map(|line| number(line.pair(wanted)?)),
        }
    }

    /// Adds what follows from other figures: means, ratios and counts.
    pub(super) fn derive(&mut self) {
        use Side::{Ours, Peer};
        self.add_mean(Ours, "accuracy-", "accuracy-mean");
        self.add_mean(Ours, "gold-accuracy-", "gold-accuracy-mean");
        self.add_mean(Peer, "accuracy-dawid-skene-", "accuracy-dawid-skene-mean");
        self.add_mean(Peer, "gold-accuracy-dawid-skene-", "gold-accuracy-dawid-skene-mean");
        for figure in ["ece", "log-loss"] {
            let lead = format!("gold-{figure}-dawid-skene-");
            let all: Vec<f64> = self.of(Peer, &lead).map(|(_, value)| value).collect();
            self.add(Peer, &format!("{lead}of-all"), mean(&all));
        }
        self.add(Ours, "sets-below", self.sets_below(Ours, "accuracy-"));
        self.add(Peer, "sets-below", self.sets_below(Peer, "accuracy-dawid-skene-"));
        let gains: Vec<f64> = self
            .of(Ours, "one-answer-majority-")
            .filter_map(|(set, majority)| Some(self.find(Ours, &format!("one-answer-{set}"))? - majority))
            .collect();
        self.add(Ours, "one-answer-least-gain", gains.iter().copied().reduce(f64::min));
        self.add(Ours, "one-answer-mean-gain", mean(&gains));
        for (name, peer) in [
            ("dawid-skene-1e6", "dawid-skene-1e6-seconds"),
            ("dawid-skene-1e7", "dawid-skene-1e7-extrapolated-seconds"),
            ("majority-1e7", "majority-1e7-seconds"),
        ] {
            let ours = self.find(Ours, &format!("{name}-seconds"));
            let ratio = self.find(Peer, peer).zip(ours).map(|(peer, ours)| peer / ours);
            self.add(Ours, &format!("{name}-ratio"), ratio);
        }
        self.add(Ours, "fixed-point-equal-labels", self.find(Peer, "fixed-point-1e5-equal-labels"));
        let at_rest = self.find(Peer, "fixed-point-1e5-log-likelihood");
        let ours = self.find(Peer, "fixed-point-1e5-log-likelihood-of-ours");
        self.add(Ours, "fixed-point-gain", ours.zip(at_rest).map(|(ours, peer)| ours - peer));
        let same = self.0.iter().filter(|line| line.side == Ours && line.name.ends_with("-same-bytes"));
        self.add(Ours, "same-bytes", same.filter_map(|line| line.value).reduce(f64::min));
    }

    /// What comes after `lead` in a name, with the figure.
    fn of<'a>(&'a self, side: Side, lead: &'a str) -> impl Iterator<Item = (&'a str, f64)> {
        self.0
            .iter()
            .filter(move |line| line.side == side)
            .filter_map(move |line| Some((line.name.strip_prefix(lead)?, line.value?)))
    }

    fn add(&mut self, side: Side, name: &str, value: Option<f64>) {
        self.0.push(Line { side, name: name.to_owned(), value, pairs: Vec::new() });
    }

    /// The mean of the eleven sets, if all are there.
    fn add_mean(&mut self, side: Side, lead: &str, name: &str) {
        let all: Option<Vec<f64>> = ELEVEN.iter().map(|set| self.find(side, &format!("{lead}{set}"))).collect();
        self.add(side, name, all.as_deref().and_then(mean));
    }

    /// On how many sets the estimate lies below the better of the peer's majority vote and Dawid and Skene.
    fn sets_below(&self, side: Side, lead: &str) -> Option<f64> {
        let mut sets = 0;
        let mut below = 0_u32;
        for (set, dawid_skene) in self.of(Side::Peer, "accuracy-dawid-skene-") {
            let better = self.find(Side::Peer, &format!("accuracy-majority-{set}")).map(|vote| vote.max(dawid_skene));
            if let Some((ours, better)) = self.find(side, &format!("{lead}{set}")).zip(better) {
                sets += 1;
                below += u32::from(ours < better - BELOW);
            }
        }
        (sets >= ELEVEN.len()).then_some(f64::from(below))
    }
}

impl Line {
    fn pair(&self, word: &str) -> Option<&str> {
        self.pairs.iter().find(|(name, _)| name == word).map(|(_, text)| text.as_str())
    }
}

fn line(text: &str) -> Option<Line> {
    let mut words = text.split_whitespace();
    let side = match words.next()? {
        "bar" => Side::Ours,
        "peer" => Side::Peer,
        _ => return None,
    };
    let name = words.next()?.to_owned();
    let mut value = None;
    let mut pairs = Vec::new();
    for word in words {
        match word.split_once('=') {
            Some((word, text)) => pairs.push((word.to_owned(), text.to_owned())),
            None => value = value.or_else(|| number(word)),
        }
    }
    Some(Line { side, name, value, pairs })
}

/// A number, or one in percent.
fn number(text: &str) -> Option<f64> {
    match text.strip_suffix('%') {
        Some(percent) => percent.parse::<f64>().ok().map(|percent| percent / 100.0),
        None => text.parse().ok(),
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(output: &str) -> Figures {
        let mut figures = Figures::default();
        figures.read(output);
        figures.derive();
        figures
    }

    #[test]
    fn a_figure_is_found_by_name_and_by_the_words_that_tell_it_apart() {
        let figures = figures(
            "noise\nbar boxes 0.9 precision=.8\nbar flips rule=a colluders=0.1 flipped=0.2% labels=6\nbar flips rule=a \
             colluders=0.2 flipped=1%\npeer boxes 0.8\n",
        );
        assert_eq!(figures.find(Side::Ours, "boxes"), Some(0.9));
        assert_eq!(figures.find(Side::Peer, "boxes"), Some(0.8));
        assert_eq!(figures.find(Side::Ours, "flips colluders=0.1 >flipped"), Some(0.002));
        assert_eq!(figures.find(Side::Ours, "flips colluders=0.2 >flipped"), Some(0.01));
        assert_eq!(figures.find(Side::Ours, "flips colluders=0.2 >labels"), None);
        assert_eq!(figures.find(Side::Peer, ""), None);
    }

    #[test]
    fn a_mean_of_eleven_needs_all_eleven() {
        let all = ELEVEN.map(|set| format!("bar accuracy-{set} 0.5")).join("\n");
        assert_eq!(figures(&all).find(Side::Ours, "accuracy-mean"), Some(0.5));
        let (_, ten) = all.split_once('\n').unwrap();
        assert_eq!(figures(ten).find(Side::Ours, "accuracy-mean"), None);
    }

    #[test]
    fn ratios_and_gains_follow_from_both_sides() {
        let figures = figures(
            "bar majority-1e7-seconds 0.1\npeer majority-1e7-seconds 20\nbar one-answer-a 0.7\nbar one-answer-majority-a 0.6\n\
             bar one-answer-b 0.5\nbar one-answer-majority-b 0.6\nbar x-same-bytes 1\nbar y-same-bytes 0\n",
        );
        assert_eq!(figures.find(Side::Ours, "majority-1e7-ratio"), Some(200.0));
        assert!(figures.find(Side::Ours, "one-answer-least-gain").is_some_and(|gain| (gain + 0.1).abs() < 1e-9));
        assert!(figures.find(Side::Ours, "one-answer-mean-gain").is_some_and(|gain| gain.abs() < 1e-9));
        assert_eq!(figures.find(Side::Ours, "same-bytes"), Some(0.0));
    }
}
