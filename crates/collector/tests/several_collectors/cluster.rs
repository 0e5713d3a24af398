//! Three collectors as processes, their database, and the site they protect. Knows no visitor.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use corvee_seal::{KeyRing, Sealer};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tempfile::TempDir;

use crate::balancer::{self, Backends};

/// Collectors on one database, with one folder for pictures and keys.
pub(crate) struct Cluster {
    folder: TempDir,
    server: String,
    database: String,
    collectors: [Option<(Child, SocketAddr)>; 3],
    backends: Backends,
    balancer: SocketAddr,
    site: Value,
}

impl Cluster {
    /// An empty database, a campaign, a site, and three collectors.
    pub(crate) async fn found(server: &str) -> Self {
        let name = format!("corvee_several_{}", std::process::id());
        execute(server, format!("create database {name}")).await;
        let (place, _) = server.rsplit_once('/').unwrap();
        let backends = Backends::default();
        let balancer = balancer::start(backends.clone()).await;
        let mut cluster = Self {
            folder: tempfile::tempdir().unwrap(),
            server: server.to_owned(),
            database: format!("{place}/{name}"),
            collectors: [None, None, None],
            backends,
            balancer,
            site: Value::Null,
        };
        let pictures = cluster.folder.path().join("drawn");
        crate::pictures::put(90, &pictures);
        let pictures = pictures.to_str().unwrap();
        let create = ["campaign", "create", "things", "--question", "en=Which pictures show a bicycle?"];
        cluster.corvee(&[&create[..], &["--target", "bicycle", "--requester", "T", "--data-set", "things"]].concat());
        cluster.corvee(&["import", "things", pictures, "--gold", "0.2"]);
        let create = ["--json", "site", "create", "--name", "t", "--hostname", "127.0.0.1", "--campaign", "things"];
        cluster.site = serde_json::from_str(&cluster.corvee(&create)).unwrap();
        for at in 0..3 {
            cluster.start(at).await;
        }
        cluster
    }

    /// Takes the database away.
    pub(crate) async fn remove(mut self) {
        self.kill_all();
        let (_, name) = self.database.rsplit_once('/').unwrap();
        execute(&self.server, format!("drop database {name} with (force)")).await;
    }

    /// Runs a command to its end and returns what it printed.
    pub(crate) fn corvee(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        assert!(output.status.success(), "corvee {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Starts a collector on a free port and lets the balancer know.
    pub(crate) async fn start(&mut self, at: usize) {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0", "--trusted-proxy", "127.0.0.0/8"]);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let stdout = process.stdout.take().unwrap();
        let line = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            BufReader::new(stdout).read_line(&mut line).map(|_| line)
        });
        let line = line.await.unwrap().unwrap();
        let address: SocketAddr = line.trim().strip_prefix("listening on http://").expect(&line).parse().unwrap();
        self.collectors[at] = Some((process, address));
        self.backends.set(at, address);
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    pub(crate) fn kill(&mut self, at: usize) {
        let (mut process, _) = self.collectors[at].take().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    fn kill_all(&mut self) {
        for (mut process, _) in self.collectors.iter_mut().filter_map(Option::take) {
            drop(process.kill());
            drop(process.wait());
        }
    }

    /// SIGTERM: requests under way are answered.
    pub(crate) fn stop(&mut self, at: usize) {
        let (mut process, _) = self.collectors[at].take().unwrap();
        assert!(Command::new("kill").arg(process.id().to_string()).status().unwrap().success());
        assert!(process.wait().unwrap().success());
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn balancer(&self) -> String {
        format!("http://{}", self.balancer)
    }

    pub(crate) fn url(&self, at: usize) -> String {
        format!("http://{}", self.collectors[at].as_ref().unwrap().1)
    }

    pub(crate) fn sitekey(&self) -> &str {
        self.site["sitekey"].as_str().unwrap()
    }

    pub(crate) fn secret(&self) -> &str {
        self.site["secret"].as_str().unwrap()
    }

    /// A client that keeps no connection: each request may meet another collector.
    pub(crate) fn client() -> reqwest::Client {
        reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap()
    }

    pub(crate) async fn json(&self, at: usize, path: &str) -> Value {
        let key = std::fs::read_to_string(self.folder.path().join("requester.key")).unwrap();
        let request = Self::client().get(format!("{}{path}", self.url(at))).bearer_auth(key.trim());
        request.send().await.unwrap().json().await.unwrap()
    }

    pub(crate) async fn post(&self, at: usize, path: &str, body: &Value) -> Value {
        Self::client().post(format!("{}{path}", self.url(at))).json(body).send().await.unwrap().json().await.unwrap()
    }

    pub(crate) fn secrets(&self) -> Secrets {
        let text = std::fs::read_to_string(self.folder.path().join("sealing.keys")).unwrap();
        Secrets { of_folder: text, database: self.database.clone() }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_corvee"));
        command.arg("--data").arg(self.folder.path()).env("CORVEE_DATABASE_URL", &self.database).args(arguments);
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.kill_all();
    }
}

/// Where an operator finds the keys.
#[derive(Clone)]
pub(crate) struct Secrets {
    of_folder: String,
    database: String,
}

impl Secrets {
    /// The keys of folder and database.
    pub(crate) async fn ring(&self) -> KeyRing {
        let folder = KeyRing::from_text(&self.of_folder).unwrap();
        let sealer = Sealer::new(folder, "corvee shared sealing key", 68);
        let Ok(mut connection) = PgConnection::connect(&self.database).await else {
            return KeyRing::from_text(&self.of_folder).unwrap();
        };
        let rows: Vec<String> =
            sqlx::query_scalar("select sealed from sealing_keys").fetch_all(&mut connection).await.unwrap_or_default();
        let opened = rows.iter().map(|row| String::from_utf8(sealer.open(row).unwrap()).unwrap());
        let lines: Vec<String> = opened.chain([self.of_folder.clone()]).collect();
        KeyRing::from_text(&lines.join("\n")).unwrap()
    }
}

/// Runs a line of shell to its end.
pub(crate) async fn shell(line: &str) {
    let status = tokio::process::Command::new("sh").args(["-c", line]).stdout(Stdio::null()).status().await.unwrap();
    assert!(status.success(), "{line}");
}

async fn execute(server: &str, statement: String) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}
