"""Compares the data of a file before and after a fix, as other parsers read it: YAML with aliases and merge keys resolved, TOML,
JSON, HCL, and texts in them that are YAML or TOML. Written from what the programs that read the data do, not from the rules.

After a fix the data is the same but for
- the name of a token key, variable or entry, the value in its place if one was asked for, and a key for it that was empty before;
- settings of a registration: something in its values must be a token or show the chart;
- a setting that is left in none of the registrations that an anchor gave it to.
A registration never has its old token and lost a setting, nor its new token instead and kept one.
"""

import collections
import re

import yaml
from data import Tagged, Unreadable, anchored, documents, nested

# Old and new names of a token, by what reads them.
RENAMED = {
    "runnerRegistrationToken": "runnerToken",
    "runner-registration-token": "runner-token",
    "REGISTRATION_TOKEN": "CI_SERVER_TOKEN",
}
# Settings of the chart below `runners`, of the Operator below `spec`, of the environment, of config.toml.
CHART = {"locked", "tags", "runUntagged", "protected", "maximumTimeout"}
OPERATOR = {"tags", "runUntagged", "protected"}
VARIABLES = {
    "RUNNER_TAG_LIST", "REGISTER_RUN_UNTAGGED", "REGISTER_LOCKED", "REGISTER_ACCESS_LEVEL", "REGISTER_MAXIMUM_TIMEOUT",
    "REGISTER_PAUSED", "REGISTER_MAINTENANCE_NOTE",
}
CONFIG = {"tags", "tag_list", "run_untagged", "runUntagged", "locked", "access_level", "maximum_timeout", "paused", "maintenance_note"}
# Keys in which a host gives values to one release: what is beside them belongs to the same release.
GIVERS = {
    "values", "valuesObject", "parameters", "set", "set_sensitive", "set_list", "set_string", "setTemplate", "valuesInline",
    "valuesContent", "release_values", "set_values", "helm", "valuesFrom", "targetCustomizations",
}
# Keys of values that only this chart has, or that show it beside `runners`.
EVIDENCE = {"runnerRegistrationToken", "runnerToken", "gitlabUrl", "unregisterRunners"}


class Comparison:
    """What differs between two trees, and whether it may."""

    def __init__(self, token):
        self.token = token
        self.faults = []
        # The paths of each mapping that aliases stand for, and the first of each: where it is written.
        self.shared, self.anchored = [], set()
        # Whether the file is a configuration of the runner, or has maps with the names of one.
        self.is_config = False
        # Names of objects that name the chart.
        self.charts = set()
        # Settings that are gone: path, key, whether something shows that it is a registration's.
        self.gone = []
        self.scopes = collections.defaultdict(lambda: {"old": [False, False], "new": [False, False], "settings": [0, 0], "empty": False})

    def fault(self, path, what):
        self.faults.append(f"{'.'.join(map(str, path)) or 'the document'}: {what}")

    def same_token(self, old, new):
        """Whether the value of a token is as it was, or the one that was asked for."""
        if old == new:
            return True
        name = (self.token or "").strip("${}\"'")
        return bool(name) and isinstance(new, str) and new.strip("\"'") in (f"${name}", f"${{{name}}}", f"$({name})", f"$env:{name}")

    # Trees

    def compare(self, path, old, new, around):
        """`around` is the mappings above, from the outermost on."""
        if isinstance(old, dict) and isinstance(new, dict):
            self.mappings(path, old, new, around)
        elif isinstance(old, list) and isinstance(new, list):
            self.lists(path, old, new, around)
        elif isinstance(old, Tagged) and isinstance(new, Tagged) and old[0] == new[0]:
            self.texts(path, old[1], new[1], around)
        elif isinstance(old, str) and isinstance(new, str):
            self.texts(path, old, new, around)
        elif old != new or type(old) is not type(new):
            self.fault(path, f"{old!r} became {new!r}")

    def mappings(self, path, old, new, around):
        above = [*around, old]
        self.count(path, old, new, above)
        renamed = {}
        for key in [key for key in old if key not in new]:
            value, to = old[key], RENAMED.get(key)
            if to and to in new and key != "runner-registration-token" and (to not in old or not filled(old[to])):
                renamed[to] = key
                if not self.same_token(value, new[to]):
                    self.fault([*path, key], "the token changed with its name")
            elif to and to in new and key != "runner-registration-token":
                # A dead one: the new key is filled.
                continue
            elif key == "runner-registration-token":
                self.fault([*path, key], "gone: the chart mounts this key of the Secret")
            elif to:
                self.fault([*path, key], "the token is gone")
            elif key == "registration_token" and path and str(path[-1]).rpartition(".")[2] == "gitlab_runner":
                # The module of Ansible then creates the runner, with all its other options.
                if set(old) - set(new) != {key}:
                    self.fault(path, "more than the token is gone")
            elif self.is_setting(path, key, old, above):
                self.gone.append(([*path, key], self.evidence(path, old, above)))
            elif self.only_settings([*path, key], value, above):
                if isinstance(value, dict):
                    self.count([*path, key], value, {}, [*above, value])
            else:
                self.fault([*path, key], "gone")
        for key in [key for key in new if key not in old and key not in renamed]:
            # A Secret gets the key that it did not have.
            if key != "runner-token" or not self.same_token(old.get("runner-registration-token"), new[key]):
                self.fault([*path, key], "new")
        for key in [key for key in old if key in new and key not in renamed]:
            was, now = old[key], new[key]
            if key == "runner-registration-token" and filled(was) and now in ("", None):
                # The Secret keeps its old key, for the chart mounts it.
                if not self.same_token(was, new.get("runner-token")) and not filled(old.get("runner-token")):
                    self.fault([*path, key], "the token is gone")
            elif key == "runner-token" and not filled(was) and filled(now) and "runner-registration-token" in old:
                if not self.same_token(old["runner-registration-token"], now):
                    self.fault([*path, key], "not the token that was there")
            elif key == "locked" and old_is(around, "Runner") and (was, now) == (False, True):
                self.gone.append(([*path, key], True))
            elif key in RENAMED and self.token and was != now:
                if not self.same_token(was, now):
                    self.fault([*path, key], "another token")
            else:
                self.compare([*path, key], was, now, above)

    def lists(self, path, old, new, around):
        if words(old) and words(new):
            return self.arguments(path, old, new)
        if len(old) == len(new) and all(isinstance(it, str) and not entry(it) for it in [*old, *new]):
            for index, (was, now) in enumerate(zip(old, new)):
                self.texts([*path, index], was, now, around)
            return None
        left = list(new)
        for index, item in enumerate(old):
            # An item of a script that only sets variables of the runner.
            if exports(item) == [] and item not in new:
                self.gone.append(([*path, index], True))
                continue
            name = entry(item)
            # Entries follow their order; one that is gone is a setting, or a token that is dead.
            if left and self.pairs(item, left[0]):
                self.compare([*path, index], *self.without_names(item, left.pop(0)), around)
                continue
            if name and (setting_name(name) or setting_variable(name) or name in CHART and any(map(named_chart, around))):
                self.gone.append(([*path, index], True))
            elif name and any(entry(other) == renamed_to(name) for other in old if entry(other)):
                continue
            elif self.only_settings([*path, index], item, around):
                continue
            else:
                self.fault([*path, index], f"gone: {item!r}")
        if left:
            self.fault(path, f"new: {left!r}")

    def pairs(self, item, other):
        """Whether `other` may be `item` after a fix."""
        name, now = entry(item), entry(other)
        if name or now:
            return name == now or now is not None and renamed_to(name) == now
        return item == other or type(item) is type(other) and not isinstance(item, (int, float, bool))

    def without_names(self, item, other):
        """The two without the name of an entry and the value of a token."""
        name, now = entry(item), entry(other)
        if name == now:
            return item, other
        if isinstance(item, str):
            if self.same_token(item.partition("=")[2], other.partition("=")[2]):
                return "", ""
            return item, other
        item, other = dict(item), dict(other)
        key = next(key for key in ("targetPath", "name", "Name", "key") if key in item)
        item.pop(key), other.pop(key, None)
        for key in ("value", "Value"):
            if key in item and self.same_token(item[key], other.get(key)):
                item.pop(key), other.pop(key, None)
        return item, other

    def arguments(self, path, old, new):
        """Words of a command: its token option is renamed, options that are settings are gone with their values."""
        rest = list(new)
        position = 0
        while position < len(old):
            word = old[position]
            position += 1
            option = isinstance(word, str) and OPTION.match(word)
            if rest and rest[0] == word:
                rest.pop(0)
            elif option and rest and isinstance(rest[0], str) and TOKEN.match(rest[0]) and option.group(1) in ("registration-token", "r"):
                self.argument([*path, position], word, rest.pop(0))
                if "=" not in word and position < len(old) and rest:
                    if not self.same_token(old[position], rest[0]):
                        self.fault([*path, position], f"{old[position]!r} became {rest[0]!r}")
                    position += 1
                    rest.pop(0)
            elif option:
                takes = "=" not in word and (option.group(1) not in FLAGS or position < len(old) and str(old[position]).lower() in ("true", "false"))
                position += takes
            elif rest and isinstance(word, str) and isinstance(rest[0], str) and re.search(r"\s", word):
                self.texts([*path, position], word, rest.pop(0), [])
            elif isinstance(word, str) and (word.partition("=")[0] in VARIABLES or word.partition("=")[0] in RENAMED):
                if word.partition("=")[0] in RENAMED and rest:
                    self.argument([*path, position], word, rest.pop(0))
            elif word in ("-e", "--env") and position < len(old) and str(old[position]).partition("=")[0] in VARIABLES:
                position += 1
            else:
                self.fault([*path, position], f"the word {word!r} is gone")
        if rest:
            self.fault(path, f"the words {rest!r} are new")

    def argument(self, path, old, new):
        """A token with its name in one word."""
        if not self.same_token(old.partition("=")[2], new.partition("=")[2]):
            self.fault(path, f"{old!r} became {new!r}")

    def texts(self, path, old, new, around):
        was, now = nested(old), nested(new)
        # One line may be a mapping where the other text is one.
        was, now = was or now and nested(f"{old}\n", True), now or was and nested(f"{new}\n", True)
        if isinstance(was, dict) and isinstance(now, dict):
            self.note_anchors([*path, "text"], old)
            return self.compare([*path, "toml" if "[[runners]]" in old else "text"], was, now, around)
        if old == new or exports(old) is not None and exports(old) == exports(new):
            return None
        # An expression that builds a mapping or a list: only settings are gone.
        was, now = ({*IDENTIFIER.findall(text)} for text in (old, new))
        if now <= was and (was - now) & (VARIABLES | CHART) and old.startswith("${"):
            return None
        if old.partition("=")[0] in RENAMED and self.same_token(old.partition("=")[2], new.partition("=")[2]):
            return None
        # A command: it is run by tests/execution.
        if not re.search(r"\bregister\b|helm|kubectl|REGISTRATION_TOKEN|docker|curl|runner", old):
            self.fault(path, f"{old[:80]!r} became {new[:80]!r}")
        return None

    # Registrations

    def note_anchors(self, path, text):
        """Takes in the mappings of a text of YAML that aliases stand for; the text is at `path`."""
        try:
            found = anchored(text)
        except yaml.YAMLError:
            return
        for paths in found:
            paths = [(*path, *inner[1:]) for inner in paths]
            self.shared.append(paths)
            self.anchored.add(paths[0])

    def is_setting(self, path, key, old, above):
        if key in CHART and (path and path[-1] == "runners" or EVIDENCE & set(old)):
            return True
        if key in CHART and self.is_base(path):
            return True
        if key in OPERATOR and old_is(above, "Runner"):
            return True
        if key in CONFIG and ("toml" in path or self.is_config):
            return True
        return key in VARIABLES or isinstance(key, str) and setting_name(key)

    def is_base(self, path):
        """Whether aliases stand for a mapping: what it loses must be lost by registrations only."""
        return tuple(path) in self.anchored

    def evidence(self, path, old, above):
        """Whether something shows that these are values of the chart, or a registration."""
        if path and path[-1] == "runners":
            names = [mapping["metadata"].get("name") for mapping in above if isinstance(mapping.get("metadata"), dict)]
            return any(EVIDENCE & set(map(str, mapping)) or named_chart(mapping) for mapping in above) or "gitlab-runner" in path \
                or bool(self.charts & set(names))
        if {"token", "url", "executor"} & set(map(str, old)):
            return True
        return bool(EVIDENCE & set(map(str, old))) or bool(VARIABLES & set(map(str, old))) or old_is(above, "Runner") \
            or any(named_chart(mapping) for mapping in above)

    def only_settings(self, path, value, above):
        """Whether a mapping that is gone held nothing but settings (or is a list that did)."""
        if isinstance(value, dict) and value and all(self.is_setting(path, key, value, above) for key in value):
            self.gone.extend((([*path, key]), self.evidence(path, value, [*above, value])) for key in value)
            return True
        if isinstance(value, dict) and value and all(self.only_settings([*path, key], inner, above) for key, inner in value.items()):
            return True
        if isinstance(value, list) and value and all((name := entry(it)) and (setting_name(name) or setting_variable(name)) for it in value):
            self.gone.append((path, True))
            return True
        return path[-1] == "runners" and value in ({}, None)

    def count(self, path, old, new, above):
        """Takes in the tokens and settings of a registration that these mappings have, before and after."""
        scope = self.scopes[scope_of(path)]
        for side, mapping in enumerate((old, new)):
            for name, value in [*mapping.items(), *entries_of(mapping)]:
                name = str(name).replace("\\.", ".")
                if name in ("runnerRegistrationToken",):
                    scope["old"][side] |= filled(value)
                    scope["empty"] |= side == 0 and not filled(value)
                elif name == "runnerToken":
                    scope["new"][side] |= filled(value)
                elif name in CHART and path and path[-1] == "runners" or name.startswith("runners.") and name[8:] in CHART:
                    scope["settings"][side] += 1

    def anchors(self):
        """Settings that are gone where nothing shows a registration: an anchor, and a registration that had them from it."""
        known = {tuple(where) for where, evident in self.gone if evident}
        for where in (where for where, evident in self.gone if not evident):
            # Releases of helmfile inherit it: no anchor shows that.
            if "templates" in where[:2]:
                continue
            uses = next((paths for paths in self.shared if tuple(where[:-1]) == paths[0]), [])
            if not any((*use, where[-1]) in known for use in uses[1:]):
                self.fault(where, "gone, and nothing shows that it is a registration's")

    def halves(self):
        """Registrations of which only a half was migrated."""
        for scope, state in self.scopes.items():
            (old, old_now), (new, new_now), (settings, left) = state["old"], state["new"], state["settings"]
            if left < settings and old_now and not new_now:
                self.fault(scope, "settings are gone, the registration token is still there")
            if old and not new and new_now and left:
                self.fault(scope, f"the token has its new name, and {left} settings are still there")
            if left < settings and state["empty"] and not (old or new):
                self.fault(scope, "settings are gone, and the registration token may be in the file that this one overrides")
            if 0 < left < settings:
                self.fault(scope, f"{settings - left} settings are gone, {left} are still there")


OPTION = re.compile(r"--?(registration-token|r|tag-list|run-untagged|locked|access-level|maximum-timeout|paused|maintenance-note)\b")
TOKEN = re.compile(r"--?t(oken)?\b|CI_SERVER_TOKEN\b")
FLAGS = ("run-untagged", "locked", "paused")
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def filled(value):
    return value not in (None, "", Tagged(("!!null", "")))


def words(items):
    """Whether a list is the words of a command."""
    options = sum(isinstance(it, str) and bool(re.match(r"-|register$", it)) for it in items)
    return options > 0 and not any(isinstance(it, dict) and len(it) > 1 for it in items)


def renamed_to(name):
    """The new name of a token, below any prefix: `gitlab-runner.runnerRegistrationToken`."""
    return next((name[: -len(old)] + new for old, new in RENAMED.items() if name == old or name.endswith(f".{old}")), None)


def entry(item):
    """The name of an entry of a list: `{name: X, value: …}`, `X=…`."""
    if isinstance(item, dict):
        lower = {key.lower() if isinstance(key, str) else key: value for key, value in item.items()}
        name = lower.get("targetpath", lower.get("name", lower.get("key")))
        has_value = {"value", "valuefrom", "targetpath", "values", "path"} & set(lower)
        return name if isinstance(name, str) and has_value else None
    if isinstance(item, str):
        name = item.partition("=")[0]
        return name if name in RENAMED or name in VARIABLES or name in RENAMED.values() else None
    return None


def entries_of(mapping):
    """Names and values of the lists of entries in a mapping."""
    for value in mapping.values():
        for item in value if isinstance(value, list) else []:
            if isinstance(item, dict) and entry(item):
                yield entry(item), item.get("value", True)


def setting_name(name):
    return name.startswith("runners.") and name[8:] in CHART or name.endswith(tuple(f".runners.{it}" for it in CHART))


def exports(text):
    """What `export` sets but for variables of the runner; nothing for another text."""
    if not isinstance(text, str) or not re.fullmatch(r"export(\s+[A-Z_]+=\S*)+", text):
        return None
    return [it for it in text.split()[1:] if not setting_variable(it.partition("=")[0])]


def setting_variable(name):
    return name in VARIABLES


def old_is(above, kind):
    return any(isinstance(it, dict) and it.get("kind") == kind for it in above)


def named_chart(mapping, depth=4):
    """Whether a text in a mapping names the chart or the program, or the mapping has a configuration of the runner."""
    for value in mapping.values():
        if isinstance(value, str) and ("gitlab-runner" in value or "[[runners]]" in value):
            return True
        if isinstance(value, dict) and depth and named_chart(value, depth - 1):
            return True
    return False


def scope_of(path):
    """The part of a path that names the registration."""
    for index, key in enumerate(path):
        if key in GIVERS:
            return tuple(path[:index])
    return tuple(path[: path.index("runners")] if "runners" in path else path)


def compare(path, before, after, token=None):
    """What a fix of a file did that it must not do; nothing for a file that cannot be read."""
    comparison = comparison_of(path, before, after, token)
    return None if comparison is None else comparison.faults


def comparison_of(path, before, after, token=None):
    """The comparison of a file before and after a fix; nothing for a file that cannot be read."""
    comparison = Comparison(token)
    try:
        old = documents(path, before)
    except Unreadable:
        return None
    try:
        new = documents(path, after)
    except Unreadable:
        comparison.faults.append("it cannot be read any more")
        return comparison
    if old is None:
        return None
    comparison.is_config = path.lower().endswith((".toml", ".tf"))
    if path.lower().endswith((".yaml", ".yml")):
        for paths in anchored(before.decode()):
            comparison.shared.append(paths)
            comparison.anchored.add(paths[0])
    objects = [it for it in old if isinstance(it, dict) and isinstance(it.get("metadata"), dict) and named_chart(it)]
    comparison.charts = {it["metadata"].get("name") for it in objects}
    if len(old) != len(new):
        comparison.faults.append(f"{len(old)} documents became {len(new)}")
        return comparison
    for number, (was, now) in enumerate(zip(old, new)):
        comparison.compare([number], was, now, [])
    comparison.halves()
    comparison.anchors()
    return comparison
