//! The question box. A question is an address: it can be linked, and read without JavaScript.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::labels;
use super::layout::KnowledgeContext;
use super::list_query::DocumentListQuery;
use crate::components::{Button, Choice, Field, Glyph, Icon, ListQuery as _, Select};
use crate::styles::knowledge_ask as css;

/// The box, with where to look.
#[component]
pub fn Ask(area: KnowledgeContext) -> impl IntoView {
    let now = area.shown.get_untracked();
    let folded_out = now.narrows_question();
    let question = RwSignal::new(now.question.clone());
    let collection = RwSignal::new(id_of(&now));
    let tag = RwSignal::new(now.tag.clone());
    let language = RwSignal::new(now.language.clone());
    let from = RwSignal::new(day(now.from));
    let until = RwSignal::new(day(now.until));
    // Back and forth in the history change what is asked.
    Effect::new(move |before: Option<DocumentListQuery>| {
        let now = area.shown.get();
        if before.is_some_and(|before| before != now) {
            question.set(now.question.clone());
            collection.set(id_of(&now));
            tag.set(now.tag.clone());
            language.set(now.language.clone());
            from.set(day(now.from));
            until.set(day(now.until));
        }
        now
    });
    let navigate = StoredValue::new(use_navigate());
    let go = move || {
        let wanted = DocumentListQuery {
            question: question.with_untracked(|question| question.trim().to_owned()),
            collection: collection.with_untracked(|id| id.parse().ok()),
            tag: tag.get_untracked(),
            language: language.get_untracked(),
            from: from.with_untracked(|day| day.parse().ok()),
            until: until.with_untracked(|day| day.parse().ok()),
            ..DocumentListQuery::default()
        };
        if !wanted.question.is_empty() {
            navigate.with_value(|navigate| navigate(&wanted.url(), NavigateOptions::default()));
        }
    };
    let languages = labels::LANGUAGES.iter().map(|(tag, name)| Choice::new(*tag, *name));
    let languages: Vec<Choice> = std::iter::once(Choice::new("", "Any language")).chain(languages).collect();
    view! {
        <form
            class=css::ASK
            method="get"
            action="/knowledge"
            role="search"
            aria-label="Ask your documents"
            on:submit=move |event| {
                event.prevent_default();
                go();
            }
        >
            <div class=css::LINE>
                <label class=css::BOX for="ask">
                    <Icon glyph=Glyph::Question />
                    <span class="visually-hidden">"Your question"</span>
                    <input
                        id="ask"
                        class=css::INPUT
                        type="search"
                        name="q"
                        required=true
                        maxlength=model::MAX_QUESTION_CHARS.to_string()
                        placeholder="Ask your documents, such as: how long is the notice period?"
                        autocomplete="off"
                        value=question.get_untracked()
                        prop:value=move || question.get()
                        on:input:target=move |event| question.set(event.target().value())
                    />
                </label>
                <Button submit=true>"Ask"</Button>
            </div>
            <details class=css::WHERE open=folded_out>
                <summary>"Where to look"</summary>
                <div class=css::FIELDS>
                    <Select label="Collection" name="collection" id="ask-collection" choices=area.collections("All collections") value=collection />
                    <Select label="Tag" name="tag" id="ask-tag" choices=area.tags() value=tag />
                    <Select label="Language" name="language" id="ask-language" choices=languages value=language />
                    <Day id="ask-from" label="Added from" name="from" value=from />
                    <Day id="ask-until" label="Added until" name="until" value=until />
                </div>
            </details>
        </form>
    }
}

#[component]
fn Day(id: &'static str, label: &'static str, name: &'static str, value: RwSignal<String>) -> impl IntoView {
    view! {
        <Field id=id label=label>
            <input
                id=id
                class=css::DAY
                type="date"
                name=name
                value=value.get_untracked()
                prop:value=move || value.get()
                on:change:target=move |event| value.set(event.target().value())
            />
        </Field>
    }
}

fn id_of(shown: &DocumentListQuery) -> String {
    shown.collection.map(|id| id.to_string()).unwrap_or_default()
}

fn day(day: Option<chrono::NaiveDate>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}
