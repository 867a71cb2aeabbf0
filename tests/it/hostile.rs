//! Shapes that break readers, large: nothing panics, nothing overflows.
//!
//! `SIZE` makes them larger, `SHAPE=word` tries only some. Whether twice the text takes twice the time is shown by
//! `cargo bench --bench linear`.

use crate::counts::assert_count;
use crate::shapes::{self, Shape};
use runnerlint::engine::{Settings, Surroundings};
use runnerlint::fixer;
use runnerlint::text::Source;

fn try_all(shapes: &[Shape<'_>]) {
    let size = std::env::var("SIZE").ok().and_then(|size| size.parse().ok()).unwrap_or(120);
    let (settings, around) = (Settings::default(), Surroundings::default());
    for (name, path, shape) in shapes {
        if std::env::var("SHAPE").is_ok_and(|wanted| !name.contains(&wanted)) {
            continue;
        }
        // A test has a small stack of its own: what recurses is found out.
        let source = Source::new(shape(size).into_bytes());
        let linted = fixer::lint(&settings, path, &around, &source);
        let fixed = fixer::fix(&settings, path, &around, source, true);
        let left = fixed.fixed.len() + fixed.remaining.findings.len();
        assert!(left >= linted.findings.len().min(1), "{name}");
    }
}

/// Each kind of shape.
const KINDS: [fn(shapes::Take<'_>); 7] = [
    shapes::shells,
    shapes::yamls,
    shapes::others,
    shapes::lines_and_programs,
    shapes::many_of_each,
    shapes::blocks,
    shapes::grown,
];

/// How many shapes there are.
pub(crate) fn count() -> usize {
    let mut count = 0;
    for kind in KINDS {
        kind(&mut |shapes| count += shapes.len());
    }
    count
}

#[test]
fn no_shape_is_lost() {
    assert_count("shapes", count());
}

#[test]
fn shells() {
    shapes::shells(&mut try_all);
}

#[test]
fn yamls() {
    shapes::yamls(&mut try_all);
}

#[test]
fn others() {
    shapes::others(&mut try_all);
}

#[test]
fn lines_and_programs() {
    shapes::lines_and_programs(&mut try_all);
}

#[test]
fn many_of_each() {
    shapes::many_of_each(&mut try_all);
}

#[test]
fn blocks() {
    shapes::blocks(&mut try_all);
}

#[test]
fn grown() {
    shapes::grown(&mut try_all);
}

#[test]
fn every_format_is_a_mode() {
    let modes: Vec<String> = shapes::modes::modes().map(|mode| mode.join(" ")).collect();
    let formats =
        runnerlint::report::FORMATS.iter().map(|it| format!("check -q --unsafe-fixes -f {}", it.name));
    let plans = runnerlint::report::plan::FORMATS.iter().map(|it| format!("plan -q --format {}", it.name));
    for mode in formats.chain(plans) {
        assert!(modes.contains(&mode), "tests/shapes/modes.txt lacks `{mode}`");
    }
}

/// About so many bytes are a small text of `tests/growth`.
const SMALL: usize = 24 << 10;

/// Writes `NUMBER/{1,2}/FILE`, a text and one of twice as many parts, `NUMBER/{1,2}/lsp`, what an editor sends of it, and
/// `NUMBER/name` for each shape below the directory `SHAPES`; all kinds of shapes with `ALL`, else those that once grew.
#[test]
#[ignore = "writes files: tests/growth runs it"]
fn write_shapes() {
    let root = std::path::PathBuf::from(std::env::var_os("SHAPES").expect("SHAPES is a directory"));
    let mut number = 0;
    let mut write = |shapes: &[Shape<'_>]| {
        for (name, path, shape) in shapes {
            number += 1;
            let parts = (SMALL * 16 / shape(16).len().max(1)).max(16);
            for times in [1, 2] {
                let folder = root.join(format!("{number}/{times}"));
                std::fs::create_dir_all(&folder).expect("a directory");
                let text = shape(parts * times);
                let session = shapes::modes::session(&folder.to_string_lossy(), path, &text);
                std::fs::write(folder.join(path), text).expect("a text");
                std::fs::write(folder.join("lsp"), session).expect("a session");
            }
            std::fs::write(root.join(format!("{number}/name")), format!("{name}\n{path}\n")).expect("a name");
        }
    };
    if std::env::var_os("ALL").is_some() {
        for kind in KINDS {
            kind(&mut write);
        }
    } else {
        shapes::grown(&mut write);
    }
}
