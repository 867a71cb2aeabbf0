use crate::disk::read_start;
use crate::engine::Surroundings;
use serde::Deserialize;
use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

/// No `NearestChart.yaml` is longer (1 MiB).
const LONGEST_CHART: u64 = 1 << 20;
/// The chart whose values we know.
const CHART: &str = "gitlab-runner";

/// What the nearest `NearestChart.yaml` upward says about each folder, read once.
#[derive(Debug, Default)]
pub struct Charts {
    /// By the bytes of its path: a path is hashed part by part, which takes longer.
    by_folder: Mutex<HashMap<OsString, Option<Arc<NearestChart>>>>,
}

#[derive(Debug)]
struct NearestChart {
    folder: PathBuf,
    aliases: Vec<String>,
    /// Whether its own templates read settings of the runner; looked up once, on first use.
    reads_settings: OnceLock<bool>,
}

/// How templates read what the rules refer to.
const SETTINGS: [&str; 3] = [".Values.runners.", ".Values.runnerRegistrationToken", ".Values.runnerToken"];
/// More templates than any chart has.
const MOST_TEMPLATES: usize = 500;

impl NearestChart {
    fn reads_settings(&self) -> bool {
        *self.reads_settings.get_or_init(|| {
            let templates = walkdir::WalkDir::new(self.folder.join("templates")).max_depth(4).into_iter();
            let files = templates.filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
            files.take(MOST_TEMPLATES).any(|entry| {
                let text = read_text(entry.path()).unwrap_or_default();
                SETTINGS.iter().any(|setting| text.contains(setting))
            })
        })
    }
}

#[derive(Deserialize)]
struct Dependencies {
    #[serde(default)]
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: Option<String>,
    alias: Option<String>,
}

impl Charts {
    /// What the files around the file at `path` (absolute) say about it.
    pub fn around(&self, path: &Path) -> Surroundings {
        let Some(chart) = path.parent().and_then(|folder| self.of(folder)) else {
            return Surroundings::default();
        };
        let below = path.strip_prefix(&chart.folder).ok();
        let is_values =
            |it: &Path| it.to_str().is_some_and(|it| it.starts_with("values") && !it.contains('/'));
        Surroundings {
            chart_aliases: chart.aliases.clone(),
            in_chart_templates: below.is_some_and(|it| it.starts_with("templates")),
            reads_own_values: below.is_some_and(is_values) && chart.reads_settings(),
            ..Surroundings::default()
        }
    }

    /// Whether the chart around the file at `path` (absolute) gives a name to the runner's chart.
    pub fn name_runners(&self, path: &Path) -> bool {
        path.parent().and_then(|folder| self.of(folder)).is_some_and(|chart| !chart.aliases.is_empty())
    }

    fn of(&self, folder: &Path) -> Option<Arc<NearestChart>> {
        let mut passed = Vec::new();
        let mut found = None;
        for folder in folder.ancestors() {
            if let Some(known) = self.by_folder.lock().ok()?.get(folder.as_os_str()) {
                found.clone_from(known);
                break;
            }
            passed.push(folder.as_os_str().to_owned());
            if let Some(chart) = read(folder) {
                found = Some(Arc::new(chart));
                break;
            }
            // A repository ends here.
            if folder.join(".git").exists() {
                break;
            }
        }
        let mut known = self.by_folder.lock().ok()?;
        known.extend(passed.into_iter().map(|folder| (folder, found.clone())));
        found
    }
}

fn read(folder: &Path) -> Option<NearestChart> {
    let chart = folder.join("Chart.yaml");
    if !fs::metadata(&chart).is_ok_and(|it| it.is_file()) {
        return None;
    }
    // Charts for Helm 2 list their dependencies in a file of their own.
    let mut aliases: Vec<String> =
        [chart, folder.join("requirements.yaml")].iter().flat_map(|file| aliases(file)).collect();
    aliases.sort_unstable();
    aliases.dedup();
    Some(NearestChart { folder: folder.to_path_buf(), aliases, reads_settings: OnceLock::new() })
}

fn read_text(file: &Path) -> Option<String> {
    String::from_utf8(read_start(file, LONGEST_CHART)?).ok()
}

fn aliases(file: &Path) -> Vec<String> {
    // Most charts do not mention it, and reading YAML is slow.
    let text = read_text(file).filter(|text| text.contains(CHART));
    // A chart that cannot be read names nothing: the values of the plain chart are found in any case.
    let read = text.and_then(|text| serde_yaml::from_str::<Dependencies>(&text).ok());
    read.into_iter()
        .flat_map(|it| it.dependencies)
        .filter(|it| it.name.as_deref() == Some(CHART))
        .map(|it| it.alias.unwrap_or_else(|| CHART.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_chart_upward_speaks_and_a_repository_is_the_border() {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join(path);
        for folder in ["umbrella/templates/sub", "umbrella/charts/inner/templates", "other/.git"] {
            fs::create_dir_all(at(folder)).unwrap();
        }
        let chart = "name: x\ndependencies:\n- {name: gitlab-runner, alias: ci}\n- {name: gitlab-runner}\n- {name: redis, alias: r}\n";
        fs::write(at("umbrella/Chart.yaml"), chart).unwrap();
        fs::write(at("umbrella/charts/inner/Chart.yaml"), "name: [broken").unwrap();
        fs::write(at("Chart.yaml"), chart).unwrap();
        let charts = Charts::default();
        for (path, aliases, in_templates) in [
            ("umbrella/values.yaml", &["ci", "gitlab-runner"][..], false),
            ("umbrella/templates/sub/a.yaml", &["ci", "gitlab-runner"], true),
            ("umbrella/charts/inner/templates/a.yaml", &[], true),
            ("other/values.yaml", &[], false),
            ("umbrella/values.yaml", &["ci", "gitlab-runner"], false),
        ] {
            assert_eq!(charts.name_runners(&at(path)), !aliases.is_empty(), "{path}");
            let found = charts.around(&at(path));
            assert_eq!(
                (found.chart_aliases, found.in_chart_templates),
                (aliases.iter().map(|it| (*it).to_owned()).collect(), in_templates),
                "{path}"
            );
        }
    }
}
