// The C++ client: one method for each thing a PathKB server can do.
//
//   auto client = PathkbClient::Connect("127.0.0.1:7420");
//   if (!client.ok()) ...
//   auto count = (*client)->Count("default", "(parent $x Bob)");
//
// Requests and answers are the messages of proto/pathkb/v1, whose comments are the contract; this
// class adds the connection, deadlines, and errors as absl::Status.

#ifndef PATHKB_CLIENT_CPP_PATHKB_CLIENT_H_
#define PATHKB_CLIENT_CPP_PATHKB_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"

#include "pathkb/v1/admin_service.grpc.pb.h"
#include "pathkb/v1/fact_service.grpc.pb.h"
#include "pathkb/v1/lease_service.grpc.pb.h"
#include "pathkb/v1/query_service.grpc.pb.h"
#include "pathkb/v1/snapshot_service.grpc.pb.h"
#include "pathkb/v1/space_service.grpc.pb.h"

namespace pathkb::client {

// A connection to one server. Any number of threads may use it at once. It must outlive every call
// made through it, those started by StartInsert() included.
//
// `at_revision`, where a method has one: 0 reads what is there now, another one what was there at
// the revision of a snapshot that the server still has.
//
// Errors of every method, beside those that the .proto names; the server's own message is kept:
//   Unavailable        no server there, or the connection broke: IsConnectionError() is true then,
//   and
//                      what a write did is unknown. Else the server itself cannot serve the call.
//   DeadlineExceeded   no answer within the time given; what a write did is unknown
//   InvalidArgument    also: text that is not UTF-8, found before anything is sent
class PathkbClient {
 public:
  // Messages larger than this are refused in both directions.
  static constexpr int kMessageBytesMax = 64 << 20;

  // How long to wait for a server that does not answer.
  struct Options {
    // For Connect(), name look-up included.
    absl::Duration connect_timeout = absl::Seconds(10);
    // For each call that should answer soon: Insert, Get, one page of List or Browse, Delete,
    // GetStatus, ListSnapshots, and those on leases.
    absl::Duration timeout = absl::Seconds(60);
    // For each call that may have much to do: Query, Count, CreateSnapshot, Diff, and those on
    // whole spaces.
    absl::Duration long_timeout = absl::InfiniteDuration();
  };

  // What a whole query came to.
  struct QuerySummary {
    uint64_t matches = 0;
    // All matches are of this revision; 0 if there was none.
    uint64_t revision = 0;
    // Goes on behind the last of them; empty if there are no more.
    std::string next_page_token;
  };

  // Connects to "HOST:PORT" (or "unix:PATH") in the clear and waits until the server has answered.
  //   InvalidArgument   no port in `address`
  //   Unavailable       no server there, with the reason; IsConnectionError() is true
  static absl::StatusOr<std::unique_ptr<PathkbClient>> Connect(const std::string& address,
                                                               const Options& options);
  static absl::StatusOr<std::unique_ptr<PathkbClient>> Connect(const std::string& address) {
    return Connect(address, Options());
  }

  // How one write is done, as the .proto says.
  struct WriteOptions {
    // A name for it, so that it can be sent again when no answer came; empty for none.
    std::string request_id;
    // On disk before it is answered, whatever the server's setting.
    bool sync_always = false;
    // The lease by which it is done; empty for none.
    std::string lease_id;
  };

  // Adds facts, all or none; with ON_INVALID_SKIP, all that are acceptable.
  absl::StatusOr<v1::InsertResponse> Insert(
      std::string_view space, std::vector<v1::Fact> facts,
      v1::InsertRequest::OnInvalid on_invalid = v1::InsertRequest::ON_INVALID_REJECT_BATCH) {
    return Insert(space, std::move(facts), on_invalid, WriteOptions());
  }
  absl::StatusOr<v1::InsertResponse> Insert(std::string_view space, std::vector<v1::Fact> facts,
                                            v1::InsertRequest::OnInvalid on_invalid,
                                            const WriteOptions& options);

  using InsertDone = std::function<void(absl::StatusOr<v1::InsertResponse>)>;
  // Starts an Insert and returns at once. `done` is called exactly once, on a thread of gRPC, and
  // must not block there. Does not look for bad UTF-8. An Unavailable that it hands over has not
  // been examined yet: give it to ExamineUnavailable(), on a thread that may wait.
  void StartInsert(v1::InsertRequest request, InsertDone done);

  // One fact, by the text of its term or by its name.
  absl::StatusOr<v1::GetResponse> GetByTerm(std::string_view space, std::string_view term,
                                            uint64_t at_revision = 0);
  absl::StatusOr<v1::GetResponse> GetByName(std::string_view space, std::string_view name,
                                            uint64_t at_revision = 0);

  // One page, as the server cuts it. `name_prefix` lists named facts only; `page_size` 0 leaves it
  // to the server; `page_token` is empty for the first page.
  absl::StatusOr<v1::ListResponse> ListPage(std::string_view space,
                                            std::optional<std::string_view> name_prefix,
                                            uint32_t page_size, std::string_view page_token,
                                            uint64_t at_revision = 0);

  // Receives one fact; false ends the listing.
  using OnFact = std::function<bool(const v1::Fact&)>;
  // Hands every fact of `space` to `on_fact`, page by page; returns how many.
  absl::StatusOr<uint64_t> List(std::string_view space, std::optional<std::string_view> name_prefix,
                                const OnFact& on_fact, uint64_t at_revision = 0);

  // Receives one part of a name; false ends the listing.
  using OnFolderEntry = std::function<bool(const v1::BrowseEntry&)>;
  // Hands what is directly in `folder`, empty for the top, to `on_entry`, page by page; returns how
  // many. A folder that no name is in is an empty one.
  absl::StatusOr<uint64_t> Browse(std::string_view space, std::string_view folder,
                                  const OnFolderEntry& on_entry, uint64_t at_revision = 0);

  // Takes out the facts of these terms and names, all or none. What is not there is only counted.
  absl::StatusOr<v1::DeleteResponse> Delete(std::string_view space, std::vector<std::string> terms,
                                            std::vector<std::string> names) {
    return Delete(space, std::move(terms), std::move(names), WriteOptions());
  }
  absl::StatusOr<v1::DeleteResponse> Delete(std::string_view space, std::vector<std::string> terms,
                                            std::vector<std::string> names,
                                            const WriteOptions& options);

  // Takes out the facts of these terms, each as often as it is there, in a space that keeps
  // duplicates.
  absl::StatusOr<v1::DeleteResponse> DeleteAllDuplicates(std::string_view space,
                                                         std::vector<std::string> terms,
                                                         const WriteOptions& options);

  // Takes out every fact whose name begins with `name_prefix`, all or none.
  absl::StatusOr<v1::DeleteResponse> DeleteNamesBelow(std::string_view space,
                                                      std::string_view name_prefix) {
    return DeleteNamesBelow(space, name_prefix, WriteOptions());
  }
  absl::StatusOr<v1::DeleteResponse> DeleteNamesBelow(std::string_view space,
                                                      std::string_view name_prefix,
                                                      const WriteOptions& options);

  // Receives one match; false cancels the query, which then counts as complete.
  using OnMatch = std::function<bool(const v1::Match&)>;
  // Hands the answers to a query to `on_match` as they arrive; the .proto says what `request` may
  // hold. After an error the answers handed over before it are good.
  absl::StatusOr<QuerySummary> Query(const v1::QueryRequest& request, const OnMatch& on_match);
  // The same for all facts that match `pattern`, or the first `limit` of them unless that is 0.
  absl::StatusOr<QuerySummary> Query(std::string_view space, std::string_view pattern,
                                     uint64_t limit, const OnMatch& on_match,
                                     uint64_t at_revision = 0);

  // Counts the answers to a query, or all facts of the space if its pattern is empty.
  absl::StatusOr<v1::CountResponse> Count(const v1::CountRequest& request);
  absl::StatusOr<v1::CountResponse> Count(std::string_view space, std::string_view pattern,
                                          uint64_t at_revision = 0);

  // How a query is answered.
  absl::StatusOr<v1::ExplainResponse> Explain(const v1::ExplainRequest& request);

  // Inserts a template, filled with each answer to a query, as facts.
  absl::StatusOr<v1::TransformResponse> Transform(const v1::TransformRequest& request);

  // Hands the facts of a set operation to `on_fact` as they arrive, unless they go into a space;
  // false cancels the call, which then counts as complete, without totals.
  absl::StatusOr<v1::CombineTotals> Combine(const v1::CombineRequest& request,
                                            const OnFact& on_fact);

  // Receives one space; false ends the listing.
  using OnSpace = std::function<bool(const v1::Space&)>;
  // Hands every space to `on_space`, page by page; returns how many.
  absl::StatusOr<uint64_t> ListSpaces(const OnSpace& on_space);
  // Takes out a whole space; `lease_id` as in WriteOptions.
  absl::StatusOr<v1::DropSpaceResponse> DropSpace(std::string_view space,
                                                  std::string_view lease_id = {});
  // Makes a new space that holds what `space` holds. ALREADY_EXISTS if there is one of that name.
  // `lease_id` as in WriteOptions.
  absl::StatusOr<v1::ForkSpaceResponse> ForkSpace(std::string_view space,
                                                  std::string_view into_space,
                                                  std::string_view lease_id = {});
  // Makes these, and no others, the indexed arguments of a space. Takes as long as it takes to walk
  // over its facts. `lease_id` as in WriteOptions.
  absl::StatusOr<v1::SetIndexResponse> SetIndex(std::string_view space,
                                                const std::vector<uint32_t>& arguments,
                                                std::string_view lease_id = {});
  // Makes a space a set or a multiset; `lease_id` as in WriteOptions.
  absl::StatusOr<v1::SetDuplicatesResponse> SetDuplicates(std::string_view space,
                                                          v1::Duplicates duplicates,
                                                          std::string_view lease_id = {});
  // Makes a space what one was at a revision.
  absl::StatusOr<v1::RestoreSpaceResponse> RestoreSpace(const v1::RestoreSpaceRequest& request);

  // Takes a lease, so that nobody else writes to what it is of; waits for the writes on their way.
  absl::StatusOr<v1::AcquireLeaseResponse> AcquireLease(const v1::AcquireLeaseRequest& request);
  // Lets a lease end so many milliseconds from now; 0 leaves the number to the server.
  absl::StatusOr<v1::RenewLeaseResponse> RenewLease(std::string_view lease_id, uint64_t ttl_ms);
  // Ends a lease.
  absl::StatusOr<v1::ReleaseLeaseResponse> ReleaseLease(std::string_view lease_id);
  // The leases that are held.
  absl::StatusOr<v1::ListLeasesResponse> ListLeases();

  // Returns when the new snapshot is on disk. `deduplicate` as in the .proto: nullopt leaves it to
  // the server's setting.
  absl::StatusOr<v1::CreateSnapshotResponse> CreateSnapshot(
      std::optional<bool> deduplicate = std::nullopt);
  // Returns when what changed since the last snapshot or delta is on disk as a delta.
  absl::StatusOr<v1::CreateSnapshotResponse> CreateDelta();
  // Returns when all is in one new snapshot.
  absl::StatusOr<v1::CompactResponse> Compact();
  // Keeps the snapshot `id` from now on, or no longer. NotFound if there is none.
  absl::StatusOr<v1::SetPinnedResponse> SetPinned(const std::string& id, bool pinned);
  absl::StatusOr<v1::ListSnapshotsResponse> ListSnapshots();
  // Receives one difference; false cancels the call, which then counts as complete.
  using OnDifference = std::function<bool(const v1::FactDifference&)>;
  // What a comparison was between; 0 for a revision that is not known.
  struct DiffSummary {
    uint64_t differences = 0;
    uint64_t from_revision = 0;
    uint64_t to_revision = 0;
  };
  // Hands what differs between two states to `on_difference` as it arrives. After an error the
  // differences handed over before it are good.
  absl::StatusOr<DiffSummary> Diff(const v1::DiffRequest& request,
                                   const OnDifference& on_difference);
  absl::StatusOr<v1::GetStatusResponse> GetStatus();

  // Finds out whether an Unavailable came from the server or from the lack of one: looks for up to
  // 50 ms whether the connection is gone, and marks the status if it is. Other statuses pass
  // through.
  absl::Status ExamineUnavailable(absl::Status status) const;

 private:
  PathkbClient(std::string address, std::shared_ptr<grpc::Channel> channel, const Options& options);

  // One attempt of Connect().
  static absl::StatusOr<std::unique_ptr<PathkbClient>> ConnectOnce(const std::string& address,
                                                                   const Options& options);

  // Makes one call that has one answer: `method` of `stub`, within `timeout`.
  template <typename Response, typename Stub, typename Request>
  absl::StatusOr<Response> Call(Stub& stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request, absl::Duration timeout);

  // Hands each answer of a stream to `on_response`, until that returns false, which cancels it and
  // is no error.
  template <typename Response>
  absl::Status ReadAll(grpc::ClientContext& context, grpc::ClientReader<Response>& reader,
                       const std::function<bool(const Response&)>& on_response);

  const std::string address_;
  const Options options_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::FactService::Stub> facts_;
  const std::unique_ptr<v1::QueryService::Stub> queries_;
  const std::unique_ptr<v1::SnapshotService::Stub> snapshots_;
  const std::unique_ptr<v1::SpaceService::Stub> spaces_;
  const std::unique_ptr<v1::LeaseService::Stub> leases_;
  const std::unique_ptr<v1::AdminService::Stub> admin_;
};

// True if `status` says that there is no server to talk to, rather than that a server said no.
bool IsConnectionError(const absl::Status& status);

}  // namespace pathkb::client

#endif  // PATHKB_CLIENT_CPP_PATHKB_CLIENT_H_
