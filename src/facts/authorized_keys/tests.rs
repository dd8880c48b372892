use super::*;
use jiff::tz::TimeZone;

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBx+rca8A5GleZIe/Q00tE0vyrU/UzzVKaTrt9VrTDKe";
const RSA: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDJeG96tTeOfZ0Nhp//56xt2AoaX9CgWemqiBUpTnFwY7FQNs1/EGexU4vclgxKBUWPhRVOQu6/PTSoucR+usoVu+tQvQK8wGxGUr8iRToAV73oD/LYG3DU/M5kApOHiD59aKIazjDXV80sJBxHoLe3sxR3MYaFcbsfEFIZtmN6IQ==";

fn reader(version: &str) -> Reader {
    Reader::new(Version::parse(version).unwrap())
}

fn read(version: &str, text: &str) -> Vec<Line> {
    reader(version).authorized(text.replace("KEY", KEY).as_bytes())
}

fn key(version: &str, text: &str) -> Option<KeyLine> {
    match read(version, text).pop() {
        Some(Line::Key(line)) => Some(line),
        _ => None,
    }
}

#[test]
fn options_mean_what_sshd_makes_of_them() {
    let line = key(
        "9.2p1",
        r#"restrict,Command="say \"hi\" --token=abcdefghijklmnopqrstuvwx",from="10.0.0.0/8",environment="API_SECRET=hunter22" KEY me@home"#,
    )
    .unwrap();
    assert!(line.options.no_forwarding);
    assert_eq!(line.options.from.unwrap().raw(), "10.0.0.0/8");
    assert_eq!(line.comment.raw(), "me@home");
    let written = format!("{:?}{:?}", line.options.written, line.options.command);
    for secret in ["hunter22", "abcdefghijklmnopqrstuvwx"] {
        assert!(!written.contains(secret), "{written}");
    }
    assert!(written.contains("API_SECRET="), "{written}");
    let again = key("9.2p1", "restrict,port-forwarding KEY").unwrap();
    assert!(!again.options.no_forwarding);
    assert!(key("9.2p1", "no-pty, no-user-rc KEY").is_none());
}

#[test]
fn what_a_version_does_not_know_ends_the_line() {
    for (options, since) in [
        ("verify-required", ["8.3p1", "8.4p1"]),
        ("expiry-time=\"20990101Z\"", ["9.0p1", "9.1p1"]),
    ] {
        let line = format!("{options} KEY");
        assert!(key(since[0], &line).is_none(), "{options}");
        assert!(key(since[1], &line).is_some(), "{options}");
    }
    // Until 9.1 nobody looked what stands behind the last number.
    assert!(key("9.0p1", "expiry-time=\"2099011x\" KEY").is_some());
    assert!(key("9.1p1", "expiry-time=\"2099011x\" KEY").is_none());
    let many = "environment=\"A=b\",".repeat(3) + "pty KEY";
    assert!(key("8.2p1", &many).is_some());
}

#[test]
fn a_key_of_its_own_size_whatever_its_line_says() {
    let lines = reader("9.2p1")
        .authorized(format!("rsa-sha2-512 {}\n", RSA.split_once(' ').unwrap().1).as_bytes());
    let [Line::Key(line)] = &lines[..] else {
        panic!("{lines:?}");
    };
    assert_eq!((line.key.kind, line.key.bits), (Kind::Rsa, 1024));
    assert!(line.key.fingerprint.starts_with("SHA256:"));
    assert!(read("9.2p1", "ssh-rsa \nKEY\n")[0] != read("9.2p1", "KEY\n")[0]);
}

/// Summer time: mktime(3) is told that it is not summer.
#[test]
fn an_hour_of_summer_is_read_as_one_of_winter() {
    let zone = |text: &str| TimeZone::posix(text).unwrap();
    let at = |zone: TimeZone, text: &str| {
        let mut reader = reader("9.2p1");
        reader.zone = Zone::Known(zone);
        match reader
            .authorized(format!("expiry-time=\"{text}\" {KEY}").as_bytes())
            .pop()
        {
            Some(Line::Key(line)) => line.options.expires,
            _ => None,
        }
    };
    let berlin = || zone("CET-1CEST,M3.5.0,M10.5.0/3");
    // 2026-01-10 12:00 and 2026-07-10 12:00, both one hour before Greenwich.
    assert_eq!(
        at(berlin(), "202601101200"),
        Some(Expiry::At(1_768_042_800))
    );
    assert_eq!(
        at(berlin(), "202607101200"),
        Some(Expiry::At(1_783_681_200))
    );
    assert_eq!(
        at(berlin(), "202607101200Z"),
        Some(Expiry::At(1_783_684_800))
    );
    assert_eq!(at(TimeZone::UTC, "19700101"), None);
    assert_eq!(at(TimeZone::UTC, "20260231"), at(TimeZone::UTC, "20260303"));
    let mut unseen = reader("9.2p1");
    unseen.zone = Zone::Unseen;
    let line = unseen.authorized(format!("expiry-time=\"20990101\" {KEY}").as_bytes());
    assert!(
        matches!(&line[..], [Line::Key(line)] if line.options.expires == Some(Expiry::Unclear))
    );
}

#[test]
fn a_plain_list_ends_where_it_is_broken() {
    let text = format!("# authorities\n{KEY} a\n\nnonsense\n{RSA}\n");
    let List::Keys { keys, broken_at } = reader("9.2p1").list(text.as_bytes()) else {
        panic!("no list");
    };
    assert_eq!((keys.len(), broken_at), (1, Some(4)));
    assert_eq!(reader("9.2p1").list(b"SSHKRL\n\0rest"), List::Krl);
}

#[test]
fn a_file_of_rubbish_costs_no_time() {
    let rubbish = format!("\"{}\n", "\\\"a,".repeat(200_000)).repeat(4);
    assert_eq!(read("9.2p1", &rubbish).len(), 4);
    let options = format!("{} KEY\n", "permitopen=\"a:1\",".repeat(5_000));
    assert!(key("9.2p1", &options).is_none());
}
