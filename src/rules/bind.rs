//! Binds a rule to the parameters of a policy, once, so that a wrong one is a mistake at its own line.

use super::{Invalid, Rule, RuleMeta};
use crate::fact::Unjudged;
use crate::facts::{Facts, Request};
use crate::finding::{Judgement, Subject};
use crate::yaml::{Mistake, Node, decode};
use schemars::{JsonSchema, Schema, SchemaGenerator};

/// A rule whose parameters are not known yet.
pub trait AnyRule: Sync {
    /// What it is called and says of itself.
    fn meta(&self) -> &'static RuleMeta;

    /// The JSON Schema of its parameters, in place; the types that these are made of go to the generator.
    fn schema(&self, generator: &mut SchemaGenerator) -> Schema;

    /// The rule with these parameters.
    ///
    /// # Errors
    /// Every mistake in them, each at its place.
    fn bind(&self, with: &Node) -> Result<Box<dyn Bound>, Vec<Mistake>>;
}

/// A rule with its parameters.
pub trait Bound: Send + Sync {
    /// What the check is about as a whole.
    fn subject(&self) -> Subject;

    /// What must be known of the host.
    fn requests(&self) -> Vec<Request>;

    /// Judges.
    ///
    /// # Errors
    /// [`Unjudged`] if the question does not arise or could not be answered.
    fn judge(&self, facts: &Facts) -> Result<Judgement, Unjudged>;
}

impl<R: Rule> AnyRule for R {
    fn meta(&self) -> &'static RuleMeta {
        &R::META
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        R::Params::json_schema(generator)
    }

    fn bind(&self, with: &Node) -> Result<Box<dyn Bound>, Vec<Mistake>> {
        let params: R::Params = decode(with)?;
        R::validate(&params).map_err(|Invalid { parameter, why }| {
            let at = with.as_map().and_then(|with| with.get(parameter));
            vec![Mistake::error(at.unwrap_or(with).place.clone(), why)]
        })?;
        Ok(Box::new(WithParams::<R>(params)))
    }
}

struct WithParams<R: Rule>(R::Params);

impl<R: Rule> Bound for WithParams<R> {
    fn subject(&self) -> Subject {
        R::subject(&self.0)
    }

    fn requests(&self) -> Vec<Request> {
        R::requests(&self.0)
    }

    fn judge(&self, facts: &Facts) -> Result<Judgement, Unjudged> {
        R::judge(&self.0, facts)
    }
}
