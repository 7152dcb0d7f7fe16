//! Home: what to do first.

use leptos::prelude::*;

use crate::components::{Button, ButtonKind, ButtonLink, Glyph, Icon, PageHeader};
use crate::session::use_session;
use crate::styles::home as css;

/// The first page after signing in.
#[component]
pub fn Home() -> impl IntoView {
    let session = use_session();
    let greeting = Signal::derive(move || match session.profile() {
        Some(profile) => format!("Hello, {}", profile.person.name.split_whitespace().next().unwrap_or("there")),
        None => "Home".to_owned(),
    });
    view! {
        <div class="page">
            <PageHeader title=greeting>
                <ButtonLink href="/calls/new" kind=ButtonKind::Primary icon=Glyph::Mic>
                    "Start a call"
                </ButtonLink>
            </PageHeader>
            <FirstSteps />
        </div>
    }
}

/// Three steps that lead to something that works within a minute.
#[component]
fn FirstSteps() -> impl IntoView {
    view! {
        <section aria-labelledby="first-steps" class="stack">
            <h2 id="first-steps">"First steps"</h2>
            <ol class=css::STEPS>
                <Step
                    glyph=Glyph::Play
                    title="Play the sample call"
                    text="Three minutes, two voices. Watch the transcript, the cues and the review appear as they would on your own call."
                >
                    <form method="post" action="/calls/sample">
                        <Button submit=true>
                            "Play it"
                        </Button>
                    </form>
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
