//! What a listener would hear, measured: levels, aliases, lengths.
#![allow(clippy::unwrap_used)]

use std::f64::consts::TAU;

use proptest::prelude::*;
use worklet::{FRAME, MAX_BLOCK, OUTPUT_RATE, Resampler, Worklet};

const DEVICE_RATES: [u32; 11] = [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 47_999, 48_000, 88_200, 96_000, 192_000];

fn sine(rate: u32, hz: f64, amplitude: f64, samples: usize) -> Vec<f32> {
    (0..samples).map(|n| (amplitude * (TAU * hz * n as f64 / f64::from(rate)).sin()) as f32).collect()
}

fn resample(rate: u32, input: &[f32]) -> Vec<f32> {
    let mut resampler = Resampler::new(rate).unwrap();
    let mut out = Vec::new();
    input.chunks(128).for_each(|block| resampler.push(block, &mut out));
    resampler.finish(&mut out);
    out
}

fn db(power: f64) -> f64 {
    10.0 * power.max(1e-30).log10()
}

/// Power of a stretch without its ends, where the signal's sudden begin and end are filtered.
fn power(samples: &[f32]) -> f64 {
    let inner = &samples[400..samples.len() - 400];
    inner.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / inner.len() as f64
}

/// How far the output is from the ideal sine at 16 kHz, in dB below it.
fn error_db(rate: u32, hz: f64) -> f64 {
    let out = resample(rate, &sine(rate, hz, 0.5, rate as usize));
    let ideal = sine(OUTPUT_RATE, hz, 0.5, out.len());
    let error: Vec<f32> = out.iter().zip(&ideal).map(|(a, b)| a - b).collect();
    db(power(&error)) - db(power(&ideal))
}

#[test]
fn speech_frequencies_pass_unchanged_and_in_time() {
    for rate in DEVICE_RATES {
        let top = 0.88 * f64::from(rate.min(OUTPUT_RATE)) / 2.0;
        for hz in [100.0, 440.0, 1_000.0, 3_000.0, 5_500.0, 7_000.0].into_iter().filter(|hz| *hz < top) {
            let error = error_db(rate, hz);
            assert!(error < -70.0, "{hz} Hz at {rate}: {error:.1} dB");
        }
    }
}

#[test]
fn what_16_khz_cannot_carry_is_rejected_by_70_db() {
    for rate in DEVICE_RATES.into_iter().filter(|rate| *rate > 2 * 8_050) {
        for hz in [8_050.0, 9_000.0, 10_000.0, 11_000.0, 15_000.0, 16_000.0, 20_000.0, 31_000.0, 47_000.0] {
            if hz < f64::from(rate) / 2.0 {
                let input = sine(rate, hz, 0.5, rate as usize);
                let rejection = db(power(&input)) - db(power(&resample(rate, &input)));
                assert!(rejection > 70.0, "{hz} Hz at {rate}: only {rejection:.1} dB below");
            }
        }
    }
}

#[test]
fn a_low_rate_leaves_no_images() {
    let input = sine(8_000, 3_000.0, 0.5, 8_000);
    let out = resample(8_000, &input);
    // The image of 3 kHz lies at 5 kHz; correlate with it.
    let (mut re, mut im) = (0.0, 0.0);
    let inner = &out[400..out.len() - 400];
    for (n, sample) in inner.iter().enumerate() {
        let angle = TAU * 5_000.0 * n as f64 / 16_000.0;
        re += f64::from(*sample) * angle.cos();
        im += f64::from(*sample) * angle.sin();
    }
    let amplitude = 2.0 * (re * re + im * im).sqrt() / inner.len() as f64;
    assert!(20.0 * (amplitude / 0.5).log10() < -70.0, "image at {amplitude}");
}

#[test]
fn half_a_minute_has_exactly_half_a_minute_of_samples_and_the_sine_is_still_in_step() {
    for rate in [44_100, 47_999, 48_000] {
        let out = resample(rate, &sine(rate, 1_000.0, 0.5, rate as usize * 30));
        assert_eq!(out.len(), 30 * 16_000, "{rate}");
        let ideal = sine(OUTPUT_RATE, 1_000.0, 0.5, out.len());
        let end = out.len() - 16_000;
        let error: Vec<f32> = out[end..].iter().zip(&ideal[end..]).map(|(a, b)| a - b).collect();
        assert!(db(power(&error)) - db(power(&ideal)) < -70.0, "{rate} has drifted");
    }
}

#[test]
fn rates_outside_the_range_are_refused() {
    assert!(Worklet::new(7_999).is_none());
    assert!(Worklet::new(192_001).is_none());
    assert!(Worklet::new(0).is_none());
}

/// Everything that comes out of a worklet fed in blocks of the given sizes, flush included.
fn through(worklet: &mut Worklet, planes: &[&[f32]], sizes: &[usize]) -> Vec<i16> {
    let mut out = Vec::new();
    let (mut at, mut turn) = (0, 0);
    while at < planes[0].len() {
        let size = sizes[turn % sizes.len()].min(planes[0].len() - at);
        for (channel, plane) in planes.iter().enumerate() {
            worklet.input()[channel * MAX_BLOCK..channel * MAX_BLOCK + size].copy_from_slice(&plane[at..at + size]);
        }
        for index in 0..worklet.push(size, planes.len()) {
            out.extend_from_slice(worklet.frame(index));
        }
        (at, turn) = (at + size, turn + 1);
    }
    let rest = worklet.flush();
    for index in 0..rest.div_ceil(FRAME) {
        out.extend_from_slice(&worklet.frame(index)[..FRAME.min(rest - index * FRAME)]);
    }
    out
}

#[test]
fn over_full_scale_saturates_and_nonsense_is_silence() {
    let mut worklet = Worklet::new(16_000).unwrap();
    let out = through(&mut worklet, &[&[2.0, -2.0, 1.0, -1.0, f32::NAN, f32::INFINITY, 0.5]], &[7]);
    assert_eq!(out, [32_767, -32_768, 32_767, -32_768, 0, 0, 16_384]);
}

#[test]
fn two_channels_become_their_mean() {
    let left = sine(48_000, 500.0, 0.8, 48_000);
    let silent = vec![0.0; 48_000];
    let mixed = through(&mut Worklet::new(48_000).unwrap(), &[&left, &silent], &[128]);
    let halved: Vec<f32> = left.iter().map(|s| s / 2.0).collect();
    let alone = through(&mut Worklet::new(48_000).unwrap(), &[&halved], &[128]);
    assert_eq!(mixed, alone);
}

#[test]
fn the_level_is_that_of_the_newest_frame() {
    let mut worklet = Worklet::new(16_000).unwrap();
    assert_eq!(worklet.level().rms, 0.0);
    let tone = sine(16_000, 1_000.0, 0.5, 1_600);
    through(&mut worklet, &[&tone], &[800]);
    assert!((worklet.level().rms - 0.5 / 2.0_f32.sqrt()).abs() < 1e-3);
    assert!((worklet.level().peak - 0.5).abs() < 1e-3);
    through(&mut worklet, &[&[0.0; 1_600]], &[800]);
    assert_eq!(worklet.level().peak, 0.0);
}

#[test]
fn no_channel_is_silence_of_the_same_length() {
    let mut worklet = Worklet::new(48_000).unwrap();
    worklet.input().fill(0.9);
    let frames: usize = (0..375).map(|_| worklet.push(128, 0)).sum();
    assert_eq!(frames, 9, "the tenth waits for the filter's tail");
    assert!(worklet.frame(0).iter().all(|sample| *sample == 0));
    assert_eq!(worklet.flush(), FRAME);
}

proptest! {
    #[test]
    fn block_sizes_change_nothing(
        rate in prop::sample::select(DEVICE_RATES.as_slice()),
        samples in 1..40_000_usize,
        sizes in prop::collection::vec(1..=MAX_BLOCK, 1..8),
    ) {
        let input = sine(rate, 700.0, 0.7, samples);
        let whole = through(&mut Worklet::new(rate).unwrap(), &[&input], &[128]);
        let parts = through(&mut Worklet::new(rate).unwrap(), &[&input], &sizes);
        prop_assert_eq!(whole.len() as u64, (samples as u64 * 16_000).div_ceil(u64::from(rate)));
        prop_assert_eq!(whole, parts);
    }

    #[test]
    fn a_flushed_worklet_is_as_new(rate in prop::sample::select(DEVICE_RATES.as_slice()), before in 1..5_000_usize) {
        let input = sine(rate, 300.0, 0.7, 5_000);
        let mut used = Worklet::new(rate).unwrap();
        through(&mut used, &[&input[..before]], &[128]);
        prop_assert_eq!(through(&mut used, &[&input], &[128]), through(&mut Worklet::new(rate).unwrap(), &[&input], &[128]));
    }
}
