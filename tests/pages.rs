//! What is shown of a report: tables, files, charts, pages; and how pages look in a browser.
#![cfg(all(feature = "pages", feature = "xlsx", feature = "csv"))]

#[path = "pages/boards.rs"]
pub mod boards;
#[path = "pages/browser.rs"]
pub mod browser;
#[path = "pages/drawn.rs"]
mod drawn;
#[path = "pages/page.rs"]
mod page;
#[path = "pages/sample.rs"]
pub mod sample;
#[path = "pages/screens.rs"]
mod screens;
#[path = "pages/tables.rs"]
mod tables;
#[path = "pages/workbook.rs"]
mod workbook;
