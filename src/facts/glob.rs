//! The files that a pattern names: glob(3) as in OpenSSH's openbsd-compat/glob.c, called without flags.
//!
//! No braces and no tilde, a leading dot only by a dot, backslashes quote, results in byte order. sshd, whose Include is
//! read by this, takes a pattern that matches nothing in silence, and so it does with a directory that it may not list.

use crate::source::{FileKind, Files, HostText, Obstacle};

/// One character of a pattern.
#[derive(Clone, Debug)]
enum Mark {
    Byte(u8),
    One,
    Any,
    Set { negated: bool, members: Vec<Member> },
}

#[derive(Clone, Debug)]
enum Member {
    Range(u8, u8),
    Class(fn(&u8) -> bool),
}

/// sshd's PATH_MAX: a longer pattern matches nothing.
const LONGEST: usize = 4096;

/// What one pattern may cost.
struct Search<'a> {
    files: &'a dyn Files,
    found: Vec<Vec<u8>>,
    most: usize,
    /// Directories that may still be listed: `/*/*/*/*` would read the whole disk.
    listings: usize,
}

/// As many directories are listed for one pattern.
const LISTINGS: usize = 1_000;

/// The paths that exist and match, in byte order; at most `limit` of them.
///
/// # Errors
/// Why a directory on the way could not be seen, or that there are more.
pub(crate) fn glob(
    files: &dyn Files,
    pattern: &HostText,
    limit: usize,
) -> Result<Vec<HostText>, Obstacle> {
    let bytes = HostText::to_bytes(pattern.raw());
    if bytes.len() >= LONGEST || !bytes.starts_with(b"/") {
        // Relative ones begin with `~`, and sshd does not run in a directory that has such a name.
        return Ok(Vec::new());
    }
    let Some(marks) = compile(&bytes) else {
        return Ok(Vec::new());
    };
    let mut search = Search {
        files,
        found: Vec::new(),
        most: limit,
        listings: LISTINGS,
    };
    search.walk(Vec::new(), &marks)?;
    search.found.sort();
    let paths = search.found.iter();
    Ok(paths.map(|path| HostText::from_bytes(path)).collect())
}

impl Search<'_> {
    /// Takes the segments without meta characters as they are, and lists a directory for the first other.
    fn walk(&mut self, mut path: Vec<u8>, mut marks: &[Mark]) -> Result<(), Obstacle> {
        loop {
            if marks.is_empty() {
                return self.exists(path);
            }
            let slash = |mark: &Mark| matches!(mark, Mark::Byte(b'/'));
            let end = marks.iter().position(slash).unwrap_or(marks.len());
            let (segment, rest) = marks.split_at(end);
            let plain = segment.iter().map(|mark| match mark {
                Mark::Byte(byte) => Some(*byte),
                _ => None,
            });
            let Some(plain) = plain.collect::<Option<Vec<u8>>>() else {
                return self.list(&path, segment, rest);
            };
            path.extend(plain);
            let slashes = rest.iter().take_while(|mark| slash(mark)).count();
            path.extend(std::iter::repeat_n(b'/', slashes));
            marks = &rest[slashes..];
        }
    }

    fn exists(&mut self, path: Vec<u8>) -> Result<(), Obstacle> {
        if self
            .files
            .stat(HostText::from_bytes(&path).raw())?
            .is_some()
        {
            if self.found.len() >= self.most {
                return Err(too_many(format!("more than {} files", self.most)));
            }
            self.found.push(path);
        }
        Ok(())
    }

    fn list(&mut self, directory: &[u8], segment: &[Mark], rest: &[Mark]) -> Result<(), Obstacle> {
        let at = HostText::from_bytes(directory);
        // What is no directory cannot be listed, and that is no obstacle.
        let is_directory = self
            .files
            .follow(at.raw())?
            .is_some_and(|stat| stat.kind == FileKind::Directory);
        if !is_directory {
            return Ok(());
        }
        let Some(left) = self.listings.checked_sub(1) else {
            return Err(too_many(format!(
                "files in more than {LISTINGS} directories"
            )));
        };
        self.listings = left;
        let entries = self.files.list(at.raw())?.unwrap_or_default();
        let dots = [".".into(), "..".into()];
        let names = dots.iter().chain(entries.iter().map(|entry| &entry.name));
        for name in names {
            let name = HostText::to_bytes(name.raw());
            if name.starts_with(b".") && !matches!(segment.first(), Some(Mark::Byte(b'.'))) {
                continue;
            }
            if matches(segment, &name) {
                self.walk([directory, &name].concat(), rest)?;
            }
        }
        Ok(())
    }
}

fn too_many(what: String) -> Obstacle {
    Obstacle::NotModelled {
        what: format!("a pattern that names {what}").into(),
    }
}

fn matches(marks: &[Mark], name: &[u8]) -> bool {
    let (mut m, mut n) = (0, 0);
    let mut retry = None;
    loop {
        match (marks.get(m), name.get(n)) {
            (None, None) => return true,
            (Some(Mark::Any), _) => {
                retry = Some((m, n));
                m += 1;
                continue;
            }
            (Some(mark), Some(byte)) if mark.fits(*byte) => {
                (m, n) = (m + 1, n + 1);
                continue;
            }
            _ => {}
        }
        let Some((star, from)) = retry.filter(|(_, from)| *from < name.len()) else {
            return false;
        };
        retry = Some((star, from + 1));
        (m, n) = (star + 1, from + 1);
    }
}

impl Mark {
    fn fits(&self, byte: u8) -> bool {
        match self {
            Self::Byte(own) => *own == byte,
            Self::One => true,
            Self::Any => false,
            Self::Set { negated, members } => {
                let is_in = |member: &Member| match member {
                    Member::Range(from, to) => (*from..=*to).contains(&byte),
                    Member::Class(class) => class(&byte),
                };
                members.iter().any(is_in) != *negated
            }
        }
    }
}

/// glob0: a bracket that nothing closes is a letter. None for a class that does not exist, which matches nothing.
fn compile(pattern: &[u8]) -> Option<Vec<Mark>> {
    // What a backslash quotes is no meta character; one at the end quotes itself.
    let mut chars: Vec<(u8, bool)> = Vec::new();
    let mut bytes = pattern.iter().copied();
    while let Some(byte) = bytes.next() {
        chars.push(match byte {
            b'\\' => (bytes.next().unwrap_or(b'\\'), true),
            byte => (byte, false),
        });
    }
    let mut marks = Vec::new();
    let mut at = 0;
    while let Some(&char) = chars.get(at) {
        at += 1;
        match char {
            (b'?', false) => marks.push(Mark::One),
            (b'*', false) => {
                if !matches!(marks.last(), Some(Mark::Any)) {
                    marks.push(Mark::Any);
                }
            }
            (b'[', false) => match set(&chars[at..])? {
                Some((set, length)) => {
                    marks.push(set);
                    at += length;
                }
                None => marks.push(Mark::Byte(b'[')),
            },
            (byte, _) => marks.push(Mark::Byte(byte)),
        }
    }
    Some(marks)
}

/// A set and its length behind the bracket; `Some(None)` if nothing closes it.
#[expect(clippy::option_option, reason = "no such class, no such set, a set")]
fn set(chars: &[(u8, bool)]) -> Option<Option<(Mark, usize)>> {
    const CLOSE: (u8, bool) = (b']', false);
    let negated = chars.first() == Some(&(b'!', false));
    let mut at = usize::from(negated);
    // The first member may be a bracket.
    let closes = chars
        .get(at + 1..)
        .is_some_and(|rest| rest.contains(&CLOSE));
    if !closes {
        return Some(None);
    }
    let mut members = Vec::new();
    loop {
        if chars.get(at) == Some(&(b'[', false)) && chars.get(at + 1) == Some(&(b':', false)) {
            match class(&chars[at + 2..]) {
                Some(Ok((class, length))) => {
                    members.push(Member::Class(class));
                    at += 2 + length;
                    if chars.get(at) == Some(&CLOSE) {
                        break;
                    }
                    continue;
                }
                Some(Err(())) => return None,
                None => {}
            }
        }
        let Some(&(from, _)) = chars.get(at) else {
            return Some(None);
        };
        match (chars.get(at + 1), chars.get(at + 2)) {
            (Some((b'-', false)), Some(to)) if *to != CLOSE => {
                members.push(Member::Range(from, to.0));
                at += 3;
            }
            _ => {
                members.push(Member::Range(from, from));
                at += 1;
            }
        }
        match chars.get(at) {
            Some(&CLOSE) => break,
            Some(_) => {}
            None => return Some(None),
        }
    }
    Some(Some((Mark::Set { negated, members }, at + 1)))
}

type Class = fn(&u8) -> bool;

/// `alpha:]` and the like: none if it is not closed so, an error if there is no such class.
fn class(chars: &[(u8, bool)]) -> Option<Result<(Class, usize), ()>> {
    let end = chars.iter().position(|char| *char == (b':', false))?;
    if chars.get(end + 1) != Some(&(b']', false)) {
        return None;
    }
    let name: Vec<u8> = chars[..end].iter().map(|(byte, _)| *byte).collect();
    let class: Class = match name.as_slice() {
        b"alnum" => u8::is_ascii_alphanumeric,
        b"alpha" => u8::is_ascii_alphabetic,
        b"blank" => |byte| matches!(byte, b' ' | b'\t'),
        b"cntrl" => u8::is_ascii_control,
        b"digit" => u8::is_ascii_digit,
        b"graph" => u8::is_ascii_graphic,
        b"lower" => u8::is_ascii_lowercase,
        b"print" => |byte| matches!(byte, b' '..=b'~'),
        b"punct" => u8::is_ascii_punctuation,
        b"space" => |byte| matches!(byte, b' ' | 9..=13),
        b"upper" => u8::is_ascii_uppercase,
        b"xdigit" => u8::is_ascii_hexdigit,
        _ => return Some(Err(())),
    };
    Some(Ok((class, end + 2)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MapFiles;

    #[test]
    fn names_what_is_there_in_byte_order() {
        let files = MapFiles::new([
            ("/d/10.conf", ""),
            ("/d/9.conf", ""),
            ("/d/Z.conf", ""),
            ("/d/a.conf", ""),
            ("/d/.hid.conf", ""),
            ("/d/e/x.conf", ""),
            ("/d/[b.conf", ""),
            ("/d/a*b", ""),
            ("/d/{a,b}", ""),
            ("/d/~", ""),
        ]);
        for (pattern, expected) in [
            (
                "/d/*.conf",
                &[
                    "/d/10.conf",
                    "/d/9.conf",
                    "/d/Z.conf",
                    "/d/[b.conf",
                    "/d/a.conf",
                ][..],
            ),
            (
                "/d/[!a-z]*.conf",
                &["/d/10.conf", "/d/9.conf", "/d/Z.conf", "/d/[b.conf"],
            ),
            ("/d/[[:digit:]]*", &["/d/10.conf", "/d/9.conf"]),
            ("/d/[[:nothing:]]*", &[]),
            ("/d/[b.conf", &["/d/[b.conf"]),
            ("/d/.*.conf", &["/d/.hid.conf"]),
            ("/d/a\\*b", &["/d/a*b"]),
            ("/d/a?b", &["/d/a*b"]),
            ("/d/{a,b}", &["/d/{a,b}"]),
            ("/*/*/x.conf", &["/d/e/x.conf"]),
            ("/d/e", &["/d/e"]),
            ("/d/nothing", &[]),
            ("/nothing/*", &[]),
            ("~/d/*", &[]),
            ("/d/[]-]*", &[]),
        ] {
            let found = glob(&files, &pattern.into(), 100).unwrap();
            let found: Vec<&str> = found.iter().map(HostText::raw).collect();
            assert_eq!(found, expected, "{pattern}");
        }
        assert!(glob(&files, &"/d/*".into(), 3).is_err());
    }
}
