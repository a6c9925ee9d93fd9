//! `solidarity key rotate`: a new signing key. A running server takes it up with the next request.

use anyhow::bail;
use clap::{Args, Subcommand};

use crate::config::{KEYS, KeyConfig};

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Put a new key first; tokens of the one before it stay valid until they end, the one before that goes.
    Rotate {
        #[command(flatten)]
        keys: KeyConfig,
    },
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let Action::Rotate { keys } = &arguments.action;
    if KeyConfig::from_environment().is_some() {
        bail!("{KEYS} holds the keys, so that no file can be rotated: put a new key before the old one there");
    }
    let set = crate::auth::keys::rotate(&keys.key_file)?;
    let mut kids = set.kids();
    println!("signing with {}", kids.next().unwrap_or_default());
    for kid in kids {
        println!("verifying    {kid}");
    }
    Ok(())
}
