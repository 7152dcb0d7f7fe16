//! Brings a live call's recording into the storage that several servers share, a part every few seconds: from then on it outlives this
//! server, and the page may forget it. What can't be stored now is stored with the next part; the page keeps it so long.

use bytes::Bytes;
use kernel::{Actor, DomainError, Kernel, Result};
use model::{CallId, Millis, OrganizationId, TrackId};
use ports::files::{FileKey, Files};
use store::calls::CallHold;
use store::{LogPlace, RecordingPart, StoreError};
use tokio::sync::{mpsc, oneshot};

use super::connections::AckLine;
use super::persist::WriteStatus;
use super::writer::SharedLog;
use crate::calls::CallsKernel as _;

/// So often storing may fail before people are told.
const TOLERATED: u32 = 3;

/// A track's recording, and how far it is sealed.
pub(super) struct SealedTrack {
    pub(super) track: TrackId,
    pub(super) log: SharedLog,
    pub(super) sealed: LogPlace,
}

/// Seals a call's recording.
pub(super) struct Sealer {
    pub(super) kernel: Kernel,
    pub(super) organization: OrganizationId,
    pub(super) call: CallId,
    pub(super) hold: CallHold,
    pub(super) tracks: Vec<SealedTrack>,
    pub(super) acks: AckLine,
    pub(super) told: mpsc::UnboundedSender<WriteStatus>,
}

/// To a call's sealer: seal all that is recorded now. Answers whether it is.
pub(super) type SealNow = oneshot::Sender<bool>;

impl Sealer {
    /// Seals until the call's actor is gone, or the call is another server's.
    pub(super) async fn run(mut self, mut asked: mpsc::Receiver<SealNow>) {
        let mut every = tokio::time::interval(self.kernel.live_settings().seal_every);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut failures = 0;
        loop {
            let answer = tokio::select! {
                _ = every.tick() => None,
                answer = asked.recv() => match answer {
                    Some(answer) => Some(answer),
                    None => return self.seal_the_rest().await,
                },
            };
            let sealed = self.seal_all().await;
            match &sealed {
                Ok(true) => {
                    if std::mem::take(&mut failures) > TOLERATED {
                        let _ = self.told.send(WriteStatus::Durable(true));
                    }
                }
                Ok(false) => {
                    let _ = self.told.send(WriteStatus::Lost);
                }
                Err(error) => {
                    failures += 1;
                    tracing::warn!(call = %self.call, error = error.chain(), failures, "a part of a recording can't be stored; trying again");
                    if failures == TOLERATED + 1 {
                        let _ = self.told.send(WriteStatus::Durable(false));
                    }
                }
            }
            if let Some(answer) = answer {
                let _ = answer.send(matches!(sealed, Ok(true)));
            }
            if matches!(sealed, Ok(false)) {
                return;
            }
        }
    }

    /// The actor is gone. What can't be stored now is done by the job that the call's end has left ([`crate::calls::jobs::HandOver`]), or the
    /// next owner.
    async fn seal_the_rest(mut self) {
        if let Err(error) = self.seal_all().await {
            tracing::warn!(call = %self.call, error = error.chain(), "the end of a recording can't be stored yet; a job does it");
        }
    }

    /// False if the call is another server's.
    async fn seal_all(&mut self) -> Result<bool> {
        let mut is_ours = true;
        for index in 0..self.tracks.len() {
            is_ours &= self.seal(index).await?;
        }
        Ok(is_ours)
    }

    async fn seal(&mut self, index: usize) -> Result<bool> {
        let track = &self.tracks[index];
        let (from, (path, to)) = (track.sealed, track.log.with(|log| (log.path().to_owned(), log.place())));
        if to.next == from.next {
            return Ok(true);
        }
        let read = move || store::recording::read_stretch(&path, from.length..to.length);
        let bytes = tokio::task::spawn_blocking(read).await.map_err(|error| DomainError::Internal(error.to_string()))?;
        let bytes = Bytes::from(bytes.map_err(|error| DomainError::Internal(error.to_string()))?);

        let part = part(self.kernel.uuid(), track.track, from, to, self.hold.epoch);
        let (files, key): (&Files, _) = (self.kernel.state(), FileKey::recording_part(self.organization, part.file));
        let limit = bytes.len() as u64;
        let stored = files.put(&key, futures::stream::iter([Ok(bytes)]), limit).await;
        stored.map_err(|error| DomainError::Internal(error.to_string()))?;
        match self.keep(&part).await {
            Ok(true) => {}
            Ok(false) => {
                let _ = files.delete(&key).await;
                return Ok(false);
            }
            // An earlier try went through, though its answer was lost.
            Err(DomainError::Store(StoreError::Taken(_))) => {
                let _ = files.delete(&key).await;
                let parts = self.kernel.store().recording_parts(self.organization, self.call).await?;
                let place = sealed(&parts, self.tracks[index].track);
                self.tracks[index].sealed = place;
                self.acks.durable(self.tracks[index].track, place.next);
                return Ok(true);
            }
            Err(error) => return Err(error),
        }
        self.tracks[index].sealed = to;
        self.acks.durable(self.tracks[index].track, to.next);
        Ok(true)
    }

    async fn keep(&self, part: &RecordingPart) -> Result<bool> {
        let mut tx = self.kernel.begin(&Actor::system(self.organization, "a call goes on")).await?;
        let at = tx.at();
        if !store::calls::hold(&mut tx, self.organization, self.call, &self.hold, at, Millis::ZERO).await? {
            return Ok(false);
        }
        store::parts::insert(&mut tx, self.organization, self.call, part).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// The part of a track from one place to another.
pub(in crate::calls) fn part(file: uuid::Uuid, track: TrackId, from: LogPlace, to: LogPlace, epoch: i64) -> RecordingPart {
    let [start, bytes, end_sample] = [from.length, to.length - from.length, to.end_sample].map(|n| i64::try_from(n).unwrap_or(i64::MAX));
    RecordingPart { file, track, first: from.next.into(), frames: (to.next - from.next).into(), start, bytes, end_sample, epoch }
}

/// How far a track is sealed: behind the last of its parts that follow one another from the beginning.
pub(in crate::calls) fn sealed(parts: &[RecordingPart], track: TrackId) -> LogPlace {
    let mut place = LogPlace::default();
    for part in parts.iter().filter(|part| part.track == track) {
        if part.first != i64::from(place.next) || part.start != i64::try_from(place.length).unwrap_or(i64::MAX) {
            break;
        }
        place = LogPlace { length: part.end(), next: part.next(), end_sample: u64::try_from(part.end_sample).unwrap_or_default() };
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(length: u64, next: u32) -> LogPlace {
        LogPlace { length, next, end_sample: u64::from(next) * 1_600 }
    }

    #[test]
    fn parts_that_follow_one_another_are_one_recording() {
        let id = uuid::Uuid::nil();
        let at = [place(0, 0), place(100, 3), place(250, 9), place(300, 10)];
        let parts: Vec<RecordingPart> = at.windows(2).map(|at| part(id, TrackId::MICROPHONE, at[0], at[1], 1)).collect();
        assert_eq!(sealed(&parts, TrackId::MICROPHONE), at[3]);
        assert_eq!(sealed(&parts, TrackId::FAR_END), LogPlace::default());
        assert_eq!(sealed(&[parts[0].clone(), parts[2].clone()], TrackId::MICROPHONE), at[1], "one between them is missing");
        assert_eq!(sealed(&parts[1..], TrackId::MICROPHONE), LogPlace::default(), "the first one is missing");
    }
}
