//! Judges whether sshd offers algorithms that are broken, apart from those that are merely old.
//!
//! ## What it judges
//! Ciphers, MACs, KexAlgorithms, HostKeyAlgorithms and PubkeyAcceptedAlgorithms as they hold: the defaults of the version and the
//! distribution, with what `+`, `-`, `^` and wildcards make of them.
//!
//! ## Grades
//! Broken, and the check's default severity: `none`, DES, Blowfish, CAST and RC4; keys and groups of 1024 bits
//! (ssh-dss, diffie-hellman-group1: the Logjam attack); MACs with MD5, or cut to 96 bits; signatures with SHA-1
//! (ssh-rsa: collisions are for sale). `old`: CBC ciphers and 3DES (Sweet32), key exchange with SHA-1, for which no attack on
//! SSH is known. hmac-sha1, umac-64 and ECDSA are neither: nothing is known against them as SSH uses them.

use super::logins::{At, Held, Rank, set, together, worst};
use super::{NoParams, Rule, RuleMeta};
use crate::fact::Unjudged;
use crate::facts::{Facts, Request};
use crate::finding::{Judgement, Outcome, Subject};
use crate::model::logins::Survey;
use crate::source::{HostText, Source};
use crate::step::Step;

/// See the module.
pub struct SshWeakCrypto;

const OLD: &str = "old";
const KEYWORDS: [&str; 5] = [
    "Ciphers",
    "MACs",
    "KexAlgorithms",
    "HostKeyAlgorithms",
    "PubkeyAcceptedAlgorithms",
];

impl Rule for SshWeakCrypto {
    const META: RuleMeta = RuleMeta {
        id: "ssh-weak-crypto",
        source: include_str!("ssh_weak_crypto.rs"),
        grades: &[OLD],
    };
    type Params = NoParams;

    fn subject(_: &NoParams) -> Subject {
        Subject::Daemon("sshd".into())
    }

    fn requests(_: &NoParams) -> Vec<Request> {
        Survey::requests()
    }

    fn judge(params: &NoParams, facts: &Facts) -> Result<Judgement, Unjudged> {
        let whole = Self::subject(params);
        worst(facts, &whole, "this sshd knows none of the lists", judge)
    }
}

/// What is known against an algorithm.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weakness {
    Old,
    Broken,
}

fn weakness(name: &str) -> Option<Weakness> {
    use Weakness::{Broken, Old};
    let stem = name.split('@').next().unwrap_or(name);
    let is_mac = stem.starts_with("hmac-") || stem.starts_with("umac-");
    match stem {
        "none" | "ssh-dss" | "ssh-dss-cert-v01" | "ssh-rsa" | "ssh-rsa-cert-v01" => Some(Broken),
        "diffie-hellman-group1-sha1" | "rsa1024-sha1" => Some(Broken),
        _ if stem.starts_with("arcfour") || stem.starts_with("des-") => Some(Broken),
        _ if stem.starts_with("blowfish") || stem.starts_with("cast128") => Some(Broken),
        _ if is_mac && (stem.contains("md5") || stem.contains("-96")) => Some(Broken),
        _ if stem.ends_with("-cbc") => Some(Old),
        _ if (stem.starts_with("diffie-hellman") || stem.starts_with("gss-"))
            && stem.contains("sha1") =>
        {
            Some(Old)
        }
        _ => None,
    }
}

fn judge(at: &At) -> Result<Option<(Rank, Outcome)>, Unjudged> {
    let subject = || Subject::Daemon("sshd".into());
    let mut found: Vec<(Weakness, Vec<String>, &str, Held)> = Vec::new();
    let mut strong = None;
    for keyword in KEYWORDS {
        let Some(held) = at.held(keyword)? else {
            continue;
        };
        let weak: Vec<(Weakness, String)> = names(&held)
            .filter_map(|name| Some((weakness(name)?, name.to_owned())))
            .collect();
        match weak.iter().map(|(weakness, _)| *weakness).max() {
            Some(worst) => {
                let of_worst = weak.into_iter().filter(|(weakness, _)| *weakness == worst);
                let names = of_worst.map(|(_, name)| name).collect();
                found.push((worst, names, keyword, held));
            }
            None => strong = strong.or(Some(held)),
        }
    }
    let Some(worst) = found.iter().map(|(weakness, ..)| *weakness).max() else {
        let Some(held) = strong else {
            return Ok(None);
        };
        let (first, rest) = held.evidence();
        let pass = Outcome::pass(
            subject(),
            "no algorithm is offered that is broken, or old",
            first,
        );
        return Ok(Some((0, pass.with(rest))));
    };
    let of_worst: Vec<_> = found
        .iter()
        .filter(|(weakness, ..)| *weakness == worst)
        .collect();
    let all: Vec<&str> = of_worst
        .iter()
        .flat_map(|(_, names, ..)| names.iter().map(String::as_str))
        .collect();
    let evidence = together(of_worst.iter().map(|(_, names, _, held)| {
        let (first, rest) = held.evidence_of(&format!("with {}", names.join(", ")));
        (first.expecting(format!("without {}", all.join(", "))), rest)
    }));
    let Some((first, rest)) = evidence else {
        return Ok(None);
    };
    let word = match worst {
        Weakness::Broken => "broken",
        Weakness::Old => "old",
    };
    let summary = format!("sshd offers what is {word}: {}", all.join(", "));
    let outcome = Outcome::fail(subject(), HostText::from(summary), first)
        .with(rest)
        .fixed_by(
            of_worst
                .iter()
                .flat_map(|(_, _, keyword, held)| without(held, keyword)),
        );
    Ok(Some(match worst {
        Weakness::Broken => (2, outcome),
        Weakness::Old => (1, outcome.graded(OLD)),
    }))
}

fn names<'h>(held: &'h Held) -> impl Iterator<Item = &'h str> {
    let lists = held.setting.values.iter().map(HostText::raw);
    lists
        .flat_map(|list| list.split(','))
        .filter(|name| !name.is_empty())
}

/// Sets the list without what is weak; where nothing is left the default is better than any.
fn without(held: &Held, keyword: &str) -> Vec<Step> {
    let good: Vec<&str> = names(held)
        .filter(|name| weakness(name).is_none())
        .collect();
    if good.is_empty() {
        let places: Vec<String> = held.places().iter().map(Source::to_string).collect();
        let text = format!(
            "take {keyword} out of {}: the default is sound",
            places.join(", ")
        );
        return vec![Step::manual(places.join(", "), text)];
    }
    // A long list is sshd's own as a rule: it is said what to leave out of that.
    const SHORT: usize = 6;
    let weak: Vec<&str> = names(held)
        .filter(|name| weakness(name).is_some())
        .collect();
    match good.len() {
        ..=SHORT => set(held, keyword, &good.join(",")),
        _ => set(held, keyword, &format!("-{}", weak.join(","))),
    }
}

#[cfg(test)]
mod tests {
    use super::{Weakness, weakness};

    #[test]
    fn what_is_broken_is_told_from_what_is_old() {
        for name in [
            "ssh-rsa",
            "ssh-dss-cert-v01@openssh.com",
            "hmac-md5-etm@openssh.com",
            "hmac-sha1-96",
            "arcfour256",
            "diffie-hellman-group1-sha1",
        ] {
            assert!(weakness(name) == Some(Weakness::Broken), "{name}");
        }
        for name in [
            "aes128-cbc",
            "3des-cbc",
            "rijndael-cbc@lysator.liu.se",
            "diffie-hellman-group14-sha1",
            "diffie-hellman-group-exchange-sha1",
        ] {
            assert!(weakness(name) == Some(Weakness::Old), "{name}");
        }
        for name in [
            "hmac-sha1",
            "umac-64@openssh.com",
            "rsa-sha2-256",
            "ecdsa-sha2-nistp256",
            "curve25519-sha256",
            "aes128-ctr",
            "chacha20-poly1305@openssh.com",
            "diffie-hellman-group14-sha256",
        ] {
            assert!(weakness(name).is_none(), "{name}");
        }
    }
}
