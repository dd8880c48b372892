//! Files of /proc/PID of any bytes are read to their end, and a command line is short and without the secret in it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seaworthy::facts::processes::{Argv, Place, Stat, Status, boot_time};

const SECRET: &[u8] = b"kQH5HW8p1uGOVjbgWA7F";

fuzz_target!(|bytes: &[u8]| {
    if let Some(stat) = Stat::parse(bytes) {
        assert!(stat.is_same(&stat));
    }
    let _ = (Status::parse(bytes), Place::parse(bytes), boot_time(bytes));
    let before = bytes.strip_suffix(&[0]).unwrap_or(bytes);
    let whole = [before, b"\0--api-secret\0", SECRET, b"\0"].concat();
    for text in [bytes, &whole] {
        let argv = Argv::parse(text, None);
        let shown: Vec<&str> = argv.words.iter().map(|word| word.raw()).collect();
        assert!(shown.join(" ").len() <= 4096);
        assert!(
            bytes.windows(8).any(|part| part == &SECRET[..8])
                || !shown.join("\n").contains("kQH5HW8p")
        );
    }
});
