//! fnmatch(3) of the C locale, as sudo matches paths, arguments and host names with it.

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
            Some(b'[') => match bracket(&pattern[p..], text[t]) {
                Some((length, holds)) => (holds && !slash).then_some(length),
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

/// The length of a set at the front of a pattern, and whether it holds a byte; none if it has no end.
fn bracket(pattern: &[u8], byte: u8) -> Option<(usize, bool)> {
    let negated = matches!(pattern.get(1), Some(b'!' | b'^'));
    let first = 1 + usize::from(negated);
    let mut at = first;
    let mut holds = false;
    loop {
        let mut low = *pattern.get(at)?;
        if low == b']' && at > first {
            return Some((at + 1, holds != negated));
        }
        if low == b'[' && pattern.get(at + 1) == Some(&b':') {
            let end = pattern[at..].windows(2).position(|pair| pair == b":]")?;
            holds |= class(pattern.get(at + 2..at + end)?, byte);
            at += end + 2;
            continue;
        }
        if low == b'\\' {
            at += 1;
            low = *pattern.get(at)?;
        }
        at += 1;
        let mut high = low;
        if pattern.get(at) == Some(&b'-') && pattern.get(at + 1).is_some_and(|it| *it != b']') {
            at += 1;
            high = *pattern.get(at)?;
            if high == b'\\' {
                at += 1;
                high = *pattern.get(at)?;
            }
            at += 1;
        }
        holds |= (low..=high).contains(&byte);
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
