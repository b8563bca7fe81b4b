//! Placeholder until the generator lands.
use super::ResourceSchema;
/// Placeholder until the generator lands.
pub static SCHEMAS: &[&ResourceSchema] = &[];
