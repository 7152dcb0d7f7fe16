//! What is wrong with a manifest is named.

use kernel::{Area, Event, Flag, JobEntry, ManifestError, Permission, PermissionEntry, Registry, Schedule, Setting};
use model::Role;

use crate::shop::{Delivered, MANNERS, SHOP, Sweep};

#[test]
fn mistakes_in_manifests_are_named() {
    let of = |areas: &[Area]| Registry::new(areas).err();
    let twice = |sort, name: &str| Some(ManifestError::Twice { sort, name: name.to_owned() });
    assert_eq!(of(&[SHOP, SHOP]), twice("areas", "shop"));
    let other = Area { jobs: SHOP.jobs, ..Area::new("other") };
    assert_eq!(of(&[SHOP, other]), twice("kinds of jobs", "shop.deliver"));
    assert_eq!(of(&[Area { schedules: &[], ..other }]), Some(ManifestError::Prefix { area: "other", name: "shop.deliver" }));
    const SEE: PermissionEntry = PermissionEntry { permission: Permission::new("shop.see"), doc: "See.", least: Role::Rep };
    assert_eq!(of(&[Area { permissions: &[SEE, SEE], ..Area::new("shop") }]), twice("permissions", "shop.see"));
    const ON: Flag = Flag { name: "shop.on", doc: "On.", default: false };
    const HOURS: Setting = Setting { name: "shop_hours", default: "9 to 5", secret: false, doc: "When it is open." };
    const SWEEPS: &[Schedule] = &[SHOP.schedules[0], SHOP.schedules[0]];
    let elsewhere = Area { jobs: &[], schedules: &[], ..SHOP };
    assert_eq!(of(&[SHOP, Area { name: "other", ..elsewhere }]), twice("events", "shop.delivered"));
    assert_eq!(of(&[Area { schedules: SWEEPS, ..SHOP }]), twice("schedules", "shop.sweep"));
    assert_eq!(of(&[Area { flags: &[ON, ON], ..Area::new("shop") }]), twice("flags", "shop.on"));
    let open = Area { settings: &[HOURS], ..Area::new("shop") };
    assert_eq!(of(&[open, Area { name: "other", ..open }]), twice("settings", "shop_hours"));
    assert_eq!(of(&[MANNERS]), Some(ManifestError::NoSuchEvent("shop.delivered")));
    let orphan = Area { schedules: SHOP.schedules, ..Area::new("shop") };
    assert_eq!(of(&[orphan]), Some(ManifestError::NoSuchJob("shop.sweep")));
    const NEVER: Schedule = Schedule { name: "shop.never", cron: "whenever", job: JobEntry::of::<Sweep>() };
    assert_eq!(of(&[Area { schedules: &[NEVER], ..SHOP }]), Some(ManifestError::Cron("shop.never")));
    assert_eq!(Delivered { what: "x".into() }.subject(), "x");
    assert_eq!(Delivered::ENTRY.schema()["properties"]["data"]["properties"]["what"]["type"], "string");
}
