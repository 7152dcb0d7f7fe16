//! What the server writes for a piece: how its parts refer to each other, and what works without JavaScript.

use leptos::prelude::*;
use model::{Code, Problem};

use super::*;
use crate::error::AppError;

fn html(view: impl FnOnce() -> AnyView) -> String {
    let owner = Owner::new();
    owner.with(|| view().to_html())
}

#[test]
fn a_field_points_at_its_label_hint_and_error() {
    let html = html(|| {
        let error = Signal::stored(Some("Add 4 characters.".to_owned()));
        view! { <TextField label="Password" name="password" kind="password" hint="At least 12." error /> }.into_any()
    });
    assert!(html.contains(r#"for="field-password""#), "{html}");
    assert!(html.contains(r#"id="field-password""#), "{html}");
    assert!(html.contains(r#"aria-invalid="true""#), "{html}");
    assert!(html.contains(r#"aria-describedby="field-password-error field-password-hint""#), "{html}");
    assert!(html.contains(r#"id="field-password-hint""#) && html.contains(r#"id="field-password-error""#), "{html}");
}

#[test]
fn a_field_without_hint_and_error_points_at_nothing() {
    let html = html(|| view! { <TextField label="Company" name="company" /> }.into_any());
    assert!(!html.contains("aria-describedby") && !html.contains("aria-invalid"), "{html}");
    assert!(!html.contains("field-company-hint"), "{html}");
}

#[test]
fn what_a_person_typed_is_no_markup() {
    let html = html(|| view! { <TextField label="Company" name="company" initial="\"><script>x</script>" /> }.into_any());
    assert!(!html.contains("<script>"), "{html}");
}

#[test]
fn the_initial_choice_is_selected_on_the_server() {
    let html = html(|| {
        let choices =
            vec![Choice::new("demo", "Demo"), Choice::new("renewal", "Renewal"), Choice::new("x", "Later").unavailable("not yet")];
        view! { <Select label="Kind" name="kind" choices initial="renewal" /> }.into_any()
    });
    let selected = html.split("<option").find(|option| option.contains("selected")).unwrap();
    assert!(selected.contains(r#"value="renewal""#), "{html}");
    assert!(html.contains("Later (not yet)"), "{html}");
}

#[test]
fn a_busy_button_says_what_it_does() {
    let html = html(|| view! { <Button submit=true busy=true busy_words="Signing in…">"Sign in"</Button> }.into_any());
    assert!(html.contains("Signing in…") && html.contains(r#"aria-disabled="true""#), "{html}");
    assert!(html.contains(r#"type="submit""#), "{html}");
}

#[test]
fn an_icon_button_has_a_name() {
    let html = html(|| view! { <IconButton glyph=Glyph::Close label="Close" /> }.into_any());
    assert!(html.contains(r#"aria-label="Close""#) && html.contains(r#"title="Close""#), "{html}");
    assert!(!html.contains("aria-pressed"), "only a switch says whether it is pressed: {html}");
}

#[test]
fn a_forms_problem_is_shown_once() {
    let problem = Problem::of_field("email", "Give a mail address.");
    let at_field = html(|| {
        let problem = Signal::stored(Some(problem.clone()));
        view! { <FormError problem fields=&["email"] /> }.into_any()
    });
    assert!(!at_field.contains("Give a mail address."), "{at_field}");
    let elsewhere = html(|| {
        let problem = Signal::stored(Some(Problem::new(Code::WrongCredentials, "Mail address or password is wrong.")));
        view! { <FormError problem fields=&["email"] /> }.into_any()
    });
    assert!(elsewhere.contains("Mail address or password is wrong.") && elsewhere.contains(r#"role="alert""#), "{elsewhere}");
}

#[test]
fn a_failed_part_offers_a_way_on_without_javascript() {
    let html = html(|| view! { <ErrorState error=AppError(Problem::internal()) /> }.into_any());
    assert!(html.contains(r#"<a"#) && html.contains("Reload the page"), "{html}");
}

#[test]
fn a_chart_has_its_numbers_in_a_table() {
    let html = html(|| {
        let data = vec![Datum::new("You", 58.0, "58 %", Tone::Rep), Datum::new("Customer", 42.0, "42 %", Tone::Customer)];
        view! { <StackedBar label="Talk share" data /> }.into_any()
    });
    let table = html.split("<table").nth(1).unwrap();
    assert!(table.contains("Talk share") && table.contains("58 %") && table.contains("42 %"), "{html}");
    assert!(!html.contains("style="), "the content security policy refuses inline styles: {html}");
}

#[test]
fn a_chart_of_nothing_divides_by_nothing() {
    let html = html(|| view! { <StackedBar label="Talk share" data=vec![Datum::new("You", 0.0, "0 %", Tone::Rep)] /> }.into_any());
    assert!(!html.contains("NaN"), "{html}");
}

#[test]
fn a_meter_stays_in_its_range() {
    let html = html(|| view! { <LevelMeter label="Microphone" value=Signal::stored(3.5) /> }.into_any());
    assert!(html.contains(r#"role="meter""#) && html.contains(r#"aria-valuenow="100""#), "{html}");
}

#[test]
fn sorting_is_a_link_and_says_how() {
    let html = html(|| {
        let columns = vec![Column::new("Started").sortable("?sort=-started", Some(Sorted::Descending))];
        view! { <Table label="Calls" columns>""</Table> }.into_any()
    });
    assert!(html.contains(r#"href="?sort=-started""#) && html.contains(r#"aria-sort="descending""#), "{html}");
}

#[test]
fn a_text_area_holds_any_text_as_text() {
    let typed = "\n</textarea></form><form method=\"post\"><b>x</b> & more";
    for html in [
        html(|| view! { <TextArea label="Notes" name="notes" initial=typed /> }.into_any()),
        html(|| view! { <PlainTextArea initial=typed attr:id="notes" attr:class="area" /> }.into_any()),
    ] {
        let inside = html.split("<textarea").nth(1).unwrap().split_once('>').unwrap().1.split("</textarea>").next().unwrap();
        assert_eq!(inside, "\n\n&lt;/textarea&gt;&lt;/form&gt;&lt;form method=\"post\"&gt;&lt;b&gt;x&lt;/b&gt; &amp; more", "{html}");
    }
    let empty = html(|| view! { <TextArea label="Notes" name="notes" /> }.into_any());
    assert!(empty.contains("</textarea>"), "{empty}");
}
