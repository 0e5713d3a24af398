//! How likely a visitor is right, from their answers on gold. Does not know which gold, nor what the visitor is asked next.

use crate::probability::Probability;

/// A visitor's history on what is known: right and wrong answers, older ones forgotten by and by. Fractions are allowed,
/// so that an answer on an item that is settled but not certain counts for what it is worth.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct GoldRecord {
    /// Right answers, faded, at least 0.
    pub right: f64,
    /// Wrong answers, faded, at least 0.
    pub wrong: f64,
}

impl GoldRecord {
    /// The record after one more answer. `kept`: the share of all earlier answers that is not forgotten; 1 forgets
    /// nothing, 0.98 remembers about fifty answers.
    #[must_use]
    pub fn after(self, right: bool, kept: Probability) -> Self {
        self.after_uncertain(if right { Probability::ONE } else { Probability::ZERO }, kept)
    }

    /// The record after an answer that was right with probability `right`: on a settled item.
    #[must_use]
    pub fn after_uncertain(self, right: Probability, kept: Probability) -> Self {
        let faded = self.faded(kept);
        Self { right: faded.right + right.value(), wrong: faded.wrong + right.complement().value() }
    }

    /// The record with a share `kept` of everything left: as time passes, if the caller has a clock.
    #[must_use]
    pub fn faded(self, kept: Probability) -> Self {
        Self { right: self.right * kept.value(), wrong: self.wrong * kept.value() }
    }
}

/// One part of the population: P(right) is Beta distributed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BetaPart {
    /// Share of visitors, relative to the other parts, at least 0.
    pub weight: f64,
    /// Pseudo-count of right answers, above 0.
    pub right: f64,
    /// Pseudo-count of wrong answers, above 0.
    pub wrong: f64,
}

impl BetaPart {
    fn is_sound(&self) -> bool {
        self.weight >= 0.0
            && self.right > 0.0
            && self.wrong > 0.0
            && [self.weight, self.right, self.wrong].iter().all(|number| number.is_finite())
    }
}

/// The abilities visitors come with: a mixture of Betas, and guessers who are right once in K.
#[derive(Debug, Clone, PartialEq)]
pub struct Population {
    parts: Vec<BetaPart>,
    guessers: f64,
    guess: f64,
}

impl Population {
    /// `parts` with `guessers` (share relative to the parts) among `classes` classes. `None` without anybody, or with
    /// weights or counts that are no numbers above 0.
    pub fn new(classes: usize, parts: Vec<BetaPart>, guessers: f64) -> Option<Self> {
        let weight = guessers + parts.iter().map(|part| part.weight).sum::<f64>();
        let sound = parts.iter().all(BetaPart::is_sound) && guessers >= 0.0 && weight > 0.0 && weight.is_finite();
        (sound && classes >= 2).then(|| Self { parts, guessers, guess: 1.0 / classes as f64 })
    }

    /// Seven of ten careful (Beta(18, 2)), two casual (Beta(7, 3)), one guesser: what public forms see, before a campaign
    /// has a log of its own.
    pub fn usual(classes: usize) -> Self {
        let parts =
            vec![BetaPart { weight: 0.7, right: 18.0, wrong: 2.0 }, BetaPart { weight: 0.2, right: 7.0, wrong: 3.0 }];
        Self { parts, guessers: 0.1, guess: 1.0 / classes.max(2) as f64 }
    }

    /// P(the next answer is right | record): the mean of the posterior, in closed form. With m right and n wrong, part
    /// c = Beta(α, β) has weight w·B(α + m, β + n) / B(α, β) and mean (α + m) / (α + β + m + n); the guessers have weight
    /// w·gᵐ(1 − g)ⁿ and mean g = 1 / K.
    pub fn ability(&self, record: GoldRecord) -> Probability {
        let (right, wrong) = (record.right.max(0.0), record.wrong.max(0.0));
        let means = self.parts.iter().map(|part| (part.right + right) / (part.right + part.wrong + right + wrong));
        let (mut mass, mut sum) = (0.0, 0.0);
        let logs = self.log_weights(right, wrong);
        let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for (log, mean) in logs.iter().zip(means.chain([self.guess])) {
            let weight = (log - largest).exp();
            mass += weight;
            sum += weight * mean;
        }
        Probability::saturating(sum / mass)
    }

    /// P(guesser | record).
    pub fn guesser(&self, record: GoldRecord) -> Probability {
        let logs = self.log_weights(record.right.max(0.0), record.wrong.max(0.0));
        let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mass: f64 = logs.iter().map(|log| (log - largest).exp()).sum();
        Probability::saturating(logs.last().map_or(0.0, |log| (log - largest).exp()) / mass)
    }

    /// ln weight of every part given the record, the guessers last.
    fn log_weights(&self, right: f64, wrong: f64) -> Vec<f64> {
        let part = |part: &BetaPart| {
            part.weight.ln() + ln_beta(part.right + right, part.wrong + wrong) - ln_beta(part.right, part.wrong)
        };
        let guessers = self.guessers.ln() + right * self.guess.ln() + wrong * (-self.guess).ln_1p();
        self.parts.iter().map(part).chain([guessers]).collect()
    }
}

fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// ln Γ(x) for x > 0: shifted above 8, then Stirling's series (Abramowitz & Stegun 6.1.41), good to 1e-13.
fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut product) = (x, 1.0);
    while x < 8.0 {
        product *= x;
        x += 1.0;
    }
    let inverse = 1.0 / x;
    let square = inverse * inverse;
    let series = inverse
        * (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square * (1.0 / 1680.0 - square / 1188.0))));
    (x - 0.5) * x.ln() - x + 0.5 * std::f64::consts::TAU.ln() + series - product.ln()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record(right: f64, wrong: f64) -> GoldRecord {
        GoldRecord { right, wrong }
    }

    /// The same mean by adding up the density on a fine grid: no gamma function in it.
    fn by_integration(classes: usize, right: f64, wrong: f64) -> f64 {
        const STEPS: u32 = 200_000;
        let (mut mass, mut sum) = (0.0, 0.0);
        for (weight, alpha, beta) in [(0.7, 18.0, 2.0), (0.2, 7.0, 3.0)] {
            let (mut norm, mut part_mass, mut part_sum) = (0.0, 0.0, 0.0);
            for step in 0..STEPS {
                let a = (f64::from(step) + 0.5) / f64::from(STEPS);
                let density = a.powf(alpha - 1.0) * (1.0 - a).powf(beta - 1.0);
                let likelihood = a.powf(right) * (1.0 - a).powf(wrong);
                norm += density;
                part_mass += density * likelihood;
                part_sum += density * likelihood * a;
            }
            mass += weight * part_mass / norm;
            sum += weight * part_sum / norm;
        }
        let guess = 1.0 / classes as f64;
        let guesser = 0.1 * guess.powf(right) * (1.0 - guess).powf(wrong);
        (sum + guesser * guess) / (mass + guesser)
    }

    #[test]
    fn the_closed_form_is_the_integral() {
        for classes in [2, 4, 9] {
            for (right, wrong) in [(0.0, 0.0), (2.0, 0.0), (1.0, 1.0), (0.0, 3.0), (7.3, 1.9), (30.0, 0.5)] {
                let found = Population::usual(classes).ability(record(right, wrong)).value();
                let wanted = by_integration(classes, right, wrong);
                assert!((found - wanted).abs() < 1e-7, "{classes} classes, {right}:{wrong}: {found}, not {wanted}");
            }
        }
    }

    #[test]
    fn ln_gamma_of_whole_numbers_is_the_factorial() {
        let mut factorial = 1.0_f64;
        for n in 1..30 {
            assert!((ln_gamma(f64::from(n)) - factorial.ln()).abs() < 1e-11, "{n}");
            factorial *= f64::from(n);
        }
        assert!((ln_gamma(0.5) - std::f64::consts::PI.sqrt().ln()).abs() < 1e-12);
    }

    #[test]
    fn many_mistakes_make_a_guesser_not_somebody_worse() {
        let population = Population::usual(4);
        assert!((population.ability(record(50.0, 150.0)).value() - 0.25).abs() < 0.01);
        assert!(population.guesser(record(50.0, 150.0)).value() > 0.99);
    }

    #[test]
    fn old_mistakes_are_forgotten() {
        let kept = Probability::saturating(0.9);
        let bad = (0..20).fold(GoldRecord::default(), |record, _| record.after(false, kept));
        let better = (0..60).fold(bad, |record, _| record.after(true, kept));
        assert!(Population::usual(4).ability(better).value() > 0.9);
        assert!(better.wrong < 0.05);
    }

    #[test]
    fn a_population_of_nobody_is_refused() {
        assert_eq!(Population::new(4, vec![], 0.0), None);
        assert_eq!(Population::new(4, vec![BetaPart { weight: 1.0, right: 0.0, wrong: 1.0 }], 0.0), None);
        assert_eq!(Population::new(4, vec![], f64::NAN), None);
    }

    proptest! {
        #[test]
        fn more_right_answers_never_make_less_able(
            classes in 2_usize..12, right in 0.0..40.0_f64, wrong in 0.0..40.0_f64,
        ) {
            let population = Population::usual(classes);
            let before = population.ability(record(right, wrong)).value();
            prop_assert!(population.ability(record(right + 1.0, wrong)).value() >= before - 1e-9);
            prop_assert!(population.ability(record(right, wrong + 1.0)).value() <= before + 1e-9);
        }

        #[test]
        fn any_record_gives_a_probability(right in -1e9..1e9_f64, wrong in -1e9..1e9_f64) {
            let ability = Population::usual(4).ability(record(right, wrong)).value();
            prop_assert!((0.0..=1.0).contains(&ability));
        }
    }
}
