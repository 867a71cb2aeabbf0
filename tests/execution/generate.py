"""Makes up scripts that register runners: each by its number, always the same one. Tokens and names are placeholders."""

import random

LITERAL = "glrt-made-up-token-0001"
LEGACY = "abcdefghij0123456789"
# What the environment of a script has; `EXTRA` may bring more options, `NAME` and `VALUE` a variable that nobody sees.
NAMES = ["T", "TOKEN_FILE", "EXTRA", "TAGS", "NAME", "VALUE", "RUN", "NEWER"]


def pick(rng, *choices):
    return rng.choice(choices)


def token(rng):
    """A token as written, and the lines that it needs before the command."""
    return pick(
        rng,
        (LITERAL, []),
        (f'"{LITERAL}"', []),
        (LEGACY, []),
        ("$T", []),
        ('"$T"', []),
        ('"${T}"', []),
        ('"${T:-}"', []),
        ('"$(cat token.txt)"', []),
        ('"`cat token.txt`"', []),
        ('"$TOKEN"', ['TOKEN="$T"']),
        ('"$TOKEN"', [f"TOKEN={LITERAL}"]),
        ('"$TOKEN"', [f'TOKEN="{LEGACY}"']),
        ('"$1"', []),
        ('"$REGISTRATION_TOKEN"', ['REGISTRATION_TOKEN="$T"']),
    )


def token_words(rng):
    """The words that give a token, and the lines before."""
    value, lines = token(rng)
    form = rng.randrange(13)
    if form == 12:
        # One of two options, and a later line says which.
        return [f"$OPT {value}"], lines + pick(
            rng,
            ["OPT=--registration-token", '[ -n "$NEWER" ] && OPT=--token'],
            ['if [ -n "$NEWER" ]; then OPT=--token; else OPT=--registration-token; fi'],
            ["OPT=--token", 'if [ -z "$NEWER" ]; then', "  OPT=--registration-token", "fi"],
        )
    if form < 3:
        return [f"--registration-token {value}"], lines
    if form < 5:
        return [f"--registration-token={value}"], lines
    if form < 6:
        return [f"-r {value}"], lines
    if form < 8:
        return [f"--token {value}"], lines
    if form < 9:
        return [f"-t {value}"], lines
    if form < 10:
        other, more = token(rng)
        return [f"--token {value}", f"--registration-token {other}"], lines + more
    if form < 11:
        return [], lines + [pick(rng, f"REGISTRATION_TOKEN={value}; export REGISTRATION_TOKEN", f"declare -x REGISTRATION_TOKEN\nREGISTRATION_TOKEN={value}", f"export REGISTRATION_TOKEN={value}", f"REGISTRATION_TOKEN={value}\nexport REGISTRATION_TOKEN",
                                 f"export CI_SERVER_TOKEN={value}")]
    return [], lines


def settings(rng):
    """Settings as words, and the lines before."""
    words, lines = [], []
    for _ in range(rng.randrange(4)):
        words.append(pick(
            rng, "--tag-list a,b", '--tag-list "$TAGS"', "--tag-list=docker", "-tag-list x", "--tag-list ''", "--locked", "--locked=false",
            "--locked false", "--locked=true", "--run-untagged", "--run-untagged=true", '--run-untagged="$BOOL"', "--paused", "--maximum-timeout 3600",
            '--maximum-timeout="$(echo 600)"', "--access-level ref_protected", "--access-level=not_protected",
            "--maintenance-note 'call me'", '--maintenance-note "$(echo a note)"',
        ))
    if rng.random() < 0.15:
        lines.append(pick(rng, "export RUNNER_TAG_LIST=a", "REGISTER_LOCKED=false\nexport REGISTER_LOCKED", "export REGISTER_RUN_UNTAGGED=true"))
    return words, lines


def others(rng):
    words = ["-n", "--url https://gitlab.example.com", "--executor shell"]
    words += rng.sample(['--name "my runner"', '--description "$(hostname)"', "--docker-image alpine:3", "--docker-privileged", "--limit 2",
                         "--docker-volumes '/a b:/c'", "--env 'A=--tag-list'"], rng.randrange(3))
    return words


def opaque(rng):
    """A word of which nobody knows what it is."""
    return pick(rng, "$EXTRA", "${EXTRA}", '"$@"', "${EXTRA:-}") if rng.random() < 0.25 else None


def unseen(rng):
    """Lines that may set variables, and do not show which."""
    return list(pick(
        rng,
        ["export $(grep -v '^#' vars.txt | xargs)"],
        ["export $(cat vars.txt) OTHER=x"],
        ['while read -r line; do export "$line"; done < vars.txt'],
        ["while IFS= read -r line; do", '  [ -n "$line" ] && declare -gx "$line"', "done < vars.txt"],
        ['eval "$(cat vars.sh)"'],
        ["eval `cat vars.sh`"],
        ['eval "export $NAME=\\$VALUE"'],
        ['export "$NAME=$VALUE"'],
        ['declare -x "$NAME"="$VALUE"'],
        ['export "REGISTER_${NAME#REGISTER_}=$VALUE"'],
        ['printf -v "$NAME" %s "$VALUE"; export "$NAME"'],
        ['read -r "$NAME" < <(echo "$VALUE"); export "$NAME"'],
        ["read -r REGISTER_LOCKED < <(cat value.txt)", "export REGISTER_LOCKED"],
        ["set -a; . ./vars.sh; set +a"],
        ["source <(cat vars.sh)"],
        ["load() {", "  . ./vars.sh", "}", "load"],
        ["mapfile -t lines < vars.txt", 'for line in "${lines[@]}"; do export "$line"; done'],
        # What nobody has to worry about.
        ['export "OTHER_$NAME=$VALUE"'],
        ["export OTHER=x"],
        ['eval "helper $NAME"'],
        ["(. ./vars.sh)"],
    ))


def indexed(words, start):
    """Words as assignments to elements of `args`: (lines), from the element `start` on."""
    parts = [part for word in words for part in word.split(" ", 1)]
    return [f"args[{start(number)}]={part}" for number, part in enumerate(parts)]


def line(rng, program, words):
    """The command on one line or on several."""
    if rng.random() < 0.4:
        return " \\\n  ".join([f"{program} register", *words])
    return " ".join([f"{program} register", *words])


def script(number):
    """The script of that number: (text, words given to it)."""
    rng = random.Random(number)
    given, lines = token_words(rng)
    set_, more = settings(rng)
    lines += more
    words = others(rng)
    for word in given + set_:
        words.insert(rng.randrange(len(words) + 1), word)
    unknown = opaque(rng)
    if unknown == '"$@"' and any('"$1"' in word for word in words + lines):
        # A token that is an option too: nobody writes that.
        unknown = "$EXTRA"
    if unknown:
        words.insert(rng.randrange(len(words) + 1), unknown)
    program = pick(rng, *["gitlab-runner"] * 5, "sudo gitlab-runner", "sudo --preserve-env=REGISTRATION_TOKEN,HOME gitlab-runner", '"$(command -v gitlab-runner)"', "$SUDO $BIN", "sudo -E gitlab-runner", "env A=b gitlab-runner", "/usr/bin/env gitlab-runner",
                   '"$BIN"', "docker run --rm -v /srv:/etc gitlab/gitlab-runner", "docker exec box gitlab-runner", "exec gitlab-runner",
                   "env $(cat vars.txt) gitlab-runner", "docker run $RUN gitlab/gitlab-runner")
    if "BIN" in program:
        lines.append("BIN=gitlab-runner")
    if "SUDO" in program:
        lines.append("SUDO=sudo")
    if program.startswith("docker run") and rng.random() < 0.5:
        program = program.replace("--rm", pick(rng, f"-e REGISTRATION_TOKEN={LITERAL}", "-e REGISTRATION_TOKEN", '-e RUNNER_TAG_LIST=a', '-e "REGISTRATION_TOKEN=$T"'))
    hidden = unseen(rng) if rng.random() < 0.3 else []
    lines = pick(rng, lines + hidden, hidden + lines)
    shape = rng.randrange(26)
    if shape >= 22:
        # Words of an array that get there in other ways. `"$@"` and `"$1"` would be other words there.
        words = [word.replace('"$1"', '"$T"') for word in words if word != '"$@"']
        at = rng.randrange(len(words) + 1)
        call = f'{program} register "${{args[@]}}"'
        if shape == 22:
            whole = [word for word in words if not word.startswith("$")]
            body = ["declare -a args", *indexed(whole, str), call]
        elif shape == 23:
            rest = [word for word in words[at:] if not word.startswith("$")]
            body = [f"args=({' '.join(words[:at])})", *indexed(rest, lambda _: "${#args[@]}"), call]
        elif shape == 24:
            reference, target = pick(rng, ("$1", "args"), ("args", ""))
            body = ["add() {", f"  local -n ref={reference}", f"  ref+=({' '.join(words[at:])})", "}", f"args=({' '.join(words[:at])})", f"add {target}", call]
        else:
            body = ["reg() {", f'  {program} register {" ".join(words[:at])} "${{@:2}}"', "}", f"reg first {' '.join(words[at:])}"]
    elif shape == 16:
        plain = '"' not in program and "$" not in program
        body = [f"cmd=({program} register {' '.join(words)})", '"${cmd[@]}"'] if plain else [line(rng, program, words)]
    elif shape == 17:
        at = rng.randrange(len(words) + 1)
        body = ['LOCK=""', '[ -n "$T" ] && LOCK="--locked=false"', line(rng, program, [*words[:at], "$LOCK", *words[at:]])]
    elif shape == 18:
        at = rng.randrange(len(words) + 1)
        body = [f"common=({' '.join(words[:at])})", f'args=("${{common[@]}}" {" ".join(words[at:])})', f'{program} register ${{args[@]+"${{args[@]}}"}}']
    elif shape == 19:
        at = rng.randrange(len(words) + 1)
        # `$1` is another word once the positional parameters are set.
        rest = [word.replace('"$1"', '"$T"') for word in words[at:]]
        body = [f"set -- {' '.join(words[:at])}", f'set -- "$@" {" ".join(rest)}', f'{program} register "$@"', pick(rng, "", 'echo "$@" | helper log')]
    elif shape == 20:
        at = rng.randrange(len(words) + 1)
        inner = [word.replace('"$1"', '"$T"') for word in words]
        body = ["reg() {", f'  local args=("$@")', f'  {program} register {" ".join(inner[:at])} "${{args[@]}}"', "}", f"reg {' '.join(inner[at:])}",
                *pick(rng, [], [f"reg {' '.join(inner[at:])}"])]
    elif shape == 21:
        at = rng.randrange(len(words) + 1)
        body = ["if [ -n \"$T\" ]; then", f"  args=({' '.join(words[:at])})", "else", f"  args=(--limit 3 {' '.join(words[:at])})", "fi",
                line(rng, program, ['"${args[@]}"', *words[at:]]), pick(rng, "", 'helper "${args[@]}"', "helper ${#args[@]}")]
    elif shape < 6:
        body = [line(rng, program, words)]
    elif shape < 8:
        at = rng.randrange(len(words) + 1)
        body = [f"args=({' '.join(words[:at])})", line(rng, program, ['"${args[@]}"', *words[at:]])]
    elif shape < 9:
        at = rng.randrange(len(words) + 1)
        body = [f"args=({' '.join(words[:at])})", f'[ -n "$T" ] && args+=({" ".join(words[at:])})', f'{program} register "${{args[@]}}"']
    elif shape < 10:
        plain = [word for word in words if "'" not in word and '"' not in word and "$(" not in word]
        rest = [word for word in words if word not in plain]
        body = [f'OPTS="{" ".join(plain)}"', f"{program} register $OPTS {' '.join(rest)}"]
    elif shape < 11:
        body = [f"set -- {' '.join(words)}", f'{program} register "$@"']
    elif shape < 12:
        # Its own arguments are not those of the script.
        words = [word.replace('"$1"', '"$T"') for word in words]
        at = rng.randrange(len(words) + 1)
        body = ["reg() {", f'  {program} register {" ".join(words[:at])} "$@"', "}", f"reg {' '.join(words[at:])}"]
    elif shape < 13:
        body = ["if true; then", "  " + line(rng, program, words), "fi"]
    elif shape < 14:
        body = ["for i in 1 2; do", "  " + line(rng, program, words), "done"]
    elif shape < 15:
        body = [line(rng, program, words) + " <<EOF", "answer $T", "EOF"]
    else:
        body = [pick(rng, "", "BOOL=true ") + line(rng, program, words) + pick(rng, " || true", " && echo done", " | cat", "; helper --tag-list a")]
    before = pick(rng, [], [". ./env.sh"], ["helper --registration-token x --tag-list y"], ['[ -z "$T" ] && helper none'], ["# a comment"])
    after = pick(rng, [], ["helper done"], ["unset REGISTRATION_TOKEN"], ['echo "$T" | helper log'])
    text = "\n".join(["#!/bin/bash", *before, *lines, *body, *after]) + "\n"
    return text
