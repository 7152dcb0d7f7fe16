//! Cuts a stream of sound into stretches that somebody speaks in. No clock, no thread, no model: blocks come in with the detector's word on
//! each, segments come out.

use std::collections::VecDeque;
use std::ops::Range;

/// Samples of a block, as the voice detector takes them: 16 ms.
pub(super) const BLOCK: usize = 256;

/// How sound is cut, in blocks of [`BLOCK`] samples.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// A segment begins when so many of the last [`Self::onset_of`] blocks are voiced: a click is no speech.
    pub onset: usize,
    /// See [`Self::onset`].
    pub onset_of: usize,
    /// Sound before the first voiced block that belongs to the segment: what begins softly isn't cut off.
    pub lead: usize,
    /// Sound after the last voiced block that belongs to it.
    pub tail: usize,
    /// So long without voice ends a segment.
    pub pause: usize,
    /// No segment is longer: one that would be is cut where it is quietest.
    pub longest: usize,
    /// A segment that is cut for its length is at least so long.
    pub shortest_cut: usize,
}

impl Rules {
    /// For words while they are being said: what is cut must be answered at once.
    pub(super) const LIVE: Self = Self { onset: 4, onset_of: 7, lead: 16, tail: 16, pause: 32, longest: 625, shortest_cut: 375 };
    /// For whole recordings, which nobody waits for.
    pub(super) const RECORDING: Self = Self { pause: 38, longest: 1_560, shortest_cut: 1_000, ..Self::LIVE };
}

/// A stretch of sound with speech in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// Its first sample's place in the stream.
    pub start: u64,
    /// Its sound.
    pub samples: Vec<i16>,
    /// Where there is voice, in places of the stream; in order.
    pub voiced: Vec<Range<u64>>,
}

/// What is being said now.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open<'a> {
    /// Its first sample's place in the stream.
    pub start: u64,
    /// Its sound so far, in two parts.
    pub samples: (&'a [i16], &'a [i16]),
    /// Where there is voice.
    pub voiced: &'a [Range<u64>],
}

/// What is known of a block.
#[derive(Clone, Copy, Debug)]
struct Mark {
    voiced: bool,
    energy: u64,
}

/// Cuts one stream.
#[derive(Debug)]
pub(super) struct Segmenter {
    rules: Rules,
    /// Sound from `kept_from` on, whole blocks.
    sound: VecDeque<i16>,
    /// A mark for each block of it.
    marks: VecDeque<Mark>,
    /// Place of the first block that is kept.
    kept_from: u64,
    /// The segment that is open: its first block, and the block after its last voiced one.
    open: Option<Range<u64>>,
    voiced: Vec<Range<u64>>,
    ready: VecDeque<Segment>,
}

impl Segmenter {
    pub(super) fn new(rules: Rules) -> Self {
        Self { rules, sound: VecDeque::new(), marks: VecDeque::new(), kept_from: 0, open: None, voiced: Vec::new(), ready: VecDeque::new() }
    }

    /// Blocks that came so far.
    fn blocks(&self) -> u64 {
        self.kept_from + self.marks.len() as u64
    }

    /// Takes the next block.
    pub(super) fn push(&mut self, block: &[i16; BLOCK], voiced: bool) {
        let energy = block.iter().map(|&sample| u64::from(i32::from(sample).pow(2).cast_unsigned())).sum();
        self.sound.extend(block);
        self.marks.push_back(Mark { voiced, energy });
        let now = self.blocks();
        match &mut self.open {
            Some(open) => {
                if voiced {
                    open.end = now;
                }
                if now - open.end >= self.rules.pause as u64 {
                    let end = open.end + self.rules.tail as u64;
                    self.close(end.min(now));
                } else if now - open.start >= self.rules.longest as u64 {
                    self.cut_long();
                }
            }
            None => self.look_for_onset(),
        }
        self.forget();
    }

    fn look_for_onset(&mut self) {
        let recent = self.marks.len().saturating_sub(self.rules.onset_of);
        if self.marks.range(recent..).filter(|mark| mark.voiced).count() < self.rules.onset {
            return;
        }
        let now = self.blocks();
        let first = self.marks.range(recent..).position(|mark| mark.voiced).map_or(now, |place| self.kept_from + (recent + place) as u64);
        let start = first.saturating_sub(self.rules.lead as u64).max(self.kept_from);
        self.open = Some(start..now);
    }

    /// What was spoken without a pause for too long is cut in its longest pause, else where it is quietest.
    fn cut_long(&mut self) {
        let Some(open) = self.open.clone() else { return };
        let now = self.blocks();
        let from = open.start + self.rules.shortest_cut as u64;
        let marks = |at: u64| self.marks[(at - self.kept_from) as usize];
        let (mut pause, mut run): (Range<u64>, u64) = (0..0, from);
        let mut quietest = (u64::MAX, now);
        for at in from..now {
            if marks(at).voiced {
                run = at + 1;
            } else if at + 1 - run > pause.end - pause.start {
                pause = run..at + 1;
            }
            if at >= 2 {
                let energy = (at - 2..=at).map(|at| marks(at).energy).sum();
                if energy < quietest.0 {
                    quietest = (energy, at - 1);
                }
            }
        }
        let cut = if pause.is_empty() { quietest.1 } else { pause.start.midpoint(pause.end) };
        self.close(cut);
        // What comes after the cut goes on being said.
        let last = (cut..now).rev().find(|&at| self.marks[(at - self.kept_from) as usize].voiced);
        if let Some(last) = last {
            self.open = Some(cut..last + 1);
        }
    }

    /// Ends the open segment at a block.
    fn close(&mut self, end: u64) {
        let Some(open) = self.open.take() else { return };
        let samples = self.samples(open.start, end);
        let voiced = self.voice(open.start, end);
        self.ready.push_back(Segment { start: open.start * BLOCK as u64, samples, voiced });
        self.drop_before(end);
    }

    fn samples(&self, from: u64, to: u64) -> Vec<i16> {
        let place = |block: u64| (block - self.kept_from) as usize * BLOCK;
        self.sound.range(place(from)..place(to)).copied().collect()
    }

    /// Where there is voice between two blocks, in samples.
    fn voice(&self, from: u64, to: u64) -> Vec<Range<u64>> {
        let mut voiced: Vec<Range<u64>> = Vec::new();
        for at in from..to {
            if self.marks[(at - self.kept_from) as usize].voiced {
                let (start, end) = (at * BLOCK as u64, (at + 1) * BLOCK as u64);
                match voiced.last_mut() {
                    Some(last) if last.end == start => last.end = end,
                    _ => voiced.push(start..end),
                }
            }
        }
        voiced
    }

    fn drop_before(&mut self, block: u64) {
        let gone = (block - self.kept_from) as usize;
        self.marks.drain(..gone);
        self.sound.drain(..gone * BLOCK);
        self.kept_from = block;
    }

    /// Silence is kept for as long as it may be a segment's beginning.
    fn forget(&mut self) {
        let needed = (self.rules.lead + self.rules.onset_of) as u64;
        if self.open.is_none() && self.blocks() - self.kept_from > needed {
            self.drop_before(self.blocks() - needed);
        }
    }

    /// The next segment that is whole.
    pub(super) fn next(&mut self) -> Option<Segment> {
        self.ready.pop_front()
    }

    /// Whether a whole segment waits.
    pub(super) fn is_waiting(&self) -> bool {
        !self.ready.is_empty()
    }

    /// No more comes: what is open is a segment.
    pub(super) fn finish(&mut self) {
        let end = self.blocks();
        self.close(end);
    }

    /// What is being said and isn't whole.
    pub(super) fn open(&mut self) -> Option<Open<'_>> {
        let open = self.open.clone()?;
        self.voiced = self.voice(open.start, self.blocks());
        let (front, back) = self.sound.as_slices();
        let skip = (open.start - self.kept_from) as usize * BLOCK;
        let samples = if skip <= front.len() { (&front[skip..], back) } else { (&back[skip - front.len()..], &[][..]) };
        Some(Open { start: open.start * BLOCK as u64, samples, voiced: &self.voiced })
    }

    /// Whether a segment was cut, and what was being said goes on at once.
    pub(super) fn goes_on_after(&self, segment: &Segment) -> bool {
        let end = segment.start + segment.samples.len() as u64;
        let next = self.ready.front().map(|next| next.start).or_else(|| self.open.as_ref().map(|open| open.start * BLOCK as u64));
        next == Some(end)
    }

    /// The sample up to which nothing is left to be told, whatever comes.
    pub(super) fn silent_until(&self) -> u64 {
        if let Some(first) = self.ready.front() {
            return first.start;
        }
        self.open.as_ref().map_or(self.kept_from, |open| open.start) * BLOCK as u64
    }
}

#[cfg(test)]
mod tests;
