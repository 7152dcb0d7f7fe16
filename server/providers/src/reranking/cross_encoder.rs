//! A loaded cross-encoder: the tokens of two texts in, one score out.

use std::sync::Arc;

use ports::RerankError;
use rten::{Model, NodeId, RunOptions, ThreadPool, ValueOrView};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;
use tokenizers::Tokenizer;

use crate::onnx::{first_line, matrix};

/// What comes with the program; see `NOTICE.md` beside it. Its words are those of the embedding model.
static WEIGHTS: &[u8] = include_bytes!("../../models/answers/model.onnx");
static TOKENIZER: &[u8] = include_bytes!("../../models/all-MiniLM-L6-v2/tokenizer.json");

/// Tokens of a question that count, and of both texts; the model was trained on no more.
const QUESTION: usize = 40;
const BOTH: usize = 96;
/// Bytes of a text that are looked at: in any language more than [`BOTH`] tokens of words.
const LONGEST: usize = 8 * 1024;

pub(super) struct CrossEncoder {
    model: Model,
    tokenizer: Tokenizer,
    tokens: NodeId,
    mask: NodeId,
    sentence: NodeId,
    score: NodeId,
}

/// The tokens of a question and of a text behind it, and which of the two each is of.
#[derive(Default)]
pub(super) struct Pair {
    pub(super) tokens: Vec<u32>,
    sentence: Vec<u32>,
}

impl CrossEncoder {
    /// # Errors
    /// What is wrong with the files that come with the program.
    pub(super) fn bundled() -> Result<Self, RerankError> {
        let broken = |error: &dyn std::error::Error| RerankError(first_line(error));
        let model = Model::load_static_slice(WEIGHTS).map_err(|error| broken(&error))?;
        let mut tokenizer = Tokenizer::from_bytes(TOKENIZER).map_err(|error| broken(&*error))?;
        tokenizer.with_truncation(None).map_err(|error| broken(&*error))?;
        tokenizer.with_padding(None);
        let node = |name: &str| model.find_node(name).ok_or_else(|| RerankError(format!("the model has no `{name}`")));
        let (tokens, mask, sentence) = (node("input_ids")?, node("attention_mask")?, node("token_type_ids")?);
        Ok(Self { tokens, mask, sentence, score: node("score")?, tokenizer, model })
    }

    /// A question with each text.
    ///
    /// # Errors
    /// If the tokenizer can't read one.
    pub(super) fn pairs(&self, question: &str, texts: &[String]) -> Result<Vec<Pair>, RerankError> {
        let question = cut(self.tokens(question)?, QUESTION);
        let pair = |text: &String| {
            let mut text = self.tokens(text)?;
            text.remove(0);
            let text = cut(text, BOTH - question.len());
            let sentence = [vec![0; question.len()], vec![1; text.len()]].concat();
            Ok(Pair { tokens: [question.clone(), text].concat(), sentence })
        };
        texts.iter().map(pair).collect()
    }

    /// The scores of pairs, computed on one thread.
    ///
    /// # Errors
    /// If the model can't be run.
    pub(super) fn scores(&self, pairs: &[Pair], thread: &Arc<ThreadPool>) -> Result<Vec<f32>, RerankError> {
        let refused = |error: &dyn std::error::Error| RerankError(first_line(error));
        let rows = |of: fn(&Pair) -> &Vec<u32>| pairs.iter().map(|pair| of(pair).clone()).collect::<Vec<_>>();
        let (tokens, mask) = matrix(&rows(|pair| &pair.tokens));
        let (sentence, _) = matrix(&rows(|pair| &pair.sentence));
        let inputs: Vec<(NodeId, ValueOrView<'_>)> =
            vec![(self.tokens, tokens.view().into()), (self.mask, mask.view().into()), (self.sentence, sentence.view().into())];
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(thread)));
        let [scores] = self.model.run_n(inputs, [self.score], Some(options)).map_err(|error| refused(&error))?;
        let scores: NdTensor<f32, 1> = scores.try_into().map_err(|error| refused(&error))?;
        Ok(scores.to_vec())
    }

    /// The tokens of a text with the marks at its ends.
    fn tokens(&self, text: &str) -> Result<Vec<u32>, RerankError> {
        let text = &text[..text.floor_char_boundary(LONGEST)];
        let encoded = self.tokenizer.encode_fast(text, true).map_err(|error| RerankError(error.to_string()))?;
        Ok(encoded.get_ids().to_vec())
    }
}

/// The first tokens, the last of them the mark at the end.
fn cut(mut tokens: Vec<u32>, most: usize) -> Vec<u32> {
    if tokens.len() > most
        && let Some(end) = tokens.last().copied()
    {
        tokens.truncate(most - 1);
        tokens.push(end);
    }
    tokens
}
