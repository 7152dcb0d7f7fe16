//! Short forms, and words that open sentences.

/// What a full stop behind a short form may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Short {
    /// Something always follows: "e.g.", "vs.".
    GoesOn,
    /// A name follows: "Dr. Weiss". Streets end sentences too: "12 Main St. We …".
    BeforeName,
    /// Only before a number: "no. 5", but "No. We won't".
    BeforeNumber,
    /// It may stand at the end, if the next word opens a sentence: "Example Inc. We …", "3 p.m. Then …".
    MayEnd,
}

/// What kind of short form a word is (lower case, without its last point); none if it is a word.
pub(super) fn short(word: &str) -> Option<Short> {
    Some(match word {
        "approx" | "avg" | "e.g" | "eg" | "i.e" | "ie" | "vs" | "incl" | "excl" | "cf" | "ca" | "viz" | "resp" | "z.b" | "d.h" | "bzw"
        | "inkl" | "ggf" | "p.ej" | "attn" | "re" | "ref" | "refs" => Short::GoesOn,
        "dr" | "mr" | "mrs" | "ms" | "mx" | "prof" | "st" | "mt" | "rev" | "gen" | "sen" | "gov" | "capt" | "col" | "lt" | "sgt"
        | "hon" | "messrs" | "mme" | "mlle" | "herr" | "hr" | "sra" | "sta" | "ste" | "ing" | "mag" | "dipl" | "fr" => Short::BeforeName,
        "no" | "nos" | "nr" | "fig" | "figs" | "vol" | "ch" | "pp" | "pg" | "art" | "sec" | "par" | "para" | "ext" | "tel" | "ver"
        | "op" | "cl" | "max" | "min" | "est" | "item" => Short::BeforeNumber,
        "inc" | "ltd" | "corp" | "co" | "llc" | "bros" | "gmbh" | "plc" | "pty" | "pte" | "jr" | "sr" | "esq" | "etc" | "al" | "ph.d"
        | "dept" | "univ" | "assoc" | "intl" | "int'l" | "mfg" | "ave" | "blvd" | "rd" | "ln" | "sq" | "hwy" | "appt" | "hrs" | "mins"
        | "secs" | "jan" | "feb" | "apr" | "jun" | "jul" | "aug" | "sep" | "sept" | "oct" | "nov" | "dec" | "tue" | "tues" | "thu"
        | "thur" | "thurs" | "fri" | "usw" | "govt" | "mgr" | "misc" | "orig" | "wks" | "yrs" | "ft" | "dir" | "qty" | "amt" | "rev'd"
        | "mgmt" | "adv" | "std" => Short::MayEnd,
        _ => return None,
    })
}

/// German writes a day of a month with a full stop.
pub(super) fn is_german_month(word: &str) -> bool {
    const MONTHS: &str = "Januar Jänner Februar März April Mai Juni Juli August September Oktober November Dezember";
    MONTHS.split(' ').any(|month| month == word)
}

/// Words before a letter that names something, rather than somebody: "plan B.".
pub(super) fn is_label(word: &str) -> bool {
    const LABELS: &str = "\
      plan version option type grade class series vitamin tier phase group team part section appendix annex exhibit schedule \
      building gate point step model variant round stage level site zone block unit room hall table column package bundle scenario \
      case proposal offer product category list form clause item lot path route line answer letter side usb hepatitis an a the";
    LABELS.split_ascii_whitespace().any(|label| label == word)
}

/// Whether a word with a capital letter opens a sentence, rather than being a name.
pub(super) fn opens(word: &str) -> bool {
    const WORDS: &str = "\
      a about absolutely actually additionally after all alright also although an and any anyway are aren't as at basically because \
      before both but by call can check could did didn't do does doesn't don't during each either email even every everyone \
      everything exactly finally first for from furthermore give good got great has have haven't he hello her here hi his honestly \
      how however i if in instead is isn't it its just last later let lets like look make many maybe meanwhile most my neither next \
      no nobody none not nothing now of often oh ok okay on once one only or other otherwise our overall perfect please really right \
      second send shall she should since so some somebody someone sometimes soon sorry still sure take tell thank thanks that the \
      their then there therefore these they this those though three through to today together tomorrow tonight two under \
      unfortunately unless until usually was we well were what when where whether which while who why will with without would yeah \
      yes yesterday yet you your";
    let lower = word.to_lowercase().replace('’', "'");
    let stem = ["'ll", "'re", "'ve", "'m", "'d", "'s"].iter().find_map(|ending| lower.strip_suffix(ending)).unwrap_or(&lower);
    WORDS.split_ascii_whitespace().any(|word| word == stem || word == lower)
}
