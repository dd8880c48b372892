//! How long the words of sudoers are: the regular expressions of sudo's scanner (toke.l), each of which takes all it can.

/// Blanks and tabs.
pub(super) fn blanks(text: &[u8]) -> usize {
    count(text, |byte| matches!(byte, b' ' | b'\t'))
}

/// The bytes at the front that are of a kind.
pub(super) fn count(text: &[u8], is: impl Fn(u8) -> bool) -> usize {
    text.iter().take_while(|byte| is(**byte)).count()
}

/// The end of a line: `\r?\n`.
pub(super) fn newline(text: &[u8]) -> usize {
    match text {
        [b'\n', ..] => 1,
        [b'\r', b'\n', ..] => 2,
        _ => 0,
    }
}

/// A backslash, blanks, and the end of the line.
pub(super) fn continuation(text: &[u8]) -> usize {
    let [b'\\', rest @ ..] = text else { return 0 };
    let gap = blanks(rest);
    match newline(&rest[gap..]) {
        0 => 0,
        end => 1 + gap + end,
    }
}

/// Bytes that are plain, or escaped by a backslash.
fn escaped(text: &[u8], plain: impl Fn(usize, u8) -> bool, escape: impl Fn(u8) -> bool) -> usize {
    let mut at = 0;
    loop {
        at += match &text[at..] {
            [b'\\', next, ..] if escape(*next) => 2,
            [byte, ..] if *byte != b'\\' && plain(at, *byte) => 1,
            _ => return at,
        };
    }
}

/// A word.
pub(super) fn word(text: &[u8]) -> usize {
    let plain = |_, byte| {
        !matches!(
            byte,
            b'#' | b'>'
                | b'!'
                | b'='
                | b':'
                | b','
                | b'('
                | b')'
                | b' '
                | b'\t'
                | b'\r'
                | b'\n'
                | b'"'
        )
    };
    escaped(text, plain, |next| !matches!(next, b'\t' | b'\n'))
}

/// `#` and a number.
pub(super) fn id(text: &[u8]) -> usize {
    let [b'#', rest @ ..] = text else { return 0 };
    let sign = usize::from(rest.first() == Some(&b'-'));
    match count(&rest[sign..], |byte| byte.is_ascii_digit()) {
        0 => 0,
        digits => 1 + sign + digits,
    }
}

/// A path.
pub(super) fn path(text: &[u8]) -> usize {
    let [b'/', rest @ ..] = text else { return 0 };
    let plain = |_, byte| {
        !matches!(
            byte,
            b',' | b':' | b'=' | b' ' | b'\t' | b'\r' | b'\n' | b'#'
        )
    };
    let special = |next| matches!(next, b',' | b':' | b'=' | b' ' | b'\t' | b'#');
    match escaped(rest, plain, special) {
        0 => 0,
        more => 1 + more,
    }
}

/// From `^` to the last `$` before the line, or a bare `#` or `$`, ends it.
pub(super) fn regex(text: &[u8]) -> usize {
    if text.first() != Some(&b'^') {
        return 0;
    }
    let mut end = 0;
    let mut before = b'^';
    for (at, byte) in text.iter().enumerate().skip(1) {
        match byte {
            b'\r' | b'\n' => break,
            b'#' if before != b'\\' => break,
            b'$' => {
                end = at + 1;
                if before != b'\\' {
                    break;
                }
            }
            _ => {}
        }
        before = *byte;
    }
    end
}

/// The value of a setting.
pub(super) fn value(text: &[u8]) -> usize {
    let plain = |at, byte| {
        !matches!(
            byte,
            b'#' | b'=' | b',' | b' ' | b'\t' | b'\r' | b'\n' | b'"'
        ) && (at > 0 || byte != b'!')
    };
    escaped(text, plain, |next| !matches!(next, b'\r' | b'\n'))
}

/// The path after an include.
pub(super) fn included(text: &[u8]) -> usize {
    let space = |byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c);
    if text
        .first()
        .is_none_or(|byte| *byte == b'"' || space(*byte))
    {
        return 0;
    }
    let mut at = 1;
    loop {
        at += match &text[at..] {
            [b'\\', b' ' | b'\t', ..] => 2,
            [byte, ..] if !space(*byte) => 1,
            _ => return at,
        };
    }
}

/// A comment with the end of its line: `#`, and behind it neither a digit nor a minus before a digit.
pub(super) fn comment(text: &[u8]) -> usize {
    let [b'#', rest @ ..] = text else { return 0 };
    let is_number = match rest {
        [b'0'..=b'9', ..] | [b'-', b'0'..=b'9' | b'\r' | b'\n', ..] | [b'-'] => true,
        // A carriage return may only end the line.
        [b'\r', next, ..] => *next != b'\n',
        _ => false,
    };
    if is_number {
        return 1;
    }
    line(text)
}

/// All up to the end of the line, and that too.
pub(super) fn line(text: &[u8]) -> usize {
    let body = count(text, |byte| byte != b'\n');
    (body + 1).min(text.len())
}

/// An IPv4 or IPv6 address, alone or with a mask, and whether it is the latter.
pub(super) fn network(text: &[u8]) -> (usize, bool) {
    if !text
        .first()
        .is_some_and(|byte| byte.is_ascii_hexdigit() || *byte == b':')
    {
        return (0, false);
    }
    let mut best = (0, false);
    for (is_v6, most) in [(false, 32), (true, 128)] {
        let ends = |text: &[u8]| if is_v6 { v6(text) } else { v4(text) };
        for end in ends(text) {
            let mut longest = end;
            if let Some(mask) = text[end..].strip_prefix(b"/") {
                let other = ends(mask).into_iter().max().unwrap_or(0);
                let length = other.max(bits(mask, most));
                if length > 0 {
                    longest = end + 1 + length;
                }
            }
            if longest > best.0 {
                best = (longest, is_v6);
            }
        }
    }
    best
}

/// The longest number at the front that is no larger than `most`, without a zero before it.
fn bits(text: &[u8], most: u32) -> usize {
    let fits = |length: &usize| {
        let digits = text.get(..*length).unwrap_or_default();
        let number = std::str::from_utf8(digits)
            .ok()
            .and_then(|digits| digits.parse().ok());
        digits.iter().all(u8::is_ascii_digit)
            && (*length == 1 || digits.first() != Some(&b'0'))
            && number.is_some_and(|number: u32| number <= most)
    };
    (1..=3).rev().find(fits).unwrap_or(0)
}

fn octets(text: &[u8]) -> Vec<usize> {
    let digits = count(text, |byte| byte.is_ascii_digit()).min(3);
    let fits = |length: &usize| {
        *length < 3
            || matches!(
                text,
                [b'1', ..] | [b'2', b'0'..=b'4', ..] | [b'2', b'5', b'0'..=b'5', ..]
            )
    };
    (1..=digits).filter(fits).collect()
}

/// Where an IPv4 address may end.
fn v4(text: &[u8]) -> Vec<usize> {
    let mut ends = octets(text);
    for _ in 0..3 {
        let dotted = ends.into_iter().filter(|end| text.get(*end) == Some(&b'.'));
        let mut next: Vec<usize> = dotted
            .flat_map(|end| {
                octets(&text[end + 1..])
                    .into_iter()
                    .map(move |more| end + 1 + more)
            })
            .collect();
        next.dedup();
        ends = next;
    }
    ends
}

/// Where an IPv6 address may end.
fn v6(text: &[u8]) -> Vec<usize> {
    let group = |at: usize| count(&text[at..], |byte| byte.is_ascii_hexdigit()).min(4);
    let mut found = Vec::new();
    let mut at = 0;
    for colons in 1..=7 {
        let digits = group(at);
        if text.get(at + digits) != Some(&b':') {
            break;
        }
        at += digits + 1;
        if colons >= 2 {
            found.extend(at..=at + group(at));
            if colons <= 6 && text.get(at) == Some(&b':') {
                found.extend(v4(&text[at + 1..]).into_iter().map(|end| at + 1 + end));
            }
        }
    }
    found
}
