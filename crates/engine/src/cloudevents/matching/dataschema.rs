//! The forms of `dataschema` that name a schema of this registry.
//!
//! In: the URI, and what the operator configured: public base URLs, and names of schemas ([`SchemaNames`]). Out: what it
//! names, never a fetch. A URL is ours when scheme, host, port and path prefix equal a base URL; anything
//! else may still be the `$id` of a stored JSON Schema, which only the store knows.

use std::borrow::Cow;

use fluent_uri::Uri;
use fluent_uri::pct_enc::EStr;

use super::names::SchemaNames;

/// What a `dataschema` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaReference {
    /// The schema.
    pub target: SchemaTarget,
    /// The fragment, decoded: a type inside the schema (`Message`, `RecordName`, `/json/pointer`).
    pub fragment: Option<String>,
}

impl SchemaReference {
    /// The name of a record or message that the fragment selects; a name may follow another fragment after
    /// a colon (xRegistry schema specification 4.3). A JSON Pointer selects no name.
    pub fn selected_type(&self) -> Option<&str> {
        let fragment = self.fragment.as_deref()?;
        let name = fragment.rsplit(':').next().unwrap_or(fragment);
        (!name.is_empty() && !name.starts_with('/')).then_some(name)
    }

    /// Whether the reference names a subject but leaves the version open (`dataschema.unpinned`).
    pub fn is_unpinned(&self) -> bool {
        matches!(self.target, SchemaTarget::SubjectLatest { .. })
    }
}

/// A schema, by the means the URI chose. `context` is the path's, as written; a subject may also carry one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemaTarget {
    /// A schema id; with a subject, the id has to be one of its versions.
    Id {
        /// Context of the path.
        context: Option<String>,
        /// Schema id.
        id: u32,
        /// Subject of the query.
        subject: Option<String>,
    },
    /// A guid.
    Guid([u8; 16]),
    /// One version of a subject.
    SubjectVersion {
        /// Context of the path.
        context: Option<String>,
        /// Subject.
        subject: String,
        /// Version.
        version: u32,
    },
    /// A subject without a version.
    SubjectLatest {
        /// Context of the path.
        context: Option<String>,
        /// Subject.
        subject: String,
    },
    /// Not one of our forms: the `$id` of a stored JSON Schema, or nothing we know
    /// (`dataschema.unresolved`).
    JsonSchemaId(String),
}

/// Why a locator cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocatorError {
    /// A base URL that is no absolute URL with a host.
    #[error("base URL `{0}` is not a URL with a scheme and a host, without query and fragment")]
    BaseUrl(String),
}

/// Reads `dataschema` values: knows which URLs are ours.
#[derive(Clone, Debug, Default)]
pub struct SchemaLocator {
    bases: Vec<Base>,
}

/// Scheme, host, port and path of a base URL, normalised.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Base {
    scheme: String,
    host: String,
    port: String,
    path: String,
}

impl SchemaLocator {
    /// A locator for these public base URLs.
    ///
    /// # Errors
    /// [`LocatorError::BaseUrl`] for one that is not a URL.
    pub fn new<'u>(base_urls: impl IntoIterator<Item = &'u str>) -> Result<Self, LocatorError> {
        let mut locator = Self::default();
        for url in base_urls {
            locator.add_base_url(url)?;
        }
        Ok(locator)
    }

    /// Whether any URL is ours.
    pub fn has_base_urls(&self) -> bool {
        !self.bases.is_empty()
    }

    /// Takes one more URL as ours.
    ///
    /// # Errors
    /// [`LocatorError::BaseUrl`] when it is not a URL; nothing is changed then.
    pub fn add_base_url(&mut self, url: &str) -> Result<(), LocatorError> {
        let parsed = Uri::parse(url).ok().filter(|uri| !uri.has_query() && !uri.has_fragment());
        let base = parsed.and_then(|uri| Base::of(&uri));
        self.bases.push(base.ok_or_else(|| LocatorError::BaseUrl(url.to_owned()))?);
        Ok(())
    }

    /// Reads a `dataschema` under these names. Never fails: what is not ours is [`SchemaTarget::JsonSchemaId`]. The
    /// number of aliases costs next to nothing.
    pub fn locate(&self, dataschema: &str, names: &SchemaNames) -> SchemaReference {
        let uri = Uri::parse(dataschema).ok();
        let fragment = uri.as_ref().and_then(Uri::fragment).and_then(|text| decode(text.as_str()));
        let fragment = fragment.map(Cow::into_owned);
        let target = names
            .find_alias(dataschema)
            .or_else(|| self.find_ours(&uri?, names))
            .unwrap_or_else(|| SchemaTarget::JsonSchemaId(dataschema.to_owned()));
        SchemaReference { target, fragment }
    }

    fn find_ours(&self, uri: &Uri<&str>, names: &SchemaNames) -> Option<SchemaTarget> {
        if uri.scheme().as_str().eq_ignore_ascii_case("urn") {
            return find_urn(uri.path().as_str(), names.namespace());
        }
        let query = uri.query().map(EStr::as_str);
        let located = Base::of(uri)?;
        let path = self.bases.iter().find_map(|base| located.path_below(base))?;
        let segments: Vec<Cow<'_, str>> = path.split('/').map(decode).collect::<Option<_>>()?;
        let segments: Vec<&str> = segments.iter().map(|segment| &**segment).collect();
        match segments.as_slice() {
            ["contexts", context, rest @ ..] if !context.is_empty() => find_path(Some(context), rest, query),
            ["schemagroups", group, "schemas", rest @ ..] => {
                find_group_schema(names.context_of_group(group), rest)
            }
            rest => find_path(None, rest, query),
        }
    }
}

/// `urn:{ours}:` and `id:{id}`, `guid:{uuid}` or `{subject}:{version}`.
fn find_urn(path: &str, ours: &str) -> Option<SchemaTarget> {
    let (namespace, name) = path.split_once(':')?;
    if !namespace.eq_ignore_ascii_case(ours) {
        return None;
    }
    let (subject, version) = name.rsplit_once(':')?;
    match subject {
        "id" => Some(SchemaTarget::Id { context: None, id: number(version)?, subject: None }),
        "guid" => guid(version).map(SchemaTarget::Guid),
        _ => versioned(None, &decode(subject)?, version),
    }
}

/// xRegistry: `{schema}`, `{schema}/versions/{version}`, the last part with or without `$details`.
fn find_group_schema(context: &str, rest: &[&str]) -> Option<SchemaTarget> {
    let plain = |part: &'_ str| part.strip_suffix("$details").unwrap_or(part).to_owned();
    match rest {
        [schema] => Some(subject_target(Some(context), plain(schema), None)).filter(has_subject),
        [schema, "versions", version] => versioned(Some(context), schema, &plain(version)),
        _ => None,
    }
}

impl Base {
    fn of(uri: &Uri<&str>) -> Option<Self> {
        let authority = uri.authority().filter(|authority| !authority.has_userinfo())?;
        let scheme = uri.scheme().as_str().to_ascii_lowercase();
        let port = authority.port().map_or("", |port| port.as_str());
        let port = match (&*scheme, port) {
            ("http", "80") | ("https", "443") => "",
            (_, port) => port,
        };
        let host = authority.host().to_ascii_lowercase();
        let path = uri.path().as_str().trim_end_matches('/').to_owned();
        (!host.is_empty()).then(|| Self { port: port.to_owned(), scheme, host, path })
    }

    /// The path below a base, when this URL is one of its.
    fn path_below(&self, base: &Self) -> Option<&str> {
        let is_same = self.scheme == base.scheme && self.host == base.host && self.port == base.port;
        self.path.strip_prefix(&base.path)?.strip_prefix('/').filter(|_| is_same)
    }
}

/// The paths of the Confluent API that name a schema.
fn find_path(context: Option<&str>, segments: &[&str], query: Option<&str>) -> Option<SchemaTarget> {
    match segments {
        ["schemas", "ids", id] | ["schemas", "ids", id, "schema"] => {
            let subject = query.and_then(|query| query_value(query, "subject"));
            Some(SchemaTarget::Id { context: context.map(str::to_owned), id: number(id)?, subject })
        }
        ["schemas", "guids", text] => guid(text).map(SchemaTarget::Guid),
        ["subjects", subject] => {
            Some(subject_target(context, (*subject).to_owned(), None)).filter(has_subject)
        }
        ["subjects", subject, "versions", version] | ["subjects", subject, "versions", version, "schema"] => {
            versioned(context, subject, version)
        }
        _ => None,
    }
}

fn versioned(context: Option<&str>, subject: &str, version: &str) -> Option<SchemaTarget> {
    let version = match version {
        "latest" | "-1" => None,
        number_text => Some(number(number_text)?),
    };
    Some(subject_target(context, subject.to_owned(), version)).filter(has_subject)
}

pub(super) fn subject_target(context: Option<&str>, subject: String, version: Option<u32>) -> SchemaTarget {
    let context = context.map(str::to_owned);
    match version {
        Some(version) => SchemaTarget::SubjectVersion { context, subject, version },
        None => SchemaTarget::SubjectLatest { context, subject },
    }
}

fn has_subject(target: &SchemaTarget) -> bool {
    match target {
        SchemaTarget::SubjectVersion { subject, .. } | SchemaTarget::SubjectLatest { subject, .. } => {
            !subject.is_empty()
        }
        _ => true,
    }
}

/// An id or version: positive, 31 bits, digits only.
fn number(text: &str) -> Option<u32> {
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_digits && (1..=i32::MAX as u32).contains(number))
}

/// A UUID in its usual form, or without dashes.
fn guid(text: &str) -> Option<[u8; 16]> {
    let parts: Vec<&str> = text.split('-').collect();
    let has_form =
        matches!(parts.iter().map(|part| part.len()).collect::<Vec<_>>()[..], [8, 4, 4, 4, 12] | [32]);
    let digits = parts.concat();
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    (has_form && is_hex).then(|| u128::from_str_radix(&digits, 16).ok().map(u128::to_be_bytes))?
}

/// Percent-decodes once; `None` when the bytes are not UTF-8. The URI grammar was checked before.
fn decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let pair = after.get(..2).filter(|_| *byte == b'%').and_then(|pair| std::str::from_utf8(pair).ok());
        let decoded = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        bytes.push(decoded.unwrap_or(*byte));
        rest = if decoded.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

/// Finds a value in a query of `name=value` pairs.
fn query_value(query: &str, name: &str) -> Option<String> {
    let pair = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(found, _)| *found == name)?;
    decode(pair.1).map(Cow::into_owned).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locate(uri: &str) -> SchemaReference {
        let locator = SchemaLocator::new(["https://Registry.example.com:443/api/", "http://localhost:8081"]);
        let names = SchemaNames::default().with_groups([("default".to_owned(), ".".to_owned())]);
        locator.expect("valid base URLs").locate(uri, &names)
    }

    fn id(context: Option<&str>, id: u32, subject: Option<&str>) -> SchemaTarget {
        SchemaTarget::Id { context: context.map(str::to_owned), id, subject: subject.map(str::to_owned) }
    }

    fn version(context: Option<&str>, subject: &str, version: u32) -> SchemaTarget {
        subject_target(context, subject.to_owned(), Some(version))
    }

    fn latest(context: Option<&str>, subject: &str) -> SchemaTarget {
        subject_target(context, subject.to_owned(), None)
    }

    #[test]
    fn urls_below_a_base_name_a_schema() {
        let base = "https://registry.example.com/api";
        for (path, expected) in [
            ("/schemas/ids/7", id(None, 7, None)),
            ("/schemas/ids/7/schema", id(None, 7, None)),
            ("/schemas/ids/7?x=1&subject=a%2Fb", id(None, 7, Some("a/b"))),
            (
                "/schemas/guids/00112233-4455-6677-8899-aabbccddeeff",
                SchemaTarget::Guid([
                    0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee,
                    0xff,
                ]),
            ),
            ("/subjects/orders-value/versions/3", version(None, "orders-value", 3)),
            ("/subjects/a%20b/versions/3/schema", version(None, "a b", 3)),
            ("/subjects/:.eu:orders/versions/3", version(None, ":.eu:orders", 3)),
            ("/subjects/a%2525/versions/3", version(None, "a%25", 3)),
            ("/subjects/orders/versions/latest", latest(None, "orders")),
            ("/subjects/orders/versions/-1", latest(None, "orders")),
            ("/subjects/orders", latest(None, "orders")),
            ("/subjects/orders/", latest(None, "orders")),
            ("/contexts/.eu/subjects/orders/versions/3", version(Some(".eu"), "orders", 3)),
            ("/contexts/.eu/schemas/ids/7", id(Some(".eu"), 7, None)),
            ("/schemagroups/eu/schemas/orders/versions/3", version(Some("eu"), "orders", 3)),
            ("/schemagroups/eu/schemas/orders/versions/3$details", version(Some("eu"), "orders", 3)),
            ("/schemagroups/default/schemas/orders$details", latest(Some("."), "orders")),
        ] {
            assert_eq!(locate(&format!("{base}{path}")).target, expected, "{path}");
        }
    }

    #[test]
    fn bases_compare_normalised() {
        for ours in [
            "HTTPS://REGISTRY.example.com/api/schemas/ids/7",
            "https://registry.example.com:443/api/schemas/ids/7",
            "http://localhost:8081/schemas/ids/7",
        ] {
            assert_eq!(locate(ours).target, id(None, 7, None), "{ours}");
        }
        for foreign in [
            "http://registry.example.com/api/schemas/ids/7",
            "https://registry.example.com:8443/api/schemas/ids/7",
            "https://registry.example.com/schemas/ids/7",
            "https://registry.example.com/apischemas/ids/7",
            "https://user@registry.example.com/api/schemas/ids/7",
            "https://registry.example.com.evil.example/api/schemas/ids/7",
            "https://registry.example.com/api/schemas/ids/0",
            "https://registry.example.com/api/schemas/ids/+7",
            "https://registry.example.com/api/schemas/ids/4294967296",
            "https://registry.example.com/api/subjects//versions/3",
            "https://registry.example.com/api/subjects/a%FF/versions/3",
            "https://registry.example.com/api/subjects/a/versions/x",
            "https://registry.example.com/api/schemas/guids/0011",
            "not a uri",
            "urn:uuid:00112233-4455-6677-8899-aabbccddeeff",
        ] {
            let expected = SchemaTarget::JsonSchemaId(foreign.to_owned());
            assert_eq!(locate(foreign).target, expected, "{foreign}");
        }
    }

    #[test]
    fn urns_name_a_schema_on_every_host() {
        for (urn, expected) in [
            ("urn:schema-registry:id:7", id(None, 7, None)),
            ("URN:Schema-Registry:id:7", id(None, 7, None)),
            (
                "urn:schema-registry:guid:000000000000000000000000000000ff",
                SchemaTarget::Guid(255u128.to_be_bytes()),
            ),
            ("urn:schema-registry:orders-value:3", version(None, "orders-value", 3)),
            ("urn:schema-registry:%3A.eu%3Aorders:3", version(None, ":.eu:orders", 3)),
            ("urn:schema-registry:orders:latest", latest(None, "orders")),
            (
                "urn:schema-registry:orders",
                SchemaTarget::JsonSchemaId("urn:schema-registry:orders".to_owned()),
            ),
        ] {
            assert_eq!(locate(urn).target, expected, "{urn}");
        }
        let names = SchemaNames::default().with_namespace("Acme");
        let target = |urn: &str| SchemaLocator::default().locate(urn, &names).target;
        assert_eq!(target("urn:acme:id:7"), id(None, 7, None));
        assert!(matches!(target("urn:schema-registry:id:7"), SchemaTarget::JsonSchemaId(_)));
    }

    #[test]
    fn fragments_select_a_type() {
        for (fragment, selected) in [
            ("#OrderPlaced", Some("OrderPlaced")),
            ("#part:com.example.Order", Some("com.example.Order")),
            ("#/definitions/order", None),
            ("#", None),
            ("", None),
        ] {
            let reference = locate(&format!("urn:schema-registry:id:7{fragment}"));
            assert_eq!(reference.selected_type(), selected, "{fragment}");
            assert_eq!(reference.target, id(None, 7, None));
        }
    }

    #[test]
    fn a_base_url_has_a_host() {
        for bad in ["registry", "urn:a:b", "/path", "http:///x", "http://h/?q", "http://h/#f", "http://u@h/"]
        {
            assert!(SchemaLocator::new([bad]).is_err(), "{bad}");
        }
    }
}
