//! `tests/sshd`: configurations, and what `sshd -T` of four versions of OpenSSH said of them (Debian's builds).

use super::tree::Tree;
use seaworthy::facts::sshd::{Config, Version};
use seaworthy::model::sshd::{
    Argument, CommandLine, Connection, Effective, Groups, Model, Refusal, Trouble,
};
use seaworthy::source::HostText;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const MAIN: &str = "/etc/ssh/sshd_config";

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sshd")
}

/// The version of the build that was asked.
fn version(short: &str) -> Version {
    let package = match short {
        "8.4p1" => "1:8.4p1-5+deb11u3",
        "9.2p1" => "1:9.2p1-2+deb12u10",
        "10.0p1" => "1:10.0p1-7+deb13u4",
        "10.6p1" => "1:10.6p1-1",
        other => panic!("{other}"),
    };
    Version::parse(package).unwrap()
}

/// The groups of an account of `common/`.
fn groups(user: Option<&str>) -> Groups {
    let read = |name: &str| fs::read_to_string(data().join("cases/common").join(name)).unwrap();
    let (passwd, group) = (read("passwd"), read("group"));
    let fields = |line: &str| line.split(':').map(str::to_owned).collect::<Vec<_>>();
    let account = passwd
        .lines()
        .map(fields)
        .find(|it| Some(it[0].as_str()) == user);
    let Some(account) = account else {
        return Groups::NoSuchUser;
    };
    let member =
        |it: &Vec<String>| it[2] == account[3] || it[3].split(',').any(|name| name == account[0]);
    let names = group
        .lines()
        .map(fields)
        .filter(member)
        .map(|it| HostText::from(it[0].clone()));
    Groups::Known(names.collect())
}

/// The words of a command line as a shell has them, as far as quotes go.
fn split(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('"').enumerate() {
        match index % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_owned)),
            _ => words.push(part.to_owned()),
        }
    }
    words
}

fn shown(effective: &Effective<'_>, key: &str) -> Vec<String> {
    let lines = effective.plain().unwrap();
    let of_key = |line: &HostText| {
        let (keyword, value) = line.raw().split_once(' ')?;
        keyword.eq_ignore_ascii_case(key).then(|| value.to_owned())
    };
    lines.iter().filter_map(of_key).collect()
}

/// What the model says of a run: the values of the keys, or the complaints.
fn answer(
    case: &Path,
    run: &str,
    short: &str,
    keys: &[&str],
) -> Result<BTreeMap<String, Vec<String>>, Vec<String>> {
    let tree = Tree {
        prefix: "/etc/ssh",
        at: case.to_owned(),
    };
    let config = Config::read(&tree, MAIN);
    let version = version(short);
    let mut command_line = CommandLine::new();
    let mut connection = Connection::default();
    let words = split(run);
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match word {
            "-C" => {
                let spec = words.next().unwrap();
                if let Err(complaint) = connection.add(spec, &version, &config.names) {
                    return Err(vec![complaint]);
                }
            }
            "-o" => command_line.push(Argument::Option(words.next().unwrap().into())),
            "-p" => command_line.push(Argument::Port(words.next().unwrap().into())),
            other => panic!("{other}"),
        }
    }
    connection.groups = groups(connection.user.as_ref().map(HostText::raw));
    let said = |refusal: Refusal| {
        refusal
            .messages
            .iter()
            .map(|it| it.raw().to_owned())
            .collect()
    };
    let model = match Model::new(&config, &version, &command_line) {
        Ok(model) => model,
        Err(Trouble::Refused(refusal)) => return Err(said(refusal)),
        Err(Trouble::Unknown(obstacle)) => panic!("{}: {obstacle}", case.display()),
    };
    match model.login(&connection) {
        Ok(effective) => {
            let shown = |key: &&str| {
                (!shown(&effective, key).is_empty())
                    .then(|| ((*key).to_owned(), shown(&effective, key)))
            };
            Ok(keys.iter().filter_map(shown).collect())
        }
        Err(Trouble::Refused(refusal)) => Err(said(refusal)),
        Err(Trouble::Unknown(obstacle)) => panic!("{}: {obstacle}", case.display()),
    }
}

#[test]
fn every_case_and_version_answers_as_the_daemon_did() {
    let mut wrong = Vec::new();
    let mut answers = 0;
    let cases = fs::read_dir(data().join("cases")).unwrap();
    let mut cases: Vec<PathBuf> = cases.map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    for case in cases {
        let Ok(text) = fs::read_to_string(case.join("expected.json")) else {
            continue;
        };
        let expected: Value = serde_json::from_str(&text).unwrap();
        let keys: Vec<&str> = expected["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key.as_str().unwrap())
            .collect();
        for (run, versions) in expected["runs"].as_object().unwrap() {
            for (short, said) in versions.as_object().unwrap() {
                answers += 1;
                let strings = |value: &Value| -> Vec<String> {
                    let all = value.as_array().unwrap().iter();
                    all.map(|it| it.as_str().unwrap().to_owned()).collect()
                };
                let stderr = strings(&said["stderr"]);
                if stderr
                    .iter()
                    .any(|line| line.contains("no hostkeys available"))
                {
                    // Whether there are host keys is not the model's business: the one it names is.
                    let found = answer(&case, run, short, &["hostkey"]).unwrap();
                    assert!(stderr[0].ends_with(&found["hostkey"][0]), "{stderr:?}");
                    continue;
                }
                let wanted = match said["rc"].as_i64() {
                    Some(0) => Ok(said["values"]
                        .as_object()
                        .unwrap()
                        .iter()
                        .map(|(key, values)| (key.clone(), strings(values)))
                        .filter(|(_, values)| !values.is_empty())
                        .collect()),
                    _ => Err(stderr
                        .into_iter()
                        .filter(|line| !line.contains("Deprecated option"))
                        .collect()),
                };
                let found = answer(&case, run, short, &keys);
                if found != wanted {
                    let name = case.file_name().unwrap().to_string_lossy();
                    wrong.push(format!(
                        "{name} {run} {short}\n  sshd  {wanted:?}\n  model {found:?}"
                    ));
                }
            }
        }
    }
    assert!(answers > 300, "{answers}");
    assert!(
        wrong.is_empty(),
        "{} of {answers}\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn without_a_line_every_version_prints_its_defaults() {
    for short in ["8.4p1", "9.2p1", "10.0p1", "10.6p1"] {
        let expected =
            fs::read_to_string(data().join(format!("defaults/sshd-T-defaults-{short}.txt")))
                .unwrap();
        let files = seaworthy::source::MapFiles::new([(MAIN, "")]);
        let config = Config::read(&files, MAIN);
        let model = Model::new(&config, &version(short), &CommandLine::new()).unwrap();
        let lines = model.nobody().unwrap().plain().unwrap();
        let lines: Vec<&str> = lines.iter().map(HostText::raw).collect();
        assert_eq!(lines.join("\n"), expected.trim_end(), "{short}");
    }
}
