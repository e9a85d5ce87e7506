//! RFC 3339 `date-time` (section 5.6), on text: no clock type holds every legal value.

/// A legal timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamp {
    /// Whether its seconds are 60.
    pub is_leap_second: bool,
}

/// Checks a timestamp; `None` when the text is not one.
///
/// A leap second is legal at the end of any UTC day: the table of real ones grows, and a validator must not
/// go out of date. `-00:00` is legal, and so is the year 0000.
pub fn parse(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let (date_time, rest) = bytes.split_first_chunk::<19>()?;
    let separators = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
    if separators.iter().any(|(at, byte)| date_time[*at] != *byte) || !matches!(date_time[10], b'T' | b't') {
        return None;
    }
    let number = |from: usize, to: usize| digits(&date_time[from..to]);
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let offset = offset_minutes(skip_fraction(rest)?)?;
    let utc_minute = (i64::from(hour * 60 + minute) - offset).rem_euclid(24 * 60);
    let is_leap_second = second == 60;
    (!is_leap_second || utc_minute == 24 * 60 - 1).then_some(Timestamp { is_leap_second })
}

/// Skips `.` and at least one digit, when there.
fn skip_fraction(rest: &[u8]) -> Option<&[u8]> {
    let Some(fraction) = rest.strip_prefix(b".") else { return Some(rest) };
    let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (length > 0).then(|| &fraction[length..])
}

/// Reads the zone to its end.
fn offset_minutes(zone: &[u8]) -> Option<i64> {
    let (sign, hours, minutes) = match zone {
        b"Z" | b"z" => return Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => (sign, digits(&[*h1, *h2])?, digits(&[*m1, *m2])?),
        _ => return None,
    };
    let offset = i64::from(hours * 60 + minutes);
    (hours <= 23 && minutes <= 59).then_some(if *sign == b'-' { -offset } else { offset })
}

fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0')))
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
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
            assert_eq!(parse(good), Some(Timestamp { is_leap_second: false }), "{good}");
        }
    }

    #[test]
    fn leap_seconds_end_a_utc_day() {
        for good in ["2016-12-31T23:59:60Z", "2017-01-01T05:29:60+05:30", "2024-03-03T19:59:60.5-04:00"] {
            assert_eq!(parse(good), Some(Timestamp { is_leap_second: true }), "{good}");
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
