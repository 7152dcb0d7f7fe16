//! In which calls and answers documents were used.

use chrono::{DateTime, SubsecRound, Utc};
use model::{CallId, DocumentId, DocumentUse, MemberId, OrganizationId, Page};
use uuid::Uuid;

use crate::cursor::Cursor;
use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;
use crate::text::clean;

statements! {
    INSERT_USE = "
        INSERT INTO knowledge_uses (organization_id, document_id, version, passage, source, call_id, question, used_at, member_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, COALESCE($9, (SELECT member_id FROM calls WHERE organization_id = $1 AND id = $6)))
        ON CONFLICT (document_id, source, version, passage) DO NOTHING";
    USES = "
        SELECT u.version, u.passage, u.call_id, u.question, u.used_at, u.source FROM knowledge_uses u
        WHERE u.organization_id = $1 AND u.document_id = $2 AND (u.used_at, u.source, u.passage) < ($3, $4, $5)
            AND NOT EXISTS (SELECT 1 FROM calls c WHERE c.organization_id = $1 AND c.id = u.call_id AND c.deleted_at IS NOT NULL)
        ORDER BY u.used_at DESC, u.source DESC, u.passage DESC LIMIT $6";
    OWN_USES = "
        SELECT u.version, u.passage, u.call_id, u.question, u.used_at, u.source FROM knowledge_uses u
        WHERE u.organization_id = $1 AND u.document_id = $2 AND (u.used_at, u.source, u.passage) < ($3, $4, $5)
            AND NOT EXISTS (SELECT 1 FROM calls c WHERE c.organization_id = $1 AND c.id = u.call_id AND c.deleted_at IS NOT NULL)
            AND u.member_id = $7
        ORDER BY u.used_at DESC, u.source DESC, u.passage DESC LIMIT $6";
}

/// A passage that was shown or cited.
#[derive(Clone, Debug, PartialEq)]
pub struct NewUse {
    /// The document.
    pub document: DocumentId,
    /// Its version.
    pub version: i64,
    /// The passage's number in it.
    pub passage: i64,
    /// The call; none outside of one.
    pub call: Option<CallId>,
    /// Who asked; none in a call, whose member it is.
    pub member: Option<MemberId>,
    /// The answer's id: the same passage counts once in answers of one id. Not looked at in a call, where it counts once too.
    pub answer: Uuid,
    /// What was asked.
    pub question: String,
    /// When.
    pub at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct UseRow {
    #[sqlx(flatten)]
    used: DocumentUse,
    source: Uuid,
}

/// Notes uses; one that is there already is left as it is.
///
/// # Errors
/// [`crate::StoreError::Missing`] if the document or the call is gone or of another organization.
pub async fn add(tx: &mut Tx, organization: OrganizationId, uses: &[NewUse]) -> Result<()> {
    for used in uses {
        let source = used.call.map_or(used.answer, |call| call.0);
        query!(
            within tx, execute, INSERT_USE, organization, used.document, used.version, used.passage, source, used.call,
            clean(&used.question).as_ref(), used.at.trunc_subsecs(6), used.member
        )?;
    }
    Ok(())
}

impl Store {
    /// [`add`], in a transaction of its own.
    ///
    /// # Errors
    /// As [`add`]; then none is noted.
    pub async fn add_uses(&self, organization: OrganizationId, uses: &[NewUse]) -> Result<()> {
        let mut tx = self.begin().await?;
        add(&mut tx, organization, uses).await?;
        tx.commit().await
    }

    /// A page of a document's uses, newest first: all of them, or those in the calls and questions of one member.
    ///
    /// # Errors
    /// [`crate::StoreError::Cursor`] if the cursor is not one that this list gave.
    pub async fn document_uses(
        &self,
        organization: OrganizationId,
        document: DocumentId,
        of: Option<MemberId>,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<DocumentUse>> {
        let limit = limit.clamp(1, 500) as usize;
        // `<time and source>-<passage>`
        let (after, passage) = match cursor {
            None => (Cursor::newest(), i64::MAX),
            Some(cursor) => {
                let (place, passage) = cursor.rsplit_once('-').ok_or(crate::StoreError::Cursor)?;
                (Cursor::parse("uses", Some(place))?, passage.parse().map_err(|_| crate::StoreError::Cursor)?)
            }
        };
        let most = limit as i64 + 1;
        let mut rows = match of {
            Some(member) => query!(read self, all UseRow, OWN_USES, organization, document, after.at, after.id, passage, most, member)?,
            None => query!(read self, all UseRow, USES, organization, document, after.at, after.id, passage, most)?,
        };
        let next = (rows.len() > limit).then(|| rows.truncate(limit)).and_then(|()| rows.last());
        let next = next.map(|row| format!("{}-{}", Cursor { at: row.used.used_at, id: row.source }.text("uses"), row.used.passage));
        Ok(Page { items: rows.into_iter().map(|row| row.used).collect(), next })
    }
}
