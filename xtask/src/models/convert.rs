//! Whisper's weights in whisper.cpp's format, 16-bit floats.

use std::collections::HashMap;

use anyhow::{Context, Result};
use serde_json::Value;

use super::weights::{Table, Weights};

const MAGIC: u32 = 0x6767_6d6c;
const MELS: usize = 80;
/// Tokens that have a text; those after them are marks.
const TEXTS: usize = 50_257;
const TEXTS_ENGLISH: usize = 50_256;
const VOCABULARY_ENGLISH: usize = 51_864;

/// The whole file.
pub fn to_ggml(weights: &Weights<'_>, tokenizer: &[u8]) -> Result<Vec<u8>> {
    let tables = tables(weights)?;
    let shape = |name: &str| tables.iter().find(|(other, _)| other == name).map(|(_, table)| &table.shape).context("a table is missing");
    let (vocabulary, audio) = (shape("decoder.token_embedding.weight")?[0], shape("encoder.positional_embedding")?.clone());
    let (text, width) = (shape("decoder.positional_embedding")?[0], audio[1]);
    let layers =
        |side: &str| (0..).take_while(|layer| weights.has(&format!("{side}/layer_{layer}/self_attention/layer_norm/gamma"))).count();
    let mut file = Vec::new();
    let mut number = |number: usize| file.extend((number as u32).to_le_bytes());
    number(MAGIC as usize);
    for size in [vocabulary, audio[0], width, width / 64, layers("encoder"), text, width, width / 64, layers("decoder"), MELS, 1] {
        number(size);
    }
    let filters = mel_filters();
    number(MELS);
    number(filters.len() / MELS);
    file.extend(filters.iter().flat_map(|filter| filter.to_le_bytes()));
    words(&mut file, tokenizer, if vocabulary > VOCABULARY_ENGLISH { TEXTS } else { TEXTS_ENGLISH })?;
    for (name, table) in tables {
        let is_half = table.shape.len() > 1
            && !name.ends_with("positional_embedding")
            && !name.ends_with("conv1.bias")
            && !name.ends_with("conv2.bias");
        let mut number = |number: usize| file.extend((number as u32).to_le_bytes());
        number(table.shape.len());
        number(name.len());
        number(is_half.into());
        table.shape.iter().rev().for_each(|size| number(*size));
        file.extend(name.bytes());
        if is_half {
            file.extend(table.bytes);
        } else {
            file.extend(table.bytes.chunks_exact(2).flat_map(|half| single(u16::from_le_bytes([half[0], half[1]])).to_le_bytes()));
        }
    }
    Ok(file)
}

/// The tables by the names that they have in OpenAI's own files, in their order.
fn tables<'a>(weights: &Weights<'a>) -> Result<Vec<(String, Table<'a>)>> {
    let mut tables = Tables { weights, made: Vec::new() };
    tables.copy("encoder/position_encodings/encodings", "encoder.positional_embedding")?;
    for conv in 1..=2 {
        tables.copy(&format!("encoder/conv{conv}/weight"), &format!("encoder.conv{conv}.weight"))?;
        let mut bias = weights.table(&format!("encoder/conv{conv}/bias"))?.whole();
        bias.shape.push(1);
        tables.made.push((format!("encoder.conv{conv}.bias"), bias));
    }
    tables.layers("encoder", false)?;
    tables.norm("encoder/layer_norm", "encoder.ln_post")?;
    tables.copy("decoder/position_encodings/encodings", "decoder.positional_embedding")?;
    tables.copy("decoder/embeddings/weight", "decoder.token_embedding.weight")?;
    tables.layers("decoder", true)?;
    tables.norm("decoder/layer_norm", "decoder.ln")?;
    Ok(tables.made)
}

struct Tables<'w, 'a> {
    weights: &'w Weights<'a>,
    made: Vec<(String, Table<'a>)>,
}

impl Tables<'_, '_> {
    fn copy(&mut self, from: &str, to: &str) -> Result<()> {
        self.made.push((to.to_owned(), self.weights.table(from)?.whole()));
        Ok(())
    }

    /// A third of a table whose rows stand for queries, keys and values, or what is to be had of them.
    fn part(&mut self, from: &str, width: usize, part: usize, to: &str) -> Result<()> {
        self.made.push((to.to_owned(), self.weights.table(from)?.rows(part * width, (part + 1) * width)?));
        Ok(())
    }

    fn linear(&mut self, from: &str, to: &str) -> Result<()> {
        self.copy(&format!("{from}/weight"), &format!("{to}.weight"))?;
        if self.weights.has(&format!("{from}/bias")) {
            self.copy(&format!("{from}/bias"), &format!("{to}.bias"))?;
        }
        Ok(())
    }

    fn norm(&mut self, from: &str, to: &str) -> Result<()> {
        self.copy(&format!("{from}/gamma"), &format!("{to}.weight"))?;
        self.copy(&format!("{from}/beta"), &format!("{to}.bias"))
    }

    fn layers(&mut self, side: &str, is_decoder: bool) -> Result<()> {
        let is_there = |layer: &usize| self.weights.has(&format!("{side}/layer_{layer}/self_attention/layer_norm/gamma"));
        for layer in 0..(0..).take_while(is_there).count() {
            let (from, to) = (format!("{side}/layer_{layer}"), format!("{side}.blocks.{layer}"));
            self.norm(&format!("{from}/self_attention/layer_norm"), &format!("{to}.attn_ln"))?;
            self.own_attention(&format!("{from}/self_attention"), &format!("{to}.attn"))?;
            if is_decoder {
                self.norm(&format!("{from}/attention/layer_norm"), &format!("{to}.cross_attn_ln"))?;
                self.other_attention(&format!("{from}/attention"), &format!("{to}.cross_attn"))?;
            }
            self.norm(&format!("{from}/ffn/layer_norm"), &format!("{to}.mlp_ln"))?;
            self.linear(&format!("{from}/ffn/linear_0"), &format!("{to}.mlp.0"))?;
            self.linear(&format!("{from}/ffn/linear_1"), &format!("{to}.mlp.2"))?;
        }
        Ok(())
    }

    fn own_attention(&mut self, from: &str, to: &str) -> Result<()> {
        let (weight, bias) = (format!("{from}/linear_0/weight"), format!("{from}/linear_0/bias"));
        let width = self.weights.table(&weight)?.shape[1];
        self.part(&weight, width, 0, &format!("{to}.query.weight"))?;
        self.part(&bias, width, 0, &format!("{to}.query.bias"))?;
        self.part(&weight, width, 1, &format!("{to}.key.weight"))?;
        self.part(&weight, width, 2, &format!("{to}.value.weight"))?;
        self.part(&bias, width, 2, &format!("{to}.value.bias"))?;
        self.linear(&format!("{from}/linear_1"), &format!("{to}.out"))
    }

    fn other_attention(&mut self, from: &str, to: &str) -> Result<()> {
        let (weight, bias) = (format!("{from}/linear_1/weight"), format!("{from}/linear_1/bias"));
        self.linear(&format!("{from}/linear_0"), &format!("{to}.query"))?;
        let width = self.weights.table(&weight)?.shape[1];
        self.part(&weight, width, 0, &format!("{to}.key.weight"))?;
        self.part(&weight, width, 1, &format!("{to}.value.weight"))?;
        self.part(&bias, width, 1, &format!("{to}.value.bias"))?;
        self.linear(&format!("{from}/linear_2"), &format!("{to}.out"))
    }
}

/// The texts of the tokens, as bytes. The tokenizer's file stands for each byte by a letter that can be seen.
fn words(file: &mut Vec<u8>, tokenizer: &[u8], texts: usize) -> Result<()> {
    let tokenizer: Value = serde_json::from_slice(tokenizer).context("the tokenizer can't be read")?;
    let vocabulary = tokenizer["model"]["vocab"].as_object().context("the tokenizer has no vocabulary")?;
    let number = |id: &Value| id.as_u64().map(|id| id as usize);
    let mut words: Vec<(usize, &str)> = vocabulary.iter().filter_map(|(text, id)| Some((number(id)?, text.as_str()))).collect();
    words.retain(|(id, _)| *id < texts);
    words.sort_unstable();
    let shown = shown_bytes();
    file.extend((words.len() as u32).to_le_bytes());
    for (_, text) in words {
        let bytes: Option<Vec<u8>> = text.chars().map(|letter| shown.get(&letter).copied()).collect();
        let bytes = bytes.unwrap_or_else(|| text.bytes().collect());
        file.extend((bytes.len() as u32).to_le_bytes());
        file.extend(bytes);
    }
    Ok(())
}

/// Which letter stands for which byte: those that can be seen for themselves, the others for letters from U+0100 on.
fn shown_bytes() -> HashMap<char, u8> {
    let is_shown = |byte: &u8| matches!(byte, 33..=126 | 161..=172 | 174..=255);
    let hidden = (0..=255_u8).filter(|byte| !is_shown(byte));
    let letters = (256..).filter_map(char::from_u32).zip(hidden);
    (0..=255_u8).filter(is_shown).map(|byte| (char::from(byte), byte)).chain(letters).collect()
}

/// How much each of 201 frequencies has to do with each of 80 bands of tones (Slaney's scale: even steps up to 1 kHz, then equal ratios; each
/// band a triangle of the same area).
fn mel_filters() -> Vec<f32> {
    const HIGHEST: f64 = 45.245_640_471_924_965;
    let edge = |place: usize| {
        let mel = if place == MELS + 1 { HIGHEST } else { place as f64 * (HIGHEST / (MELS + 1) as f64) };
        if mel >= 15.0 { 1_000.0 * ((6.4_f64.ln() / 27.0) * (mel - 15.0)).exp() } else { 200.0 / 3.0 * mel }
    };
    let edges: Vec<f64> = (0..MELS + 2).map(edge).collect();
    let weight = |band: usize, bin: usize| {
        let frequency = bin as f64 * 40.0;
        let rising = -(edges[band] - frequency) / (edges[band + 1] - edges[band]);
        let falling = (edges[band + 2] - frequency) / (edges[band + 2] - edges[band + 1]);
        (rising.min(falling).max(0.0) * (2.0 / (edges[band + 2] - edges[band]))) as f32
    };
    (0..MELS).flat_map(|band| (0..201).map(move |bin| (band, bin))).map(|(band, bin)| weight(band, bin)).collect()
}

/// A 16-bit float as one of 32 bits.
fn single(half: u16) -> f32 {
    let (sign, exponent, fraction) = (u32::from(half >> 15) << 31, u32::from(half >> 10 & 0x1f), u32::from(half & 0x3ff));
    match exponent {
        0 => {
            let value = fraction as f32 / 16_777_216.0;
            if sign == 0 { value } else { -value }
        }
        31 => f32::from_bits(sign | 0xff << 23 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_the_numbers_that_they_stand_for() {
        for (half, number) in
            [(0x3c00, 1.0), (0xc000, -2.0), (0x3555, 0.333_251_95), (0x0001, 5.960_464_5e-8), (0x7bff, 65_504.0), (0, 0.0)]
        {
            assert!((single(half) - number).abs() <= f32::EPSILON * number.abs(), "{half:x}");
        }
        assert!(single(0x8000).is_sign_negative() && single(0x7c00).is_infinite());
    }

    #[test]
    fn each_byte_has_one_letter() {
        let shown = shown_bytes();
        assert_eq!((shown.len(), shown.get(&'A'), shown.get(&'Ġ')), (256, Some(&b'A'), Some(&b' ')));
    }

    #[test]
    fn filters_are_triangles_side_by_side() {
        let filters = mel_filters();
        assert_eq!(filters.len(), 80 * 201);
        for band in filters.chunks(201) {
            let (first, last) = (band.iter().position(|w| *w > 0.0), band.iter().rposition(|w| *w > 0.0));
            assert!(first.is_some_and(|first| last.is_some_and(|last| first <= last && last - first < 30)));
        }
    }
}
