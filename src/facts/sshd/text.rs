//! The lines of sshd's files that set something, with their places, Include followed.
//!
//! Enough to show a person where a value comes from and to see whether asking sshd is safe. It does not decide which
//! line wins: sshd itself answers that.

use crate::source::{Files, HostText, Obstacle, Source};
use globset::GlobBuilder;
use serde::{Deserialize, Serialize};

/// What is read of one file at most: sshd's own files are a few kilobytes.
const FILE_LIMIT: u64 = 1 << 20;
/// How many files are read at most, Include and its globs together.
const FILES_LIMIT: usize = 1_000;
/// SERVCONF_MAX_DEPTH of OpenSSH's servconf.c: deeper Includes stop sshd itself.
const DEPTH_LIMIT: usize = 16;

/// One line that sets something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directive {
    /// The keyword in lower case.
    pub keyword: String,
    /// The rest of the line, as written.
    pub value: HostText,
    /// Where it stands.
    pub source: Source,
    /// The criteria of the Match block that it stands in.
    pub within: Option<HostText>,
}

/// All of them, in reading order, and what could not be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directives {
    /// What was read.
    pub lines: Vec<Directive>,
    /// What could not be.
    pub gaps: Vec<Obstacle>,
}

impl Directives {
    /// True if a Match block is there: without one, one answer holds for every login.
    pub fn tell_logins_apart(&self) -> bool {
        self.of("match").next().is_some()
    }

    /// The lines that set a keyword, in reading order.
    pub fn of(&self, keyword: &str) -> impl Iterator<Item = &Directive> {
        let keyword = keyword.to_ascii_lowercase();
        self.lines
            .iter()
            .filter(move |line| line.keyword == keyword)
    }
}

/// Reads a configuration and everything it includes.
pub fn read(files: &dyn Files, path: &str) -> Directives {
    let mut reader = Reader {
        files,
        found: Directives::default(),
        opened: 0,
    };
    reader.file(path, None, 0);
    reader.found
}

/// The users that a Match line names in plain letters, no pattern among them.
pub fn named_users(line: &Directive) -> Vec<HostText> {
    let value = line.value.raw().replace('=', " ");
    let words: Vec<&str> = value.split_whitespace().collect();
    let pairs = words
        .chunks(2)
        .filter(|pair| pair[0].eq_ignore_ascii_case("user"));
    let names = pairs
        .filter_map(|pair| pair.get(1))
        .flat_map(|names| names.split(','));
    names
        .filter(|name| is_plain(name))
        .map(HostText::from)
        .collect()
}

/// True for a name that stands for itself in a pattern list.
pub fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.contains(['*', '?', '!', '"', '\'', '\\', '#'])
}

/// True if a value of ListenAddress holds a numeric address: anything else makes sshd ask a resolver.
pub fn is_numeric_address(value: &str) -> bool {
    let word = value.split_whitespace().next().unwrap_or("");
    let word = word.trim_matches('"');
    let host = match word.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None if word.matches(':').count() == 1 => word.split(':').next().unwrap_or(word),
        None => word,
    };
    let host = host.split('%').next().unwrap_or(host);
    host.parse::<std::net::IpAddr>().is_ok()
}

struct Reader<'a> {
    files: &'a dyn Files,
    found: Directives,
    opened: usize,
}

impl Reader<'_> {
    fn file(&mut self, path: &str, within: Option<&HostText>, depth: usize) {
        self.opened += 1;
        if depth > DEPTH_LIMIT || self.opened > FILES_LIMIT {
            self.found.gaps.push(Obstacle::Refused {
                at: Source::file(path),
                why: "too many or too deep Includes".into(),
            });
            return;
        }
        let bytes = match self.files.read(path, FILE_LIMIT) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return,
            Err(obstacle) => return self.found.gaps.push(obstacle),
        };
        let mut within = within.cloned();
        for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            let Some((keyword, value)) = split(line) else {
                continue;
            };
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            if keyword == "match" {
                within = (!value.eq_ignore_ascii_case("all")).then(|| HostText::from(&value));
            }
            if keyword == "include" && value.contains(['\'', '"', '\\']) {
                // The two ways in which versions of sshd read quotes are not followed here.
                self.found.gaps.push(Obstacle::Unparsable {
                    at: Source::line(path, number),
                    why: "an Include with quotes is not followed".into(),
                });
            } else if keyword == "include" {
                for pattern in words(&value) {
                    self.include(&pattern, within.as_ref(), depth + 1);
                }
            }
            self.found.lines.push(Directive {
                keyword,
                value: value.into(),
                source: Source::line(path, number),
                within: within.clone(),
            });
        }
    }

    /// Include: a relative pattern is below /etc/ssh (sshd_config(5)), and a glob's files come sorted.
    fn include(&mut self, pattern: &str, within: Option<&HostText>, depth: usize) {
        let pattern = if pattern.starts_with('/') {
            pattern.to_owned()
        } else {
            format!("/etc/ssh/{pattern}")
        };
        for path in self.expand(&pattern) {
            self.file(&path, within, depth);
        }
    }

    fn expand(&mut self, pattern: &str) -> Vec<String> {
        let mut paths = vec![String::new()];
        for part in pattern.split('/').filter(|part| !part.is_empty()) {
            if !part.contains(['*', '?', '[']) {
                paths.iter_mut().for_each(|path| {
                    path.push('/');
                    path.push_str(part);
                });
                continue;
            }
            // glob(3) takes braces for themselves and an open bracket too, which is where the two part.
            let glob = GlobBuilder::new(part).literal_separator(true).build();
            let Some(glob) = glob.ok().filter(|_| !part.contains(['{', '}'])) else {
                self.found.gaps.push(Obstacle::NotModelled {
                    what: format!("the pattern of Include {pattern}").into(),
                });
                return Vec::new();
            };
            let glob = glob.compile_matcher();
            let mut next = Vec::new();
            for directory in paths {
                let at = if directory.is_empty() {
                    "/"
                } else {
                    &directory
                };
                match self.files.list(at) {
                    Ok(entries) => next.extend(
                        entries
                            .unwrap_or_default()
                            .into_iter()
                            .map(|entry| entry.name)
                            .filter(|name| part.starts_with('.') || !name.raw().starts_with('.'))
                            .filter(|name| glob.is_match(name.raw()))
                            .map(|name| format!("{directory}/{}", name.raw())),
                    ),
                    Err(obstacle) => self.found.gaps.push(obstacle),
                }
            }
            paths = next;
        }
        paths
    }
}

/// Keyword and rest of a line; nothing for blank lines and comments. `Keyword=value` is allowed.
fn split(line: &[u8]) -> Option<(String, String)> {
    let line = String::from_utf8_lossy(line);
    let line = line.trim_matches([' ', '\t', '\r', '\x0c']);
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    // What separates words for sshd: misc.c, strdelim().
    let blanks = [' ', '\t', '\r'];
    // It skips one `=` in front of the keyword as well.
    let line = line
        .strip_prefix('=')
        .unwrap_or(line)
        .trim_start_matches(blanks);
    let end = line.find([' ', '\t', '\r', '=']).unwrap_or(line.len());
    let (keyword, rest) = line.split_at(end);
    let rest = rest.trim_start_matches(blanks);
    let rest = rest
        .strip_prefix('=')
        .unwrap_or(rest)
        .trim_start_matches(blanks);
    let keyword = keyword.trim_matches('"').to_ascii_lowercase();
    Some((keyword, rest.to_owned()))
}

/// The words of a value without quotes: blanks separate, `#` begins a comment.
fn words(value: &str) -> Vec<String> {
    let words = value
        .split_whitespace()
        .take_while(|word| !word.starts_with('#'));
    words.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MapFiles;

    fn places(found: &Directives, keyword: &str) -> Vec<String> {
        found
            .of(keyword)
            .map(|line| format!("{} {}", line.source, line.value))
            .collect()
    }

    #[test]
    fn follows_includes_in_reading_order() {
        let files = MapFiles::new([
            (
                "/etc/ssh/sshd_config",
                "Include /etc/ssh/sshd_config.d/*.conf\n# PasswordAuthentication no\npasswordauthentication no\n",
            ),
            (
                "/etc/ssh/sshd_config.d/50-cloud-init.conf",
                "PasswordAuthentication=yes\n",
            ),
            (
                "/etc/ssh/sshd_config.d/ignored",
                "PasswordAuthentication maybe\n",
            ),
        ]);
        let found = read(&files, "/etc/ssh/sshd_config");
        assert_eq!(
            places(&found, "PasswordAuthentication"),
            [
                "/etc/ssh/sshd_config.d/50-cloud-init.conf:1 yes",
                "/etc/ssh/sshd_config:3 no"
            ]
        );
    }

    #[test]
    fn a_line_after_match_says_so() {
        let files = MapFiles::new([(
            "/etc/ssh/sshd_config",
            "Match User bob\n PermitRootLogin yes\nMatch all\nPermitRootLogin no\n",
        )]);
        let found = read(&files, "/etc/ssh/sshd_config");
        let within: Vec<_> = found
            .of("permitrootlogin")
            .map(|line| line.within.clone())
            .collect();
        assert_eq!(within, [Some(HostText::from("User bob")), None]);
    }

    #[test]
    fn an_include_that_is_not_followed_is_a_gap() {
        for path in [
            "'/etc/ssh/extra.conf'",
            "\"/etc/ssh/extra.conf\"",
            "/etc/ssh/a\\ b.conf",
            "/etc/ssh/a[.conf",
            "/etc/ssh/{a,b}*",
        ] {
            let config = format!("Include {path}\n");
            let files = MapFiles::new([("/etc/ssh/sshd_config", config.as_str())]);
            assert_eq!(read(&files, "/etc/ssh/sshd_config").gaps.len(), 1, "{path}");
        }
    }

    #[test]
    fn a_carriage_return_separates_words_for_sshd() {
        let files = MapFiles::new([(
            "/etc/ssh/sshd_config",
            "Match\rUser bob\nPermitRootLogin yes\n",
        )]);
        let found = read(&files, "/etc/ssh/sshd_config");
        let line = found.of("match").next().unwrap();
        assert_eq!(named_users(line), [HostText::from("bob")]);
    }

    #[test]
    fn an_equals_sign_before_the_keyword_hides_nothing() {
        let files = MapFiles::new([(
            "/etc/ssh/sshd_config",
            "=PermitRootLogin yes\n= Match User bob\n",
        )]);
        let found = read(&files, "/etc/ssh/sshd_config");
        assert_eq!(found.of("permitrootlogin").count(), 1);
        assert_eq!(found.of("match").count(), 1);
    }

    #[test]
    fn an_include_that_includes_itself_ends() {
        let files = MapFiles::new([("/etc/ssh/sshd_config", "Include sshd_config sshd_config\n")]);
        assert!(!read(&files, "/etc/ssh/sshd_config").gaps.is_empty());
    }

    #[test]
    fn knows_a_name_from_an_address() {
        for numeric in [
            "0.0.0.0",
            "::",
            "[::]:22",
            "192.0.2.1:2222",
            "fe80::1%eth0",
            "::1 rdomain a",
        ] {
            assert!(is_numeric_address(numeric), "{numeric}");
        }
        for name in ["example.org", "example.org:22", "localhost", ""] {
            assert!(!is_numeric_address(name), "{name}");
        }
    }
}
