//! How long a block takes, in frames of a call: of a voice, and of a muted microphone.
//!
//! `cargo bench -p voice` prints µs per block, earshot's own too; the best of many short runs, as other programs may use the processors.
#![allow(clippy::print_stdout, reason = "a measuring program")]
#![allow(clippy::disallowed_methods, reason = "it measures real time")]

use std::hint::black_box;
use std::time::Instant;

use voice::{BLOCK, Detector};

/// Blocks of a frame of 100 ms, rounded.
const FRAME: usize = 6;
/// Blocks of a run.
const RUN: usize = FRAME * 50;
const RUNS: usize = 400;

fn best(name: &str, mut run: impl FnMut()) {
    let times = (0..RUNS).map(|_| {
        let started = Instant::now();
        run();
        started.elapsed()
    });
    println!("voice.{name}_us={:.2}", times.min().unwrap_or_default().as_secs_f64() * 1e6 / RUN as f64);
}

fn main() {
    let buzz = |at: usize| ((at * 7_919 % 4_001) as f32 - 2_000.0 + 4_000.0 * (at as f32 * 0.05).sin()) as i16;
    for (name, samples) in [("voice", (0..RUN * BLOCK).map(buzz).collect::<Vec<i16>>()), ("muted", vec![0; RUN * BLOCK])] {
        let blocks = samples.as_chunks::<BLOCK>().0;
        let mut detector = Detector::default();
        best(name, || blocks.chunks(FRAME).for_each(|frame| detector.hear(black_box(frame), |score| _ = black_box(score))));
        let mut detector = earshot::Detector::default_boxed();
        best(&format!("{name}_earshot"), || blocks.iter().for_each(|block| _ = black_box(detector.predict_i16(black_box(block)))));
    }
}
