//! Tables over the life of a rollout.

use super::*;
use Action::{Check, Prepare, Restore, Switch};

fn tenant(number: u128) -> TenantId {
    TenantId::new(uuid::Uuid::from_u128(number))
}

fn rollout(phase: Phase, steps: &[(u32, Step)]) -> Rollout {
    let member = |(number, (ring, step)): (usize, &(u32, Step))| Member {
        tenant: tenant(number as u128 + 1),
        ring: *ring,
        step: *step,
        reason: None,
    };
    Rollout { phase, reason: None, ring: 0, parallel: 2, members: steps.iter().enumerate().map(member).collect() }
}

fn steps(rollout: &Rollout) -> Vec<Step> {
    rollout.members.iter().map(|member| member.step).collect()
}

#[test]
fn each_event_moves_one_organisation_and_says_what_to_do() {
    use Step::{Checking, Deferred, Promoted, Refused, Restored, Restoring, Skipped, Switching, Waiting, Watching};
    let (one, bad) = (tenant(1), || "bad".to_owned());
    // Before (with a second organisation in wave 1), event, after, actions, phase.
    let table = [
        (Waiting, Event::Resumed, Checking, vec![Check(one)], Phase::Running),
        (Checking, Event::Checked(one), Switching, vec![Switch(one)], Phase::Running),
        (Checking, Event::Refused(one, bad()), Refused, vec![], Phase::RolledBack),
        (Switching, Event::Refused(one, bad()), Refused, vec![], Phase::RolledBack),
        (Switching, Event::Switched(one), Watching, vec![], Phase::Running),
        (Watching, Event::Bad(one, bad()), Restoring, vec![Restore(one)], Phase::RollingBack),
        (Watching, Event::Stop, Restoring, vec![Restore(one)], Phase::RollingBack),
        (Checking, Event::Stop, Checking, vec![], Phase::RollingBack),
        (Switching, Event::Stop, Switching, vec![], Phase::RollingBack),
        (Checking, Event::Deferred(one, bad()), Deferred, vec![Check(tenant(2))], Phase::Running),
        (Watching, Event::Healthy(one), Promoted, vec![Check(tenant(2))], Phase::Running),
        (Promoted, Event::Revert, Restoring, vec![Restore(one)], Phase::RollingBack),
        // What comes twice or too late changes nothing.
        (Watching, Event::Checked(one), Watching, vec![], Phase::Running),
        (Watching, Event::Switched(one), Watching, vec![], Phase::Running),
        (Watching, Event::Refused(one, bad()), Watching, vec![], Phase::Running),
        (Watching, Event::Restored(one), Watching, vec![], Phase::Running),
        (Checking, Event::Healthy(one), Checking, vec![], Phase::Running),
        (Checking, Event::Bad(one, bad()), Checking, vec![], Phase::Running),
    ];
    for (before, event, after, actions, phase) in table {
        let second = if before == Promoted { Skipped } else { Waiting };
        let name = format!("{before:?} {event:?}");
        let (rollout, done) = step(rollout(Phase::Running, &[(0, before), (1, second)]), event);
        assert_eq!((steps(&rollout)[0], done, rollout.phase), (after, actions, phase), "{name}");
    }
    let (rollout, _) = step(rollout(Phase::RollingBack, &[(0, Restoring)]), Event::Restored(one));
    assert_eq!((steps(&rollout)[0], rollout.phase), (Restored, Phase::RolledBack));
}

#[test]
fn a_bundle_that_cannot_be_had_ends_it_before_anybody_is_touched() {
    let waiting = rollout(Phase::Preparing, &[(0, Step::Waiting), (1, Step::Waiting)]);
    let (failed, actions) = step(waiting.clone(), Event::NotPrepared("no such version".to_owned()));
    assert_eq!((failed.phase, actions), (Phase::RolledBack, vec![]));
    assert_eq!(steps(&failed), [Step::Skipped, Step::Skipped]);
    let (ready, actions) = step(waiting, Event::Prepared);
    assert_eq!((ready.phase, actions), (Phase::Running, vec![Check(tenant(1))]));
}

#[test]
fn a_ring_begins_when_the_one_before_is_through_and_at_most_so_many_at_once() {
    let mut now =
        rollout(Phase::Preparing, &[(0, Step::Waiting), (1, Step::Waiting), (1, Step::Waiting), (1, Step::Waiting)]);
    let mut checked = Vec::new();
    let mut todo = vec![Event::Prepared];
    while let Some(event) = todo.pop() {
        let (next, actions) = step(now, event);
        now = next;
        let at_work = now.members.iter().filter(|member| matches!(member.step, Step::Checking | Step::Switching));
        assert!(at_work.count() <= 2);
        for action in actions {
            match action {
                Check(tenant) => {
                    checked.push(tenant);
                    todo.push(Event::Checked(tenant));
                }
                Switch(tenant) => todo.extend([Event::Healthy(tenant), Event::Switched(tenant)]),
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(now.phase, Phase::Done);
    assert_eq!(checked.len(), 4);
    assert_eq!(checked[0], tenant(1), "the canary first");
}

#[test]
fn whoever_is_under_way_when_it_ends_goes_back_and_whoever_was_promoted_stays() {
    use Step::{Checking, Promoted, Refused, Restored, Skipped, Switching, Waiting, Watching};
    let mut now = rollout(Phase::Running, &[(0, Promoted), (1, Watching), (1, Checking), (1, Switching), (2, Waiting)]);
    (now.ring, now.parallel) = (1, 9);
    let (now, actions) = step(now, Event::Bad(tenant(2), "20 % errors".to_owned()));
    assert_eq!(actions, [Restore(tenant(2))]);
    let (now, actions) = step(now, Event::Checked(tenant(3)));
    assert_eq!(actions, [], "nothing was switched");
    let (now, actions) = step(now, Event::Switched(tenant(4)));
    assert_eq!(actions, [Restore(tenant(4))], "it is switched back");
    let (now, _) = step(now, Event::Restored(tenant(2)));
    assert_eq!(now.phase, Phase::RollingBack);
    let (now, _) = step(now, Event::Restored(tenant(4)));
    assert_eq!(steps(&now), [Promoted, Restored, Skipped, Restored, Skipped]);
    assert_eq!((now.phase, now.reason.as_deref()), (Phase::Stopped, Some("20 % errors")));
    let (now, actions) = step(now, Event::Revert);
    assert_eq!((now.phase, actions), (Phase::RollingBack, vec![Restore(tenant(1))]));
    let (now, _) = step(now, Event::Restored(tenant(1)));
    assert_eq!(now.phase, Phase::RolledBack);
    assert!(!steps(&now).contains(&Refused));
}

#[test]
fn the_next_process_does_again_what_was_under_way() {
    use Step::{Checking, Promoted, Restoring, Switching, Watching};
    let table = [
        (Phase::Preparing, Step::Waiting, vec![Prepare]),
        (Phase::Running, Checking, vec![Check(tenant(1))]),
        (Phase::Running, Switching, vec![Switch(tenant(1))]),
        (Phase::Running, Watching, vec![]),
        (Phase::RollingBack, Restoring, vec![Restore(tenant(1))]),
        (Phase::RollingBack, Checking, vec![Check(tenant(1))]),
        (Phase::Done, Promoted, vec![]),
    ];
    for (phase, at, expected) in table {
        let before = rollout(phase, &[(0, at)]);
        let (after, actions) = step(before.clone(), Event::Resumed);
        assert_eq!(actions, expected, "{phase:?} {at:?}");
        assert_eq!(after, before, "resuming changes nothing by itself");
    }
}

#[test]
fn nobody_is_left_halfway_whatever_happens_in_which_order() {
    // Every sequence of five events over two organisations: no panic, and an ended rollout has nobody halfway.
    let (a, b) = (tenant(1), tenant(2));
    let reason = String::new;
    let mut events = vec![Event::Prepared, Event::Stop, Event::Resumed, Event::Revert];
    for tenant in [a, b] {
        events.extend([
            Event::Checked(tenant),
            Event::Refused(tenant, reason()),
            Event::Deferred(tenant, reason()),
            Event::Switched(tenant),
            Event::Healthy(tenant),
            Event::Bad(tenant, reason()),
            Event::Restored(tenant),
        ]);
    }
    let mut front = vec![rollout(Phase::Preparing, &[(0, Step::Waiting), (0, Step::Waiting)])];
    for _ in 0..5 {
        let mut next = Vec::new();
        for before in &front {
            for event in &events {
                let (after, _) = step(before.clone(), event.clone());
                if !after.phase.is_open() {
                    assert!(after.members.iter().all(|member| member.step.is_over()), "{before:?} {event:?} {after:?}");
                }
                if after != *before && !next.contains(&after) {
                    next.push(after);
                }
            }
        }
        front = next;
    }
}

#[test]
fn waves_are_shares_of_the_rest_and_the_early_channel_comes_first() {
    let rest: Vec<(TenantId, bool)> = (2..12).map(|number| (tenant(number), number == 11)).collect();
    let dealt = rings(&[tenant(1)], &[10, 50, 100], &rest);
    let of = |ring: u32| dealt.iter().filter(|(_, at)| *at == ring).map(|(tenant, _)| *tenant).collect::<Vec<_>>();
    assert_eq!(of(0), [tenant(1)]);
    assert_eq!(of(1), [tenant(11)], "the early one");
    assert_eq!((of(2).len(), of(3).len()), (4, 5));
    assert_eq!(rings(&[tenant(1)], &[10, 50], &rest).iter().filter(|(_, at)| *at == 3).count(), 5, "what is left");
}
