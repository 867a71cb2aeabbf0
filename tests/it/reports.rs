//! Reports as files and on standard output, through the command line.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const SCRIPT: &str = "gitlab-runner register --token \"$T\" --locked\n";

fn runnerlint(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_runnerlint"))
        .args(args)
        .current_dir(folder)
        .env_remove("RUNNERLINT_OUTPUT_FORMAT")
        .output()
        .unwrap()
}

fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("setup.sh"), text).unwrap();
    folder
}

#[test]
fn one_run_writes_several_reports() {
    let folder = folder(SCRIPT);
    let out = runnerlint(
        folder.path(),
        &[
            "--output-format=sarif=a.sarif",
            "-f",
            "gitlab=b.json",
            "--output-format",
            "junit=c=d.xml",
            "-fconcise",
            "setup.sh",
        ],
    );
    assert_eq!(out.status.code(), Some(1));
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(text.starts_with("setup.sh:1:37: warning: ") && text.lines().count() == 1, "{text}");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let sarif: serde_json::Value = serde_json::from_str(&read("a.sarif")).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 1);
    let gitlab: serde_json::Value = serde_json::from_str(&read("b.json")).unwrap();
    assert_eq!(
        gitlab[0]["fingerprint"],
        sarif["runs"][0]["results"][0]["partialFingerprints"]["runnerlint/v1"]
    );
    assert!(read("c=d.xml").contains("failures=\"1\""));
}

#[test]
fn a_report_is_written_when_there_is_nothing_to_find() {
    let folder = folder("echo\n");
    let out = runnerlint(folder.path(), &["-f", "gitlab", "-o", "report.json"]);
    assert_eq!((out.status.code(), &*out.stdout), (Some(0), &b""[..]));
    assert_eq!(fs::read_to_string(folder.path().join("report.json")).unwrap(), "[]\n");
}

#[test]
fn two_reports_for_standard_output_are_too_many() {
    let out = runnerlint(folder(SCRIPT).path(), &["-f", "json", "-f", "sarif"]);
    assert_eq!(out.status.code(), Some(2));
    let message = String::from_utf8(out.stderr).unwrap();
    assert!(message.contains("--output-format sarif=FILE"), "{message}");
}
