use super::without;

#[test]
fn options_leave_nothing_behind() {
    let table: &[(&str, &[&str], &str)] = &[
        ("r --a x --b\n", &["--a"], "r --b\n"),
        ("r --a=x --b\n", &["--b"], "r --a=x\n"),
        ("r \\\n  --a x \\\n  --b\n", &["--a"], "r \\\n  --b\n"),
        ("r \\\n  --a x \\\n  --b\nnext\n", &["--b"], "r \\\n  --a x\nnext\n"),
        ("r \\\n  --a x \\\n  --b", &["--b"], "r \\\n  --a x"),
        ("r \\\r\n  --a x \\\r\n  --b\r\n", &["--b"], "r \\\r\n  --a x\r\n"),
        ("r \\\n  --a x --b --c \\\n  --d\n", &["--a", "--c"], "r \\\n  --b \\\n  --d\n"),
        ("r \\\n  --a x \\\n  --b\n", &["--a", "--b"], "r\n"),
        ("r --x \\\n  --a \\\n\nnext\n", &["--a"], "r --x\n\nnext\n"),
        ("(r --x --a)\n", &["--a"], "(r --x)\n"),
        ("r --a x && y\n", &["--a"], "r && y\n"),
        ("r `\n  --a x `\n  --locked\nWrite-Host x\n", &["--locked"], "r `\n  --a x\nWrite-Host x\n"),
        ("A=b C=d r\n", &["A"], "C=d r\n"),
        ("export A=b\nr\n", &["A"], "r\n"),
    ];
    for (before, names, after) in table {
        assert_eq!(without(before, names).as_deref(), Ok(*after), "{names:?} of\n{before}");
    }
}
