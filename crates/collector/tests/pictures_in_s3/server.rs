//! An S3 server of this machine, as a process over a folder. Knows no picture.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// What the server accepts.
pub(crate) const KEY: &str = "corvee-test";
pub(crate) const SECRET: &str = "a-secret-that-nobody-may-read";

/// A running server, or one that is down. What it keeps lies in its folder, a bucket a folder inside.
pub(crate) struct Server {
    folder: TempDir,
    address: String,
    process: Option<Child>,
}

impl Server {
    /// A server with one bucket, `museum`.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("museum")).unwrap();
        let mut server = Self { folder, address: "127.0.0.1:0".to_owned(), process: None };
        server.come_back();
        server
    }

    /// Where it listens.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where the bucket is.
    pub(crate) fn bucket(&self) -> PathBuf {
        self.folder.path().join("museum")
    }

    /// The tiles under a prefix.
    pub(crate) fn tiles(&self, prefix: &str) -> Vec<PathBuf> {
        let mut tiles = Vec::new();
        for shard in fs::read_dir(self.bucket().join(prefix)).into_iter().flatten() {
            for file in fs::read_dir(shard.unwrap().path()).into_iter().flatten() {
                tiles.push(file.unwrap().path());
            }
        }
        tiles.sort_unstable();
        tiles
    }

    /// Kills it; what it acknowledged stays.
    pub(crate) fn go_down(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Starts it where it was.
    pub(crate) fn come_back(&mut self) {
        let program = std::env::var_os("CORVEE_S3_SERVER");
        let program = program.expect("CORVEE_S3_SERVER names no server: run `cargo xtask test --only s3`");
        let mut command = Command::new(program);
        command.arg(self.folder.path()).arg(&self.address);
        command.env("AWS_ACCESS_KEY_ID", KEY).env("AWS_SECRET_ACCESS_KEY", SECRET).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        line.trim().strip_prefix("listening on http://").expect(&line).clone_into(&mut self.address);
        self.process = Some(process);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.go_down();
    }
}
