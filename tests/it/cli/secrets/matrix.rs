//! A random secret in each place of a token, in each form of an expression: no output shows it, plain, in base64 or as written.
//! And expressions of names alone, of which nothing is hidden. The places are in `tests/secrets/places.yaml`.
//!
//! `SEED=number` repeats a run, `ALL=1` takes all forms: without it, each run takes some of them, by the seed.

use crate::holds::planted::{Place, table};
use crate::support::{PROGRAM, Scratch};
use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use runnerlint::report::FORMATS;
use serde_json::{Value, json};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs, thread};

/// The name of the file with the form of that number.
fn name(place: &Place, number: usize) -> String {
    let (stem, ending) = place.path.split_once('.').unwrap();
    format!("{stem}-{number:02}.{ending}")
}

/// A file with a secret of its own.
struct Planted {
    path: String,
    form: String,
    text: String,
    secret: String,
}

/// Letters and digits, some digit among them; it is no word.
fn secret(state: &mut u64) -> String {
    let letters = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    let mut next = |from: &[u8]| {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(from[(*state >> 33) as usize % from.len()])
    };
    (0..20)
        .map(|at| {
            next(if at % 7 == 5 {
                b"3456789"
            } else if at % 7 == 6 {
                b"QWRTZ"
            } else {
                letters
            })
        })
        .collect()
}

/// One form of so many is taken in a run.
const SHARE: usize = 6;

fn planted(state: &mut u64) -> Vec<Planted> {
    let table = table();
    let all = env::var_os("ALL").is_some();
    let mut turn = usize::try_from(*state & 0xffff).unwrap_or_default();
    let mut files = Vec::new();
    for place in &table.places {
        for (number, form) in table.expressions(place).into_iter().enumerate() {
            turn = turn.wrapping_add(1);
            if !all && !turn.is_multiple_of(SHARE) {
                continue;
            }
            let secret = secret(state);
            let text = place.planted(form, &secret);
            files.push(Planted { path: name(place, number), form: form.to_owned(), text, secret });
        }
    }
    files
}

/// Looks for parts of all secrets at once.
struct Hunt<'a> {
    files: &'a [Planted],
    search: AhoCorasick,
    seed: u64,
}

impl<'a> Hunt<'a> {
    fn new(files: &'a [Planted], seed: u64) -> Self {
        let part = |file: &Planted| {
            let encoded = BASE64_STANDARD.encode(&file.secret);
            [file.secret[4..16].to_owned(), encoded[4..20].to_owned()]
        };
        let search = AhoCorasick::new(files.iter().flat_map(part)).unwrap();
        Self { files, search, seed }
    }

    /// The files whose secret is in `output`.
    fn look(&self, what: &str, output: &[u8], found: &mut Vec<String>) {
        for at in self.search.find_iter(output) {
            let file = &self.files[at.pattern().as_usize() / 2];
            let start = at.start().saturating_sub(60);
            let around =
                String::from_utf8_lossy(&output[start..(at.end() + 20).min(output.len())]).into_owned();
            found.push(format!("{what}: {} `{}`: …{around}…", file.path, file.form));
        }
    }

    #[track_caller]
    fn end(&self, mut found: Vec<String>) {
        found.dedup();
        let count = found.len();
        found.truncate(40);
        assert!(count == 0, "SEED={}: {count} leaks\n{}", self.seed, found.join("\n"));
    }
}

fn seed() -> u64 {
    let given = env::var("SEED").ok().map(|seed| seed.parse().expect("SEED is a number"));
    given.unwrap_or_else(|| RandomState::new().hash_one("secrets"))
}

fn write(scratch: &Scratch, files: &[Planted]) {
    for file in files {
        scratch.write(&file.path, &file.text);
    }
}

fn runs() -> Vec<Vec<&'static str>> {
    let mut runs: Vec<Vec<&str>> = FORMATS.iter().map(|it| vec!["-f", it.name, "--unsafe-fixes"]).collect();
    runs.push(vec!["-v", "--target-gitlab", "16.0"]);
    runs.push(vec!["--diff", "--unsafe-fixes", "--token-value", "$NEW_TOKEN"]);
    runs.push(vec!["--diff", "--unsafe-fixes"]);
    runs.push(vec!["--statistics"]);
    runs.push(vec!["--show-files"]);
    runs.extend(runnerlint::report::plan::FORMATS.iter().map(|it| vec!["plan", "--format", it.name]));
    runs
}

#[test]
fn no_output_shows_a_literal_of_an_expression() {
    let seed = seed();
    let files = planted(&mut seed.clone());
    let hunt = Hunt::new(&files, seed);
    let scratch = Scratch::new();
    write(&scratch, &files);
    let report = scratch.run(&["-f", "json"]).json();
    let with_findings: std::collections::BTreeSet<&str> =
        report["findings"].as_array().unwrap().iter().filter_map(|it| it["path"].as_str()).collect();
    let idle: Vec<&str> = files.iter().map(|it| &*it.path).filter(|it| !with_findings.contains(it)).collect();
    assert!(idle.is_empty(), "nothing is found in {idle:?}");
    let mut found = Vec::new();
    for args in runs() {
        let ran = scratch.run(&args);
        assert_ne!(ran.code, 2, "{args:?}: {}", ran.err);
        let what = args.join(" ");
        hunt.look(&what, &ran.out, &mut found);
        hunt.look(&what, ran.err.as_bytes(), &mut found);
    }
    let ran = scratch.run(&["--baseline", "known.json", "--write-baseline"]);
    hunt.look("baseline", ran.err.as_bytes(), &mut found);
    hunt.look("baseline", scratch.read("known.json").as_bytes(), &mut found);
    fs::remove_file(scratch.path("known.json")).unwrap();
    let ran = scratch.run(&["--fix", "--unsafe-fixes", "-v"]);
    hunt.look("--fix", &ran.out, &mut found);
    hunt.look("--fix", ran.err.as_bytes(), &mut found);
    let ran = scratch.run(&["-f", "full", "--unsafe-fixes"]);
    hunt.look("after --fix", &ran.out, &mut found);
    hunt.end(found);
}

/// What an editor sends, as the protocol frames it.
fn frame(message: &Value) -> String {
    let text = message.to_string();
    format!("Content-Length: {}\r\n\r\n{text}", text.len())
}

/// What the language server says to `input`, up to the answer that holds `last`.
fn talk(scratch: &Scratch, input: &str, last: &str) -> String {
    let mut server = Command::new(PROGRAM)
        .arg("lsp")
        .current_dir(scratch.root())
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut stdin, mut stdout) = (server.stdin.take().unwrap(), server.stdout.take().unwrap());
    let input = input.to_owned();
    let writer = thread::spawn(move || {
        stdin.write_all(input.as_bytes()).unwrap();
        stdin
    });
    let mut heard = Vec::new();
    let mut part = vec![0; 1 << 16];
    loop {
        let count = stdout.read(&mut part).unwrap();
        assert!(count > 0, "the server ended: {}", String::from_utf8_lossy(&heard));
        let from = heard.len().saturating_sub(last.len());
        heard.extend_from_slice(&part[..count]);
        if heard[from..].windows(last.len()).any(|it| it == last.as_bytes()) {
            break;
        }
    }
    drop(writer.join().unwrap());
    server.wait().unwrap();
    String::from_utf8(heard).unwrap()
}

#[test]
fn no_answer_of_the_language_server_shows_a_literal_of_an_expression() {
    let seed = seed();
    let files = planted(&mut seed.clone());
    let hunt = Hunt::new(&files, seed);
    let scratch = Scratch::new();
    let uri = |path: &Path| format!("file://{}", path.display());
    let mut input = frame(&json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
        "processId": null, "rootUri": uri(scratch.root()), "capabilities": {"textDocument": {
            "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}},
            "publishDiagnostics": {"relatedInformation": true}}}}}));
    input += &frame(&json!({"jsonrpc": "2.0", "method": "initialized", "params": {}}));
    for (id, file) in files.iter().enumerate() {
        let document = json!({"uri": uri(&scratch.path(&file.path))});
        input +=
            &frame(&json!({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": {
            "uri": document["uri"], "languageId": "x", "version": 1, "text": file.text}}}));
        let whole = json!({"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}});
        input += &frame(
            &json!({"jsonrpc": "2.0", "id": 2 * id + 1, "method": "textDocument/codeAction", "params": {
            "textDocument": document, "range": whole, "context": {"diagnostics": []}}}),
        );
        let line = file.text.lines().position(|line| line.contains("egist")).unwrap_or_default();
        let character =
            file.text.lines().nth(line).and_then(|line| line.find("egistration")).unwrap_or_default();
        input +=
            &frame(&json!({"jsonrpc": "2.0", "id": 2 * id + 2, "method": "textDocument/hover", "params": {
            "textDocument": document, "position": {"line": line, "character": character}}}));
    }
    let answers = talk(&scratch, &input, &format!("\"id\":{},", 2 * files.len()));
    assert!(answers.matches("\"id\":").count() > files.len(), "too few answers");
    assert!(answers.contains("publishDiagnostics"), "no diagnostics");
    let mut found = Vec::new();
    hunt.look("lsp", answers.as_bytes(), &mut found);
    hunt.end(found);
}

#[test]
fn nothing_of_an_expression_of_names_is_hidden() {
    let table = table();
    let scratch = Scratch::new();
    for place in &table.places {
        let names = place.forms.as_ref().and_then(|forms| table.names.get(forms));
        for (number, form) in names.into_iter().flatten().enumerate() {
            scratch.write(&name(place, number), place.with(form).replace("T0", "$X"));
        }
    }
    let mut wrong = Vec::new();
    for args in
        [&["-f", "full", "--unsafe-fixes"][..], &["-f", "json"], &["--diff", "--unsafe-fixes"], &["plan"]]
    {
        let ran = scratch.run(args);
        let text = ran.text();
        wrong
            .extend(text.lines().filter(|line| line.contains("***")).map(|line| format!("{args:?}: {line}")));
    }
    wrong.dedup();
    wrong.truncate(60);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
