//! A call while it runs: what is said, what to answer, how it goes.
//!
//! [`state`] is what is known of the call, [`handle`] makes it signals, `session` keeps the connection and the captures;
//! the rest draws.

// The server draws these pages; only the browser moves them.
#![cfg_attr(not(feature = "hydrate"), allow(dead_code))]

mod bar;
mod context;
mod handle;
mod help;
mod keys;
mod link;
mod notes;
mod now;
#[cfg(feature = "hydrate")]
mod popout;
#[cfg(feature = "hydrate")]
mod session;
pub mod source;
mod start;
mod state;
mod status;
mod transcript;

pub use notes::Notes;

use leptos::ev::{beforeunload, keydown};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_navigate;
use model::{Call, CallSource, CallState, Code, CueState};

use self::handle::{CallCommand, Ending, Front, Live, Role, Source};
use self::keys::{Action, Place};
use super::api;
use crate::components::{ErrorState, PageTitle, Show, Skeleton, SkeletonLines, composing, pressed, shortcuts_on};
use crate::error::AppError;
use crate::frame::LiveCall;
use crate::rpc::blocking_resource;
use crate::session::use_session;
use crate::styles::calls_live as css;

/// The live page of the call in the path.
#[component]
pub fn LivePage() -> impl IntoView {
    let id = super::id_of_path();
    let call = blocking_resource(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => api::get_call(id).await,
                None => Err(AppError::new(Code::NotFound, "There is no such call. It may have been deleted.")),
            }
        },
    );
    view! {
        <Suspense fallback=|| view! { <div class=css::LOADING><SkeletonLines shape=Skeleton::Card count=3 label="Loading the call" /></div> }>
            {move || Suspend::new(async move {
                match call.await {
                    Ok(call) if matches!(call.state, CallState::Finishing | CallState::Ended) => {
                        view! { <Redirect path=super::path(call.id) /> }.into_any()
                    }
                    Ok(call) => view! { <Running call /> }.into_any(),
                    Err(error) => view! { <div class="page"><ErrorState error retry=Callback::new(move |()| call.refetch()) /></div> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Running(call: Call) -> impl IntoView {
    let mine = untrack(|| use_session().profile().is_none_or(|profile| profile.member == call.member_id));
    let role = if call.source == CallSource::Browser && mine { Role::Source } else { Role::Viewer };
    let (id, title) = (call.id, call.title.clone());
    let live = browser::live_of(call, role);
    let page = NodeRef::<Div>::new();
    let now = NodeRef::<Div>::new();
    let can_pop_out = RwSignal::new(false);
    let LiveCall(in_frame) = expect_context();

    // Only in the browser: effects don't run on the server.
    Effect::new(move |_| {
        browser::take(live);
        can_pop_out.set(browser::can_pop_out());
        if role == Role::Source {
            in_frame.set(Some((id, live.peek(|state| state.call.as_ref().map(|call| call.title.clone()).unwrap_or_default()))));
        }
    });
    Effect::new({
        let navigate = use_navigate();
        move |_| {
            if matches!(live.phase(), CallState::Finishing | CallState::Ended) {
                in_frame.set(None);
                navigate(&super::path(id), leptos_router::NavigateOptions { replace: true, ..leptos_router::NavigateOptions::default() });
            }
        }
    });
    let handle = window_event_listener(keydown, move |event| on_key(live, &event));
    let leaving = window_event_listener(beforeunload, move |event| browser::warn_before_leaving(live, &event));
    on_cleanup(move || {
        handle.remove();
        leaving.remove();
        browser::leave(live);
    });

    let pop_out = Callback::new(move |()| {
        if let Some(now) = now.get_untracked() {
            browser::pop_out(&now, live);
        }
    });
    let front = live.front;
    let open = move || live.read(handle::Part::Cues, |state| state.open_cues().count());
    let tab_button = move |part: Front, label: &'static str| {
        let count = move || if part == Front::Now { open() } else { 0 };
        view! {
            <button type="button" role="tab" class=css::TAB aria-selected=move || (front.get() == part).to_string() on:click=move |_| front.set(part)>
                {label} " "
                <Show when=move || count() != 0>
                    <span class=css::COUNT>{count} <span class="visually-hidden">{move || if count() == 1 { " suggestion" } else { " suggestions" }}</span></span>
                </Show>
            </button>
        }
    };
    view! {
        <PageTitle text=title />
        <div class=css::LIVE_PAGE node_ref=page>
            <status::Status live />
            <div>
                <noscript>
                    <p class=css::ELSEWHERE>"A live call needs JavaScript. When the call has ended, its review is readable without."</p>
                </noscript>
                <status::Banners live />
                {live.is_sample().then(|| view! { <super::sample::SampleSound clock=live.clock /> })}
                <start::Start live />
                <div class=css::TABS role="tablist" aria-label="Parts of the call">
                    {tab_button(Front::Now, "Now")} {tab_button(Front::Transcript, "Transcript")} {tab_button(Front::Context, "Context")}
                </div>
            </div>
            <div class=css::COLUMNS data-tab=move || front.get().as_str()>
                <section class=format!("{} {}", css::COLUMN, css::TRANSCRIPT) aria-label="Transcript">
                    <h2 class=css::HEADING>"Transcript"</h2>
                    <transcript::Transcript live />
                </section>
                <section class=format!("{} {}", css::COLUMN, css::NOW) aria-label="Now">
                    <h2 class=css::HEADING>"Now"</h2>
                    <div class=css::BODY>
                        <div node_ref=now class=css::POPPABLE>
                            <Show when=move || live.popped_out.get()>
                                <bar::SmallBar live />
                            </Show>
                            <now::Now live />
                        </div>
                        <Show when=move || live.popped_out.get()>
                            <p class=css::ELSEWHERE>"The suggestions are in the small window. Close it to have them here."</p>
                        </Show>
                    </div>
                </section>
                <section class=format!("{} {}", css::COLUMN, css::CONTEXT) aria-label="Context">
                    <h2 class=css::HEADING>
                        <button
                            type="button"
                            class=css::UNFOLD
                            aria-expanded=move || (front.get() == Front::Context).to_string()
                            on:click=move |_| front.update(|front| *front = if *front == Front::Context { Front::Now } else { Front::Context })
                        >
                            "Context and notes"
                        </button>
                        <span class=css::FOLDLESS>"Context"</span>
                    </h2>
                    <div class=css::BODY>
                        <context::Context live />
                    </div>
                </section>
            </div>
            <bar::Bar live pop_out can_pop_out />
            <help::Help live />
        </div>
    }
}

/// Does what a key asks for.
fn on_key(live: Live, event: &leptos::ev::KeyboardEvent) {
    if composing(event) {
        return;
    }
    if event.key() == "Escape" && live.help.get_untracked() {
        live.help.set(false);
        return;
    }
    // While the page asks whether to end, Enter and Backspace answer that, not a card.
    if live.ending.get_untracked() == Ending::Asked {
        if event.key() == "Escape" {
            live.ending.set(Ending::No);
        }
        return;
    }
    let Some(action) = keys::action(&pressed(event), place(event)).filter(|_| shortcuts_on()) else { return };
    let muted = live.sources[0].get_untracked() == Source::Muted;
    let open = || live.peek(|state| state.open_cues().map(|cue| cue.number).collect::<Vec<_>>());
    // Without a choice, keys mean the newest card: the one that everybody looks at.
    let card = || live.chosen.get_untracked().filter(|number| open().contains(number)).or_else(|| open().first().copied());
    match action {
        Action::Mute if live.capturing.get_untracked() => live.ask(CallCommand::Mute(!muted)),
        Action::Pause if live.capturing.get_untracked() => live.ask(CallCommand::Pause(!live.peek(|state| state.paused))),
        Action::Mute | Action::Pause => return,
        Action::Bookmark if live.role == Role::Source => live.ask(CallCommand::Bookmark),
        Action::Bookmark => return,
        Action::Notes => {
            live.front.set(Front::Context);
            request_animation_frame(browser::focus_notes);
        }
        Action::NextCard => live.chosen.update(|chosen| *chosen = keys::move_choice(&open(), *chosen, 1)),
        Action::PreviousCard => live.chosen.update(|chosen| *chosen = keys::move_choice(&open(), *chosen, -1)),
        Action::Keep => {
            let Some(card) = card() else { return };
            live.set_cue(card, CueState::Kept);
        }
        Action::Dismiss => {
            let Some(card) = card() else { return };
            live.set_cue(card, CueState::Dismissed);
        }
        Action::Help => live.help.update(|help| *help = !*help),
    }
    event.prevent_default();
}

fn place(event: &leptos::ev::KeyboardEvent) -> Place {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let within = |selector: &str| target.as_ref().is_some_and(|target| target.closest(selector).ok().flatten().is_some());
    Place {
        typing: within("input, textarea, select, [contenteditable]"),
        on_control: within("button, a, summary"),
        with_modifier: event.ctrl_key() || event.alt_key() || event.meta_key(),
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use leptos::wasm_bindgen::JsCast;
    use leptos::web_sys::HtmlElement;
    use model::Call;

    use super::handle::Ending;
    use super::{Live, Role};

    pub fn live_of(call: Call, role: Role) -> Live {
        super::session::live_of(call, role)
    }

    pub fn take(live: Live) {
        super::session::take(live);
    }

    pub fn leave(live: Live) {
        super::popout::close();
        super::session::leave(live);
    }

    /// In the handler of a click.
    pub fn share_again(live: Live) {
        super::session::share_again(live);
    }

    /// Lets the browser ask before a page with unsent audio is closed or loaded anew.
    pub fn warn_before_leaving(live: Live, event: &leptos::ev::BeforeUnloadEvent) {
        let unsent = live.unsent.try_get_untracked().unwrap_or_default();
        if unsent > super::link::UNREMARKABLE || matches!(live.ending.try_get_untracked(), Some(Ending::Sending(_))) {
            event.prevent_default();
            event.set_return_value("Audio of this call isn't on the server yet.");
        }
    }

    pub fn can_pop_out() -> bool {
        super::popout::supported()
    }

    pub fn pop_out(now: &HtmlElement, live: Live) {
        super::popout::open(now, live);
    }

    pub fn focus_notes() {
        if let Some(notes) = document().get_element_by_id("call-notes").and_then(|notes| notes.dyn_into::<HtmlElement>().ok()) {
            // Focus fails only on what can't take it.
            let _ = notes.focus();
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod browser {
    use leptos::web_sys::HtmlElement;
    use model::Call;

    use super::{Live, Role};

    pub fn live_of(call: Call, role: Role) -> Live {
        Live::new(call, role)
    }

    pub fn take(_live: Live) {}

    pub fn leave(_live: Live) {}

    pub fn share_again(_live: Live) {}

    pub fn warn_before_leaving(_live: Live, _event: &leptos::ev::BeforeUnloadEvent) {}

    pub fn can_pop_out() -> bool {
        false
    }

    pub fn pop_out(_now: &HtmlElement, _live: Live) {}

    pub fn focus_notes() {}
}

#[cfg(test)]
fn sample_call() -> Call {
    use chrono::DateTime;
    use model::{CallKind, Channel, MemberId, OrganizationId, Participant, RecognizerId, Track, Verbosity};
    let id = uuid::Uuid::nil();
    Call {
        id: model::CallId(id),
        organization_id: OrganizationId(id),
        member_id: MemberId(id),
        title: "Acme".into(),
        contact_name: "Dana".into(),
        company: "Acme".into(),
        kind: CallKind::Discovery,
        language: "en-US".into(),
        time_zone: String::new(),
        vocabulary: Vec::new(),
        state: CallState::Live,
        source: CallSource::Browser,
        recognizer: RecognizerId::known("command"),
        verbosity: Verbosity::Normal,
        consent_who: "Dana".into(),
        consent_how: "spoken".into(),
        consent_at: Some(DateTime::UNIX_EPOCH),
        keep_audio: true,
        participants: [(Channel::Rep, "You"), (Channel::Customer, "Dana")]
            .map(|(channel, name)| Participant { channel, name: name.into() })
            .to_vec(),
        tracks: Track::each(2),
        notes: String::new(),
        started_at: None,
        ended_at: None,
        duration_ms: model::Millis::ZERO,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
    }
}
