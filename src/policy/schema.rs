//! The JSON Schema of a policy file, for editors and validators: made from the types that read one.
//!
//! It calls nothing wrong that the tool reads. Since YAML takes `2` for a number and `true` for a truth value where text is meant,
//! and the tool takes both for the text, so does the schema.

use super::document::Document;
use crate::finding::Severity;
use crate::rules::{AnyRule, RULES};
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Value, json};

/// The JSON Schema (draft 2020-12) of a policy file.
pub fn schema() -> Schema {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let rules: Vec<Value> = RULES
        .iter()
        .map(|rule| bound(*rule, &mut generator))
        .collect();
    let ids = RULES.iter().map(|rule| {
        let meta = rule.meta();
        json!({ "const": meta.id, "description": meta.summary() })
    });
    let ids = json!({ "description": "The rule that judges.", "oneOf": ids.collect::<Vec<_>>() });
    let mut schema = generator.into_root_schema_for::<Document>();
    if let Some(check) = schema.pointer_mut("/$defs/Check") {
        check["allOf"] = Value::Array(rules);
        check["properties"]["rule"] = ids;
    }
    RecursiveTransform(any_scalar_is_text).transform(&mut schema);
    RecursiveTransform(numbers_have_a_range).transform(&mut schema);
    schema
}

/// What an entry must hold beside the rest if it names this rule.
fn bound(rule: &dyn AnyRule, generator: &mut SchemaGenerator) -> Value {
    let meta = rule.meta();
    let parameters = rule.schema(generator).to_value();
    let mut then = json!({
        "properties": {
            "with": parameters,
            "severity": severity(meta.grades, generator),
        }
    });
    if parameters.get("required").is_some() {
        then["required"] = json!(["with"]);
    }
    json!({
        "if": { "properties": { "rule": { "const": meta.id } }, "required": ["rule"] },
        "then": then,
    })
}

/// One severity, or one for each grade of the rule.
fn severity(grades: &[&str], generator: &mut SchemaGenerator) -> Value {
    let word = generator.subschema_for::<Severity>().to_value();
    let mut properties = serde_json::Map::new();
    for grade in grades.iter().chain(&["default"]) {
        properties.insert((*grade).to_owned(), word.clone());
    }
    json!({
        "anyOf": [
            word,
            {
                "type": "object",
                "properties": properties,
                "required": ["default"],
                "additionalProperties": false,
            },
        ]
    })
}

fn any_scalar_is_text(schema: &mut Schema) {
    let free = ["enum", "const", "pattern"]
        .iter()
        .all(|key| schema.get(*key).is_none());
    let Some(kind) = schema.get_mut("type").filter(|_| free) else {
        return;
    };
    if *kind == json!("string") {
        *kind = json!(["string", "number", "boolean"]);
    } else if *kind == json!(["string", "null"]) {
        *kind = json!(["string", "number", "boolean", "null"]);
    }
}

/// What a format of JSON Schema says to few validators.
fn numbers_have_a_range(schema: &mut Schema) {
    if schema.get("format").is_some_and(|format| format == "int32") {
        schema.insert("minimum".to_owned(), json!(i32::MIN));
        schema.insert("maximum".to_owned(), json!(i32::MAX));
    }
}
