//! Whether AllowUsers, DenyUsers, AllowGroups and DenyGroups let an account in: allowed_user of auth.c.

use super::address::{Address, Networks, Verdict};
use super::connection::{Connection, Groups};
use super::effective::Effective;
use super::pattern::{PatternList, Said, matches};
use crate::facts::sshd::Version;
use crate::source::{HostText, Obstacle};

/// The keyword that bars a login, if one does.
///
/// # Errors
/// Where groups decide, and they are not known.
pub fn barred_by(
    effective: &Effective<'_>,
    connection: &Connection,
) -> Result<Option<&'static str>, Obstacle> {
    let list = |keyword| -> Result<Vec<HostText>, Obstacle> {
        Ok(effective
            .get(keyword)?
            .map_or_else(Vec::new, |it| it.values))
    };
    let version = effective.model().version();
    let fits = |pattern: &HostText| user_fits(pattern, connection, version);
    if list("denyusers")?.iter().any(fits) {
        return Ok(Some("DenyUsers"));
    }
    let allowed = list("allowusers")?;
    if !allowed.is_empty() && !allowed.iter().any(fits) {
        return Ok(Some("AllowUsers"));
    }
    let (denied, allowed) = (list("denygroups")?, list("allowgroups")?);
    if denied.is_empty() && allowed.is_empty() {
        return Ok(None);
    }
    let groups = match &connection.groups {
        Groups::Known(groups) => groups.as_slice(),
        Groups::NoSuchUser => &[],
        Groups::Unknown(why) => return Err(why.clone()),
    };
    // No negation here: each is a pattern by itself.
    let has = |patterns: &[HostText]| {
        patterns.iter().any(|pattern| {
            let pattern = HostText::to_bytes(pattern.raw());
            let fits = |group: &HostText| matches(&pattern, &HostText::to_bytes(group.raw()));
            groups.iter().any(fits)
        })
    };
    if has(&denied) {
        return Ok(Some("DenyGroups"));
    }
    Ok((!allowed.is_empty() && !has(&allowed)).then_some("AllowGroups"))
}

/// match_user of match.c: `USER` or `USER@HOSTS`, the part behind the last `@` a list of hosts and networks.
fn user_fits(pattern: &HostText, connection: &Connection, version: &Version) -> bool {
    let pattern = HostText::to_bytes(pattern.raw());
    let bytes = |text: &Option<HostText>| {
        let text = text.as_ref().map_or("", HostText::raw);
        HostText::to_bytes(text).into_owned()
    };
    let user = bytes(&connection.user);
    let Some(at) = pattern.iter().rposition(|byte| *byte == b'@') else {
        return matches(&pattern, &user);
    };
    let (name, hosts) = (&pattern[..at], &pattern[at + 1..]);
    matches(name, &user)
        && hosts_fit(
            hosts,
            &bytes(&connection.host),
            &bytes(&connection.addr),
            version,
        )
}

/// Whether a list of patterns and networks fits a host and its address: match_host_and_ip of match.c.
pub fn hosts_fit(list: &[u8], host: &[u8], addr: &[u8], version: &Version) -> bool {
    let by_address = match Networks::parse(list, version) {
        Some(networks) => networks.says(addr, Address::parse(addr)),
        // sshd ends the connection.
        None => return false,
    };
    let by_name = PatternList::parse_lower(list).says(&host.to_ascii_lowercase());
    match (by_address, by_name) {
        (Verdict::Barred, _) | (_, Said::No) => false,
        (by_address, by_name) => by_address == Verdict::In || by_name == Said::Yes,
    }
}
