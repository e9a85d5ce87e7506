//! One line a request.

use std::time::Instant;

use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;

use crate::http::Facts;

/// Logs a request after its answer is ready; `log_reads` tells whether answered reads are logged.
pub async fn log_request<A: Future<Output = Response>>(
    log_reads: bool,
    request: Request,
    answer: impl FnOnce(Request) -> A,
) -> Response {
    let started = Instant::now();
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let response = answer(request).await;
    // The query may hold nothing secret on our routes, but is of no use here either.
    let path = uri.path();
    if log_reads || response.status().as_u16() >= 400 || is_write(&method, path) {
        log(&method, path, &response, started);
    }
    response
}

fn log(method: &Method, path: &str, response: &Response, started: Instant) {
    let status = response.status();
    let known = response.extensions().get::<Facts>().cloned().unwrap_or_default();
    let duration_ms = started.elapsed().as_secs_f64() * 1_000.0;
    let request_id = response.headers().get("x-request-id").and_then(|id| id.to_str().ok());
    macro_rules! line {
        ($level:ident, $text:literal) => {
            tracing::$level!(
                %method,
                path,
                status = status.as_u16(),
                subject = known.subject,
                version = known.version,
                schema.id = known.schema_id,
                error.code = known.error_code,
                duration_ms,
                request_id,
                $text
            )
        };
    }
    if status.is_server_error() {
        line!(error, "request failed");
    } else if status.is_client_error() {
        line!(info, "request refused");
    } else {
        line!(info, "request answered");
    }
}

/// Whether an answered request may have changed something. Lookups, compatibility tests and validations
/// are POSTs that change nothing.
fn is_write(method: &Method, path: &str) -> bool {
    if method == Method::POST {
        let path = path.trim_end_matches('/');
        return !path.contains("/compatibility/") && (path.ends_with("/versions") || path.ends_with("/tags"));
    }
    method == Method::PUT || method == Method::DELETE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_are_told_from_reads() {
        for (method, path, expected) in [
            (Method::POST, "/subjects/a/versions", true),
            (Method::POST, "/subjects/a/versions/", true),
            (Method::POST, "/contexts/.dr/subjects/a/versions/1/tags", true),
            (Method::POST, "/subjects/a", false),
            (Method::POST, "/compatibility/subjects/a/versions", false),
            (Method::POST, "/compatibility/subjects/a/versions/latest", false),
            (Method::POST, "/v1/validate/payload", false),
            (Method::PUT, "/config", true),
            (Method::DELETE, "/subjects/a", true),
            (Method::GET, "/subjects/a/versions", false),
        ] {
            assert_eq!(is_write(&method, path), expected, "{method} {path}");
        }
    }
}
