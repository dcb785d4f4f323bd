//! What would come back, what was brought back, plan and fact, and what holds people up.

mod recovery;
mod world;
