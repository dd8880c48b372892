//! Which line of sysctl.d(5) decides a key, by systemd-sysctl's own rules.
//!
//! Out of sight here: what changes a key after boot (ufw, Docker, networkd), and keys that the kernel changes along
//! with another (turning `net.ipv4.ip_forward` sets `accept_redirects` of `all` and `forwarding` of every interface).

use crate::facts::sysctl::{Assignment, SysctlConfig, SysctlKey};
use crate::source::HostText;

/// What the files say of one key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Winner<'a> {
    /// The line that decides, if any sets the key.
    pub decides: Option<&'a Assignment>,
    /// The other lines that would set it, in the order they are read.
    pub shadowed: Vec<&'a Assignment>,
    /// The `-key` line that keeps all globs away from the key, if no line spells it out with a value.
    pub excluded_by: Option<&'a Assignment>,
    /// Lines of `/etc/sysctl.conf` that would set it, where nothing reads that file at boot.
    pub unread: Vec<&'a Assignment>,
}

impl<'a> Winner<'a> {
    /// The value that the key gets, and the line that says so.
    pub fn setting(&self) -> Option<(&'a HostText, &'a Assignment)> {
        let line = self.decides?;
        Some((line.value.as_ref()?, line))
    }
}

/// The line that decides a key at boot, and those that it shadows. The configuration's gaps may hide another winner.
///
/// systemd-sysctl keeps one table of names, globs among them as they are written. A new value for a name moves it to the
/// end; the *same* value leaves it where it stands. Then the table is applied in order, and a glob passes over
/// every key that the table spells out. So a key beats every glob, and of two globs the last one *changed* wins.
pub fn winner<'a>(config: &'a SysctlConfig, key: &SysctlKey) -> Winner<'a> {
    let names = names_of(key);
    let sets = |a: &&Assignment| names.iter().any(|name| a.pattern.matches(name));
    let relevant: Vec<&Assignment> = config.assignments.iter().filter(sets).collect();

    let mut table: Vec<&Assignment> = Vec::new();
    for line in &relevant {
        match table.iter().position(|entry| entry.pattern == line.pattern) {
            Some(at) if table[at].value == line.value => table[at] = line,
            Some(at) => {
                table.remove(at);
                table.push(line);
            }
            None => table.push(line),
        }
    }
    let spelled_out = |name: &SysctlKey| table.iter().any(|entry| entry.pattern.names(name));
    let writes = |entry: &&&Assignment| {
        entry.value.is_some()
            && names.iter().any(|name| {
                if entry.pattern.is_glob() {
                    entry.pattern.matches(name) && !spelled_out(name)
                } else {
                    entry.pattern.names(name)
                }
            })
    };
    let decides = table.iter().rfind(writes).copied();
    let excludes = |entry: &&&Assignment| entry.value.is_none() && entry.pattern.names(key);
    Winner {
        decides,
        shadowed: relevant
            .iter()
            .copied()
            .filter(|line| line.value.is_some())
            .filter(|line| decides.is_none_or(|decides| line.source != decides.source))
            .collect(),
        excluded_by: match decides {
            None => table.iter().find(excludes).copied(),
            Some(_) => None,
        },
        unread: config.unread.iter().filter(sets).collect(),
    }
}

/// The key and its other name, if the kernel has the same variable under two (net/ipv4/devinet.c).
fn names_of(key: &SysctlKey) -> Vec<SysctlKey> {
    const TWINS: [&str; 2] = ["net/ipv4/ip_forward", "net/ipv4/conf/all/forwarding"];
    let twin = TWINS
        .contains(&key.path())
        .then(|| TWINS.iter().filter(|name| **name != key.path()))
        .into_iter()
        .flatten()
        .filter_map(|name| SysctlKey::new(name).ok());
    std::iter::once(key.clone()).chain(twin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MapFiles;

    /// `line[>shadowed lines][!excluding line]` of the winner for a key in one file.
    fn who(text: &str, key: &str) -> String {
        let config = SysctlConfig::read(&MapFiles::new([("/etc/sysctl.d/a.conf", text)]));
        let winner = winner(&config, &SysctlKey::new(key).unwrap());
        let line = |a: &Assignment| {
            let source = a.source.to_string();
            source.rsplit(':').next().unwrap_or_default().to_owned()
        };
        let mut shown = winner.decides.map_or("-".to_owned(), line);
        for a in &winner.shadowed {
            shown += &format!(">{}", line(a));
        }
        winner
            .excluded_by
            .map_or(shown.clone(), |a| shown + "!" + &line(a))
    }

    #[test]
    fn the_last_assignment_wins() {
        assert_eq!(who("a.b=1\na/b=2\na.c=3", "a.b"), "2>1");
        assert_eq!(who("a.b=1", "a.c"), "-");
    }

    #[test]
    fn a_key_beats_every_glob() {
        assert_eq!(who("a.b=1\na.*=2", "a.b"), "1>2");
        assert_eq!(who("a.b=1\na.*=2", "a.c"), "2");
    }

    #[test]
    fn an_exclusion_keeps_globs_away() {
        assert_eq!(who("a.*=2\n-a.b", "a.b"), "->1!2");
        assert_eq!(who("-a.b\na.*=2\na.b=1", "a.b"), "3>2");
        assert_eq!(who("a.b=1\n-a.b", "a.b"), "->1!2");
        assert_eq!(who("a.*=2\n-a.*", "a.b"), "->1");
    }

    #[test]
    fn a_repeated_glob_keeps_its_old_place() {
        assert_eq!(who("a.*=1\n*.b=2\na.*=1", "a.b"), "2>1>3");
        assert_eq!(who("a.*=1\n*.b=2\na.*=3", "a.b"), "3>1>2");
    }

    #[test]
    fn one_variable_may_have_two_names() {
        let text = "net.ipv4.ip_forward=0\nnet.ipv4.conf.*.forwarding=1";
        assert_eq!(who(text, "net.ipv4.ip_forward"), "2>1");
        assert_eq!(who(text, "net.ipv4.conf.all.forwarding"), "2>1");
        assert_eq!(who(text, "net.ipv4.conf.eth0.forwarding"), "2");
    }
}
