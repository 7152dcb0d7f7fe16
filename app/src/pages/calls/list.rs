//! All calls: searched over titles and every word said, filtered by the URL, page by page.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::params::ParamsMap;
use model::{Call, CallFilter, CallHit, CallId, CallKind, CallState, Found, Page};

use super::{api, words};
use crate::components::{
    Badge, ButtonKind, ButtonLink, Choice, Deleted, EmptyState, ErrorState, For, Glyph, ListCheck, ListFilters, ListPages, ListQuery,
    Narrow, PageHeader, Select, Show, Skeleton, SkeletonLines, Time, Tone, list_url, marked, query_cursor, query_text, reload_list, row_of,
    use_list_query,
};
use crate::events::{CALLS, after_events};
use crate::rpc::blocking_resource;
use crate::styles::calls_list as css;

/// Which calls the page shows.
#[derive(Clone, Debug, Default, PartialEq)]
struct CallListQuery {
    search: String,
    state: Option<CallState>,
    kind: Option<CallKind>,
    mine: bool,
    cursor: Option<String>,
}

impl ListQuery for CallListQuery {
    /// And whether only the person's own.
    type Filter = (CallFilter, bool);

    fn of(query: &ParamsMap) -> Self {
        Self {
            search: query_text(query, "search"),
            state: query_text(query, "state").parse().ok(),
            kind: query_text(query, "kind").parse().ok(),
            mine: query_text(query, "mine") == "true",
            cursor: query_cursor(query),
        }
    }

    fn url(&self) -> String {
        let texts = [
            ("search", self.search.clone()),
            ("state", self.state.map(|state| state.to_string()).unwrap_or_default()),
            ("kind", self.kind.map(|kind| kind.to_string()).unwrap_or_default()),
            ("mine", if self.mine { "true".to_owned() } else { String::new() }),
            ("cursor", self.cursor.clone().unwrap_or_default()),
        ];
        list_url("/calls", texts)
    }

    fn filter(&self) -> Self::Filter {
        (CallFilter { search: self.search.clone(), state: self.state, kind: self.kind, ..CallFilter::default() }, self.mine)
    }

    fn at(&self, cursor: Option<String>) -> Self {
        Self { cursor, ..self.clone() }
    }

    fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}

async fn load(shown: CallListQuery) -> Result<Page<CallHit>, crate::error::AppError> {
    let (filter, mine) = shown.filter();
    api::list_calls(filter, mine, shown.cursor).await
}

/// The page of all calls.
#[component]
pub fn CallsPage() -> impl IntoView {
    let shown = use_list_query::<CallListQuery>();
    let calls = blocking_resource(move || shown.get(), load);
    view! {
        <div class="page">
            <PageHeader title="Calls">
                <span class="js-only"><ButtonLink href="/calls/new" kind=ButtonKind::Primary icon=Glyph::Plus>"Start a call"</ButtonLink></span>
            </PageHeader>
            <Deleted what="Call" restore=api::RestoreCall::PATH />
            <Filters shown />
            <Transition fallback=|| view! { <SkeletonLines shape=Skeleton::Row count=6 label="Loading calls" /> }>
                {move || Suspend::new(async move {
                    match calls.await {
                        Ok(page) => view! { <Rows page shown /> }.into_any(),
                        Err(error) => view! { <ErrorState error retry=Callback::new(move |()| calls.refetch()) /> }.into_any(),
                    }
                })}
            </Transition>
        </div>
    }
}

#[component]
fn Filters(shown: Memo<CallListQuery>) -> impl IntoView {
    let now = shown.get_untracked();
    let search = RwSignal::new(now.search);
    let state = RwSignal::new(now.state.map(|state| state.to_string()).unwrap_or_default());
    let kind = RwSignal::new(now.kind.map(|kind| kind.to_string()).unwrap_or_default());
    let mine = RwSignal::new(now.mine);
    let narrow = Narrow::new(shown, move || CallListQuery {
        search: search.get_untracked().trim().to_owned(),
        state: state.get_untracked().parse().ok(),
        kind: kind.get_untracked().parse().ok(),
        mine: mine.get_untracked(),
        cursor: None,
    });
    narrow.after(move || {
        state.track();
        kind.track();
        mine.track();
    });
    let states = with_any("Any state", CallState::ALL.iter().map(|state| Choice::new(state.as_str(), words::state(*state))));
    let kinds = with_any("Any kind", CallKind::ALL.iter().map(|kind| Choice::new(kind.as_str(), kind.label())));
    view! {
        <ListFilters
            action="/calls"
            narrow
            label="Calls"
            search
            search_name="search"
            search_label="Search"
            placeholder="Titles, people, every word said"
        >
            <Select label="State" name="state" choices=states value=state />
            <Select label="Kind" name="kind" choices=kinds value=kind />
            <ListCheck name="mine" label="Only mine" value=mine />
        </ListFilters>
    }
}

fn with_any(any: &str, choices: impl Iterator<Item = Choice>) -> Vec<Choice> {
    std::iter::once(Choice::new("", any)).chain(choices).collect()
}

#[component]
fn Rows(page: Page<CallHit>, shown: Memo<CallListQuery>) -> impl IntoView {
    let page = RwSignal::new(page);
    after_events(CALLS, None, move || reload_list(shown, page, load, drop));
    let calls = Memo::new(move |_| page.with(|page| page.items.clone()));
    let empty = Memo::new(move |_| calls.with(Vec::is_empty));
    view! {
        <Show when=move || !empty.get() fallback=move || view! { <Nothing shown=shown.get_untracked() /> }>
            <ul class=css::LIST>
                <For
                    each=move || calls.get()
                    key=|hit| hit.call.id
                    children={
                        move |hit| view! { <Row hit=row_of(calls, hit, |hit| hit.call.id) /> }
                    }
                />
            </ul>
            <ListPages shown next=Signal::derive(move || page.with(|page| page.next.clone())) noun="calls" />
        </Show>
    }
}

/// One call; what changes of it changes in place, so that the focus stays.
#[component]
fn Row(hit: Memo<CallHit>) -> impl IntoView {
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
                <a class=css::TITLE dir="auto" href=href>{move || hit.with(|hit| hit.call.title.clone())}</a>
                <p class=css::META dir="auto">{move || hit.with(|hit| people(&hit.call))} {move || hit.with(|hit| hit.call.kind.label())}</p>
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
            {move || found.get().map(|found| view! { <Snippet id found /> })}
        </li>
    }
}

#[component]
fn Snippet(id: CallId, found: Found) -> impl IntoView {
    let parts = marked(&found.text, &found.marks);
    let mut words: Vec<&str> = parts.iter().filter(|(_, hit)| *hit).map(|(text, _)| text.as_str()).collect();
    words.sort_unstable();
    words.dedup();
    let href = super::line_path(id, found.segment, &words);
    view! {
        <p class=css::FOUND>
            <a class=css::FOUND_AT href=href>{found.start_ms.clock()}</a>
            <span dir="auto">
                {parts
                    .into_iter()
                    .map(|(text, hit)| if hit { view! { <mark class=css::HIT>{text}</mark> }.into_any() } else { text.into_any() })
                    .collect_view()}
            </span>
        </p>
    }
}

#[component]
fn Nothing(shown: CallListQuery) -> impl IntoView {
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
            <super::sample::SampleButton />
            <span class="js-only"><ButtonLink href="/calls/new" icon=Glyph::Plus>"Start a call"</ButtonLink></span>
        </EmptyState>
    }
    .into_any()
}

fn people(call: &Call) -> String {
    let people: Vec<_> = [&call.contact_name, &call.company].into_iter().filter(|name| !name.is_empty()).cloned().collect();
    if people.is_empty() { String::new() } else { format!("{} · ", people.join(", ")) }
}

#[cfg(test)]
mod tests {
    use leptos_router::location::Url;

    use super::*;

    #[test]
    fn a_view_survives_its_address() {
        let shown = CallListQuery {
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
        assert_eq!(CallListQuery::of(&query), shown);
    }

    #[test]
    fn rubbish_in_the_address_narrows_nothing() {
        let query: ParamsMap = [("state", "exploded"), ("kind", ""), ("mine", "yes"), ("cursor", "")]
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        assert_eq!(CallListQuery::of(&query), CallListQuery::default());
        assert!(!CallListQuery::of(&query).narrows());
    }
}
