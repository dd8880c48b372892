//! The lines and words of sshd's files: never a panic, and nothing is made up.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seaworthy::facts::sshd::lexer::{Era, Words, lines, split, trim_end};

fuzz_target!(|bytes: &[u8]| {
    for era in [Era::Old, Era::New] {
        for line in lines(bytes.split(|byte| *byte == b'\n'), era) {
            assert!(!line.text.contains(&0) && !line.text.contains(&b'\n'));
            let text = trim_end(&line.text);
            let mut words = Words::new(text);
            let mut length = 0;
            while let Some(word) = words.word() {
                length += word.len();
            }
            assert!(length <= text.len());
            if let Some(words) = split(text) {
                assert!(words.iter().map(Vec::len).sum::<usize>() <= text.len());
            }
        }
    }
});
