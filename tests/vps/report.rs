//! A report, reduced to what scenes ask of it.

use serde_json::Value;
use std::fmt;

/// The findings.
pub struct Report(pub Vec<Finding>);

/// One of them.
pub struct Finding {
    pub check: String,
    pub subject: String,
    pub verdict: String,
    pub severity: String,
    /// Its summary, or why it is unknown.
    pub text: String,
    /// All of it.
    pub json: Value,
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|it| write!(f, "\n{it:?}"))
    }
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (check, subject, text) = (&self.check, &self.subject, &self.text);
        write!(f, "{} {check} · {subject}: {text}", self.says())?;
        let evidence = self.json["evidence"].as_array().into_iter().flatten();
        evidence
            .filter(|it| it["role"] == "decides")
            .try_for_each(|it| write!(f, "\n    {} {}", it["observed"], it["source"]))
    }
}

impl Report {
    pub fn of(report: &Value) -> Self {
        let findings = report["findings"].as_array().expect("findings");
        let finding = |it: &Value| {
            let word = |key: &str| it[key].as_str().expect("a word").to_owned();
            Finding {
                check: word("check"),
                subject: word("subject"),
                verdict: word("verdict"),
                severity: word("severity"),
                text: word("summary"),
                json: it.clone(),
            }
        };
        Self(findings.iter().map(finding).collect())
    }

    /// The findings of one check, at least one.
    #[track_caller]
    pub fn all(&self, check: &str) -> Vec<&Finding> {
        let ours: Vec<_> = self.0.iter().filter(|it| it.check == check).collect();
        assert!(!ours.is_empty(), "no finding of {check}: {self:?}");
        ours
    }

    /// The one finding of a check.
    #[track_caller]
    pub fn one(&self, check: &str) -> &Finding {
        let ours = self.all(check);
        assert_eq!(ours.len(), 1, "{ours:?}");
        ours[0]
    }

    /// The finding of a check on one subject.
    #[track_caller]
    pub fn on(&self, check: &str, subject: &str) -> &Finding {
        let mut ours = self.all(check).into_iter();
        ours.find(|it| it.subject == subject)
            .unwrap_or_else(|| panic!("no finding of {check} on {subject}: {self:?}"))
    }

    /// What could not be seen.
    pub fn unknown(&self) -> Vec<&str> {
        let unknown = self.0.iter().filter(|it| it.verdict == "unknown");
        unknown.map(|it| it.text.as_str()).collect()
    }
}

impl Finding {
    /// `fail critical`.
    pub fn says(&self) -> String {
        format!("{} {}", self.verdict, self.severity)
    }

    /// True if its evidence, its summary or its subject has these words.
    pub fn names(&self, words: &str) -> bool {
        self.json.to_string().contains(words)
    }
}
