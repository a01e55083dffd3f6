"""A fuzz target: an ordinary test over its corpus, and a program for libFuzzer."""

def fuzz_target(name, deps, size = "medium"):
    """Makes of NAME_fuzz.cc, which defines LLVMFuzzerTestOneInput():

    NAME_fuzz_test  runs corpus/NAME and damaged copies of it; built as all tests are
    NAME_fuzz       the program that invents inputs; builds with --config=fuzz only, for which
                    `./dev fuzz` is there
    """
    native.cc_library(
        name = name + "_target",
        testonly = True,
        srcs = [name + "_fuzz.cc"],
        deps = deps + [":target"],
        # Nothing refers to it by a symbol that the linker sees in time.
        alwayslink = True,
    )
    native.cc_test(
        name = name + "_fuzz_test",
        size = size,
        args = ["tests/fuzz/corpus/" + name],
        data = native.glob(["corpus/" + name + "/*"]),
        deps = [
            ":" + name + "_target",
            ":corpus_runner",
        ],
    )
    native.cc_binary(
        name = name + "_fuzz",
        testonly = True,
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["manual"],
        deps = [":" + name + "_target"],
    )
