//! How fast calls are found by words, on both engines; `key=value` lines for `cargo xtask bench`.
//!
//! `cargo run --release -p store --features test-utils --example call_search [-- LINES [LINES_OF_A_CALL [ENGINE]]]` makes an organization of ten
//! reps with 1,000,000 lines in calls of 100 (or as many as given), and prints what a search takes (`p50_ms`, `p95_ms`) by kind of search, for a rep,
//! who sees the own calls, and for a manager, who sees all; for page 1 and page 20. `filled_s` is how long it took to make the lines,
//! `indexed_per_s` how many lines a second were indexed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::disallowed_methods, reason = "a tool for developers")]

use std::fmt::Write as _;
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use model::{
    Call, CallFilter, CallId, CallKind, CallSource, CallState, Channel, MemberId, Millis, Organization, OrganizationId, Participant,
    Person, PersonId, RecognizerId, Role, Track, Verbosity,
};
use store::{Engine, NewAccount, Store, testing};
use uuid::Uuid;

const REPS: usize = 10;
const PAGE: u32 = 20;
/// Searches of a kind that are measured.
const SEARCHES: usize = 60;
/// What a recognizer tells of each word is most of a line's row.
const WORDS: &str = r#"[{"text":"word","start":1000,"end":1200,"confidence":0.9},{"text":"word","start":1000,"end":1200,"confidence":0.9},{"text":"word","start":1000,"end":1200,"confidence":0.9},{"text":"word","start":1000,"end":1200,"confidence":0.9},{"text":"word","start":1000,"end":1200,"confidence":0.9},{"text":"word","start":1000,"end":1200,"confidence":0.9},{"text":"word","start":1000,"end":1200,"confidence":0.9},{"text":"word","start":1000,"end":1200,"confidence":0.9}]"#;

/// xorshift64*
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// Whether something happens that happens once in so many times.
    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

/// A made-up word, the same for the same number.
fn word(number: usize) -> String {
    const SYLLABLES: [&str; 16] = ["ba", "ko", "ri", "ten", "la", "mo", "su", "ver", "di", "pa", "nel", "to", "ga", "shi", "fen", "u"];
    let mut word = String::new();
    let mut rest = number + 20;
    while rest > 0 {
        word.push_str(SYLLABLES[rest % 16]);
        rest /= 16;
    }
    word
}

/// A line: some words of 30,000, few of them often (Zipf); "price" in half of all lines.
fn line(chance: &mut Chance) -> String {
    let mut line = String::new();
    for _ in 0..6 + chance.below(9) {
        let rank = (30_000_f64.powf(chance.below(1_000_000) as f64 / 1_000_000.0)) as usize;
        line.push_str(&word(rank));
        line.push(' ');
        if chance.once_in(400) {
            line.push_str("budget ");
        }
        if chance.once_in(1_000) {
            line.push_str("renewal ");
        }
    }
    if chance.once_in(2) {
        line.push_str(if chance.once_in(30) { "monthly price" } else { "the price" });
    } else if chance.once_in(30) {
        line.push_str("monthly");
    }
    if chance.once_in(2_000) {
        let _ = write!(line, " rare{}", chance.below(50));
    }
    line
}

/// A line without spaces between its words; every second one has 价格, one in fifty 报价单.
fn unspaced(chance: &mut Chance) -> String {
    const LETTERS: &str = "我们今天想介绍一下新的方案和现在用是什么系统自己做表太贵了年没有明把发给您请问";
    let letters: Vec<char> = LETTERS.chars().collect();
    let mut line: String = (0..12 + chance.below(12)).map(|_| letters[chance.below(letters.len())]).collect();
    if chance.once_in(2) {
        line.push_str("价格");
    }
    if chance.once_in(50) {
        line.push_str("报价单");
    }
    line + "好"
}

struct House {
    organization: OrganizationId,
    reps: Vec<MemberId>,
}

async fn house(store: &Store) -> House {
    let organization = Organization { id: OrganizationId(Uuid::now_v7()), name: "Acme".into(), keep_audio: true, created_at: day(0) };
    let person = Person {
        id: PersonId(Uuid::now_v7()),
        email: "a@example.com".into(),
        name: "Ada".into(),
        time_zone: String::new(),
        created_at: day(0),
    };
    let (id, first) = (organization.id, MemberId(Uuid::now_v7()));
    let account = NewAccount { organization, person, password_hash: String::new(), member: first, role: Role::Owner };
    let mut tx = store.begin().await.unwrap();
    store::identity::insert_account(&mut tx, &account).await.unwrap();
    tx.commit().await.unwrap();
    let mut reps = vec![first];
    for number in 1..REPS {
        let (person, member) = (Uuid::now_v7(), Uuid::now_v7());
        let [person_id, member_id, organization_id] = [person, member, id.0].map(|id| literal(store, id));
        let at = day(0).to_rfc3339();
        let sql = format!(
            "INSERT INTO people (id, email, name, password_hash, created_at) VALUES ({person_id}, 'r{number}@example.com', 'R', '', '{at}');
            INSERT INTO members (id, organization_id, person_id, role, created_at) VALUES ({member_id}, {organization_id}, {person_id}, 'rep', '{at}')"
        );
        testing::execute(store, &sql).await;
        reps.push(MemberId(member));
    }
    House { organization: id, reps }
}

fn literal(store: &Store, id: Uuid) -> String {
    if store.engine() == Engine::Sqlite { format!("x'{}'", id.simple()) } else { format!("'{id}'") }
}

fn day(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_760_000_000, 0).unwrap() + TimeDelta::minutes(minutes)
}

fn call(house: &House, number: usize) -> Call {
    let at = day(number as i64 * 30);
    Call {
        id: CallId(Uuid::now_v7()),
        organization_id: house.organization,
        member_id: house.reps[number % REPS],
        title: format!("Call {}", word(number)),
        contact_name: "Marie Dupont".into(),
        company: word(number * 7),
        kind: CallKind::Discovery,
        language: "en-US".into(),
        time_zone: String::new(),
        vocabulary: Vec::new(),
        state: CallState::Ended,
        source: CallSource::Browser,
        recognizer: RecognizerId::known("command"),
        verbosity: Verbosity::Normal,
        consent_who: String::new(),
        consent_how: String::new(),
        consent_at: None,
        keep_audio: false,
        participants: [(Channel::Rep, "You"), (Channel::Customer, "Marie")]
            .map(|(channel, name)| Participant { channel, name: name.into() })
            .to_vec(),
        tracks: Track::each(2),
        notes: String::new(),
        started_at: Some(at),
        ended_at: Some(at),
        duration_ms: Millis(1_800_000),
        created_at: at,
        updated_at: at,
    }
}

/// Makes the calls with their lines, many at once; the index is made behind them.
async fn fill(store: &Store, house: &House, lines: usize, of_a_call: usize) -> Vec<CallId> {
    let mut chance = Chance(42);
    let mut calls = Vec::new();
    let false_ = if store.engine() == Engine::Sqlite { "0" } else { "FALSE" };
    for start in (0..lines / of_a_call).step_by(20) {
        let mut tx = store.begin().await.unwrap();
        let mut sql = String::from(
            "INSERT INTO segments (organization_id, call_id, number, channel, text, start_ms, end_ms, confidence, words, corrected, track) VALUES ",
        );
        for number in start..(start + 20).min(lines / of_a_call) {
            let call = call(house, number);
            store::calls::insert(&mut tx, &call).await.unwrap();
            calls.push(call.id);
            let [organization, id] = [house.organization.0, call.id.0].map(|id| literal(store, id));
            for place in 0..of_a_call {
                let text = if number % 20 == 7 { unspaced(&mut chance) } else { line(&mut chance) };
                let (track, channel) = if place % 2 == 0 { (0, "rep") } else { (1, "customer") };
                let (from, to) = (place * 6_000, place * 6_000 + 5_000);
                let comma = if sql.ends_with("VALUES ") { "" } else { "," };
                let _ = write!(
                    sql,
                    "{comma}({organization},{id},{},'{channel}','{text}',{from},{to},0.9,'{WORDS}',{false_},{track})",
                    place + 1
                );
            }
        }
        tx.commit().await.unwrap();
        testing::execute(store, &sql).await;
    }
    calls
}

/// Indexes calls, as the job after an upgrade does; two at a time where there are several connections.
async fn index(store: &Store, house: &House, calls: &[CallId]) {
    let run = async |calls: &[CallId]| {
        for chunk in calls.chunks(20) {
            let mut tx = store.begin().await.unwrap();
            for call in chunk {
                store::calls::reindex(&mut tx, house.organization, *call).await.unwrap();
            }
            tx.commit().await.unwrap();
        }
    };
    if store.engine() == Engine::Sqlite {
        return run(calls).await;
    }
    // Made at once, an index of this size is there in a part of the time.
    testing::execute(store, "DROP INDEX call_terms_search").await;
    let (left, right) = calls.split_at(calls.len() / 2);
    tokio::join!(run(left), run(right));
    testing::execute(
        store,
        "SET LOCAL statement_timeout = 0; CREATE INDEX call_terms_search ON call_terms USING gin (search) WITH (fastupdate = off)",
    )
    .await;
    testing::execute(store, "ANALYZE").await;
}

/// What is searched for, by kind.
fn searches() -> Vec<(&'static str, Vec<String>, CallFilter)> {
    let each = |search: &str| vec![search.to_owned()];
    let rare: Vec<String> = (0..50).map(|number| format!("rare{number}")).collect();
    let some: Vec<String> = (0..50).map(|number| word(200 + number * 37)).collect();
    let two: Vec<String> =
        some.windows(2).map(|pair| pair.join(" ")).chain(["budget renewal".to_owned(), "price budget".to_owned()]).collect();
    let prefixes: Vec<String> = ["bud", "renew", "ren", "ba", "ri", "pri", "shi", "fen", "month", "ver"].map(str::to_owned).to_vec();
    let narrowed = |speaker| CallFilter {
        speaker: Some(speaker),
        from: Some(day(0) + TimeDelta::days(20)),
        until: Some(day(0) + TimeDelta::days(110)),
        ..CallFilter::default()
    };
    let all = CallFilter::default;
    vec![
        ("rare", rare, all()),
        ("some", some, all()),
        ("half", each("price"), all()),
        ("two", two, all()),
        ("two_often", each("price the"), all()),
        ("phrase", [r#""monthly price""#, r#""the price""#].map(str::to_owned).to_vec(), all()),
        ("prefix", prefixes, all()),
        ("unspaced", ["报价单", "价格", "今天", "系统"].map(str::to_owned).to_vec(), all()),
        ("speaker_and_date", ["price", "budget", "renewal price"].map(str::to_owned).to_vec(), narrowed(Channel::Customer)),
        ("nowhere", each("zebra"), all()),
    ]
}

async fn measure(store: &Store, house: &House, at: &str) {
    for (kind, searches, filter) in searches() {
        for (who, member) in [("rep", Some(house.reps[3])), ("manager", None)] {
            let (mut first, mut twentieth) = (Vec::new(), Vec::new());
            for number in 0..SEARCHES {
                let search = searches[number % searches.len()].clone();
                let filter = CallFilter { search, member, ..filter.clone() };
                let started = Instant::now();
                let page = store.calls(house.organization, &filter, None, PAGE).await.unwrap();
                first.push(started.elapsed());
                assert!(kind == "nowhere" || kind == "rare" || !page.items.is_empty() || member.is_some(), "{kind}: {filter:?}");
                // Once a search is enough to come to its page 20.
                let (mut next, mut place) = (page.next, 1);
                while let Some(cursor) = next.filter(|_| number < searches.len().max(8)) {
                    place += 1;
                    let started = Instant::now();
                    let page = store.calls(house.organization, &filter, Some(&cursor), PAGE).await.unwrap();
                    if place == 20 {
                        twentieth.push(started.elapsed());
                        break;
                    }
                    next = page.next;
                }
            }
            for (page, mut times) in [("page_1", first), ("page_20", twentieth)] {
                times.sort();
                let share = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)].as_secs_f64() * 1_000.0;
                if !times.is_empty() {
                    println!("{at}.{kind}.{who}.{page}.p50_ms={:.1}", share(50));
                    println!("{at}.{kind}.{who}.{page}.p95_ms={:.1}", share(95));
                }
            }
        }
    }
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |usual: usize| arguments.next().map_or(usual, |text| text.parse().expect("a number"));
    let (lines, of_a_call) = (number(1_000_000), number(100));
    let only = arguments.next();
    for (engine, name) in [(Engine::Sqlite, "sqlite"), (Engine::Postgres, "postgres")] {
        if only.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        let store = testing::open(engine).await;
        let at = format!("call_search.{name}.{lines}");
        let started = Instant::now();
        let house = house(&store).await;
        let calls = fill(&store, &house, lines, of_a_call).await;
        println!("{at}.filled_s={:.0}", started.elapsed().as_secs_f64());
        let started = Instant::now();
        index(&store, &house, &calls).await;
        println!("{at}.indexed_per_s={:.0}", lines as f64 / started.elapsed().as_secs_f64());
        measure(&store, &house, &at).await;
    }
}
