//! What publishes metrics, and the alarm on each condition that its metrics can tell.

use crate::catalog::instances::{self, AcceleratorKind, Facts};
use crate::config::{self, Condition, Fleet, Limit, Quantity};
use crate::hosting::{
    Alarm, Amount, Async, ComponentMetrics, Devices, Fraction, LatencyStatistic, Mode, Percentile,
    Provisioning, PublishesDisk, PublishesErrors, PublishesInvocations, PublishesModelErrors,
    PublishesUtilization, RealTime, Serverless, VariantMetrics,
};
use crate::literal::{Duration, Milliseconds};

use super::CHECKED;

/// A variant or a component, with the metrics that it publishes.
pub(super) trait Watched {
    /// Hands the alarm on a condition over.
    fn alarm<F: Use>(&self, condition: &Condition, usage: F) -> F::Output;
}

/// What is done with an alarm, whatever the unit of its threshold.
pub(super) trait Use {
    type Output;

    fn with<U: Distance>(self, alarm: Alarm<U>) -> Self::Output;
}

/// A unit of thresholds, and of the distances from them.
pub(super) trait Distance: Amount {
    /// A distance that the stage file states; `None` for one in another unit.
    fn of(quantity: Quantity) -> Option<Self>;
}

impl Distance for Fraction {
    fn of(quantity: Quantity) -> Option<Self> {
        match quantity {
            Quantity::Share(share) => Self::parse(share),
            _ => None,
        }
    }
}

impl Distance for Milliseconds {
    fn of(quantity: Quantity) -> Option<Self> {
        match quantity {
            Quantity::Time(length) => Some(length),
            _ => None,
        }
    }
}

impl Distance for Duration {
    fn of(quantity: Quantity) -> Option<Self> {
        match quantity {
            Quantity::Time(length) => Some(Self::from_seconds(length.milliseconds() / 1000)),
            _ => None,
        }
    }
}

impl Distance for u32 {
    fn of(quantity: Quantity) -> Option<Self> {
        match quantity {
            Quantity::Count(count) => Self::try_from(count).ok(),
            _ => None,
        }
    }
}

/// A variant on instances.
pub(super) struct OnInstances<M: Mode> {
    pub(super) metrics: VariantMetrics<M>,
    pub(super) hardware: Hardware,
}

/// What each instance of a fleet has; `None` where that is not known, or not the same.
pub(super) struct Hardware {
    pub(super) cores: Option<Devices>,
    pub(super) gpus: Option<Devices>,
}

impl Hardware {
    pub(super) fn of(fleet: &Fleet) -> Self {
        let types = fleet.instances.types();
        let facts = || types.iter().map(|one| instances::facts(one.literal()?));
        let same = |count: &dyn Fn(Facts) -> Option<u32>| {
            let mut counts = facts().map(|facts| count(facts?));
            let first = counts.next()??;
            let same = counts.all(|count| count == Some(first));
            same.then_some(first).and_then(Devices::parse)
        };
        let gpus = |facts: Facts| {
            let accelerator = facts.accelerator?;
            (accelerator.kind == AcceleratorKind::Gpu).then_some(accelerator.count?)
        };
        Self {
            cores: same(&|facts| facts.vcpus),
            gpus: same(&gpus),
        }
    }
}

impl Watched for OnInstances<RealTime> {
    fn alarm<F: Use>(&self, condition: &Condition, usage: F) -> F::Output {
        errors(&self.metrics, condition, usage)
            .or_else(|usage| model_errors(&self.metrics, condition, usage))
            .or_else(|usage| traffic(&self.metrics, condition, usage))
            .or_else(|usage| self.utilization(condition, usage))
            .unwrap_or_else(|_| unreachable!("{CHECKED}"))
    }
}

impl Watched for OnInstances<Async> {
    fn alarm<F: Use>(&self, condition: &Condition, usage: F) -> F::Output {
        errors(&self.metrics, condition, usage)
            .or_else(|usage| self.utilization(condition, usage))
            .or_else(|usage| match condition {
                Condition::Backlog(above) => {
                    Ok(usage.with(Alarm::backlog(&self.metrics, count_of(*above))))
                }
                Condition::OldestRequest(above) => {
                    Ok(usage.with(Alarm::oldest_request(&self.metrics, *above)))
                }
                _ => Err(usage),
            })
            .unwrap_or_else(|_| unreachable!("{CHECKED}"))
    }
}

impl<P: Provisioning> Watched for VariantMetrics<Serverless<P>> {
    fn alarm<F: Use>(&self, condition: &Condition, usage: F) -> F::Output {
        errors(self, condition, usage)
            .or_else(|usage| traffic(self, condition, usage))
            .unwrap_or_else(|_| unreachable!("{CHECKED}"))
    }
}

impl Watched for ComponentMetrics {
    fn alarm<F: Use>(&self, condition: &Condition, usage: F) -> F::Output {
        errors(self, condition, usage)
            .or_else(|usage| model_errors(self, condition, usage))
            .or_else(|usage| traffic(self, condition, usage))
            .or_else(|usage| match condition {
                Condition::Cpu(above) => {
                    Ok(usage.with(Alarm::normalized_cpu_utilization(self, share(*above))))
                }
                Condition::Gpu(above) => {
                    Ok(usage.with(Alarm::normalized_gpu_utilization(self, share(*above))))
                }
                Condition::GpuMemory(above) => Ok(usage.with(
                    Alarm::normalized_gpu_memory_utilization(self, share(*above)),
                )),
                _ => Err(usage),
            })
            .unwrap_or_else(|_| unreachable!("{CHECKED}"))
    }
}

/// The alarm, or what was to be done with it where the condition is about something else.
type Found<F> = Result<<F as Use>::Output, F>;

/// What everything publishes that is invoked.
fn errors<F: Use>(of: &impl PublishesErrors, condition: &Condition, usage: F) -> Found<F> {
    Ok(match condition {
        Condition::Errors(above) => usage.with(Alarm::errors(of, share(*above))),
        Condition::ClientErrors(above) => usage.with(Alarm::client_errors(of, share(*above))),
        Condition::Latency(of_what, above) => {
            usage.with(Alarm::model_latency(of, statistic(*of_what), *above))
        }
        Condition::Memory(above) => usage.with(Alarm::memory_utilization(of, share(*above))),
        _ => return Err(usage),
    })
}

fn model_errors<F: Use>(
    of: &impl PublishesModelErrors,
    condition: &Condition,
    usage: F,
) -> Found<F> {
    match condition {
        Condition::ModelErrors(above) => Ok(usage.with(Alarm::model_errors(of, share(*above)))),
        _ => Err(usage),
    }
}

fn traffic<F: Use>(of: &impl PublishesInvocations, condition: &Condition, usage: F) -> Found<F> {
    Ok(match condition {
        Condition::OverheadLatency(of_what, above) => {
            usage.with(Alarm::overhead_latency(of, statistic(*of_what), *above))
        }
        Condition::Invocations(Limit::Above(count)) => {
            usage.with(Alarm::invocations_above(of, count_of(*count)))
        }
        Condition::Invocations(Limit::Below(count)) => {
            usage.with(Alarm::invocations_below(of, count_of(*count)))
        }
        _ => return Err(usage),
    })
}

impl<M: Mode> OnInstances<M>
where
    VariantMetrics<M>: PublishesUtilization + PublishesDisk,
{
    fn utilization<F: Use>(&self, condition: &Condition, usage: F) -> Found<F> {
        // What is not known has been reported, and goes on with any number.
        let number = |devices: Option<Devices>| devices.unwrap_or(Devices::new(1));
        let (of, cores) = (&self.metrics, number(self.hardware.cores));
        let gpus = number(self.hardware.gpus);
        let alarm = match condition {
            Condition::Cpu(above) => Alarm::cpu_utilization(of, share(*above), cores),
            Condition::Gpu(above) => Alarm::gpu_utilization(of, share(*above), gpus),
            Condition::GpuMemory(above) => Alarm::gpu_memory_utilization(of, share(*above), gpus),
            Condition::Disk(above) => Alarm::disk_utilization(of, share(*above)),
            _ => return Err(usage),
        };
        Ok(usage.with(alarm))
    }
}

fn count_of(count: i64) -> u32 {
    u32::try_from(count).expect(CHECKED)
}

fn share(share: f64) -> Fraction {
    Fraction::parse(share).expect(CHECKED)
}

fn statistic(statistic: config::LatencyStatistic) -> LatencyStatistic {
    let percentile = |percent| LatencyStatistic::Percentile(Percentile::new(percent));
    match statistic {
        config::LatencyStatistic::P50 => percentile(50.0),
        config::LatencyStatistic::P90 => percentile(90.0),
        config::LatencyStatistic::P95 => percentile(95.0),
        config::LatencyStatistic::P99 => percentile(99.0),
        config::LatencyStatistic::P99_9 => percentile(99.9),
        config::LatencyStatistic::Average => LatencyStatistic::Average,
    }
}
