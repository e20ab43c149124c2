//! The author's side of buildfix, as a library: begin a plugin from a template
//! ([`new`]) and make its one file ([`build`]). The command line only parses
//! arguments and prints. A plugin is tested ([`mod@test`]) by its cases ([`case`])
//! and judged before it is published ([`check`]), rebuilt at every save ([`dev`]), and
//! asked again what it failed on elsewhere ([`replay`]).

pub mod build;
pub mod case;
pub mod check;
pub mod dev;
pub mod lang;
pub mod new;
mod problem;
pub mod replay;
pub mod test;

pub use lang::Lang;
pub use problem::Problem;
