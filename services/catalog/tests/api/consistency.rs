//! What must hold between the catalog's tables, since no foreign key sees to it.

use kernel::TenantId;
use testkit::TestDb;

/// Each of these finds nothing.
const VIOLATIONS: [(&str, &str); 12] = [
    (
        "a posting of an entity or term that is not there",
        "select p.term_no || ' ' || p.entity_no
         from (
           select term_no, unnest(entity_nos) as entity_no from posting_list where tenant_id = $1
           union all select term_no, unnest(entity_nos) from term where tenant_id = $1
         ) p
         left join entity e on e.tenant_id = $1 and e.entity_no = p.entity_no
         left join term t on t.tenant_id = $1 and t.term_no = p.term_no
         where e.entity_no is null or t.term_no is null",
    ),
    (
        "postings that differ from what the entity's row says",
        "select e.entity_ref from entity e where e.tenant_id = $1 and e.term_nos is distinct from
           array(select p.term_no from (
             select term_no, entity_nos from posting_list where tenant_id = $1
             union all select term_no, entity_nos from term where tenant_id = $1
           ) p, unnest(p.entity_nos) entity_no where entity_no = e.entity_no order by p.term_no)",
    ),
    (
        "a term that has lists and does not say so",
        "select t.key || '=' || coalesce(t.original, '') from term t where t.tenant_id = $1 and not t.listed and exists (
           select from posting_list p where p.tenant_id = $1 and p.term_no = t.term_no)",
    ),
    (
        "a list of postings that is empty, too long, or begins before its first number",
        "select p.term_no || ' ' || p.first_no from posting_list p where p.tenant_id = $1 and (
           cardinality(p.entity_nos) not between 1 and 512 or p.first_no > (select min(n) from unnest(p.entity_nos) n))",
    ),
    (
        "a term that nobody has",
        "select t.key from term t where t.tenant_id = $1 and t.entity_nos = '{}' and not exists (
           select from posting_list p where p.tenant_id = $1 and p.term_no = t.term_no)",
    ),
    (
        "a term that is there twice",
        "select key from term where tenant_id = $1 group by key, original having count(*) > 1",
    ),
    (
        "an entity without a state",
        "select e.entity_ref from entity e where e.tenant_id = $1 and not exists (
           select from refresh_state s where s.tenant_id = $1 and s.entity_ref = e.entity_ref and s.entity_id = e.entity_id)",
    ),
    (
        "a state that nobody emits",
        "select s.entity_ref from refresh_state s where s.tenant_id = $1 and not exists (
           select from refresh_edge g where g.tenant_id = $1 and g.entity_ref = s.entity_ref)",
    ),
    (
        "an edge to nothing",
        "select g.entity_ref from refresh_edge g where g.tenant_id = $1 and not exists (
           select from refresh_state s where s.tenant_id = $1 and s.entity_ref = g.entity_ref)",
    ),
    (
        "an entity without its search document, or the other way round",
        "select coalesce(e.entity_ref, d.title) from entity e
         full join search_document d on d.tenant_id = e.tenant_id and d.entity_no = e.entity_no
         where coalesce(e.tenant_id, d.tenant_id) = $1 and (e.entity_no is null or d.entity_no is null)",
    ),
    (
        "a document whose relations are not those that are said",
        "select e.entity_ref from entity e where e.tenant_id = $1 and coalesce((
           select jsonb_agg(jsonb_build_object('type', r.type, 'targetRef', r.target_ref) order by r.type, r.target_ref)
           from (select distinct type, target_ref from relation where tenant_id = $1 and source_ref = e.entity_ref) r
         ), '[]') <> e.document::jsonb -> 'relations'",
    ),
    (
        "a relation that is said by nobody",
        "select r.origin_ref from relation r where r.tenant_id = $1 and not exists (
           select from refresh_state s where s.tenant_id = $1 and s.entity_ref = r.origin_ref)",
    ),
];

/// Fails when anything of one organisation is at odds with anything else.
pub async fn check(test: &TestDb, tenant: TenantId) {
    let mut tx = test.db.tenant(tenant).await.unwrap();
    for (what, sql) in VIOLATIONS {
        let found: Vec<String> = sqlx::query_scalar(sql).bind(tx.id()).fetch_all(tx.conn()).await.unwrap();
        assert_eq!(found, Vec::<String>::new(), "{what}");
    }
}
