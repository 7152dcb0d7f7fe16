use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures::FutureExt;
use futures::future::{BoxFuture, Shared, WeakShared, try_join_all};
use ports::{EmbedError, Embedder, EmbeddingModel, Outbound};

/// Questions that are remembered. 512 of 1536 numbers are 3 MB.
const REMEMBERED: usize = 512;
/// Longer requests are no questions: they go past the memory.
const FEW: usize = 8;

type PendingEmbedding = Shared<BoxFuture<'static, Result<Arc<Vec<f32>>, EmbedError>>>;
type Running = WeakShared<BoxFuture<'static, Result<Arc<Vec<f32>>, EmbedError>>>;

/// Remembers the vectors of the last questions, and asks once for a question that several wait for.
///
/// In a live call the same words are looked up again and again while a sentence grows. White space doesn't make another question.
/// Errors are not remembered. When everybody who waits has gone, the request ends too.
pub struct Cached {
    inner: Arc<dyn Embedder>,
    memory: Arc<Mutex<Memory>>,
}

#[derive(Default)]
struct Memory {
    known: HashMap<String, Known>,
    running: HashMap<String, Running>,
    /// Counts questions: the smallest number was asked longest ago.
    now: u64,
}

struct Known {
    vector: Arc<Vec<f32>>,
    asked: u64,
}

impl Cached {
    /// A memory in front of `inner`.
    pub fn new(inner: Arc<dyn Embedder>) -> Self {
        Self { inner, memory: Arc::default() }
    }

    async fn one(&self, text: &Outbound<String>) -> Result<Vec<f32>, EmbedError> {
        let sent = text.folded();
        let question = sent.get().clone();
        let answer = {
            let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(vector) = memory.recall(&question) {
                return Ok(vector.as_ref().clone());
            }
            match memory.running.get(&question).and_then(WeakShared::upgrade) {
                Some(running) => running,
                None => {
                    let answer = ask(self.inner.clone(), self.memory.clone(), sent);
                    // Those whose askers all went away.
                    memory.running.retain(|_, running| running.upgrade().is_some());
                    if let Some(running) = answer.downgrade() {
                        memory.running.insert(question, running);
                    }
                    answer
                }
            }
        };
        answer.await.map(|vector| vector.as_ref().clone())
    }
}

fn ask(inner: Arc<dyn Embedder>, memory: Arc<Mutex<Memory>>, sent: Outbound<String>) -> PendingEmbedding {
    async move {
        let asked = inner.embed(std::slice::from_ref(&sent)).await;
        let question = sent.into_inner();
        let vector = asked.and_then(|vectors| {
            vectors.into_iter().next().map(Arc::new).ok_or_else(|| EmbedError::Refused("it made no vector".to_owned()))
        });
        let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.running.remove(&question);
        let vector = vector?;
        memory.keep(question, vector.clone());
        Ok(vector)
    }
    .boxed()
    .shared()
}

impl Memory {
    fn recall(&mut self, question: &str) -> Option<Arc<Vec<f32>>> {
        self.now += 1;
        let now = self.now;
        self.known.get_mut(question).map(|known| {
            known.asked = now;
            known.vector.clone()
        })
    }

    fn keep(&mut self, question: String, vector: Arc<Vec<f32>>) {
        if self.known.len() >= REMEMBERED {
            let oldest = self.known.iter().min_by_key(|(_, known)| known.asked).map(|(question, _)| question.clone());
            oldest.and_then(|question| self.known.remove(&question));
        }
        self.now += 1;
        self.known.insert(question, Known { vector, asked: self.now });
    }
}

#[async_trait]
impl Embedder for Cached {
    fn model(&self) -> &EmbeddingModel {
        self.inner.model()
    }

    async fn embed(&self, texts: &[Outbound<String>]) -> Result<Vec<Vec<f32>>, EmbedError> {
        if texts.len() > FEW {
            return self.inner.embed(texts).await;
        }
        try_join_all(texts.iter().map(|text| self.one(text))).await
    }
}

#[cfg(test)]
mod tests;
