//! Many stacks at the same time, and not too many.

use std::future::Future;

use futures_util::stream::{self, StreamExt as _};

/// Runs at most `limit` at the same time and returns what each gave, in the order of the list.
pub async fn bounded<F: Future>(limit: usize, work: Vec<F>) -> Vec<F::Output> {
    let numbered = work
        .into_iter()
        .enumerate()
        .map(|(index, one)| async move { (index, one.await) });
    let mut results: Vec<(usize, F::Output)> = stream::iter(numbered)
        .buffer_unordered(limit.max(1))
        .collect()
        .await;
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, output)| output).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn no_more_than_the_limit_run_at_once_and_results_keep_their_order() {
        let running = Arc::new(AtomicUsize::new(0));
        let most = Arc::new(AtomicUsize::new(0));
        let work = (0..20)
            .map(|index| {
                let (running, most) = (Arc::clone(&running), Arc::clone(&most));
                async move {
                    let now = running.fetch_add(1, Ordering::SeqCst) + 1;
                    most.fetch_max(now, Ordering::SeqCst);
                    for _ in 0..5 + index % 3 {
                        tokio::task::yield_now().await;
                    }
                    running.fetch_sub(1, Ordering::SeqCst);
                    index
                }
            })
            .collect();
        assert_eq!(bounded(3, work).await, (0..20).collect::<Vec<_>>());
        assert_eq!(most.load(Ordering::SeqCst), 3);
    }
}
