//! How fast requests are sent: a token bucket for each API of each account and region.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Requests that are sent at once before the rate holds, in seconds of it.
const BURST_SECONDS: f64 = 2.0;

/// Requests per second that are sent to one API of one account and region, at most.
///
/// `CloudFormation` counts the requests of everybody in an account and region together, and refuses
/// some when they are too many. Clones share their buckets, so that stacks of one account and region
/// that are deployed side by side share its rate. What is tried again counts again.
#[derive(Debug, Clone)]
pub struct Limiter(Arc<Buckets>);

#[derive(Debug)]
struct Buckets {
    /// The time between two requests.
    interval: Duration,
    /// How far ahead of the rate a burst may run.
    ahead: Duration,
    /// When the bucket of each API is full again.
    full: Mutex<BTreeMap<Api, Instant>>,
}

/// An API of one account and region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Api {
    /// The account; empty before it is known.
    pub(super) account: String,
    /// The region.
    pub(super) region: String,
    /// The service's name as it is signed, such as `cloudformation`.
    pub(super) service: String,
    /// The operation, such as `DescribeStacks`.
    pub(super) operation: String,
}

impl Default for Limiter {
    /// 4 requests per second, and 8 at once: below what `CloudFormation` is known to allow, so that
    /// others in the account get some too.
    fn default() -> Self {
        Self::per_second(4.0)
    }
}

impl Limiter {
    /// So many requests per second, 0.01 to 1,000, and twice as many at once after a pause.
    ///
    /// What is outside of these bounds is taken as the bound.
    pub fn per_second(rate: f64) -> Self {
        let rate = if rate.is_nan() { 0.01 } else { rate }.clamp(0.01, 1000.0);
        let interval = Duration::from_secs_f64(1.0 / rate);
        let burst = Duration::from_secs_f64(BURST_SECONDS);
        Self(Arc::new(Buckets {
            interval,
            ahead: burst.saturating_sub(interval),
            full: Mutex::default(),
        }))
    }

    /// Waits until a request may be sent. Whoever asks first goes first.
    pub(super) async fn wait(&self, api: Api) {
        tokio::time::sleep_until(self.reserve(api)).await;
    }

    /// Takes the next token of a bucket: when it may be used.
    fn reserve(&self, api: Api) -> Instant {
        let now = Instant::now();
        // A panic elsewhere cannot leave a time half written.
        let mut full = self.0.full.lock().unwrap_or_else(PoisonError::into_inner);
        let full = full.entry(api).or_insert(now);
        let from = (*full).max(now);
        *full = from + self.0.interval;
        from.checked_sub(self.0.ahead)
            .map_or(now, |turn| turn.max(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(account: &str, operation: &str) -> Api {
        Api {
            account: account.to_owned(),
            region: "eu-west-1".to_owned(),
            service: "cloudformation".to_owned(),
            operation: operation.to_owned(),
        }
    }

    /// The seconds that a number of requests took.
    async fn seconds(limiter: &Limiter, requests: u32, account: &str, operation: &str) -> f64 {
        let start = Instant::now();
        for _ in 0..requests {
            limiter.wait(api(account, operation)).await;
        }
        start.elapsed().as_secs_f64()
    }

    fn is_near(seconds: f64, expected: f64) -> bool {
        (seconds - expected).abs() < 0.01
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_goes_at_once_and_the_rest_at_the_rate() {
        let limiter = Limiter::default();
        assert!(is_near(seconds(&limiter, 8, "1", "A").await, 0.0));
        assert!(is_near(seconds(&limiter, 4, "1", "A").await, 1.0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_fills_the_bucket_but_not_more() {
        let limiter = Limiter::default();
        seconds(&limiter, 8, "1", "A").await;
        tokio::time::sleep(Duration::from_hours(1)).await;
        assert!(is_near(seconds(&limiter, 12, "1", "A").await, 1.0));
    }

    #[tokio::test(start_paused = true)]
    async fn apis_and_accounts_do_not_share_and_clones_do() {
        let limiter = Limiter::default();
        seconds(&limiter, 8, "1", "A").await;
        assert!(is_near(seconds(&limiter, 8, "1", "B").await, 0.0));
        assert!(is_near(seconds(&limiter, 8, "2", "A").await, 0.0));
        assert!(is_near(seconds(&limiter.clone(), 4, "1", "A").await, 1.0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_rate_sends_the_first_at_once() {
        let limiter = Limiter::per_second(0.1);
        assert!(is_near(seconds(&limiter, 1, "1", "A").await, 0.0));
        assert!(is_near(seconds(&limiter, 1, "1", "A").await, 10.0));
        for nonsense in [f64::NAN, f64::INFINITY, 0.0, -1.0] {
            seconds(&Limiter::per_second(nonsense), 1, "1", "A").await;
        }
    }
}
