//! Small stories, each with what it must show.
