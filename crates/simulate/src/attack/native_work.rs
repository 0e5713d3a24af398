//! A18: the machine's turn computed by native code. A19: whether that, or waiting, is the weak door. The hash natively and as
//! browsers run it; the budgets of a collector as it is shipped.

use std::path::Path;
use std::time::Instant;

use corvee_work::{Hasher, check};
use reqwest::StatusCode;
use serde_json::json;
use tokio::process::Command;

use super::AttackError;
use super::answerer::Answerer;
use super::program::{Bench, Budget, Running, Stock};
use super::row::{Bar, Figure, Row, Unit};
use super::simulated::{Campaign, Setting, accepted};
use super::small_model::{PARAMETERS, look_ms};
use super::statistics::quantile_of;
use crate::client::http;
use crate::forwarded;
use crate::target::Loopback;

const MEMORY_KIB: u32 = 256;
const PASSES: u32 = 1;
const SOLUTIONS: u32 = 8;
const BASE_WORK: f64 = 4_000.0;
const HASHES: u32 = 2_000;
const CHECKS: u32 = 400;
const MS: Unit = Unit::Plain(3, " ms");

/// Times hashes in V8 as the worker does, without its messages. Prints milliseconds of processor time a hash.
const IN_NODE: &str = r"
const fs = require('fs');
const module_ = new WebAssembly.Module(fs.readFileSync(process.argv[1]));
const imports = {};
for (const { module, name, kind } of WebAssembly.Module.imports(module_)) {
  imports[module] ??= {};
  if (kind === 'function') imports[module][name] = () => 0;
}
const { exports } = new WebAssembly.Instance(module_, imports);
exports.__wbindgen_start?.();
if (!exports.begin(Number(process.argv[2]), 1, 0, 1, 2, 3, 4)) throw new Error('the parameters are refused');
const count = Number(process.argv[3]);
exports.find(0, 0, 200);
let best = Infinity;
for (let round = 0; round < 5; round++) {
  const before = process.cpuUsage();
  exports.find(0, 1000 + round * count, count);
  const spent = process.cpuUsage(before);
  best = Math.min(best, (spent.user + spent.system) / 1000 / count);
}
console.log(best);
";

/// A18.
pub(super) async fn run(bench: &Bench) -> Result<Vec<Row>, AttackError> {
    let (native_ms, mut checks_ms) = native()?;
    let mut rows = Vec::new();
    let ratio = match &bench.work_wasm {
        Some(module) => in_browser(module).await?.map(|wasm_ms| wasm_ms / native_ms),
        None => None,
    };
    let unit = Unit::Plain(2, "");
    let figure = ratio.map_or_else(|| Figure::absent(unit), |ratio| Figure::exact(ratio, unit));
    let done = format!(
        "one hash of {MEMORY_KIB} KiB, native {native_ms:.3} ms, against WebAssembly in V8 (Node, best of 5 rounds): times faster"
    );
    rows.push(Row::new("A18", done, figure, Bar::AtMost(5.0)));
    let done = format!("the collector's check of a proof ({SOLUTIONS} hashes), {CHECKS} times: median");
    rows.push(Row::new("A18", done, quantile_of(&mut checks_ms, 500, MS), Bar::AtMost(2.0)));
    Ok(rows)
}

/// Milliseconds of a native hash, the best of five rounds, and of checks.
fn native() -> Result<(f64, Vec<f64>), AttackError> {
    let refused = |_| AttackError::Program { what: "the hash refuses its own parameters".to_owned() };
    let mut hasher = Hasher::new(MEMORY_KIB, PASSES).map_err(refused)?;
    let salt = [7; 16];
    let mut best = f64::INFINITY;
    for round in 0..5 {
        let begun = Instant::now();
        for number in 0..HASHES / 5 {
            hasher.hash(&salt, round, number);
        }
        best = best.min(begun.elapsed().as_secs_f64() * 1000.0 / f64::from(HASHES / 5));
    }
    let mut checks = Vec::new();
    for nth in 0..CHECKS {
        let begun = Instant::now();
        // As the collector does it: memory of its own for each check.
        let mut fresh = Hasher::new(MEMORY_KIB, PASSES).map_err(refused)?;
        std::hint::black_box(check(&mut fresh, &salt, &[nth; SOLUTIONS as usize], u32::MAX)).ok();
        checks.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    Ok((best, checks))
}

/// Milliseconds of a hash in WebAssembly; `None` without Node.
async fn in_browser(module: &Path) -> Result<Option<f64>, AttackError> {
    let mut node = Command::new("node");
    node.args(["-e", IN_NODE]).arg(module).args([MEMORY_KIB.to_string(), (HASHES / 5).to_string()]);
    let output = match node.output().await {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(AttackError::file(Path::new("node"), source)),
    };
    let printed = String::from_utf8_lossy(&output.stdout);
    if let Ok(ms) = printed.trim().parse() {
        return Ok(Some(ms));
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(AttackError::Program { what: format!("node did not measure the hash: {printed}{said}") })
}

/// A19: what a token costs by each path who has a model of his own, and how many a network gets in an hour.
pub(super) async fn doors(bench: &Bench) -> Result<Vec<Row>, AttackError> {
    let running = bench.collector(Stock { pictures: 600, gold_percent: 45 }, Budget::Shipped).await?;
    let asked = Asked::of(&running).await?;
    let puzzles = asked.until_refused("machine", 1).await?;
    let challenges = asked.until_refused("label", 2).await?;
    running.stop().await?;

    let (native_ms, _) = native()?;
    let turn_ms = native_ms * BASE_WORK;
    let setting = Setting::clean(1901);
    let bank = Campaign::under_way(setting, 8_000).challenges(20_000);
    let (passed, screens) = accepted(&bank, 100_000, Answerer::Accuracy(0.95), setting.thresholds, 19);
    let screens_a_token = screens as f64 / passed.max(1) as f64;
    let label_ms = screens_a_token * 9.0 * look_ms();
    let done = format!(
        "a token by computing: {turn_ms:.0} ms of native processor time; by labelling with a specialised model of {PARAMETERS} \
         parameters, 95 % right ({screens_a_token:.2} screens a token): {label_ms:.0} ms: ratio"
    );
    let unit = Unit::Plain(2, "");
    let wait = "waiting without script: tokens a network gets in an hour (20 s each at first, 640 s at last)";
    Ok(vec![
        Row::new("A19", done, Figure::exact(turn_ms / label_ms, unit), Bar::AtLeast(0.8)),
        Row::new(
            "A19",
            format!(
                "a network asks a collector as shipped for puzzles and challenges until it is refused: {puzzles} and {challenges}: \
                 challenges a puzzle"
            ),
            Figure::exact(f64::from(challenges) / f64::from(puzzles.max(1)), unit),
            Bar::AtLeast(0.8),
        ),
        Row::new("A19", wait, Figure::exact(waits_an_hour(), Unit::Plain(0, "")), Bar::Curve),
        Row::new(
            "A19",
            "in money: processor seconds of 1,000 tokens by computing (paid people ask 0.5 to 3 $ for 1,000 grids)",
            Figure::exact(turn_ms, Unit::Plain(0, " s")),
            Bar::Curve,
        ),
    ])
}

/// Waits that end within an hour when they begin one after the other: 20 seconds, doubled with every five.
fn waits_an_hour() -> f64 {
    let (mut seconds, mut waits) = (0_u32, 0_u32);
    while waits < 30 {
        seconds += 20 << (waits / 5);
        if seconds > 3600 {
            break;
        }
        waits += 1;
    }
    f64::from(waits)
}

/// Somebody who asks and does nothing else.
struct Asked {
    http: reqwest::Client,
    url: reqwest::Url,
    sitekey: String,
    hostname: String,
}

impl Asked {
    async fn of(running: &Running) -> Result<Self, AttackError> {
        let loopback = Loopback::resolve(&running.target.url).await?;
        let http = http(&loopback)?;
        let mut url = loopback.url;
        url.set_path("/v1/challenges");
        let (sitekey, hostname) = (running.target.sitekey.to_string(), running.target.hostname.to_string());
        Ok(Self { http, url, sitekey, hostname })
    }

    /// How often one network is given what it asks for.
    async fn until_refused(&self, wish: &str, network: u32) -> Result<u32, AttackError> {
        const MOST: u32 = 5_000;
        let body = json!({ "sitekey": self.sitekey, "hostname": self.hostname, "language": "en", "wish": wish });
        for given in 0..MOST {
            let request = self.http.post(self.url.clone()).json(&body);
            let request = request.header("x-forwarded-for", forwarded::address(network).to_string());
            let reply = request.send().await;
            let reply = reply.map_err(|source| crate::SimulateError::Call { call: "POST /v1/challenges", source })?;
            match reply.status() {
                StatusCode::OK => {}
                StatusCode::TOO_MANY_REQUESTS => return Ok(given),
                other => return Err(AttackError::Program { what: format!("asking for {wish} was answered {other}") }),
            }
        }
        Ok(MOST)
    }
}
