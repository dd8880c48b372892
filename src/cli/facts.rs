//! `seaworthy facts`: what was read of a host, as JSON that `check --facts` judges elsewhere, or for a person to read.

mod human;
mod table;

use super::args::{Facts as Args, FactsFormat};
use super::patience::patiently;
use super::{output, source};
use crate::collect::collect;
use crate::evaluate::{requests, selected};
use crate::exit::Exit;
use crate::facts::{Facts, NAMES, Request, record};
use crate::policy::Selection;
use crate::yaml::nearest;
use anyhow::{Error, anyhow};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    let asked: Vec<Option<Request>> = args
        .names
        .iter()
        .map(|word| Request::named(word).map_err(|why| unnamed(word, &why)))
        .collect::<Result<_, _>>()?;
    let kinds: BTreeSet<&str> = args.names.iter().map(|word| kind(word)).collect();
    let host = Arc::new(source::host(&args.host)?);
    let policy = source::policy(&args.policy, Timestamp::now())?;
    let checks = selected(&policy, &Selection::default());
    let mut wanted: BTreeSet<Request> = requests(&checks);
    wanted.insert(Request::Os); // a report names the host
    if !args.names.is_empty() {
        // A bare name asks for all of its kind that the policy asks for; with a key, for no more than that one.
        let bare = |request: &Request| args.names.iter().any(|word| word == request.name());
        wanted.retain(bare);
        wanted.extend(asked.into_iter().flatten());
    }
    let (facts, _) = patiently(|| collect(&host, wanted));
    // What a wanted fact stands on was collected too.
    let shown = |facts: Facts| match kinds.is_empty() {
        true => facts,
        false => facts.only(&kinds),
    };
    let text = match args.format {
        FactsFormat::Json => record::write(&shown(facts))?,
        FactsFormat::Human => human::text(&shown(facts.clone()), &facts)?,
    };
    output::print(&text)?;
    Ok(Exit::Clean)
}

fn kind(word: &str) -> &str {
    word.split_once('=').map_or(word, |(kind, _)| kind)
}

fn unnamed(word: &str, why: &str) -> Error {
    let name = kind(word);
    if NAMES.contains(&name) {
        return anyhow!("{why}");
    }
    let near = nearest(name, NAMES.iter().copied());
    let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    anyhow!("{why}{hint} (known: {})", NAMES.join(", "))
}
