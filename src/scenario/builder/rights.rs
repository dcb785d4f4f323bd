//! Building rights.

use crate::scenario::def::{Rights, Who};

impl From<&str> for Who {
    /// Those with this role.
    fn from(role: &str) -> Self {
        Self::roles([role])
    }
}

impl<const N: usize> From<[&str; N]> for Who {
    /// Those with one of these roles.
    fn from(roles: [&str; N]) -> Self {
        Self::roles(roles)
    }
}

impl Who {
    /// Those to whom a relation applies: `Who::when("case.responsible == actor.id")`.
    pub fn when(relation: impl Into<String>) -> Self {
        Self { roles: Vec::new(), when: Some(relation.into()) }
    }

    /// And those to whom a relation applies.
    pub fn or_when(mut self, relation: impl Into<String>) -> Self {
        self.when = Some(relation.into());
        self
    }
}

impl Rights {
    /// Everything is open to all, but for overriding, which, like erasing, is open to nobody.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Says who may open a case by hand.
    pub fn may_open(mut self, who: impl Into<Who>) -> Self {
        self.open = Some(who.into());
        self
    }

    /// Says who may make any move that has no limit of its own.
    pub fn may_move(mut self, who: impl Into<Who>) -> Self {
        self.r#move = Some(who.into());
        self
    }

    /// Says who may close a case.
    pub fn may_close(mut self, who: impl Into<Who>) -> Self {
        self.close = Some(who.into());
        self
    }

    /// Says who may reopen a closed case.
    pub fn may_reopen(mut self, who: impl Into<Who>) -> Self {
        self.reopen = Some(who.into());
        self
    }

    /// Says who may pass over a requirement.
    pub fn may_override(mut self, who: impl Into<Who>) -> Self {
        self.r#override = Some(who.into());
        self
    }

    /// Says who may hand a case over.
    pub fn may_hand_over(mut self, who: impl Into<Who>) -> Self {
        self.hand_over = Some(who.into());
        self
    }

    /// Says who may change activities that are not their own.
    pub fn may_change_activities(mut self, who: impl Into<Who>) -> Self {
        self.activities = Some(who.into());
        self
    }

    /// Says who may see contact keys.
    pub fn may_see_contacts(mut self, who: impl Into<Who>) -> Self {
        self.contacts = Some(who.into());
        self
    }

    /// Says who may correct a closed case.
    pub fn may_correct(mut self, who: impl Into<Who>) -> Self {
        self.correct = Some(who.into());
        self
    }

    /// Says who may report facts, documents and answers.
    pub fn may_report(mut self, who: impl Into<Who>) -> Self {
        self.report = Some(who.into());
        self
    }

    /// Says who may import cases with their past.
    pub fn may_import(mut self, who: impl Into<Who>) -> Self {
        self.import = Some(who.into());
        self
    }

    /// Says who may erase personal texts.
    pub fn may_erase(mut self, who: impl Into<Who>) -> Self {
        self.erase = Some(who.into());
        self
    }

    /// Says who sees every case in lists.
    pub fn may_see_all(mut self, who: impl Into<Who>) -> Self {
        self.see_all = Some(who.into());
        self
    }

    /// Says who sees the cases of their teams in lists.
    pub fn may_see_team(mut self, who: impl Into<Who>) -> Self {
        self.see_team = Some(who.into());
        self
    }

    /// Says who sees their own cases in lists.
    pub fn may_see_own(mut self, who: impl Into<Who>) -> Self {
        self.see_own = Some(who.into());
        self
    }

    /// Says who may switch triggers.
    pub fn may_switch(mut self, who: impl Into<Who>) -> Self {
        self.switch = Some(who.into());
        self
    }

    /// Says who may edit the scenario.
    pub fn may_edit(mut self, who: impl Into<Who>) -> Self {
        self.edit = Some(who.into());
        self
    }
}
