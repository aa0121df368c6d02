//! Every way in and every way not in.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use credential::provider::{Lookup, Resolver, RoleMapping, Unmatched};
use kernel::ErrorKind;
use serde_json::{Value, json};

/// What is different in a case.
type Change = fn(&mut Case);

/// Everything that matters, in its most open form; each case closes one thing.
struct Case {
    claims: Value,
    role: Option<&'static str>,
    known: Option<Standing>,
    by_mail: Option<Standing>,
    settings: Settings,
}

fn jane() -> Standing {
    Standing {
        member_id: Uuid::from_u128(7),
        role: "member".into(),
        user_ref: "user:default/jane".into(),
        active: true,
        break_glass: false,
        linked: false,
    }
}

fn case(change: impl FnOnce(&mut Case)) -> Result<Admission> {
    let settings = Settings {
        scopes: vec![],
        roles: RoleMapping { rules: vec![], otherwise: None, every_sign_in: false },
        groups: vec![],
        resolver: Resolver::Mail {},
        unmatched: Unmatched::NameAfterMail,
        create_members: true,
        link_by_mail: true,
        accept_unverified_mail: false,
    };
    let claims = json!({ "sub": "1", "email": "jane@acme.example", "email_verified": true });
    let mut case = Case { claims, role: Some("viewer"), known: None, by_mail: None, settings };
    change(&mut case);
    let lookup = Lookup::Impossible(String::new());
    decide(Facts {
        organization: "Acme",
        claims: &Claims(case.claims.as_object().unwrap().clone()),
        mapped: &Mapped { role: case.role.map(str::to_owned), groups: vec![], lookup },
        settings: &case.settings,
        known: case.known.as_ref(),
        by_mail: case.by_mail.as_ref(),
    })
}

fn unverified(case: &mut Case) {
    case.claims["email_verified"] = json!(false);
}

fn member(link: bool, role: &str) -> Admission {
    Admission::Member { member_id: Uuid::from_u128(7), link, role: role.into() }
}

#[test]
fn who_is_written_down_comes_in_whatever_the_mail_address_says() {
    assert_eq!(case(|case| case.known = Some(jane())).unwrap(), member(false, "member"));
    let moved = case(|case| {
        case.known = Some(jane());
        case.claims["email"] = json!("other@acme.example");
        unverified(case);
    });
    assert_eq!(moved.unwrap(), member(false, "member"));
}

#[test]
fn the_mapping_sets_a_members_role_only_where_it_has_the_last_word() {
    let each = |role| {
        case(|case| {
            case.known = Some(jane());
            case.role = role;
            case.settings.roles.every_sign_in = true;
        })
    };
    assert_eq!(each(Some("admin")).unwrap(), member(false, "admin"));
    assert_eq!(each(Some("viewer")).unwrap(), member(false, "viewer"));
    assert_eq!(each(None).unwrap_err().kind, ErrorKind::NotAllowed, "no role any more");
    let kept = case(|case| {
        case.known = Some(Standing { break_glass: true, role: "admin".into(), ..jane() });
        (case.role, case.settings.roles.every_sign_in) = (None, true);
    });
    assert_eq!(kept.unwrap(), member(false, "admin"), "the one for emergencies keeps what they have");
}

#[test]
fn a_member_is_taken_over_by_mail_address_only_when_everything_speaks_for_it() {
    assert_eq!(case(|case| case.by_mail = Some(jane())).unwrap(), member(true, "member"));
    let invited = case(|case| case.by_mail = Some(Standing { active: false, ..jane() }));
    assert_eq!(invited.unwrap(), member(true, "member"), "an open invitation is accepted");
    let refusals: [(&str, Change); 7] = [
        ("unverified", unverified),
        ("verified as a number", |case| case.claims["email_verified"] = json!(1)),
        ("verified unsaid", |case| drop(case.claims.as_object_mut().unwrap().remove("email_verified"))),
        ("not allowed", |case| case.settings.link_by_mail = false),
        ("kept for emergencies", |case| case.by_mail.as_mut().unwrap().break_glass = true),
        ("somebody else there", |case| case.by_mail.as_mut().unwrap().linked = true),
        ("unverified addresses accepted for newcomers", |case| {
            case.settings.accept_unverified_mail = true;
            unverified(case);
        }),
    ];
    for (why, close) in refusals {
        let outcome = case(|case| {
            case.by_mail = Some(jane());
            close(case);
        });
        assert_eq!(outcome.unwrap_err().kind, ErrorKind::NotAllowed, "{why}");
    }
}

#[test]
fn a_newcomer_has_the_mapped_role_or_stays_outside() {
    let newcomer = |role: &str| Admission::Newcomer { email: "jane@acme.example".into(), role: role.into() };
    assert_eq!(case(|_| ()).unwrap(), newcomer("viewer"));
    let accepted = case(|case| {
        case.settings.accept_unverified_mail = true;
        unverified(case);
    });
    assert_eq!(accepted.unwrap(), newcomer("viewer"));
    let refusals: [(&str, Change, &str); 4] = [
        ("no role", |case| case.role = None, "gives you a role"),
        ("invitations only", |case| case.settings.create_members = false, "to invite you"),
        ("no mail address", |case| drop(case.claims.as_object_mut().unwrap().remove("email")), "mail address"),
        ("unverified", unverified, "verified"),
    ];
    for (why, close, words) in refusals {
        let error = case(close).unwrap_err();
        assert!(error.kind == ErrorKind::NotAllowed && error.message.contains(words), "{why}: {}", error.message);
    }
}

#[test]
fn a_membership_that_is_not_active_opens_nothing() {
    let gone = case(|case| case.known = Some(Standing { active: false, ..jane() }));
    assert_eq!(gone.unwrap_err().kind, ErrorKind::NotAllowed);
}
