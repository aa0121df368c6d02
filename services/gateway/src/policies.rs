//! What callers hold under their organisation's policies, worked out once for all who are alike.
//!
//! The answer is kept under the policies' revision, which is looked at every two seconds at the latest; news of a
//! publication makes that at once. An organisation without policies costs that look and nothing else.

use crate::state::{Gateway, SHORT};
use ::store::policy;
use authz::{Role, RuleSet, Verdict, grants};
use kernel::{Grants, Result, TenantId};
use std::collections::BTreeMap;
use std::sync::Arc;
use time::Duration;

/// Kept that long while the revision stays.
const KEPT: Duration = Duration::minutes(10);

/// Those who hold the same: tenant, revision, built-in role, refs.
pub(crate) type Alike = (TenantId, i64, String, Arc<Vec<String>>);

/// What policies make of a role for somebody.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Effective {
    /// What travels with the principal.
    pub grants: Grants,
    /// Every permission that a rule speaks of, with its conditions.
    pub verdicts: BTreeMap<String, Verdict>,
}

impl Gateway {
    /// What somebody with this built-in role and these refs holds.
    ///
    /// # Errors
    /// Those of the database: without an answer nobody is let through.
    pub async fn effective(&self, tenant: TenantId, role: &str, refs: &Arc<Vec<String>>) -> Result<Arc<Effective>> {
        let Some(known) = Role::named(role).filter(|role| role.name() != Role::ADMIN.name()) else {
            return Ok(Arc::default());
        };
        let revision = self.policy_revision(tenant).await?;
        if revision == 0 {
            return Ok(Arc::default());
        }
        let key: Alike = (tenant, revision, role.to_owned(), Arc::clone(refs));
        if let Some(effective) = self.effective.get(&key) {
            return Ok(effective);
        }
        let subjects: Vec<&str> = refs.iter().map(String::as_str).chain([role]).collect();
        let mut tx = self.parts.db.tenant(tenant).await?;
        let mut rules = RuleSet::default();
        for row in policy::list_applied(&mut tx, &subjects, None).await? {
            rules.add(row.subject, row.permission, &row.effect, row.condition.as_ref());
        }
        let verdicts = rules.verdicts(known);
        let effective = Arc::new(Effective { grants: grants(known, &verdicts), verdicts });
        self.effective.put(key, Arc::clone(&effective), KEPT);
        Ok(effective)
    }

    async fn policy_revision(&self, tenant: TenantId) -> Result<i64> {
        if let Some(known) = self.policy_revisions.get(&tenant) {
            return Ok(known);
        }
        let revision = policy::glance_revision(&self.parts.db, tenant).await?;
        self.policy_revisions.put(tenant, revision, SHORT);
        Ok(revision)
    }
}
