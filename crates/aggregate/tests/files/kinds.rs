//! Answers that are not one class of several: numbers, texts, boxes, points, masks, tags, comparisons.

use corvee_aggregate::{BadRows, Kind, Request};

use crate::folder::{Folder, found};

fn request(folder: &Folder, kind: &str) -> Request {
    let mut request = folder.request("answers.csv");
    request.kind = kind.parse().expect("a kind");
    request.workers = Some(folder.path("workers.csv"));
    request.report = Some(folder.path("report.html"));
    request.reach = (request.kind == Kind::Point).then_some(10.0);
    request
}

/// A file of this kind is refused with these bad rows.
fn check_bad_rows(kind: &str, text: &str, expected: &[&str]) {
    let folder = Folder::with("answers.csv", text);
    let refusal = folder.refusal(&request(&folder, kind));
    let rows: Vec<&str> = refusal.lines().filter_map(|line| line.strip_prefix("  ")).collect();
    assert_eq!(rows, expected, "{refusal}");
    assert_eq!(folder.names(), ["answers.csv"], "nothing is written");
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
const CLICKS: &str = "task,worker,x,y\n\
    t1,ann,10,10\nt1,bob,12,10\nt1,cec,11,13\nt2,ann,,\nt2,bob,,\nt2,cec,,\n\
    t3,ann,50,50\nt3,ann,90,50\nt3,bob,51,50\nt3,cec,50,52\n";
const MASKS: &str = "task,worker,width,height,rle\n\
    t1,ann,4,3,5 2 2 2 1\nt1,bob,4,3,5 2 2 2 1\nt1,cec,4,3,5 2 5\nt2,ann,2,2,4\nt2,bob,2,2,4\nt2,cec,2,2,4\n\
    t3,ann,2,2,0 2 2\nt3,bob,2,2,0 2 2\nt3,cec,2,2,0 2 2\n";
const TAGS: &str = "task,worker,label\n\
    t1,ann,red\nt1,ann,round\nt1,bob,red\nt1,bob,round\nt1,cec,red\nt1,cec,round\nt2,ann,\nt2,bob,\nt2,cec,\n\
    t3,ann,red\nt3,bob,red\nt3,cec,red\nt3,cec,old\nt4,ann,round\nt4,bob,round\nt4,cec,round\n";
const PAIRS: &str = "worker,left,right,winner\n\
    ann,a,b,a\nann,b,c,b\nann,a,c,a\nbob,b,a,a\nbob,c,b,b\nbob,c,a,a\ncec,a,b,b\ncec,b,c,b\ncec,a,c,a\nann,b,a,a\n";

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
      answers.csv line 3: x2 is "2": it does not lie beyond x1; swap the two, or take the row out
    Correct them, or say --skip-bad-rows to leave them out and list them.
    "#);
}

#[test]
fn clicks_become_things_within_reach_and_an_empty_picture_keeps_its_row() {
    let folder = Folder::with("answers.csv", CLICKS);
    let summary = found(&request(&folder, "point"));
    let out = folder.text("out.csv");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "task,x,y,uncertainty,confidence,raw_confidence,votes,seen");
    assert!(lines[1].starts_with("t1,10.99") && lines[1].ends_with(",3,3"), "{out}");
    assert_eq!(lines[2], "t2,,,,,,,");
    assert!(lines[3].starts_with("t3,50."), "{out}");
    assert_eq!(lines.len(), 4, "what one of three clicked is left out: {out}");
    assert!(summary.confidence.contains("1 points below"), "{}", summary.confidence);
    assert!(folder.text("workers.csv").starts_with("worker,rows,accuracy\nann,4,"));
}

#[test]
fn points_need_a_reach_and_two_coordinates() {
    let folder = Folder::with("answers.csv", CLICKS);
    let mut asked = request(&folder, "point");
    asked.reach = None;
    insta::assert_snapshot!(folder.refusal(&asked), @"--kind point needs --reach: the greatest distance at which two clicks may mean one thing, in the unit of x and y");
    asked.reach = Some(0.0);
    assert_eq!(folder.refusal(&asked), "--reach is 0: it is a finite number above 0");
    asked.kind = Kind::Tags;
    assert_eq!(folder.refusal(&asked), "--reach does not go with --kind tags: leave it out");
    check_bad_rows(
        "point",
        "task,worker,x,y\nt1,ann,1,\nt1,bob,,1\nt1,cec,1,inf\n",
        &[
            "answers.csv line 2: y is empty: fill it in or take the row out",
            "answers.csv line 3: x is empty: fill it in or take the row out",
            "answers.csv line 4: y is \"inf\", which is not a finite number: correct it",
        ],
    );
}

#[test]
fn masks_become_one_mask_written_as_they_are_read() {
    let folder = Folder::with("answers.csv", MASKS);
    let summary = found(&request(&folder, "tiles"));
    assert_eq!((summary.tasks, summary.workers, summary.answers), (3, 3, 9));
    let out = folder.text("out.csv");
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "task,width,height,rle,confidence,raw_confidence,votes");
    assert!(lines[1].starts_with("t1,4,3,5 2 2 2 1,0."), "{out}");
    assert!(lines[2].starts_with("t2,2,2,4,0."), "{out}");
    assert!(lines[3].starts_with("t3,2,2,0 2 2,0.") && lines[3].ends_with(",3"), "{out}");
    let workers = folder.text("workers.csv");
    let accuracy = |name: &str| -> f64 {
        let line = workers.lines().find(|line| line.starts_with(name)).expect("the worker is there");
        line.rsplit(',').next().and_then(|value| value.parse().ok()).expect("a number")
    };
    assert!(accuracy("cec") < accuracy("ann"), "{workers}");
}

#[test]
fn masks_that_do_not_fill_their_cells_are_bad_rows() {
    check_bad_rows(
        "tiles",
        "task,worker,width,height,rle\nt1,ann,2,2,1 2\nt1,bob,2,2,1 2 2\nt1,cec,0,2,4\nt1,dan,2,2.5,4\nt1,eve,2,2,1;3\n\
         t1,fay,100000,100000,1\nt1,gil,2,2,\n",
        &[
            "answers.csv line 2: rle is \"1 2\": the runs hold 3 cells, not 2 × 2; give the last run of background too",
            "answers.csv line 3: rle is \"1 2 2\": the runs hold more than 2 × 2 cells",
            "answers.csv line 4: width is \"0\": write a whole number of cells from 1",
            "answers.csv line 5: height is \"2.5\": write a whole number of cells from 1",
            "answers.csv line 6: rle is \"1;3\": write whole numbers with spaces between them, background first",
            "answers.csv line 7: height is \"100000\": with 100000 cells in a line these are more than 16777216; use larger cells",
            "answers.csv line 8: rle is empty: fill it in or take the row out",
        ],
    );
}

#[test]
fn masks_of_an_odd_shape_are_bad_rows_whatever_comes_first() {
    let text = "task,worker,width,height,rle\n\
        t1,ann,2,3,6\nt1,bob,2,2,2 2\nt1,cec,2,2,2 2\nt2,ann,2,1,2\nt2,bob,1,2,2\n";
    check_bad_rows(
        "tiles",
        text,
        &[
            "answers.csv line 2: height is \"3\": most masks of task \"t1\" have 2 × 2 cells; draw it on the same",
            "answers.csv line 5: width is \"2\": masks of task \"t2\" differ in shape; draw them all on the same cells",
            "answers.csv line 6: width is \"1\": masks of task \"t2\" differ in shape; draw them all on the same cells",
        ],
    );
    let folder = Folder::with("answers.csv", text);
    let mut request = request(&folder, "tiles");
    request.bad_rows = BadRows::LeaveOut(Some(folder.path("bad.csv")));
    let summary = found(&request);
    assert_eq!((summary.tasks, summary.workers, summary.rows, summary.bad_rows), (1, 2, 2, 3));
    assert_eq!(folder.text("out.csv").lines().count(), 2);
}

#[test]
fn tags_fit_one_by_one_and_a_task_without_any_keeps_its_row() {
    let folder = Folder::with("answers.csv", TAGS);
    let summary = found(&request(&folder, "tags"));
    assert_eq!((summary.tasks, summary.workers, summary.rows), (4, 3, 16));
    let out = folder.text("out.csv");
    let found: Vec<[&str; 2]> =
        out.lines().map(|line| line.split(',').collect::<Vec<_>>()).map(|line| [line[0], line[1]]).collect();
    let expected = [["task", "label"], ["t1", "red"], ["t1", "round"], ["t2", ""], ["t3", "red"], ["t4", "round"]];
    assert_eq!(found, expected, "{out}");
    assert!(out.starts_with("task,label,confidence,raw_confidence,votes,seen\nt1,red,0."), "{out}");
    assert!(folder.text("workers.csv").starts_with("worker,tasks,sensitivity,false_alarm\nann,4,"));
}

#[test]
fn comparisons_rank_the_items_and_judge_the_workers() {
    let folder = Folder::with("answers.csv", PAIRS);
    let summary = found(&request(&folder, "compare"));
    assert_eq!((summary.tasks, summary.workers, summary.rows, summary.duplicate_rows), (3, 3, 10, 1));
    let out = folder.text("out.csv");
    let lines: Vec<Vec<&str>> = out.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines[0], ["item", "rank", "strength", "low", "high", "comparisons", "wins"]);
    assert_eq!([1, 2, 3].map(|line: usize| [lines[line][0], lines[line][1]]), [["a", "1"], ["b", "2"], ["c", "3"]]);
    assert_eq!([lines[1][5], lines[1][6], lines[3][6]], ["6", "5", "0"]);
    assert!(folder.text("workers.csv").starts_with("worker,answers,reliability\nann,3,"));
}

#[test]
fn comparisons_with_no_winner_among_two_are_bad_rows() {
    check_bad_rows(
        "compare",
        "worker,left,right,winner\nann,a,a,a\nann,a,b,c\nann,a,b,\n",
        &[
            "answers.csv line 2: right is \"a\": it is left as well; an item is compared with another one",
            "answers.csv line 3: winner is \"c\": write \"a\" or \"b\", the two that were compared",
            "answers.csv line 4: winner is empty: fill it in or take the row out",
        ],
    );
}

#[test]
fn a_column_of_a_kind_that_is_absent_is_named_without_an_option_that_is_none() {
    let folder = Folder::with("answers.csv", "task,worker,left,top\nt1,ann,1,2\n");
    let expected = "answers.csv has no column \"x\"; its columns are \"task\", \"worker\", \"left\", \"top\". \
        Rename the one that is meant";
    assert_eq!(folder.refusal(&request(&folder, "point")), expected);
}

#[test]
fn the_order_of_rows_changes_no_byte_of_any_kind() {
    for (kind, text) in [
        ("rate", RATINGS),
        ("transcribe", TEXTS),
        ("box", BOXES),
        ("point", CLICKS),
        ("tiles", MASKS),
        ("tags", TAGS),
        ("compare", PAIRS),
    ] {
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
