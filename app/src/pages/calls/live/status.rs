//! The line on top: what runs, for how long, with whom, and how the page stands with the server.

use leptos::prelude::*;

use crate::components::{For, Show};
use model::wire::{NoticeLevel, RecognizerHealth};
use model::{CallState, Millis, TrackId};

use super::bar::silent;
use super::handle::{CallCommand, Ending, Live, Part, Role, Source};
use super::link::LinkState;
use crate::pages::calls::words;
use crate::styles::calls_live_status as css;

/// The status line.
#[component]
pub fn Status(live: Live) -> impl IntoView {
    let title = move || live.read(Part::Call, |state| state.call.as_ref().map(|call| call.title.clone()).unwrap_or_default());
    let running = move || live.phase() == CallState::Live && !live.paused();
    view! {
        <header class=css::STATUS>
            <div class=css::LEFT>
                <span class=css::STATE class:running=running>
                    <span class=css::DOT aria-hidden="true"></span>
                    {move || state(live)}
                </span>
                <span class=css::CLOCK>{move || live.clock.get().clock()}</span>
                <h1 class=css::TITLE>{title}</h1>
            </div>
            <ul class=css::FACTS>
                <li>{move || captured(live)}</li>
                <li>{move || recognizer(live)}</li>
                <li>{move || consent(live)}</li>
                <li class=css::LINK class:attention=move || behind(live).is_some() || live.link.with(LinkState::needs_attention)>
                    <span role="status">{move || behind(live).unwrap_or_else(|| live.link.with(LinkState::words))}</span>
                </li>
            </ul>
        </header>
    }
}

/// How far the call is, in a word.
pub fn state(live: Live) -> &'static str {
    match (live.phase(), live.paused()) {
        (CallState::Live, true) => "Paused",
        (CallState::Live, false) => "Live",
        (CallState::Prepared, _) => "Ready",
        (CallState::Finishing, _) => "Finishing",
        (CallState::Ended, _) => "Ended",
    }
}

/// What the person must know or decide before the call goes on.
#[component]
pub fn Banners(live: Live) -> impl IntoView {
    // Drawn again only when it is something else: who presses a button there as the same is told again has pressed it.
    let refused = Memo::new(move |_| match live.link.get() {
        LinkState::Refused(problem) => Some(problem),
        _ => None,
    });
    let [microphone_lost, far_end_lost] = [TrackId::MICROPHONE, TrackId::FAR_END].map(|track| {
        Memo::new(move |_| match live.sources[track.index()].get() {
            Source::Lost(message) => Some(message),
            _ => None,
        })
    });
    // The server tells every page of a lost track; this page says it with the way back.
    let notices = move || {
        let said_here = [microphone_lost.get(), far_end_lost.get()];
        let mut notices = live.read(Part::Notices, |state| state.notices.clone());
        notices.retain(|notice| !said_here.iter().flatten().any(|message| *message == notice.message));
        // One at a time: the next one stands there when this one is closed.
        notices.pop().into_iter().collect::<Vec<_>>()
    };
    view! {
        <div class=css::BANNERS>
            <Show when=move || live.is_sample()>
                <p class=css::BANNER data-level="info">
                    "This is a sample call: two synthetic voices that run through the same pipeline as a real call, at real speed."
                </p>
            </Show>
            {move || refused.get().map(|problem| view! { <Refusal live problem /> })}
            {move || microphone_lost.get().map(|message| view! { <p class=css::BANNER data-level="warning" role="alert">{message}</p> })}
            {move || {
                far_end_lost
                    .get()
                    .map(|message| {
                        view! {
                            <div class=css::BANNER data-level="warning" role="alert">
                                <span>{message}</span>
                                <button type="button" class=css::CLOSE on:click=move |_| super::browser::share_again(live)>"Share the tab"</button>
                            </div>
                        }
                    })
            }}
            <Show when=move || silence(live, TrackId::MICROPHONE)>
                <p class=css::BANNER data-level="warning" role="alert">{move || unheard(live, TrackId::MICROPHONE)}</p>
            </Show>
            <Show when=move || silence(live, TrackId::FAR_END)>
                <div class=css::BANNER data-level="warning" role="alert">
                    <span>{move || unheard(live, TrackId::FAR_END)}</span>
                    <Show when=move || live.capturing.get()>
                        <button type="button" class=css::CLOSE on:click=move |_| super::browser::share_again(live)>"Share the tab again"</button>
                    </Show>
                </div>
            </Show>
            <Show when=move || live.ending.get() != Ending::No>
                <EndingBanner live />
            </Show>
        </div>
        // Over the end of the columns, above the bar: what is told there moves nothing and hides no way on.
        <div class=css::NOTICES>
            <For
                each=notices
                key=|notice| notice.message.clone()
                children=move |notice| {
                    let message = StoredValue::new(notice.message.clone());
                    view! {
                        <p class=css::BANNER data-level=level(notice.level) role="status">
                            <span>{notice.message}</span>
                            <button type="button" class=css::CLOSE on:click=move |_| live.change(|state| message.with_value(|message| state.forget_notice(message)))>
                                "Close"
                            </button>
                        </p>
                    }
                }
            />
        </div>
    }
}

/// Whether a source is to be told of that gives nothing but zeros: one that is muted or lost here is told of already.
fn silence(live: Live, track: TrackId) -> bool {
    let source = live.sources[track.index()].get();
    silent(live, track) && !matches!(source, Source::Muted | Source::Lost(_)) && live.phase() == CallState::Live && !live.paused()
}

fn unheard(live: Live, track: TrackId) -> String {
    match (live.capturing.get(), track) {
        (true, TrackId::MICROPHONE) => {
            "Nothing is heard from your microphone: it gives only silence. Look at its switch and the computer’s sound settings, or choose another one below.".to_owned()
        }
        (true, _) => "Nothing is heard from the shared tab. If somebody is speaking there, share it again with “Also share tab audio” on.".to_owned(),
        (false, _) => format!("Nothing is heard from {}: only silence comes.", live.heard_on(track).1),
    }
}

#[component]
fn Refusal(live: Live, problem: model::Problem) -> impl IntoView {
    use model::Code;
    let way_on = match problem.code {
        Code::CallOpenElsewhere => view! {
            <button type="button" class=css::PRIMARY on:click=move |_| live.ask(CallCommand::TakeOver)>"Take over here"</button>
        }
        .into_any(),
        Code::CallEnded => view! { <a class=css::PRIMARY href=super::super::path(live.id)>"Open the review"</a> }.into_any(),
        Code::Unauthenticated => {
            view! { <a class=css::PRIMARY rel="external" href=format!("/sign-in?next={}", super::super::live_path(live.id))>"Sign in again"</a> }
                .into_any()
        }
        Code::NotFound | Code::Forbidden => view! { <a class=css::PRIMARY href="/calls">"Back to your calls"</a> }.into_any(),
        Code::ConsentMissing => view! { <a class=css::PRIMARY href="/calls/new">"Set the call up again"</a> }.into_any(),
        _ => view! { <button type="button" class=css::PRIMARY on:click=move |_| live.ask(CallCommand::Reconnect)>"Try again"</button> }
            .into_any(),
    };
    view! {
        <div class=css::BANNER data-level="error" role="alert">
            <span>{problem.message}</span>
            {way_on}
        </div>
    }
}

/// A key that is still held from before the question was asked does not answer it.
fn once(event: leptos::ev::KeyboardEvent) {
    if event.repeat() {
        event.prevent_default();
    }
}

#[component]
fn EndingBanner(live: Live) -> impl IntoView {
    let words = move || match live.ending.get() {
        Ending::No | Ending::Asked => String::new(),
        Ending::Sending(Millis(0)) => "Sending the end of the call.".to_owned(),
        Ending::Sending(waiting) => format!("Sending the last {}. Keep this page open.", words::length(waiting)),
        Ending::Finishing => "The call has ended. The last words and the review are being written.".to_owned(),
    };
    // The question is answered by the next key: it takes the focus, which the button that asked has lost by being disabled.
    let confirm = NodeRef::<leptos::html::Button>::new();
    Effect::new(move |_| {
        if let Some(confirm) = confirm.get() {
            let _ = confirm.focus();
        }
    });
    view! {
        <div class=css::BANNER data-level="info" role="status">
            <Show
                when=move || live.ending.get() == Ending::Asked
                fallback=move || view! {
                    <span>{words}</span>
                    <a href=super::super::path(live.id)>"Go to the review"</a>
                }
            >
                <span>"End this call? It can't be started again."</span>
                <span class=css::CHOICE>
                    <button type="button" class=css::PRIMARY node_ref=confirm on:keydown=once on:click=move |_| live.ask(CallCommand::End)>"End the call"</button>
                    <button type="button" class=css::CLOSE on:click=move |_| live.ending.set(Ending::No)>"Don’t end"</button>
                </span>
            </Show>
        </div>
    }
}

/// How far the words are behind the sound, which is safe all the same.
fn behind(live: Live) -> Option<String> {
    let behind = live.read(Part::Recognizers, |state| state.hearing.behind);
    let is_safe = live.link.with(|link| matches!(link, LinkState::CaughtUp | LinkState::Refused(_)));
    (is_safe && behind > Millis::ZERO).then(|| format!("Audio safe · transcript {} behind", words::length(behind)))
}

fn captured(live: Live) -> &'static str {
    if live.role == Role::Viewer {
        return if live.is_sample() { "Two sample voices" } else { "Audio from elsewhere" };
    }
    let on = live.sources.map(|source| matches!(source.get(), Source::On | Source::Muted));
    match on {
        [true, true] => "Both channels",
        [true, false] => "Microphone only",
        [false, true] => "Tab only",
        [false, false] => "No audio yet",
    }
}

fn recognizer(live: Live) -> String {
    let (labels, call) = live.read(Part::Recognizers, |state| {
        let labels: Vec<_> = state.recognizers.iter().map(|status| (status.label.clone(), status.health)).collect();
        (labels, state.call.as_ref().map(|call| call.recognizer.name()).unwrap_or_default())
    });
    let worst = labels.iter().map(|(_, health)| *health).max_by_key(|health| match health {
        RecognizerHealth::Off => 0,
        RecognizerHealth::Listening => 1,
        RecognizerHealth::Starting => 2,
        RecognizerHealth::Reconnecting => 3,
        RecognizerHealth::Failed => 4,
    });
    let label = labels.into_iter().map(|(label, _)| label).find(|label| !label.is_empty()).unwrap_or(call);
    match worst {
        Some(RecognizerHealth::Starting) => format!("{label}, starting"),
        Some(RecognizerHealth::Reconnecting) => format!("{label}, reconnecting"),
        Some(RecognizerHealth::Failed) => format!("{label} stopped, still recording"),
        _ => label,
    }
}

fn consent(live: Live) -> &'static str {
    let given = live.read(Part::Call, |state| state.call.as_ref().is_some_and(|call| call.consent_at.is_some()));
    if given { "Consent given" } else { "No consent yet" }
}

const fn level(level: NoticeLevel) -> &'static str {
    match level {
        NoticeLevel::Info => "info",
        NoticeLevel::Warning => "warning",
        NoticeLevel::Error => "error",
    }
}
