//! The command lines of units: `ExecStart=` and its kin (systemd.service(5), "Command lines").

use super::specifier::{Machine, Unfilled, filled};
use super::words::{BLANKS, Escapes, first};
use crate::source::HostText;

/// One command of a unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// The program: a path, or a name that is looked for along the search path.
    pub path: HostText,
    /// Its words, the first is what the program is told to be called. Variables stand as they are written.
    pub argv: Vec<HostText>,
    /// `-`: that it fails is no failure.
    pub may_fail: bool,
    /// `+` or `!`: `User=` does not count for it.
    pub keeps_root: bool,
    /// `:`: a `$` is a `$`.
    pub literal: bool,
    /// A specifier that is not known here stands in it as it was written.
    pub unknown: Option<char>,
}

/// What is in a line of commands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// The commands, up to what is in error.
    pub(super) commands: Vec<Command>,
    /// Why the whole unit is in error by it.
    pub(super) fatal: Option<String>,
}

/// The commands of a line, for the unit of that name and file. An error behind a `-` costs only the rest of the line.
pub(super) fn line(text: &str, unit: &str, fragment: Option<&str>, machine: &Machine) -> Line {
    let mut line = Line::default();
    let mut rest = text;
    loop {
        // A line that cannot be taken apart at a command's beginning is ignored from there.
        let Ok(Some((word, after))) = first(rest, Escapes::Relaxed) else {
            return line;
        };
        rest = after;
        if word.raw() == ";" {
            continue;
        }
        let (mut command, program, own_name) = prefixed(word.raw());
        let may_fail = command.may_fail;
        let mut fill = |text: &str| match filled(text, unit, fragment, machine) {
            Ok(text) => Ok(text),
            Err(Unfilled::Unknown(letter)) => {
                command.unknown = Some(letter);
                Ok(text.to_owned())
            }
            Err(Unfilled::Impossible) => Err("a specifier stands for nothing"),
        };
        let path = fill(program).and_then(|path| checked(&path).map(|()| path));
        let parts = path.and_then(|path| {
            let mut argv: Vec<HostText> = Vec::new();
            if !own_name {
                argv.push(path.as_str().into());
            }
            let more = arguments(&mut rest, &mut argv, &mut fill)?;
            if argv.first().is_none_or(|name| name.raw().is_empty()) {
                return Err("it has no name for the program");
            }
            Ok((path, argv, more))
        });
        match parts {
            Ok((path, argv, more)) => {
                command.path = simplified(&path).into();
                command.argv = argv;
                line.commands.push(command);
                if !more {
                    return line;
                }
            }
            Err(why) => {
                line.fatal = (!may_fail).then(|| why.to_owned());
                return line;
            }
        }
    }
}

/// The signs before a program, the program, and whether its name is the next word.
fn prefixed(word: &str) -> (Command, &str, bool) {
    let mut command = Command::default();
    let (mut full, mut keeps, mut magic, mut own_name) = (false, false, false, false);
    let mut rest = word;
    while let Some(sign) = rest.chars().next() {
        match sign {
            '-' if !command.may_fail => command.may_fail = true,
            '@' if !own_name => own_name = true,
            ':' if !command.literal => command.literal = true,
            '+' if !(full || keeps || magic) => full = true,
            '!' if !(full || keeps || magic) => keeps = true,
            '!' if !(full || magic) => (keeps, magic) = (false, true),
            _ => break,
        }
        rest = &rest[1..];
    }
    command.keeps_root = full || keeps;
    (command, rest, own_name)
}

fn checked(path: &str) -> Result<(), &'static str> {
    if path.is_empty() {
        return Err("no program is named");
    }
    if path.contains(|c: char| c.is_ascii_control() || matches!(c, '"' | '\'' | '\\')) {
        return Err("the program's name has bad characters");
    }
    if path.ends_with('/') {
        return Err("a directory is no program");
    }
    match path.starts_with('/') {
        true if path.len() < 4096 && path.split('/').all(|part| part.len() < 256) => Ok(()),
        false if !path.contains('/') && path.len() < 256 && path != "." && path != ".." => Ok(()),
        _ => Err("it is neither an absolute path nor a name"),
    }
}

/// Takes the arguments of one command; true if another one follows.
fn arguments(
    rest: &mut &str,
    argv: &mut Vec<HostText>,
    fill: &mut impl FnMut(&str) -> Result<String, &'static str>,
) -> Result<bool, &'static str> {
    let alone = |text: &str| text.is_empty() || text.starts_with(BLANKS);
    loop {
        if let Some(after) = rest.strip_prefix(';').filter(|after| alone(after)) {
            *rest = after.trim_start_matches(BLANKS);
            return Ok(true);
        }
        if let Some(after) = rest.strip_prefix("\\;").filter(|after| alone(after)) {
            *rest = after.trim_start_matches(BLANKS);
            argv.push(";".into());
            continue;
        }
        match first(rest, Escapes::Relaxed)? {
            Some((word, after)) => {
                *rest = after;
                argv.push(fill(word.raw())?.into());
            }
            None => return Ok(false),
        }
    }
}

/// A path without what changes nothing: `//`, `/./`.
fn simplified(path: &str) -> String {
    if !path.starts_with('/') {
        return path.to_owned();
    }
    let parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
    parts.fold(String::new(), |all, part| all + "/" + part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<String>, String> {
        let found = line(text, "a@b.service", None, &Machine::default());
        let show = |it: &Command| {
            let words: Vec<&str> = it.argv.iter().map(HostText::raw).collect();
            format!("{} {words:?} {} {}", it.path, it.may_fail, it.keeps_root)
        };
        match found.fatal {
            Some(why) => Err(why),
            None => Ok(found.commands.iter().map(show).collect()),
        }
    }

    #[test]
    fn prefixes_separators_and_specifiers() {
        assert_eq!(
            read("-+/bin//x %i 'a b' ; @/bin/y why \\; \";\"").unwrap(),
            [
                "/bin/x [\"/bin//x\", \"b\", \"a b\"] true true",
                "/bin/y [\"why\", \";\", \";\"] false false",
            ]
        );
        assert_eq!(read("!!x").unwrap(), ["x [\"x\"] false false"]);
        assert_eq!(read("!x").unwrap(), ["x [\"x\"] false true"]);
    }

    #[test]
    fn what_is_in_error() {
        for fatal in ["a/b", "/a/", "-", "/a \"b", "@/a", ".."] {
            let is_fatal = read(fatal).is_err();
            assert_eq!(is_fatal, fatal != "-", "{fatal}");
        }
        assert!(read("-/a 'b").unwrap().is_empty());
        assert!(read("'/a").unwrap().is_empty());
    }
}
