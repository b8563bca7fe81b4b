//! The look-up from an image that is written out to what the table knows of its repository.

use super::generated::FRAMEWORKS;
use super::table::{Framework, Image, Scope, Tags};
use crate::catalog::instances::Architecture;
use crate::literal::EcrRepository;

/// What AWS publishes in one of its repositories.
#[derive(Clone)]
pub struct Published {
    rows: Vec<Row>,
    repository: &'static str,
}

#[derive(Clone, Copy)]
struct Row {
    framework: &'static Framework,
    scope: &'static Scope,
    architecture: Architecture,
    image: &'static Image,
}

/// What is in a repository, where it is AWS's: it has the name of one, and the account has it in
/// some region. Somebody's copy of it is not.
///
/// ```
/// use sageform::catalog::images::published;
/// use sageform::literal::ImageUri;
///
/// let uri = "763104351884.dkr.ecr.ap-southeast-3.amazonaws.com/pytorch-inference:2.6-cpu-py312";
/// let image = ImageUri::new(uri);
/// let repository = image.ecr_repository().expect("an image in ECR");
/// let known = published(&repository).expect("AWS's own");
/// assert_eq!(known.accounts("ap-southeast-3"), ["907027046896"]);
/// assert_eq!(known.accounts("eu-west-1"), ["763104351884"]);
/// assert_eq!(known.pythons("2.6"), ["py312"]);
///
/// let copy = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/pytorch-inference:2.6");
/// assert!(published(&copy.ecr_repository().expect("an image in ECR")).is_none());
/// ```
pub fn published(repository: &EcrRepository<'_>) -> Option<Published> {
    let rows: Vec<_> = all_rows()
        .filter(|row| row.image.repository == repository.name)
        .collect();
    let owned = rows.iter().any(|row| {
        let mut accounts = row.image.accounts.iter();
        accounts.any(|(_, account)| *account == repository.account)
    });
    let name = rows.first()?.image.repository;
    owned.then_some(Published {
        rows,
        repository: name,
    })
}

fn all_rows() -> impl Iterator<Item = Row> {
    FRAMEWORKS.iter().flat_map(|framework| {
        let scopes = [
            (&framework.x86_64, Architecture::X86_64),
            (&framework.arm64, Architecture::Arm64),
        ];
        scopes.into_iter().flat_map(move |(scope, architecture)| {
            let scope = scope.as_ref().into_iter();
            scope.flat_map(move |scope| {
                scope.images.iter().map(move |image| Row {
                    framework,
                    scope,
                    architecture,
                    image,
                })
            })
        })
    })
}

impl Published {
    /// The accounts that have the repository in a region; none where that is not known.
    pub fn accounts(&self, region: &str) -> Vec<&'static str> {
        let mut accounts = Vec::new();
        for row in &self.rows {
            for (known, account) in row.image.accounts {
                if *known == region && !accounts.contains(account) {
                    accounts.push(*account);
                }
            }
        }
        accounts
    }

    /// The architecture of its images, where all have the same.
    pub fn architecture(&self) -> Option<Architecture> {
        let first = self.rows.first()?.architecture;
        let same = self.rows.iter().all(|row| row.architecture == first);
        same.then_some(first)
    }

    /// The Python versions of which there are images of a version, where tags begin with the
    /// version; none of a version that is not known.
    pub fn pythons(&self, version: &str) -> Vec<&'static str> {
        let mut pythons = Vec::new();
        let rows = self.rows.iter().filter(|row| row.is_tagged(version));
        for python in rows.filter_map(|row| row.image.python) {
            if !pythons.contains(&python) {
                pythons.push(python);
            }
        }
        pythons
    }

    /// The repositories that have a version of the framework for the same architecture, when this
    /// one does not.
    ///
    /// ```
    /// use sageform::catalog::images::published;
    /// use sageform::literal::ImageUri;
    ///
    /// let uri = "763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-inference-graviton:2.6.0";
    /// let image = ImageUri::new(uri);
    /// let known = published(&image.ecr_repository().expect("in ECR")).expect("AWS's own");
    /// assert_eq!(known.instead("2.6.0"), ["pytorch-inference-arm64"]);
    /// assert!(known.instead("2.3.0").is_empty());
    /// ```
    pub fn instead(&self, version: &str) -> Vec<&'static str> {
        let mut names = Vec::new();
        let of_same = |row: &Row| {
            self.rows.iter().any(|own| {
                own.framework.name == row.framework.name && own.architecture == row.architecture
            })
        };
        for row in all_rows().filter(|row| row.is_tagged(version) && of_same(row)) {
            if row.image.repository == self.repository {
                return Vec::new();
            }
            if !names.contains(&row.image.repository) {
                names.push(row.image.repository);
            }
        }
        names
    }
}

impl Row {
    /// Whether tags begin with the version, and it is this one or stands for it.
    fn is_tagged(&self, version: &str) -> bool {
        let begins = match self.image.tags {
            Tags::Any(tag) => tag.starts_with("{version}"),
            Tags::ByProcessor(tags) => tags.iter().all(|(_, tag)| tag.starts_with("{version}")),
        };
        let mut aliases = self.scope.aliases.iter();
        begins
            && (self.image.version == version
                || aliases.any(|(alias, full)| *alias == version && *full == self.image.version))
    }
}
