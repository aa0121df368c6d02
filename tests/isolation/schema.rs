//! Walks the catalog of Postgres: a table that lacks a policy, a tenant-first key or has a wrong grant fails here.

use super::{admin, all_tables, listed, platform_tables, tables};
use sqlx::{PgConnection, Row as _};
use std::collections::{BTreeMap, BTreeSet};
use testkit::TestDb;

/// What may be unique across tenants: the address of an organisation and nothing else. `member_address_lookup` is no key
/// but the question it answers, asked through the system door: where a mail address belongs. The text indexes are no keys;
/// only the audited functions of `proscenium_text` read them, and check the tenant inside.
const GLOBAL_KEYS: [&str; 6] = [
    "tenant.tenant_slug",
    "tenant_host.tenant_host_pk",
    "tenant.tenant_pk",
    "member_address.member_address_lookup",
    "search_document.search_document_vector",
    "search_page.search_page_vector",
];

/// The tables that the text-search functions' owner reads.
const SEARCH_TABLES: [&str; 2] = ["search_document", "search_page"];

fn system_tables() -> BTreeSet<&'static str> {
    listed(include_str!("system_tables.txt"))
}

async fn strings(connection: &mut PgConnection, sql: &'static str) -> Vec<String> {
    sqlx::query_scalar(sql).fetch_all(connection).await.expect(sql)
}

#[tokio::test]
async fn every_table_forces_row_security_and_belongs_to_the_owner_role() {
    let test = TestDb::new().await;
    let mut admin = admin(&test).await;
    let wrong = strings(
        &mut admin,
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relkind in ('r', 'p') and n.nspname in ('public', 'text_search') and c.relname <> '_sqlx_migrations'
           and not (c.relrowsecurity and c.relforcerowsecurity
                    and pg_get_userbyid(c.relowner) = 'proscenium_owner')",
    )
    .await;
    assert_eq!(wrong, Vec::<String>::new());
    assert!(tables(&mut admin).await.len() > 4);
}

#[tokio::test]
async fn every_table_has_the_tenant_policy_and_only_listed_ones_open_to_the_system_role() {
    let test = TestDb::new().await;
    let mut admin = admin(&test).await;
    let rows = sqlx::query(
        "select tablename::text, roles::text[], coalesce(qual, ''), coalesce(with_check, qual, ''), permissive
         from pg_policies where schemaname in ('public', 'text_search')",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    let mut with_tenant_policy = BTreeSet::new();
    for row in rows {
        let (table, roles): (String, Vec<String>) = (row.get(0), row.get(1));
        for text in [row.get::<String, _>(2), row.get::<String, _>(3)] {
            assert!(!text.to_lowercase().contains(" or "), "policy on {table} contains OR: {text}");
            assert!(!text.contains("true)") && !text.contains("missing"), "policy on {table} is lenient: {text}");
            let compares_tenant =
                text.contains("tenant_id") && text.contains("current_setting('proscenium.tenant'::text)");
            let open_to_system = text == "true" && roles == ["proscenium_system"];
            let open_to_text =
                text == "true" && roles == ["proscenium_text"] && SEARCH_TABLES.contains(&table.as_str());
            assert!(compares_tenant || open_to_system || open_to_text, "policy on {table} for {roles:?} is {text}");
            if open_to_system {
                let known = system_tables().contains(table.as_str()) || platform_tables().contains(table.as_str());
                assert!(known, "{table} is in neither system_tables.txt nor platform_tables.txt");
            }
        }
        if roles == ["proscenium_app"] {
            with_tenant_policy.insert(table);
        }
    }
    let all: BTreeSet<String> = tables(&mut admin).await.into_iter().collect();
    assert_eq!(all, with_tenant_policy, "tables without a policy for proscenium_app");
}

/// Columns through which what an organisation wrote could reach somebody who looks at all of them.
const WORDS: [&str; 4] = ["backend", "config", "description", "frontend"];

#[tokio::test]
async fn tables_of_the_platform_have_no_tenant_and_are_closed_to_the_tenant_door() {
    let test = TestDb::new().await;
    let mut admin = admin(&test).await;
    let all = all_tables(&mut admin).await;
    for table in platform_tables() {
        assert!(all.iter().any(|known| known == table), "{table} is listed and is not there");
        let open: bool = sqlx::query_scalar(
            "select exists (select from pg_policies where tablename = $1 and 'proscenium_system' <> any (roles))
               or exists (select from information_schema.columns where table_name = $1 and column_name = 'tenant_id')
               or has_any_column_privilege('proscenium_app', $1, 'select, insert, update, references')
               or has_table_privilege('proscenium_app', $1, 'select, insert, update, delete, truncate')",
        )
        .bind(table)
        .fetch_one(&mut admin)
        .await
        .unwrap();
        assert!(!open, "{table} is open to the tenant door");
    }
}

#[tokio::test]
async fn the_system_door_reads_versions_of_plugins_and_nothing_else_of_those_tables() {
    let test = TestDb::new().await;
    let mut admin = admin(&test).await;
    for table in ["plugin_history", "plugin_package", "plugin_policy"] {
        let changes: bool = sqlx::query_scalar(
            "select has_any_column_privilege('proscenium_system', $1, 'insert, update, references')
               or has_table_privilege('proscenium_system', $1, 'select, insert, update, delete, truncate')",
        )
        .bind(table)
        .fetch_one(&mut admin)
        .await
        .unwrap();
        assert!(!changes, "the system door may change {table}, or read all of it");
        let columns: Vec<String> = sqlx::query_scalar(
            "select column_name::text from information_schema.column_privileges
             where grantee = 'proscenium_system' and table_name = $1",
        )
        .bind(table)
        .fetch_all(&mut admin)
        .await
        .unwrap();
        assert!(!columns.is_empty() && !columns.iter().any(|column| WORDS.contains(&column.as_str())), "{columns:?}");
    }
}

#[tokio::test]
async fn every_key_and_index_begins_with_the_tenant() {
    let test = TestDb::new().await;
    let mut admin = admin(&test).await;
    let rows = sqlx::query(
        "select t.relname::text, i.relname::text, coalesce(a.attname::text, '(expression)')
         from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
         join pg_namespace n on n.oid = t.relnamespace
         left join pg_attribute a on a.attrelid = t.oid and a.attnum = x.indkey[0]
         where n.nspname in ('public', 'text_search') and t.relname <> '_sqlx_migrations'",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    for row in rows {
        let (table, index, first): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let allowed = first == "tenant_id"
            || platform_tables().contains(table.as_str())
            || GLOBAL_KEYS.contains(&format!("{table}.{index}").as_str());
        assert!(allowed, "{table}.{index} begins with {first}");
    }
    let without_primary_key = strings(
        &mut admin,
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relkind = 'r' and n.nspname in ('public', 'text_search') and c.relname <> '_sqlx_migrations'
           and not exists (select from pg_index x where x.indrelid = c.oid and x.indisprimary)",
    )
    .await;
    assert_eq!(without_primary_key, Vec::<String>::new());
}

#[tokio::test]
async fn every_foreign_key_carries_the_tenant_on_both_sides() {
    let test = TestDb::new().await;
    let mut admin = admin(&test).await;
    let wrong = strings(
        &mut admin,
        "select c.conname::text from pg_constraint c
         join pg_attribute near on near.attrelid = c.conrelid and near.attnum = c.conkey[1]
         join pg_attribute far on far.attrelid = c.confrelid and far.attnum = c.confkey[1]
         where c.contype = 'f' and (near.attname <> 'tenant_id' or far.attname <> 'tenant_id')",
    )
    .await;
    assert_eq!(wrong, Vec::<String>::new());
}

#[tokio::test]
async fn no_role_holds_more_than_its_grants() {
    let test = TestDb::new().await;
    let mut admin = admin(&test).await;
    let rows = sqlx::query(
        "select table_name::text, grantee::text, privilege_type::text from information_schema.role_table_grants
         where table_schema in ('public', 'text_search') and table_name <> '_sqlx_migrations'
           and grantee not in ('proscenium_owner', 'postgres')",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    let mut text_tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows {
        let (table, grantee, privilege): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let fine = match grantee.as_str() {
            "proscenium_app" => {
                !platform_tables().contains(table.as_str())
                    && ["SELECT", "INSERT", "UPDATE", "DELETE"].contains(&privilege.as_str())
            }
            "proscenium_system" => {
                (system_tables().contains(table.as_str()) || platform_tables().contains(table.as_str()))
                    && ["SELECT", "INSERT", "UPDATE", "DELETE"].contains(&privilege.as_str())
            }
            "proscenium_text" => {
                text_tables.entry(table.clone()).or_default().insert(privilege.clone());
                privilege == "SELECT"
            }
            _ => false,
        };
        assert!(fine, "{grantee} holds {privilege} on {table}");
    }
    let read: Vec<&str> = text_tables.keys().map(String::as_str).collect();
    assert_eq!(read, SEARCH_TABLES, "what proscenium_text reads");
}

#[tokio::test]
async fn no_role_of_ours_is_superuser_or_bypasses_row_security() {
    let test = TestDb::new().await;
    let mut admin = admin(&test).await;
    let wrong = strings(
        &mut admin,
        "select rolname::text from pg_roles where rolname like 'proscenium%'
           and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb
                or rolcanlogin <> (rolname in ('proscenium_app', 'proscenium_system')))",
    )
    .await;
    assert_eq!(wrong, Vec::<String>::new());
    let members = strings(
        &mut admin,
        "select member.rolname::text from pg_auth_members m join pg_roles member on member.oid = m.member
         where member.rolname in ('proscenium_app', 'proscenium_system', 'proscenium_text')",
    )
    .await;
    assert_eq!(members, Vec::<String>::new(), "a login role can become another");
}

#[tokio::test]
async fn views_run_as_their_caller_and_definer_functions_belong_to_the_text_role() {
    let test = TestDb::new().await;
    let mut admin = admin(&test).await;
    let views = strings(
        &mut admin,
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname in ('public', 'text_search') and (c.relkind = 'm' or (c.relkind = 'v'
           and not coalesce(c.reloptions @> array['security_invoker=true'], false)))",
    )
    .await;
    assert_eq!(views, Vec::<String>::new());
    let functions = strings(
        &mut admin,
        "select p.proname::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         where n.nspname in ('public', 'text_search') and p.prosecdef
           and (pg_get_userbyid(p.proowner) not in ('proscenium_text', 'proscenium_owner')
                or p.proconfig is null or has_function_privilege('public', p.oid, 'execute'))",
    )
    .await;
    assert_eq!(functions, Vec::<String>::new(), "definer functions with another owner, no search_path, or open to all");
}

#[test]
fn no_migration_breaks_the_version_that_still_runs() {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            let findings = store::lint::lint(&std::fs::read_to_string(&path).unwrap());
            assert_eq!(findings, vec![], "{}", path.display());
        }
    }
}

/// Columns of bytes that hold nothing sealed, and what they hold.
const NOT_SEALED: &[(&str, &str)] = &[
    ("api_token.token_hash", "a hash"),
    ("audit_head.base_hash", "a hash"),
    ("audit_head.hash", "a hash"),
    ("audit_link.hash", "a hash"),
    ("handoff.code_hash", "a hash"),
    ("invitation.code_hash", "a hash"),
    ("member_address.address_hash", "a hash"),
    ("operator_link.code_hash", "a hash"),
    ("operator_session.token_hash", "a hash"),
    ("password_reset.code_hash", "a hash"),
    ("scim_token.token_hash", "a hash"),
    ("service_token.token_hash", "a hash"),
    ("session.token_hash", "a hash"),
    ("sign_in_attempt.browser_hash", "a hash"),
    ("sign_in_attempt.state_hash", "a hash"),
    ("signing_key.public", "a public key"),
    ("task_gate.token_hash", "a hash"),
    ("tenant_key.wrapped", "a data key, wrapped by the key wrapper"),
    ("used_link.code_hash", "a hash"),
];

/// A sealed column that `store::reseal` does not know would be unreadable after the next rotation of the data key.
#[tokio::test]
async fn every_column_of_bytes_is_sealed_again_with_a_new_data_key_or_holds_nothing_sealed() {
    let test = TestDb::new().await;
    let mut admin = admin(&test).await;
    let columns = strings(
        &mut admin,
        "select c.table_name || '.' || c.column_name from information_schema.columns c
         join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
         where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.data_type = 'bytea'
           and c.table_name <> '_sqlx_migrations' order by 1",
    )
    .await;
    let known: BTreeSet<&str> = store::reseal::SEALED
        .iter()
        .map(|column| column.name)
        .chain(NOT_SEALED.iter().map(|(name, _)| *name))
        .collect();
    let columns: BTreeSet<&str> = columns.iter().map(String::as_str).collect();
    assert_eq!(columns, known, "name a new column in store::reseal, or say here what else it holds");
}
