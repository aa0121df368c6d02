//! GitHub: OAuth 2 without ID tokens; the person is read from its API with the token that the code gave.

use super::{Answer, Person, misfit, refused};
use crate::state::Gateway;
use crate::store::provider::Provider;
use credential::provider::Claims;
use http_shell::outside::{Exchange, Exchanged};
use kernel::{Result, TenantId};
use serde::Deserialize;
use serde_json::{Map, Value, json};

const MAX_BYTES: usize = 500_000;

#[derive(Deserialize)]
struct User {
    id: u64,
    login: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Mail {
    email: String,
    primary: bool,
    verified: bool,
}

/// Where the API of a GitHub is: github.com has its own host, servers of others have a path.
fn api_base(issuer: &str) -> String {
    match issuer {
        "https://github.com" => "https://api.github.com".to_owned(),
        other => format!("{}/api/v3", other.trim_end_matches('/')),
    }
}

impl Gateway {
    pub(super) async fn redeem_github(
        &self,
        tenant: TenantId,
        provider: &Provider,
        answer: Answer<'_>,
    ) -> Result<Person> {
        let token = self.github_token(tenant, provider, answer).await?;
        let base = api_base(&provider.issuer);
        let user: User = self.github_get(tenant, &base, "/user", &token).await?;
        let mails: Vec<Mail> = self.github_get(tenant, &base, "/user/emails?per_page=100", &token).await?;
        let mut claims = Map::from_iter([
            ("sub".to_owned(), json!(user.id.to_string())),
            ("login".to_owned(), json!(user.login)),
            ("name".to_owned(), json!(user.name.filter(|name| !name.is_empty()).unwrap_or(user.login))),
        ]);
        if let Some(mail) = mails.iter().find(|mail| mail.primary && mail.verified) {
            claims.insert("email".to_owned(), json!(mail.email));
            claims.insert("email_verified".to_owned(), json!(true));
        }
        if provider.settings.scopes_or_default(provider.kind).iter().any(|scope| scope == "read:org") {
            let organizations: Vec<Value> = self.github_get(tenant, &base, "/user/orgs?per_page=100", &token).await?;
            claims.insert("organizations".to_owned(), organizations.iter().map(|it| it["login"].clone()).collect());
            let teams: Vec<Value> = self.github_get(tenant, &base, "/user/teams?per_page=100", &token).await?;
            let name =
                |team: &Value| Some(format!("{}/{}", team["organization"]["login"].as_str()?, team["slug"].as_str()?));
            claims.insert("teams".to_owned(), json!(teams.iter().filter_map(name).collect::<Vec<_>>()));
        }
        Ok(Person { subject: user.id.to_string(), claims: Claims(claims) })
    }

    async fn github_token(&self, tenant: TenantId, provider: &Provider, answer: Answer<'_>) -> Result<String> {
        let (verifier, secret) = (answer.ticket.verifier(), provider.secret.as_deref().unwrap_or_default());
        let form = [
            ("client_id", provider.client_id.as_str()),
            ("client_secret", secret),
            ("code", answer.code),
            ("redirect_uri", answer.redirect_uri),
            ("code_verifier", &verifier),
        ];
        let form = form.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let url = format!("{}/login/oauth/access_token", provider.issuer.trim_end_matches('/'));
        let answered =
            self.ask(tenant, Exchange { url, form: Some(form), authorization: None, max_bytes: MAX_BYTES }).await?;
        // Its errors come with status 200.
        let body: Value = serde_json::from_str(&answered.body).unwrap_or_default();
        match (body["access_token"].as_str(), body["error"].as_str()) {
            (Some(token), None) if answered.is_success() => Ok(token.to_owned()),
            (_, Some("bad_verification_code" | "redirect_uri_mismatch")) => {
                Err(refused("the code is used, old, or for another request"))
            }
            (_, Some("incorrect_client_credentials")) => Err(misfit(format!(
                "{} does not accept this portal's client id and secret. An administrator must check them.",
                provider.title
            ))),
            _ => Err(misfit(format!("{} gives no token (status {}).", provider.title, answered.status))),
        }
    }

    async fn github_get<T: for<'de> Deserialize<'de>>(
        &self,
        tenant: TenantId,
        base: &str,
        path: &str,
        token: &str,
    ) -> Result<T> {
        let authorization = Some(format!("Bearer {token}"));
        let exchange = Exchange { url: format!("{base}{path}"), form: None, authorization, max_bytes: MAX_BYTES };
        let answered: Exchanged = self.ask(tenant, exchange).await?;
        let read = serde_json::from_str(&answered.body).ok().filter(|_| answered.is_success());
        let (path, _) = path.split_once('?').unwrap_or((path, ""));
        read.ok_or_else(|| {
            let status = answered.status;
            misfit(format!("GitHub does not say what is asked of it at {path} (status {status}). An administrator must check the scopes."))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::api_base;

    #[test]
    fn the_api_is_beside_github_com_and_below_every_other() {
        assert_eq!(api_base("https://github.com"), "https://api.github.com");
        assert_eq!(api_base("https://git.acme.example/"), "https://git.acme.example/api/v3");
    }
}
