use leptos::prelude::*;
use model::ProgramSignIn;

use super::api::SessionRow;
use super::profile::Saved;
use super::{Page, Panel, api};
use crate::components::{Badge, Button, ButtonKind, Checkbox, ErrorState, FormError, SkeletonLines, TextField, Time, Tone, field_error};
use crate::error::AppError;
use crate::pages::identity::FormState;
use crate::rpc::{ActionForm, FormAction, resource};
use crate::session::use_session;
use crate::styles::settings as css;

/// `/settings/security`
#[component]
pub fn SecuritySettings() -> impl IntoView {
    let change = FormAction::<api::ChangePassword>::new();
    view! {
        <Page title="Settings" text="Your password, and where you are signed in.">
            <Password action=change />
            <Sessions change />
        </Page>
    }
}

#[component]
fn Password(action: FormAction<api::ChangePassword>) -> impl IntoView {
    let form = FormState::of(action);
    let problem = form.problem();
    let email = untrack(|| use_session().profile()).map(|profile| profile.person.email);
    view! {
        <Panel id="password" title="Password">
            <Saved saved=Signal::derive(move || matches!(action.value().get(), Some(Ok(_)))) />
            <ActionForm action attr:class="stack">
                <FormError problem fields=&["current", "password"] />
                // Tells password managers whose password it is.
                <input type="text" autocomplete="username" value=email readonly hidden aria-label="Email" />
                <TextField
                    label="Current password"
                    name="current"
                    kind="password"
                    autocomplete="current-password"
                    required=true
                    error=field_error(problem, "current")
                />
                <TextField
                    label="New password"
                    name="password"
                    kind="password"
                    autocomplete="new-password"
                    hint="At least 10 characters. All your other sessions and programs that signed in with it end."
                    required=true
                    error=field_error(problem, "password")
                />
                <Checkbox
                    label="End my API tokens too"
                    name="end_tokens"
                    detail="They don't depend on the password and go on otherwise. Tick it if somebody else may know the password."
                />
                <div>
                    <Button submit=true kind=ButtonKind::Primary busy=action.pending() busy_words="Saving…">
                        "Change the password"
                    </Button>
                </div>
            </ActionForm>
        </Panel>
    }
}

#[component]
fn Sessions(
    /// A new password ends the other sessions.
    change: FormAction<api::ChangePassword>,
) -> impl IntoView {
    let end = FormAction::<api::EndSession>::new();
    let end_others = FormAction::<api::EndOtherSessions>::new();
    let form = FormState::of(end);
    let end_program = FormAction::<api::EndProgramSignIn>::new();
    let program_form = FormState::of(end_program);
    let sessions = resource(
        move || (end.version().get(), end_program.version().get(), end_others.version().get(), change.version().get()),
        |_| async { Ok::<_, AppError>((api::sessions().await?, api::program_sign_ins().await?)) },
    );
    view! {
        <Panel id="sessions" title="Sessions">
            <FormError problem=form.problem() />
            <FormError problem=program_form.problem() />
            <Transition fallback=|| view! { <SkeletonLines count=3 label="Loading sessions" /> }>
                {move || Suspend::new(async move {
                    match sessions.await {
                        Ok((rows, programs)) => {
                            let several = rows.len() + programs.len() > 1;
                            let rows = rows.into_iter().map(|row| view! { <SessionItem row end /> }).collect_view();
                            let programs = programs.into_iter().map(|program| view! { <ProgramItem program end=end_program /> }).collect_view();
                            view! {
                                <ul class=css::ITEMS>{rows} {programs}</ul>
                                {several
                                    .then(|| {
                                        view! {
                                            <ActionForm action=end_others>
                                                <Button submit=true>"End all others"</Button>
                                            </ActionForm>
                                        }
                                    })}
                            }
                                .into_any()
                        }
                        Err(error) => view! { <ErrorState error /> }.into_any(),
                    }
                })}
            </Transition>
        </Panel>
    }
}

#[component]
fn SessionItem(row: SessionRow, end: FormAction<api::EndSession>) -> impl IntoView {
    let SessionRow { session, current } = row;
    let browser = browser(&session.user_agent);
    view! {
        <li class=css::ITEM>
            <div class=css::WORDS>
                <span title=session.user_agent>{browser}</span>
                <span class="small soft">
                    "From " {session.address} ", since " <Time at=session.created_at with_time=true /> ", last used "
                    <Time at=session.last_seen_at with_time=true />
                </span>
            </div>
            {if current {
                view! { <Badge tone=Tone::Good>"This one"</Badge> }.into_any()
            } else {
                view! {
                    <ActionForm action=end>
                        <input type="hidden" name="id" value=session.id.to_string() />
                        <Button submit=true small=true>
                            "End"
                        </Button>
                    </ActionForm>
                }
                    .into_any()
            }}
        </li>
    }
}

#[component]
fn ProgramItem(program: ProgramSignIn, end: FormAction<api::EndProgramSignIn>) -> impl IntoView {
    let ProgramSignIn { id, user_agent, address, signed_in_at, last_seen_at } = program;
    let name = if user_agent.is_empty() { "A program".to_owned() } else { format!("Program: {}", browser(&user_agent)) };
    let from = if address.is_empty() { "Since ".to_owned() } else { format!("From {address}, since ") };
    view! {
        <li class=css::ITEM>
            <div class=css::WORDS>
                <span title=user_agent>{name}</span>
                <span class="small soft">
                    {from} <Time at=signed_in_at with_time=true /> ", last used " <Time at=last_seen_at with_time=true />
                </span>
            </div>
            <ActionForm action=end>
                <input type="hidden" name="id" value=id.to_string() />
                <Button submit=true small=true>
                    "End"
                </Button>
            </ActionForm>
        </li>
    }
}

/// What people call a browser, out of what it calls itself. The order matters: most claim to be others too.
fn browser(user_agent: &str) -> String {
    let find = |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name);
    let browser = find(&[("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")]);
    let system = find(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) if user_agent.is_empty() => "A browser that doesn't say its name".to_owned(),
        (None, None) => user_agent.chars().take(60).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::browser;

    #[test]
    fn browsers_are_named_as_people_do() {
        for (user_agent, name) in [
            ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36", "Chrome on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36 Edg/156.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 Version/19.0 Mobile Safari/604.1",
                "Safari on iPhone",
            ),
            ("curl/8.5", "curl/8.5"),
            ("", "A browser that doesn't say its name"),
        ] {
            assert_eq!(browser(user_agent), name);
        }
    }
}
