//! Which charts show what.

use super::super::alarm::Devices;
use super::chart::Chart;
use super::subject::Subject;
use super::{Charts, Variant};

pub(super) fn of_variant(kind: Charts, subject: &Subject, variant: &Variant) -> Vec<Chart> {
    match kind {
        Charts::RealTime => vec![
            invocations(subject).right(
                subject.invocation("InvocationsPerInstance"),
                "Sum",
                "per instance",
            ),
            errors(subject).computed(
                [(subject.invocation("InvocationModelErrors"), "Average")],
                percent,
                "not 2XX from the model",
            ),
            latency(subject, "Latency of the model", "ModelLatency"),
            latency(subject, "Latency around the model", "OverheadLatency"),
            utilization(subject, variant),
            counted(
                subject,
                "Instances while invoked",
                "instances",
                "InvocationsPerInstance",
            ),
        ],
        Charts::Serverless => without_instances(subject),
        Charts::Provisioned => {
            let mut charts = without_instances(subject);
            charts.push(Chart::percent("Provisioned concurrency in use").computed(
                [(
                    subject.invocation("ServerlessProvisionedConcurrencyUtilization"),
                    "Maximum",
                )],
                percent,
                "in use",
            ));
            charts
        }
        Charts::Async => queue(subject, variant),
        Charts::ComponentHost => vec![
            invocations(subject),
            errors(subject).computed(
                [(subject.invocation("InvocationModelErrors"), "Average")],
                percent,
                "not 2XX from the models",
            ),
            latency(subject, "Latency of the models", "ModelLatency"),
            with_gpus(
                Chart::percent("Utilization of the instances")
                    .line(
                        subject.utilization("CPUUtilizationNormalized"),
                        "Average",
                        "CPU",
                    )
                    .line(
                        subject.utilization("MemoryUtilization"),
                        "Average",
                        "memory",
                    )
                    .line(subject.utilization("DiskUtilization"), "Average", "disk"),
                subject,
                variant.gpus.is_some(),
            ),
            reservation(subject, variant.gpus.is_some()),
        ],
    }
}

pub(super) fn of_component(subject: &Subject, gpus: bool) -> Vec<Chart> {
    vec![
        invocations(subject)
            .line(
                subject.invocation("NoCapacityInvocationFailures"),
                "Sum",
                "failed without a copy",
            )
            .right(subject.invocation("InvocationsPerCopy"), "Sum", "per copy"),
        errors(subject).computed(
            [(subject.invocation("InvocationModelErrors"), "Average")],
            percent,
            "not 2XX from the model",
        ),
        latency(subject, "Latency of the model", "ModelLatency"),
        with_gpus(
            Chart::new("Utilization of what is reserved", "%")
                .line(
                    subject.utilization("CPUUtilizationNormalized"),
                    "Average",
                    "CPU",
                )
                .line(
                    subject.utilization("MemoryUtilizationNormalized"),
                    "Average",
                    "memory",
                ),
            subject,
            gpus,
        ),
        Chart::new("Requests in flight", "per copy").line(
            subject.invocation("ConcurrentRequestsPerCopy"),
            "Maximum",
            "most",
        ),
        counted(
            subject,
            "Copies while invoked",
            "copies",
            "InvocationsPerCopy",
        ),
    ]
}

fn without_instances(subject: &Subject) -> Vec<Chart> {
    vec![
        invocations(subject),
        errors(subject),
        latency(subject, "Latency of the model", "ModelLatency"),
        latency(subject, "Latency around the model", "OverheadLatency"),
        latency(subject, "Cold starts", "ModelSetupTime"),
        Chart::percent("Concurrency and memory in use")
            .computed(
                [(
                    subject.invocation("ServerlessConcurrentExecutionsUtilization"),
                    "Maximum",
                )],
                percent,
                "concurrency",
            )
            .line(
                subject.utilization("MemoryUtilization"),
                "Average",
                "memory",
            ),
    ]
}

fn queue(subject: &Subject, variant: &Variant) -> Vec<Chart> {
    const PER_INSTANCE: &str = "ApproximateBacklogSizePerInstance";
    let failures = [
        ("InvocationFailures", "all"),
        ("ExpiredRequests", "waited too long"),
        ("RequestDownloadFailures", "request not read"),
        ("ResponseUploadFailures", "answer not written"),
        ("NotificationFailures", "topic not told"),
    ];
    let failures = failures.into_iter().fold(
        Chart::new("Failures", "requests"),
        |chart, (name, label)| chart.line(subject.invocation(name), "Sum", label),
    );
    vec![
        Chart::new("Backlog", "requests")
            .line(
                subject.of_endpoint("ApproximateBacklogSize"),
                "Maximum",
                "wait or are worked on",
            )
            .right(subject.of_endpoint(PER_INSTANCE), "Maximum", "per instance"),
        Chart::new("Age of the oldest request", "s").line(
            subject.of_endpoint("ApproximateAgeOfOldestRequest"),
            "Maximum",
            "oldest",
        ),
        failures,
        Chart::new("Requests", "requests").line(
            subject.invocation("InvocationsProcessed"),
            "Sum",
            "processed",
        ),
        errors(subject),
        latency(subject, "Latency of the model", "ModelLatency"),
        utilization(subject, variant),
        Chart::new("Instances while requests wait", "instances").computed(
            [
                (subject.of_endpoint("ApproximateBacklogSize"), "Average"),
                (subject.of_endpoint(PER_INSTANCE), "Average"),
            ],
            |[all, each]| format!("{all} / {each}"),
            "instances",
        ),
    ]
}

fn invocations(subject: &Subject) -> Chart {
    Chart::new("Invocations", "requests").line(
        subject.invocation("Invocations"),
        "Sum",
        "invocations",
    )
}

/// Each request counts as 0 or 1, so that the average is the part of them that failed.
fn errors(subject: &Subject) -> Chart {
    [
        ("Invocation5XXErrors", "5XX"),
        ("Invocation4XXErrors", "4XX"),
    ]
    .into_iter()
    .fold(
        Chart::new("Errors", "% of requests"),
        |chart, (name, label)| {
            chart.computed([(subject.invocation(name), "Average")], percent, label)
        },
    )
}

fn percent([part]: [&str; 1]) -> String {
    format!("{part} * 100")
}

/// SageMaker measures microseconds.
fn latency(subject: &Subject, title: &'static str, name: &'static str) -> Chart {
    ["p50", "p90", "p99"]
        .into_iter()
        .fold(Chart::new(title, "ms"), |chart, percentile| {
            chart.computed(
                [(subject.invocation(name), percentile)],
                |[microseconds]| format!("{microseconds} / 1000"),
                percentile,
            )
        })
}

/// Every invocation counts for one part of what can answer it, so that the quotient is how many parts
/// there are.
fn counted(
    subject: &Subject,
    title: &'static str,
    unit: &'static str,
    per_part: &'static str,
) -> Chart {
    Chart::new(title, unit).computed(
        [
            (subject.invocation("Invocations"), "Sum"),
            (subject.invocation(per_part), "Sum"),
        ],
        |[all, each]| format!("{all} / {each}"),
        unit,
    )
}

fn utilization(subject: &Subject, variant: &Variant) -> Chart {
    let part = |devices: Devices| move |[sum]: [&str; 1]| format!("{sum} / {}", devices.get());
    let chart = match variant.cores {
        Some(cores) => Chart::percent("Utilization").computed(
            [(subject.utilization("CPUUtilization"), "Average")],
            part(cores),
            "CPU",
        ),
        None => Chart::new("Utilization", "%").line(
            subject.utilization("CPUUtilization"),
            "Average",
            "CPU, 100% per core",
        ),
    };
    let chart = chart
        .line(
            subject.utilization("MemoryUtilization"),
            "Average",
            "memory",
        )
        .line(subject.utilization("DiskUtilization"), "Average", "disk");
    let Some(gpus) = variant.gpus else {
        return chart;
    };
    [
        ("GPUUtilization", "GPU"),
        ("GPUMemoryUtilization", "GPU memory"),
    ]
    .into_iter()
    .fold(chart, |chart, (name, label)| {
        chart.computed([(subject.utilization(name), "Average")], part(gpus), label)
    })
}

fn with_gpus(chart: Chart, subject: &Subject, gpus: bool) -> Chart {
    if !gpus {
        return chart;
    }
    chart
        .line(
            subject.utilization("GPUUtilizationNormalized"),
            "Average",
            "GPU",
        )
        .line(
            subject.utilization("GPUMemoryUtilizationNormalized"),
            "Average",
            "GPU memory",
        )
}

fn reservation(subject: &Subject, gpus: bool) -> Chart {
    let chart = Chart::percent("Reserved by components")
        .line(subject.utilization("CPUReservation"), "Average", "CPU")
        .line(
            subject.utilization("MemoryReservation"),
            "Average",
            "memory",
        );
    if gpus {
        chart.line(subject.utilization("GPUReservation"), "Average", "GPU")
    } else {
        chart
    }
}
