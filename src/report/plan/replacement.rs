//! What takes the place of a registration that has no other form of its own, in full. Text of a file is in quoted strings, or in
//! comments on one line.

use super::{FILL_IN, curl, terraform};
use crate::escape::inline;
use crate::plan::{Field, Group, PlannedRegistration, PlannedValue};
use crate::sites::Replacement;

/// The language of the text, and the text.
pub(super) fn of(group: &Group, entry: &PlannedRegistration) -> Option<(&'static str, String)> {
    match entry.road?.replacement? {
        Replacement::Resource => Some(("hcl", resource(group, entry))),
        Replacement::Request => Some(("sh", request(group))),
    }
}

fn resource(group: &Group, entry: &PlannedRegistration) -> String {
    let is_name = |name: &&String| {
        let mut signs = name.bytes();
        signs.next().is_some_and(|it| it.is_ascii_alphabetic() || it == b'_')
            && signs.all(|it| it.is_ascii_alphanumeric() || it == b'_' || it == b'-')
    };
    let name = entry.object.as_ref().filter(is_name).map_or("runner", String::as_str);
    let mut rows: Vec<(&str, String)> = Vec::new();
    if let Some((name, today)) = &entry.repeated {
        rows.push((name, format!("\"{FILL_IN}\" # today: {}", inline(&today.text))));
    }
    if group.fields.iter().all(|field| field.name != "runner_type") {
        let types = "instance_type, group_type (with group_id) or project_type (with project_id)";
        rows.push(("runner_type", format!("\"{FILL_IN}\" # {types}")));
    }
    let value = |field: &Field| match &field.value {
        PlannedValue::FillIn(today) => format!("\"{FILL_IN}\" # today: {}", inline(today)),
        _ => terraform::expression(field, None),
    };
    rows.extend(group.fields.iter().map(|field| (field.argument, value(field))));
    let width = rows.iter().map(|(argument, _)| argument.len()).max().unwrap_or_default();
    let rows: Vec<String> = rows.iter().map(|(name, value)| format!("  {name:width$} = {value}\n")).collect();
    format!("resource \"gitlab_user_runner\" \"{name}\" {{\n{}}}\n", rows.concat())
}

fn request(group: &Group) -> String {
    let (url, fields) = curl::parameters(group);
    let mut out = format!("curl --request POST {url} \\\n  --header \"PRIVATE-TOKEN: $PRIVATE_TOKEN\"");
    for field in fields {
        out.push_str(&format!(" \\\n  --data-urlencode {field}"));
    }
    let open = group.fields.iter().filter_map(|field| match &field.value {
        PlannedValue::FillIn(today) => Some(format!("# {}: fill in; today: {}\n", field.name, inline(today))),
        _ => None,
    });
    let open: String = open.collect();
    let types = if out.contains(&format!("runner_type={FILL_IN}")) {
        "# runner_type: instance_type, group_type (with group_id) or project_type (with project_id)\n"
    } else {
        ""
    };
    format!("{types}{open}{out}\n")
}
