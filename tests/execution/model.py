"""A small model of `gitlab-runner register`, written from its source (commands/register.go, network/gitlab.go) and from nothing
of runnerlint. It says what one call does: which token it uses, which settings have an effect, whether it starts at all.
"""

from dataclasses import dataclass, field

NEW = "--token"
OLD = "--registration-token"
SHORT = {"-t": NEW, "-r": OLD, "-u": "--url", "-n": "--non-interactive", "-c": "--config"}
# Each setting with the variable that carries it too, and the values that are its default.
SETTINGS = {
    "--tag-list": ("RUNNER_TAG_LIST", {""}),
    "--run-untagged": ("REGISTER_RUN_UNTAGGED", {"", "false"}),
    "--locked": ("REGISTER_LOCKED", {"", "true"}),
    "--access-level": ("REGISTER_ACCESS_LEVEL", {""}),
    "--maximum-timeout": ("REGISTER_MAXIMUM_TIMEOUT", {"", "0"}),
    "--paused": ("REGISTER_PAUSED", {"", "false"}),
    "--maintenance-note": ("REGISTER_MAINTENANCE_NOTE", {""}),
}
BOOLEANS = {"--run-untagged", "--locked", "--paused", "--non-interactive", "--leave-runner", "--docker-privileged"}
TRUE, FALSE = {"1", "t", "T", "TRUE", "true", "True"}, {"0", "f", "F", "FALSE", "false", "False"}
PREFIX = "glrt-"


@dataclass
class Call:
    """One call: its words after `register`, its environment, what it reads."""

    words: list
    environment: dict
    stdin: str = ""
    options: dict = field(default_factory=dict)
    # Words that the flag parser does not reach.
    rest: list = field(default_factory=list)
    error: str = ""

    def __post_init__(self):
        words = list(self.words)
        while words:
            word = words.pop(0)
            if word == "--":
                break
            if not word.startswith("-") or word == "-":
                words.insert(0, word)
                break
            name, sign, value = word.partition("=")
            bare = name.lstrip("-")
            name = f"-{bare}" if len(bare) == 1 else f"--{bare}"
            name = SHORT.get(name, name)
            if not name.startswith("--") or word.startswith("-r") and name not in (OLD, "--run-untagged"):
                self.error = f"flag provided but not defined: {word}"
                return
            if name in BOOLEANS:
                if sign and value not in TRUE | FALSE:
                    self.error = f"invalid boolean value for {name}"
                    return
                value = "true" if not sign or value in TRUE else "false"
            elif not sign:
                if not words:
                    self.error = f"flag needs an argument: {word}"
                    return
                value = words.pop(0)
            self.options[name] = value
        self.rest = words

    def value(self, option, variable):
        return self.options.get(option, self.environment.get(variable, ""))

    def others(self):
        """The options that are neither a token nor a setting."""
        return {name: value for name, value in self.options.items() if name not in SETTINGS and name not in (NEW, OLD)}

    def outcome(self):
        """How it registers: (state, token, settings that have an effect)."""
        if self.error:
            return ("fails", self.error, {})
        new, old = self.value(NEW, "CI_SERVER_TOKEN"), self.value(OLD, "REGISTRATION_TOKEN")
        given = {name: self.value(name, variable) for name, (variable, _) in SETTINGS.items()}
        set_ = {name: value for name, value in given.items() if value not in SETTINGS[name][1]}
        if old.startswith(PREFIX) and new in ("", old):
            # Legacy-compatible: the settings are ignored with a warning.
            return ("authenticated", old, {})
        if new.startswith(PREFIX):
            if set_:
                return ("fails", "Runner configuration other than name and executor configuration is reserved", {})
            return ("authenticated", new, {})
        if new:
            return ("verified", new, {})
        if old:
            if not given["--tag-list"]:
                set_["--run-untagged"] = "true"
            return ("legacy", old, set_)
        if "--non-interactive" in self.options:
            return ("fails", "no token", {})
        return ("asks", "", set_)


def bare(call):
    """The words of a call as they must stay: without settings and tokens, in their order."""
    words, kept = list(call.words), []
    while words:
        word = words.pop(0)
        name = word.partition("=")[0]
        bare_name = name.lstrip("-")
        name = SHORT.get(f"-{bare_name}", f"--{bare_name}") if word.startswith("-") else word
        if name in SETTINGS or name in (NEW, OLD):
            takes = name not in BOOLEANS and "=" not in word
            # People write a value after a boolean; it stays one of its words only if it is a boolean.
            stray = name in BOOLEANS and "=" not in word and words and words[0] in TRUE | FALSE
            if words and (takes or stray):
                words.pop(0)
            continue
        kept.append(word)
    return kept
