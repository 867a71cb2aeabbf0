use super::commands;

/// Deep and open-ended input: reading ends, and what comes before it is read.
#[test]
fn nothing_is_too_deep_or_open_to_end() {
    for piece in [
        "(",
        "$(",
        "`",
        "{ ",
        "\"$(",
        "'",
        "\"",
        "${",
        "<(",
        "[[ ",
        "case x in ",
        "a <<A ",
        "{{ ",
        "if ",
        "\\\n",
        "$'",
    ] {
        let text = format!("r --a\n{}", piece.repeat(3_000));
        assert!(commands(&text).starts_with("r·--a"), "{piece:?}");
    }
}
