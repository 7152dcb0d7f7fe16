use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use ports::files::KeyRing;
use ports::{KeySource, KeySourceError};
use providers::keys::{KeyCommand, KeyFile};
use secrecy::{ExposeSecret, SecretString};

/// What the settings say of where a key comes from.
pub(super) struct Place {
    /// The setting that holds it itself; `_file` and `_command` follow it.
    pub(super) name: &'static str,
    pub(super) text: Option<String>,
    pub(super) file: Option<PathBuf>,
    pub(super) command: Option<String>,
}

impl Place {
    /// What it holds; none if nothing is set. A file is read and a command is run now.
    pub(super) fn read(&self) -> Result<Option<SecretString>> {
        let name = self.name;
        let set = |is_set: bool, suffix: &str| is_set.then(|| format!("{name}{suffix}"));
        let (text, file) =
            (self.text.as_ref().filter(|text| !text.trim().is_empty()), self.file.as_ref().filter(|path| !path.as_os_str().is_empty()));
        let command = self.command.as_ref().filter(|line| !line.trim().is_empty());
        let several = [set(text.is_some(), ""), set(file.is_some(), "_file"), set(command.is_some(), "_command")];
        let several: Vec<String> = several.into_iter().flatten().collect();
        if several.len() > 1 {
            bail!("{} are set; set one of them", several.join(" and "));
        }
        let told = |error: KeySourceError| anyhow!("{}: {error}", several.first().map_or(name, String::as_str));
        let source: Box<dyn KeySource> = match (text, file, command) {
            (Some(text), ..) => Box::new(SecretString::from(text.trim().to_owned())),
            (_, Some(path), _) => Box::new(KeyFile::new(path)),
            (.., Some(line)) => Box::new(KeyCommand::new(line).map_err(told)?),
            (None, None, None) => return Ok(None),
        };
        source.read().map(Some).map_err(told)
    }

    /// The same as a ring.
    pub(super) fn ring(&self) -> Result<KeyRing> {
        let text = self.read()?.unwrap_or_default();
        KeyRing::parse(&text).map_err(|error| anyhow!("{}: {error}", self.name))
    }
}

/// A ring that something is always sealed by.
pub(super) fn vault(place: &Place) -> Result<KeyRing> {
    let ring = place.ring()?;
    let plain = place.text.as_deref().is_some_and(|text| text.split(',').any(|entry| entry.trim() == "plain"));
    if plain || (!ring.is_empty() && ring.current_name().is_none()) {
        bail!("{}: the word plain stands for no encryption, and credentials are always sealed", place.name);
    }
    Ok(ring)
}

/// A setting that says where a key is, as `closezly config` prints it: of a command only its program, since its arguments may be secrets.
pub(super) fn shown(file: Option<&PathBuf>, command: Option<&String>) -> String {
    match (file, command) {
        (Some(path), _) => path.display().to_string(),
        (None, Some(line)) => match KeyCommand::new(line) {
            Ok(command) => format!("{} …", command.program()),
            Err(_) => "••••••••".to_owned(),
        },
        (None, None) => "none".to_owned(),
    }
}

/// The key of access tokens, as long as it has to be.
pub(super) fn token(place: &Place) -> Result<Option<SecretString>> {
    let key = place.read()?;
    if key.as_ref().is_some_and(|key| key.expose_secret().len() < 32) {
        bail!("token_key must have at least 32 characters, so that nobody can guess it");
    }
    Ok(key)
}
