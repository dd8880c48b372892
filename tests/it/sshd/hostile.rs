//! Input that is made to hang or fill the program: bounded, and what is beyond the bounds is unknown, never left out.

use super::tree::Tree;
use seaworthy::facts::sshd::{Config, Version};
use seaworthy::model::sshd::{Connection, Groups, Model, Trouble};
use seaworthy::source::{MapFiles, Obstacle};
use std::fmt::Write;
use std::fs;

const MAIN: &str = "/etc/ssh/sshd_config";

fn version() -> Version {
    Version::parse("1:9.2p1-2+deb12u10").unwrap()
}

fn model(config: &Config) -> Result<Model, Trouble> {
    Model::new(config, &version(), &Vec::new())
}

fn of(text: &str) -> Config {
    Config::read(&MapFiles::new([(MAIN, text)]), MAIN)
}

fn unknown(config: &Config) -> Obstacle {
    match model(config) {
        Err(Trouble::Unknown(obstacle)) => obstacle,
        other => panic!("{:?}", other.map(|_| "a model")),
    }
}

#[test]
fn a_directory_of_ten_thousand_files_is_unknown() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("d")).unwrap();
    for number in 0..10_000 {
        fs::write(
            directory.path().join(format!("d/{number}.conf")),
            "Port 22\n",
        )
        .unwrap();
    }
    fs::write(directory.path().join("sshd_config"), "Include d/*.conf\n").unwrap();
    let tree = Tree {
        prefix: "/etc/ssh",
        at: directory.path().to_owned(),
    };
    let config = Config::read(&tree, MAIN);
    assert_eq!(config.files.len(), 1);
    assert!(
        unknown(&config)
            .to_string()
            .contains("more than 2000 files")
    );
}

#[test]
fn a_file_of_a_gigabyte_is_unknown() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("sshd_config"), "Include huge\n").unwrap();
    let huge = fs::File::create(directory.path().join("huge")).unwrap();
    huge.set_len(1 << 30).unwrap();
    drop(huge);
    let root = directory.path().join("root");
    fs::create_dir_all(root.join("etc")).unwrap();
    fs::rename(
        directory.path().join("sshd_config"),
        root.join("etc/sshd_config"),
    )
    .unwrap();
    fs::rename(directory.path().join("huge"), root.join("etc/huge")).unwrap();
    // The real host, which reads no more than it is told to.
    let Ok(host) = seaworthy::host::Host::root(&root) else {
        return crate::support::skip("openat2(2)");
    };
    fs::write(root.join("etc/sshd_config"), "Include /etc/huge\n").unwrap();
    let config = Config::read(host.files(), "/etc/sshd_config");
    assert!(matches!(unknown(&config), Obstacle::TooLarge { .. }));
}

#[test]
fn files_that_include_each_other_end() {
    let refused = |files: MapFiles| match model(&Config::read(&files, MAIN)) {
        Err(Trouble::Refused(refusal)) => refusal.reason().to_string(),
        other => panic!("{:?}", other.map(|_| "a model")),
    };
    let loops = [
        MapFiles::new([(MAIN, "Include sshd_config\n")]),
        MapFiles::new([
            (MAIN, "Include a\n"),
            ("/etc/ssh/a", "Include b\n"),
            ("/etc/ssh/b", "Include a a a\n"),
        ]),
    ];
    for files in loops {
        assert_eq!(refused(files), "Too many recursive configuration includes");
    }
    // A file that includes its directory: sshd starts, and ends at every login.
    let files = MapFiles::new([
        (MAIN, "Include d/*\n"),
        ("/etc/ssh/d/a", "\n"),
        ("/etc/ssh/d/b", "Include d/*\n"),
    ]);
    let model = model(&Config::read(&files, MAIN)).unwrap();
    assert!(matches!(model.nobody(), Err(Trouble::Refused(_))));
}

#[test]
fn files_that_double_at_each_step_are_unknown() {
    // 2¹⁵ times the last one, without a loop.
    let mut names: Vec<(String, String)> = (0..15)
        .map(|n| {
            (
                format!("/etc/ssh/f{n}"),
                format!("Include f{m} f{m}\n", m = n + 1),
            )
        })
        .collect();
    names.push(("/etc/ssh/f15".to_owned(), "AcceptEnv A\n".repeat(1000)));
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in &names {
        fs::write(
            directory.path().join(name.trim_start_matches("/etc/ssh/")),
            text,
        )
        .unwrap();
    }
    let tree = Tree {
        prefix: "/etc/ssh",
        at: directory.path().to_owned(),
    };
    let config = Config::read(&tree, "/etc/ssh/f0");
    assert!(
        unknown(&config)
            .to_string()
            .contains("lines with what they include")
    );
}

#[test]
fn a_hundred_thousand_match_blocks_are_read() {
    let mut text = String::new();
    for number in 0..100_000 {
        writeln!(text, "Match User u{number}\nBanner /b{number}").unwrap();
    }
    let config = of(&text);
    let model = model(&config).unwrap();
    assert_eq!(model.match_blocks().count(), 100_000);
    let login = Connection {
        user: Some("u77777".into()),
        groups: Groups::NoSuchUser,
        ..Connection::default()
    };
    let effective = model.login(&login).unwrap();
    assert_eq!(effective.blocks(), [77_777]);
    assert_eq!(
        effective.get("banner").unwrap().unwrap().value(),
        Some("/b77777")
    );
}

#[test]
fn lines_of_a_megabyte_are_read() {
    let long = "x".repeat(1 << 20);
    let quotes = "\"a\" ".repeat(1 << 18);
    for text in [
        format!("Banner /{long}\n"),
        format!("AllowUsers {quotes}\n"),
        format!("AcceptEnv {}\n", "a ".repeat(1 << 19)),
        format!("Match User {}a\nBanner /x\n", "*a".repeat(1 << 19)),
        format!(
            "Match Address {}\nBanner /x\n",
            "10.0.0.0/8,".repeat(90_000) + "::"
        ),
        format!("Ciphers {}aes256-ctr\n", "aes128-ctr,".repeat(90_000)),
        format!("KexAlgorithms -{}\n", "*a*b*c,".repeat(10_000)),
        format!("{long}\n{long} {long}\n"),
        format!("Include {}\n", "/*/*/*/*".repeat(1 << 10)),
    ] {
        for release in ["8.4p1", "9.2p1", "10.5p1"] {
            let read = Model::new(&of(&text), &Version::parse(release).unwrap(), &Vec::new());
            let login = Connection {
                user: Some("a".repeat(1 << 16).into()),
                addr: Some("10.1.2.3".into()),
                ..Connection::default()
            };
            if let Ok(model) = read {
                let _ = model.login(&login).map(|effective| effective.plain());
            }
        }
    }
}

#[test]
fn what_is_no_text_is_kept_as_it_is() {
    let bytes: Vec<u8> = (1..=255).filter(|byte| !b"\n\r".contains(byte)).collect();
    let directory = tempfile::tempdir().unwrap();
    fs::write(
        directory.path().join("sshd_config"),
        [b"VersionAddendum ", bytes.as_slice(), b"'\"\n"].concat(),
    )
    .unwrap();
    let tree = Tree {
        prefix: "/etc/ssh",
        at: directory.path().to_owned(),
    };
    let config = Config::read(&tree, MAIN);
    let json = serde_json::to_string(&config).unwrap();
    assert_eq!(serde_json::from_str::<Config>(&json).unwrap(), config);
}
