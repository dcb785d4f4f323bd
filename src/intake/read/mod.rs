//! Readers: real inputs as inquiries.
