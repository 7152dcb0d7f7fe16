//! Any device rate to 16 kHz, exact to the sample over any length.

use crate::filter::Filter;
use crate::{MAX_BLOCK, OUTPUT_RATE, RATES};

/// A polyphase resampler. Output sample `k` lies at input time `k × rate / 16,000`: the filter's delay is compensated, and
/// the position is kept in whole numbers, so that nothing drifts. `n` input samples make `⌈n × 16,000 / rate⌉` output samples.
pub struct Resampler {
    filter: Filter,
    /// 16,000 and the rate without their common divisor.
    up: u32,
    down: u32,
    /// Input samples that are still needed; begins with the silence before the first one.
    history: Vec<f32>,
    /// First tap of the next output sample, as an index into `history`.
    index: usize,
    /// Its fraction, in parts of `up`.
    phase: u32,
    /// Input and output samples so far.
    taken: u64,
    given: u64,
}

impl Resampler {
    /// A resampler from `rate` Hz; none outside [`RATES`].
    pub fn new(rate: u32) -> Option<Self> {
        if !RATES.contains(&rate) {
            return None;
        }
        let divisor = gcd(rate, OUTPUT_RATE);
        let (up, down) = (OUTPUT_RATE / divisor, rate / divisor);
        let filter = Filter::new(rate, OUTPUT_RATE, up);
        let step = (down / up) as usize + 1;
        let mut history = Vec::with_capacity(2 * filter.taps + MAX_BLOCK + step);
        history.resize(filter.taps.div_ceil(2) - 1, 0.0);
        Some(Self { filter, up, down, history, index: 0, phase: 0, taken: 0, given: 0 })
    }

    /// Most output samples that `block` input samples can make at once.
    pub fn most_for(&self, block: usize) -> usize {
        (block + self.filter.taps) * self.up as usize / self.down as usize + 2
    }

    /// Takes up to [`MAX_BLOCK`] samples and appends to `out` what they make. Does not allocate if `out` has room for
    /// [`Resampler::most_for`].
    pub fn push(&mut self, block: &[f32], out: &mut Vec<f32>) {
        for part in block.chunks(MAX_BLOCK) {
            self.history.extend_from_slice(part);
            self.taken += part.len() as u64;
            self.run(u64::MAX, out);
        }
    }

    /// Appends the rest, as if silence followed, and starts anew.
    pub fn finish(&mut self, out: &mut Vec<f32>) {
        let total = (self.taken * u64::from(self.up)).div_ceil(u64::from(self.down));
        let tail = self.filter.taps / 2;
        self.history.resize(self.history.len() + tail, 0.0);
        self.run(total - self.given, out);
        self.history.clear();
        self.history.resize(self.filter.taps.div_ceil(2) - 1, 0.0);
        (self.index, self.phase, self.taken, self.given) = (0, 0, 0, 0);
    }

    fn run(&mut self, most: u64, out: &mut Vec<f32>) {
        let taps = self.filter.taps;
        let mut made = 0;
        while made < most && self.index + taps <= self.history.len() {
            out.push(self.sample(&self.history[self.index..self.index + taps]));
            made += 1;
            self.phase += self.down;
            self.index += (self.phase / self.up) as usize;
            self.phase %= self.up;
        }
        self.given += made;
        // At high rates the next position may lie past what has come.
        let gone = self.index.min(self.history.len());
        self.history.drain(..gone);
        self.index -= gone;
    }

    fn sample(&self, window: &[f32]) -> f32 {
        let rows = self.filter.rows;
        if rows == self.up as usize {
            return dot(window, self.filter.row(self.phase as usize));
        }
        let position = f64::from(self.phase) / f64::from(self.up) * rows as f64;
        let row = position as usize;
        let part = (position - row as f64) as f32;
        dot(window, self.filter.row(row)) * (1.0 - part) + dot(window, self.filter.row(row + 1)) * part
    }
}

/// Four sums at a time, so that they don't wait for each other.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 4];
    let (a4, b4) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest: f32 = a4.remainder().iter().zip(b4.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a4.zip(b4) {
        for lane in 0..4 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    sums.iter().sum::<f32>() + rest
}

const fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}
