//! The server itself: made, started, restarted, stopped, removed. Knows no test and no developer.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use super::{as_user, find};
use crate::browser::debian::{Missing, is_root};
use crate::{demo, program};

const MISSING: Missing<'_> = Missing {
    what: "PostgreSQL",
    packages: &["postgresql"],
    elsewhere: "install PostgreSQL 13 or newer and put its `initdb` and `pg_ctl` on PATH",
};

/// Folders of servers are named by this and the process that made them.
const FOLDER: &str = "corvee-postgres-";

/// A running server; dropping it stops it and removes its folder.
pub(crate) struct Server {
    pg_ctl: PathBuf,
    /// As whom it runs, when we are root.
    user: Option<&'static str>,
    folder: PathBuf,
    port: u16,
}

impl Server {
    /// A fresh server on a free port of loopback. Installs Debian's package where PostgreSQL is missing and we may.
    ///
    /// # Errors
    /// It is missing and may not be installed, or does not start; the error says what to do.
    pub(crate) fn start() -> Result<Self> {
        if find("initdb").is_none() || find("pg_ctl").is_none() {
            MISSING.install()?;
        }
        let advice = || MISSING.advice();
        let (initdb, pg_ctl) = (find("initdb").with_context(advice)?, find("pg_ctl").with_context(advice)?);
        let user = if is_root() { Some(unprivileged()?) } else { None };
        remove_leftovers(&pg_ctl, user);
        let folder = std::env::temp_dir().join(format!("{FOLDER}{}", std::process::id()));
        fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let port = free_port()?;
        let server = Self { pg_ctl, user, folder, port };
        if let Some(user) = user {
            program::read(Command::new("chown").arg(user).arg(&server.folder))?;
        }
        // Nothing here outlives the tests, so that nothing has to reach the disk: a killed server finds its pages in memory.
        let initdb_arguments =
            ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--pgdata"];
        program::read(as_user(user, &initdb).args(initdb_arguments).arg(server.data()).stdin(Stdio::null()))?;
        server.configure()?;
        program::read(server.control("start").stdout(Stdio::null()))?;
        println!("PostgreSQL runs at {}", server.url());
        Ok(server)
    }

    /// The address of a database on which tests may make others.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Tells tests where the server is and how it is killed and started again: `CORVEE_TEST_POSTGRES`,
    /// `CORVEE_TEST_POSTGRES_RESTART`; and that its absence is a failure: `CORVEE_REQUIRE_POSTGRES`.
    pub(crate) fn give_environment(&self, command: &mut Command) {
        command
            .env("CORVEE_TEST_POSTGRES", self.url())
            .env("CORVEE_TEST_POSTGRES_RESTART", line(&self.control("restart")))
            .env("CORVEE_REQUIRE_POSTGRES", "1");
    }

    /// Says where it is, then becomes a process that waits for Ctrl-C and removes it.
    pub(super) fn serve_until_interrupted(self) -> Result<()> {
        println!("\n  export CORVEE_TEST_POSTGRES={}", self.url());
        println!("  export CORVEE_TEST_POSTGRES_RESTART='{}'", line(&self.control("restart")));
        println!("\n  Ctrl-C stops it and removes it.\n");
        let stop = format!("{} >/dev/null; rm -rf '{}'; exit 0", line(&self.control("stop")), self.folder.display());
        let wait = format!("trap \"{stop}\" INT TERM; while :; do sleep 1; done");
        // The process that we become removes it: we must not.
        let server = std::mem::ManuallyDrop::new(self);
        let became = demo::become_program(Command::new("sh").args(["-c", &wait]));
        drop(std::mem::ManuallyDrop::into_inner(server));
        became
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn configure(&self) -> Result<()> {
        let settings = [
            format!("port = {}", self.port),
            "listen_addresses = '127.0.0.1'".to_owned(),
            format!("unix_socket_directories = '{}'", self.folder.display()),
            "max_connections = 200".to_owned(),
            "fsync = off".to_owned(),
        ];
        // The folder belongs to the server's user by now; root may write into it all the same, and then so may we.
        let path = self.data().join("postgresql.auto.conf");
        fs::write(&path, settings.join("\n")).with_context(|| format!("{} cannot be written", path.display()))
    }

    /// `pg_ctl` with an action. Stopping is always immediate: it is what a crash looks like, and here nobody minds.
    fn control(&self, action: &str) -> Command {
        let mut command = as_user(self.user, &self.pg_ctl);
        command.arg(action).arg("--pgdata").arg(self.data()).args(["--wait", "--silent"]);
        if action != "start" {
            command.arg("--mode=immediate");
        }
        if action != "stop" {
            command.arg("--log").arg(self.folder.join("log"));
        }
        command.stdin(Stdio::null());
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        remove(self.control("stop"), &self.folder);
    }
}

/// Stops a server and removes its folder; what is gone already needs neither.
fn remove(mut stop: Command, folder: &Path) {
    drop(stop.stdout(Stdio::null()).stderr(Stdio::null()).status());
    if let Err(error) = fs::remove_dir_all(folder) {
        println!("{} stays behind: {error}", folder.display());
    }
}

/// Servers whose process was killed before it could remove them.
fn remove_leftovers(pg_ctl: &Path, user: Option<&'static str>) {
    let Ok(entries) = fs::read_dir(std::env::temp_dir()) else { return };
    for folder in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let Some(maker) = name.strip_prefix(FOLDER).and_then(|maker| maker.parse::<u32>().ok()) else { continue };
        // Numbers of processes come round again: ours may have been somebody's before.
        let is_ours = maker == std::process::id();
        let is_dead = Path::new("/proc/self").exists() && !Path::new("/proc").join(maker.to_string()).exists();
        if is_ours || is_dead {
            let leftover = Server { pg_ctl: pg_ctl.to_owned(), user, folder, port: 0 };
            drop(leftover);
        }
    }
}

/// A user that is not root and exists on every Debian with the package, or on every Unix.
fn unprivileged() -> Result<&'static str> {
    let exists =
        |user: &&str| Command::new("id").arg("-u").arg(user).output().is_ok_and(|output| output.status.success());
    match ["postgres", "nobody"].into_iter().find(|user| exists(user)) {
        Some(user) => Ok(user),
        None => bail!("PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody"),
    }
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no port of loopback is free")?;
    Ok(listener.local_addr()?.port())
}

/// The command for a shell.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_of_root_runs_as_somebody_else() {
        let server = std::mem::ManuallyDrop::new(Server {
            pg_ctl: "/opt/pg_ctl".into(),
            user: Some("nobody"),
            folder: "/tmp/x".into(),
            port: 5433,
        });
        assert_eq!(
            line(&server.control("restart")),
            "setpriv --reuid=nobody --regid=nobody --clear-groups -- /opt/pg_ctl restart --pgdata /tmp/x/data \
             --wait --silent --mode=immediate --log /tmp/x/log"
        );
        assert_eq!(server.url(), "postgres://postgres@127.0.0.1:5433/postgres");
    }
}
