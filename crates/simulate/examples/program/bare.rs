//! The bare server beside a collector: replies as large as the collector's were. Knows no collector.

use std::path::Path;

use anyhow::Context as _;
use corvee_simulate::load::{EchoPaths, LoadFigures, Step};
use tokio::process::Command;

use super::server::Server;

/// Starts the example `echo`; its constants are as large as the replies of this load were on average.
pub(crate) async fn start(program: &Path, warm: &LoadFigures, log: &Path) -> anyhow::Result<Server> {
    let mut command = Command::new(program);
    for (option, step) in [
        ("--challenge-bytes", Step::Challenge),
        ("--sprite-bytes", Step::Sprite),
        ("--answer-bytes", Step::Answer),
        ("--redeem-bytes", Step::Redeem),
    ] {
        let figures = warm.step(step).context("no session was completed while warming up")?;
        command.arg(option).arg(format!("{:.0}", figures.reply_bytes.mean));
    }
    Server::start(command, log).await
}

/// Where it replies with what.
pub(crate) fn paths() -> EchoPaths {
    EchoPaths {
        challenge: "/json/challenge".to_owned(),
        sprite: "/sprite".to_owned(),
        answer: "/json/answer".to_owned(),
        redeem: "/form/redeem".to_owned(),
    }
}
