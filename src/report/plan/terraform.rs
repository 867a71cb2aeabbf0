//! A `gitlab_user_runner` for each runner to create. Text of a file stands in quoted strings without templates, or in
//! comments on one line.

use super::{FILL_IN, code};
use crate::escape::{escaped, in_string, inline, is_dangerous};
use crate::plan::{Field, Group, Plan, Value};
use std::io::{self, Write};

const HEAD: &str = "\
# Runners for GitLab, with the provider gitlabhq/gitlab. Fill in each <FILL IN>; the attribute `token` of each is what its
# registration takes, and stays out of the repository.
";

pub(super) fn write(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let compare = |field: &Field| format!("{} = {}", field.argument, expression(&field.value));
    code(plan, HEAD, resource, compare, out)
}

fn resource(number: usize, group: &Group, out: &mut dyn Write) -> io::Result<()> {
    let width = group.fields.iter().map(|field| field.argument.len()).max().unwrap_or_default();
    let width = width.max("runner_type".len());
    if let Some(url) = &group.url {
        writeln!(out, "# The provider's base_url is that of {}", inline(&url.text))?;
    }
    writeln!(out, "resource \"gitlab_user_runner\" \"runner_{number}\" {{")?;
    writeln!(out, "  # instance_type, group_type (with group_id) or project_type (with project_id)")?;
    writeln!(out, "  {:width$} = {}", "runner_type", string(FILL_IN))?;
    for field in &group.fields {
        let value = match &field.value {
            // A number or a boolean cannot hold words: the line is for a person to complete.
            Value::FillIn(_) if !takes_text(field.argument) => {
                writeln!(out, "  # {:width$} = {FILL_IN}", field.argument)?;
                continue;
            }
            Value::FillIn(_) if field.argument == "tag_list" => format!("[{}]", string(FILL_IN)),
            value => expression(value),
        };
        writeln!(out, "  {:width$} = {value}", field.argument)?;
    }
    writeln!(out, "}}")
}

fn takes_text(argument: &str) -> bool {
    matches!(argument, "description" | "tag_list" | "access_level" | "maintenance_note")
}

fn expression(value: &Value) -> String {
    match value {
        Value::Text(text) => string(text),
        Value::List(words) => {
            format!("[{}]", words.iter().map(|word| string(word)).collect::<Vec<_>>().join(", "))
        }
        Value::Flag(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::FillIn(_) => string(FILL_IN),
    }
}

/// A quoted string that means `text`, and no template.
fn string(text: &str) -> String {
    let mut out = String::from("\"");
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => out.extend([c, c]),
            // `$${` would be read as an escape and a brace.
            '$' | '%' if rest.peek() == Some(&c) => out.push_str(&escaped(c)),
            c if is_dangerous(c) => out.push_str(&escaped(c)),
            c => out.push(c),
        }
    }
    out.push('"');
    in_string(out)
}
