//! The kinds of documents that a case gathers (P4).

use super::at::At;
use super::checking::{Checking, shown};
use crate::scenario::def::{DocumentDef, DocumentFilter};
use crate::scenario::names::DOCUMENT_NAMES;

impl Checking<'_> {
    pub fn check_documents(&mut self) {
        let def = self.def;
        let at = At::root().key("documents");
        self.once(
            "document",
            def.documents.names().map(|name| (at.key(name), name.to_owned())).collect::<Vec<_>>(),
        );
        for (name, document) in def.documents.iter() {
            let at = at.key(name);
            self.name(&at, name);
            self.check_document(&at, document);
        }
    }

    fn check_document(&mut self, at: &At, document: &DocumentDef) {
        let sums = at.key("sums");
        self.once(
            "sum",
            document.sums.names().map(|name| (sums.key(name), name.to_owned())).collect::<Vec<_>>(),
        );
        for name in document.sums.names() {
            self.name(&sums.key(name), name);
            if DOCUMENT_NAMES.contains(&name) {
                let message = format!("every kind of documents has a `{name}` of its own");
                self.error_with(
                    "document-sum-reserved",
                    &sums.key(name),
                    message,
                    "give the sum another name",
                );
            }
        }
        for (index, event) in document.out_of_force.iter().enumerate() {
            if document.in_force.contains(event) {
                let message = format!("`{}` also puts the document in force", shown(event));
                let help = "an event does the one or the other";
                self.error_with(
                    "document-events-overlap",
                    &at.key("out_of_force").index(index),
                    message,
                    help,
                );
            }
        }
        if document.in_force.is_empty() {
            let help =
                "name the events that put it in force, or leave `in_force` out for `posted` and `amended`";
            let message = "no event puts such a document in force: its sums stay at 0";
            self.lint("document-never-in-force", &at.key("in_force"), message, help);
        }
        if let Some(who) = &document.see {
            self.who(&at.key("see"), who);
        }
    }

    /// A kind that a trigger waits for; where the scenario declares kinds, it is one of them.
    pub fn check_document_filter(&mut self, at: &At, filter: &DocumentFilter) {
        let def = self.def;
        if let Some(kind) = &filter.document
            && !def.documents.is_empty()
            && def.documents.get(kind).is_none()
        {
            self.unknown(
                "unknown-document",
                &at.key("document"),
                "kind of documents",
                kind,
                def.documents.names(),
            );
        }
    }
}
