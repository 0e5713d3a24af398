//! What an operator sees of a running collector: figures that the dashboard and the alerts read, and a log that gives nobody
//! away.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails where it stands")]

#[path = "drawn/pictures.rs"]
mod pictures;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

/// The address of a visitor behind the proxy.
const ADDRESS: &str = "203.0.113.77";

struct Collector {
    process: Child,
    url: String,
    figures: String,
}

impl Drop for Collector {
    fn drop(&mut self) {
        // One that has ended is past killing.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn corvee(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_corvee"));
    command.arg("--data").arg(data).args(arguments);
    command
}

fn said(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

impl Collector {
    /// One that logs all it can, in a language for machines.
    fn start(data: &Path) -> Self {
        let mut process = corvee(data, &["--json", "serve", "--listen", "127.0.0.1:0"])
            .args(["--metrics", "127.0.0.1:0", "--trusted-proxy", "127.0.0.0/8"])
            .env("CORVEE_LOG", "trace")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut address = |before: &str| lines.next().unwrap().unwrap().strip_prefix(before).expect(before).to_owned();
        let (url, figures) = (address("listening on "), address("figures on "));
        Self { process, url, figures }
    }

    /// Asks it to end; its log.
    fn stop(mut self) -> String {
        let mut log = self.process.stderr.take().unwrap();
        assert!(Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status().unwrap().success());
        let mut text = String::new();
        log.read_to_string(&mut text).unwrap();
        assert!(self.process.wait().unwrap().success());
        text
    }
}

/// A campaign of drawn scenes and a site that asks it; the site's keys.
fn found(data: &Path) -> (String, String) {
    let scenes = data.join("scenes");
    pictures::put(40, &scenes);
    said(
        corvee(
            data,
            &["campaign", "create", "scenes", "--question", "en=Which show a bicycle?", "--target", "bicycle"],
        )
        .tap(&["--requester", "Test", "--data-set", "scenes", "--licence", "CC0-1.0"]),
    );
    said(corvee(data, &["import", "scenes", scenes.to_str().unwrap(), "--gold", "0.5"]));
    let site = said(corvee(
        data,
        &["--json", "site", "create", "--name", "test", "--hostname", "example.org", "--campaign", "scenes"],
    ));
    let site: Value = serde_json::from_str(&site).unwrap();
    (site["sitekey"].as_str().unwrap().to_owned(), site["secret"].as_str().unwrap().to_owned())
}

trait Tap {
    fn tap(self, arguments: &[&str]) -> Self;
}

impl Tap for Command {
    fn tap(mut self, arguments: &[&str]) -> Self {
        self.args(arguments);
        self
    }
}

/// Every name of a figure in a text.
fn names(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let series = ["_bucket", "_count", "_sum"];
    let name = |word: &'_ str| series.iter().find_map(|end| word.strip_suffix(end)).map_or(word.len(), str::len);
    words
        .filter(|word| word.starts_with("corvee_") || word.starts_with("process_"))
        .map(|word| &word[..name(word)])
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_count_what_the_dashboard_shows_and_the_log_names_no_visitor() {
    let data = tempfile::tempdir().unwrap();
    let (sitekey, secret) = found(data.path());
    let collector = Collector::start(data.path());
    let http = reqwest::Client::new();
    let ask = async |path: &str, body: Value| -> Value {
        let request = http.post(format!("{}{path}", collector.url)).header("x-forwarded-for", ADDRESS).json(&body);
        request.send().await.unwrap().json().await.unwrap()
    };
    let wish = |wish: &str| json!({ "sitekey": sitekey, "hostname": "example.org", "language": "en", "wish": wish });
    let challenge = ask("/v1/challenges", wish("label")).await;
    let sealed = challenge["challenge"].as_str().unwrap_or_else(|| panic!("{challenge}")).to_owned();
    let sprite = http.get(format!("{}/v1/challenges/{sealed}/screen.jpg", collector.url)).send().await.unwrap();
    assert_eq!(sprite.status(), 200);
    let answer =
        json!({ "challenge": sealed, "answer": { "select": { "picked": [] } }, "timing": { "screen_ms": 3000 } });
    let reply = ask("/v1/answers", answer).await;
    assert!(reply.get("more").or(reply.get("again")).is_some(), "{reply}");
    let puzzle = ask("/v1/challenges", wish("machine")).await;
    let puzzle = puzzle["puzzle"].as_str().unwrap_or_else(|| panic!("{puzzle}")).to_owned();
    let proof = ask("/v1/proofs", json!({ "puzzle": puzzle, "numbers": [1, 2, 3, 4, 5, 6, 7, 8] })).await;
    assert_eq!(proof["status"], 400, "{proof}");
    // The same two ways without script are counted with them.
    let press = async |more: &[(&str, &str)]| -> String {
        let page = [("sitekey", sitekey.as_str()), ("origin", "https://example.org"), ("hl", "en")];
        let request = http.post(format!("{}/plain", collector.url)).header("x-forwarded-for", ADDRESS);
        let reply = request.form(&[&page, more].concat()).send().await.unwrap();
        assert_eq!(reply.status(), 200);
        reply.text().await.unwrap()
    };
    let page = press(&[("wish", "label")]).await;
    let (_, form) = page.split_once("name=\"challenge\" value=\"").unwrap_or_else(|| panic!("{page}"));
    let (plain, _) = form.split_once('"').unwrap();
    press(&[("wish", "answer"), ("challenge", plain)]).await;
    press(&[("wish", "answer"), ("challenge", plain)]).await;
    press(&[("wish", "machine")]).await;
    let (token, code) = ("A".repeat(43), "0SWR-8S7Q-M8RC-PWD9");
    let form = [("secret", secret.as_str()), ("response", token.as_str()), ("remoteip", ADDRESS)];
    let verdict: Value =
        http.post(format!("{}/siteverify", collector.url)).form(&form).send().await.unwrap().json().await.unwrap();
    assert_eq!(verdict["success"], false);
    http.delete(format!("{}/v1/receipts/{code}", collector.url)).send().await.unwrap();
    http.get(format!("{}/no/such/{token}", collector.url)).send().await.unwrap();

    let figures = http.get(&collector.figures).send().await.unwrap().text().await.unwrap();
    for (line, count) in [
        ("corvee_challenges_total{wish=\"label\"} ", "2"),
        ("corvee_challenges_total{wish=\"machine\"} ", "2"),
        ("corvee_redemptions_total{outcome=\"unknown\"} ", "1"),
        ("corvee_http_requests_total{route=\"/v1/answers\",method=\"POST\",status=\"200\"} ", "1"),
        ("corvee_http_requests_total{route=\"none\",method=\"GET\",status=\"404\"} ", "1"),
    ] {
        let counted = figures.lines().find_map(|found| found.strip_prefix(line));
        assert_eq!(counted, Some(count), "{line} in:\n{figures}");
    }
    let answers = figures.lines().filter_map(|line| line.strip_prefix("corvee_answers_total{")?.split_once("} "));
    let answers: u32 = answers.map(|(_, count)| count.parse::<u32>().unwrap()).sum();
    assert_eq!(answers, 2, "one by the widget, one by the form, and the form loaded again: {figures}");
    let packaging = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging");
    for file in ["grafana/corvee.json", "prometheus/corvee.rules.yml"] {
        let text = std::fs::read_to_string(packaging.join(file)).unwrap();
        let (shown, counted) = (names(&text), names(&figures));
        // Counters appear with their first count, and nothing of these two has happened here.
        let unseen = ["corvee_machine_turns_total", "corvee_removals_total"];
        let missing: Vec<_> = shown.iter().filter(|name| !counted.contains(*name) && !unseen.contains(name)).collect();
        assert!(missing.is_empty(), "{file} shows {missing:?}, which nobody counts:\n{figures}");
        assert!(shown.len() > 3, "{file} shows {shown:?}");
    }

    let key = std::fs::read_to_string(data.path().join("requester.key")).unwrap();
    let log = collector.stop();
    assert!(
        log.contains("/v1/answers") && log.contains("\"message\":\"answered\""),
        "the log is not what was asked for: {log}"
    );
    for (what, text) in [
        ("the visitor's address", ADDRESS),
        ("the site's secret", secret.as_str()),
        ("a token", token.as_str()),
        ("a receipt's code", code),
        ("a challenge", &sealed[..60]),
        ("a puzzle", &puzzle[..60]),
        ("the requester's key", key.trim()),
    ] {
        let told = log.lines().find(|line| line.contains(text));
        assert!(told.is_none(), "the log holds {what}: {}", told.unwrap_or_default());
    }
}
