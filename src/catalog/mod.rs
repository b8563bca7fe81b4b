//! F1: what AWS offers, as plain look-ups: facts about instance types, the images of frameworks, and
//! what is done with an execution role.
//!
//! They are pinned, because synthesis asks nobody. The sets of types and images are open: AWS adds to
//! them every few weeks, so what is not known here is not wrong, and it is for the floors above to say what follows.

pub(crate) mod execution_role;
pub mod images;
pub mod instances;
