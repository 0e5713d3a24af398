//! What is wrong with a request or a file is said by name, line and remedy, and nothing is written.

use crate::folder::{Folder, Told, found};
use corvee_aggregate::{BadRows, Kind, Method, aggregate};

fn check(name: &str, text: impl AsRef<[u8]>, expected: &str) {
    let folder = Folder::with(name, text);
    assert_eq!(folder.refusal(&folder.request(name)), expected);
    assert_eq!(folder.names(), [name], "nothing is written");
}

fn bad_rows(rows: &str) -> String {
    let count = if rows.lines().count() == 1 { "1 row".to_owned() } else { format!("{} rows", rows.lines().count()) };
    let rows = rows.lines().map(|row| format!("\n  {row}")).collect::<Vec<_>>().concat();
    format!(
        "{count} cannot be used, so nothing was written:{rows}\n\
         Correct them, or say --skip-bad-rows to leave them out and list them."
    )
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    check("a.csv", "", "a.csv is empty: its first line should name the columns task, worker, label");
    check("a.csv", "\u{FEFF}", "a.csv is empty: its first line should name the columns task, worker, label");
    check("a.csv", "task,worker,label\n", "a.csv has a header and no row below it");
    check(
        "a.csv",
        "item,worker,Label\n1,2,3\n",
        "a.csv has no column \"task\"; its columns are \"item\", \"worker\", \"Label\". Rename it, or say --task-column NAME",
    );
    check("a.csv", "task,worker,label,task\n1,2,3,4\n", "a.csv has two columns \"task\": rename one");
    check("a.jsonl", "\n\n", "a.jsonl is empty: its first line should name the columns task, worker, label");
    check(
        "a.dat",
        "x",
        "a.dat: the name does not tell the format; end it in .csv, .tsv, .jsonl or .parquet, or say --format",
    );
    let folder = Folder::new();
    let refusal = folder.refusal(&folder.request("absent.csv"));
    assert_eq!(refusal, "absent.csv cannot be opened: No such file or directory (os error 2)");
    let error = aggregate(&folder.request("absent.csv"), &Told::default()).unwrap_err();
    assert!(std::error::Error::source(&error).is_none(), "a chain that is printed says nothing twice");
}

#[test]
fn bad_rows_of_csv_are_named_by_the_line_on_which_they_begin() {
    let text = "task,worker,label\r\n\
        \"t\n1\",ann,a\r\n\
        \r\n\
        t2,,a\r\n\
        t3,ann\r\n\
        t4,ann,a,b\r\n\
        \"t\n5\",ann,\"\"\r\n\
        t6,ann,a";
    let expected = "a.csv line 5: worker is empty: fill it in or take the row out\n\
        a.csv line 6: 2 fields, but the header names 3: put values that hold a comma into double quotes\n\
        a.csv line 7: 4 fields, but the header names 3: put values that hold a comma into double quotes\n\
        a.csv line 8: label is empty: fill it in or take the row out";
    check("a.csv", text, &bad_rows(expected));
    check("a.csv", text.replace("\r\n", "\n"), &bad_rows(expected));
}

#[test]
fn a_quote_that_is_not_closed_is_found_where_it_is_opened() {
    let text = "task,worker,label\nt1,ann,a\nt2,bob,\"a\nt3,ann,a\n";
    let expected = "a.csv line 3: a double quote is opened and not closed before the end of the file: close it";
    check("a.csv", text, &bad_rows(expected));
    check("a.csv", text.trim_end(), &bad_rows(expected));
}

#[test]
fn bytes_that_are_no_text_and_names_without_end_are_named() {
    let mut text = b"task,worker,label\nt1,ann,\xFF\nt2,ann,".to_vec();
    text.extend(std::iter::repeat_n(b'x', (1 << 20) + 1));
    check(
        "a.csv",
        text,
        &bad_rows(
            "a.csv line 2: label is not UTF-8: save the file as UTF-8\n\
             a.csv line 3: label has 1048577 bytes, more than 1048576: is a double quote missing?",
        ),
    );
}

#[test]
fn bad_rows_of_json_lines_are_named() {
    let text = "{\"task\": \"t1\", \"worker\": 1, \"label\": 2}\n\
        [1]\n\
        {\"task\": \"t1\", \"worker\": null, \"label\": 2}\n\
        {\"task\": \"t1\", \"label\": 2}\n\
        {\"task\": \"t1\", \"worker\": 1, \"label\": [2]}\n\
        {\"task\": \"\", \"worker\": 1, \"label\": 2}\n\
        {\"task\": \"t1\", \"worker\": 1, \"label\": 2, \"label\": 3}\n\
        {\"task\": \"t1\", \"worker\": 1, \"label\": 2} x\n";
    let folder = Folder::with("a.jsonl", text);
    insta::assert_snapshot!(folder.refusal(&folder.request("a.jsonl")), @r#"
    7 rows cannot be used, so nothing was written:
      a.jsonl line 2: not a JSON object (invalid type: sequence, expected an object): write one object on each line
      a.jsonl line 3: worker is missing: give it, or name another column
      a.jsonl line 4: worker is missing: give it, or name another column
      a.jsonl line 5: label is neither a string nor a number nor true or false: write it as a string
      a.jsonl line 6: task is empty: fill it in or take the row out
      a.jsonl line 7: not a JSON object (two members "label" at character 47): write one object on each line
      a.jsonl line 8: not a JSON object (trailing characters at character 41): write one object on each line
    Correct them, or say --skip-bad-rows to leave them out and list them.
    "#);
}

#[test]
fn twenty_bad_rows_are_named_and_the_rest_is_counted() {
    let folder = Folder::with("a.csv", format!("task,worker,label\nt,w,l\n{}", "t,,l\n".repeat(25)));
    let refusal = folder.refusal(&folder.request("a.csv"));
    assert!(refusal.starts_with("25 rows cannot be used"), "{refusal}");
    assert!(refusal.contains("a.csv line 22: ") && !refusal.contains("line 23: "), "{refusal}");
    assert!(refusal.contains("\n  and 5 more\n"), "{refusal}");
}

#[test]
fn bad_rows_that_are_left_out_are_listed_and_counted() {
    let folder = Folder::with("a.csv", "task,worker,label\nt1,ann,a\nt2,,a\n");
    folder.put("gold.csv", "task,label\nt1,A\nt1,a\n");
    let mut request = folder.request("a.csv");
    request.gold = Some(folder.path("gold.csv"));
    request.bad_rows = BadRows::LeaveOut(Some(folder.path("bad.csv")));
    let summary = found(&request);
    assert_eq!((summary.bad_rows, summary.rows), (2, 1));
    let list = folder.text("bad.csv").replace(&format!("{}/", folder.path("a").parent().unwrap().display()), "");
    insta::assert_snapshot!(list, @r#"
    file,line,column,problem
    a.csv,3,worker,worker is empty: fill it in or take the row out
    gold.csv,2,label,"label ""A"" was given by no worker (they gave ""a""): correct it or take the row out"
    "#);

    request.bad_rows = BadRows::LeaveOut(None);
    let told = Told::default();
    aggregate(&request, &told).unwrap();
    assert_eq!(told.left_out.borrow().iter().map(|row| row.line).collect::<Vec<_>>(), [3, 2]);

    let folder = Folder::with("a.csv", "task,worker,label\nt1,,a\nt2,,a\n");
    let mut request = folder.request("a.csv");
    request.bad_rows = BadRows::LeaveOut(None);
    assert_eq!(folder.refusal(&request), "a.csv: no row is left once the 2 bad ones are taken out");
}

#[test]
fn gold_that_contradicts_itself_or_names_a_label_nobody_gave_is_refused() {
    let folder = Folder::with("a.csv", "task,worker,label\nt1,ann,cat\nt1,bob,dog\n");
    folder.put("gold.csv", "task,label\nt1,cat\nt1,dog\nt1,Cat\nt2,cat\n");
    let mut request = folder.request("a.csv");
    request.gold = Some(folder.path("gold.csv"));
    insta::assert_snapshot!(folder.refusal(&request), @r#"
    2 rows cannot be used, so nothing was written:
      gold.csv line 3: task "t1" is "dog" here and "cat" on line 2: keep the right one
      gold.csv line 4: label "Cat" was given by no worker (they gave "cat", "dog"): correct it or take the row out
    Correct them, or say --skip-bad-rows to leave them out and list them.
    "#);
    // Left out means: what is contradicted is no gold at all, whichever row came first.
    request.bad_rows = BadRows::LeaveOut(None);
    assert_eq!(found(&request).gold.unwrap().tasks, 0);
}

#[test]
fn a_file_that_is_read_is_not_written_over() {
    let folder = Folder::with("a.csv", "task,worker,label\nt1,ann,cat\n");
    let mut request = folder.request("a.csv");
    request.out = folder.path("./a.csv");
    assert_eq!(folder.refusal(&request), "IN and --out are the same file, ./a.csv: name another");
    request.out = folder.path("out.csv");
    request.gold = Some(folder.path("gold.csv"));
    request.workers = Some(folder.path("gold.csv"));
    assert_eq!(folder.refusal(&request), "--gold and --workers are the same file, gold.csv: name another");
    request.gold = None;
    request.workers = Some(folder.path("w.csv"));
    request.report = Some(folder.path("w.csv"));
    assert_eq!(folder.refusal(&request), "--workers and --report are the same file, w.csv: name another");
    assert_eq!(folder.text("a.csv"), "task,worker,label\nt1,ann,cat\n");
}

#[cfg(unix)]
#[test]
fn a_link_to_the_answers_is_not_written_over() {
    let folder = Folder::with("a.csv", "task,worker,label\nt1,ann,cat\n");
    std::os::unix::fs::symlink(folder.path("a.csv"), folder.path("link.csv")).unwrap();
    let mut request = folder.request("a.csv");
    request.out = folder.path("link.csv");
    assert_eq!(folder.refusal(&request), "IN and --out are the same file, link.csv: name another");
}

#[test]
fn when_one_file_cannot_be_written_none_is() {
    let folder = Folder::with("a.csv", "task,worker,label\nt1,ann,cat\n");
    folder.put("out.csv", "what was there before");
    let mut request = folder.request("a.csv");
    request.report = Some(folder.path("absent/report.html"));
    assert_eq!(folder.refusal(&request), "absent/report.html cannot be written: its folder does not exist");
    assert_eq!(folder.text("out.csv"), "what was there before");
    assert_eq!(folder.names(), ["a.csv", "out.csv"]);
}

#[test]
fn unknown_names_list_the_known_ones() {
    let error = "voodoo".parse::<Method>().unwrap_err();
    assert!(error.to_string().starts_with("there is no method \"voodoo\"; there are: "), "{error}");
    let error = "voodoo".parse::<Kind>().unwrap_err();
    assert!(error.to_string().starts_with("there is no kind \"voodoo\"; there are: choose"), "{error}");
}

#[test]
fn a_confidence_outside_its_range_is_refused_before_anything_is_read() {
    let folder = Folder::new();
    let mut request = folder.request("absent.csv");
    request.rule.confidence = 95.0;
    assert_eq!(folder.refusal(&request), "--confidence is 95: give a number from 0 to 1");
}

#[cfg(not(feature = "parquet"))]
#[test]
fn a_build_without_parquet_says_so() {
    use corvee_aggregate::{Error, Format};

    let folder = Folder::with("a.parquet", "PAR1");
    let error = aggregate(&folder.request("a.parquet"), &Told::default()).unwrap_err();
    assert!(matches!(error, Error::Read(_)));
    assert_eq!(
        folder.anonymous(&error),
        "a.parquet: this build does not read Parquet; build with --features parquet, or save the table as CSV"
    );
    assert_eq!(Format::of(&folder.path("a.PARQUET")), Some(Format::Parquet));
}

#[test]
fn a_file_that_is_no_table_does_not_fill_the_screen() {
    let folder = Folder::with("junk.csv", format!("{}\n1\n", "\u{1}x".repeat(5_000)));
    let refusal = folder.refusal(&folder.request("junk.csv"));
    assert!(refusal.starts_with("junk.csv has no column \"task\""), "{refusal}");
    assert!(refusal.len() < 400, "{refusal}");
}

#[test]
fn a_folder_in_the_place_of_a_file_leaves_all_files_alone() {
    let folder = Folder::with("answers.csv", "task,worker,label\nt1,a,x\nt1,b,x\n");
    folder.put("out.csv", "old");
    std::fs::create_dir(folder.path("taken")).expect("the folder is writable");
    let mut request = folder.request("answers.csv");
    request.workers = Some(folder.path("taken"));
    let refusal = folder.refusal(&request);
    assert!(refusal.contains("taken cannot be written: it is no regular file"), "{refusal}");
    assert_eq!(folder.text("out.csv"), "old");
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_permissions_are_kept() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = Folder::with("answers.csv", "task,worker,label\nt1,a,x\nt1,b,x\n");
    folder.put("private.csv", "old");
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(folder.path("private.csv"), private).expect("it is ours");
    symlink(folder.path("private.csv"), folder.path("out.csv")).expect("the folder is writable");
    found(&folder.request("answers.csv"));
    assert!(folder.text("private.csv").starts_with("task,label"));
    let after = std::fs::metadata(folder.path("private.csv")).expect("it is there");
    assert_eq!(after.permissions().mode() & 0o777, 0o600);
    assert!(std::fs::symlink_metadata(folder.path("out.csv")).expect("it is there").is_symlink());
}
