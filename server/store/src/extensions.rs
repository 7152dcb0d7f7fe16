//! What areas keep in memory beside the database, one value a type.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Cheap to clone; all clones share the values.
#[derive(Clone, Default)]
pub(crate) struct Extensions(Arc<Mutex<Values>>);

type Values = HashMap<TypeId, Arc<dyn Any + Send + Sync>>;

impl Extensions {
    /// The value of a type, made when it is first asked for.
    pub fn get<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let value = Arc::clone(values.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default())));
        // The key is the value's own type.
        value.downcast().unwrap_or_default()
    }
}

impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Extensions")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn each_type_has_one_value_that_clones_share() {
        let (one, other) = (Extensions::default(), Extensions::default());
        one.clone().get::<AtomicU64>().store(7, Ordering::Relaxed);
        assert_eq!(one.get::<AtomicU64>().load(Ordering::Relaxed), 7);
        assert_eq!(one.get::<String>().as_str(), "");
        assert_eq!(other.get::<AtomicU64>().load(Ordering::Relaxed), 0, "another store's");
    }
}
