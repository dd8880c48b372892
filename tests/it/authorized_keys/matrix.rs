//! The rows of a table that real logins made, for Debian's 9.2p1: those that are about keys.

use super::world::{World, set};
use std::fs;
use std::os::unix::fs::symlink;

/// What is done to a world in which bob has one good key.
type Change = fn(&World);

/// Whether the key is taken, what is so, the options of sshd, what is done, and what stands in the file (`KEY` is the key).
type Row = (bool, &'static str, &'static str, Change, &'static str);

const KEYS: &str = "home/bob/.ssh/authorized_keys";
const NOTHING: Change = |_| {};

fn mode(world: &World, path: &str, mode: u32) {
    set(&world.at(path), mode, 1100, 1100);
}

fn elsewhere(world: &World, parent: u32) {
    fs::create_dir_all(world.at("srv/keys")).unwrap();
    fs::copy(world.at(KEYS), world.at("srv/keys/bob")).unwrap();
    set(&world.at("srv/keys/bob"), 0o644, 0, 0);
    set(&world.at("srv"), parent, 0, 0);
    fs::remove_file(world.at(KEYS)).unwrap();
}

const ROWS: &[Row] = &[
    (true, "baseline", "", NOTHING, "KEY\n"),
    (
        true,
        "world-readable",
        "",
        |it| mode(it, KEYS, 0o644),
        "KEY\n",
    ),
    (
        true,
        "664, private group",
        "",
        |it| mode(it, KEYS, 0o664),
        "KEY\n",
    ),
    (false, "666", "", |it| mode(it, KEYS, 0o666), "KEY\n"),
    (
        true,
        "root's",
        "",
        |it| set(&it.at(KEYS), 0o644, 0, 0),
        "KEY\n",
    ),
    (
        false,
        "alice's",
        "",
        |it| set(&it.at(KEYS), 0o644, 1101, 1101),
        "KEY\n",
    ),
    (
        true,
        ".ssh 775, private group",
        "",
        |it| mode(it, "home/bob/.ssh", 0o775),
        "KEY\n",
    ),
    (
        false,
        ".ssh 777",
        "",
        |it| mode(it, "home/bob/.ssh", 0o777),
        "KEY\n",
    ),
    (
        false,
        ".ssh 1777",
        "",
        |it| mode(it, "home/bob/.ssh", 0o1777),
        "KEY\n",
    ),
    (
        true,
        "home 775, private group",
        "",
        |it| mode(it, "home/bob", 0o775),
        "KEY\n",
    ),
    (
        false,
        "home 775, alice in the group",
        "",
        |it| {
            it.accounts("alice", "");
            mode(it, "home/bob", 0o775);
        },
        "KEY\n",
    ),
    (
        true,
        "/home 777",
        "",
        |it| set(&it.at("home"), 0o777, 0, 0),
        "KEY\n",
    ),
    (
        false,
        "home is alice's",
        "",
        |it| set(&it.at("home/bob"), 0o755, 1101, 1101),
        "KEY\n",
    ),
    (
        true,
        "a link to a safe file",
        "",
        |it| {
            fs::rename(it.at(KEYS), it.at("home/bob/keys")).unwrap();
            symlink("../keys", it.at(KEYS)).unwrap();
        },
        "KEY\n",
    ),
    (
        false,
        "elsewhere, below 1777",
        "AuthorizedKeysFile /srv/keys/%u\n",
        |it| elsewhere(it, 0o1777),
        "KEY\n",
    ),
    (
        true,
        "elsewhere, below root's",
        "AuthorizedKeysFile /srv/keys/%u\n",
        |it| elsewhere(it, 0o755),
        "KEY\n",
    ),
    (
        true,
        "StrictModes no, all 777",
        "StrictModes no\n",
        |it| {
            ["home/bob", "home/bob/.ssh", KEYS]
                .into_iter()
                .for_each(|at| mode(it, at, 0o777))
        },
        "KEY\n",
    ),
    (
        true,
        "only authorized_keys2",
        "",
        |it| fs::rename(it.at(KEYS), it.at("home/bob/.ssh/authorized_keys2")).unwrap(),
        "KEY\n",
    ),
    (false, "000", "", |it| mode(it, KEYS, 0), "KEY\n"),
    (true, "restrict", "", NOTHING, "restrict KEY\n"),
    (false, "unknown option", "", NOTHING, "bogus KEY\n"),
    (
        true,
        "command and no-pty",
        "",
        NOTHING,
        "command=\"true\",no-pty KEY\n",
    ),
    (
        false,
        "from= elsewhere",
        "",
        NOTHING,
        "from=\"10.1.2.3\" KEY\n",
    ),
    (
        false,
        "expired",
        "",
        NOTHING,
        "expiry-time=\"20200101\" KEY\n",
    ),
    (false, "cert-authority", "", NOTHING, "cert-authority KEY\n"),
    (true, "leading blanks", "", NOTHING, "  \t KEY\n"),
    (true, "CRLF behind a comment", "", NOTHING, "KEY bob\r\n"),
    (true, "CRLF behind base64", "", NOTHING, "KEY\r\n"),
    (false, "BOM", "", NOTHING, "\u{feff}KEY\n"),
    (false, "wrong type", "", NOTHING, "ssh-rsa BLOB\n"),
    (false, "comment", "", NOTHING, "#KEY\n"),
    (true, "no newline", "", NOTHING, "KEY"),
    (
        false,
        "blank behind a comma",
        "",
        NOTHING,
        "no-pty, no-user-rc KEY\n",
    ),
    (
        true,
        "environment",
        "",
        NOTHING,
        "environment=\"A=b\" KEY\n",
    ),
    (
        false,
        "PubkeyAuthentication no",
        "PubkeyAuthentication no\n",
        NOTHING,
        "KEY\n",
    ),
    (
        false,
        "AuthorizedKeysFile none",
        "AuthorizedKeysFile none\n",
        NOTHING,
        "KEY\n",
    ),
];

pub fn check(world: &mut World) {
    let key = world.public("ed25519");
    let blob = key.split_once(' ').unwrap().1.to_owned();
    for (taken, what, config, change, text) in ROWS {
        world.clear();
        world.accounts("", "");
        world.config(config);
        fs::create_dir_all(world.at("home/bob/.ssh")).unwrap();
        fs::write(
            world.at(KEYS),
            text.replace("KEY", &key).replace("BLOB", &blob),
        )
        .unwrap();
        mode(world, "home/bob", 0o755);
        mode(world, "home/bob/.ssh", 0o700);
        mode(world, KEYS, 0o600);
        change(world);
        assert_eq!(world.judge("bob")[2], *taken, "the model: {what}");
        assert_eq!(world.logs_in("bob", "ed25519", &[]), *taken, "sshd: {what}");
    }
}
