// pathkb, the command-line client of a PathKB server.

#include <csignal>
#include <cstdlib>
#include <string>
#include <unistd.h>
#include <vector>

#include "client/cli/command_line.h"

int main(int argc, char** argv) {
  // `pathkb export | head` ends with an error of write(), not with a signal.
  signal(SIGPIPE, SIG_IGN);
  // Errors are ours to print, in one line; who wants gRPC's own view sets the variable.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  pathkb::cli::TextOutput out(STDOUT_FILENO);
  pathkb::cli::TextOutput err(STDERR_FILENO);
  return pathkb::cli::RunCommandLine(std::vector<std::string>(argv + 1, argv + argc), out, err);
}
