//! Patterns and lists of them, as match.c of OpenSSH has them.

/// match_pattern: `*` and `?`, nothing else.
pub(super) fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut retry = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p, t));
                p += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    retry = Some((star, from + 1));
                    p = star + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

/// A comma-separated list of patterns, some of them negated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternList(Vec<Item>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Item {
    negated: bool,
    pattern: Vec<u8>,
}

/// What a list says of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Some pattern fits and no negated one does.
    Yes,
    /// None fits.
    Nothing,
    /// A negated one fits.
    No,
}

/// The buffer of match_pattern_list: a longer pattern ends the list without a match.
const LONGEST: usize = 1023;

impl PatternList {
    /// The patterns of a list.
    pub(super) fn parse(list: &[u8]) -> Self {
        let mut items = Vec::new();
        let mut rest = list;
        while !rest.is_empty() {
            let negated = rest[0] == b'!';
            let body = &rest[usize::from(negated)..];
            let end = body
                .iter()
                .position(|byte| *byte == b',')
                .unwrap_or(body.len());
            let pattern = body[..end].to_vec();
            items.push(Item { negated, pattern });
            rest = body.get(end + 1..).unwrap_or_default();
        }
        Self(items)
    }

    /// The same, with its capitals made small.
    pub(super) fn parse_lower(list: &[u8]) -> Self {
        Self::parse(&list.to_ascii_lowercase())
    }

    /// match_pattern_list.
    pub(super) fn says(&self, text: &[u8]) -> Said {
        let mut said = Said::Nothing;
        for item in &self.0 {
            if item.pattern.len() >= LONGEST {
                return Said::Nothing;
            }
            if matches(&item.pattern, text) {
                if item.negated {
                    return Said::No;
                }
                said = Said::Yes;
            }
        }
        said
    }

    /// The patterns, each with whether it is negated.
    pub fn items(&self) -> impl Iterator<Item = (bool, &[u8])> {
        self.0
            .iter()
            .map(|item| (item.negated, item.pattern.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_negated_pattern_alone_fits_nobody() {
        for (list, text, said) in [
            ("a,b", "b", Said::Yes),
            ("!b", "a", Said::Nothing),
            ("*,!b", "b", Said::No),
            ("!b,*", "a", Said::Yes),
            ("", "", Said::Nothing),
            ("a,", "", Said::Nothing),
            ("a,,b", "", Said::Yes),
            ("a*c?", "abbcd", Said::Yes),
        ] {
            assert_eq!(
                PatternList::parse(list.as_bytes()).says(text.as_bytes()),
                said,
                "{list}"
            );
        }
    }

    #[test]
    fn many_stars_cost_no_time() {
        let pattern = "*a".repeat(500) + "b";
        assert!(!matches(pattern.as_bytes(), "a".repeat(10_000).as_bytes()));
    }
}
