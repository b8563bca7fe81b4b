//! Which AWS actions each verb calls: the one table of them.
//!
//! What the actions apply to, and which conditions they know, is the service authorization
//! reference's.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudformation.html>

use std::fmt;
use std::str::FromStr;

/// A verb of the command line that calls AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// `diff --deployed`.
    Diff,
    /// `plan`.
    Plan,
    /// `apply`, and the second half of `deploy`.
    Apply,
    /// `status`.
    Status,
    /// `events`.
    Events,
    /// `outputs`.
    Outputs,
    /// `drift`.
    Drift,
    /// `rollback`.
    Rollback,
    /// `discard`.
    Discard,
    /// `destroy`.
    Destroy,
}

impl Verb {
    /// Every verb.
    pub const ALL: &'static [Self] = &[
        Self::Diff,
        Self::Plan,
        Self::Apply,
        Self::Status,
        Self::Events,
        Self::Outputs,
        Self::Drift,
        Self::Rollback,
        Self::Discard,
        Self::Destroy,
    ];

    /// What the policy for planning is for: whoever has it changes nothing that serves.
    pub const PLANNING: &'static [Self] = &[
        Self::Diff,
        Self::Plan,
        Self::Status,
        Self::Events,
        Self::Outputs,
    ];

    /// What the policy for applying is for: deploys, and gets a stack back that a deploy has wedged.
    pub const APPLYING: &'static [Self] = &[
        Self::Diff,
        Self::Plan,
        Self::Apply,
        Self::Status,
        Self::Events,
        Self::Outputs,
        Self::Rollback,
    ];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Diff => "diff",
            Self::Plan => "plan",
            Self::Apply => "apply",
            Self::Status => "status",
            Self::Events => "events",
            Self::Outputs => "outputs",
            Self::Drift => "drift",
            Self::Rollback => "rollback",
            Self::Discard => "discard",
            Self::Destroy => "destroy",
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Verb {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|verb| verb.name() == name);
        found.copied().ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|verb| verb.name()).collect();
            format!("expected one of {}, got `{name}`", names.join(", "))
        })
    }
}

/// What a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum On {
    /// The stage's stacks, and the stacks nested in them.
    Stacks,
    /// The stacks, and change sets by their ARNs.
    ChangeSets,
    /// The same, and only change sets that this program made.
    OwnChangeSets,
    /// The endpoints of the templates.
    Endpoints,
    /// The stage's role for CloudFormation.
    Role,
    /// Templates in the bucket for large ones.
    Templates,
    /// Macros of the templates.
    Macros,
    /// Nothing that can be named.
    Everything,
}

/// An action that verbs call.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) action: &'static str,
    pub(super) on: On,
    pub(super) verbs: &'static [Verb],
    pub(super) sid: &'static str,
    pub(super) reason: &'static str,
    /// Whether it is called only for stages with termination protection.
    pub(super) protected: bool,
}

use Verb::{Apply, Destroy, Diff, Discard, Drift, Events, Plan, Rollback, Status};

const LOOK: &str = "what is deployed, and how it got there";
const CHANGE_SETS: &str = "what a change set would do and did, and its template, which is compared byte for byte with the \
     reviewed file";
const TOUCH: &str = "change sets, which this program names `sageform-…`; nobody else's are touched";

const fn call(
    action: &'static str,
    on: On,
    verbs: &'static [Verb],
    sid: &'static str,
    reason: &'static str,
) -> Call {
    Call {
        action,
        on,
        verbs,
        sid,
        reason,
        protected: false,
    }
}

/// Every call. `sts:GetCallerIdentity` is not among them: it needs no permission.
pub(super) const CALLS: &[Call] = &[
    call(
        "cloudformation:DescribeStacks",
        On::Stacks,
        Verb::ALL,
        "LookAtStacks",
        LOOK,
    ),
    call(
        "cloudformation:DescribeStackEvents",
        On::Stacks,
        &[Plan, Apply, Events, Rollback, Discard, Destroy],
        "LookAtStacks",
        LOOK,
    ),
    call(
        "cloudformation:GetTemplate",
        On::ChangeSets,
        &[Diff, Plan, Apply, Status, Events, Drift, Destroy],
        "LookAtChangeSets",
        CHANGE_SETS,
    ),
    call(
        "cloudformation:ListStackResources",
        On::Stacks,
        &[
            Diff, Plan, Apply, Status, Events, Drift, Rollback, Discard, Destroy,
        ],
        "LookAtStacks",
        LOOK,
    ),
    call(
        "cloudformation:ListChangeSets",
        On::Stacks,
        &[Plan, Apply, Status, Discard, Destroy],
        "LookAtStacks",
        LOOK,
    ),
    call(
        "cloudformation:DescribeChangeSet",
        On::ChangeSets,
        &[Plan, Apply, Discard],
        "LookAtChangeSets",
        CHANGE_SETS,
    ),
    call(
        "cloudformation:DescribeEvents",
        On::ChangeSets,
        &[Plan, Apply],
        "LookAtChangeSets",
        CHANGE_SETS,
    ),
    call(
        "cloudformation:ListHookResults",
        On::ChangeSets,
        &[Plan, Apply],
        "LookAtChangeSets",
        CHANGE_SETS,
    ),
    call(
        "cloudformation:GetHookResult",
        On::Everything,
        &[Plan, Apply, Events],
        "LookAtHooks",
        "the result of a hook has no ARN",
    ),
    call(
        "sagemaker:DescribeEndpoint",
        On::Endpoints,
        &[Plan, Apply, Status, Events, Drift, Rollback],
        "LookAtEndpoints",
        "what serves is what SageMaker says, not CloudFormation",
    ),
    call(
        "cloudformation:CreateChangeSet",
        On::OwnChangeSets,
        &[Plan],
        "MakeChangeSets",
        TOUCH,
    ),
    call(
        "cloudformation:DeleteChangeSet",
        On::OwnChangeSets,
        &[Plan, Apply, Discard],
        "MakeChangeSets",
        TOUCH,
    ),
    call(
        "cloudformation:CreateChangeSet",
        On::Macros,
        &[Plan],
        "UseMacros",
        "a change set whose template names a macro is made with permission on the macro too",
    ),
    call(
        "iam:PassRole",
        On::Role,
        &[Plan, Rollback, Destroy],
        "PassRole",
        "CloudFormation works with the stage's `CloudFormationRoleArn`, and no other service gets it",
    ),
    call(
        "s3:PutObject",
        On::Templates,
        &[Plan],
        "KeepTemplates",
        "a template over 51,200 bytes is handed over in S3, named by its digest",
    ),
    call(
        "s3:GetObject",
        On::Templates,
        &[Plan],
        "KeepTemplates",
        "a template over 51,200 bytes is handed over in S3, named by its digest",
    ),
    call(
        "cloudformation:ExecuteChangeSet",
        On::OwnChangeSets,
        &[Apply],
        "ExecuteChangeSets",
        "only change sets that this program made are executed",
    ),
    Call {
        protected: true,
        ..call(
            "cloudformation:UpdateTerminationProtection",
            On::Stacks,
            &[Apply],
            "Protect",
            "the stage has `TerminationProtection`",
        )
    },
    call(
        "cloudformation:CancelUpdateStack",
        On::Stacks,
        &[Rollback],
        "GetBack",
        "gets a stack back that an operation has wedged",
    ),
    call(
        "cloudformation:ContinueUpdateRollback",
        On::Stacks,
        &[Rollback],
        "GetBack",
        "gets a stack back that an operation has wedged",
    ),
    call(
        "cloudformation:RollbackStack",
        On::Stacks,
        &[Rollback],
        "GetBack",
        "gets a stack back that an operation has wedged",
    ),
    call(
        "cloudformation:DeleteStack",
        On::Stacks,
        &[Discard, Destroy],
        "Delete",
        "deletes the stack, or the empty one that a plan for a new stack leaves",
    ),
    call(
        "cloudformation:ListImports",
        On::Everything,
        &[Destroy],
        "LookAtImports",
        "exports have no ARN",
    ),
    call(
        "cloudformation:DetectStackDrift",
        On::Stacks,
        &[Drift],
        "DetectDrift",
        "compares what is deployed with its template",
    ),
    call(
        "cloudformation:DescribeStackResourceDrifts",
        On::Stacks,
        &[Drift],
        "DetectDrift",
        "compares what is deployed with its template",
    ),
    call(
        "cloudformation:DescribeStackDriftDetectionStatus",
        On::Everything,
        &[Drift],
        "FollowDrift",
        "a detection has an id and no ARN",
    ),
];
