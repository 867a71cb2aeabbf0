use super::super::{samples, xml};
use super::{POLICY, SCRIPT, STYLE, TITLE};

#[test]
fn the_page_holds_everything() {
    let page = samples::text(super::write).replace(env!("CARGO_PKG_VERSION"), "[version]");
    let page = page.replace(&xml::escape(POLICY), "[policy]");
    insta::assert_snapshot!(page.replace(STYLE, "[style]\n").replace(SCRIPT, "[script]"));
}

#[test]
fn nothing_of_a_file_becomes_markup() {
    let page = samples::text(super::write);
    assert!(page.contains("100% &lt;wrong&gt;") && !page.contains("<wrong>"));
    assert!(page.contains("&lt;b&gt;&amp;amp;&lt;/b&gt;") && !page.contains("<b>"));
    // Nothing is loaded from elsewhere: the only addresses are those of links.
    let links = ["<a href=\"https://docs.gitlab.com/", "<a href=\"#"].map(|it| page.matches(it).count());
    assert_eq!(page.matches(" href=").count(), links.iter().sum::<usize>());
    assert!(!page.contains(" src=") && !page.contains("url(") && !page.contains("@import"));
}

#[test]
fn each_link_has_its_target() {
    let page = samples::text(super::write);
    for target in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert_eq!(page.matches(&format!(" id=\"{target}\"")).count(), 1, "{target}");
    }
}

#[test]
fn a_registration_has_one_diff() {
    let page = samples::text(super::write);
    let block = page.split("<tbody id=\"registration-").nth(1).unwrap().split("</tbody>").next().unwrap();
    assert_eq!(block.matches("data-severity=").count(), 3);
    assert_eq!(block.matches("aria-label=\"Excerpt\"").count(), 1);
    assert_eq!(block.matches("<mark").count(), 3);
}

#[test]
fn without_findings_there_is_no_table() {
    let page = samples::empty(super::write);
    assert!(
        page.contains("Nothing was checked") && !page.contains("<table") && !page.contains("<nav"),
        "{page}"
    );
    assert!(page.contains(&format!("<h1>{TITLE}</h1>")));
}
