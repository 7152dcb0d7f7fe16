//! whisper.cpp: a loaded model, and passes over stretches of sound. The one place that knows the native crate.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use model::{Millis, Word};
use whisper_rs::{FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperState};

use super::words::{self, Token};
use crate::speech::SAMPLE_RATE;

/// Positions of the encoder a second, and how many there are for the thirty seconds that it was trained on.
const POSITIONS: usize = 50;
const WHOLE: usize = 1_500;
/// What is shorter than this is lengthened by silence: Whisper makes nothing of less than a tenth of a second.
const SHORTEST: usize = SAMPLE_RATE as usize;
/// Tokens of a prompt that count: whisper.cpp takes 224, and each costs time in every pass.
const PROMPT: usize = 96;

/// A loaded model. Ears hear with it; it stays as long as one of them does.
pub(super) struct Engine {
    context: WhisperContext,
}

/// What one pass works with (tens of megabytes): nothing of one pass is left for the next.
pub(super) struct Ear {
    state: WhisperState,
}

/// How a pass hears. Made once a stream: what it hands to whisper.cpp (a language of a few letters, the callback that cancels) is never given
/// back by `whisper-rs`.
pub(super) struct Hearing {
    parameters: FullParams<'static, 'static>,
    prompt: Vec<i32>,
    eot: i32,
}

/// What was heard in a stretch of sound.
#[derive(Clone, Debug, Default)]
pub(super) struct Pass {
    /// In order, times from the stretch's beginning.
    pub words: Vec<Word>,
    /// How likely nobody speaks, as the model sees it.
    pub no_speech: f32,
    /// Mean log probability of the tokens.
    pub mean_log: f32,
}

/// A pass failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum PassError {
    /// Whoever wanted it is gone.
    #[error("nobody wants it any more")]
    Cancelled,
    /// whisper.cpp's reason.
    #[error("{0}")]
    Failed(String),
}

impl Engine {
    /// Loads a model out of its file's bytes, which were checked before: whisper.cpp trusts them.
    pub(super) fn load(bytes: &[u8]) -> Result<Self, String> {
        whisper_rs::install_logging_hooks();
        let mut parameters = WhisperContextParameters::default();
        // Flash attention takes 1.5 to 2.3 times as long on a CPU (ADR 15).
        parameters.use_gpu(false).flash_attn(false);
        let context = WhisperContext::new_from_buffer_with_params(bytes, parameters).map_err(|error| error.to_string())?;
        Ok(Self { context })
    }

    /// Whether it knows other languages than English.
    pub(super) fn is_multilingual(&self) -> bool {
        self.context.is_multilingual()
    }

    /// One more ear.
    pub(super) fn ear(&self) -> Result<Ear, String> {
        self.context.create_state().map(|state| Ear { state }).map_err(|error| error.to_string())
    }

    /// Prepares a stream's passes: its language (none: detected in each pass), words to expect, and what cancels them.
    pub(super) fn hearing(&self, language: Option<&'static str>, vocabulary: &str, threads: usize, cancelled: Arc<AtomicBool>) -> Hearing {
        let mut parameters = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
        parameters.set_n_threads(i32::try_from(threads).unwrap_or(1));
        let english = (!self.is_multilingual()).then_some("en");
        parameters.set_language(english.or(language));
        parameters.set_no_context(true);
        parameters.set_single_segment(true);
        parameters.set_suppress_nst(true);
        parameters.set_token_timestamps(true);
        // What failed is judged, and heard again, by us.
        parameters.set_temperature_inc(0.0);
        parameters.set_logprob_thold(f32::NEG_INFINITY);
        parameters.set_print_special(false);
        parameters.set_print_progress(false);
        parameters.set_print_realtime(false);
        parameters.set_print_timestamps(false);
        // The box is no detour: `whisper-rs` calls through whatever type it is given as if that were the boxed closure that it keeps, which is
        // true of this type only.
        let callback: Box<dyn FnMut() -> bool> = Box::new(move || cancelled.load(Ordering::Relaxed));
        parameters.set_abort_callback_safe::<_, Box<dyn FnMut() -> bool>>(callback);
        Hearing { parameters, prompt: self.prompt(vocabulary), eot: self.context.token_eot() }
    }

    fn prompt(&self, vocabulary: &str) -> Vec<i32> {
        let vocabulary: String = vocabulary.chars().filter(|c| *c != '\0').collect();
        if vocabulary.trim().is_empty() {
            return Vec::new();
        }
        // A token is a byte at least; with less room `whisper-rs` would take a negative count for a length.
        let room = vocabulary.len() + 2;
        let mut tokens = self.context.tokenize(&vocabulary, room).unwrap_or_default();
        tokens.truncate(PROMPT);
        tokens
    }
}

impl Ear {
    /// Hears a stretch of sound of thirty seconds at most. `margin` are the encoder's positions (20 ms each) beyond the sound that it also looks
    /// at: fewer are quicker and less sure; none given, all that there are.
    ///
    /// What cancels it is asked once the encoder is through, and before each word: after a few tenths of a second in a live call, after seconds in
    /// a window of thirty.
    pub(super) fn hear(&mut self, samples: &[i16], margin: Option<usize>, hearing: &Hearing) -> Result<Pass, PassError> {
        let mut sound: Vec<f32> = samples.iter().map(|&sample| f32::from(sample) / 32_768.0).collect();
        sound.resize(sound.len().max(SHORTEST), 0.0);
        let positions = margin.map(|margin| (sound.len() * POSITIONS).div_ceil(SAMPLE_RATE as usize) + margin);
        let positions = positions.map_or(0, |positions| positions.next_multiple_of(8).min(WHOLE));
        let mut parameters = hearing.parameters.clone();
        parameters.set_audio_ctx(i32::try_from(positions).unwrap_or(0));
        if !hearing.prompt.is_empty() {
            parameters.set_tokens(&hearing.prompt);
        }
        self.state.full(parameters, &sound).map_err(|error| match error {
            // What an abort makes of encoding and decoding.
            whisper_rs::WhisperError::GenericError(-8..=-6) => PassError::Cancelled,
            error => PassError::Failed(error.to_string()),
        })?;
        Ok(self.heard(samples.len(), hearing.eot))
    }

    fn heard(&self, samples: usize, eot: i32) -> Pass {
        let (mut tokens, mut no_speech) = (Vec::new(), 0.0_f32);
        for segment in self.state.as_iter() {
            no_speech = no_speech.max(segment.no_speech_probability());
            for token in (0..segment.n_tokens()).filter_map(|place| segment.get_token(place)) {
                let data = token.token_data();
                if data.id < eot {
                    let bytes = token.to_bytes().unwrap_or_default().to_vec();
                    tokens.push(Token { bytes, start: data.t0 * 10, end: data.t1 * 10, log: data.plog });
                }
            }
        }
        let mean_log = if tokens.is_empty() { 0.0 } else { tokens.iter().map(|token| token.log).sum::<f32>() / tokens.len() as f32 };
        let until = Millis((samples * 1000 / SAMPLE_RATE as usize) as i64);
        Pass { words: words::of(&tokens, until), no_speech, mean_log }
    }
}

/// What Whisper calls a language, if it knows it.
pub(super) fn language(code: &str) -> Option<&'static str> {
    // It takes names too, and `whisper-rs` panics at a zero byte.
    let is_code = (2..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase());
    is_code.then(|| whisper_rs::get_lang_id(code)).flatten().and_then(whisper_rs::get_lang_str)
}
