//! `/etc/default/apport`.

/// Whether apport's script is to do anything, as the shell reads the file: by default it is. Its unit does not read it.
pub fn apport_is_enabled(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let mut values = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("enabled="));
    let value = values
        .next_back()
        .map(|value| value.trim_matches(['"', '\'']));
    value.is_none_or(|value| !value.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_counts() {
        assert!(apport_is_enabled(b""));
        assert!(apport_is_enabled(b"#enabled=0\nenabled=0\n enabled=1\n"));
        assert!(!apport_is_enabled(b"enabled=1\nenabled=\"0\" # no\n"));
    }
}
