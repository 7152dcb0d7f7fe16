use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ports::{EmbedError, Embedder, EmbeddingModel, Outbound};
use tokio::sync::watch;

use super::{LocalConfig, LocalModel, MINILM, MINILM_DIMENSIONS};

/// Before a failed download is tried again; doubles up to an hour.
const FIRST_PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);

/// A model that is being downloaded: until it is here its embedders say so, and search is lexical.
pub(in crate::embedding) struct Pending {
    model: EmbeddingModel,
    arrived: watch::Receiver<Arrival>,
    live: bool,
}

#[derive(Clone)]
enum Arrival {
    Downloading,
    Failed(String),
    Here(LocalModel),
}

impl Pending {
    /// Starts the download; it ends when both embedders (passages, questions) are dropped.
    pub(in crate::embedding) fn start(config: LocalConfig) -> (Arc<dyn Embedder>, Arc<dyn Embedder>) {
        let (sender, arrived) = watch::channel(Arrival::Downloading);
        tokio::spawn(async move {
            let unwanted = sender.clone();
            tokio::select! {
                () = fetch(&config, &sender) => {}
                () = unwanted.closed() => {}
            }
        });
        let model = EmbeddingModel { name: MINILM.to_owned(), dimensions: MINILM_DIMENSIONS };
        let lane = |live| Arc::new(Self { model: model.clone(), arrived: arrived.clone(), live });
        (lane(false), lane(true))
    }
}

async fn fetch(config: &LocalConfig, arrival: &watch::Sender<Arrival>) {
    let mut pause = FIRST_PAUSE;
    loop {
        match LocalModel::find(config).await {
            Ok(model) => {
                tracing::info!("the embedding model is here");
                arrival.send_replace(Arrival::Here(model));
                return;
            }
            Err(error) => {
                tracing::warn!(%error, "the embedding model could not be downloaded; search is lexical until it is here");
                arrival.send_replace(Arrival::Failed(error.to_string()));
            }
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

#[async_trait]
impl Embedder for Pending {
    fn model(&self) -> &EmbeddingModel {
        &self.model
    }

    async fn embed(&self, texts: &[Outbound<String>]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let arrival = self.arrived.borrow().clone();
        match arrival {
            Arrival::Here(model) if self.live => model.questions().embed(texts).await,
            Arrival::Here(model) => model.passages().embed(texts).await,
            Arrival::Downloading => Err(EmbedError::Unavailable("the model is being downloaded".to_owned())),
            Arrival::Failed(sentence) => Err(EmbedError::Unavailable(sentence)),
        }
    }
}
