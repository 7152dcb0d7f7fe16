//! A call's sound: where it lies, and how it is played.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use model::{Call, CallId, CallState, Channel, Code, Millis, OrganizationId, TrackId, Waveform};
use store::{CallWav, Peaks, RecordingReader};

use super::fetch;
use super::finish::Voice;
use super::live::{VOICE_DETECTOR, VoiceDetector, join};
use crate::calls::CallsKernel as _;
use kernel::Actor;
use kernel::Kernel;
use kernel::{DomainError, Result};

/// What of a call is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Stereo: the rep's tracks left, the customer's right.
    Both,
    /// One side's tracks, mono.
    One(Channel),
    /// One track, mono.
    Track(TrackId),
}

/// A recording as a WAV file on the call's timeline: gaps are silence, so that a moment of the file is that moment of the
/// call. The file is not built; any stretch of it can be read.
#[derive(Clone)]
pub struct Recording {
    wav: Arc<CallWav>,
    stamp: String,
}

impl Recording {
    /// Always a WAV file.
    pub const CONTENT_TYPE: &'static str = "audio/wav";

    /// Bytes in all.
    pub fn len(&self) -> u64 {
        self.wav.len()
    }

    /// Differs whenever the sound does: when it grows, and when the sides change places.
    pub fn stamp(&self) -> &str {
        &self.stamp
    }

    /// Never: a recording has at least its header.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads a stretch of the file.
    ///
    /// # Errors
    /// When the disk fails.
    pub async fn read(&self, range: Range<u64>) -> Result<Vec<u8>> {
        let wav = Arc::clone(&self.wav);
        blocking(move || wav.read(range)).await?.map_err(|error| DomainError::Internal(error.to_string()))
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| DomainError::Internal(error.to_string()))
}

/// Where a track's frames lie: `recordings/{organization}/{call}/{track}.log` below the files' folder. No file is ever renamed: sides that
/// are swapped are the call's row's to say.
pub(super) fn path(kernel: &Kernel, call: &Call, track: TrackId) -> PathBuf {
    store::recording::path(&root(kernel), call.organization_id, call.id, track)
}

/// The folder of all recordings.
pub(super) fn root(kernel: &Kernel) -> PathBuf {
    kernel.files_folder().join("recordings")
}

fn no_recording() -> DomainError {
    DomainError::new(Code::NotFound, "This call has no recording.")
}

/// Opens a call's recording for playing.
///
/// # Errors
/// `not_found` for a foreign or unknown call, and for one without a recording.
pub async fn open(kernel: &Kernel, actor: &Actor, id: CallId, side: Side) -> Result<Recording> {
    let call = super::get(kernel, actor, id).await?;
    if !call.keep_audio {
        return Err(no_recording());
    }
    fetch::fetch(kernel, &call).await?;
    let of = |channel| call.tracks_of(channel).collect::<Vec<_>>();
    let sides = match side {
        Side::Both => vec![of(Channel::Rep), of(Channel::Customer)],
        Side::One(channel) => vec![of(channel)],
        Side::Track(track) if track.index() < call.tracks.len() => vec![vec![track]],
        Side::Track(_) => return Err(DomainError::no_such("track")),
    };
    let sides: Vec<Vec<PathBuf>> =
        sides.into_iter().map(|tracks| tracks.into_iter().map(|track| path(kernel, &call, track)).collect()).collect();
    let opened = blocking(move || {
        let stamp =
            sides.iter().map(|tracks| tracks.iter().map(|path| version(path)).collect::<Vec<_>>().join("+")).collect::<Vec<_>>().join("-");
        CallWav::open(&sides).map(|wav| wav.has_audio().then(|| Recording { wav: Arc::new(wav), stamp }))
    })
    .await?
    .map_err(|error| DomainError::Internal(error.to_string()))?;
    opened.ok_or_else(no_recording)
}

/// Which file a track's sound is in, and when that was last written.
fn version(path: &Path) -> String {
    let Ok(file) = path.metadata() else { return String::new() };
    let written = file.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).map_or(0, |since| since.as_nanos());
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(&file);
    #[cfg(not(unix))]
    let number = file.len();
    format!("{written:x}.{number:x}")
}

/// Length of a call's recording; none without one.
pub(super) async fn length(kernel: &Kernel, call: &Call) -> Option<Millis> {
    if !call.keep_audio || fetch::fetch(kernel, call).await.is_err() {
        return None;
    }
    let paths: Vec<_> = TrackId::all(call.tracks.len()).map(|track| path(kernel, call, track)).collect();
    let ends = move || {
        let ends =
            paths.iter().filter(|path| path.exists()).filter_map(|path| RecordingReader::open(path).ok()).map(|reader| reader.duration());
        ends.max().filter(|end| *end > Millis::ZERO)
    };
    blocking(ends).await.ok().flatten()
}

/// How loud each side of a call's recording is over time. The sound is read for it once; then it is kept beside it.
///
/// # Errors
/// `not_found` for a foreign or unknown call, and for one without a recording; `conflict` while the call goes on; `unavailable` if the server
/// stops meanwhile.
pub async fn waveform(kernel: &Kernel, actor: &Actor, id: CallId) -> Result<Waveform> {
    let call = super::get(kernel, actor, id).await?;
    if !call.keep_audio {
        return Err(no_recording());
    }
    fetch::fetch(kernel, &call).await?;
    if length(kernel, &call).await.is_none() {
        return Err(no_recording());
    }
    if call.state != CallState::Ended {
        return Err(DomainError::new(Code::Conflict, "The waveform is drawn when the call has ended."));
    }
    let of = |track: TrackId| {
        let (path, kernel) = (path(kernel, &call, track), kernel.clone());
        blocking(move || {
            let Ok(reader) = RecordingReader::open(path) else { return Ok(None) };
            let peaks = reader.peaks(|| kernel.call_registry().is_stopping());
            let peaks = peaks.map_err(|error| DomainError::Internal(error.to_string()))?;
            let peaks = peaks.ok_or_else(|| DomainError::new(Code::Unavailable, "The server stops. Ask again after its next start."))?;
            Ok(reader.has_audio().then(|| (reader.duration(), peaks)))
        })
    };
    let heard = futures::future::try_join_all(TrackId::all(call.tracks.len()).map(of)).await?.into_iter().collect::<Result<Vec<_>>>()?;
    let tracks: Vec<_> = call.channels().into_iter().zip(heard).filter_map(|(channel, heard)| Some((channel, heard?))).collect();
    let duration =
        tracks.iter().map(|(_, (duration, _))| *duration).max().filter(|duration| *duration > Millis::ZERO).ok_or_else(no_recording)?;
    Ok(drawn(duration, tracks.into_iter().map(|(channel, (_, peaks))| (channel, peaks))))
}

/// The tracks of each side together, as loud as the loudest of them.
fn drawn(duration_ms: Millis, tracks: impl Iterator<Item = (Channel, Peaks)>) -> Waveform {
    let length = duration_ms.0.max(1);
    // A peak of less than a fortieth of a second would find no stretch of its own.
    let count = (length / 25).clamp(1, Waveform::PEAKS as i64);
    let mut sides = [vec![0; count as usize], vec![0; count as usize]];
    for (channel, Peaks { stretch, peaks }) in tracks {
        for (middle, peak) in (stretch.0 / 2..).step_by(stretch.0.max(1) as usize).zip(peaks) {
            let place = (middle * count / length).min(count - 1);
            let drawn = &mut sides[channel.index()][place as usize];
            *drawn = peak.max(*drawn);
        }
    }
    let [rep, customer] = sides;
    Waveform { duration_ms, rep, customer }
}

/// Where there is speech in a call's recording, each side's in order. Empty without one: then the segments' times must do.
///
/// What is known already (a live track keeps what it heard) is read; else all tracks are heard side by side, a frame at a time, and
/// what was found is kept for the next time.
///
/// # Errors
/// `unavailable` if the server stops meanwhile: hearing hours of sound takes seconds, and nobody waits for them then.
pub(super) async fn voice(kernel: &Kernel, call: &Call) -> Result<Voice> {
    if !call.keep_audio {
        return Ok(Vec::new());
    }
    fetch::fetch(kernel, call).await?;
    let of = |track: TrackId| {
        let (path, kernel) = (path(kernel, call, track), kernel.clone());
        blocking(move || voice_of(&path, track, || kernel.call_registry().is_stopping()))
    };
    let (tracks, channels) = (TrackId::all(call.tracks.len()), call.channels());
    let heard = futures::future::try_join_all(tracks.map(of)).await?;
    let mut voice = Vec::new();
    for (channel, stretches) in channels.into_iter().zip(heard) {
        for (start, end) in stretches? {
            voice.push((channel, start, end));
        }
    }
    // Several tracks of a side: what is said at the same time counts once, and only in the order of time.
    voice.sort_by_key(|(channel, start, _)| (*channel, *start));
    Ok(voice)
}

/// Where there is speech on one track; nowhere if there is no recording of it.
fn voice_of(path: &Path, track: TrackId, is_stopping: impl Fn() -> bool) -> Result<Vec<(Millis, Millis)>> {
    let Ok(reader) = RecordingReader::open(path) else { return Ok(Vec::new()) };
    if let Some(stretches) = reader.voice(VOICE_DETECTOR) {
        return Ok(stretches);
    }
    let (mut detector, mut stretches) = (VoiceDetector::default(), Vec::new());
    for frame in reader.frames(track) {
        if is_stopping() {
            return Err(DomainError::new(Code::Unavailable, "The server stops. The review is written after its next start."));
        }
        // What can be read of a damaged recording is worth a review, but not keeping.
        let Ok(frame) = frame else { return Ok(stretches) };
        detector.push(frame.captured_at, frame.samples()).stretches.into_iter().for_each(|stretch| join(&mut stretches, stretch));
    }
    if let Err(error) = reader.keep_voice(VOICE_DETECTOR, &stretches) {
        tracing::debug!(path = %path.display(), %error, "where there is speech could not be kept; it is found again");
    }
    Ok(stretches)
}

/// Deletes a call's sound for good.
pub(super) async fn delete(kernel: &Kernel, organization: OrganizationId, call: CallId) -> Result<()> {
    fetch::delete(kernel, organization, call).await?;
    delete_here(kernel, organization, call).await
}

/// Deletes what this server's folder holds of a call's sound.
pub(super) async fn delete_here(kernel: &Kernel, organization: OrganizationId, call: CallId) -> Result<()> {
    let root = root(kernel);
    let delete = move || store::recording::delete(&root, organization, call);
    blocking(delete).await?.map(|_| ()).map_err(|error| DomainError::Internal(error.to_string()))
}

/// Deletes the sound of a call that is deleted: the job's part.
pub(crate) async fn delete_forgotten(kernel: &Kernel, organization: OrganizationId, call: CallId) -> Result<()> {
    match kernel.store().call_or_deleted(organization, call).await? {
        Some(_) => Ok(()),
        None => delete(kernel, organization, call).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_of_tracks_of_any_length_are_drawn_without_holes() {
        for duration in [1, 24, 1_000, 9_999, 10_001, 123_456, 10_800_000] {
            let stretch = Millis((duration + 1_599) / 1_600).max(Millis(10));
            let peaks = |loud: u8| Peaks { stretch, peaks: vec![loud; (duration / stretch.0 + 1) as usize] };
            let drawn = drawn(Millis(duration), [(Channel::Rep, peaks(3)), (Channel::Rep, peaks(9))].into_iter());
            assert!(drawn.rep.len() <= Waveform::PEAKS && drawn.rep.iter().all(|peak| *peak == 9), "{duration}: {:?}", drawn.rep);
            assert_eq!(drawn.customer, vec![0; drawn.rep.len()]);
        }
        let half = Peaks { stretch: Millis(10), peaks: vec![255; 100] };
        let Waveform { customer, .. } = drawn(Millis(2_000), [(Channel::Customer, half)].into_iter());
        assert_eq!(
            (customer.len(), customer[39], customer[40]),
            (80, 255, 0),
            "a track that ends before the other is silent from there on"
        );
    }
}
