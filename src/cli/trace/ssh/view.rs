//! How an answer about sshd is shown.

use crate::facts::sshd::Version;
use crate::model::sshd::{Effective, Key, Origin, Refusal, Setting};
use crate::source::{HostText, Obstacle, calm_json};
use colored::Colorize;
use serde_json::{Value, json};
use std::fmt::Write;

/// What is shown.
pub(super) struct Answer<'a> {
    pub(super) daemon: &'a Version,
    pub(super) main: &'a HostText,
    pub(super) effective: &'a Effective<'a>,
    pub(super) settings: &'a [(Key, Result<Setting, Obstacle>)],
}

impl Answer<'_> {
    /// As `sshd -T` prints it.
    pub(super) fn plain(&self) -> String {
        let known = self
            .settings
            .iter()
            .filter_map(|(_, setting)| setting.as_ref().ok());
        known
            .flat_map(Setting::lines)
            .map(|line| format!("{line}\n"))
            .collect()
    }

    /// Each value with the line that decides it, and below those that lost.
    pub(super) fn human(&self) -> String {
        let mut text = format!("OpenSSH {}, {}\n", self.daemon, self.main);
        let blocks: Vec<_> = self.effective.model().match_blocks().collect();
        for block in self.effective.blocks() {
            let block = &blocks[block];
            let _ = writeln!(text, "  applies: Match {} — {}", block.text, block.source);
        }
        for (block, obstacle) in self.effective.unsettled() {
            let block = &blocks[block];
            let why = HostText::from(obstacle.to_string());
            let _ = writeln!(
                text,
                "  may apply: Match {} — {} ({why})",
                block.text, block.source
            );
        }
        text.push('\n');
        let origin = |origin: &Origin| match origin {
            Origin::CommandLine(option) => format!("command line ({option})"),
            Origin::Line {
                source,
                block: None,
            } => source.to_string(),
            Origin::Line {
                source,
                block: Some(block),
            } => match blocks.get(*block) {
                Some(block) => format!("{source}, in Match {}", block.text),
                None => source.to_string(),
            },
        };
        for (key, setting) in self.settings {
            match setting {
                Err(obstacle) => {
                    let why = HostText::from(obstacle.to_string());
                    let _ = writeln!(
                        text,
                        "{} {}: {why}",
                        key.printed(self.daemon).bold(),
                        "unknown".yellow()
                    );
                }
                Ok(setting) => {
                    let from = match setting.decided_by.as_slice() {
                        [] => "default".to_owned(),
                        origins => origins.iter().map(origin).collect::<Vec<_>>().join("; "),
                    };
                    let keyword = setting.keyword.bold();
                    match setting.values.as_slice() {
                        [] => drop(writeln!(
                            text,
                            "{keyword} {}",
                            format!("(nothing) — {from}").dimmed()
                        )),
                        [value] => drop(writeln!(
                            text,
                            "{keyword} {value} {}",
                            format!("— {from}").dimmed()
                        )),
                        values => {
                            let _ = writeln!(text, "{keyword} {}", format!("— {from}").dimmed());
                            for value in values {
                                let _ = writeln!(text, "    {value}");
                            }
                        }
                    }
                    for lost in &setting.shadowed {
                        let _ = writeln!(text, "    shadows {}", origin(lost));
                    }
                }
            }
        }
        text
    }

    /// For programs.
    pub(super) fn json(&self) -> serde_json::Result<String> {
        let applying = self.effective.blocks();
        let unsettled = self.effective.unsettled();
        let blocks = self.effective.model().match_blocks().enumerate().map(|(number, block)| {
            let maybe = unsettled.iter().find(|(own, _)| *own == number);
            let applies = match maybe {
                Some(_) => Value::Null,
                None => applying.contains(&number).into(),
            };
            json!({ "source": block.source, "criteria": block.text, "applies": applies, "unknown": maybe.map(|(_, why)| why) })
        });
        let settings = self.settings.iter().map(|(key, setting)| match setting {
            Ok(setting) => json!(setting),
            Err(obstacle) => {
                json!({ "keyword": key.printed(self.daemon), "unknown": unknown(obstacle) })
            }
        });
        calm_json(&json!({
            "sshd": { "version": self.daemon.to_string(), "config": self.main },
            "match_blocks": blocks.collect::<Vec<_>>(),
            "settings": settings.collect::<Vec<_>>(),
        }))
    }
}

/// What sshd says instead of starting.
pub(super) fn refused(refusal: &Refusal, version: &Version) -> String {
    let mut text = format!("sshd ({version}) would refuse this configuration\n");
    for message in &refusal.messages {
        let _ = writeln!(text, "  {message}");
    }
    if let Some(place) = &refusal.place {
        let _ = writeln!(text, "  at {place}");
    }
    text
}

pub(super) fn refused_json(refusal: &Refusal, version: &Version) -> serde_json::Result<String> {
    calm_json(&json!({
        "sshd": { "version": version.to_string() },
        "refused": { "source": refusal.place, "messages": refusal.messages },
    }))
}

pub(super) fn unknown_json(obstacle: &Obstacle) -> serde_json::Result<String> {
    calm_json(&json!({ "unknown": unknown(obstacle) }))
}

fn unknown(obstacle: &Obstacle) -> Value {
    json!({ "code": obstacle.code(), "text": obstacle.to_string(), "how": obstacle.how() })
}
