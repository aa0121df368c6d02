//! The rules about names, addresses and people, without I/O.

pub mod delivery;
pub mod explain;
pub mod grantable;
pub mod host;
pub mod image;
pub mod import;
pub mod person;
pub mod rbac_csv;
pub mod rule_params;
pub mod scim;
pub mod secret;
pub mod settings;
pub mod sigv4;
pub mod slug;
pub mod token;
pub mod undo;
pub mod usage;

use kernel::{Error, Result};

/// Collects what is wrong with a form, so that a person sees everything at once.
#[derive(Debug, Default)]
pub struct FormProblems(Vec<(&'static str, String)>);

impl FormProblems {
    /// Notes the problem of a field, if there is one.
    pub fn check(&mut self, field: &'static str, problem: Option<impl Into<String>>) {
        if let Some(problem) = problem {
            self.0.push((field, problem.into()));
        }
    }

    /// An error that names every field, if anything was wrong.
    ///
    /// # Errors
    /// `Input` with a text per field.
    pub fn into_result(self) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let whole = match &self.0[..] {
            [(_, only)] => only.clone(),
            several => format!("{} fields need your attention.", several.len()),
        };
        Err(self.0.into_iter().fold(Error::input(whole), |error, (field, text)| error.with_field(field, text)))
    }
}
