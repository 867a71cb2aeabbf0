//! What `hcl-edit` reads, to compare with.

use super::{Hcl, MODULE, ids};
use crate::facts::NodeKind;
use crate::syntax::Language as _;
use crate::syntax::probe::path;
use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::{Body, Structure};

/// Each leaf of `text`: its path, and the text of strings without templates. Expressions with operators are skipped.
pub(super) fn read(text: &str) -> Option<Vec<String>> {
    let body: Body = hcl_edit::parser::parse_body(text).ok()?;
    let mut out = Vec::new();
    self::body(text, &body, "", &mut out);
    out.sort();
    Some(out)
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}/{key}") }
}

fn body(text: &str, body: &Body, path: &str, out: &mut Vec<String>) {
    if body.is_empty() {
        out.push(format!("{path} = {{}}"));
    }
    for structure in body {
        match structure {
            Structure::Attribute(it) => expression(text, &it.value, &join(path, it.key.as_str()), out),
            Structure::Block(block) => {
                let mut path = join(path, block.ident.as_str());
                for label in &block.labels {
                    path = join(&path, label.as_str());
                }
                self::body(text, &block.body, &path, out);
            }
        }
    }
}

fn expression(text: &str, value: &Expression, path: &str, out: &mut Vec<String>) {
    let mut list = |items: &mut dyn Iterator<Item = &Expression>, path: &str| {
        let mut empty = true;
        for (index, item) in items.enumerate() {
            empty = false;
            expression(text, item, &format!("{path}/{index}"), out);
        }
        if empty {
            out.push(format!("{path} = []"));
        }
    };
    match value {
        Expression::String(it) => out.push(format!("{path} = {:?}", it.as_str())),
        Expression::StringTemplate(_) | Expression::HeredocTemplate(_) => {
            out.push(format!("{path} = template"));
        }
        Expression::Array(it) => list(&mut it.iter(), path),
        Expression::FuncCall(it) => {
            let mut name: Vec<&str> = it.name.namespace.iter().map(|it| it.as_str()).collect();
            name.push(it.name.name.as_str());
            list(&mut it.args.iter(), &format!("{path}/{}()", name.join("::")));
        }
        Expression::Parenthesis(it) => expression(text, it.inner(), path, out),
        Expression::Object(it) if it.is_empty() => out.push(format!("{path} = {{}}")),
        Expression::Object(it) => {
            for (key, value) in it {
                let key = match key {
                    ObjectKey::Ident(it) => it.as_str().to_owned(),
                    ObjectKey::Expression(Expression::String(it)) => it.as_str().to_owned(),
                    ObjectKey::Expression(it) => {
                        text.get(it.span().unwrap()).unwrap().trim().trim_matches('"').to_owned()
                    }
                };
                expression(text, value.expr(), &join(path, &key), out);
            }
        }
        Expression::Conditional(_)
        | Expression::ForExpr(_)
        | Expression::BinaryOp(_)
        | Expression::UnaryOp(_) => {}
        Expression::Traversal(it) if !matches!(it.expr, Expression::Variable(_)) => {
            expression(text, &it.expr, path, out);
        }
        _ => {
            let written = text.get(value.span().unwrap()).unwrap();
            out.push(format!("{path} = {}", written.split_whitespace().collect::<String>()));
        }
    }
}

/// The same of what was read here.
pub(super) fn ours(text: &str) -> Vec<String> {
    let parsed = Hcl.parse(text.into());
    let operators = ["op()", "if()", "for()"];
    let mut out = Vec::new();
    for id in ids(parsed.as_ref()) {
        let node = parsed.facts().tree.get(id).unwrap();
        let path = path(parsed.as_ref(), id);
        if operators.iter().any(|it| path.contains(it)) {
            continue;
        }
        match node.kind {
            NodeKind::Scalar(scalar) => match parsed.decode(id) {
                Some(_) if scalar.opaque || node.span.of(text).starts_with("<<") => {
                    out.push(format!("{path} = template"));
                }
                Some(decoded) => out.push(format!("{path} = {:?}", decoded.text)),
                None => {
                    let written = node.span.of(text).split_whitespace().collect::<String>();
                    out.push(format!("{path} = {}", if scalar.null { "null" } else { &written }));
                }
            },
            NodeKind::Mapping if parsed.facts().tree.children(id).is_empty() => {
                out.push(format!("{path} = {{}}"));
            }
            NodeKind::Sequence if parsed.facts().tree.children(id).is_empty() => {
                out.push(format!("{path} = []"));
            }
            _ => {}
        }
    }
    out.sort();
    out
}

#[test]
fn hcl_edit_reads_the_same() {
    let texts = [
        MODULE,
        "a = \"x\\n\\\"${b}\" # c\nd = { \"e\" = [1, f(2, g...)], h = {} }\n",
        "a \"b\" c {\n  d = <<E\nx\nE\n  e { f = \"g\" }\n}\n",
        "a = b[0].c.*.d\ne = f(\n  [\"g\",\n  \"h\"], # i\n)\n",
        "a = x.y[\"z\"][f(1)]\nb = null\n",
    ];
    for text in texts {
        let theirs = read(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(ours(text), theirs, "{text}");
    }
}
