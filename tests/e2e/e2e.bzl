"""The rule for one end-to-end test file."""

def e2e_test(name, size = "medium", data = [], args = []):
    """Runs NAME.py with the places of pathkbd and pathkb, then `args`, as arguments.

    Args:
      name: of the test, and of its file without the ending.
      size: Bazel's.
      data: what else the test reads.
      args: further arguments.
    """
    native.sh_test(
        name = name,
        size = size,
        srcs = ["python_test.sh"],
        args = [
            "$(location %s.py)" % name,
            "$(location //:pathkbd)",
            "$(location //:pathkb)",
        ] + args,
        data = [
            name + ".py",
            "programs.py",
            "//:pathkb",
            "//:pathkbd",
        ] + data,
    )
