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
    "notice period",
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
    "ship shipping shipped delivery deliver delivered arrive lead",
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
    "competitor rival alternative versus compared comparison",
    "roadmap planned plan coming upcoming future quarter release",
    "size large big",
    "increase raise rise higher grow",
];

/// The words that stand for one, without itself.
pub(super) fn others(word: &str) -> impl Iterator<Item = &'static str> {
    let groups = GROUPS.iter().filter(move |group| group.split(' ').any(|other| other == word));
    groups.flat_map(|group| group.split(' ')).filter({
        let word = word.to_owned();
        move |other| *other != word
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_for_one_another() {
        assert!(others("cancel").any(|other| other == "terminate"));
        assert!(!others("cancel").any(|other| other == "cancel"));
        assert_eq!(others("meadow").count(), 0);
    }
}
