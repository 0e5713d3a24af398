//! The table and its bars. Knows figures, not how they are measured.
#![expect(clippy::print_stdout, reason = "printing is its purpose")]

use anyhow::ensure;

/// Requests until the widget works, at most.
const REQUESTS_MAX: f64 = 6.0;
/// Milliseconds from the click to a usable grid on a processor four times slower, at most.
const SLOW_GRID_MAX_MS: f64 = 1000.0;

/// One request, by what it fetched.
#[derive(Clone, Debug)]
pub(crate) struct Fetched {
    /// Address without what changes from visit to visit.
    pub(crate) path: String,
    /// As it travelled, with headers; nothing where the browser does not tell.
    pub(crate) bytes: Option<f64>,
}

/// What one browser did.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    /// Such as "Firefox".
    pub(crate) name: &'static str,
    /// How many times slower than it is the processor was made.
    pub(crate) slower: u32,
    /// Until the widget works, on the first visit.
    pub(crate) first_visit: Vec<Fetched>,
    /// From the click to a usable grid, one for each fresh page load.
    pub(crate) grid_ms: Vec<f64>,
    /// From the click to the token in the page's hands, one for each fresh page load.
    pub(crate) token_ms: Vec<f64>,
}

/// One further challenge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Further {
    /// Pictures, with headers.
    pub(crate) sprite_bytes: f64,
    /// Everything else, with headers.
    pub(crate) json_bytes: f64,
}

/// Everything that is measured.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    /// One for each browser and processor.
    pub(crate) paces: Vec<Pace>,
    /// In Chromium.
    pub(crate) further: Vec<Further>,
}

/// Prints all of it.
///
/// # Errors
/// A bar is missed; each is named.
pub(crate) fn print(figures: &Figures) -> anyhow::Result<()> {
    let mut missed = Vec::new();
    println!("\n| | what | median | least | most | of | bar | met? |");
    println!("|---|---|---:|---:|---:|---:|---|---|");
    for pace in &figures.paces {
        let name = match pace.slower {
            1 => pace.name.to_owned(),
            times => format!("{}, processor {times}× slower", pace.name),
        };
        let requests = [pace.first_visit.len() as f64];
        let grid_bar = (pace.slower == 4).then_some(SLOW_GRID_MAX_MS);
        let rows = [
            ("requests until the widget works", requests.as_slice(), Some(REQUESTS_MAX)),
            ("click to a usable grid, ms", pace.grid_ms.as_slice(), grid_bar),
            ("click to the computed token, ms", pace.token_ms.as_slice(), None),
        ];
        for (what, values, bar) in rows {
            if !row(&name, what, values, bar) {
                missed.push(format!("{name}: {what}"));
            }
        }
    }
    let sprites: Vec<f64> = figures.further.iter().map(|further| further.sprite_bytes).collect();
    let messages: Vec<f64> = figures.further.iter().map(|further| further.json_bytes).collect();
    let sums: Vec<f64> = figures.further.iter().map(|further| further.sprite_bytes + further.json_bytes).collect();
    for (what, values) in [("pictures", sprites), ("messages", messages), ("together", sums)] {
        row("a further challenge, bytes", what, &values, None);
    }
    for pace in figures.paces.iter().filter(|pace| pace.first_visit.iter().all(|fetched| fetched.bytes.is_some())) {
        println!("\nThe first visit in {}, processor {}× slower:", pace.name, pace.slower);
        for Fetched { path, bytes } in &pace.first_visit {
            println!("{:>8.0} bytes  {path}", bytes.unwrap_or_default());
        }
        let bytes: f64 = pace.first_visit.iter().filter_map(|fetched| fetched.bytes).sum();
        println!("{bytes:>8.0} bytes together, with headers");
    }
    ensure!(missed.is_empty(), "missed {} of the bars: {}", missed.len(), missed.join("; "));
    Ok(())
}

/// Prints a line of the table; false when its bar is missed, or nothing was measured.
fn row(name: &str, what: &str, values: &[f64], bar: Option<f64>) -> bool {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (Some(least), Some(median), Some(most)) = (sorted.first(), sorted.get(sorted.len() / 2), sorted.last()) else {
        println!("| {name} | {what} | – | – | – | 0 | | NO: not measured |");
        return false;
    };
    let met = bar.is_none_or(|bar| *median <= bar);
    let (bar, verdict) = match bar {
        None => (String::new(), ""),
        Some(bar) => (format!("≤ {bar:.0}"), if met { "yes" } else { "NO" }),
    };
    println!("| {name} | {what} | {median:.0} | {least:.0} | {most:.0} | {} | {bar} | {verdict} |", sorted.len());
    met
}
