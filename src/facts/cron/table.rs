//! The grammar of a table (crontab(5)).

use super::{Flavour, Job, Table};
use crate::facts::accounts::Accounts;
use crate::secret::mask_text;
use crate::source::HostText;

/// The longest command, in bytes; one more and Debian's cron refuses the table.
const COMMAND_LIMIT: usize = 998;

/// The most lines of a table that Debian's cron reads.
const LINES: usize = 10_000;

/// The fields of a time: the least, the greatest, the names.
const FIELDS: [(u32, u32, &[&str]); 5] = [
    (0, 59, &[]),
    (0, 23, &[]),
    (1, 31, &[]),
    (
        1,
        12,
        &[
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ],
    ),
    (
        0,
        7,
        &["sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    ),
];

const WORDS: [&str; 9] = [
    "reboot",
    "yearly",
    "annually",
    "monthly",
    "weekly",
    "daily",
    "midnight",
    "hourly",
    "every_minute",
];

/// Reads a table: of a user, whose name is then given, or of the system, where each line names one.
pub fn parse(
    text: &[u8],
    path: &str,
    user: Option<&str>,
    flavour: Flavour,
    accounts: &Accounts,
) -> Table {
    let mut table = Table {
        path: path.into(),
        ..Table::default()
    };
    let mut found_in: Option<HostText> = None;
    let mut refuse = |why: String| {
        // cronie passes over the line alone.
        if flavour == Flavour::Debian && table.ignored.is_none() {
            table.ignored = Some(why);
        }
    };
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    if lines.len() > LINES + 1 {
        refuse(format!("it has more than {LINES} lines"));
    }
    for (number, line) in (1..).zip(&lines) {
        let is_last = usize::try_from(number).is_ok_and(|it| it == lines.len());
        let start = line.iter().position(|byte| !matches!(byte, b' ' | b'\t'));
        let Some(line) = start
            .map(|at| &line[at..])
            .filter(|it| it.first() != Some(&b'#'))
        else {
            continue;
        };
        if is_last {
            refuse(format!("line {number}: there is no newline behind it"));
        }
        let line = HostText::from_bytes(line);
        if let Some((name, value)) = assignment(line.raw()) {
            if name == "PATH" {
                found_in = Some(value.into());
            }
            continue;
        }
        match job(line.raw(), user, accounts, flavour) {
            Ok((schedule, user, command)) => table.jobs.push(Job {
                line: number,
                schedule: schedule.into(),
                user: user.into(),
                command: mask_text(&command.into()),
                path: found_in.clone(),
            }),
            Err(why) => refuse(format!("line {number}: {why}")),
        }
    }
    table
}

/// `NAME = value`, each perhaps in quotes.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let quoted = |text: &str| text.chars().next().filter(|it| matches!(it, '"' | '\''));
    let (name, rest) = match quoted(line) {
        Some(quote) => line[1..].split_once(quote)?,
        None => line.split_at(line.find(|c: char| c.is_ascii_whitespace() || c == '=')?),
    };
    if name.contains('=') {
        return None;
    }
    let value = rest.trim_start().strip_prefix('=')?.trim_start();
    match quoted(value) {
        Some(quote) => {
            let (value, rest) = value[1..].split_once(quote)?;
            rest.trim().is_empty().then_some((name, value))
        }
        None => Some((name, value.trim_end())),
    }
}

fn job<'l>(
    line: &'l str,
    user: Option<&'l str>,
    accounts: &Accounts,
    flavour: Flavour,
) -> Result<(&'l str, &'l str, &'l str), String> {
    let mut rest = line;
    if let Some(word) = line.strip_prefix('@') {
        let word = word.split([' ', '\t']).next().unwrap_or_default();
        if !WORDS.contains(&word) || (flavour == Flavour::Debian && word == "every_minute") {
            return Err("its time is none".to_owned());
        }
        rest = &line[1 + word.len()..];
    } else {
        // cronie takes a dash before the minute: nothing is logged then.
        rest = match rest.strip_prefix('-') {
            Some(after) if flavour == Flavour::Cronie => after,
            _ => rest,
        };
        for (least, greatest, names) in FIELDS {
            let end = rest.find([' ', '\t']).ok_or("it has no command")?;
            list(&rest[..end], least, greatest, names).ok_or("its time is none")?;
            rest = rest[end..].trim_start_matches([' ', '\t']);
        }
    }
    let schedule = line[..line.len() - rest.len()].trim_end();
    rest = rest.trim_start_matches([' ', '\t']);
    let user = match user {
        Some(_) if rest.starts_with('*') => return Err("it has six times".to_owned()),
        Some(user) => user,
        None => {
            let end = rest.find([' ', '\t']).ok_or("it has no command")?;
            let (user, after) = rest.split_at(end);
            rest = after.trim_start_matches([' ', '\t']);
            let is_known = accounts.accounts.iter().any(|it| it.name.raw() == user);
            if !is_known && accounts.elsewhere.is_empty() {
                return Err(format!("there is no account {}", HostText::from(user)));
            }
            user
        }
    };
    if rest.len() > COMMAND_LIMIT {
        return Err("its command is too long".to_owned());
    }
    Ok((schedule, user, rest))
}

/// `1-5/2,7`, `*/10`; what follows a valid beginning is passed over, as cron does.
fn list(text: &str, least: u32, greatest: u32, names: &[&str]) -> Option<()> {
    let mut rest = text;
    loop {
        rest = range(rest, least, greatest, names)?;
        match rest.strip_prefix(',') {
            Some(after) => rest = after,
            None => return Some(()),
        }
    }
}

fn range<'t>(text: &'t str, least: u32, greatest: u32, names: &[&str]) -> Option<&'t str> {
    let within = |number: u32| (least..=greatest).contains(&number);
    let (first, last, rest) = match text.strip_prefix('*') {
        Some(rest) => (least, greatest, rest),
        None => {
            let (first, rest) = number(text, least, names)?;
            match rest.strip_prefix('-') {
                Some(rest) => {
                    let (last, rest) = number(rest, least, names)?;
                    (first, last, rest)
                }
                None if rest.starts_with('/') || !within(first) => return None,
                None => return Some(rest),
            }
        }
    };
    let rest = match rest.strip_prefix('/') {
        Some(rest) => number(rest, 0, &[]).filter(|(step, _)| *step > 0)?.1,
        None => rest,
    };
    (within(first) && within(last)).then_some(rest)
}

fn number<'t>(text: &'t str, least: u32, names: &[&str]) -> Option<(u32, &'t str)> {
    let end = text
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let named = (least..)
        .zip(names)
        .find(|(_, name)| name.eq_ignore_ascii_case(word));
    match named {
        Some((number, _)) => Some((number, rest)),
        None => Some((word.parse().ok()?, rest)),
    }
}
