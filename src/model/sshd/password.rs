//! What sshd's options mean for a login: auth2.c, auth.c and servconf.c of OpenSSH, as far as passwords go.

use crate::fact::Unjudged;
use crate::facts::sshd::{Context, Directive, Options, SOMEBODY, STRANGER, Sshd, is_plain};
use crate::source::{HostText, Obstacle};
use std::net::Ipv4Addr;

/// Whether a password alone is enough to log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordLogin {
    /// It is, by these methods.
    Open(Vec<&'static str>),
    /// It is not, and what bars it.
    Barred(String),
}

/// The methods that ask for a password and are on. PAM makes keyboard-interactive one of them; without PAM it has
/// nobody to ask and always fails.
///
/// # Errors
/// Unknown if sshd did not print the options that decide.
pub fn password_methods(context: &Context) -> Result<Vec<&'static str>, Unjudged> {
    let mut methods = Vec::new();
    if is_on(context, "passwordauthentication")? {
        methods.push("password");
    }
    // UsePAM is not printed by an sshd built without it.
    if is_on(context, "kbdinteractiveauthentication")? && context.options.is_on("usepam") {
        methods.push("keyboard-interactive");
    }
    Ok(methods)
}

/// Whether this account could log in with a password, if it has one.
///
/// # Errors
/// Unknown if sshd did not print the options that decide, or if AllowGroups or DenyGroups do.
pub fn password_login(
    context: &Context,
    user: &HostText,
    uid: u32,
) -> Result<PasswordLogin, Unjudged> {
    let options = &context.options;
    let methods = password_methods(context)?;
    if methods.is_empty() {
        let why = "no method that asks for a password is on";
        return Ok(PasswordLogin::Barred(why.to_owned()));
    }
    let root = options.get("permitrootlogin").unwrap_or("yes");
    if uid == 0 && root != "yes" {
        return Ok(PasswordLogin::Barred(format!("PermitRootLogin {root}")));
    }
    let mut ways = methods.clone();
    if options.is_on("permitemptypasswords") {
        ways.push("none"); // succeeds for an empty password (auth2-none.c)
    }
    if !enough(options.all("authenticationmethods"), &ways) {
        let why = "AuthenticationMethods asks for more than a password";
        return Ok(PasswordLogin::Barred(why.to_owned()));
    }
    if !admits(options, user.raw()) {
        let why = "AllowUsers or DenyUsers bars the account";
        return Ok(PasswordLogin::Barred(why.to_owned()));
    }
    for keyword in ["allowgroups", "denygroups"] {
        if !options.all(keyword).is_empty() {
            return Err(Unjudged::Unknown(Obstacle::NotModelled {
                what: format!("{keyword}, which may bar {user}").into(),
            }));
        }
    }
    Ok(PasswordLogin::Open(methods))
}

/// The answer that holds for an account: its own, or that of somebody whom no Match block names, or anybody's where
/// there is no such block.
pub fn context_of<'a>(sshd: &'a Sshd, user: &HostText) -> Option<&'a Context> {
    let asked = |name: &str| {
        sshd.contexts
            .items
            .iter()
            .find(|context| context.user.raw() == name)
    };
    asked(user.raw()).or_else(|| asked(SOMEBODY)).or_else(|| {
        sshd.contexts
            .items
            .first()
            .filter(|_| !sshd.directives.tell_logins_apart())
    })
}

/// Why the answers that were asked for do not settle one of these keywords: a Match block sets it for logins that
/// were not asked about. Whatever it sets it to, an answer that was given may owe to it.
pub fn unsettled(sshd: &Sshd, keywords: &[&str]) -> Option<Obstacle> {
    let matters = |line: &&Directive| {
        keywords
            .iter()
            .any(|keyword| keyword.eq_ignore_ascii_case(&line.keyword))
    };
    let mut within = sshd
        .directives
        .lines
        .iter()
        .filter(matters)
        .filter_map(|line| Some((line, line.within.as_ref()?)));
    let unasked = within.find(|(_, criteria)| !all_asked(sshd, criteria.raw()));
    let of_block = unasked.map(|(line, criteria)| Obstacle::NotModelled {
        what: format!(
            "{} sets {} for Match {}",
            line.source,
            line.keyword,
            criteria.raw()
        )
        .into(),
    });
    of_block.or_else(|| sshd.contexts.gaps.first().cloned())
}

/// True if the criteria name nothing but users that were asked about, and the one port at which they were.
fn all_asked(sshd: &Sshd, criteria: &str) -> bool {
    let criteria = criteria.replace('=', " ");
    let words: Vec<&str> = criteria.split_whitespace().collect();
    let was_asked = |name: &str| {
        sshd.contexts
            .items
            .iter()
            .any(|context| context.user.raw() == name)
    };
    words.chunks(2).all(|pair| match pair {
        [criterion, names] if criterion.eq_ignore_ascii_case("user") => names
            .split(',')
            .all(|name| is_plain(name) && was_asked(name)),
        [criterion, _] if criterion.eq_ignore_ascii_case("localport") => sshd.ports.len() == 1,
        _ => false,
    })
}

fn is_on(context: &Context, keyword: &str) -> Result<bool, Unjudged> {
    match context.options.get(keyword) {
        Some(value) => Ok(value.eq_ignore_ascii_case("yes")),
        None => Err(Unjudged::Unknown(Obstacle::Unparsable {
            at: context.source.clone(),
            why: format!("it does not print {keyword}").into(),
        })),
    }
}

/// Lists are alternatives, the items of a list are all needed (sshd_config(5), AuthenticationMethods).
fn enough(lists: &[String], methods: &[&str]) -> bool {
    let mut lists = lists
        .iter()
        .flat_map(|line| line.split_whitespace())
        .peekable();
    lists.peek().is_none()
        || lists.any(|list| {
            list == "any"
                || list.split(',').all(|item| {
                    let method = item.split(':').next().unwrap_or(item);
                    methods.contains(&method)
                })
        })
}

/// DenyUsers first, then AllowUsers, for a login from the address that was asked about.
fn admits(options: &Options, user: &str) -> bool {
    let patterns = |keyword| {
        options
            .all(keyword)
            .iter()
            .flat_map(|line| line.split_whitespace())
    };
    let fits = |pattern: &str| match pattern.rsplit_once('@') {
        Some((name, hosts)) => matches(name, user) && host_fits(hosts),
        None => matches(pattern, user),
    };
    let mut allowed = patterns("allowusers").peekable();
    let listed = allowed.peek().is_none() || allowed.any(fits);
    listed && !patterns("denyusers").any(fits)
}

/// A list of host patterns and networks, of which none that begins with `!` may fit (match.c, match_host_and_ip).
fn host_fits(list: &str) -> bool {
    let address = STRANGER.to_string();
    let one = |pattern: &str| match pattern.split_once('/') {
        Some((network, bits)) => match (network.parse::<Ipv4Addr>(), bits.parse::<u32>()) {
            (Ok(network), Ok(bits @ 1..=32)) => {
                let mask = u32::MAX << (32 - bits);
                u32::from(network) & mask == u32::from(STRANGER) & mask
            }
            (Ok(_), Ok(0)) => true,
            _ => false,
        },
        None => matches(pattern, &address),
    };
    let barred = list
        .split(',')
        .filter_map(|pattern| pattern.strip_prefix('!'))
        .any(one);
    !barred
        && list
            .split(',')
            .filter(|pattern| !pattern.starts_with('!'))
            .any(one)
}

/// match_pattern of OpenSSH's match.c: `*` and `?`, nothing else. `!` is an ordinary character here.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    fn login(uid: u32, options: &str) -> PasswordLogin {
        let user = if uid == 0 { "root" } else { "deploy" };
        let base = "passwordauthentication no\nkbdinteractiveauthentication no\nusepam yes\n";
        // The last line for a keyword wins here, for brevity: sshd prints each once.
        let mut lines: Vec<&str> = base.lines().chain(options.lines()).collect();
        lines.reverse();
        let context = Context {
            user: user.into(),
            uid,
            options: Options::parse(lines.join("\n").as_bytes()),
            source: Source::command(["sshd", "-T"]),
        };
        password_login(&context, &user.into(), uid).unwrap()
    }

    #[test]
    fn keyboard_interactive_with_pam_is_a_password_login() {
        let open = login(1000, "kbdinteractiveauthentication yes");
        assert_eq!(open, PasswordLogin::Open(vec!["keyboard-interactive"]));
        let barred = login(1000, "kbdinteractiveauthentication yes\nusepam no");
        assert!(matches!(barred, PasswordLogin::Barred(_)));
    }

    #[test]
    fn permit_root_login_speaks_of_uid_0_only() {
        let options = "passwordauthentication yes\npermitrootlogin prohibit-password";
        assert!(matches!(login(0, options), PasswordLogin::Barred(_)));
        assert!(matches!(login(1000, options), PasswordLogin::Open(_)));
    }

    #[test]
    fn a_list_that_needs_a_key_bars_the_password_alone() {
        let with = |lists| format!("passwordauthentication yes\nauthenticationmethods {lists}");
        for (lists, open) in [
            ("any", true),
            ("publickey,password", false),
            ("publickey password", true),
            ("publickey,password keyboard-interactive:pam", false),
        ] {
            let answer = login(1000, &with(lists));
            assert_eq!(matches!(answer, PasswordLogin::Open(_)), open, "{lists}");
        }
    }

    #[test]
    fn lists_of_users_are_patterns_and_know_no_negation() {
        for (lists, open) in [
            ("allowusers alice", false),
            ("allowusers de*", true),
            ("allowusers deploy@10.0.0.0/8", false),
            ("allowusers deploy@203.0.113.0/24", true),
            ("allowusers deploy@*,!203.0.113.1", false),
            ("denyusers deploy@*", false),
            ("allowusers !deploy", false),
            ("denyusers d?ploy", false),
            ("denyusers deploy@10.0.0.0/8", true),
        ] {
            let answer = login(1000, &format!("passwordauthentication yes\n{lists}"));
            assert_eq!(matches!(answer, PasswordLogin::Open(_)), open, "{lists}");
        }
    }
}
