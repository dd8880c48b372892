//! What decides and what is shadowed, beside the answers that `tests/sshd` holds.

use super::*;
use crate::source::MapFiles;

const MAIN: &str = "/etc/ssh/sshd_config";

fn config(files: &[(&'static str, &str)]) -> Config {
    // MapFiles takes an array; absent ones are named away.
    let at = |index: usize| files.get(index).copied().unwrap_or(("/none", ""));
    Config::read(&MapFiles::new([at(0), at(1), at(2), at(3)]), MAIN)
}

fn model_of(version: &str, files: &[(&'static str, &str)]) -> Model {
    let version = Version::parse(version).unwrap();
    Model::new(&config(files), &version, &[]).unwrap()
}

fn model(text: &str) -> Model {
    model_of("1:9.2p1-2+deb12u3", &[(MAIN, text)])
}

fn user(name: &str) -> Connection {
    Connection {
        user: Some(name.into()),
        groups: Groups::Known(vec![name.into()]),
        ..Connection::default()
    }
}

fn places(origins: &[Origin]) -> Vec<String> {
    let place = |origin: &Origin| match origin {
        Origin::Line {
            source,
            block: None,
        } => source.to_string(),
        Origin::Line {
            source,
            block: Some(block),
        } => format!("{source} in {block}"),
        Origin::CommandLine(option) => option.raw().to_owned(),
    };
    origins.iter().map(place).collect()
}

fn get(effective: &Effective<'_>, keyword: &str) -> (Vec<String>, Vec<String>, Vec<String>) {
    let setting = effective.get(keyword).unwrap().unwrap();
    let values = setting.values.iter().map(|value| value.raw().to_owned());
    (
        values.collect(),
        places(&setting.decided_by),
        places(&setting.shadowed),
    )
}

#[test]
fn the_drop_in_wins_and_says_what_it_shadows() {
    let model = model_of(
        "1:9.2p1-2+deb12u3",
        &[
            (
                MAIN,
                "Include sshd_config.d/*.conf\nPasswordAuthentication no\nPasswordAuthentication no\n",
            ),
            (
                "/etc/ssh/sshd_config.d/50-cloud-init.conf",
                "PasswordAuthentication yes\n",
            ),
            (
                "/etc/ssh/sshd_config.d/99-hardening.conf",
                "\nPasswordAuthentication no\n",
            ),
        ],
    );
    let (values, by, lost) = get(&model.global(), "PASSWORDAUTHENTICATION");
    assert_eq!(values, ["yes"]);
    assert_eq!(by, ["/etc/ssh/sshd_config.d/50-cloud-init.conf:1"]);
    assert_eq!(
        lost,
        [
            "/etc/ssh/sshd_config.d/99-hardening.conf:2",
            "/etc/ssh/sshd_config:2",
            "/etc/ssh/sshd_config:3"
        ]
    );
    let (values, by, lost) = get(&model.global(), "permitrootlogin");
    assert_eq!(
        (values, by, lost),
        (vec!["without-password".to_owned()], vec![], vec![])
    );
    assert_eq!(model.global().get("nosuch"), Ok(None));
}

#[test]
fn a_block_shadows_the_files_and_later_blocks() {
    let model =
        model("Banner /a\nMatch User bob\nX11Forwarding yes\nBanner /b\nMatch all\nBanner /c\n");
    let bob = user("bob");
    let effective = model.login(&bob).unwrap();
    let (values, by, lost) = get(&effective, "banner");
    assert_eq!(values, ["/b"]);
    assert_eq!(by, ["/etc/ssh/sshd_config:4 in 0"]);
    assert_eq!(
        lost,
        ["/etc/ssh/sshd_config:6 in 1", "/etc/ssh/sshd_config:1"]
    );
    assert_eq!(effective.blocks(), [0, 1]);
    assert_eq!(model.login(&user("eve")).unwrap().blocks(), [1]);
}

#[test]
fn lists_that_add_up_are_decided_by_all_their_lines() {
    let model =
        model("AllowUsers a b\nPort 1\nAllowUsers c\nMatch User bob\nAllowUsers d\nAllowUsers e\n");
    let (values, by, lost) = get(&model.global(), "allowusers");
    assert_eq!(values, ["a", "b", "c"]);
    assert_eq!(by.len(), 2);
    assert!(lost.is_empty());
    let bob = user("bob");
    let (values, by, lost) = get(&model.login(&bob).unwrap(), "allowusers");
    assert_eq!(values, ["d", "e"]);
    assert_eq!((by.len(), lost.len()), (2, 2));
    let all: usize = model
        .lines_of(Key::AllowUsers)
        .map(|(_, words)| words.len())
        .sum();
    assert_eq!(all, 5);
}

#[test]
fn the_command_line_comes_first_and_a_block_beats_it() {
    let config = config(&[(
        MAIN,
        "PermitRootLogin yes\nMatch User root\nPermitRootLogin yes\n",
    )]);
    let version = Version::parse("9.2p1").unwrap();
    let arguments = [
        Argument::Option("PermitRootLogin=no".into()),
        Argument::Port("2022".into()),
    ];
    let model = Model::new(&config, &version, &arguments).unwrap();
    let (values, by, _) = get(&model.global(), "permitrootlogin");
    assert_eq!(
        (values[0].as_str(), by[0].as_str()),
        ("no", "-o PermitRootLogin=no")
    );
    assert_eq!(get(&model.global(), "port").1, ["-p 2022"]);
    let root = user("root");
    assert_eq!(
        get(&model.login(&root).unwrap(), "permitrootlogin").0,
        ["yes"]
    );
}

#[test]
fn groups_that_are_not_known_leave_unknown_only_what_they_decide() {
    let model = model(
        "Match Group a\nBanner /a\nX11Forwarding yes\nMatch User bob\nBanner /b\nPermitTTY no\n",
    );
    let bob = Connection {
        groups: Groups::default(),
        ..user("bob")
    };
    let effective = model.login(&bob).unwrap();
    assert!(effective.get("banner").is_err() && effective.get("x11forwarding").is_err());
    assert_eq!(get(&effective, "permittty").0, ["no"]);
    assert_eq!(get(&effective, "maxsessions").0, ["10"]);
    assert_eq!(
        (effective.blocks(), effective.unsettled().len()),
        (vec![1], 1)
    );
    assert!(effective.plain().is_err());
    // Whoever comes first stays.
    let other = model_of(
        "9.2p1",
        &[(
            MAIN,
            "Match User bob\nBanner /b\nMatch Group a\nBanner /a\n",
        )],
    );
    assert_eq!(get(&other.login(&bob).unwrap(), "banner").0, ["/b"]);
    // Another criterion that does not fit settles it.
    let eve = Connection {
        groups: Groups::default(),
        ..user("eve")
    };
    let third = model_of("9.2p1", &[(MAIN, "Match Group a User bob\nBanner /a\n")]);
    assert!(third.login(&eve).unwrap().plain().is_ok());
}

#[test]
fn before_8_7_challenge_response_turns_keyboard_interactive_on() {
    let text = "KbdInteractiveAuthentication no\n";
    let old = model_of("1:8.4p1-5", &[(MAIN, text)]);
    let (values, by, lost) = get(&old.global(), "kbdinteractiveauthentication");
    assert_eq!(values, ["yes"]);
    assert!(by.is_empty(), "the default of another keyword");
    assert_eq!(lost, ["/etc/ssh/sshd_config:1"]);
    let text = "KbdInteractiveAuthentication no\nChallengeResponseAuthentication no\n";
    let both = model_of("1:8.4p1-5", &[(MAIN, text)]);
    assert_eq!(
        get(&both.global(), "kbdinteractiveauthentication").0,
        ["no"]
    );
    assert_eq!(
        get(&model(text).global(), "challengeresponseauthentication").1,
        ["/etc/ssh/sshd_config:1"]
    );
}

#[test]
fn criteria_can_be_asked_for_their_words() {
    let model =
        model("Match User bob,!eve Address 10.0.0.0/8,192.0.2.* LocalPort 22\nMatch Group g\n");
    let blocks: Vec<_> = model.match_blocks().collect();
    assert_eq!(blocks[1].source.to_string(), "/etc/ssh/sshd_config:2");
    let [
        Criterion::User(users),
        Criterion::Address(networks),
        Criterion::LocalPort(22),
    ] = blocks[0].criteria
    else {
        panic!("{:?}", blocks[0].criteria);
    };
    let users: Vec<_> = users.items().collect();
    assert_eq!(users, [(false, &b"bob"[..]), (true, b"eve")]);
    assert!(matches!(
        networks.items().next(),
        Some((false, NetworkItem::Network { bits: 8, .. }))
    ));
}

#[test]
fn versions_that_are_not_modelled_are_unknown() {
    let config = config(&[(MAIN, "")]);
    for release in ["7.4p1", "8.0p1", "10.7p1", "11.0p1"] {
        let version = Version::parse(release).unwrap();
        assert!(
            matches!(Model::new(&config, &version, &[]), Err(Trouble::Unknown(_))),
            "{release}"
        );
    }
    for release in [
        "8.2p1",
        "8.5p1",
        "8.9p1",
        "9.6p1",
        "9.8p1",
        "9.9p2",
        "10.3p1",
        "10.5p1",
        "8.7p1-38.el9",
    ] {
        let version = Version::parse(release).unwrap();
        let model = Model::new(&config, &version, &[]).unwrap();
        assert!(model.global().plain().unwrap().len() > 60, "{release}");
    }
}

#[test]
fn what_is_not_seen_is_not_taken_for_nothing() {
    let version = Version::parse("9.2p1").unwrap();
    let obstacle = Obstacle::Failed {
        at: Source::file("/etc/ssh/a"),
        why: "no".into(),
    };
    let files = MapFiles::new([(MAIN, "Include a\n")]).without("/etc/ssh/a", obstacle.clone());
    let seen = Model::new(&Config::read(&files, MAIN), &version, &[]);
    assert!(matches!(seen, Err(Trouble::Unknown(found)) if found == obstacle));
    let none = Model::new(&Config::read(&MapFiles::new([]), MAIN), &version, &[]);
    assert!(
        matches!(none, Err(Trouble::Refused(refusal)) if refusal.reason().raw().contains("No such file"))
    );
}
