//! A loaded encoder: tokens in, the vector of sentence-transformers out (mean over the tokens, length 1).

use std::sync::Arc;

use ports::EmbedError;
use rten::{Dimension, Model, NodeId, RunOptions, ThreadPool, ValueOrView};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};
use tokenizers::{Tokenizer, TruncationParams};

use crate::onnx::{first_line, matrix};

/// Tokens of a text that count; the model's authors trained it on no more.
const TOKENS: usize = 256;
/// Bytes of a text that are looked at: in any language more than [`TOKENS`] tokens of words.
const LONGEST: usize = 32 * 1024;

pub(super) struct Network {
    model: Model,
    tokenizer: Tokenizer,
    dimensions: usize,
    /// Ids of the tokens, where there are some (1) and where only padding is (0), and, in a BERT, which of two sentences they are of.
    tokens: NodeId,
    mask: NodeId,
    sentence: Option<NodeId>,
    hidden: NodeId,
}

impl Network {
    /// # Errors
    /// What doesn't fit.
    pub(super) fn new(model: Model, mut tokenizer: Tokenizer) -> Result<Self, String> {
        let node = |name: &str| model.find_node(name).filter(|node| model.input_ids().contains(node));
        let wanted = |name: &str| node(name).ok_or_else(|| format!("it has no input `{name}`"));
        let (tokens, mask, sentence) = (wanted("input_ids")?, wanted("attention_mask")?, node("token_type_ids"));
        let hidden = *model.output_ids().first().ok_or("it has no output")?;
        let shape = model.node_info(hidden).and_then(|info| info.shape()).unwrap_or_default();
        let dimensions = match shape[..] {
            [_, _, Dimension::Fixed(numbers)] if numbers > 0 => numbers,
            _ => return Err("its first output is no vector for each token".to_owned()),
        };
        tokenizer
            .with_truncation(Some(TruncationParams { max_length: TOKENS, ..TruncationParams::default() }))
            .map_err(|error| error.to_string())?;
        tokenizer.with_padding(None);
        let network = Self { tokens, mask, sentence, hidden, dimensions, tokenizer, model };
        // A tokenizer with more words than the model knows fails with the first of them: better now.
        let last = network.tokenizer.get_vocab(true).into_values().max().unwrap_or(0);
        let pool = Arc::new(ThreadPool::with_num_threads(1));
        network.embed(&[vec![last]], &pool).map_err(|error| error.to_string())?;
        Ok(network)
    }

    pub(super) fn dimensions(&self) -> usize {
        self.dimensions
    }

    pub(super) fn tokens(&self, text: &str) -> Result<Vec<u32>, EmbedError> {
        let text = &text[..text.floor_char_boundary(LONGEST)];
        let encoded = self.tokenizer.encode_fast(text, true);
        encoded.map(|encoded| encoded.get_ids().to_vec()).map_err(|error| EmbedError::Refused(error.to_string()))
    }

    /// The vectors of some texts, computed on one thread.
    pub(super) fn embed(&self, texts: &[Vec<u32>], thread: &Arc<ThreadPool>) -> Result<Vec<Vec<f32>>, EmbedError> {
        let refused = |error: &dyn std::error::Error| EmbedError::Refused(first_line(error));
        let (tokens, mask) = matrix(texts);
        let sentence = NdTensor::<i32, 2>::zeros(tokens.shape());
        let mut inputs: Vec<(NodeId, ValueOrView<'_>)> = vec![(self.tokens, tokens.view().into()), (self.mask, mask.view().into())];
        inputs.extend(self.sentence.map(|node| (node, sentence.view().into())));
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(thread)));
        let [hidden] = self.model.run_n(inputs, [self.hidden], Some(options)).map_err(|error| refused(&error))?;
        let hidden: NdTensor<f32, 3> = hidden.try_into().map_err(|error| refused(&error))?;
        Ok(texts.iter().enumerate().map(|(row, text)| mean(&hidden.slice(row), text.len())).collect())
    }
}

/// The mean of the first rows, of length 1.
fn mean(rows: &NdTensorView<'_, f32, 2>, count: usize) -> Vec<f32> {
    let mut sum = vec![0.0_f32; rows.size(1)];
    for row in 0..count {
        sum.iter_mut().enumerate().for_each(|(column, sum)| *sum += rows[[row, column]]);
    }
    let length = sum.iter().map(|number| number * number).sum::<f32>().sqrt();
    // What has no direction stays as it is.
    let length = if length > 0.0 { length } else { 1.0 };
    sum.iter_mut().for_each(|number| *number /= length);
    sum
}
