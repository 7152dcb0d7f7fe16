//! The layers: three that look at three blocks' features side by side, two that remember, and the answer.
//!
//! Every sum is taken in earshot's order, so that the results are its own.

use std::array::from_fn;

use wide::{i16x8, i32x4};

use crate::Features;
use crate::lanes::{LANES, Lanes};
use crate::spectrum::BANDS;
use crate::tables::{BIAS_1, BIAS_2, KERNEL_1, KERNEL_2, KERNEL_3, OUTPUT, RECURRENT_1, RECURRENT_2, WEIGHT_1, WEIGHT_2, WEIGHT_3};

const CHANNELS: usize = 16;
/// Places along the bands after each layer.
const PLACES_1: usize = 18;
const PLACES_2: usize = 9;
const PLACES_3: usize = 5;
/// Cells of a layer that remembers.
const CELLS: usize = 64;
/// What the gates of such a layer are computed from: a candidate for each cell, and how much of it is taken.
pub(crate) type Gates = [i32; 2 * CELLS];
/// One, in 24 bits after the point.
const ONE: i32 = 0xff_ffff;

/// What the first layer that remembers is told of each block. `context` has two blocks more, before them.
/// Only so many blocks are looked at.
pub(crate) fn gates(context: &[Features; 2 + LANES], blocks: usize) -> [Gates; LANES] {
    let features = third(&second(&first(context)));
    let mut gates = [[0; 2 * CELLS]; LANES];
    gates.iter_mut().zip(&features).take(blocks).for_each(|(gates, features)| *gates = product(features, &RECURRENT_1));
    gates
}

#[inline(always)]
fn product<const N: usize>(values: &[i16; N], weights: &[[i16; N]; 2 * CELLS]) -> Gates {
    let mut gates = [0; 2 * CELLS];
    gates.iter_mut().zip(weights).for_each(|(gate, weights)| *gate = dot(values, weights));
    gates
}

/// Three by three of time and bands, then the strongest of each three neighbours.
fn first(context: &[Features; 2 + LANES]) -> [[Lanes; PLACES_1]; CHANNELS] {
    const WIDTH: usize = BANDS - 2;
    let bands: [[Lanes; BANDS]; 3] = from_fn(|before| from_fn(|band| Lanes::new(from_fn(|lane| context[lane + before][band]))));
    let mut row = [Lanes::default(); WIDTH];
    for (place, sum) in row.iter_mut().enumerate() {
        for (before, kernel) in KERNEL_1.as_chunks::<3>().0.iter().enumerate() {
            for (along, weight) in kernel.iter().enumerate() {
                *sum += bands[before][place + along] * Lanes::all(*weight);
            }
        }
    }
    // A channel's numbers are the row's, scaled and moved: the strongest of them comes from the row's largest, or smallest.
    let three = |place: usize| (row[2 * place], row[2 * place + 1], row[2 * place + 2]);
    let largest: [Lanes; PLACES_1] = from_fn(|place| {
        let (a, b, c) = three(place);
        a.max(b).max(c)
    });
    let smallest: [Lanes; PLACES_1] = from_fn(|place| {
        let (a, b, c) = three(place);
        a.min(b).min(c)
    });
    from_fn(|channel| {
        let (weight, bias) = (WEIGHT_1[channel], BIAS_1[channel]);
        let row = if weight >= 0.0 { &largest } else { &smallest };
        row.map(|value| (value * Lanes::all(weight) + Lanes::all(bias)).max(Lanes::default()))
    })
}

/// Half as many places: each channel along the bands, then the channels together.
fn second(features: &[[Lanes; PLACES_1]; CHANNELS]) -> [[Lanes; PLACES_2]; CHANNELS] {
    let channels: [[Lanes; PLACES_2]; CHANNELS] = along(features, &KERNEL_2);
    from_fn(|channel| {
        let bias = Lanes::all(BIAS_2[channel]);
        weighted(&channels, &WEIGHT_2[channel]).map(|value| (value + bias).max(Lanes::default()))
    })
}

/// As the second, to whole numbers with 15 bits after the point.
fn third(features: &[[Lanes; PLACES_2]; CHANNELS]) -> [[i16; PLACES_3 * CHANNELS]; LANES] {
    let mut out = [[0; PLACES_3 * CHANNELS]; LANES];
    let channels: [[Lanes; PLACES_3]; CHANNELS] = along(features, &KERNEL_3);
    for (channel, weights) in WEIGHT_3.iter().enumerate() {
        for (place, value) in weighted(&channels, weights).into_iter().enumerate() {
            for (lane, value) in value.each().into_iter().enumerate() {
                out[lane][place * CHANNELS + channel] = round(value * 32_768.0);
            }
        }
    }
    out
}

/// Each channel at every second place and its two neighbours; there is nothing beside the first and the last one.
#[inline(always)]
fn along<const FROM: usize, const TO: usize>(
    features: &[[Lanes; FROM]; CHANNELS],
    kernels: &[[f32; 3]; CHANNELS],
) -> [[Lanes; TO]; CHANNELS] {
    from_fn(|channel| {
        let kernel = kernels[channel].map(Lanes::all);
        from_fn(|place| {
            let mut sum = Lanes::default();
            for (at, weight) in kernel.iter().enumerate() {
                if let Some(value) = (2 * place + at).checked_sub(1).and_then(|at| features[channel].get(at)) {
                    sum += *value * *weight;
                }
            }
            sum
        })
    })
}

/// The channels together, at all places.
#[inline(always)]
fn weighted<const PLACES: usize>(channels: &[[Lanes; PLACES]; CHANNELS], weights: &[f32; CHANNELS]) -> [Lanes; PLACES] {
    let mut sums = [Lanes::default(); PLACES];
    for (channel, weight) in channels.iter().zip(weights) {
        let weight = Lanes::all(*weight);
        sums.iter_mut().zip(channel).for_each(|(sum, value)| *sum += *value * weight);
    }
    sums
}

/// To the nearest whole number, halves away from zero, within 16 bits. Without an instruction for it this is faster than [`f32::round`]; what
/// is added is just under a half, so that what is just under a half stays zero.
#[inline(always)]
fn round(value: f32) -> i16 {
    let value = value.clamp(-32_768.0, 32_767.0);
    (value + 0.499_999_97_f32.copysign(value)) as i32 as i16
}

/// With 15 and 9 bits after the point: the sum has 24. Whole numbers don't mind the order, and one instruction multiplies eight pairs; left to
/// the compiler it was one pair at a time in some builds.
#[inline(always)]
fn dot<const N: usize>(values: &[i16; N], weights: &[i16; N]) -> i32 {
    let mut sums = i32x4::default();
    for (values, weights) in values.as_chunks::<8>().0.iter().zip(weights.as_chunks::<8>().0) {
        sums += i16x8::from(*values).dot(i16x8::from(*weights));
    }
    sums.to_array().into_iter().fold(0, i32::wrapping_add)
}

/// What the layers that remember remember, with 15 bits after the point.
pub(crate) struct State([[i16; CELLS]; 2]);

impl Default for State {
    fn default() -> Self {
        Self([[0; CELLS]; 2])
    }
}

impl State {
    /// The next block's answer.
    pub(crate) fn step(&mut self, gates: &Gates) -> f32 {
        let [first, second] = &mut self.0;
        remember(first, gates);
        remember(second, &product(first, &RECURRENT_2));
        let sum = self.0.as_flattened().iter().zip(&OUTPUT);
        let sum = sum.fold(0_i32, |sum, (value, weight)| sum.wrapping_add(i32::from(*value) * i32::from(*weight)));
        1.0 / (1.0 + (-(sum as f32 / 16_777_216.0)).exp())
    }
}

/// Each cell goes towards its candidate, as far as its gate is open.
fn remember(cells: &mut [i16; CELLS], gates: &Gates) {
    let (candidates, open) = gates.split_at(CELLS);
    for ((cell, candidate), open) in cells.iter_mut().zip(candidates).zip(open) {
        let open = i64::from((open << 2).clamp(0, ONE));
        let value = (i64::from(ONE) - open) * (i64::from(*cell) << 9) + open * i64::from(*candidate);
        *cell = (value >> 33).clamp(-32_768, 32_767) as i16;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rounding_is_the_standard_librarys(value in prop_oneof![-40_000.0..40_000.0_f32, -2.0..2.0_f32, any::<i16>().prop_map(|half| f32::from(half) / 2.0)]) {
            for value in [value, f32::from_bits(value.to_bits() + 1), f32::from_bits(value.to_bits().saturating_sub(1))] {
                prop_assert_eq!(round(value), value.round().clamp(-32_768.0, 32_767.0) as i16, "{}", value);
            }
        }
    }
}
