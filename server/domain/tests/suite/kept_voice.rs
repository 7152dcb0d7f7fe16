//! Where there is speech is found while a call is live, and found again, the same, where nobody knows it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use crate::support::{Behaviour, TestApp, TestPage};
use domain::calls;
use model::wire::{CallEvent, ClientMessage, Frame};
use model::{Call, Channel, Metrics, Millis, RecognizerId, TrackId};
use std::path::PathBuf;

const REP: Channel = Channel::Rep;

/// A second of a buzz like a voice's, every other second; in frames of odd lengths, so that none begins on a whole millisecond.
fn frames(seconds: usize) -> Vec<Frame> {
    let sample = |at: usize| {
        let time = at as f64 / 16_000.0;
        let partials = (1..20).map(|partial| {
            let frequency = 140.0 * f64::from(partial);
            let formant =
                [600.0, 1_400.0, 2_500.0].map(|formant: f64| (-((frequency - formant) / 200.0).powi(2)).exp()).iter().sum::<f64>();
            (time * frequency * std::f64::consts::TAU).sin() * (formant + 0.05)
        });
        let syllables = (time * 4.0 * std::f64::consts::TAU).sin().abs();
        if (at / 16_000).is_multiple_of(2) { (partials.sum::<f64>() * syllables * 4_000.0) as i16 } else { 0 }
    };
    let samples: Vec<i16> = (0..seconds * 16_000).map(sample).collect();
    let frame = |(sequence, samples): (usize, &[i16])| {
        let pcm = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        Frame { track: TrackId::usual(REP), sequence: sequence as u32, captured_at: Millis((sequence * 1_613 / 16) as i64), pcm }
    };
    samples.chunks(1_613).enumerate().map(frame).collect()
}

async fn say(page: &mut TestPage, frames: &[Frame]) {
    for frame in frames {
        page.say(ClientMessage::Frame(frame.clone()));
    }
    page.acked(REP, frames.last().unwrap().sequence + 1).await;
}

async fn end(mut page: TestPage) {
    page.say(ClientMessage::End);
    page.event(|event| matches!(event, CallEvent::Ended)).await;
}

fn kept(house: &TestApp, call: &Call) -> PathBuf {
    house.log(call, REP).with_extension("voice")
}

async fn metrics(house: &TestApp, call: &Call) -> Metrics {
    calls::review(&house.services, &house.scope, call.id).await.unwrap().metrics
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_heard_live_is_what_the_recording_says() {
    let house = TestApp::new(Behaviour::Works).await;
    let call = house.call().await;
    let mut page = house.page(&call, "tab").await;
    say(&mut page, &frames(8)).await;
    assert!(!kept(&house, &call).exists(), "the call is live");
    end(page).await;
    let (live, before) = (std::fs::read(kept(&house, &call)).unwrap(), metrics(&house, &call).await);
    assert!(live.len() > 40 + 16 * 2, "{} bytes tell of several stretches", live.len());
    std::fs::remove_file(kept(&house, &call)).unwrap();
    // A line is corrected: the review is written again, and the sound is heard again.
    let line = calls::transcript(&house.services, &house.scope, call.id).await.unwrap().remove(0);
    calls::correct_segment(&house.services, &house.scope, call.id, line.number, &line.text).await.unwrap();
    assert!(std::fs::read(kept(&house, &call)).unwrap() == live);
    assert_eq!(metrics(&house, &call).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_went_on_after_a_crash_is_heard_again_as_a_whole() {
    let house = TestApp::new(Behaviour::Works).await;
    let (whole, torn) = (house.call_with(RecognizerId::NONE).await, house.call_with(RecognizerId::NONE).await);
    let frames = frames(8);
    let mut page = house.page(&whole, "tab").await;
    say(&mut page, &frames).await;
    end(page).await;
    let mut page = house.page(&torn, "tab").await;
    say(&mut page, &frames[..33]).await;
    drop(page);
    calls::live::shutdown(&house.services).await;
    let reborn = house.reborn().await;
    let mut page = reborn.page(&torn, "tab").await;
    say(&mut page, &frames[33..]).await;
    end(page).await;
    assert!(std::fs::read(kept(&house, &whole)).unwrap() == std::fs::read(kept(&house, &torn)).unwrap());
    assert_eq!(metrics(&house, &whole).await, metrics(&reborn, &torn).await);
}
