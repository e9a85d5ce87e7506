//! Settings of the server.
//!
//! One list, [`Options`], is read three times: from the command line, from `CHANCERY_…` variables, and from
//! a TOML file. Precedence: flag, environment, file, default. [`Config`] is the result, complete and checked.
//!
//! To add a setting: a field in `Options` and in `Config`, a line in `Options::or` and in `Config::from`.

mod options;

use std::fmt;
use std::path::{Path, PathBuf};

use chancery_engine::CompatibilityLevel;
use chancery_engine::cloudevents::matching::SchemaLocator;
use serde::Deserialize;

pub use options::Options;

/// Where the data goes unless told otherwise.
const DEFAULT_DATABASE_URL: &str = "sqlite:chancery-data/chancery.db";

/// Where the server listens unless told otherwise: this machine only, on the port of a schema registry.
const DEFAULT_LISTEN: &str = "127.0.0.1:8081";

/// Bytes of a request body: a schema of 1 MiB, escaped as a JSON string, still fits.
const DEFAULT_BODY_BYTES: usize = 2 << 20;

/// Requests with payloads at work at the same time: far above what the processors can serve, and a bound on memory.
const DEFAULT_IN_FLIGHT: usize = 1024;

/// Complete settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Host and port; port 0 lets the system choose.
    pub listen: String,
    /// Which database.
    pub database: Database,
    /// Form of the log.
    pub log_format: LogFormat,
    /// What is logged, in the words of `tracing`: a level, or `target=level,…`.
    pub log_filter: String,
    /// Log answered reads too.
    pub log_reads: bool,
    /// URLs under which clients reach the server, besides the host of a request.
    pub public_urls: Vec<String>,
    /// Bytes of a request body.
    pub max_body_bytes: usize,
    /// Requests on `/v1/` with payloads, events or candidates at work at the same time.
    pub max_in_flight: usize,
    /// Bytes of one schema text.
    pub max_schema_bytes: usize,
    /// Name under which the server shows itself in `/v1/metadata/id`.
    pub cluster_id: String,
    /// Level where none is set (`schema.compatibility.level`).
    pub compatibility_level: CompatibilityLevel,
    /// `schema.validate.fields`.
    pub validate_fields: bool,
    /// `schema.validate.new.schemas`.
    pub validate_new_schemas: bool,
    /// `schema.reject.empty.subject`.
    pub reject_empty_subject: bool,
    /// `schema.providers.reference.versions.strict`.
    pub strict_reference_versions: bool,
    /// `mode.mutability`.
    pub mode_mutable: bool,
}

/// A database by its URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// `sqlite:PATH`.
    Sqlite(PathBuf),
}

/// Form of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// A line for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// The file is not TOML, or holds a setting that does not exist or has a wrong type.
    #[error("configuration file {}: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where and why.
        reason: String,
    },
    /// A value outside its range.
    #[error("setting `{name}`: {reason}")]
    Invalid {
        /// Name in the file; with `--` the flag.
        name: &'static str,
        /// What was expected and what was found.
        reason: String,
    },
}

impl Config {
    /// Settings of the command line and the environment over those of the file.
    ///
    /// # Errors
    /// [`ConfigError`], before anything is opened.
    pub fn load(given: Options, file: Option<&Path>) -> Result<Self, ConfigError> {
        let options = match file {
            Some(path) => given.or(read_file(path)?),
            None => given,
        };
        Self::from_options(options)
    }

    fn from_options(options: Options) -> Result<Self, ConfigError> {
        let database_url = options.database_url.as_deref().unwrap_or(DEFAULT_DATABASE_URL);
        let limits = chancery_engine::Limits::default();
        let max_body_bytes = options.max_body_bytes.unwrap_or(DEFAULT_BODY_BYTES);
        let max_in_flight = options.max_in_flight.unwrap_or(DEFAULT_IN_FLIGHT);
        let max_schema_bytes = options.max_schema_bytes.unwrap_or(limits.max_bytes);
        positive("max-body-bytes", max_body_bytes)?;
        positive("max-in-flight", max_in_flight)?;
        positive("max-schema-bytes", max_schema_bytes)?;
        let listen = options.listen.unwrap_or_else(|| DEFAULT_LISTEN.to_owned());
        check_listen(&listen)?;
        let public_urls = options.public_urls.unwrap_or_default();
        check_urls(&public_urls)?;
        Ok(Self {
            listen,
            database: Database::parse(database_url)?,
            log_format: options.log_format.unwrap_or_default(),
            log_filter: options.log_filter.unwrap_or_else(|| "info".to_owned()),
            log_reads: options.log_reads.unwrap_or(false),
            public_urls,
            max_body_bytes,
            max_in_flight,
            max_schema_bytes,
            cluster_id: options.cluster_id.unwrap_or_else(|| "chancery".to_owned()),
            compatibility_level: level(options.compatibility_level.as_deref())?,
            validate_fields: options.validate_fields.unwrap_or(false),
            validate_new_schemas: options.validate_new_schemas.unwrap_or(true),
            reject_empty_subject: options.reject_empty_subject.unwrap_or(false),
            strict_reference_versions: options.strict_reference_versions.unwrap_or(false),
            mode_mutable: options.mode_mutable.unwrap_or(true),
        })
    }
}

impl Config {
    /// Reads `dataschema` attributes below the public URLs.
    pub fn schema_locator(&self) -> SchemaLocator {
        SchemaLocator::new(self.public_urls.iter().map(String::as_str)).expect("loading checked the URLs")
    }
}

fn read_file(path: &Path) -> Result<Options, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    toml::from_str(&text)
        .map_err(|error| ConfigError::Malformed { path: path.to_owned(), reason: error.to_string() })
}

impl Database {
    fn parse(url: &str) -> Result<Self, ConfigError> {
        let invalid = |reason| ConfigError::Invalid { name: "database-url", reason };
        let Some((scheme, rest)) = url.split_once(':') else {
            return Err(invalid(format!("expected `sqlite:PATH`, found `{url}`")));
        };
        match scheme {
            "sqlite" => {
                let path = rest.strip_prefix("//").unwrap_or(rest);
                if path.is_empty() || path == ":memory:" {
                    return Err(invalid("`sqlite:` needs the path of a file".to_owned()));
                }
                Ok(Self::Sqlite(PathBuf::from(path)))
            }
            // The rest may hold a password.
            other => Err(invalid(format!("no database is called `{other}`; expected `sqlite:PATH`"))),
        }
    }
}

impl fmt::Display for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(formatter, "sqlite:{}", path.display()),
        }
    }
}

fn positive(name: &'static str, value: usize) -> Result<(), ConfigError> {
    if value == 0 {
        return Err(ConfigError::Invalid { name, reason: "must be at least 1".to_owned() });
    }
    Ok(())
}

fn check_listen(listen: &str) -> Result<(), ConfigError> {
    let has_port =
        listen.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
    if has_port {
        return Ok(());
    }
    let reason = format!("expected HOST:PORT such as `{DEFAULT_LISTEN}`, found `{listen}`");
    Err(ConfigError::Invalid { name: "listen", reason })
}

/// The reader of `dataschema` has to understand them.
fn check_urls(urls: &[String]) -> Result<(), ConfigError> {
    SchemaLocator::new(urls.iter().map(String::as_str))
        .map(|_| ())
        .map_err(|error| ConfigError::Invalid { name: "public-urls", reason: error.to_string() })
}

fn level(name: Option<&str>) -> Result<CompatibilityLevel, ConfigError> {
    let Some(name) = name else { return Ok(CompatibilityLevel::Backward) };
    name.parse().map_err(|()| ConfigError::Invalid {
        name: "compatibility-level",
        reason: format!(
            "expected NONE, BACKWARD, FORWARD, FULL or one of the last three with _TRANSITIVE, found `{name}`"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(toml: &str) -> Options {
        toml::from_str(toml).unwrap()
    }

    #[test]
    fn nothing_set_gives_the_documented_defaults() {
        let config = Config::load(Options::default(), None).unwrap();
        assert_eq!(config.listen, "127.0.0.1:8081");
        assert_eq!(config.database.to_string(), "sqlite:chancery-data/chancery.db");
        assert_eq!(config.compatibility_level, CompatibilityLevel::Backward);
        assert_eq!((config.log_format, config.log_reads), (LogFormat::Text, false));
        assert_eq!(
            (config.validate_fields, config.validate_new_schemas, config.mode_mutable),
            (false, true, true)
        );
    }

    #[test]
    fn every_setting_of_the_file_can_be_set_and_is_overridden_by_a_flag() {
        let file = r#"
            listen = "0.0.0.0:1"
            database-url = "sqlite:a.db"
            log-format = "json"
            log-filter = "warn"
            log-reads = true
            public-urls = ["http://a.example.com"]
            max-body-bytes = 10
            max-schema-bytes = 11
            cluster-id = "one"
            compatibility-level = "full"
            validate-fields = true
            validate-new-schemas = false
            reject-empty-subject = true
            strict-reference-versions = true
            mode-mutable = false
        "#;
        let flags = r#"
            listen = "0.0.0.0:2"
            database-url = "sqlite:b.db"
            log-format = "text"
            log-filter = "debug"
            log-reads = false
            public-urls = []
            max-body-bytes = 20
            max-schema-bytes = 21
            cluster-id = "two"
            compatibility-level = "NONE"
            validate-fields = false
            validate-new-schemas = true
            reject-empty-subject = false
            strict-reference-versions = false
            mode-mutable = true
        "#;
        let from_file = Config::from_options(options(file)).unwrap();
        let from_flags = Config::from_options(options(flags)).unwrap();
        assert_eq!(Config::from_options(Options::default().or(options(file))).unwrap(), from_file);
        assert_eq!(Config::from_options(options(flags).or(options(file))).unwrap(), from_flags);
        assert_eq!(from_file.compatibility_level, CompatibilityLevel::Full);
        assert_eq!(from_file.database, Database::Sqlite(PathBuf::from("a.db")));
    }

    #[test]
    fn a_setting_outside_its_range_is_named() {
        for (toml, expected) in [
            (
                "listen = \"8081\"",
                "setting `listen`: expected HOST:PORT such as `127.0.0.1:8081`, found `8081`",
            ),
            (
                "listen = \":8081\"",
                "setting `listen`: expected HOST:PORT such as `127.0.0.1:8081`, found `:8081`",
            ),
            (
                "public-urls = [\"registry\"]",
                "setting `public-urls`: base URL `registry` is not a URL with a scheme and a host, without query and \
                 fragment",
            ),
            ("max-body-bytes = 0", "setting `max-body-bytes`: must be at least 1"),
            ("database-url = \"data.db\"", "setting `database-url`: expected `sqlite:PATH`, found `data.db`"),
            ("database-url = \"sqlite:\"", "setting `database-url`: `sqlite:` needs the path of a file"),
            (
                "database-url = \"mysql://user:secret@host/db\"",
                "setting `database-url`: no database is called `mysql`; expected `sqlite:PATH`",
            ),
            (
                "compatibility-level = \"SOME\"",
                "setting `compatibility-level`: expected NONE, BACKWARD, FORWARD, FULL or one of the last three \
                 with _TRANSITIVE, found `SOME`",
            ),
        ] {
            let error = Config::from_options(options(toml)).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn unknown_settings_and_wrong_types_are_refused() {
        for (toml, expected) in [
            ("listn = \"x\"", "unknown field `listn`"),
            ("log-reads = \"yes\"", "expected a boolean"),
            ("log-format = \"xml\"", "unknown variant `xml`"),
        ] {
            let error = toml::from_str::<Options>(toml).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
