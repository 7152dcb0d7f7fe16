//! Parts of the program that not everybody has yet.

use model::{CallId, MemberId, OrganizationId};

use crate::error::Result;
use crate::kernel::Kernel;

/// A feature flag in a manifest. It is off unless a setting or its default says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag {
    /// `area.what`.
    pub name: &'static str,
    /// What it switches, one sentence.
    pub doc: &'static str,
    /// Whether it is on where nobody has set it.
    pub default: bool,
}

impl Kernel {
    /// Whether a flag is on for a member (their own setting, else the organization's, else the default). Where it is set for a share of
    /// calls, the call decides: always the same for one call, and off where there is none.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn is_on(&self, flag: &Flag, organization: OrganizationId, member: Option<MemberId>, call: Option<CallId>) -> Result<bool> {
        Ok(match self.store().flag(organization, flag.name, member).await? {
            None => flag.default,
            Some(share) if share >= 100 => true,
            Some(share) if share <= 0 => false,
            Some(share) => call.is_some_and(|call| i64::from(hundredth(flag.name, call)) < share),
        })
    }
}

/// 0 to 99, spread evenly over calls and differently for each flag (FNV-1a of both).
fn hundredth(flag: &str, call: CallId) -> u32 {
    let hash = flag
        .bytes()
        .chain(*call.0.as_bytes())
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    u32::try_from((hash >> 32) % 100).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_keeps_its_side() {
        // For ever: a server of another release, or after a restart, must find the same.
        let call = |n: u128| CallId(uuid::Uuid::from_u128(n));
        let found = [1, 2, 3].map(|n| hundredth("calls.test", call(n)));
        assert_eq!(found, [1, 2, 3].map(|n| hundredth("calls.test", call(n))));
        assert_eq!(found, [28, 84, 40]);
        // Who has it at 30 has it at 60 too: a share that grows takes it from nobody.
        let on = |share: u32| (0..1_000).filter(|n| hundredth("calls.test", call(*n)) < share).collect::<Vec<_>>();
        assert!(on(30).iter().all(|n| on(60).contains(n)));
        assert!((0..1_000).all(|n| hundredth("calls.test", call(n)) < 100));
    }

    #[test]
    fn a_share_is_a_share() {
        let call = |n: u128| CallId(uuid::Uuid::from_u128(n.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)));
        let on = (0..10_000).filter(|n| hundredth("calls.test", call(*n)) < 30).count();
        assert!((2_700..3_300).contains(&on), "{on}");
        let both = (0..10_000).filter(|n| hundredth("calls.test", call(*n)) < 50 && hundredth("calls.other", call(*n)) < 50).count();
        assert!((2_200..2_800).contains(&both), "flags are independent of one another: {both}");
    }
}
