//! A policy as one document without `extends`, each value with the place that it comes from; it reads back as the
//! same policy.

use super::{Check, Policy, Waiver};
use crate::source::HostText;
use crate::yaml::{Entry, Key, Node, Place, quote};

/// The keys of an entry, in the order in which they are shown.
const KEYS: [&str; 9] = [
    "id",
    "rule",
    "with",
    "severity",
    "title",
    "why",
    "tags",
    "supersedes",
    "refs",
];

impl Policy {
    /// The policy as it stands after `extends`, `tune` and `--set`. What waivers that have run out said is gone.
    pub fn show(&self) -> String {
        let [named, titled] = &self.head;
        let mut text = String::new();
        line(&mut text, "policy: ", &quote(&self.name), named);
        line(&mut text, "title: ", &quote(&self.title), titled);
        if !self.checks.is_empty() {
            text.push_str("checks:\n");
        }
        for check in &self.checks {
            check.show(&mut text);
        }
        let mut off = self.checks.iter().filter_map(Check::off).peekable();
        if off.peek().is_some() {
            text.push_str("tune:\n");
        }
        for (id, reason, place) in off {
            let start = format!("  {}: ", quote(id));
            line(
                &mut text,
                &start,
                &format!("{{ off: {} }}", quote(reason)),
                place,
            );
        }
        if !self.waivers.is_empty() {
            text.push_str("waivers:\n");
        }
        for waiver in &self.waivers {
            waiver.show(&mut text);
        }
        text
    }
}

impl Check {
    fn off(&self) -> Option<(&str, &str, &Place)> {
        Some((&self.id, self.off.as_deref()?, self.off_at.as_ref()?))
    }

    fn show(&self, text: &mut String) {
        let part = |key| self.entry.as_map().and_then(|map| map.get(key));
        for key in KEYS {
            let dash = if key == "id" { "-" } else { " " };
            let Some(value) = part(key) else {
                continue;
            };
            match value
                .as_map()
                .filter(|map| key == "with" && !map.is_empty())
            {
                Some(parameters) => {
                    text.push_str("    with:\n");
                    for Entry { key, value } in parameters.iter() {
                        entry(text, "      ", key, value);
                    }
                }
                None => {
                    let origins = origins(value);
                    text.push_str(&format!("  {dash} {key}: {value} # {origins}\n"));
                }
            }
        }
    }
}

impl Waiver {
    fn show(&self, text: &mut String) {
        let shown = format!(
            "{{ check: {}, subject: {}, reason: {}, owner: {}, expires: {} }}",
            quote(&self.check),
            quote(self.subjects()),
            quote(&self.reason),
            quote(&self.owner),
            self.expires
        );
        line(text, "  - ", &shown, &self.place);
    }
}

fn line(text: &mut String, start: &str, value: &str, place: &Place) {
    text.push_str(&format!("{start}{value} # {}\n", origin(place)));
}

fn entry(text: &mut String, indent: &str, key: &Key, value: &Node) {
    let name = quote(&key.name);
    text.push_str(&format!("{indent}{name}: {value} # {}\n", origins(value)));
}

/// Where a value comes from: the line that set it last, then those in other texts that gave a part of it.
fn origins(value: &Node) -> String {
    let mut places = vec![&value.place];
    for item in value.as_list().unwrap_or_default() {
        let elsewhere = |place: &&Place| place.text.name() != item.place.text.name();
        if places.iter().all(elsewhere) {
            places.push(&item.place);
        }
    }
    let places: Vec<String> = places.into_iter().map(origin).collect();
    places.join(", ")
}

/// File and line. What was typed has no line.
fn origin(place: &Place) -> String {
    let name = HostText::from(place.text.name());
    match name.raw() {
        "--set" => name.to_string(),
        _ => format!("{name}:{}", place.line),
    }
}
