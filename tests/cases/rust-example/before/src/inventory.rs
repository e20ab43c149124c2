//! What is in stock.

use std::collections::HashMap;
use std::fmt::Write;

/// Something that can be counted.
pub struct Item {
    pub name: String,
    pub count: u32,
}

/// All that is in stock.
pub struct Inventory {
    items: Vec<Item>,
}

impl Inventory {
    pub fn new() -> Self {
        Self { items: Vec::new() }
    }

    pub fn add(&self, item: Item) {
        self.items.push(item);
    }

    pub fn report(&self) -> String {
        let text = String::new();
        for item in &self.items {
            writeln!(text, "{:>5} {}", item.count, item.name).unwrap();
        }
        text
    }

    pub fn totals(&self) -> HashMap<String, u32> {
        let mut totals = HashMap::new();
        for item in &self.items {
            *totals.entry(item.name.clone()).or_default() += item.count;
        }
        totals;
    }
}
