//! Repairs syntax errors.
//!
//! A compiler says that something is missing or in the way, and where it gave
//! up. Around that place [`rules`] propose edits of a token or two: what the
//! message asks for, a keyword misspelt, a bracket that the indentation shows
//! to be missing, a literal to close, another language's habit. Each has a
//! cost, the less likely the higher. [`search`] then tries them in that order
//! on the host's parser, and keeps those after which less of the file fails to
//! parse. So a rule may be wrong as often as it likes; it costs a parse, not a
//! fix.
//!
//! One missing brace can make a compiler report a dozen errors. The proposals
//! depend on the file more than on the report, so every report of a cascade
//! leads to the same edit, and the host takes equal edits as one.

pub mod balance;
pub mod candidate;
pub mod lang;
pub mod lex;
pub mod message;
pub mod rules;
pub mod search;
pub mod source;

use balance::Fault;
use buildfix_sdk::{Diagnostic, Fix, Fixer, Host, ParseError, Request, Response, edit};
use candidate::{Pool, Problem};
use lang::Lang;
use search::{Damage, Tried};
use source::Source;

/// The fixer.
#[derive(Debug)]
pub struct SyntaxRepair;

/// Texts parsed for one request, whatever it holds.
const BUDGET: usize = 120;
/// Diagnostics without a repair after which the rest are left alone: they are
/// echoes of the first.
const FAILURES: usize = 4;
/// A second repair that also makes the file parse and costs no more than this
/// above the first leaves a doubt.
const RIVAL: u32 = 6;
/// Alternatives for one diagnostic.
const ALTERNATIVES: usize = 4;

impl Fixer for SyntaxRepair {
    fn fix(request: &Request, host: &dyn Host) -> Result<Response, String> {
        let mut response = Response::default();
        let text = request.file.text.as_str();
        let Some(lang) =
            Lang::of(&request.language).map(|lang| lang.for_text(&request.file.path, text))
        else {
            return Ok(response);
        };
        let source = Source::new(text, lang);
        let errors = host.parse_errors(&request.file.path, Some(text))?;
        let faults = balance::faults(&source);
        let before = Damage::of(&errors);
        let mut diagnostics: Vec<&Diagnostic> = request.diagnostics.iter().collect();
        diagnostics.sort_by_key(|d| (d.span.start, d.id));
        let mut budget = BUDGET;
        let mut failures = 0;
        let mut answered: Vec<u32> = Vec::new();
        for diagnostic in &diagnostics {
            if failures >= FAILURES
                || answered.contains(&diagnostic.id)
                || diagnostic.span.path != request.file.path
            {
                continue;
            }
            let problem = Problem::new(&source, diagnostic);
            let syntactic = rules::syntactic(&request.class, &diagnostic.message);
            let mut pool = Pool::default();
            if syntactic {
                rules::propose(&problem, &faults, &errors, &mut pool);
            }
            rules::semantic::propose(&problem, &mut pool);
            rules::python2::propose(&problem, &mut pool);
            rules::layout::propose(&problem, &mut pool);
            let mut found = search::search(
                host,
                &request.file.path,
                text,
                before,
                pool.into_sorted(),
                &mut budget,
            )?;
            if syntactic && !found.iter().any(|t| t.damage.none()) {
                found = elsewhere(
                    request,
                    host,
                    &problem,
                    &faults,
                    &errors,
                    found,
                    &mut budget,
                )?;
            }
            if found.is_empty() {
                failures += 1;
                if syntactic {
                    response.note(diagnostic, "no edit of one token here makes the file parse");
                }
                continue;
            }
            let answers = answers(&diagnostics, diagnostic, &found[0], syntactic);
            answered.extend(&answers);
            let rivals = found
                .iter()
                .skip(1)
                .any(|t| t.damage.none() && t.candidate.cost <= found[0].candidate.cost + RIVAL);
            for (rank, tried) in found.iter().take(ALTERNATIVES).enumerate() {
                let sure = rank == 0 && tried.candidate.certain && tried.damage.none() && !rivals;
                response
                    .fixes
                    .push(fix(request, diagnostic, &answers, tried, sure));
            }
        }
        Ok(response)
    }
}

/// Looks where the host's parser failed first: a report may come from far
/// behind the fault.
fn elsewhere(
    request: &Request,
    host: &dyn Host,
    problem: &Problem,
    faults: &[Fault],
    errors: &[ParseError],
    found: Vec<Tried>,
    budget: &mut usize,
) -> Result<Vec<Tried>, String> {
    let Some(first) = errors.iter().map(|e| e.start as usize).min() else {
        return Ok(found);
    };
    let Some(moved) = problem.moved(first) else {
        return Ok(found);
    };
    let mut pool = Pool::default();
    rules::propose(&moved, faults, errors, &mut pool);
    let before = Damage::of(errors);
    let candidates = pool.into_sorted();
    let others = search::search(
        host,
        &request.file.path,
        problem.source.text,
        before,
        candidates,
        budget,
    )?;
    // The reported place has the better claim, unless the other one settles it.
    Ok(
        if found.is_empty() || others.first().is_some_and(|t| t.damage.none()) {
            others
        } else {
            found
        },
    )
}

/// The diagnostics that a repair answers: once the whole file parses, every
/// syntax error of it; else the one it was made for and those that follow
/// before the next fault.
fn answers(all: &[&Diagnostic], of: &Diagnostic, tried: &Tried, syntactic: bool) -> Vec<u32> {
    let mut ids = vec![of.id];
    if syntactic {
        let until = tried.first_error.unwrap_or(usize::MAX);
        let cascade = |d: &&&Diagnostic| {
            d.id != of.id
                && (d.span.start as usize) < until
                && (tried.damage.none() || d.span.start >= of.span.start)
        };
        ids.extend(all.iter().filter(cascade).map(|d| d.id));
    }
    ids
}

fn fix(
    request: &Request,
    diagnostic: &Diagnostic,
    answers: &[u32],
    tried: &Tried,
    sure: bool,
) -> Fix {
    let mut fix = edit::fix(
        diagnostic,
        tried.candidate.title.clone(),
        if sure { "exact" } else { "verified" },
    );
    fix.answers = answers.to_vec();
    for change in &tried.candidate.changes {
        let (Ok(start), Ok(end)) = (
            u32::try_from(change.range.start),
            u32::try_from(change.range.end),
        ) else {
            continue;
        };
        fix = fix.replace(&request.file, start..end, change.text.clone());
    }
    fix
}

buildfix_sdk::export!(SyntaxRepair);
