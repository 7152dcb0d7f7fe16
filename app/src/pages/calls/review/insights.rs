//! What was written about the call. Every line links to what was said, and shows it under the pointer.

use leptos::prelude::*;
use model::{ActionItem, CallState, Evidence, Insights, Millis, SummaryLine};

use super::ReviewContext;
use crate::components::{ButtonLink, CalendarDay, Glyph, Icon, SkeletonLines};
use crate::pages::calls::{api, live_path};
use crate::rpc::{ActionForm, FormAction};
use crate::styles::calls_review_insights as css;

#[component]
pub fn Findings(shared: ReviewContext) -> impl IntoView {
    let insights = Memo::new(move |_| shared.review.with(|review| review.insights.clone()));
    let state = Memo::new(move |_| shared.review.with(|review| review.call.state));
    // Whoever sees it come keeps the room that was reserved for it: nothing moves under their eyes.
    let awaited = (state.get_untracked() != CallState::Ended).then_some("");
    let found = move || match (insights.get(), state.get()) {
        (Some(insights), _) => view! { <Written shared insights /> }.into_any(),
        (None, CallState::Ended) => view! {
            <section class=css::SUMMARY>
                <h2 class=css::HEADING>"Summary"</h2>
                <p class="soft">"There is nothing to sum up: nobody's words were recognized in this call."</p>
            </section>
        }
        .into_any(),
        (None, CallState::Finishing) => view! {
            <section class=css::SUMMARY>
                <h2 class=css::HEADING>"Summary"</h2>
                <p class="soft">"The summary is being written." <noscript>" Reload the page in a moment."</noscript></p>
                <SkeletonLines count=8 label="" />
            </section>
            <section class=css::ACTION_ITEMS>
                <h2 class=css::HEADING>"Action items"</h2>
                <p class="soft">"What was promised is being looked for."</p>
                <SkeletonLines count=3 label="" />
            </section>
        }
        .into_any(),
        (None, state) => {
            let words = if state == CallState::Live { "This call is still running." } else { "This call has not started." };
            view! {
                <section class=css::SUMMARY>
                    <h2 class=css::HEADING>"Summary"</h2>
                    <p class="soft">{words} " The summary is written when it has ended."</p>
                    <p><ButtonLink href=live_path(shared.id) small=true>"Open the live page"</ButtonLink></p>
                </section>
            }
            .into_any()
        }
    };
    view! { <div class=css::FINDINGS data-awaited=awaited>{found}</div> }
}

#[component]
fn Written(shared: ReviewContext, insights: Insights) -> impl IntoView {
    let maker = insights.maker();
    let Insights { made_by: _, summary, action_items, questions, next_steps } = insights;
    let done = shared.actions.done;
    let items = action_items.into_iter().enumerate().map(|(index, item)| view! { <Action shared done index item /> }).collect_view();
    let nothing = summary.is_empty();
    view! {
        <section class=css::SUMMARY aria-labelledby="summary-title">
            <div class=css::TOP>
                <h2 class=css::HEADING id="summary-title">"Summary"</h2>
                <span class="faint small" title="The engine that wrote this">{maker}</span>
            </div>
            {nothing.then(|| view! { <p class="soft">"Too little was said to sum up."</p> })}
            <Lines shared lines=summary />
        </section>
        <section class=css::ACTION_ITEMS aria-labelledby="actions-title">
            <h2 class=css::HEADING id="actions-title">"Action items"</h2>
            {items.is_empty().then(|| view! { <p class="soft">"No action items"</p> })}
            <ul class=css::ACTIONS>{items}</ul>
        </section>
        <Group shared title="Next steps" lines=next_steps />
        <Group shared title="Their questions" lines=questions />
    }
}

#[component]
fn Group(shared: ReviewContext, title: &'static str, lines: Vec<SummaryLine>) -> impl IntoView {
    (!lines.is_empty()).then(|| {
        view! {
            <section class=css::CARD>
                <h2 class=css::HEADING>{title}</h2>
                <Lines shared lines />
            </section>
        }
    })
}

#[component]
fn Lines(shared: ReviewContext, lines: Vec<SummaryLine>) -> impl IntoView {
    let call = shared.call();
    let lines = lines
        .into_iter()
        .map(|line| {
            view! {
                <li class=css::LINE data-channel=line.channel.as_str()>
                    <span class=css::OWNER data-channel=line.channel.as_str()>{call.with_untracked(|call| call.side_name(line.channel))}": "</span>
                    <span lang=shared.language() dir="auto">{line.text}</span>
                    <Proof shared evidence=line.evidence />
                </li>
            }
        })
        .collect_view();
    view! { <ul class=css::LINES>{lines}</ul> }
}

/// The links to what a line rests on: each plays from there; under the pointer the transcript shows it.
#[component]
pub fn Proof(shared: ReviewContext, evidence: Evidence) -> impl IntoView {
    let mut numbers: Vec<i64> = evidence.spans().iter().map(|span| span.segment).collect();
    numbers.dedup();
    let links = numbers
        .iter()
        .map(|number| (*number, shared.part.start(*number)))
        .map(|(number, start)| {
            let words = start.map_or_else(|| format!("line {number}"), Millis::clock);
            view! {
                <a
                    class=css::PROOF
                    href=move || shared.line_href(number)
                    title="Said here: go there and play"
                    on:click=move |event| {
                        if !untrack(|| shared.shows(number)) {
                            event.prevent_default();
                            shared.show_line(number, true);
                        }
                        if let Some(start) = start {
                            shared.playback.play_from(start);
                        }
                    }
                >
                    {words}
                </a>
            }
        })
        .collect_view();
    let show = StoredValue::new(numbers);
    view! {
        <span
            class=css::PROOFS
            on:mouseenter=move |_| shared.evidence.set(show.get_value())
            on:mouseleave=move |_| shared.evidence.set(Vec::new())
            on:focusin=move |_| shared.evidence.set(show.get_value())
            on:focusout=move |_| shared.evidence.set(Vec::new())
        >
            {links}
        </span>
    }
}

#[component]
fn Action(shared: ReviewContext, done: FormAction<api::SetActionDone>, index: usize, item: ActionItem) -> impl IntoView {
    let ActionItem { text, owner, due, due_words, evidence, done: is_done } = item;
    let owner_name = shared.review.with_untracked(|review| review.call.side_name(owner));
    let due = match (due, due_words) {
        (Some(due), words) => Some((view! { <CalendarDay of=due /> }.into_any(), words)),
        (None, Some(words)) => Some((view! { <span lang=shared.language() dir="auto">{words}</span> }.into_any(), None)),
        (None, None) => None,
    };
    let label = if is_done { format!("Not done yet: {text}") } else { format!("Done: {text}") };
    view! {
        <li class=css::ACTION data-done=is_done.to_string()>
            <ActionForm action=done>
                <input type="hidden" name="id" value=shared.id.to_string() />
                <input type="hidden" name="item" value=index.to_string() />
                <input type="hidden" name="done" value=(!is_done).to_string() />
                <button type="submit" class=css::TICK aria-label=label.clone() title=if is_done { "Not done yet" } else { "Tick off" }>
                    {is_done.then(|| view! { <Icon glyph=Glyph::Check /> })}
                </button>
            </ActionForm>
            <div>
                <p class=css::PROMISE lang=shared.language() dir="auto">{text}</p>
                <p class=css::WHO>
                    <span data-channel=owner.as_str() class=css::OWNER>{owner_name}</span>
                    {due.map(|(due, said)| view! { <span title=said.map(|said| format!("Said: {said}"))>"due " {due}</span> })}
                    <Proof shared evidence />
                </p>
            </div>
        </li>
    }
}
