//! What the parts of a live page share: the state as signals, and the way to ask the session for something.

use futures::channel::mpsc::UnboundedSender;
use leptos::prelude::*;
use model::wire::{NoticeLevel, ServerMessage};
use model::{Call, CallId, CallSource, CallState, Channel, CueState, Millis, Segment, TrackId};

use super::link::LinkState;
use super::state::{Changed, LiveState, Outcome};

/// What a part of the page asks of the session.
#[derive(Clone, Debug, PartialEq)]
pub enum CallCommand {
    /// Microphone off or on. The channel goes on with silence, so that its time stays true.
    Mute(bool),
    /// Stop capturing, or go on.
    Pause(bool),
    /// Mark this moment.
    Bookmark,
    /// A cue was kept, dismissed or opened again.
    Feedback(i64, CueState),
    /// Take this microphone in place of the one that is used; empty for the default one.
    Microphone(String),
    /// Send the rest and end the call.
    End,
    /// Take the call over from the page that holds it.
    TakeOver,
    /// Try to connect again now.
    Reconnect,
}

/// One track's capture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// Not asked for.
    #[default]
    Off,
    /// Audio comes in.
    On,
    /// Audio comes in as silence.
    Muted,
    /// Gone; the sentence says why and what to do.
    Lost(String),
}

/// What this page does in the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It captures, or could.
    Source,
    /// It only looks, because the audio comes from elsewhere.
    Viewer,
}

/// A part of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    /// What is said.
    Transcript,
    /// What to say.
    Now,
    /// Who it is about, numbers, notes.
    Context,
}

impl Front {
    /// Its name in the markup.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Transcript => "transcript",
            Self::Now => "now",
            Self::Context => "context",
        }
    }
}

/// Where ending the call stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// Nobody wants to end it.
    #[default]
    No,
    /// Asked, not confirmed.
    Asked,
    /// What was captured is being sent.
    Sending(Millis),
    /// The server writes the last words.
    Finishing,
}

/// The part of a [`LiveState`] that a view shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The call itself, its pause or its state.
    Call,
    /// Final text and bookmarks.
    Transcript,
    /// Text that may still change.
    Partials,
    /// Cues.
    Cues,
    /// Numbers.
    Metrics,
    /// Recognizers, and whether the call is heard.
    Recognizers,
    /// Notices.
    Notices,
}

/// The live page's shared state. A view tracks one [`Part`], so a partial draws no card again.
#[derive(Clone, Copy)]
pub struct Live {
    /// Which call.
    pub id: CallId,
    /// What this page does in it.
    pub role: Role,
    /// The connection.
    pub link: RwSignal<LinkState>,
    /// Call time.
    pub clock: RwSignal<Millis>,
    /// Of [`TrackId::CAPTURED`]: 0 to 1.
    pub levels: [RwSignal<f64>; 2],
    /// Of [`TrackId::CAPTURED`].
    pub sources: [RwSignal<Source>; 2],
    /// Whether capture has been started on this page (not: in this call).
    pub capturing: RwSignal<bool>,
    /// A click on start is being answered.
    pub starting: RwSignal<bool>,
    /// Audio that the server doesn't have yet.
    pub unsent: RwSignal<Millis>,
    /// Where ending stands.
    pub ending: RwSignal<Ending>,
    /// The cue that keys act on.
    pub chosen: RwSignal<Option<i64>>,
    /// The segment whose words a cue was asked for.
    pub cited: RwSignal<Option<i64>>,
    /// Whether the help on keys is open.
    pub help: RwSignal<bool>,
    /// Which part is in front where not all fit beside each other.
    pub front: RwSignal<Front>,
    /// The suggestions are in a window of their own.
    pub popped_out: RwSignal<bool>,
    /// The microphones to choose from, id and name; none before the browser tells.
    pub microphones: RwSignal<Vec<(String, String)>>,
    state: StoredValue<LiveState>,
    versions: [RwSignal<u32>; 7],
    commands: StoredValue<Option<UnboundedSender<CallCommand>>>,
}

impl Live {
    /// The page of `call`, not connected yet.
    pub fn new(call: Call, role: Role) -> Self {
        Self {
            id: call.id,
            role,
            link: RwSignal::default(),
            clock: RwSignal::new(call.duration_ms),
            levels: [RwSignal::default(), RwSignal::default()],
            sources: [RwSignal::default(), RwSignal::default()],
            capturing: RwSignal::new(false),
            starting: RwSignal::new(false),
            unsent: RwSignal::new(Millis::ZERO),
            ending: RwSignal::default(),
            chosen: RwSignal::new(None),
            cited: RwSignal::new(None),
            help: RwSignal::new(false),
            front: RwSignal::new(Front::Now),
            popped_out: RwSignal::new(false),
            microphones: RwSignal::new(Vec::new()),
            state: StoredValue::new(LiveState::of(call)),
            versions: std::array::from_fn(|_| RwSignal::new(0)),
            commands: StoredValue::new(None),
        }
    }

    /// Reads the state and draws the caller again when `part` changes.
    pub fn read<T>(self, part: Part, read: impl FnOnce(&LiveState) -> T) -> T {
        self.versions[part as usize].track();
        self.state.with_value(read)
    }

    /// Reads the state once.
    pub fn peek<T>(self, read: impl FnOnce(&LiveState) -> T) -> T {
        self.state.with_value(read)
    }

    /// Takes a message of the server in.
    pub fn apply(self, message: ServerMessage) -> Outcome {
        let Some(outcome) = self.state.try_update_value(|state| state.apply(message)) else { return Outcome::Known };
        if let Outcome::Applied(changed) = outcome {
            self.draw(changed);
        }
        outcome
    }

    /// Changes the state from inside the page.
    pub fn change(self, change: impl FnOnce(&mut LiveState) -> Changed) {
        if let Some(changed) = self.state.try_update_value(change) {
            self.draw(changed);
        }
    }

    /// Says something to the person.
    pub fn notice(self, level: NoticeLevel, message: impl Into<String>) {
        let message = message.into();
        self.change(|state| state.notice(level, message));
    }

    /// Gives the session its ear.
    pub fn listen(self, commands: UnboundedSender<CallCommand>) {
        self.commands.set_value(Some(commands));
    }

    /// Asks the session for something. Before there is one (no JavaScript yet), nothing happens.
    pub fn ask(self, command: CallCommand) {
        self.commands.with_value(|commands| {
            if let Some(commands) = commands {
                // A closed channel means that the page is being left.
                let _ = commands.unbounded_send(command);
            }
        });
    }

    /// Where the call is in its life.
    pub fn phase(self) -> CallState {
        self.read(Part::Call, LiveState::phase)
    }

    /// Whether the rep has paused.
    pub fn paused(self) -> bool {
        self.read(Part::Call, |state| state.paused)
    }

    /// The shown name of a side.
    pub fn side_name(self, channel: Channel) -> String {
        self.read(Part::Call, |state| state.call.as_ref().map(|call| call.side_name(channel)).unwrap_or_default())
    }

    /// The shown name of who spoke a line.
    pub fn speaker(self, segment: &Segment) -> String {
        self.read(Part::Call, |state| state.call.as_ref().map(|call| call.speaker(segment).to_owned()).unwrap_or_default())
    }

    /// Whose side a track is on, and the shown name of who is heard on it.
    pub fn heard_on(self, track: TrackId) -> (Channel, String) {
        self.read(Part::Call, |state| {
            let participant = state.call.as_ref().and_then(|call| call.participant(track));
            participant.map_or((Channel::Customer, String::new()), |one| (one.channel, one.name.clone()))
        })
    }

    /// The call's language, for what is said in it; none if it is not known.
    pub fn language(self) -> Option<String> {
        self.peek(|state| state.call.as_ref().map(|call| call.language.clone()).filter(|language| !language.is_empty()))
    }

    /// Whether the audio comes from the bundled sample.
    pub fn is_sample(self) -> bool {
        self.peek(|state| state.call.as_ref().is_some_and(|call| call.source == CallSource::Sample))
    }

    /// Shows the words of a segment in the transcript, or what is being said if it will be that segment.
    pub fn show_segment(self, number: i64) {
        self.cited.set(Some(number));
    }

    /// Keeps, dismisses or opens a cue, on the page at once.
    pub fn set_cue(self, number: i64, to: CueState) {
        self.change(|state| state.set_cue_state(number, to));
        self.ask(CallCommand::Feedback(number, to));
    }

    fn draw(self, changed: Changed) {
        let Changed { call, transcript, partials, cues, metrics, recognizers, notices } = changed;
        for (version, changed) in self.versions.iter().zip([call, transcript, partials, cues, metrics, recognizers, notices]) {
            if changed {
                version.update(|version| *version = version.wrapping_add(1));
            }
        }
    }
}
