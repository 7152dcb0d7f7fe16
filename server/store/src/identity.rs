//! Organizations, people and their places in organizations.

use model::{MemberId, Organization, OrganizationId, Person, PersonId, Profile, Role};

use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;

statements! {
    INSERT_ORGANIZATION = "INSERT INTO organizations (id, name, keep_audio, created_at) VALUES ($1, $2, $3, $4)";
    INSERT_PERSON = "INSERT INTO people (id, email, name, password_hash, time_zone, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
    INSERT_MEMBER = "INSERT INTO members (id, organization_id, person_id, role, created_at) VALUES ($1, $2, $3, $4, $5)";
    CREDENTIALS = "
        SELECT p.id, p.email, p.name, p.time_zone, p.created_at, p.password_hash, m.id AS member
        FROM people p JOIN members m ON m.person_id = p.id
        WHERE p.email = $1 ORDER BY m.created_at, m.id LIMIT 1";
    PASSWORD_HASH = "SELECT password_hash FROM people WHERE id = $1";
    SET_PASSWORD = "UPDATE people SET password_hash = $2 WHERE id = $1";
    PROFILE = "
        SELECT m.id AS member, m.role, p.id AS person_id, p.email, p.name AS person_name, p.time_zone, p.created_at AS person_created_at,
            o.id AS organization_id, o.name AS organization_name, o.keep_audio, o.created_at AS organization_created_at
        FROM members m JOIN people p ON p.id = m.person_id JOIN organizations o ON o.id = m.organization_id
        WHERE m.id = $1";
    UPDATE_ORGANIZATION = "UPDATE organizations SET name = $2, keep_audio = $3 WHERE id = $1";
    ORGANIZATIONS_OF = "SELECT organization_id FROM members WHERE person_id = $1 ORDER BY organization_id";
    UPDATE_PERSON = "UPDATE people SET name = $2, time_zone = $3 WHERE id = $1";
    ANYBODY = "SELECT id FROM people WHERE id >= $1 LIMIT 1";
    PERSON = "SELECT id, email, name, time_zone, created_at FROM people WHERE id = $1";

    PERSON_OF_ADDRESS = "SELECT id, email, name, time_zone, created_at FROM people WHERE email = $1";
    PEOPLE_BEYOND_ASCII = "SELECT id, email, name, time_zone, created_at FROM people WHERE octet_length(email) <> length(email) ORDER BY id";
    SET_ADDRESS = "UPDATE people SET email = $2 WHERE id = $1";
    PLACES_OF = "
        SELECT m.organization_id, m.id AS member, m.role, o.name AS organization_name
        FROM members m JOIN organizations o ON o.id = m.organization_id WHERE m.person_id = $1 ORDER BY m.organization_id";
    COLLEAGUES = "
        SELECT p.email, m.role FROM members m JOIN people p ON p.id = m.person_id
        WHERE m.organization_id = $1 AND m.id <> $2 ORDER BY m.created_at, m.id";
}

/// All that a sign-up makes.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The new tenant.
    pub organization: Organization,
    /// Who signs up.
    pub person: Person,
    /// As argon2id prints it.
    pub password_hash: String,
    /// The person's place in the organization.
    pub member: MemberId,
    /// The person's role in it.
    pub role: Role,
}

/// What a sign-in is checked against.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Credentials {
    /// Who.
    #[sqlx(flatten)]
    pub person: Person,
    /// As argon2id prints it.
    pub password_hash: String,
    /// The place that a session starts in: the person's oldest.
    pub member: MemberId,
}

/// A person's place in an organization.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Place {
    /// The organization.
    pub organization_id: OrganizationId,
    /// The place itself.
    pub member: MemberId,
    /// What the person is there.
    #[sqlx(try_from = "String")]
    pub role: Role,
    /// What the organization is called.
    pub organization_name: String,
}

/// Another member of an organization.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Colleague {
    /// Their mail address.
    pub email: String,
    /// What they are there.
    #[sqlx(try_from = "String")]
    pub role: Role,
}

#[derive(sqlx::FromRow)]
struct ProfileRow {
    member: MemberId,
    #[sqlx(try_from = "String")]
    role: Role,
    person_id: PersonId,
    email: String,
    person_name: String,
    time_zone: String,
    person_created_at: chrono::DateTime<chrono::Utc>,
    organization_id: OrganizationId,
    organization_name: String,
    keep_audio: bool,
    organization_created_at: chrono::DateTime<chrono::Utc>,
}

/// Makes an organization, a person and the person's place in it.
///
/// # Errors
/// [`crate::StoreError::Taken`] if the mail address has an account.
pub async fn insert_account(tx: &mut Tx, account: &NewAccount) -> Result<()> {
    let (organization, person) = (&account.organization, &account.person);
    query!(within tx, execute, INSERT_ORGANIZATION, organization.id, &organization.name, organization.keep_audio, organization.created_at)?;
    query!(
        within tx, execute, INSERT_PERSON, person.id, &person.email, &person.name, &account.password_hash, &person.time_zone,
        person.created_at
    )?;
    query!(within tx, execute, INSERT_MEMBER, account.member, organization.id, person.id, account.role.as_str(), person.created_at)?;
    Ok(())
}

/// Changes an organization's settings; false if there is none.
///
/// # Errors
/// What the engine says.
pub async fn update_organization(tx: &mut Tx, organization: OrganizationId, name: &str, keep_audio: bool) -> Result<bool> {
    Ok(query!(within tx, execute, UPDATE_ORGANIZATION, organization, name, keep_audio)? > 0)
}

/// Changes a person's name and time zone; false if there is none.
///
/// # Errors
/// What the engine says.
pub async fn update_person(tx: &mut Tx, person: PersonId, name: &str, time_zone: &str) -> Result<bool> {
    Ok(query!(within tx, execute, UPDATE_PERSON, person, name, time_zone)? > 0)
}

/// The organizations that a person belongs to, always in the same order: whoever locks something of each of them waits for nobody in a
/// circle.
///
/// # Errors
/// What the engine says.
pub async fn organizations_of(tx: &mut Tx, person: PersonId) -> Result<Vec<OrganizationId>> {
    let rows = query!(within tx, all (OrganizationId,), ORGANIZATIONS_OF, person)?;
    Ok(rows.into_iter().map(|(organization,)| organization).collect())
}

/// A person's places in organizations, always in the same order, as [`organizations_of`] has it.
///
/// # Errors
/// What the engine says.
pub async fn places_of(tx: &mut Tx, person: PersonId) -> Result<Vec<Place>> {
    query!(within tx, all Place, PLACES_OF, person)
}

/// The other members of an organization, the oldest first.
///
/// # Errors
/// What the engine says.
pub async fn colleagues(tx: &mut Tx, organization: OrganizationId, member: MemberId) -> Result<Vec<Colleague>> {
    query!(within tx, all Colleague, COLLEAGUES, organization, member)
}

/// A person.
///
/// # Errors
/// What the engine says.
pub async fn person(tx: &mut Tx, id: PersonId) -> Result<Option<Person>> {
    query!(within tx, optional Person, PERSON, id)
}

/// Who has a mail address, which is compared as it is: lower case.
///
/// # Errors
/// What the engine says.
pub async fn person_of_address(tx: &mut Tx, email: &str) -> Result<Option<Person>> {
    query!(within tx, optional Person, PERSON_OF_ADDRESS, email)
}

/// Writes a person's mail address another way; false if there is no such person.
///
/// # Errors
/// [`crate::StoreError::Taken`] if the mail address has an account.
pub async fn set_address(tx: &mut Tx, person: PersonId, email: &str) -> Result<bool> {
    Ok(query!(within tx, execute, SET_ADDRESS, person, email)? > 0)
}

impl Store {
    /// Everybody whose mail address has other letters than those of ASCII. Reads all people.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn people_beyond_ascii(&self) -> Result<Vec<Person>> {
        query!(read self, all Person, PEOPLE_BEYOND_ASCII)
    }

    /// Whether anybody has an account here.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn has_people(&self) -> Result<bool> {
        Ok(query!(read self, optional (PersonId,), ANYBODY, PersonId(uuid::Uuid::nil()))?.is_some())
    }

    /// The account of a mail address, which is compared as it is: lower case.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn credentials(&self, email: &str) -> Result<Option<Credentials>> {
        query!(read self, optional Credentials, CREDENTIALS, email)
    }

    /// A person's password hash.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn password_hash(&self, person: PersonId) -> Result<Option<String>> {
        Ok(query!(read self, optional (String,), PASSWORD_HASH, person)?.map(|(hash,)| hash))
    }

    /// Who a member is.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn profile(&self, member: MemberId) -> Result<Option<Profile>> {
        let row = query!(read self, optional ProfileRow, PROFILE, member)?;
        Ok(row.map(|row| Profile {
            person: Person {
                id: row.person_id,
                email: row.email,
                name: row.person_name,
                time_zone: row.time_zone,
                created_at: row.person_created_at,
            },
            organization: Organization {
                id: row.organization_id,
                name: row.organization_name,
                keep_audio: row.keep_audio,
                created_at: row.organization_created_at,
            },
            member: row.member,
            role: row.role,
        }))
    }
}
