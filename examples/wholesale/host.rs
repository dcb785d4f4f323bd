//! The host: a company that runs its sales by a scenario, in its own database. A new host copies this file,
//! `accounting.rs` and `tables.sql`, and puts its own tables and documents in their place:
//! - each document of accounting and the step that tells a case of it are one transaction ([`Company::transaction`]);
//! - what a step needs to know is read from the same tables ([`Books`] is a `FactSource`);
//! - what a step asks for is done by the company ([`Company`] is an `EffectHandler`).

use super::accounting::{Books, Line, Reader, kopecks};
use rusqlite::{Connection, TransactionBehavior::Immediate, params};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use voronka::case::{Act, CommandAnswer, FactsInput, FinishedInput, Input, Missing};
use voronka::runtime::{Clock, Delivery, Done, EffectHandler, Handled, Request, Runtime, Setup, Within};
use voronka::store::sql::{Borrowed, Rusqlite, SqliteStore};
use voronka::{Actor, FactNeed};

/// Whatever went wrong: a `StepError` where a rule refused, an error of SQLite, an [`Owes`].
pub type Fault = Box<dyn std::error::Error + Send + Sync>;
pub type Result<T = ()> = std::result::Result<T, Fault>;

/// The company's own rule: what is owed is made good before goods leave.
#[derive(Debug, thiserror::Error)]
#[error("nothing is shipped while the case owes something")]
pub struct Owes(pub Vec<Missing>);

/// A company at work: its cases, and its own tables in the same file.
pub struct Company {
    pub runtime: Runtime<SqliteStore<Rusqlite>>,
    db: Mutex<Connection>,
}

/// What is done in one transaction: the company's documents, and the steps of cases.
pub struct Work<'t> {
    pub books: &'t Books<'t>,
    pub cases: Within<'t, SqliteStore<Borrowed<'t>>>,
}

/// A connection of the company's own.
pub fn connect(file: &Path) -> Result<Connection> {
    let db = Connection::open(file)?;
    db.busy_timeout(Duration::from_secs(10))?;
    db.pragma_update(None, "foreign_keys", true)?;
    Ok(db)
}

impl Company {
    /// Opens the file, with both sides' tables; it is made where it is not there, voronka's tables are migrated.
    pub fn open(file: &Path, clock: impl Clock + 'static) -> Result<Arc<Self>> {
        let store = SqliteStore::open_or_create(file)?;
        let db = connect(file)?;
        db.execute_batch(include_str!("tables.sql"))?;
        // One effect after the other: SQLite lets in one writer at a time anyway.
        let setup = Setup::new("office").hands(1);
        let runtime = Runtime::new(store, clock, setup).facts(Reader(Mutex::new(connect(file)?)));
        Ok(Arc::new(Self { runtime, db: Mutex::new(db) }))
    }

    /// One transaction for both sides: what `work` wrote of documents and what its steps wrote stand and fall together
    /// (S7). It is rolled back where `work` fails, whichever side refused.
    pub fn transaction<T>(&self, work: impl FnOnce(&Work<'_>) -> Result<T>) -> Result<T> {
        let mut db = self.db.lock().unwrap_or_else(PoisonError::into_inner);
        let tx = db.transaction_with_behavior(Immediate)?;
        let books = Books(&tx);
        let cases = self.runtime.within(SqliteStore::on(&tx)).facts(&books);
        let desk = Work { books: &books, cases };
        let done = work(&desk)?;
        drop(desk);
        tx.commit()?;
        Ok(done)
    }

    /// Does all that waits. A host that runs for long calls `runtime.work(&handler, &stop)` on a thread instead.
    pub fn catch_up(self: &Arc<Self>) -> Result {
        let handler: Arc<dyn EffectHandler> = Arc::<Self>::clone(self);
        let (cases, deliver) = (&self.runtime, || self.runtime.deliver(&handler));
        while cases.fire()?.fired + cases.receive()?.count() + deliver()?.count() > 0 {}
        Ok(())
    }

    /// Does an effect in one transaction, and once: it comes again where voronka did not hear that it was done (S5).
    fn once(&self, effect: &str, work: impl FnOnce(&Work<'_>) -> Result) -> Result {
        let sql = "INSERT OR IGNORE INTO effect_done VALUES (?1)";
        self.transaction(|desk| if desk.books.write(sql, [effect])? == 0 { Ok(()) } else { work(desk) })
    }
}

impl EffectHandler for Company {
    fn handle(&self, Delivery { case, effect, .. }: &Delivery) -> Handled {
        // What a case asks of accounting is answered in the transaction in which it is done; what failed is tried again.
        Handled::from(match &effect.act {
            Act::Command { run, command, fields } => self.once(&effect.id, |work| {
                let refused = match command.as_str() {
                    "reserve" => work.books.reserve(case, fields)?,
                    "order_delivery" => work.books.order_delivery(case, fields)?,
                    _ => Some(format!("{command}?")),
                };
                let answer = if refused.is_none() { CommandAnswer::Done } else { CommandAnswer::Refused };
                let input = Input::Answer { command: run.clone(), answer, text: refused };
                let id = format!("{}/answer", effect.id);
                work.cases.step(Request::new(case, input, &id, accounting()))?;
                work.tell(case, &format!("{id}/facts"), &["reserved"]).map(drop)
            }),
            Act::Notify { person, role, text } => self.once(&effect.id, |work| {
                let to = person.as_deref().or(role.as_deref()).unwrap_or_default();
                work.books.write("INSERT INTO message VALUES (?1, ?2)", [to, text.get("en")]).map(drop)
            }),
            // A process of the company's own, which a claim waits for: it is paid, and the claim hears so.
            Act::StartProcess { run, fields, host: true, .. } => self.once(&effect.id, |work| {
                work.books.write("INSERT INTO refund VALUES (?1, ?2)", params![case, kopecks(fields)?])?;
                let (process, result) = (run.clone(), "paid".to_owned());
                let paid = FinishedInput { process, result, good: true, ..FinishedInput::default() };
                let id = format!("{}/paid", effect.id);
                Ok(work.cases.step(Request::new(case, Input::Finished(paid), id, accounting())).map(drop)?)
            }),
            // What cases say to each other the runtime carries by itself.
            _ => Ok(()),
        })
    }
}

impl Work<'_> {
    /// The invoice: a contract with the lines of the order, and the step of which it is a part.
    pub fn invoice(&self, step: Request) -> Result<Done> {
        let case = step.case.clone();
        let order = self.cases.evaluate(&case, &accounting(), |case, _| case.fields.clone())?;
        self.books.contract(&case, &order)?;
        self.cases.step(step)?;
        self.tell(&case, &format!("contract/{case}"), &["paid_percent", "shipped", "shipped_percent"])
    }

    /// Money has come in by a case's contract.
    pub fn pay(&self, case: &str, rubles: i64) -> Result<Done> {
        let number = self.books.pay(case, rubles)?;
        self.tell(case, &format!("payment/{number}"), &["paid_percent"])
    }

    /// A payment turns out to be none.
    pub fn unpost(&self, number: i64) -> Result<Done> {
        let case = self.books.unpost(number)?;
        self.tell(&case, &format!("payment/{number}/unposted"), &["paid_percent"])
    }

    /// Goods are packed and leave; all that was ordered, or a part.
    pub fn ship(&self, packed: Option<Request>, case: &str, goods: &[Line]) -> Result<Done> {
        let owes = self.cases.evaluate(case, &accounting(), |case, _| {
            Owes(case.debts.iter().map(|debt| debt.missing.clone()).collect())
        })?;
        if !owes.0.is_empty() {
            return Err(owes.into());
        }
        if let Some(packed) = packed {
            self.cases.step(packed)?;
        }
        let number = self.books.ship(case, goods)?;
        self.tell(case, &format!("shipment/{number}"), &["shipped", "shipped_percent", "delivered"])
    }

    /// Tells a case of facts as they are now, under the document's name: told twice is told once (S3).
    fn tell(&self, case: &str, document: &str, facts: &[&str]) -> Result<Done> {
        let need = |fact: &&str| FactNeed { fact: (*fact).to_owned(), key: Vec::new(), fresh: None };
        let needs: Vec<FactNeed> = facts.iter().map(need).collect();
        let values = self.books.facts(case, &needs)?;
        let facts = FactsInput { source: Some("accounting".into()), sequence: None, values };
        Ok(self.cases.step(Request::new(case, Input::Facts(facts), document, accounting()))?)
    }
}

fn accounting() -> Actor {
    Actor { id: "accounting".into(), ..Actor::default() }
}
