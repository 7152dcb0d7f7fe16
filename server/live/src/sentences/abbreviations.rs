//! Short forms, ordinals and words that open sentences, by language: the one place for such words.
//!
//! The text's language isn't asked for: people mix them, and a recognizer may be wrong. What is an abbreviation in one language and an
//! ordinary word in another is in a list that asks for what follows.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// What a full stop behind a short form may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Short {
    /// Something always follows: "e.g.", "vs.", "Dr.".
    GoesOn,
    /// Only before a number: "no. 5", but "No. We won't".
    BeforeNumber,
    /// It may stand at the end, if the next word opens a sentence: "Example Inc. We …", "3 p.m. Then …", "12 Main St. We …".
    MayEnd,
}

/// Titles, and forms that explain what follows.
const GOES_ON: &[&str] = &[
    // English
    "approx avg e.g eg i.e ie vs incl excl cf viz resp attn re ref refs dr mr mrs ms mx prof messrs",
    // German
    "ca z.b d.h bzw inkl exkl ggf z.t z.zt u.u i.d.r v.a m.e s.o s.u bspw evtl zzgl abzgl vgl hrn dipl bzgl insb",
    // French, Spanish, Portuguese
    "p.ex c.-à-d c.à.d c-à-d mme mmes mlle mlles p.ej sra srta sres dra dña exmo exma profa",
    // Italian
    "dott dott.ssa sig sig.ra sig.na sigg avv prof.ssa p.es",
    // Dutch, Polish, Scandinavian
    "bijv d.w.z m.b.t i.p.v t.a.v m.i.v o.a dhr mevr drs np tzw tzn m.in inż mgr t.ex bl.a f.eks d.v.s",
];
/// Words too, unless a number follows.
const BEFORE_NUMBER: &[&str] = &[
    // English, and others' ("nos", "art" of a law)
    "no nos ch art par para op item",
    // Polish: "okay" in English
    "ok",
];
/// At the end of a sentence as well as within it.
const MAY_END: &[&str] = &[
    // Names of people and places, titles
    "mm st mt ft rev gen sen gov capt col lt sgt adm maj cmdr supt pres atty hon sta ste herr hr fr fa ing mag sté bd boul av avda lic arq",
    "arch geom rag ir hab ul al os jr sr esq ave blvd rd ln sq hwy str bldg apt",
    // Companies
    "inc ltd corp co llc bros gmbh plc pty pte s.a s.l s.p.a s.r.l b.v n.v e.v ltda cia cía sp intl int'l assoc assn univ dept depto dpto",
    "abt",
    // What counts and numbers
    "nr fig figs vol vols pp pg sec app appx ext tel tél ver cl max min est mind rd abs ziff kap chap éd pág págs pag blz núm máx mín aprox",
    "env ust pkt godz tys mln mld mrd mio tsd stk ft lbs oz pct qty amt hrs mins secs wks yrs std sek jh jhd mwst",
    // Months and weekdays
    "jan feb mär apr jun jul aug sep sept oct okt nov dec dez janv févr avr juil déc ene abr ago dic gen lug giu ott tue tues thu thur",
    "thurs fri mo di mi sa",
    // States, Russian
    "minn calif mich wis tenn colo ariz conn fla т.е т.д т.п т.к др ул пр стр тыс млн млрд руб коп обл им см",
    // Others
    "etc usw usf al ecc enz osv itd itp dgl o.ä u.ä ph.d mfg appt govt mgr misc orig dir rev'd mgmt adv add'l encl acct asst natl sog gem",
    "bes betr allg einschl ausschl zuzügl abzügl jew entspr geb gest stv i.a i.v p.a a.d ex ej es ud uds vd ee uu evt a.s jl bv zob por",
    "tj wg ws kl dvs jf pga u.a o.o",
];
/// Words without a vowel that are none of them short forms.
const SOUNDS: &[&str] = &["hm", "hmm", "hmmm", "mm", "mmm", "mhm", "shh", "psst", "pst", "tsk", "brr", "grr", "pfft", "nth"];

static SHORT: LazyLock<HashMap<&str, Short>> = LazyLock::new(|| {
    let kinds = [(MAY_END, Short::MayEnd), (BEFORE_NUMBER, Short::BeforeNumber), (GOES_ON, Short::GoesOn)];
    let words = |lists: &'static [&'static str]| lists.iter().flat_map(|list| list.split_ascii_whitespace());
    kinds.into_iter().flat_map(|(lists, kind)| words(lists).map(move |word| (word, kind))).collect()
});

/// What kind of short form a word is, without its last point; none if it is a word.
pub(super) fn short(word: &str) -> Option<Short> {
    let lower = word.to_lowercase();
    if let Some(kind) = SHORT.get(lower.as_str()) {
        return Some(*kind);
    }
    // "l'ing.", "dell'art.", "Hauptstr."
    if let Some((_, stem)) = lower.rsplit_once(['\'', '’'])
        && let Some(kind) = SHORT.get(stem)
    {
        return Some(*kind);
    }
    (lower.ends_with("str") && lower.len() > 5 || is_without_vowels(word, &lower)).then_some(Short::MayEnd)
}

/// "MwSt", "pls", "zzgl": what nobody can say is a short form; "CRM" is a name.
fn is_without_vowels(word: &str, lower: &str) -> bool {
    let consonant = |c: char| c.is_alphabetic() && c.is_ascii() && !matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    (2..=5).contains(&lower.len()) && lower.chars().all(consonant) && word.chars().any(char::is_lowercase) && !SOUNDS.contains(&lower)
}

/// German writes a day of a month with a full stop: "15. März", "3. Dez.".
pub(super) fn is_german_month(word: &str) -> bool {
    const MONTHS: &str = "Januar Jänner Februar Feber März April Mai Juni Juli August September Oktober November Dezember \
                          Jan Feb Mär Apr Jun Jul Aug Sep Sept Okt Nov Dez";
    MONTHS.split_ascii_whitespace().any(|month| month == word)
}

/// A word before an ordinal in German, where nouns have capital letters: "im 3. Quartal", "der 2. Versuch". `before` it stands another
/// one: "I am 5".
pub(super) fn leads_ordinal(word: &str, before: &str) -> bool {
    const WORDS: &str = "am im zum zur vom beim der das den dem des die ab seit bis jeder jede jedes unser unsere ihr ihre";
    WORDS.split_ascii_whitespace().any(|lead| lead == word) && before != "i"
}

/// A company's form, which belongs to the name before it: "Yahoo! Inc.".
pub(super) fn is_company(word: &str) -> bool {
    matches!(word.to_lowercase().as_str(), "inc" | "ltd" | "corp" | "llc" | "co" | "gmbh" | "plc" | "ag" | "sa" | "bv" | "limited")
}

/// Words before a letter that names something, rather than somebody: "plan B.".
pub(super) fn is_label(word: &str) -> bool {
    const LABELS: &str = "\
      plan version option type grade class series vitamin tier phase group team part section appendix annex exhibit schedule \
      building gate point step model variant round stage level site zone block unit room hall table column package bundle scenario \
      case proposal offer product category list form clause item lot path route line answer letter side usb hepatitis an a the";
    LABELS.split_ascii_whitespace().any(|label| label == word)
}

/// Words with which sentences begin, and no names.
const OPENERS: &[&str] = &[
    // English
    "a about absolutely actually additionally after agreed all alright also although an and any anyway are aren't as at awesome basically \
     because before both but by bye call can cheers check come cool correct could did didn't do does doesn't don't during each either \
     email even every everyone everything exactly feel finally fine first for from furthermore give go good got great has have haven't he \
     hello her here hey hi his honestly how however i if in instead is isn't it its just keep last later let lets like look make many maybe \
     meanwhile most my neither next nice no nobody none not nothing now of often oh ok okay on once one only open or other otherwise our \
     overall perfect please really remember right second see send shall she should since so some somebody someone sometimes soon sorry \
     sounds still sure take talk tell thank thanks that the their then there therefore these they this those though three through to \
     today together tomorrow tonight try two under unfortunately unless until use usually was we well were what when where whether which \
     while who why will with without would yeah yes yesterday yet you your",
    // German
    "ich wir sie er es das der die dann danach davor wenn aber und oder also bitte danke ja nein nun noch auch hier heute morgen gestern \
     bis ihr mein unser wie was wer wo warum können könnten haben ist sind wird",
    // French
    "je nous vous ils elles c'est cela merci mais donc ensuite alors oui non puis aussi bonjour on",
    // Spanish and Portuguese
    "yo nosotros usted ustedes ellos pero entonces gracias sí también luego después eu nós você eles mas então obrigado obrigada depois \
     sim não",
    // Italian
    "io noi voi loro allora grazie poi dopo anche però",
    // Dutch
    "ik wij het dat maar dus bedankt nee tot",
    // Polish
    "ja oni ale więc dziękuję potem tak nie my",
];

static OPENS: LazyLock<HashSet<&str>> = LazyLock::new(|| OPENERS.iter().flat_map(|list| list.split_ascii_whitespace()).collect());

/// Whether a word with a capital letter opens a sentence, rather than being a name.
pub(super) fn opens(word: &str) -> bool {
    let lower = word.to_lowercase().replace('’', "'");
    let stem = ["'ll", "'re", "'ve", "'m", "'d", "'s"].iter().find_map(|ending| lower.strip_suffix(ending)).unwrap_or(&lower);
    OPENS.contains(stem) || OPENS.contains(lower.as_str())
}
