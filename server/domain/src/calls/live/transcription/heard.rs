//! What a track's voice detector has found so far, for the review: finding it again takes seconds for each hour of sound.

use std::path::PathBuf;

use model::Millis;
use store::RecordingReader;

use super::{VOICE_DETECTOR, join};

/// The stretches with speech of a recording, as long as one detector has heard all of it. One that began in the middle (the server was started
/// again) would have heard the first sounds otherwise: then the recording is heard again when the review is written.
pub(super) struct Heard {
    recording: PathBuf,
    /// Number of the frame that must come next.
    next: u32,
    /// Starts and ends in milliseconds: hours of talk have thousands.
    stretches: Vec<(u32, u32)>,
}

impl Heard {
    /// Of a track that begins; none of one that goes on, or is not kept.
    pub(super) fn new(recording: Option<PathBuf>, recorded: u32) -> Option<Self> {
        recording.filter(|_| recorded == 0).map(|recording| Self { recording, next: 0, stretches: Vec::new() })
    }

    /// Takes what a frame had in it; false if another one should have come, and nothing can be told of the whole any more.
    pub(super) fn push(&mut self, sequence: u32, stretches: &[(Millis, Millis)]) -> bool {
        if sequence != self.next {
            return false;
        }
        self.next += 1;
        let place = |at: Millis| u32::try_from(at.0).unwrap_or_default();
        stretches.iter().for_each(|(start, end)| join(&mut self.stretches, (place(*start), place(*end))));
        true
    }

    /// Keeps it beside the recording, if that is what was heard. Blocks on files.
    pub(super) fn keep(&self) {
        let stretches: Vec<_> = self.stretches.iter().map(|(start, end)| (Millis((*start).into()), Millis((*end).into()))).collect();
        let kept = RecordingReader::open(&self.recording)
            .and_then(|reader| if reader.frame_count() == self.next { reader.keep_voice(VOICE_DETECTOR, &stretches) } else { Ok(()) });
        if let Err(error) = kept {
            tracing::debug!(recording = %self.recording.display(), %error, "where there is speech could not be kept; it is found again");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_a_whole_recording_is_told_of() {
        let path = || Some(PathBuf::from("rep.log"));
        assert!(Heard::new(path(), 5).is_none(), "it went on");
        assert!(Heard::new(None, 0).is_none(), "nothing is kept");
        let mut heard = Heard::new(path(), 0).unwrap();
        assert!(heard.push(0, &[(Millis(0), Millis(96))]));
        assert!(heard.push(1, &[(Millis(96), Millis(160)), (Millis(180), Millis(196))]));
        assert!(!heard.push(3, &[]), "one is missing");
        assert_eq!(heard.stretches, [(0, 160), (180, 196)]);
    }
}
