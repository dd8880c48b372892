//! Passwords in addresses: `scheme://user:password@host`, and the same without a scheme.

use super::Kind;
use super::draft::Hit;
use super::shape::webhooks;

/// What an address in one word gives away of itself; its query is [`super::assign`]'s.
pub(super) fn hits(word: &str) -> Vec<Hit> {
    let mut hits = webhooks(word);
    let mut starts: Vec<usize> = word.match_indices("://").map(|(at, _)| at).collect();
    // Only the first may stand anywhere: a password can have such signs in it.
    let first = starts.first().copied();
    starts.retain(|at| first == Some(*at) || begins_another(&word[..*at]));
    for (index, at) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(word.len());
        let scheme = word[..*at]
            .rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '+')
            .next()
            .unwrap_or("");
        let start = at + "://".len();
        if start <= end {
            hits.extend(user_info(scheme, &word[start..end], start));
        }
    }
    if starts.is_empty() {
        hits.extend(bare(word));
    }
    hits
}

/// True if a scheme at the end of the text begins an address of its own.
fn begins_another(before: &str) -> bool {
    let outside = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || "+-.".contains(c));
    outside.len() < before.len() && outside.ends_with([',', ';', '|', '=', ' ', '"', '\''])
}

fn user_info(scheme: &str, rest: &str, start: usize) -> Option<Hit> {
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or(rest);
    let at = match (authority.rfind('@'), authority.split_once(':')) {
        (Some(at), _) => at,
        // People write `/` and `#` into passwords as they are: what is no host with a port is such a password.
        (None, Some((host, port))) => {
            let is_port =
                (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit());
            let is_host = host.contains('.') || host.starts_with('[') || host == "localhost";
            rest.rfind('@').filter(|_| !(is_port && is_host))?
        }
        (None, None) => return None,
    };
    // Signs in the password itself are more likely than one behind the host, and that costs only the host.
    let at = rest
        .rfind('@')
        .filter(|_| rest[..at].contains(':'))
        .unwrap_or(at);
    match rest[..at].find(':') {
        Some(colon) => (colon + 1 < at).then_some(Hit {
            start: start + colon + 1,
            end: start + at,
            kind: Kind::Password,
        }),
        None => {
            let token = matches!(scheme, "http" | "https" | "git+https" | "ws" | "wss")
                && &rest[..at] != "git";
            (token && at > 0).then_some(Hit {
                start,
                end: start + at,
                kind: Kind::Token,
            })
        }
    }
}

/// `user:password@host`, as Go's database drivers and some proxies have it.
fn bare(word: &str) -> Option<Hit> {
    let (user, rest) = word.split_once(':')?;
    let at = rest.rfind('@')?;
    let host = &rest[at + 1..];
    let is_user = user
        .chars()
        .all(|c| c.is_alphanumeric() || "._-=".contains(c));
    let is_digest = host.starts_with("sha256:") || host.starts_with("sha512:");
    let is_host = host.starts_with(|c: char| c.is_alphanumeric() || c == '[' || c == '(');
    (is_user && is_host && !is_digest && at > 0).then_some(Hit {
        start: user.len() + 1,
        end: user.len() + 1 + at,
        kind: Kind::Password,
    })
}
