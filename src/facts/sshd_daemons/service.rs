//! How a service would start sshd: its ExecStart (systemd.service(5)), with the variables of its environment.

use super::Started;
use crate::facts::units::Unit;
use crate::source::HostText;
use std::collections::BTreeMap;

/// The files that a unit takes variables from (`EnvironmentFile=`); those behind a `-` need not be there.
pub fn environment_files(unit: &Unit) -> Vec<String> {
    let settings = of_service(unit, "EnvironmentFile");
    let mut files: Vec<String> = Vec::new();
    for value in settings {
        match value.trim_start_matches('-') {
            "" => files.clear(),
            path => files.push(path.to_owned()),
        }
    }
    files
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
    files: &BTreeMap<String, String>,
) -> Result<Option<Started>, String> {
    let mut known = BTreeMap::new();
    for value in of_service(unit, "Environment") {
        words(value)
            .iter()
            .for_each(|word| variables(word, &mut known));
    }
    known.extend(files.clone());
    let Some(line) = of_service(unit, "ExecStart").last() else {
        return Ok(None);
    };
    let mut all = Vec::new();
    for word in words(line) {
        let name = word.strip_prefix('$');
        let name = name.map(|name| name.trim_matches(['{', '}']));
        match name {
            // A variable by itself is as many words as it holds.
            Some(name) => all.extend(words(known.get(name).map_or("", String::as_str))),
            None if word.contains('$') => return Err(word),
            None => all.push(word),
        }
    }
    let Some((program, options)) = all.split_first() else {
        return Ok(None);
    };
    let program = program.trim_start_matches(['-', '@', ':', '+', '!']);
    if program.rsplit('/').next() != Some("sshd") {
        return Err(program.to_owned());
    }
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    Ok(Some(Started::of(&options)))
}

fn of_service<'u>(unit: &'u Unit, key: &'static str) -> impl Iterator<Item = &'u str> {
    let wanted =
        move |section: &HostText, own: &HostText| section.raw() == "Service" && own.raw() == key;
    let settings = unit.0.iter().filter(move |it| wanted(&it.section, &it.key));
    settings.map(|it| it.value.raw())
}

/// Words as systemd splits them: by blanks, quotes keep together.
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

    fn started(unit: &str, file: &str) -> Option<Started> {
        let unit = Unit(parse(unit.as_bytes(), "u"));
        let mut known = BTreeMap::new();
        variables(file, &mut known);
        started_by(&unit, &known).unwrap()
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
        let unit = Unit(parse(
            b"[Service]\nExecStart=/usr/bin/nice /usr/sbin/sshd\n",
            "u",
        ));
        assert_eq!(
            started_by(&unit, &BTreeMap::new()),
            Err("/usr/bin/nice".to_owned())
        );
        let lines = started(debian, "SSHD_OPTS=\"-4 \\\n -o A=b\"\nX=1\n").unwrap();
        assert_eq!(lines.directives, [HostText::from("A=b")]);
        let unit = Unit(parse(debian.as_bytes(), "u"));
        assert_eq!(environment_files(&unit), ["/etc/default/ssh"]);
    }
}
