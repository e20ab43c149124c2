//! A small program, broken the way a hasty merge breaks one. `buildfix run`
//! mends it.

mod inventory;

use inventory::{Inventory, Item};

fn main() {
    let mut stock = Inventory::new();
    stock.add(Item { name: "bolt", count: 120 });
    stock.add(Item { name: "nut".to_string(), count: 80 });

    let report = stock.reprot();
    println!("{report}");

    let totals: HashMap<String, u32> = stock.totals();
    let mut names: Vec<_> = totals.keys().collect();
    names.sort();
    for name in names {
        println!("{name}: {}", totals[name])
    }
}
