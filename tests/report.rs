//! The funnel report (F1–F9).

#[path = "report/agreement.rs"]
mod agreement;
#[path = "report/asked.rs"]
mod asked;
#[path = "report/by_hand.rs"]
mod by_hand;
#[path = "report/crowd.rs"]
mod crowd;
#[path = "report/naive.rs"]
mod naive;
