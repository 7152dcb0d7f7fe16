#![allow(clippy::unwrap_used, clippy::expect_used)]

use ports::{Outbound, Redaction};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::*;
use crate::conformance::embedder_conformance;
use crate::test_utils::{EmbeddingServer, EmbeddingTrouble};

/// Counts, and answers only when it is let.
struct Gated {
    model: EmbeddingModel,
    asked: AtomicUsize,
    gate: Semaphore,
}

impl Gated {
    fn new(open: usize) -> Arc<Self> {
        let model = EmbeddingModel { name: "gated".to_owned(), dimensions: 1 };
        Arc::new(Self { model, asked: AtomicUsize::new(0), gate: Semaphore::new(open) })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Embedder for Gated {
    fn model(&self) -> &EmbeddingModel {
        &self.model
    }

    async fn embed(&self, texts: &[Outbound<String>]) -> Result<Vec<Vec<f32>>, EmbedError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.gate.acquire().await.unwrap().forget();
        Ok(texts.iter().map(|text| vec![text.get().len() as f32]).collect())
    }
}

async fn ask(cached: &Cached, text: &str) -> Vec<f32> {
    cached.embed(&Redaction::default().texts(&[text.to_owned()])).await.unwrap().remove(0)
}

#[tokio::test]
async fn it_does_what_the_port_asks_for() {
    let server = EmbeddingServer::start().await;
    embedder_conformance(|| Arc::new(Cached::new(Arc::new(server.embedder())))).await;
}

#[tokio::test]
async fn a_question_is_asked_once() {
    let server = EmbeddingServer::start().await;
    let cached = Cached::new(Arc::new(server.embedder()));
    let first = ask(&cached, "What does it cost?").await;
    assert_eq!(first, ask(&cached, "  What does\tit cost? ").await);
    assert_eq!(server.requests().len(), 1);
    assert_ne!(first, ask(&cached, "Who are you?").await);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn those_who_ask_at_the_same_time_share_the_answer() {
    let inner = Gated::new(0);
    let cached = Arc::new(Cached::new(inner.clone()));
    let askers: Vec<_> = (0..20)
        .map(|_| {
            tokio::spawn({
                let cached = cached.clone();
                async move { ask(&cached, "same").await }
            })
        })
        .collect();
    while inner.asked() == 0 {
        tokio::task::yield_now().await;
    }
    // The one who asked first goes away; the others still get the answer.
    askers[0].abort();
    inner.gate.add_permits(1);
    for asker in askers.into_iter().skip(1) {
        assert_eq!(asker.await.unwrap(), [4.0]);
    }
    assert_eq!(inner.asked(), 1);
}

#[tokio::test]
async fn a_question_that_nobody_waits_for_is_dropped() {
    let inner = Gated::new(0);
    let cached = Cached::new(inner.clone());
    let gone = tokio::time::timeout(Duration::from_millis(20), ask(&cached, "half a quest")).await;
    assert!(gone.is_err());
    inner.gate.add_permits(2);
    assert_eq!(ask(&cached, "half a quest").await, [12.0], "it is asked anew");
    assert_eq!(inner.asked(), 2);
    assert_eq!(cached.memory.lock().unwrap().running.len(), 0);
    assert_eq!(inner.gate.available_permits(), 1, "the dropped one takes nothing any more");
}

#[tokio::test]
async fn errors_are_not_remembered() {
    let server = EmbeddingServer::start_with(EmbeddingTrouble::Busy(1, 1)).await;
    let cached = Cached::new(Arc::new(server.embedder()));
    assert!(cached.embed(&Redaction::default().texts(&["again".to_owned()])).await.unwrap_err().is_retryable());
    assert_eq!(ask(&cached, "again").await.len(), EmbeddingServer::DIMENSIONS);
}

#[tokio::test]
async fn the_oldest_question_is_forgotten() {
    let inner = Gated::new(10 * REMEMBERED);
    let cached = Cached::new(inner.clone());
    for n in 0..REMEMBERED {
        ask(&cached, &format!("question {n}")).await;
    }
    ask(&cached, "question 0").await;
    assert_eq!(inner.asked(), REMEMBERED);
    ask(&cached, "one more").await;
    assert_eq!(cached.memory.lock().unwrap().known.len(), REMEMBERED);
    ask(&cached, "question 0").await;
    assert_eq!(inner.asked(), REMEMBERED + 1, "what was asked lately is known");
    ask(&cached, "question 1").await;
    assert_eq!(inner.asked(), REMEMBERED + 2, "what was asked longest ago is not");
}

#[tokio::test]
async fn many_texts_go_past_the_memory() {
    let inner = Gated::new(2);
    let cached = Cached::new(inner.clone());
    let texts: Vec<String> = (0..=FEW).map(|n| n.to_string()).collect();
    assert_eq!(cached.embed(&Redaction::default().texts(&texts)).await.unwrap().len(), FEW + 1);
    assert_eq!((inner.asked(), cached.memory.lock().unwrap().known.len()), (1, 0));
}
