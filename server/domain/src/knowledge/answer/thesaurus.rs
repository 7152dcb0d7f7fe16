//! Words that say nearly the same where companies and their customers talk of contracts, prices and service. English.
//!
//! A question in other words than a document's still finds what answers it; a word of the question itself counts for more.

/// Words of one group stand for one another. A word may be in several.
const GROUPS: &[&str] = &[
    "cost price fee charge rate pay payable",
    "discount rebate reduction off cheaper reduced",
    "cancel cancellation terminate termination quit leave end stop",
    "contract agreement term commitment subscription locked lock bound",
    "minimum least shortest",
    "renew renewal extend extension prolong",
    "notice period cancel cancelled cancellation terminate terminated",
    "store stored storage host hosted hosting located keep kept reside data center centre region",
    "country region location europe eu european union",
    "retain retention keep kept store stored delete deleted deletion erase",
    "support help helpdesk assistance hotline service",
    "reach contact phone call hotline",
    "respond response answer answered reply react reaction",
    "trial pilot try test evaluation evaluate demo",
    "setup install installation onboarding implementation rollout deploy deployment launch live",
    "train training course workshop session",
    "certified certification certificate compliant compliance audit audited attestation standard",
    "uptime availability available outage downtime",
    "credit compensation refund refunded money back penalty",
    "encrypt encrypted encryption tls aes",
    "backup backups copy copies restore recovery",
    "bill billing billed invoice invoiced payment due",
    "seat seats user users license licence licenses people person employees staff",
    "export download extract csv",
    "integrate integration integrations connect connector interface api sync work works",
    "warranty guarantee guaranteed defect defects",
    "ship shipping shipped shipment delivery deliver delivered arrive lead parcel parcels",
    "fast quick quickly soon within time",
    "limit maximum cap quota most included allowance",
    "login sign-in signin sso single sign-on saml authentication",
    "language languages translated localized",
    "mobile phone app ios android smartphone tablet",
    "subprocessor subprocessors vendor vendors third parties",
    "liability liable damages",
    "owner owns own ownership property belong belongs",
    "penetration pentest security test tested",
    "upgrade update updates release version",
    "downgrade reduce smaller fewer",
    "transfer move migrate migration import imported",
    "add-on addon addons module option optional extra additional",
    "free included charge gratis complimentary",
    "monthly month",
    "yearly year annual annually",
    "weekly week",
    "daily day",
    "hourly hour",
    "weekend saturday sunday",
    "borrow lend lent loan",
    "leave left depart departure checkout",
    "arrive arrived arrival checkin",
    "wide width broad",
    "high tall height",
    "deep depth",
    "long length",
    "heavy weigh weighs weight",
    "loud noise noisy",
    "old age aged",
    "teach taught teacher",
    "build built builder",
    "make made maker",
    "lead led leader",
    "drive drove driven driver",
    "write wrote written writer",
    "speak spoke spoken",
    "sell sold seller",
    "buy bought buyer",
    "send sent",
    "bring brought",
    "begin began begun start",
    "give gave given",
    "hold held",
    "lose lost loss",
    "break broke broken",
    "choose chose chosen choice",
    "grow grew grown",
    "meet met meeting",
    "eat ate eaten meal",
    "find found",
    "wifi wlan wireless",
    "competitor rival alternative versus compared comparison",
    "roadmap planned plan coming upcoming future quarter release",
    "size large big",
    "increase raise rise higher grow",
];

/// The words that stand for one, without itself.
pub(super) fn others(word: &str) -> impl Iterator<Item = &'static str> {
    let groups = GROUPS.iter().filter({
        let forms = forms(word);
        move |group| group.split(' ').any(|other| forms.iter().any(|form| form == other))
    });
    groups.flat_map(|group| group.split(' ')).filter({
        let word = word.to_owned();
        move |other| *other != word
    })
}

/// What a question may be put as, for a search that finds by words: its words' others, some of each.
pub(super) fn in_other_words<'a>(words: impl Iterator<Item = &'a str>) -> String {
    const OF_EACH: usize = 6;
    const MOST: usize = 24;
    let mut found: Vec<&str> = words.flat_map(|word| others(word).take(OF_EACH)).collect();
    found.sort_unstable();
    found.dedup();
    found.truncate(MOST);
    found.join(" ")
}

/// A word and what it may be a form of: "centers" of "center", "keeping" of "keep".
fn forms(word: &str) -> Vec<String> {
    let mut forms = vec![word.to_owned()];
    for (ending, other) in [("ies", "y"), ("es", ""), ("s", ""), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e")] {
        forms.extend(word.strip_suffix(ending).filter(|base| base.chars().count() > 2).map(|base| format!("{base}{other}")));
    }
    forms
}

/// Who does what a verb says, as English names them: "teaches" is what a teacher does.
pub(super) fn doers(verb: &str) -> Vec<String> {
    let bases = [verb, verb.trim_end_matches('s'), verb.trim_end_matches("es"), verb.trim_end_matches("ed"), verb.trim_end_matches("ing")];
    let mut found: Vec<String> = Vec::new();
    for base in bases.into_iter().filter(|base| base.chars().count() > 2) {
        for ending in ["er", "r", "or"] {
            let doer = format!("{base}{ending}");
            if !found.contains(&doer) {
                found.push(doer);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_for_one_another() {
        assert!(others("cancel").any(|other| other == "terminate"));
        assert!(!others("cancel").any(|other| other == "cancel"));
        assert_eq!(others("meadow").count(), 0);
        assert!(doers("teaches").contains(&"teacher".to_owned()) && doers("owns").contains(&"owner".to_owned()));
    }
}
