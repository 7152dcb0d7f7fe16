#![allow(clippy::unwrap_used, clippy::panic)]

use async_trait::async_trait;
use model::NewCall;
use ports::{RecognizerError, RecognizerStream};

use super::*;

struct Fake {
    id: RecognizerId,
    can: Capabilities,
    unavailable: Option<String>,
}

#[async_trait]
impl Recognizer for Fake {
    fn id(&self) -> RecognizerId {
        self.id.clone()
    }

    fn choice(&self) -> RecognizerChoice {
        let (id, capabilities, unavailable) = (self.id(), self.capabilities(), self.unavailable.clone());
        RecognizerChoice { id, label: "Fake".to_owned(), unavailable, note: String::new(), capabilities }
    }

    fn capabilities(&self) -> Capabilities {
        self.can.clone()
    }

    async fn open(&self, _: OpenStream) -> Result<RecognizerStream, RecognizerError> {
        Err(RecognizerError::Hung)
    }
}

fn fake(id: &'static str, change: impl FnOnce(&mut Fake)) -> Arc<dyn Recognizer> {
    let mut fake = Fake { id: RecognizerId::known(id), can: browser().capabilities, unavailable: None };
    fake.can.leaves_server = false;
    change(&mut fake);
    Arc::new(fake)
}

/// A program, a service, one for recordings only, one for German only, one that is broken, the sample's.
fn registry() -> RecognizerRegistry {
    RecognizerRegistry::new([
        fake("program", |_| {}),
        fake("service", |fake| fake.can.leaves_server = true),
        fake("recordings", |fake| (fake.can.streaming, fake.can.batch) = (false, true)),
        fake("german", |fake| fake.can.languages = Languages::List(vec!["de".to_owned()])),
        fake("broken", |fake| fake.unavailable = Some("It isn't there.".to_owned())),
        fake("recital", |fake| fake.can.scripted = true),
    ])
}

fn ids(choices: &[RecognizerChoice]) -> Vec<&str> {
    choices.iter().map(|choice| choice.id.as_str()).collect()
}

fn call(recognizer: &'static str) -> Call {
    let NewCall { kind, verbosity, language, .. } = NewCall::default();
    let (nil, at) = (uuid::Uuid::nil(), "2026-01-05T09:00:00Z");
    serde_json::from_value(serde_json::json!({
        "id": nil, "organization_id": nil, "member_id": nil, "title": "A call", "contact_name": "", "company": "", "kind": kind,
        "language": language, "time_zone": "", "vocabulary": [], "state": "live", "source": "browser", "recognizer": recognizer,
        "verbosity": verbosity, "consent_who": "", "consent_how": "", "consent_at": null, "keep_audio": true, "participants": [],
        "tracks": [], "notes": "", "started_at": null, "ended_at": null, "duration_ms": 0, "created_at": at, "updated_at": at,
    }))
    .unwrap()
}

fn tried(recognizer: &'static str) -> Vec<String> {
    registry().for_transcriber(&call(recognizer)).iter().map(|recognizer| recognizer.id().to_string()).collect()
}

#[test]
fn each_is_offered_for_what_it_can_do() {
    let registry = registry();
    assert_eq!(ids(&registry.for_calls()), ["program", "service", "german", "broken", "browser", "none"]);
    assert_eq!(ids(&registry.for_recordings()), ["program", "service", "recordings", "german", "broken"]);
    assert_eq!(registry.preferred(), RecognizerId::known("service"));
    assert_eq!(registry.scripted(), RecognizerId::known("recital"));
    assert_eq!(RecognizerRegistry::new([]).preferred(), RecognizerId::BROWSER);
}

#[test]
fn what_fails_gives_way_to_what_runs_on_this_server_and_can_do_it() {
    assert_eq!(tried("service"), ["service", "program"]);
    assert_eq!(tried("program"), ["program"], "sound leaves the server only where somebody chose that");
    assert_eq!(tried("recital"), ["recital"]);
    assert_eq!((tried("none"), tried("browser")), (vec![], vec![]));
}

#[test]
fn one_that_is_gone_is_a_sentence_and_gives_way_too() {
    let ChosenRecognizer::Missing(missing) = registry().get(&"gone".parse().unwrap()) else { panic!("nobody has it") };
    let problem = Problem::from(missing);
    assert_eq!((problem.code, problem.field.as_deref()), (Code::RecognizerUnavailable, Some("recognizer")));
    assert!(problem.message.contains("“gone” isn't set up on this server"), "{}", problem.message);
    assert_eq!(tried("gone"), ["program"]);
}

#[test]
fn no_id_is_given_twice() {
    let registry = RecognizerRegistry::new([
        fake("one", |_| {}),
        fake("one", |fake| fake.can.scripted = true),
        fake("none", |_| {}),
        fake("browser", |_| {}),
    ]);
    assert_eq!(ids(&registry.for_calls()), ["one", "browser", "none"]);
    assert!(matches!(registry.get(&RecognizerId::NONE), ChosenRecognizer::Nobody));
}
