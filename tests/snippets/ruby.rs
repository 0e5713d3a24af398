//! The snippet for Ruby on Rails: a module that plain Ruby runs as well. Knows no Rails.

use std::process::Command;

use anyhow::{Context as _, ensure};
use corvee_protocol::Dialect;

use super::installed;
use super::own_collector::OwnCollector;

/// Says of each argument whether the module takes it for a human's token, and of no token at all.
const ASK: &str = "puts ARGV.map { |token| Corvee.human?('corvee-response' => token) }, Corvee.human?({})";

#[test]
#[expect(clippy::print_stderr, reason = "what was not run must be seen")]
fn the_ruby_module_takes_a_token_once() -> anyhow::Result<()> {
    let Some(ruby) = installed::ruby() else {
        eprintln!(
            "NOT RUN: docs/snippets/ruby/corvee.rb, because this machine has no Ruby and none could be installed"
        );
        return Ok(());
    };
    let collector = OwnCollector::start()?;
    let keys = collector.keys(Dialect::Corvee)?;
    let token = collector.tokens(Dialect::Corvee, 1)?.concat();
    let mut command = Command::new(ruby);
    command.arg("-r").arg(installed::repository("docs/snippets/ruby/corvee.rb")).args(["-e", ASK, "--"]);
    command.args([token.as_str(), &token, "nonsense"]);
    command.env("CORVEE_COLLECTOR", collector.origin()).env("CORVEE_SECRET", keys.secret);
    let output = command.output().context("Ruby does not start")?;
    let (said, printed) = (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    ensure!(
        output.status.success() && printed == "true\nfalse\nfalse\nfalse\n",
        "{printed}{said}\n{}",
        collector.said()
    );
    Ok(())
}
