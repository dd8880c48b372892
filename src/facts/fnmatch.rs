//! fnmatch(3) of the C locale: as sudo matches paths, arguments and host names with it, and systemd-sysctl the parts of a key.

/// True if a pattern with `*`, `?`, `[…]` and `\` takes the whole text. With `by_path` none of them takes a `/`.
pub fn matches(pattern: &[u8], text: &[u8], by_path: bool) -> bool {
    let (mut p, mut t) = (0, 0);
    // Where the last star stands, and how far into the text it reaches.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        let slash = by_path && text[t] == b'/';
        let taken = match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
                continue;
            }
            Some(b'?') if !slash => Some(1),
            Some(b'[') => match bracket(&pattern[p + 1..], text[t]) {
                Some((holds, length)) => (holds && !slash).then_some(length + 1),
                // Never closed: an ordinary character.
                None => (text[t] == b'[').then_some(1),
            },
            Some(b'\\') => match pattern.get(p + 1) {
                Some(next) => (*next == text[t]).then_some(2),
                None => None,
            },
            Some(byte) => (*byte == text[t]).then_some(1),
            None => None,
        };
        match (taken, star) {
            (Some(length), _) => {
                p += length;
                t += 1;
            }
            (None, Some((_, from))) if by_path && text[from] == b'/' => return false,
            (None, Some((at, from))) => {
                star = Some((at, from + 1));
                p = at + 1;
                t = from + 1;
            }
            (None, None) => return false,
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

/// Whether a bracket expression takes a byte, and its length without the opening bracket; `None` if it is not closed.
fn bracket(set: &[u8], byte: u8) -> Option<(bool, usize)> {
    let negated = matches!(set.first(), Some(b'!' | b'^'));
    let start = usize::from(negated);
    let mut at = start;
    let mut found = false;
    loop {
        if set[at..].starts_with(b"[:")
            && let Some(end) = set[at + 2..].windows(2).position(|pair| pair == b":]")
        {
            found |= class(&set[at + 2..at + 2 + end], byte);
            at += end + 4;
            continue;
        }
        if set.get(at) == Some(&b']') && at > start {
            return Some((found != negated, at + 1));
        }
        let (low, next) = literal(set, at)?;
        let range_end = (set.get(next) == Some(&b'-') && set.get(next + 1) != Some(&b']'))
            .then(|| literal(set, next + 1))
            .flatten();
        let (high, next) = range_end.unwrap_or((low, next));
        found |= (low..=high).contains(&byte);
        at = next;
    }
}

fn literal(set: &[u8], at: usize) -> Option<(u8, usize)> {
    match set.get(at..)? {
        // `[.x.]` and `[=x=]` are x itself in the C locale.
        [b'[', b'.', byte, b'.', b']', ..] | [b'[', b'=', byte, b'=', b']', ..] => {
            Some((*byte, at + 5))
        }
        [b'\\', byte, ..] => Some((*byte, at + 2)),
        [byte, ..] => Some((*byte, at + 1)),
        [] => None,
    }
}

fn class(name: &[u8], byte: u8) -> bool {
    match name {
        b"alpha" => byte.is_ascii_alphabetic(),
        b"digit" => byte.is_ascii_digit(),
        b"alnum" => byte.is_ascii_alphanumeric(),
        b"upper" => byte.is_ascii_uppercase(),
        b"lower" => byte.is_ascii_lowercase(),
        b"space" => byte.is_ascii_whitespace() || byte == 0x0b,
        b"blank" => matches!(byte, b' ' | b'\t'),
        b"punct" => byte.is_ascii_punctuation(),
        b"print" => byte.is_ascii_graphic() || byte == b' ',
        b"graph" => byte.is_ascii_graphic(),
        b"cntrl" => byte.is_ascii_control(),
        b"xdigit" => byte.is_ascii_hexdigit(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn as_fnmatch() {
        for (pattern, text, by_path, expected) in [
            ("/usr/bin/*", "/usr/bin/vi", true, true),
            ("/usr/*/vi", "/usr/a/b/vi", true, false),
            ("restart *", "restart a b /c", false, true),
            ("/usr/bin/[a-z]i", "/usr/bin/vi", true, true),
            ("[!v]i", "vi", false, false),
            ("[[:digit:]]", "7", false, true),
            ("a\\*", "a*", false, true),
            ("a\\*", "ab", false, false),
            ("*b*c", "abxbc", false, true),
            ("*", "", false, true),
            ("a[", "a[", false, true),
        ] {
            let got = matches(pattern.as_bytes(), text.as_bytes(), by_path);
            assert_eq!(got, expected, "{pattern} {text}");
        }
    }
}
