//! The low-pass filter that keeps what 16 kHz can't carry out of it: a sinc under a Kaiser window.

use std::f64::consts::PI;

/// Stop-band attenuation that the window is made for, in dB.
const ATTENUATION: f64 = 80.0;
/// Where the pass band ends, as a part of the lower of the two Nyquist frequencies: 7.1 kHz of 8. Speech has nothing
/// between there and the edge that a recognizer would use, and a narrower edge would cost longer filters.
const PASS: f64 = 0.8875;
/// Rows of a table for ratios that have too many phases to tabulate each; between rows the filter is interpolated, which
/// errs by less than −100 dB.
const INTERPOLATED_ROWS: usize = 512;
/// Most phases that get a row each. 11,025 Hz has 640.
const EXACT_ROWS: usize = 640;

/// The filter, tabulated at fractions of an input sample.
pub struct Filter {
    /// Rows of `taps` coefficients, for the fractions 0, 1/rows, … and 1.
    table: Vec<f32>,
    /// Coefficients in a row; even, or 1 for the filter that changes nothing.
    pub taps: usize,
    /// Rows in one input sample.
    pub rows: usize,
}

impl Filter {
    /// The filter between `input` and `output` Hz where an output sample falls on one of `phases` fractions.
    pub fn new(input: u32, output: u32, phases: u32) -> Self {
        if input == output {
            return Self { table: vec![1.0, 1.0], taps: 1, rows: 1 };
        }
        let rows = if phases as usize <= EXACT_ROWS { phases as usize } else { INTERPOLATED_ROWS };
        let nyquist = f64::from(input.min(output)) / 2.0;
        // Both edges as parts of the input rate. The stop band begins exactly at the lower Nyquist frequency.
        let stop = nyquist / f64::from(input);
        let pass = stop * PASS;
        let cutoff = f64::midpoint(pass, stop);
        // Kaiser's estimate of the order.
        let order = (ATTENUATION - 7.95) / (14.36 * (stop - pass));
        let half = (order / 2.0).ceil() as usize;
        let beta = 0.1102 * (ATTENUATION - 8.7);
        let taps = 2 * half;
        let mut table = Vec::with_capacity((rows + 1) * taps);
        for row in 0..=rows {
            let fraction = row as f64 / rows as f64;
            let at = |tap: usize| {
                let distance = tap as f64 - (half as f64 - 1.0) - fraction;
                sinc(2.0 * cutoff * distance) * kaiser(distance / half as f64, beta)
            };
            // Each row sums to 1, so that a steady level is the same at every phase.
            let sum: f64 = (0..taps).map(at).sum();
            table.extend((0..taps).map(|tap| (at(tap) / sum) as f32));
        }
        Self { table, taps, rows }
    }

    /// The row of a fraction.
    pub fn row(&self, row: usize) -> &[f32] {
        &self.table[row * self.taps..(row + 1) * self.taps]
    }
}

fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-12 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// Kaiser's window over −1 to 1, not scaled.
fn kaiser(x: f64, beta: f64) -> f64 {
    if x.abs() > 1.0 { 0.0 } else { bessel_i0(beta * (1.0 - x * x).sqrt()) }
}

/// The modified Bessel function of order 0, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..64 {
        term *= quarter / f64::from(k * k);
        sum += term;
        if term < sum * 1e-16 {
            break;
        }
    }
    sum
}
