//! Tables of the life cycle.

use super::*;
use crate::domain::reason::Ending;

const NOW: Duration = Duration::from_secs(1000);

fn limits() -> Limits {
    Limits::default()
}

fn crash() -> Reason {
    Reason::Exited(Ending::Code(1))
}

fn at(phase: Phase) -> Worker {
    Worker { phase, ..Worker::default() }
}

fn seconds(seconds: u64) -> Duration {
    NOW + Duration::from_secs(seconds)
}

fn starting() -> Phase {
    Phase::Starting { deadline: seconds(30) }
}

fn draining(next: Next) -> Phase {
    Phase::Draining { deadline: seconds(13), next }
}

fn backing_off(until: Duration) -> Phase {
    Phase::BackingOff { until, reason: crash() }
}

fn failed(until: Duration) -> Phase {
    Phase::Failed { until, reason: crash() }
}

fn tick(in_flight: usize, idle: u64) -> Event {
    Event::Tick { in_flight, idle: Duration::from_secs(idle) }
}

#[test]
fn every_phase_answers_every_event_as_the_table_says() {
    use Action::{Kill, Spawn, Terminate};
    let crashed = || Event::Failed(crash());
    let soon = NOW + Duration::from_millis(500);
    let never = |until| Phase::BackingOff { until, reason: Reason::NeverReady(limits().start) };
    let overdue = Phase::Starting { deadline: NOW };
    let table: Vec<(Phase, Event, Phase, Vec<Action>)> = vec![
        (Phase::Stopped, Event::Wanted, starting(), vec![Spawn]),
        (Phase::Stopped, Event::Restart, starting(), vec![Spawn]),
        (Phase::Stopped, Event::Changed, Phase::Stopped, vec![]),
        (Phase::Stopped, Event::Stop, Phase::Stopped, vec![]),
        (Phase::Stopped, crashed(), Phase::Stopped, vec![]),
        (Phase::Stopped, tick(0, 999), Phase::Stopped, vec![]),
        (starting(), Event::Wanted, starting(), vec![]),
        (starting(), Event::Ready, Phase::Ready, vec![]),
        (starting(), Event::Missed, starting(), vec![]),
        (starting(), crashed(), backing_off(soon), vec![]),
        (starting(), tick(0, 999), starting(), vec![]),
        (overdue, tick(0, 0), never(soon), vec![Kill]),
        (starting(), Event::Restart, starting(), vec![Kill, Spawn]),
        (starting(), Event::Changed, starting(), vec![Kill, Spawn]),
        (starting(), Event::Stop, Phase::Stopped, vec![Kill]),
        (Phase::Ready, Event::Wanted, Phase::Ready, vec![]),
        (Phase::Ready, Event::Ready, Phase::Ready, vec![]),
        (Phase::Ready, crashed(), backing_off(soon), vec![]),
        (Phase::Ready, tick(0, 299), Phase::Ready, vec![]),
        (Phase::Ready, tick(1, 300), Phase::Ready, vec![]),
        (Phase::Ready, tick(0, 300), draining(Next::Stop), vec![Terminate]),
        (Phase::Ready, Event::Restart, draining(Next::Start), vec![Terminate]),
        (Phase::Ready, Event::Changed, draining(Next::Stop), vec![Terminate]),
        (Phase::Ready, Event::Stop, draining(Next::Stop), vec![Terminate]),
        (draining(Next::Stop), Event::Wanted, draining(Next::Start), vec![]),
        (draining(Next::Stop), Event::Restart, draining(Next::Start), vec![]),
        (draining(Next::Start), Event::Stop, draining(Next::Stop), vec![]),
        (draining(Next::Stop), Event::Drained, Phase::Stopped, vec![]),
        (draining(Next::Start), Event::Drained, starting(), vec![Spawn]),
        (draining(Next::Stop), crashed(), Phase::Stopped, vec![]),
        (draining(Next::Start), crashed(), starting(), vec![Spawn]),
        (draining(Next::Stop), tick(1, 0), draining(Next::Stop), vec![]),
        (Phase::Draining { deadline: NOW, next: Next::Stop }, tick(1, 0), Phase::Stopped, vec![Kill]),
        (Phase::Draining { deadline: NOW, next: Next::Start }, tick(1, 0), starting(), vec![Kill, Spawn]),
        (backing_off(seconds(1)), Event::Wanted, backing_off(seconds(1)), vec![]),
        (backing_off(seconds(1)), tick(0, 0), backing_off(seconds(1)), vec![]),
        (backing_off(NOW), tick(0, 0), starting(), vec![Spawn]),
        (backing_off(seconds(1)), Event::Restart, starting(), vec![Spawn]),
        (backing_off(seconds(1)), Event::Changed, Phase::Stopped, vec![]),
        (backing_off(seconds(1)), Event::Stop, Phase::Stopped, vec![]),
        (failed(seconds(1)), Event::Wanted, failed(seconds(1)), vec![]),
        (failed(NOW), tick(0, 0), failed(NOW), vec![]),
        (failed(NOW), Event::Wanted, starting(), vec![Spawn]),
        (failed(seconds(1)), Event::Restart, starting(), vec![Spawn]),
        (failed(seconds(1)), Event::Changed, Phase::Stopped, vec![]),
    ];
    for (before, event, after, actions) in table {
        let case = format!("{before:?} + {event:?}");
        let (worker, done) = step(at(before), event, NOW, &limits());
        assert_eq!(worker.phase, after, "{case}");
        assert_eq!(done, actions, "{case}");
    }
}

#[test]
fn each_failure_doubles_the_delay_and_the_fifth_opens_the_breaker() {
    let mut worker = at(starting());
    let mut delays = Vec::new();
    let mut now = NOW;
    for _ in 0..4 {
        worker = step(worker, Event::Failed(crash()), now, &limits()).0;
        let Phase::BackingOff { until, .. } = worker.phase else { panic!("{worker:?}") };
        delays.push((until - now).as_millis());
        now = until;
        worker = step(worker, tick(0, 0), now, &limits()).0;
    }
    assert_eq!(delays, [500, 1000, 2000, 4000]);
    assert_eq!(worker.restarts, 4);
    worker = step(worker, Event::Failed(crash()), now, &limits()).0;
    assert_eq!(worker.phase, failed(now + limits().breaker_pause));
}

#[test]
fn the_delay_has_an_end_and_old_failures_are_forgotten() {
    let many = Limits { breaker_failures: 100, ..limits() };
    let mut worker = at(starting());
    for _ in 0..20 {
        worker = step(Worker { phase: starting(), ..worker }, Event::Failed(crash()), NOW, &many).0;
    }
    assert_eq!(worker.phase, backing_off(seconds(60)));
    let later = NOW + many.breaker_window;
    let worker = step(Worker { phase: Phase::Ready, ..worker }, Event::Failed(crash()), later, &many).0;
    assert_eq!(worker.phase, backing_off(later + Duration::from_millis(500)));
}

#[test]
fn a_lasting_reason_is_not_tried_again_by_itself_and_is_not_counted() {
    let worker = step(at(starting()), Event::Failed(Reason::NodeMissing), NOW, &limits()).0;
    assert_eq!(worker.phase, Phase::Failed { until: seconds(5), reason: Reason::NodeMissing });
    assert!(worker.failures.is_empty());
    let (worker, actions) = step(worker, Event::Wanted, seconds(5), &limits());
    assert!(matches!(worker.phase, Phase::Starting { .. }));
    assert_eq!(actions, [Action::Spawn]);
}

#[test]
fn a_worker_that_misses_three_health_checks_in_a_row_is_killed() {
    let mut worker = at(Phase::Ready);
    for event in [Event::Missed, Event::Missed, Event::Healthy, Event::Missed, Event::Missed] {
        let (next, actions) = step(worker, event, NOW, &limits());
        assert_eq!((next.phase.clone(), actions), (Phase::Ready, vec![]));
        worker = next;
    }
    let (worker, actions) = step(worker, Event::Missed, NOW, &limits());
    assert!(matches!(worker.phase, Phase::BackingOff { reason: Reason::Hung, .. }), "{worker:?}");
    assert_eq!(actions, [Action::Kill]);
}
