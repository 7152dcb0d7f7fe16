use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Result, anyhow};
use clap::{Args, ValueEnum};
use serde::Deserialize;

use super::{Origin, manifest};

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people on a terminal, for programs otherwise.
    Auto,
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

impl LogFormat {
    /// The word in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Pretty => "pretty",
            Self::Json => "json",
        }
    }
}

/// Whose model makes the vectors that search compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
#[value(rename_all = "lowercase")]
pub enum EmbeddingsKind {
    /// Nobody's: search is by words alone.
    None,
    /// A model in this process.
    Local,
    /// A server that speaks as OpenAI's does.
    OpenAi,
}

impl EmbeddingsKind {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Local => "local",
            Self::OpenAi => "openai",
        }
    }
}

/// Declares the type of each setting, for the file, the environment and the flags, and how one source goes over another. What a setting is
/// and what holds without it is in the manifests.
macro_rules! settings {
    ($($name:ident: $kind:ty),+ $(,)?) => {
        /// What one source says; what it doesn't say is none.
        #[derive(Args, Clone, Default)]
        pub struct Settings {
            $(
                #[arg(
                    long, env = manifest::variable(stringify!($name)), help = manifest::help(stringify!($name)), global = true,
                    hide_env_values = true
                )]
                pub $name: Option<$kind>
            ),+
        }

        impl Settings {
            /// Every setting's name, as in the file.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),+];

            /// What a TOML table says.
            ///
            /// # Errors
            /// A sentence that names the setting that is unknown, with the one that may be meant, or that has a wrong value.
            pub(super) fn read(mut table: toml::Table) -> Result<Self> {
                let mut read = Self::default();
                $(
                    if let Some(value) = table.remove(stringify!($name)) {
                        read.$name = Some(value.try_into().map_err(|error| wrong(stringify!($name), &error))?);
                    }
                )+
                match table.keys().next() {
                    None => Ok(read),
                    Some(unknown) => Err(no_such(unknown)),
                }
            }

            /// `self` (flags and environment) over `file`; `database` is what `DATABASE_URL` says. `said` tells which of
            /// the two a value of `self` came from.
            pub(super) fn over(
                mut self,
                file: Self,
                database: Option<String>,
                said: impl Fn(&str) -> Option<Origin>,
            ) -> (Self, Vec<(&'static str, Origin)>) {
                let from_environment = self.database_url.is_none() && database.is_some();
                self.database_url = self.database_url.or(database);
                let mut origins = Vec::new();
                $(
                    let origin = match (&self.$name, &file.$name) {
                        (Some(_), _) => said(stringify!($name)).unwrap_or(Origin::Environment),
                        (None, Some(_)) => Origin::File,
                        (None, None) => Origin::Default,
                    };
                    origins.push((stringify!($name), origin));
                )+
                if from_environment && let Some(entry) = origins.iter_mut().find(|(name, _)| *name == "database_url") {
                    entry.1 = Origin::Environment;
                }
                (Self { $($name: self.$name.or(file.$name)),+ }, origins)
            }
        }
    };
}

fn wrong(name: &str, error: &toml::de::Error) -> anyhow::Error {
    anyhow!("{name}: {}", error.message())
}

fn no_such(name: &str) -> anyhow::Error {
    match manifest::nearest(name) {
        Some(meant) => anyhow!("there is no setting “{name}”; did you mean “{meant}”?"),
        None => anyhow!("there is no setting “{name}”; `closezly config` prints all that there are"),
    }
}

settings! {
    listen: SocketAddr,
    data_dir: PathBuf,
    database_url: String,
    public_url: String,
    node_address: String,
    site_dir: PathBuf,
    log: String,
    log_format: LogFormat,
    smtp_url: String,
    mail_from: String,
    speech_command: String,
    speech_python: String,
    deepgram_key: String,
    deepgram_url: String,
    deepgram_model: String,
    embeddings: EmbeddingsKind,
    embeddings_before: String,
    embeddings_folder: PathBuf,
    embeddings_url: String,
    embeddings_model: String,
    embeddings_dimensions: usize,
    embeddings_key: String,
    token_key: String,
    token_key_file: PathBuf,
    token_key_command: String,
    files: String,
    files_endpoint: String,
    files_keys: String,
    files_keys_file: PathBuf,
    files_keys_command: String,
    vault_keys: String,
    vault_keys_file: PathBuf,
    vault_keys_command: String,
    intranet_sites: String,
    open_sign_up: bool,
    refused_passwords_file: PathBuf,
    storage_quota_mb: u64,
    most_calls: usize,
    seal_seconds: u64,
    client_address_header: String,
    metrics_token: String,
}
