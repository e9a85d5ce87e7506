//! The list of settings, each optional, as the command line, the environment and the file give them.

use clap::Args;
use serde::Deserialize;

use super::LogFormat;

/// Settings that were given somewhere. In the file they have the names of the flags, without dashes in front.
#[derive(Clone, Debug, Default, PartialEq, Args, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Options {
    /// Where to listen; port 0 lets the system choose [default: 127.0.0.1:8081]
    #[arg(long, env = "CHANCERY_LISTEN", value_name = "HOST:PORT")]
    pub listen: Option<String>,

    /// Where the data is kept, made when absent [default: sqlite:chancery-data/chancery.db]
    #[arg(long, env = "CHANCERY_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// Form of the log on standard error [default: text]
    #[arg(long, env = "CHANCERY_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,

    /// What is logged: off, error, warn, info, debug, trace, or `target=level,...` [default: info]
    #[arg(long, env = "CHANCERY_LOG_FILTER", value_name = "FILTER")]
    pub log_filter: Option<String>,

    /// Log answered reads too [default: false]
    #[arg(long, env = "CHANCERY_LOG_READS", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub log_reads: Option<bool>,

    /// URLs under which clients reach this server, separated by commas: `dataschema` attributes below them
    /// name schemas of this registry [default: the host of each request]
    #[arg(long, env = "CHANCERY_PUBLIC_URLS", value_name = "URLS", value_delimiter = ',')]
    pub public_urls: Option<Vec<String>>,

    /// Longest request body [default: 2097152]
    #[arg(long, env = "CHANCERY_MAX_BODY_BYTES", value_name = "BYTES")]
    pub max_body_bytes: Option<usize>,

    /// Requests on /v1/ with payloads, events or candidates at work at the same time; more get a 429
    /// [default: 1024]
    #[arg(long, env = "CHANCERY_MAX_IN_FLIGHT", value_name = "REQUESTS")]
    pub max_in_flight: Option<usize>,

    /// Longest schema text [default: 1048576]
    #[arg(long, env = "CHANCERY_MAX_SCHEMA_BYTES", value_name = "BYTES")]
    pub max_schema_bytes: Option<usize>,

    /// Name of the cluster in /v1/metadata/id [default: chancery]
    #[arg(long, env = "CHANCERY_CLUSTER_ID", value_name = "NAME")]
    pub cluster_id: Option<String>,

    /// Compatibility level where none is set [default: BACKWARD]
    #[arg(long, env = "CHANCERY_COMPATIBILITY_LEVEL", value_name = "LEVEL")]
    pub compatibility_level: Option<String>,

    /// Stricter checks of names in schemas where not set otherwise [default: false]
    #[arg(long, env = "CHANCERY_VALIDATE_FIELDS", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub validate_fields: Option<bool>,

    /// Parse new schemas strictly where not set otherwise [default: true]
    #[arg(long, env = "CHANCERY_VALIDATE_NEW_SCHEMAS", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub validate_new_schemas: Option<bool>,

    /// Refuse to register under the empty subject and `*` [default: false]
    #[arg(long, env = "CHANCERY_REJECT_EMPTY_SUBJECT", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub reject_empty_subject: Option<bool>,

    /// Refuse schemas that reach two versions under one reference name [default: false]
    #[arg(long, env = "CHANCERY_STRICT_REFERENCE_VERSIONS", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub strict_reference_versions: Option<bool>,

    /// Allow changes of modes [default: true]
    #[arg(long, env = "CHANCERY_MODE_MUTABLE", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub mode_mutable: Option<bool>,
}

impl Options {
    /// These settings, and the other ones where these say nothing.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            listen: self.listen.or(other.listen),
            database_url: self.database_url.or(other.database_url),
            log_format: self.log_format.or(other.log_format),
            log_filter: self.log_filter.or(other.log_filter),
            log_reads: self.log_reads.or(other.log_reads),
            public_urls: self.public_urls.or(other.public_urls),
            max_body_bytes: self.max_body_bytes.or(other.max_body_bytes),
            max_in_flight: self.max_in_flight.or(other.max_in_flight),
            max_schema_bytes: self.max_schema_bytes.or(other.max_schema_bytes),
            cluster_id: self.cluster_id.or(other.cluster_id),
            compatibility_level: self.compatibility_level.or(other.compatibility_level),
            validate_fields: self.validate_fields.or(other.validate_fields),
            validate_new_schemas: self.validate_new_schemas.or(other.validate_new_schemas),
            reject_empty_subject: self.reject_empty_subject.or(other.reject_empty_subject),
            strict_reference_versions: self.strict_reference_versions.or(other.strict_reference_versions),
            mode_mutable: self.mode_mutable.or(other.mode_mutable),
        }
    }
}
