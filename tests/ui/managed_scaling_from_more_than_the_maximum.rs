//! `MinInstanceCount` above `MaxInstanceCount`.

use sageform::hosting::*;

const SCALING: ManagedInstanceScaling = ManagedInstanceScaling::new(5, 2);

fn main() {
    let _ = SCALING;
}
