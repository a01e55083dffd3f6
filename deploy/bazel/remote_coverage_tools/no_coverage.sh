#!/bin/sh
# Coverage reports are not available with the packaged Bazel.
exit 0
