// Figures about a file, printed.

#ifndef PATHKB_CLIENT_CLI_COMMANDS_FILE_FIGURES_H_
#define PATHKB_CLIENT_CLI_COMMANDS_FILE_FIGURES_H_

#include "client/cli/commands/session.h"
#include "storage/tool/figure_list.h"

namespace pathkb::cli {

// Prints `list` as a table of names and values, or as one JSON object if that was asked for, in
// which a name that stands there several times has an array. False if the output takes no more.
bool PrintFigures(Session& session, const FigureList& list);

}  // namespace pathkb::cli

#endif  // PATHKB_CLIENT_CLI_COMMANDS_FILE_FIGURES_H_
