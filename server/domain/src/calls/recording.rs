//! A call's sound: where it lies, and how it is played.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use model::{Call, CallId, Channel, Code, Millis, OrganizationId};
use store::{RecordingReader, StereoWav};

use super::fetch;
use super::finish::Voice;
use super::live::{VOICE_DETECTOR, VoiceDetector, join};
use crate::calls::CallsKernel as _;
use kernel::Actor;
use kernel::Kernel;
use kernel::{DomainError, Result};

/// Which channels are played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Stereo: the rep left, the customer right.
    Both,
    /// One channel, mono.
    One(Channel),
}

/// A recording as a WAV file on the call's timeline: gaps are silence, so that a moment of the file is that moment of the
/// call. The file is not built; any stretch of it can be read.
#[derive(Clone)]
pub struct Recording {
    source: Arc<Source>,
    stamp: String,
}

enum Source {
    Stereo(StereoWav),
    Mono(RecordingReader),
}

impl Recording {
    /// Always a WAV file.
    pub const CONTENT_TYPE: &'static str = "audio/wav";

    /// Bytes in all.
    pub fn len(&self) -> u64 {
        match &*self.source {
            Source::Stereo(wav) => wav.len(),
            Source::Mono(reader) => reader.wav_len(),
        }
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
        let source = Arc::clone(&self.source);
        let read = move || match &*source {
            Source::Stereo(wav) => wav.read(range),
            Source::Mono(reader) => reader.read_wav(range),
        };
        blocking(read).await?.map_err(|error| DomainError::Internal(error.to_string()))
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| DomainError::Internal(error.to_string()))
}

/// Where a channel's frames lie: `recordings/{organization}/{call}/{channel}.log` below the files' folder, or in the other channel's file
/// if the sides were swapped. No file is ever renamed: words and sound change sides with the call's row, by one commit.
pub(super) fn path(kernel: &Kernel, call: &Call, channel: Channel) -> PathBuf {
    store::recording::path(&root(kernel), call.organization_id, call.id, recorded(call, channel))
}

/// Under which channel a channel's sound was recorded.
pub(super) const fn recorded(call: &Call, channel: Channel) -> Channel {
    if call.sides_swapped { channel.other() } else { channel }
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
    let paths = [Channel::Rep, Channel::Customer].map(|channel| path(kernel, &call, channel));
    let opened = blocking(move || {
        let [rep, customer] = paths.map(|path| path.exists().then_some(path));
        let stamp = match side {
            Side::Both => format!("{}-{}", version(rep.as_deref()), version(customer.as_deref())),
            Side::One(Channel::Rep) => version(rep.as_deref()),
            Side::One(Channel::Customer) => version(customer.as_deref()),
        };
        let source = match side {
            Side::Both if rep.is_none() && customer.is_none() => Ok(None),
            Side::Both => StereoWav::open(rep.as_deref(), customer.as_deref()).map(|wav| wav.has_audio().then_some(Source::Stereo(wav))),
            Side::One(channel) => match if channel == Channel::Rep { rep } else { customer } {
                Some(path) => RecordingReader::open(&path).map(|reader| reader.has_audio().then_some(Source::Mono(reader))),
                None => Ok(None),
            },
        };
        source.map(|source| source.map(|source| Recording { source: Arc::new(source), stamp }))
    })
    .await?
    .map_err(|error| DomainError::Internal(error.to_string()))?;
    opened.ok_or_else(no_recording)
}

/// Which file a channel's sound is in, and when that was last written. Names don't count: sides change places.
fn version(path: Option<&Path>) -> String {
    let Some(file) = path.and_then(|path| path.metadata().ok()) else { return String::new() };
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
    let paths = [Channel::Rep, Channel::Customer].map(|channel| path(kernel, call, channel));
    let ends = move || {
        let ends =
            paths.iter().filter(|path| path.exists()).filter_map(|path| RecordingReader::open(path).ok()).map(|reader| reader.duration());
        ends.max().filter(|end| *end > Millis::ZERO)
    };
    blocking(ends).await.ok().flatten()
}

/// Where there is speech in a call's recording, each channel's in order. Empty without one: then the segments' times must do.
///
/// What is known already (a live track keeps what it heard) is read; else both channels are heard side by side, a frame at a time, and
/// what was found is kept for the next time.
///
/// # Errors
/// `unavailable` if the server stops meanwhile: hearing hours of sound takes seconds, and nobody waits for them then.
pub(super) async fn voice(kernel: &Kernel, call: &Call) -> Result<Voice> {
    if !call.keep_audio {
        return Ok(Vec::new());
    }
    fetch::fetch(kernel, call).await?;
    let of = |channel: Channel| {
        let (path, kernel) = (path(kernel, call, channel), kernel.clone());
        blocking(move || voice_of(&path, channel, || kernel.call_registry().is_stopping()))
    };
    let (rep, customer) = futures::try_join!(of(Channel::Rep), of(Channel::Customer))?;
    let stretches = |channel, stretches: Vec<(Millis, Millis)>| stretches.into_iter().map(move |(start, end)| (channel, start, end));
    Ok(stretches(Channel::Rep, rep?).chain(stretches(Channel::Customer, customer?)).collect())
}

/// Where there is speech on one channel; nowhere if there is no recording of it.
fn voice_of(path: &Path, channel: Channel, is_stopping: impl Fn() -> bool) -> Result<Vec<(Millis, Millis)>> {
    let Ok(reader) = RecordingReader::open(path) else { return Ok(Vec::new()) };
    if let Some(stretches) = reader.voice(VOICE_DETECTOR) {
        return Ok(stretches);
    }
    let (mut detector, mut stretches) = (VoiceDetector::default(), Vec::new());
    for frame in reader.frames(channel) {
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
    let root = root(kernel);
    let delete = move || store::recording::delete(&root, organization, call);
    blocking(delete).await?.map(|_| ()).map_err(|error| DomainError::Internal(error.to_string()))
}

/// Deletes the sound of a call that is deleted: the job's part.
pub(crate) async fn delete_forgotten(kernel: &Kernel, organization: OrganizationId, call: CallId) -> Result<()> {
    match kernel.store().call(organization, call).await? {
        Some(_) => Ok(()),
        None => delete(kernel, organization, call).await,
    }
}
