//! Whether sshd itself says what its files were read as.

use super::{Instance, Login, Survey};
use crate::fact::Unjudged;
use crate::facts::sshd::{Asked, SOMEBODY, Sshd};
use crate::facts::sshd_daemons::Started;
use crate::finding::Evidence;
use crate::model::sshd::{Connection, Groups, Model, Setting};
use crate::source::{HostText, Obstacle};

/// What sshd says of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified<'f> {
    /// The same, to this question.
    Agrees(&'f Asked),
    /// It was not asked about a login to which the same Match blocks apply, or could not answer.
    Not(Option<&'f Obstacle>),
}

impl Verified<'_> {
    /// As a line of evidence about a login.
    pub fn evidence(&self, login: &Login) -> Evidence {
        match self {
            Self::Agrees(asked) if asked.user == login.user() => {
                Evidence::context("sshd itself says so", &asked.source)
            }
            Self::Agrees(asked) => {
                let text = format!(
                    "sshd itself says so of {}, to whom the same lines apply",
                    asked.user.raw()
                );
                Evidence::context(text.as_str(), &asked.source)
            }
            Self::Not(None) => Evidence::note("not verified by the daemon"),
            Self::Not(Some(why)) => Evidence::note(format!("not verified by the daemon: {why}")),
        }
    }
}

impl<'f> Survey<'f> {
    /// Compares a setting with sshd's own answer. Which login was asked about does not matter, if the same Match blocks apply.
    ///
    /// # Errors
    /// [`Unjudged::Unknown`] where the two disagree: neither is then believed.
    pub fn verified(
        &self,
        instance: &Instance<'f>,
        login: &Login,
        setting: &Setting,
    ) -> Result<Verified<'f>, Unjudged> {
        let mut asked = instance.asked.iter();
        let Some((asked, _)) = asked.find(|(_, blocks)| *blocks == login.blocks) else {
            return Ok(Verified::Not(self.sshd.asked.gaps.first()));
        };
        let said = asked.options.all(&setting.keyword);
        let own: Vec<&str> = setting.values.iter().map(HostText::raw).collect();
        let agree = said.len() == own.len()
            && said
                .iter()
                .zip(&own)
                .all(|(said, own)| said.eq_ignore_ascii_case(own));
        if agree {
            return Ok(Verified::Agrees(asked));
        }
        Err(Obstacle::Failed {
            at: asked.source.clone(),
            why: format!(
                "sshd says `{} {}`, and its files were read as `{}`",
                setting.keyword,
                said.join(" "),
                own.join(" ")
            )
            .into(),
        }
        .into())
    }
}

/// What sshd was asked as one that is started so, each with the blocks that applied to that login.
pub(super) fn asked_as<'f>(
    sshd: &'f Sshd,
    started: &Started,
    model: &Model,
    logins: &[Login],
) -> Vec<(&'f Asked, Vec<usize>)> {
    let asked = sshd.asked.items.iter();
    let of_same = asked.filter(|asked| asked.started.is_like(started));
    of_same
        .filter_map(|asked| {
            let is_his = |login: &&Login| login.connection.user.as_ref() == Some(&asked.user);
            let like = &logins.iter().find(is_his)?.connection;
            let connection = Connection {
                host: Some(asked.addr.clone()),
                addr: Some(asked.addr.clone()),
                laddr: Some(asked.laddr.clone()),
                lport: Some(asked.lport),
                // To sshd there is no such account.
                groups: match asked.user.raw() == SOMEBODY {
                    true => Groups::NoSuchUser,
                    false => like.groups.clone(),
                },
                ..like.clone()
            };
            Some((asked, model.login(&connection).ok()?.blocks()))
        })
        .collect()
}
