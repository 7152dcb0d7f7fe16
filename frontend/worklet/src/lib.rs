//! The audio callback: takes a device's blocks at the device's own rate and makes whole frames of 16 kHz mono i16.
//!
//! Built for wasm32 it is the module that `public/capture/processor.js` runs inside an AudioWorklet; its C interface is
//! in [`abi`]. Architecture invariant: no bindgen, no dependencies, no allocation after [`Worklet::new`], no clock.

pub mod abi;
mod filter;
mod resampler;

pub use resampler::Resampler;

/// Samples per second that come out.
pub const OUTPUT_RATE: u32 = 16_000;
/// Samples of a whole frame: 100 ms.
pub const FRAME: usize = 1_600;
/// Most input samples per channel in one push; an AudioWorklet's block has 128.
pub const MAX_BLOCK: usize = 1_024;
/// Most input channels that are mixed down.
pub const MAX_CHANNELS: usize = 8;
/// Input rates that are taken, in Hz.
pub const RATES: std::ops::RangeInclusive<u32> = 8_000..=192_000;

/// Whole frames that one push or flush can complete, with the started one: at 8 kHz a block doubles, and the filter's tail is short.
const READY: usize = 4;

/// One channel's way from blocks to frames.
pub struct Worklet {
    resampler: Resampler,
    /// What the caller fills: [`MAX_CHANNELS`] planes of [`MAX_BLOCK`] samples.
    input: Vec<f32>,
    /// The block, mixed down.
    mono: Vec<f32>,
    /// What the resampler gave for one block.
    resampled: Vec<f32>,
    /// Frames of the last push, then the started one.
    frames: Vec<i16>,
    /// Samples in `frames`.
    filled: usize,
    /// Whole frames that the caller has been told of; they go at the next push.
    told: usize,
    meter: Meter,
}

/// How loud a stretch was; both 0 to 1 of full scale.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Level {
    /// Root of the mean square.
    pub rms: f32,
    /// Largest magnitude.
    pub peak: f32,
}

#[derive(Default)]
struct Meter {
    squares: f64,
    peak: f32,
    samples: usize,
    last: Level,
}

impl Worklet {
    /// A worklet for an input of `rate` Hz; none outside [`RATES`].
    pub fn new(rate: u32) -> Option<Self> {
        let resampler = Resampler::new(rate)?;
        let most = resampler.most_for(MAX_BLOCK);
        Some(Self {
            input: vec![0.0; MAX_CHANNELS * MAX_BLOCK],
            mono: vec![0.0; MAX_BLOCK],
            resampled: Vec::with_capacity(most),
            frames: vec![0; READY * FRAME],
            filled: 0,
            told: 0,
            meter: Meter::default(),
            resampler,
        })
    }

    /// The planes that [`Worklet::push`] reads: channel `c` begins at `c × MAX_BLOCK`.
    pub fn input(&mut self) -> &mut [f32] {
        &mut self.input
    }

    /// Takes `samples` of each of the first `channels` planes (both clamped to their limits; no channel is silence) and
    /// says how many whole frames are ready. They stay readable until the next push or flush.
    pub fn push(&mut self, samples: usize, channels: usize) -> usize {
        let samples = samples.min(MAX_BLOCK);
        let channels = channels.min(MAX_CHANNELS);
        self.forget_told();
        self.mix(samples, channels);
        self.resampled.clear();
        self.resampler.push(&self.mono[..samples], &mut self.resampled);
        self.pack();
        self.told = self.filled / FRAME;
        self.told
    }

    /// Ends the stretch: gives what the filter still holds and says how many samples are ready: whole frames, then a last
    /// short one. Afterwards the worklet is as new.
    pub fn flush(&mut self) -> usize {
        self.forget_told();
        self.resampled.clear();
        self.resampler.finish(&mut self.resampled);
        self.pack();
        self.meter.close();
        std::mem::take(&mut self.filled)
    }

    /// Frame `index` of those that are ready; after a flush the last one holds what was in it before beyond its length.
    pub fn frame(&self, index: usize) -> &[i16] {
        let start = index.min(READY - 1) * FRAME;
        &self.frames[start..start + FRAME]
    }

    /// How loud the newest whole frame was (or the last stretch, after a flush).
    pub fn level(&self) -> Level {
        self.meter.last
    }

    fn forget_told(&mut self) {
        let gone = std::mem::take(&mut self.told) * FRAME;
        if gone > 0 {
            self.frames.copy_within(gone..self.filled, 0);
            self.filled -= gone;
        }
    }

    /// A plain mean: a tab's two channels carry the same voices, and a mean can't clip.
    fn mix(&mut self, samples: usize, channels: usize) {
        let mono = &mut self.mono[..samples];
        mono.fill(0.0);
        for plane in self.input.chunks_exact(MAX_BLOCK).take(channels) {
            for (sum, sample) in mono.iter_mut().zip(plane) {
                *sum += if sample.is_finite() { *sample } else { 0.0 };
            }
        }
        if channels > 1 {
            let share = 1.0 / channels as f32;
            mono.iter_mut().for_each(|sum| *sum *= share);
        }
    }

    fn pack(&mut self) {
        for &sample in &self.resampled {
            self.meter.add(sample);
            self.frames[self.filled] = to_i16(sample);
            self.filled += 1;
            if self.filled.is_multiple_of(FRAME) {
                self.meter.close();
            }
        }
    }
}

impl Meter {
    fn add(&mut self, sample: f32) {
        self.squares += f64::from(sample) * f64::from(sample);
        self.peak = self.peak.max(sample.abs());
        self.samples += 1;
    }

    fn close(&mut self) {
        if self.samples > 0 {
            let rms = (self.squares / self.samples as f64).sqrt() as f32;
            self.last = Level { rms: rms.min(1.0), peak: self.peak.min(1.0) };
        }
        (self.squares, self.peak, self.samples) = (0.0, 0.0, 0);
    }
}

/// Rounds to the nearest step; what is over full scale saturates (a float's `as` does, and takes NaN for 0).
fn to_i16(sample: f32) -> i16 {
    (sample * 32_768.0).round() as i16
}
