//! x
use super::ResourceSchema;
pub static SCHEMAS: &[&ResourceSchema] = &[];
