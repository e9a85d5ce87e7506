//! Paths of findings, kept as links until one is printed.
//!
//! Form: `/` and the steps joined by `/`; the root alone is `/` (RFC 6901 escapes never occur, because
//! every step is a fixed word or a position).

use std::fmt::Write;

/// Index of a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Location(u32);

/// One descent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Root,
    Field(u32),
    FieldType(u32),
    Items,
    Values,
    Branch(u32),
    Name,
    Size,
    Symbols,
}

/// All locations of one comparison.
#[derive(Debug)]
pub(super) struct Paths {
    links: Vec<(Location, Step)>,
}

impl Paths {
    pub(super) fn new() -> Self {
        Self { links: vec![(Location(0), Step::Root)] }
    }

    /// The location of the two schemas themselves.
    #[allow(clippy::unused_self)]
    pub(super) fn root(&self) -> Location {
        Location(0)
    }

    /// A location one step further.
    pub(super) fn below(&mut self, at: Location, step: Step) -> Location {
        self.links.push((at, step));
        Location(self.links.len() as u32 - 1)
    }

    /// About how long the printed path is.
    pub(super) fn length(&self, at: Location) -> usize {
        self.steps(at).len() * 12
    }

    /// The path as the reference prints it.
    pub(super) fn print(&self, at: Location) -> String {
        let mut out = String::new();
        for step in self.steps(at).iter().rev() {
            // Writing to a String cannot fail.
            let _ = match step {
                Step::Root => Ok(()),
                Step::Field(index) => write!(out, "/fields/{index}"),
                Step::FieldType(index) => write!(out, "/fields/{index}/type"),
                Step::Items => out.write_str("/items"),
                Step::Values => out.write_str("/values"),
                Step::Branch(index) => write!(out, "/{index}"),
                Step::Name => out.write_str("/name"),
                Step::Size => out.write_str("/size"),
                Step::Symbols => out.write_str("/symbols"),
            };
        }
        if out.is_empty() { "/".to_owned() } else { out }
    }

    /// The steps from a location up to the root.
    fn steps(&self, mut at: Location) -> Vec<Step> {
        let mut steps = Vec::new();
        while at.0 != 0 {
            let (parent, step) = self.links[at.0 as usize];
            steps.push(step);
            at = parent;
        }
        steps
    }
}
