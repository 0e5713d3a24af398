//! Carries out attacks on a collector and prints one table; ends with 1 when a bar does not hold.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "printing the table is the purpose")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Parser;
use corvee_simulate::attack::{ATTACKS, Bar, Bench, Figure, Row, Table, Unit, run};

/// What the whole bench may take.
const MOST: Duration = Duration::from_mins(10);

/// The attack bench.
#[derive(Parser)]
struct Arguments {
    /// The collector's release binary.
    #[arg(long)]
    corvee: PathBuf,
    /// The hash of the machine's turn as browsers run it.
    #[arg(long)]
    work_wasm: Option<PathBuf>,
    /// Where the table is written as well.
    #[arg(long)]
    table: Option<PathBuf>,
    /// Which attacks; all without a name.
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(ATTACKS.iter().map(|attack| attack.id)))]
    attacks: Vec<String>,
}

/// The one whose patience takes two minutes: it runs beside the others.
const PATIENT: &str = "A4";

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let bench = Arc::new(Bench::new(&arguments.corvee, arguments.work_wasm)?);
    let chosen = |id: &str| arguments.attacks.is_empty() || arguments.attacks.iter().any(|wanted| wanted == id);
    let begun = Instant::now();
    let patient = chosen(PATIENT).then(|| {
        let bench = Arc::clone(&bench);
        tokio::spawn(async move { carried_out(&bench, PATIENT).await })
    });
    let mut rows = BTreeMap::new();
    for (place, attack) in ATTACKS.iter().enumerate().filter(|(_, attack)| chosen(attack.id) && attack.id != PATIENT) {
        rows.insert(place, carried_out(&bench, attack.id).await);
    }
    if let Some(patient) = patient {
        let place = ATTACKS.iter().position(|attack| attack.id == PATIENT).unwrap_or_default();
        rows.insert(place, patient.await?);
    }
    let table = Table { rows: rows.into_values().flatten().collect() };
    println!("{table}");
    let took = begun.elapsed();
    println!("{} rows in {:.0} s", table.rows.len(), took.as_secs_f64());
    if let Some(path) = arguments.table {
        std::fs::write(&path, table.to_string()).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    let broken = table.broken();
    for row in &broken {
        eprintln!("DOES NOT HOLD: {}: {}: {} (bar {})", row.attack, row.done, row.figure, row.bar_text());
    }
    if took > MOST {
        eprintln!("DOES NOT HOLD: the bench took {:.0} s, more than ten minutes", took.as_secs_f64());
    }
    Ok(if broken.is_empty() && took <= MOST { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The rows of an attack; one that says so when it could not be carried out.
async fn carried_out(bench: &Bench, id: &'static str) -> Vec<Row> {
    let start = Instant::now();
    let rows = run(bench, id).await.map_err(anyhow::Error::from);
    eprintln!("{id}: {:.1} s", start.elapsed().as_secs_f64());
    rows.unwrap_or_else(|error| {
        eprintln!("{id} COULD NOT BE CARRIED OUT: {error:#}");
        vec![Row::new(id, "could not be carried out", Figure::absent(Unit::Plain(0, "")), Bar::AtMost(0.0))]
    })
}
