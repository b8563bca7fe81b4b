//! Where in a document a rule is, without building text until something is wrong.

use std::fmt::{self, Write as _};

/// A place below a resource: a chain of borrowed steps on the call stack.
#[derive(Clone, Copy)]
pub(super) enum Path<'a> {
    Root,
    Key(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    pub(super) fn key(&'a self, key: &'a str) -> Path<'a> {
        Path::Key(self, key)
    }

    pub(super) fn index(&'a self, index: usize) -> Path<'a> {
        Path::Index(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Key(Path::Root, key) => f.write_str(key),
            Self::Key(parent, key) => {
                parent.fmt(f)?;
                f.write_char('.')?;
                f.write_str(key)
            }
            Self::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}
