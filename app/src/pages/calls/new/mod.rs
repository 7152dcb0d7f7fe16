//! Before a call: who, what for, consent, recognizer, microphone and tab. Two clicks when nothing changed since last time.

mod devices;

use leptos::html::Details;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;
use model::{Call, CallKind, Code, ConsentMethod, Preparation, Problem, RecognizerChoice, RecognizerId, Verbosity};

use self::devices::Devices;
use super::live::source::{self, Wanted};
use super::{api, words};
use crate::components::{
    Banner, Button, ButtonKind, ButtonLink, Choice, ErrorState, FormError, Glyph, PageHeader, RadioGroup, Select, Skeleton, SkeletonLines,
    TextArea, TextField, Tone, field_error, own_time_zone,
};
use crate::error::AppError;
use crate::pages::identity::FormState;
use crate::rpc::{Body, FormAction, blocking_resource, filled_in, submit};
use crate::styles::calls_new as css;

/// Languages that the list offers; the API takes any tag.
const LANGUAGES: [(&str, &str); 12] = [
    ("en-US", "English (United States)"),
    ("en-GB", "English (United Kingdom)"),
    ("de-DE", "German"),
    ("fr-FR", "French"),
    ("es-ES", "Spanish"),
    ("it-IT", "Italian"),
    ("pt-BR", "Portuguese (Brazil)"),
    ("nl-NL", "Dutch"),
    ("sv-SE", "Swedish"),
    ("pl-PL", "Polish"),
    ("ja-JP", "Japanese"),
    ("hi-IN", "Hindi"),
];

/// The fields that show their own problem.
const FIELDS: &[&str] =
    &["title", "contact_name", "company", "language", "time_zone", "vocabulary", "consent_who", "consent_how", "recognizer"];

/// Those of them that are folded away at first.
const FOLDED: &[&str] = &["title", "language", "time_zone", "vocabulary", "recognizer"];

/// The preparation page.
#[component]
pub fn NewCallPage() -> impl IntoView {
    let preparation = blocking_resource(|| (), |()| api::prepare_call());
    // Outside of what waits for the preparation, so that a form sent without JavaScript finds its answer.
    let form = FormState::of(FormAction::<api::CreateCall>::new());
    view! {
        <div class="page">
            <PageHeader title="Start a call" text="What you choose is remembered for next time.">
                <super::sample::SampleButton />
            </PageHeader>
            <Suspense fallback=|| view! { <SkeletonLines shape=Skeleton::Control count=6 label="Loading the preparation" /> }>
                {move || Suspend::new(async move {
                    match preparation.await {
                        Ok(preparation) => view! { <Prepare preparation form /> }.into_any(),
                        Err(error) => view! { <ErrorState error retry=Callback::new(move |()| preparation.refetch()) /> }.into_any(),
                    }
                })}
            </Suspense>
        </div>
    }
}

#[component]
fn Prepare(preparation: Preparation, form: FormState) -> impl IntoView {
    let Preparation { defaults, recognizers, keep_audio, unfinished } = preparation;
    let typed = |name: &str, before: &str| {
        let typed = form.typed(&format!("new[{name}]"));
        if typed.is_empty() { before.to_owned() } else { typed }
    };
    let failed = RwSignal::new(None::<Problem>);
    let from_form = form.problem();
    let problem = Signal::derive(move || failed.get().or_else(|| from_form.get()));
    let starting = RwSignal::new(false);
    let consent_how = RwSignal::new(defaults.consent_how.map(|how| how.to_string()).unwrap_or_default());
    let who = if defaults.consent_who.is_empty() { "Everyone on the call" } else { &defaults.consent_who };
    let consent_who = RwSignal::new(typed("consent_who", who));
    let wanted = RwSignal::new(Wanted::default());
    let recognizer = RwSignal::new(defaults.recognizer.to_string());
    let time_zone = RwSignal::new(typed("time_zone", &defaults.time_zone));
    // A call is made where its browser is, wherever the one before was.
    Effect::new(move |_| {
        let own = own_time_zone();
        if !own.is_empty() && from_form.with_untracked(Option::is_none) {
            time_zone.set(own);
        }
    });
    let navigate = StoredValue::new(use_navigate());
    // What is wrong in what is folded away is shown.
    let more = NodeRef::<Details>::new();
    Effect::new(move |_| {
        let folded = problem
            .with(|problem| problem.as_ref().is_some_and(|problem| FOLDED.iter().any(|field| problem.field.as_deref() == Some(*field))));
        if let (true, Some(more)) = (folded, more.get()) {
            more.set_open(true);
        }
    });

    let on_submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if starting.get_untracked() {
            return;
        }
        let Some(form) = filled_in(&event) else {
            failed.set(Some(Problem::new(Code::Invalid, "The form could not be read. Reload the page, then try again.")));
            return;
        };
        if let Err(missing) = consent(&consent_how.read_untracked(), &consent_who.read_untracked()) {
            failed.set(Some(missing));
            return;
        }
        failed.set(None);
        starting.set(true);
        // Sharing a tab needs the click itself: it is asked for before anything is awaited.
        let asked = source::ask(wanted.get_untracked());
        spawn_local(async move {
            match begin(form, asked).await {
                Ok(call) => navigate.with_value(|navigate| navigate(&super::live_path(call.id), leptos_router::NavigateOptions::default())),
                Err(problem) => failed.set(Some(problem)),
            }
            starting.set(false);
        });
    };
    let kinds: Vec<Choice> = CallKind::ALL.iter().map(|kind| Choice::new(kind.as_str(), kind.label())).collect();
    let methods: Vec<Choice> = ConsentMethod::ALL.iter().map(|how| Choice::new(how.as_str(), how.label())).collect();
    let amounts: Vec<Choice> = Verbosity::ALL.iter().map(amount).collect();
    view! {
        <Unfinished calls=unfinished />
        <noscript>
            <Banner tone=Tone::Warn title="A live call needs JavaScript">"Switch it on for this site, then reload the page."</Banner>
        </noscript>
        // What a component draws is stronger than a class of all pages: so around it.
        <div class="js-only">
            <form class=css::FORM method="post" action=api::CreateCall::url() on:submit=on_submit>
                <FormError problem fields=FIELDS />
                <fieldset class=css::GROUP>
                    <legend class=css::LEGEND>"Who"</legend>
                    <div class=css::PAIR>
                        <TextField label="Contact" name="new[contact_name]" optional=true initial=typed("contact_name", &defaults.contact_name) max_length=120 error=field_error(problem, "contact_name") />
                        <TextField label="Company" name="new[company]" optional=true initial=typed("company", &defaults.company) max_length=120 error=field_error(problem, "company") />
                    </div>
                    <p class="soft">
                        {if keep_audio {
                            "This call is recorded. Nothing is taken before you say how they were told."
                        } else {
                            "This call is transcribed, and no audio is kept. Nothing is taken before you say how they were told."
                        }}
                    </p>
                    <RadioGroup
                        label="How were they told?"
                        name="new[consent_how]"
                        value=consent_how
                        choices=methods
                        error=field_error(problem, "consent_how")
                    />
                    <TextField label="Who was told?" name="new[consent_who]" value=consent_who max_length=200 error=field_error(problem, "consent_who") />
                </fieldset>
                <Devices wanted />
                <details class=css::MORE node_ref=more>
                    <summary>"More"</summary>
                    <div class=css::GROUP>
                        <TextField
                            label="Title"
                            name="new[title]"
                            optional=true
                            hint="Left empty, it is made of the contact, the company and the kind."
                            initial=typed("title", &defaults.title)
                            max_length=200
                            error=field_error(problem, "title")
                        />
                        <div class=css::PAIR>
                            <Select label="Kind" name="new[kind]" initial=defaults.kind.to_string() choices=kinds />
                            <Select label="Language" name="new[language]" hint="Suggestions are made in English only. Transcript, numbers and notes work in any language." initial=defaults.language.clone() choices=languages(&defaults.language) error=field_error(problem, "language") />
                        </div>
                        <TextField
                            label="Time zone"
                            name="new[time_zone]"
                            optional=true
                            hint="What “tomorrow” and “by Friday” mean in this call."
                            value=time_zone
                            placeholder="Europe/Berlin"
                            max_length=50
                            error=field_error(problem, "time_zone")
                        />
                        <Recognizers recognizers chosen=recognizer error=field_error(problem, "recognizer") />
                        <TextArea
                            label="Names and words to expect"
                            name="new[vocabulary]"
                            optional=true
                            hint="Separated by commas: product names, people, abbreviations."
                            initial=typed("vocabulary", &defaults.vocabulary)
                            rows=2
                            error=field_error(problem, "vocabulary")
                        />
                        <RadioGroup label="How many suggestions?" name="new[verbosity]" initial=defaults.verbosity.to_string() choices=amounts />
                    </div>
                </details>
                <div class=css::START>
                    <Button kind=ButtonKind::Primary submit=true icon=Glyph::Play busy=starting busy_words="Starting…">"Start the call"</Button>
                    <p class="soft small">"Your browser asks for the microphone and which tab to share."</p>
                </div>
            </form>
        </div>
    }
}

/// Waits for what was asked of the browser, then sets the call up. Where it fails, what was already given is kept for the
/// next click.
async fn begin(form: Body, asked: source::Asked) -> Result<Call, Problem> {
    let given = asked.answer().await?;
    let call = submit::<api::CreateCall>(form).await.map_err(|AppError(problem)| problem)?;
    given.hand_over(call.id);
    Ok(call)
}

/// Consent is complete, or the problem of the field that is missing.
fn consent(how: &str, who: &str) -> Result<(), Problem> {
    if how.is_empty() {
        return Err(Problem::of_field("consent_how", "Choose how they were told. Without it nothing is recorded."));
    }
    model::validation::CONSENT_WHO.parse(who).map(|_| ())
}

/// Calls that are still running: going on comes first.
#[component]
fn Unfinished(calls: Vec<Call>) -> impl IntoView {
    calls
        .into_iter()
        .map(|call| {
            let href = super::live_path(call.id);
            view! {
                <Banner tone=Tone::Info title="A call is still running" actions=move || view! { <ButtonLink href=href.clone() small=true>"Go on"</ButtonLink> }>
                    {call.title.clone()}
                </Banner>
            }
        })
        .collect_view()
}

/// Which recognizer; the browser's own is decided in the page, because only the page knows its browser.
#[component]
fn Recognizers(recognizers: Vec<RecognizerChoice>, chosen: RwSignal<String>, error: Signal<Option<String>>) -> impl IntoView {
    let browser_can = RwSignal::new(None::<bool>);
    Effect::new(move |_| browser_can.set(Some(source::can_recognize())));
    let choices = Signal::derive(move || recognizers.iter().map(|choice| offered(choice, browser_can.get())).collect::<Vec<_>>());
    // Last time's recognizer may be gone today: then the first that works is chosen.
    Effect::new(move |_| {
        let choices = choices.get();
        let works = |value: &str| choices.iter().any(|choice| choice.value == value && !choice.disabled);
        if browser_can.get().is_some()
            && !works(&chosen.get_untracked())
            && let Some(first) = choices.iter().find(|choice| !choice.disabled)
        {
            chosen.set(first.value.clone());
        }
    });
    view! { <RadioGroup label="What makes the transcript?" name="new[recognizer]" value=chosen choices error /> }
}

fn offered(choice: &RecognizerChoice, browser_can: Option<bool>) -> Choice {
    let label = if choice.label.is_empty() { choice.id.name() } else { choice.label.clone() };
    let offered = Choice::new(choice.id.as_str(), label);
    let why_not = match (choice.id == RecognizerId::BROWSER, browser_can) {
        (true, Some(false)) => Some("This browser has no speech recognition of its own.".to_owned()),
        (true, _) => None,
        (false, _) => choice.unavailable.clone(),
    };
    let note = if choice.note.is_empty() { words::recognizer_note(&choice.id) } else { &choice.note };
    match why_not {
        Some(why) => offered.unavailable(why),
        None if note.is_empty() => offered,
        None => offered.with_detail(note),
    }
}

fn amount(verbosity: &Verbosity) -> Choice {
    let (label, detail) = words::verbosity(*verbosity);
    Choice::new(verbosity.as_str(), label).with_detail(detail)
}

fn languages(remembered: &str) -> Vec<Choice> {
    let known = LANGUAGES.iter().any(|(tag, _)| *tag == remembered);
    let extra = (!known && !remembered.is_empty()).then(|| Choice::new(remembered, remembered));
    LANGUAGES.iter().map(|(tag, name)| Choice::new(*tag, *name)).chain(extra).collect()
}

#[cfg(test)]
mod tests {
    use model::{Capabilities, Languages};

    use super::*;

    #[test]
    fn no_call_starts_without_consent() {
        assert_eq!(consent("spoken", "Dana"), Ok(()));
        let field = |how, who| consent(how, who).map_err(|problem| problem.field);
        assert_eq!(field("", "Dana"), Err(Some("consent_how".into())));
        assert_eq!(field("spoken", " "), Err(Some("consent_who".into())));
    }

    #[test]
    fn a_remembered_language_stays_even_if_the_list_lacks_it() {
        assert_eq!(languages("fi").last().map(|choice| choice.value.clone()), Some("fi".into()));
        assert_eq!(languages("de-DE").len(), LANGUAGES.len());
    }

    #[test]
    fn only_the_page_knows_whether_its_browser_recognizes() {
        let choice = RecognizerChoice {
            id: RecognizerId::BROWSER,
            label: String::new(),
            unavailable: Some("Decided in the page.".into()),
            note: String::new(),
            capabilities: Capabilities { languages: Languages::Told, streaming: true, leaves_server: true, ..Capabilities::NONE },
        };
        assert!(!offered(&choice, None).disabled && !offered(&choice, Some(true)).disabled);
        assert!(offered(&choice, Some(false)).disabled);
        let gone = RecognizerChoice { id: RecognizerId::known("command"), unavailable: Some("Not set up.".into()), ..choice };
        assert_eq!(offered(&gone, Some(true)).detail.as_deref(), Some("Not set up."));
    }
}
