//! `closezly rotate-keys`: puts organizations' credentials under the newest key.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, Result};
use domain::Vault;
use ports::SystemIds;

use crate::config::Config;
use crate::wiring;

/// Makes a new key, unless the configuration has keys of its own, and seals everything by the first one. It can be run again at any time:
/// what is under the newest key stays as it is.
///
/// # Errors
/// A sentence if the database can't be opened (a SQLite file is one server's alone) or a key can't be made.
pub async fn run(config: &Config) -> Result<ExitCode> {
    // First, so that no key is made while a server has the database.
    let store = wiring::open_store(config).await?;
    let keys = if config.vault_keys.is_empty() { wiring::renew_vault_keys(config)? } else { config.vault_keys.clone() };
    let name = keys.current_name().unwrap_or_default().to_owned();
    let rotated = Vault::new(keys).rotate(&store, &SystemIds).await.context("not all credentials were sealed anew; run it again");
    store.close().await;
    let rotated = rotated?;
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{} credentials were sealed anew; {} of {} are under the key {name} now.",
        rotated.anew,
        rotated.all - rotated.lost,
        rotated.all
    )?;
    if rotated.lost > 0 {
        writeln!(out, "{} can't be opened: put the key that they were sealed by back behind {name}, and run this again.", rotated.lost)?;
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
