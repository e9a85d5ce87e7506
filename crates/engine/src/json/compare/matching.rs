//! Maximum-cardinality matching of a bipartite graph (Hopcroft and Karp, 1973). O(edges × √nodes).

const FREE: usize = usize::MAX;

/// For each row, the column it is matched with. `edges[row]` lists the columns a row may take.
pub(super) fn maximum_matching(edges: &[Vec<usize>], columns: usize) -> Vec<Option<usize>> {
    let mut graph = Graph {
        edges,
        row_of: vec![FREE; columns],
        column_of: vec![FREE; edges.len()],
        level: vec![FREE; edges.len()],
    };
    while graph.build_levels() {
        // The next edge each row tries in this phase.
        let mut next = vec![0; edges.len()];
        for row in 0..edges.len() {
            if graph.column_of[row] == FREE {
                graph.augment(row, &mut next);
            }
        }
    }
    graph.column_of.into_iter().map(|column| (column != FREE).then_some(column)).collect()
}

struct Graph<'e> {
    edges: &'e [Vec<usize>],
    row_of: Vec<usize>,
    column_of: Vec<usize>,
    level: Vec<usize>,
}

impl Graph<'_> {
    /// Breadth first from the free rows; whether a free column can be reached.
    fn build_levels(&mut self) -> bool {
        let mut queue = std::collections::VecDeque::new();
        for row in 0..self.edges.len() {
            let is_free = self.column_of[row] == FREE;
            self.level[row] = if is_free { 0 } else { FREE };
            if is_free {
                queue.push_back(row);
            }
        }
        let mut is_reachable = false;
        while let Some(row) = queue.pop_front() {
            for column in &self.edges[row] {
                let owner = self.row_of[*column];
                if owner == FREE {
                    is_reachable = true;
                } else if self.level[owner] == FREE {
                    self.level[owner] = self.level[row] + 1;
                    queue.push_back(owner);
                }
            }
        }
        is_reachable
    }

    /// Depth first along the levels, with its own stack; takes the path when it ends at a free column.
    fn augment(&mut self, start: usize, next: &mut [usize]) {
        let mut path = vec![start];
        while let Some(row) = path.last().copied() {
            let Some(column) = self.edges[row].get(next[row]).copied() else {
                path.pop();
                if let Some(before) = path.last() {
                    next[*before] += 1;
                }
                continue;
            };
            let owner = self.row_of[column];
            if owner == FREE {
                for row in path {
                    let column = self.edges[row][next[row]];
                    self.row_of[column] = row;
                    self.column_of[row] = column;
                    next[row] += 1;
                }
                return;
            }
            if self.level[owner] == self.level[row] + 1 {
                path.push(owner);
            } else {
                next[row] += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The size of a largest matching by trying everything.
    fn exhaustive(edges: &[Vec<usize>], row: usize, taken: u32) -> usize {
        let Some(columns) = edges.get(row) else { return 0 };
        let skipped = exhaustive(edges, row + 1, taken);
        let used = columns.iter().filter(|column| taken & (1 << **column) == 0);
        used.map(|column| 1 + exhaustive(edges, row + 1, taken | 1 << column)).max().unwrap_or(0).max(skipped)
    }

    proptest! {
        #[test]
        fn a_matching_is_valid_and_as_large_as_any(
            rows in prop::collection::vec(prop::collection::btree_set(0_usize..6, 0..5), 0..7)
        ) {
            let edges: Vec<Vec<usize>> = rows.into_iter().map(|row| row.into_iter().collect()).collect();
            let matching = maximum_matching(&edges, 6);
            let mut taken = std::collections::HashSet::new();
            for (row, column) in matching.iter().enumerate() {
                if let Some(column) = column {
                    prop_assert!(edges[row].contains(column));
                    prop_assert!(taken.insert(*column));
                }
            }
            prop_assert_eq!(taken.len(), exhaustive(&edges, 0, 0));
        }
    }

    #[test]
    fn a_thousand_full_rows_are_matched_at_once() {
        let edges: Vec<Vec<usize>> = (0..1_000).map(|_| (0..1_000).collect()).collect();
        assert!(maximum_matching(&edges, 1_000).iter().all(Option::is_some));
    }
}
