//! Files of answers in, tables out: formats, columns, states, gold.

use crate::folder::{Folder, Told, found};
use corvee_aggregate::{ColumnNames, Rule, Stage, aggregate};

const ANSWERS: &str = "task,worker,label\n\
    t1,ann,cat\nt1,bob,cat\nt1,cec,dog\n\
    t2,ann,dog\nt2,bob,dog\nt2,cec,dog\n\
    t10,ann,cat\n";

fn majority(folder: &Folder, name: &str) -> corvee_aggregate::Request {
    let mut request = folder.request(name);
    request.method = Some("majority".parse().expect("majority is a method"));
    request
}

#[test]
fn a_table_of_tasks_comes_out_in_natural_order() {
    let folder = Folder::with("answers.csv", ANSWERS);
    let mut request = majority(&folder, "answers.csv");
    request.rule = Rule { confidence: 0.8, min_votes: 2, max_votes: 3 };
    let told = Told::default();
    let summary = aggregate(&request, &told).unwrap();
    insta::assert_snapshot!(folder.text("out.csv"), @r"
    task,label,confidence,raw_confidence,votes,state
    t1,cat,0.607143,0.607143,3,ambiguous
    t2,dog,0.892857,0.892857,3,final
    t10,cat,0.714286,0.714286,1,open
    ");
    assert_eq!((summary.tasks, summary.workers, summary.answers, summary.label_count), (3, 3, 7, Some(2)));
    assert_eq!(*told.stages.borrow(), [Stage::Reading, Stage::Estimating, Stage::Resampling, Stage::Writing]);
    assert_eq!(folder.names(), ["answers.csv", "out.csv"]);
}

#[test]
fn every_format_gives_the_same_table() {
    let folder = Folder::with("answers.csv", ANSWERS);
    found(&majority(&folder, "answers.csv"));
    let expected = folder.text("out.csv");
    let rows: Vec<Vec<&str>> = ANSWERS.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let object = |row: &Vec<&str>| {
        format!(
            "{{\"note\": [1, {{}}], \"label\": {:?}, \"task\": {:?}, \"worker\": {:?}}}\r\n",
            row[2], row[0], row[1]
        )
    };
    let json = rows.iter().map(object).collect::<Vec<_>>().concat();
    let reordered = rows.iter().map(|row| format!("{},x,{},{}\n", row[2], row[0], row[1])).collect::<Vec<_>>().concat();
    let files = [
        ("crlf.csv", ANSWERS.replace('\n', "\r\n")),
        ("mark.csv", format!("\u{FEFF}{ANSWERS}")),
        ("no-end.csv", ANSWERS.trim_end().to_owned()),
        ("blank-lines.csv", ANSWERS.replace('\n', "\n\n")),
        ("quoted.csv", ANSWERS.replace("cat", "\"cat\"")),
        ("answers.tsv", ANSWERS.replace(',', "\t")),
        ("other-columns.csv", format!("label,note,task,worker\n{reordered}")),
        ("answers.jsonl", json.clone()),
        ("mark.ndjson", format!("\u{FEFF}\n{}", json.trim_end())),
    ];
    for (name, text) in files {
        folder.put(name, text);
        found(&majority(&folder, name));
        assert_eq!(folder.text("out.csv"), expected, "{name}");
    }
}

#[test]
fn names_may_be_anything() {
    let odd = "q,\"who\",say\n\
        \"two\nlines, and a comma\",\"a \"\"quote\"\"\",\u{1F600}\n\
        \"two\nlines, and a comma\",=SUM(A1), leading space\n";
    let folder = Folder::with("odd.csv", odd);
    let mut request = majority(&folder, "odd.csv");
    request.columns = ColumnNames { task: "q".into(), worker: "who".into(), label: "say".into() };
    request.probabilities = true;
    request.workers = Some(folder.path("workers.csv"));
    found(&request);
    insta::assert_snapshot!(folder.text("out.csv"), @r#"
    task,label,confidence,raw_confidence,votes,state,p: leading space,p:😀
    "two
    lines, and a comma", leading space,0.500000,0.500000,2,open,0.500000,0.500000
    "#);
    assert!(folder.text("workers.csv").contains("\n\"a \"\"quote\"\"\",1,"), "{}", folder.text("workers.csv"));
}

#[test]
fn numbers_in_json_keep_their_digits() {
    let lines = "{\"task\": 12345678901234567890123, \"worker\": 1, \"label\": true}\n\
        {\"task\": 12345678901234567890124, \"worker\": 1.0, \"label\": true}\n";
    let folder = Folder::with("numbers.jsonl", lines);
    let summary = found(&majority(&folder, "numbers.jsonl"));
    assert_eq!((summary.tasks, summary.workers), (2, 2));
    assert!(folder.text("out.csv").contains("\n12345678901234567890124,true,"));
}

#[test]
fn duplicates_count_once_and_changed_minds_all() {
    let text = "task,worker,label\nt1,ann,a\nt1,ann,a\nt1,ann,b\nt1,ann,a\nt1,bob,a\nt2,bob,b\nt2,ann,b\n";
    let folder = Folder::with("answers.csv", text);
    let summary = found(&majority(&folder, "answers.csv"));
    assert_eq!((summary.rows, summary.duplicate_rows, summary.answers, summary.changed_minds), (7, 2, 5, Some(1)));
    assert!(folder.text("out.csv").contains("\nt1,a,0.600000,0.600000,3,"), "{}", folder.text("out.csv"));
}

#[test]
fn gold_keeps_its_label_and_judges_workers() {
    let folder = Folder::with("answers.csv", ANSWERS);
    folder.put("gold.csv", "task,label\nt1,dog\nt2,dog\nt1,dog\nt77,cat\n");
    let mut request = majority(&folder, "answers.csv");
    request.gold = Some(folder.path("gold.csv"));
    request.workers = Some(folder.path("workers.csv"));
    let summary = found(&request);
    insta::assert_snapshot!(folder.text("out.csv"), @r"
    task,label,confidence,raw_confidence,votes,state
    t1,dog,1.000000,1.000000,3,final
    t2,dog,1.000000,1.000000,3,final
    t10,cat,0.607709,0.714286,1,open
    ");
    insta::assert_snapshot!(folder.text("workers.csv"), @r"
    worker,answers,accuracy,accuracy_low,accuracy_high,gold_answers,gold_right,flag
    ann,3,0.500000,0.094531,0.905469,2,1,few
    bob,2,0.500000,0.094531,0.905469,2,1,few
    cec,2,1.000000,0.342380,1.000000,2,2,few
    ");
    let gold = summary.gold.unwrap();
    assert_eq!((gold.rows, gold.tasks, gold.without_answers), (4, 2, 1));
    assert_eq!(gold.first_without_answers, ["t77"]);
    assert_eq!(gold.accuracy, Some(0.5), "t1 is wrong while its label is hidden");
}

#[test]
fn one_label_one_worker_or_one_task_is_no_trouble() {
    for text in ["t1,ann,a\nt2,ann,a\nt3,bob,a\n", "t1,ann,a\nt2,ann,b\n", "t1,ann,a\n", "t1,ann,a\nt1,bob,b\n"] {
        for method in corvee_aggregate::Method::all() {
            let folder = Folder::with("answers.csv", format!("task,worker,label\n{text}"));
            let mut request = folder.request("answers.csv");
            request.method = Some(*method);
            request.workers = Some(folder.path("workers.csv"));
            request.report = Some(folder.path("report.html"));
            found(&request);
            let all = ["out.csv", "workers.csv", "report.html"].map(|name| folder.text(name)).concat();
            assert!(!all.contains("NaN") && !all.contains("inf,"), "{}: {all}", method.name);
        }
    }
}

#[test]
fn two_workers_have_cohens_kappa_and_contradictions_stay_out_of_agreement() {
    let text =
        "task,worker,label\nt1,a,x\nt1,b,x\nt2,a,y\nt2,b,y\nt3,a,x\nt3,b,y\nt4,a,y\nt4,b,y\nt5,a,x\nt5,a,y\nt5,b,x\n";
    let folder = Folder::with("answers.csv", text);
    let summary = found(&majority(&folder, "answers.csv"));
    let value = |name: &str| summary.agreement.iter().find(|found| found.name == name).and_then(|found| found.value);
    // Of four tasks three agree; by chance 2/4·1/4 + 2/4·3/4 = 1/2.
    assert!((value("Cohen's kappa").unwrap() - 0.5).abs() < 1e-12);
    let interval = summary.agreement[0].interval.unwrap();
    assert!(interval[0] <= value("Krippendorff's alpha, nominal").unwrap());
}
