//! Playbooks: what fires a suggestion, and which of its topics documents may speak to. One built-in playbook for everybody so far.

use std::sync::{Arc, OnceLock};

use kernel::Area;
use model::{Channel, CueKind, Topic};

/// What this area hands to the binary.
pub const AREA: Area = Area::new("playbooks");

/// Built once: the triggers of the sales playbook.
pub(crate) fn playbook() -> Arc<live::Playbook> {
    static PLAYBOOK: OnceLock<Arc<live::Playbook>> = OnceLock::new();
    Arc::clone(PLAYBOOK.get_or_init(live::Playbook::built_in))
}

/// Whether documents may have something to say to cues of this kind.
pub(crate) fn is_answered(kind: CueKind) -> bool {
    matches!(kind, CueKind::Question | CueKind::Objection | CueKind::Competitor | CueKind::BuyingSignal | CueKind::Risk)
}

/// The topics whose cues may have a passage.
pub(crate) fn topics() -> Vec<Topic> {
    let playbook = playbook();
    let entries = playbook.entries().iter().filter(|entry| is_answered(entry.kind) && entry.speaker.is(Channel::Customer));
    entries.map(|entry| Topic { id: entry.id.clone(), title: entry.title.clone() }).collect()
}
