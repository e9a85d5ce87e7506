//! Media types of the Confluent surface: which one an answer has, which ones a body may have; and whether an answer
//! is compressed.

use axum::http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, HeaderValue};

/// Media types of answers, the server's favourite first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MediaType {
    /// `application/vnd.schemaregistry.v1+json`
    #[default]
    V1,
    /// `application/vnd.schemaregistry+json`
    Vendor,
    /// `application/json`
    Json,
}

impl MediaType {
    const ALL: [Self; 3] = [Self::V1, Self::Vendor, Self::Json];

    /// The value of the `Content-Type` header; no charset parameter, as the reference sends none.
    pub fn name(self) -> &'static str {
        match self {
            Self::V1 => "application/vnd.schemaregistry.v1+json",
            Self::Vendor => "application/vnd.schemaregistry+json",
            Self::Json => "application/json",
        }
    }

    /// The same as a header value.
    pub fn header(self) -> HeaderValue {
        HeaderValue::from_static(self.name())
    }
}

/// Whether the body is compressed or otherwise encoded.
pub fn is_encoded_body(headers: &HeaderMap) -> bool {
    let encodings = headers.get_all(CONTENT_ENCODING).iter();
    encodings.into_iter().any(|value| !value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity"))
}

/// Chooses the type of an answer: the client's q values first, then the server's order. `None` when the
/// client takes none of them (406). Without an `Accept` header the favourite.
pub fn negotiate(headers: &HeaderMap) -> Option<MediaType> {
    let ranges = Range::list(headers, &ACCEPT);
    if ranges.is_empty() {
        return Some(MediaType::default());
    }
    let mut best: Option<(MediaType, f32)> = None;
    for media in MediaType::ALL {
        // The most specific range that fits decides, so `;q=0` can take one type out of `*/*`.
        let quality = ranges
            .iter()
            .filter(|range| range.fits(media.name()))
            .max_by_key(|range| range.specificity())
            .map_or(0.0, |range| range.quality);
        if quality > best.map_or(0.0, |(_, quality)| quality) {
            best = Some((media, quality));
        }
    }
    best.map(|(media, _)| media)
}

/// Leaves of `Accept-Encoding` only whether an answer may be compressed: the client takes gzip, and not less gladly
/// than a plain answer. A plain one is always sent where it is not: to refuse a request for the coding of its answer
/// helps nobody, the less so when it has been done.
pub fn settle_encoding(headers: &mut HeaderMap) {
    if !headers.contains_key(ACCEPT_ENCODING) {
        return;
    }
    let codings = Range::list(headers, &ACCEPT_ENCODING);
    let quality = |names: &[&str]| {
        let named = codings.iter().find(|coding| names.contains(&coding.name.as_str()));
        named.map(|coding| coding.quality)
    };
    let gzip = quality(&["gzip", "x-gzip"]).or(quality(&["*"])).unwrap_or(0.0);
    if gzip > 0.0 && quality(&["identity"]).is_none_or(|plain| plain <= gzip) {
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    } else {
        headers.remove(ACCEPT_ENCODING);
    }
}

/// Whether a body of this `Content-Type` is read as JSON: the three types above, octet-stream, none, or empty.
/// Parameters do not matter.
pub fn is_json_body(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE) else { return true };
    let Ok(value) = value.to_str() else { return false };
    let essence = essence(value);
    essence.is_empty()
        || essence.eq_ignore_ascii_case("application/octet-stream")
        || MediaType::ALL.iter().any(|media| essence.eq_ignore_ascii_case(media.name()))
}

/// A media type without its parameters.
pub fn essence(value: &str) -> &str {
    value.split_once(';').map_or(value, |(essence, _)| essence).trim_ascii()
}

/// One entry of an `Accept` or `Accept-Encoding` header.
struct Range {
    name: String,
    quality: f32,
}

impl Range {
    fn list(headers: &HeaderMap, name: &HeaderName) -> Vec<Self> {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).filter_map(Self::read).collect()
    }

    fn read(text: &str) -> Option<Self> {
        let name = essence(text).to_ascii_lowercase();
        let quality = text
            .split(';')
            .skip(1)
            .filter_map(|parameter| parameter.split_once('='))
            .find(|(key, _)| key.trim().eq_ignore_ascii_case("q"))
            .and_then(|(_, value)| value.trim().parse().ok())
            .unwrap_or(1.0);
        (!name.is_empty()).then_some(Self { name, quality })
    }

    fn fits(&self, media: &str) -> bool {
        // `*` alone is sent by some Java clients and means `*/*`.
        matches!(self.name.as_str(), "*/*" | "*" | "application/*") || self.name == media
    }

    fn specificity(&self) -> usize {
        match self.name.as_str() {
            "*/*" | "*" => 0,
            "application/*" => 1,
            _ => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(value: &str) -> Option<MediaType> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_str(value).expect("a header"));
        negotiate(&headers)
    }

    #[test]
    fn quality_comes_first_then_the_order_of_the_server() {
        let (v1, vendor, json) = (Some(MediaType::V1), Some(MediaType::Vendor), Some(MediaType::Json));
        for (value, expected) in [
            ("*/*", v1),
            ("application/*", v1),
            ("application/json", json),
            ("Application/JSON; charset=utf-8", json),
            ("application/json, text/plain, */*", v1),
            ("application/vnd.schemaregistry+json, application/json", vendor),
            ("application/vnd.schemaregistry.v1+json;q=0.2, application/json;q=0.9", json),
            ("application/vnd.schemaregistry.v1+json;q=0, */*", vendor),
            ("text/html, */*;q=0.1", v1),
            ("text/html", None),
            ("application/json;q=0", None),
            ("", v1),
            (" , ", v1),
        ] {
            assert_eq!(accept(value), expected, "{value}");
        }
        assert_eq!(negotiate(&HeaderMap::new()), v1);
    }

    #[test]
    fn json_bodies_come_under_four_types_or_none() {
        for (value, expected) in [
            ("application/vnd.schemaregistry.v1+json", true),
            ("application/vnd.schemaregistry+json; charset=utf-8", true),
            ("application/JSON", true),
            ("application/octet-stream", true),
            ("", true),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(value));
            assert_eq!(is_json_body(&headers), expected, "{value}");
        }
        assert!(is_json_body(&HeaderMap::new()));
    }
}
