//! A text while it is being masked: each mark in it is one character, so that no scanner looks into a mark.

use super::{Kind, Masked};

/// Marks stand in the second half of Unicode's private planes, below the stand-ins of `HostText`.
const FIRST: u32 = 0x0010_0000;
const LAST: u32 = 0x0010_f000;

/// The marks of the texts that are being masked together.
pub(super) struct Draft {
    /// The first is what stands when there is no room for more.
    marks: Vec<Masked>,
}

/// A part of a text that must not be shown.
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
}

impl Draft {
    pub(super) fn new() -> Self {
        Self {
            marks: vec![Masked::bare(Kind::Secret)],
        }
    }

    /// The text with a character for each mark in it.
    pub(super) fn close(&mut self, text: &str) -> String {
        let mut closed = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let length = match Masked::read(rest) {
                Some((masked, length)) => {
                    closed.push(self.stand_in(masked));
                    length
                }
                None => {
                    closed.push(if is_mark(c) {
                        char::REPLACEMENT_CHARACTER
                    } else {
                        c
                    });
                    c.len_utf8()
                }
            };
            rest = &rest[length..];
        }
        closed
    }

    /// The text as it is shown.
    pub(super) fn open(&self, closed: &str) -> String {
        let mut text = String::with_capacity(closed.len());
        for c in closed.chars() {
            match u32::from(c)
                .checked_sub(FIRST)
                .and_then(|at| self.marks.get(at as usize))
            {
                Some(masked) => text.push_str(&masked.to_string()),
                None => text.push(c),
            }
        }
        text
    }

    /// The mark for a secret. Nothing is no secret, and a mark stays what it is.
    pub(super) fn mask(&mut self, kind: Kind, secret: &str) -> String {
        let mut chars = secret.chars();
        match (chars.next(), chars.next()) {
            (None, _) => String::new(),
            (Some(c), None) if is_mark(c) => secret.to_owned(),
            _ => self.stand_in(Masked::of(kind, secret)).to_string(),
        }
    }

    /// The text with its hits masked. Where hits overlap, what any of them covers is hidden.
    pub(super) fn hide(&mut self, text: &str, mut hits: Vec<Hit>) -> String {
        hits.sort_by_key(|hit| (hit.start, hit.end));
        let mut shown = String::with_capacity(text.len());
        let mut at = 0;
        let mut hits = hits.into_iter().peekable();
        while let Some(mut hit) = hits.next() {
            while let Some(next) = hits.next_if(|next| next.start < hit.end) {
                hit.end = hit.end.max(next.end);
            }
            shown.push_str(&text[at..hit.start]);
            shown.push_str(&self.mask(hit.kind, &text[hit.start..hit.end]));
            at = hit.end;
        }
        shown.push_str(&text[at..]);
        shown
    }

    fn stand_in(&mut self, masked: Masked) -> char {
        let at = self
            .marks
            .iter()
            .take(64)
            .position(|known| *known == masked);
        let at = at.unwrap_or_else(|| {
            self.marks.push(masked);
            self.marks.len() - 1
        });
        let at = u32::try_from(at).unwrap_or(0);
        char::from_u32(FIRST + at)
            .filter(|c| is_mark(*c))
            .or(char::from_u32(FIRST))
            .unwrap_or(char::REPLACEMENT_CHARACTER)
    }
}

/// True for the character of a mark.
pub(super) fn is_mark(c: char) -> bool {
    (FIRST..LAST).contains(&u32::from(c))
}
