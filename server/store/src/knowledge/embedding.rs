//! A vector as both engines keep it: a blob of 32-bit floats in SQLite, pgvector's `vector` in PostgreSQL.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo, PgValueFormat, PgValueRef};
use sqlx::sqlite::{SqliteArgumentsBuffer, SqliteTypeInfo, SqliteValueRef};
use sqlx::{Decode, Encode, Postgres, Sqlite, Type};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Embedding(pub Vec<f32>);

impl Type<Sqlite> for Embedding {
    fn type_info() -> SqliteTypeInfo {
        <Vec<u8> as Type<Sqlite>>::type_info()
    }

    fn compatible(ty: &SqliteTypeInfo) -> bool {
        <Vec<u8> as Type<Sqlite>>::compatible(ty)
    }
}

impl Encode<'_, Sqlite> for Embedding {
    fn encode_by_ref(&self, buf: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        let bytes: Vec<u8> = self.0.iter().flat_map(|number| number.to_le_bytes()).collect();
        <Vec<u8> as Encode<Sqlite>>::encode(bytes, buf)
    }
}

impl<'r> Decode<'r, Sqlite> for Embedding {
    fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
        let bytes = <&[u8] as Decode<Sqlite>>::decode(value)?;
        let (numbers, rest) = bytes.as_chunks::<4>();
        if !rest.is_empty() {
            return Err("a vector is cut".into());
        }
        Ok(Self(numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()))
    }
}

impl Type<Postgres> for Embedding {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("vector")
    }
}

/// pgvector's binary form: how many (16 bits), 16 unused bits, the floats; all big-endian.
impl Encode<'_, Postgres> for Embedding {
    fn encode_by_ref(&self, buf: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        buf.extend_from_slice(&u16::try_from(self.0.len())?.to_be_bytes());
        buf.extend_from_slice(&[0, 0]);
        for number in &self.0 {
            buf.extend_from_slice(&number.to_be_bytes());
        }
        Ok(IsNull::No)
    }
}

impl<'r> Decode<'r, Postgres> for Embedding {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        if value.format() != PgValueFormat::Binary {
            return Err("vectors are read in their binary form only".into());
        }
        let (_, numbers) = value.as_bytes()?.split_at_checked(4).ok_or("a vector is cut")?;
        let (numbers, rest) = numbers.as_chunks::<4>();
        if !rest.is_empty() {
            return Err("a vector is cut".into());
        }
        Ok(Self(numbers.iter().map(|bytes| f32::from_be_bytes(*bytes)).collect()))
    }
}

/// The cosine of two vectors of length 1; 0 if they are not of one model.
pub(super) fn dot(left: &[f32], right: &[f32]) -> f32 {
    if left.len() != right.len() { 0.0 } else { left.iter().zip(right).map(|(left, right)| left * right).sum() }
}
