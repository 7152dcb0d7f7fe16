//! One track's recording as what a recognizer is given, read from the disk as it is taken.

use std::path::{Path, PathBuf};

use model::{Gate, TrackId};
use store::{RecordingError, RecordingReader};
use tokio::sync::mpsc;

use super::super::live::{Piece, SpeechGate, StreamClock, VoiceDetector};
use ports::{Consent, ConsentedAudio};

/// A recording, looked through once.
pub(super) struct Recorded {
    path: PathBuf,
    track: TrackId,
    gate: Gate,
    /// Whether there is speech in it, for each frame; not asked where everything is let through.
    voiced: Vec<bool>,
    /// Samples that the gate lets through.
    pub samples: u64,
}

impl Recorded {
    /// Looks through a recording: how much of it the gate lets through.
    ///
    /// # Errors
    /// The recording can't be read.
    pub(super) fn look_through(path: &Path, track: TrackId, gate: Gate) -> Result<Self, RecordingError> {
        let mut recorded = Self { path: path.to_owned(), track, gate, voiced: Vec::new(), samples: 0 };
        let mut detector = VoiceDetector::default();
        let (mut samples, mut voiced) = (0, Vec::new());
        recorded.walk(
            |piece| {
                let voice = gate == Gate::Everything || detector.push(piece.start, piece.samples.iter().copied()).any();
                voiced.push(voice);
                voice
            },
            |piece| {
                samples += piece.samples.len() as u64;
                true
            },
        )?;
        (recorded.samples, recorded.voiced) = (samples, voiced);
        Ok(recorded)
    }

    /// Gives the recording to a recognizer, as fast as it takes it; says which stretch of the call each stretch of it is.
    ///
    /// # Errors
    /// The recording can't be read.
    pub(super) fn give(&self, consent: Consent, to: &mpsc::Sender<ConsentedAudio>) -> Result<StreamClock, RecordingError> {
        let (mut clock, mut frames) = (StreamClock::default(), self.voiced.iter());
        self.walk(
            // A call that has ended doesn't grow.
            |_| frames.next().copied().unwrap_or_default(),
            |piece| {
                clock.pushed(&piece);
                to.blocking_send(consent.audio(piece.samples)).is_ok()
            },
        )?;
        Ok(clock)
    }

    /// Reads it frame by frame; hands over what the gate lets through, until nobody takes it.
    fn walk(&self, mut voiced: impl FnMut(&Piece) -> bool, mut take: impl FnMut(Piece) -> bool) -> Result<(), RecordingError> {
        let reader = RecordingReader::open(&self.path)?;
        let mut gate = SpeechGate::new(self.gate);
        for frame in reader.frames(self.track) {
            let frame = frame?;
            let piece = Piece { start: frame.captured_at, samples: frame.samples().collect() };
            let voice = voiced(&piece);
            for piece in gate.push(piece, voice) {
                if !take(piece) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}
