use std::fmt;

use model::OrganizationId;
use object_store::path::Path;
use uuid::Uuid;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Area {
    /// The files that documents were made from, one a version.
    Documents,
    /// Files that are still being sent.
    Uploads,
    /// Sealed parts of recordings.
    Recordings,
}

impl Area {
    const ALL: [Self; 3] = [Self::Documents, Self::Uploads, Self::Recordings];

    /// The word in the key.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::Uploads => "uploads",
            Self::Recordings => "recordings",
        }
    }
}

/// A stored file's name: `{organization}/{area}/{id}`, the tenant first.
///
/// It is made of ids and of one of our words, never of what somebody typed: there is no path in it to leave by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileKey {
    /// Whose file it is.
    pub organization: OrganizationId,
    /// What it is for.
    pub area: Area,
    /// Which one it is.
    pub id: Uuid,
}

impl FileKey {
    /// The file of a document's version.
    pub const fn document(organization: OrganizationId, version: Uuid) -> Self {
        Self { organization, area: Area::Documents, id: version }
    }

    /// A sealed part of a recording.
    pub const fn recording_part(organization: OrganizationId, file: Uuid) -> Self {
        Self { organization, area: Area::Recordings, id: file }
    }

    pub(super) fn path(&self) -> Path {
        Path::from_iter([self.organization.0.to_string().as_str(), self.area.as_str(), self.id.to_string().as_str()])
    }

    /// Reads a key back; none for anything that lies there and is none of ours.
    pub(super) fn from_path(path: &Path) -> Option<Self> {
        let mut parts = path.parts();
        let organization = parts.next()?.as_ref().parse().ok()?;
        let word = parts.next()?;
        let area = Area::ALL.into_iter().find(|area| area.as_str() == word.as_ref())?;
        let id = parts.next()?.as_ref().parse().ok()?;
        let key = Self { organization, area, id };
        (parts.next().is_none() && key.path() == *path).then_some(key)
    }
}

impl fmt::Display for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.organization.0, self.area.as_str(), self.id)
    }
}

/// Where an organization's files begin, all of them or one area's.
pub(super) fn prefix(organization: OrganizationId, area: Option<Area>) -> Path {
    let organization = organization.0.to_string();
    Path::from_iter(std::iter::once(organization.as_str()).chain(area.map(Area::as_str)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_back_and_nothing_else_is_a_key() {
        let key = FileKey::document(OrganizationId(Uuid::from_u128(1)), Uuid::from_u128(2));
        assert_eq!(key.to_string(), "00000000-0000-0000-0000-000000000001/documents/00000000-0000-0000-0000-000000000002");
        assert_eq!(key.path().as_ref(), key.to_string());
        assert_eq!(FileKey::from_path(&key.path()), Some(key));
        let organization = key.organization.0;
        for other in [
            format!("{organization}/calls/{}", key.id),
            format!("{organization}/documents"),
            format!("{organization}/documents/{}/0.log", key.id),
            format!("{organization}/documents/{}", key.id.simple()),
            format!("x/documents/{}", key.id),
            String::new(),
        ] {
            assert_eq!(FileKey::from_path(&Path::from(other.clone())), None, "{other}");
        }
    }
}
