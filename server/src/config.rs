//! The configuration: one typed value out of defaults, a TOML file, the environment and flags, in this order.

mod embeddings;
mod file;
mod keys;
mod manifest;
mod mask;
pub mod public_url;
mod settings;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use clap::ArgMatches;
use clap::parser::ValueSource;
use ports::files::KeyRing;
use providers::files::OpenError;
use secrecy::{ExposeSecret, SecretString};

use keys::Place;

pub use embeddings::Embeddings;
pub use manifest::{SERVER, all as manifest, nearest};
pub use settings::{EmbeddingsKind, LogFormat, Settings};

/// As people count them who buy disks.
const MEGABYTE: u64 = 1_000_000;

/// Where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything else.
    Default,
    /// The TOML file.
    File,
    /// A `CLOSEZLY_*` variable (or `DATABASE_URL`).
    Environment,
    /// The command line.
    Flag,
}

impl Origin {
    /// The word that `closezly config` prints.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::File => "file",
            Self::Environment => "environment",
            Self::Flag => "flag",
        }
    }
}

/// Everything that the server can be told.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Folder of the database, recordings and secrets.
    pub data_dir: PathBuf,
    /// `sqlite://…` or `postgres://…`.
    pub database_url: SecretString,
    /// Address under which people reach the server, without a slash at the end.
    pub public_url: String,
    /// Where the other servers of the same installation reach this one, without a slash at the end; none means that it is alone.
    pub node_address: Option<String>,
    /// Folder of the browser's files, as `cargo xtask` lays it out.
    pub site_dir: PathBuf,
    /// Filter of the log, for example `info,server=debug`.
    pub log: String,
    /// How the log is written.
    pub log_format: LogFormat,
    /// `smtp://user:password@host:587`; none means that mails are only logged.
    pub smtp_url: Option<SecretString>,
    /// Sender of mails.
    pub mail_from: String,
    /// A program that reads 16 kHz PCM and prints JSON lines, with its arguments, or the word `pocketsphinx`.
    pub speech_command: Option<String>,
    /// The Python that has PocketSphinx.
    pub speech_python: String,
    /// Key of Deepgram.
    pub deepgram_key: Option<SecretString>,
    /// Address of Deepgram, for a proxy or a test.
    pub deepgram_url: String,
    /// Deepgram's model.
    pub deepgram_model: String,
    /// Whose model makes the vectors that search compares; none means that search is by words alone.
    pub embeddings: Embeddings,
    /// Signs access tokens; none means that it is made once and kept in `data_dir/secrets/token.key`.
    pub token_key: Option<SecretString>,
    /// Address of the storage of uploaded files; none means the folder `files` in `data_dir`.
    pub files: Option<String>,
    /// Another server that speaks that storage's protocol.
    pub files_endpoint: Option<String>,
    /// What uploaded files are encrypted by.
    pub files_keys: KeyRing,
    /// What organizations' credentials are sealed by; empty means a key that is made once and kept in `data_dir/secrets/vault.key`.
    pub vault_keys: KeyRing,
    /// Settings that say where a key comes from, as they are shown.
    key_places: Vec<(&'static str, String)>,
    /// Names of sites that may be fetched though their address isn't public, each with the address that it leads to.
    pub intranet_sites: Vec<(String, IpAddr)>,
    /// Whether strangers may sign up.
    pub open_sign_up: bool,
    /// A file of hashes of passwords that are refused beside the common ones.
    pub refused_passwords_file: Option<PathBuf>,
    /// Most bytes that an organization may keep; none: as many as there is space for.
    pub storage_quota: Option<u64>,
    /// How many calls this server hears at once; none: as many as it hears in time.
    pub most_calls: Option<usize>,
    /// How often a live call's sound is brought into the shared storage.
    pub seal_every: Duration,
    /// Header in which a reverse proxy that we trust tells the client's address, for example `x-forwarded-for`.
    pub client_address_header: Option<http::HeaderName>,
    /// What `/metrics` asks for as bearer token; none means that only this computer may read it.
    pub metrics_token: Option<SecretString>,
}

/// A line of `closezly config`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Name as in the file.
    pub name: &'static str,
    /// Value with secrets masked.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
}

/// A configuration and where its values came from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The values.
    pub config: Config,
    /// The TOML file, if there was one.
    pub file: Option<PathBuf>,
    origins: Vec<(&'static str, Origin)>,
}

/// Reads the file that the flags name (or `./closezly.toml` if there is one) and puts everything together.
///
/// # Errors
/// A sentence that names the file, the key or the flag that is wrong.
pub fn load(flags: &Settings, matches: &ArgMatches, file: Option<&Path>) -> Result<Loaded> {
    let (path, from_file) = match file {
        Some(path) => (Some(path.to_owned()), file::read(path)?),
        None => {
            let path = Path::new("closezly.toml");
            if path.is_file() { (Some(path.to_owned()), file::read(path)?) } else { (None, Settings::default()) }
        }
    };
    let said = |name: &str| match matches.value_source(name) {
        Some(ValueSource::CommandLine) => Some(Origin::Flag),
        Some(ValueSource::EnvVariable) => Some(Origin::Environment),
        _ => None,
    };
    let database = std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty());
    let (merged, origins) = flags.clone().over(from_file, database, said);
    let config = Config::from_settings(merged)?;
    Ok(Loaded { config, file: path, origins })
}

impl Config {
    /// Fills in the defaults and checks what types alone don't.
    ///
    /// # Errors
    /// A sentence that names the setting.
    pub fn from_settings(settings: Settings) -> Result<Self> {
        let secret = |text: Option<String>| text.map(SecretString::from);
        let data_dir = settings.data_dir.clone().unwrap_or_else(|| PathBuf::from("data"));
        let embeddings = embeddings::from_settings(&settings)?;
        let place = |name, text: &Option<String>, file: &Option<PathBuf>, command: &Option<String>| Place {
            name,
            text: text.clone(),
            file: file.clone(),
            command: command.clone(),
        };
        let of = &settings;
        let token_place = place("token_key", &of.token_key, &of.token_key_file, &of.token_key_command);
        let files_place = place("files_keys", &of.files_keys, &of.files_keys_file, &of.files_keys_command);
        let vault_place = place("vault_keys", &of.vault_keys, &of.vault_keys_file, &of.vault_keys_command);
        let (token_key, files_keys, vault_keys) = (keys::token(&token_place)?, files_place.ring()?, keys::vault(&vault_place)?);
        let key_places = vec![
            ("token_key_file", keys::shown(of.token_key_file.as_ref(), None)),
            ("token_key_command", keys::shown(None, of.token_key_command.as_ref())),
            ("files_keys_file", keys::shown(of.files_keys_file.as_ref(), None)),
            ("files_keys_command", keys::shown(None, of.files_keys_command.as_ref())),
            ("vault_keys_file", keys::shown(of.vault_keys_file.as_ref(), None)),
            ("vault_keys_command", keys::shown(None, of.vault_keys_command.as_ref())),
        ];
        let listen = settings.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 3000)));
        let public_url = own_address(&settings.public_url.unwrap_or_else(|| local_url(listen)))?;
        let database_url = settings.database_url.unwrap_or_else(|| format!("sqlite://{}", data_dir.join("closezly.db").display()));
        if !["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| database_url.starts_with(scheme)) {
            bail!("database_url must start with sqlite:// or postgres://");
        }
        let node_address = settings.node_address.map(|address| address.trim_end_matches('/').to_owned()).filter(|text| !text.is_empty());
        if let Some(address) = &node_address {
            check_node(address, &database_url, token_key.is_some(), vault_keys.is_empty(), settings.files.as_deref())?;
        }
        let (files, files_endpoint) =
            (settings.files.filter(|text| !text.is_empty()), settings.files_endpoint.filter(|text| !text.is_empty()));
        check_files(files.as_deref(), files_endpoint.as_deref())?;
        let intranet_sites = providers::web::intranet_sites(&settings.intranet_sites.unwrap_or_default())
            .map_err(|sentence| anyhow!("intranet_sites: {sentence}"))?;
        Ok(Self {
            listen,
            database_url: database_url.into(),
            public_url,
            node_address,
            site_dir: settings.site_dir.unwrap_or_else(default_site),
            log: settings.log.unwrap_or_else(|| "info".to_owned()),
            log_format: settings.log_format.unwrap_or(LogFormat::Pretty),
            smtp_url: secret(settings.smtp_url),
            mail_from: settings.mail_from.unwrap_or_else(|| "Closezly <closezly@localhost>".to_owned()),
            speech_command: settings.speech_command.filter(|line| !line.trim().is_empty()),
            speech_python: settings.speech_python.unwrap_or_else(|| "python3".to_owned()),
            deepgram_key: secret(settings.deepgram_key),
            deepgram_url: settings.deepgram_url.unwrap_or_else(|| providers::speech::deepgram::DEFAULT_URL.to_owned()),
            deepgram_model: settings.deepgram_model.unwrap_or_else(|| providers::speech::deepgram::DEFAULT_MODEL.to_owned()),
            embeddings,
            token_key,
            files,
            files_endpoint,
            files_keys,
            vault_keys,
            key_places,
            intranet_sites,
            open_sign_up: settings.open_sign_up.unwrap_or(true),
            refused_passwords_file: settings.refused_passwords_file.filter(|path| !path.as_os_str().is_empty()),
            storage_quota: storage_quota(settings.storage_quota_mb)?,
            most_calls: settings.most_calls,
            seal_every: seal_every(settings.seal_seconds)?,
            client_address_header: settings
                .client_address_header
                .map(|name| name.parse().with_context(|| format!("client_address_header: “{name}” is no name of a header")))
                .transpose()?,
            metrics_token: secret(settings.metrics_token),
            data_dir,
        })
    }

    /// Whether people reach the server over TLS.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

impl Loaded {
    /// Every setting of the manifests as `closezly config` prints it: no secret in it.
    pub fn shown(&self) -> Vec<Shown> {
        let config = &self.config;
        let masked = |secret: &Option<SecretString>| match secret {
            Some(_) => "••••••••".to_owned(),
            None => "none".to_owned(),
        };
        let optional = |text: Option<&str>| text.unwrap_or("none").to_owned();
        let ring = |keys: &KeyRing| (!keys.is_empty()).then(|| format!("{keys:?} ••••••••"));
        let value = |name: &str| match name {
            "listen" => config.listen.to_string(),
            "data_dir" => config.data_dir.display().to_string(),
            "database_url" => mask::url(config.database_url.expose_secret()),
            "public_url" => config.public_url.clone(),
            "node_address" => optional(config.node_address.as_deref()),
            "site_dir" => config.site_dir.display().to_string(),
            "log" => config.log.clone(),
            "log_format" => config.log_format.as_str().to_owned(),
            "smtp_url" => config.smtp_url.as_ref().map_or_else(|| "none".to_owned(), |url| mask::url(url.expose_secret())),
            "mail_from" => config.mail_from.clone(),
            "speech_command" => optional(config.speech_command.as_deref()),
            "speech_python" => config.speech_python.clone(),
            "deepgram_key" => masked(&config.deepgram_key),
            "deepgram_url" => mask::url(&config.deepgram_url),
            "deepgram_model" => config.deepgram_model.clone(),
            name if name.starts_with("embeddings") => embeddings::shown(name, &config.embeddings),
            "token_key" => {
                if config.token_key.is_some() {
                    masked(&config.token_key)
                } else {
                    format!("kept in {}", config.data_dir.join(crate::wiring::TOKEN_KEY).display())
                }
            }
            "files" => config.files.clone().unwrap_or_else(|| config.data_dir.join("files").display().to_string()),
            "files_endpoint" => optional(config.files_endpoint.as_deref()),
            "files_keys" => ring(&config.files_keys).unwrap_or_else(|| "none".to_owned()),
            "vault_keys" => {
                ring(&config.vault_keys).unwrap_or_else(|| format!("kept in {}", config.data_dir.join(crate::wiring::VAULT_KEY).display()))
            }
            "refused_passwords_file" => {
                config.refused_passwords_file.as_ref().map_or_else(|| "none".to_owned(), |path| path.display().to_string())
            }
            name if name.ends_with("_file") || name.ends_with("_command") && name != "speech_command" => {
                config.key_places.iter().find(|(place, _)| *place == name).map(|(_, shown)| shown.clone()).unwrap_or_default()
            }
            "intranet_sites" => {
                let sites: Vec<String> = config.intranet_sites.iter().map(|(name, address)| format!("{name}={address}")).collect();
                if sites.is_empty() { "none".to_owned() } else { sites.join(",") }
            }
            "open_sign_up" => config.open_sign_up.to_string(),
            "storage_quota_mb" => config.storage_quota.map_or_else(|| "none".to_owned(), |bytes| (bytes / MEGABYTE).to_string()),
            "seal_seconds" => config.seal_every.as_secs().to_string(),
            "most_calls" => config.most_calls.map_or_else(|| "as many as are heard in time".to_owned(), |most| most.to_string()),
            "client_address_header" => optional(config.client_address_header.as_ref().map(http::HeaderName::as_str)),
            "metrics_token" => masked(&config.metrics_token),
            _ => String::new(),
        };
        let origin = |name| self.origins.iter().find(|(known, _)| *known == name).map_or(Origin::Default, |(_, origin)| *origin);
        manifest::all().map(|setting| Shown { name: setting.name, value: value(setting.name), origin: origin(setting.name) }).collect()
    }
}

/// How a browser on this computer reaches `listen`.
fn local_url(listen: SocketAddr) -> String {
    if listen.ip().is_unspecified() { format!("http://localhost:{}", listen.port()) } else { format!("http://{listen}") }
}

/// The address that people use, in the one spelling that browsers have for it.
fn own_address(written: &str) -> Result<String> {
    public_url::canonical(written.trim_end_matches('/'))
        .with_context(|| format!("public_url must be like https://closezly.example.com, without a path; it is “{written}”"))
}

/// What several servers must have in common.
fn check_node(address: &str, database_url: &str, has_token_key: bool, lacks_vault_keys: bool, files: Option<&str>) -> Result<()> {
    let parsed: http::Uri = address.parse().with_context(|| format!("node_address: “{address}” is no address"))?;
    if !matches!(parsed.scheme_str(), Some("http" | "https")) || parsed.authority().is_none() || parsed.path().len() > 1 {
        bail!("node_address must be like http://10.0.0.5:3000, without a path; it is “{address}”");
    }
    if database_url.starts_with("sqlite:") {
        bail!("node_address: several servers need PostgreSQL; database_url names a SQLite file");
    }
    if !has_token_key || lacks_vault_keys {
        bail!("node_address: several servers need the same token_key and the same vault_keys; give them in the configuration of each");
    }
    if files.is_none_or(str::is_empty) {
        bail!("node_address: several servers need a storage that all of them reach; name it by files");
    }
    Ok(())
}

/// None: ten seconds. With the time that storing takes, no part of a recording may be longer than 15 s.
fn seal_every(seconds: Option<u64>) -> Result<Duration> {
    match seconds.unwrap_or(10) {
        seconds @ 1..=12 => Ok(Duration::from_secs(seconds)),
        seconds => bail!("seal_seconds must be 1 to 12; it is {seconds}"),
    }
}

/// In bytes. 0 would let nobody do anything, and is no way to say “none”.
fn storage_quota(megabytes: Option<u64>) -> Result<Option<u64>> {
    match megabytes {
        Some(0) => bail!("storage_quota_mb must be at least 1; leave it out if organizations may keep what they like"),
        megabytes => Ok(megabytes.map(|megabytes| megabytes.saturating_mul(MEGABYTE))),
    }
}

fn check_files(address: Option<&str>, endpoint: Option<&str>) -> Result<()> {
    match (address, endpoint) {
        (None, None) => Ok(()),
        (None, Some(_)) => bail!("files_endpoint: it means nothing without files, the address of the storage"),
        (Some(address), endpoint) => match providers::files::check_address(address, endpoint) {
            Err(error @ OpenError::Endpoint(_)) => bail!("files_endpoint: {error}"),
            Err(error) => bail!("files: {error}"),
            Ok(()) => Ok(()),
        },
    }
}

/// `site` beside the binary where a release was unpacked, else what `cargo xtask` builds.
fn default_site() -> PathBuf {
    std::env::current_exe()
        .ok()
        .and_then(|binary| Some(binary.parent()?.join("site")))
        .filter(|site| site.is_dir())
        .unwrap_or_else(|| PathBuf::from("target/site"))
}

#[cfg(test)]
mod tests;
