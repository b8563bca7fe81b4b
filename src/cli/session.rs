//! A verb's dealings with AWS: whose credentials, one runtime, and what a signal does.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use clap::Args;
use tokio::sync::Mutex;

use crate::app::Deployment;
use crate::deploy::aws::{Access, Aws, Limiter, Settings};
use crate::deploy::error::{AwsError, ErrorKind};
use crate::deploy::progress::{Pace, Subject};
use crate::deploy::stop::{Reason, Stop};
use crate::finding::Finding;

use super::{Failure, printer};

/// How AWS is reached.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "AWS options")]
pub(super) struct AwsArgs {
    /// The profile whose credentials are used; `STAGE=NAME` for one stage. May be repeated.
    ///
    /// Without it, credentials come from where the AWS command line looks for them. Whichever they
    /// are, they must belong to the account that the stage names.
    #[arg(long, value_name = "[STAGE=]NAME")]
    pub(super) profile: Vec<String>,

    /// Seconds between two looks at a stack that is being worked on.
    ///
    /// After two minutes it is looked at less than half as often, since endpoints take their time.
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    pub(super) poll_interval: Duration,

    /// Requests per second to one API of one account and region, at most.
    ///
    /// After a pause, twice as many are sent at once. CloudFormation counts the requests of everybody
    /// in an account and region together, and refuses some when they are too many.
    #[arg(long, value_name = "NUMBER", default_value = "4", value_parser = rate)]
    pub(super) requests_per_second: f64,

    /// Seconds within which an answer has to begin; the request is sent again after that.
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub(super) timeout: Duration,

    /// How often a request is sent before contact is called lost, the first time included.
    ///
    /// The pauses in between double from half a second to a quarter of a minute.
    #[arg(long, value_name = "NUMBER", env = "AWS_MAX_ATTEMPTS", hide_env_values = true, default_value = "8", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(super) attempts: u32,
}

fn rate(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|rate| (0.01..=1000.0).contains(rate))
        .ok_or_else(|| "expected a number of requests from 0.01 to 1000".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .filter(|seconds| (0.001..=600.0).contains(seconds))
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "expected a number of seconds from 0.001 to 600".to_owned())
}

impl AwsArgs {
    fn profile_of(&self, stage: &str) -> Option<String> {
        let of_stage = self
            .profile
            .iter()
            .filter_map(|text| text.split_once('='))
            .find(|(name, _)| *name == stage);
        let of_all = || self.profile.iter().find(|text| !text.contains('='));
        of_stage
            .map(|(_, profile)| profile.to_owned())
            .or_else(|| of_all().cloned())
    }

    /// How requests are made.
    fn settings(&self) -> Settings {
        Settings {
            read_timeout: self.timeout,
            attempts: self.attempts,
            ..Settings::default()
        }
    }

    /// How often AWS is asked.
    pub(super) fn pace(&self) -> Pace {
        Pace {
            poll: self.poll_interval,
            poll_later: self.poll_interval.mul_f64(2.4),
            heartbeat: Duration::from_secs(30).max(self.poll_interval),
        }
    }
}

/// Connections of one run of the program.
#[derive(Debug)]
pub(super) struct Session {
    /// There until the end.
    runtime: Option<tokio::runtime::Runtime>,
    args: AwsArgs,
    limiter: Limiter,
    /// Each made once: asking STS again for every stack would be of no use.
    connections: Mutex<BTreeMap<Access, Aws>>,
}

/// The work was stopped by a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Interrupted {
    /// 128 and the signal's number.
    pub(super) exit_code: u8,
}

impl Session {
    /// Makes ready to connect.
    pub(super) fn new(args: &AwsArgs) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| {
                Finding::error("runtime", format!("the network cannot be used: {error}"))
            })?;
        Ok(Self {
            runtime: Some(runtime),
            args: args.clone(),
            limiter: Limiter::per_second(args.requests_per_second),
            connections: Mutex::new(BTreeMap::new()),
        })
    }

    /// How often AWS is asked.
    pub(super) fn pace(&self) -> Pace {
        self.args.pace()
    }

    /// Connects to a stage's account and region, and makes sure that it is them.
    pub(super) async fn connect(
        &self,
        subject: &Subject,
        deployment: &Deployment,
    ) -> Result<Aws, Stop> {
        let access = Access {
            profile: self.args.profile_of(&subject.stage),
            region: deployment.region.clone(),
        };
        let mut connections = self.connections.lock().await;
        let aws = if let Some(aws) = connections.get(&access) {
            aws.clone()
        } else {
            let aws = Aws::connect_with(&access, &self.limiter, &self.args.settings())
                .await
                .map_err(|error| unconnected(&error, &access).about(subject))?;
            connections.insert(access, aws.clone());
            aws
        };
        own_account(&aws, deployment).map_err(|stop| stop.about(subject))?;
        Ok(aws)
    }

    /// The connection to the account and region that an ARN is of.
    pub(super) async fn connection_of(&self, arn: &str) -> Option<Aws> {
        let mut parts = arn.split(':').skip(3);
        let (region, account) = (parts.next()?, parts.next()?);
        self.connections
            .lock()
            .await
            .values()
            .find(|aws| aws.region() == region && aws.identity().account == account)
            .cloned()
    }

    /// Runs to the end, or until the first SIGINT or SIGTERM.
    pub(super) fn run<T>(&self, work: impl Future<Output = T>) -> Result<T, Interrupted> {
        let Some(runtime) = &self.runtime else {
            return Err(Interrupted { exit_code: 1 });
        };
        runtime.block_on(async {
            tokio::select! {
                output = work => Ok(output),
                exit_code = stopped() => Err(Interrupted { exit_code }),
            }
        })
    }

    /// Asks on the terminal, so that a signal still ends it; `None` where nobody can be asked.
    pub(super) fn ask(&self, question: &str) -> Result<Option<String>, Interrupted> {
        let question = question.to_owned();
        self.run(async {
            let asked = tokio::task::spawn_blocking(move || printer::ask(&question));
            asked.await.ok().flatten()
        })
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A question that a signal has ended still waits for its answer; the program does not.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The exit code of the first signal that asks this program to stop.
#[cfg(unix)]
async fn stopped() -> u8 {
    use tokio::signal::unix::{SignalKind, signal};

    let (Ok(mut interrupt), Ok(mut terminate)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        // Then a signal ends the program as it ends any other.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => 130,
        _ = terminate.recv() => 143,
    }
}

#[cfg(not(unix))]
async fn stopped() -> u8 {
    if tokio::signal::ctrl_c().await.is_err() {
        return std::future::pending().await;
    }
    130
}

/// Why there is no connection. Who names a profile wants that one and no other.
fn unconnected(error: &AwsError, access: &Access) -> Stop {
    match &access.profile {
        Some(profile) if error.kind == ErrorKind::Credentials && error.code.is_empty() => {
            let finding = Finding::error(
                "no-credentials",
                format!("profile `{profile}` gives no credentials"),
            )
            .hint("name one that `aws configure list-profiles` lists, or sign in to it with `aws sso login`");
            Stop::new(Reason::Refused, finding)
        }
        _ => Stop::before(error),
    }
}

/// The credentials belong to the stage's account, and its region is in their partition.
fn own_account(aws: &Aws, deployment: &Deployment) -> Result<(), Stop> {
    let identity = aws.identity();
    if let Some(account) = &deployment.account
        && *account != identity.account
    {
        let finding = Finding::error(
            "wrong-account",
            format!(
                "expected credentials of account {account}, which the stage names, got {} of account {}",
                identity.arn, identity.account
            ),
        )
        .hint("nothing was done; use a profile of the stage's account with `--profile STAGE=NAME`");
        return Err(Stop::new(Reason::Refused, finding));
    }
    let partition = partition(aws.region());
    if partition != identity.partition {
        let finding = Finding::error(
            "wrong-partition",
            format!(
                "expected credentials of partition `{partition}`, which region `{}` is in, got {} of partition `{}`",
                aws.region(),
                identity.arn,
                identity.partition
            ),
        )
        .hint("nothing was done; use a profile of that partition with `--profile STAGE=NAME`");
        return Err(Stop::new(Reason::Refused, finding));
    }
    Ok(())
}

/// The partition of a region.
///
/// <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>
fn partition(region: &str) -> &'static str {
    const PREFIXES: &[(&str, &str)] = &[
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
        ("eusc-", "aws-eusc"),
    ];
    PREFIXES
        .iter()
        .find(|(prefix, _)| region.starts_with(prefix))
        .map_or("aws", |(_, partition)| partition)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stages_own_profile_comes_before_the_one_of_all() {
        let args = AwsArgs {
            profile: vec!["everyone".to_owned(), "Production=prod".to_owned()],
            poll_interval: Duration::from_secs(5),
            requests_per_second: 4.0,
            timeout: Duration::from_secs(30),
            attempts: 8,
        };
        assert_eq!(args.profile_of("Production").as_deref(), Some("prod"));
        assert_eq!(args.profile_of("Staging").as_deref(), Some("everyone"));
    }

    #[test]
    fn a_poll_interval_is_a_number_of_seconds() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for text in ["0", "-1", "NaN", "inf", "1000", "five"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_rate_is_a_number_of_requests() {
        assert_eq!(rate("0.5"), Ok(0.5));
        for text in ["0", "-1", "NaN", "inf", "1001", "five"] {
            assert!(rate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn regions_are_in_their_partitions() {
        assert_eq!(partition("eu-west-1"), "aws");
        assert_eq!(partition("cn-north-1"), "aws-cn");
        assert_eq!(partition("us-gov-west-1"), "aws-us-gov");
    }
}
