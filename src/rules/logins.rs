//! What the rules about sshd share: a setting as it holds for some login, where that comes from, and how it is changed.

mod fix;

pub use fix::{set, set_all};

use crate::fact::Unjudged;
use crate::facts::Facts;
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::model::logins::{Instance, Login, Survey, Verified, effective};
use crate::model::sshd::{Effective, Model, Origin, Setting};
use crate::source::{HostText, Source};
use std::cell::OnceCell;

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

/// A login of one daemon, and what holds for it.
pub struct At<'s, 'f> {
    /// The survey that it is of.
    pub survey: &'s Survey<'f>,
    /// The login.
    pub login: &'s Login<'f>,
    instance: &'s Instance<'f>,
    model: &'s Model,
    effective: OnceCell<Result<Effective<'s>, Unjudged>>,
}

impl<'s, 'f> At<'s, 'f> {
    /// The login.
    pub fn new(
        survey: &'s Survey<'f>,
        (instance, model): (&'s Instance<'f>, &'s Model),
        login: &'s Login<'f>,
    ) -> Self {
        Self {
            survey,
            login,
            instance,
            model,
            effective: OnceCell::new(),
        }
    }

    /// Everything that holds.
    ///
    /// # Errors
    /// Why that cannot be told.
    pub fn effective(&self) -> Result<&Effective<'s>, Unjudged> {
        let run = || effective(self.model, self.login);
        self.effective
            .get_or_init(run)
            .as_ref()
            .map_err(Clone::clone)
    }

    /// A setting; none where this version of sshd knows no such keyword.
    ///
    /// # Errors
    /// Why its value cannot be told, or that sshd tells another.
    pub fn held(&self, keyword: &str) -> Result<Option<Held<'s, 'f>>, Unjudged> {
        let Some(setting) = self.effective()?.get(keyword)? else {
            return Ok(None);
        };
        let verified = self.survey.verified(self.instance, self.login, &setting)?;
        Ok(Some(Held {
            survey: self.survey,
            instance: self.instance,
            model: self.model,
            login: self.login,
            setting,
            verified,
        }))
    }
}

/// How bad it is; 0 is good.
pub type Rank = u8;

/// The worst of what a rule says of every login of every daemon.
///
/// # Errors
/// [`Unjudged::Unknown`] if nothing could be said, and why; [`Unjudged::NotApplicable`] for the reason `nothing` if there is
/// nothing to be said.
pub fn worst(
    facts: &Facts,
    whole: &Subject,
    nothing: &str,
    judge: impl Fn(&At) -> Result<Option<(Rank, Outcome)>, Unjudged>,
) -> Result<Judgement, Unjudged> {
    let survey = Survey::new(facts)?;
    let mut gaps = survey.gaps.clone();
    let mut worst: Option<(Rank, Outcome)> = None;
    for daemon in survey.models()? {
        for login in daemon.0.distinct() {
            match judge(&At::new(&survey, daemon, login)) {
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
        Some((rank, outcome)) => {
            let failing = (rank > 0).then(|| outcome.clone()).into_iter().collect();
            Ok(Judgement::collected(whole, failing, &gaps, outcome))
        }
        None => Err(match gaps.into_iter().next() {
            Some(gap) => gap.into(),
            None => Unjudged::NotApplicable {
                why: nothing.to_owned(),
                source: Source::file("/usr/sbin/sshd"),
            },
        }),
    }
}

/// The evidence of several settings, each piece once: the first of it, and the rest.
pub fn together(
    all: impl IntoIterator<Item = (Evidence, Vec<Evidence>)>,
) -> Option<(Evidence, Vec<Evidence>)> {
    let mut all = all
        .into_iter()
        .flat_map(|(first, rest)| std::iter::once(first).chain(rest));
    let first = all.next()?;
    let mut rest: Vec<Evidence> = Vec::new();
    for evidence in all {
        if !rest.contains(&evidence) {
            rest.push(evidence);
        }
    }
    Some((first, rest))
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
