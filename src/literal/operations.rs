//! What scaling and alarms are called and when they happen.

use super::check::{
    is_action_name, is_alarm_name, is_name, is_schedule, is_time_zone, is_timestamp,
};
use super::declare::literal;

literal! {
    /// The name of a CloudWatch alarm.
    AlarmName, "AlarmName",
    "the name of an alarm, of 1 to 255 characters",
    r"^[^\x00-\x20\x7f]([^\x00-\x1f\x7f]*[^\x00-\x20\x7f])?$", 1..=255, is_alarm_name
}

literal! {
    /// When a scheduled action happens: once, at a rate, or by a cron expression of six fields.
    ///
    /// The form is checked, not whether the moment exists.
    ScheduleExpression, "Schedule",
    "`at(yyyy-mm-ddThh:mm:ss)`, `rate(1 day)`, or `cron(…)` of six fields such as `cron(0 20 ? * MON-FRI *)`",
    r"^(at\([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\)|rate\((1 (minute|hour|day)|([2-9]|[1-9][0-9]{1,4}) (minutes|hours|days))\)|cron\([0-9A-Z*?/,#-]+( [0-9A-Z*?/,#-]+){5}\))$",
    11..=256, is_schedule
}

literal! {
    /// A time zone by its name in the IANA database.
    TimeZone, "Timezone",
    "the IANA name of a time zone, such as `Europe/Berlin` or `UTC`",
    r"^([A-Z][A-Z0-9]{2,6}|[A-Z][A-Za-z]+(/[A-Za-z0-9_+-]+)+)$", 3..=64, is_time_zone
}

literal! {
    /// A moment in UTC.
    Timestamp, "StartTime",
    "a moment in UTC such as `2027-01-31T08:00:00Z`",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$", 20..=20, is_timestamp
}

literal! {
    /// The name of a scheduled action.
    ScheduledActionName, "ScheduledActionName",
    "a name of 1 to 256 characters, without `:`, `/` and `|`",
    r"^[^\x00-\x20\x7f:/|]([^\x00-\x1f\x7f:/|]*[^\x00-\x20\x7f:/|])?$", 1..=256, is_action_name
}

literal! {
    /// The name of a scaling policy.
    ScalingName, "PolicyName",
    "1 to 63 letters, digits and `-`, beginning and ending with a letter or digit",
    "^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$", 1..=63, is_name
}
