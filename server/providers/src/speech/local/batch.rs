//! Whole recordings: stretches with speech are put together to what the model hears at once, and each word goes back to its own stretch.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use model::{Millis, Utterance, Word};
use ports::{BatchRecognizer, ConsentedAudio, Progress, RecognizerError, Recording};
use tokio::sync::{mpsc, oneshot};

use super::Local;
use super::ears::Detector;
use super::engine::{Hearing, PassError};
use super::segmenter::{Rules, Segment, Segmenter};
use super::shelf::LoadedModel;
use super::stream::{in_millis, utterance};
use super::words::{self, Signals};
use crate::speech::timeline::Timeline;
use crate::speech::{SAMPLE_RATE, WAITING, millis_of};

/// What the model hears at once, at most: its thirty seconds, less some air.
const WINDOW: usize = 28 * SAMPLE_RATE as usize;
/// Positions that the model looks beyond the end of a window.
const MARGIN: usize = 256;
/// Silence between two stretches that are heard together.
const BETWEEN: usize = SAMPLE_RATE as usize / 2;

#[async_trait]
impl BatchRecognizer for Local {
    async fn transcribe(&self, recording: Recording) -> Result<Vec<Utterance>, RecognizerError> {
        let Recording { request, samples, mut audio, progress } = recording;
        let file = self.accurate(&request.language)?;
        let language = super::language(&file, &request.language)?;
        let loaded = self.shelf.get(&file).await?;
        let vocabulary = super::vocabulary(&request.vocabulary);
        let cancelled = Arc::new(AtomicBool::new(false));
        let gone = Gone(cancelled.clone());
        let (feed, fed) = mpsc::channel(WAITING);
        let (answer, answered) = oneshot::channel();
        let threads = self.config.batch_threads;
        let work = {
            let (cancelled, progress) = (cancelled.clone(), progress.clone());
            move || {
                // Nobody waits for it: what is live goes first. Niceness belongs to a thread on Linux only; elsewhere it would be the server's.
                #[cfg(target_os = "linux")]
                let _ = rustix::process::nice(5);
                let hearing = loaded.engine.hearing(language, &vocabulary, threads, cancelled.clone());
                let reader = RecordingHearer { loaded: &loaded, hearing, cancelled: &cancelled, progress, windows: Windows::default() };
                // Whoever doesn't wait for it any more has changed their mind.
                let _ = answer.send(reader.read(fed, samples));
            }
        };
        std::thread::Builder::new()
            .name("hear-recording".to_owned())
            .spawn(work)
            .map_err(|error| RecognizerError::Unavailable(format!("no thread can be started: {error}")))?;
        let mut taken = 0;
        while let Some(sound) = audio.recv().await {
            taken += sound.samples().len() as u64;
            if feed.send(sound).await.is_err() {
                break;
            }
        }
        let broken = || RecognizerError::Connection("the recording can't be read to its end".to_owned());
        if taken < samples {
            return Err(broken());
        }
        drop(feed);
        let said = answered.await.unwrap_or_else(|_| Err(RecognizerError::Crashed("the model stopped".to_owned())))?;
        drop(gone);
        progress.reached(Millis(millis_of(samples)));
        Ok(said)
    }
}

/// Whoever lets go of the future has changed their mind.
struct Gone(Arc<AtomicBool>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The thread's side.
struct RecordingHearer<'a> {
    loaded: &'a LoadedModel,
    hearing: Hearing,
    cancelled: &'a AtomicBool,
    progress: Progress,
    windows: Windows,
}

impl RecordingHearer<'_> {
    fn read(mut self, mut fed: mpsc::Receiver<ConsentedAudio>, samples: u64) -> Result<Vec<Utterance>, RecognizerError> {
        let (mut detector, mut segmenter) = (Detector::default(), Segmenter::new(Rules::RECORDING));
        let (mut said, mut timeline) = (Vec::new(), Timeline::default());
        let mut more = true;
        while more {
            match fed.blocking_recv() {
                Some(sound) => detector.hear(sound.samples(), &mut segmenter),
                None => {
                    more = false;
                    detector.finish(&mut segmenter);
                }
            }
            while let Some(segment) = segmenter.next() {
                if let Some(window) = self.windows.take(segment) {
                    self.hear(&window, samples, &mut timeline, &mut said)?;
                }
            }
        }
        let last = std::mem::take(&mut self.windows.open);
        self.hear(&last, samples, &mut timeline, &mut said)?;
        Ok(said)
    }

    fn hear(&self, window: &Window, samples: u64, timeline: &mut Timeline, said: &mut Vec<Utterance>) -> Result<(), RecognizerError> {
        let Some(last) = window.segments.last() else { return Ok(()) };
        let gone = || RecognizerError::Unavailable("nobody wants it any more".to_owned());
        let Some(mut ear) = self.loaded.ear(self.cancelled) else { return Err(gone()) };
        let heard = ear.hear(&window.samples, Some(MARGIN), &self.hearing).map_err(|error| match error {
            PassError::Cancelled => gone(),
            PassError::Failed(reason) => RecognizerError::Crashed(reason),
        })?;
        drop(ear);
        let signals = Signals { no_speech: heard.no_speech, mean_log: heard.mean_log, voiced: &window.voiced };
        let words = words::said(heard.words, signals);
        for (place, words) in window.apart(words) {
            let at = millis_of(place.start);
            let utterance = timeline.place(utterance(words, at, at), millis_of(samples), true);
            said.push(utterance);
        }
        self.progress.reached(Millis(millis_of(last.start + last.length as u64).min(millis_of(samples))));
        Ok(())
    }
}

/// Stretches that are heard together.
#[derive(Clone, Debug, Default)]
struct Window {
    samples: Vec<i16>,
    /// Where there is voice, in ms of the window.
    voiced: Vec<std::ops::Range<i64>>,
    segments: Vec<Place>,
}

/// Where a stretch is.
#[derive(Clone, Debug)]
struct Place {
    /// Its first sample in the recording.
    start: u64,
    /// Its first sample in the window.
    at: usize,
    length: usize,
    /// From its first voice to its last, in ms from its beginning.
    voice: std::ops::Range<i64>,
}

impl Window {
    /// The words of each stretch that has some, in ms from its beginning. A word belongs to the stretch that its middle is in or nearest to;
    /// but the model's times are off by a word or three, so where a sentence ends near by, the stretch ends with it.
    fn apart(&self, words: Vec<Word>) -> Vec<(Place, Vec<Word>)> {
        let nearest = |word: &Word| {
            let middle = i64::midpoint(word.start.0, word.end.0);
            let away = |place: &Place| {
                let (from, to) = place.in_millis();
                (from - middle).max(middle - to).max(0)
            };
            (0..self.segments.len()).min_by_key(|&segment| away(&self.segments[segment])).unwrap_or(0)
        };
        let mut owners: Vec<usize> = words.iter().map(nearest).collect();
        // Times don't go back, so stretches don't either.
        for at in 1..owners.len() {
            owners[at] = owners[at].max(owners[at - 1]);
        }
        let mut at = 1;
        while at < owners.len() {
            if owners[at] == owners[at - 1] {
                at += 1;
                continue;
            }
            let (before, after) = (owners[at - 1], owners[at]);
            let border = sentence_end_near(&words, at, |place| owners.get(place).is_some_and(|owner| *owner == before || *owner == after));
            owners[border.min(at)..at].fill(after);
            owners[at..border.max(at)].fill(before);
            at = border.max(at) + 1;
        }
        let mut apart: Vec<(Place, Vec<Word>)> = Vec::new();
        for (word, owner) in words.into_iter().zip(owners) {
            let Some(place) = self.segments.get(owner).cloned() else { break };
            match apart.last_mut() {
                Some((last, words)) if last.at == place.at => words.push(word),
                _ => apart.push((place, vec![word])),
            }
        }
        apart.iter_mut().for_each(|(place, words)| place.fit(words));
        apart
    }
}

/// Words that a border may be moved by, to where a sentence ends.
const OFF: usize = 4;

/// Where, next to the border before word `at`, a sentence ends: the word after it. Else `at`.
fn sentence_end_near(words: &[Word], at: usize, may_move: impl Fn(usize) -> bool) -> usize {
    let ends = |border: usize| border > 0 && border < words.len() && words[border - 1].text.ends_with(['.', '?', '!', '。', '？', '！']);
    let later = |by: &usize| (at..at + by).all(&may_move) && ends(at + by);
    let earlier = |by: &usize| *by <= at && (at - by..at).all(&may_move) && ends(at - by);
    let found = (0..=OFF).find_map(|by| if at + by <= words.len() && later(&by) { Some(at + by) } else { earlier(&by).then(|| at - by) });
    found.unwrap_or(at)
}

impl Place {
    /// Has words lie in the stretch, in ms from its beginning. Where the model's times were so far off that most would stand at its edge, they
    /// are spread over its voice by their letters.
    fn fit(&self, words: &mut [Word]) {
        let (from, to) = self.in_millis();
        for word in &mut *words {
            word.start = Millis((word.start.0 - from).clamp(0, to - from));
            word.end = Millis((word.end.0 - from).clamp(word.start.0, to - from));
        }
        let squeezed = words.iter().filter(|word| word.start == word.end).count();
        if squeezed * 2 <= words.len() {
            return;
        }
        let letters: i64 = words.iter().map(|word| word.text.chars().count() as i64 + 1).sum();
        let (begin, length) = (self.voice.start, self.voice.end - self.voice.start);
        let mut said = 0;
        for word in words {
            word.start = Millis(begin + length * said / letters);
            said += word.text.chars().count() as i64 + 1;
            word.end = Millis(begin + length * said / letters);
        }
    }

    fn in_millis(&self) -> (i64, i64) {
        (millis_of(self.at as u64), millis_of((self.at + self.length) as u64))
    }
}

/// Puts stretches together.
#[derive(Default)]
struct Windows {
    open: Window,
}

impl Windows {
    /// Takes a stretch; hands back the window that it has no room in.
    fn take(&mut self, segment: Segment) -> Option<Window> {
        let full = self.open.samples.len() + BETWEEN + segment.samples.len() > WINDOW && !self.open.segments.is_empty();
        let done = full.then(|| std::mem::take(&mut self.open));
        let open = &mut self.open;
        if !open.segments.is_empty() {
            open.samples.resize(open.samples.len() + BETWEEN, 0);
        }
        let at = open.samples.len();
        let offset = millis_of(at as u64);
        let voiced = in_millis(&segment.voiced, segment.start);
        let voice = voiced.first().map_or(0, |first| first.start)..voiced.last().map_or(0, |last| last.end);
        open.voiced.extend(voiced.into_iter().map(|stretch| stretch.start + offset..stretch.end + offset));
        open.segments.push(Place { start: segment.start, at, length: segment.samples.len(), voice });
        open.samples.extend(segment.samples);
        done
    }
}

#[cfg(test)]
mod tests;
