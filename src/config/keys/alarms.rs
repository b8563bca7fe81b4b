//! Alarms on the endpoint.

use super::endpoint::Topic;
use crate::config::codecs::Percentage;
use crate::config::declare::shape;
use crate::config::shape::Bounds;
use crate::config::types::choice;
use crate::literal::{Duration, KmsKey, Milliseconds};
use crate::value::Value;

choice! {
    /// The kinds of alarms, by the names that they have in the stage file.
    pub enum AlarmKind {
        /// Requests that SageMaker or the container failed.
        Errors,
        /// Requests that were refused as wrong.
        ClientErrors,
        /// Requests that the model did not answer well.
        ModelErrors,
        /// The time that the model takes.
        Latency,
        /// The time that SageMaker adds.
        OverheadLatency,
        /// The CPU cores in use.
        Cpu = "CPU",
        /// The memory in use.
        Memory,
        /// The disk in use.
        Disk,
        /// The GPUs in use.
        Gpu = "GPU",
        /// The memory of the GPUs in use.
        GpuMemory = "GPUMemory",
        /// The number of requests.
        Invocations,
        /// The number of waiting requests.
        Backlog,
        /// How long a request has waited.
        OldestRequest,
    }
}

shape! {
    /// Alarms on the endpoint: of each kind one for each of its variants or components. A kind that is
    /// left out has none.
    pub(crate) struct AlarmsKeys {
        /// On the share of requests that SageMaker or the container failed (5XX).
        #[becomes("AWS::CloudWatch::Alarm")]
        "Errors" => optional errors: RateAlarm,
        /// On the share of requests that were refused as wrong (4XX).
        #[becomes("AWS::CloudWatch::Alarm")]
        "ClientErrors" => optional client_errors: RateAlarm,
        /// On the share of requests that the model answered with an error, or not in time.
        #[becomes("AWS::CloudWatch::Alarm")]
        "ModelErrors" => optional model_errors: RateAlarm,
        /// On the time that the model takes to answer.
        #[becomes("AWS::CloudWatch::Alarm")]
        "Latency" => optional latency: LatencyAlarm,
        /// On the time that SageMaker adds to it.
        #[becomes("AWS::CloudWatch::Alarm")]
        "OverheadLatency" => optional overhead_latency: LatencyAlarm,
        /// On the CPU cores in use, as a share of all that an instance has.
        #[becomes("AWS::CloudWatch::Alarm")]
        "CPU" => optional cpu: RateAlarm,
        /// On the memory in use, as a share of all that an instance has.
        #[becomes("AWS::CloudWatch::Alarm")]
        "Memory" => optional memory: RateAlarm,
        /// On the disk in use, as a share of all that an instance has.
        #[becomes("AWS::CloudWatch::Alarm")]
        "Disk" => optional disk: RateAlarm,
        /// On the GPUs in use, as a share of all that an instance has.
        #[becomes("AWS::CloudWatch::Alarm")]
        "GPU" => optional gpu: RateAlarm,
        /// On the memory of the GPUs in use, as a share of all that an instance has.
        #[becomes("AWS::CloudWatch::Alarm")]
        "GPUMemory" => optional gpu_memory: RateAlarm,
        /// On the number of requests in a period: above a number, or below one.
        #[becomes("AWS::CloudWatch::Alarm")]
        "Invocations" => optional invocations: InvocationsAlarm,
        /// With `Async`: on the number of requests that wait.
        #[becomes("AWS::CloudWatch::Alarm")]
        "Backlog" => optional backlog: BacklogAlarm,
        /// With `Async`: on how long the oldest request has waited.
        #[becomes("AWS::CloudWatch::Alarm")]
        "OldestRequest" => optional oldest_request: OldestRequestAlarm,
        /// Who hears of the alarms: a topic's ARN, or `create` for a topic that the stack makes.
        /// Left out, nobody does.
        #[becomes("AWS::CloudWatch::Alarm.AlarmActions", "AWS::CloudWatch::Alarm.OKActions", "AWS::SNS::Topic")]
        "NotifyTopic" => optional notify_topic: Topic,
        /// With `NotifyTopic: create`: the key that encrypts the topic's messages, which has to be one
        /// of yours. Left out, they are not encrypted with a key.
        #[becomes("AWS::SNS::Topic.KmsMasterKeyId")]
        "TopicKmsKeyId" => optional topic_kms_key_id: Value<KmsKey>,
    }
}

shape! {
    /// When an alarm goes off.
    pub(crate) struct TimingKeys {
        /// The length of one datapoint: 10s, 20s, 30s, or whole minutes.
        #[becomes("AWS::CloudWatch::Alarm.Period")]
        "Period" => default(Duration::from_minutes(1)) period: Duration [Bounds::of(10, 86400)],
        /// How many of the last datapoints are looked at.
        #[becomes("AWS::CloudWatch::Alarm.EvaluationPeriods")]
        "EvaluationPeriods" => default(2) evaluation_periods: i64 [Bounds::of(1, 1440)],
        /// How many of these have to be beyond the threshold. Left out, all.
        #[becomes("AWS::CloudWatch::Alarm.DatapointsToAlarm")]
        "DatapointsToAlarm" => optional datapoints_to_alarm: i64 [Bounds::of(1, 1440)],
    }
}

shape! {
    /// An alarm on a share.
    pub(crate) struct RateAlarm {
        /// Above which share it goes off.
        #[becomes("AWS::CloudWatch::Alarm.Threshold")]
        "Threshold" => required threshold: f64 as Percentage,
        #[below("AWS::CloudWatch::Alarm")]
        ..timing: TimingKeys,
    }
}

shape! {
    /// An alarm on a latency. Exactly one statistic is given.
    pub(crate) struct LatencyAlarm {
        /// Above which time it goes off: the median.
        #[becomes("AWS::CloudWatch::Alarm.Threshold", "AWS::CloudWatch::Alarm.ExtendedStatistic")]
        "P50" => optional p50: Milliseconds [Bounds::from(1)],
        /// Above which time it goes off: that of 90 in 100 requests.
        #[becomes("AWS::CloudWatch::Alarm.Threshold", "AWS::CloudWatch::Alarm.ExtendedStatistic")]
        "P90" => optional p90: Milliseconds [Bounds::from(1)],
        /// Above which time it goes off: that of 95 in 100 requests.
        #[becomes("AWS::CloudWatch::Alarm.Threshold", "AWS::CloudWatch::Alarm.ExtendedStatistic")]
        "P95" => optional p95: Milliseconds [Bounds::from(1)],
        /// Above which time it goes off: that of 99 in 100 requests.
        #[becomes("AWS::CloudWatch::Alarm.Threshold", "AWS::CloudWatch::Alarm.ExtendedStatistic")]
        "P99" => optional p99: Milliseconds [Bounds::from(1)],
        /// Above which time it goes off: that of 999 in 1000 requests.
        #[becomes("AWS::CloudWatch::Alarm.Threshold", "AWS::CloudWatch::Alarm.ExtendedStatistic")]
        "P99.9" => optional p99_9: Milliseconds [Bounds::from(1)],
        /// Above which time it goes off: the average.
        #[becomes("AWS::CloudWatch::Alarm.Threshold", "AWS::CloudWatch::Alarm.Statistic")]
        "Average" => optional average: Milliseconds [Bounds::from(1)],
        #[below("AWS::CloudWatch::Alarm")]
        ..timing: TimingKeys,
    }
}

choice! {
    /// What is taken of the latencies of a period.
    pub enum LatencyStatistic {
        /// The median.
        P50,
        /// That of 90 in 100 requests.
        P90,
        /// That of 95 in 100 requests.
        P95,
        /// That of 99 in 100 requests.
        P99,
        /// That of 999 in 1000 requests.
        P99_9 = "P99.9",
        /// The average.
        Average,
    }
}

shape! {
    /// An alarm on the number of requests. Exactly one side is given.
    pub(crate) struct InvocationsAlarm {
        /// It goes off when a period has more requests.
        #[becomes("AWS::CloudWatch::Alarm.Threshold")]
        "Above" => optional above: i64 [Bounds::of(0, 1_000_000_000)],
        /// It goes off when a period has fewer requests, or none.
        #[becomes("AWS::CloudWatch::Alarm.Threshold")]
        "Below" => optional below: i64 [Bounds::of(1, 1_000_000_000)],
        #[below("AWS::CloudWatch::Alarm")]
        ..timing: TimingKeys,
    }
}

shape! {
    /// An alarm on the number of requests that wait.
    pub(crate) struct BacklogAlarm {
        /// Above how many it goes off.
        #[becomes("AWS::CloudWatch::Alarm.Threshold")]
        "Threshold" => required threshold: i64 [Bounds::of(0, 1_000_000_000)],
        #[below("AWS::CloudWatch::Alarm")]
        ..timing: TimingKeys,
    }
}

shape! {
    /// An alarm on how long the oldest request has waited.
    pub(crate) struct OldestRequestAlarm {
        /// After how long it goes off.
        #[becomes("AWS::CloudWatch::Alarm.Threshold")]
        "Threshold" => required threshold: Duration [Bounds::of(1, 86400)],
        #[below("AWS::CloudWatch::Alarm")]
        ..timing: TimingKeys,
    }
}
