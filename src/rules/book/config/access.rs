//! What the role of an endpoint may do, as far as its policies are in the template.

use super::super::super::node::{Node, Resource};
use super::super::found::Found;
use super::models;

const ROLE: &str = "AWS::IAM::Role";
const MANAGED: &str = "AWS::IAM::ManagedPolicy";

/// What allows a role an action.
pub(super) enum Grant<'w> {
    /// A policy within the role.
    Inline,
    /// A policy that is a resource of its own.
    By(Resource<'w>),
    /// Nothing.
    Nowhere,
    /// Perhaps a policy whose content is not known.
    Unknown,
}

/// The roles in the template with which a configuration's models run.
pub(super) fn roles(config: Resource<'_>) -> Vec<Resource<'_>> {
    let mut roles: Vec<Resource<'_>> = Vec::new();
    let own = config.get("ExecutionRoleArn");
    let of_models = models(config)
        .into_iter()
        .map(|model| model.get("ExecutionRoleArn"));
    for arn in Some(own).into_iter().chain(of_models) {
        if let Some((role, _)) = arn.target()
            && role.kind() == ROLE
            && !roles.iter().any(|known| known.is(role))
        {
            roles.push(role);
        }
    }
    roles
}

/// What allows a role an action, on whatever resource.
pub(super) fn grant<'w>(role: Resource<'w>, action: &str) -> Grant<'w> {
    let inline = role.get("Policies");
    let mut unknown = !inline.is_absent() && inline.list().is_none();
    for policy in inline.items() {
        match allows(policy.get("PolicyDocument"), action) {
            Some(true) => return Grant::Inline,
            Some(false) => {}
            None => unknown = true,
        }
    }
    let managed = role.get("ManagedPolicyArns");
    unknown |= !managed.is_absent() && managed.list().is_none();
    let mut separate = Vec::new();
    for arn in managed.items() {
        match arn.target() {
            Some((policy, _)) if policy.kind() == MANAGED => separate.push(policy),
            // One of AWS's, or of somebody's elsewhere.
            _ => unknown = true,
        }
    }
    for kind in ["AWS::IAM::Policy", MANAGED, "AWS::IAM::RolePolicy"] {
        for policy in role.world().of_type(kind) {
            match is_of(policy, role) {
                Some(true) => separate.push(policy),
                Some(false) => {}
                None => unknown = true,
            }
        }
    }
    let mut by = None;
    for policy in separate {
        match allows(policy.get("PolicyDocument"), action) {
            Some(true) => by = Some(policy),
            Some(false) => {}
            None => unknown = true,
        }
    }
    match by {
        // Another one may allow it earlier.
        _ if unknown => Grant::Unknown,
        Some(policy) => Grant::By(policy),
        None => Grant::Nowhere,
    }
}

/// Whether a policy is attached to a role.
fn is_of(policy: Resource<'_>, role: Resource<'_>) -> Option<bool> {
    let one = policy.get("RoleName");
    let many = policy.get("Roles");
    let names = match many.list() {
        Some(names) => names,
        None if many.is_absent() && one.is_absent() => return Some(false),
        None if many.is_absent() => vec![one],
        None => return None,
    };
    let mut known = true;
    for name in names {
        match (name.target(), name.text(), role.get("RoleName").text()) {
            (Some((target, _)), ..) if target.is(role) => return Some(true),
            (None, Some(name), Some(own)) if name == own => return Some(true),
            (Some(_), ..) | (None, Some(_), _) => {}
            (None, None, _) => known = false,
        }
    }
    known.then_some(false)
}

/// Whether a document allows an action: `None` where that is not known.
fn allows(document: Node<'_>, action: &str) -> Option<bool> {
    let statements = document.get("Statement");
    let statements = match statements.list() {
        Some(list) => list,
        None if statements.entries().next().is_some() => vec![statements],
        None => return None,
    };
    let mut known = true;
    for statement in statements {
        match statement.get("Effect").text().as_deref() {
            Some("Allow") => {}
            Some(_) => continue,
            None => known = false,
        }
        let actions = statement.get("Action");
        if actions.is_absent() {
            // `NotAction` allows much.
            return None;
        }
        for pattern in actions.list().unwrap_or_else(|| vec![actions]) {
            match pattern.text() {
                Some(pattern) if matches(&pattern, action) => return known.then_some(true),
                Some(_) => {}
                None => known = false,
            }
        }
    }
    known.then_some(false)
}

/// Whether an action is one of a pattern's. A pattern of another form than `sns:*` may be.
fn matches(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_ascii_lowercase(), action.to_ascii_lowercase());
    match pattern.split_once(['*', '?']) {
        Some((start, _)) => action.starts_with(start),
        None => pattern == action,
    }
}

/// The roles of a configuration have to be allowed to write to a place in S3.
pub(super) fn writes(config: Resource<'_>, place: Node<'_>, what: &str, found: &mut Found<'_>) {
    if !place.is_present() {
        return;
    }
    for role in roles(config) {
        if matches!(grant(role, "s3:PutObject"), Grant::Nowhere) {
            found
                .at(
                    place,
                    format!(
                        "the role `{}` does not allow `s3:PutObject`, so that {what} cannot be written",
                        role.id()
                    ),
                )
                .hint("allow `s3:PutObject` on the objects there in an inline policy of the role");
        }
    }
}
