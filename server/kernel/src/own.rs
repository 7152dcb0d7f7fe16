//! What the kernel itself tells and allows: matters of running an organization, which belong to no area.

use model::{JobId, Role};

use crate::event;
use crate::permission::{Permission, PermissionEntry};

/// May see and retry failed work and other matters of running the organization.
pub const OPERATE: Permission = Permission::new("operations.manage");

event! {
    /// A job was laid aside after its last attempt; an admin can try it again or discard it.
    JobDead = "job.dead", of job, belongs to nobody, sees all: Some(OPERATE), {
        /// The job.
        job: JobId,
        /// What it was to do.
        kind: String,
    }
}

/// What the kernel itself allows.
pub fn own_permissions() -> [PermissionEntry; 1] {
    [PermissionEntry { permission: OPERATE, doc: "See failed work, try it again, discard it.", least: Role::Admin }]
}
