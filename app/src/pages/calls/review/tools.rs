//! Notes and marks; and what else can be done with a call: export, names, recognizing again, deleting.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use model::{Channel, Review};

use super::ReviewContext;
use crate::components::{Button, ButtonKind, Choice, For, Glyph, Icon, Select, Show, TextField, field_error, use_toasts};
use crate::pages::calls::api;
use crate::pages::calls::live::Notes;
use crate::rpc::ActionForm;
use crate::styles::calls_review_tools as css;

#[component]
pub fn NotesAndMarks(shared: ReviewContext) -> impl IntoView {
    let bookmarks = Memo::new(move |_| shared.review.with(|review| review.bookmarks.clone()));
    view! {
        <section class=css::CARD>
            <Notes id=shared.id initial=shared.review.with_untracked(|review| review.call.notes.clone()) />
            <Show when=move || bookmarks.with(|bookmarks| !bookmarks.is_empty())>
                <h3 class=css::SUBHEADING>"Marked moments"</h3>
                <ul class=css::MARKS>
                    <For
                        each=move || bookmarks.get()
                        key=|bookmark| bookmark.number
                        children=move |bookmark| view! {
                            <li>
                                <button type="button" class=css::MARK title="Play from here" on:click=move |_| shared.playback.play_from(bookmark.at_ms)>
                                    {bookmark.at_ms.clock()}
                                </button>
                                {(!bookmark.note.is_empty()).then(|| format!(" {}", bookmark.note))}
                            </li>
                        }
                    />
                </ul>
            </Show>
        </section>
    }
}

#[component]
pub fn Tools(shared: ReviewContext) -> impl IntoView {
    view! {
        <section class=css::CARD aria-labelledby="more-title">
            <h2 class=css::HEADING id="more-title">"More"</h2>
            <Export shared />
            <Names shared />
            <Recognize shared />
            <Delete shared />
        </section>
    }
}

#[component]
fn Export(shared: ReviewContext) -> impl IntoView {
    let links = [("markdown", "Markdown"), ("json", "JSON"), ("srt", "Subtitles (SRT)")].map(|(format, name)| {
        view! {
            <a class=css::EXPORT href=format!("/api/v1/calls/{}/export?format={format}", shared.id) rel="external" download="">
                <Icon glyph=Glyph::Download />
                {name}
            </a>
        }
    });
    view! { <p class=css::EXPORTS aria-label="Export">{links}</p> }
}

#[component]
fn Names(shared: ReviewContext) -> impl IntoView {
    let rename = shared.actions.patch;
    let swap = shared.actions.swap;
    let problem = shared.actions.problem;
    let participants = shared.review.with_untracked(|review| review.call.participants.clone());
    let fields = participants.iter().enumerate().map(|(index, participant)| {
        let alone = participants.iter().filter(|other| other.channel == participant.channel).count() == 1;
        let label = match (participant.channel, alone) {
            (Channel::Rep, true) => "Your side".to_owned(),
            (Channel::Customer, true) => "Their side".to_owned(),
            (Channel::Rep, false) => format!("Your side, track {}", index + 1),
            (Channel::Customer, false) => format!("Their side, track {}", index + 1),
        };
        let (name, id, initial) = (format!("patch[names][{index}]"), format!("review-name-{index}"), participant.name.clone());
        view! { <TextField label name id initial required=true max_length=120 error=field_error(problem, "speaker") /> }
    });
    let fields = fields.collect_view();
    view! {
        <details class=css::FOLD>
            <summary>"Who spoke"</summary>
            <ActionForm action=rename attr:class=css::FORM>
                <input type="hidden" name="id" value=shared.id.to_string() />
                {fields}
                <Button submit=true small=true icon=Glyph::Check busy=rename.pending() busy_words="Saving…">"Save names"</Button>
            </ActionForm>
            <ActionForm action=swap attr:class=css::FORM>
                <input type="hidden" name="id" value=shared.id.to_string() />
                <p class="soft small">"If the microphone and the tab were mixed up, swap whose words are whose. Swapping again takes it back."</p>
                <Button submit=true small=true icon=Glyph::Swap busy=swap.pending() busy_words="Swapping…">"Swap the sides"</Button>
            </ActionForm>
        </details>
    }
}

#[component]
fn Recognize(shared: ReviewContext) -> impl IntoView {
    let again = shared.actions.recognize;
    let choices = Memo::new(move |_| shared.review.with(choices));
    let chosen =
        RwSignal::new(choices.with_untracked(|choices| {
            choices.iter().find(|choice| !choice.disabled).map(|choice| choice.value.clone()).unwrap_or_default()
        }));
    let none_works = move || choices.with(|choices| choices.iter().all(|choice| choice.disabled));
    view! {
        <Show when=move || choices.with(|choices| !choices.is_empty())>
            <details class=css::FOLD>
                <summary>"Transcribe again"</summary>
                <ActionForm action=again attr:class=css::FORM>
                    <input type="hidden" name="id" value=shared.id.to_string() />
                    <p class="soft small">"The transcript is made anew; lines that were corrected by hand are replaced too."</p>
                    <Select label="With" name="with" choices=choices value=chosen />
                    <Button submit=true small=true icon=Glyph::Refresh disabled=Signal::derive(none_works) busy=again.pending() busy_words="Starting…">"Transcribe again"</Button>
                </ActionForm>
            </details>
        </Show>
    }
}

fn choices(review: &Review) -> Vec<Choice> {
    let choice = |choice: &model::RecognizerChoice| {
        let label = if choice.label.is_empty() { choice.id.name() } else { choice.label.clone() };
        let shown = Choice::new(choice.id.as_str(), label);
        match &choice.unavailable {
            Some(why) => shown.unavailable(why.clone()),
            None => shown,
        }
    };
    review.recognizers.iter().map(choice).collect()
}

#[component]
fn Delete(shared: ReviewContext) -> impl IntoView {
    let delete = shared.actions.delete;
    let navigate = use_navigate();
    let toasts = use_toasts();
    let id = shared.id;
    Effect::new(move |_| {
        if let Some(Ok(())) = delete.value().get() {
            toasts.deleted("Call", move || api::restore_call(id));
            navigate("/calls", leptos_router::NavigateOptions { replace: true, ..leptos_router::NavigateOptions::default() });
        }
    });
    view! {
        <details class=css::FOLD>
            <summary>"Delete this call"</summary>
            <ActionForm action=delete attr:class=css::FORM>
                <input type="hidden" name="id" value=shared.id.to_string() />
                <p class="soft small">"The recording, the transcript and all that was made of them go. You can undo it for a minute; then they are gone for good."</p>
                <Button kind=ButtonKind::Danger submit=true small=true icon=Glyph::Trash busy=delete.pending() busy_words="Deleting…">"Delete"</Button>
            </ActionForm>
        </details>
    }
}
