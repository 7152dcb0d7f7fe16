//! A page of a call, and the frames that it sends.

use std::collections::VecDeque;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::BoxStream;
use model::wire::{CallEvent, ClientMessage, FRAME_SAMPLES, Frame, Hello, Part, ServerMessage, Welcome};
use model::{Call, Channel, Millis, Problem, TrackId};
use tokio::sync::mpsc;

pub fn hello(call: &Call, page: &str) -> Hello {
    Hello { call: call.id, part: Part::Source, page: page.into(), take_over: false, last_event: 0 }
}

pub fn frame(channel: Channel, sequence: u32) -> Frame {
    let sample = (i64::from(sequence) + 1).to_le_bytes();
    let pcm = (0..FRAME_SAMPLES * 2).map(|index| sample[index % 2]).collect();
    Frame { track: TrackId::usual(channel), sequence, captured_at: Millis(i64::from(sequence) * 100), pcm }
}

/// A page of a call.
pub struct TestPage {
    sender: Option<mpsc::UnboundedSender<Result<ClientMessage, Problem>>>,
    answers: BoxStream<'static, ServerMessage>,
    acks: [u32; 2],
    /// What people were told so far.
    pub notices: Vec<String>,
    /// Texts of the lines that came, in small letters.
    pub said: Vec<String>,
    /// Events that came while an ack was waited for.
    passed: VecDeque<CallEvent>,
}

impl TestPage {
    /// One that says its messages through `sender` and hears `answers`.
    pub(super) fn new(sender: mpsc::UnboundedSender<Result<ClientMessage, Problem>>, answers: BoxStream<'static, ServerMessage>) -> Self {
        Self { sender: Some(sender), answers, acks: [0, 0], notices: Vec::new(), said: Vec::new(), passed: VecDeque::new() }
    }

    pub fn say(&self, message: ClientMessage) {
        let _ = self.sender.as_ref().unwrap().send(Ok(message));
    }

    pub fn frames(&self, channel: Channel, sequences: std::ops::Range<u32>) {
        for sequence in sequences {
            self.say(ClientMessage::Frame(frame(channel, sequence)));
        }
    }

    /// The next message; fails after ten seconds.
    pub async fn next(&mut self) -> Option<ServerMessage> {
        let message = tokio::time::timeout(Duration::from_secs(20), self.answers.next()).await.expect("the server answers");
        if let Some(ServerMessage::Ack { track, next }) = &message {
            self.acks[track.index()] = *next;
        }
        if let Some(ServerMessage::Event { event: CallEvent::Notice { message, .. }, .. }) = &message {
            self.notices.push(message.clone());
        }
        if let Some(ServerMessage::Event { event: CallEvent::Segment(segment), .. }) = &message {
            self.said.push(segment.text.to_lowercase());
        }
        message
    }

    pub async fn welcome(&mut self) -> Welcome {
        match self.next().await {
            Some(ServerMessage::Welcome(welcome)) => welcome,
            other => panic!("no welcome: {other:?}"),
        }
    }

    pub async fn refused(&mut self) -> Problem {
        loop {
            match self.next().await {
                Some(ServerMessage::Refused(problem)) => return problem,
                None => panic!("not refused"),
                Some(_) => {}
            }
        }
    }

    pub async fn rejected(&mut self) -> Problem {
        loop {
            match self.next().await {
                Some(ServerMessage::Rejected(problem)) => return problem,
                None => panic!("not rejected"),
                Some(_) => {}
            }
        }
    }

    /// Waits until the server expects frame `next` of a channel.
    pub async fn acked(&mut self, channel: Channel, next: u32) {
        if self.acks[channel.index()] != next {
            self.acked_again(channel, next).await;
        }
    }

    /// Waits until the server says (again) that it expects frame `next` of a channel.
    pub async fn acked_again(&mut self, channel: Channel, next: u32) {
        loop {
            match self.next().await {
                Some(ServerMessage::Ack { track, next: at }) if track == TrackId::usual(channel) && at == next => return,
                Some(ServerMessage::Event { event, .. }) => self.passed.push_back(event),
                None => panic!("the socket ended before frame {next} was acked"),
                Some(_) => {}
            }
        }
    }

    /// Waits for an event.
    pub async fn event(&mut self, wanted: impl Fn(&CallEvent) -> bool) -> CallEvent {
        while let Some(event) = self.passed.pop_front() {
            if wanted(&event) {
                return event;
            }
        }
        loop {
            match self.next().await {
                Some(ServerMessage::Event { event, .. }) if wanted(&event) => return event,
                None => panic!("the socket ended before the event came"),
                Some(_) => {}
            }
        }
    }

    /// Waits for the call's end.
    pub async fn ended(&mut self) {
        self.event(|event| matches!(event, CallEvent::Ended)).await;
    }

    /// Waits for a notice that has these words.
    pub async fn notice(&mut self, part: &str) {
        self.event(|event| matches!(event, CallEvent::Notice { message, .. } if message.contains(part))).await;
    }
}
