//! Which version of the playbook a call is heard with: the newest one until it goes live, and from then on that one for ever.

use kernel::{Kernel, Result};
use model::{Call, CallState};

use crate::playbooks::{self, CompiledPlaybook};

/// The playbook of a call.
pub(super) async fn of_call(kernel: &Kernel, call: &Call) -> Result<CompiledPlaybook> {
    if call.state == CallState::Prepared {
        return playbooks::current(kernel, call.organization_id).await;
    }
    let version = kernel.store().playbook_of_call(call.organization_id, call.id).await?;
    playbooks::of_version(kernel, call.organization_id, version).await
}
