//! The sample call: a made-up discovery and pricing call of about three minutes, spoken by espeak-ng.
//!
//! `sample/make.py` makes it out of `sample/script.txt`. The audio is kept as IMA ADPCM, a quarter of PCM's size; [`wav`] is
//! plain PCM, which every browser plays.

mod adpcm;

use std::sync::{Arc, LazyLock, OnceLock};

use model::{Channel, Millis, Word};
use ports::{SampleCall, SampleTurn};
use serde::Deserialize;

use crate::speech::SAMPLE_RATE;

const AUDIO: &[u8] = include_bytes!("../sample/call.wav");
const TRANSCRIPT: &str = include_str!("../sample/call.json");

#[derive(Deserialize)]
struct Script {
    title: String,
    rep_name: String,
    contact_name: String,
    company: String,
    duration: i64,
    turns: Vec<Turn>,
}

#[derive(Deserialize)]
struct Turn {
    channel: Channel,
    start: i64,
    end: i64,
    text: String,
    words: Vec<(String, i64, i64)>,
}

/// The bundled call, always the same value. Its audio is decoded when it is first asked for.
pub fn call() -> Arc<SampleCall> {
    static CALL: OnceLock<Arc<SampleCall>> = OnceLock::new();
    CALL.get_or_init(|| Arc::new(read())).clone()
}

/// Both channels as a WAV file of 16 kHz stereo PCM, some 13 MB; the rep is on the left.
pub fn wav() -> Vec<u8> {
    let call = call();
    let data = (call.audio[0].len() * 4) as u32;
    let mut wav = Vec::with_capacity(44 + data as usize);
    wav.extend_from_slice(b"RIFF");
    wav.extend((36 + data).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt ");
    wav.extend(16_u32.to_le_bytes());
    // PCM, two channels, samples a second, bytes a second, bytes a pair, bits a sample.
    wav.extend([1_u16, 2].into_iter().flat_map(u16::to_le_bytes));
    wav.extend([SAMPLE_RATE, SAMPLE_RATE * 4].into_iter().flat_map(u32::to_le_bytes));
    wav.extend([4_u16, 16].into_iter().flat_map(u16::to_le_bytes));
    wav.extend_from_slice(b"data");
    wav.extend(data.to_le_bytes());
    for (left, right) in call.audio[0].iter().zip(&*call.audio[1]) {
        wav.extend(left.to_le_bytes());
        wav.extend(right.to_le_bytes());
    }
    wav
}

#[allow(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
fn script() -> Script {
    serde_json::from_str(TRANSCRIPT).expect("the bundled transcript can be read")
}

#[allow(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
fn decode() -> [Arc<[i16]>; 2] {
    let length = script().duration as usize * SAMPLE_RATE as usize / 1000;
    adpcm::decode(AUDIO).expect("the bundled audio can be read").map(|mut channel| {
        // The last block is filled up with silence.
        channel.truncate(length);
        channel.into()
    })
}

fn read() -> SampleCall {
    let script = script();
    let word = |(text, start, end)| Word { text, start: Millis(start), end: Millis(end), confidence: 1.0 };
    let turn = |turn: Turn| SampleTurn {
        channel: turn.channel,
        start: Millis(turn.start),
        end: Millis(turn.end),
        text: turn.text,
        words: turn.words.into_iter().map(word).collect(),
    };
    SampleCall {
        title: script.title,
        rep_name: script.rep_name,
        contact_name: script.contact_name,
        company: script.company,
        duration: Millis(script.duration),
        audio: Arc::new(LazyLock::new(decode)),
        turns: script.turns.into_iter().map(turn).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_call_is_about_three_minutes_long_on_both_channels() {
        let call = call();
        assert!((150_000..240_000).contains(&call.duration.0), "{:?}", call.duration);
        for channel in Channel::ALL {
            assert_eq!(call.samples(*channel).len() as i64 / 16, call.duration.0);
        }
    }

    #[test]
    fn turns_and_words_are_in_order_and_within_the_call() {
        let call = call();
        assert!(call.turns.len() > 30 && call.turns.is_sorted_by_key(|turn| turn.start));
        for turn in &call.turns {
            assert!(turn.end <= call.duration);
            assert_eq!(turn.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "), turn.text);
            let mut at = turn.start;
            for word in &turn.words {
                assert!(at <= word.start && word.start < word.end && word.end <= turn.end, "{word:?} in {turn:?}");
                at = word.end;
            }
        }
        for channel in Channel::ALL {
            let turns: Vec<_> = call.turns_of(*channel).collect();
            assert!(turns.windows(2).all(|pair| pair[0].end <= pair[1].start), "a speaker does not overlap with himself");
        }
        assert!(call.turns.windows(2).any(|pair| pair[1].start < pair[0].end), "one turn overlaps with the other side");
    }

    #[test]
    fn speech_is_where_the_transcript_says_and_silence_elsewhere() {
        let call = call();
        for channel in Channel::ALL {
            let samples = call.samples(*channel);
            let loudness = |from: Millis, to: Millis| {
                let piece = &samples[from.0 as usize * 16..to.0 as usize * 16];
                piece.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / piece.len() as f64
            };
            let mut silent_from = Millis(0);
            for turn in call.turns_of(*channel) {
                assert!(loudness(turn.start, turn.end) > 250_000.0, "{}", turn.text);
                if turn.start.0 > silent_from.0 + 20 {
                    assert!(loudness(silent_from + Millis(10), turn.start - Millis(10)) < 100.0, "before {}", turn.text);
                }
                silent_from = turn.end;
            }
        }
    }

    #[test]
    fn the_wav_is_plain_pcm_of_the_right_length() {
        let (wav, call) = (wav(), call());
        assert_eq!((&wav[..4], &wav[8..16], &wav[36..40]), (&b"RIFF"[..], &b"WAVEfmt "[..], &b"data"[..]));
        assert_eq!(wav.len(), 44 + call.samples(Channel::Rep).len() * 4);
        assert_eq!(wav[4..8], (wav.len() as u32 - 8).to_le_bytes());
        let at = call.turns_of(Channel::Customer).next().map_or(0, |turn| turn.start.0 as usize + 100) * 16;
        assert_eq!(wav[44 + at * 4 + 2..][..2], call.samples(Channel::Customer)[at].to_le_bytes());
    }
}
