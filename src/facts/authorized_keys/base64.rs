//! base64 as sshd reads it (b64_pton of libresolv) and as it writes fingerprints.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The bytes of a text: blanks, newlines and carriage returns count nowhere, but padding must be right and what it cuts off zero.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut held, mut bits) = (0_u32, 0_u32);
    let mut rest = text.iter().copied().filter(|byte| !is_space(*byte));
    let padding = loop {
        match rest.next() {
            None => break 0,
            Some(b'=') => break 1 + rest.clone().count(),
            Some(byte) => {
                held = (held << 6) | u32::from(value(byte)?);
                bits += 6;
                if bits >= 8 {
                    bits -= 8;
                    bytes.push(u8::try_from((held >> bits) & 0xff).ok()?);
                    held &= (1 << bits) - 1;
                }
            }
        }
    };
    let expected = match bits {
        0 => 0,
        4 => 2,
        2 => 1,
        _ => return None,
    };
    let only_padding = rest.all(|byte| byte == b'=');
    (padding == expected && only_padding && held == 0).then_some(bytes)
}

/// The text of bytes, without padding.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 4 / 3 + 3);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let word = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        for at in 0..=chunk.len() {
            let index = (word >> (18 - 6 * at)) & 0x3f;
            text.push(char::from(ALPHABET[index as usize]));
        }
    }
    text
}

/// isspace(3).
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | 0x09..=0x0d)
}

fn value(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let bytes: Vec<u8> = (0..=255).collect();
        for length in 0..bytes.len() {
            let text = encode(&bytes[..length]);
            let padded = text.clone() + ["", "", "==", "="][text.len() % 4];
            assert_eq!(decode(padded.as_bytes()).unwrap(), &bytes[..length]);
        }
    }

    #[test]
    fn blanks_are_nothing_and_padding_is_exact() {
        assert_eq!(decode(b"Zm 9v\r\n").unwrap(), b"foo");
        assert_eq!(decode(b"Zm8= \n").unwrap(), b"fo");
        assert_eq!(decode(b"Zg= =").unwrap(), b"f");
        for wrong in [
            "Zm8", "Zg=", "Zg", "Zm8=x", "Zm9v=", "Zm9=", "Z", "Zm8==", "Z-9v",
        ] {
            assert_eq!(decode(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
