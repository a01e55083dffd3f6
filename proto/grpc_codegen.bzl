"""The one rule that turns .proto files into C++ messages and gRPC stubs."""

# Where the code generators are; see WORKSPACE for bringing others.
PROTOC = "/usr/bin/protoc"
GRPC_CPP_PLUGIN = "/usr/bin/grpc_cpp_plugin"

def _outputs(proto, services):
    stem = proto[:-len(".proto")]
    kinds = ["pb", "grpc.pb"] if services else ["pb"]
    return [stem + "." + kind + ending for kind in kinds for ending in [".h", ".cc"]]

def cc_grpc_library(name, srcs, messages_only = [], proto_root = "proto", visibility = None):
    """Generates messages for each .proto and stubs for those that hold a service.

    Args:
      name: the cc_library to depend on; include its headers by their path under `proto_root`.
      srcs: .proto files with a service, relative to this package.
      messages_only: .proto files without one.
      proto_root: the folder, from the top of the workspace, that imports are relative to.
      visibility: of the library.
    """
    outs = []
    for proto in srcs:
        outs += _outputs(proto, True)
    for proto in messages_only:
        outs += _outputs(proto, False)
    flags = "-I{root} --cpp_out=$(RULEDIR) --grpc_out=$(RULEDIR) --plugin=protoc-gen-grpc={plugin}"
    plain_flags = "-I{root} --cpp_out=$(RULEDIR)"
    commands = []
    if srcs:
        commands.append(" ".join(
            [PROTOC, flags.format(root = proto_root, plugin = GRPC_CPP_PLUGIN)] +
            ["$(location %s)" % proto for proto in srcs],
        ))
    if messages_only:
        commands.append(" ".join(
            [PROTOC, plain_flags.format(root = proto_root)] +
            ["$(location %s)" % proto for proto in messages_only],
        ))
    native.genrule(
        name = name + "_generated",
        srcs = srcs + messages_only,
        outs = outs,
        cmd = " && ".join(commands),
        message = "Generating " + name,
    )
    native.cc_library(
        name = name,
        srcs = [out for out in outs if out.endswith(".cc")],
        hdrs = [out for out in outs if out.endswith(".h")],
        copts = ["-w"],  # Generated code is not ours to warn about.
        includes = ["."],
        visibility = visibility,
        deps = [
            "@com_github_grpc_grpc//:grpc++",
            "@com_google_protobuf//:protobuf",
        ],
    )

def cc_system_proto_library(name, proto, proto_root, visibility = None):
    """Generates messages for one .proto of an installed package.

    Args:
      name: the cc_library to depend on; include its header by its path under `proto_root`.
      proto: path of the .proto under `proto_root`.
      proto_root: where the package keeps its .proto files, an absolute path.
      visibility: of the library.
    """
    outs = _outputs(proto, False)
    native.genrule(
        name = name + "_generated",
        outs = outs,
        cmd = "{protoc} -I{root} --cpp_out=$(RULEDIR) {root}/{proto}".format(
            proto = proto,
            protoc = PROTOC,
            root = proto_root,
        ),
    )
    native.cc_library(
        name = name,
        srcs = [out for out in outs if out.endswith(".cc")],
        hdrs = [out for out in outs if out.endswith(".h")],
        copts = ["-w"],
        includes = ["."],
        visibility = visibility,
        deps = ["@com_google_protobuf//:protobuf"],
        alwayslink = True,  # Nothing refers to it: linking it in registers its descriptors.
    )
