use anyhow::{Result, anyhow, bail};
use providers::embedding::{Config, LocalConfig, OpenAi, OpenAiConfig, openai};

use super::{EmbeddingsKind, Settings, mask};

/// What the settings say about embeddings.
#[derive(Clone, Debug, Default)]
pub struct Embeddings {
    /// The model that passages are embedded by.
    pub current: Option<Config>,
    /// The one before it, which answers until the current one has seen everything.
    pub before: Option<Config>,
}

/// Reads the settings. A setting of a kind that nothing uses is a mistake, not something to pass over.
pub(super) fn from_settings(settings: &Settings) -> Result<Embeddings> {
    let kind = settings.embeddings.unwrap_or(EmbeddingsKind::Local);
    let before = settings.embeddings_before.as_deref().map(before).transpose()?;
    let is_used = |wanted| kind == wanted || before.as_ref().is_some_and(|(kind, _)| *kind == wanted);
    let local = [("embeddings_folder", settings.embeddings_folder.is_some())];
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
    if !is_used(EmbeddingsKind::Local) {
        needs("local", &local)?;
    }
    if !is_used(EmbeddingsKind::OpenAi) {
        needs("openai", &server)?;
    }
    if before.is_some() && kind == EmbeddingsKind::None {
        bail!("embeddings_before is of use only with embeddings = local or openai");
    }
    let before = before.map(|(kind, model)| of_kind(kind, model, settings)).transpose()?.flatten();
    let current = of_kind(kind, None, settings)?;
    if let (Some(Config::Local(before)), Some(Config::Local(current))) = (&before, &current)
        && before == current
    {
        bail!("embeddings_before is the model that embeddings has now: name the one before, or leave it out");
    }
    Ok(Embeddings { current, before })
}

/// A model of the embeddings server, with its dimensions if they aren't known.
type Named = (String, Option<usize>);

/// `local`, `openai`, or `openai:` with the name of another model of the same server, and `:` with its dimensions if they aren't known.
fn before(text: &str) -> Result<(EmbeddingsKind, Option<Named>)> {
    let wrong = || anyhow!("embeddings_before must be local, openai, or openai:MODEL or openai:MODEL:DIMENSIONS");
    match text.split_once(':') {
        None if text == "local" => Ok((EmbeddingsKind::Local, None)),
        None if text == "openai" => Ok((EmbeddingsKind::OpenAi, None)),
        Some(("openai", model)) if !model.is_empty() => {
            // Names of models may hold a colon themselves: nomic-embed-text:v1.5
            let named = match model.rsplit_once(':') {
                Some((name, dimensions)) if dimensions.parse::<usize>().is_ok() => (name.to_owned(), dimensions.parse().ok()),
                _ => (model.to_owned(), None),
            };
            Ok((EmbeddingsKind::OpenAi, Some(named)))
        }
        _ => Err(wrong()),
    }
}

fn of_kind(kind: EmbeddingsKind, model: Option<(String, Option<usize>)>, settings: &Settings) -> Result<Option<Config>> {
    Ok(match kind {
        EmbeddingsKind::None => None,
        EmbeddingsKind::Local => Some(Config::Local(LocalConfig { folder: settings.embeddings_folder.clone() })),
        EmbeddingsKind::OpenAi => {
            let text = |text: &Option<String>, default: &str| text.clone().unwrap_or_else(|| default.to_owned());
            let (model, dimensions) =
                model.unwrap_or_else(|| (text(&settings.embeddings_model, openai::DEFAULT_MODEL), settings.embeddings_dimensions));
            let config = OpenAiConfig {
                url: text(&settings.embeddings_url, openai::DEFAULT_URL),
                key: settings.embeddings_key.clone().map(Into::into),
                model,
                dimensions,
            };
            OpenAi::new(&config).map_err(|sentence| anyhow!(sentence))?;
            Some(Config::OpenAi(config))
        }
    })
}

/// The value of a setting for `closezly config`: no secret in it.
pub(super) fn shown(name: &str, embeddings: &Embeddings) -> String {
    let (current, before) = (embeddings.current.as_ref(), embeddings.before.as_ref());
    let kind = |config: Option<&Config>| match config {
        None => EmbeddingsKind::None,
        Some(Config::Local(_)) => EmbeddingsKind::Local,
        Some(Config::OpenAi(_)) => EmbeddingsKind::OpenAi,
    };
    match (name, before) {
        ("embeddings", _) => return kind(current).as_str().to_owned(),
        ("embeddings_before", Some(Config::OpenAi(server))) => return format!("openai:{}", server.model),
        ("embeddings_before", _) => return kind(before).as_str().to_owned(),
        _ => {}
    }
    // What both kinds may have comes from the current model.
    [current, before].into_iter().flatten().find_map(|config| of_config(name, config)).unwrap_or_else(|| "none".to_owned())
}

fn of_config(name: &str, config: &Config) -> Option<String> {
    match (name, config) {
        ("embeddings_folder", Config::Local(local)) => local.folder.as_ref().map(|folder| folder.display().to_string()),
        ("embeddings_url", Config::OpenAi(server)) => Some(mask::url(&server.url)),
        ("embeddings_model", Config::OpenAi(server)) => Some(server.model.clone()),
        ("embeddings_dimensions", Config::OpenAi(server)) => {
            Some(server.dimensions.map_or_else(|| "known for the model".to_owned(), |dimensions| dimensions.to_string()))
        }
        ("embeddings_key", Config::OpenAi(server)) if server.key.is_some() => Some("••••••••".to_owned()),
        _ => None,
    }
}
