//! The forward pass of a BERT encoder (Devlin et al. 2018) and the pooling of sentence-transformers: mean over tokens, length 1.

use candle_core::{D, DType, Device, Result, Tensor};
use candle_nn::VarBuilder;
use candle_nn::ops::{layer_norm, softmax_last_dim};
use serde::Deserialize;

/// What is added to the score of a token that is only padding: no attention is left for it.
const MASKED: f32 = -1e9;

/// The shape of a model, as its `config.json` says.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Shape {
    pub(super) model_type: String,
    pub(super) hidden_act: String,
    #[serde(default)]
    pub(super) position_embedding_type: Option<String>,
    pub(super) hidden_size: usize,
    pub(super) intermediate_size: usize,
    pub(super) num_attention_heads: usize,
    pub(super) num_hidden_layers: usize,
    pub(super) vocab_size: usize,
    pub(super) max_position_embeddings: usize,
    pub(super) type_vocab_size: usize,
    pub(super) layer_norm_eps: f64,
}

impl Shape {
    /// Whether this code can run it.
    pub(super) fn check(&self) -> std::result::Result<(), String> {
        if self.model_type != "bert" {
            return Err(format!("its model_type is {:.40}; only bert is known here", self.model_type));
        }
        if self.hidden_act != "gelu" || self.position_embedding_type.as_deref().is_some_and(|kind| kind != "absolute") {
            return Err("only gelu and absolute positions are known here".to_owned());
        }
        let sizes = [self.hidden_size, self.intermediate_size, self.num_attention_heads, self.num_hidden_layers, self.vocab_size];
        let more = [self.max_position_embeddings, self.type_vocab_size];
        if sizes.iter().chain(&more).any(|size| !(1..=1_000_000).contains(size))
            || !self.hidden_size.is_multiple_of(self.num_attention_heads)
        {
            return Err("its sizes make no model".to_owned());
        }
        Ok(())
    }
}

struct Linear {
    /// Inputs × outputs.
    weight: Tensor,
    bias: Tensor,
}

impl Linear {
    fn load(inputs: usize, outputs: usize, weights: &VarBuilder<'_>) -> Result<Self> {
        Ok(Self { weight: weights.get((outputs, inputs), "weight")?.t()?, bias: weights.get(outputs, "bias")? })
    }

    /// Several that read the same input, side by side: one multiplication instead of three.
    fn beside(parts: &[Self]) -> Result<Self> {
        let weights: Vec<&Tensor> = parts.iter().map(|part| &part.weight).collect();
        let biases: Vec<&Tensor> = parts.iter().map(|part| &part.bias).collect();
        Ok(Self { weight: Tensor::cat(&weights, 1)?, bias: Tensor::cat(&biases, 0)? })
    }

    /// `rows` is tokens × inputs.
    fn forward(&self, rows: &Tensor) -> Result<Tensor> {
        rows.matmul(&self.weight)?.broadcast_add(&self.bias)
    }
}

struct LayerNorm {
    weight: Tensor,
    bias: Tensor,
    epsilon: f32,
}

impl LayerNorm {
    fn load(shape: &Shape, weights: &VarBuilder<'_>) -> Result<Self> {
        let (weight, bias) = (weights.get(shape.hidden_size, "weight")?, weights.get(shape.hidden_size, "bias")?);
        Ok(Self { weight, bias, epsilon: shape.layer_norm_eps as f32 })
    }

    fn forward(&self, rows: &Tensor) -> Result<Tensor> {
        layer_norm(rows, &self.weight, &self.bias, self.epsilon)
    }
}

struct Layer {
    query_key_value: Linear,
    attention: Linear,
    attention_norm: LayerNorm,
    wider: Linear,
    narrower: Linear,
    norm: LayerNorm,
}

impl Layer {
    fn load(shape: &Shape, weights: &VarBuilder<'_>) -> Result<Self> {
        let (hidden, wide) = (shape.hidden_size, shape.intermediate_size);
        let own = weights.pp("attention.self");
        let parts = ["query", "key", "value"].map(|name| Linear::load(hidden, hidden, &own.pp(name)));
        let [query, key, value] = parts;
        Ok(Self {
            query_key_value: Linear::beside(&[query?, key?, value?])?,
            attention: Linear::load(hidden, hidden, &weights.pp("attention.output.dense"))?,
            attention_norm: LayerNorm::load(shape, &weights.pp("attention.output.LayerNorm"))?,
            wider: Linear::load(hidden, wide, &weights.pp("intermediate.dense"))?,
            narrower: Linear::load(wide, hidden, &weights.pp("output.dense"))?,
            norm: LayerNorm::load(shape, &weights.pp("output.LayerNorm"))?,
        })
    }

    /// `rows` is (texts · tokens) × hidden; `mask` is texts × 1 × 1 × tokens.
    fn forward(&self, rows: &Tensor, mask: &Tensor, texts: usize, tokens: usize, heads: usize) -> Result<Tensor> {
        let hidden = rows.dim(1)?;
        let size = hidden / heads;
        // 3 × texts × heads × tokens × size
        let parts = self.query_key_value.forward(rows)?.reshape((texts, tokens, 3, heads, size))?.permute((2, 0, 3, 1, 4))?;
        let (query, key, value) = (parts.get(0)?.contiguous()?, parts.get(1)?.contiguous()?, parts.get(2)?.contiguous()?);
        let scores = (query.matmul(&key.t()?)? * (1.0 / (size as f64).sqrt()))?.broadcast_add(mask)?;
        let seen = softmax_last_dim(&scores)?.matmul(&value)?;
        let seen = seen.transpose(1, 2)?.reshape((texts * tokens, hidden))?;
        let rows = self.attention_norm.forward(&(self.attention.forward(&seen)? + rows)?)?;
        let wide = self.wider.forward(&rows)?.gelu_erf()?;
        self.norm.forward(&(self.narrower.forward(&wide)? + &rows)?)
    }
}

/// A loaded encoder.
pub(super) struct Bert {
    words: Tensor,
    /// Positions with the type of a first (and only) sentence already added.
    positions: Tensor,
    norm: LayerNorm,
    layers: Vec<Layer>,
    heads: usize,
}

impl Bert {
    /// Takes the weights out of the bytes of a safetensors file.
    pub(super) fn load(shape: &Shape, safetensors: &[u8]) -> Result<Self> {
        let weights = VarBuilder::from_slice_safetensors(safetensors, DType::F32, &Device::Cpu)?;
        // Some files keep the whole of BERT below a prefix.
        let weights = if weights.contains_tensor("bert.embeddings.word_embeddings.weight") { weights.pp("bert") } else { weights };
        let embeddings = weights.pp("embeddings");
        let table = |rows: usize, name: &str| embeddings.pp(name).get((rows, shape.hidden_size), "weight");
        let first_type = table(shape.type_vocab_size, "token_type_embeddings")?.get(0)?;
        Ok(Self {
            words: table(shape.vocab_size, "word_embeddings")?,
            positions: table(shape.max_position_embeddings, "position_embeddings")?.broadcast_add(&first_type)?,
            norm: LayerNorm::load(shape, &embeddings.pp("LayerNorm"))?,
            layers: (0..shape.num_hidden_layers)
                .map(|layer| Layer::load(shape, &weights.pp(format!("encoder.layer.{layer}"))))
                .collect::<Result<_>>()?,
            heads: shape.num_attention_heads,
        })
    }

    /// One vector of length 1 for each list of tokens. The lists are padded to the longest: put those of like length together.
    pub(super) fn embed(&self, texts: &[Vec<u32>]) -> Result<Vec<Vec<f32>>> {
        let (count, longest) = (texts.len(), texts.iter().map(Vec::len).max().unwrap_or(0));
        if count == 0 || longest == 0 {
            return Ok(Vec::new());
        }
        let mut ids = Vec::with_capacity(count * longest);
        let mut weights = Vec::with_capacity(count * longest);
        for text in texts {
            let padding = longest - text.len();
            ids.extend(text.iter().copied().chain(std::iter::repeat_n(0, padding)));
            weights.extend(std::iter::repeat_n(1.0 / text.len().max(1) as f32, text.len()).chain(std::iter::repeat_n(0.0, padding)));
        }
        let mask: Vec<f32> = weights.iter().map(|&weight| if weight > 0.0 { 0.0 } else { MASKED }).collect();
        let mask = Tensor::from_vec(mask, (count, 1, 1, longest), &Device::Cpu)?;
        let ids = Tensor::from_vec(ids, count * longest, &Device::Cpu)?;

        let words = self.words.index_select(&ids, 0)?.reshape((count, longest, ()))?;
        let rows = words.broadcast_add(&self.positions.narrow(0, 0, longest)?)?.flatten_to(1)?;
        let mut rows = self.norm.forward(&rows)?;
        for layer in &self.layers {
            rows = layer.forward(&rows, &mask, count, longest, self.heads)?;
        }
        let weights = Tensor::from_vec(weights, (count, 1, longest), &Device::Cpu)?;
        let means = weights.matmul(&rows.reshape((count, longest, ()))?)?.squeeze(1)?;
        let lengths = means.sqr()?.sum_keepdim(D::Minus1)?.sqrt()?;
        means.broadcast_div(&lengths)?.to_vec2()
    }
}
