mod hidden_forms;
mod properties;
mod recovery;
mod text;

use super::Defect;

/// `line:column code pointer: message`, one a line.
fn told(defects: &[Defect]) -> Vec<String> {
    defects
        .iter()
        .map(|defect| {
            let place = defect.place().unwrap();
            format!("{}:{} {} {defect}", place.line, place.column, defect.code())
        })
        .collect()
}
