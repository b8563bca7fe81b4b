//! What an alarm watches.

use std::borrow::Cow;

use super::super::super::node::{Node, Resource};

/// One metric of an alarm.
pub(super) struct Watched<'w> {
    pub(super) namespace: Node<'w>,
    pub(super) name: Node<'w>,
    pub(super) dimensions: Node<'w>,
    pub(super) statistic: Node<'w>,
    /// What the metric itself is compared with; `None` where that is something computed.
    pub(super) threshold: Option<Node<'w>>,
    pub(super) comparison: Node<'w>,
}

/// The metrics of an alarm: its own one, or those of its metric math.
pub(super) fn watched(alarm: Resource<'_>) -> Vec<Watched<'_>> {
    let (threshold, comparison) = (alarm.get("Threshold"), alarm.get("ComparisonOperator"));
    let mut all = Vec::new();
    if alarm.get("MetricName").is_present() {
        let statistic = alarm.get("Statistic");
        all.push(Watched {
            namespace: alarm.get("Namespace"),
            name: alarm.get("MetricName"),
            dimensions: alarm.get("Dimensions"),
            statistic: if statistic.is_absent() {
                alarm.get("ExtendedStatistic")
            } else {
                statistic
            },
            threshold: Some(threshold),
            comparison,
        });
    }
    let queries: Vec<Node<'_>> = alarm.get("Metrics").items().collect();
    let is_returned = |query: &Node<'_>| query.get("ReturnData").boolean() != Some(false);
    let alone = queries.iter().filter(|query| is_returned(query)).count() == 1;
    for query in &queries {
        let stat = query.get("MetricStat");
        let of_account = query.get("AccountId");
        if !stat.is_present() || !of_account.is_absent() {
            continue;
        }
        let metric = stat.get("Metric");
        all.push(Watched {
            namespace: metric.get("Namespace"),
            name: metric.get("MetricName"),
            dimensions: metric.get("Dimensions"),
            statistic: stat.get("Stat"),
            threshold: Some(threshold).filter(|_| alone && is_returned(query)),
            comparison,
        });
    }
    all
}

impl<'w> Watched<'w> {
    /// The names of its dimensions, where all of them are known.
    pub(super) fn dimension_names(&self) -> Option<Vec<Cow<'w, str>>> {
        if self.dimensions.is_absent() {
            return Some(Vec::new());
        }
        let items = self.dimensions.list()?;
        items.iter().map(|item| item.get("Name").text()).collect()
    }

    /// The value of a dimension.
    pub(super) fn dimension(&self, name: &str) -> Option<Node<'w>> {
        let has_name = |item: &Node<'w>| item.get("Name").text().is_some_and(|text| text == name);
        let item = self.dimensions.items().find(has_name)?;
        Some(item.get("Value"))
    }

    /// Whether the alarm goes off when the metric rises.
    pub(super) fn is_above(&self) -> bool {
        self.comparison
            .text()
            .is_some_and(|comparison| comparison.starts_with("GreaterThan"))
    }
}
