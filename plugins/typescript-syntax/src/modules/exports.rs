//! What a module exports.

use crate::Source;
use oxc_ast::ast::{
    Declaration, ExportDefaultDeclarationKind, Expression, ImportDeclarationSpecifier,
    ImportOrExportKind, ModuleExportName, Statement, TSModuleReference,
};

/// What an exported name is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportKind {
    /// Only a type.
    Type,
    /// A value, and perhaps a type.
    Value,
    /// Re-exported; who knows.
    Unknown,
}

/// One exported name.
#[derive(Clone, Debug)]
pub struct Export {
    /// What importers call it; `default` for the default export.
    pub name: String,
    /// What it is called inside, if it is a declaration of this file.
    pub local: Option<String>,
    /// Where it is re-exported from, and its name there (`*` for all of it).
    pub from: Option<(String, String)>,
    /// What it is good for.
    pub kind: ExportKind,
}

/// Everything that a module exports.
#[derive(Clone, Debug, Default)]
pub struct Exports {
    /// Whether the file is a module at all.
    pub is_module: bool,
    /// By name.
    pub names: Vec<Export>,
    /// The modules of `export * from`.
    pub stars: Vec<String>,
    /// The name after `export =`, empty for an expression.
    pub equals: Option<String>,
    /// The name of `export as namespace`.
    pub global: Option<String>,
}

/// Reads what a file exports.
#[must_use]
pub fn exports(source: &Source) -> Exports {
    statements(&source.program.body, false)
}

/// The `declare module "name"` blocks of a file.
#[must_use]
pub fn ambient_modules(source: &Source) -> Vec<(String, Exports)> {
    source
        .program
        .body
        .iter()
        .filter_map(|statement| match statement {
            Statement::TSExternalModuleDeclaration(module) => {
                let body = &module.body.as_ref()?.body;
                Some((module.id.value.to_string(), statements(body, true)))
            }
            _ => None,
        })
        .collect()
}

fn name_of(name: &ModuleExportName) -> String {
    name.name().to_string()
}

fn statements(body: &[Statement], ambient: bool) -> Exports {
    let mut all = Exports::default();
    // In an ambient module everything is exported, unless something says so.
    let explicit = body.iter().any(|statement| {
        matches!(
            statement,
            Statement::ExportNamedDeclaration(_) | Statement::TSExportAssignment(_)
        )
    });
    for statement in body {
        match statement {
            Statement::ExportDeclaration(export) => {
                all.is_module = true;
                declared(&export.declaration, &mut all.names);
            }
            Statement::ExportNamedDeclaration(export) => {
                all.is_module = true;
                for specifier in &export.specifiers {
                    let local = name_of(&specifier.local);
                    let only_type = export.export_kind == ImportOrExportKind::Type
                        || specifier.export_kind == ImportOrExportKind::Type;
                    all.names.push(Export {
                        name: name_of(&specifier.exported),
                        kind: if only_type {
                            ExportKind::Type
                        } else {
                            kind_of_local(body, &local)
                        },
                        local: Some(local),
                        from: None,
                    });
                }
            }
            Statement::ExportFromDeclaration(export) => {
                all.is_module = true;
                for specifier in &export.specifiers {
                    let only_type = export.export_kind == ImportOrExportKind::Type
                        || specifier.export_kind == ImportOrExportKind::Type;
                    all.names.push(Export {
                        name: name_of(&specifier.exported),
                        local: None,
                        from: Some((export.source.value.to_string(), name_of(&specifier.local))),
                        kind: if only_type {
                            ExportKind::Type
                        } else {
                            ExportKind::Unknown
                        },
                    });
                }
            }
            Statement::ExportAllDeclaration(export) => {
                all.is_module = true;
                match &export.exported {
                    None => all.stars.push(export.source.value.to_string()),
                    Some(name) => all.names.push(Export {
                        name: name_of(name),
                        local: None,
                        from: Some((export.source.value.to_string(), "*".to_owned())),
                        kind: ExportKind::Value,
                    }),
                }
            }
            Statement::ExportDefaultDeclaration(export) => {
                all.is_module = true;
                let (local, kind) = match &export.declaration {
                    ExportDefaultDeclarationKind::FunctionDeclaration(function) => (
                        function.id.as_ref().map(|id| id.name.to_string()),
                        ExportKind::Value,
                    ),
                    ExportDefaultDeclarationKind::ClassDeclaration(class) => (
                        class.id.as_ref().map(|id| id.name.to_string()),
                        ExportKind::Value,
                    ),
                    ExportDefaultDeclarationKind::TSInterfaceDeclaration(interface) => {
                        (Some(interface.id.name.to_string()), ExportKind::Type)
                    }
                    ExportDefaultDeclarationKind::Identifier(id) => {
                        (Some(id.name.to_string()), kind_of_local(body, &id.name))
                    }
                    _ => (None, ExportKind::Value),
                };
                all.names.push(Export {
                    name: "default".to_owned(),
                    local,
                    from: None,
                    kind,
                });
            }
            Statement::TSExportAssignment(export) => {
                all.is_module = true;
                all.equals = Some(match &export.expression {
                    Expression::Identifier(id) => id.name.to_string(),
                    _ => String::new(),
                });
            }
            Statement::TSNamespaceExportDeclaration(export) => {
                all.is_module = true;
                all.global = Some(export.id.name.to_string());
            }
            Statement::ImportDeclaration(_) => all.is_module = true,
            Statement::TSImportEqualsDeclaration(import)
                if matches!(
                    import.module_reference,
                    TSModuleReference::ExternalModuleReference(_)
                ) =>
            {
                all.is_module = true;
            }
            other => {
                if ambient
                    && !explicit
                    && let Some(declaration) = other.as_declaration()
                {
                    declared(declaration, &mut all.names);
                }
                common_js(other, &mut all);
            }
        }
    }
    all
}

/// `exports.a = …`, `module.exports = …`, `module.exports.a = …`.
fn common_js(statement: &Statement, all: &mut Exports) {
    let Statement::ExpressionStatement(statement) = statement else {
        return;
    };
    let Expression::AssignmentExpression(assignment) = &statement.expression else {
        return;
    };
    let Some(member) = assignment.left.as_member_expression() else {
        return;
    };
    let Some(name) = member.static_property_name() else {
        return;
    };
    let object = member.object();
    let value = |name: &str| Export {
        name: name.to_owned(),
        local: None,
        from: None,
        kind: ExportKind::Value,
    };
    if object.is_specific_id("module") && name == "exports" {
        all.is_module = true;
        match &assignment.right {
            Expression::ObjectExpression(object) => {
                for property in &object.properties {
                    if let Some(name) = property
                        .as_property()
                        .and_then(|property| property.key.static_name())
                    {
                        all.names.push(value(&name));
                    }
                }
            }
            Expression::Identifier(id) => all.equals = Some(id.name.to_string()),
            _ => all.equals = Some(String::new()),
        }
    } else if object.is_specific_id("exports")
        || object.is_specific_member_access("module", "exports")
    {
        all.is_module = true;
        all.names.push(value(name));
    }
}

fn declared(declaration: &Declaration, names: &mut Vec<Export>) {
    let mut add = |name: &str, kind| {
        names.push(Export {
            name: name.to_owned(),
            local: Some(name.to_owned()),
            from: None,
            kind,
        });
    };
    match declaration {
        Declaration::VariableDeclaration(variables) => {
            for declarator in &variables.declarations {
                for id in declarator.id.get_binding_identifiers() {
                    add(&id.name, ExportKind::Value);
                }
            }
        }
        Declaration::TSTypeAliasDeclaration(alias) => add(&alias.id.name, ExportKind::Type),
        Declaration::TSInterfaceDeclaration(interface) => add(&interface.id.name, ExportKind::Type),
        Declaration::TSNamespaceDeclaration(namespace) => {
            add(&namespace.id.name, ExportKind::Value)
        }
        other => {
            if let Some(id) = other.id() {
                add(&id.name, ExportKind::Value);
            }
        }
    }
}

/// What a name declared in these statements is good for.
fn kind_of_local(body: &[Statement], name: &str) -> ExportKind {
    let mut found = None;
    for statement in body {
        let declaration = match statement {
            Statement::ExportDeclaration(export) => Some(&export.declaration),
            other => other.as_declaration(),
        };
        if let Some(declaration) = declaration {
            let mut names = Vec::new();
            declared(declaration, &mut names);
            for export in names {
                if export.name == name {
                    if export.kind == ExportKind::Value {
                        return ExportKind::Value;
                    }
                    found = Some(export.kind);
                }
            }
        }
        if let Statement::ImportDeclaration(import) = statement {
            for specifier in import.specifiers.iter().flatten() {
                if specifier.local().name == name {
                    let only_type = import.import_kind == ImportOrExportKind::Type
                        || matches!(specifier, ImportDeclarationSpecifier::ImportSpecifier(specifier)
                            if specifier.import_kind == ImportOrExportKind::Type);
                    found = Some(if only_type {
                        ExportKind::Type
                    } else {
                        ExportKind::Unknown
                    });
                }
            }
        }
    }
    found.unwrap_or(ExportKind::Unknown)
}
