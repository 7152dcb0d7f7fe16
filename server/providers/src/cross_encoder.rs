//! A network that reads two texts together: their tokens in, some scores out.

use std::sync::Arc;

use rten::{Model, NodeId, RunOptions, ThreadPool, ValueOrView};
use rten_tensor::prelude::*;
use tokenizers::Tokenizer;

use crate::onnx::{first_line, matrix};

/// The words of all models that come with the program are those of the embedding model.
static TOKENIZER: &[u8] = include_bytes!("../models/all-MiniLM-L6-v2/tokenizer.json");

/// Bytes of a text that are looked at: in any language more than a network reads.
const LONGEST: usize = 8 * 1024;

pub(crate) struct CrossEncoder {
    model: Model,
    tokenizer: Tokenizer,
    tokens: NodeId,
    mask: NodeId,
    sentence: NodeId,
    scores: NodeId,
}

/// The tokens of a text and of another one behind it, and which of the two each is of.
#[derive(Default)]
pub(crate) struct Pair {
    pub(crate) tokens: Vec<u32>,
    sentence: Vec<u32>,
}

impl Pair {
    /// Both with the mark at their ends, the first one with that at its beginning, too.
    pub(crate) fn new(first: &[u32], second: &[u32]) -> Self {
        Self { tokens: [first, second].concat(), sentence: [vec![0; first.len()], vec![1; second.len()]].concat() }
    }
}

impl CrossEncoder {
    /// Of weights that come with the program; `scores` is what the network calls what comes out.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(crate) fn bundled(weights: &'static [u8], scores: &str) -> Result<Self, String> {
        let model = Model::load_static_slice(weights).map_err(|error| first_line(&error))?;
        let mut tokenizer = Tokenizer::from_bytes(TOKENIZER).map_err(|error| first_line(&*error))?;
        tokenizer.with_truncation(None).map_err(|error| first_line(&*error))?;
        tokenizer.with_padding(None);
        let node = |name: &str| model.find_node(name).ok_or_else(|| format!("the model has no `{name}`"));
        let (tokens, mask, sentence) = (node("input_ids")?, node("attention_mask")?, node("token_type_ids")?);
        Ok(Self { tokens, mask, sentence, scores: node(scores)?, tokenizer, model })
    }

    /// The scores of each pair, computed on one thread.
    ///
    /// # Errors
    /// If the model can't be run.
    pub(crate) fn scores(&self, pairs: &[Pair], thread: &Arc<ThreadPool>) -> Result<Vec<Vec<f32>>, String> {
        let rows = |of: fn(&Pair) -> &Vec<u32>| pairs.iter().map(|pair| of(pair).clone()).collect::<Vec<_>>();
        let (tokens, mask) = matrix(&rows(|pair| &pair.tokens));
        let (sentence, _) = matrix(&rows(|pair| &pair.sentence));
        let inputs: Vec<(NodeId, ValueOrView<'_>)> =
            vec![(self.tokens, tokens.view().into()), (self.mask, mask.view().into()), (self.sentence, sentence.view().into())];
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(thread)));
        let [scores] = self.model.run_n(inputs, [self.scores], Some(options)).map_err(|error| first_line(&error))?;
        let scores = scores.into_tensor::<f32>().ok_or("the scores are no numbers")?.to_vec();
        Ok(scores.chunks(scores.len() / pairs.len().max(1)).map(<[f32]>::to_vec).collect())
    }

    /// The tokens of a text with the marks at its ends.
    ///
    /// # Errors
    /// If the tokenizer can't read it.
    pub(crate) fn tokens(&self, text: &str) -> Result<Vec<u32>, String> {
        let text = &text[..text.floor_char_boundary(LONGEST)];
        let encoded = self.tokenizer.encode_fast(text, true).map_err(|error| error.to_string())?;
        Ok(encoded.get_ids().to_vec())
    }
}

/// The first tokens, the last of them the mark at the end.
pub(crate) fn cut(mut tokens: Vec<u32>, most: usize) -> Vec<u32> {
    if tokens.len() > most
        && let Some(end) = tokens.last().copied()
    {
        tokens.truncate(most - 1);
        tokens.push(end);
    }
    tokens
}
