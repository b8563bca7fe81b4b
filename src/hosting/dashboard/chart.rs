//! Charts, and where they stand.

use crate::json::{Json, Object};

/// How many columns the grid has, and how many a chart takes of them.
const COLUMNS: i64 = 24;
const CHART: (i64, i64) = (8, 6);

/// A chart of metrics over time.
pub(super) struct Chart {
    title: &'static str,
    /// What is measured.
    unit: &'static str,
    most: Option<i64>,
    /// Those of the left axis, then the right one's.
    lines: Vec<Json>,
    right: Option<&'static str>,
    /// How many lines have an id.
    ids: usize,
}

impl Chart {
    pub(super) fn new(title: &'static str, unit: &'static str) -> Self {
        Self {
            title,
            unit,
            most: None,
            lines: Vec::new(),
            right: None,
            ids: 0,
        }
    }

    /// A chart of percentages, which go to 100.
    pub(super) fn percent(title: &'static str) -> Self {
        Self {
            most: Some(100),
            ..Self::new(title, "%")
        }
    }

    /// A line of a metric as it is measured.
    pub(super) fn line(
        mut self,
        metric: Vec<Json>,
        stat: &'static str,
        label: &'static str,
    ) -> Self {
        self.push(
            metric,
            [("stat", stat.into()), ("label", label.into())].into(),
        );
        self
    }

    /// A line with an axis of its own.
    pub(super) fn right(
        mut self,
        metric: Vec<Json>,
        stat: &'static str,
        label: &'static str,
    ) -> Self {
        self.right = Some(label);
        let rendering = [
            ("stat", stat.into()),
            ("label", label.into()),
            ("yAxis", "right".into()),
        ];
        self.push(metric, rendering.into());
        self
    }

    /// A line of metrics in another unit: `compute` says how, of the ids of the metrics.
    pub(super) fn computed<const N: usize>(
        mut self,
        metrics: [(Vec<Json>, &'static str); N],
        compute: impl FnOnce([&str; N]) -> String,
        label: &'static str,
    ) -> Self {
        let ids = metrics.map(|(metric, stat)| {
            self.ids += 1;
            let id = format!("m{}", self.ids);
            let rendering = [
                ("id", id.clone().into()),
                ("stat", stat.into()),
                ("visible", false.into()),
            ];
            self.push(metric, rendering.into());
            id
        });
        let expression = compute(ids.each_ref().map(String::as_str));
        let line = [
            ("expression", expression.into()),
            ("id", format!("e{}", self.ids).into()),
            ("label", label.into()),
        ];
        self.push(Vec::new(), line.into());
        self
    }

    fn push(&mut self, mut metric: Vec<Json>, rendering: Json) {
        metric.push(rendering);
        self.lines.push(metric.into());
    }

    fn into_widget(self) -> Widget {
        let scale_of = |label: &'static str, most: Option<i64>| -> Json {
            let mut scale = Object::new();
            scale.insert("label", label);
            scale.insert("min", 0_i64);
            if let Some(most) = most {
                scale.insert("max", most);
            }
            // The label says it: metrics that are computed have none of their own.
            scale.insert("showUnits", false);
            scale.into()
        };
        let mut axes = Object::new();
        axes.insert("left", scale_of(self.unit, self.most));
        if let Some(right) = self.right {
            axes.insert("right", scale_of(right, None));
        }
        let properties = Json::from([
            ("title", self.title.into()),
            ("view", "timeSeries".into()),
            ("region", "${AWS::Region}".into()),
            ("period", 60_i64.into()),
            ("metrics", self.lines.into()),
            ("yAxis", axes.into()),
        ]);
        Widget {
            kind: "metric",
            width: CHART.0,
            height: CHART.1,
            properties,
        }
    }
}

/// A part of a dashboard.
pub(super) struct Widget {
    kind: &'static str,
    width: i64,
    height: i64,
    properties: Json,
}

/// A line of text over the whole width.
pub(super) fn header(text: &str) -> Widget {
    Widget {
        kind: "text",
        width: COLUMNS,
        height: 1,
        properties: [
            ("markdown", format!("## {text}").into()),
            ("background", "transparent".into()),
        ]
        .into(),
    }
}

/// Widgets from top to bottom.
#[derive(Default)]
pub(super) struct Layout {
    widgets: Vec<Json>,
    below: i64,
}

impl Layout {
    /// The state of alarms, over the whole width.
    pub(super) fn alarms(&mut self, arns: Vec<String>) {
        // Four stand side by side.
        let rows = i64::try_from(arns.len().div_ceil(4)).unwrap_or(i64::MAX);
        self.row(vec![Widget {
            kind: "alarm",
            width: COLUMNS,
            height: 1 + rows,
            properties: [("title", "Alarms".into()), ("alarms", arns.into())].into(),
        }]);
    }

    /// Charts, as many side by side as there is room for.
    pub(super) fn charts(&mut self, charts: Vec<Chart>) {
        let mut row = Vec::new();
        for chart in charts {
            row.push(chart.into_widget());
            if row.len() == 3 {
                self.row(std::mem::take(&mut row));
            }
        }
        if !row.is_empty() {
            self.row(row);
        }
    }

    /// Widgets side by side.
    pub(super) fn row(&mut self, widgets: Vec<Widget>) {
        let mut x = 0;
        let mut height = 0;
        for widget in widgets {
            height = widget.height.max(height);
            self.widgets.push(
                [
                    ("type", widget.kind.into()),
                    ("x", x.into()),
                    ("y", self.below.into()),
                    ("width", widget.width.into()),
                    ("height", widget.height.into()),
                    ("properties", widget.properties),
                ]
                .into(),
            );
            x += widget.width;
        }
        self.below += height;
    }

    pub(super) fn into_widgets(self) -> Vec<Json> {
        self.widgets
    }
}
