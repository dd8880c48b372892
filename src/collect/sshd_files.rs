//! The paths of sshd's files, as its model has them, looked at.

use super::files::{gather, nodes};
use crate::fact::{Fact, Listing, Unjudged};
use crate::facts::Facts;
use crate::facts::sshd::{Config, Expansion, MAIN};
use crate::facts::sshd_files::SshdFiles;
use crate::host::Host;
use crate::model::logins::{Survey, instances};
use crate::model::sshd::Key;
use crate::source::{HostText, Obstacle, Source};

/// Looks at them. Without sshd there are none.
pub(super) fn collect(host: &Host, facts: &Facts) -> Fact<SshdFiles> {
    let read = || -> Result<Fact<SshdFiles>, Unjudged> {
        let Some((known, source)) = facts.sshd_config()?.present()? else {
            let looked_at = Source::file(MAIN);
            return Ok(Fact::Absent { looked_at });
        };
        let (sshd, _) = facts.sshd()?.known()?;
        let (instances, gaps) = instances(facts, known, sshd);
        let configs: Vec<&Config> = instances
            .iter()
            .map(|it| it.config)
            .chain([&known.config])
            .collect();
        let unseen = configs
            .iter()
            .flat_map(|config| config.globs.values())
            .filter_map(|it| match it {
                Expansion::Unseen(why) => Some(why.clone()),
                Expansion::Paths(_) => None,
            });
        let all_gaps = gaps.iter().cloned().chain(unseen).collect();
        let config = listing(configs.into_iter().flat_map(paths).collect(), all_gaps);
        let survey = Survey {
            known,
            sshd,
            source,
            instances,
            gaps,
        };
        let host_keys =
            host_keys(&survey).unwrap_or_else(|why| listing(Vec::new(), vec![why.obstacle()]));
        let mut nodes = nodes(facts);
        gather(
            host,
            config.items.iter().chain(&host_keys.items),
            &mut nodes,
        );
        Ok(Fact::Known {
            value: SshdFiles {
                config,
                host_keys,
                nodes,
            },
            source: source.clone(),
        })
    };
    read().unwrap_or_else(|why| Fact::Unknown(why.obstacle()))
}

/// The files of a configuration, those that it would include were they there, and the directories where it looks for more:
/// whoever can put a file there has sshd read it.
fn paths(config: &Config) -> Vec<HostText> {
    let looks = config.globs.keys().filter_map(|pattern| {
        let text = pattern.raw();
        let Some(wild) = text.find(['*', '?', '[', '\\']) else {
            return Some(pattern.clone());
        };
        let end = text[..wild].rfind('/')?;
        Some(HostText::from(&text[..end.max(1)]))
    });
    config.files.keys().cloned().chain(looks).collect()
}

fn host_keys(survey: &Survey) -> Result<Listing<HostText>, Unjudged> {
    let mut keys = Vec::new();
    for (_, model) in survey.models()? {
        keys.extend(model.global().setting(Key::HostKey)?.values);
    }
    Ok(listing(keys, survey.gaps.clone()))
}

fn listing(mut items: Vec<HostText>, gaps: Vec<Obstacle>) -> Listing<HostText> {
    items.retain(|path| path.raw().starts_with('/'));
    items.sort();
    items.dedup();
    Listing { items, gaps }
}
