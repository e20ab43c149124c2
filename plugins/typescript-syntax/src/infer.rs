//! The type of an expression, where it can be told without a type checker:
//! from literals, annotations, declarations and a few members of the standard
//! library. Everything else is `None`, never a guess.

mod expression;
mod flow;
mod library;
mod symbol;

use crate::{Project, Source};
use std::rc::Rc;

/// Tells types in one file.
#[derive(Clone)]
pub struct Infer<'p, 'a> {
    /// The files.
    pub project: &'p Project<'a>,
    /// The file.
    pub source: Rc<Source<'a>>,
    /// How much deeper it may look.
    depth: u32,
}

impl<'p, 'a> Infer<'p, 'a> {
    /// Tells types in this file.
    #[must_use]
    pub fn new(project: &'p Project<'a>, source: &Rc<Source<'a>>) -> Self {
        Self {
            project,
            source: Rc::clone(source),
            depth: 12,
        }
    }

    fn deeper(&self) -> Option<Self> {
        Some(Self {
            depth: self.depth.checked_sub(1)?,
            ..self.clone()
        })
    }

    fn elsewhere(&self, source: &Rc<Source<'a>>) -> Option<Self> {
        Some(Self {
            source: Rc::clone(source),
            ..self.deeper()?
        })
    }
}

#[cfg(test)]
mod tests;
