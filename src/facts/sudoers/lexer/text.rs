//! Bytes as sudo's scanner takes them in and hands them on.

/// The text as sudo's input function hands it on: a line ends at its first NUL, and the last line ends too.
pub(super) fn prepared(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len() + 1);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        text.extend_from_slice(cut_at_nul(line.strip_suffix(b"\n").unwrap_or(line)));
        text.push(b'\n');
    }
    text
}

pub(super) fn cut_at_nul(bytes: &[u8]) -> &[u8] {
    bytes.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// Without the backslashes; `\xHH` is a byte by its number.
pub(super) fn unescaped(bytes: &[u8]) -> Vec<u8> {
    if !bytes.contains(&b'\\') {
        return bytes.to_vec();
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        rest = match rest {
            [b'\\', b'x', high, low, more @ ..]
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                let digit = |byte: u8| (byte as char).to_digit(16).unwrap_or(0);
                out.push(u8::try_from(digit(*high) * 16 + digit(*low)).unwrap_or(0));
                more
            }
            [b'\\', next, more @ ..] => {
                out.push(*next);
                more
            }
            [byte, more @ ..] => {
                out.push(*byte);
                more
            }
            [] => return cut_at_nul(&out).to_vec(),
        };
    }
}
