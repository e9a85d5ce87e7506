//! RFC 3339 `date-time` (section 5.6), on text: no clock type holds every legal value.

/// A legal timestamp; ordered by the instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp<'a> {
    /// Seconds from the start of the year 0000, UTC; a leap second counts as the one after it.
    seconds: i64,
    /// Digits of the fraction without trailing zeros, which compare as text.
    fraction: &'a str,
    /// Whether its seconds are 60.
    pub is_leap_second: bool,
}

/// Checks a timestamp; `None` when the text is not one.
///
/// A leap second is legal at the end of any UTC day: the table of real ones grows, and a validator must not
/// go out of date. `-00:00` is legal, and so is the year 0000.
pub fn parse(text: &str) -> Option<Timestamp<'_>> {
    let bytes = text.as_bytes();
    let (date_time, rest) = bytes.split_first_chunk::<19>()?;
    let [y1, y2, y3, y4, b'-', o1, o2, b'-', d1, d2, b'T' | b't', h1, h2, b':', m1, m2, b':', s1, s2] =
        *date_time
    else {
        return None;
    };
    let (year, month, day) = (digits([y1, y2, y3, y4])?, digits([o1, o2])?, digits([d1, d2])?);
    let (hour, minute, second) = (digits([h1, h2])?, digits([m1, m2])?, digits([s1, s2])?);
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (fraction, zone) = split_fraction(rest)?;
    let utc_minute = i64::from(hour * 60 + minute) - offset_minutes(zone)?;
    let is_leap_second = second == 60;
    if is_leap_second && utc_minute.rem_euclid(24 * 60) != 24 * 60 - 1 {
        return None;
    }
    let minutes = days_before(year, month, day) * 24 * 60 + utc_minute;
    Some(Timestamp { seconds: minutes * 60 + i64::from(second), fraction, is_leap_second })
}

/// Writes seconds since 1970 and nanoseconds as a UTC timestamp of the years 0001 to 9999; `None` outside
/// them (the range of `google.protobuf.Timestamp`).
pub fn format(seconds: i64, nanos: i32) -> Option<String> {
    /// Days from 0000-03-01, where the calendar's eras start, to 1970-01-01.
    const EPOCH: i64 = 719_468;
    let is_in_range =
        (-62_135_596_800..=253_402_300_799).contains(&seconds) && (0..1_000_000_000).contains(&nanos);
    if !is_in_range {
        return None;
    }
    let (days, second) = (seconds.div_euclid(86_400) + EPOCH, seconds.rem_euclid(86_400));
    // Years start in March, so that a leap day is the last one and months have a regular length.
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let fraction = if nanos == 0 { String::new() } else { format!(".{nanos:09}") };
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z"))
}

/// Splits off `.` and at least one digit, when there.
fn split_fraction(rest: &[u8]) -> Option<(&str, &[u8])> {
    let Some(fraction) = rest.strip_prefix(b".") else { return Some(("", rest)) };
    let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, zone) = fraction.split_at(length);
    let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.is_empty())?;
    Some((digits.trim_end_matches('0'), zone))
}

/// Reads the zone to its end.
fn offset_minutes(zone: &[u8]) -> Option<i64> {
    let (sign, hours, minutes) = match zone {
        b"Z" | b"z" => return Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => (sign, digits([*h1, *h2])?, digits([*m1, *m2])?),
        _ => return None,
    };
    let offset = i64::from(hours * 60 + minutes);
    (hours <= 23 && minutes <= 59).then_some(if *sign == b'-' { -offset } else { offset })
}

fn digits<const COUNT: usize>(bytes: [u8; COUNT]) -> Option<u32> {
    bytes.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0')))
}

fn is_leap_year(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap_year(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from the start of the year 0000 to a date.
fn days_before(year: u32, month: u32, day: u32) -> i64 {
    /// Days of a common year before each month.
    const BEFORE_MONTH: [u32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let leap_days = year.div_ceil(4) - year.div_ceil(100) + year.div_ceil(400);
    let leap_day = u32::from(month > 2 && is_leap_year(year));
    i64::from(year * 365 + leap_days + BEFORE_MONTH[month as usize - 1] + leap_day + day - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legal_timestamps_are_accepted() {
        for good in [
            "2024-02-29T12:00:00Z",
            "2000-02-29t12:00:00z",
            "2024-06-30T23:59:59.123456789012345678901234567890Z",
            "2024-06-30T23:59:59+23:59",
            "2024-06-30T23:59:59-00:00",
            "0000-02-29T00:00:00Z",
            "9999-12-31T23:59:59Z",
        ] {
            assert_eq!(parse(good).map(|time| time.is_leap_second), Some(false), "{good}");
        }
    }

    #[test]
    fn timestamps_are_ordered_by_the_instant() {
        let ordered = [
            "0000-01-01T00:00:00+00:01",
            "0000-01-01T00:00:00Z",
            "1999-12-31T23:59:59.9Z",
            "2000-01-01T00:00:00Z",
            "2000-02-29T00:00:00Z",
            "2000-03-01T00:30:00+01:00",
            "2000-03-01T00:00:00.01Z",
            "2000-03-01T00:00:00.1Z",
            "2016-12-31T23:59:59.5Z",
            "2016-12-31T23:59:60.2Z",
            "2017-01-01T00:00:00.5Z",
        ];
        for pair in ordered.windows(2) {
            assert!(parse(pair[0]) < parse(pair[1]), "{pair:?}");
        }
        assert_eq!(parse("2024-06-30T23:30:00-01:00"), parse("2024-07-01T00:30:00.0Z"));
        let epoch = parse("1970-01-01T00:00:00Z").expect("valid").seconds;
        for seconds in [-62_135_596_800, -1, 951_782_399, 1_709_210_096, 4_107_542_400, 253_402_300_799] {
            let text = format(seconds, 0).expect("in range");
            assert_eq!(parse(&text).expect("valid").seconds - epoch, seconds, "{text}");
        }
    }

    #[test]
    fn seconds_become_a_date() {
        for (seconds, nanos, text) in [
            (0, 0, Some("1970-01-01T00:00:00Z")),
            (-1, 5, Some("1969-12-31T23:59:59.000000005Z")),
            (951_782_400, 0, Some("2000-02-29T00:00:00Z")),
            (4_107_542_399, 0, Some("2100-02-28T23:59:59Z")),
            (4_107_542_400, 0, Some("2100-03-01T00:00:00Z")),
            (-62_135_596_800, 0, Some("0001-01-01T00:00:00Z")),
            (253_402_300_799, 999_999_999, Some("9999-12-31T23:59:59.999999999Z")),
            (253_402_300_800, 0, None),
            (-62_135_596_801, 0, None),
            (0, -1, None),
            (0, 1_000_000_000, None),
        ] {
            assert_eq!(format(seconds, nanos).as_deref(), text, "{seconds}");
            assert!(text.is_none_or(|text| parse(text).is_some()));
        }
    }

    #[test]
    fn leap_seconds_end_a_utc_day() {
        for good in ["2016-12-31T23:59:60Z", "2017-01-01T05:29:60+05:30", "2024-03-03T19:59:60.5-04:00"] {
            assert_eq!(parse(good).map(|time| time.is_leap_second), Some(true), "{good}");
        }
        for bad in ["2016-12-31T23:58:60Z", "2016-12-31T23:59:60+01:00", "2016-12-31T00:00:60Z"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for bad in [
            "",
            "2024-06-30",
            "2024-06-30T12:00:00",
            "2024-06-30T12:00Z",
            "2024-06-30 12:00:00Z",
            "2024-06-30_12:00:00Z",
            "2024-6-30T12:00:00Z",
            "24-06-30T12:00:00Z",
            "02024-06-30T12:00:00Z",
            "+2024-06-30T12:00:00Z",
            "2024-06-31T12:00:00Z",
            "2023-02-29T12:00:00Z",
            "1900-02-29T12:00:00Z",
            "2024-00-10T12:00:00Z",
            "2024-13-10T12:00:00Z",
            "2024-06-00T12:00:00Z",
            "2024-06-30T24:00:00Z",
            "2024-06-30T12:60:00Z",
            "2024-06-30T12:00:61Z",
            "2024-06-30T12:00:00.Z",
            "2024-06-30T12:00:00,5Z",
            "2024-06-30T12:00:00+02",
            "2024-06-30T12:00:00+0200",
            "2024-06-30T12:00:00+24:00",
            "2024-06-30T12:00:00+02:60",
            "2024-06-30T12:00:00ZZ",
            "2024-06-30T12:00:00Z ",
            " 2024-06-30T12:00:00Z",
            "2024-06-30T12:00:00\u{2212}02:00",
            "2024-06-30T12:00:0\u{0661}Z",
            "20240630T120000Z",
            "2024-W26-7T12:00:00Z",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
