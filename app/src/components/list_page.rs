//! A list that the URL filters: its form, its pages, its rows that change in place.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use leptos_router::params::ParamsMap;
use model::Page;

use super::{Button, ButtonLink, Glyph};
use crate::error::AppError;
use crate::styles::list_page as css;

/// How long typing must rest before it searches.
const REST: Duration = Duration::from_millis(200);

/// Which part of a list a page shows; all of it is in the URL.
pub trait ListQuery: Clone + PartialEq + Send + Sync + 'static {
    /// What narrows the list.
    type Filter: Default + PartialEq;

    /// Reads the URL. A word that is none of ours narrows nothing.
    fn of(query: &ParamsMap) -> Self;

    /// The address of this view.
    fn url(&self) -> String;

    /// What narrows the list.
    fn filter(&self) -> Self::Filter;

    /// The same view from this place on; none: from its beginning.
    #[must_use]
    fn at(&self, cursor: Option<String>) -> Self;

    /// Where it begins; none: at the beginning.
    fn cursor(&self) -> Option<&str>;

    /// Whether anything narrows the list.
    fn narrows(&self) -> bool {
        self.filter() != Self::Filter::default()
    }
}

/// What the URL asks a list for.
pub fn use_list_query<Q: ListQuery>() -> Memo<Q> {
    let query = use_query_map();
    Memo::new(move |_| query.with(Q::of))
}

/// A text of a list's URL, without space around it.
pub fn query_text(query: &ParamsMap, name: &str) -> String {
    query.get(name).map(|text| text.trim().to_owned()).unwrap_or_default()
}

/// The cursor in a list's URL.
pub fn query_cursor(query: &ParamsMap) -> Option<String> {
    query.get("cursor").filter(|cursor| !cursor.is_empty())
}

/// The address of a list; empty texts are left out.
pub fn list_url(path: &str, texts: impl IntoIterator<Item = (&'static str, String)>) -> String {
    let mut query = ParamsMap::new();
    for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        query.insert(name, text);
    }
    format!("{path}{}", query.to_query_string())
}

/// Narrows the list: at once, or when typing rests.
#[derive(Clone, Copy)]
pub struct Narrow {
    now: Callback<()>,
    soon: Callback<()>,
}

impl Narrow {
    /// Goes to `wanted()` when it narrows the list to something else. Typing replaces the entry in the history, so that back leaves the
    /// list in one step.
    pub fn new<Q: ListQuery>(shown: Memo<Q>, wanted: impl Fn() -> Q + Send + Sync + 'static) -> Self {
        let navigate = StoredValue::new(use_navigate());
        let typed = StoredValue::new(0_u32);
        let now = Callback::new(move |()| {
            let wanted = wanted();
            if shown.with_untracked(|shown| shown.filter() != wanted.filter()) {
                navigate.with_value(|navigate| {
                    navigate(&wanted.url(), NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
                });
            }
        });
        let soon = Callback::new(move |()| {
            let Some(mark) = typed.try_update_value(|typed| {
                *typed = typed.wrapping_add(1);
                *typed
            }) else {
                return;
            };
            let rested = move || {
                if typed.try_get_value() == Some(mark) {
                    now.run(());
                }
            };
            set_timeout(rested, REST);
        });
        Self { now, soon }
    }

    /// At once, whenever one of these signals changes.
    pub fn after(self, changes: impl Fn() + 'static) {
        Effect::new(move |before: Option<()>| {
            changes();
            if before.is_some() {
                self.now.run(());
            }
        });
    }
}

/// The form that narrows a list. Works without JavaScript, by its own button.
#[component]
pub fn ListFilters(
    /// Where the list is.
    action: &'static str,
    /// What narrows it.
    narrow: Narrow,
    /// What is listed; read out.
    #[prop(into)]
    label: String,
    /// What is searched for.
    search: RwSignal<String>,
    /// The search's name in the URL.
    search_name: &'static str,
    /// What stands before the search.
    search_label: &'static str,
    /// What it looks at.
    placeholder: &'static str,
    /// Further filters: `Select`s, [`ListCheck`]s.
    children: Children,
) -> impl IntoView {
    let id = format!("{}-search", action.trim_start_matches('/'));
    view! {
        <form
            class=css::FILTERS
            method="get"
            action=action
            role="search"
            aria-label=label
            on:submit=move |event| {
                event.prevent_default();
                narrow.now.run(());
            }
        >
            <div class=css::SEARCH>
                <label class=css::LABEL for=id.clone()>{search_label}</label>
                <input
                    id=id
                    class=css::INPUT
                    type="search"
                    name=search_name
                    maxlength="200"
                    placeholder=placeholder
                    value=search.get_untracked()
                    prop:value=move || search.get()
                    on:input:target=move |event| {
                        search.set(event.target().value());
                        narrow.soon.run(());
                    }
                />
            </div>
            {children()}
            <noscript>
                // Written as it is, so words of ours only.
                <Button submit=true>"Search"</Button>
            </noscript>
        </form>
    }
}

/// A filter that is on or off.
#[component]
pub fn ListCheck(
    /// Its name in the URL.
    name: &'static str,
    /// What is asked.
    label: &'static str,
    /// Whether it is on.
    value: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <label class=css::CHECK>
            <input
                type="checkbox"
                name=name
                value="true"
                checked=value.get_untracked()
                prop:checked=move || value.get()
                on:change:target=move |event| value.set(event.target().checked())
            />
            {label}
        </label>
    }
}

/// The ways to the newest and to older things of a list.
#[component]
pub fn ListPages<Q: ListQuery>(
    /// What the page shows.
    shown: Memo<Q>,
    /// Where the list goes on; none: it doesn't.
    #[prop(into)]
    next: Signal<Option<String>>,
    /// What is listed: `calls`.
    noun: &'static str,
) -> impl IntoView {
    let newest = Memo::new(move |_| shown.with(|shown| shown.cursor().is_some().then(|| shown.at(None).url())));
    let older = Memo::new(move |_| next.get().map(|next| shown.with(|shown| shown.at(Some(next)).url())));
    view! {
        <nav class=css::PAGES aria-label="Pages">
            {move || newest.get().map(|href| view! { <ButtonLink href icon=Glyph::ArrowUp>{format!("Newest {noun}")}</ButtonLink> })}
            {move || older.get().map(|href| view! { <ButtonLink href icon=Glyph::ArrowDown>{format!("Older {noun}")}</ButtonLink> })}
        </nav>
    }
}

/// Asks for the same page of a list again, in place. `done` gets what went wrong: the list stays, and the next event asks again.
pub fn reload_list<Q, T, F>(
    shown: Memo<Q>,
    page: RwSignal<Page<T>>,
    load: impl FnOnce(Q) -> F + 'static,
    done: impl FnOnce(Option<AppError>) + 'static,
) where
    Q: ListQuery,
    T: PartialEq + Send + Sync + 'static,
    F: Future<Output = Result<Page<T>, AppError>> + 'static,
{
    let Some(asked) = shown.try_get_untracked() else { return };
    spawn_local(async move {
        let answer = load(asked.clone()).await;
        // Another view may have been opened meanwhile.
        if shown.try_get_untracked().is_none_or(|now| now != asked) {
            return;
        }
        done(put(page, answer).err());
    });
}

/// Takes what was asked for again; what is the same changes nothing.
///
/// # Errors
/// What could not be asked for.
pub fn put<T: PartialEq + Send + Sync + 'static>(into: RwSignal<T>, answer: Result<T, AppError>) -> Result<(), AppError> {
    let new = answer?;
    if into.try_with_untracked(|old| *old != new) == Some(true) {
        into.try_set(new);
    }
    Ok(())
}

/// What a list has of one of its things now; the last that it had when it has gone. For a row whose parts change in place, so that the
/// focus stays.
pub fn row_of<T, I>(all: Memo<Vec<T>>, first: T, id_of: fn(&T) -> I) -> Memo<T>
where
    T: Clone + PartialEq + Send + Sync + 'static,
    I: PartialEq + 'static,
{
    Memo::new(move |before: Option<&T>| {
        let mine = before.unwrap_or(&first);
        all.with(|all| all.iter().find(|one| id_of(one) == id_of(mine)).cloned()).unwrap_or_else(|| mine.clone())
    })
}
