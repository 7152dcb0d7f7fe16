//! Who may do what: the one table. An operation or a server function without a line here fails the sweep.

use model::Role;
use reqwest::StatusCode;
use serde_json::{Value, json};

/// Who may, and what the others are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Nobody need be signed in.
    Anybody,
    /// Members from this role on; those below are told that they may not.
    From(Role),
    /// Everybody with what is their own; a colleague's is not there.
    Own,
    /// From this role on with what is their own; a colleague's is not there, and those below are told that they may not.
    OwnFrom(Role),
    /// A call: its rep's own and everybody's from managers on; any other is not there.
    OfCall,
}

/// How somebody is told no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum No {
    /// 403
    MayNot,
    /// 404
    NotThere,
}

impl No {
    pub const fn status(self) -> StatusCode {
        match self {
            Self::MayNot => StatusCode::FORBIDDEN,
            Self::NotThere => StatusCode::NOT_FOUND,
        }
    }
}

impl Rule {
    /// Whether somebody of this role is refused, with what is their own or a colleague's.
    pub fn refuses(self, role: Role, own: bool) -> Option<No> {
        match self {
            Self::Anybody => None,
            Self::From(least) => (role < least).then_some(No::MayNot),
            Self::Own => (!own).then_some(No::NotThere),
            Self::OwnFrom(least) if role < least => Some(No::MayNot),
            Self::OwnFrom(_) => (!own).then_some(No::NotThere),
            Self::OfCall => (role < if own { Role::Rep } else { Role::Manager }).then_some(No::NotThere),
        }
    }
}

/// Everybody who is signed in.
const MEMBERS: Rule = Rule::From(Role::Guest);
const REPS: Rule = Rule::From(Role::Rep);
const MANAGERS: Rule = Rule::From(Role::Manager);
const ADMINS: Rule = Rule::From(Role::Admin);
const OWN_UPLOAD: Rule = Rule::OwnFrom(Role::Admin);

/// The operations of the REST interface. Of calls' stream see the sockets.
const OPERATIONS: &[(&str, Rule)] = &[
    ("POST /auth/confirm", Rule::Anybody),
    ("POST /auth/login", Rule::Anybody),
    ("POST /auth/logout", Rule::Anybody),
    ("GET /auth/me", MEMBERS),
    ("POST /auth/refresh", Rule::Anybody),
    ("POST /auth/register", Rule::Anybody),
    ("GET /calls", REPS),
    ("POST /calls", REPS),
    ("DELETE /calls/{id}", Rule::OfCall),
    ("GET /calls/{id}", Rule::OfCall),
    ("PATCH /calls/{id}", Rule::OfCall),
    ("GET /calls/{id}/cues", Rule::OfCall),
    ("PATCH /calls/{id}/cues/{number}", Rule::OfCall),
    ("POST /calls/{id}/end", Rule::OfCall),
    ("GET /calls/{id}/export", Rule::OfCall),
    ("GET /calls/{id}/recording", Rule::OfCall),
    ("GET /calls/{id}/waveform", Rule::OfCall),
    ("POST /calls/{id}/restore", Rule::OfCall),
    ("GET /calls/{id}/review", Rule::OfCall),
    ("GET /calls/{id}/stream", Rule::OfCall),
    ("GET /calls/{id}/transcript", Rule::OfCall),
    ("PATCH /calls/{id}/transcript/{number}", Rule::OfCall),
    ("GET /events", MEMBERS),
    ("GET /events/catalogue", MEMBERS),
    ("POST /knowledge/ask", REPS),
    ("GET /knowledge/collections", REPS),
    ("POST /knowledge/collections", ADMINS),
    ("DELETE /knowledge/collections/{id}", ADMINS),
    ("PATCH /knowledge/collections/{id}", ADMINS),
    ("GET /knowledge/documents", REPS),
    ("POST /knowledge/documents", ADMINS),
    ("DELETE /knowledge/documents/{id}", ADMINS),
    ("GET /knowledge/documents/{id}", REPS),
    ("PATCH /knowledge/documents/{id}", ADMINS),
    ("POST /knowledge/documents/{id}/accept", ADMINS),
    ("GET /knowledge/documents/{id}/file", REPS),
    ("GET /knowledge/documents/{id}/passages", REPS),
    ("POST /knowledge/documents/{id}/password", ADMINS),
    ("POST /knowledge/documents/{id}/restore", ADMINS),
    ("POST /knowledge/documents/{id}/retry", ADMINS),
    ("GET /knowledge/documents/{id}/uses", REPS),
    ("POST /knowledge/documents/{id}/versions", ADMINS),
    ("GET /knowledge/overview", REPS),
    ("POST /knowledge/search", REPS),
    ("POST /knowledge/uploads", ADMINS),
    ("DELETE /knowledge/uploads/{id}", OWN_UPLOAD),
    ("GET /knowledge/uploads/{id}", OWN_UPLOAD),
    ("PATCH /knowledge/uploads/{id}", OWN_UPLOAD),
    ("POST /knowledge/uploads/{id}/finish", OWN_UPLOAD),
    ("GET /knowledge/websites", REPS),
    ("POST /knowledge/websites", ADMINS),
    ("DELETE /knowledge/websites/{id}", ADMINS),
    ("POST /knowledge/websites/{id}/visit", ADMINS),
    ("GET /operations", ADMINS),
    ("GET /operations/flags", ADMINS),
    ("DELETE /operations/flags/{key}", ADMINS),
    ("PUT /operations/flags/{key}", ADMINS),
    ("GET /operations/jobs", ADMINS),
    ("POST /operations/jobs/retry", ADMINS),
    ("DELETE /operations/jobs/{id}", ADMINS),
    ("POST /operations/jobs/{id}/retry", ADMINS),
    ("GET /organization", MEMBERS),
    ("PATCH /organization", ADMINS),
    ("GET /playbooks", MEMBERS),
    ("POST /playbooks", MANAGERS),
    ("GET /playbooks/current", MEMBERS),
    ("GET /playbooks/{version}", MEMBERS),
    ("GET /tokens", MEMBERS),
    ("POST /tokens", MEMBERS),
    ("DELETE /tokens/{id}", Rule::Own),
];

/// The rule of an operation, such as `GET /calls`.
pub fn of_operation(name: &str) -> Rule {
    let short = name.replace("/api/v1", "");
    let found = OPERATIONS.iter().find(|(known, _)| *known == short);
    found.unwrap_or_else(|| panic!("{name} is new: say in sweep/expected.rs who may do it")).1
}

/// How many operations the table has.
pub const fn operations() -> usize {
    OPERATIONS.len()
}

/// A server function: who may call it, the kind of thing that its `id` is of, and its other arguments.
pub struct Function {
    pub rule: Rule,
    pub kind: Option<&'static str>,
    pub arguments: Value,
}

/// What a server function below `/api/` takes; none of the live call's, which is a socket.
pub fn of_function(name: &str) -> Option<Function> {
    let call = Some("CallId");
    let (document, upload) = (Some("DocumentId"), Some("UploadId"));
    let (rule, kind, arguments) = match name {
        "calls/live" => return None,
        "theme" => (Rule::Anybody, None, json!({ "theme": "dark" })),
        "session" => (Rule::Anybody, None, json!({})),
        "identity/sign_in" => (Rule::Anybody, None, json!({ "email": "nobody@example.com", "password": "not a password" })),
        "identity/sign_up" => {
            (Rule::Anybody, None, json!({ "name": "", "email": "nobody", "organization": "", "password": "x", "next": null }))
        }
        "identity/confirm_sign_up" => (Rule::Anybody, None, json!({ "token": "none" })),
        "identity/sign_out" => (Rule::Anybody, None, json!({})),
        "identity/forgot_password" => (Rule::Anybody, None, json!({ "email": "nobody@example.com" })),
        "identity/reset_password" => (Rule::Anybody, None, json!({ "token": "none", "password": "not guessed by anybody" })),
        "home" => (MEMBERS, None, json!({})),
        "calls/list" => (REPS, None, json!({ "filter": {}, "mine": false, "cursor": null })),
        "calls/prepare" | "calls/sample" => (REPS, None, json!({})),
        "calls/create" => (REPS, None, json!({ "new": crate::operations::call("A call") })),
        "calls/get" | "calls/delete" | "calls/restore" | "calls/end" | "calls/swap-channels" => (Rule::OfCall, call, json!({})),
        "calls/patch" => (Rule::OfCall, call, json!({ "patch": { "notes": "Changed" } })),
        "calls/review" => (Rule::OfCall, call, json!({ "line": null, "from": null, "until": null })),
        "calls/waveform" => (Rule::OfCall, call, json!({})),
        "calls/lines" => (Rule::OfCall, call, json!({ "from": 0, "until": 10 })),
        "calls/correct" => (Rule::OfCall, call, json!({ "segment": 1, "text": "changed" })),
        "calls/action-done" => (Rule::OfCall, call, json!({ "item": 0, "done": true })),
        "calls/cue-state" => (Rule::OfCall, call, json!({ "cue": 1, "state": "kept" })),
        "calls/recognize" => (Rule::OfCall, call, json!({ "with": "none" })),
        "knowledge/overview" => (REPS, None, json!({})),
        "knowledge/documents" => (REPS, None, json!({ "filter": {}, "cursor": null })),
        "knowledge/ask" => (REPS, None, json!({ "question": { "text": "What does it cost?" } })),
        "knowledge/document" => (REPS, document, json!({})),
        "knowledge/passages" => (REPS, document, json!({ "after": 0 })),
        "knowledge/uses" => (REPS, document, json!({ "cursor": null })),
        "knowledge/sample" => (ADMINS, None, json!({})),
        "knowledge/text" => (ADMINS, None, json!({ "collection": "", "title": "A text", "text": "Some words of it.", "tags": "" })),
        "knowledge/edit" => {
            (ADMINS, document, json!({ "title": "Changed", "tags": "", "collection": "00000000-0000-7000-8000-000000000000" }))
        }
        "knowledge/bind" => (ADMINS, document, json!({ "topics": [], "competitors": "" })),
        "knowledge/unlock" => (ADMINS, document, json!({ "password": "open sesame" })),
        "knowledge/delete" | "knowledge/restore" | "knowledge/retry" | "knowledge/accept" => (ADMINS, document, json!({})),
        "knowledge/create-collection" => (ADMINS, None, json!({ "name": "Another one", "access": "everybody" })),
        "knowledge/edit-collection" => (ADMINS, Some("CollectionId"), json!({ "name": "Changed", "access": "everybody" })),
        "knowledge/delete-collection" => (ADMINS, Some("CollectionId"), json!({})),
        "knowledge/begin-upload" => (ADMINS, None, json!({ "new": { "file_name": "a.txt", "bytes": 1 } })),
        "knowledge/upload" | "knowledge/cancel-upload" => (OWN_UPLOAD, upload, json!({})),
        "knowledge/put-piece" => (OWN_UPLOAD, upload, json!({ "offset": 0, "piece": [120] })),
        "knowledge/finish-upload" => (OWN_UPLOAD, upload, json!({ "tags": [] })),
        "knowledge/add-website" => {
            let start = "https://example.com/";
            (ADMINS, None, json!({ "collection": "", "start": start, "within": "", "max_pages": 1, "every_hours": 0 }))
        }
        "knowledge/visit-website" | "knowledge/delete-website" => (ADMINS, Some("WebsiteId"), json!({})),
        "settings/update_profile" => (MEMBERS, None, json!({ "name": "Changed" })),
        "settings/update_organization" => (ADMINS, None, json!({ "organization": "Changed", "keep_audio": true })),
        "settings/change_password" => (MEMBERS, None, json!({ "current": "not that one", "password": "not guessed by anybody" })),
        "settings/sessions" | "settings/program_sign_ins" | "settings/tokens" | "settings/end_other_sessions" => (MEMBERS, None, json!({})),
        "settings/end_session" => (Rule::Own, Some("SessionId"), json!({})),
        "settings/end_program_sign_in" => (Rule::Own, Some("SignInId"), json!({})),
        "settings/create_token" => (MEMBERS, None, json!({ "new": { "name": "Dialer" } })),
        "settings/delete_token" => (Rule::Own, Some("ApiTokenId"), json!({})),
        "settings/operations" => (ADMINS, None, json!({ "cursor": null })),
        "settings/retry_jobs" => (ADMINS, None, json!({ "kind": "test.fails" })),
        "settings/retry_job" | "settings/discard_job" => (ADMINS, Some("JobId"), json!({})),
        "settings/set_flag" => (ADMINS, None, json!({ "key": "calls.live_passages", "state": "on", "share": "" })),
        new => panic!("the server function {new} is new: say in sweep/expected.rs who may call it, and with what"),
    };
    Some(Function { rule, kind, arguments })
}

/// What is done last: it ends the sign-ins that the others are done with.
pub fn ends_sign_ins(function: &str) -> bool {
    matches!(function, "settings/end_other_sessions" | "identity/sign_out")
}

/// What isn't there for anybody, since nothing makes it so here, and why: who may is told so too.
pub fn is_never_there(name: &str) -> bool {
    matches!(
        name,
        // Its arguments name a collection that nobody has.
        "knowledge/edit"
            // A word that is on no way in.
            | "POST /auth/confirm" | "identity/confirm_sign_up" | "identity/reset_password"
    )
}

/// From which role on an event is heard that is a colleague's, or nobody's.
pub fn hears(event: &str) -> Role {
    match event {
        "organization.updated" | "person.updated" | "playbook.updated" => Role::Guest,
        "call.created"
        | "call.started"
        | "call.ended"
        | "call.updated"
        | "call.deleted"
        | "call.restored"
        | "call.transcript_updated"
        | "call.feedback"
        | "insights.ready" => Role::Manager,
        // Documents of a collection for everybody are open to readers besides.
        "document.created"
        | "document.updated"
        | "document.progressed"
        | "document.deleted"
        | "document.restored"
        | "collection.changed"
        | "access.changed"
        | "flag.changed"
        | "job.dead"
        | "job.retried"
        | "job.kind_retried"
        | "job.discarded"
        | "website.changed" => Role::Admin,
        new => panic!("the event {new} is new: say in sweep/expected.rs who hears it"),
    }
}
