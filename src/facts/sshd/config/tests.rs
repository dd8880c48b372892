use super::*;
use crate::source::{MapFiles, Source};

const MAIN: &str = "/etc/ssh/sshd_config";

fn paths(config: &Config) -> Vec<&str> {
    config.files.keys().map(HostText::raw).collect()
}

#[test]
fn follows_what_either_generation_would() {
    let files = MapFiles::new([
        (
            MAIN,
            "Include d/*.conf\nInclude \"/q uoted\" # /comment\nInclude 'single'\nInclude /a#b\nInclude=/eq\n",
        ),
        ("/etc/ssh/d/b.conf", "Include nested\n"),
        ("/etc/ssh/d/a.conf", ""),
        ("/etc/ssh/nested", "Include sshd_config\n"),
        ("/q uoted", ""),
        ("/etc/ssh/single", ""),
        ("/a", ""),
        ("/a#b", ""),
        ("/eq", ""),
        ("/comment", ""),
    ]);
    let config = Config::read(&files, MAIN);
    assert_eq!(
        paths(&config),
        [
            "/a",
            "/a#b",
            "/eq",
            "/etc/ssh/d/a.conf",
            "/etc/ssh/d/b.conf",
            "/etc/ssh/nested",
            "/etc/ssh/single",
            MAIN,
            "/q uoted"
        ]
    );
    let Expansion::Paths(paths) = &config.globs[&HostText::from("/etc/ssh/d/*.conf")] else {
        panic!("seen");
    };
    assert_eq!(paths.len(), 2);
}

#[test]
fn what_cannot_be_read_stays_in_its_place() {
    let denied = Obstacle::Failed {
        at: Source::file("/etc/ssh/secret"),
        why: "no".into(),
    };
    let files = MapFiles::new([(MAIN, "Include secret\nInclude gone\n")])
        .without("/etc/ssh/secret", denied.clone());
    let config = Config::read(&files, MAIN);
    assert_eq!(
        config.files[&HostText::from("/etc/ssh/secret")],
        Content::Unseen(denied)
    );
    assert_eq!(
        config.globs[&HostText::from("/etc/ssh/gone")],
        Expansion::Paths(Vec::new())
    );
    let none = Config::read(&MapFiles::new([]), MAIN);
    assert_eq!(none.files[&HostText::from(MAIN)], Content::Absent);
}

#[test]
fn secrets_do_not_become_facts() {
    let key = "wJalrXUtnFEMIK7MDENGbPxRfiCYzEXAMPLEKEY";
    let text = format!("SetEnv API_SECRET={key}\nForceCommand /bin/x --password={key}\n");
    let files = MapFiles::new([(MAIN, text.as_str())]);
    let json = serde_json::to_string(&Config::read(&files, MAIN)).unwrap();
    assert!(!json.contains(key), "{json}");
}

#[test]
fn names_are_looked_up_in_the_hosts_own_tables() {
    let files = MapFiles::new([
        (
            MAIN,
            "Port ssh\nListenAddress inside:alt\nListenAddress nowhere\n",
        ),
        (
            "/etc/hosts",
            "10.0.0.1 Inside # here\n::1 localhost\n10.0.0.2 x inside\n",
        ),
        (
            "/etc/services",
            "ssh 22/tcp\nalt-ssh 2222/tcp alt\nalt 7/udp\n",
        ),
    ]);
    let names = Config::read(&files, MAIN).names;
    let port = |name: &str| names.services[&HostText::from(name)];
    assert_eq!(
        (port("ssh"), port("alt"), port("nowhere")),
        (Some(22), Some(2222), None)
    );
    assert_eq!(names.hosts[&HostText::from("inside")].len(), 2);
    assert!(names.hosts[&HostText::from("nowhere")].is_empty());
}

#[test]
fn a_keyword_is_found_however_it_is_written() {
    let files = MapFiles::new([
        (
            MAIN,
            "Include x.conf\n ListenAddress = one\n\"listenaddress\" two\n#ListenAddress three\nListenAddresses four\r\n",
        ),
        (
            "/etc/ssh/x.conf",
            "LISTENADDRESS\tfive\r\nMatch User a\nListenAddress six # no\n",
        ),
    ]);
    let config = Config::read(&files, MAIN);
    let found: Vec<String> = config
        .lines_of("listenaddress")
        .map(|(at, value)| format!("{at} {value}"))
        .collect();
    assert_eq!(
        found,
        [
            "/etc/ssh/sshd_config:2 one",
            "/etc/ssh/sshd_config:3 two",
            "/etc/ssh/x.conf:1 five",
            "/etc/ssh/x.conf:3 six # no",
        ]
    );
}
