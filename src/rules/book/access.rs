//! What a role may do, as far as its policies are in the template.

mod pattern;

use super::super::node::{Node, Resource};
use super::super::world::World;
use super::hosting::{model_of, shadows, variants};

pub(super) use pattern::{Token, literal, split_once, tokens};
use pattern::{matches, matches_action, pattern};

pub(super) const ROLE: &str = "AWS::IAM::Role";
const MANAGED: &str = "AWS::IAM::ManagedPolicy";

/// The types of policies that are resources of their own.
pub(super) const SEPARATE: [&str; 3] = ["AWS::IAM::Policy", MANAGED, "AWS::IAM::RolePolicy"];

/// The role that a value names, where it is in the template.
pub(super) fn role_of(arn: Node<'_>) -> Option<Resource<'_>> {
    let (role, _) = arn.target()?;
    (role.kind() == ROLE).then_some(role)
}

/// The roles in the template with which the models of a configuration run.
pub(super) fn roles(config: Resource<'_>) -> Vec<Resource<'_>> {
    let mut roles: Vec<Resource<'_>> = Vec::new();
    let models = variants(config).into_iter().chain(shadows(config));
    let arns = models
        .filter_map(model_of)
        .chain(Some(config))
        .map(|user| user.get("ExecutionRoleArn"));
    for role in arns.filter_map(role_of) {
        if !roles.iter().any(|known| known.is(role)) {
            roles.push(role);
        }
    }
    roles
}

/// Whether something is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    Unknown,
}

/// What may allow a role an action.
pub(super) enum Grant<'w> {
    /// Policies within the role, or ones that are not known.
    Role,
    /// Policies that are resources of their own, and nothing else.
    Separate(Vec<Resource<'w>>),
    Nothing,
}

/// The items of a list, or the one value that stands for it; `None` where it may be any.
fn one_or_more(node: Node<'_>) -> Option<Vec<Node<'_>>> {
    node.is_present().then(|| node.one_or_more())
}

/// The best answer of several patterns to a name.
fn any(patterns: Node<'_>, answer: impl Fn(Node<'_>) -> Answer) -> Answer {
    let Some(patterns) = one_or_more(patterns) else {
        return Answer::Unknown;
    };
    let mut best = Answer::No;
    for pattern in patterns {
        match answer(pattern) {
            Answer::Yes => return Answer::Yes,
            Answer::Unknown => best = Answer::Unknown,
            Answer::No => {}
        }
    }
    best
}

struct Statement<'w> {
    written: Node<'w>,
    /// The policy that it is in, where that is a resource of its own.
    policy: Option<Resource<'w>>,
}

/// Whether an action is one of those of a statement.
fn names_action(statement: Node<'_>, action: &str) -> Answer {
    any(statement.get("Action"), |node| match node.text() {
        Some(pattern) if matches_action(&pattern, action) => Answer::Yes,
        Some(_) => Answer::No,
        None => Answer::Unknown,
    })
}

/// The policies of a role.
pub(super) struct Policies<'w> {
    world: &'w World<'w>,
    statements: Vec<Statement<'w>>,
    /// Whether these are all that there are.
    complete: bool,
}

impl<'w> Policies<'w> {
    pub(super) fn of(role: Resource<'w>) -> Self {
        let mut policies = Self {
            world: role.world(),
            statements: Vec::new(),
            // A role with a name may be given policies by other templates.
            complete: role.get("RoleName").is_absent(),
        };
        let inline = role.get("Policies");
        policies.complete &= inline.is_absent() || inline.list().is_some();
        for policy in inline.items() {
            policies.add(policy.get("PolicyDocument"), None);
        }
        let managed = role.get("ManagedPolicyArns");
        policies.complete &= managed.is_absent() || managed.list().is_some();
        for arn in managed.items() {
            match arn.target() {
                Some((policy, _)) if policy.kind() == MANAGED => {
                    policies.add(policy.get("PolicyDocument"), Some(policy));
                }
                _ => policies.complete = false,
            }
        }
        for policy in SEPARATE.iter().flat_map(|kind| role.world().of_type(kind)) {
            match is_of(policy, role) {
                Answer::Yes => policies.add(policy.get("PolicyDocument"), Some(policy)),
                Answer::No => {}
                Answer::Unknown => policies.complete = false,
            }
        }
        policies
    }

    fn add(&mut self, document: Node<'w>, policy: Option<Resource<'w>>) {
        let Some(statements) = one_or_more(document.get("Statement")) else {
            self.complete = false;
            return;
        };
        let statements = statements.into_iter();
        self.statements
            .extend(statements.map(|written| Statement { written, policy }));
    }

    /// What may allow an action on anything.
    pub(super) fn grant(&self, action: &str) -> Grant<'w> {
        if self.refuse(action, &[Token::UNKNOWN]) {
            return Grant::Nothing;
        }
        let mut policies: Vec<Resource<'w>> = Vec::new();
        for statement in &self.statements {
            let denies = statement.written.get("Effect").text().as_deref() == Some("Deny");
            if denies || self.concerns(statement, action, &[Token::UNKNOWN]) == Answer::No {
                continue;
            }
            match statement.policy {
                Some(policy) => policies.push(policy),
                None => return Grant::Role,
            }
        }
        if self.complete {
            Grant::Separate(policies)
        } else {
            Grant::Role
        }
    }

    /// Whether they allow an action on a resource.
    pub(super) fn allow(&self, action: &str, resource: &[Token]) -> Answer {
        let (mut yes, mut perhaps, mut perhaps_not) = (false, !self.complete, !self.complete);
        for statement in &self.statements {
            let answer = self.concerns(statement, action, resource);
            let effect = statement.written.get("Effect").text();
            match (effect.as_deref(), answer) {
                (_, Answer::No) => {}
                (Some("Allow"), Answer::Yes) => yes = true,
                (Some("Allow"), Answer::Unknown) => perhaps = true,
                (Some("Deny"), Answer::Yes) => return Answer::No,
                (Some("Deny"), Answer::Unknown) => perhaps_not = true,
                _ => (perhaps, perhaps_not) = (true, true),
            }
        }
        match (yes, perhaps, perhaps_not) {
            (true, _, false) => Answer::Yes,
            (false, false, _) => Answer::No,
            _ => Answer::Unknown,
        }
    }

    /// Whether an action is not allowed on a resource, for sure.
    pub(super) fn refuse(&self, action: &str, resource: &[Token]) -> bool {
        self.allow(action, resource) == Answer::No
    }

    /// Whether a statement that allows names actions of a service, such as `ecr:`.
    pub(super) fn name(&self, service: &str) -> bool {
        self.statements.iter().any(|statement| {
            let actions = one_or_more(statement.written.get("Action")).unwrap_or_default();
            statement.written.get("Effect").text().as_deref() == Some("Allow")
                && actions.iter().any(|action| {
                    action
                        .text()
                        .is_some_and(|text| text.to_ascii_lowercase().starts_with(service))
                })
        })
    }

    fn concerns(&self, statement: &Statement<'w>, action: &str, resource: &[Token]) -> Answer {
        let statement = statement.written;
        let of_action = if statement.get("Action").is_absent() {
            Answer::Unknown
        } else {
            names_action(statement, action)
        };
        if of_action == Answer::No {
            return Answer::No;
        }
        let of_resource = if statement.get("Resource").is_absent() {
            Answer::Unknown
        } else {
            any(statement.get("Resource"), |node| {
                if !self.world.work(0) {
                    return Answer::Unknown;
                }
                let pattern = pattern(tokens(self.world, node));
                matches(&pattern, resource, |steps| {
                    self.world.work(pattern.len() + steps);
                })
            })
        };
        match (of_action, of_resource) {
            (_, Answer::No) => Answer::No,
            (Answer::Yes, Answer::Yes) if statement.get("Condition").is_absent() => Answer::Yes,
            _ => Answer::Unknown,
        }
    }
}

/// Whether a policy that is a resource of its own is attached to a role.
pub(super) fn is_of(policy: Resource<'_>, role: Resource<'_>) -> Answer {
    let property = if policy.kind() == "AWS::IAM::RolePolicy" {
        "RoleName"
    } else {
        "Roles"
    };
    let names = policy.get(property);
    if names.is_absent() {
        return Answer::No;
    }
    any(names, |name| match (name.target(), name.text()) {
        (Some((target, _)), _) if target.is(role) => Answer::Yes,
        (Some((target, _)), _) if target.kind() == ROLE => Answer::No,
        // The name of a role without one is made up when it is created.
        (None, Some(name)) => match role.get("RoleName").text() {
            Some(own) if own == name => Answer::Yes,
            _ => Answer::No,
        },
        _ => Answer::Unknown,
    })
}

/// Whether a service may take a role.
pub(super) fn trusts(role: Resource<'_>, service: &[Token]) -> Answer {
    let world = role.world();
    let document = role.get("AssumeRolePolicyDocument");
    any(document.get("Statement"), |statement| {
        let effect = statement.get("Effect").text();
        if effect.as_deref() == Some("Deny") {
            return Answer::No;
        }
        let of_action = names_action(statement, "sts:AssumeRole");
        let principal = statement.get("Principal");
        let services = principal.get("Service");
        let of_service = match principal.text() {
            Some(everybody) if everybody == "*" => Answer::Yes,
            _ if services.is_absent() && principal.entries().next().is_some() => {
                any(principal.get("AWS"), |node| match node.text().as_deref() {
                    Some("*") => Answer::Unknown,
                    _ => Answer::No,
                })
            }
            _ => any(services, |node| {
                match matches(&tokens(world, node), service, |steps| {
                    world.work(steps);
                }) {
                    Answer::No if node.text().as_deref() == Some("*") => Answer::Unknown,
                    answer => answer,
                }
            }),
        };
        match (of_action, of_service) {
            (Answer::No, _) | (_, Answer::No) => Answer::No,
            (Answer::Yes, Answer::Yes) => Answer::Yes,
            _ => Answer::Unknown,
        }
    })
}
