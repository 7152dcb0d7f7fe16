//! Puts the server together: the only place that knows which maker stands behind which port.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use axum::extract::FromRef;
use base64::Engine;
use documents::{ChildReader, Limits};
use domain::Parts;
use domain::calls::LiveSettings;
use domain::identity::RefusedPasswords;
use domain::knowledge::KnowledgePorts;
use domain::{Config as DomainConfig, Kernel, Membership};
use leptos::config::LeptosOptions;
use metrics_exporter_prometheus::PrometheusHandle;
use ports::files::{Files, KeyRing};
use ports::{Clock, Ids, KeySource, Mailer, Recognizer, Reranker, SystemClock, SystemIds};
use providers::classifying::LocalClassifier;
use providers::keys::{KeyFile, MadeOnce};
use providers::mail::{self, LogMailer, Smtp};
use providers::peers::WebSocketPeers;
use providers::reranking::LocalReranker;
use providers::speech::{Command, Deepgram, GuardedRecognizer, SampleTranscript};
use providers::web::Web;
use secrecy::{ExposeSecret, SecretString};
use store::{Options, Store};

use crate::config::Config;
use crate::telemetry;
use crate::web::assets::Assets;
use crate::web::forms::Answers;
use crate::web::health::Probe;

/// Where the key of access tokens is kept, within the data folder.
pub const TOKEN_KEY: &str = "secrets/token.key";

/// Where the key of organizations' credentials is kept, within the data folder, if the configuration has none.
pub const VAULT_KEY: &str = "secrets/vault.key";

/// Where the name of the data folder is kept, for the other servers.
pub const NODE: &str = "secrets/node";

/// What every handler works with. Cheap to clone.
#[derive(Clone)]
pub struct Server(Arc<Inner>);

struct Inner {
    config: Config,
    services: Kernel,
    assets: Assets,
    leptos: LeptosOptions,
    metrics: PrometheusHandle,
    probe: Probe,
    answers: Answers,
}

impl Server {
    /// Puts a server around services; the files of the site are read now.
    ///
    /// # Errors
    /// If the metrics can't be started or a file of the site can't be read.
    pub fn new(config: Config, services: Kernel) -> Result<Self> {
        let assets = Assets::load(&config.site_dir)?;
        let leptos = LeptosOptions::builder().output_name("closezly").site_addr(config.listen).build();
        Ok(Self(Arc::new(Inner {
            config,
            services,
            assets,
            leptos,
            metrics: telemetry::metrics()?,
            probe: Probe::default(),
            answers: Answers::default(),
        })))
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The domain.
    pub fn services(&self) -> &Kernel {
        &self.0.services
    }

    /// The site's files.
    pub fn assets(&self) -> &Assets {
        &self.0.assets
    }

    /// What the last look at the disk found.
    pub fn probe(&self) -> &Probe {
        &self.0.probe
    }

    /// What pages after plain forms are still to show.
    pub fn answers(&self) -> &Answers {
        &self.0.answers
    }

    /// The metrics.
    pub fn metrics(&self) -> &PrometheusHandle {
        &self.0.metrics
    }
}

impl FromRef<Server> for LeptosOptions {
    fn from_ref(server: &Server) -> Self {
        server.0.leptos.clone()
    }
}

/// Opens and migrates the database and puts the real makers behind the ports.
///
/// # Errors
/// A sentence that says which part could not be set up.
pub async fn wire(config: &Config) -> Result<Kernel> {
    private_folder(&config.data_dir).with_context(|| format!("could not make the data folder {}", config.data_dir.display()))?;
    let token_key = match &config.token_key {
        Some(key) => key.clone(),
        None => token_key(&config.data_dir.join(TOKEN_KEY))?,
    };
    let vault = vault_keys(config)?;
    let store = open_store(config).await?;
    store.tend().await;
    Ok(domain::assemble(Parts {
        config: domain_config(config, token_key)?,
        store,
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds),
        mailer: mailer(config)?,
        recognizers: recognizers(config)?,
        sample: providers::sample::call(),
        classifier: Some(Arc::new(LocalClassifier::shared())),
        knowledge: knowledge(config).await?,
        vault,
        membership: membership(config)?,
        peers: Arc::new(WebSocketPeers),
    }))
}

/// How this server is one of several, if it is: its address, and the name of its data folder, made once.
///
/// # Errors
/// A sentence if the name can't be read or kept.
pub fn membership(config: &Config) -> Result<Option<Membership>> {
    let Some(address) = config.node_address.clone() else { return Ok(None) };
    let file = config.data_dir.join(NODE);
    let node = MadeOnce::new(&file, || SystemIds.uuid(SystemClock.now()).to_string()).read().context("the name of the data folder")?;
    Ok(Some(Membership { address, node: node.expose_secret().trim().to_owned() }))
}

/// Files, their reader, the embedding model and the web.
async fn knowledge(config: &Config) -> Result<KnowledgePorts> {
    let model =
        |config| async move { providers::embedding::from_config(config).await.map_err(|sentence| anyhow!("embeddings: {sentence}")) };
    let before = model(config.embeddings.before.as_ref()).await?;
    let embeddings = model(config.embeddings.current.as_ref()).await?;
    // Who wants no model for meaning wants none that reads.
    let reranker = embeddings.as_ref().map(|_| Arc::new(LocalReranker::shared()) as Arc<dyn Reranker>);
    Ok(KnowledgePorts {
        files: stored_files(config)?,
        reader: Arc::new(reader()?),
        embeddings,
        reranker,
        embeddings_before: before.map(|embeddings| embeddings.questions),
        web: Arc::new(web(config)?),
    })
}

/// Reads documents in children of this program.
///
/// # Errors
/// If the system doesn't tell where this program is.
pub fn reader() -> Result<ChildReader> {
    ChildReader::of_this_program(Limits::default()).context("could not find this program's own file")
}

/// The public web, for websites that somebody names, and the sites of the own network that the configuration names.
///
/// # Errors
/// If this computer has no certificates to check sites by.
pub fn web(config: &Config) -> Result<Web> {
    Web::new(env!("CARGO_PKG_VERSION"), config.intranet_sites.clone()).map_err(|error| anyhow!("websites: {error}"))
}

/// The domain's share of the configuration.
///
/// # Errors
/// A sentence if the list of refused passwords can't be used.
pub fn domain_config(config: &Config, token_key: SecretString) -> Result<DomainConfig> {
    let refused_passwords = config.refused_passwords_file.as_deref().map(RefusedPasswords::open).transpose();
    Ok(DomainConfig {
        files: files(config),
        public_url: config.public_url.clone(),
        token_key,
        open_sign_up: config.open_sign_up,
        refused_passwords: refused_passwords.map_err(|error| anyhow!("refused_passwords_file: {error}"))?,
        storage_quota: config.storage_quota,
        live: LiveSettings { most_calls: config.most_calls, seal_every: config.seal_every },
    })
}

/// The folder of recordings.
pub fn files(config: &Config) -> PathBuf {
    config.data_dir.join("files")
}

/// The storage of uploaded files; connects to nothing yet.
///
/// # Errors
/// A sentence that says what is wrong with `files`.
pub fn stored_files(config: &Config) -> Result<Files> {
    let store = match &config.files {
        Some(address) => providers::files::open(address, config.files_endpoint.as_deref()),
        None => providers::files::directory(&files(config)),
    };
    Ok(Files::new(store.map_err(|error| anyhow!("files: {error}"))?, config.files_keys.clone()))
}

/// Opens the database, for this process alone if it is a file, and brings it up to date.
///
/// # Errors
/// A sentence that says what could not be opened.
pub async fn open_store(config: &Config) -> Result<Store> {
    let store =
        Store::connect_alone(config.database_url.expose_secret(), Options::default()).await.context("could not open the database")?;
    store.migrate().await.context("could not bring the database up to date")?;
    Ok(store)
}

/// SMTP where it is configured, else the log.
fn mailer(config: &Config) -> Result<Arc<dyn Mailer>> {
    Ok(match &config.smtp_url {
        Some(url) => Arc::new(mail::GuardedMailer::new(Smtp::from_url(url, &config.mail_from).map_err(|sentence| anyhow!(sentence))?)),
        None => Arc::new(LogMailer),
    })
}

/// The recognizers that are configured, in the order in which they are offered.
fn recognizers(config: &Config) -> Result<Vec<Arc<dyn Recognizer>>> {
    let mut recognizers: Vec<Arc<dyn Recognizer>> = Vec::new();
    let command = command(config)?;
    if command.is_none() {
        recognizers.push(Arc::new(Command::unset()));
    }
    if let Some(command) = command {
        let command = Arc::new(command);
        recognizers.push(Arc::new(GuardedRecognizer::new(command.clone())));
        // Tried once in the background, so that the page can say what is wrong before a call needs it.
        tokio::spawn(async move {
            if let Err(sentence) = command.check().await {
                tracing::warn!(sentence, "the recognizer's program can't be used");
            }
        });
    }
    recognizers.push(Arc::new(GuardedRecognizer::new(Arc::new(deepgram(config)))));
    recognizers.push(Arc::new(SampleTranscript::new(providers::sample::call())));
    Ok(recognizers)
}

/// Deepgram; without a key it is offered as unavailable.
pub fn deepgram(config: &Config) -> Deepgram {
    Deepgram::new(&config.deepgram_url, config.deepgram_key.clone(), &config.deepgram_model)
}

/// The recognizer program, if one is configured.
///
/// # Errors
/// A sentence if its command line can't be used.
pub fn command(config: &Config) -> Result<Option<Command>> {
    let folder = config.data_dir.join("programs");
    let Some(line) = &config.speech_command else { return Ok(None) };
    Command::from_config(line, &folder, &config.speech_python).map(Some).map_err(|sentence| anyhow!("speech_command: {sentence}"))
}

/// Makes a folder that only the server's own user may look into: it will hold calls and hashes of passwords. One that is
/// there already keeps its rights, which somebody has chosen.
fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The key of access tokens: made once, then read. Only the server's own user may read the file.
fn token_key(file: &Path) -> Result<SecretString> {
    let key = MadeOnce::new(file, random_key).read().context("the key of access tokens")?;
    if key.expose_secret().len() < 32 {
        anyhow::bail!(
            "{} holds no key of at least 32 characters; remove it to get a new one, which ends all access tokens",
            file.display()
        );
    }
    Ok(key)
}

/// What organizations' credentials are sealed by: the configuration's keys, else one that is made once.
///
/// # Errors
/// A sentence if the key can't be made or read.
pub fn vault_keys(config: &Config) -> Result<KeyRing> {
    if !config.vault_keys.is_empty() {
        return Ok(config.vault_keys.clone());
    }
    let file = config.data_dir.join(VAULT_KEY);
    let text = MadeOnce::new(&file, || format!("kept-1:{}", random_key())).read().context("the key of credentials")?;
    parse_vault_keys(&file, &text)
}

/// Puts a new key in front of those that the data folder holds.
///
/// # Errors
/// A sentence if the file can't be read or written; then nothing was changed.
pub fn renew_vault_keys(config: &Config) -> Result<KeyRing> {
    vault_keys(config)?;
    let file = config.data_dir.join(VAULT_KEY);
    let before = KeyFile::new(&file).read().context("the key of credentials")?;
    let number =
        before.expose_secret().split(',').filter_map(|entry| entry.split(':').next()?.trim().strip_prefix("kept-")?.parse::<u32>().ok());
    let text = format!("kept-{}:{},{}", number.max().unwrap_or_default() + 1, random_key(), before.expose_secret());
    let ring = parse_vault_keys(&file, &text.clone().into())?;
    providers::keys::replace(&file, &text).context("the key of credentials")?;
    Ok(ring)
}

fn parse_vault_keys(file: &Path, text: &SecretString) -> Result<KeyRing> {
    let ring = KeyRing::parse(text).map_err(|error| anyhow!("{}: {error}", file.display()))?;
    anyhow::ensure!(ring.current_name().is_some(), "{} holds no key to seal credentials by", file.display());
    Ok(ring)
}

fn random_key() -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(SystemIds.secret())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn the_token_key_is_made_once_and_is_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(TOKEN_KEY);
        let first = token_key(&file).unwrap();
        assert_eq!(first.expose_secret(), token_key(&file).unwrap().expose_secret());
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions()) & 0o777, 0o600);
        std::fs::write(&file, "short").unwrap();
        assert!(token_key(&file).unwrap_err().to_string().contains("at least 32"));
    }

    #[test]
    fn the_vaults_key_is_made_once_and_a_new_one_stands_in_front() {
        let folder = tempfile::tempdir().unwrap();
        let settings = crate::config::Settings { data_dir: Some(folder.path().to_owned()), ..Default::default() };
        let config = Config::from_settings(settings).unwrap();
        let (first, again) = (vault_keys(&config).unwrap(), vault_keys(&config).unwrap());
        assert_eq!((first.current_name(), again.current_name()), (Some("kept-1"), Some("kept-1")));
        let sealed = ports::envelope::seal(&first, b"x", [1; 12], b"secret").unwrap();
        assert_eq!(renew_vault_keys(&config).unwrap().current_name(), Some("kept-2"));
        let now = vault_keys(&config).unwrap();
        assert_eq!(now.current_name(), Some("kept-2"));
        assert_eq!(ports::envelope::open(&now, b"x", &sealed).unwrap(), b"secret");
        let file = folder.path().join(VAULT_KEY);
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions()) & 0o777, 0o600);
        std::fs::write(&file, "rubbish").unwrap();
        assert!(format!("{:#}", vault_keys(&config).unwrap_err()).contains("vault.key"));
    }
}
