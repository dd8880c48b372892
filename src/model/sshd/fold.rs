//! How the lines of one keyword count together: the first, the last, all of them, or each part for itself.

use super::keyword::{Key, Rule};
use super::kind::{Kind, Penalties, Value};
use super::sheet::Statement;
use crate::facts::sshd::Version;

/// What the lines of a keyword come to.
#[derive(Clone, Debug, Default)]
pub(super) struct Folded {
    /// Nothing if none of them sets anything.
    pub(super) value: Option<Value>,
    /// Which of them made it, by their places in what was given.
    pub(super) deciding: Vec<usize>,
}

/// Folds the statements of a key, in the order in which they are taken.
pub(super) fn fold(key: Key, statements: &[&Statement], version: &Version) -> Folded {
    let values: Vec<(usize, &Value)> = statements
        .iter()
        .enumerate()
        .filter_map(|(at, statement)| Some((at, statement.value.as_ref()?)))
        .filter(|(_, value)| !matches!(value, Value::List(list) if list.is_empty()))
        .collect();
    let rule = match (key.row().rule, key.row().kind) {
        (Rule::Parts, Kind::LogVerbose) if !version.since(8, 7) => Rule::Append,
        (Rule::Parts, Kind::LogVerbose) => Rule::First,
        (Rule::Parts, Kind::Startups) if version.since(10, 1) => Rule::First,
        (Rule::LastBefore(major, minor), _) if version.since(major, minor) => Rule::First,
        (Rule::LastBefore(..), _) => Rule::Last,
        (rule, _) => rule,
    };
    match rule {
        Rule::First | Rule::LastBefore(..) => one(values.first()),
        Rule::Last => one(values.last()),
        Rule::Append => append(&values),
        Rule::Parts => parts(&values),
    }
}

fn one(value: Option<&(usize, &Value)>) -> Folded {
    value.map_or_else(Folded::default, |(at, value)| Folded {
        value: Some((*value).clone()),
        deciding: vec![*at],
    })
}

fn append(values: &[(usize, &Value)]) -> Folded {
    let mut folded = Folded::default();
    for (at, value) in values {
        match (&mut folded.value, value) {
            (Some(Value::List(list)), Value::List(more)) => list.extend(more.iter().cloned()),
            (Some(Value::Ports(ports)), Value::Ports(more)) => ports.extend(more),
            (Some(Value::Listen(list)), Value::Listen(more)) => list.extend(more.iter().cloned()),
            (value @ None, first) => *value = Some((*first).clone()),
            _ => continue,
        }
        folded.deciding.push(*at);
    }
    folded
}

fn parts(values: &[(usize, &Value)]) -> Folded {
    let mut folded = Folded::default();
    for (at, value) in values {
        let Some(own) = &mut folded.value else {
            folded = one(Some(&(*at, value)));
            continue;
        };
        let took = match (own, value) {
            // `none` takes over from what was set, a time does not.
            (own, Value::Word(_)) => {
                *own = (*value).clone();
                folded.deciding.clear();
                true
            }
            (Value::Subsystems(list), Value::Subsystems(more)) => {
                let new = more
                    .iter()
                    .filter(|(name, _)| !list.iter().any(|(own, _)| own == name));
                let new: Vec<_> = new.cloned().collect();
                list.extend(new.iter().cloned());
                !new.is_empty()
            }
            (Value::Rekey(limit, interval), Value::Rekey(new_limit, new_interval)) => {
                let takes = (limit.is_none() && new_limit.is_some())
                    || (interval.is_none() && new_interval.is_some());
                *limit = limit.or(*new_limit);
                *interval = interval.or(*new_interval);
                takes
            }
            // Before 10.1 the last one counts, and one number leaves the rate as it was.
            (
                Value::Startups(begin, rate, most),
                Value::Startups(new_begin, new_rate, new_most),
            ) => {
                (*begin, *most) = (*new_begin, *new_most);
                if new_rate.is_some() {
                    *rate = *new_rate;
                    folded.deciding.clear();
                }
                true
            }
            (Value::Penalties(penalties), Value::Penalties(more)) => penalties.take(more),
            _ => false,
        };
        if took {
            folded.deciding.push(*at);
        }
    }
    folded
}

impl Penalties {
    /// Takes what is not set yet; any part that is new switches them on, whatever was said before.
    fn take(&mut self, more: &Self) -> bool {
        let mut took = false;
        for (own, new) in self.times.iter_mut().zip(more.times) {
            took |= own.is_none() && new.is_some();
            *own = own.or(new);
        }
        for (own, new) in self.most.iter_mut().zip(more.most) {
            took |= own.is_none() && new.is_some();
            *own = own.or(new);
        }
        for (own, new) in self.deny.iter_mut().zip(more.deny) {
            took |= own.is_none() && new.is_some();
            *own = own.or(new);
        }
        let is_plain = more.times.iter().all(Option::is_none)
            && more.most.iter().all(Option::is_none)
            && more.deny.iter().all(Option::is_none);
        if took {
            self.enabled = Some(true);
        } else if is_plain && self.enabled.is_none() {
            self.enabled = more.enabled;
            took = true;
        }
        took
    }
}

/// What a login's own value makes of the global one (copy_set_server_options).
pub(super) fn over(own: Value, global: Option<Value>) -> Value {
    match (own, global) {
        (Value::Rekey(limit, interval), Some(Value::Rekey(global_limit, global_interval))) => {
            Value::Rekey(limit.or(global_limit), interval.or(global_interval))
        }
        (own, _) => own,
    }
}
