//! Which keyed values a program may read (C9).

use super::declare::Slot;
use super::program::{Node, Op};
use super::run::Run;
use crate::value::Value;
use std::collections::BTreeSet;

struct Reads {
    seen: BTreeSet<(Slot, Vec<Value>)>,
    order: Vec<(Slot, Vec<Value>)>,
}

impl<'e> Run<'e> {
    pub fn keyed_reads(mut self, root: &'e Node) -> Vec<(Slot, Vec<Value>)> {
        self.pass_all = true;
        let mut reads = Reads { seen: BTreeSet::new(), order: Vec::new() };
        self.walk(root, &mut reads);
        reads.order
    }

    fn walk(&mut self, node: &'e Node, reads: &mut Reads) {
        if let Op::Over(over) = &node.op {
            self.walk(&over.list, reads);
            if !over.body.reads_by_key() {
                return;
            }
            let list = self.value(&over.list);
            for at in 0..list.length() {
                if !self.enter(over) {
                    return;
                }
                self.locals.push(list.element(at));
                self.walk(&over.body, reads);
                self.locals.pop();
            }
            return;
        }
        for child in node.children() {
            self.walk(child, reads);
        }
        if let Op::Keyed(slot, keys) = &node.op
            && let Some(Some(key)) = self.key(keys)
            && reads.seen.insert((*slot, key.clone()))
        {
            reads.order.push((*slot, key));
        }
    }
}
