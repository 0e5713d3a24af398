//! Collectors as processes whose pictures are in a bucket. Knows no S3.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;

use reqwest::Response;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::server::{KEY, SECRET, Server};

/// Drawn once: that takes longer than anything else here.
static DRAWN: LazyLock<Vec<(OsString, Vec<u8>)>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    draw("60", "1", folder.path());
    let files = fs::read_dir(folder.path()).unwrap().map(Result::unwrap);
    files.map(|file| (file.file_name(), fs::read(file.path()).unwrap())).collect()
});

fn draw(count: &str, seed: &str, folder: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_corvee"));
    let drawn = command.args(["samples", "--count", count, "--seed", seed]).arg(folder).output().unwrap();
    assert!(drawn.status.success(), "{drawn:?}");
}

/// A data folder with a campaign and a site, and the way to the store that its settings name.
pub(crate) struct Place {
    data: TempDir,
    /// Credentials that the commands get.
    pub(crate) credentials: Option<(&'static str, &'static str)>,
}

impl Place {
    /// A data folder with a campaign, `things`; no picture yet.
    pub(crate) fn new(server: &Server, place: &str) -> Self {
        let data = tempfile::tempdir().unwrap();
        let settings = format!(
            "[images]\nplace = \"{place}\"\nendpoint = \"{}\"\nregion = \"eu-central-1\"\n[sprites]\nmemory_mib = 0\n",
            server.endpoint()
        );
        fs::write(data.path().join("corvee.toml"), settings).unwrap();
        let place = Self { data, credentials: Some((KEY, SECRET)) };
        let question = "en=Which pictures show a bicycle?";
        let create = ["campaign", "create", "things", "--question", question, "--target", "bicycle"];
        place.corvee(&[&create[..], &["--requester", "Test", "--data-set", "things"]].concat());
        place
    }

    /// A folder with the 60 pictures that every test imports, and their labels.
    pub(crate) fn pictures(&self) -> PathBuf {
        let folder = self.data.path().join("pictures");
        fs::create_dir(&folder).unwrap();
        for (name, content) in DRAWN.iter() {
            fs::write(folder.join(name), content).unwrap();
        }
        folder
    }

    /// Draws three other pictures.
    pub(crate) fn draw_others(&self) -> PathBuf {
        let folder = self.data.path().join("others");
        draw("3", "2", &folder);
        folder
    }

    /// Draws pictures and imports them.
    pub(crate) fn import(&self) {
        let pictures = self.pictures();
        self.corvee(&["import", "things", pictures.to_str().unwrap(), "--gold", "0.3"]);
    }

    /// Items of the campaign.
    pub(crate) fn items(&self) -> u64 {
        let stats: Value = serde_json::from_str(&self.corvee(&["--json", "stats", "things"])).unwrap();
        stats.pointer("/0/items/items").and_then(Value::as_u64).unwrap_or_else(|| panic!("{stats}"))
    }

    pub(crate) fn data(&self) -> &Path {
        self.data.path()
    }

    /// Runs a command that succeeds, and returns what it printed.
    pub(crate) fn corvee(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "corvee {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that fails, and returns what it complained of.
    pub(crate) fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(!output.status.success(), "corvee {arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8([output.stderr, output.stdout].concat()).unwrap()
    }

    /// What the doctor says, whatever it thinks of the rest.
    pub(crate) fn run_doctor(&self) -> String {
        String::from_utf8(self.run(&["doctor"]).stdout).unwrap()
    }

    /// Runs a command.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_corvee"));
        command.arg("--data").arg(self.data.path()).args(arguments);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        if let Some((key, secret)) = self.credentials {
            command.env("AWS_ACCESS_KEY_ID", key).env("AWS_SECRET_ACCESS_KEY", secret);
        }
        command
    }
}

/// A running collector; killed when dropped.
pub(crate) struct Collector {
    process: Child,
    log: PathBuf,
    url: String,
    sitekey: String,
    key: String,
    client: reqwest::Client,
}

impl Collector {
    /// Starts one, on a free port, with a site of its own.
    pub(crate) fn start(place: &Place) -> Self {
        let create = ["--json", "site", "create", "--name", "t", "--hostname", "127.0.0.1", "--campaign", "things"];
        let site: Value = serde_json::from_str(&place.corvee(&create)).unwrap();
        let log = place.data().join("collector.log");
        let mut process = place
            .command(&["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let told = || format!("{line}{}", fs::read_to_string(&log).unwrap());
        let url = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("{}", told())).to_owned();
        Self {
            process,
            log,
            url,
            sitekey: site["sitekey"].as_str().unwrap().to_owned(),
            key: fs::read_to_string(place.data().join("requester.key")).unwrap().trim().to_owned(),
            client: reqwest::Client::new(),
        }
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// The path of a fresh screen's pictures.
    pub(crate) async fn screen(&self) -> String {
        let begin = json!({ "sitekey": self.sitekey, "hostname": "127.0.0.1", "language": "en" });
        let reply = self.client.post(format!("{}/v1/challenges", self.url)).json(&begin).send().await.unwrap();
        let challenge: Value = reply.json().await.unwrap();
        let sprite = challenge.pointer("/screen/sprite").and_then(Value::as_str);
        sprite.unwrap_or_else(|| panic!("{challenge}")).to_owned()
    }

    pub(crate) async fn fetch(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.url)).send().await.unwrap()
    }

    /// The pictures of a fresh screen.
    pub(crate) async fn pictures(&self) -> Response {
        self.fetch(&self.screen().await).await
    }

    /// Sends three pictures to be imported.
    pub(crate) async fn upload(&self, pictures: &Path) -> Response {
        let mut form = Form::new();
        let files = fs::read_dir(pictures).unwrap().map(|file| file.unwrap().path());
        for (at, path) in
            files.filter(|path| path.extension().is_some_and(|ending| ending != "csv")).take(3).enumerate()
        {
            let ending = path.extension().unwrap().to_str().unwrap();
            form = form.part("file", Part::bytes(fs::read(&path).unwrap()).file_name(format!("more-{at}.{ending}")));
        }
        let url = format!("{}/v1/campaigns/things/items", self.url);
        self.client.post(url).bearer_auth(&self.key).multipart(form).send().await.unwrap()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
