//! Lines of files of keys, right and wrong ones.

use crate::support::Dice;

const GOOD: &[&str] = &[
    "restrict",
    "no-pty",
    "pty",
    "No-Port-Forwarding",
    "no-x11-forwarding",
    "no-agent-forwarding",
    "NO-USER-RC",
    "command=\"id\"",
    "COMMAND=\"echo \\\"a b\\\"; exit 1\"",
    "command=\"\"",
    "from=\"127.0.0.1\"",
    "from=\"127.0.0.0/8,!127.0.0.9\"",
    "from=\"*\"",
    "from=\"192.0.2.0/24\"",
    "from=\"!127.0.0.1,*\"",
    "from=\"127.0.0.1/8\"",
    "from=\"\"",
    "from=\"host.example,127.*\"",
    "environment=\"A=b\"",
    "environment=\"A=\"",
    "permitopen=\"localhost:80\"",
    "permitopen=\"[::1]:*\"",
    "permitopen=\"h/99\"",
    "permitopen=\"h:ssh\"",
    "permitlisten=\"8080\"",
    "permitlisten=\"localhost:8080\"",
    "tunnel=\"0\"",
    "tunnel=\"any\"",
    "tunnel=\" 7\"",
    "no-touch-required",
    "verify-required",
    "expiry-time=\"20990101\"",
    "expiry-time=\"209901010000\"",
    "expiry-time=\"20990101000000Z\"",
    "expiry-time=\"20990230\"",
    "expiry-time=\"2099 1 1\"",
    "expiry-time=\"20200101\"",
    "expiry-time=\"20200101Z\"",
    "expiry-time=\"202001010000utc\"",
    "principals=\"bob\"",
    "cert-authority",
    "cert-authority,principals=\"bob,eve\"",
    "cert-authority,principals=\"eve\"",
    "cert-authority,from=\"192.0.2.1\"",
];

const BAD: &[&str] = &[
    "restricted",
    "nonsense",
    "pty pty",
    "no-restrict",
    "no-cert-authority",
    "command=id",
    "command=\"id",
    "command=\"a\",command=\"b\"",
    "from=\"*\",from=\"*\"",
    "principals=\"a\",principals=\"b\"",
    "pty,",
    ",pty",
    "pty,,restrict",
    "environment=\"=x\"",
    "environment=\"A B=x\"",
    "environment=\"A\"",
    "permitopen=\"localhost\"",
    "permitopen=\"80\"",
    "permitopen=\"h:0\"",
    "permitopen=\"h:65536\"",
    "permitopen=\"[::1:80\"",
    "permitopen=\"h:nosuchservice\"",
    "permitlisten=\"\"",
    "tunnel=\"-1\"",
    "tunnel=\"x\"",
    "expiry-time=\"2099\"",
    "expiry-time=\"20991301\"",
    "expiry-time=\"20990101T\"",
    "expiry-time=\"19600101\"",
    "expiry-time=\"19700101Z\"",
    "expiry-time=\"2099010124\"",
    "pty=\"x\"",
    "restrict\\",
    "\"restrict\"",
    "restrict\"\"",
    "no-no-pty",
    "no-",
    "pty\u{a0}",
];

/// The public parts of keys: `TYPE BLOB` each.
pub fn file(dice: &mut Dice, keys: &[String], moments: &[String]) -> Vec<u8> {
    let mut text = Vec::new();
    if dice.one_in(25) {
        text.extend(b"\xef\xbb\xbf");
    }
    let count = 2 + dice.roll(2 * keys.len());
    for at in 0..count {
        if dice.one_in(12) {
            let noise = [
                "# a comment",
                "",
                "   ",
                "\t#x",
                "ssh-rsa",
                "\r",
                "\u{85}",
                "ssh-rsa \t",
            ];
            text.extend(dice.pick(&noise).as_bytes());
            text.push(b'\n');
            continue;
        }
        let key = dice.roll(keys.len());
        text.extend(line(dice, &keys[key], moments));
        if at + 1 < count || !dice.one_in(4) {
            text.push(b'\n');
        }
    }
    text
}

fn line(dice: &mut Dice, key: &str, moments: &[String]) -> Vec<u8> {
    let (kind, blob) = key.split_once(' ').unwrap();
    let mut line = Vec::new();
    for _ in 0..dice.roll(6).saturating_sub(3) {
        line.extend(dice.pick(&[" ", "\t"]).as_bytes());
    }
    let options = options(dice, moments);
    if !options.is_empty() {
        line.extend(options.as_bytes());
        line.extend(
            dice.pick(&[" ", " ", "\t", "  \t ", "", "\n"][..5])
                .as_bytes(),
        );
    }
    let kind = match dice.roll(14) {
        0 => dice.pick(&[
            "ssh-ed25519",
            "ssh-rsa",
            "ecdsa-sha2-nistp256",
            "SSH-RSA",
            "rsa",
        ]),
        1 if kind == "ssh-rsa" => dice.pick(&["rsa-sha2-256", "rsa-sha2-512"]),
        _ => kind,
    };
    line.extend(kind.as_bytes());
    line.extend(dice.pick(&[" ", " ", " ", "\t", "  ", " \t"]).as_bytes());
    let mut blob = blob.as_bytes().to_vec();
    match dice.roll(24) {
        0 => drop(blob.pop()),
        1 => blob.push(b'='),
        2 => blob.insert(20, b'\r'),
        3 => blob.insert(20, b'\x0b'),
        4 => blob[12] = b'-',
        5 => blob.extend(b"AAAA"),
        6 => blob.insert(8, 0),
        7 => blob.extend(b"\x0c"),
        8 => blob.truncate(40),
        9 => blob.insert(5, b'\"'),
        _ => {}
    }
    line.extend(blob);
    line.extend(match dice.roll(10) {
        0 => &b"\r"[..],
        1 => b" bob@host\r",
        2 => b" \xff\xfe name",
        3 => b"\t \"quoted",
        4 => b"",
        5 => b" x\0y",
        _ => b" bob@example.org",
    });
    line
}

fn options(dice: &mut Dice, moments: &[String]) -> String {
    if dice.roll(5) < 2 {
        return String::new();
    }
    let mut words: Vec<String> = Vec::new();
    for _ in 0..1 + dice.roll(3) {
        words.push(match dice.roll(16) {
            0 => dice.pick(BAD).to_owned(),
            1 if !moments.is_empty() => {
                let at = dice.roll(moments.len());
                format!("expiry-time=\"{}\"", moments[at])
            }
            _ => dice.pick(GOOD).to_owned(),
        });
    }
    words.join(match dice.roll(20) {
        0 => ", ",
        1 => " ",
        _ => ",",
    })
}
