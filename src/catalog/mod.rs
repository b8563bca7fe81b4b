//! F1: what AWS offers, as plain look-ups: facts about instance types, and the images of frameworks.
//!
//! Both are pinned, because synthesis asks nobody. Both sets are open: AWS adds to them every few
//! weeks, so what is not known here is not wrong, and it is for the floors above to say what follows.

pub mod images;
pub mod instances;
