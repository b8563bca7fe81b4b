//! What a failed call means: every error of the SDK and of a service, in our terms.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::deploy::error::{AwsError, ErrorKind};

/// The longest piece of an answer that is not understood, in characters.
const EXCERPT: usize = 300;

/// What to do when there are no credentials.
const NO_CREDENTIALS: &str = "no credentials were found; set `AWS_PROFILE` or `--profile`, log in with \
    `aws sso login`, or set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`";

/// An error of a client of the SDK.
pub(super) fn of_sdk<E>(api: &'static str, error: &SdkError<E, HttpResponse>) -> AwsError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    if let SdkError::ServiceError(service) = error {
        let raw = service.raw();
        let status = raw.status().as_u16();
        if let Some(code) = service.err().code() {
            let message = service.err().message().unwrap_or("no message");
            return of_service(api, status, code, message);
        }
        return of_text(api, status, raw.body().bytes().unwrap_or_default());
    }
    if let SdkError::ResponseError(response) = error {
        let raw = response.raw();
        return match raw.body().bytes() {
            Some(body) => of_text(api, raw.status().as_u16(), body),
            // The answer began and did not end.
            None => without_answer(api, ErrorKind::Unavailable, &words(error)),
        };
    }
    if let Some(credentials) = in_chain::<CredentialsError>(error) {
        return of_credentials(api, credentials);
    }
    let kind = match error {
        SdkError::ConstructionFailure(_) => ErrorKind::Invalid,
        _ => ErrorKind::Unavailable,
    };
    without_answer(api, kind, &words(error))
}

/// An answer of a service that is an error with a code.
pub(super) fn of_service(api: &'static str, status: u16, code: &str, message: &str) -> AwsError {
    AwsError {
        kind: kind(status, code, message),
        api,
        code: code.to_owned(),
        message: message.to_owned(),
    }
}

/// An answer that is no answer of a service, such as a proxy's page.
pub(super) fn of_text(api: &'static str, status: u16, body: &[u8]) -> AwsError {
    let text = String::from_utf8_lossy(body);
    let text: Vec<&str> = text.split_whitespace().collect();
    let text = text.join(" ");
    let excerpt: String = text.chars().take(EXCERPT).collect();
    let more = if excerpt.len() < text.len() {
        " …"
    } else {
        ""
    };
    let what = if excerpt.is_empty() {
        "nothing".to_owned()
    } else {
        format!("`{excerpt}{more}`")
    };
    let kind = if status >= 500 {
        ErrorKind::Unavailable
    } else if status == 429 {
        ErrorKind::Throttled
    } else {
        ErrorKind::Unexpected
    };
    let message = format!("expected an answer of AWS, got HTTP status {status} with {what}");
    without_answer(api, kind, &message)
}

/// Credentials that could not be had.
pub(super) fn of_credentials(api: &'static str, error: &CredentialsError) -> AwsError {
    let words = words(error);
    // A chain that asked everyone fails with whatever the last one said, often a connection.
    if matches!(error, CredentialsError::CredentialsNotLoaded(_)) {
        let message = format!("{NO_CREDENTIALS} ({words})");
        return without_answer(api, ErrorKind::Credentials, &message);
    }
    let unreachable = in_chain::<ConnectorError>(error).is_some();
    let kind = if unreachable || matches!(error, CredentialsError::ProviderTimedOut(_)) {
        ErrorKind::Unavailable
    } else if words.to_ascii_lowercase().contains("expired") {
        ErrorKind::Expired
    } else {
        ErrorKind::Credentials
    };
    let message = format!("credentials could not be loaded: {words}");
    without_answer(api, kind, &message)
}

/// A failure that no service answered.
pub(super) fn without_answer(api: &'static str, kind: ErrorKind, message: &str) -> AwsError {
    AwsError {
        kind,
        api,
        code: String::new(),
        message: message.to_owned(),
    }
}

/// An answer that lacks what it must have.
pub(super) fn lacks(api: &'static str, what: &str) -> AwsError {
    let message = format!("expected `{what}` in the answer, got none");
    without_answer(api, ErrorKind::Unexpected, &message)
}

/// An error with all its causes, each once.
pub(super) fn words(error: &(dyn Error + 'static)) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let word = error.to_string();
        if !words.iter().any(|known| known.contains(&word)) {
            words.push(word);
        }
        next = error.source();
    }
    words.join(": ")
}

/// The first error of a type among an error and its causes.
fn in_chain<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    std::iter::successors(Some(error), |&error| error.source())
        .find_map(|error| error.downcast_ref::<E>())
}

/// What kind of failure a code is. Codes are compared without the `Exception` that some services add.
pub(super) fn kind(status: u16, code: &str, message: &str) -> ErrorKind {
    match code.strip_suffix("Exception").unwrap_or(code) {
        "ChangeSetNotFound" | "StackNotFound" | "HookResultNotFound" | "OperationNotFound"
        | "ResourceNotFound" | "NoSuchBucket" | "NoSuchKey" | "NotFound" => ErrorKind::NotFound,
        "AlreadyExists" | "TokenAlreadyExists" => ErrorKind::AlreadyExists,
        "InvalidChangeSetStatus"
        | "InvalidOperation"
        | "OperationInProgress"
        | "Conflict"
        | "ResourceInUse" => ErrorKind::InvalidState,
        "LimitExceeded" | "ResourceLimitExceeded" | "ServiceQuotaExceeded" => ErrorKind::Limit,
        "AccessDenied" | "UnauthorizedOperation" | "NotAuthorized" | "AllAccessDisabled" => {
            ErrorKind::Denied
        }
        "ExpiredToken" | "TokenRefreshRequired" => ErrorKind::Expired,
        "InvalidClientTokenId"
        | "SignatureDoesNotMatch"
        | "UnrecognizedClient"
        | "IncompleteSignature"
        | "InvalidSignature"
        | "MissingAuthenticationToken"
        | "InvalidAccessKeyId"
        | "InvalidToken"
        | "OptInRequired"
        | "AuthFailure"
        | "RequestExpired"
        | "RequestTimeTooSkewed" => ErrorKind::Credentials,
        "Throttling"
        | "Throttled"
        | "ThrottledRequest"
        | "RequestThrottled"
        | "RequestLimitExceeded"
        | "TooManyRequests"
        | "SlowDown"
        | "BandwidthLimitExceeded"
        | "PriorRequestNotComplete" => ErrorKind::Throttled,
        "ServiceUnavailable" | "InternalFailure" | "InternalError" | "InternalServer"
        | "InternalService" | "RequestTimeout" => ErrorKind::Unavailable,
        "ValidationError" | "Validation" => validation(message),
        _ if status >= 500 => ErrorKind::Unavailable,
        _ if status == 429 => ErrorKind::Throttled,
        _ if (400..500).contains(&status) => ErrorKind::Invalid,
        _ => ErrorKind::Unexpected,
    }
}

/// What a `ValidationError` is: `CloudFormation` and `SageMaker` say much with this one code.
fn validation(message: &str) -> ErrorKind {
    let gone = message.contains("does not exist")
        && (message.starts_with("Stack") || message.starts_with("ChangeSet"));
    if gone || message.starts_with("Could not find") {
        ErrorKind::NotFound
    } else if message.contains(" state and can") || message.contains("current stack status") {
        // `Stack:… is in UPDATE_IN_PROGRESS state and can not be updated.`
        ErrorKind::InvalidState
    } else {
        ErrorKind::Invalid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_kind() {
        use ErrorKind as Kind;
        let none = "";
        for (status, code, message, expected) in [
            (
                400,
                "ValidationError",
                "Stack with id a does not exist",
                Kind::NotFound,
            ),
            (
                400,
                "ValidationError",
                "Stack [a] does not exist",
                Kind::NotFound,
            ),
            (
                400,
                "ValidationError",
                "ChangeSet [a] does not exist",
                Kind::NotFound,
            ),
            (
                400,
                "ValidationError",
                "Role a does not exist",
                Kind::Invalid,
            ),
            (
                400,
                "ValidationError",
                "Template format error",
                Kind::Invalid,
            ),
            (
                400,
                "ValidationError",
                "Stack:a is in UPDATE_IN_PROGRESS state and can not be updated.",
                Kind::InvalidState,
            ),
            (
                400,
                "ValidationError",
                "CancelUpdateStack cannot be called from current stack status",
                Kind::InvalidState,
            ),
            (
                400,
                "ValidationException",
                "Could not find endpoint \"a\".",
                Kind::NotFound,
            ),
            (404, "ChangeSetNotFound", none, Kind::NotFound),
            (404, "ChangeSetNotFoundException", none, Kind::NotFound),
            (400, "AlreadyExistsException", none, Kind::AlreadyExists),
            (
                400,
                "TokenAlreadyExistsException",
                none,
                Kind::AlreadyExists,
            ),
            (400, "InvalidChangeSetStatus", none, Kind::InvalidState),
            (
                400,
                "InsufficientCapabilitiesException",
                none,
                Kind::Invalid,
            ),
            (400, "LimitExceededException", none, Kind::Limit),
            (403, "AccessDenied", none, Kind::Denied),
            (400, "AccessDeniedException", none, Kind::Denied),
            (403, "ExpiredToken", none, Kind::Expired),
            (400, "ExpiredTokenException", none, Kind::Expired),
            (403, "InvalidClientTokenId", none, Kind::Credentials),
            (403, "SignatureDoesNotMatch", none, Kind::Credentials),
            (400, "Throttling", "Rate exceeded", Kind::Throttled),
            (400, "ThrottlingException", none, Kind::Throttled),
            (500, "InternalFailure", none, Kind::Unavailable),
            (503, "SomethingNew", none, Kind::Unavailable),
            (400, "SomethingNew", none, Kind::Invalid),
            (302, "SomethingNew", none, Kind::Unexpected),
        ] {
            assert_eq!(kind(status, code, message), expected, "{code}: {message}");
        }
    }

    #[test]
    fn a_page_is_quoted_and_not_lost() {
        let error = of_text("s3:PutObject", 502, b"<html>\n  Bad   Gateway</html>");
        assert_eq!(error.kind, ErrorKind::Unavailable);
        assert_eq!(
            error.to_string(),
            "s3:PutObject: expected an answer of AWS, got HTTP status 502 with `<html> Bad Gateway</html>`"
        );
        let error = of_text("s3:PutObject", 200, &[0xff; 1000]);
        assert_eq!(error.kind, ErrorKind::Unexpected);
        assert!(error.message.ends_with(" …`"), "{}", error.message);
        assert!(of_text("a", 200, b"").message.ends_with("with nothing"));
    }

    #[test]
    fn missing_credentials_come_with_advice() {
        let none = of_credentials("a", &CredentialsError::not_loaded("nobody has any"));
        assert_eq!(none.kind, ErrorKind::Credentials);
        assert!(none.message.contains("aws sso login"), "{}", none.message);
        assert!(none.message.contains("nobody has any"), "{}", none.message);
        let expired = CredentialsError::provider_error("the SSO session has expired");
        assert_eq!(of_credentials("a", &expired).kind, ErrorKind::Expired);
        let offline = CredentialsError::provider_error(ConnectorError::io("no route".into()));
        assert_eq!(of_credentials("a", &offline).kind, ErrorKind::Unavailable);
    }

    #[test]
    fn causes_are_told_once() {
        let error = CredentialsError::provider_error("it broke");
        let words = words(&error);
        assert!(words.contains("it broke"), "{words}");
    }
}
