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
    ("kernel", &["source"]),
    ("finding", &["source", "fact", "secret", "step"]),
    ("facts", &["source", "fact", "secret", "kernel"]),
    ("host", &["source", "secret", "yaml", "kernel"]),
    ("model", &["source", "fact", "facts", "finding", "kernel"]),
    (
        "rules",
        &[
            "source", "fact", "facts", "model", "finding", "secret", "step", "yaml", "kernel",
        ],
    ),
    (
        "policy",
        &["source", "fact", "facts", "finding", "rules", "yaml"],
    ),
    (
        "collect",
        &[
            "source", "fact", "facts", "host", "model", "secret", "kernel",
        ],
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
    ("store", &["source"]),
    ("exit", &[]),
];

/// Crates that one module alone may use: every system call is in `host`.
const AT_HOME: &[(&str, &[&str])] = &[
    ("nix", &["host"]),
    ("rustix", &["host"]),
    ("netlink_packet_core", &["host"]),
    ("netlink_packet_sock_diag", &["host"]),
    ("granit_parser", &["yaml"]),
    ("annotate_snippets", &["yaml"]),
    ("colored", &["report", "cli"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
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
            if uses(&code(&text), krate) && !homes.contains(&module(&path).as_str()) {
                wrong.push(format!(
                    "{}: uses the crate `{krate}`, which belongs to {homes:?}",
                    path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// True if the code names the crate: `nix::` and not `unix::`.
fn uses(code: &str, krate: &str) -> bool {
    let path = format!("{krate}::");
    code.match_indices(&path).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
    })
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
            lines <= 450 || is_test(&path),
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
    let ids = check_ids();
    let missing = missing_cases(&ids, &tests().join("checks"));
    assert!(
        missing.is_empty(),
        "cases are missing:\n{}",
        missing.join("\n")
    );
    for folder in folders(&tests().join("checks")) {
        assert!(
            ids.contains(&name(&folder)),
            "no check of that id: rm -r {}",
            folder.display()
        );
    }
}

/// What a newcomer has to type before every check has a host for each answer.
fn missing_cases(ids: &[String], checks: &Path) -> Vec<String> {
    let mut missing = Vec::new();
    for id in ids {
        let folder = checks.join(id);
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
    missing
}

/// The README's "Adding a check", walked: one entry in a policy, one folder for each answer, and it judges.
#[test]
fn a_newcomer_adds_a_check() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("kernel.yaml");
    let entry = "  - id: kernel-debug-keys-on
    rule: sysctl-value
    with: { key: kernel.sysrq, accept: [\"0\"] }
    severity: low
    title: the console may end every process
    why: Whoever opens the provider's console stops the bot in the middle of an order.
    tags: [kernel]
";
    let kernel = std::fs::read_to_string("policies/kernel.yaml").unwrap();
    std::fs::write(&policy, kernel + entry).unwrap();
    let ids = ids_of(&policy.display().to_string());
    assert!(ids.contains(&"kernel-debug-keys-on".to_owned()));

    let checks = folder.path().join("checks");
    let own = ["kernel-debug-keys-on".to_owned()];
    let missing = missing_cases(&own, &checks);
    assert_eq!(missing.len(), 3, "{missing:?}");
    assert!(missing[1].starts_with("mkdir -p tests/checks/kernel-debug-keys-on/CASE.fail "));
    // What it says is done, case by case, until it has nothing more to say.
    for (verdict, running) in [
        ("pass", Some("0\n")),
        ("fail", Some("176\n")),
        ("unknown", None),
    ] {
        let case = checks.join(format!("kernel-debug-keys-on/first.{verdict}"));
        std::fs::create_dir_all(case.join("proc/sys/kernel")).unwrap();
        match running {
            Some(value) => std::fs::write(case.join("proc/sys/kernel/sysrq"), value).unwrap(),
            None => {
                let manifest = "files:\n  /proc/sys/kernel/sysrq: { error: denied }\n";
                std::fs::write(case.join("host.yaml"), manifest).unwrap();
            }
        }
        let report = seaworthy("check -o json --only kernel-debug-keys-on -p")
            .arg(&policy)
            .on(&case)
            .run()
            .json();
        assert_eq!(report["findings"][0]["verdict"], verdict, "{report:#}");
    }
    assert_eq!(missing_cases(&own, &checks), [""; 0]);
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

/// A file that is made from the types is what they say now; with UPDATE it is written.
#[track_caller]
fn is_made_by(what: &str, path: &str, filter: &str) {
    let made = seaworthy("generate").arg(what).run().exits(0).stdout;
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == made,
        "{path} is stale: UPDATE=1 cargo test --test it {filter}"
    );
}

#[test]
fn the_report_schema_is_what_the_types_say() {
    is_made_by("report-schema", "src/report/schema.json", "report_schema");
}

#[test]
fn the_policy_schema_is_what_the_types_say() {
    is_made_by("schema", "policies/schema.json", "policy_schema");
    let shown = seaworthy("policy schema").run().exits(0).stdout;
    assert_eq!(shown, seaworthy("generate schema").run().stdout);
}

#[test]
fn the_reference_is_what_the_policies_say() {
    is_made_by("reference", "policies/REFERENCE.md", "reference");
}

/// Every link of the reference leads to one of its headings, and every check and rule has one.
#[test]
fn the_links_of_the_reference_lead_somewhere() {
    let text = seaworthy("generate reference").run().exits(0).stdout;
    let anchor = |heading: &str| {
        let kept = heading
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.collect::<String>().to_lowercase().replace(' ', "-")
    };
    let headings = text.lines().filter_map(|line| line.strip_prefix("### "));
    let headings: BTreeSet<String> = headings.map(anchor).collect();
    for part in text.split("](#").skip(1) {
        let link = part.split(')').next().unwrap();
        assert!(headings.contains(link), "{link} leads nowhere");
    }
    for id in check_ids() {
        assert!(headings.contains(&id), "{id}");
    }
    for rule in RULES {
        assert!(headings.contains(&format!("rule-{}", rule.meta().id)));
    }
}

fn check_ids() -> Vec<String> {
    let ids = ids_of("trading-bot");
    assert!(ids.len() > 10, "{ids:?}");
    ids
}

fn ids_of(policy: &str) -> Vec<String> {
    let shown = seaworthy("policy show -p")
        .arg(policy)
        .run()
        .exits(0)
        .stdout;
    let lines = shown
        .lines()
        .filter_map(|line| line.strip_prefix("  - id: "));
    lines
        .map(|rest| rest.split_whitespace().next().unwrap().to_owned())
        .collect()
}
