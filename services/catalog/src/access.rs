//! What callers may do with entities beyond what their role says: their conditions, as filters.
//!
//! The rules are those that were published last (`store::policy`), what they come to is `authz`'s. Filters are
//! remembered for as long as nothing is published. A condition that cannot be understood opens nothing: an allow holds
//! for no entity, a deny for all.

use crate::State;
use crate::domain::condition::EntityCondition;
use crate::domain::filter::Filter;
use crate::domain::scope::{Condition, Scope};
use crate::store::entities;
use crate::store::policies::{self, Which};
use ::store::{TenantTx, policy};
use authz::{Condition as PolicyCondition, Permission, Restriction, Role, RuleSet, Verdict, subjects};
use http_shell::Caller;
use kernel::{Error, Principal, Result, TenantId, User};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Filters remembered in one generation; there are two.
const GENERATION: usize = 4096;

/// One caller under one version of the policies. Two callers with the same subjects may see the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    tenant: TenantId,
    version: i64,
    permission: Permission,
    role: String,
    entity_ref: String,
    ownership_refs: Vec<String>,
}

/// Filters of callers that were here lately.
#[derive(Debug, Clone, Default)]
pub struct Remembered(Arc<Mutex<[HashMap<Key, Condition>; 2]>>);

impl Remembered {
    fn get(&self, key: &Key) -> Option<Condition> {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(filter) = generations[0].get(key) {
            return Some(filter.clone());
        }
        // Still asked for: it moves into the generation that stays.
        let (key, filter) = generations[1].remove_entry(key)?;
        insert(&mut generations, key, filter.clone());
        Some(filter)
    }

    fn put(&self, key: Key, filter: Condition) {
        insert(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner), key, filter);
    }
}

fn insert(generations: &mut [HashMap<Key, Condition>; 2], key: Key, filter: Condition) {
    if generations[0].len() >= GENERATION {
        generations[1] = std::mem::take(&mut generations[0]);
    }
    generations[0].insert(key, filter);
}

/// Whether conditions can apply to the caller at all: administrators, our services and workers have none.
fn conditioned(caller: &Caller) -> Option<&User> {
    match &caller.principal {
        Principal::User(user) if user.role != Role::ADMIN.name() => Some(user),
        _ => None,
    }
}

impl State {
    /// What this caller may read under the policies of this version, which the caller of this function just saw.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn scope(&self, caller: &Caller, policy_version: i64) -> Result<Scope> {
        let condition = match self.known(caller, Permission::CATALOG_ENTITY_READ, policy_version) {
            Ok(filter) => filter,
            Err(key) => {
                let mut tx = self.db.tenant(caller.tenant).await?;
                self.look_up(&mut tx, caller, key).await?
            }
        };
        Ok(Scope { condition, policy_version })
    }

    /// What this caller may read, as the transaction finds it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn scope_in(&self, tx: &mut TenantTx, caller: &Caller) -> Result<Scope> {
        if conditioned(caller).is_none() {
            return Ok(Scope::everything());
        }
        let policy_version = policy::revision(tx).await?;
        let condition = self.filter(tx, caller, Permission::CATALOG_ENTITY_READ, policy_version).await?;
        Ok(Scope { condition, policy_version })
    }

    /// Whether the caller may do something to one entity; `false` means: go on as if it were not there, since they
    /// may not even see it.
    ///
    /// # Errors
    /// `NotAllowed` when they may see it and no more; those of the database.
    pub async fn permits(
        &self,
        tx: &mut TenantTx,
        caller: &Caller,
        permission: Permission,
        which: Which<'_>,
    ) -> Result<bool> {
        if conditioned(caller).is_none() {
            return Ok(true);
        }
        let version = policy::revision(tx).await?;
        let read = self.filter(tx, caller, Permission::CATALOG_ENTITY_READ, version).await?;
        let act = self.filter(tx, caller, permission, version).await?;
        if read.is_everything() && act.is_everything() {
            return Ok(true);
        }
        match policies::judge(tx, which, &read, &act).await? {
            Some(verdict) if verdict.readable && !verdict.allowed => {
                let whom = verdict.entity_ref;
                Err(Error::not_allowed(format!("Your permission {permission} does not extend to {whom}")))
            }
            verdict => Ok(verdict.is_some_and(|verdict| verdict.readable)),
        }
    }

    /// Whether the caller may see all of these entities, as far as they are there, and do something to them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn permits_all(
        &self,
        tx: &mut TenantTx,
        caller: &Caller,
        permission: Permission,
        entity_refs: &[String],
    ) -> Result<bool> {
        if conditioned(caller).is_none() || entity_refs.is_empty() {
            return Ok(true);
        }
        let version = policy::revision(tx).await?;
        let read = self.filter(tx, caller, Permission::CATALOG_ENTITY_READ, version).await?;
        let act = self.filter(tx, caller, permission, version).await?;
        let both = act.with(&read);
        if both.is_everything() {
            return Ok(true);
        }
        let there = entities::list_by_refs(tx, entity_refs, &Filter::everything()).await?.len();
        Ok(entities::list_by_refs(tx, entity_refs, &both).await?.len() == there)
    }

    /// Whether the caller may do these things to every entity there is or will be.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn permits_everything(
        &self,
        tx: &mut TenantTx,
        caller: &Caller,
        permissions: &[Permission],
    ) -> Result<bool> {
        if conditioned(caller).is_none() {
            return Ok(true);
        }
        let version = policy::revision(tx).await?;
        for permission in permissions {
            if !self.filter(tx, caller, *permission, version).await?.is_everything() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn filter(
        &self,
        tx: &mut TenantTx,
        caller: &Caller,
        permission: Permission,
        policy_version: i64,
    ) -> Result<Condition> {
        match self.known(caller, permission, policy_version) {
            Ok(filter) => Ok(filter),
            Err(key) => self.look_up(tx, caller, key).await,
        }
    }

    /// The filter, or the key to remember it under.
    fn known(&self, caller: &Caller, permission: Permission, version: i64) -> std::result::Result<Condition, Key> {
        let Some(user) = conditioned(caller).filter(|_| version > 0) else {
            return Ok(Condition::everything());
        };
        let key = Key {
            tenant: caller.tenant,
            version,
            permission,
            role: user.role.clone(),
            entity_ref: user.entity_ref.clone(),
            ownership_refs: user.ownership_refs.clone(),
        };
        self.remembered.get(&key).ok_or(key)
    }

    /// The rows may be newer than the version that was seen before them, never older.
    async fn look_up(&self, tx: &mut TenantTx, caller: &Caller, key: Key) -> Result<Condition> {
        let Some(user) = conditioned(caller) else { return Ok(Condition::everything()) };
        let name = key.permission.name();
        let mut rules = RuleSet::default();
        for row in policy::list_applied(tx, &subjects(user), Some(name)).await? {
            rules.add(row.subject, row.permission, &row.effect, row.condition.as_ref());
        }
        let condition = Condition::new(match rules.judge(&user.role, name) {
            Verdict::Allow => Filter::everything(),
            Verdict::Deny => Filter::Any(Vec::new()),
            Verdict::Conditional(restriction) => restricted(&restriction, user, key.permission),
        });
        self.remembered.put(key, condition.clone());
        Ok(condition)
    }
}

fn restricted(restriction: &Restriction, user: &User, permission: Permission) -> Filter {
    let nothing = || Filter::Any(Vec::new());
    let filter = |condition: &PolicyCondition, unless: fn() -> Filter| match EntityCondition::of_policy(condition, user)
    {
        Ok(condition) => condition.filter(),
        Err(complaint) => {
            tracing::error!(%permission, complaint, "a condition is not understood and opens nothing");
            unless()
        }
    };
    let only = restriction.only.as_ref().map_or_else(Filter::everything, |conditions| {
        Filter::any_of(conditions.iter().map(|condition| filter(condition, nothing)).collect())
    });
    restriction
        .never
        .iter()
        .fold(only, |left, condition| left.and(Filter::Not(Box::new(filter(condition, Filter::everything)))))
}
