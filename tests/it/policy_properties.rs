//! What holds for every policy, sound or broken: through the library, without a process.

use jiff::Timestamp;
use proptest::prelude::*;
use seaworthy::facts::Request;
use seaworthy::policy::{BUILTINS, Loaded, Policy, load};
use seaworthy::source::MapFiles;
use seaworthy::yaml::{Mistake, draw};

/// How many cases are tried: few where everything is tried, many by hand (`PROPTEST_CASES=100000`).
fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn read(name: &str, text: &str, files: &MapFiles) -> Result<Policy, Vec<Mistake>> {
    let from = Loaded::Text(name.to_owned(), text.as_bytes().to_vec());
    load(from, files, &[], Timestamp::UNIX_EPOCH)
}

/// Every mistake has a place in a text that somebody can look at, and can be drawn.
fn hold(mistakes: &[Mistake]) {
    assert!(!mistakes.is_empty());
    assert!(mistakes.len() <= 51);
    for mistake in mistakes {
        let at = &mistake.at;
        assert!(
            at.text.content().get(at.span.clone()).is_some(),
            "{mistake}"
        );
        assert!(at.line >= 1 && at.column >= 1, "{mistake}");
        let known = ["<stdin>", "/base.yaml", "./base.yaml"].contains(&at.text.name());
        assert!(known || at.text.name().starts_with("builtin:"), "{mistake}");
        assert!(!mistake.message.is_empty());
    }
    let drawn = draw(mistakes, false);
    let steers = |c: char| c.is_control() && c != '\n';
    assert!(!drawn.contains(steers), "{drawn:?}");
}

const PIECES: &[&str] = &[
    "\n",
    "\n  ",
    "\n    ",
    "  - ",
    "- ",
    ": ",
    ":",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "'",
    "\"",
    "|\n",
    "&a ",
    "*a",
    "!t ",
    "---\n",
    "#",
    "~",
    "no",
    "off: ",
    "0600",
    "id: x\n",
    "with: {}",
    "with+: { accept: [\"9\"] }",
    "with-: { accept: [\"9\"] }",
    "accept: [1]",
    "severity: { default: low }",
    "extends: [ssh, kernel]\n",
    "extends: [./base.yaml]\n",
    "tune:\n",
    "waivers:\n",
    "checks:\n",
    "ssh-root-login: ",
    "rule: sshd-option",
    "supersedes: [a]",
    "expires: 2999-01-01",
    "\u{feff}",
    "\u{85}",
    "\u{202e}",
    "\u{1b}",
    "\0",
    "é",
    "😀",
    "\t",
];

/// A whole policy of its own beside the built-in ones, so that edits hit tunings and waivers too.
const OWN: &str = "\
policy: mine
title: My server
requires: \">=0.1\"
extends: [ssh, kernel, ./base.yaml]
checks:
  - id: debug-keys-on
    rule: sysctl-value
    with: { key: kernel.sysrq, accept: [\"0\"] }
    severity: low
    title: the debug keys work
    why: |
      Whoever is at the console
      can end every process.
    supersedes: [kernel-log-readable]
tune:
  ssh-root-login: { with+: { accept: [without-password] }, with-: { accept: [\"no\"] }, severity: critical }
  ssh-empty-password: { off: \"no sshd here\" }
  network-spoofing-unfiltered: { with: { accept: [2] }, title: t, why: w }
waivers:
  - { check: ssh-root-login, subject: \"user:*\", reason: r, owner: o, expires: 2999-01-01 }
";

const BASE: &str =
    "policy: base\ntitle: Base\nextends: [kernel]\ntune:\n  kernel-log-readable: { off: x }\n";

/// A text with some pieces of it replaced by others.
fn gone_wrong(text: &'static str) -> impl Strategy<Value = String> {
    let edit = (
        any::<prop::sample::Index>(),
        0..16_usize,
        prop::sample::select(PIECES),
    );
    prop::collection::vec(edit, 1..5).prop_map(move |edits| {
        let mut text = text.to_owned();
        for (at, length, piece) in edits {
            let start = text.floor_char_boundary(at.index(text.len() + 1));
            let end = text.floor_char_boundary(start + length).max(start);
            text.replace_range(start..end, piece);
        }
        text
    })
}

fn texts() -> impl Strategy<Value = String> {
    let builtin = prop::sample::select(BUILTINS).prop_flat_map(|builtin| gone_wrong(builtin.text));
    prop_oneof![2 => builtin, 3 => gone_wrong(OWN), 1 => any::<String>()]
}

/// A text of a policy: bare words, what YAML could mistake, and anything else.
const ODD: &[&str] = &[
    "no",
    "null",
    "~",
    "0600",
    "1.5",
    "- x",
    "a: b",
    "a # b",
    "*x",
    "!x",
    "{x}",
    "'",
    "\"\\",
    "x\u{85}",
    "\u{2028}\u{7f}",
    " x ",
    "\ttab",
    "two\nlines\n",
    "\u{feff}",
    "\u{e0041}",
    "true",
];

fn word() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        "[a-z]{1,8}",
        prop::sample::select(ODD).prop_map(str::to_owned),
        ".{1,20}".prop_filter("not blank", |text| !text.trim().is_empty()),
    ]
}

fn quoted(text: &str) -> String {
    seaworthy::yaml::quote(text)
}

fn severity() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["info", "low", "medium", "high", "critical"][..])
}

/// A check of any rule, without its id.
fn check() -> impl Strategy<Value = String> {
    let values = || {
        let words = prop::collection::vec(word(), 1..4);
        words.prop_map(|words| {
            words
                .iter()
                .map(|word| quoted(word))
                .collect::<Vec<_>>()
                .join(", ")
        })
    };
    let bound = prop_oneof![
        (values(), prop::option::of(word())).prop_map(|(values, danger)| {
            let danger = danger.map_or(String::new(), |danger| format!(", danger: {}", quoted(&danger)));
            format!("rule: sysctl-value, with: {{ key: kernel.sysrq, accept: [{values}]{danger} }}")
        }),
        values().prop_map(|values| format!("rule: sshd-option, with: {{ option: PermitRootLogin, accept: [{values}] }}")),
        prop::collection::vec(any::<i32>(), 1..3).prop_map(|numbers| {
            format!("rule: interface-setting, with: {{ setting: net.ipv6.accept_ra, accept: {numbers:?} }}")
        }),
        Just("rule: ssh-password-login".to_owned()),
        Just("rule: ssh-password-login, with: {}".to_owned()),
    ];
    let words = prop::collection::vec(word(), 0..3);
    (bound, severity(), any::<bool>(), word(), word(), words).prop_map(
        |(bound, severity, by_grade, title, why, tags)| {
            let severity = match by_grade {
                true => format!("{{ default: {severity} }}"),
                false => severity.to_owned(),
            };
            let tags: Vec<String> = tags.iter().map(|tag| quoted(tag)).collect();
            let (title, why, tags) = (quoted(&title), quoted(&why), tags.join(", "));
            format!("{bound}, severity: {severity}, title: {title}, why: {why}, tags: [{tags}]")
        },
    )
}

/// A sound policy that extends, tunes, switches off and waives.
fn policies() -> impl Strategy<Value = String> {
    let reason = word().prop_filter("a reason", |word| {
        !["no", "null", "~", "true"].contains(&word.trim())
            && !["yes", "on", "off", "y", "n", "false"]
                .contains(&word.trim().to_lowercase().as_str())
    });
    let tuning = (word(), severity(), any::<bool>(), word(), prop::option::of(reason)).prop_map(
        |(title, severity, add, value, off)| {
            let list = if add { "with+" } else { "with" };
            let off = off.map_or("false".to_owned(), |off| quoted(&off));
            let (title, value) = (quoted(&title), quoted(&value));
            format!("{{ title: {title}, severity: {severity}, {list}: {{ accept: [{value}] }}, off: {off} }}")
        },
    );
    let parts = (
        word(),
        word(),
        prop::collection::vec(check(), 0..5),
        tuning,
        word(),
        word(),
    );
    parts.prop_map(|(name, title, checks, tuning, reason, owner)| {
        let mut text = format!("policy: {}\ntitle: {}\nextends: [ssh, ./base.yaml]\n", quoted(&name), quoted(&title));
        text.push_str("checks:\n");
        for (index, check) in checks.iter().enumerate() {
            text.push_str(&format!("  - {{ id: own-{index}, {check}, supersedes: [ssh-root-login] }}\n"));
        }
        text.push_str(&format!("tune:\n  ssh-root-login: {tuning}\n  kernel-log-readable: {{ with+: {{ accept: [\"2\"] }}, with-: {{ accept: [\"1\"] }} }}\n"));
        let (reason, owner) = (quoted(&reason), quoted(&owner));
        text.push_str(&format!("waivers:\n  - {{ check: ssh-root-login, subject: {owner}, reason: {reason}, owner: {owner}, expires: 2999-01-01 }}\n"));
        text
    })
}

/// Everything that judging depends on.
fn meaning(policy: &Policy) -> Vec<String> {
    let mut all = vec![format!("{:?} {:?}", policy.name, policy.title)];
    for check in &policy.checks {
        let requests: Vec<Request> = check.requests();
        all.push(format!(
            "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {requests:?} {}",
            check.id,
            check.rule.id,
            check.severity,
            check.title,
            check.why,
            check.tags,
            check.supersedes,
            check.refs,
            check.off,
            check.subject(),
            check.with().map(ToString::to_string).unwrap_or_default(),
        ));
    }
    for waiver in &policy.waivers {
        let (subjects, expires) = (waiver.subjects(), waiver.expires);
        all.push(format!(
            "{:?} {subjects:?} {:?} {:?} {expires}",
            waiver.check, waiver.reason, waiver.owner
        ));
    }
    all
}

fn files() -> MapFiles {
    MapFiles::new([("./base.yaml", BASE), ("/base.yaml", BASE)])
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_text_panics_or_has_a_mistake_without_a_place(text in texts()) {
        if let Err(mistakes) = read("<stdin>", &text, &files()) {
            hold(&mistakes);
        }
    }

    #[test]
    fn a_broken_base_is_told_in_its_own_text(base in gone_wrong(BASE)) {
        let files = MapFiles::new([("/base.yaml", base.as_str())]);
        if let Err(mistakes) = read("<stdin>", "policy: p\ntitle: t\nextends: [/base.yaml]\n", &files) {
            hold(&mistakes);
        }
    }

    #[test]
    fn a_policy_that_is_shown_means_the_same(text in policies()) {
        let told = |mistakes: Vec<Mistake>| TestCaseError::fail(format!("{text}\n{}", draw(&mistakes, false)));
        let first = read("<stdin>", &text, &files());
        // A subject that is no glob is refused, and that is another property.
        if let Err(mistakes) = &first && mistakes.iter().all(|one| one.message.starts_with("not a glob")) {
            return Ok(());
        }
        let first = first.map_err(told)?;
        let shown = first.show();
        let second = read("<shown>", &shown, &MapFiles::default()).map_err(|mistakes| TestCaseError::fail(format!("{shown}\n{}", draw(&mistakes, false))))?;
        prop_assert_eq!(meaning(&first), meaning(&second));
        let again = second.show();
        let third = read("<shown>", &again, &MapFiles::default()).unwrap_or_else(|_| panic!("{again}"));
        prop_assert_eq!(again, third.show());
    }
}
