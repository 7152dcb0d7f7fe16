#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn frame(sequence: u32) -> Frame {
    Frame { track: TrackId::MICROPHONE, sequence, captured_at: Millis(i64::from(sequence) * 100), pcm: sequence.to_le_bytes().to_vec() }
}

fn capture(outbox: &mut Outbox, number: u32) -> Option<Frame> {
    outbox.on_frame(frame(number).captured_at, frame(number).pcm)
}

fn sent(outbox: &mut Outbox) -> Vec<u32> {
    std::iter::from_fn(|| outbox.next_to_send()).map(|frame| frame.sequence).collect()
}

#[test]
fn frames_before_the_first_connection_are_numbered_by_it() {
    let mut outbox = Outbox::new(TrackId::MICROPHONE, None);
    assert_eq!(capture(&mut outbox, 0), None);
    assert_eq!(outbox.waiting(), Waiting { frames: 1, audio: Millis(100) });
    assert_eq!(sent(&mut outbox), [0_u32; 0]);
    assert_eq!(outbox.on_connected(7).numbered.iter().map(|frame| frame.sequence).collect::<Vec<_>>(), [7]);
    assert_eq!(capture(&mut outbox, 1).unwrap().sequence, 8);
    assert_eq!(sent(&mut outbox), [7, 8]);
    outbox.on_ack(9);
    assert_eq!(outbox.waiting(), Waiting::default());
}

#[test]
fn the_window_limits_what_is_under_way() {
    let mut outbox = Outbox::new(TrackId::MICROPHONE, None);
    outbox.on_connected(0);
    (0..90).for_each(|number| drop(capture(&mut outbox, number)));
    assert_eq!(sent(&mut outbox).len(), 64);
    outbox.on_ack(10);
    assert_eq!(sent(&mut outbox), (64..74).collect::<Vec<_>>());
}

#[test]
fn a_repeated_ack_goes_back_once_and_again_only_after_two_seconds() {
    let mut outbox = Outbox::new(TrackId::MICROPHONE, None);
    outbox.on_connected(0);
    (0..10).for_each(|number| drop(capture(&mut outbox, number)));
    assert_eq!(sent(&mut outbox).len(), 10);
    outbox.on_ack(4);
    outbox.on_ack(4);
    assert_eq!(sent(&mut outbox), (4..10).collect::<Vec<_>>());
    outbox.on_ack(4);
    assert_eq!(sent(&mut outbox), [0_u32; 0]);
    (10..30).for_each(|number| drop(capture(&mut outbox, number)));
    assert_eq!(sent(&mut outbox), (4..30).collect::<Vec<_>>());
}

#[test]
fn a_server_that_says_nothing_is_sent_the_window_again() {
    let mut outbox = Outbox::new(TrackId::MICROPHONE, None);
    outbox.on_connected(0);
    capture(&mut outbox, 0);
    assert_eq!(sent(&mut outbox), [0]);
    (1..99).for_each(|number| drop(capture(&mut outbox, number)));
    assert_eq!(sent(&mut outbox).first(), Some(&1));
    (99..102).for_each(|number| drop(capture(&mut outbox, number)));
    assert_eq!(sent(&mut outbox).first(), Some(&0));
}

#[test]
fn what_neither_side_has_goes_as_silence_in_its_time() {
    let mut outbox = Outbox::new(TrackId::MICROPHONE, Some((5, 9)));
    // The server acked up to 5 once and has only 3 now; the spool has 5 and later, but for 7.
    let connected = outbox.on_connected(3);
    assert_eq!(connected.forgotten, 2);
    assert_eq!(outbox.missing(), Some(3..10));
    outbox.on_loaded(3..10, [5, 6, 8, 9].map(frame).into());
    let frames: Vec<Frame> = std::iter::from_fn(|| outbox.next_to_send()).collect();
    assert_eq!(
        frames.iter().map(|frame| (frame.sequence, frame.captured_at.0)).collect::<Vec<_>>(),
        (3..10).map(|n| (n, i64::from(n) * 100)).collect::<Vec<_>>()
    );
    assert_eq!(outbox.lost(), 3);
    assert!(frames.iter().all(|frame| frame.check().is_ok()));
}

#[test]
fn an_ack_from_nowhere_changes_nothing() {
    let mut outbox = Outbox::new(TrackId::MICROPHONE, None);
    outbox.on_ack(9);
    outbox.on_connected(0);
    capture(&mut outbox, 0);
    outbox.on_ack(u32::MAX);
    assert_eq!(outbox.acked(), 1);
    assert_eq!(capture(&mut outbox, 1).unwrap().sequence, 1);
    assert_eq!(outbox.on_connected(12).foreign, 10);
    assert_eq!(capture(&mut outbox, 2).unwrap().sequence, 12);
}

/// The page with its spool, a socket that keeps order until it breaks, and a server.
struct World {
    outbox: Outbox,
    spool: BTreeMap<u32, Frame>,
    up: Vec<Frame>,
    down: Vec<u32>,
    /// What the server has written; it acks afterwards.
    disk: Vec<Frame>,
    captured: u32,
    connected: bool,
}

#[derive(Clone, Debug)]
enum Step {
    Capture(u8),
    Send(u8),
    Receive(u8),
    /// The server's queue overflows and drops this many.
    Overflow(u8),
    Acks(u8),
    /// The socket breaks, or the server is killed: what was under way is gone both ways, what is written stays.
    Break,
    Connect,
    Reload,
}

impl World {
    fn new() -> Self {
        Self {
            outbox: Outbox::new(TrackId::MICROPHONE, None),
            spool: BTreeMap::new(),
            up: Vec::new(),
            down: Vec::new(),
            disk: Vec::new(),
            captured: 0,
            connected: false,
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Capture(count) => {
                for _ in 0..*count {
                    let frame = capture(&mut self.outbox, self.captured);
                    self.spool.extend(frame.map(|frame| (frame.sequence, frame)));
                    self.captured += 1;
                }
            }
            Step::Send(count) => {
                for _ in 0..*count {
                    self.load();
                    self.up.extend(self.outbox.next_to_send());
                }
            }
            Step::Receive(count) => {
                for frame in self.up.drain(..self.up.len().min(*count as usize)) {
                    if frame.sequence == self.disk.len() as u32 {
                        self.disk.push(frame);
                    }
                    self.down.push(self.disk.len() as u32);
                }
            }
            Step::Overflow(count) => drop(self.up.drain(..self.up.len().min(*count as usize))),
            Step::Acks(count) => {
                for next in self.down.drain(..self.down.len().min(*count as usize)) {
                    self.outbox.on_ack(next);
                    self.spool.retain(|sequence, _| *sequence >= self.outbox.acked());
                }
            }
            Step::Break => {
                self.up.clear();
                self.down.clear();
                self.outbox.on_disconnected();
                self.connected = false;
            }
            Step::Connect => {
                self.step(&Step::Break);
                let connected = self.outbox.on_connected(self.disk.len() as u32);
                assert_eq!((connected.forgotten, connected.foreign), (0, 0));
                self.spool.extend(connected.numbered.into_iter().map(|frame| (frame.sequence, frame)));
                self.spool.retain(|sequence, _| *sequence >= self.outbox.acked());
                self.connected = true;
            }
            Step::Reload => {
                // Frames that have no number yet are in no spool: a page that was never connected has nothing to keep.
                if !self.connected && self.spool.is_empty() {
                    return;
                }
                self.step(&Step::Break);
                let ends = self.spool.first_key_value().zip(self.spool.last_key_value()).map(|((first, _), (last, _))| (*first, *last));
                self.outbox = Outbox::new(TrackId::MICROPHONE, ends);
            }
        }
    }

    fn load(&mut self) {
        while let Some(range) = self.outbox.missing() {
            let frames = self.spool.range(range.clone()).map(|(_, frame)| frame.clone()).collect();
            self.outbox.on_loaded(range, frames);
        }
    }
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => any::<u8>().prop_map(|count| Step::Capture(count % 40)),
        6 => any::<u8>().prop_map(|count| Step::Send(count % 80)),
        4 => any::<u8>().prop_map(|count| Step::Receive(count % 80)),
        4 => any::<u8>().prop_map(|count| Step::Acks(count % 80)),
        1 => any::<u8>().prop_map(|count| Step::Overflow(count % 10)),
        1 => Just(Step::Break),
        3 => Just(Step::Connect),
        1 => Just(Step::Reload),
        1 => Just(Step::Capture(250)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn every_frame_arrives_once_and_in_order(steps in prop::collection::vec(steps(), 0..120)) {
        let mut world = World::new();
        for step in &steps {
            world.step(step);
            prop_assert!(world.outbox.held.len() <= IN_MEMORY + 4 * WINDOW as usize);
            prop_assert!(world.outbox.cursor - world.outbox.acked <= WINDOW);
        }
        // The connection holds from now on, and time goes on.
        world.step(&Step::Connect);
        for _ in 0..2_000 {
            if world.outbox.waiting().frames == 0 {
                break;
            }
            for step in [Step::Send(64), Step::Receive(64), Step::Acks(64)] {
                world.step(&step);
            }
        }
        prop_assert_eq!(world.outbox.waiting().frames, 0);
        prop_assert_eq!(world.outbox.lost(), 0);
        prop_assert!(world.spool.is_empty());
        let got: Vec<u32> = world.disk.iter().map(|frame| u32::from_le_bytes(frame.pcm.as_slice().try_into().unwrap())).collect();
        prop_assert_eq!(got, (0..world.captured).collect::<Vec<_>>());
    }

    #[test]
    fn an_overflow_heals_without_a_new_connection(drops in prop::collection::vec(0..6_u8, 1..60)) {
        let mut world = World::new();
        world.step(&Step::Connect);
        for drop in drops.iter().chain(&[0; 40]) {
            for step in [Step::Capture(8), Step::Send(64), Step::Overflow(*drop), Step::Receive(80), Step::Acks(80)] {
                world.step(&step);
            }
        }
        prop_assert_eq!(world.outbox.waiting().frames, 0);
        prop_assert_eq!(world.disk.len() as u32, world.captured);
    }
}

#[test]
fn what_another_server_may_ask_for_again_is_kept() {
    let mut outbox = Outbox::new(TrackId::MICROPHONE, None);
    outbox.on_durable(Some(0));
    outbox.on_connected(0);
    for at in 0..30 {
        outbox.on_frame(Millis(at * 100), vec![0; 3_200]);
    }
    while outbox.next_to_send().is_some() {}
    outbox.on_ack(25);
    assert_eq!((outbox.acked(), outbox.kept_from()), (25, 0), "stored on one server's disk only");
    outbox.on_durable(Some(20));
    assert_eq!(outbox.kept_from(), 20);
    // That server dies; the next one has what was durable, and is given the rest out of the spool.
    outbox.on_disconnected();
    outbox.on_durable(Some(20));
    assert_eq!(outbox.on_connected(20).forgotten, 5);
    let range = outbox.missing().unwrap();
    assert_eq!(range.start, 20);
    let kept = range.clone().map(frame).collect();
    outbox.on_loaded(range, kept);
    let sent: Vec<u32> = std::iter::from_fn(|| outbox.next_to_send()).map(|frame| frame.sequence).collect();
    assert_eq!(sent, (20..30).collect::<Vec<_>>());
    assert_eq!(outbox.lost(), 0);
    // One that is alone again: what is acked is safe.
    outbox.on_durable(None);
    outbox.on_ack(30);
    assert_eq!(outbox.kept_from(), 30);
}
