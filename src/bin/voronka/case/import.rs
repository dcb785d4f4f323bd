use super::*;
#[derive(Args)]
pub struct Import {}
impl Import {
    pub fn run(&self, _out: &mut Output) -> Result<Verdict, Failed> {
        Ok(Verdict::Good)
    }
}
