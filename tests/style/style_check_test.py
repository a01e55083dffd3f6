"""Each rule of style_check.py finds a violation planted in a small tree and passes good code."""

import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import style_check

GOOD_HEADER = """\
// A thing for the test.

#ifndef PATHKB_CORE_TERM_THING_H_
#define PATHKB_CORE_TERM_THING_H_

#include <string>

#include "absl/status/status.h"
#include "core/base/check.h"

namespace pathkb {

// Tells things apart. Immutable.
template <typename Key = std::string>
class ABSL_LOCKABLE Thing final : public Base<Key> {
 public:
  Thing() = default;
  Thing(const Thing& other);
  // Takes `name`; O(1).
  explicit Thing(std::string name) : name_{std::move(name)}, count_(1) {
    if (count_ > 1'000) Grow();
  }
  ~Thing() override;
  Thing& operator=(const Thing&) = delete;
  void Run() override;
  bool empty() const { return count_ == 0; }

  // Number of parts, and that of holes.
  size_t parts() const;
  size_t holes() const {
    return parts() - 1;
  }
  size_t both() const;
  int size() const;  // In bytes.

  std::function<void(int)> on_change;
  int width = Width(3);

 protected:
  void Hidden();

 private:
  struct Part {
    void AlsoHidden();
  };
  void Grow() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string name_;
};

class Forward;
using Other = Thing<int>;
inline constexpr int kLimit = Compute(3);

namespace internal {
void NotForCallers(int a,
                   int b);
}

// Two lines of parameters.
void Free(int a,
          int b);

}  // namespace pathkb

#endif  // PATHKB_CORE_TERM_THING_H_
"""


def findings(files):
    """Rules broken in a tree of `files` (path to text), as (path, line, rule)."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        return [(found.path, found.line, found.rule) for found in style_check.check_tree(root)]


def header_with(old, new):
    """Findings in the good header with one piece replaced: only (line, rule)."""
    assert old in GOOD_HEADER, old
    path = "core/term/thing.h"
    return [found[1:] for found in findings({path: GOOD_HEADER.replace(old, new, 1)})]


def line_of(piece):
    return GOOD_HEADER[:GOOD_HEADER.index(piece)].count("\n") + 1


class StyleCheckTest(unittest.TestCase):
    def rules_for(self, path, text):
        return sorted({found[2] for found in findings({path: text}) if found[0] == path})

    def include(self, path, *included):
        lines = "".join(f'#include "{name}"\n' for name in included)
        return self.rules_for(path, "// Head.\n" + lines)

    def test_good_header_passes(self):
        self.assertEqual(findings({"core/term/thing.h": GOOD_HEADER}), [])

    def test_core_knows_core_only(self):
        self.assertEqual(self.include("core/facts/a.cc", "core/term/term.h", "core/trie/x.h"), [])
        self.assertEqual(self.include("core/facts/a.cc", "storage/file/x.h"), ["include"])
        self.assertEqual(self.include("core/term/a.cc", "core/trie/x.h"), ["include"])
        self.assertEqual(self.include("core/trie/a.cc", "core/term/x.h"), ["include"])
        self.assertEqual(self.include("core/trie/a.cc", "core/base/x.h", "core/trie/y.h"), [])
        self.assertEqual(self.include("core/base/a.cc", "core/facts/x.h"), ["include"])
        self.assertEqual(self.include("core/facts/a.cc", "pathkb/v1/types.pb.h"), ["include"])

    def test_storage_is_in_layers(self):
        self.assertEqual(self.include("storage/act/a.cc", "core/trie/x.h", "storage/file/x.h"), [])
        self.assertEqual(self.include("storage/act/a.cc", "server/config/x.h"), ["include"])
        self.assertEqual(self.include("storage/file/a.cc", "storage/act/x.h"), ["include"])
        self.assertEqual(self.include("storage/act/a.cc", "storage/terms/x.h"), ["include"])
        self.assertEqual(self.include("storage/snapshot/a.cc", "storage/recovery/x.h"), ["include"])
        self.assertEqual(self.include("storage/recovery/a.cc", "storage/snapshot/x.h"), [])
        self.assertEqual(self.include("storage/act/a_test.cc", "storage/terms/x.h"), [])
        self.assertEqual(self.include("storage/act/a_test.cc", "server/x/x.h"), ["include"])

    def test_server_keeps_grpc_in_rpc(self):
        self.assertEqual(self.include("server/rpc/a.cc", "grpcpp/grpcpp.h", "server/x/y.h"), [])
        self.assertEqual(
            self.include("server/knowledge_base/a.cc", "pathkb/v1/types.pb.h"), ["include"])
        self.assertEqual(self.rules_for(
            "server/background/a.cc", "// Head.\n#include <grpcpp/grpcpp.h>\n"), ["include"])
        self.assertEqual(self.include("server/server.cc", "grpcpp/server.h", "server/rpc/x.h"), [])
        self.assertEqual(self.include("server/server.cc", "pathkb/v1/types.pb.h"), ["include"])
        self.assertEqual(self.include("server/knowledge_base/a.cc", "server/rpc/x.h"), ["include"])
        self.assertEqual(self.include("server/rpc/a.cc", "client/cpp/x.h"), ["include"])

    def test_client_knows_proto_only(self):
        self.assertEqual(self.include("client/cli/a.cc", "pathkb/v1/x.pb.h", "client/cpp/x.h"), [])
        self.assertEqual(self.include("client/cli/a.cc", "core/base/x.h"), ["include"])
        self.assertEqual(self.include("client/cli/a.cc", "storage/tool/x.h"), ["include"])
        self.assertEqual(self.include("client/cli/commands/file.cc", "storage/tool/x.h"), [])

    def test_only_tests_include_tests(self):
        self.assertEqual(self.include("storage/wal/a.cc", "tests/support/x.h"), ["include"])
        self.assertEqual(self.include("storage/wal/a_test.cc", "tests/support/x.h"), [])
        self.assertEqual(self.include("tests/e2e/a.cc", "server/rpc/x.h", "grpcpp/x.h"), [])

    def test_includes_name_the_full_path(self):
        found = findings({"core/term/a.cc": '// Head.\n#include "b.h"\n',
                          "core/term/c.cc": '// Head.\n#include "../base/x.h"\n',
                          "core/term/d.cc": '// Head.\n#include "xxhash.h"\n',
                          "core/term/b.h": GOOD_HEADER.replace("THING", "B")})
        self.assertEqual(
            found, [("core/term/a.cc", 2, "include"), ("core/term/c.cc", 2, "include")])

    def test_guard(self):
        self.assertEqual(header_with("#ifndef PATHKB_CORE", "#ifndef PATHKB"), [(3, "guard")])
        self.assertEqual(header_with("#endif  // PATHKB_CORE_TERM_THING_H_", "#endif"),
                         [(line_of("#endif"), "guard")])
        self.assertEqual(self.rules_for("core/x.h", "// Head.\n"), ["guard"])

    def test_columns(self):
        long = "x" * 101
        self.assertEqual(self.rules_for("core/a.cc", f"// Head.\n// {long}\n"), ["columns"])
        self.assertEqual(self.rules_for("core/a.cc", f"// Head.\n// {'é' * 97}\n"), [])
        self.assertEqual(self.rules_for("a.md", f"{long}\n"), [])

    def test_blanks(self):
        self.assertEqual(self.rules_for("core/a.cc", "// Head. \n"), ["blanks"])
        self.assertEqual(self.rules_for("core/a.cc", "// Head."), ["blanks"])
        self.assertEqual(self.rules_for("core/a.cc", "// Head.\n\n"), ["blanks"])

    def test_head(self):
        self.assertEqual(self.rules_for("core/a.cc", "int x;\n"), ["head"])
        self.assertEqual(self.rules_for("client/a.py", '#!/usr/bin/env python3\n"""Head."""\n'), [])
        self.assertEqual(self.rules_for("client/a.py", "import os\n"), ["head"])
        self.assertEqual(self.rules_for("core/BUILD.bazel", "cc_library()\n"), ["head"])
        self.assertEqual(findings({"core/term/thing.h": GOOD_HEADER,
                                   "core/term/thing.cc": "int x;\n"}), [])

    def test_public_class_needs_a_comment(self):
        self.assertEqual(header_with("// Tells things apart. Immutable.\n", ""),
                         [(line_of("// Tells"), "comment")])

    def test_public_functions_need_a_comment(self):
        self.assertEqual(header_with("  // Takes `name`; O(1).\n", "\n"), [])  # A constructor.
        self.assertEqual(
            header_with("  explicit Thing(std::string name)", "\n  static Thing Make(int a)"),
            [(line_of("  explicit Thing") + 1, "comment")])
        self.assertEqual(header_with("  // Number of parts, and that of holes.\n", ""),
                         [(line_of("  size_t parts") - 1, "comment"),
                          (line_of("  size_t holes") - 1, "comment"),
                          (line_of("  size_t both") - 1, "comment")])
        self.assertEqual(header_with("  // In bytes.", ""), [])  # Of the group above.
        self.assertEqual(header_with("// Two lines of parameters.\n", ""),
                         [(line_of("// Two lines"), "comment")])
        self.assertEqual(header_with("struct Part", "enum class E { kA };\n  int f();\n struct Q"),
                         [])

    def test_public_members_of_structs_are_public(self):
        self.assertEqual(
            header_with("class Forward;", "// A pair.\nstruct Pair {\n  void Swap();\n};"),
            [(line_of("class Forward;") + 2, "comment")])

    def test_calls_and_messages_need_a_comment(self):
        text = ("// Head.\n\nservice S {\n  // Does it.\n"
                "  rpc Do(DoRequest) returns (DoResponse);\n}\n")
        self.assertEqual(self.rules_for("proto/a.proto", text + "message DoRequest {}\n"), [])
        self.assertEqual(self.rules_for("proto/a.proto", text.replace("  // Does it.\n", "")),
                         ["comment"])
        self.assertEqual(self.rules_for("proto/a.proto", text + "\nmessage Fact {}\n"), ["comment"])

    def test_marker(self):
        for word in ("TO" + "DO", "FIX" + "ME", "XX" + "X"):
            text = f"// Head.\n// {word}: later.\n"
            self.assertEqual(self.rules_for("core/a.cc", text), ["marker"])
        self.assertEqual(self.rules_for("core/a.sh", "# Head.\nmktemp a." + "X" * 6 + "\n"), [])

    def test_place(self):
        for place in ("/work" + "/main", "/root" + "/x", "pypi" + ".org"):
            self.assertEqual(self.rules_for("README.md", f"See {place}.\n"), ["place"])
        self.assertEqual(self.rules_for("README.md", "See core/work/x.\n"), [])

    def test_size(self):
        text = "// Head.\n" + "int x;\n" * 400
        self.assertEqual(self.rules_for("core/a.cc", text), ["size"])
        self.assertEqual(self.rules_for("core/a_test.cc", text), [])
        self.assertEqual(
            self.rules_for("core/a.cc", "// Head.\n// Long because of a table.\n" + text), [])

    def test_word(self):
        self.assertEqual(self.rules_for("core/string_util.cc", "// Head.\n"), ["word"])
        self.assertEqual(self.rules_for("core/string_util_test.cc", "// Head.\n"), ["word"])
        self.assertEqual(self.rules_for("core/data_directory.cc", "// Head.\n"), [])
        self.assertEqual(self.rules_for("core/a.cc", "// Head.\nstruct FactInfo {\n};\n"), ["word"])
        self.assertEqual(self.rules_for("core/a.cc", "// Head.\nstruct Facts {\n};\n"), [])

    def test_stale(self):
        good = "See `core/a` and `core/a.cc`, not `/healthz/x` or `some/thing`.\n"
        self.assertEqual(findings({"README.md": good, "core/a.cc": "// Head.\n"}), [])
        self.assertEqual(findings({"README.md": good}), [("README.md", 1, "stale")] * 2)

    def test_folders_of_data_are_left_alone(self):
        self.assertEqual(findings({"data/a.cc": "x \n", "bin/b.py": "x \n",
                                   "bazel-out/c.h": "x", "tests/golden/d.md": "x "}), [])


if __name__ == "__main__":
    unittest.main()
