//! Feature flags: what can be switched, how it is set, for whom.

use kernel::{Actor, DomainError, Flag, Kernel, Registry, Result};
use model::{FlagState, MemberFlag, MemberId, Problem, SetFlag};
use serde_json::json;
use store::flags::FlagSetting;

use super::SET_FLAGS;

kernel::event! {
    /// A part of the program was switched, or the setting was taken back.
    FlagChanged = "flag.changed", of flag, belongs to nobody, sees all: Some(SET_FLAGS), {
        /// The flag.
        flag: String,
    }
}

/// Every flag of the program, and how the organization has set it.
///
/// # Errors
/// `forbidden` without [`SET_FLAGS`].
pub async fn flags(kernel: &Kernel, actor: &Actor) -> Result<Vec<FlagState>> {
    actor.require(SET_FLAGS)?;
    let settings = kernel.store().flags(actor.organization).await?;
    Ok(kernel.state::<Registry>().flags().map(|flag| state(flag, &settings)).collect())
}

fn state(flag: &Flag, settings: &[FlagSetting]) -> FlagState {
    let set = || settings.iter().filter(|setting| setting.name == flag.name);
    let share = |setting: &FlagSetting| u32::try_from(setting.share).unwrap_or_default();
    FlagState {
        key: flag.name.to_owned(),
        description: flag.doc.to_owned(),
        default: flag.default,
        share: set().find(|setting| setting.member.is_none()).map(share),
        members: set().filter_map(|setting| Some(MemberFlag { member: setting.member?, share: share(setting) })).collect(),
    }
}

/// Sets a flag for the organization or a member; gives how it is set now.
///
/// # Errors
/// `forbidden` without [`SET_FLAGS`]; `not_found` for an unknown flag or a member of none of the caller's; `invalid` for a share above 100.
pub async fn set_flag(kernel: &Kernel, actor: &Actor, key: &str, set: SetFlag) -> Result<FlagState> {
    actor.require(SET_FLAGS)?;
    if set.share > 100 {
        return Err(Problem::of_field("share", "The share is of a hundred calls: 0 is off, 100 is on.").into());
    }
    change(kernel, actor, key, set.member, Some(set.share)).await
}

/// Takes a flag's setting back, of the organization or of a member; gives how it is set now. One that is not set stays so.
///
/// # Errors
/// As [`set_flag`].
pub async fn unset_flag(kernel: &Kernel, actor: &Actor, key: &str, member: Option<MemberId>) -> Result<FlagState> {
    actor.require(SET_FLAGS)?;
    change(kernel, actor, key, member, None).await
}

async fn change(kernel: &Kernel, actor: &Actor, key: &str, member: Option<MemberId>, share: Option<u32>) -> Result<FlagState> {
    let mut known = kernel.state::<Registry>().flags();
    let flag = known.find(|flag| flag.name == key).ok_or_else(|| DomainError::no_such("flag"))?;
    if let Some(member) = member {
        let profile = kernel.store().profile(member).await?;
        profile.filter(|profile| profile.organization.id == actor.organization).ok_or_else(|| DomainError::no_such("member"))?;
    }
    let mut tx = kernel.begin(actor).await?;
    store::flags::set(&mut tx, actor.organization, flag.name, member, share.map(i64::from)).await?;
    let action = if share.is_some() { "operations.flag_set" } else { "operations.flag_unset" };
    tx.audit(action, flag.name, json!({ "member": member, "share": share })).await?;
    tx.emit(&FlagChanged { flag: flag.name.to_owned() }).await?;
    tx.commit().await?;
    Ok(state(flag, &kernel.store().flags(actor.organization).await?))
}
