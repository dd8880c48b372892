use super::*;
use crate::fact::Fact;
use crate::facts::accounts::Accounts;
use crate::facts::pam::{AIDES, parse};

fn pam(files: &[(&str, &str)]) -> Pam {
    let file = |(name, text): &(&str, &str)| {
        let value = parse(text.as_bytes());
        let source = Source::file(format!("/etc/pam.d/{name}"));
        ((*name).into(), Fact::Known { value, source })
    };
    let absent = |path: &&str| {
        let looked_at = Source::file(*path);
        ((*path).into(), Fact::Absent { looked_at })
    };
    Pam {
        files: files.iter().map(file).collect(),
        aides: AIDES.iter().map(absent).collect(),
        modules: None,
    }
}

const DEBIAN: [(&str, &str); 3] = [
    (
        "common-auth",
        "auth [success=1 default=ignore] pam_unix.so nullok\nauth requisite pam_deny.so\nauth required pam_permit.so\nauth optional pam_cap.so\n",
    ),
    (
        "common-account",
        "account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so\naccount requisite pam_deny.so\naccount required pam_permit.so\n",
    ),
    (
        "sshd",
        "@include common-auth\naccount required pam_nologin.so\n@include common-account\n",
    ),
];
/// Of RHEL 9, by authselect(8) with sssd.
const RED_HAT: [(&str, &str); 2] = [
    (
        "password-auth",
        "auth required pam_env.so\nauth required pam_faildelay.so delay=2000000\nauth [default=1 ignore=ignore success=ok] pam_usertype.so isregular\nauth [default=1 ignore=ignore success=ok] pam_localuser.so\nauth sufficient pam_unix.so nullok\nauth [default=1 ignore=ignore success=ok] pam_usertype.so isregular\nauth sufficient pam_sss.so forward_pass\nauth required pam_deny.so\naccount required pam_unix.so\naccount sufficient pam_localuser.so\naccount sufficient pam_usertype.so issystem\naccount [default=bad success=ok user_unknown=ignore] pam_sss.so\naccount required pam_permit.so\n",
    ),
    (
        "sshd",
        "auth substack password-auth\nauth include postlogin\naccount required pam_sepermit.so\naccount required pam_nologin.so\naccount include password-auth\n",
    ),
];

fn ask(files: &[(&str, &str)], shadow: &str, gives: Gives) -> (Answer, Answer) {
    let shadow = format!("bob:{shadow}\n");
    let accounts = Accounts::parse(
        b"bob:x:1000:1000::/home/bob:/bin/sh\n",
        Ok(Some(shadow.as_bytes())),
    );
    let visitor = Visitor {
        account: &accounts.accounts[0],
        password: accounts.accounts[0].password,
        groups: None,
        gives,
        no_nulls: false,
        right_now: true,
        today: 20_000,
    };
    let pam = pam(files);
    (
        authenticates(&pam, "sshd", &visitor),
        admits(&pam, "sshd", &visitor),
    )
}

fn is(answers: (Answer, Answer), expected: (bool, bool)) {
    let yes = |answer: &Answer| *answer == Answer::Yes;
    assert_eq!((yes(&answers.0), yes(&answers.1)), expected, "{answers:?}");
}

#[test]
fn the_files_of_debian_and_red_hat_go_by_shadow() {
    let mut red_hat = RED_HAT.to_vec();
    red_hat.push(("postlogin", "session optional pam_umask.so\n"));
    for files in [&DEBIAN[..], &red_hat] {
        is(
            ask(files, "$6$a$b:19000:0:99999:7:::", Gives::Password),
            (true, true),
        );
        is(
            ask(files, ":19000:0:99999:7:::", Gives::Password),
            (true, true),
        );
        is(
            ask(files, "!$6$a$b:19000:0:99999:7:::", Gives::Password),
            (false, true),
        );
        is(
            ask(files, "!:19000:0:99999:7::1:", Gives::NothingToPam),
            (false, false),
        );
        is(
            ask(files, "!:19000:0:99999:7:::", Gives::NothingToPam),
            (false, true),
        );
        is(
            ask(files, "$6$a$b:0:0:99999:7:::", Gives::Password),
            (true, true),
        );
    }
}

#[test]
fn a_second_factor_leaves_open_whether_the_password_is_enough() {
    let mut files = DEBIAN.to_vec();
    files[2] = (
        "sshd",
        "auth required pam_oath.so\n@include common-auth\n@include common-account\n",
    );
    let (auth, _) = ask(&files, "$6$a$b:::::::", Gives::Password);
    assert!(matches!(auth, Answer::Unknown(_)), "{auth:?}");
    // Whatever the module says, without the password nobody comes in.
    let (auth, _) = ask(&files, "!:::::::", Gives::Password);
    assert!(matches!(auth, Answer::No(..)), "{auth:?}");
}

#[test]
fn what_is_missing_is_refused_or_unknown() {
    let (auth, _) = ask(
        &[("other", "auth required pam_deny.so\n")],
        "$6$a$b:::::::",
        Gives::Password,
    );
    assert!(
        matches!(auth, Answer::Unknown(_)),
        "a service nobody looked at: {auth:?}"
    );
    let files = [(
        "sshd",
        "auth include nothing\nauth sufficient pam_unix.so\n",
    )];
    let (auth, _) = ask(&files, "$6$a$b:::::::", Gives::Password);
    assert!(matches!(auth, Answer::Unknown(_)), "{auth:?}");
}
