//! From sound to how much each of 40 bands of tones has in it.
//!
//! Every sum is taken in earshot's order, so that the results are its own.

use std::array::from_fn;

use crate::Features;
use crate::lanes::{LANES, Lanes};
use crate::tables::{HANN, MEL, MEL_FROM, NORM, SINE};

/// Samples from one window to the next.
pub(crate) const HOP: usize = 256;
/// Samples of a window.
pub(crate) const WINDOW: usize = 768;
/// Bands of tones.
pub(crate) const BANDS: usize = 40;

/// Complex numbers of the transform: 1,024 samples are half as many.
const POINTS: usize = 512;
/// From 16-bit samples to ±1.
const POWER: f32 = 1.0 / (32_768.0 * 32_768.0);

#[derive(Clone, Copy, Default)]
struct Complex {
    re: Lanes,
    im: Lanes,
}

/// The features of so many windows, each a hop further on.
pub(crate) fn features(line: &[f32; WINDOW - HOP + LANES * HOP]) -> [Features; LANES] {
    let mut tones = first_steps(&window(line));
    two_steps::<4>(&mut tones);
    two_steps::<16>(&mut tones);
    two_steps::<64>(&mut tones);
    last_step(&mut tones);
    let power = power(&tones);
    let mut features = [[0.0; BANDS]; LANES];
    let mut falling = Lanes::default();
    for (band, edges) in MEL_FROM.windows(2).enumerate() {
        // One band rises where the one before falls.
        let mut rising = Lanes::default();
        for (tone, (fall, rise)) in power[edges[0]..edges[1]].iter().zip(&MEL[edges[0]..edges[1]]) {
            falling += *tone * Lanes::all(*fall);
            rising += *tone * Lanes::all(*rise);
        }
        if let Some(band) = band.checked_sub(1) {
            for (lane, sum) in falling.each().into_iter().enumerate() {
                features[lane][band] = (sum + 1e-20).ln();
            }
        }
        falling = rising;
    }
    features.iter_mut().for_each(normalize);
    features
}

fn normalize(features: &mut Features) {
    let squares = features.iter().fold(0.0, |sum, value| sum + value * value);
    let scale = (squares / BANDS as f32).sqrt().recip();
    features.iter_mut().zip(&NORM).for_each(|(value, norm)| *value = norm * *value * scale);
}

/// The window: its samples in pairs, those of the windows side by side.
fn window(line: &[f32; WINDOW - HOP + LANES * HOP]) -> [Complex; WINDOW / 2] {
    let mut pairs = [Complex::default(); WINDOW / 2];
    for (at, (pairs, hann)) in pairs.as_chunks_mut::<2>().0.iter_mut().zip(HANN.as_chunks::<4>().0).enumerate() {
        let rows: [[f32; 4]; LANES] = from_fn(|lane| {
            let samples = &line[lane * HOP + 4 * at..][..4];
            from_fn(|sample| samples[sample] * hann[sample])
        });
        let column = |sample: usize| Lanes::new(from_fn(|lane| rows[lane][sample]));
        *pairs = [Complex { re: column(0), im: column(1) }, Complex { re: column(2), im: column(3) }];
    }
    pairs
}

/// The transform's first two steps. The window's last quarter is empty, so the fourth number of every four is nothing.
fn first_steps(pairs: &[Complex; WINDOW / 2]) -> [Complex; POINTS] {
    let mut tones = [Complex::default(); POINTS];
    for (index, four) in tones.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        // The order is that of the numbers' bits backwards.
        let at = usize::from((index as u8).reverse_bits() >> 1);
        let (first, second, third) = (pairs[at], pairs[256 + at], pairs[128 + at]);
        let sum = Complex { re: first.re + second.re, im: first.im + second.im };
        let difference = Complex { re: first.re - second.re, im: first.im - second.im };
        *four = [
            Complex { re: sum.re + third.re, im: sum.im + third.im },
            Complex { re: difference.re + third.im, im: difference.im - third.re },
            Complex { re: sum.re - third.re, im: sum.im - third.im },
            Complex { re: difference.re - third.im, im: difference.im + third.re },
        ];
    }
    tones
}

/// The turns of all steps: those of the step that joins two times `width` begin at `width`.
const TURNS: [(f32, f32); POINTS] = {
    let mut turns = [(1.0, 0.0); POINTS];
    let mut width = 4;
    while width < POINTS {
        let (half, stride) = (width / 2, POINTS / width);
        let mut index = 1;
        while index < width {
            turns[width + index] = if index < half {
                (-SINE[255 - index * stride], SINE[index * stride - 1])
            } else if index == half {
                (0.0, -1.0)
            } else {
                (SINE[(index - half) * stride - 1], SINE[255 - (index - half) * stride])
            };
            index += 1;
        }
        width *= 2;
    }
    turns
};

/// Joins two numbers: their sum, and their difference, the second one turned.
#[inline(always)]
fn join(first: Complex, second: Complex, (re, im): (f32, f32)) -> (Complex, Complex) {
    let (re, im) = (Lanes::all(re), Lanes::all(im));
    let turned = Complex { re: re * second.re - im * second.im, im: re * second.im + im * second.re };
    (Complex { re: first.re + turned.re, im: first.im + turned.im }, Complex { re: first.re - turned.re, im: first.im - turned.im })
}

/// The steps that join two times `WIDTH` numbers, and two times that.
#[inline(always)]
fn two_steps<const WIDTH: usize>(tones: &mut [Complex; POINTS]) {
    for part in tones.chunks_exact_mut(4 * WIDTH) {
        let [a, b, c, d] = quarters::<WIDTH>(part);
        let (inner, outer) = (&TURNS[WIDTH..2 * WIDTH], TURNS[2 * WIDTH..4 * WIDTH].split_at(WIDTH));
        for index in 0..WIDTH {
            let (first, second) = join(a[index], b[index], inner[index]);
            let (third, fourth) = join(c[index], d[index], inner[index]);
            (a[index], c[index]) = join(first, third, outer.0[index]);
            (b[index], d[index]) = join(second, fourth, outer.1[index]);
        }
    }
}

#[inline(always)]
fn quarters<const WIDTH: usize>(part: &mut [Complex]) -> [&mut [Complex]; 4] {
    let (first, second) = part.split_at_mut(2 * WIDTH);
    let ((a, b), (c, d)) = (first.split_at_mut(WIDTH), second.split_at_mut(WIDTH));
    [a, b, &mut c[..WIDTH], &mut d[..WIDTH]]
}

fn last_step(tones: &mut [Complex; POINTS]) {
    let (first, second) = tones.split_at_mut(POINTS / 2);
    for ((first, second), turn) in first.iter_mut().zip(second).zip(&TURNS[POINTS / 2..]) {
        (*first, *second) = join(*first, *second, *turn);
    }
}

/// Takes the two real transforms apart that lie in the complex one, and keeps how strong each tone is.
fn power(tones: &[Complex; POINTS]) -> [Lanes; POINTS + 1] {
    let mut power = [Lanes::default(); POINTS + 1];
    let strength = |re: Lanes, im: Lanes| (re * re + im * im) * Lanes::all(POWER);
    let none = Lanes::default();
    power[0] = strength(tones[0].re + tones[0].im, none);
    power[POINTS] = strength(tones[0].re - tones[0].im, none);
    power[POINTS / 2] = strength(tones[POINTS / 2].re, none - tones[POINTS / 2].im);
    let half = Lanes::all(0.5);
    for index in 1..POINTS / 2 {
        let (re, im) = (Lanes::all(-SINE[255 - index]), Lanes::all(SINE[index - 1]));
        let (low, high) = (tones[index], tones[POINTS - index]);
        let sum = Complex { re: (low.re + high.re) * half, im: (low.im + high.im) * half };
        let difference = Complex { re: (low.re - high.re) * half, im: (low.im - high.im) * half };
        let (across, along) = (re * sum.im, im * difference.re);
        let (down, up) = (im * sum.im, re * difference.re);
        power[index] = strength(sum.re + across + along, difference.im + down - up);
        power[POINTS - index] = strength(sum.re - across - along, none - difference.im + down - up);
    }
    power
}
