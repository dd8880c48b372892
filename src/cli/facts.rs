//! `seaworthy facts`: what was read of a host, as JSON that `check --facts` judges elsewhere.

use super::args::Facts as Args;
use super::patience::patiently;
use super::{output, source};
use crate::collect::collect;
use crate::evaluate::{requests, selected};
use crate::exit::Exit;
use crate::facts::{NAMES, Request, record};
use crate::policy::Selection;
use crate::yaml::nearest;
use anyhow::{Error, bail};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    for name in &args.names {
        if !NAMES.contains(&name.as_str()) {
            let near = nearest(name, NAMES);
            let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            bail!(
                "there is no fact `{name}`{hint} (known: {})",
                NAMES.join(", ")
            );
        }
    }
    let host = Arc::new(source::host(&args.host)?);
    let policy = source::policy(&args.policy, Timestamp::now())?;
    let checks = selected(&policy, &Selection::default());
    let mut wanted: BTreeSet<Request> = requests(&checks);
    wanted.insert(Request::Os); // a report names the host
    if !args.names.is_empty() {
        wanted.retain(|request| args.names.iter().any(|name| name == request.name()));
    }
    let (facts, _) = patiently(|| collect(&host, wanted));
    let facts = match args.names.as_slice() {
        [] => facts,
        // What a wanted fact stands on was collected too.
        names => facts.only(names),
    };
    output::print(&record::write(&facts)?)?;
    Ok(Exit::Clean)
}
