//! What the rules about sshd share: a setting as it holds for some login, where that comes from, and how it is changed.

mod fix;

pub use fix::{set, set_all};

use crate::fact::Unjudged;
use crate::facts::Facts;
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::model::logins::{Instance, Login, Survey, Verified, effective};
use crate::model::sshd::{Model, Origin, Setting};
use crate::source::{HostText, Source};

/// A setting of one daemon for one login.
pub struct Held<'s, 'f> {
    /// The survey that it is of.
    pub survey: &'s Survey<'f>,
    /// The daemon.
    pub instance: &'s Instance<'f>,
    /// Its files.
    pub model: &'s Model,
    /// The login.
    pub login: &'s Login<'f>,
    /// The setting.
    pub setting: Setting,
    /// What sshd itself says.
    pub verified: Verified<'f>,
}

/// A setting as it holds for a login; none where this version of sshd knows no such keyword.
///
/// # Errors
/// Why its value cannot be told, or that sshd tells another.
pub fn held<'s, 'f>(
    survey: &'s Survey<'f>,
    (instance, model): (&'s Instance<'f>, &'s Model),
    login: &'s Login<'f>,
    keyword: &str,
) -> Result<Option<Held<'s, 'f>>, Unjudged> {
    let Some(setting) = effective(model, login)?.get(keyword)? else {
        return Ok(None);
    };
    let verified = survey.verified(instance, model, login, &setting)?;
    Ok(Some(Held {
        survey,
        instance,
        model,
        login,
        setting,
        verified,
    }))
}

/// How bad it is; 0 is good.
pub type Rank = u8;

/// The worst of what a rule says of every login of every daemon; none where it says nothing.
///
/// # Errors
/// [`Unjudged::Unknown`] if nothing could be said, and why.
pub fn worst(
    facts: &Facts,
    whole: &Subject,
    judge: impl Fn(&Survey, (&Instance, &Model), &Login) -> Result<Option<(Rank, Outcome)>, Unjudged>,
) -> Result<Option<Judgement>, Unjudged> {
    let survey = Survey::new(facts)?;
    let mut gaps = survey.gaps.clone();
    let mut worst: Option<(Rank, Outcome)> = None;
    for (instance, model) in survey.models()? {
        for login in instance.distinct() {
            match judge(&survey, (instance, model), login) {
                Ok(Some(outcome)) if worst.as_ref().is_none_or(|worst| worst.0 < outcome.0) => {
                    worst = Some(outcome);
                }
                Ok(_) => {}
                Err(why) => gaps.push(why.obstacle()),
            }
        }
    }
    gaps.sort();
    gaps.dedup();
    match worst {
        Some((0, pass)) => Ok(Some(Judgement::collected(whole, Vec::new(), &gaps, pass))),
        Some((_, fail)) => {
            let outcomes = vec![fail.clone()];
            Ok(Some(Judgement::collected(whole, outcomes, &gaps, fail)))
        }
        None => match gaps.into_iter().next() {
            Some(gap) => Err(gap.into()),
            None => Ok(None),
        },
    }
}

impl Held<'_, '_> {
    /// Its value in today's spelling, several of them with blanks between.
    pub fn value(&self) -> String {
        let values: Vec<&str> = self.setting.values.iter().map(HostText::raw).collect();
        match values.join(" ").as_str() {
            "without-password" => "prohibit-password".to_owned(),
            value => value.to_owned(),
        }
    }

    /// The value with what decides it, and the lines that this shadows, the block that it stands in, and whether sshd agrees.
    pub fn evidence(&self) -> (Evidence, Vec<Evidence>) {
        self.evidence_of(&self.value())
    }

    /// The same, with as much of the value as matters.
    pub fn evidence_of(&self, value: &str) -> (Evidence, Vec<Evidence>) {
        let observed = format!("{} {value}", self.setting.keyword);
        let mut deciding = self.setting.decided_by.iter();
        let first = match deciding.next() {
            Some(origin) => {
                let evidence = Evidence::decides(observed, &self.place(origin));
                match self.block(origin) {
                    Some(block) => evidence.noting(block),
                    None => evidence,
                }
            }
            None => Evidence::decides(observed, self.survey.source).noting(format!(
                "no line sets it: the default of OpenSSH {}",
                self.model.version()
            )),
        };
        let mut rest: Vec<Evidence> = deciding
            .map(|origin| Evidence::context("adds to it", &self.place(origin)))
            .collect();
        rest.extend(self.setting.shadowed.iter().map(|origin| {
            let shadowed = Evidence::shadowed("sets it too, and loses", &self.place(origin));
            match self.block(origin) {
                Some(block) => shadowed.noting(block),
                None => shadowed,
            }
        }));
        if let Some(daemon) = self.instance.daemon.filter(|_| self.instance.has_options()) {
            rest.push(Evidence::context(
                "started with options of its own",
                &daemon.source(),
            ));
        }
        rest.push(self.verified.evidence(self.login));
        (first, rest)
    }

    /// The lines that decide it.
    pub fn places(&self) -> Vec<Source> {
        let deciding = self.setting.decided_by.iter();
        deciding.map(|origin| self.place(origin)).collect()
    }

    fn place(&self, origin: &Origin) -> Source {
        match (origin, self.instance.daemon) {
            (Origin::Line { source, .. }, _) => source.clone(),
            (Origin::CommandLine(_), Some(daemon)) => daemon.source(),
            (Origin::CommandLine(option), None) => Source::command([option.raw()]),
        }
    }

    fn block(&self, origin: &Origin) -> Option<String> {
        let Origin::Line {
            block: Some(block), ..
        } = origin
        else {
            return None;
        };
        let block = self.model.match_blocks().nth(*block)?;
        Some(format!(
            "within Match {} ({})",
            block.text.raw(),
            block.source
        ))
    }
}
