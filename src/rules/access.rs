//! What rules share that ask who can read or replace files: the answers sorted by their cause, and how it is taken away.

mod fix;

use crate::fact::Unjudged;
use crate::facts::Facts;
use crate::facts::accounts::Accounts;
use crate::facts::files::Nodes;
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::model::access::{Because, Grantees, People, Right, Trusted, listed, sentence};
use crate::source::{HostText, Obstacle, Source};
use crate::step::Step;
use fix::Open;
use std::collections::{BTreeMap, BTreeSet};

/// At most so many places are shown as evidence, and so many paths.
const SHOWN: usize = 12;

/// A question about many files: whoever is asked about is found by what allows it, so that one open directory is one finding.
pub struct Question<'f> {
    people: People<'f>,
    right: Right,
    causes: BTreeMap<HostText, Cause<'f>>,
    gaps: BTreeSet<Obstacle>,
    notes: Vec<Evidence>,
    looked: Vec<HostText>,
}

/// What is asked about some paths.
#[derive(Clone, Debug, Default)]
pub struct About<'f> {
    /// Who may do it beside root.
    pub trusted: Trusted,
    /// The grade of what is found, if it has one of its own.
    pub grade: Option<&'static str>,
    /// What to do beside closing it.
    pub after: Option<&'f str>,
    /// What makes it matter, such as the line that executes it.
    pub because: Option<Evidence>,
}

/// What somebody can do because of one place.
struct Cause<'f> {
    grantees: Vec<(Grantees, Because)>,
    paths: Vec<HostText>,
    about: About<'f>,
    chain: Vec<Evidence>,
    open: BTreeMap<HostText, Open>,
    because: Vec<Evidence>,
    /// Trusted groups whose right others have.
    joined: BTreeSet<u32>,
}

impl<'f> Question<'f> {
    /// About the people of this host.
    ///
    /// # Errors
    /// Why they are not known.
    pub fn new(facts: &'f Facts, right: Right) -> Result<Self, Unjudged> {
        let (accounts, _): (&Accounts, _) = facts.accounts()?.known()?;
        Ok(Self {
            people: People::new(accounts),
            right,
            causes: BTreeMap::new(),
            gaps: BTreeSet::new(),
            notes: Vec::new(),
            looked: Vec::new(),
        })
    }

    /// Whom these names mean; one that is not there means nobody.
    pub fn trusted(&self, users: &[String], groups: &[String]) -> Trusted {
        self.people.trusting(users, groups)
    }

    /// What hides files that would have been asked about.
    pub fn hidden_by(&mut self, gaps: &[Obstacle]) {
        self.gaps.extend(gaps.iter().cloned());
    }

    /// Asks about a path.
    pub fn ask(&mut self, path: &HostText, nodes: &Nodes, about: &About<'f>) {
        let who = self.people.who(self.right, nodes, path, &about.trusted);
        self.hidden_by(&who.gaps);
        if self.right == Right::Replace || nodes.walk(path).target().is_some() {
            self.looked.push(path.clone());
        }
        let notes = who.notes.into_iter();
        let notes = notes.map(|note| {
            Evidence::context("more than one place", &Source::file(path.clone())).noting(note)
        });
        self.notes
            .extend(notes.take(SHOWN.saturating_sub(self.notes.len())));
        for (grantees, because) in who.grantees {
            let new = || Cause {
                grantees: Vec::new(),
                paths: Vec::new(),
                about: about.clone(),
                chain: chain(&self.people, nodes, path),
                open: BTreeMap::new(),
                because: Vec::new(),
                joined: BTreeSet::new(),
            };
            let cause = self.causes.entry(because.at.clone()).or_insert_with(new);
            cause.closing(&because, nodes, path, self.right);
            if let Some(why) = &about.because
                && cause.because.len() < SHOWN
                && !cause.because.contains(why)
            {
                cause.because.push(why.clone());
            }
            if cause.paths.last() != Some(path) {
                cause.paths.push(path.clone());
            }
            // One and the same place can serve for several files: by exchange of one, by creation of another.
            let known = |(who, _): &&mut (Grantees, Because)| *who == grantees;
            if cause.grantees.iter_mut().find(known).is_none() {
                cause.grantees.push((grantees, because));
            }
            // The graver of two.
            cause.about.grade = cause.about.grade.and(about.grade);
        }
    }

    /// The findings: one a cause. `anyone` is the grade where every user can.
    pub fn judgement(
        self,
        anyone: Option<&'static str>,
        expected: &str,
    ) -> Result<Judgement, Unjudged> {
        let right = self.right;
        let gaps: Vec<Obstacle> = self.gaps.into_iter().collect();
        let outcomes: Vec<Outcome> = self
            .causes
            .into_iter()
            .map(|(at, cause)| cause.outcome(&self.people, at, right, anyone, expected))
            .collect();
        if self.looked.is_empty() && outcomes.is_empty() && gaps.is_empty() {
            return Err(Unjudged::NotApplicable {
                why: "none of these files is there".to_owned(),
                source: Source::file("/"),
            });
        }
        let pass = nothing(right, &self.looked).with(self.notes);
        Ok(Judgement::collected(&Subject::Host, outcomes, &gaps, pass))
    }
}

fn nothing(right: Right, looked: &[HostText]) -> Outcome {
    let files = if looked.len() == 1 { "file" } else { "files" };
    let what = format!("any of the {} {files} looked at", looked.len());
    let summary = sentence(right, &what, &[]);
    let place = looked.first().map_or("/", HostText::raw);
    let seen = Evidence::decides(summary.clone(), &Source::file(place));
    Outcome::pass(Subject::Host, summary, seen)
}

impl Cause<'_> {
    /// Remembers what is to be closed.
    fn closing(&mut self, because: &Because, nodes: &Nodes, path: &HostText, right: Right) {
        let trusted = &self.about.trusted.gids;
        if let Some(gid) = because.by.group().filter(|gid| trusted.contains(gid)) {
            self.joined.insert(gid);
        } else if self.open.len() < SHOWN || self.open.contains_key(&because.at) {
            let open = Open::found(nodes, because, path, right);
            let known = self.open.entry(because.at.clone()).or_insert(open);
            known.by.insert(because.by);
        }
        for other in &because.also {
            self.closing(other, nodes, path, right);
        }
    }

    fn outcome(
        self,
        people: &People,
        at: HostText,
        right: Right,
        anyone: Option<&'static str>,
        expected: &str,
    ) -> Outcome {
        let names: Vec<String> = self.paths.iter().map(HostText::to_string).collect();
        let summary = sentence(right, &listed(&names), &self.grantees);
        let mut seen = self.grantees.iter().map(|(_, because)| {
            Evidence::decides(because.observed.clone(), &because.source()).expecting(expected)
        });
        let by_anyone = self
            .grantees
            .iter()
            .any(|(who, _)| *who == Grantees::Anyone);
        let grade = self.about.grade.or(anyone.filter(|_| by_anyone));
        let first = seen
            .next()
            .unwrap_or_else(|| Evidence::note(summary.clone()));
        let leads = self.paths.iter().filter(|path| **path != at).take(SHOWN);
        let leads =
            leads.map(|path| Evidence::context("found through it", &Source::file(path.clone())));
        let after = self.about.after.map(|text| Step::manual(at.clone(), text));
        let mut steps = Vec::new();
        for step in self
            .open
            .iter()
            .flat_map(|(place, open)| open.steps(people, place, right))
        {
            // Several places behind one link are closed by one step.
            if !steps.contains(&step) {
                steps.push(step);
            }
        }
        steps.extend(self.joined.iter().map(|gid| fix::closed(people, *gid)));
        let outcome = Outcome::fail(Subject::Path(at.clone()), summary, first)
            .with(seen)
            .with(self.because)
            .with(leads)
            .with(self.chain)
            .fixed_by(steps)
            .fixed_by(after);
        match grade {
            Some(grade) => outcome.graded(grade),
            None => outcome,
        }
    }
}

/// The way to a path, place by place.
fn chain(people: &People, nodes: &Nodes, path: &HostText) -> Vec<Evidence> {
    let chain = nodes.walk(path);
    let places = chain.places.iter().take(SHOWN);
    let seen = places.map(|place| {
        let observed = match place.node {
            None => "nothing".to_owned(),
            Some(node) => {
                let (user, group) = (people.user(node.uid), people.group(node.gid));
                let target = node
                    .target
                    .as_ref()
                    .map(|target| format!(" -> {}", target.raw()));
                let acl = if node.acl.is_some() { "+" } else { "" };
                format!(
                    "{}{acl} {}:{}{}",
                    node.octal(),
                    user.raw(),
                    group.raw(),
                    target.unwrap_or_default()
                )
            }
        };
        Evidence::context(observed, &Source::file(place.path.clone()))
    });
    seen.collect()
}
