//! `Timestamp` and `Duration` in proto3 JSON.
//!
//! Timestamps are RFC 3339 with `Z` or an offset, years 1 to 9999, up to nine digits of a second, upper-case
//! letters. Durations are seconds with up to nine digits and an `s`, within 10,000 years.

/// Longest duration in seconds.
const MAX_DURATION: i64 = 315_576_000_000;
/// Seconds of 0001-01-01T00:00:00Z and of 9999-12-31T23:59:59Z.
const TIMESTAMPS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// Seconds since 1970 and nanoseconds.
pub(in crate::protobuf::payload) fn timestamp(text: &str) -> Option<(i64, u32)> {
    let bytes = text.as_bytes();
    let fixed = bytes.get(..19)?;
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if separators.iter().any(|(at, separator)| fixed[*at] != *separator) {
        return None;
    }
    let year = digits(&bytes[..4])?;
    let (month, day) = (digits(&bytes[5..7])?, digits(&bytes[8..10])?);
    let (hour, minute, second) = (digits(&bytes[11..13])?, digits(&bytes[14..16])?, digits(&bytes[17..19])?);
    if year < 1
        || !(1..=12).contains(&month)
        || day < 1
        || day > days_in(year, month)
        || hour > 23
        || minute > 59
        || second > 59
    {
        return None;
    }
    let (nanos, zone) = fraction(&bytes[19..])?;
    let local = days_from_civil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    let seconds = local - offset(zone)?;
    TIMESTAMPS.contains(&seconds).then_some((seconds, nanos))
}

/// Seconds and nanoseconds of one sign.
pub(in crate::protobuf::payload) fn duration(text: &str) -> Option<(i64, i32)> {
    let number = text.strip_suffix('s')?;
    let (sign, number) = match number.strip_prefix('-') {
        Some(number) => (-1, number),
        None => (1, number),
    };
    let length = number.bytes().take_while(u8::is_ascii_digit).count();
    if length == 0 || length > 12 {
        return None;
    }
    let seconds = digits(&number.as_bytes()[..length])?;
    let (nanos, rest) = fraction(&number.as_bytes()[length..])?;
    if !rest.is_empty() || seconds > MAX_DURATION || (seconds == MAX_DURATION && nanos > 0) {
        return None;
    }
    Some((sign * seconds, sign as i32 * nanos as i32))
}

fn digits(bytes: &[u8]) -> Option<i64> {
    bytes
        .iter()
        .try_fold(0i64, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0')))
}

/// Nanoseconds of an optional `.` with one to nine digits, and what follows.
fn fraction(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let Some(rest) = bytes.strip_prefix(b".") else { return Some((0, bytes)) };
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=9).contains(&length) {
        return None;
    }
    let value = digits(&rest[..length])? * 10i64.pow(9 - length as u32);
    Some((value as u32, &rest[length..]))
}

/// Seconds that a zone is ahead.
fn offset(zone: &[u8]) -> Option<i64> {
    match zone {
        b"Z" => Some(0),
        [sign @ (b'+' | b'-'), hours @ .., b':', m1, m2] if hours.len() == 2 => {
            let (hours, minutes) = (digits(hours)?, digits(&[*m1, *m2])?);
            let ahead = hours * 3_600 + minutes * 60;
            (hours < 24 && minutes < 60).then_some(if *sign == b'-' { -ahead } else { ahead })
        }
        _ => None,
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a date of the Gregorian calendar: whole years, whole months, days.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let before = year - 1;
    let years = before * 365 + before / 4 - before / 100 + before / 400;
    let months: i64 = (1..month).map(|month| days_in(year, month)).sum();
    years + months + day - 1 - 719_162
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_rfc_3339() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some((0, 0))),
            ("2000-02-29T23:59:59.5Z", Some((951_868_799, 500_000_000))),
            ("2024-01-01T00:00:00.000000001+02:00", Some((1_704_060_000, 1))),
            ("0001-01-01T00:00:00Z", Some((-62_135_596_800, 0))),
            ("9999-12-31T23:59:59.999999999Z", Some((253_402_300_799, 999_999_999))),
            ("9999-12-31T23:59:59-01:00", None),
            ("0000-12-31T00:00:00Z", None),
            ("1900-02-29T00:00:00Z", None),
            ("2024-13-01T00:00:00Z", None),
            ("2024-01-01T24:00:00Z", None),
            ("2024-01-01T00:00:60Z", None),
            ("2024-01-01T00:00:00", None),
            ("2024-01-01t00:00:00z", None),
            ("2024-01-01 00:00:00Z", None),
            ("2024-01-01T00:00:00.Z", None),
            ("2024-01-01T00:00:00.0000000001Z", None),
            ("2024-01-01T00:00:00+0200", None),
            ("2024-01-0é", None),
        ] {
            assert_eq!(timestamp(text), expected, "{text}");
        }
    }

    #[test]
    fn durations_are_seconds() {
        for (text, expected) in [
            ("1s", Some((1, 0))),
            ("-1.5s", Some((-1, -500_000_000))),
            ("-0.1s", Some((0, -100_000_000))),
            ("315576000000s", Some((315_576_000_000, 0))),
            ("315576000000.1s", None),
            ("1", None),
            ("1.s", None),
            (".5s", None),
            ("s", None),
            ("1e3s", None),
            ("99999999999999999999s", None),
        ] {
            assert_eq!(duration(text), expected, "{text}");
        }
    }
}
