//! Secrets that show by their shape alone, wherever they stand.

use super::Kind;
use super::draft::Hit;
use super::random::{is_drawn, is_drawn_base64, is_hex};
use super::value::is_path;

/// What services put in front of what they issue, and how many characters follow at least.
const PREFIXES: &[(&str, usize, Kind)] = &[
    ("AKIA", 16, Kind::ApiKey),
    ("ASIA", 16, Kind::ApiKey),
    ("ABIA", 16, Kind::ApiKey),
    ("ACCA", 16, Kind::ApiKey),
    ("AIza", 30, Kind::ApiKey),
    ("AGE-SECRET-KEY-1", 20, Kind::PrivateKey),
    ("bg_", 20, Kind::ApiKey),
    ("dop_v1_", 20, Kind::Token),
    ("eyJ", 17, Kind::Token),
    ("gAAAAA", 20, Kind::ApiSecret),
    ("gho_", 20, Kind::Token),
    ("ghp_", 20, Kind::Token),
    ("ghr_", 20, Kind::Token),
    ("ghs_", 20, Kind::Token),
    ("ghu_", 20, Kind::Token),
    ("github_pat_", 20, Kind::Token),
    ("glpat-", 16, Kind::Token),
    ("hf_", 20, Kind::Token),
    ("hvs.", 20, Kind::Token),
    ("mx0", 15, Kind::ApiKey),
    ("npm_", 20, Kind::Token),
    ("pypi-", 20, Kind::Token),
    ("rk_live_", 16, Kind::ApiSecret),
    ("SG.", 20, Kind::Token),
    ("sk-", 20, Kind::ApiKey),
    ("sk_live_", 16, Kind::ApiSecret),
    ("sk_test_", 16, Kind::ApiSecret),
    ("tprv", 60, Kind::PrivateKey),
    ("tskey-", 12, Kind::ApiKey),
    ("whsec_", 16, Kind::Secret),
    ("xapp-", 12, Kind::Token),
    ("xoxb-", 12, Kind::Token),
    ("xoxp-", 12, Kind::Token),
    ("xprv", 60, Kind::PrivateKey),
    ("ya29.", 20, Kind::Token),
    ("yprv", 60, Kind::PrivateKey),
    ("zprv", 60, Kind::PrivateKey),
];

/// What says that the hex after it is a digest or the id of a container.
const BEFORE_IDS: &[&str] = &[
    "sha256:",
    "sha512:",
    "sha1:",
    "md5:",
    "docker-",
    "containerd-",
    "libpod-",
    "crio-",
    "buildkit-",
    "container:",
    "conmon-",
    "PARTUUID=",
    "machine-id:",
];

/// What says itself what it is.
pub(super) fn known(word: &str) -> Vec<Hit> {
    let mut hits = Vec::new();
    prefixed(word, &mut hits);
    telegram(word, &mut hits);
    hits
}

/// What was drawn by lot. `ids_may_stand` where hex is the id of a container by its place.
pub(super) fn drawn(word: &str, ids_may_stand: bool) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (start, run) in runs(word, is_url64) {
        if is_drawn_base64(run) && !(in_path(word, start) && run.len() < 32) {
            hits.push(hit(start, run, Kind::Secret));
        }
    }
    for (start, run) in runs(word, is_base64) {
        if run.len() >= 40 && is_drawn_base64(run) && !is_path(run) {
            hits.push(hit(start, run, Kind::Secret));
        }
    }
    for (start, run) in runs(word, |byte| byte.is_ascii_alphanumeric()) {
        let before = &word[..start];
        let wallet = run.strip_prefix("0x").or_else(|| run.strip_prefix("0X"));
        if wallet.is_some_and(|hex| hex.len() >= 64 && is_hex(hex)) {
            hits.push(hit(start, run, Kind::PrivateKey));
        } else if is_hex(run) {
            let known = ids_may_stand
                || in_path(word, start)
                || BEFORE_IDS.iter().any(|known| before.ends_with(known));
            if !known {
                hits.push(hit(start, run, Kind::Secret));
            }
        } else if run.len() != 40 || !run.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let address =
                wallet.is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
            let file = || in_path(word, start) && (run.len() < 32 || is_one_case(run));
            if is_drawn(run) && !address && !file() {
                hits.push(hit(start, run, Kind::Secret));
            }
        }
    }
    hits
}

fn hit(start: usize, run: &str, kind: Kind) -> Hit {
    Hit {
        start,
        end: start + run.len(),
        kind,
    }
}

fn prefixed(word: &str, hits: &mut Vec<Hit>) {
    let of_token = |byte: u8| is_base64(byte) || is_url64(byte) || byte == b'.';
    let bytes = word.as_bytes();
    let mut done = [0; PREFIXES.len()];
    for start in 0..bytes.len() {
        if start > 0 && bytes[start - 1].is_ascii_alphanumeric() {
            continue;
        }
        for ((prefix, least, kind), done) in PREFIXES.iter().zip(&mut done) {
            if start < *done || !bytes[start..].starts_with(prefix.as_bytes()) {
                continue;
            }
            let rest = &bytes[start + prefix.len()..];
            let length = rest.iter().take_while(|byte| of_token(**byte)).count();
            // `sk-` begins many a word, and none that has a digit and is that long.
            let drawn = |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
            *done = start + prefix.len() + length;
            if length >= *least && (prefix.len() > 4 || rest[..length].iter().any(drawn)) {
                hits.push(Hit {
                    start,
                    end: *done,
                    kind: *kind,
                });
            }
        }
    }
}

/// `123456789:AA…`: the number of a bot, and 35 characters.
fn telegram(word: &str, hits: &mut Vec<Hit>) {
    for (at, _) in word.match_indices(':') {
        let digits = word[..at]
            .bytes()
            .rev()
            .take_while(u8::is_ascii_digit)
            .count();
        let length = word[at + 1..]
            .bytes()
            .take_while(|byte| is_url64(*byte))
            .count();
        if (5..=16).contains(&digits) && length >= 30 {
            hits.push(Hit {
                start: at - digits,
                end: at + 1 + length,
                kind: Kind::Token,
            });
        }
    }
}

/// The addresses of webhooks: whoever knows the path may post.
pub(super) fn webhooks(word: &str) -> Vec<Hit> {
    const PATHS: &[&str] = &[
        "hooks.slack.com/",
        "/api/webhooks/",
        "/webhookb2/",
        "hooks.zapier.com/",
    ];
    let mut hits = Vec::new();
    for path in PATHS {
        for (at, _) in word.match_indices(path) {
            let start = at + path.len();
            if start < word.len() {
                hits.push(Hit {
                    start,
                    end: word.len(),
                    kind: Kind::Webhook,
                });
            }
        }
    }
    hits
}

/// True if the run at `start` is part of a file's path: what is there was named by a program, often after a digest.
fn in_path(word: &str, start: usize) -> bool {
    // Paths are not longer (PATH_MAX), and without a bound a hostile text costs its square.
    const LIMIT: usize = 4096;
    let before = &word[word.floor_char_boundary(start.saturating_sub(LIMIT))..start];
    let path = before
        .rfind(['=', ':', ',', ';', '('])
        .map_or(0, |at| at + 1);
    let (before, path) = before.split_at(path);
    let begins = ["/", "./", "../", "~/"]
        .iter()
        .any(|begin| path.starts_with(begin));
    // A key in base64 may begin with a slash, and what begins with two is an address.
    let is_key = path.starts_with('/') && path.len() <= 4;
    begins && !is_key && !path.starts_with("//") && !before.ends_with("//")
}

fn is_one_case(run: &str) -> bool {
    let lower = run.bytes().any(|byte| byte.is_ascii_lowercase());
    let upper = run.bytes().any(|byte| byte.is_ascii_uppercase());
    lower != upper
}

fn is_url64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// The longest runs of such bytes, all of them ASCII.
fn runs(word: &str, of_run: impl Fn(u8) -> bool) -> Vec<(usize, &str)> {
    let mut runs = Vec::new();
    let mut start = 0;
    for (at, c) in word.char_indices().chain([(word.len(), ' ')]) {
        let inside =
            u8::try_from(c).is_ok_and(|byte| byte.is_ascii() && of_run(byte)) && at < word.len();
        if !inside {
            if at > start {
                runs.push((start, &word[start..at]));
            }
            start = at + c.len_utf8();
        }
    }
    runs
}
