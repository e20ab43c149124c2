//! What is mechanical in mending TypeScript: a rule for each error code, in the
//! form that TypeScript's own editor support gives it.
//!
//! * [`modifiers`]: `override`, `async`, `implements`
//! * [`syntax`]: JSDoc types in code, `=` for `:`
//! * [`expressions`]: `new`, `await`, `()`, `return`
//! * [`unused`]: what nothing reads
//! * [`optional`]: properties that are not always there
//! * [`nullness`], [`lists`], [`position`], [`guards`], [`around`]: values that may be `null` or `undefined`
//! * [`unknown`], [`widen`], [`place`], [`strict`]: what else strict checks ask for
//! * [`duplicates`]: what is declared twice
//! * [`implement`], [`properties`]: members that a class or object has to have
//! * [`declare`]: members that are used but not declared
//! * [`generic`]: constraints and the type of `this`
//! * [`overloads`]: heads that do not agree
//! * [`small`]: rules of a line or two each
//! * [`annotate`], [`usage`]: types inferred from comments and from use
//! * [`declarations`]: types that `--isolatedDeclarations` asks for

mod annotate;
mod around;
mod class;
mod declarations;
mod declare;
mod duplicates;
mod expressions;
mod generic;
mod guards;
mod implement;
mod lists;
mod modifiers;
mod names;
mod nullness;
mod optional;
mod overloads;
mod place;
mod position;
mod properties;
mod small;
mod strict;
mod syntax;
mod unknown;
mod unused;
mod usage;
mod widen;

use buildfix_sdk::{Diagnostic, Fix, Fixer, Host, Request, Response};
use buildfix_typescript_syntax::{Context, Project, spelling};
use oxc_allocator::Allocator;

/// The fixer.
pub struct Fixes;

impl Fixer for Fixes {
    fn fix(request: &Request, host: &dyn Host) -> Result<Response, String> {
        let allocator = Allocator::default();
        let project = Project::new(host, &allocator);
        let context = Context::new(&project, &request.file);
        let mut response = Response::default();
        let code = request.class.rsplit('/').next().unwrap_or_default();
        for diagnostic in &request.diagnostics {
            let mut found = false;
            for rule in rules(code) {
                for fix in rule(&context, diagnostic).unwrap_or_default() {
                    found = true;
                    response.fixes.push(fix);
                }
            }
            if !found {
                response.note(diagnostic, "no rule fits this place");
            }
        }
        Ok(response)
    }
}

/// A rule gives fixes, best first, or none where it does not fit.
type Rule = for<'c, 'p, 'a, 'd> fn(&'c Context<'p, 'a>, &'d Diagnostic) -> Option<Vec<Fix>>;

/// The rules for an error code, best first.
fn rules(code: &str) -> &'static [Rule] {
    match code {
        "TS2551" => &[spelling::did_you_mean, declare::member],
        "TS2568" | "TS2570" | "TS2820" | "TS2833" | "TS4117" => &[spelling::did_you_mean],
        "TS2561" => &[spelling::did_you_mean, declare::in_expected],
        "TS4111" => &[spelling::index_access],
        "TS2713" => &[spelling::indexed_access_type],
        "TS4114" | "TS4115" | "TS4116" => &[modifiers::add_override],
        "TS4112" | "TS4113" => &[modifiers::remove_override],
        "TS4119" | "TS4120" => &[modifiers::add_override_tag],
        "TS2689" => &[modifiers::extends_to_implements],
        "TS1308" | "TS1103" | "TS2311" => &[modifiers::add_async],
        "TS1064" => &[modifiers::promise_return],
        "TS2588" => &[modifiers::const_to_let],
        "TS8020" | "TS17019" | "TS17020" => &[syntax::jsdoc_type],
        "TS1312" => &[syntax::colon_for_equals],
        "TS5086" | "TS5087" => &[syntax::tuple_modifier],
        "TS1329" => &[syntax::call_decorator],
        "TS1363" => &[syntax::split_type_import],
        "TS8024" => &[syntax::unmatched_param],
        "TS2690" => &[syntax::mapped_key],
        "TS1337" => &[syntax::mapped_object_type],
        "TS7051" => &[syntax::name_parameter],
        "TS2377" => &[syntax::super_call],
        "TS17009" => &[small::super_first, syntax::super_call],
        "TS1340" => &[small::typeof_import],
        "TS2612" => &[small::declare_property],
        "TS1375" | "TS1378" | "TS1431" | "TS1432" | "TS2853" | "TS2854" => &[small::empty_export],
        "TS1381" | "TS1382" => &[small::jsx_character],
        "TS2845" => &[small::nan],
        "TS1497" => &[small::wrap_decorator],
        "TS1272" => &[small::import_as_type],
        "TS2554" => &[small::add_parameter],
        "TS2353" => &[declare::in_expected],
        "TS2769" => &[small::nested_spelling, expressions::add_await],
        "TS2749" => &[small::add_typeof],
        "TS1484" | "TS1485" | "TS1205" | "TS1371" | "TS1448" => &[small::mark_type_import],
        "TS2774" => &[expressions::call],
        "TS2348" => &[expressions::add_new],
        "TS2352" => &[expressions::over_unknown],
        "TS2349" | "TS2351" => &[expressions::add_await, expressions::called_namespace],
        "TS2531" | "TS2532" | "TS2533" | "TS18047" | "TS18048" | "TS18049" | "TS2721"
        | "TS2722" | "TS2723" => &[nullness::possibly],
        "TS2488" => &[lists::missing_list, expressions::add_await],
        "TS2801" | "TS2362" | "TS2363" | "TS2365" | "TS2367" | "TS2504" | "TS2495" | "TS2802" => {
            &[expressions::add_await]
        }
        "TS2322" => &[
            small::nested_spelling,
            properties::add_missing,
            unknown::given,
            widen::missing,
            expressions::async_body,
            expressions::add_await,
            expressions::add_return,
            generic::constrain,
        ],
        "TS2538" => &[strict::index],
        "TS2454" => &[strict::unassigned],
        "TS7030" => &[strict::some_return],
        "TS2366" => &[strict::no_end],
        "TS7053" => &[strict::open_index],
        "TS7015" => &[strict::number_index],
        "TS1117" => &[duplicates::property],
        "TS2300" | "TS2451" | "TS2393" => &[duplicates::declaration],
        "TS18046" | "TS2571" => &[unknown::access],
        "TS2345" => &[
            properties::add_missing,
            unknown::given,
            widen::missing,
            expressions::add_await,
            expressions::add_return,
            expressions::called_namespace,
            generic::constrain,
        ],
        "TS2339" => &[
            expressions::add_await,
            lists::missing_pattern,
            modifiers::make_static,
            declare::member,
        ],
        "TS2420" => &[modifiers::widen_access, implement::interface],
        "TS2720" => &[implement::interface],
        "TS2515" | "TS2653" | "TS2654" | "TS2655" | "TS2656" => &[implement::inherited],
        "TS2564" => &[optional::initialize],
        "TS2375" | "TS2379" | "TS2412" => &[optional::exact_optional],
        "TS2739" | "TS2740" | "TS2741" => &[properties::add_missing],
        "TS2314" => &[overloads::type_arguments],
        "TS2383" => &[overloads::export_too],
        "TS2391" => &[overloads::implemented_name],
        "TS2341" | "TS2415" | "TS2445" => &[modifiers::widen_access],
        "TS1042" => &[modifiers::remove_modifier],
        "TS2344" => &[generic::constrain],
        "TS2683" => &[generic::this],
        "TS7006" | "TS7019" | "TS7031" => &[annotate::parameters],
        "TS7005" | "TS7034" | "TS7008" => &[annotate::variable],
        "TS7032" => &[annotate::setter],
        "TS9019" => &[declarations::extract_bindings],
        "TS9021" => &[declarations::extract_base],
        "TS9023" => &[declarations::expando],
        "TS9005" | "TS9007" | "TS9008" | "TS9009" | "TS9010" | "TS9011" | "TS9012" | "TS9013"
        | "TS9014" | "TS9015" | "TS9016" | "TS9017" | "TS9018" | "TS9020" | "TS9022" | "TS9025" => {
            &[declarations::annotate]
        }
        "TS2355" => &[expressions::add_return],
        "TS2794" | "TS2810" => &[expressions::void_promise],
        "TS2610" | "TS2611" => &[expressions::accessors],
        "TS6133" | "TS6138" | "TS6192" | "TS6196" | "TS6198" | "TS6199" | "TS6205" => {
            &[unused::unused]
        }
        "TS7027" => &[unused::unreachable],
        "TS7028" => &[unused::label],
        _ => &[],
    }
}

buildfix_sdk::export!(Fixes);

#[cfg(test)]
mod tests;

#[cfg(test)]
mod strict_tests;
