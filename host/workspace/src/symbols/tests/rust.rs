use super::declared;

const SOURCE: &str = r##"
//! doc
use std::fmt;
#[derive(Debug)]
pub struct Point<T> { pub x: T, y: u8 }
pub(crate) struct Unit;
pub struct Tup(pub u8, String);
pub enum Shape { Circle(f32), #[doc="a"] Square { side: f32 }, Unit = 3 }
pub trait Draw: fmt::Debug { const N: usize; type Out; fn draw(&self) -> Self::Out; fn twice(&self) { } }
impl<T> Draw for Point<T> where T: Copy { const N: usize = 1; type Out = (); fn draw(&self) {} }
impl<T> Point<T> { pub const ZERO: u8 = 0; pub fn new(x: T) -> Self { todo!() } fn private(&mut self) {} }
pub type Alias<T> = Vec<T>;
pub static mut COUNTER: u32 = 0;
pub const fn max(a: u8, b: u8) -> u8 { a }
#[macro_export]
macro_rules! my_vec { () => {} }
pub mod inner { pub fn deep() {} mod hidden { fn x() {} } }
mod other;
pub use inner::deep as shallow;
pub use inner::*;
pub union U { a: u8 }
extern "C" { pub fn c_func(a: i32) -> i32; static ERR: i32; }
pub async unsafe fn danger<'a>(x: &'a str) -> impl Iterator<Item = u8> + 'a { }
impl fmt::Display for other::Thing { fn fmt(&self) {} }
"##;

const DECLARED: &str = r##"
+ struct [crate] Point | pub struct Point<T>
+ field [crate::Point] x | pub x: T
- field [crate::Point] y | y: u8
+ struct [crate] Unit | pub(crate) struct Unit
+ struct [crate] Tup | pub struct Tup(pub u8, String)
+ enum [crate] Shape | pub enum Shape
+ enum-member [crate::Shape] Circle | Circle(f32)
+ enum-member [crate::Shape] Square | Square { side: f32 }
+ enum-member [crate::Shape] Unit | Unit = 3
+ trait [crate] Draw | pub trait Draw: fmt::Debug
+ constant [crate::Draw] N | const N: usize
+ type [crate::Draw] Out | type Out
+ method [crate::Draw] draw | fn draw(&self) -> Self::Out
+ method [crate::Draw] twice | fn twice(&self)
+ constant [crate::Point] N | const N: usize
+ type [crate::Point] Out | type Out = ()
+ method [crate::Point] draw | fn draw(&self)
+ constant [crate::Point] ZERO | pub const ZERO: u8
+ method [crate::Point] new | pub fn new(x: T) -> Self
- method [crate::Point] private | fn private(&mut self)
+ type [crate] Alias | pub type Alias<T> = Vec<T>
+ variable [crate] COUNTER | pub static mut COUNTER: u32
+ function [crate] max | pub const fn max(a: u8, b: u8) -> u8
+ macro [crate] my_vec | macro_rules! my_vec
+ module [crate] inner | pub mod inner
+ function [crate::inner] deep | pub fn deep()
- module [crate::inner] hidden | mod hidden
- function [crate::inner::hidden] x | fn x()
- module [crate] other | mod other
+ export [crate] shallow | pub use inner::deep as shallow
+ export [crate] * | pub use inner::*
+ struct [crate] U | pub union U
- field [crate::U] a | a: u8
+ function [crate] c_func | pub fn c_func(a: i32) -> i32
- variable [crate] ERR | static ERR: i32
+ function [crate] danger | pub async unsafe fn danger<'a>(x: &'a str) -> impl Iterator<Item = u8> + 'a
+ method [crate::Thing] fmt | fn fmt(&self)
"##;

#[test]
fn every_kind_of_item() {
    assert_eq!(declared("a.rs", SOURCE).trim(), DECLARED.trim());
}
