//! What a line or a block of text may be, as a pattern. Models mark such a field with the pattern `line` or `text`.

use utoipa::openapi::path::{Operation, Parameter};
use utoipa::openapi::schema::{AnyOf, Array, ArrayItems, OneOf, Schema};
use utoipa::openapi::{OpenApi, RefOr};

use super::document::operations;

/// What stands in the model's schemas; what a text that may be empty must match; one that may not be. There are no control
/// characters in a line, and none but line breaks and tabs in a block. `model::validation::Line` trims a line before it looks;
/// who keeps to these patterns never depends on that.
const MARKS: [(&str, &str, &str); 2] = [
    ("line", r"^[^\x00-\x1f\x7f-\x9f]*$", r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"),
    (
        "text",
        r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$",
        r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$",
    ),
];

/// Puts the pattern where the mark is, everywhere in the document.
pub fn write_out(document: &mut OpenApi) {
    for schema in document.components.iter_mut().flat_map(|components| components.schemas.values_mut()) {
        in_schema(schema);
    }
    for item in document.paths.paths.values_mut() {
        for (_, operation) in operations(item) {
            parameters(operation).filter_map(|parameter| parameter.schema.as_mut()).for_each(in_schema);
        }
    }
}

fn parameters(operation: &mut Operation) -> impl Iterator<Item = &mut Parameter> {
    operation.parameters.iter_mut().flatten().filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    })
}

fn in_schema(schema: &mut RefOr<Schema>) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Object(object) => {
            let marked = MARKS.iter().find(|(mark, ..)| object.pattern.as_deref() == Some(mark));
            if let Some((_, may_be_empty, says_something)) = marked {
                let says = object.min_length.is_some_and(|least| least > 0);
                object.pattern = Some(if says { says_something } else { may_be_empty }.to_string());
            }
            object.properties.values_mut().for_each(in_schema);
        }
        Schema::Array(Array { items: ArrayItems::RefOrSchema(items), .. }) => in_schema(items),
        Schema::OneOf(OneOf { items, .. }) | Schema::AnyOf(AnyOf { items, .. }) => items.iter_mut().for_each(in_schema),
        _ => {}
    }
}
