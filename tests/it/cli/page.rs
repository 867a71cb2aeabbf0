//! `--output-format html`: title, order, links, baseline. tests/html looks at the page in a browser.

use crate::support::Scratch;

const OLD: &str = "gitlab-runner register --registration-token \"$T\" --tag-list a,b --locked\n";
const EXISTS: &str = "gitlab-runner register --token glrt-EXAMPLE-notAToken --locked\n";
const VALUES: &str =
    "gitlabUrl: https://gitlab.example.com\nrunnerRegistrationToken: $TOKEN\nrunners:\n  tags: x\n";

fn page(files: &[(&str, &str)], options: &[&str]) -> String {
    Scratch::with(files).run(&[&["-f", "html"], options].concat()).text().to_owned()
}

#[test]
fn the_title_is_the_directory_or_as_given() {
    let scratch = Scratch::with(&[("team/app/a.sh", OLD), ("team/app/b/c.sh", OLD)]);
    let heading = |options: &[&str]| {
        let ran = scratch.run(&[&["-f", "html"], options].concat());
        let rest = ran.text().split("<h1>").nth(1).unwrap().to_owned();
        rest.split("</header>").next().unwrap().to_owned()
    };
    let name = scratch.root().file_name().unwrap().to_str().unwrap().to_owned();
    for (options, title) in [
        (&[][..], &*name),
        (&["."], &name),
        (&["team/app"], "app"),
        (&["team/app/a.sh"], &name),
        (&["team/app", "team"], &name),
        (&["--title", "Shop & <co>"], "Shop &amp; &lt;co&gt;"),
        (&["--title", "a\u{202e}b"], "a\\u{202e}b"),
        (&["--title", ""], "runnerlint report"),
    ] {
        assert!(heading(options).starts_with(&format!("{title}</h1>")), "{options:?}: {}", heading(options));
    }
    assert!(!heading(&[]).contains("Revision"));
    assert!(heading(&["--revision", "0123abc"]).contains("Revision <code>0123abc</code>"));
    let token = heading(&["--title", "glpat-EXAMPLE0123456789abcd", "--revision", "glrt-EXAMPLE0123456789"]);
    assert!(!token.contains("EXAMPLE") && token.contains("Revision <code>****"), "{token}");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let scratch = Scratch::with(&[("a.sh", OLD), ("b.sh", EXISTS), ("values.yaml", VALUES)]);
    let one = scratch.run(&["-f", "html", "-j1"]);
    assert_eq!(one.out, scratch.run(&["-f", "html", "-j4"]).out);
}

#[test]
fn the_plan_is_before_the_findings_and_each_link_has_its_target() {
    let page = page(
        &[
            ("a.sh", OLD),
            ("b.sh", EXISTS),
            ("dir with ü/values.yaml", VALUES),
            ("reset.sh", "curl -X POST https://gitlab.example.com/api/v4/runners/reset_registration_token\n"),
            ("docs.md", "```sh\ngitlab-runner register --registration-token TOKEN\n```\n"),
        ],
        &[],
    );
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}: {page}"));
    let order = [
        "<nav ",
        "id=\"overview\"",
        "id=\"plan\"",
        "id=\"runner-1\"",
        "id=\"other-places\"",
        "id=\"documentation\"",
        "id=\"findings\"",
    ];
    assert!(order.map(at).is_sorted(), "{page}");
    let mut count = 0;
    for target in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert_eq!(page.matches(&format!(" id=\"{target}\"")).count(), 1, "{target}");
        count += 1;
    }
    assert!(count > 20);
    // From the runner to its findings and back, also for what is not a registration.
    for link in [
        "href=\"#registration-1\"",
        "href=\"#runner-1\"",
        "href=\"#finding-",
        "href=\"#other-places\"",
        "href=\"#documentation\"",
    ] {
        assert!(page.contains(link), "{link}");
    }
}

#[test]
fn a_registration_has_one_diff_and_each_reason() {
    let page = page(&[("a.sh", OLD)], &[]);
    let table = page.split("<table id=\"list\"").nth(1).unwrap();
    assert_eq!(table.matches("data-severity=").count(), 3);
    assert_eq!(table.matches("aria-label=\"Fix\"").count(), 1);
    assert_eq!(table.matches("aria-label=\"Excerpt\"").count(), 1);
    assert_eq!(table.matches("<mark").count(), 3);
}

#[test]
fn the_baseline_is_progress_only_if_it_has_entries() {
    let scratch = Scratch::with(&[("a.sh", "echo\n")]);
    let with = ["--baseline", "b.json"];
    scratch.run(&[&with[..], &["--write-baseline"]].concat());
    let page = scratch.run(&[&with[..], &["-f", "html"]].concat());
    assert!(page.text().contains("<p>The baseline is empty.</p>"), "{}", page.text());
    scratch.write("a.sh", OLD);
    let page = scratch.run(&[&with[..], &["-f", "html"]].concat());
    assert!(page.text().contains("The baseline is empty. 3 findings are not in it."), "{}", page.text());
    let page = scratch.run(&[&with[..], &["-f", "html", "--write-baseline"]].concat());
    assert!(page.text().contains("The baseline was empty; this run added 3 findings."), "{}", page.text());
    scratch.write("a.sh", OLD.replace(" --locked", ""));
    let page = scratch.run(&[&with[..], &["-f", "html"]].concat());
    assert!(
        page.text().contains("<strong>33%</strong> of the baseline is fixed: 1 of 3 findings"),
        "{}",
        page.text()
    );
    assert!(page.text().contains("Progress against the baseline: 1 fixed, 2 remaining"), "{}", page.text());
}
