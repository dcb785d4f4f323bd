//! Several clients at once, on handles of their own (S2, S3, S5, S6, S13).

use super::bench::{AnyBench, patiently, together};
use super::world::bare;
use super::{Verdict, same};
use crate::store::{AnyStore, Committed};

pub(super) fn one_input_of_ten_clients_is_written_once<B: AnyBench>(bench: &B) -> Verdict {
    let commit = bare("c")?;
    let answers = together(bench, 10, async |_, store: &B::Store| {
        patiently(async || store.commit(std::slice::from_ref(&commit)).await).await
    })?;
    let answers: Vec<Committed> = answers.into_iter().flatten().collect();
    let done = answers.iter().filter(|it| **it == Committed::Done).count();
    let repeated = answers.iter().filter(|it| matches!(it, Committed::Repeated(entry) if entry.number == 1));
    same("clients that wrote it, and that got its answer", &(done, repeated.count()), &(1, 9))
}
