use std::path::Path;

use anyhow::{Result, anyhow, bail};
use providers::embedding::{Config, LocalConfig, OpenAi, OpenAiConfig, openai};

use super::{EmbeddingsKind, Settings, mask};

/// Where a downloaded model is kept, within the data folder.
const STORE: &str = "models/all-MiniLM-L6-v2";

/// What the settings say about embeddings. A setting of the one kind beside the other kind is a mistake, not something to pass over.
pub(super) fn from_settings(settings: &Settings, data_dir: &Path) -> Result<Option<Config>> {
    let kind = settings.embeddings.unwrap_or(EmbeddingsKind::None);
    let local =
        [("embeddings_folder", settings.embeddings_folder.is_some()), ("embeddings_download", settings.embeddings_download.is_some())];
    let server = [
        ("embeddings_url", settings.embeddings_url.is_some()),
        ("embeddings_model", settings.embeddings_model.is_some()),
        ("embeddings_dimensions", settings.embeddings_dimensions.is_some()),
        ("embeddings_key", settings.embeddings_key.is_some()),
    ];
    let needs = |kind: &str, settings: &[(&str, bool)]| match settings.iter().find(|(_, is_set)| *is_set) {
        Some((name, _)) => Err(anyhow!("{name} is of use only with embeddings = {kind}")),
        None => Ok(()),
    };
    if kind != EmbeddingsKind::Local {
        needs("local", &local)?;
    }
    if kind != EmbeddingsKind::OpenAi {
        needs("openai", &server)?;
    }
    Ok(match kind {
        EmbeddingsKind::None => None,
        EmbeddingsKind::Local => {
            let (folder, download) = (settings.embeddings_folder.clone(), settings.embeddings_download.clone());
            if folder.is_some() == download.is_some() {
                bail!(
                    "embeddings = local needs either embeddings_folder, a folder with model.safetensors, tokenizer.json and config.json, or embeddings_download, an address to get them from once"
                );
            }
            if let Some(address) = &download
                && !address.starts_with("https://")
                && !address.starts_with("http://")
            {
                bail!("embeddings_download must start with https:// or http://");
            }
            Some(Config::Local(LocalConfig { folder, download, store: data_dir.join(STORE) }))
        }
        EmbeddingsKind::OpenAi => {
            let text = |text: &Option<String>, default: &str| text.clone().unwrap_or_else(|| default.to_owned());
            let config = OpenAiConfig {
                url: text(&settings.embeddings_url, openai::DEFAULT_URL),
                key: settings.embeddings_key.clone().map(Into::into),
                model: text(&settings.embeddings_model, openai::DEFAULT_MODEL),
                dimensions: settings.embeddings_dimensions,
            };
            OpenAi::new(&config).map_err(|sentence| anyhow!(sentence))?;
            Some(Config::OpenAi(config))
        }
    })
}

/// The value of a setting for `closezly config`: no secret in it.
pub(super) fn shown(name: &str, config: Option<&Config>) -> String {
    let none = || "none".to_owned();
    match (name, config) {
        ("embeddings", None) => EmbeddingsKind::None.as_str().to_owned(),
        ("embeddings", Some(Config::Local(_))) => EmbeddingsKind::Local.as_str().to_owned(),
        ("embeddings", Some(Config::OpenAi(_))) => EmbeddingsKind::OpenAi.as_str().to_owned(),
        ("embeddings_folder", Some(Config::Local(local))) => local.folder.as_ref().map_or_else(none, |folder| folder.display().to_string()),
        ("embeddings_download", Some(Config::Local(local))) => local.download.as_deref().map_or_else(none, mask::url),
        ("embeddings_url", Some(Config::OpenAi(server))) => mask::url(&server.url),
        ("embeddings_model", Some(Config::OpenAi(server))) => server.model.clone(),
        ("embeddings_dimensions", Some(Config::OpenAi(server))) => {
            server.dimensions.map_or_else(|| "known for the model".to_owned(), |dimensions| dimensions.to_string())
        }
        ("embeddings_key", Some(Config::OpenAi(server))) if server.key.is_some() => "••••••••".to_owned(),
        _ => none(),
    }
}
