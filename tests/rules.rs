//! Every example of every rule holds.

#[test]
fn every_example_of_every_rule_holds() {
    let texts = runnerlint::rules::texts();
    assert!(texts.len() >= 8, "the rules are built in");
    let failures: Vec<String> =
        texts.iter().flat_map(runnerlint::selftest::run).map(|failure| failure.to_string()).collect();
    assert!(failures.is_empty(), "{} examples fail:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_rule_has_examples_of_both_kinds() {
    for text in runnerlint::rules::texts() {
        assert!(
            text.examples.iter().any(|example| example.bad.is_some()),
            "{} shows nothing that is wrong",
            text.id
        );
        assert!(
            text.examples.iter().any(|example| example.ok.is_some()),
            "{} shows nothing that is right",
            text.id
        );
    }
}
