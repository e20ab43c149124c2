//! Deletes what a C# project declares twice.
//!
//! Only a declaration that is the same as another, token by token, is ever
//! deleted; comments and layout may differ. Of two, the one in the file named
//! for the type stays, else the first. A duplicate that differs in substance is
//! left alone with a note: which of the two is meant is not a machine's choice.
//!
//! A repeated type makes the compiler report each of its members too (CS0111,
//! CS0102, CS0121, CS0229, CS0579, CS8646). Those are answered by deleting the
//! type, never member by member.

mod copies;

use buildfix_fixer_support::{Decl, Source, push, span, usings};
use buildfix_sdk::{Diagnostic, Fix, Fixer, Host, Request, Response, SourceFile, edit};
use copies::{Copy, copy_of};

/// The fixer.
#[derive(Debug)]
pub struct CsharpDuplicates;

impl Fixer for CsharpDuplicates {
    fn fix(request: &Request, host: &dyn Host) -> Result<Response, String> {
        let source = Source::new(&request.file.text);
        let mut answer = Response::default();
        for diagnostic in &request.diagnostics {
            let fix = match diagnostic.code.as_str() {
                "CS0105" => using(&request.file, &source, diagnostic),
                "CS0128" => local(&request.file, &source, diagnostic),
                _ => declaration(&request.file, &source, diagnostic, host),
            };
            match fix {
                Some(fix) => push(&mut answer.fixes, fix),
                None => answer.note(
                    diagnostic,
                    "no other declaration is the same as this one, word for word",
                ),
            }
        }
        Ok(answer)
    }
}

/// A using directive that the file has already.
fn using(file: &SourceFile, source: &Source, diagnostic: &Diagnostic) -> Option<Fix> {
    let token = source.token_at(diagnostic.span.start as usize);
    let all = usings::of(source);
    let here = all.iter().find(|u| u.tokens.contains(&token))?;
    let fix = edit::fix(
        diagnostic,
        format!("remove the repeated `using {};`", here.name),
        "exact",
    );
    Some(usings::remove(fix, file, source, here))
}

/// A local variable declared a second time in the same statement's words, right
/// after the first.
fn local(file: &SourceFile, source: &Source, diagnostic: &Diagnostic) -> Option<Fix> {
    let token = source.token_at(diagnostic.span.start as usize);
    let second = source.statement(token);
    let first = source.statement(second.start.checked_sub(1)?);
    if first.end != second.start || words(source, first) != words(source, second.clone()) {
        return None;
    }
    let bytes = source.bytes(second);
    let fix = edit::fix(diagnostic, "delete the repeated statement", "verified");
    Some(fix.replace(file, span(source.with_lines(bytes)), ""))
}

fn words(source: &Source, tokens: std::ops::Range<usize>) -> Vec<&str> {
    tokens.map(|t| source.word(t)).collect()
}

/// A type or member that is declared twice.
fn declaration(
    file: &SourceFile,
    source: &Source,
    diagnostic: &Diagnostic,
    host: &dyn Host,
) -> Option<Fix> {
    let byte = diagnostic.span.start as usize;
    // The outermost repeated declaration around the point: a repeated type
    // before its repeated members.
    let mut around: Vec<&Decl> = source
        .decls()
        .iter()
        .filter(|d| d.tokens.contains(&source.token_at(byte)))
        .collect();
    around.retain(|d| d.kind != buildfix_fixer_support::DeclKind::Namespace);
    if !matches!(diagnostic.code.as_str(), "CS0101" | "CS0102" | "CS0111") {
        // These point at a use or at one of the two; the type may be repeated,
        // or members that the message names.
        return around
            .iter()
            .find_map(|d| delete(file, source, diagnostic, d, host))
            .or_else(|| ambiguous_member(file, source, diagnostic));
    }
    around
        .into_iter()
        .find_map(|d| delete(file, source, diagnostic, d, host))
}

/// `The call is ambiguous between 'A.M(int)' and 'A.M(int)'`: the same member
/// twice, of this file.
fn ambiguous_member(file: &SourceFile, source: &Source, diagnostic: &Diagnostic) -> Option<Fix> {
    let [first, second, ..] = diagnostic.arguments.as_slice() else {
        return None;
    };
    if first != second {
        return None;
    }
    let member = buildfix_fixer_support::symbols::member_ref(first)?;
    let copies: Vec<&Decl> = source
        .decls()
        .iter()
        .filter(|d| d.kind.is_member() && source.name(d) == member.name)
        .collect();
    let second = copies.iter().skip(1).find(|d| {
        copies
            .iter()
            .any(|c| c.tokens.end <= d.tokens.start && same(source, c, d))
    })?;
    Some(deletion(file, source, diagnostic, second))
}

fn same(source: &Source, a: &Decl, b: &Decl) -> bool {
    a.kind == b.kind && words(source, a.tokens.clone()) == words(source, b.tokens.clone())
}

fn delete(
    file: &SourceFile,
    source: &Source,
    diagnostic: &Diagnostic,
    decl: &Decl,
    host: &dyn Host,
) -> Option<Fix> {
    match copy_of(file, source, decl, host)? {
        Copy::Here(at) => Some(deletion(file, source, diagnostic, &source.decls()[at])),
        Copy::There(other) => {
            let fix = edit::fix(
                diagnostic,
                format!("delete the copy of `{}`", source.name(decl)),
                "exact",
            );
            Some(other.delete(fix))
        }
        Copy::ThisFile(hash) => {
            let mut fix = edit::fix(
                diagnostic,
                format!("delete the file that only repeats `{}`", source.name(decl)),
                "exact",
            );
            fix.files.push(copies::delete_file(&file.path, hash));
            Some(fix)
        }
    }
}

fn deletion(file: &SourceFile, source: &Source, diagnostic: &Diagnostic, decl: &Decl) -> Fix {
    let bytes = source.bytes(decl.tokens.clone());
    let fix = edit::fix(
        diagnostic,
        format!(
            "delete the second `{}`, which is the same as the first",
            source.name(decl)
        ),
        "exact",
    );
    fix.replace(file, span(source.with_lines(bytes)), "")
}

buildfix_sdk::export!(CsharpDuplicates);

#[cfg(test)]
mod tests;
