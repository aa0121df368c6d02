//! When a schedule's next run is due: cron expressions in a time zone.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use croner::Cron;
use kernel::{Error, Result};
use std::str::FromStr as _;
use time::OffsetDateTime;

/// A cron expression in a time zone.
#[derive(Debug, Clone)]
pub struct Timetable {
    cron: Cron,
    zone: Tz,
}

impl Timetable {
    /// Reads five fields (minute, hour, day of month, month, day of week) and the name of a zone such as `Europe/Berlin`.
    ///
    /// # Errors
    /// `InputError` with the field `cron` or `timeZone`.
    pub fn parse(cron: &str, zone: &str) -> Result<Self> {
        let wrong = |text: String| Error::input("The schedule has no times").with_field("cron", text);
        if cron.len() > 200 || !(cron.starts_with('@') || cron.split_whitespace().count() == 5) {
            return Err(wrong("five fields are needed: minute, hour, day of month, month, day of week".to_owned()));
        }
        let cron = Cron::from_str(cron).map_err(|error| wrong(error.to_string()))?;
        let zone = Tz::from_str(zone).map_err(|_| {
            Error::input("The schedule has no time zone").with_field("timeZone", format!("there is no zone {zone}"))
        })?;
        Ok(Self { cron, zone })
    }

    /// The first time after this one.
    ///
    /// # Errors
    /// `InputError` when there is none.
    pub fn next_after(&self, at: OffsetDateTime) -> Result<OffsetDateTime> {
        let none = || Error::input("The schedule has no times").with_field("cron", "it never comes");
        let at = DateTime::<Utc>::from_timestamp(at.unix_timestamp(), 0).ok_or_else(none)?.with_timezone(&self.zone);
        let next = self.cron.find_next_occurrence(&at, false).map_err(|_| none())?;
        OffsetDateTime::from_unix_timestamp(next.timestamp()).map_err(|_| none())
    }

    /// The next `count` times.
    ///
    /// # Errors
    /// `InputError` when there are fewer.
    pub fn upcoming(&self, mut at: OffsetDateTime, count: usize) -> Result<Vec<OffsetDateTime>> {
        let mut times = Vec::with_capacity(count);
        for _ in 0..count {
            at = self.next_after(at)?;
            times.push(at);
        }
        Ok(times)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use time::macros::datetime;

    #[test]
    fn the_next_time_is_that_of_the_zone() {
        let table = Timetable::parse("30 9 * * MON-FRI", "Europe/Berlin").unwrap();
        // A Friday; summer time ends on the Sunday between.
        let next = table.upcoming(datetime!(2026-10-23 08:00 UTC), 2).unwrap();
        assert_eq!(next, [datetime!(2026-10-26 08:30 UTC), datetime!(2026-10-27 08:30 UTC)]);
        assert_eq!(table.next_after(datetime!(2026-10-23 07:00 UTC)).unwrap(), datetime!(2026-10-23 07:30 UTC));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for cron in ["", "* * * *", "61 * * * *", "* * * * * *", "x y z a b"] {
            assert!(Timetable::parse(cron, "UTC").is_err(), "{cron}");
        }
        assert!(Timetable::parse("0 0 * * *", "Mars/Base").is_err());
        let never =
            Timetable::parse("0 0 31 2 *", "UTC").and_then(|table| table.next_after(datetime!(2026-01-01 0:00 UTC)));
        assert!(never.is_err());
    }
}
