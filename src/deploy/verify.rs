//! What is serving: SageMaker's word, not CloudFormation's.
//!
//! A stack whose update succeeded may hold an endpoint that SageMaker has taken back to its old
//! configuration, without a failure that anybody reports. So the endpoint itself is looked at, before
//! an update and after it.

use tokio::time::{Duration, Instant, sleep};

use crate::finding::Finding;
use crate::template::Template;

use super::aws::Aws;
use super::endpoint::{LiveEndpoint, LiveVariant};
use super::error::AwsError;
use super::inputs::{self, EndpointInTemplate, VariantInTemplate};
use super::progress::{Listener, Notice, Pace, Subject};
use super::stack::StackResource;
use super::stop::{Reason, Stop};

/// How long an endpoint may still be at work after its stack is done.
pub const LONGEST_SETTLING: Duration = Duration::from_mins(15);

/// An endpoint of a stack beside what SageMaker says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Serving {
    /// The endpoint's logical id.
    pub logical_id: String,
    /// Its name.
    pub name: String,
    /// The configuration that the stack has made for it.
    pub config: Option<String>,
    /// What SageMaker says; `None` where there is no such endpoint.
    pub live: Option<LiveEndpoint>,
    /// What is not as it should be.
    pub problems: Vec<Problem>,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What it is.
    pub message: String,
    /// Whether it may pass by itself.
    pub passing: bool,
}

/// The endpoints that a stack has, each compared with what its template says.
///
/// # Errors
///
/// What `CloudFormation` or `SageMaker` does not answer.
pub async fn look(aws: &Aws, stack: &str, template: &Template) -> Result<Vec<Serving>, AwsError> {
    let endpoints = inputs::endpoints(template);
    if endpoints.is_empty() {
        return Ok(Vec::new());
    }
    let resources = aws.stack_resources(stack).await?;
    let mut all = Vec::new();
    for endpoint in endpoints {
        // A condition may keep it out of the stack.
        let Some(physical) = physical_id(&resources, &endpoint.logical_id) else {
            continue;
        };
        // An ARN is in lower case, whatever the name.
        let name = endpoint
            .name
            .clone()
            .unwrap_or_else(|| last_part(physical).to_owned());
        let config = endpoint
            .config
            .as_deref()
            .and_then(|config| physical_id(&resources, config))
            .map(|physical| last_part(physical).to_owned());
        let live = aws.endpoint(&name).await?;
        let problems = problems(&endpoint, config.as_deref(), live.as_ref());
        all.push(Serving {
            logical_id: endpoint.logical_id,
            name,
            config,
            live,
            problems,
        });
    }
    Ok(all)
}

fn physical_id<'a>(resources: &'a [StackResource], logical_id: &str) -> Option<&'a str> {
    resources
        .iter()
        .find(|resource| resource.logical_id == logical_id)?
        .physical_id
        .as_deref()
        .filter(|id| !id.is_empty())
}

/// The name in an ARN, or the name itself.
fn last_part(physical_id: &str) -> &str {
    physical_id.rsplit('/').next().unwrap_or(physical_id)
}

fn problems(
    endpoint: &EndpointInTemplate,
    config: Option<&str>,
    live: Option<&LiveEndpoint>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut report = |passing: bool, message: String| problems.push(Problem { message, passing });
    let Some(live) = live else {
        report(false, "SageMaker knows no such endpoint".to_owned());
        return problems;
    };
    let why = live
        .failure_reason
        .as_ref()
        .map(|reason| format!(": {reason}"))
        .unwrap_or_default();
    if live.status != "InService" {
        let passing = matches!(
            live.status.as_str(),
            "Creating" | "Updating" | "SystemUpdating" | "RollingBack"
        );
        report(
            passing,
            format!("expected it to be InService, got {}{why}", live.status),
        );
    }
    if let Some(pending) = &live.pending
        && live.status == "InService"
    {
        report(
            true,
            format!("it still moves to configuration `{}`", pending.config_name),
        );
    }
    if let Some(config) = config
        && !config.eq_ignore_ascii_case(&live.config_name)
    {
        let in_service = live.status == "InService";
        report(
            !in_service,
            format!(
                "expected it to run configuration `{config}`, which the stack made, got `{}`{}",
                live.config_name,
                if in_service { why.as_str() } else { "" }
            ),
        );
        // Its variants are not those of the template.
        return problems;
    }
    if live.status != "InService" {
        // Variants come and go meanwhile; while it is made, it has none.
        return problems;
    }
    for wanted in &endpoint.variants {
        match live.variants.iter().find(|found| found.name == wanted.name) {
            None => report(false, format!("variant `{}` does not serve", wanted.name)),
            Some(found) => {
                if let Some(message) = too_few(wanted, found) {
                    report(true, message);
                }
            }
        }
    }
    problems
}

fn too_few(wanted: &VariantInTemplate, found: &LiveVariant) -> Option<String> {
    let counts = [
        (
            "instances",
            found.current_instance_count,
            found.desired_instance_count,
        ),
        (
            "provisioned workers",
            found.current_provisioned_concurrency,
            found.desired_provisioned_concurrency,
        ),
    ];
    for (what, current, desired) in counts {
        if let Some(desired) = desired
            && current.unwrap_or_default() < desired
        {
            return Some(format!(
                "expected variant `{}` to have {desired} {what}, got {}",
                wanted.name,
                current.unwrap_or_default()
            ));
        }
    }
    let uncounted =
        wanted.initial_instance_count.is_some() && found.current_instance_count.is_none();
    uncounted.then(|| format!("variant `{}` has no count of instances", wanted.name))
}

/// Whether each endpoint may be updated: in service, on the configuration that this stack made, and
/// nobody else at it.
///
/// # Errors
///
/// A stop that is busy where it may pass, and stale otherwise.
pub async fn preflight(aws: &Aws, stack: &str, base: &Template) -> Result<Vec<Serving>, Stop> {
    let all = look(aws, stack, base)
        .await
        .map_err(|error| Stop::before(&error))?;
    for serving in &all {
        // Too few instances are what an update may be about.
        let in_the_way = serving.problems.iter().find(|_| {
            serving.live.as_ref().is_none_or(|live| {
                live.status != "InService"
                    || live.pending.is_some()
                    || serving
                        .config
                        .as_ref()
                        .is_some_and(|config| !config.eq_ignore_ascii_case(&live.config_name))
            })
        });
        if let Some(problem) = in_the_way {
            let reason = if problem.passing {
                Reason::Busy
            } else {
                Reason::NotServing
            };
            let finding = Finding::error(
                "live-endpoint",
                format!("endpoint `{}`: {}", serving.name, problem.message),
            )
            .on(serving.logical_id.clone())
            .hint(before_update(serving, problem));
            return Err(Stop::new(reason, finding));
        }
    }
    Ok(all)
}

/// What to do about an endpoint that is in the way of an update.
fn before_update(serving: &Serving, problem: &Problem) -> &'static str {
    if problem.passing {
        return "nothing was executed: somebody else is updating it; wait until it is InService, then repeat this";
    }
    match &serving.live {
        None => {
            "nothing was executed: it was deleted outside of the stack, and CloudFormation cannot update what is not there; destroy the stack and deploy it anew"
        }
        // https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html
        Some(live) if live.status == "Failed" => {
            "nothing was executed: a failed endpoint can only be deleted; destroy the stack and deploy it anew"
        }
        Some(_) => {
            "nothing was executed: somebody or SageMaker has changed it since the stack was deployed; to update it all the same, add `--accept-endpoint`"
        }
    }
}

/// Waits until each endpoint serves what the stack made.
///
/// # Errors
///
/// A stop for endpoints that do not, after everything that may pass has had its time.
pub async fn verify(
    aws: &Aws,
    stack: &str,
    template: &Template,
    subject: &Subject,
    pace: Pace,
    listener: &Listener,
) -> Result<Vec<Serving>, Stop> {
    let begun = Instant::now();
    let mut told = Instant::now();
    let mut failures = 0;
    loop {
        let all = match look(aws, stack, template).await {
            Ok(all) => all,
            Err(error) if error.is_transient() && begun.elapsed() < LONGEST_SETTLING => {
                failures += 1;
                if failures == 1 {
                    listener(subject, Notice::Warning(format!("{error}; trying again")));
                }
                sleep(pace.poll).await;
                continue;
            }
            Err(error) => return Err(Stop::during(&error).about(subject)),
        };
        let mut problems = all
            .iter()
            .flat_map(|serving| {
                serving
                    .problems
                    .iter()
                    .map(move |problem| (serving, problem))
            })
            .peekable();
        if problems.peek().is_none() {
            return Ok(all);
        }
        let final_one = problems.clone().any(|(_, problem)| !problem.passing);
        if final_one || begun.elapsed() >= LONGEST_SETTLING {
            let findings = problems
                .map(|(serving, problem)| {
                    Finding::error(
                        "not-serving",
                        format!("endpoint `{}`: {}", serving.name, problem.message),
                    )
                    .on(serving.logical_id.clone())
                    .hint(
                        "the stack is what its template says, and the endpoint is not: SageMaker may have taken it back, or somebody has changed it; its CloudWatch logs and alarms say why",
                    )
                })
                .collect();
            let stop = Stop {
                reason: Reason::NotServing,
                findings,
            };
            return Err(stop.about(subject));
        }
        if told.elapsed() >= pace.heartbeat
            && let Some((serving, problem)) = problems.next()
        {
            told = Instant::now();
            listener(
                subject,
                Notice::Waiting {
                    what: format!("endpoint `{}`: {}", serving.name, problem.message),
                    since: begun.elapsed(),
                },
            );
        }
        sleep(pace.poll).await;
    }
}

/// What a plan should tell of endpoints that run: counts that differ from what the template begins
/// with.
pub(super) fn counts(serving: &[Serving], template: &Template) -> Vec<String> {
    let endpoints = inputs::endpoints(template);
    let mut notes = Vec::new();
    for (serving, live) in serving
        .iter()
        .filter_map(|serving| Some((serving, serving.live.as_ref()?)))
    {
        let Some(endpoint) = endpoints
            .iter()
            .find(|endpoint| endpoint.logical_id == serving.logical_id)
        else {
            continue;
        };
        for variant in &endpoint.variants {
            let desired = live
                .variants
                .iter()
                .find(|found| found.name == variant.name)
                .and_then(|found| found.desired_instance_count);
            if let (Some(desired), Some(initial)) = (desired, variant.initial_instance_count)
                && desired != initial
            {
                notes.push(format!(
                    "variant `{}` of endpoint `{}` runs {desired} instances now; the template begins with {initial}",
                    variant.name, serving.name
                ));
            }
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint() -> EndpointInTemplate {
        EndpointInTemplate {
            logical_id: "Endpoint".to_owned(),
            config: Some("EndpointConfig".to_owned()),
            name: Some("churn".to_owned()),
            alarms: Vec::new(),
            variants: vec![VariantInTemplate {
                name: "AllTraffic".to_owned(),
                initial_instance_count: Some(2),
            }],
        }
    }

    fn live(status: &str, config: &str, current: i64, desired: i64) -> LiveEndpoint {
        LiveEndpoint {
            name: "churn".to_owned(),
            status: status.to_owned(),
            config_name: config.to_owned(),
            variants: vec![LiveVariant {
                name: "AllTraffic".to_owned(),
                current_instance_count: Some(current),
                desired_instance_count: Some(desired),
                ..LiveVariant::default()
            }],
            ..LiveEndpoint::default()
        }
    }

    fn found(live: Option<&LiveEndpoint>) -> Vec<(bool, String)> {
        problems(&endpoint(), Some("config-new"), live)
            .into_iter()
            .map(|problem| (problem.passing, problem.message))
            .collect()
    }

    #[test]
    fn an_endpoint_on_the_new_configuration_with_all_instances_serves() {
        assert!(found(Some(&live("InService", "config-new", 2, 2))).is_empty());
        // ARNs are in lower case.
        assert!(found(Some(&live("InService", "Config-New", 9, 9))).is_empty());
    }

    #[test]
    fn an_endpoint_on_the_old_configuration_does_not_serve_and_will_not() {
        assert_eq!(
            found(Some(&live("InService", "config-old", 2, 2))),
            [(
                false,
                "expected it to run configuration `config-new`, which the stack made, got `config-old`"
                    .to_owned()
            )]
        );
    }

    #[test]
    fn an_endpoint_that_goes_back_is_waited_for() {
        let going_back = found(Some(&live("RollingBack", "config-old", 2, 2)));
        assert!(
            going_back.iter().all(|(passing, _)| *passing),
            "{going_back:?}"
        );
        assert_eq!(going_back.len(), 2);
    }

    #[test]
    fn an_endpoint_that_is_being_made_has_no_variants_yet_and_is_waited_for() {
        let mut made = live("Creating", "config-new", 0, 0);
        made.variants.clear();
        assert_eq!(
            found(Some(&made)),
            [(true, "expected it to be InService, got Creating".to_owned())]
        );
    }

    #[test]
    fn missing_instances_are_waited_for_and_a_missing_variant_is_not() {
        assert_eq!(
            found(Some(&live("InService", "config-new", 1, 2))),
            [(
                true,
                "expected variant `AllTraffic` to have 2 instances, got 1".to_owned()
            )]
        );
        let mut other = live("InService", "config-new", 2, 2);
        other.variants[0].name = "Other".to_owned();
        assert_eq!(
            found(Some(&other)),
            [(false, "variant `AllTraffic` does not serve".to_owned())]
        );
    }

    #[test]
    fn a_failed_or_unknown_or_absent_endpoint_does_not_serve() {
        for status in [
            "Failed",
            "OutOfService",
            "UpdateRollbackFailed",
            "Daydreaming",
        ] {
            let problems = found(Some(&live(status, "config-new", 2, 2)));
            assert!(problems.iter().any(|(passing, _)| !passing), "{status}");
        }
        assert!(found(None).iter().any(|(passing, _)| !passing));
    }
}
