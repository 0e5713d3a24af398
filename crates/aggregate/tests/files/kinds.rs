//! Answers that are no classes: numbers, texts, boxes.

use corvee_aggregate::{Kind, Request};

use crate::folder::{Folder, found};

fn request(folder: &Folder, kind: &str) -> Request {
    let mut request = folder.request("answers.csv");
    request.kind = kind.parse().expect("a kind");
    request.workers = Some(folder.path("workers.csv"));
    request.report = Some(folder.path("report.html"));
    request
}

/// The same rows in another order give the same files.
fn check_order(kind: &str, text: &str) {
    let (header, rows) = text.split_once('\n').expect("a header");
    let mut rows: Vec<&str> = rows.lines().collect();
    let files = |rows: &[&str]| {
        let folder = Folder::with("answers.csv", format!("{header}\n{}\n", rows.join("\n")));
        found(&request(&folder, kind));
        ["out.csv", "workers.csv", "report.html"].map(|name| folder.text(name)).concat()
    };
    let before = files(&rows);
    rows.reverse();
    assert_eq!(files(&rows), before, "{kind}: backwards");
    rows.sort_by_key(|row| row.bytes().map(u64::from).sum::<u64>() % 7);
    assert_eq!(files(&rows), before, "{kind}: mixed");
}

const RATINGS: &str = "task,worker,label\n\
    t1,ann,10\nt1,bob,20\nt1,cec,12\nt2,ann,80\nt2,bob,95\nt2,cec,80\nt10,ann,50\nt10,bob,61\nt10,cec,49\nt10,ann,50.0\n";
const TEXTS: &str = "task,worker,label\n\
    t1,ann,the quick fox\nt1,bob,The quick fox.\nt1,cec,the quack fox\nt2,ann,\nt2,bob,lazy dog\nt2,cec,lazy dog\n";
const BOXES: &str = "task,worker,box,x1,y1,x2,y2\n\
    t1,ann,0,10,10,30,50\nt1,bob,0,11,10,31,52\nt1,cec,0,10,11,30,50\nt2,ann,,,,,\nt2,bob,,,,,\nt2,cec,,,,,\n\
    t3,ann,0,100,10,130,50\nt3,ann,1,200,10,230,50\nt3,bob,0,101,10,131,52\nt3,cec,0,100,11,130,50\n";

#[test]
fn ratings_become_a_number_with_an_interval() {
    let folder = Folder::with("answers.csv", RATINGS);
    let summary = found(&request(&folder, "rate"));
    assert_eq!((summary.tasks, summary.workers, summary.rows, summary.duplicate_rows), (3, 3, 10, 1));
    let out = folder.text("out.csv");
    let lines: Vec<Vec<&str>> = out.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines[0], ["task", "label", "low", "high", "deviation", "mean", "votes"]);
    assert_eq!([lines[1][0], lines[2][0], lines[3][0]], ["t1", "t2", "t10"]);
    for line in &lines[1..] {
        let number = |place: usize| line[place].parse::<f64>().unwrap();
        assert!(number(2) <= number(1) && number(1) <= number(3), "{line:?}");
        assert!((number(1) - number(5)).abs() < 8.0, "{line:?}");
    }
    let names: Vec<&str> = summary.agreement.iter().map(|found| found.name).collect();
    assert_eq!(names, ["Krippendorff's alpha, interval", "Krippendorff's alpha, ordinal"]);
    assert!(folder.text("report.html").contains("Krippendorff"));
}

#[test]
fn a_rating_that_is_no_number_or_off_the_scale_is_a_bad_row() {
    let folder = Folder::with("answers.csv", "task,worker,label\nt1,ann,5\nt1,bob,much\nt1,cec,7\nt1,dan,NaN\n");
    let mut request = request(&folder, "rate");
    request.scale = Some((1.0, 5.0));
    insta::assert_snapshot!(folder.refusal(&request), @r#"
    3 rows cannot be used, so nothing was written:
      answers.csv line 3: label is "much", which is not a finite number: correct it
      answers.csv line 4: label is "7": it lies outside the scale from 1 to 5
      answers.csv line 5: label is "NaN", which is not a finite number: correct it
    Correct them, or say --skip-bad-rows to leave them out and list them.
    "#);
    request.scale = Some((5.0, 1.0));
    assert_eq!(folder.refusal(&request), "--scale is 1: the upper end lies above the lower one");
}

#[test]
fn ratings_that_are_all_the_same_are_no_trouble() {
    let folder = Folder::with("answers.csv", "task,worker,label\nt1,ann,5\nt1,bob,5\nt2,ann,5\n");
    found(&request(&folder, "rate"));
    assert!(folder.text("out.csv").contains("\nt1,5.0000"), "{}", folder.text("out.csv"));
}

#[test]
fn texts_become_one_text_word_by_word() {
    let folder = Folder::with("answers.csv", TEXTS);
    let summary = found(&request(&folder, "transcribe"));
    let out = folder.text("out.csv");
    assert!(out.starts_with("task,label,confidence,raw_confidence,votes,state\nt1,the quick fox,"), "{out}");
    assert!(out.contains("\nt2,lazy dog,"), "{out}");
    assert_eq!(summary.states.map(|states| states.settled + states.ambiguous + states.open), Some(2));
}

#[test]
fn boxes_become_objects_and_an_empty_picture_keeps_its_row() {
    let folder = Folder::with("answers.csv", BOXES);
    let summary = found(&request(&folder, "box"));
    let out = folder.text("out.csv");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "task,x1,y1,x2,y2,confidence,raw_confidence,votes,seen");
    assert!(lines[1].starts_with("t1,10.000,10.0") && lines[1].ends_with(",3,3"), "{out}");
    assert_eq!(lines[2], "t2,,,,,,,,");
    assert!(lines[3].starts_with("t3,100.000,"), "{out}");
    assert_eq!(lines.len(), 4, "what one of three drew is left out: {out}");
    assert!(summary.confidence.contains("1 boxes below"), "{}", summary.confidence);
}

#[test]
fn boxes_that_are_none_are_bad_rows() {
    let folder =
        Folder::with("answers.csv", "task,worker,x1,y1,x2,y2\nt1,ann,1,1,2,\nt1,bob,5,1,2,9\nt1,cec,1,1,2,9\n");
    insta::assert_snapshot!(folder.refusal(&request(&folder, "box")), @r#"
    2 rows cannot be used, so nothing was written:
      answers.csv line 2: y2 is empty: fill it in or take the row out
      answers.csv line 3: x2 is "2": it does not lie beyond the opposite corner
    Correct them, or say --skip-bad-rows to leave them out and list them.
    "#);
}

#[test]
fn the_order_of_rows_changes_no_byte_of_any_kind() {
    for (kind, text) in [("rate", RATINGS), ("transcribe", TEXTS), ("box", BOXES)] {
        check_order(kind, text);
    }
}

#[test]
fn options_of_classes_are_refused_by_other_kinds() {
    let folder = Folder::with("answers.csv", RATINGS);
    let mut asked = request(&folder, "rate");
    asked.probabilities = true;
    assert_eq!(folder.refusal(&asked), "--probabilities does not go with --kind rate: leave it out");
    let mut asked = folder.request("answers.csv");
    asked.scale = Some((0.0, 100.0));
    assert_eq!(folder.refusal(&asked), "--scale does not go with --kind choose: leave it out");
    assert!(Kind::ALL.iter().all(|(kind, name, _)| kind.name() == *name));
}
