//! How a service would start sshd: its ExecStart (systemd.service(5)), with the variables of its environment.

use super::Started;
use crate::facts::units::{Machine, Unit};
use crate::source::HostText;
use std::collections::BTreeMap;

/// The files that a unit takes variables from (`EnvironmentFile=`); those behind a `-` need not be there.
pub fn environment_files(unit: &Unit) -> Vec<String> {
    let settings = unit.list("Service", "EnvironmentFile").into_iter();
    let paths = settings.map(|it| it.value.raw().trim_start_matches('-').to_owned());
    paths.collect()
}

/// The variables in the text of such a file, and in `Environment=`: `NAME=VALUE`, perhaps in quotes, which may go on in the next
/// line, as behind a backslash.
pub fn variables(text: &str, into: &mut BTreeMap<String, String>) {
    let mut open = String::new();
    for line in text.lines() {
        if open.is_empty() && line.trim_start().starts_with(['#', ';']) {
            continue;
        }
        open += line;
        if let Some(rest) = open.strip_suffix('\\') {
            open = format!("{rest} ");
            continue;
        }
        if open.matches('"').count() % 2 == 1 || open.matches('\'').count() % 2 == 1 {
            open.push(' ');
            continue;
        }
        let whole = std::mem::take(&mut open);
        if let Some((name, value)) = whole.trim().split_once('=') {
            let value = words(value).join(" ");
            into.insert(name.trim().to_owned(), value);
        }
    }
}

/// What the unit starts sshd with; none if it starts nothing.
///
/// # Errors
/// What it starts in sshd's place, or cannot be read.
pub fn started_by(
    unit: &Unit,
    machine: &Machine,
    files: &BTreeMap<String, String>,
) -> Result<Option<Started>, String> {
    let mut known = BTreeMap::new();
    for (name, (value, _)) in unit.environment(machine) {
        known.insert(name, value.raw().to_owned());
    }
    known.extend(files.clone());
    let commands = unit.commands("Service", "ExecStart", machine);
    let Some((command, _)) = commands.last() else {
        return Ok(None);
    };
    if command.path.raw().rsplit('/').next() != Some("sshd") {
        return Err(command.path.raw().to_owned());
    }
    let mut all = Vec::new();
    for word in command.argv.iter().skip(1).map(HostText::raw) {
        let name = word.strip_prefix('$').filter(|_| !command.literal);
        match name {
            // In braces it is one word, by itself as many as it holds.
            Some(name) if name.starts_with('{') => {
                let name = name.trim_matches(['{', '}']);
                all.push(known.get(name).cloned().unwrap_or_default());
            }
            Some(name) => all.extend(words(known.get(name).map_or("", String::as_str))),
            None if word.contains('$') && !command.literal => return Err(word.to_owned()),
            None => all.push(word.to_owned()),
        }
    }
    let options: Vec<&str> = all.iter().map(String::as_str).collect();
    Ok(Some(Started::of(&options)))
}

/// Words of a variable as systemd splits them: by blanks, quotes keep together.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, letter) if letter.is_ascii_whitespace() => words.extend(word.take()),
            (_, letter) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::units::parse;

    fn unit_of(text: &str) -> Unit {
        Unit {
            name: "ssh.service".into(),
            settings: parse(text.as_bytes(), "u").settings,
            ..Unit::default()
        }
    }

    fn started(unit: &str, file: &str) -> Option<Started> {
        let unit = unit_of(unit);
        let mut known = BTreeMap::new();
        variables(file, &mut known);
        started_by(&unit, &Machine::default(), &known).unwrap()
    }

    #[test]
    fn the_variables_of_a_distribution_count() {
        let debian = "[Service]\nEnvironmentFile=-/etc/default/ssh\nExecStart=/usr/sbin/sshd -D $SSHD_OPTS\n";
        assert_eq!(
            started(debian, "# Options\nSSHD_OPTS=\n"),
            Some(Started::default())
        );
        let with = started(
            debian,
            "SSHD_OPTS=\"-o PasswordAuthentication=yes -p 2222\"\n",
        )
        .unwrap();
        assert_eq!(
            with.directives,
            [HostText::from("PasswordAuthentication=yes")]
        );
        assert_eq!(with.ports, [HostText::from("2222")]);
        let each = "[Service]\nExecStart=-/usr/sbin/sshd -i ${OPTIONS}\n";
        assert_eq!(started(each, ""), Some(Started::default()));
        let other = "[Service]\nExecStart=/usr/sbin/sshd -D\nExecStart=\nExecStart=/usr/sbin/sshd -D -f /root/x\n";
        assert_eq!(started(other, "").unwrap().config, Some("/root/x".into()));
        let unit = unit_of("[Service]\nExecStart=/usr/bin/nice /usr/sbin/sshd\n");
        assert_eq!(
            started_by(&unit, &Machine::default(), &BTreeMap::new()),
            Err("/usr/bin/nice".to_owned())
        );
        let lines = started(debian, "SSHD_OPTS=\"-4 \\\n -o A=b\"\nX=1\n").unwrap();
        assert_eq!(lines.directives, [HostText::from("A=b")]);
        let unit = unit_of(debian);
        assert_eq!(environment_files(&unit), ["/etc/default/ssh"]);
    }
}
