"""Reads YAML, JSON, TOML and HCL, and texts in them, by parsers that we did not write."""

import collections
import re
import tomllib

import yaml


class Tagged(tuple):
    """A node with a tag of another program: its tag and its value."""


class Loader(yaml.SafeLoader):
    """Reads unknown tags as what they are, and no mapping with a key twice."""

    def compose_mapping_node(self, anchor):
        node = super().compose_mapping_node(anchor)
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if len(keys) != len(set(keys)):
            raise yaml.composer.ComposerError(None, None, "a key is there twice", node.start_mark)
        return node


def _tagged(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = node.value
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return Tagged((node.tag, str(value)))


Loader.add_multi_constructor("!", _tagged)
# A date is a text like any other.
Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: node.value)


class Unreadable(Exception):
    """The text is not what its name says."""


JSON_COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*")|/\*.*?\*/|//[^\n]*', re.DOTALL)


def documents(path, data):
    """The data of a file; one for each document."""
    name = path.rsplit("/", 1)[-1].lower()
    try:
        text = data.decode()
        if name.endswith(".json"):
            # JSON with comments is read too.
            text = JSON_COMMENT.sub(lambda found: found[1] or "", text)
        if name.endswith((".yaml", ".yml", ".json")):
            return list(yaml.load_all(text, Loader=Loader))
        if name.endswith(".toml"):
            return [tomllib.loads(text)]
        if name.endswith((".tf", ".tfvars")):
            import hcl2

            return [hcl2.loads(text)]
    except Exception as error:
        raise Unreadable from error
    return None


def nested(text, is_yaml=False):
    """The data in a text that is YAML or TOML itself, or an expression that builds an object; nothing for other texts. `is_yaml` is
    whether a single line is YAML as well.
    """
    if "[[runners]]" in text:
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            return None
    made = re.fullmatch(r"\$\{(?:yamlencode|jsonencode)\((.*)\)\}", text, re.DOTALL)
    if "\n" not in text.strip() and not made and not is_yaml:
        return None
    if is_yaml and not text.strip():
        return {}
    try:
        data = yaml.load(without_expressions(made.group(1)) if made else text, Loader=Loader)
    except Exception:
        return None
    return data if isinstance(data, dict) else None


def without_expressions(text):
    """The text of an object of HCL with the quotes in its expressions as others, so that each is one string."""
    out, at = [], 0
    while (start := text.find("${", at)) >= 0:
        end, depth = start + 2, 1
        while end < len(text) and depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        out.append(text[at:start] + text[start:end].replace("\\", "").replace('"', "'"))
        at = end
    return "".join(out) + text[at:]


def anchored(data):
    """The paths of each mapping that aliases stand for, the first of them where it is written."""
    found = collections.defaultdict(list)

    def visit(node, path, depth):
        if depth > 60 or isinstance(node, yaml.ScalarNode):
            return
        found[id(node)].append(tuple(path))
        if len(found[id(node)]) > 50:
            return
        if isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                visit(item, [*path, index], depth + 1)
        else:
            for key, value in node.value:
                merged = key.tag == "tag:yaml.org,2002:merge"
                items = value.value if merged and isinstance(value, yaml.SequenceNode) else [value]
                for item in items:
                    visit(item, path if merged else [*path, key.value], depth + 1)

    keep = []
    for number, node in enumerate(yaml.compose_all(data, Loader=Loader)):
        keep.append(node)
        if node is not None:
            visit(node, [number], 0)
    return [paths for paths in found.values() if len(paths) > 1]
