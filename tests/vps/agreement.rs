//! Facts of the booted system against the tools that are at home there.

use crate::vps::Vps;
use std::collections::BTreeSet;

/// Listeners of services, of systemd itself, of another user, and one that nobody started for the world.
const BUSY: &str = r#"
cat >/etc/systemd/system/page.socket <<'.'
[Socket]
ListenStream=7000
ListenStream=127.0.0.1:7001
ListenDatagram=7002
.
printf '[Service]\nExecStart=/bin/cat\nStandardInput=socket\n' >/etc/systemd/system/page.service
systemctl daemon-reload
systemctl start page.socket
systemd-run --quiet --unit bot --property User=nobody perl -MIO::Socket::INET -e '
    my $kept = IO::Socket::INET->new(Listen => 5, LocalAddr => "0.0.0.0:7010"); fork; sleep'
systemd-run --quiet --unit metrics perl -MIO::Socket::INET -e '
    my @kept = map { IO::Socket::INET->new(Proto => "udp", LocalAddr => $_) } "127.0.0.1:7020", "0.0.0.0:7021"; sleep'
until ss -Htln sport = 7010 | grep -q . && ss -Huln sport = 7021 | grep -q .; do sleep 0.02; done
"#;

/// Protocol, address and port, user, and who holds it as `pid in unit`.
type Row = (String, String, u64, BTreeSet<String>);

#[test]
fn listeners_are_those_of_ss() {
    let Some(vps) = Vps::boot() else { return };
    vps.sh(BUSY);
    let value = &vps.seaworthy("facts listeners")["facts"]["listeners"]["known"]["value"];
    assert_eq!(value["here"]["gaps"], serde_json::json!([]));
    let mut ours = BTreeSet::new();
    for it in value["here"]["items"].as_array().expect("listeners") {
        let socket = &it["socket"];
        let address = match (socket["address"].as_str().unwrap(), &socket["v6only"]) {
            ("::", only) if *only == false => "*".to_owned(),
            (address, _) if address.contains(':') => format!("[{address}]"),
            (address, _) => address.to_owned(),
        };
        let holders = it["owner"]["processes"].as_array().into_iter().flatten();
        ours.insert((
            socket["protocol"].as_str().unwrap().to_owned(),
            format!("{address}:{}", socket["port"]),
            socket["uid"].as_u64().unwrap(),
            holders.map(|holder| holder["pid"].to_string()).collect(),
        ));
    }
    let theirs: BTreeSet<Row> = vps.sh("ss -H -tulpwne").lines().map(row).collect();
    assert_eq!(ours, theirs);
    assert!(theirs.len() >= 8, "{theirs:?}");
    assert!(
        theirs.iter().any(|row| row.3.len() == 2),
        "one is held by two"
    );

    let report = vps.report();
    for (port, unit) in [
        ("7000/tcp", "page.socket"),
        ("7002/udp", "page.socket"),
        ("7010/tcp", "bot.service"),
        ("7021/udp", "metrics.service"),
    ] {
        let finding = report.on("listener-public", &format!("port:{port}"));
        assert_eq!(finding.verdict, "fail", "{finding:?}");
        assert!(finding.text.contains(unit), "{finding:?}");
    }
}

fn row(line: &str) -> Row {
    let words: Vec<&str> = line.split_whitespace().collect();
    let field = |name: &str| words.iter().find_map(|word| word.strip_prefix(name));
    let holders = field("users:").unwrap_or_default();
    let pids = holders.split("pid=").skip(1);
    (
        words[0].to_owned(),
        words[4].to_owned(),
        field("uid:").map_or(0, |uid| uid.parse().unwrap()),
        pids.filter_map(|rest| Some(rest.split(',').next()?.to_owned()))
            .collect(),
    )
}

#[test]
fn packages_are_those_of_dpkg() {
    let Some(vps) = Vps::boot() else { return };
    // One removed but for its settings, one held.
    vps.sh("dpkg --remove --force-depends netbase 2>/dev/null; apt-mark hold sudo");
    let format = "${Package} ${Architecture} ${Version} ${db:Status-Want} ${db:Status-Status}\\n";
    let theirs = vps.sh(&format!("dpkg-query --show --showformat '{format}'"));
    let value = &vps.seaworthy("facts packages")["facts"]["packages"]["known"]["value"];
    assert_eq!(value["packages"]["gaps"], serde_json::json!([]));
    let items = value["packages"]["items"].as_array().expect("packages");
    let ours: BTreeSet<String> = items
        .iter()
        .map(|it| {
            let words = ["name", "architecture", "version", "want", "state"];
            words.map(|word| it[word].as_str().unwrap()).join(" ")
        })
        .collect();
    let theirs: BTreeSet<String> = theirs.lines().map(str::to_owned).collect();
    assert_eq!(ours, theirs);
    assert!(
        ours.iter()
            .any(|line| line.ends_with("deinstall config-files"))
    );
    assert!(
        ours.iter()
            .any(|line| line.starts_with("sudo ") && line.contains(" hold "))
    );
}
