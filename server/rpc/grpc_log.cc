#include "server/rpc/grpc_log.h"

#include "grpc/support/log.h"
#include "spdlog/spdlog.h"

namespace pathkb {
namespace {

void LogLine(gpr_log_func_args* line) {
  spdlog::debug("grpc: {}:{}: {}", line->file, line->line, line->message);
}

}  // namespace

void TakeGrpcLog() { gpr_set_log_function(LogLine); }

}  // namespace pathkb
