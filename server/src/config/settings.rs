use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Deserialize;

use super::Origin;

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

/// Declares the settings once, for the file, the environment and the flags, and how one source goes over another.
macro_rules! settings {
    ($($(#[$meta:meta])* $name:ident: $kind:ty = $env:literal),+ $(,)?) => {
        /// What one source says; what it doesn't say is none.
        #[derive(Args, Clone, Default, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Settings {
            $($(#[$meta])* #[arg(long, env = $env, global = true, hide_env_values = true)] pub $name: Option<$kind>),+
        }

        impl Settings {
            /// Every setting's name, as in the file.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),+];

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

settings! {
    /// Address and port to listen on [default: 127.0.0.1:3000]
    listen: SocketAddr = "CLOSEZLY_LISTEN",
    /// Folder of the database, recordings and secrets [default: ./data]
    data_dir: PathBuf = "CLOSEZLY_DATA_DIR",
    /// sqlite://… or postgres://… [default: a SQLite file in the data folder]; DATABASE_URL is read too
    database_url: String = "CLOSEZLY_DATABASE_URL",
    /// Address under which people reach the server, for links in mails and for cookies [default: http://LISTEN]
    public_url: String = "CLOSEZLY_PUBLIC_URL",
    /// Folder of the browser's files [default: `site` beside the binary, else target/site]
    site_dir: PathBuf = "CLOSEZLY_SITE_DIR",
    /// Filter of the log, for example info,server=debug [default: info]
    log: String = "CLOSEZLY_LOG",
    /// How the log is written [default: auto]
    log_format: LogFormat = "CLOSEZLY_LOG_FORMAT",
    /// smtp://user:password@host:587 [default: none; mails are only logged]
    smtp_url: String = "CLOSEZLY_SMTP_URL",
    /// Sender of mails, for example `Sales <sales@example.com>` [default: closezly at localhost]
    mail_from: String = "CLOSEZLY_MAIL_FROM",
    /// A program that reads 16 kHz PCM and prints JSON lines, with its arguments, or the word pocketsphinx [default: none]
    speech_command: String = "CLOSEZLY_SPEECH_COMMAND",
    /// The Python that has PocketSphinx, for speech_command = pocketsphinx [default: python3]
    speech_python: String = "CLOSEZLY_SPEECH_PYTHON",
    /// Key of Deepgram [default: none]
    deepgram_key: String = "CLOSEZLY_DEEPGRAM_KEY",
    /// Address of Deepgram [default: wss://api.deepgram.com]
    deepgram_url: String = "CLOSEZLY_DEEPGRAM_URL",
    /// Deepgram's model [default: nova-3]
    deepgram_model: String = "CLOSEZLY_DEEPGRAM_MODEL",
    /// Whose model makes the vectors that search compares: none, local, openai [default: none; search is by words alone]
    embeddings: EmbeddingsKind = "CLOSEZLY_EMBEDDINGS",
    /// The model before, which answers until the new one has seen everything: local, openai, openai:MODEL or openai:MODEL:DIMENSIONS [default: none]
    embeddings_before: String = "CLOSEZLY_EMBEDDINGS_BEFORE",
    /// Folder with model.safetensors, tokenizer.json and config.json, for embeddings = local [default: none]
    embeddings_folder: PathBuf = "CLOSEZLY_EMBEDDINGS_FOLDER",
    /// Address below which all-MiniLM-L6-v2 is downloaded from once, for embeddings = local without a folder [default: none]
    embeddings_download: String = "CLOSEZLY_EMBEDDINGS_DOWNLOAD",
    /// Address of an embeddings server, for embeddings = openai [default: that of OpenAI]
    embeddings_url: String = "CLOSEZLY_EMBEDDINGS_URL",
    /// The embeddings server's model [default: text-embedding-3-small]
    embeddings_model: String = "CLOSEZLY_EMBEDDINGS_MODEL",
    /// Numbers in a vector of the embeddings server's model [default: known for OpenAI's models]
    embeddings_dimensions: usize = "CLOSEZLY_EMBEDDINGS_DIMENSIONS",
    /// Key of the embeddings server [default: none]
    embeddings_key: String = "CLOSEZLY_EMBEDDINGS_KEY",
    /// Signs access tokens, at least 32 characters [default: made once and kept in the data folder]
    token_key: String = "CLOSEZLY_TOKEN_KEY",
    /// File that holds token_key [default: none]
    token_key_file: PathBuf = "CLOSEZLY_TOKEN_KEY_FILE",
    /// Command that prints token_key [default: none]
    token_key_command: String = "CLOSEZLY_TOKEN_KEY_COMMAND",
    /// Where uploaded files are stored: file:///folder, s3://bucket/folder, gs://bucket/folder or az://container/folder; credentials as
    /// AWS_…, GOOGLE_…, AZURE_… [default: a folder in the data folder]
    files: String = "CLOSEZLY_FILES",
    /// Another server that speaks the protocol of the files' address, with its scheme and port [default: the vendor's]
    files_endpoint: String = "CLOSEZLY_FILES_ENDPOINT",
    /// Keys that uploaded files are encrypted by, as name:base64,name:base64; the first one encrypts, the word plain stands for no
    /// encryption [default: none; files are not encrypted]
    files_keys: String = "CLOSEZLY_FILES_KEYS",
    /// File that holds files_keys [default: none]
    files_keys_file: PathBuf = "CLOSEZLY_FILES_KEYS_FILE",
    /// Command that prints files_keys [default: none]
    files_keys_command: String = "CLOSEZLY_FILES_KEYS_COMMAND",
    /// Keys that organizations' credentials for other services are sealed by, as name:base64,name:base64; the first one seals
    /// [default: one that is made once and kept in the data folder]
    vault_keys: String = "CLOSEZLY_VAULT_KEYS",
    /// File that holds vault_keys [default: none]
    vault_keys_file: PathBuf = "CLOSEZLY_VAULT_KEYS_FILE",
    /// Command that prints vault_keys [default: none]
    vault_keys_command: String = "CLOSEZLY_VAULT_KEYS_COMMAND",
    /// Sites of one's own network that may be fetched though their address isn't public, as name=address,name=address, for example
    /// wiki.corp=10.0.0.5 [default: none; websites are fetched at public addresses only]
    intranet_sites: String = "CLOSEZLY_INTRANET_SITES",
    /// Whether strangers may sign up and open an organization [default: true]
    open_sign_up: bool = "CLOSEZLY_OPEN_SIGN_UP",
    /// Header in which a reverse proxy that we trust tells the client's address, for example x-forwarded-for [default: none]
    client_address_header: String = "CLOSEZLY_CLIENT_ADDRESS_HEADER",
    /// What /metrics asks for as bearer token [default: none; only this computer may read it]
    metrics_token: String = "CLOSEZLY_METRICS_TOKEN",
}
