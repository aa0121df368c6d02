//! Requests of the last minute, from two counters: the present minute's, and the last one's as far as it still reaches
//! into the past sixty seconds.
//!
//! The count of the present minute is what all gateways together have told each other, and what this one has not told
//! yet. A request that is refused is not counted, so whoever sends too much gets the limit and no less.

/// What one limit says to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Whether one more request fits.
    pub allowed: bool,
    /// Requests a minute.
    pub limit: u64,
    /// Requests that fit after this one.
    pub remaining: u64,
    /// Seconds until there is room again: for one request when this one is refused, else for all.
    pub reset_s: u64,
}

const WINDOW_MS: u64 = 60_000;

/// The minute, counted since 1970, and how far it has run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Minutes since 1970.
    pub minute: i64,
    /// Milliseconds of this minute that are over.
    pub elapsed_ms: u64,
}

impl Moment {
    /// From milliseconds since 1970.
    #[must_use]
    pub fn of_millis(millis: i64) -> Self {
        let elapsed = millis.rem_euclid(60_000);
        Self { minute: millis.div_euclid(60_000), elapsed_ms: u64::try_from(elapsed).unwrap_or_default() }
    }
}

/// One counter.
#[derive(Debug, Clone, Copy, Default)]
pub struct Window {
    minute: i64,
    present: u64,
    last: u64,
    /// Part of `present` that other gateways have not heard of.
    untold: u64,
    /// Whether `last` is known from the others.
    knows_last: bool,
}

impl Window {
    /// Moves on to the moment's minute.
    fn roll(&mut self, minute: i64) {
        if self.minute == minute {
            return;
        }
        let next = self.minute + 1 == minute;
        *self = Self { minute, last: if next { self.present } else { 0 }, knows_last: next, ..Self::default() };
    }

    /// What `limit` says to one more request now. Counts nothing.
    pub fn look(&mut self, limit: u64, now: Moment) -> Verdict {
        self.roll(now.minute);
        let left_ms = WINDOW_MS.saturating_sub(now.elapsed_ms);
        // Rounded up, so that the limit holds exactly.
        let overhang = (self.last * left_ms).div_ceil(WINDOW_MS);
        let used = self.present + overhang;
        if used < limit {
            return Verdict { allowed: true, limit, remaining: limit - used - 1, reset_s: seconds(left_ms) };
        }
        let wait_ms = match limit.checked_sub(self.present + 1) {
            // Room comes as the last minute falls out of sight.
            Some(room) => left_ms.saturating_sub(room * WINDOW_MS / self.last.max(1)),
            // The present minute alone fills the limit: it must become the last one, and fade.
            None => left_ms + WINDOW_MS - limit.saturating_sub(1) * WINDOW_MS / self.present.max(1),
        };
        Verdict { allowed: false, limit, remaining: 0, reset_s: seconds(wait_ms) }
    }

    /// Counts a request that [`look`](Self::look) let through.
    pub const fn count(&mut self) {
        self.present += 1;
        self.untold += 1;
    }

    /// The minute that it counts.
    #[must_use]
    pub const fn minute(&self) -> i64 {
        self.minute
    }

    /// Takes what is to be told to the others.
    pub const fn take_untold(&mut self) -> u64 {
        std::mem::replace(&mut self.untold, 0)
    }

    /// The others could not be told.
    pub fn keep_untold(&mut self, minute: i64, amount: u64) {
        if self.minute == minute {
            self.untold += amount;
        }
    }

    /// All gateways together counted `total` in this minute.
    pub fn hear(&mut self, minute: i64, total: u64) {
        if self.minute == minute {
            // Never less than what is known here: an answer of an emptied Redis forgives nobody.
            self.present = self.present.max(total + self.untold);
        }
    }

    /// Whether the others must be asked for the last minute.
    #[must_use]
    pub const fn asks_for_last(&self) -> bool {
        !self.knows_last
    }

    /// All gateways together counted `total` in the minute before.
    pub fn hear_last(&mut self, minute: i64, total: u64) {
        if self.minute == minute {
            self.last = self.last.max(total);
            self.knows_last = true;
        }
    }
}

fn seconds(ms: u64) -> u64 {
    ms.div_ceil(1_000).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64, second: u64) -> Moment {
        Moment { minute, elapsed_ms: second * 1_000 }
    }

    fn send(window: &mut Window, limit: u64, now: Moment, requests: u64) -> u64 {
        let mut answered = 0;
        for _ in 0..requests {
            if window.look(limit, now).allowed {
                window.count();
                answered += 1;
            }
        }
        answered
    }

    #[test]
    fn the_limit_holds_exactly_and_room_comes_back_as_the_minute_passes() {
        let mut window = Window::default();
        assert_eq!(send(&mut window, 60, at(10, 0), 100), 60);
        assert_eq!(send(&mut window, 60, at(10, 59), 100), 0);
        assert_eq!(send(&mut window, 60, at(11, 0), 100), 0, "the last minute is still in sight");
        assert_eq!(send(&mut window, 60, at(11, 30), 100), 30, "half of it is");
        assert_eq!(send(&mut window, 60, at(20, 0), 100), 60, "long ago");
    }

    #[test]
    fn whoever_sends_ten_times_too_much_gets_the_limit() {
        let mut window = Window::default();
        let mut answered = 0;
        for second in 0..600_u64 {
            answered += send(&mut window, 60, at(i64::try_from(second / 60).unwrap_or_default(), second % 60), 10);
        }
        assert!((570..=660).contains(&answered), "{answered} in ten minutes of 60");
    }

    #[test]
    fn a_refusal_says_how_long_to_wait_and_that_is_long_enough() {
        for (minute, second) in [(1, 0), (1, 20), (1, 59)] {
            let mut window = Window::default();
            send(&mut window, 60, at(1, 0), 60);
            let refused = window.look(60, at(minute, second));
            assert!(!refused.allowed && refused.remaining == 0);
            let then = 60 + second + refused.reset_s;
            let later = at(i64::try_from(then / 60).unwrap_or_default(), then % 60);
            assert!(window.look(60, later).allowed, "refused at {second} for {} s", refused.reset_s);
        }
    }

    #[test]
    fn what_others_counted_counts_and_nothing_is_told_twice() {
        let mut window = Window::default();
        send(&mut window, 100, at(5, 1), 10);
        let told = window.take_untold();
        send(&mut window, 100, at(5, 2), 5);
        window.hear(5, 60);
        assert_eq!((told, window.take_untold()), (10, 5));
        assert_eq!(window.look(100, at(5, 3)).remaining, 100 - 65 - 1);
        window.hear(5, 3);
        assert_eq!(window.look(100, at(5, 3)).remaining, 100 - 65 - 1, "an emptied Redis forgives nobody");
        window.keep_untold(5, 5);
        assert_eq!(window.take_untold(), 5);
        window.hear(4, 1_000);
        window.hear_last(4, 1_000);
        assert!(window.look(100, at(5, 3)).allowed, "answers about another minute are too late");
    }

    #[test]
    fn a_limit_of_one_lets_one_through() {
        let mut window = Window::default();
        assert_eq!(send(&mut window, 1, at(3, 0), 5), 1);
        let wait = window.look(1, at(3, 0)).reset_s;
        assert!((60..=120).contains(&wait), "{wait}");
    }
}
