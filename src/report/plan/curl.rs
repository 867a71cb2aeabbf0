//! A shell script with a request for each runner to create. Text of a file stands in single quotes or in comments on one
//! line, and nowhere else.

use super::{FILL_IN, address, api, code};
use crate::escape::inline;
use crate::plan::words::quoted;
use crate::plan::{Field, Group, Plan};
use std::borrow::Cow;
use std::io::{self, Write};

const HEAD: &str = "\
#!/bin/sh
# Creates runners in GitLab. Look at each request before you run it:
# - it sends your token to the address in `--url`;
# - fill in each <FILL IN>, and the `runner_type`: instance_type, group_type (with group_id) or project_type (with project_id);
# - the answer holds the runner's token (glrt-…), which is shown only once.
# GITLAB_TOKEN: a personal access token with the scope create_runner.
: \"${GITLAB_TOKEN:?}\"
";

pub(super) fn write(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let compare = |field: &Field| {
        let value = api(&field.value).unwrap_or_else(|| FILL_IN.to_owned());
        format!("{}={}", field.name, inline(&value))
    };
    code(plan, HEAD, |_, group, out| request(group, out), compare, out)
}

/// `text` in single quotes, a line break as it is; nothing where it has other control characters, or a line that would be a
/// command of a CI system.
fn verbatim(text: &str) -> Option<String> {
    let lines: Option<Vec<String>> = text
        .split('\n')
        .map(|line| {
            (matches!(inline(line), Cow::Borrowed(_)) && !line.trim_start().starts_with("::"))
                .then(|| line.replace('\'', r"'\''"))
        })
        .collect();
    Some(format!("'{}'", lines?.join("\n")))
}

fn request(group: &Group, out: &mut dyn Write) -> io::Result<()> {
    let address = address(group.url.as_ref());
    if let (None, Some(url)) = (address, &group.url) {
        writeln!(out, "# url: fill in; today: {}", inline(&url.text))?;
    }
    for field in &group.fields {
        if let Some(value) = api(&field.value).filter(|value| verbatim(value).is_none()) {
            writeln!(out, "# {}: fill in; today: {}", field.name, inline(&value))?;
        }
    }
    let url = format!("{}/api/v4/user/runners", address.unwrap_or(FILL_IN));
    writeln!(out, "curl --fail-with-body --globoff --request POST --url {} \\", quoted(&url))?;
    writeln!(out, "  --header \"PRIVATE-TOKEN: $GITLAB_TOKEN\" \\")?;
    write!(out, "  --data-urlencode {}", quoted(&format!("runner_type={FILL_IN}")))?;
    for field in &group.fields {
        let sent = api(&field.value).and_then(|value| verbatim(&format!("{}={value}", field.name)));
        // Behind `name=`, curl reads neither `@file` nor another name.
        let sent = sent.unwrap_or_else(|| quoted(&format!("{}={FILL_IN}", field.name)));
        write!(out, " \\\n  --data-urlencode {sent}")?;
    }
    writeln!(out)
}
