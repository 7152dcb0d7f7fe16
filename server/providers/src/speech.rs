//! Recognizers: speech in, words out.

pub mod command;
pub mod deepgram;
mod guarded;
#[cfg(feature = "local-speech")]
pub mod local;
mod sample;
pub mod socket;
mod timeline;

pub use command::Command;
pub use deepgram::Deepgram;
pub use guarded::GuardedRecognizer;
#[cfg(feature = "local-speech")]
pub use local::Local;
pub use sample::SampleTranscript;

/// Samples in a second of every stream.
pub const SAMPLE_RATE: u32 = 16_000;

/// Chunks of audio, or events, that may wait in a stream: 6 s of the host's 100 ms frames.
const WAITING: usize = 64;

/// The length of so many samples in ms.
const fn millis_of(samples: u64) -> i64 {
    (samples * 1000 / SAMPLE_RATE as u64).cast_signed()
}

/// Samples as the bytes that programs and services take: signed 16 bit, little end first.
fn to_bytes(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}
