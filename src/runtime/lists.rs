//! Lists as an actor may see them: their rows, and of these only what they may see (G1, G2).

use super::facts::AnyFacts;
use super::host::Host;
use crate::case::{Actor, Case, Entry};
use crate::scenario::Scenario;
use crate::store::{
    ActivityQuery, ActivityRow, ActivityState, AnyQuery, AnyStore, Board, BoardQuery, CaseFilter, CaseQuery,
    CaseRow, CaseText, Find, Keep, Look, Page, Sight, StoreError,
};
use crate::{Card, Moment};
use std::collections::BTreeMap;
use std::sync::Arc;

impl<S: AnyStore, F: AnyFacts> Host<'_, S, F> {
    /// The latest version of each scenario, or of one.
    pub(super) async fn latest_of(&self, scenario: Option<&str>) -> Result<Vec<Arc<Scenario>>, StoreError> {
        if let Some(id) = scenario {
            return Ok(self.shared.named(self.store, id, None).await?.into_iter().collect());
        }
        let now = self.time.now();
        if let Some(known) = self.shared.latest_known(now) {
            return Ok(known);
        }
        let kept = self.store.kept(&Look::Versions { scenario: None }).await?;
        let mut latest = BTreeMap::new();
        for it in &kept {
            if let Keep::Version(version) = it {
                latest.insert(version.scenario.id.clone(), version);
            }
        }
        let latest: Vec<_> =
            latest.into_values().map(|version| self.shared.compiled(version)).collect::<Result<_, _>>()?;
        self.shared.latest_learnt(now, latest.clone());
        Ok(latest)
    }

    async fn sight(&self, scenario: Option<&str>, actor: &Actor) -> Result<Sight, StoreError> {
        let latest = self.latest_of(scenario).await?;
        Ok(Sight::of(latest.iter().map(Arc::as_ref), actor))
    }

    /// A case of a row, and its own scenario.
    async fn read(&self, row: CaseRow) -> Result<(Case, Arc<Scenario>), StoreError> {
        let case = CaseText { id: row.id, revision: row.revision, text: row.text }.read()?;
        let scenario = self.shared.exactly(self.store, &case.scenario).await?.ok_or_else(|| {
            let it = &case.scenario;
            let why = format!("version {} of scenario {} ({}) is not published", it.version, it.id, it.hash);
            StoreError::damaged(format!("case {}", case.id), why)
        })?;
        Ok((case, scenario))
    }

    async fn card(&self, row: CaseRow, actor: &Actor, now: Moment) -> Result<Card, StoreError> {
        let (case, scenario) = self.read(row).await?;
        Ok(scenario.card(&case, actor, now))
    }

    /// Entries of a case as the actor may see them; none where they may not see the case.
    pub async fn entries(
        &self,
        case: &str,
        from: u64,
        limit: u32,
        actor: &Actor,
    ) -> Result<Vec<Entry>, StoreError> {
        let loading = self.store.load(&[crate::store::Wanted::case(case)]).await?;
        let Some(text) = loading.found.into_iter().next().and_then(|it| it.case) else {
            return Ok(Vec::new());
        };
        let case = text.read()?;
        let Some(scenario) = self.shared.exactly(self.store, &case.scenario).await? else {
            return Err(StoreError::damaged(format!("case {}", case.id), "its scenario is not published"));
        };
        let latest = self.latest_of(Some(&case.scenario.id)).await?;
        if !latest.iter().all(|it| it.sees(&case, actor)) {
            return Ok(Vec::new());
        }
        let texts = self.store.journal(&case.id, from, limit).await?;
        let entries = texts.iter().map(crate::store::EntryText::read).collect::<Result<Vec<_>, _>>()?;
        Ok(scenario.entries_for(&case, &entries, actor, self.time.now().max(case.last_at)))
    }
}

impl<S: AnyStore + AnyQuery, F: AnyFacts> Host<'_, S, F> {
    /// A page of cases.
    pub async fn cases(&self, mut query: CaseQuery, actor: &Actor) -> Result<Page<Card>, StoreError> {
        query.filter.sight = self.sight(query.filter.scenario.as_deref(), actor).await?;
        let page = AnyQuery::cases(self.store, &query).await?;
        let now = self.time.now();
        let mut rows = Vec::with_capacity(page.rows.len());
        for row in page.rows {
            rows.push(self.card(row, actor, now).await?);
        }
        Ok(Page { rows, next: page.next })
    }

    /// What an actor has to do by the end of a moment's local day: what is overdue, and what is due today.
    pub async fn agenda(
        &self,
        actor: &Actor,
        at: Moment,
        after: Option<crate::store::PageKey>,
        limit: u32,
    ) -> Result<Page<ActivityRow>, StoreError> {
        let mut owners = vec![actor.id.clone()];
        owners.extend(actor.stands_in_for.iter().cloned());
        let query = ActivityQuery {
            // One's own work, and what nobody has of one's roles, is seen whatever the case.
            sight: Sight::All,
            owners,
            roles: actor.roles.clone(),
            state: ActivityState::Agenda(at),
            after,
            limit,
            ..ActivityQuery::default()
        };
        self.store.activities(&query).await
    }

    /// A page of open activities.
    pub async fn activities(
        &self,
        mut query: ActivityQuery,
        actor: &Actor,
    ) -> Result<Page<ActivityRow>, StoreError> {
        query.sight = self.sight(None, actor).await?;
        // One's own are shown whatever the case; those of others are not one's own.
        if query.owners.iter().any(|it| *it != actor.id && !actor.stands_in_for.contains(it)) {
            let page = self.store.activities(&query).await?;
            return self.without_unseen(page, actor).await;
        }
        self.store.activities(&query).await
    }

    /// Of a page of activities those whose cases the actor sees.
    async fn without_unseen(
        &self,
        page: Page<ActivityRow>,
        actor: &Actor,
    ) -> Result<Page<ActivityRow>, StoreError> {
        let mut rows = Vec::with_capacity(page.rows.len());
        for row in page.rows {
            let loading = self.store.load(&[crate::store::Wanted::case(row.case.as_str())]).await?;
            let Some(text) = loading.found.into_iter().next().and_then(|it| it.case) else { continue };
            let case = text.read()?;
            let latest = self.latest_of(Some(&case.scenario.id)).await?;
            if latest.iter().any(|it| it.sees(&case, actor)) {
                rows.push(row);
            }
        }
        Ok(Page { rows, next: page.next })
    }

    /// The board; the values of scenarios whose value the actor may not see are left out of it.
    pub async fn board(&self, mut filter: CaseFilter, actor: &Actor) -> Result<Board, StoreError> {
        let latest = self.latest_of(filter.scenario.as_deref()).await?;
        filter.sight = Sight::of(latest.iter().map(Arc::as_ref), actor);
        let mut board = AnyQuery::board(self.store, &BoardQuery { filter, now: self.time.now() }).await?;
        let hides = |id: &str| !latest.iter().any(|it| it.reference().id == id && it.shows_value(actor));
        for cell in board.cells.iter_mut().filter(|cell| hides(&cell.scenario)) {
            (cell.currency, cell.ten_thousandths) = (None, 0);
        }
        // What was parted by currency is one again where that may not be seen.
        board.cells.dedup_by(|later, cell| {
            let same = (&later.scenario, &later.stage, &later.currency)
                == (&cell.scenario, &cell.stage, &cell.currency);
            if same {
                cell.cases += later.cases;
                cell.red += later.red;
                cell.yellow += later.yellow;
                cell.ten_thousandths = cell.ten_thousandths.saturating_add(later.ten_thousandths);
            }
            same
        });
        Ok(board)
    }

    /// Cases by a key or a marked field; by a field that the actor may not see none.
    pub async fn find(&self, find: &Find, actor: &Actor, limit: u32) -> Result<Vec<Card>, StoreError> {
        let sight = self.sight(None, actor).await?;
        let now = self.time.now();
        let mut cards = Vec::new();
        for row in AnyQuery::find(self.store, find, &sight, limit).await? {
            let card = self.card(row, actor, now).await?;
            let shown = match find {
                Find::Field { field, .. } => card.fields.iter().any(|(name, _)| name == field),
                Find::Key { .. } => true,
            };
            if shown {
                cards.push(card);
            }
        }
        Ok(cards)
    }
}
