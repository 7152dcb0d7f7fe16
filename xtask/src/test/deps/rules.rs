//! `deny.toml`: which licences may come in, and which packages may not. cargo-deny reads it.

use std::process::Command;

use anyhow::Result;

use crate::process::{cargo, run};
use crate::test::tools;
use crate::workspace;

/// Everything but the advisories, whose database is not ours to fetch in every run: `cargo deny check advisories` does it.
pub fn check() -> Result<()> {
    let mut command = Command::new(tools::deny()?);
    command.args(["--color", "never", "check", "-D", "unmatched-skip", "-D", "unnecessary-skip", "bans", "licenses", "sources"]);
    run(command.current_dir(workspace::root()).env("CARGO", cargo().get_program()))
}
