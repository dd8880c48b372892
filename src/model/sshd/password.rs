//! What a login's settings mean for a password: auth2.c, auth.c and servconf.c of OpenSSH.

use super::admission::barred_by;
use super::connection::Connection;
use super::effective::Effective;
use crate::source::Obstacle;

/// Whether a password alone is enough to log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordLogin {
    /// It is, by these methods.
    Open(Vec<&'static str>),
    /// It is not, and what bars it.
    Barred(String),
}

/// The keywords that decide it, in the order in which sshd comes to them.
pub const DECIDING: [&str; 10] = [
    "PasswordAuthentication",
    "KbdInteractiveAuthentication",
    "UsePAM",
    "PermitRootLogin",
    "PermitEmptyPasswords",
    "AuthenticationMethods",
    "AllowUsers",
    "DenyUsers",
    "AllowGroups",
    "DenyGroups",
];

/// The methods that ask for a password and are on. PAM makes keyboard-interactive one of them; without PAM it has
/// nobody to ask and always fails.
///
/// # Errors
/// Why a value cannot be told.
pub fn password_methods(effective: &Effective<'_>) -> Result<Vec<&'static str>, Obstacle> {
    let mut methods = Vec::new();
    if is_on(effective, "passwordauthentication")? {
        methods.push("password");
    }
    if is_on(effective, "kbdinteractiveauthentication")? && is_on(effective, "usepam")? {
        methods.push("keyboard-interactive");
    }
    Ok(methods)
}

/// Whether this account could log in with a password, if it has one.
///
/// # Errors
/// Why a value that decides cannot be told, or a group.
pub fn password_login(
    effective: &Effective<'_>,
    connection: &Connection,
    uid: u32,
) -> Result<PasswordLogin, Obstacle> {
    let barred = |why: String| Ok(PasswordLogin::Barred(why));
    let methods = password_methods(effective)?;
    if methods.is_empty() {
        return barred("no method that asks for a password is on".to_owned());
    }
    let root = value(effective, "permitrootlogin")?.unwrap_or_default();
    if uid == 0 && root != "yes" {
        return barred(format!("PermitRootLogin {root}"));
    }
    let mut ways = methods.clone();
    if is_on(effective, "permitemptypasswords")? {
        ways.push("none"); // succeeds for an empty password (auth2-none.c)
    }
    if !enough(
        &value(effective, "authenticationmethods")?.unwrap_or_default(),
        &ways,
    ) {
        return barred("AuthenticationMethods asks for more than a password".to_owned());
    }
    match barred_by(effective, connection)? {
        Some(keyword) => barred(format!("{keyword} bars the account")),
        None => Ok(PasswordLogin::Open(methods)),
    }
}

/// True where a switch is on; one that this build does not know is off.
///
/// # Errors
/// Why its value cannot be told.
pub fn is_on(effective: &Effective<'_>, keyword: &str) -> Result<bool, Obstacle> {
    Ok(value(effective, keyword)?.is_some_and(|value| value == "yes"))
}

fn value(effective: &Effective<'_>, keyword: &str) -> Result<Option<String>, Obstacle> {
    let setting = effective.get(keyword)?;
    let value = setting.and_then(|it| it.value().map(str::to_owned));
    Ok(value.map(|value| match value.as_str() {
        "without-password" => "prohibit-password".to_owned(),
        _ => value,
    }))
}

/// Lists are alternatives, the items of a list are all needed (sshd_config(5), AuthenticationMethods).
fn enough(lists: &str, methods: &[&str]) -> bool {
    let mut lists = lists.split_whitespace().peekable();
    lists.peek().is_none()
        || lists.any(|list| {
            list == "any"
                || list.split(',').all(|item| {
                    let method = item.split(':').next().unwrap_or(item);
                    methods.contains(&method)
                })
        })
}
