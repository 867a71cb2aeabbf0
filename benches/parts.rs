//! The parts of a run on texts that are made for it: `cargo bench --bench parts`, or with a word for some of them.

#![expect(missing_docs, reason = "criterion's macros write functions without")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use runnerlint::catalogue::Catalogue;
use runnerlint::engine::{self, Settings, Surroundings};
use runnerlint::finding::Linted;
use runnerlint::fixer;
use runnerlint::report::{FORMATS, ReportProject, Run, Style};
use runnerlint::run::{self, CheckedFile, Mode};
use runnerlint::syntax;
use runnerlint::text::Source;
use std::hint::black_box;
use std::sync::Arc;

/// Texts by what they are like: of some 100 KiB each, as people write them.
fn corpus() -> Vec<(&'static str, &'static str, String)> {
    let repeated = |piece: &dyn Fn(usize) -> String| {
        let mut text = String::new();
        for at in 0.. {
            text.push_str(&piece(at));
            if text.len() > 100_000 {
                break;
            }
        }
        text
    };
    vec![
        (
            "shell",
            "setup.sh",
            repeated(&|at| {
                format!(
                    "# Step {at}\nif [ -n \"$HOST\" ]; then\n  apt-get install -y \"pkg-{at}\" | tee -a log\n  sudo gitlab-runner register \\\n    --url https://gitlab.example.com --token \"$T\" \\\n    --tag-list a{at} --locked\nfi\n\n"
                )
            }),
        ),
        (
            "yaml",
            "values.yaml",
            repeated(&|at| {
                format!(
                    "release{at}:\n  gitlabUrl: https://gitlab.example.com # {at}\n  runnerToken: \"{{{{ .Values.token }}}}\"\n  runners:\n    tags: a, b\n    config: |\n      [[runners]]\n        name = \"r{at}\"\n  resources: {{limits: {{cpu: 1, memory: 2Gi}}}}\n"
                )
            }),
        ),
        (
            "ci",
            ".gitlab-ci.yml",
            repeated(&|at| {
                format!(
                    "job{at}:\n  image: debian\n  script:\n    - make job{at}\n    - |\n      gitlab-runner register --token $T --locked\n      echo done\n"
                )
            }),
        ),
        (
            "nothing",
            "deploy.yaml",
            repeated(&|at| {
                format!(
                    "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: s{at}\nspec:\n  ports: [{{port: 80}}]\n"
                )
            }),
        ),
    ]
}

fn look(path: &str, source: &Source) -> Linted {
    engine::lint(&Settings::default(), path, &Surroundings::default(), source)
}

fn parts(criterion: &mut Criterion) {
    let corpus = corpus();
    let each = |name: &str, criterion: &mut Criterion, work: &dyn Fn(&str, &str)| {
        let mut group = criterion.benchmark_group(name);
        for (kind, path, text) in &corpus {
            group.throughput(Throughput::Bytes(text.len() as u64));
            group.bench_with_input(BenchmarkId::from_parameter(kind), text, |bencher, text| {
                bencher.iter(|| work(path, text));
            });
        }
        group.finish();
    };
    each("prefilter", criterion, &|_, text| {
        black_box(engine::is_relevant(Catalogue::built_in(), text.as_bytes()));
    });
    each("parse", criterion, &|path, text| {
        let language = syntax::detect(Some(path), text);
        black_box(language.map(|language| language.parse(text.into())));
    });
    each("engine", criterion, &|path, text| {
        black_box(look(path, &Source::new(text.as_bytes().to_vec())));
    });
    each("fixer", criterion, &|path, text| {
        let source = Source::new(text.as_bytes().to_vec());
        black_box(fixer::fix(&Settings::default(), path, &Surroundings::default(), source, true));
    });
}

fn render(criterion: &mut Criterion) {
    let options = run::RunOptions {
        projects: Arc::new(run::Projects::of_one(runnerlint::config::Config::default())),
        baselines: false,
        units: false,
        tell_skipped: false,
        mode: Mode::Check,
        unsafe_too: false,
        threads: 1,
        show_secrets: false,
        add_ignore: None,
        hold: false,
        for_terminal: false,
    };
    let checked: Vec<CheckedFile> =
        (corpus().into_iter()).map(|(_, path, text)| run::stdin(&options, path, text.into_bytes())).collect();
    let mut group = criterion.benchmark_group("render");
    let findings: usize = checked.iter().map(|it| it.linted.findings.len()).sum();
    group.throughput(Throughput::Elements(findings as u64));
    for format in FORMATS {
        group.bench_function(format.name, |bencher| {
            let run = Run {
                catalogues: &[Arc::clone(Catalogue::built_in())],
                passed: runnerlint::walk::Passed::default(),
                files: &checked,
                show_secrets: false,
                unsafe_fixes: false,
                style: Style::default(),
                baseline: None,
                project: ReportProject::default(),
            };
            bencher.iter(|| {
                let mut out = Vec::new();
                let written = (format.write)(&run, &mut out);
                black_box((written.is_ok(), out))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, parts, render);
criterion_main!(benches);
