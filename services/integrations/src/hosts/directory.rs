//! Which host an address is on: one that the organisation has connected, a public one, or the demo git host.
//!
//! What an organisation has connected and from where it reads is remembered for two seconds, and forgotten at once when the
//! bus says so.

use super::api::Api;
use super::demo::Demo;
use super::github::{self, GitHub};
use super::gitlab::GitLab;
use super::{Budgets, Memory, Source, SourceHost};
use crate::demo_git::DemoGit;
use crate::domain::address::Address;
use crate::domain::budget::Priority;
use crate::domain::place::DemoPlaces;
use crate::domain::source_host::{Kind, authority};
use crate::failure::to_error;
use crate::store::source_host::{self, SourceHostRow};
use kernel::{Error, Result, TenantId};
use runtime::Tasks;
use runtime::bus::{Bus, Event, Topic};
use runtime::cache::CacheKey;
use runtime::fresh::Fresh;
use runtime::outbound::{Credential, Failure, Outbound, Places};
use std::sync::Arc;
use store::Db;
use store::reading::reading_rule;
use time::Duration;
use url::Url;
use uuid::Uuid;

/// The longest that a change of a source host can go unnoticed in a process.
const KEPT: Duration = Duration::seconds(2);
/// The source hosts of a tenant changed; the message is the tenant's id.
const CHANGED: Topic = Topic("source-hosts");

/// A host that everybody may read public repositories of.
#[derive(Debug, Clone)]
pub struct PublicHost {
    /// What runs there.
    pub kind: Kind,
    /// As it stands in addresses.
    pub host: String,
    /// Its API, without a slash at the end.
    pub api_base: String,
    /// Where raw files are, without a slash at the end: as an address of its own, and without counting requests.
    pub raw_base: Option<String>,
}

impl PublicHost {
    /// github.com and gitlab.com.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let public = |kind: Kind, host: &str, raw_base: Option<&str>| Self {
            kind,
            host: host.to_owned(),
            api_base: kind.api_base(host),
            raw_base: raw_base.map(str::to_owned),
        };
        vec![
            public(Kind::GitHub, "github.com", Some("https://raw.githubusercontent.com")),
            public(Kind::GitLab, "gitlab.com", None),
        ]
    }

    fn is_raw(&self, at: &str) -> bool {
        let raw = self.raw_base.as_deref().and_then(|base| Url::parse(base).ok());
        raw.and_then(|base| authority(&base)).is_some_and(|host| host == at)
    }
}

/// A host that an organisation has connected.
#[derive(Debug, Clone)]
pub(crate) struct Connected {
    pub(crate) row: SourceHostRow,
    pub(crate) credential: Option<Credential>,
}

/// What an organisation has set.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) connected: Vec<Connected>,
    /// From where it reads, the connected hosts included; from everywhere without.
    pub(crate) only: Option<Places>,
}

impl Known {
    /// # Errors
    /// `NotAllowed` when the organisation does not read from there.
    pub(crate) fn check(&self, url: &Url) -> Result<()> {
        match &self.only {
            Some(places) if !places.hold(url) => Err(to_error(&Failure::not_listed(url))),
            _ => Ok(()),
        }
    }
}

/// For whom something is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Who {
    pub(crate) tenant: TenantId,
    pub(crate) priority: Priority,
}

/// Finds hosts. Clones of the service share one.
pub(crate) struct Directory {
    pub(crate) db: Db,
    pub(crate) bus: Bus,
    pub(crate) outbound: Outbound,
    pub(crate) budgets: Budgets,
    pub(crate) memory: Memory,
    pub(crate) known: Fresh<TenantId, Arc<Known>>,
    pub(crate) public: Vec<PublicHost>,
    pub(crate) demo: Option<(Arc<DemoPlaces>, Arc<DemoGit>)>,
}

impl Directory {
    /// Forgets what changes elsewhere.
    pub(crate) fn listen(self: &Arc<Self>, tasks: &Tasks) {
        let (directory, mut news) = (self.clone(), self.bus.subscribe(CHANGED));
        let token = tasks.shutdown_token();
        tasks.spawn("source hosts news", async move {
            loop {
                let event = tokio::select! {
                    () = token.cancelled() => return,
                    event = news.next() => event,
                };
                let concerned = match event {
                    Some(Event::Message(id)) => Uuid::try_parse(&id).ok().map(TenantId::new),
                    Some(Event::Gap) => None,
                    None => return,
                };
                directory.known.forget(|tenant| concerned.is_none_or(|concerned| concerned == *tenant));
            }
        });
    }

    /// Tells all processes, this one first, that a tenant's source hosts changed.
    pub(crate) fn changed(&self, tenant: TenantId) {
        self.known.forget(|known| *known == tenant);
        self.bus.publish(CHANGED, tenant.to_string());
    }

    /// The source that an address names; none for a plain web address.
    ///
    /// # Errors
    /// `NotAllowed` when the organisation does not read from there; those of the database.
    pub(crate) async fn find(&self, who: Who, address: &str) -> Result<Option<Source>> {
        let Ok(url) = Url::parse(address) else { return Ok(None) };
        let Some(host) = authority(&url) else { return Ok(None) };
        if let Some((places, git)) = &self.demo
            && let Some(at) = Address::demo(&url, places.base())
        {
            return Ok(Some(self.source(Box::new(Demo(git.clone())), at, "demo".to_owned())));
        }
        if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some() {
            return Ok(None);
        }
        let host = host.strip_prefix("www.").unwrap_or(&host).to_owned();
        let known = self.known(who.tenant).await?;
        for one in &known.connected {
            if let Some(at) = self.address_on(one, &url, &host) {
                let scope = format!("{}:{}", who.tenant, one.row.source_host_id);
                return Ok(Some(self.source(self.connected_host(who, one), at, scope)));
            }
        }
        known.check(&url)?;
        let public = self.public.iter().find(|public| public.host == host || public.is_raw(&host));
        Ok(public.and_then(|public| {
            let at = match (public.kind, public.host == host) {
                (Kind::GitHub, true) => Address::github(&url),
                // An address with a key of its own is read as it is.
                (Kind::GitHub, false) if url.query().is_some() => None,
                (Kind::GitHub, false) => Address::github_raw(&url),
                (Kind::GitLab, _) => Address::gitlab(&url, gitlab_root(&public.api_base)),
            };
            Some(self.source(self.public_host(who, public), at?, format!("public:{}", public.host)))
        }))
    }

    /// What an organisation has set.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn known(&self, tenant: TenantId) -> Result<Arc<Known>> {
        if let Some(known) = self.known.get(&tenant) {
            return Ok(known);
        }
        let mut tx = self.db.tenant_with_keys(tenant).await?;
        let mut connected = Vec::new();
        for row in source_host::list(&mut tx).await? {
            let token = source_host::open_token(&mut tx, &row).await?;
            let credential = Url::parse(&row.api_base_url).ok().and_then(|base| Credential::bearer(&base, &token?));
            connected.push(Connected { row, credential });
        }
        let rule = reading_rule(&mut tx).await?;
        let hosts = connected.iter().map(|one| &one.row.host);
        let only = rule.only_listed.then(|| Places::parse(rule.places.iter().chain(hosts)));
        let found = Arc::new(Known { connected, only: only.transpose().map_err(Error::internal)? });
        self.known.put(tenant, found.clone(), KEPT);
        Ok(found)
    }

    /// A connected host, to be asked.
    pub(crate) fn connected_host(&self, who: Who, one: &Connected) -> Box<dyn SourceHost> {
        let row = &one.row;
        // Without a token a connected host is as limited as any.
        let public = self.public.iter().find(|public| public.host == row.host && public.kind == row.kind);
        let raw = public.filter(|_| one.credential.is_none()).and_then(|public| public.raw_base.clone());
        let budget = budget_key(who.tenant, row.source_host_id);
        self.host(who, row.kind, &row.host, &row.api_base_url, raw, one.credential.clone(), budget)
    }

    fn public_host(&self, who: Who, public: &PublicHost) -> Box<dyn SourceHost> {
        // Hosts count whoever is nobody by our address.
        let budget = CacheKey::platform("host-budget", &public.host);
        self.host(who, public.kind, &public.host, &public.api_base, public.raw_base.clone(), None, budget)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a host, put together in this one place")]
    fn host(
        &self,
        who: Who,
        kind: Kind,
        host: &str,
        base: &str,
        raw: Option<String>,
        credential: Option<Credential>,
        budget: CacheKey,
    ) -> Box<dyn SourceHost> {
        let api = Api {
            outbound: self.outbound.clone(),
            budgets: self.budgets.clone(),
            budget,
            priority: who.priority,
            kind,
            host: host.to_owned(),
            base: base.trim_end_matches('/').to_owned(),
            credential,
            headers: if kind == Kind::GitHub { github::HEADERS } else { &[] },
        };
        match kind {
            Kind::GitHub => Box::new(GitHub { api, raw }),
            Kind::GitLab => Box::new(GitLab { api }),
        }
    }

    fn address_on(&self, one: &Connected, url: &Url, host: &str) -> Option<Address> {
        let row = &one.row;
        match row.kind {
            Kind::GitHub if row.host == host => Address::github(url),
            Kind::GitHub if host == format!("raw.{}", row.host) => Address::github_raw(url),
            Kind::GitHub => {
                let raw = self.public.iter().any(|public| public.host == row.host && public.is_raw(host));
                if raw { Address::github_raw(url) } else { None }
            }
            Kind::GitLab if row.host == host => Address::gitlab(url, gitlab_root(&row.api_base_url)),
            Kind::GitLab => None,
        }
    }

    fn source(&self, host: Box<dyn SourceHost>, at: Address, scope: String) -> Source {
        Source { host, at, memory: self.memory.clone(), scope }
    }
}

/// Under which key the budget of a connected host's credential is kept.
pub(crate) fn budget_key(tenant: TenantId, source_host_id: Uuid) -> CacheKey {
    CacheKey::tenant(tenant, "host-budget", source_host_id)
}

/// The folder that a GitLab is served from, by the address of its API.
fn gitlab_root(api_base: &str) -> &str {
    let path = api_base.split_once("://").and_then(|(_, rest)| rest.find('/').map(|slash| &rest[slash..]));
    path.and_then(|path| path.strip_suffix("/api/v4")).unwrap_or_default()
}
