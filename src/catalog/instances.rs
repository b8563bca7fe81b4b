//! What an instance type is made of: cores, memory, accelerators, local storage.
//!
//! The hardware is that of the EC2 type of the same name ([instance types]); `ml.m5.xlarge` is an
//! `m5.xlarge`. A family that is not listed yields [`None`], because AWS adds to the set and a new
//! one is no error.
//!
//! [instance types]: https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html
//!
//! ```
//! use sageform::catalog::instances::{AcceleratorKind, LocalNvme, facts};
//! use sageform::literal::InstanceType;
//!
//! let facts = facts(&InstanceType::new("ml.g5.12xlarge")).expect("a family that is known");
//! assert_eq!(facts.vcpus, Some(48));
//! assert_eq!(facts.local_nvme, LocalNvme::Present);
//! let accelerator = facts.accelerator.expect("a type with GPUs");
//! assert_eq!(accelerator.kind, AcceleratorKind::Gpu);
//! assert_eq!(accelerator.count, Some(4));
//! ```

mod families;

use crate::literal::InstanceType;

use families::{FAMILIES, Family, SIZES};

/// What is known of an instance type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// The processor's architecture: an image has to be built for it.
    pub architecture: Architecture,
    /// Virtual CPUs. The metric `CPUUtilization` of an instance reaches 100% times this number.
    /// `None` for a size that does not follow AWS's names.
    pub vcpus: Option<u32>,
    /// Memory in MiB, of which the service and the system take a part. `None` where `vcpus` is.
    pub memory_mib: Option<u32>,
    /// The accelerators; `None` for a type that has only CPUs.
    pub accelerator: Option<Accelerator>,
    /// Whether storage is on the instance itself. Such a type takes neither a volume's size nor a
    /// volume's KMS key
    /// ([`KmsKeyId`](https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html)).
    pub local_nvme: LocalNvme,
    /// Whether the CPU is throttled when its credits are used up; such types cannot be scaled.
    pub burstable: bool,
}

/// The accelerators of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accelerator {
    /// Who made it, and so which drivers and images it needs.
    pub kind: AcceleratorKind,
    /// How many devices one instance has; `None` for a size that is not known. The metric
    /// `GPUUtilization` of an instance reaches 100% times this number.
    pub count: Option<u32>,
    /// `NeuronCores` per device; 1 for what is not Neuron. AWS does not say which of the two an
    /// inference component counts, so a check had better compare with the product.
    pub cores_per_device: u32,
    /// Memory of one device in MiB.
    pub memory_mib: u32,
}

/// A kind of accelerator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AcceleratorKind {
    /// An NVIDIA GPU.
    Gpu,
    /// AWS Inferentia or Trainium, programmed through the Neuron SDK.
    Neuron,
    /// A Habana Gaudi.
    Gaudi,
}

/// A processor's architecture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// Intel and AMD.
    X86_64,
    /// AWS Graviton and NVIDIA Grace.
    Arm64,
}

/// Whether an instance type has local NVMe storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalNvme {
    /// It has.
    Present,
    /// Its storage is EBS only.
    Absent,
    /// No source that is good enough for an error.
    Unknown,
}

/// What is known of an instance type; `None` for a family that is not known.
///
/// ```
/// use sageform::catalog::instances::{Architecture, facts};
/// use sageform::literal::InstanceType;
///
/// let graviton = facts(&InstanceType::new("ml.c8g.medium")).expect("a family that is known");
/// assert_eq!(graviton.architecture, Architecture::Arm64);
/// assert_eq!((graviton.vcpus, graviton.memory_mib), (Some(1), Some(2048)));
/// assert_eq!(facts(&InstanceType::new("ml.z99.large")), None);
/// ```
pub fn facts(instance_type: &InstanceType) -> Option<Facts> {
    let (name, size) = (instance_type.family(), instance_type.size());
    let family = FAMILIES.iter().find(|family| family.name == name)?;
    let listed = SIZES
        .iter()
        .find(|listed| listed.family == name && listed.size == size);
    let vcpus = listed.map(|listed| listed.vcpus).or_else(|| vcpus(size));
    let memory_mib = listed
        .map(|listed| listed.memory_mib)
        .or_else(|| vcpus?.checked_mul(family.mib_per_vcpu?));
    Some(Facts {
        architecture: family.architecture,
        vcpus,
        memory_mib,
        accelerator: family.accelerator(size),
        local_nvme: family.local_nvme,
        burstable: family.burstable,
    })
}

/// The processor's architecture, also of a family that is not known: AWS marks Graviton with a `g`
/// after the generation's number
/// ([naming conventions](https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html)).
///
/// ```
/// use sageform::catalog::instances::{Architecture, architecture};
/// use sageform::literal::InstanceType;
///
/// assert_eq!(architecture(&InstanceType::new("ml.c99gd.large")), Architecture::Arm64);
/// assert_eq!(architecture(&InstanceType::new("ml.g5.xlarge")), Architecture::X86_64);
/// ```
pub fn architecture(instance_type: &InstanceType) -> Architecture {
    if let Some(facts) = facts(instance_type) {
        return facts.architecture;
    }
    let options = instance_type
        .family()
        .trim_start_matches(|character: char| character.is_ascii_alphabetic())
        .trim_start_matches(|character: char| character.is_ascii_digit());
    // What follows a `-` names the accelerator: `p6-b200`.
    let options = options.split('-').next().unwrap_or_default();
    if options.contains('g') {
        Architecture::Arm64
    } else {
        Architecture::X86_64
    }
}

/// Virtual CPUs by AWS's names of sizes.
fn vcpus(size: &str) -> Option<u32> {
    match size {
        "medium" => Some(1),
        "large" => Some(2),
        "xlarge" => Some(4),
        _ => {
            let digits = size.strip_suffix("xlarge")?;
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse::<u32>().ok().filter(|_| plain)?.checked_mul(4)
        }
    }
}

impl Family {
    fn accelerator(&self, size: &str) -> Option<Accelerator> {
        let devices = self.devices.as_ref()?;
        let count = devices
            .counts
            .iter()
            .find(|(sizes, _)| sizes.contains(&size))
            .map(|(_, count)| *count);
        Some(Accelerator {
            kind: devices.kind,
            count,
            cores_per_device: devices.cores,
            memory_mib: devices.memory_mib,
        })
    }
}

#[cfg(test)]
mod tests;
