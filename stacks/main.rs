//! The application: lists the stacks and hands over to the command line.

fn main() {}
