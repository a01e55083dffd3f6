// Builds the parts of the daemon in order and stops them in reverse:
//
//   HTTP port -> lock the directory -> recover -> knowledge base -> commit queue -> snapshot worker
//                      -> request threads -> gRPC
//
// Where settings ask for it, a cache warmer reads the base in meanwhile.

#ifndef PATHKB_SERVER_SERVER_H_
#define PATHKB_SERVER_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "server/config/server_config.h"
#include "storage/file/file_system.h"

namespace pathkb {

inline constexpr char kServerVersion[] = "0.1.0";

// One thread at a time.
class Server {
 public:
  // Serves when this returns. `files` is borrowed; `process_start` is what start-to-ready is
  // measured from.
  //   InvalidArgument      a setting out of range
  //   FailedPrecondition   the data directory is none, or of a newer format
  //   Unavailable          another server has the data directory, or the address cannot be listened
  //                        on
  //   DataLoss             the data directory cannot be recovered
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerConfig& config,
                                                       FileSystem& files, absl::Time process_start);
  // Stop().
  ~Server();

  // HOST:PORT, with the port that was taken.
  const std::string& address() const;
  // The same of the HTTP port; empty if there is none.
  std::string http_address() const;

  // Refuses new calls, lets those at work finish for up to `grace`, commits what waits, and takes a
  // last snapshot if the settings say so. Idempotent. An error means that the last snapshot failed;
  // nothing is lost then, because the log has it all.
  absl::Status Stop(absl::Duration grace = absl::Seconds(5));

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_SERVER_H_
