//! A policy of any bytes is read, or refused with mistakes that have a place and can be drawn.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seaworthy::policy::{Loaded, load};
use seaworthy::source::MapFiles;
use seaworthy::yaml::draw;

fuzz_target!(|bytes: &[u8]| {
    let from = Loaded::Text("fuzz.yaml".to_owned(), bytes.to_vec());
    let now = jiff::Timestamp::UNIX_EPOCH;
    if let Err(mistakes) = load(from, &MapFiles::default(), &[], now) {
        assert!(!mistakes.is_empty(), "refused without a reason");
        for mistake in &mistakes {
            let content = mistake.at.text.content();
            assert!(content.get(mistake.at.span.clone()).is_some(), "{mistake}");
        }
        assert!(!draw(&mistakes, false).is_empty());
    }
});
