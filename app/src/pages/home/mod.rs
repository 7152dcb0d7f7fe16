//! Home: the last calls, the person's numbers, what to do first.

mod api;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::task::spawn_local;
use leptos_router::SsrMode::Async;
use leptos_router::any_nested_route::IntoAnyNestedRoute as _;
use leptos_router::components::Route;
use leptos_router::path;
use model::{Call, CallState, Millis, Role};

use self::api::{Overview, Week, my_overview};
use crate::area::{Area, Link};
use crate::components::{
    Badge, Button, ButtonKind, ButtonLink, ErrorState, Glyph, Icon, List, ListItem, PageHeader, Skeleton, SkeletonLines, TextLink, Time,
    Tone, row_of,
};
use crate::events::{CALLS, after_events};
use crate::lazy::lazy_pages;
use crate::rpc::resource;
use crate::session::use_session;
use crate::styles::home as css;

/// What this area hands to the shell.
pub const AREA: Area = Area { name: "home", navigation: &[Link::new("Home", "/", Glyph::Home)], commands: &[] };

lazy_pages! {
    pages {
        HOME = load_home, home: Home;
    }
}

/// This area's pages.
#[component(transparent)]
pub fn Pages() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("/") view=HOME ssr=Async />
    }
    .into_inner()
    .into_any_nested_route()
}

/// The first page after signing in.
#[component]
pub fn Home() -> impl IntoView {
    let session = use_session();
    let greeting = Signal::derive(move || match session.profile() {
        Some(profile) => format!("Hello, {}", profile.person.name.split_whitespace().next().unwrap_or("there")),
        None => "Home".to_owned(),
    });
    let shown = resource(|| (), |()| my_overview());
    view! {
        <div class="page">
            <PageHeader title=greeting>
                <ButtonLink href="/calls/new" kind=ButtonKind::Primary icon=Glyph::Mic>
                    "Start a call"
                </ButtonLink>
            </PageHeader>
            <Suspense fallback=|| {
                view! { <SkeletonLines shape=Skeleton::Card count=2 label="Loading your calls" /> }
            }>
                {move || Suspend::new(async move {
                    match shown.await {
                        Ok(overview) => view! { <Loaded overview /> }.into_any(),
                        Err(error) => {
                            view! { <ErrorState error retry=Callback::new(move |()| shown.refetch()) /> }.into_any()
                        }
                    }
                })}
            </Suspense>
        </div>
    }
}

#[component]
fn Loaded(overview: Overview) -> impl IntoView {
    let overview = RwSignal::new(overview);
    after_events(CALLS, None, move || {
        spawn_local(async move {
            // What could not be asked for is asked for again with the next event; what is shown stays.
            if let Ok(new) = my_overview().await
                && overview.try_with_untracked(|old| *old != new) == Some(true)
            {
                overview.try_set(new);
            }
        });
    });
    let recent = Memo::new(move |_| overview.with(|overview| overview.recent.clone()));
    // Whoever has a few calls knows the way.
    let is_new = Memo::new(move |_| recent.with(|recent| recent.iter().filter(|call| call.started_at.is_some()).count() < 3));
    let has_calls = Memo::new(move |_| recent.with(|recent| !recent.is_empty()));
    let weeks = Memo::new(move |_| overview.with(|overview| (overview.week, overview.week_before)));
    view! {
        <div class="stack stack-loose">
            {move || {
                let (week, week_before) = weeks.get();
                (week.calls + week_before.calls > 0).then(|| view! { <Numbers week week_before /> })
            }}
            <Show when=move || has_calls.get()>
                <Recent calls=recent />
            </Show>
            <Show when=move || is_new.get()>
                <FirstSteps />
            </Show>
        </div>
    }
}

#[component]
fn Numbers(week: Week, week_before: Week) -> impl IntoView {
    let length = |time: Option<Millis>| time.map_or_else(|| "–".to_owned(), spoken);
    view! {
        <section aria-labelledby="numbers" class="stack">
            <h2 id="numbers">"Your last seven days"</h2>
            <dl class=css::NUMBERS>
                <Number label="Calls" now=week.calls.to_string() before=week_before.calls.to_string() />
                <Number label="Time in calls" now=spoken(week.time) before=spoken(week_before.time) />
                <Number label="Average call" now=length(week.average()) before=length(week_before.average()) />
                <Number label="Companies" now=week.companies.to_string() before=week_before.companies.to_string() />
            </dl>
        </section>
    }
}

#[component]
fn Number(label: &'static str, now: String, before: String) -> impl IntoView {
    view! {
        <div class=css::NUMBER>
            <dt class="soft small">{label}</dt>
            <dd class=css::VALUE>{now}</dd>
            <dd class="faint small">{format!("{before} the week before")}</dd>
        </div>
    }
}

/// A duration in words: `1 h 5 min`, `12 min`, `40 s`.
fn spoken(time: Millis) -> String {
    let seconds = time.0.max(0) / 1000;
    match (seconds / 3600, seconds / 60 % 60) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[component]
fn Recent(calls: Memo<Vec<Call>>) -> impl IntoView {
    view! {
        <section aria-labelledby="recent" class="stack">
            <div class="row row-between">
                <h2 id="recent">"Recent calls"</h2>
                <TextLink href="/calls">"All calls"</TextLink>
            </div>
            <List label="Recent calls">
                <For each=move || calls.get() key=|call| call.id children=move |call| view! { <RecentCall call=row_of(calls, call, |call| call.id) /> } />
            </List>
        </section>
    }
}

/// One call; what changes of it changes in place, so that the focus stays.
#[component]
fn RecentCall(call: Memo<Call>) -> impl IntoView {
    let id = call.with_untracked(|call| call.id);
    let state = Memo::new(move |_| call.with(|call| call.state));
    let at = Memo::new(move |_| call.with(|call| call.started_at.unwrap_or(call.created_at)));
    let href = Signal::derive(move || match state.get() {
        CallState::Live | CallState::Prepared => format!("/calls/{id}/live"),
        CallState::Finishing | CallState::Ended => format!("/calls/{id}"),
    });
    let badge = move || match state.get() {
        CallState::Live => Some((Tone::Bad, "Live")),
        CallState::Prepared => Some((Tone::Neutral, "Not started")),
        CallState::Finishing => Some((Tone::Info, "Writing the review")),
        CallState::Ended => None,
    };
    let who = move || {
        let (name, company) = call.with(|call| (call.contact_name.clone(), call.company.clone()));
        [name, company].into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", ")
    };
    view! {
        <ListItem href>
            <div class=css::CALL>
                <span class="truncate">{move || call.with(|call| call.title.clone())}</span>
                <span class="soft small truncate">{who}</span>
            </div>
            {move || badge().map(|(tone, words)| view! { <Badge tone dot=true>{words}</Badge> })}
            <span class=css::WHEN>
                {move || view! { <Time at=at.get() /> }}
                <span>{move || call.with(|call| (call.duration_ms > Millis::ZERO).then(|| call.duration_ms.clock()))}</span>
            </span>
        </ListItem>
    }
}

/// Steps that lead to something that works within a minute.
#[component]
fn FirstSteps() -> impl IntoView {
    let session = use_session();
    let may_add = move || session.profile().is_some_and(|profile| profile.role >= Role::Admin);
    view! {
        <section aria-labelledby="first-steps" class="stack">
            <h2 id="first-steps">"First steps"</h2>
            <ol class=css::STEPS>
                <Step
                    glyph=Glyph::Play
                    title="Play the sample call"
                    text="Three minutes, two voices. Watch the transcript, the suggestions and the review appear as they would on your own call."
                >
                    <form method="post" action="/calls/sample">
                        <Button submit=true>"Play it"</Button>
                    </form>
                </Step>
                <Step
                    glyph=Glyph::Knowledge
                    title="Add what your company knows"
                    text="Ask it, and get the sentence that answers, with its source. A sample file shows how in a minute."
                >
                    {move || if may_add() {
                        view! {
                            // Goes on to the page that shows its steps and its question.
                            <form method="post" action=crate::pages::knowledge::api::AddSample::url()>
                                <Button submit=true>"Add the sample file"</Button>
                            </form>
                        }
                        .into_any()
                    } else {
                        view! { <ButtonLink href="/knowledge">"Ask a question"</ButtonLink> }.into_any()
                    }}
                </Step>
                <Step
                    glyph=Glyph::Mic
                    title="Start your first call"
                    text="Share the microphone and the meeting's tab. Nothing is kept before you say who agreed to it."
                >
                    <ButtonLink href="/calls/new">"Start a call"</ButtonLink>
                </Step>
                <Step
                    glyph=Glyph::Calls
                    title="Look back at a call"
                    text="Every call has its recording, transcript, summary and action items, each with the words it rests on."
                >
                    <ButtonLink href="/calls">"See calls"</ButtonLink>
                </Step>
            </ol>
        </section>
    }
}

#[component]
fn Step(glyph: Glyph, title: &'static str, text: &'static str, children: Children) -> impl IntoView {
    view! {
        <li class=css::STEP>
            <span class=css::GLYPH>
                <Icon glyph />
            </span>
            <h3>{title}</h3>
            <p class=css::TEXT>{text}</p>
            <div class=css::ACTION>{children()}</div>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_in_words() {
        assert_eq!(spoken(Millis(40_999)), "40 s");
        assert_eq!(spoken(Millis(12 * 60_000)), "12 min");
        assert_eq!(spoken(Millis(65 * 60_000)), "1 h 5 min");
    }
}
