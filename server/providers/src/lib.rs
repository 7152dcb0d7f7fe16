//! KnowledgePorts behind the domain's ports, one folder a vendor; fakes and the ports' conformance suite behind `test-utils`.
//!
//! Architecture invariant: an adapter knows its vendor and its port, and nothing of calls, tenants or the database. Addresses
//! and keys come from the configuration, so that a test points every vendor at loopback.

#![warn(missing_docs)]

pub mod classifying;
#[cfg(any(test, feature = "test-utils"))]
pub mod conformance;
mod cross_encoder;
pub mod embedding;
pub mod files;
pub mod keys;
pub mod mail;
mod onnx;
pub mod peers;
pub mod reranking;
pub mod sample;
pub mod speech;
#[cfg(any(test, feature = "test-utils"))]
pub mod test_utils;
pub mod web;
