//! What somebody may do: named by the areas, given by roles.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use model::Role;

/// One thing that somebody may do: `area.what`, for example `calls.read_all`. Made by the areas' manifests only.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Permission(&'static str);

impl Permission {
    /// Names a permission; a manifest makes it known.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Debug for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A permission in a manifest.
#[derive(Clone, Copy, Debug)]
pub struct PermissionEntry {
    /// Which.
    pub permission: Permission,
    /// What it allows, one sentence for the matrix in the documentation and in Settings.
    pub doc: &'static str,
    /// The least of the built-in roles that has it.
    pub least: Role,
}

/// What one actor may do; computed once per request. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PermissionSet(Arc<BTreeSet<Permission>>);

impl PermissionSet {
    /// Whether it is among them.
    pub fn contains(&self, permission: Permission) -> bool {
        self.0.contains(&permission)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = Permission> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<T: IntoIterator<Item = Permission>>(permissions: T) -> Self {
        Self(Arc::new(permissions.into_iter().collect()))
    }
}
