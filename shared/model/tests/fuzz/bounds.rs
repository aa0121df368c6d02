//! Makes inputs for some seconds and holds each to the bounds: no panic, 200 ms of CPU time, 64 MB of memory.
//!
//! Inputs that cost much are kept and changed again, so a run climbs towards the worst ones. `PROSCENIUM_FUZZ_SECONDS`
//! says how long (5), `PROSCENIUM_FUZZ_SEED` repeats a run.

use nix::time::{ClockId, clock_gettime};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// What one input may take in a release build.
const TIME: Duration = Duration::from_millis(200);
/// What one input may hold at once, itself not counted.
const BYTES: u64 = 64_000_000;
/// How much slower the same code is without optimisation: 15 to 25 times, measured on the parser.
const SLOWNESS: u32 = if cfg!(debug_assertions) { 25 } else { 1 };
/// Costly inputs that are kept.
const KEPT: usize = 48;

/// Numbers that look random and are the same for the same seed.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    pub fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    /// Between 1 and `max`, each order of magnitude as likely as the others.
    pub fn size(&mut self, max: usize) -> usize {
        let bits = max.ilog2() as usize + 1;
        let bound = 1_usize << (1 + self.below(bits));
        1 + self.below(bound.min(max))
    }
}

/// An input with what it cost.
#[derive(Debug, Clone)]
struct Costly {
    input: Vec<u8>,
    time: Duration,
    bytes: u64,
}

/// What a run came to.
#[derive(Debug)]
pub struct Report {
    pub inputs: u64,
    worst_time: Costly,
    worst_bytes: Costly,
}

fn setting(name: &str, default: u64) -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a test has no configuration")]
    let text = std::env::var(name);
    text.ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn cpu_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap().into()
}

fn start_of(input: &[u8]) -> String {
    let start = String::from_utf8_lossy(&input[..input.len().min(300)]).into_owned();
    format!("{} bytes: {start:?}", input.len())
}

/// Makes and tries inputs until the time is over. `make` gets an earlier, costly input now and then.
pub fn run(
    name: &str,
    mut make: impl FnMut(&mut Random, Option<&[u8]>) -> Vec<u8>,
    mut attempt: impl FnMut(&[u8]),
) -> Report {
    let seed = setting("PROSCENIUM_FUZZ_SEED", 20_261_122);
    let end = Instant::now() + Duration::from_secs(setting("PROSCENIUM_FUZZ_SECONDS", 5));
    let mut random = Random(seed);
    let mut kept: Vec<Costly> = Vec::new();
    let nothing = Costly { input: Vec::new(), time: Duration::ZERO, bytes: 0 };
    let mut report = Report { inputs: 0, worst_time: nothing.clone(), worst_bytes: nothing };
    // Tables that are made at first use belong to no input.
    attempt(b"");
    while Instant::now() < end {
        let earlier = (!kept.is_empty() && random.chance(3)).then(|| random.pick(&kept).input.clone());
        let input = make(&mut random, earlier.as_deref());
        let mut time = Duration::ZERO;
        let mut outcome = Ok(());
        let memory = allocation_counter::measure(|| {
            let begun = cpu_time();
            outcome = catch_unwind(AssertUnwindSafe(|| attempt(&input)));
            time = cpu_time().saturating_sub(begun);
        });
        assert!(outcome.is_ok(), "{name} panics, seed {seed}, input {}: {}", report.inputs, start_of(&input));
        let one = Costly { input, time, bytes: memory.bytes_max };
        report.inputs += 1;
        for (worst, more) in [
            (&mut report.worst_time, |one: &Costly, than: &Costly| one.time > than.time),
            (&mut report.worst_bytes, |one: &Costly, than: &Costly| one.bytes > than.bytes),
        ] as [(&mut Costly, fn(&Costly, &Costly) -> bool); 2]
        {
            if more(&one, worst) {
                *worst = one.clone();
            }
        }
        keep(&mut kept, one);
    }
    report.judge(name, seed);
    report
}

/// Keeps what costs most: half of the places for time, half for memory.
fn keep(kept: &mut Vec<Costly>, one: Costly) {
    let weight = |one: &Costly| {
        let (time, bytes) = (one.time.as_secs_f64() / TIME.as_secs_f64(), one.bytes as f64 / BYTES as f64);
        time.max(bytes * f64::from(SLOWNESS))
    };
    kept.push(one);
    if kept.len() > KEPT {
        let least = kept.iter().enumerate().min_by(|(_, a), (_, b)| weight(a).total_cmp(&weight(b))).unwrap().0;
        kept.swap_remove(least);
    }
}

impl Report {
    #[expect(clippy::print_stderr, reason = "the figures of a run are for people")]
    fn judge(&self, name: &str, seed: u64) {
        let (time, bytes) = (&self.worst_time, &self.worst_bytes);
        eprintln!(
            "{name}: {} inputs, seed {seed}; worst {:.1} ms ({}); worst {:.1} MB ({})",
            self.inputs,
            time.time.as_secs_f64() * 1000.0,
            start_of(&time.input),
            bytes.bytes as f64 / 1e6,
            start_of(&bytes.input)
        );
        assert!(time.time <= TIME * SLOWNESS, "{name} takes {:?} for {}", time.time, start_of(&time.input));
        assert!(bytes.bytes <= BYTES, "{name} takes {} bytes for {}", bytes.bytes, start_of(&bytes.input));
    }
}

/// Holds one input to the bounds.
#[expect(clippy::print_stderr, reason = "the figures of a run are for people")]
pub fn hold(name: &str, input: &[u8], mut attempt: impl FnMut(&[u8])) {
    let mut time = Duration::ZERO;
    let memory = allocation_counter::measure(|| {
        let begun = cpu_time();
        attempt(input);
        time = cpu_time().saturating_sub(begun);
    });
    eprintln!("{name}: {:.1} ms, {:.1} MB", time.as_secs_f64() * 1000.0, memory.bytes_max as f64 / 1e6);
    assert!(time <= TIME * SLOWNESS, "{name} takes {time:?}");
    assert!(memory.bytes_max <= BYTES, "{name} takes {} bytes", memory.bytes_max);
}
