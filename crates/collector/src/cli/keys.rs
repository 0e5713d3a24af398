//! `corvee keys`: what seals challenges, listed and rotated. Shows no key.

use std::fmt::Write as _;

use clap::Subcommand;

use super::Context;
use crate::keys::{self, KeyRole, KeyState};

/// Subcommands of `corvee keys`.
#[derive(Subcommand)]
pub(super) enum Keys {
    /// Lists the keys by number, newest first, with what each does.
    List,
    /// Makes a new key. Running collectors take it over by themselves; challenges under way stay good.
    Rotate,
}

impl Keys {
    pub(super) async fn run(self, context: Context) -> anyhow::Result<()> {
        let store = context.store().await?;
        let keys = keys::Keys::new(context.data.clone(), store.clone());
        let now_ms = context.clock.now_ms();
        match self {
            Self::List => {
                let states = keys.states(now_ms).await?;
                context.output.print(&states, || table(&states))?;
            }
            Self::Rotate => {
                let made = keys.rotate(&context.chance, now_ms).await?;
                context.output.print(&made, || format!("key {} {}", made.id, told(&made)))?;
            }
        }
        store.close().await;
        Ok(())
    }
}

fn table(states: &[KeyState]) -> String {
    let mut table = String::new();
    for state in states {
        writeln!(table, "key {:>3}  {}", state.id, told(state)).expect("writing to a String cannot fail");
    }
    table.trim_end().to_owned()
}

fn told(state: &KeyState) -> String {
    let does = match state.role {
        KeyRole::Announced => "will seal",
        KeyRole::Seals => "seals",
        KeyRole::Opens => "opens what it sealed",
        KeyRole::Retired => "opens nothing any more",
    };
    match &state.usable_from {
        Some(from) => format!("{does} (from {from})"),
        None => does.to_owned(),
    }
}
