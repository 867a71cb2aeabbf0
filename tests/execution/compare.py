"""Compares what a script did before and after a fix. Each function returns what is wrong, or nothing."""

from model import OLD, PREFIX, bare


def other_calls(before, after, world):
    """No program but `register` is called in another way, and as many calls of each are made."""
    if [program for program, _ in before] != [program for program, _ in after]:
        return f"other programs run: {[it[0] for it in before]} became {[it[0] for it in after]}"
    for (program, old), (_, new) in zip(before, after):
        if program != "register" and (old.words, old.stdin) != (new.words, new.stdin):
            return f"`{program}` is called in another way: {old.words} became {new.words}"
        if program == "register" and world == "empty" and (old.rest or old.outcome()[1].startswith("--")):
            continue
        if program == "register" and bare(old) != bare(new):
            return f"other words of `register` changed: {bare(old)} became {bare(new)}"
        if program == "register" and old.stdin != new.stdin:
            return "the input of `register` changed"
    return None


def safe(before, after, world):
    """After a safe fix each call does what it did; one that did not start may start."""
    wrong = other_calls(before, after, world)
    if wrong:
        return wrong
    for (program, old), (_, new) in zip(before, after):
        if program != "register":
            continue
        was, now = old.outcome(), new.outcome()
        # An unquoted variable that is empty gives its option the next word: what such a call means is nobody's intention.
        if was[0] == "fails" or world == "empty" and (old.rest or was[1].startswith("--")):
            continue
        if was != now:
            return f"{was} became {now}"
    return None


def unsafe(before, after, world):
    """After an unsafe fix, with an authentication token in place: a call is as it was, or has the token and no setting."""
    wrong = other_calls(before, after, world)
    if wrong:
        return wrong
    for (program, old), (_, new) in zip(before, after):
        if program != "register" or (old.words, relevant(old)) == (new.words, relevant(new)):
            continue
        state, token, settings = new.outcome()
        # The flag parser stops at a word before and after: the call does what it did, whatever its other words are.
        if old.rest and new.rest and old.outcome() == new.outcome():
            continue
        # A token in the script that is none for `--token`: what failed at a stray word before verifies it now.
        if old.rest and old.outcome()[0] in ("fails", "asks") and state == "verified":
            continue
        # A call that only verifies a token ignores its settings.
        if old.outcome() == new.outcome() and state == "verified" or new.error and new.error == old.error:
            continue
        if state != "authenticated" or not token.startswith(PREFIX):
            return f"{old.words} became {new.words}: {state} ({token})"
        if settings or OLD in new.options:
            return f"half a fix: {new.words} still has a setting or the old option"
    return None


def relevant(call):
    """The variables that `register` reads, as the call has them."""
    return {name: value for name, value in call.environment.items() if name.startswith(("REGIST", "RUNNER_TAG", "CI_SERVER"))}

