use leptos::prelude::*;
use model::{ApiToken, TokenScope};

use super::api::MadeToken;
use super::{Page, Panel, api};
use crate::components::{
    Banner, Button, ButtonKind, Choice, Confirm, EmptyState, ErrorState, FormError, Glyph, Select, SkeletonLines, TextField, Time, Tone,
    copy_from, field_error, focus_first,
};
use crate::pages::identity::FormState;
use crate::rpc::{ActionForm, FormAction, resource};
use crate::styles::settings as css;

/// `/settings/tokens`
#[component]
pub fn TokenSettings() -> impl IntoView {
    let create = FormAction::<api::CreateToken>::new();
    let delete = FormAction::<api::DeleteToken>::new();
    let form = FormState::of(create);
    let deleting = FormState::of(delete);
    let before = form.answer::<MadeToken>();
    let made = move || match create.value().get() {
        Some(Ok(made)) => Some(made),
        Some(Err(_)) => None,
        None => before.clone(),
    };
    let name = RwSignal::new(form.typed("new[name]"));
    let chosen = |typed: String, usual: &str| if typed.is_empty() { usual.to_owned() } else { typed };
    let (scope, days) = (chosen(form.typed("new[scope]"), TokenScope::Read.as_str()), chosen(form.typed("new[days]"), "90"));
    Effect::new(move |_| {
        if matches!(create.value().get(), Some(Ok(_))) {
            name.set(String::new());
        }
    });
    let tokens = resource(move || (create.version().get(), delete.version().get()), |_| api::tokens());
    view! {
        <Page title="Settings" text="For programs that use the API with your rights.">
            <Panel id="new-token" title="New token">
                {move || made().map(|made| view! { <Made made /> })}
                <ActionForm action=create attr:class="stack">
                    <FormError problem=form.problem() fields=&["name", "scope", "days"] />
                    <TextField
                        label="What it is for"
                        name="new[name]"
                        hint="For example “Dialer” or “Nightly export”."
                        required=true
                        max_length=120
                        value=name
                        error=field_error(form.problem(), "name")
                    />
                    <Select
                        label="What it may do"
                        name="new[scope]"
                        initial=scope
                        choices=vec![
                            Choice::new(TokenScope::Read.as_str(), "Only read: see what you see, search, ask, watch calls"),
                            Choice::new(TokenScope::All.as_str(), "Everything that you may do"),
                        ]
                    />
                    <Select
                        label="How long it works"
                        name="new[days]"
                        initial=days
                        choices=[("7", "A week"), ("30", "30 days"), ("90", "90 days"), ("365", "A year")]
                            .map(|(days, label)| Choice::new(days, label))
                            .to_vec()
                        error=field_error(form.problem(), "days")
                    />
                    <div>
                        <Button submit=true kind=ButtonKind::Primary busy=create.pending() busy_words="Making…">
                            "Make a token"
                        </Button>
                    </div>
                </ActionForm>
                <p class="small soft">
                    "A token works until its day comes or you delete it. Changing your password leaves it as it is, unless you tick so there; setting a forgotten one anew ends all tokens."
                </p>
                <p class="small soft">"What the API can do: " <a class=css::LINK href="/api/docs" rel="external">"API documentation"</a></p>
            </Panel>
            <Panel id="tokens" title="Tokens">
                <FormError problem=deleting.problem() />
                <Transition fallback=|| view! { <SkeletonLines count=2 /> }>
                    {move || Suspend::new(async move {
                        match tokens.await {
                            Ok(tokens) if tokens.is_empty() => {
                                view! { <EmptyState glyph=Glyph::Settings title="No tokens yet" text="Make one to use the API." /> }
                                    .into_any()
                            }
                            Ok(tokens) => {
                                let rows = tokens.into_iter().map(|token| view! { <TokenItem token delete /> }).collect_view();
                                view! { <ul class=css::ITEMS>{rows}</ul> }.into_any()
                            }
                            Err(error) => view! { <ErrorState error /> }.into_any(),
                        }
                    })}
                </Transition>
            </Panel>
        </Page>
    }
}

/// The field that holds a new token.
const VALUE: &str = "made-token";

#[component]
fn Made(made: MadeToken) -> impl IntoView {
    let copied = RwSignal::new(None);
    // It is what was asked for, and it stands above the button that asked.
    Effect::new(|_| request_animation_frame(|| focus_first(&[VALUE])));
    view! {
        <Banner tone=Tone::Good title="Your token">
            <p>"Copy it now: it is not shown again."</p>
            <div class=css::MADE>
                <input class=css::SECRET id=VALUE type="text" readonly value=made.secret aria-label="Your token" />
                <span class="js-only">
                    <Button icon=Glyph::Copy on:click=move |_| copied.set(Some(copy_from(VALUE)))>"Copy"</Button>
                </span>
            </div>
            <p role="status">
                {move || copied.get().map(|done| if done { "Copied." } else { "This browser doesn't let pages copy. Press Ctrl C." })}
            </p>
        </Banner>
    }
}

#[component]
fn TokenItem(token: ApiToken, delete: FormAction<api::DeleteToken>) -> impl IntoView {
    let used = match token.last_used_at {
        Some(at) => view! { ", last used " <Time at with_time=true /> }.into_any(),
        None => view! { ", never used" }.into_any(),
    };
    let may = match token.scope {
        TokenScope::Read => ", only reads",
        TokenScope::All => "",
    };
    let ends = token.expires_at.map(|at| view! { ", ends " <Time at /> });
    let name = format!("“{}”", token.name);
    view! {
        <li class=css::ITEM>
            <div class=css::WORDS>
                <span>{token.name}</span>
                <span class="small soft">
                    <span class="mono">{token.prefix} "…"</span>
                    ", made "
                    <Time at=token.created_at with_time=true />
                    {used}
                    {ends}
                    {may}
                </span>
            </div>
            <Confirm label="Delete" of=name warning="What uses it can't sign in any more. This can't be undone.">
                <ActionForm action=delete>
                    <input type="hidden" name="id" value=token.id.to_string() />
                    <Button submit=true small=true kind=ButtonKind::Danger icon=Glyph::Trash>
                        "Delete for good"
                    </Button>
                </ActionForm>
            </Confirm>
        </li>
    }
}
