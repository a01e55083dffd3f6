#include "client/cli/commands/all_commands.h"

#include "client/cli/commands/combine.h"
#include "client/cli/commands/count.h"
#include "client/cli/commands/delete.h"
#include "client/cli/commands/explain.h"
#include "client/cli/commands/export.h"
#include "client/cli/commands/file_inspect.h"
#include "client/cli/commands/file_make.h"
#include "client/cli/commands/file_restore.h"
#include "client/cli/commands/get.h"
#include "client/cli/commands/import.h"
#include "client/cli/commands/insert.h"
#include "client/cli/commands/lease.h"
#include "client/cli/commands/list.h"
#include "client/cli/commands/ls.h"
#include "client/cli/commands/query.h"
#include "client/cli/commands/snapshot.h"
#include "client/cli/commands/snapshot_diff.h"
#include "client/cli/commands/space.h"
#include "client/cli/commands/status.h"
#include "client/cli/commands/transform.h"

namespace pathkb::cli {

std::vector<Command> AllCommands() {
  return {ImportCommand(),
          ExportCommand(),
          InsertCommand(),
          GetCommand(),
          ListCommand(),
          LsCommand(),
          DeleteCommand(),
          QueryCommand(),
          CountCommand(),
          ExplainCommand(),
          TransformCommand(),
          CombineCommand(),
          StatusCommand(),
          CompactCommand(),
          SpaceListCommand(),
          SpaceDropCommand(),
          SpaceForkCommand(),
          SpaceIndexCommand(),
          SpaceDuplicatesCommand(),
          SpaceRestoreCommand(),
          SnapshotCreateCommand(),
          SnapshotListCommand(),
          SnapshotPinCommand(),
          SnapshotUnpinCommand(),
          SnapshotDiffCommand(),
          LeaseAcquireCommand(),
          LeaseRenewCommand(),
          LeaseReleaseCommand(),
          LeaseListCommand(),
          FileInfoCommand(),
          FileVerifyCommand(),
          FileDumpCommand(),
          FileStatsCommand(),
          FileDiffCommand(),
          FileConvertCommand(),
          FileBuildCommand(),
          FileCompactCommand(),
          FileSalvageCommand(),
          FileRestoreCommand()};
}

}  // namespace pathkb::cli
