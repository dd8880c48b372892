//! Masking: what is masked once stays as it is, a mark costs no more than it may, and the secret that the input begins with
//! shows nowhere.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seaworthy::secret::{
    mask_argv, mask_assignment, mask_environment, mask_text, mask_unit_setting,
};
use seaworthy::source::HostText;

/// Fuzzed words hardly hold eight characters of it by chance.
const SECRET: &str = "Zq7XvW3nPk9RtB5mYc2HdL8s";

fuzz_target!(|bytes: &[u8]| {
    let words: Vec<HostText> = bytes
        .split(|byte| *byte == 0)
        .map(HostText::from_bytes)
        .collect();
    let shown = mask_argv(&words);
    assert_eq!(mask_argv(&shown), shown);
    let length = |words: &[HostText]| words.iter().map(|word| word.raw().len() + 1).sum::<usize>();
    assert!(shown.len() <= words.len() && length(&shown) <= 24 * length(&words) + 24);

    // Whatever stands before it, an option's value is hidden.
    let mut more = words.clone();
    more.extend(["--api-secret".into(), format!("{SECRET}!{SECRET}").into()]);
    let shown = mask_argv(&more);
    assert!(
        !shown.iter().any(|word| word.raw().contains(&SECRET[..8])),
        "{shown:?}"
    );

    let text = HostText::from_bytes(bytes);
    let shown = mask_text(&text);
    assert_eq!(mask_text(&shown), shown);
    for key in [
        "Environment",
        "ExecStart",
        "SetCredential",
        "LoadCredential",
    ] {
        let shown = mask_unit_setting(key, &text);
        assert_eq!(mask_unit_setting(key, &shown), shown);
    }
    for (name, value) in mask_environment(bytes) {
        assert_eq!(mask_assignment(name.raw(), &value), value);
    }
});
