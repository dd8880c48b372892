//! A line as a shell would take it apart, so that it can be put together again as it was written.

/// One word of a line.
pub(super) struct Word<'a> {
    /// What is before it: blanks and separators.
    pub(super) gap: &'a str,
    /// As it is written.
    pub(super) raw: &'a str,
    /// What it means: without quotes and backslashes.
    pub(super) meant: String,
}

/// The words of a line, and the blanks after the last.
pub(super) fn words(line: &str) -> (Vec<Word<'_>>, &str) {
    let mut words = Vec::new();
    let mut rest = line;
    loop {
        let start = rest.find(|c: char| !is_gap(c)).unwrap_or(rest.len());
        let (gap, after) = rest.split_at(start);
        if after.is_empty() {
            return (words, gap);
        }
        let (raw, meant) = word(after);
        words.push(Word { gap, raw, meant });
        rest = &after[raw.len()..];
    }
}

/// True if a text has to be taken apart.
pub(super) fn is_line(text: &str) -> bool {
    text.contains(|c: char| is_gap(c) || matches!(c, '"' | '\'' | '\\'))
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || c == '\0'
}

fn word(text: &str) -> (&str, String) {
    // `;`, `|` and `&&` are words of their own only where they are written so: a password may hold one.
    let mut meant = String::new();
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (None, c) if is_gap(c) => return (&text[..at], meant),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None | Some('"'), '\\') => match chars.next() {
                Some((_, next @ ('"' | '\'' | '\\' | ' ' | '$' | '`'))) => meant.push(next),
                Some((_, next)) => meant.extend(['\\', next]),
                None => meant.push('\\'),
            },
            _ => meant.push(c),
        }
    }
    (text, meant)
}

/// The line with other words in their places. A word that is swallowed goes with the gap before it; one that changed is
/// put in quotes where it needs them.
pub(super) fn put_together(words: &[Word<'_>], shown: Vec<Option<String>>, end: &str) -> String {
    let mut line = String::new();
    for (word, shown) in words.iter().zip(shown) {
        let Some(shown) = shown else { continue };
        line.push_str(word.gap);
        let quote = word.raw.chars().next().filter(|c| matches!(c, '"' | '\''));
        if shown == word.meant {
            line.push_str(word.raw);
        } else if shown.contains(['"', '\'', '\\']) {
            line.push('"');
            for c in shown.chars() {
                if matches!(c, '"' | '\\') {
                    line.push('\\');
                }
                line.push(c);
            }
            line.push('"');
        } else if let Some(quote) = quote.or(shown.contains(is_gap).then_some('"')) {
            line.push(quote);
            line.push_str(&shown);
            line.push(quote);
        } else {
            line.push_str(&shown);
        }
    }
    line.push_str(end);
    line
}
