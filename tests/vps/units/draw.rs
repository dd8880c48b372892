//! Trees of units, drawn by a grammar that has all that people write and much that they should not.

use std::fmt::Write;

/// A small generator of numbers (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as usize % sides
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.roll(sides) == 0
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }
}

const DIRECTORIES: [&str; 8] = [
    "/etc/systemd/system",
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/etc/systemd/system.control",
    "/run/systemd/system.control",
];

/// Names of a family of units; `N` is its number. None ends in a dash: the systemd of Debian 12 dies of some that do.
const NAMES: [&str; 12] = [
    "gN-a.service",
    "gN-a-b.service",
    "gN-a-b.service",
    "gN-t@.service",
    "gN-t@.service",
    "gN-t@one.service",
    "gN-t@x-y\\x2dz.service",
    "gN-u@.service",
    "gN-c.service",
    "gN-d.socket",
    "gN-d.timer",
    "gN-a.timer",
];

const FOLDERS: [&str; 14] = [
    "gN-a.service.d",
    "gN-a-b.service.d",
    "gN-.service.d",
    "gN-a-.service.d",
    "gN-t@.service.d",
    "gN-t@one.service.d",
    "gN-.socket.d",
    "gN-d.socket.d",
    "gN-u@.service.d",
    "gN-@one.service.d",
    "gN-@.service.d",
    "gN-c.service.d",
    "gN-d.timer.d",
    "gN--.service.d",
];

const LINES: [&str; 94] = [
    "ExecStart=/bin/true",
    "ExecStart=/bin/true",
    "ExecStart=/bin/sh -c 'echo a; exit 1' $X ${Y}",
    "ExecStart=",
    "ExecStart=-/bin/false a\\x20b \"c d\"",
    "ExecStart=@/bin/sleep snooze 9",
    "ExecStart=+/bin/true %i|%n|%p|%N",
    "ExecStart=!/bin/true %I %j %J %P",
    "ExecStart=!!/bin/true %h %u %U %g %G %t %S %C %L %E %T %V",
    "ExecStart=sleep 7",
    "ExecStart=:/bin/echo $A %%b %f",
    "ExecStart=/bin/a ; /bin/b c",
    "ExecStart=/bin/a \\; b ;",
    "ExecStart=/bin//x/./y",
    "ExecStart=bin/x",
    "ExecStart=/bin/x 'y",
    "ExecStart=-/bin/x 'y",
    "ExecStart=/bin/x \\q",
    "ExecStart=/bin/",
    "ExecStart=-+-x",
    "ExecStart=/bin/%p %H %l %v",
    "ExecStart=\"/bin/q r\" s",
    "ExecStart=  /bin/true   two  ",
    "ExecStart=/bin/true \\\n  cont \\\n# no\n\n",
    "ExecStart=/bin/true a\\\n;b\n   c",
    "ExecStart=/bin/true é \\u00e4 \\101 \\x41",
    "ExecStart=/bin/true \"\" '' x\"y\"z",
    "ExecStart=/bin/true %!% %",
    "ExecStartPre=/bin/pre one",
    "ExecStartPre=",
    "ExecStartPre=-/bin/pre %i",
    "execstart=/bin/no",
    "User=nobody",
    "User=",
    "User=1000",
    "User=%i",
    "User=a/b",
    "User=no such",
    "User=-1",
    "User=%p",
    "User=65535",
    "User=007",
    "Group=daemon",
    "Group=",
    "NoNewPrivileges=yes",
    "NoNewPrivileges=no",
    "NoNewPrivileges=yes # why",
    "NoNewPrivileges=",
    "NoNewPrivileges=TRUE",
    "NoNewPrivileges=maybe",
    "ProtectSystem=strict",
    "ProtectSystem=full",
    "ProtectSystem=true",
    "ProtectSystem=STRICT",
    "ProtectSystem=",
    "ProtectHome=tmpfs",
    "ProtectHome=1",
    "ProtectHome=read-only",
    "ProtectHome=nope",
    "PrivateTmp=on",
    "PrivateTmp=off",
    "DynamicUser=yes",
    "DynamicUser=no",
    "PrivateDevices=yes",
    "ProtectClock=yes",
    "ProtectKernelModules=y",
    "ProtectKernelLogs=t",
    "CapabilityBoundingSet=CAP_CHOWN CAP_KILL",
    "CapabilityBoundingSet=~CAP_CHOWN",
    "CapabilityBoundingSet=",
    "CapabilityBoundingSet=~",
    "CapabilityBoundingSet=cap_net_raw CAP_NOPE",
    "AmbientCapabilities=CAP_NET_RAW",
    "AmbientCapabilities=",
    "AmbientCapabilities=~CAP_KILL",
    "Environment=A=1 B=2",
    "Environment=\"C=d e\" 'F=g'",
    "Environment=",
    "Environment=A=%i 1X=2 NOPE G=h",
    "Environment=A=\\x41 \"B",
    "Environment=H==%%",
    "UMask=0077",
    "UMask=999",
    "UMask=27",
    "Type=oneshot",
    "Type=oneshot",
    "Type=forking",
    "Type=nope",
    "Type=",
    "RemainAfterExit=yes",
    "Restart=always",
    "WorkingDirectory=-/x",
    "nonsense",
    "=x",
];

const SECTIONS: [&str; 12] = [
    "[Service]",
    "[Service]",
    "[Service]",
    "[Service]",
    "[Service]",
    " [Service] ",
    "[Unit]",
    "[service]",
    "[X-Own]",
    "[Install]",
    "[Nope]",
    "[Service]",
];

fn text(dice: &mut Dice, name: &str) -> String {
    let mut text = String::new();
    if dice.one_in(30) {
        return text;
    }
    if dice.one_in(40) {
        text += "\u{feff}";
    }
    if !dice.one_in(10) {
        text += match name.rsplit('.').next() {
            Some("socket") => "[Socket]\nListenStream=/run/%n\n",
            Some("timer") => "[Timer]\nOnBootSec=1h\n",
            _ => "[Service]\n",
        };
    }
    for _ in 0..dice.roll(9) {
        if dice.one_in(5) {
            text += dice.pick(&SECTIONS);
            text.push('\n');
        }
        if dice.one_in(60) {
            text += dice.pick(&["[Service\n", "[Ser\"vice]\n"]);
        }
        text += dice.pick(&["", "", "", "", "", "  ", "# ", "; ", "\t"]);
        let line = dice.pick(&LINES);
        match line.split_once('=').filter(|_| dice.one_in(5)) {
            Some((key, value)) => write!(text, "{key} \t= {value}").unwrap(),
            None => text += line,
        }
        text += dice.pick(&["\n", "\n", "\n", "\n", "\r\n", " \n", "\\\n", "\\\\\n"]);
    }
    match dice.roll(5) {
        0 => text += "\n[Install]\nWantedBy=multi-user.target\n",
        1 => text += "\n[Install]\nAlias=gN-alias.service gN-al@.service\nDefaultInstance=one\n",
        2 => text += "\n[Install]\nAlso=gN-c.service\n",
        _ => {}
    }
    text
}

/// A script that makes the units of a family.
pub fn family(dice: &mut Dice, number: usize) -> String {
    let mut script = String::new();
    let mut file = |path: &str, text: &str| {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        // What is a link there must not be written through.
        writeln!(
            script,
            "mkdir -p '{folder}'; rm -f '{path}'; cat >'{path}' <<'..END..'\n{text}\n..END.."
        )
        .unwrap();
        // A text without a newline at its end, or none at all.
        writeln!(script, "truncate -s -1 '{path}'").unwrap();
    };
    for _ in 0..2 + dice.roll(7) {
        let name = dice.pick(&NAMES);
        let directory = dice.pick(&DIRECTORIES);
        file(&format!("{directory}/{name}"), &text(dice, name));
    }
    for _ in 0..dice.roll(7) {
        let folder = dice.pick(&FOLDERS);
        let base = dice.pick(&[
            "10-a.conf",
            "20-b.conf",
            "9.conf",
            "B.conf",
            "10-a.conf~",
            ".h.conf",
            "x.txt",
            "_.conf",
        ]);
        let directory = dice.pick(&DIRECTORIES);
        file(&format!("{directory}/{folder}/{base}"), &text(dice, folder));
    }
    file(
        "/opt/gN/gN-a.service",
        "[Service]\nExecStart=/opt/linked %n %Y\n[Install]\nWantedBy=default.target\n",
    );
    let mut link = |from: &str, to: &str| {
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        writeln!(
            script,
            "mkdir -p '{folder}'; [ -d '{from}' ] || ln -sfn '{to}' '{from}'"
        )
        .unwrap();
    };
    for _ in 0..dice.roll(6) {
        let directory = dice.pick(&DIRECTORIES);
        let other = dice.pick(&DIRECTORIES);
        let (one, two) = (dice.pick(&NAMES), dice.pick(&NAMES));
        match dice.roll(13) {
            0 => link(&format!("{directory}/{one}"), "/dev/null"),
            1 => link(&format!("{directory}/{one}"), &format!("/opt/gN/{one}")),
            2 => link(&format!("{directory}/gN-alias.service"), two),
            3 => link(
                &format!("{directory}/gN-alias.service"),
                &format!("{other}/{two}"),
            ),
            4 => link(
                &format!("{directory}/gN-al@.service"),
                &format!("{other}/gN-t@.service"),
            ),
            5 => link(&format!("{directory}/gN-al@one.service"), "gN-t@.service"),
            6 => link(
                &format!("{directory}/multi-user.target.wants/{one}"),
                &format!("{other}/{one}"),
            ),
            7 => link(
                &format!("{directory}/multi-user.target.wants/gN-t@two.service"),
                "../gN-t@.service",
            ),
            8 => link(
                &format!("{directory}/gN-a.service.wants/gN-u@q.service"),
                "/usr/lib/systemd/system/gN-u@.service",
            ),
            9 => link(
                &format!("{directory}/gN-alias.service"),
                "gN-alias2.service",
            ),
            10 => {
                link(&format!("{directory}/gN-alias2.service"), "gN-a-b.service");
                link(
                    &format!("{directory}/gN-a-b.service.wants/gN-c.service"),
                    "/dev/null",
                );
            }
            11 => link(
                &format!("{directory}/gN-alias.service.d/30-l.conf"),
                "/opt/gN/gN-a.service",
            ),
            _ => link(
                &format!("{directory}/gN-a.service.d/10-a.conf"),
                "/dev/null",
            ),
        }
    }
    script.replace("gN", &format!("g{number}"))
}
