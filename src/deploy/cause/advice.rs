//! What a failure's reason lets one do.
//!
//! <https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html>

/// What introduces a code in a reason: a resource handler's, and a service's. The handler's says
/// more about what to do.
const INTRODUCTIONS: [&str; 2] = ["HandlerErrorCode: ", "Error Code: "];

/// What words of a reason mean, whatever its code.
const WORDS: &[(&str, &str)] = &[
    (
        "Encoded authorization failure message",
        "run `aws sts decode-authorization-message --encoded-message MESSAGE` with the message to \
         see which permission is missing",
    ),
    (
        "cannot update a stack when a custom-named resource requires replacing",
        "remove the physical name from the template, or change it, so that the new resource can be \
         made beside the old one",
    ),
    (
        "Cannot update in-progress endpoint",
        "SageMaker is still changing the endpoint: wait until `sageform status` shows it in service, \
         then try again without skipping it",
    ),
    (
        "ping health check",
        "the container did not answer `GET /ping` in time: read the log group \
         `/aws/sagemaker/Endpoints/NAME` of the endpoint",
    ),
    (
        "Unable to provision requested ML compute capacity",
        "AWS has no such instances free there now: try again later, or use another instance type",
    ),
    (
        "as it is in use by",
        "another stack imports this output: change that stack first",
    ),
    ("is not authorized to perform", DENIED),
    ("account-level service limit", LIMIT),
];

const DENIED: &str = "allow the role that CloudFormation assumes what the reason names; `sageform \
                      permissions` writes the least policy";
const LIMIT: &str = "ask for a higher quota in Service Quotas, or use less of it: while an endpoint \
                     moves to a new fleet, both fleets count";
const EXISTS: &str = "something of this name is there already, made outside the stack: delete it, \
                      import it, or use another name";
const AGAIN: &str = "the service was asked too often or failed: deploy again later";
const INVALID: &str = "the service refuses these properties: correct the stage file or the stack";
const CONFLICT: &str = "something else is changing the resource: wait until it has finished, then \
                        deploy again";

/// What codes mean, without the `Exception` that services put after some of them.
const CODES: &[(&str, &str)] = &[
    (
        "NotStabilized",
        "the resource was made or changed and did not become ready in time: an endpoint's \
         containers may fail or be slow to start; read the log group \
         `/aws/sagemaker/Endpoints/NAME`",
    ),
    ("AlreadyExists", EXISTS),
    ("ResourceInUse", CONFLICT),
    ("ResourceConflict", CONFLICT),
    ("ServiceLimitExceeded", LIMIT),
    ("ResourceLimitExceeded", LIMIT),
    ("LimitExceeded", LIMIT),
    ("AccessDenied", DENIED),
    ("UnauthorizedTaggingOperation", DENIED),
    (
        "InvalidCredentials",
        "the credentials that CloudFormation works with are not valid any more: give the stage a \
         role for it",
    ),
    (
        "ExpiredToken",
        "the credentials that CloudFormation works with have expired: give the stage a role for it, \
         because endpoints outlive a caller's session",
    ),
    (
        "GeneralServiceException",
        "the service refused the request, and only its own words say why",
    ),
    ("InvalidRequest", INVALID),
    ("Validation", INVALID),
    (
        "NotFound",
        "what the resource refers to, or itself, is not there: it may have been deleted outside the \
         stack",
    ),
    (
        "NotUpdatable",
        "this property cannot be changed: the resource has to be replaced, under another name",
    ),
    (
        "BucketNotEmpty",
        "empty the bucket and destroy again, or keep it with `--retain` and its logical id",
    ),
    ("Throttling", AGAIN),
    ("ServiceInternalError", AGAIN),
    ("ServiceTimeout", AGAIN),
    ("NetworkFailure", AGAIN),
    ("InternalFailure", AGAIN),
    ("HandlerInternalFailure", AGAIN),
];

/// The code that a reason holds: a resource handler's where there is one, the service's otherwise.
pub fn code(reason: &str) -> Option<&str> {
    INTRODUCTIONS.into_iter().find_map(|introduction| {
        let (_, rest) = reason.split_once(introduction)?;
        let end = rest
            .find(|character: char| {
                !(character.is_ascii_alphanumeric() || matches!(character, ':' | '-' | '.'))
            })
            .unwrap_or(rest.len());
        Some(rest[..end].trim_end_matches('.')).filter(|code| !code.is_empty())
    })
}

/// What to do about a reason: by its words, then by its code.
pub fn advice(reason: &str) -> Option<&'static str> {
    let by_words = WORDS.iter().find(|(words, _)| reason.contains(words));
    if let Some((_, advice)) = by_words {
        return Some(advice);
    }
    let code = code(reason)?;
    let code = code.strip_suffix("Exception").unwrap_or(code);
    CODES
        .iter()
        .find(|(known, _)| known.strip_suffix("Exception").unwrap_or(known) == code)
        .map(|(_, advice)| *advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handlers_code_is_found_before_the_services() {
        for (reason, expected) in [
            (
                "Resource handler returned message: \"Resource of type 'AWS::SageMaker::Endpoint' with \
                 identifier 'x' did not stabilize.\" (RequestToken: 1-2, HandlerErrorCode: \
                 NotStabilized)",
                Some("NotStabilized"),
            ),
            (
                "Could not find model \"m\". (Service: SageMaker, Status Code: 400, Request ID: 1; \
                 Error Code: ValidationException; Proxy: null)",
                Some("ValidationException"),
            ),
            (
                "Error Code: AccessDenied, HandlerErrorCode: GeneralServiceException",
                Some("GeneralServiceException"),
            ),
            (
                "Error Code: AWS.SimpleQueueService.Gone.",
                Some("AWS.SimpleQueueService.Gone"),
            ),
            ("HandlerErrorCode: )", None),
            ("Resource creation cancelled", None),
        ] {
            assert_eq!(code(reason), expected, "{reason}");
        }
    }

    #[test]
    fn every_code_has_advice_with_and_without_exception() {
        for (name, expected) in CODES {
            let reason = format!("no (Error Code: {name})");
            assert_eq!(advice(&reason), Some(*expected), "{name}");
        }
        assert_eq!(
            advice("no (Error Code: AccessDeniedException)"),
            Some(DENIED)
        );
        assert_eq!(advice("no (Error Code: Unheard)"), None);
    }

    #[test]
    fn words_are_clearer_than_codes() {
        let reason = "You are not authorized. Encoded authorization failure message: abc (Error Code: \
                      GeneralServiceException)";
        assert!(
            advice(reason)
                .unwrap()
                .contains("decode-authorization-message")
        );
    }
}
