use leptos::prelude::*;
use model::Role;

use super::profile::Saved;
use super::{Page, Panel, api};
use crate::components::{Button, ButtonKind, FormError, Switch, TextField, field_error};
use crate::pages::identity::FormState;
use crate::rpc::{ActionForm, FormAction};
use crate::session::use_session;

/// `/settings/organization`
#[component]
pub fn OrganizationSettings() -> impl IntoView {
    let action = FormAction::<api::UpdateOrganization>::new();
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
        <Page title="Settings" text="What holds for everybody in your organization.">
            <Panel id="organization" title="Organization">
                <Saved saved=Signal::derive(move || matches!(action.value().get(), Some(Ok(_)))) />
                {profile
                    .map(|profile| {
                        let may = profile.role >= Role::Admin;
                        let typed = form.typed("organization");
                        let name = if typed.is_empty() { profile.organization.name } else { typed };
                        view! {
                            <ActionForm action attr:class="stack">
                                <FormError problem=form.problem() fields=&["organization"] />
                                <TextField
                                    label="Name"
                                    name="organization"
                                    autocomplete="organization"
                                    required=true
                                    max_length=120
                                    initial=name
                                    disabled=!may
                                    error=field_error(form.problem(), "organization")
                                />
                                <Switch
                                    label="Keep recordings"
                                    name="keep_audio"
                                    detail="Off: audio is heard and forgotten, and only the words stay. It holds for calls that are made from now on."
                                    initial=profile.organization.keep_audio
                                    disabled=!may
                                />
                                {if may {
                                    view! {
                                        <div>
                                            <Button submit=true kind=ButtonKind::Primary busy=action.pending() busy_words="Saving…">
                                                "Save"
                                            </Button>
                                        </div>
                                    }
                                        .into_any()
                                } else {
                                    view! { <p class="small soft">"Admins and owners can change this."</p> }.into_any()
                                }}
                            </ActionForm>
                        }
                    })}
            </Panel>
        </Page>
    }
}
