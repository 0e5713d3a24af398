//! What a first visit downloads, by part, and its limit. Knows the parts by name only.

use std::fmt::Write as _;

use anyhow::{Context as _, Result, bail};

use super::compress;
use super::manifest::{Entry, Manifest};

/// The most that a first visit may download, in bytes of brotli.
const LIMIT_BYTES: usize = 120_000;
/// What we would like it to be.
const STRETCH_BYTES: usize = 100_000;

/// What a browser fetches before the widget is usable, in that order.
const FIRST_VISIT: &[(&str, &str)] = &[
    ("loader", "api.js"),
    ("frame html", "frame.html"),
    ("style sheet", "widget.css"),
    ("glue", "frame.js"),
    ("wasm", "frame.wasm"),
];

/// The English words, which travel inside the frame's document.
const WORDS: &str = include_str!("../../../words/words/en.toml");

/// A part of a first visit.
struct Part {
    name: &'static str,
    raw_bytes: usize,
    gzip_bytes: usize,
    brotli_bytes: usize,
}

/// What a browser fetches besides when the visitor lets the machine take its turn.
const MACHINES_TURN: &[&str] = &["worker.js", "work.wasm"];

/// A table of the parts of a first visit, their sum and how far it is from the limit, then the machine's turn and the other
/// files.
pub(crate) fn table(manifest: &Manifest) -> Result<String> {
    let mut table = format!("{:<28}{:>10}{:>10}{:>10}\n", "bytes", "raw", "gzip", "brotli");
    let mut row = |name: &str, raw: usize, gzip: usize, brotli: usize| {
        // Writing to a string cannot fail.
        writeln!(table, "{name:<28}{raw:>10}{gzip:>10}{brotli:>10}")
    };
    let parts = first_visit(manifest)?;
    for part in &parts {
        row(part.name, part.raw_bytes, part.gzip_bytes, part.brotli_bytes)?;
    }
    let sum = |size: fn(&Part) -> usize| parts.iter().map(size).sum::<usize>();
    row("first visit", sum(|part| part.raw_bytes), sum(|part| part.gzip_bytes), brotli_bytes(manifest)?)?;
    let (turn, rest): (Vec<_>, Vec<_>) = manifest
        .0
        .iter()
        .filter(|entry| !FIRST_VISIT.iter().any(|(_, name)| *name == entry.name))
        .partition(|entry| MACHINES_TURN.contains(&entry.name.as_str()));
    for entry in &turn {
        row(&format!("  {}", entry.name), entry.raw_bytes, entry.gzip_bytes, entry.brotli_bytes)?;
    }
    let sum = |size: fn(&Entry) -> usize| turn.iter().map(|entry| size(entry)).sum::<usize>();
    row(
        "the machine's turn",
        sum(|entry| entry.raw_bytes),
        sum(|entry| entry.gzip_bytes),
        sum(|entry| entry.brotli_bytes),
    )?;
    for entry in rest {
        row(&format!("  besides: {}", entry.name), entry.raw_bytes, entry.gzip_bytes, entry.brotli_bytes)?;
    }
    let total = brotli_bytes(manifest)?;
    let verdict = if total > LIMIT_BYTES {
        "above the limit"
    } else if total > STRETCH_BYTES {
        "within the limit, above the wish"
    } else {
        "within limit and wish"
    };
    writeln!(table, "first visit {total} bytes of brotli; limit {LIMIT_BYTES}, wish {STRETCH_BYTES}: {verdict}")?;
    Ok(table)
}

/// Refuses a first visit above the limit.
///
/// # Errors
/// It is, or a part of it is missing.
pub(crate) fn within_limit(manifest: &Manifest) -> Result<()> {
    let total = brotli_bytes(manifest)?;
    if total > LIMIT_BYTES {
        bail!(
            "a first visit downloads {total} bytes of brotli, {} more than the limit of {LIMIT_BYTES}: take out what was added \
             last, or find what is heavy with `cargo xtask bench size`",
            total - LIMIT_BYTES
        );
    }
    Ok(())
}

fn brotli_bytes(manifest: &Manifest) -> Result<usize> {
    Ok(first_visit(manifest)?.iter().map(|part| part.brotli_bytes).sum())
}

fn first_visit(manifest: &Manifest) -> Result<Vec<Part>> {
    let part = |&(part, name): &(&'static str, &'static str)| {
        let &Entry { raw_bytes, gzip_bytes, brotli_bytes, .. } =
            manifest.find(name).with_context(|| format!("the bundle has no {name}"))?;
        Ok(Part { name: part, raw_bytes, gzip_bytes, brotli_bytes })
    };
    FIRST_VISIT.iter().map(part).chain([english_words()]).collect()
}

/// The words as the list of texts that the document holds; with those of the page without script a little more than that.
///
/// Brotli at its best counts a fifth less than the collector's quick one, and the collector's document has more to repeat.
fn english_words() -> Result<Part> {
    let texts = WORDS.lines().filter_map(|line| Some(line.split_once(" = ")?.1)).filter(|text| text.starts_with('"'));
    let list = texts.collect::<Vec<_>>().join(",");
    Ok(Part {
        name: "words (en)",
        raw_bytes: list.len(),
        gzip_bytes: compress::gzip(list.as_bytes())?.len(),
        brotli_bytes: compress::brotli(list.as_bytes())?.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(wasm_brotli_bytes: usize) -> Manifest {
        let entry = |name: &str, brotli_bytes| Entry {
            name: name.to_owned(),
            file: name.to_owned(),
            content_type: "text/plain".to_owned(),
            raw_bytes: 3 * brotli_bytes,
            gzip_bytes: 2 * brotli_bytes,
            brotli_bytes,
            immutable: true,
            integrity: String::new(),
        };
        Manifest(vec![
            entry("api.js", 1),
            entry("demo/demo.css", 7),
            entry("frame.html", 2),
            entry("frame.js", 3),
            entry("frame.wasm", wasm_brotli_bytes),
            entry("widget.css", 4),
            entry("work.wasm", 30),
            entry("worker.js", 5),
        ])
    }

    #[test]
    fn the_limit_holds_for_the_sum_of_the_parts_of_a_first_visit() {
        let words = english_words().unwrap().brotli_bytes;
        assert!(within_limit(&manifest(LIMIT_BYTES - 10 - words)).is_ok());
        assert!(within_limit(&manifest(LIMIT_BYTES - 9 - words)).unwrap_err().to_string().contains("1 more"));
    }

    #[test]
    fn the_words_are_counted_without_their_names() {
        let words = english_words().unwrap();
        assert!((1_000..4_000).contains(&words.brotli_bytes), "{} bytes", words.brotli_bytes);
        assert!(words.raw_bytes < WORDS.len() && words.raw_bytes > 2_000, "{} bytes", words.raw_bytes);
    }

    #[test]
    fn the_table_sums_the_first_visit_and_lists_the_rest_apart() {
        let table = table(&manifest(90)).unwrap();
        let words = english_words().unwrap();
        let (raw, gzip, brotli) = (300 + words.raw_bytes, 200 + words.gzip_bytes, 100 + words.brotli_bytes);
        assert!(table.contains(&format!("{:<28}{raw:>10}{gzip:>10}{brotli:>10}\n", "first visit")), "{table}");
        assert!(table.contains("words (en)"), "{table}");
        assert!(table.contains(&format!("{:<28}{:>10}{:>10}{:>10}\n", "the machine's turn", 105, 70, 35)), "{table}");
        assert!(table.contains("besides: demo/demo.css"), "{table}");
        assert!(!table.contains("besides: work"), "{table}");
        assert!(table.contains("within limit and wish"), "{table}");
    }

    #[test]
    fn a_bundle_without_its_glue_is_refused() {
        let mut manifest = manifest(90);
        manifest.0.retain(|entry| entry.name != "frame.js");
        assert!(within_limit(&manifest).unwrap_err().to_string().contains("frame.js"));
    }
}
