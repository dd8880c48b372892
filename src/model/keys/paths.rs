//! The files that sshd's files and options name for an account: expand_authorized_keys of auth.c.

use crate::facts::accounts::Account;
use crate::facts::sshd::Version;
use crate::model::sshd::{Key, Model, Setting};
use crate::source::HostText;
use std::collections::BTreeSet;

/// PATH_MAX: a longer path ends sshd.
const LONGEST: usize = 4096;

/// Every value that a keyword has anywhere in the files, in force or not, and by default; word by word.
pub fn words(model: &Model, key: Key) -> BTreeSet<HostText> {
    let lines = model.lines_of(key).flat_map(|(_, words)| words);
    let default = model.global().setting(key).ok().filter(Setting::is_default);
    let default = default.map_or_else(Vec::new, |it| split(model, key, &it));
    lines.chain(default).filter(|word| !is_none(word)).collect()
}

/// The words of a setting that is printed in one line: a word may hold a blank.
pub fn split(model: &Model, key: Key, setting: &Setting) -> Vec<HostText> {
    let value = setting.value().unwrap_or_default();
    let joined = |words: &Vec<HostText>| {
        let words: Vec<&str> = words.iter().map(HostText::raw).collect();
        words.join(" ") == value
    };
    let mut lines = model.lines_of(key).map(|(_, words)| words);
    let as_typed = lines.find(joined);
    as_typed.unwrap_or_else(|| value.split_whitespace().map(HostText::from).collect())
}

/// True for the word that stands for no file.
pub fn is_none(word: &HostText) -> bool {
    word.raw().eq_ignore_ascii_case("none")
}

/// The path that a word stands for; none if sshd would end at it.
pub fn expanded(word: &HostText, account: &Account) -> Option<HostText> {
    let (home, user) = (account.home.raw(), account.name.raw());
    let mut path = String::new();
    let mut rest = word.raw().chars();
    while let Some(c) = rest.next() {
        match c {
            '%' => match rest.next()? {
                '%' => path.push('%'),
                'h' => path.push_str(home),
                'u' => path.push_str(user),
                'U' => path.push_str(&account.uid.to_string()),
                _ => return None,
            },
            c => path.push(c),
        }
    }
    if !path.starts_with('/') {
        path = format!("{home}/{path}");
    }
    (HostText::to_bytes(&path).len() < LONGEST).then(|| path.into())
}

/// True if this version takes the path for a pattern of several.
pub fn is_pattern(path: &HostText, version: &Version) -> bool {
    version.since(10, 0) && path.raw().contains(['*', '?', '[', '\\'])
}
