use std::path::Path;

use anyhow::{Context, Result, anyhow};

use super::Settings;

/// Reads a TOML file. An unknown key is an error that names it and the one that may be meant: a typing mistake must not
/// silently leave a default in place.
pub(super) fn read(path: &Path) -> Result<Settings> {
    let text = std::fs::read_to_string(path).with_context(|| format!("could not read the configuration {}", path.display()))?;
    parse(&text).with_context(|| format!("the configuration {} is wrong", path.display()))
}

pub(super) fn parse(text: &str) -> Result<Settings> {
    Settings::read(toml::from_str(text).map_err(|error| anyhow!("{}", error.to_string().trim_end()))?)
}
