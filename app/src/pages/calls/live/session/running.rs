//! The one session of this browser window: how it is begun, found again by its page, told things, and ended.

use std::cell::RefCell;

use capture::{CallClock, Spool};
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::wire::NoticeLevel;
use model::{Call, CallId, TrackId};

use super::super::handle::{Ending, Live, Role, Source};
use super::super::source::{self, FromCapture};
use super::spooler::Spooler;
use super::{Input, Session};

/// How often the clock is drawn and the connection looked after.
const TICK: std::time::Duration = std::time::Duration::from_millis(500);

/// The session of this browser window, if there is one.
struct Running {
    live: Live,
    /// Keeps the signals of `live` alive when the page that made them is left.
    _owner: Owner,
    inbox: UnboundedSender<Input>,
    /// Its page is open.
    shown: bool,
    /// Its task has come to an end; only the page still looks at it.
    ended: bool,
}

thread_local! {
    static RUNNING: RefCell<Option<Running>> = const { RefCell::new(None) };
}

/// The shared state of a call's page: that of the running session, or a new one that outlives the page.
pub fn live_of(call: Call, role: Role) -> Live {
    let known = RUNNING.with_borrow_mut(|running| {
        let running = running.as_mut().filter(|running| running.live.id == call.id && !running.ended)?;
        running.shown = true;
        Some(running.live)
    });
    if let Some(live) = known {
        return live;
    }
    // A new root becomes the current owner; the page's own must stay it.
    let page = Owner::current();
    let owner = Owner::new_root(None);
    let live = owner.with(|| Live::new(call, role));
    if let Some(page) = page {
        page.set();
    }
    let (inbox, receiver) = unbounded();
    RUNNING.set(Some(Running { live, _owner: owner, inbox: inbox.clone(), shown: true, ended: false }));
    let (commands, asked) = unbounded();
    live.listen(commands);
    forward(asked, inbox.clone(), Input::Command);
    spawn_local(run(live, inbox, receiver));
    live
}

/// Takes over what the browser gave for this call, if it gave something.
pub fn take(live: Live) {
    if let Some(given) = source::taken(live.id) {
        tell(live.id, Input::Given(given));
    }
}

/// The page of a call is left: a session that captures goes on without it.
pub fn leave(live: Live) {
    let idle = live.capturing.try_get_untracked() != Some(true) && live.ending.try_get_untracked() == Some(Ending::No);
    let _gone = RUNNING.with_borrow_mut(|running| {
        let known = running.as_mut().filter(|running| running.live.id == live.id)?;
        known.shown = false;
        if idle || known.ended { running.take() } else { None }
    });
}

/// Lets the person share a tab again; in the handler of a click.
pub fn share_again(live: Live) {
    spawn_local(async move {
        let (clock, sender) = CAPTURING.with_borrow(Clone::clone).unzip();
        let (Some(clock), Some(sender)) = (clock, sender) else { return };
        match source::share_tab(clock, &sender).await {
            Ok(capture) => tell(live.id, Input::Captured(TrackId::FAR_END, Box::new(capture))),
            Err(error) => live.sources[TrackId::FAR_END.index()].set(Source::Lost(error.to_string())),
        }
    });
}

thread_local! {
    /// The page time and the ear of the running captures, for one that joins them.
    pub(super) static CAPTURING: RefCell<Option<(CallClock, UnboundedSender<FromCapture>)>> = const { RefCell::new(None) };
}

fn tell(call: CallId, input: Input) {
    RUNNING.with_borrow(|running| {
        if let Some(running) = running.as_ref().filter(|running| running.live.id == call) {
            // A closed inbox is a session that has ended.
            let _ = running.inbox.unbounded_send(input);
        }
    });
}

/// Hands everything of one queue on to the inbox.
pub(super) fn forward<T: 'static>(mut from: UnboundedReceiver<T>, into: UnboundedSender<Input>, as_input: impl Fn(T) -> Input + 'static) {
    spawn_local(async move {
        while let Some(item) = from.next().await {
            if into.unbounded_send(as_input(item)).is_err() {
                return;
            }
        }
    });
}

async fn run(live: Live, inbox: UnboundedSender<Input>, mut receiver: UnboundedReceiver<Input>) {
    let spool = Spool::open(move |trouble| live.notice(NoticeLevel::Warning, trouble.to_string())).await;
    let mut ends = [None, None];
    if live.role == Role::Source {
        for track in TrackId::CAPTURED {
            ends[track.index()] = spool.ends(live.id, track).await;
        }
    }
    let mut session = Session::new(live, inbox.clone(), Spooler::start(spool, live.id, inbox.clone()), ends);
    take(live);
    session.connect();
    let ticking = inbox.clone();
    let ticks = set_interval_with_handle(
        move || {
            let _ = ticking.unbounded_send(Input::Tick);
        },
        TICK,
    );
    let kept = || RUNNING.with_borrow(|running| running.as_ref().is_some_and(|running| running.inbox.same_receiver(&inbox)));
    while let Some(input) = receiver.next().await {
        // Without its place, its signals are gone too.
        if !kept() {
            break;
        }
        session.handle(input);
        if session.over {
            break;
        }
    }
    if let Ok(ticks) = ticks {
        ticks.clear();
    }
    if kept() {
        CAPTURING.set(None);
        let _gone = RUNNING.with_borrow_mut(|running| {
            let ended = running.as_mut()?;
            ended.ended = true;
            if ended.shown { None } else { running.take() }
        });
    }
}
