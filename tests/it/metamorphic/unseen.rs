//! Known unknowns: what may bring a token or a setting and cannot be read, and where it is put.

use runnerlint::rules::UnitKind;

/// A known unknown.
pub(crate) struct Unseen {
    /// How the file may be called.
    pub(crate) paths: &'static [&'static str],
    /// What the text must contain.
    pub(crate) sign: &'static str,
    /// The registrations that it belongs to.
    pub(crate) units: &'static [UnitKind],
    /// Where it is put.
    pub(crate) at: At,
    /// What is put there.
    pub(crate) text: &'static str,
    /// How the plan names it; empty if it does not have to.
    pub(crate) named: &'static str,
    /// The registrations for which it may bring something that counts, by their token.
    pub(crate) tokens: Tokens,
}

/// What is known of the token of a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tokens {
    /// Anything.
    Any,
    /// It is not in its new place.
    NotNew,
    /// There is none in view.
    Absent,
}

/// A place in a text, if there is exactly one.
pub(crate) enum At {
    /// In front of the first line that is no comment.
    Top,
    /// After this word and a blank before the next one.
    Word(&'static str),
    /// After these bytes.
    Behind(&'static str),
    /// A line before the line that begins with this, as far to the right.
    Beside(&'static str),
    /// A line after the line that is this, as far to the right as the next one.
    Below(&'static str),
    /// From this bracket, its first byte, to the one that closes it: `text` is put before, `)` behind.
    Around(&'static str),
}

const COMMAND: &[UnitKind] = &[UnitKind::Command, UnitKind::Environment];
const CHART: &[UnitKind] = &[UnitKind::Chart];

const fn row(
    paths: &'static [&'static str],
    sign: &'static str,
    units: &'static [UnitKind],
    at: At,
    text: &'static str,
    named: &'static str,
) -> Unseen {
    Unseen { paths, sign, units, at, text, named, tokens: Tokens::Any }
}

const SH: &[&str] = &[".sh", ".bash", ".yaml", ".yml", "Dockerfile", ".tf"];
const SCRIPT: &[&str] = &[".sh", ".bash"];
const YAML: &[&str] = &[".yaml", ".yml"];
const HCL: &[&str] = &[".tf"];

pub(crate) const UNSEEN: &[Unseen] = &[
    row(SH, "", COMMAND, At::Word("register"), " \"$@\"", "$@"),
    row(SH, "", COMMAND, At::Word("register"), " $MADE_UP", "MADE_UP"),
    row(SCRIPT, "", COMMAND, At::Word("register"), " ${MADE_UP}", "MADE_UP"),
    row(SCRIPT, "", COMMAND, At::Word("register"), " \"${made_up[@]}\"", "made_up"),
    row(SH, "", COMMAND, At::Word("register"), " $(made-up)", "made-up"),
    row(SCRIPT, "", COMMAND, At::Word("register"), " `made-up`", "made-up"),
    row(
        &["tasks.yaml", "tasks.yml", "playbook.yml"],
        "",
        COMMAND,
        At::Word("register"),
        " {{ made_up }}",
        "made_up",
    ),
    row(&[".ps1", ".psm1"], "", COMMAND, At::Word("register"), " @MadeUp", "@MadeUp"),
    row(&[".ps1", ".psm1"], "", COMMAND, At::Word("register"), " $MadeUp", "$MadeUp"),
    row(&[".bat", ".cmd"], "", COMMAND, At::Word("register"), " %MADE_UP%", "%MADE_UP%"),
    row(&[".bat", ".cmd"], "@echo off", COMMAND, At::Word("register"), " %*", "%*"),
    row(&["Makefile", ".mk"], "", COMMAND, At::Word("register"), " $(MADE_UP)", "MADE_UP"),
    // Beside a token in its new place, settings have no effect or stop the start: a setting more or less changes nothing.
    Unseen { tokens: Tokens::NotNew, ..row(SCRIPT, "", COMMAND, At::Top, ". ./made-up.sh\n", "") },
    Unseen { tokens: Tokens::NotNew, ..row(SCRIPT, "", COMMAND, At::Top, "source made-up.env\n", "") },
    Unseen { tokens: Tokens::Absent, ..row(SCRIPT, "", COMMAND, At::Top, ". ./made-up.sh\n", "made-up.sh") },
    row(
        &["compose.yaml", "compose.yml"],
        "services:",
        COMMAND,
        At::Beside("image:"),
        "env_file: .env\n",
        ".env",
    ),
    row(
        YAML,
        "containers:",
        COMMAND,
        At::Beside("image:"),
        "envFrom: [{secretRef: {name: made-up}}]\n",
        "made-up",
    ),
    row(&[".service"], "", COMMAND, At::Below("[Service]"), "EnvironmentFile=/etc/made-up\n", "/etc/made-up"),
    row(SH, "--set", CHART, At::Word("upgrade"), " -f made-up.yaml", "made-up.yaml"),
    row(SH, "--set", CHART, At::Word("upgrade"), " --values=made-up.yaml", "made-up.yaml"),
    row(SH, "--set", CHART, At::Word("upgrade"), " --reuse-values", "--reuse-values"),
    row(SH, "--set", CHART, At::Word("install"), " -f made-up.yaml", "made-up.yaml"),
    row(YAML, "kind: Application", CHART, At::Below("helm:"), "valueFiles: [made-up.yaml]\n", "made-up.yaml"),
    row(
        YAML,
        "kind: HelmRelease",
        CHART,
        At::Beside("values:"),
        "valuesFrom: [{kind: ConfigMap, name: made-up}]\n",
        "made-up",
    ),
    row(YAML, "releases:", CHART, At::Below("values:"), "- made-up.yaml\n", "made-up.yaml"),
    row(&["fleet.yaml"], "", CHART, At::Below("helm:"), "valuesFiles: [made-up.yaml]\n", "made-up.yaml"),
    row(
        YAML,
        "helmCharts:",
        CHART,
        At::Beside("valuesInline:"),
        "additionalValuesFiles: [made-up.yaml]\n",
        "made-up.yaml",
    ),
    row(HCL, "helm_release", CHART, At::Behind("values = ["), "file(\"made-up.yaml\"), ", "made-up.yaml"),
    row(HCL, "helm_release", CHART, At::Around("yamlencode({"), "merge(local.made_up, ", "local.made_up"),
    row(HCL, "helm_release", CHART, At::Around("runners = {"), "merge(local.made_up, ", "local.made_up"),
    row(
        HCL,
        "helm_release",
        CHART,
        At::Beside("set {"),
        "dynamic \"set\" {\n    for_each = var.made_up\n    content {\n      name  = set.key\n      value = set.value\n    }\n  }\n",
        "var.made_up",
    ),
    row(&["values.yaml", "helmfile.yaml"], "", CHART, At::Below("runners:"), "<<: *made-up\n", "*made-up"),
    row(&["values.yaml"], "", CHART, At::Below("runners:"), "<<: !include made-up.yaml\n", "made-up.yaml"),
    row(&[".yaml", ".gotmpl", ".tpl"], "", CHART, At::Below("runners:"), "{{ .Values.madeUp }}\n", "madeUp"),
    row(
        &[".yaml", ".gotmpl", ".tpl"],
        "",
        CHART,
        At::Below("runners:"),
        "{{- include \"made-up\" . | nindent 2 }}\n",
        "made-up",
    ),
];

impl At {
    /// The text with `row` in this place.
    pub(crate) fn put(&self, text: &str, row: &str) -> Option<String> {
        let once = |piece: &str| {
            let at = text.find(piece)?;
            (text.rfind(piece) == Some(at)).then_some(at)
        };
        let put = |at: usize, row: &str| format!("{}{row}{}", &text[..at], &text[at..]);
        match self {
            Self::Top => {
                let line = text.split_inclusive('\n').find(|line| !line.starts_with('#'))?;
                Some(put(line.as_ptr() as usize - text.as_ptr() as usize, row))
            }
            Self::Word(word) => {
                let mut found = text.match_indices(word).filter(|(at, _)| {
                    let is_end = text[at + word.len()..].starts_with(' ');
                    is_end && text[..*at].ends_with(' ')
                });
                let (at, _) = found.next()?;
                // In a string of the host a quote would end it.
                let before = text[..at].rsplit('\n').next()?;
                let ends = |quote: char| row.contains(quote) && before.matches(quote).count() % 2 == 1;
                (!ends('"') && !ends('`')).then_some(())?;
                found.next().is_none().then(|| put(at + word.len(), row))
            }
            Self::Behind(piece) => once(piece).map(|at| put(at + piece.len(), row)),
            Self::Beside(start) => {
                let (at, indent) = line(text, |line| line.trim_start().starts_with(start))?;
                Some(put(at, &format!("{indent}{row}")))
            }
            Self::Below(whole) => {
                let (at, _) = line(text, |line| line.trim() == *whole)?;
                let end = at + text[at..].find('\n')? + 1;
                let next = text[end..].lines().next()?;
                let indent = &next[..next.len() - next.trim_start().len()];
                // A list has items only, a mapping none.
                (next.trim_start().starts_with("- ") == row.starts_with("- ")).then_some(())?;
                Some(put(end, &format!("{indent}{row}")))
            }
            Self::Around(open) => {
                let start = once(open)? + open.len() - 1;
                let mut depth = 0_i32;
                let close = text[start..].char_indices().find(|(_, c)| {
                    depth += i32::from(*c == '{') - i32::from(*c == '}');
                    depth == 0
                })?;
                let end = start + close.0 + 1;
                Some(format!("{}{row}{}){}", &text[..start], &text[start..end], &text[end..]))
            }
        }
    }
}

/// The only line that is so, and its indentation.
fn line(text: &str, is: impl Fn(&str) -> bool) -> Option<(usize, &str)> {
    let mut found = text.split_inclusive('\n').filter(|line| is(line));
    let line = found.next()?;
    found.next().is_none().then_some(())?;
    let indent = &line[..line.len() - line.trim_start().len()];
    Some((line.as_ptr() as usize - text.as_ptr() as usize, indent))
}
