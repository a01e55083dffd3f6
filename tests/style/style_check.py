#!/usr/bin/env python3
"""Checks the rules of our code that no compiler checks: `style_check.py ROOT`.

Prints a line `path:line: what is wrong [rule]` for each finding and exits 1 if there is one. Rules:

  include     who may include whom; every include names the full path from the root
  guard       a header is guarded by PATHKB_<PATH>_H_
  columns     at most 100 columns of code
  blanks      no blanks at the end of a line, one line break at the end of a file
  head        a file begins with a comment that says what it is for; the one in x.h speaks for x.cc
  comment     in a header or .proto, public classes, functions, messages and calls have a comment
              above them; one may stand over a group without blank lines. Free are overrides,
              bodies of one line, constructors, destructors, operators, and the messages named
              Request and Response, which their call explains
  marker      no notes to oneself: what is not done is not in the code
  place       no names of machines, folders or registries of whoever wrote it
  size        at most 400 lines; a longer file says `Long because` in its head comment
  word        no names that end in a word that says nothing: util, manager, helper, misc, info, data
  stale       a path of ours in backticks in a page exists

It reads text line by line and with regular expressions: a linter of habits, no parser. Where it is
wrong about good code, mend the rule here, with a case in style_check_test.py.
"""

import dataclasses
import os
import re
import sys

COLUMNS_MAX = 100
LINES_MAX = 400

# Folders that hold no source of ours.
SKIPPED_FOLDERS = {".git", "data", "bin", ".bazel", "__pycache__", "golden", "corpus"}
OURS = ("core", "storage", "server", "client", "tests", "proto", "deploy")
CODE_ENDINGS = (".h", ".cc", ".proto", ".py", ".sh", ".bzl", ".bazel")
CODE_NAMES = ("dev", "run", "WORKSPACE", ".bazelrc")


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    """One broken rule. `line` counts from 1."""

    path: str
    line: int
    rule: str
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message} [{self.rule}]"


def source_files(root):
    """Yields the paths of all text files that rules apply to, relative to `root`, in order."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(
            name for name in folders
            if name not in SKIPPED_FOLDERS and not name.startswith("bazel-"))
        for name in sorted(names):
            if name.endswith(CODE_ENDINGS + (".md",)) or name in CODE_NAMES:
                path = os.path.join(folder, name)
                if os.path.isfile(path) and not os.path.islink(path):
                    yield os.path.relpath(path, root)


# --- Includes -------------------------------------------------------------------------------------

# Inside storage: a folder may include itself and folders of a lower level.
STORAGE_LEVELS = {
    "file": 0, "act": 1, "terms": 1, "sums": 1, "delta": 1, "wal": 1,
    "directory": 2, "snapshot": 3, "recovery": 4, "tool": 5,
}
# What only rpc, the client and tests may see: generated messages and gRPC itself.
WIRE = ("pathkb/v1/", "grpc/", "grpcpp/", "google/protobuf/", "google/rpc/")
# Who puts services on a port must see gRPC, but no messages.
GRPC_USERS = ("server/server.", "server/security/")
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')


def include_error(path, included):
    """Why `path` must not include `included`, a file of ours or one of WIRE; None if it may."""
    top, *rest = path.split("/")
    if top == "tests":
        return None
    if included.startswith("tests/"):
        if path.endswith("_test.cc"):
            return None
        return "only tests include tests/"
    target = included.split("/")
    if included.startswith(WIRE):
        if top == "client" or path.startswith("server/rpc/"):
            return None
        if path.startswith(GRPC_USERS) and included.startswith(("grpc/", "grpcpp/")):
            return None
        return "generated messages and gRPC belong to server/rpc, client and tests"
    if target[0] not in OURS:
        return None
    if top == "core":
        if target[0] != "core":
            return "core includes nothing of ours but core"
        folder = rest[0] if len(rest) > 1 else ""
        if folder == "base" and target[1] != "base":
            return "core/base stands on nothing"
        if folder in ("term", "trie") and target[1] not in ("base", folder):
            return f"core/{folder} uses core/base only"
    elif top == "storage":
        if target[0] not in ("core", "storage"):
            return "storage includes core and storage only"
        if target[0] == "storage" and len(rest) > 1:
            ours, theirs = STORAGE_LEVELS.get(rest[0]), STORAGE_LEVELS.get(target[1])
            if path.endswith("_test.cc"):
                return None  # A test may have its data made by whoever can.
            if None not in (ours, theirs) and rest[0] != target[1] and theirs >= ours:
                return f"storage/{rest[0]} stands below or beside storage/{target[1]}"
    elif top == "server":
        if target[0] not in ("core", "storage", "server"):
            return "server includes core, storage and server only"
        below = {
            "config": ("config",),
            "knowledge_base": ("knowledge_base", "config"),
            "background": ("background", "knowledge_base", "config"),
            "admin_http": ("admin_http", "config"),
            # It asks the parts for their figures; they know nothing of it.
            "metrics": ("metrics", "admin_http", "background", "knowledge_base", "config"),
        }
        folder = rest[0] if len(rest) > 1 else ""
        if included == "server/background/clock.h":
            return None  # Time as an interface, which knows nothing of what it is used for.
        if target[0] == "server" and folder in below and target[1] not in below[folder]:
            return f"server/{folder} does not know server/{target[1]}"
    elif top == "client":
        if included.startswith("storage/tool/") and path.startswith("client/cli/commands/file"):
            return None
        if target[0] != "client":
            return "the client speaks to a server and includes nothing of it"
    return None


def check_includes(root, path, lines):
    if not path.endswith((".h", ".cc")):
        return
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        included = match[2]
        beside = os.path.join(root, os.path.dirname(path), included)
        if match[1] == '"' and os.path.dirname(path) and (
                ".." in included.split("/") or os.path.isfile(beside)):
            yield number, f'"{included}": an include names the full path from the root'
            continue
        error = include_error(path, included)
        if error:
            yield number, f'"{included}": {error}'


# --- Shape of a file ------------------------------------------------------------------------------


def check_guard(root, path, lines):
    if not path.endswith(".h"):
        return
    guard = "PATHKB_" + re.sub(r"[^A-Za-z0-9]", "_", path).upper() + "_"
    directives = [(number, line.strip()) for number, line in enumerate(lines, 1)
                  if line.startswith("#")]
    wanted = [f"#ifndef {guard}", f"#define {guard}"]
    if [line for _, line in directives[:2]] != wanted:
        yield directives[0][0] if directives else 1, f"the header guard is {guard}"
    elif directives[-1][1] != f"#endif  // {guard}":
        yield directives[-1][0], f"the header ends with `#endif  // {guard}`"


def check_columns(root, path, lines):
    if path.endswith(".md"):
        return
    for number, line in enumerate(lines, 1):
        if INCLUDE.match(line) or line.startswith(("#ifndef ", "#define ", "#endif ")):
            continue
        if len(line) > COLUMNS_MAX:
            yield number, f"{len(line)} columns, at most {COLUMNS_MAX}"


def check_blanks(root, path, lines):
    for number, line in enumerate(lines, 1):
        if line != line.rstrip():
            yield number, "blanks at the end of the line"
    if lines and not lines[-1]:
        yield len(lines), "empty line at the end of the file"


def head_comment(path, lines):
    """The lines of the comment that a file begins with; empty if it begins otherwise."""
    mark = "//" if path.endswith((".h", ".cc", ".proto")) else "#"
    start = 1 if lines and lines[0].startswith("#!") else 0
    if mark == "#" and lines[start:] and lines[start].lstrip("r").startswith('"""'):
        text = "\n".join(lines[start:])
        return text[:text.find('"""', 4)].split("\n")
    head = []
    for line in lines[start:]:
        if not line.startswith(mark):
            break
        head.append(line)
    return head


def check_head(root, path, lines):
    if path.endswith(".md") or os.path.basename(path) == "__init__.py" and not lines:
        return
    # Stand-ins for outside libraries: the names say it all, and deploy/bazel/README.md the rest.
    if path.startswith("deploy/bazel/") and os.path.basename(path) in ("WORKSPACE", "BUILD.bazel"):
        return
    if path.endswith(".cc") and os.path.isfile(os.path.join(root, path[:-3] + ".h")):
        return
    if not head_comment(path, lines):
        yield 1, "a file begins with a comment that says what it is for"


def check_size(root, path, lines):
    if path.split("/")[0] not in ("core", "storage", "server", "client"):
        return
    if not path.endswith((".h", ".cc", ".py")) or "_test." in path:
        return
    if len(lines) > LINES_MAX and "Long because" not in "\n".join(head_comment(path, lines)):
        yield LINES_MAX, (f"{len(lines)} lines: look for a second idea inside, "
                          "or say `Long because` in the head comment")


# --- Words ----------------------------------------------------------------------------------------

MARKER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
PLACE = re.compile(
    r"(?<![\w.])/(?:work|root|tmp/w)/|/home/[a-z]"
    r"|\b(?:deb\.debian\.org|snapshot\.debian\.org|pypi\.org|files\.pythonhosted\.org"
    r"|registry\.npmjs\.org|proxy\.golang\.org|crates\.io|[\w-]+\.pkg\.dev)\b")
EMPTY_FILE_WORDS = {"util", "utils", "manager", "helper", "helpers", "misc", "info", "data"}
EMPTY_TYPE_WORDS = re.compile(r"(?:Util|Utils|Manager|Helper|Helpers|Misc|Info|Data)$")


def check_marker(root, path, lines):
    for number, line in enumerate(lines, 1):
        match = MARKER.search(line)
        if match:
            yield number, f"{match[0]}: what is not done belongs into an issue"


def check_place(root, path, lines):
    if path.startswith("tests/style/"):
        return  # The rule itself.
    for number, line in enumerate(lines, 1):
        match = PLACE.search(line)
        if match:
            yield number, f"{match[0]}: a place that only its author has"


def check_word(root, path, lines):
    if not path.endswith((".h", ".cc", ".py")):
        return
    word = os.path.splitext(os.path.basename(path))[0].removesuffix("_test").split("_")[-1]
    if word in EMPTY_FILE_WORDS:
        yield 1, f"the file name ends in `{word}`, which says nothing"
    for number, line in enumerate(lines, 1):
        match = re.match(r"\s*(?:class|struct|enum class|enum)\s+(\w+)\s*(?:final\s*)?[:{(]", line)
        if match and EMPTY_TYPE_WORDS.search(match[1]):
            yield number, f"`{match[1]}`: the last word says nothing"


# --- Pages ----------------------------------------------------------------------------------------

NAMED_PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)+/?)`")


def check_stale(root, path, lines):
    if not path.endswith(".md"):
        return
    fenced = False
    for number, line in enumerate(lines, 1):
        fenced ^= line.lstrip().startswith("```")
        if fenced:
            continue
        for match in NAMED_PATH.finditer(line):
            named = match[1].rstrip("/")
            if named.split("/")[0] not in OURS:
                continue
            if not any(os.path.exists(os.path.join(root, named + ending))
                       for ending in ("", ".h", ".cc", ".proto", ".py", ".md")):
                yield number, f"`{named}` does not exist"


# --- Comments over what is public -----------------------------------------------------------------


def blank_out(text):
    """`text` with comments, strings and preprocessor lines made blank; line breaks stay."""
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"\(.*?\)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\''
        r"|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.DOTALL | re.MULTILINE)

    def blank(match):
        # A digit separator (1'000) looks like the start of a character.
        if match[0][0] == "'" and text[match.start() - 1:match.start()].isalnum():
            return match[0].replace("'", " ")
        return re.sub(r"[^\n]", " ", match[0])

    return pattern.sub(blank, text)


def without_template(declaration):
    """Cuts `template <...>` heads and attributes off the front of a declaration."""
    declaration = declaration.strip()
    while True:
        if declaration.startswith("template"):
            depth = 0
            for at, character in enumerate(declaration):
                depth += (character == "<") - (character == ">")
                if character == ">" and depth == 0:
                    declaration = declaration[at + 1:].strip()
                    break
            else:
                return declaration
        elif declaration.startswith("[[") and "]]" in declaration:
            declaration = declaration[declaration.index("]]") + 2:].strip()
        else:
            return declaration


def declared(declaration):
    """What a declaration (up to its `;` or `{`) declares: (kind, name).

    kind is namespace, class, function or other; other needs no comment.
    """
    text = without_template(declaration)
    if re.match(r"(inline\s+)?namespace\b", text):
        return "namespace", text
    if re.match(r"enum\b", text):
        return "other", ""
    if re.match(r"(class|struct|union)\b", text) and "(" not in re.sub(r"ABSL_\w+\s*\([^)]*\)", "",
                                                                      text):
        name = re.match(r"\w+\s+(?:ABSL_\w+(?:\([^)]*\))?\s+)?([\w:<>]+)?", text)
        return "class", name[1] or ""
    if re.match(r"(using|typedef|friend|static_assert|extern|requires|concept|return)\b", text):
        return "other", ""
    # The first parenthesis outside template arguments opens the parameters.
    depth = 0
    for at, character in enumerate(text):
        if character == "<" and not text[:at].endswith("operator"):
            depth += 1
        elif character == ">" and text[at - 1:at] != "-":
            depth = max(0, depth - 1)
        elif character == "=" and depth == 0 and not text[:at].rstrip("=<>! ").endswith("operator"):
            return "other", ""
        elif character == "(" and depth == 0:
            name = re.search(r"(~?\w+|operator\s*\S+)\s*$", text[:at])
            if not name or name[1].startswith("ABSL_") or name[1] in ("alignas", "decltype"):
                return "other", ""
            if re.fullmatch(r"[A-Z0-9_]+", name[1]) and text[:name.start()].strip() == "":
                return "other", ""  # A macro.
            return "function", name[1]
    return "other", ""


def has_comment(lines, number, last):
    """True if a comment stands over line `number` (from 1) in its paragraph, or beside the lines
    `number` to `last`."""
    if any("//" in line for line in lines[number - 1:last]):
        return True
    at = number - 1  # Lines before this one, counted from 0, are still to be seen.
    while at > 0:
        at -= 1
        text = lines[at].strip()
        if text.startswith("//"):
            return True
        if text == "}":
            # The function before; goes on above its first line.
            indent = lines[at].index("}")
            while at > 0:
                at -= 1
                opened = lines[at].lstrip()
                if opened and len(lines[at]) - len(opened) <= indent:
                    break
            continue
        if not text or text.endswith("{") or text in ("public:", "protected:", "private:"):
            return False
    return False


def body_end(text, at):
    """Where the body ends that opens at `at`, or after it if that is the brace of a member."""
    while True:
        depth = 0
        for end in range(at, len(text)):
            depth += (text[end] == "{") - (text[end] == "}")
            if depth == 0:
                break
        at = text.find("{", end)
        if text[end + 1:].lstrip()[:1] not in (",", "{") or at < 0:
            return end


def speaks_for_itself(name, declaration):
    """True for functions whose contract is the language's or stands at the base class."""
    if re.search(r"\b(override|final)\b|=\s*(default|delete)\s*$", declaration):
        return True
    if name.startswith(("~", "operator")):
        return True
    # No type before the name: a constructor, explained by its class.
    return bool(re.match(rf"((constexpr|explicit)\s+)*{re.escape(name)}\s*\(",
                         without_template(declaration)))


def check_comment(root, path, lines):
    if path.endswith(".proto"):
        yield from check_proto_comment(lines)
    if not path.endswith(".h"):
        return
    text = blank_out("\n".join(lines))
    scopes = []  # (kind, public): of the braces around the present place.
    start = 0  # Where the present declaration begins.
    line_of = lambda at: text.count("\n", 0, at) + 1

    for match in re.finditer(r"[{};]|\b(public|protected|private)\s*:(?!:)", text):
        at = match.start()
        kind, public = scopes[-1] if scopes else ("namespace", True)
        declaration = text[start:at]
        first = start + len(declaration) - len(declaration.lstrip())
        if match[1]:
            if kind == "class" and not declaration.strip():
                scopes[-1] = ("class", scopes[-1][1] is not None and match[1] == "public")
                start = match.end()
            continue
        if match[0] == "}":
            if scopes:
                scopes.pop()
            # `a_{1}, b_(2) {`: still the head of a constructor.
            follows = text[at + 1:].lstrip()[:1]
            start = at + 1
            if follows == "," and scopes and scopes[-1][0] == "class":
                scopes.append(("head", False))
            continue
        if kind == "head":
            # The braces of a member, or the body at last.
            scopes.pop()
            scopes.append(("body", False))
            continue
        start = at + 1
        if kind == "body":
            if match[0] == "{":
                scopes.append(("body", False))
            continue
        what, name = declared(declaration)
        if match[0] == "{":
            if what == "namespace":
                hidden = not public or bool(re.search(r"\b(internal|detail)\b|namespace\s*$", name))
                scopes.append(("namespace", not hidden))
            elif what == "class":
                is_struct = not without_template(declaration).startswith("class")
                scopes.append(("class", is_struct if public else None))
            else:
                scopes.append(("body", False))
        if not public or what not in ("class", "function"):
            continue
        if match[0] == ";" and what != "function":
            continue  # A forward declaration.
        if match[0] == "{" and what == "function" and line_of(body_end(text, at)) == line_of(first):
            continue  # A body of one line.
        if what == "function" and speaks_for_itself(name, declaration):
            continue
        number = line_of(first)
        if not has_comment(lines, number, line_of(at)):
            yield number, f"{name}{'()' if what == 'function' else ''} has no comment above it"


def check_proto_comment(lines):
    for number, line in enumerate(lines, 1):
        match = re.match(r"\s*(rpc|message|enum)\s+(\w+)", line)
        if match and match[2].endswith(("Request", "Response")) and match[1] == "message":
            continue
        if match and not has_comment(lines, number, number):
            yield number, f"{match[1]} {match[2]} has no comment above it"


RULES = {
    "include": check_includes,
    "guard": check_guard,
    "columns": check_columns,
    "blanks": check_blanks,
    "head": check_head,
    "comment": check_comment,
    "marker": check_marker,
    "place": check_place,
    "size": check_size,
    "word": check_word,
    "stale": check_stale,
}


def check_tree(root):
    """All findings below `root`, in order of path and line."""
    findings = []
    for path in source_files(root):
        try:
            with open(os.path.join(root, path), encoding="utf-8") as file:
                text = file.read()
        except UnicodeDecodeError as error:
            findings.append(Finding(path, 1, "blanks", f"no UTF-8: {error}"))
            continue
        lines = text.split("\n")
        if lines[-1] == "":
            lines.pop()
        elif text:
            message = "no line break at the end of the file"
            findings.append(Finding(path, len(lines), "blanks", message))
        for rule, check in RULES.items():
            for number, message in check(root, path, lines):
                findings.append(Finding(path, number, rule, message))
    return sorted(findings)


def main(arguments):
    if len(arguments) != 2 or not os.path.isdir(arguments[1]):
        print("usage: style_check.py ROOT", file=sys.stderr)
        return 2
    findings = check_tree(arguments[1])
    for finding in findings:
        print(finding)
    if findings:
        print(f"{len(findings)} findings", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
