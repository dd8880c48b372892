//! The order of versions against `dpkg --compare-versions`.

use crate::support::{Dice, number};
use seaworthy::facts::packages::DebVersion;
use std::cmp::Ordering;
use std::io::Write;
use std::process::{Command, Stdio};

/// Reads lines `A B`, and says for each how A stands to B, or that dpkg refuses one. dpkg itself takes most of the time.
const ASK: &str = r#"
while read -r a b; do
    dpkg --compare-versions "$a" lt "$b" 2>/dev/null
    case $? in
        0) echo '<' ;;
        1) if dpkg --compare-versions "$a" eq "$b" 2>/dev/null; then echo =; else echo '>'; fi ;;
        *) echo refused ;;
    esac
done"#;

#[test]
fn versions_are_ordered_as_dpkg_orders_them() {
    if !super::dpkg_is_here() {
        return;
    }
    let pairs = number("SEAWORTHY_VERSION_PAIRS", 2000);
    let mut dice = Dice(super::seed());
    let pairs: Vec<(String, String)> = (0..pairs).map(|_| pair(&mut dice)).collect();
    let half = pairs.len().div_ceil(2).max(1);
    let (mut wrong, mut counts) = (Vec::new(), [0; 4]);
    std::thread::scope(|scope| {
        let asked: Vec<_> = pairs
            .chunks(half)
            .map(|part| (part, scope.spawn(|| ask(part))))
            .collect();
        for (part, answers) in asked {
            let answers = answers.join().expect("dpkg answers");
            assert_eq!(answers.len(), part.len());
            for ((a, b), theirs) in part.iter().zip(answers) {
                let ours = ours(a, b);
                counts[["<", "=", ">", "refused"]
                    .iter()
                    .position(|word| *word == ours)
                    .expect("a word")] += 1;
                if ours != theirs {
                    wrong.push(format!("{a} {b}: {ours}, dpkg {theirs}"));
                }
            }
        }
    });
    let [less, equal, more, refused] = counts;
    println!(
        "{} pairs: {less} <, {equal} =, {more} >, {refused} refused",
        pairs.len()
    );
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        pairs.len(),
        wrong.join("\n")
    );
    assert!(
        counts.iter().all(|count| *count > pairs.len() / 50),
        "the generator favours one side"
    );
}

fn ours(a: &str, b: &str) -> &'static str {
    let (a, b) = (DebVersion::new(a), DebVersion::new(b));
    match a.cmp(&b) {
        _ if a.refusal().or(b.refusal()).is_some() => "refused",
        Ordering::Less => "<",
        Ordering::Equal => "=",
        Ordering::Greater => ">",
    }
}

fn ask(pairs: &[(String, String)]) -> Vec<String> {
    let mut shell = Command::new("sh")
        .args(["-c", ASK])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("sh runs");
    let mut pipe = shell.stdin.take().expect("a pipe");
    let lines: String = pairs.iter().map(|(a, b)| format!("{a} {b}\n")).collect();
    let writer = std::thread::spawn(move || pipe.write_all(lines.as_bytes()));
    let output = shell.wait_with_output().expect("sh ends");
    writer.join().expect("no panic").expect("sh reads");
    super::text(&output.stdout)
        .lines()
        .map(str::to_owned)
        .collect()
}

/// A version, and one that differs in a place or two.
fn pair(dice: &mut Dice) -> (String, String) {
    let version = version(dice);
    let mut other: Vec<char> = version.chars().collect();
    for _ in 0..dice.roll(3) {
        let at = dice.roll(other.len() + 1);
        let piece = piece(dice);
        match dice.roll(3) {
            0 => drop(other.splice(at..at, piece.chars())),
            1 => drop(other.splice(at..(at + 1).min(other.len()), piece.chars())),
            _ => drop(other.drain(at..(at + 1).min(other.len()))),
        }
    }
    let other: String = other.into_iter().collect();
    (askable(version), askable(other))
}

/// dpkg takes what begins with a hyphen for an option, and nothing for a version that is not known.
fn askable(version: String) -> String {
    match version.chars().next() {
        None | Some('-') => format!("0{version}"),
        _ => version,
    }
}

fn version(dice: &mut Dice) -> String {
    let mut text = String::new();
    if dice.one_in(4) {
        text += dice.pick(&["0:", "1:", "01:", "2:", "2147483647:", "2147483648:", "a:"]);
    }
    text += dice.pick(&["0", "1", "9", "10", "007", "20240101", "v"]);
    for _ in 0..dice.roll(6) {
        text += piece(dice);
    }
    if !dice.one_in(3) {
        text += "-";
        for _ in 0..1 + dice.roll(3) {
            text += piece(dice);
        }
    }
    text
}

fn piece(dice: &mut Dice) -> &'static str {
    dice.pick(&[
        "0",
        "1",
        "2",
        "10",
        "00",
        "9",
        "99999999999999999999",
        ".",
        ".",
        ".",
        "~",
        "~",
        "~rc",
        "+",
        "+b",
        "+deb12u",
        "a",
        "b",
        "z",
        "A",
        "Z",
        "-",
        "-",
        ":",
        "_",
        "ubuntu",
        "~bpo12+",
        "dfsg",
        "é",
    ])
}
