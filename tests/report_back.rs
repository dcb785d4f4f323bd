//! What would come back, what was brought back, plan and fact, and what holds people up.

mod bringing;
mod brought;
mod holdups;
mod plan;
mod recovery;
mod world;
