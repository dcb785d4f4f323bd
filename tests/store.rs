//! The stores, held to their contracts by the suite.

mod broken;
#[cfg(feature = "sqlite")]
mod executor;
mod memory;
mod redb;

/// Every block of Rust that `docs/ADAPTERS.md` shows is code that is run here, word by word.
#[test]
fn the_page_on_adapters_shows_what_is_tested() {
    let page = include_str!("../docs/ADAPTERS.md");
    let tested = [include_str!("store/executor.rs"), include_str!("store/redb.rs")];
    let blocks: Vec<&str> = page
        .split("```rust\n")
        .skip(1)
        .map(|rest| rest.split_once("```").map_or(rest, |(block, _)| block))
        .collect();
    assert_eq!(blocks.len(), 2, "an executor and a fixture");
    for block in blocks {
        assert!(tested.iter().any(|code| code.contains(block)), "not tested as it stands:\n{block}");
    }
}
