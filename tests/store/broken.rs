//! Deliberately broken stores, each caught by a case of the suite.
