//! Parquet as pyarrow 26 writes it (`pyarrow.parquet.write_table`): text, dictionary and integer columns, Snappy and gzip.

use std::path::Path;

use corvee_aggregate::{Error, Request};

use crate::folder::{Folder, found};

const AS_CSV: &str = "note,label,task,worker\n\
    1.5,cat,1,ann\n1.5,cat,1,bob\n1.5,dog,1,cec\n1.5,dog,2,ann\n1.5,dog,2,bob\n1.5,dog,2,cec\n1.5,cat,10,ann\n";

fn request(folder: &Folder, name: &str) -> Request {
    let mut request = folder.request("answers.csv");
    request.input = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name);
    request
}

#[test]
fn parquet_gives_the_same_table_as_csv() {
    let folder = Folder::with("answers.csv", AS_CSV);
    found(&folder.request("answers.csv"));
    let expected = folder.text("out.csv");
    for name in ["snappy.parquet", "gzip.parquet"] {
        found(&request(&folder, name));
        assert_eq!(folder.text("out.csv"), expected, "{name}");
    }
}

#[test]
fn a_null_is_a_bad_row_named_by_its_number() {
    let folder = Folder::new();
    let error = corvee_aggregate::aggregate(&request(&folder, "null.parquet"), &corvee_aggregate::Silent).unwrap_err();
    let Error::BadRows { count: 1, first } = error else { panic!("{error}") };
    assert!(first[0].to_string().ends_with("null.parquet row 4: label is missing: give it, or name another column"));
}

#[test]
fn a_column_that_is_absent_and_a_file_that_is_no_parquet_are_named() {
    let folder = Folder::with("broken.parquet", "PAR1 and nothing else");
    let mut asked = request(&folder, "snappy.parquet");
    asked.columns.task = "item".to_owned();
    let refusal = folder.refusal(&asked);
    assert!(
        refusal.contains("no column \"item\"; its columns are \"note\", \"label\", \"task\", \"worker\""),
        "{refusal}"
    );
    let refusal = folder.refusal(&folder.request("broken.parquet"));
    assert!(refusal.starts_with("broken.parquet cannot be read to its end: "), "{refusal}");
}
