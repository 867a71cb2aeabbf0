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
const KINDS: [fn(shapes::Take<'_>); 6] = [
    shapes::shells,
    shapes::yamls,
    shapes::others,
    shapes::lines_and_programs,
    shapes::many_of_each,
    shapes::blocks,
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
