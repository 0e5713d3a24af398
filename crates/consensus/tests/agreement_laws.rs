//! Laws of the coefficients of agreement, and figures that other implementations gave for the same small data.

#![expect(clippy::indexing_slicing, reason = "a test that indexes wrongly should stop")]

use corvee_consensus::agreement::{
    AgreementError, Disagreement, Level, Ratings, cohen_kappa, fleiss_kappa, gwet_ac1, krippendorff_alpha,
};
use proptest::prelude::*;

const VALUES: u32 = 4;
const NUMBERS: [f64; 4] = [-3.0, 0.5, 2.0, 11.0];

type Coefficient = fn(&Ratings) -> Result<f64, AgreementError>;

const COEFFICIENTS: [(&str, Coefficient); 5] = [
    ("nominal", |ratings| krippendorff_alpha(ratings, &ratings.once_each(), Level::Nominal)),
    ("ordinal", |ratings| krippendorff_alpha(ratings, &ratings.once_each(), Level::Ordinal)),
    ("interval", |ratings| krippendorff_alpha(ratings, &ratings.once_each(), Level::Interval(&NUMBERS))),
    ("fleiss", |ratings| fleiss_kappa(ratings, &ratings.once_each())),
    ("ac1", |ratings| gwet_ac1(ratings, &ratings.once_each())),
];

fn close(one: Result<f64, AgreementError>, other: Result<f64, AgreementError>) -> bool {
    match (one, other) {
        (Ok(one), Ok(other)) => (one - other).abs() < 1e-9,
        (one, other) => one == other,
    }
}

fn answers() -> impl Strategy<Value = Vec<(u32, u32)>> {
    prop::collection::vec((0_u32..8, 0..VALUES), 0..60)
}

/// Alpha from its definition: the matrix of coincidences written out, distance by distance.
fn alpha_by_matrix(pairs: &[(u32, u32)], distance: impl Fn(&[f64], usize, usize) -> f64) -> Option<f64> {
    let values = VALUES as usize;
    let mut matrix = vec![vec![0.0; values]; values];
    for task in 0..8 {
        let given: Vec<usize> = pairs.iter().filter(|(of, _)| *of == task).map(|(_, value)| *value as usize).collect();
        for (i, one) in given.iter().enumerate() {
            for (j, other) in given.iter().enumerate() {
                if i != j {
                    matrix[*one][*other] += 1.0 / (given.len() as f64 - 1.0);
                }
            }
        }
    }
    let margins: Vec<f64> = matrix.iter().map(|row| row.iter().sum()).collect();
    let total: f64 = margins.iter().sum();
    let (mut observed, mut expected) = (0.0, 0.0);
    for one in 0..values {
        for other in 0..values {
            let squared = distance(&margins, one, other).powi(2);
            observed += matrix[one][other] * squared;
            expected += margins[one] * margins[other] * squared;
        }
    }
    (expected > 1e-9).then(|| 1.0 - (total - 1.0) * observed / expected)
}

fn ordinal_distance(margins: &[f64], one: usize, other: usize) -> f64 {
    let (low, high) = (one.min(other), one.max(other));
    margins[low..=high].iter().sum::<f64>() - f64::midpoint(margins[low], margins[high])
}

proptest! {
    #[test]
    fn the_order_of_answers_changes_nothing(pairs in answers(), seed in any::<u64>()) {
        let mut shuffled = pairs.clone();
        shuffled.sort_by_key(|(task, value)| (u64::from(*task) * 7 + u64::from(*value)).wrapping_mul(seed | 1));
        let (one, other) = (Ratings::new(8, VALUES, pairs).unwrap(), Ratings::new(8, VALUES, shuffled).unwrap());
        prop_assert_eq!(one, other);
    }

    #[test]
    fn counting_task_by_task_is_counting_pairs(pairs in answers()) {
        let tasks = (0..8).map(|task| pairs.iter().filter(move |(of, _)| *of == task).map(|(_, value)| *value));
        prop_assert_eq!(Ratings::by_task(VALUES, tasks).unwrap(), Ratings::new(8, VALUES, pairs.clone()).unwrap());
    }

    #[test]
    fn other_names_for_values_change_nothing_where_values_are_names(pairs in answers(), shift in 0..VALUES) {
        let renamed: Vec<_> = pairs.iter().map(|(task, value)| (*task, (value + shift) % VALUES)).collect();
        let (one, other) = (Ratings::new(8, VALUES, pairs).unwrap(), Ratings::new(8, VALUES, renamed).unwrap());
        for (name, coefficient) in COEFFICIENTS {
            if ["nominal", "fleiss", "ac1"].contains(&name) {
                prop_assert!(close(coefficient(&one), coefficient(&other)), "{}", name);
            }
        }
    }

    #[test]
    fn the_reverse_order_of_values_changes_no_ordinal_alpha(pairs in answers()) {
        let reversed: Vec<_> = pairs.iter().map(|(task, value)| (*task, VALUES - 1 - value)).collect();
        let (one, other) = (Ratings::new(8, VALUES, pairs).unwrap(), Ratings::new(8, VALUES, reversed).unwrap());
        let (_, ordinal) = COEFFICIENTS[1];
        prop_assert!(close(ordinal(&one), ordinal(&other)));
    }

    #[test]
    fn a_scale_in_other_units_changes_no_interval_alpha(pairs in answers(), factor in 0.1_f64..9.0, shift in -50.0_f64..50.0) {
        let ratings = Ratings::new(8, VALUES, pairs).unwrap();
        let scaled: Vec<f64> = NUMBERS.iter().map(|number| number * factor + shift).collect();
        let once = ratings.once_each();
        prop_assert!(close(
            krippendorff_alpha(&ratings, &once, Level::Interval(&NUMBERS)),
            krippendorff_alpha(&ratings, &once, Level::Interval(&scaled)),
        ));
    }

    #[test]
    fn perfect_agreement_is_one(values in prop::collection::vec(0..VALUES, 2..9), each in 2_usize..5) {
        prop_assume!(values.iter().any(|value| *value != values[0]));
        let pairs = (0_u32..).zip(&values).flat_map(|(task, value)| std::iter::repeat_n((task, *value), each));
        let ratings = Ratings::new(9, VALUES, pairs).unwrap();
        for (name, coefficient) in COEFFICIENTS {
            prop_assert!(close(coefficient(&ratings), Ok(1.0)), "{}: {:?}", name, coefficient(&ratings));
        }
        let both: Vec<_> = values.iter().map(|value| (*value, *value)).collect();
        for disagreement in [Disagreement::Equal, Disagreement::Linear, Disagreement::Quadratic] {
            prop_assert!(close(cohen_kappa(VALUES, &both, &vec![1; both.len()], disagreement), Ok(1.0)));
        }
    }

    #[test]
    fn a_coefficient_is_a_number_up_to_one_or_an_error(pairs in answers()) {
        let ratings = Ratings::new(8, VALUES, pairs).unwrap();
        for (name, coefficient) in COEFFICIENTS {
            if let Ok(value) = coefficient(&ratings) {
                prop_assert!(value.is_finite() && value <= 1.0 + 1e-12, "{}: {}", name, value);
            }
        }
    }

    #[test]
    fn a_weight_of_two_is_the_same_task_twice(pairs in answers(), weights in prop::collection::vec(0_u32..4, 8)) {
        let ratings = Ratings::new(8, VALUES, pairs.clone()).unwrap();
        let mut repeated = Vec::new();
        let mut tasks = 0;
        for (task, weight) in (0_u32..).zip(&weights) {
            for _ in 0..*weight {
                repeated.extend(pairs.iter().filter(|(of, _)| *of == task).map(|(_, value)| (tasks, *value)));
                tasks += 1;
            }
        }
        let repeated = Ratings::new(tasks, VALUES, repeated).unwrap();
        for level in [Level::Nominal, Level::Ordinal, Level::Interval(&NUMBERS)] {
            let one = krippendorff_alpha(&ratings, &weights, level);
            prop_assert!(close(one, krippendorff_alpha(&repeated, &repeated.once_each(), level)));
        }
        prop_assert!(close(gwet_ac1(&ratings, &weights), gwet_ac1(&repeated, &repeated.once_each())));
    }

    #[test]
    fn alpha_is_what_the_written_out_matrix_gives(pairs in answers()) {
        let ratings = Ratings::new(8, VALUES, pairs.clone()).unwrap();
        let expected = [
            alpha_by_matrix(&pairs, |_, one, other| f64::from(u8::from(one != other))),
            alpha_by_matrix(&pairs, ordinal_distance),
            alpha_by_matrix(&pairs, |_, one, other| NUMBERS[one] - NUMBERS[other]),
        ];
        for ((name, coefficient), expected) in COEFFICIENTS.into_iter().zip(expected) {
            match (coefficient(&ratings).ok(), expected) {
                (Some(found), Some(expected)) => prop_assert!((found - expected).abs() < 1e-9, "{}", name),
                (found, expected) => prop_assert_eq!(found, expected, "{}", name),
            }
        }
    }
}

#[test]
fn what_cannot_be_compared_is_an_error_and_no_number() {
    let empty = Ratings::new(0, 2, []).unwrap();
    let single = Ratings::new(2, 2, [(0, 0), (1, 1)]).unwrap();
    for ratings in [&empty, &single] {
        for (name, coefficient) in COEFFICIENTS.into_iter().filter(|(name, _)| *name != "interval") {
            assert_eq!(coefficient(ratings), Err(AgreementError::NoPairs), "{name}");
        }
    }
    let same = Ratings::new(2, 2, [(0, 1), (0, 1), (1, 1), (1, 1)]).unwrap();
    for (name, coefficient) in COEFFICIENTS.into_iter().filter(|(name, _)| *name != "interval") {
        let expected = if name == "ac1" { Ok(1.0) } else { Err(AgreementError::OneValue) };
        assert_eq!(coefficient(&same), expected, "{name}");
    }
    let equal_numbers =
        krippendorff_alpha(&Ratings::new(1, 2, [(0, 0), (0, 1)]).unwrap(), &[1], Level::Interval(&[5.0, 5.0]));
    assert_eq!(equal_numbers, Err(AgreementError::OneValue));
    let infinite = krippendorff_alpha(&same, &[1, 1], Level::Interval(&[0.0, f64::INFINITY]));
    assert_eq!(infinite, Err(AgreementError::Numbers { numbers: 1, values: 2 }));
    assert_eq!(cohen_kappa(2, &[(1, 1)], &[1], Disagreement::Equal), Err(AgreementError::OneValue));
    assert_eq!(cohen_kappa(2, &[], &[], Disagreement::Equal), Err(AgreementError::NoPairs));
    assert_eq!(gwet_ac1(&same, &[1]), Err(AgreementError::Weights { weights: 1, tasks: 2 }));
}

#[test]
fn an_index_outside_is_named() {
    let error = Ratings::new(2, 2, [(0, 0), (1, 2)]).unwrap_err();
    assert_eq!(error.to_string(), "answer 1: value is 2, but there are only 2");
    let error = cohen_kappa(2, &[(0, 3)], &[1], Disagreement::Equal).unwrap_err();
    assert_eq!(error.to_string(), "answer 0: value is 3, but there are only 2");
    let uneven = Ratings::new(2, 2, [(0, 0), (0, 0), (1, 1), (1, 1), (1, 0)]).unwrap();
    assert_eq!(fleiss_kappa(&uneven, &[1, 1]), Err(AgreementError::Uneven { task: 1, found: 3, expected: 2 }));
}

/// Fills a task for every column of a table of people by tasks.
fn observers(rows: &[[u32; 12]]) -> Ratings {
    let given = rows.iter().flat_map(|row| (0_u32..).zip(row)).filter(|(_, value)| **value > 0);
    Ratings::new(12, 5, given.map(|(task, value)| (task, value - 1))).expect("indices lie inside")
}

fn check(found: Result<f64, AgreementError>, expected: f64) {
    let found = found.expect("defined");
    assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
}

#[test]
fn alpha_and_ac1_of_the_textbook_example_are_those_of_the_reference_packages() {
    // Krippendorff 2011, section D: four observers, twelve units, 0 for a missing answer. Figures of the Python packages
    // krippendorff 0.9.0 and irrCAC (ten digits).
    let ratings = observers(&[
        [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
        [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
    ]);
    let once = ratings.once_each();
    check(krippendorff_alpha(&ratings, &once, Level::Nominal), 0.743_421_052_631_579);
    check(krippendorff_alpha(&ratings, &once, Level::Ordinal), 0.815_387_503_754_881_4);
    check(krippendorff_alpha(&ratings, &once, Level::Interval(&[1.0, 2.0, 3.0, 4.0, 5.0])), 0.849_107_142_857_142_8);
    check(gwet_ac1(&ratings, &once), 0.775_444_068_1);
}

#[test]
fn fleiss_kappa_of_the_textbook_example_is_that_of_the_reference_package() {
    // The worked example of fourteen raters, ten subjects, five categories; figure of statsmodels 0.15.
    let counts = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ];
    let pairs = (0_u32..).zip(counts).flat_map(|(task, row)| {
        (0_u32..).zip(row).flat_map(move |(value, count)| std::iter::repeat_n((task, value), count))
    });
    let ratings = Ratings::new(10, 5, pairs).unwrap();
    check(fleiss_kappa(&ratings, &ratings.once_each()), 0.209_930_704_421_952_15);
}

#[test]
fn cohens_kappa_is_that_of_the_reference_package() {
    // Figures of scikit-learn 1.5.2 (cohen_kappa_score; none, linear, quadratic).
    let first = [2, 0, 1, 3, 0, 0, 0, 1, 1, 3, 2, 3, 1, 1, 2, 1, 3, 2, 0, 0, 0, 1, 3, 2, 0, 2, 1, 2, 2, 2];
    let second = [2, 0, 1, 3, 0, 0, 3, 1, 1, 3, 1, 3, 1, 1, 1, 0, 1, 0, 2, 0, 0, 0, 3, 2, 0, 2, 1, 2, 2, 2];
    let pairs: Vec<(u32, u32)> = first.into_iter().zip(second).collect();
    let kappa = |disagreement| cohen_kappa(4, &pairs, &[1; 30], disagreement);
    check(kappa(Disagreement::Equal), 0.640_718_562_874_251_6);
    check(kappa(Disagreement::Linear), 0.632_075_471_698_113_2);
    check(kappa(Disagreement::Quadratic), 0.627_606_752_730_883_8);
}
