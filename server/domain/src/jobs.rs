//! Work that the server does later.
