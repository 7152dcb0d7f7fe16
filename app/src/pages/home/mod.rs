//! Home: what was promised, what waits, today, the last calls, the person's numbers, what to do first.

mod api;

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::SsrMode::Async;
use leptos_router::any_nested_route::IntoAnyNestedRoute as _;
use leptos_router::components::Route;
use leptos_router::path;
use model::{Call, CallSource, CallState, Millis, OpenPromise, Role};

use self::api::{Overview, StepsDone, Week, my_overview};
use crate::area::{Area, Link};
use crate::components::{
    Badge, Button, ButtonKind, ButtonLink, ErrorState, For, FormError, Glyph, Icon, List, ListItem, PageHeader, Show, Skeleton,
    SkeletonLines, TextLink, Time, Tone, date, problem_of, put, row_of,
};
use crate::events::after_events;
use crate::lazy::lazy_pages;
use crate::pages::calls::api::SetActionDone;
use crate::pages::calls::{SampleButton, line_path, live_path, path as path_of, provide_sample_start, words};
use crate::rpc::{ActionForm, FormAction, resource};
use crate::session::use_session;
use crate::styles::home as css;

/// What changes something of what Home shows.
const CHANGES: &[&str] = &[
    "call.created",
    "call.started",
    "call.ended",
    "call.updated",
    "call.deleted",
    "call.restored",
    "insights.ready",
    "document.created",
    "document.updated",
    "document.deleted",
    "document.restored",
];

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
    provide_sample_start();
    view! {
        <div class="page">
            <PageHeader title=greeting>
                <span class="js-only">
                    <ButtonLink href="/calls/new" kind=ButtonKind::Primary icon=Glyph::Mic>
                        "Start a call"
                    </ButtonLink>
                </span>
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
    let reload = move || {
        spawn_local(async move {
            // What could not be asked for is asked for again with the next event; what is shown stays.
            let _ = put(overview, my_overview().await);
        });
    };
    after_events(CHANGES, None, reload);
    let today = Memo::new(move |_| overview.with(|overview| overview.today.clone()));
    let recent = Memo::new(move |_| overview.with(|overview| overview.recent.clone()));
    let weeks = Memo::new(move |_| overview.with(|overview| (overview.week, overview.week_before)));
    // Whoever has a few calls knows the way, whatever they skipped.
    let steps = Memo::new(move |_| {
        overview.with(|overview| {
            let all = overview.today.iter().chain(&overview.recent);
            let knows = overview.steps == StepsDone { sample: true, documents: true, call: true, review: true };
            (!knows && all.filter(|call| call.started_at.is_some() && call.source != CallSource::Sample).count() < 3)
                .then_some(overview.steps)
        })
    });
    view! {
        <div class="stack stack-loose">
            <Waiting overview />
            <Promises overview reload=Callback::new(move |()| reload()) />
            <Calls id="today" title="Today" calls=today />
            <Calls id="recent" title="Recent calls" calls=recent />
            {move || {
                let (week, week_before) = weeks.get();
                (week.calls + week_before.calls > 0).then(|| view! { <Numbers week week_before /> })
            }}
            <Show when=move || steps.with(Option::is_some)>
                <FirstSteps steps />
            </Show>
        </div>
    }
}

/// What waits for the person: calls that were set up and not held, documents that can't be read.
#[component]
fn Waiting(overview: RwSignal<Overview>) -> impl IntoView {
    let waiting = Memo::new(move |_| {
        overview.with(|overview| {
            let all = overview.today.iter().chain(&overview.recent);
            let calls = all.filter(|call| call.state == CallState::Prepared);
            let calls = calls.map(|call| {
                (call.title.clone(), live_path(call.id), if call.consent_at.is_none() { "No consent yet" } else { "Not held yet" })
            });
            let documents = match overview.stuck_documents {
                0 => None,
                1 => Some("A document can't be read".to_owned()),
                count => Some(format!("{count} documents can't be read")),
            };
            let documents = documents.map(|words| (words, "/knowledge?state=failed".to_owned(), "See why"));
            documents.into_iter().chain(calls).collect::<Vec<_>>()
        })
    });
    move || {
        let waiting = waiting.get();
        (!waiting.is_empty()).then(|| {
            view! {
                <section aria-labelledby="waiting" class="stack">
                    <h2 id="waiting">"Needs you"</h2>
                    <List label="Needs you">
                        {waiting
                            .into_iter()
                            .map(|(words, href, why)| view! {
                                <ListItem href=Signal::stored(href)>
                                    <span class=css::CALL dir="auto">{words}</span>
                                    <Badge tone=Tone::Warn>{why}</Badge>
                                </ListItem>
                            })
                            .collect_view()}
                    </List>
                </section>
            }
        })
    }
}

/// What the person promised, by its day; ticked off here.
#[component]
fn Promises(overview: RwSignal<Overview>, reload: Callback<()>) -> impl IntoView {
    let done = FormAction::<SetActionDone>::new();
    Effect::new(move |_| {
        if matches!(done.value().get(), Some(Ok(()))) {
            reload.run(());
        }
    });
    let problem = problem_of(done.value());
    let shown = Memo::new(move |_| overview.with(|overview| (overview.promises.clone(), overview.day)));
    move || {
        let (promises, day) = shown.get();
        (!promises.is_empty()).then(|| {
            view! {
                <section aria-labelledby="promises" class="stack">
                    <h2 id="promises">"You promised"</h2>
                    <FormError problem />
                    <List label="You promised">
                        {promises.into_iter().map(|promise| view! { <Promise promise day done /> }).collect_view()}
                    </List>
                </section>
            }
        })
    }
}

#[component]
fn Promise(promise: OpenPromise, day: NaiveDate, done: FormAction<SetActionDone>) -> impl IntoView {
    let OpenPromise { call, title, item, text, due, line } = promise;
    let (tone, words) = due_words(due, day);
    let of = format!(": {text}");
    view! {
        <ListItem>
            <ActionForm action=done>
                <input type="hidden" name="id" value=call.to_string() />
                <input type="hidden" name="item" value=item.to_string() />
                <input type="hidden" name="done" value="true" />
                <Button submit=true small=true icon=Glyph::Check>"Done" <span class="visually-hidden">{of}</span></Button>
            </ActionForm>
            <div class=css::CALL>
                <span dir="auto">{text}</span>
                <a class=css::WHERE dir="auto" href=line_path(call, line, &[])>{title}</a>
            </div>
            <Badge tone>{words}</Badge>
        </ListItem>
    }
}

/// A promise's day in words, and how much it presses.
fn due_words(due: Option<NaiveDate>, day: NaiveDate) -> (Tone, String) {
    match due {
        None => (Tone::Neutral, "No date".to_owned()),
        Some(due) if due < day => (Tone::Bad, format!("Overdue, {}", date(&due))),
        Some(due) if due == day => (Tone::Warn, "Today".to_owned()),
        Some(due) => (Tone::Neutral, date(&due)),
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
fn Calls(id: &'static str, title: &'static str, calls: Memo<Vec<Call>>) -> impl IntoView {
    view! {
        <Show when=move || calls.with(|calls| !calls.is_empty())>
            <section aria-labelledby=id class="stack">
                <div class="row row-between">
                    <h2 id=id>{title}</h2>
                    <TextLink href="/calls">"All calls"</TextLink>
                </div>
                <List label=title>
                    <For
                        each=move || calls.get()
                        key=|call| call.id
                        children=move |call| view! { <RecentCall call=row_of(calls, call, |call| call.id) /> }
                    />
                </List>
            </section>
        </Show>
    }
}

/// One call; what changes of it changes in place, so that the focus stays.
#[component]
fn RecentCall(call: Memo<Call>) -> impl IntoView {
    let id = call.with_untracked(|call| call.id);
    let state = Memo::new(move |_| call.with(|call| call.state));
    let at = Memo::new(move |_| call.with(|call| call.started_at.unwrap_or(call.created_at)));
    let href = Signal::derive(move || match state.get() {
        CallState::Live | CallState::Prepared => live_path(id),
        CallState::Finishing | CallState::Ended => path_of(id),
    });
    let tone = |state| match state {
        CallState::Live => Tone::Bad,
        CallState::Prepared | CallState::Ended => Tone::Neutral,
        CallState::Finishing => Tone::Info,
    };
    let source = words::source(call.with_untracked(|call| call.source));
    let who = move || {
        let (name, company) = call.with(|call| (call.contact_name.clone(), call.company.clone()));
        [name, company].into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", ")
    };
    view! {
        <ListItem href>
            <div class=css::CALL>
                <span dir="auto">{move || call.with(|call| call.title.clone())}</span>
                <span class="soft small" dir="auto">{who}</span>
            </div>
            {source.map(|source| view! { <Badge tone=Tone::Info>{source}</Badge> })}
            {move || {
                let state = state.get();
                (state != CallState::Ended).then(|| view! { <Badge tone=tone(state) dot=true>{words::state(state)}</Badge> })
            }}
            <span class=css::WHEN>
                {move || view! { <Time at=at.get() with_time=true /> }}
                <span>{move || call.with(|call| (call.duration_ms > Millis::ZERO).then(|| call.duration_ms.clock()))}</span>
            </span>
        </ListItem>
    }
}

/// Steps that lead to something that works within a minute.
#[component]
fn FirstSteps(steps: Memo<Option<StepsDone>>) -> impl IntoView {
    // A step that is done changes itself only: the other steps' buttons stay under the pointer and keep the focus.
    let done = move |which: fn(&StepsDone) -> bool| Memo::new(move |_| steps.with(|steps| steps.as_ref().is_some_and(which)));
    let session = use_session();
    let may_add = move || session.profile().is_some_and(|profile| profile.role >= Role::Admin);
    view! {
        <section aria-labelledby="first-steps" class="stack">
            <h2 id="first-steps">"First steps"</h2>
            <ol class=css::STEPS>
                <Step
                    glyph=Glyph::Play
                    done=done(|done| done.sample)
                    title="Play the sample call"
                    text="Three minutes, with sound. Its product sheet comes along: see the answer appear while the customer still asks."
                >
                    <SampleButton />
                </Step>
                <Step
                    glyph=Glyph::Knowledge
                    done=done(|done| done.documents)
                    title="Add what your company knows"
                    text="Ask it, and get the sentence that answers, with its source. With documents of your own the sample steps back."
                >
                    {move || if may_add() {
                        view! { <ButtonLink href="/knowledge" icon=Glyph::Upload>"Add documents"</ButtonLink> }.into_any()
                    } else {
                        view! { <ButtonLink href="/knowledge">"Ask a question"</ButtonLink> }.into_any()
                    }}
                </Step>
                <Step
                    glyph=Glyph::Mic
                    done=done(|done| done.call)
                    title="Start your first call"
                    text="Share the microphone and the meeting's tab. Nothing is kept before you say who agreed to it."
                >
                    <span class="js-only"><ButtonLink href="/calls/new">"Start a call"</ButtonLink></span>
                </Step>
                <Step
                    glyph=Glyph::Calls
                    done=done(|done| done.review)
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
fn Step(glyph: Glyph, done: Memo<bool>, title: &'static str, text: &'static str, children: ChildrenFn) -> impl IntoView {
    view! {
        <li class=css::STEP data-done=move || done.get().then_some("")>
            <span class=css::GLYPH>
                {move || view! { <Icon glyph=if done.get() { Glyph::Check } else { glyph } /> }}
            </span>
            <h3>{title} {move || done.get().then(|| view! { <span class="visually-hidden">", done"</span> })}</h3>
            <p class=css::TEXT>{text}</p>
            {move || (!done.get()).then(|| view! { <div class=css::ACTION>{children()}</div> })}
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

    #[test]
    fn a_promise_says_when_it_is_due() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 12, day);
        let told = [day(2), day(3), day(4), None].map(|due| due_words(due, day(3).unwrap_or_default()).1);
        assert_eq!(told, ["Overdue, 2 Dec 2026", "Today", "4 Dec 2026", "No date"]);
    }
}
