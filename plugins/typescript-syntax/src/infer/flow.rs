//! What a body returns, and whether its end can be reached.

use oxc_ast::ast::{Expression, Statement};

/// How a list of statements ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// Its end can be reached.
    FallsThrough,
    /// It returns on every path.
    Returns,
    /// It throws.
    Throws,
}

/// Visits the `return`s of a body, nested functions left out.
pub(super) fn returns<'b, 'a>(
    statements: &'b [Statement<'a>],
    visit: &mut dyn FnMut(Option<&'b Expression<'a>>),
) -> Flow {
    let mut flow = Flow::FallsThrough;
    for statement in statements {
        let next = match statement {
            Statement::ReturnStatement(statement) => {
                visit(statement.argument.as_ref());
                Flow::Returns
            }
            Statement::ThrowStatement(_) => Flow::Throws,
            Statement::BlockStatement(block) => returns(&block.body, visit),
            Statement::IfStatement(branch) => {
                let one = returns(std::slice::from_ref(&branch.consequent), visit);
                let other = match &branch.alternate {
                    Some(other) => returns(std::slice::from_ref(other), visit),
                    None => Flow::FallsThrough,
                };
                if one == Flow::FallsThrough || other == Flow::FallsThrough {
                    Flow::FallsThrough
                } else {
                    Flow::Returns
                }
            }
            Statement::TryStatement(attempt) => {
                let one = returns(&attempt.block.body, visit);
                let other = attempt
                    .handler
                    .as_ref()
                    .map_or(one, |handler| returns(&handler.body.body, visit));
                let last = attempt
                    .finalizer
                    .as_ref()
                    .map_or(Flow::FallsThrough, |last| returns(&last.body, visit));
                if last != Flow::FallsThrough {
                    last
                } else if one != Flow::FallsThrough && other != Flow::FallsThrough {
                    Flow::Returns
                } else {
                    Flow::FallsThrough
                }
            }
            Statement::SwitchStatement(switch) => {
                let mut all = switch
                    .cases
                    .iter()
                    .any(oxc_ast::ast::SwitchCase::is_default_case);
                for (index, case) in switch.cases.iter().enumerate() {
                    let flow = returns(&case.consequent, visit);
                    let last = index + 1 == switch.cases.len();
                    all &= flow != Flow::FallsThrough || (!last && case.consequent.is_empty());
                }
                if all {
                    Flow::Returns
                } else {
                    Flow::FallsThrough
                }
            }
            Statement::ForStatement(each) => {
                returns(std::slice::from_ref(&each.body), visit);
                Flow::FallsThrough
            }
            Statement::ForInStatement(each) => {
                returns(std::slice::from_ref(&each.body), visit);
                Flow::FallsThrough
            }
            Statement::ForOfStatement(each) => {
                returns(std::slice::from_ref(&each.body), visit);
                Flow::FallsThrough
            }
            Statement::WhileStatement(each) => {
                returns(std::slice::from_ref(&each.body), visit);
                Flow::FallsThrough
            }
            Statement::DoWhileStatement(each) => returns(std::slice::from_ref(&each.body), visit),
            Statement::LabeledStatement(label) => returns(std::slice::from_ref(&label.body), visit),
            _ => Flow::FallsThrough,
        };
        if flow == Flow::FallsThrough {
            flow = next;
        }
    }
    flow
}
