//! One stream: sound comes in, a thread of its own hears it, events go out.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use model::{Millis, Utterance, Word};
use ports::{Audio, ConsentedAudio, RecognizerError, RecognizerEvent, RecognizerStream};
use tokio::sync::{mpsc, oneshot};

use super::agreement::Agreement;
use super::ears::Detector;
use super::engine::{Hearing, Pass, PassError};
use super::segmenter::{Rules, Segment, Segmenter};
use super::shelf::LoadedModel;
use super::words::{self, Signals};
use crate::speech::timeline::Timeline;
use crate::speech::{WAITING, millis_of};

type Telling = mpsc::Sender<Result<RecognizerEvent, RecognizerError>>;

/// How a stream weighs speed against sureness; the figures behind the default are in ADR 15.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LocalPace {
    /// Positions that a pass over unfinished speech looks beyond it.
    pub partial_margin: usize,
    /// Positions that a pass over a whole segment looks beyond it.
    pub final_margin: usize,
    /// New speech until the next partial, at least.
    pub step: Duration,
    /// Passes over unfinished speech take no more than this share of the time: behind, there are fewer of them.
    pub share: f64,
}

impl Default for LocalPace {
    fn default() -> Self {
        Self { partial_margin: 64, final_margin: 256, step: Duration::from_millis(600), share: 0.2 }
    }
}

/// What a stream works with.
pub(super) struct Work {
    pub loaded: Arc<LoadedModel>,
    pub language: Option<&'static str>,
    pub vocabulary: String,
    pub pace: LocalPace,
}

/// Starts a stream and its thread.
pub(super) fn start(work: Work) -> Result<RecognizerStream, RecognizerError> {
    let (audio, audio_in) = mpsc::channel(WAITING);
    let (events_out, events) = mpsc::channel(WAITING);
    let (feed, fed) = mpsc::channel(WAITING);
    let (ended, end) = oneshot::channel::<()>();
    let cancelled = Arc::new(AtomicBool::new(false));
    let worker = {
        let (events, cancelled) = (events_out.clone(), cancelled.clone());
        move || {
            let hearing = work.loaded.engine.hearing(work.language, &work.vocabulary, 1, cancelled.clone());
            let mut worker = Worker::new(&work, hearing, events, cancelled);
            // It breaks off when nobody listens any more, or after it said what went wrong.
            let _ = worker.run(fed);
            drop(ended);
        }
    };
    std::thread::Builder::new()
        .name("hear".to_owned())
        .spawn(worker)
        .map_err(|error| RecognizerError::Unavailable(format!("no thread can be started: {error}")))?;
    tokio::spawn(pump(audio_in, feed, events_out, end, cancelled));
    Ok(RecognizerStream { audio, events })
}

/// Hands sound on to the thread, and cancels what it is doing as soon as nobody listens.
async fn pump(
    mut audio: mpsc::Receiver<Audio>,
    feed: mpsc::Sender<ConsentedAudio>,
    events: Telling,
    end: oneshot::Receiver<()>,
    cancelled: Arc<AtomicBool>,
) {
    let feeding = async move {
        // Letting go of the sound is a finish too.
        while let Some(Audio::Samples(sound)) = audio.recv().await {
            if feed.send(sound).await.is_err() {
                break;
            }
        }
        drop((audio, feed));
        // Whatever it is told, the thread drops its end.
        let _ = end.await;
    };
    tokio::select! {
        () = feeding => {}
        () = events.closed() => cancelled.store(true, Ordering::Relaxed),
    }
}

/// The thread's side.
struct Worker<'a> {
    loaded: &'a LoadedModel,
    pace: LocalPace,
    hearing: Hearing,
    events: Telling,
    cancelled: Arc<AtomicBool>,
    detector: Detector,
    segmenter: Segmenter,
    agreement: Agreement,
    timeline: Timeline,
    /// Samples that came.
    pushed: u64,
    /// The sample up to which the open segment was heard; its beginning, if it wasn't.
    heard_until: u64,
    /// How long the last pass over unfinished speech took.
    took: Duration,
    /// Whether a partial waits for its final.
    shown: bool,
    told_done: i64,
}

type Flow = ControlFlow<()>;

impl<'a> Worker<'a> {
    fn new(work: &'a Work, hearing: Hearing, events: Telling, cancelled: Arc<AtomicBool>) -> Self {
        Self {
            loaded: &work.loaded,
            pace: work.pace,
            hearing,
            events,
            cancelled,
            detector: Detector::default(),
            segmenter: Segmenter::new(Rules::LIVE),
            agreement: Agreement::default(),
            timeline: Timeline::default(),
            pushed: 0,
            heard_until: 0,
            took: Duration::ZERO,
            shown: false,
            told_done: 0,
        }
    }

    fn run(&mut self, mut fed: mpsc::Receiver<ConsentedAudio>) -> Flow {
        let mut more = true;
        loop {
            // Everything that waits is taken first: how far behind it is decides what is heard next. Whole segments that wait are bounded, so
            // that a machine that is too slow is felt by whoever pushes, and not by its memory.
            while more && !self.segmenter.is_waiting() {
                match fed.try_recv() {
                    Ok(sound) => self.take(&sound),
                    Err(mpsc::error::TryRecvError::Empty) => break,
                    Err(mpsc::error::TryRecvError::Disconnected) => {
                        more = false;
                        self.detector.finish(&mut self.segmenter);
                    }
                }
            }
            if self.cancelled.load(Ordering::Relaxed) {
                return Flow::Break(());
            }
            if let Some(segment) = self.segmenter.next() {
                self.finish(&segment)?;
            } else if !more {
                return self.done(millis_of(self.pushed));
            } else {
                self.partial()?;
                self.done_so_far()?;
                if fed.is_empty() {
                    match fed.blocking_recv() {
                        Some(sound) => self.take(&sound),
                        None => {
                            more = false;
                            self.detector.finish(&mut self.segmenter);
                        }
                    }
                }
            }
        }
    }

    fn take(&mut self, sound: &ConsentedAudio) {
        self.pushed += sound.samples().len() as u64;
        self.detector.hear(sound.samples(), &mut self.segmenter);
    }

    /// Says what is being said, if there is enough new of it and an ear is free.
    fn partial(&mut self) -> Flow {
        let step = self.pace.step.max(self.took.div_f64(self.pace.share));
        let heard_until = self.heard_until;
        let Some(open) = self.segmenter.open() else { return Flow::Continue(()) };
        let from = open.start;
        let until = from + (open.samples.0.len() + open.samples.1.len()) as u64;
        let new = millis_of(until - heard_until.max(from));
        let is_voiced = open.voiced.last().is_some_and(|last| last.end > heard_until);
        if !is_voiced || u128::from(new.unsigned_abs()) < step.as_millis() {
            return Flow::Continue(());
        }
        let Some(mut ear) = self.loaded.try_ear() else { return Flow::Continue(()) };
        let voiced = in_millis(open.voiced, from);
        let samples = [open.samples.0, open.samples.1].concat();
        let began = Instant::now();
        let pass = ear.hear(&samples, Some(self.pace.partial_margin), &self.hearing);
        drop(ear);
        self.took = began.elapsed();
        self.heard_until = until;
        let heard = match pass {
            Ok(heard) => heard,
            Err(error) => return self.failed(error),
        };
        let signals = Signals { no_speech: heard.no_speech, mean_log: heard.mean_log, voiced: &voiced };
        let said = words::said(heard.words, signals);
        // A pass that heard nothing, or made it up, takes nothing back: the next one may know more.
        if said.is_empty() {
            return Flow::Continue(());
        }
        self.agreement.hear(said, Millis(millis_of(until - from)));
        let (stable, tail) = self.agreement.words();
        let words: Vec<Word> = stable.iter().chain(tail).cloned().collect();
        self.shown = true;
        let said = utterance(words, millis_of(from), millis_of(from));
        let said = self.timeline.place(said, millis_of(self.pushed), false);
        self.say(RecognizerEvent::Partial(said))
    }

    /// Says what was said in a whole segment. It is never left out, however far behind.
    fn finish(&mut self, segment: &Segment) -> Flow {
        let Some(mut ear) = self.loaded.ear(&self.cancelled) else { return Flow::Break(()) };
        let voiced = in_millis(&segment.voiced, segment.start);
        let mut pass = ear.hear(&segment.samples, Some(self.pace.final_margin), &self.hearing);
        // What it makes up or misses, it mostly does because it looked at too little: once more, at all that it can look at.
        if let Ok(first) = &pass
            && words::failed(&first.words, first.mean_log, &voiced)
        {
            let again = ear.hear(&segment.samples, None, &self.hearing);
            let is_better = |again: &Pass| !words::failed(&again.words, again.mean_log, &voiced) || again.mean_log > first.mean_log;
            if again.as_ref().map_or(true, is_better) {
                pass = again;
            }
        }
        drop(ear);
        let heard = match pass {
            Ok(heard) => heard,
            Err(error) => return self.failed(error),
        };
        let signals = Signals { no_speech: heard.no_speech, mean_log: heard.mean_log, voiced: &voiced };
        let mut agreement = std::mem::take(&mut self.agreement);
        if self.segmenter.goes_on_after(segment) {
            self.agreement = agreement.split(Millis(millis_of(segment.samples.len() as u64)));
        }
        let words = agreement.finish(words::said(heard.words, signals));
        let (start, end) = (millis_of(segment.start), millis_of(segment.start + segment.samples.len() as u64));
        self.heard_until = segment.start + segment.samples.len() as u64;
        if !words.is_empty() || self.shown {
            let said = self.timeline.place(utterance(words, start, start), millis_of(self.pushed), true);
            if !self.shown {
                // It was too far behind for any partial; whoever goes by partials has one all the same.
                self.say(RecognizerEvent::Partial(said.clone()))?;
            }
            self.say(RecognizerEvent::Final(said))?;
        }
        self.shown = false;
        // The next segment begins with short passes again.
        self.took = Duration::ZERO;
        self.done(end)
    }

    fn failed(&self, error: PassError) -> Flow {
        if let PassError::Failed(reason) = error {
            tracing::warn!(reason, "a speech model failed");
            // If nobody listens any more, there is nobody to tell.
            let _ = self.events.blocking_send(Err(RecognizerError::Crashed(reason)));
        }
        Flow::Break(())
    }

    /// Silence is worked through as soon as it has come.
    fn done_so_far(&mut self) -> Flow {
        let until = millis_of(self.segmenter.silent_until());
        // Every frame would be too often to tell.
        if until >= self.told_done + 300 { self.done(until) } else { Flow::Continue(()) }
    }

    fn done(&mut self, until: i64) -> Flow {
        if until <= self.told_done {
            return Flow::Continue(());
        }
        self.told_done = until;
        self.say(RecognizerEvent::Done(Millis(until)))
    }

    fn say(&self, event: RecognizerEvent) -> Flow {
        match self.events.blocking_send(Ok(event)) {
            Ok(()) => Flow::Continue(()),
            Err(_) => Flow::Break(()),
        }
    }
}

/// Where there is voice, in ms from a sample on.
pub(super) fn in_millis(voiced: &[std::ops::Range<u64>], from: u64) -> Vec<std::ops::Range<i64>> {
    voiced.iter().map(|stretch| millis_of(stretch.start - from)..millis_of(stretch.end - from)).collect()
}

/// Words, whose times count from `offset`, as an utterance; one without words is at `at`.
pub(super) fn utterance(mut words: Vec<Word>, offset: i64, at: i64) -> Utterance {
    for word in &mut words {
        word.start = word.start + Millis(offset);
        word.end = word.end + Millis(offset);
    }
    let text = words::line(&words);
    let sure: f64 = words.iter().map(|word| word.confidence.max(1e-6).ln()).sum();
    let confidence = if words.is_empty() { 0.0 } else { (sure / words.len() as f64).exp() };
    let (start, end) = (words.first().map_or(Millis(at), |first| first.start), words.last().map_or(Millis(at), |last| last.end));
    Utterance { text, start, end, confidence: confidence.clamp(0.0, 1.0), words }
}
