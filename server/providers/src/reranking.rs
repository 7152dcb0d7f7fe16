//! Telling how well a text answers a question, by a model that comes with the program.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use ports::{Outbound, RerankError, Reranker};

use crate::cross_encoder::{CrossEncoder, Pair, cut};
use crate::onnx::{Lane, Niceness, Weights};

/// See `NOTICE.md` beside it.
static WEIGHTS: &[u8] = include_bytes!("../models/answers/model.onnx");

/// Tokens of a question that count, and of both texts; the model was trained on no more.
const QUESTION: usize = 40;
const BOTH: usize = 96;
/// Texts in one forward pass: more are not faster on a CPU, and a cancelled request would end later.
const BATCH: usize = 8;

/// The model that comes with the program. Cheap to clone; its weights are there while it is used.
#[derive(Clone)]
pub struct LocalReranker(Arc<SharedReranker>);

struct SharedReranker {
    weights: Arc<Weights<CrossEncoder>>,
    lane: Lane,
}

impl LocalReranker {
    /// The same one for the whole process.
    pub fn shared() -> Self {
        static SHARED: OnceLock<LocalReranker> = OnceLock::new();
        SHARED.get_or_init(|| Self(Arc::new(SharedReranker { weights: Weights::new(None), lane: Lane::new(Niceness::Normal) }))).clone()
    }
}

#[async_trait]
impl Reranker for LocalReranker {
    async fn rerank(&self, question: &Outbound<String>, texts: &[Outbound<String>]) -> Result<Vec<f32>, RerankError> {
        let was_loaded = self.0.weights.is_loaded();
        let (question, texts) = (question.get().clone(), texts.iter().map(|text| text.get().clone()).collect::<Vec<_>>());
        let shared = Arc::clone(&self.0);
        let pairs = self.0.lane.run(move |_| pairs(&*shared.network()?, &question, &texts)).await;
        if !was_loaded {
            self.0.weights.let_go_when_idle();
        }
        let stopped = || RerankError("the model stopped".to_owned());
        let mut pairs = pairs.ok_or_else(stopped)?.map_err(RerankError)?;
        // Texts of one length together: what only fills up is computed too.
        let mut order: Vec<usize> = (0..pairs.len()).collect();
        order.sort_by_key(|&text| pairs[text].tokens.len());
        let mut scores = vec![0.0; pairs.len()];
        for batch in order.chunks(BATCH) {
            let some: Vec<_> = batch.iter().map(|&text| std::mem::take(&mut pairs[text])).collect();
            let shared = Arc::clone(&self.0);
            let made = self.0.lane.run(move |thread| shared.network()?.scores(&some, thread)).await;
            for (&text, score) in batch.iter().zip(made.ok_or_else(stopped)?.map_err(RerankError)?) {
                scores[text] = score.first().copied().unwrap_or_default();
            }
        }
        Ok(scores)
    }
}

impl SharedReranker {
    fn network(&self) -> Result<Arc<CrossEncoder>, String> {
        self.weights.get(|| CrossEncoder::bundled(WEIGHTS, "score"))
    }
}

/// A question with each text.
fn pairs(network: &CrossEncoder, question: &str, texts: &[String]) -> Result<Vec<Pair>, String> {
    let question = cut(network.tokens(question)?, QUESTION);
    let pair = |text: &String| Ok(Pair::new(&question, &cut(network.tokens(text)?.split_off(1), BOTH - question.len())));
    texts.iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use ports::Redaction;

    async fn scores(question: &str, texts: &[&str]) -> Vec<f32> {
        let redaction = Redaction::default();
        LocalReranker::shared().rerank(&redaction.text(question), &redaction.texts(texts)).await.unwrap()
    }

    #[test]
    fn a_text_is_read_as_in_training() {
        let training = include_str!("../models/answers/train.py");
        assert!(training.contains(&format!("QUESTION, BOTH, READ, LINES, AS_LIKELY = {QUESTION}, {BOTH}, ")));
    }

    #[tokio::test]
    async fn what_answers_is_told_from_what_does_not() {
        let texts = [
            "Terms. Term: The minimum term is 24 months, after which either side may leave with three months' notice.",
            "Terms. Prices: Prices are in euros without tax.",
            "Terms. Support: The night line is answered by an engineer.",
        ];
        let found = scores("how long are we tied in?", &texts).await;
        assert!(found[0] > 0.0 && found[0] > found[1] + 2.0 && found[0] > found[2] + 2.0, "{found:?}");
        let found = scores("can I talk to your CTO?", &texts).await;
        assert!(found.iter().all(|score| *score < 0.0), "{found:?}");
    }

    #[tokio::test]
    async fn neither_order_nor_number_nor_length_changes_a_score() {
        let question = "What does it cost?";
        let alone = scores(question, &["It costs 20 euros a month."]).await[0];
        let long = "word ".repeat(3_000);
        let mut texts = vec![long.as_str(); 9];
        texts.insert(4, "It costs 20 euros a month.");
        let among = scores(question, &texts).await;
        // What is beside it fills it up, and eight bits are rounded to what is largest among all.
        assert!((among[4] - alone).abs() < 0.6, "{alone} {among:?}");
        assert!(scores(&long, &["", "It."]).await.iter().all(|score| score.is_finite()));
        assert!(scores(question, &[]).await.is_empty());
    }
}
