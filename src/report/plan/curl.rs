//! A shell script that creates each runner once. Text of a file is in single quotes, or in comments on one line.

use super::{FILL_IN, address, api, code};
use crate::escape::inline;
use crate::plan::words::quoted;
use crate::plan::{Field, Group, MigrationPlan, Need};
use std::borrow::Cow;
use std::io::{self, Write};

/// Everything before the first runner.
const HEAD: &str = include_str!("create.sh");

/// The script for a plan without a runner to create.
const NOTHING: &str = "\
#!/bin/sh
# Creates runners in GitLab. This plan has none to create.
exit 0
";

pub(super) fn write(plan: &MigrationPlan, out: &mut dyn Write) -> io::Result<()> {
    let compare = |field: &Field| {
        let value = api(&field.value).unwrap_or_else(|| FILL_IN.to_owned());
        format!("{}={}", field.name, inline(&value))
    };
    let makes = |group: &Group| !group.is_self_made();
    let creates = plan.groups.iter().any(|group| group.need == Need::Create && makes(group));
    writeln!(out, "{}\n# {}", if creates { HEAD } else { NOTHING }, plan.summary())?;
    code(plan, makes, request, compare, out)
}

/// `text` in single quotes, line breaks included. `None` if it contains other control characters, or a line that a CI system
/// would run as a command.
fn verbatim(text: &str) -> Option<String> {
    let lines: Option<Vec<String>> = text
        .split('\n')
        .map(|line| {
            let is_tame = matches!(inline(line), Cow::Borrowed(_)) && !line.trim_start().starts_with("::");
            is_tame.then(|| line.replace('\'', r"'\''"))
        })
        .collect();
    // The shell reads the same text, but the search for values to fill in does not find it.
    Some(format!("'{}'", lines?.join("\n")).replace(FILL_IN, "<FILL'' IN>"))
}

fn request(number: usize, group: &Group, out: &mut dyn Write) -> io::Result<()> {
    let address = address(group.url.as_ref());
    if let (None, Some(url)) = (address, &group.url) {
        writeln!(out, "# url: fill in; today: {}", inline(&url.text))?;
    }
    for field in &group.fields {
        if let Some(value) = api(&field.value).filter(|value| verbatim(value).is_none()) {
            writeln!(out, "# {}: fill in; today: {}", field.name, inline(&value))?;
        }
    }
    let (url, fields) = parameters(group);
    let prints: Vec<&str> = group.own_entries().map(|entry| entry.fingerprint.as_str()).collect();
    write!(out, "create {number} '{}' {url}", prints.join(" "))?;
    fields.iter().try_for_each(|field| write!(out, " \\\n  --data-urlencode {field}"))?;
    writeln!(out)
}

/// The address and the fields of the request that creates the runner of a group, as words of a shell.
pub(super) fn parameters(group: &Group) -> (String, Vec<String>) {
    let address = address(group.url.as_ref());
    let url = quoted(&format!("{}/api/v4/user/runners", address.unwrap_or(FILL_IN)));
    let mut fields = Vec::new();
    if group.fields.iter().all(|field| field.name != "runner_type") {
        fields.push(quoted(&format!("runner_type={FILL_IN}")));
    }
    // After `name=`, curl reads neither `@file` nor another name.
    let fill_in = |name: &str| quoted(&format!("{name}={FILL_IN}"));
    if group.fields.iter().all(|field| field.name != "description") {
        let text = group.description().unwrap_or_default();
        fields.push(verbatim(&format!("description={text}")).unwrap_or_else(|| fill_in("description")));
    }
    for field in &group.fields {
        let sent = api(&field.value).and_then(|value| verbatim(&format!("{}={value}", field.name)));
        fields.push(sent.unwrap_or_else(|| fill_in(field.name)));
    }
    (url, fields)
}
