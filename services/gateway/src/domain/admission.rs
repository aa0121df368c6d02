//! Whether somebody whom a provider knows gets in, and as whom.
//!
//! - A person is who the provider's subject says, once that was written down; nobody else's mail address changes it.
//! - A member is taken to be the same person by mail address only where the administrator allows it, the provider has
//!   verified the address, the member is nobody else at this provider, and is not kept for emergencies.
//! - A new member has the role that the mapping gives, and without one there is no new member.

use credential::provider::{Claims, Mapped, Settings, UNVERIFIED_MAIL};
use kernel::{Error, Result};
use uuid::Uuid;

/// A member as they stand before the sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Row id.
    pub member_id: Uuid,
    /// Role's name.
    pub role: String,
    /// Key of the catalog entity.
    pub user_ref: String,
    /// Whether they are a member already, and no invitation still open.
    pub active: bool,
    /// Whether they keep their password for emergencies.
    pub break_glass: bool,
    /// Whether they are somebody at this provider already.
    pub linked: bool,
}

/// What is known about who wants in.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Name of the organisation, for words.
    pub organization: &'a str,
    /// What the provider says.
    pub claims: &'a Claims,
    /// What that means.
    pub mapped: &'a Mapped,
    /// What the administrator decided.
    pub settings: &'a Settings,
    /// The member who is this person already.
    pub known: Option<&'a Standing>,
    /// The member with the person's mail address.
    pub by_mail: Option<&'a Standing>,
}

/// How somebody gets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// As a member; `role` is what they have from now on.
    Member {
        /// Row id.
        member_id: Uuid,
        /// Whether it is written down only now that they are this person.
        link: bool,
        /// Role's name.
        role: String,
    },
    /// As a new member.
    Newcomer {
        /// As the provider spells it.
        email: String,
        /// Role's name.
        role: String,
    },
}

fn refuse(text: String) -> Result<Admission> {
    Err(Error::not_allowed(text))
}

/// Decides.
///
/// # Errors
/// `NotAllowed` with words for the person.
pub fn decide(facts: Facts<'_>) -> Result<Admission> {
    match (facts.known, facts.by_mail) {
        (Some(member), _) => facts.as_member(member, false),
        (None, Some(member)) => facts.by_mail(member),
        (None, None) => facts.as_newcomer(),
    }
}

impl Facts<'_> {
    fn as_member(&self, member: &Standing, link: bool) -> Result<Admission> {
        if !member.active && !link {
            return refuse(format!("Your membership of {} is not active. Ask an administrator.", self.organization));
        }
        let mapped = self.mapped.role.clone().filter(|_| self.settings.roles.every_sign_in && !member.break_glass);
        if self.settings.roles.every_sign_in && !member.break_glass && mapped.is_none() {
            return refuse(self.no_role());
        }
        let role = mapped.unwrap_or_else(|| member.role.clone());
        Ok(Admission::Member { member_id: member.member_id, link, role })
    }

    fn by_mail(&self, member: &Standing) -> Result<Admission> {
        let may = self.settings.link_by_mail && self.claims.mail_is_verified() && !member.break_glass && !member.linked;
        if may {
            return self.as_member(member, true);
        }
        refuse(format!(
            "{} has a member with your mail address already, and this provider may not stand for them. \
             Sign in as you did before, or ask an administrator.",
            self.organization
        ))
    }

    fn as_newcomer(&self) -> Result<Admission> {
        if !self.settings.create_members {
            return refuse(format!(
                "You are not a member of {}. Ask an administrator to invite you.",
                self.organization
            ));
        }
        let Some(email) = self.claims.mail() else {
            return refuse(
                "The provider does not say your mail address, without which you cannot become a member.".to_owned(),
            );
        };
        if !self.claims.mail_is_verified() && !self.settings.accept_unverified_mail {
            return refuse(format!("{UNVERIFIED_MAIL} Verify it there, then try again."));
        }
        match &self.mapped.role {
            Some(role) => Ok(Admission::Newcomer { email, role: role.clone() }),
            None => refuse(self.no_role()),
        }
    }

    fn no_role(&self) -> String {
        format!(
            "Nothing that the provider says about you gives you a role in {}. Ask an administrator.",
            self.organization
        )
    }
}

#[cfg(test)]
#[path = "admission_tests.rs"]
mod tests;
