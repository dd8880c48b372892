//! Tests about the house. Each failure says what to do about it.

use crate::support::{folders, name, seaworthy, tests};
use seaworthy::rules::RULES;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Who may use whom. `yaml` is a leaf that decodes what people write: rules are bound with it, and a fixture's manifest is
/// read with it.
const MAY_USE: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("fact", &["source"]),
    ("secret", &["source"]),
    ("step", &["source"]),
    ("yaml", &["source"]),
    ("finding", &["source", "fact", "secret", "step"]),
    ("facts", &["source", "fact", "secret"]),
    ("host", &["source", "secret", "yaml"]),
    ("model", &["source", "fact", "facts", "finding"]),
    (
        "rules",
        &[
            "source", "fact", "facts", "model", "finding", "secret", "step", "yaml",
        ],
    ),
    (
        "policy",
        &["source", "fact", "facts", "finding", "rules", "yaml"],
    ),
    (
        "collect",
        &["source", "fact", "facts", "host", "model", "secret"],
    ),
    (
        "evaluate",
        &["source", "fact", "facts", "finding", "policy", "rules"],
    ),
    ("remediate", &["source", "secret", "step", "finding"]),
    (
        "report",
        &["source", "finding", "secret", "step", "remediate"],
    ),
    ("exit", &[]),
];

/// Crates that one module alone may use: every system call is in `host`.
const AT_HOME: &[(&str, &[&str])] = &[
    ("nix", &["host"]),
    ("granit_parser", &["yaml"]),
    ("annotate_snippets", &["yaml"]),
    ("colored", &["report", "cli"]),
    ("clap", &["cli"]),
    ("anyhow", &["cli"]),
    ("zeroize", &["secret"]),
];

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(directory: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    walk(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    found
}

/// The module of the top level that a file belongs to.
fn module(path: &Path) -> String {
    let below = path
        .strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
        .unwrap();
    let first = below
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_string_lossy()
        .into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// The code of a file without its tests, which stand at its end, and without comments.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap_or(text);
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn is_test(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "tests")
        || path.file_name().is_some_and(|name| name == "tests.rs")
}

#[test]
fn data_flows_one_way() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let home = module(&path);
        let Some(allowed) = allowed.get(home.as_str()) else {
            continue;
        };
        for part in code(&text).split("crate::").skip(1) {
            let used: String = part
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if used != home && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{}: uses `{used}`", path.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "move the code to where it may know this (table in tests/it/house.rs):\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_module_is_in_the_table() {
    let known: BTreeSet<&str> = MAY_USE
        .iter()
        .map(|(module, _)| *module)
        .chain(["cli", "lib", "main"])
        .collect();
    let unknown: BTreeSet<String> = sources()
        .iter()
        .map(|(path, _)| module(path))
        .filter(|module| !known.contains(module.as_str()))
        .collect();
    assert!(
        unknown.is_empty(),
        "add to MAY_USE in tests/it/house.rs: {unknown:?}"
    );
}

#[test]
fn crates_stay_at_home() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        for (krate, homes) in AT_HOME {
            if code(&text).contains(&format!("{krate}::"))
                && !homes.contains(&module(&path).as_str())
            {
                wrong.push(format!(
                    "{}: uses the crate `{krate}`, which belongs to {homes:?}",
                    path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_unwraps_outside_tests() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        if is_test(&path) {
            continue;
        }
        for word in [
            ".unwrap()",
            ".expect(",
            "panic!(",
            "todo!(",
            "unimplemented!(",
        ] {
            // A fixture that panics is there to show that a panic is survived.
            if code(&text).contains(word) && !(word == "panic!(" && module(&path) == "host") {
                wrong.push(format!("{}: {word}", path.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "return an Obstacle or an error instead:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn files_have_one_purpose() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(
            lines <= 450,
            "{} has {lines} lines: it usually holds two things, split it",
            path.display()
        );
        assert!(
            text.starts_with("//!") || is_test(&path),
            "{}: begin with //! and say what belongs there",
            path.display()
        );
    }
}

#[test]
fn every_rule_file_is_in_the_index() {
    let index = std::fs::read_to_string("src/rules.rs").unwrap();
    let mut rules: Vec<String> = Vec::new();
    for (path, text) in sources() {
        if module(&path) == "rules" && text.contains("impl Rule for") {
            let file = name(&path).trim_end_matches(".rs").to_owned();
            assert!(
                index.contains(&format!("&{file}::")),
                "add {file} to RULES in src/rules.rs"
            );
            let head: Vec<&str> = text
                .lines()
                .take_while(|line| line.starts_with("//!"))
                .collect();
            assert!(
                head.iter()
                    .any(|line| line.starts_with("//! ## What it judges")),
                "{file}: its //! needs `## What it judges`"
            );
            rules.push(
                text.split("id: \"")
                    .nth(1)
                    .and_then(|rest| rest.split('"').next())
                    .unwrap()
                    .to_owned(),
            );
        }
    }
    rules.sort();
    let index: Vec<&str> = RULES.iter().map(|rule| rule.meta().id).collect();
    assert_eq!(
        index, rules,
        "keep RULES in src/rules.rs sorted by id, each rule once"
    );
}

#[test]
fn every_collector_has_its_facts() {
    for entry in std::fs::read_dir("src/collect").unwrap() {
        let file = name(&entry.unwrap().path());
        let facts = Path::new("src/facts").join(&file);
        assert!(
            file == "run.rs" || facts.exists(),
            "src/collect/{file} needs {}",
            facts.display()
        );
    }
}

#[test]
fn every_check_has_cases_for_each_answer() {
    let mut missing = Vec::new();
    for id in check_ids() {
        let folder = tests().join("checks").join(&id);
        let cases: Vec<String> = if folder.is_dir() {
            folders(&folder).iter().map(|path| name(path)).collect()
        } else {
            Vec::new()
        };
        for verdict in ["pass", "fail", "unknown"] {
            let has = |case: &String| {
                case.rsplit_once('.')
                    .is_some_and(|(_, stated)| stated.split('-').next() == Some(verdict))
            };
            if !cases.iter().any(has) {
                missing.push(format!("mkdir -p tests/checks/{id}/CASE.{verdict}   # and the host's files in it (tests/README.md)"));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "cases are missing:\n{}",
        missing.join("\n")
    );
    for folder in folders(&tests().join("checks")) {
        assert!(
            check_ids().contains(&name(&folder)),
            "no check of that id: rm -r {}",
            folder.display()
        );
    }
}

#[test]
fn check_ids_name_the_bad_state() {
    for id in check_ids() {
        let words: Vec<&str> = id.split('-').collect();
        let imperative = [
            "no", "ensure", "use", "check", "disable", "enable", "set", "avoid", "do", "require",
        ];
        assert!(
            !imperative.contains(&words[0]),
            "{id}: \"waive {id}\" must read well: name the bad state"
        );
        assert!(
            id.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
            "{id}: lower case and dashes"
        );
    }
}

#[test]
fn the_report_schema_is_what_the_types_say() {
    let made = seaworthy("generate report-schema").run().exits(0).stdout;
    let path = "src/report/schema.json";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == made,
        "stale: UPDATE=1 cargo test --test it report_schema"
    );
}

fn check_ids() -> Vec<String> {
    let shown = seaworthy("policy show -p trading-bot")
        .run()
        .exits(0)
        .stdout;
    let ids: Vec<String> = shown
        .lines()
        .filter_map(|line| line.strip_prefix("  - id: "))
        .map(|rest| rest.split_whitespace().next().unwrap().to_owned())
        .collect();
    assert!(ids.len() > 10, "{shown}");
    ids
}
