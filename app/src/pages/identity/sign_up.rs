//! Signing up: at once, or with a link that comes by mail.

use leptos::either::Either;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::api::{self, SignedUp};
use super::form::FormState;
use super::sign_in::{Next, Page};
use crate::components::{Banner, Button, ButtonKind, FormError, TextField, TextLink, Tone, field_error};
use crate::rpc::{ActionForm, FormAction};

/// `/sign-up`
#[component]
pub fn SignUp() -> impl IntoView {
    let action = FormAction::<api::SignUp>::new();
    let form = FormState::of(action);
    let mailed = match form.answer() {
        Some(SignedUp::ByMail(email)) => Some(email),
        _ => None,
    };
    view! {
        <Page title="Sign up">
            {match mailed {
                Some(email) => Either::Left(view! { <Mailed email /> }),
                None => Either::Right(view! { <SignUpForm action form /> }),
            }}
        </Page>
    }
}

#[component]
fn Mailed(email: String) -> impl IntoView {
    view! {
        <Banner tone=Tone::Good>
            {format!("Check your mail: we have sent a link to {email}. It works for 24 hours.")}
        </Banner>
        <p class="small soft">"Not your address? " <TextLink href="/sign-up">"Sign up again"</TextLink></p>
    }
}

const FIELDS: [&str; 4] = ["name", "email", "organization", "password"];

#[component]
fn SignUpForm(action: FormAction<api::SignUp>, form: FormState) -> impl IntoView {
    let problem = form.problem();
    // Where the first field is that has to be typed again; with none wrong, where typing begins.
    let wrong = problem.with_untracked(|problem| problem.as_ref().and_then(|problem| problem.field.clone()));
    let begin = FIELDS.into_iter().find(|field| wrong.as_deref() == Some(field)).unwrap_or("name");
    view! {
        <ActionForm action attr:class="stack">
            <FormError problem fields=&FIELDS />
            <Next />
            <TextField
                label="Your name"
                name="name"
                autocomplete="name"
                required=true
                autofocus=begin == "name"
                max_length=120
                initial=form.typed("name")
                error=field_error(problem, "name")
            />
            <TextField
                label="Email"
                name="email"
                kind="email"
                autocomplete="username"
                required=true
                autofocus=begin == "email"
                initial=form.typed("email")
                error=field_error(problem, "email")
            />
            <TextField
                label="Organization"
                name="organization"
                autocomplete="organization"
                hint="Your company or team. You will be its owner."
                required=true
                autofocus=begin == "organization"
                max_length=120
                initial=form.typed("organization")
                error=field_error(problem, "organization")
            />
            <TextField
                label="Password"
                name="password"
                kind="password"
                autocomplete="new-password"
                hint="At least 10 characters. A few words in a row are fine."
                required=true
                autofocus=begin == "password"
                error=field_error(problem, "password")
            />
            <Button submit=true kind=ButtonKind::Primary>
                "Sign up"
            </Button>
        </ActionForm>
        <p class="small soft">"You have an account? " <TextLink href="/sign-in">"Sign in"</TextLink></p>
    }
}

/// `/sign-up/confirm?token=…`: a button, because programs that look through mails open every link.
#[component]
pub fn ConfirmSignUp() -> impl IntoView {
    let action = FormAction::<api::ConfirmSignUp>::new();
    let form = FormState::of(action);
    let query = use_query_map();
    let token = move || query.with(|query| query.get("token").unwrap_or_default());
    view! {
        <Page title="Confirm your email">
            <ActionForm action attr:class="stack">
                <FormError problem=form.problem() />
                <input type="hidden" name="token" value=token />
                <p>"This makes your account and signs you in. Go on only if it was you who signed up."</p>
                <Button submit=true kind=ButtonKind::Primary>
                    "Make my account"
                </Button>
            </ActionForm>
            <p class="small soft">"The link is too old? " <TextLink href="/sign-up">"Sign up again"</TextLink></p>
            <p class="small soft">"You have an account? " <TextLink href="/sign-in">"Sign in"</TextLink></p>
        </Page>
    }
}
