//! The report: complete, escaped, self-contained.

use crate::folder::{Folder, found};
use std::fmt::Write as _;

const HOSTILE: &str = "<script>alert(1)</script>\"'&";

fn report(gold: bool) -> String {
    let mut text = String::from("task,worker,label\n");
    for task in 0..40 {
        for worker in 0..5 {
            let wrong = (task * 5 + worker) % 7 == 0;
            let label = if (task % 2 == 0) ^ wrong { "\"<script>alert(1)</script>\"\"'&\"" } else { "b" };
            writeln!(text, "t{task},\"{}{worker}\",{label}", HOSTILE.replace('"', "\"\"")).expect("a String takes all");
        }
    }
    let folder = Folder::with("<img>.csv", text);
    folder.put("gold.csv", "task,label\nt1,b\nt3,b\nt5,b\nt7,b\n");
    let mut request = folder.request("<img>.csv");
    request.report = Some(folder.path("report.html"));
    request.gold = gold.then(|| folder.path("gold.csv"));
    found(&request);
    folder.text("report.html")
}

#[test]
fn names_are_text_and_nothing_else() {
    let page = report(true);
    assert!(!page.contains("<script") && !page.contains("<img"), "names are escaped");
    assert!(
        page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;") || page.contains("&#60;script&#62;")
    );
}

#[test]
fn nothing_is_loaded_from_elsewhere() {
    let page = report(true);
    for outside in ["http://", "https://", "src=", "href=", "url(", "@import"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn every_plot_has_a_title_a_description_and_a_table_beside_it() {
    let page = report(true);
    assert_eq!(page.matches("<svg").count(), 3);
    assert_eq!(page.matches("<svg").count(), page.matches("<desc").count());
    assert_eq!(page.matches("role=\"img\"").count(), 3);
    assert_eq!(page.matches("<table>").count(), 5);
    assert_eq!(page.matches("<table>").count(), page.matches("<caption>").count());
    assert!(page.contains("Reliability diagram") && page.contains("Krippendorff"));
}

#[test]
fn without_gold_the_page_says_that_reliability_is_not_known() {
    let page = report(false);
    assert_eq!(page.matches("<svg").count(), 2);
    assert!(page.contains("Not known") && page.contains("--gold FILE.csv"));
}
