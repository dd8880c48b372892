//! A policy from standard input: never a panic, and a refusal has a mistake with a place that can be drawn.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seaworthy::policy::{Loaded, load};
use seaworthy::source::MapFiles;
use seaworthy::yaml::draw;

fuzz_target!(|bytes: &[u8]| {
    let files = MapFiles::default();
    let text = Loaded::Text("<stdin>".to_owned(), bytes.to_vec());
    if let Err(mistakes) = load(text, &files, &[], jiff::Timestamp::UNIX_EPOCH) {
        assert!(!mistakes.is_empty());
        assert!(!draw(&mistakes, false).is_empty());
    }
});
