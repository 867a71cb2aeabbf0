//! A `gitlab_user_runner` for each runner to create. Text of a file is in quoted strings without templates, or in comments on one
//! line.

use super::{code, title};
use crate::escape::{escaped, in_string, inline, is_dangerous};
use crate::plan::{Field, Group, MigrationPlan, Need, PlannedValue};
use std::collections::BTreeSet;
use std::io::{self, Write};

const HEAD: &str = "\
# Runners for GitLab, with the provider gitlabhq/gitlab. It must be 16.3 or later.
#
# Set the variables, for example in terraform.tfvars: a plan fails for those that are missing or wrong. Each token is a
# sensitive output: `terraform output -raw NAME` prints it. The state contains all tokens, so keep it where secrets are kept.
";

/// The file for a plan without a runner to create.
const NOTHING: &str = "\
# Runners for GitLab, with the provider gitlabhq/gitlab. This plan has none to create.
";

/// Digits of a fingerprint that a name has; more where two are the same.
const DIGITS: usize = 12;

pub(super) fn write(plan: &MigrationPlan, out: &mut dyn Write) -> io::Result<()> {
    let makes = |group: &Group| !group.is_self_made() || group.is_resource();
    let creates = plan.groups.iter().any(|group| group.need == Need::Create && makes(group));
    writeln!(out, "{}#\n# {}", if creates { HEAD } else { NOTHING }, plan.summary())?;
    let compare = |field: &Field| format!("{} = {}", field.argument, expression(field, None));
    let names = names(plan);
    let name = |number: usize| names.get(number.wrapping_sub(1)).map_or("", String::as_str);
    code(plan, makes, |number, group, out| resource(number, name(number), group, out), compare, out)
}

/// The names of the resources. They do not depend on the numbers of runners, which change with other edits: Terraform would
/// replace a runner that gets another name.
fn names(plan: &MigrationPlan) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let name = |group: &Group| {
        let print = group.own_entries().next().map_or("", |entry| entry.fingerprint.as_str());
        let short = format!("runner_{}", print.get(..DIGITS).unwrap_or(print));
        if seen.insert(short.clone()) { short } else { format!("runner_{print}") }
    };
    plan.groups.iter().map(name).collect()
}

/// A variable that must be set.
struct PlanVariable<'a> {
    name: String,
    about: String,
    kind: &'static str,
    /// What must be true for `value`.
    condition: &'static str,
    /// What it must be, in words.
    must: &'a str,
}

const TYPES: &str = "contains([\"instance_type\", \"group_type\", \"project_type\"], value)";

fn resource(number: usize, name: &str, group: &Group, out: &mut dyn Write) -> io::Result<()> {
    if let Some(url) = &group.url {
        writeln!(out, "# The provider's base_url is that of {}", inline(&url.text))?;
    }
    let (_, called) = title(group);
    let called = format!("runner {number} ({called})");
    let must = "instance_type, group_type or project_type";
    let kind = PlanVariable {
        name: format!("{name}_type"),
        about: format!("Type of {called}: {must}"),
        kind: "string",
        condition: TYPES,
        must,
    };
    // The file may say whose runner it is.
    let is_open = group.fields.iter().all(|field| field.name != "runner_type");
    if is_open {
        variable(&kind, out)?;
        writeln!(out, "variable \"{name}_owner_id\" {{")?;
        writeln!(out, "  description = {}", string(&format!("Id of the group or project of {called}")))?;
        writeln!(out, "  type        = number\n  default     = null\n}}\n")?;
    }
    for field in &group.fields {
        if let Some(open) = open(name, &called, field) {
            variable(&open, out)?;
        }
    }
    writeln!(out, "resource \"gitlab_user_runner\" \"{name}\" {{")?;
    let owner = |kind: &str| format!("var.{name}_type == \"{kind}\" ? var.{name}_owner_id : null");
    let mut rows = Vec::new();
    if is_open {
        rows = vec![
            ("runner_type", format!("var.{name}_type")),
            ("group_id", owner("group_type")),
            ("project_id", owner("project_type")),
        ];
    }
    if group.fields.iter().all(|field| field.argument != "description") {
        rows.push(("description", string(group.description().unwrap_or_default())));
    }
    rows.extend(group.fields.iter().map(|field| (field.argument, expression(field, Some(name)))));
    let width = rows.iter().map(|(argument, _)| argument.len()).max().unwrap_or_default();
    for (argument, value) in rows {
        writeln!(out, "  {argument:width$} = {value}")?;
    }
    writeln!(out, "}}\n\noutput \"{name}_token\" {{")?;
    writeln!(out, "  description = {}", string(&format!("Authentication token of {called}")))?;
    writeln!(out, "  value       = gitlab_user_runner.{name}.token\n  sensitive   = true\n}}")
}

/// The variable for a field that must be filled in.
fn open<'a>(name: &str, called: &str, field: &Field) -> Option<PlanVariable<'a>> {
    let PlannedValue::FillIn(today) = &field.value else { return None };
    let (kind, condition, must) = match field.argument {
        "tag_list" => ("list(string)", "length(value) > 0", "a list of tags"),
        "untagged" | "locked" | "paused" => ("bool", "value != null", "true or false"),
        "group_id" | "project_id" => ("number", "value > 0", "a numeric ID"),
        "maximum_timeout" => ("number", "value >= 600", "600 seconds or more"),
        "access_level" => (
            "string",
            "contains([\"not_protected\", \"ref_protected\"], value)",
            "not_protected or ref_protected",
        ),
        _ => ("string", "length(trimspace(value)) > 0", "a text"),
    };
    let about = format!("{} of {called}: {must}. Today: {today}", field.argument);
    Some(PlanVariable { name: format!("{name}_{}", field.argument), about, kind, condition, must })
}

fn variable(variable: &PlanVariable<'_>, out: &mut dyn Write) -> io::Result<()> {
    let PlanVariable { name, about, kind, condition, must } = variable;
    writeln!(out, "variable \"{name}\" {{\n  description = {}\n  type        = {kind}\n", string(about))?;
    writeln!(
        out,
        "  validation {{\n    condition     = {}",
        condition.replace("value", &format!("var.{name}"))
    )?;
    let error = string(&format!("Set {name} to {must}."));
    writeln!(out, "    error_message = {error}\n  }}\n}}\n")
}

/// The value of a field, for the runner with this name; without one, for a comment.
pub(super) fn expression(field: &Field, name: Option<&str>) -> String {
    match (&field.value, name) {
        (PlannedValue::Text(text), _) => string(text),
        (PlannedValue::List(words), _) => {
            format!("[{}]", words.iter().map(|word| string(word)).collect::<Vec<_>>().join(", "))
        }
        (PlannedValue::Flag(flag), _) => flag.to_string(),
        (PlannedValue::Number(number), _) => number.to_string(),
        (PlannedValue::FillIn(_), Some(name)) => format!("var.{name}_{}", field.argument),
        (PlannedValue::FillIn(today), None) => string(today),
    }
}

/// A quoted string that means `text`, without templates.
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
