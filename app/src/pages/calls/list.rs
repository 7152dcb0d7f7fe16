//! All calls: searched over titles and every word said, filtered by the URL, page by page.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use leptos_router::params::ParamsMap;
use model::{Call, CallFilter, CallHit, CallKind, CallState, Found, Page};

use super::{api, words};
use crate::components::{
    Badge, Button, ButtonKind, ButtonLink, Choice, EmptyState, ErrorState, Glyph, PageHeader, Select, Skeleton, SkeletonLines, Time, Tone,
};
use crate::events::{CALLS, after_events};
use crate::styles::calls_list as css;

/// How long typing must rest before it searches.
const REST: Duration = Duration::from_millis(200);

/// Which calls the page shows; all of it is in the URL.
#[derive(Clone, Debug, Default, PartialEq)]
struct Shown {
    search: String,
    state: Option<CallState>,
    kind: Option<CallKind>,
    mine: bool,
    cursor: Option<String>,
}

impl Shown {
    /// Reads the URL. A word that is none of ours narrows nothing.
    fn of(query: &ParamsMap) -> Self {
        Self {
            search: query.get("search").unwrap_or_default(),
            state: query.get("state").and_then(|word| word.parse().ok()),
            kind: query.get("kind").and_then(|word| word.parse().ok()),
            mine: query.get("mine").is_some_and(|word| word == "true"),
            cursor: query.get("cursor").filter(|cursor| !cursor.is_empty()),
        }
    }

    /// The address of this view.
    fn url(&self) -> String {
        let mut query = ParamsMap::new();
        if !self.search.is_empty() {
            query.insert("search", self.search.clone());
        }
        if let Some(state) = self.state {
            query.insert("state", state.to_string());
        }
        if let Some(kind) = self.kind {
            query.insert("kind", kind.to_string());
        }
        if self.mine {
            query.insert("mine", "true".to_owned());
        }
        if let Some(cursor) = &self.cursor {
            query.insert("cursor", cursor.clone());
        }
        format!("/calls{}", query.to_query_string())
    }

    fn filter(&self) -> CallFilter {
        CallFilter { search: self.search.clone(), state: self.state, kind: self.kind, ..CallFilter::default() }
    }

    /// Whether anything narrows the list.
    fn narrows(&self) -> bool {
        *self != Self { cursor: self.cursor.clone(), ..Self::default() }
    }
}

/// The page of all calls.
#[component]
pub fn CallsPage() -> impl IntoView {
    let query = use_query_map();
    let shown = Memo::new(move |_| query.with(Shown::of));
    let calls = Resource::new_blocking(move || shown.get(), |shown| api::list_calls(shown.filter(), shown.mine, shown.cursor));
    view! {
        <div class="page">
            <PageHeader title="Calls">
                <ButtonLink href="/calls/new" kind=ButtonKind::Primary icon=Glyph::Plus>"Start a call"</ButtonLink>
            </PageHeader>
            <Filters shown />
            <Transition fallback=|| view! { <SkeletonLines shape=Skeleton::Row count=6 label="Loading calls" /> }>
                {move || Suspend::new(async move {
                    match calls.await {
                        Ok(page) => view! { <Rows page shown=shown.get_untracked() /> }.into_any(),
                        Err(error) => view! { <ErrorState error retry=Callback::new(move |()| calls.refetch()) /> }.into_any(),
                    }
                })}
            </Transition>
        </div>
    }
}

#[component]
fn Filters(shown: Memo<Shown>) -> impl IntoView {
    let now = shown.get_untracked();
    let search = RwSignal::new(now.search);
    let state = RwSignal::new(now.state.map(|state| state.to_string()).unwrap_or_default());
    let kind = RwSignal::new(now.kind.map(|kind| kind.to_string()).unwrap_or_default());
    let mine = RwSignal::new(now.mine);
    let typed = StoredValue::new(0_u32);
    let navigate = StoredValue::new(use_navigate());
    // Typing replaces the entry in the history, so that back leaves the list in one step.
    let go = move || {
        let wanted = Shown {
            search: search.get_untracked().trim().to_owned(),
            state: state.get_untracked().parse().ok(),
            kind: kind.get_untracked().parse().ok(),
            mine: mine.get_untracked(),
            cursor: None,
        };
        if (Shown { cursor: None, ..shown.get_untracked() }) != wanted {
            navigate.with_value(|navigate| {
                navigate(&wanted.url(), NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
            });
        }
    };
    let go_soon = move || {
        let Some(mark) = typed.try_update_value(|typed| {
            *typed = typed.wrapping_add(1);
            *typed
        }) else {
            return;
        };
        set_timeout(
            move || {
                if typed.try_get_value() == Some(mark) {
                    go();
                }
            },
            REST,
        );
    };
    Effect::new(move |before: Option<()>| {
        state.track();
        kind.track();
        mine.track();
        if before.is_some() {
            go();
        }
    });
    let states = with_any("Any state", CallState::ALL.iter().map(|state| Choice::new(state.as_str(), words::state(*state))));
    let kinds = with_any("Any kind", CallKind::ALL.iter().map(|kind| Choice::new(kind.as_str(), kind.label())));
    view! {
        <form
            class=css::FILTERS
            method="get"
            action="/calls"
            role="search"
            on:submit=move |event| {
                event.prevent_default();
                go();
            }
        >
            <div class=css::SEARCH>
                <label class=css::LABEL for="calls-search">"Search"</label>
                <input
                    id="calls-search"
                    class=css::INPUT
                    type="search"
                    name="search"
                    maxlength="200"
                    placeholder="Titles, people, every word said"
                    value=search.get_untracked()
                    prop:value=move || search.get()
                    on:input:target=move |event| {
                        search.set(event.target().value());
                        go_soon();
                    }
                />
            </div>
            <Select label="State" name="state" choices=states value=state />
            <Select label="Kind" name="kind" choices=kinds value=kind />
            <label class=css::MINE>
                <input
                    type="checkbox"
                    name="mine"
                    value="true"
                    checked=mine.get_untracked()
                    prop:checked=move || mine.get()
                    on:change:target=move |event| mine.set(event.target().checked())
                />
                "Only mine"
            </label>
            <noscript>
                <Button submit=true>"Search"</Button>
            </noscript>
        </form>
    }
}

fn with_any(any: &str, choices: impl Iterator<Item = Choice>) -> Vec<Choice> {
    std::iter::once(Choice::new("", any)).chain(choices).collect()
}

#[component]
fn Rows(page: Page<CallHit>, shown: Shown) -> impl IntoView {
    let page = RwSignal::new(page);
    let shown = StoredValue::new(shown);
    after_events(CALLS, None, move || reload(page, shown));
    let calls = Memo::new(move |_| page.with(|page| page.items.clone()));
    let empty = Memo::new(move |_| calls.with(Vec::is_empty));
    let next = Memo::new(move |_| page.with(|page| page.next.clone()));
    let newest = shown.with_value(|shown| shown.cursor.is_some().then(|| Shown { cursor: None, ..shown.clone() }.url()));
    let older = move |next| shown.with_value(|shown| Shown { cursor: Some(next), ..shown.clone() }.url());
    view! {
        <Show when=move || !empty.get() fallback=move || view! { <Nothing shown=shown.get_value() /> }>
            <ul class=css::LIST>
                <For
                    each=move || calls.get()
                    key=|hit| hit.call.id
                    children=move |hit| {
                        view! { <Row hit=kept(calls, hit) search=shown.with_value(|shown| shown.search.clone()) /> }
                    }
                />
            </ul>
            <nav class=css::PAGES aria-label="Pages">
                {newest.clone().map(|href| view! { <ButtonLink href icon=Glyph::ArrowUp>"Newest calls"</ButtonLink> })}
                {move || next.get().map(|next| view! { <ButtonLink href=older(next) icon=Glyph::ArrowDown>"Older calls"</ButtonLink> })}
            </nav>
        </Show>
    }
}

/// Asks for the same page of the list again, in place.
fn reload(page: RwSignal<Page<CallHit>>, shown: StoredValue<Shown>) {
    let Some(Shown { mine, cursor, .. }) = shown.try_get_value() else { return };
    let Some(filter) = shown.try_with_value(Shown::filter) else { return };
    spawn_local(async move {
        // What could not be asked for is asked for again with the next event; the list stays.
        if let Ok(new) = api::list_calls(filter, mine, cursor).await
            && page.try_with_untracked(|old| *old != new) == Some(true)
        {
            page.try_set(new);
        }
    });
}

/// What the list has of a call now; the last that it had when it has gone.
fn kept(calls: Memo<Vec<CallHit>>, first: CallHit) -> Memo<CallHit> {
    Memo::new(move |before: Option<&CallHit>| {
        let mine = before.unwrap_or(&first);
        calls.with(|calls| calls.iter().find(|hit| hit.call.id == mine.call.id).cloned()).unwrap_or_else(|| mine.clone())
    })
}

/// One call; what changes of it changes in place, so that the focus stays.
#[component]
fn Row(hit: Memo<CallHit>, search: String) -> impl IntoView {
    let id = hit.with_untracked(|hit| hit.call.id);
    let state = Memo::new(move |_| hit.with(|hit| hit.call.state));
    let at = Memo::new(move |_| hit.with(|hit| hit.call.started_at.unwrap_or(hit.call.created_at)));
    let found = Memo::new(move |_| hit.with(|hit| hit.found.clone()));
    let href = move || if matches!(state.get(), CallState::Live | CallState::Prepared) { super::live_path(id) } else { super::path(id) };
    let tone = |state| match state {
        CallState::Prepared => Tone::Neutral,
        CallState::Live => Tone::Bad,
        CallState::Finishing => Tone::Info,
        CallState::Ended => Tone::Good,
    };
    let source = words::source(hit.with_untracked(|hit| hit.call.source));
    view! {
        <li class=css::CALL>
            <div class=css::MAIN>
                <a class=css::TITLE href=href>{move || hit.with(|hit| hit.call.title.clone())}</a>
                <p class=css::META>{move || hit.with(|hit| people(&hit.call))} {move || hit.with(|hit| hit.call.kind.label())}</p>
            </div>
            <div class=css::FACTS>
                {source.map(|source| view! { <Badge tone=Tone::Info>{source}</Badge> })}
                {move || {
                    let state = state.get();
                    (state != CallState::Ended).then(|| view! { <Badge tone=tone(state) dot=true>{words::state(state)}</Badge> })
                }}
                <span class=css::LENGTH>{move || words::length(hit.with(|hit| hit.call.duration_ms))}</span>
                <span class=css::WHEN>
                    {move || view! { <Time at=at.get() with_time=true /> }}
                </span>
            </div>
            {move || {
                let search = search.clone();
                found.get().map(|found| view! { <Snippet href=format!("{}#segment-{}", super::path(id), found.segment) found search /> })
            }}
        </li>
    }
}

#[component]
fn Snippet(href: String, found: Found, search: String) -> impl IntoView {
    let parts = marked(&found.text, &search);
    view! {
        <p class=css::FOUND>
            <a class=css::FOUND_AT href=href>{found.start_ms.clock()}</a>
            <span>
                {parts
                    .into_iter()
                    .map(|(text, hit)| if hit { view! { <mark class=css::HIT>{text}</mark> }.into_any() } else { text.into_any() })
                    .collect_view()}
            </span>
        </p>
    }
}

#[component]
fn Nothing(shown: Shown) -> impl IntoView {
    if shown.narrows() {
        return view! {
            <EmptyState glyph=Glyph::Search title="No call matches" text="Try fewer words, or take a filter away.">
                <ButtonLink href="/calls">"Show all calls"</ButtonLink>
            </EmptyState>
        }
        .into_any();
    }
    view! {
        <EmptyState glyph=Glyph::Calls title="No calls yet" text="Watch the sample call to see what happens in one, or start your own.">
            <super::new::SampleButton />
            <ButtonLink href="/calls/new" icon=Glyph::Plus>"Start a call"</ButtonLink>
        </EmptyState>
    }
    .into_any()
}

fn people(call: &Call) -> String {
    let people: Vec<_> = [&call.contact_name, &call.company].into_iter().filter(|name| !name.is_empty()).cloned().collect();
    if people.is_empty() { String::new() } else { format!("{} · ", people.join(", ")) }
}

/// Splits a text into what the search found and what lies between, ignoring case.
fn marked(text: &str, search: &str) -> Vec<(String, bool)> {
    let wanted: Vec<String> = search
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
        .filter(|word| !word.is_empty())
        .collect();
    let mut parts: Vec<(String, bool)> = Vec::new();
    for piece in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let word = piece.trim_end_matches(|c: char| !c.is_alphanumeric());
        let hit = !word.is_empty() && wanted.iter().any(|wanted| word.to_lowercase().starts_with(wanted.as_str()));
        for (text, hit) in [(word, hit), (&piece[word.len()..], false)] {
            match parts.last_mut() {
                _ if text.is_empty() => {}
                Some((last, was)) if *was == hit => last.push_str(text),
                _ => parts.push((text.to_owned(), hit)),
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use leptos_router::location::Url;

    use super::*;

    #[test]
    fn a_view_survives_its_address() {
        let shown = Shown {
            search: "price & terms".into(),
            state: Some(CallState::Ended),
            kind: Some(CallKind::FollowUp),
            mine: true,
            cursor: Some("2026-01-01~x".into()),
        };
        let url = shown.url();
        assert!(!url.contains(' ') && !url.contains("& "), "{url}");
        let query: ParamsMap = url
            .split_once('?')
            .map(|(_, query)| query)
            .unwrap_or_default()
            .split('&')
            .filter_map(|pair| {
                let (key, value) = pair.split_once('=')?;
                Some((key.to_owned(), Url::unescape(value)))
            })
            .collect();
        assert_eq!(Shown::of(&query), shown);
    }

    #[test]
    fn rubbish_in_the_address_narrows_nothing() {
        let query: ParamsMap = [("state", "exploded"), ("kind", ""), ("mine", "yes"), ("cursor", "")]
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        assert_eq!(Shown::of(&query), Shown::default());
        assert!(!Shown::of(&query).narrows());
    }

    #[test]
    fn what_was_found_is_marked() {
        let parts = marked("The price is too high; Pricing matters.", "price");
        assert_eq!(parts, [("The ".into(), false), ("price".into(), true), (" is too high; Pricing matters.".into(), false)]);
        assert_eq!(marked("a b", ""), [("a b".into(), false)]);
        assert_eq!(marked("", "x"), []);
        assert!(marked("Größe zählt", "größe").contains(&("Größe".into(), true)));
    }
}
