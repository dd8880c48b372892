//! Facts as a file: taken on one host, judged anywhere else, later.
//!
//! The format has a version, and a digest that tells a file which was cut off or edited from one that is whole. It is no
//! signature: who can write the file can write the digest.

use super::Facts;
use crate::source::calm_json;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The version of the format. It changes when facts that older versions wrote can no longer be read.
pub const VERSION: u32 = 1;
const FORMAT: &str = "seaworthy-facts";

/// What stands around the facts.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    format: String,
    version: u32,
    digest: String,
    facts: Value,
}

/// The text of a facts file, a final newline included.
///
/// # Errors
/// Never, as far as serde_json is concerned: facts hold nothing that JSON cannot say.
pub fn write(facts: &Facts) -> serde_json::Result<String> {
    let facts = serde_json::to_value(facts)?;
    let record = Record {
        format: FORMAT.to_owned(),
        version: VERSION,
        digest: digest(&facts)?,
        facts,
    };
    calm_json(&record)
}

/// Reads a facts file.
///
/// # Errors
/// Why these bytes are none, for a person.
pub fn read(bytes: &[u8]) -> Result<Facts, String> {
    let whole: Value = serde_json::from_slice(bytes).map_err(|error| {
        let cut = if error.is_eof() {
            ": the file is cut off"
        } else {
            ""
        };
        format!(
            "not JSON{cut} (line {}, column {})",
            error.line(),
            error.column()
        )
    })?;
    if whole.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err("not a facts file, as `seaworthy facts` writes it".to_owned());
    }
    // Told before anything else is: another version may have other keys.
    let version = whole.get("version").and_then(Value::as_u64);
    if version != Some(u64::from(VERSION)) {
        let found = version.map_or_else(
            || "no version".to_owned(),
            |found| format!("version {found}"),
        );
        return Err(format!(
            "its format has {found}, and this seaworthy reads version {VERSION}: take the facts again"
        ));
    }
    let record: Record = serde_json::from_value(whole).map_err(|error| error.to_string())?;
    if digest(&record.facts).map_err(|error| error.to_string())? != record.digest {
        return Err(
            "its digest does not fit: the file was edited or damaged since the facts were taken"
                .to_owned(),
        );
    }
    serde_json::from_value(record.facts)
        .map_err(|error| format!("its facts are not understood: {error}"))
}

/// Over the facts in their compact form: keys are sorted, so layout does not matter.
fn digest(facts: &Value) -> serde_json::Result<String> {
    let digest = Sha256::digest(serde_json::to_vec(facts)?);
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::Fact;
    use crate::facts::{About, Answer};
    use crate::source::{HostText, Mode, Source};

    fn facts() -> Facts {
        let mut facts = Facts::new(About {
            mode: Mode::Live,
            euid: 0,
            taken: jiff::Timestamp::UNIX_EPOCH,
            version: "0.1.0".to_owned(),
            hostname: HostText::from_bytes(b"odd\xffname\x1b"),
            kernel: None,
        });
        let value = HostText::from("1");
        let source = Source::kernel("kernel.kptr_restrict");
        let key = "kernel.kptr_restrict".to_owned().try_into().unwrap();
        facts.keep(Answer::Sysctl(key, Fact::Known { value, source }));
        facts
    }

    #[test]
    fn reads_what_it_writes() {
        let text = write(&facts()).unwrap();
        assert_eq!(read(text.as_bytes()), Ok(facts()));
        let compact: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read(compact.to_string().as_bytes()), Ok(facts()));
    }

    #[test]
    fn tells_what_is_wrong() {
        let text = write(&facts()).unwrap();
        for (bad, why) in [
            (text[..text.len() / 2].to_owned(), "cut off"),
            (String::new(), "cut off"),
            ("{}".to_owned(), "not a facts file"),
            (
                text.replace("\"version\": 1,", "\"version\": 2,"),
                "version 2",
            ),
            (text.replace("\"1\"", "\"2\""), "edited or damaged"),
            (
                text.replace("\"euid\": 0", "\"euid\": 1"),
                "edited or damaged",
            ),
            (
                text.replace("\"format\"", "\"more\": 1, \"format\""),
                "unknown field `more`",
            ),
        ] {
            let said = read(bad.as_bytes()).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
    }
}
