//! Which nodes of a graph go in circles, and an order in which every node comes behind those it points at.
//!
//! Depth-first search with a stack of its own: chains of correlations may be as long as a file allows.

/// The nodes in an order in which what a node points at comes first, circles aside.
pub(super) fn post_order(edges: &[Vec<usize>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(edges.len());
    let mut seen = vec![false; edges.len()];
    for root in 0..edges.len() {
        let mut stack = vec![(root, 0)];
        if std::mem::replace(&mut seen[root], true) {
            continue;
        }
        while let Some((node, next)) = stack.pop() {
            match edges[node].get(next) {
                None => order.push(node),
                Some(&target) => {
                    stack.push((node, next + 1));
                    if !std::mem::replace(&mut seen[target], true) {
                        stack.push((target, 0));
                    }
                }
            }
        }
    }
    order
}

/// For each node the number of its component: two nodes share one exactly when each is reached from the other.
/// (Kosaraju: walk the graph backwards in reverse post-order.)
pub(super) fn components(edges: &[Vec<usize>]) -> Vec<usize> {
    let mut backwards = vec![Vec::new(); edges.len()];
    for (node, targets) in edges.iter().enumerate() {
        for &target in targets {
            backwards[target].push(node);
        }
    }
    let mut component = vec![usize::MAX; edges.len()];
    for root in post_order(edges).into_iter().rev() {
        let mut stack = vec![root];
        while let Some(node) = stack.pop() {
            if component[node] == usize::MAX {
                component[node] = root;
                stack.extend(&backwards[node]);
            }
        }
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_share_a_component_and_bridges_do_not() {
        // 0 → 1 ⇄ 2 → 3 → 4 ⇄ 5, 6 → 6, 7
        let edges = [vec![1], vec![2], vec![1, 3], vec![4], vec![5], vec![4], vec![6], vec![]];
        let found = components(&edges);
        assert_eq!(found[1], found[2]);
        assert_eq!(found[4], found[5]);
        let mut distinct = found.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), 6);
    }

    #[test]
    fn what_is_pointed_at_comes_first_however_long_the_chain() {
        let mut edges: Vec<Vec<usize>> = (1..200_000).map(|next| vec![next]).collect();
        edges.push(Vec::new());
        assert!(post_order(&edges).into_iter().eq((0..200_000).rev()));
    }
}
