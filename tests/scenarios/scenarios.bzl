"""The rule for one scenario file."""

def scenario(name, size = "medium"):
    """Runs NAME.kbt with the programs.

    Args:
      name: of the test, and of its file without the ending.
      size: Bazel's.
    """
    native.sh_test(
        name = name,
        size = size,
        srcs = ["python_test.sh"],
        args = [
            "$(location scenario.py)",
            "$(location //:pathkbd)",
            "$(location //:pathkb)",
            "$(location %s.kbt)" % name,
        ],
        data = [
            name + ".kbt",
            "scenario.py",
            "//:pathkb",
            "//:pathkbd",
        ],
    )
