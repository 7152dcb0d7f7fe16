use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{Page, Panel, api};
use crate::components::{
    Banner, Button, ButtonKind, FormError, Switch, TextField, Tone, field_error, own_time_zone, shortcuts_on, switch_shortcuts,
};
use crate::pages::identity::FormState;
use crate::rpc::{ActionForm, FormAction};
use crate::session::use_session;

/// `/settings`
#[component]
pub fn ProfileSettings() -> impl IntoView {
    let action = FormAction::<api::UpdateProfile>::new();
    let form = FormState::of(action);
    let session = use_session();
    // Known before this page is shown: its frame waits for it.
    let profile = untrack(|| session.profile());
    Effect::new(move |_| {
        if matches!(action.value().get(), Some(Ok(_))) {
            session.refetch();
        }
    });
    view! {
        <Page title="Settings" text="Your own profile.">
            <Panel id="profile" title="Profile">
                <Saved saved=Signal::derive(move || matches!(action.value().get(), Some(Ok(_)))) />
                {profile
                    .map(|profile| {
                        let typed = form.typed("name");
                        let name = if typed.is_empty() { profile.person.name } else { typed };
                        let typed = form.typed("time_zone");
                        let time_zone = RwSignal::new(if typed.is_empty() { profile.person.time_zone } else { typed });
                        // Nobody has said it yet: where this browser is, to be saved.
                        Effect::new(move |_| if time_zone.with_untracked(String::is_empty) { time_zone.set(own_time_zone()) });
                        view! {
                            <ActionForm action attr:class="stack">
                                <FormError problem=form.problem() fields=&["name", "time_zone"] />
                                <TextField
                                    label="Your name"
                                    name="name"
                                    autocomplete="name"
                                    required=true
                                    max_length=120
                                    initial=name
                                    error=field_error(form.problem(), "name")
                                />
                                <TextField
                                    label="Time zone"
                                    name="time_zone"
                                    optional=true
                                    hint="For calls that come without one: what “tomorrow” means in them."
                                    value=time_zone
                                    placeholder="Europe/Berlin"
                                    max_length=50
                                    error=field_error(form.problem(), "time_zone")
                                />
                                <p class="small soft">"Email: " {profile.person.email} ". Role: " {profile.role.as_str()} "."</p>
                                <div>
                                    <Button submit=true kind=ButtonKind::Primary busy=action.pending() busy_words="Saving…">
                                        "Save"
                                    </Button>
                                </div>
                            </ActionForm>
                        }
                    })}
            </Panel>
            <Keys />
        </Page>
    }
}

/// Whether a key alone does something, in this browser.
#[component]
fn Keys() -> impl IntoView {
    let on = RwSignal::new(true);
    Effect::new(move |known: Option<()>| {
        let chosen = on.get();
        match known {
            Some(()) => switch_shortcuts(chosen),
            None => on.set(shortcuts_on()),
        }
    });
    view! {
        <div class="js-only">
            <Panel id="keys" title="Keyboard">
                <Switch
                    label="Single-key shortcuts"
                    name="single_keys"
                    detail="Keys that do something alone, such as / for search, or M and B in a live call. For this browser. Ctrl K and Escape always work."
                    on
                />
            </Panel>
        </div>
    }
}

/// Says that something was saved: just now, or before the page was loaded.
#[component]
pub(super) fn Saved(saved: Signal<bool>) -> impl IntoView {
    let query = use_query_map();
    let before = move || query.with(|query| query.get("saved").is_some());
    move || (saved.get() || before()).then(|| view! { <Banner tone=Tone::Good>"Saved."</Banner> })
}
