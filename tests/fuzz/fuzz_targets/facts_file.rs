//! A facts file of any bytes is refused, or holds facts that every rule can judge and that are written as they were read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seaworthy::facts::record;
use seaworthy::policy::{Loaded, Policy, load};
use seaworthy::source::MapFiles;
use std::sync::OnceLock;

fn policy() -> &'static Policy {
    static POLICY: OnceLock<Policy> = OnceLock::new();
    POLICY.get_or_init(|| {
        let from = Loaded::Named("trading-bot".to_owned());
        let now = jiff::Timestamp::UNIX_EPOCH;
        load(from, &MapFiles::default(), &[], now).expect("the built-in policy")
    })
}

fuzz_target!(|bytes: &[u8]| {
    // The digest would keep the fuzzer out: it is made to fit.
    let Some(sealed) = record::seal(bytes) else { return };
    let Ok(facts) = record::read(&sealed) else { return };
    let again = record::write(&facts).expect("facts are JSON");
    assert_eq!(record::read(again.as_bytes()), Ok(facts.clone()));
    let policy = policy();
    let checks: Vec<_> = policy.checks.iter().collect();
    let evaluation = seaworthy::evaluate::evaluate(policy, &checks, &facts);
    assert!(evaluation.findings.len() >= checks.len());
});
