//! Gives a transcriber what is in the recording and was not recognized yet: what a server that stopped still owed, and what
//! a slow recognizer could not take at once.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use model::{Millis, TrackId};
use store::{RecordingError, RecordingReader};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::{Piece, TranscriberInput, VoiceDetector};

/// Frames that are read at once: 5 s.
const AT_ONCE: usize = 50;

/// What is read at once, with whether there is speech in it, and the number of the frame after it.
type Read = (Vec<(Piece, bool)>, VoiceDetector, u32);

/// Pushes the recording to its end, from a frame on, or from the first one behind what was heard if that is later, as fast as the transcriber takes it; answers with the number of the next frame.
/// None if the recording can't be read, or the transcriber is gone. `passed` counts along.
pub(in crate::calls::live) async fn catch_up(
    path: PathBuf,
    track: TrackId,
    from: u32,
    heard_until: Millis,
    transcriber: mpsc::Sender<TranscriberInput>,
    passed: &AtomicU32,
) -> Option<u32> {
    crate::calls::fetch::filled(&path).await;
    let opened = spawn_blocking(move || RecordingReader::open(path)).await.ok()?;
    let reader = Arc::new(report(track, opened)?);
    let from = from.max(reader.first_after(heard_until));
    let (mut next, mut voice) = (from, VoiceDetector::default());
    loop {
        let of = Arc::clone(&reader);
        let read = spawn_blocking(move || read(&of, track, next, voice)).await.ok()?;
        let (pieces, detector, after) = report(track, read)?;
        if pieces.is_empty() {
            return Some(reader.frame_count().max(from));
        }
        for (piece, voiced) in pieces {
            transcriber.send(TranscriberInput::Audio(piece, voiced)).await.ok()?;
            passed.fetch_add(1, Ordering::Relaxed);
        }
        (next, voice) = (after, detector);
    }
}

fn read(reader: &RecordingReader, track: TrackId, from: u32, mut voice: VoiceDetector) -> Result<Read, RecordingError> {
    let (mut pieces, mut next) = (Vec::with_capacity(AT_ONCE), from);
    for frame in reader.frames_from(track, from).take(AT_ONCE) {
        let frame = frame?;
        let piece = Piece { start: frame.captured_at, samples: frame.samples().collect() };
        let voiced = voice.push(piece.start, piece.samples.iter().copied()).any();
        next = frame.sequence + 1;
        pieces.push((piece, voiced));
    }
    Ok((pieces, voice, next))
}

fn report<T>(track: TrackId, read: Result<T, RecordingError>) -> Option<T> {
    read.inspect_err(|error| tracing::error!(%track, %error, "a recording could not be read to be recognized")).ok()
}
