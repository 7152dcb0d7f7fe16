//! The one stream of a tab.

use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use js_sys::Date;
use leptos::prelude::{
    ArcRwSignal, GetUntracked, IntervalHandle, Set, Signal, WithUntracked, document, set_interval_with_handle, set_timeout,
};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{EventSource, MessageEvent};

const ADDRESS: &str = "/api/v1/events";
/// How often pages ask while there is no stream, and how often a stream that was refused is tried again.
const SLOW: Duration = Duration::from_secs(15);
/// Events that come within this are answered together.
const TOGETHER: Duration = Duration::from_millis(30);
/// The least time between two answers of one listener.
const APART: Duration = Duration::from_millis(500);
/// What came so shortly before somebody began to listen may be missing in what they were given, in milliseconds.
const JUST_NOW: f64 = 5_000.0;
/// How long a stream that broke may be gone before people are told.
const RETURNS: Duration = Duration::from_secs(3);
/// How long a stream waits for the next page's listeners.
const LINGERS: Duration = Duration::from_secs(5);

struct Listener {
    number: u32,
    names: &'static [&'static str],
    about: Option<String>,
    run: Rc<dyn Fn()>,
    /// Whether it will run soon anyway.
    due: bool,
    ran_at: f64,
}

impl Listener {
    fn wants(&self, name: &str, data: &str) -> bool {
        self.names.contains(&name) && self.about.as_ref().is_none_or(|id| data.contains(id.as_str()))
    }
}

struct Stream {
    source: EventSource,
    heard: Closure<dyn Fn(MessageEvent)>,
    /// The names that it hears.
    names: BTreeSet<&'static str>,
}

#[derive(Default)]
struct BrowserTab {
    stream: Option<Stream>,
    listeners: Vec<Listener>,
    count: u32,
    /// Where a new stream goes on; empty if nothing was heard yet.
    last: String,
    /// When, name, data.
    recent: VecDeque<(f64, String, String)>,
    ticks: Option<IntervalHandle>,
    watches_the_tab: bool,
}

thread_local! {
    static TAB: RefCell<BrowserTab> = RefCell::default();
    static OVER: ArcRwSignal<Option<String>> = ArcRwSignal::new(None);
    static LOST: ArcRwSignal<bool> = ArcRwSignal::new(false);
}

/// Whether the stream broke and isn't back.
pub fn lost() -> Signal<bool> {
    LOST.with(|lost| lost.clone().into())
}

fn set_lost(lost: bool) {
    LOST.with(|known| {
        if known.get_untracked() != lost {
            known.set(lost);
        }
    });
}

fn is_over() -> bool {
    OVER.with(|over| over.with_untracked(Option::is_some))
}

/// Why the stream is over for good.
pub fn over() -> Signal<Option<String>> {
    OVER.with(|over| over.clone().into())
}

/// Adds a listener; its number is for [`leave`].
pub fn listen(names: &'static [&'static str], about: Option<String>, run: Rc<dyn Fn()>) -> u32 {
    TAB.with_borrow_mut(|tab| {
        tab.count += 1;
        let listener = Listener { number: tab.count, names, about, run, due: false, ran_at: 0.0 };
        let missed = tab.recent.iter().any(|(at, name, data)| *at > Date::now() - JUST_NOW && listener.wants(name, data));
        tab.listeners.push(listener);
        if missed {
            tab.call(|listener, number| listener.number == number, tab.count);
        }
        tab.open();
        tab.watch();
        tab.count
    })
}

/// Takes a listener away; without any the stream is closed a little later.
pub fn leave(number: u32) {
    let nobody = TAB.with_borrow_mut(|tab| {
        tab.listeners.retain(|listener| listener.number != number);
        tab.listeners.is_empty()
    });
    if nobody {
        set_timeout(
            || {
                TAB.with_borrow_mut(|tab| {
                    if tab.listeners.is_empty() {
                        tab.close();
                        tab.last.clear();
                        tab.recent.clear();
                        if let Some(ticks) = tab.ticks.take() {
                            ticks.clear();
                        }
                    }
                });
            },
            LINGERS,
        );
    }
}

impl BrowserTab {
    /// Opens the stream if there is none, and lets it hear what the listeners want.
    fn open(&mut self) {
        if document().hidden() || self.listeners.is_empty() || is_over() {
            return;
        }
        if self.stream.is_none() {
            let address = if self.last.is_empty() { ADDRESS.to_owned() } else { format!("{ADDRESS}?after={}", self.last) };
            let Ok(source) = EventSource::new(&address) else { return };
            let heard = Closure::<dyn Fn(MessageEvent)>::new(|event: MessageEvent| TAB.with_borrow_mut(|tab| tab.hear(&event)));
            self.stream = Some(Stream { source, heard, names: BTreeSet::new() });
        }
        let Some(stream) = &mut self.stream else { return };
        let wanted = self.listeners.iter().flat_map(|listener| listener.names.iter().copied());
        for name in ["opened", "reset", "over", "error"].into_iter().chain(wanted) {
            if stream.names.insert(name) {
                let _ = stream.source.add_event_listener_with_callback(name, stream.heard.as_ref().unchecked_ref());
            }
        }
    }

    fn broken(&self) -> bool {
        self.stream.as_ref().is_some_and(|stream| stream.source.ready_state() != EventSource::OPEN) && !is_over()
    }

    fn close(&mut self) {
        if let Some(stream) = self.stream.take() {
            stream.source.close();
            // It may be what is running right now.
            stream.heard.forget();
        }
    }

    fn hear(&mut self, event: &MessageEvent) {
        let (name, data) = (event.type_(), event.data().as_string().unwrap_or_default());
        if name == "over" {
            self.close();
            let told = js_sys::JSON::parse(&data).ok().and_then(|over| js_sys::Reflect::get(&over, &"message".into()).ok()?.as_string());
            OVER.with(|over| over.set(Some(told.unwrap_or_else(|| "You are signed out.".to_owned()))));
            return;
        }
        if name == "error" {
            // Most streams that break are back at once: a server that starts again, a proxy that has had enough of them.
            set_timeout(|| TAB.with_borrow(|tab| set_lost(tab.broken())), RETURNS);
            return;
        }
        self.last = event.last_event_id();
        set_lost(false);
        if name == "opened" || name == "reset" {
            self.call(|_, ()| true, ());
            return;
        }
        let now = Date::now();
        self.recent.retain(|(at, ..)| *at > now - JUST_NOW);
        self.call(|listener, (name, data)| listener.wants(name, data), (name.as_str(), data.as_str()));
        self.recent.push_back((now, name, data));
    }

    /// Lets listeners run soon.
    fn call<T: Copy>(&mut self, which: impl Fn(&Listener, T) -> bool, with: T) {
        let now = Date::now();
        for listener in self.listeners.iter_mut().filter(|listener| !listener.due && which(listener, with)) {
            listener.due = true;
            let number = listener.number;
            let rested = now - listener.ran_at > APART.as_secs_f64() * 1_000.0;
            set_timeout(move || run(number), if rested { TOGETHER } else { APART });
        }
    }

    /// Asks slowly while there is no stream, and closes it while the tab is hidden: a browser opens few connections to one server.
    fn watch(&mut self) {
        if self.ticks.is_none() {
            self.ticks = set_interval_with_handle(|| TAB.with_borrow_mut(Self::tick), SLOW).ok();
        }
        if !self.watches_the_tab {
            self.watches_the_tab = true;
            let changed =
                Closure::<dyn Fn()>::new(|| TAB.with_borrow_mut(|tab| if document().hidden() { tab.close() } else { tab.open() }));
            let _ = document().add_event_listener_with_callback("visibilitychange", changed.as_ref().unchecked_ref());
            changed.forget();
        }
    }

    fn tick(&mut self) {
        let state = self.stream.as_ref().map(|stream| stream.source.ready_state());
        if document().hidden() || state == Some(EventSource::OPEN) || is_over() {
            return;
        }
        self.call(|_, ()| true, ());
        if state == Some(EventSource::CLOSED) {
            self.close();
        }
        self.open();
    }
}

fn run(number: u32) {
    let run = TAB.with_borrow_mut(|tab| {
        let listener = tab.listeners.iter_mut().find(|listener| listener.number == number)?;
        listener.due = false;
        listener.ran_at = Date::now();
        Some(listener.run.clone())
    });
    if let Some(run) = run {
        run();
    }
}
