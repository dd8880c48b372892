use super::*;
use crate::facts::accounts::Accounts;

fn accounts() -> Accounts {
    Accounts::parse(
        b"root:x:0:0::/root:/bin/sh\nbot:x:1000:1000::/home/bot:/bin/sh\n",
        Ok(None),
    )
}

fn read(text: &str, user: Option<&str>, flavour: Flavour) -> (Option<String>, Vec<String>) {
    let table = parse(text.as_bytes(), "/t", user, flavour, &accounts());
    let show = |it: &Job| format!("{}|{}|{}|{}", it.line, it.schedule, it.user, it.command);
    (table.ignored.clone(), table.jobs.iter().map(show).collect())
}

#[test]
fn jobs_of_the_system_and_of_users() {
    let text = "# c\nSHELL=/bin/sh\nPATH = \"/a:/b\"\n\n*/5 1-3,7 * jan mon root  /usr/bin/x --y\n@daily\tbot /bin/z\n";
    let (ignored, jobs) = read(text, None, Flavour::Debian);
    assert_eq!(ignored, None);
    assert_eq!(
        jobs,
        [
            "5|*/5 1-3,7 * jan mon|root|/usr/bin/x --y",
            "6|@daily|bot|/bin/z"
        ]
    );
    let (ignored, jobs) = read("0 0 1 1 0 /bin/q \"a b\"\n", Some("bot"), Flavour::Debian);
    assert_eq!(
        (ignored, jobs),
        (None, vec!["1|0 0 1 1 0|bot|/bin/q \"a b\"".to_owned()])
    );
}

#[test]
fn one_error_costs_the_table_on_debian_and_the_line_elsewhere() {
    let good = "* * * * * /bin/a\n";
    for bad in [
        "61 * * * * /bin/b\n",
        "* * * * /bin/b\n",
        "@often /bin/b\n",
        "1/2 * * * * x\n",
        "* * * * * * x\n",
        "*/0 * * * * x\n",
    ] {
        let text = format!("{good}{bad}");
        assert!(
            read(&text, Some("bot"), Flavour::Debian).0.is_some(),
            "{bad}"
        );
        let (ignored, jobs) = read(&text, Some("bot"), Flavour::Cronie);
        assert_eq!((ignored, jobs.len()), (None, 1), "{bad}");
    }
    assert!(
        read("* * * * * nobody-here x\n", None, Flavour::Debian)
            .0
            .is_some()
    );
    assert!(
        read("* * * * * /bin/a", Some("bot"), Flavour::Debian)
            .0
            .is_some()
    );
    assert_eq!(read("# end", Some("bot"), Flavour::Debian).0, None);
}

#[test]
fn secrets_do_not_stay() {
    let (_, jobs) = read(
        "* * * * * /bin/a --api-secret hunter2hunter2\n",
        Some("bot"),
        Flavour::Debian,
    );
    assert!(!jobs[0].contains("hunter2"), "{jobs:?}");
}

#[test]
fn names_that_are_passed_over() {
    for (name, debian, cronie) in [
        ("a-B_9", false, false),
        ("foo.conf", true, false),
        (".placeholder", true, true),
        ("x~", true, true),
        ("x.rpmsave", true, true),
    ] {
        assert_eq!(
            passed_over(Flavour::Debian, name).is_some(),
            debian,
            "{name}"
        );
        assert_eq!(
            passed_over(Flavour::Cronie, name).is_some(),
            cronie,
            "{name}"
        );
        assert_eq!(
            run_parts_passes_over(Flavour::Debian, name).is_some(),
            debian,
            "{name}"
        );
    }
}
