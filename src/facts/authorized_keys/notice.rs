//! Forced commands that only print a notice: what cloud-init puts before the keys of root where it closes that account.

/// Programs that do nothing for whoever runs them.
const IDLE: [&[u8]; 6] = [b"echo", b"printf", b"sleep", b"exit", b"true", b"false"];

/// True if a command of a shell only prints something, waits and ends.
pub(super) fn is_notice(command: &[u8]) -> bool {
    let Some(statements) = statements(command) else {
        return false;
    };
    let mut says = false;
    for statement in statements {
        let words = statement.trim_ascii();
        let end = words.iter().position(u8::is_ascii_whitespace);
        let program = &words[..end.unwrap_or(words.len())];
        if !program.is_empty() && !IDLE.contains(&program) {
            return false;
        }
        says |= program == b"echo" || program == b"printf";
    }
    says
}

/// The statements between semicolons; none where a shell would do more than run them one by one.
fn statements(command: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut all = vec![Vec::new()];
    let mut quote = None;
    let mut rest = command.iter().copied();
    while let Some(byte) = rest.next() {
        let current = all.last_mut()?;
        match (byte, quote) {
            (b'\'' | b'"', None) => quote = Some(byte),
            (_, Some(open)) if byte == open => quote = None,
            (_, Some(b'\'')) => current.push(b'_'),
            (b'$' | b'`', _) => return None,
            (b'\\', _) => {
                rest.next()?;
                current.push(b'_');
            }
            (_, Some(_)) => current.push(b'_'),
            (b'|' | b'&' | b'<' | b'>' | b'(' | b')' | b'{' | b'}' | b'\n', None) => return None,
            (b';', None) => all.push(Vec::new()),
            (_, None) => current.push(byte),
        }
    }
    quote.is_none().then_some(all)
}

#[cfg(test)]
mod tests {
    use super::is_notice;

    #[test]
    fn only_what_does_nothing_is_a_notice() {
        for notice in [
            r#"echo 'Please login as the user "debian" rather than the user "root".';echo;sleep 10;exit 142"#,
            r#"echo "no logins; ask ops"; exit 1"#,
            "printf 'closed > today\\n'",
        ] {
            assert!(is_notice(notice.as_bytes()), "{notice}");
        }
        for command in [
            "echo hello; bash",
            "echo $(bash)",
            "echo hi > /root/.ssh/authorized_keys",
            "echo \"`id`\"",
            "echo $SSH_ORIGINAL_COMMAND | sh",
            "exit 0",
            "",
            "borg serve",
            "echo 'open",
            "echo;exec sh",
            "ec''ho hi; b''ash",
        ] {
            assert!(!is_notice(command.as_bytes()), "{command}");
        }
    }
}
