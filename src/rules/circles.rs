//! Circles in what depends on what.

#[derive(Clone, Copy, PartialEq)]
enum Seen {
    No,
    OnTheWay,
    Done,
}

/// The circles that are met on the way along the edges of a graph, each as its nodes in order: at
/// least one of those that a node is in.
pub(super) fn circles(graph: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut seen = vec![Seen::No; graph.len()];
    let mut circles = Vec::new();
    for start in 0..graph.len() {
        if seen[start] != Seen::No {
            continue;
        }
        // An explicit stack: a chain of references may be as long as the template.
        let mut way = vec![(start, 0)];
        seen[start] = Seen::OnTheWay;
        while let Some((node, next)) = way.last_mut() {
            let Some(&target) = graph[*node].get(*next) else {
                seen[*node] = Seen::Done;
                way.pop();
                continue;
            };
            *next += 1;
            match seen[target] {
                Seen::Done => {}
                Seen::No => {
                    seen[target] = Seen::OnTheWay;
                    way.push((target, 0));
                }
                Seen::OnTheWay => {
                    let nodes = way.iter().map(|(node, _)| *node);
                    circles.push(nodes.skip_while(|node| *node != target).collect());
                }
            }
        }
    }
    circles
}
