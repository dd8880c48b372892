//! What a rule returns: never empty, and unable to forget what could not be judged.

use super::{Evidence, Subject};
use crate::fact::{Listing, Unjudged};
use crate::source::{HostText, Obstacle};
use crate::step::Step;

/// What a rule says about one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What it is about.
    pub subject: Subject,
    /// What is the case.
    pub ruling: Ruling,
    /// What it stands on.
    pub evidence: Vec<Evidence>,
    /// What would fix it, in order.
    pub steps: Vec<Step>,
}

/// What is the case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// As it should be, in one sentence.
    Pass(HostText),
    /// Not as it should be.
    Fail {
        /// What is wrong, in one sentence.
        summary: HostText,
        /// Which of the rule's grades applies; the check's default severity where none does.
        grade: Option<&'static str>,
    },
    /// Nothing can be said.
    Unjudged(Unjudged),
}

impl Outcome {
    /// All is well with the subject, because of what was seen.
    pub fn pass(subject: Subject, summary: impl Into<HostText>, seen: Evidence) -> Self {
        Self {
            subject,
            ruling: Ruling::Pass(summary.into()),
            evidence: vec![seen],
            steps: Vec::new(),
        }
    }

    /// Something is wrong with the subject, because of what was seen.
    pub fn fail(subject: Subject, summary: impl Into<HostText>, seen: Evidence) -> Self {
        Self {
            subject,
            ruling: Ruling::Fail {
                summary: summary.into(),
                grade: None,
            },
            evidence: vec![seen],
            steps: Vec::new(),
        }
    }

    /// Nothing can be said about the subject.
    pub fn unjudged(subject: Subject, why: Unjudged) -> Self {
        Self {
            subject,
            ruling: Ruling::Unjudged(why),
            evidence: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// The same, at one of the rule's grades.
    #[must_use]
    pub fn graded(mut self, name: &'static str) -> Self {
        if let Ruling::Fail { grade, .. } = &mut self.ruling {
            *grade = Some(name);
        }
        self
    }

    /// The same, with more evidence.
    #[must_use]
    pub fn with(mut self, more: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(more);
        self
    }

    /// The same, with steps that would fix it.
    #[must_use]
    pub fn fixed_by(mut self, steps: impl IntoIterator<Item = Step>) -> Self {
        self.steps.extend(steps);
        self
    }
}

/// What a rule returns: one outcome or more, never none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement(Vec<Outcome>);

impl Judgement {
    /// A judgement on one subject.
    pub fn one(outcome: Outcome) -> Self {
        Self(vec![outcome])
    }

    /// Judges each item of a listing by itself, and remembers every gap.
    ///
    /// An item that cannot be judged costs only its own verdict; each gap adds an unknown about `whole`. Where
    /// there is nothing to judge and nothing was hidden, `nothing` says so: a pass, with what was looked at.
    pub fn each<T>(
        whole: &Subject,
        listing: &Listing<T>,
        nothing: Outcome,
        subject: impl Fn(&T) -> Subject,
        judge: impl Fn(&T) -> Result<Outcome, Unjudged>,
    ) -> Self {
        let outcomes = listing
            .items
            .iter()
            .map(|item| judge(item).unwrap_or_else(|why| Outcome::unjudged(subject(item), why)))
            .collect();
        Self::collected(whole, outcomes, &listing.gaps, nothing)
    }

    /// A judgement of outcomes that a rule reached itself, and of what was hidden from it: one unknown about `whole`
    /// for each gap. `nothing` is the pass that holds only where there is neither.
    pub fn collected(
        whole: &Subject,
        mut outcomes: Vec<Outcome>,
        gaps: &[Obstacle],
        nothing: Outcome,
    ) -> Self {
        outcomes.extend(gaps.iter().map(|gap| gap_outcome(whole, gap)));
        if outcomes.is_empty() {
            outcomes.push(nothing);
        }
        Self(outcomes)
    }

    /// The outcomes, in the order in which they were reached.
    pub fn outcomes(self) -> Vec<Outcome> {
        self.0
    }
}

fn gap_outcome(whole: &Subject, gap: &Obstacle) -> Outcome {
    Outcome::unjudged(whole.clone(), Unjudged::Unknown(gap.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Denial, Source};

    fn denied() -> Obstacle {
        Obstacle::Denied {
            at: Source::file("/etc/shadow"),
            by: Denial::NeedsRoot,
        }
    }

    fn judge(listing: &Listing<u8>) -> Vec<Outcome> {
        let seen = |value: &u8| Evidence::decides(value.to_string(), &Source::file("/n"));
        let nothing = Outcome::pass(Subject::Host, "none", seen(&0));
        let subject = |value: &u8| Subject::User(value.to_string().into());
        Judgement::each(
            &Subject::Host,
            listing,
            nothing,
            subject,
            |value| match value {
                0 => Err(denied().into()),
                1 => Ok(Outcome::fail(subject(value), "one", seen(value))),
                _ => Ok(Outcome::pass(subject(value), "more", seen(value))),
            },
        )
        .outcomes()
    }

    #[test]
    fn an_item_that_cannot_be_judged_keeps_the_fails_before_and_after_it() {
        let outcomes = judge(&Listing {
            items: vec![1, 0, 1],
            gaps: vec![],
        });
        let fails = outcomes
            .iter()
            .filter(|outcome| matches!(outcome.ruling, Ruling::Fail { .. }));
        assert_eq!((outcomes.len(), fails.count()), (3, 2));
    }

    #[test]
    fn each_gap_is_one_unknown() {
        let outcomes = judge(&Listing {
            items: vec![2],
            gaps: vec![denied(), denied()],
        });
        let unknown = |outcome: &&Outcome| matches!(outcome.ruling, Ruling::Unjudged(_));
        assert_eq!(outcomes.iter().filter(unknown).count(), 2);
    }

    #[test]
    fn nothing_at_all_is_still_a_judgement() {
        assert_eq!(judge(&Listing::default()).len(), 1);
    }
}
