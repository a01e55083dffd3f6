// The states that can be read: the newest, and each snapshot that the manifest names. A snapshot is
// opened when somebody asks for it, and a few stay open.
//
//   revision 57 --> the live view                  now
//   revision 42 --> the base of the live view      shared with it
//   revision 17 --> an older pair, opened on first use, kept while it is among the last few asked
//                   for, and no longer than the manifest names it: the first read after that, of
//                   whatever state, lets go of it, and with its last reader the disk has its room

#ifndef PATHKB_SERVER_KNOWLEDGE_BASE_GENERATIONS_H_
#define PATHKB_SERVER_KNOWLEDGE_BASE_GENERATIONS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"

#include "server/knowledge_base/knowledge_base.h"
#include "server/knowledge_base/read_view.h"
#include "storage/directory/manifest.h"
#include "storage/file/file_system.h"
#include "storage/snapshot/snapshot.h"

namespace pathkb {

// Thread-safe. A view keeps what it shows readable, also after the files were removed: they stay
// mapped. The lock is held for the list of open pairs only, never while one is opened.
class Generations {
 public:
  // Older pairs that stay open after their last reader is gone.
  static constexpr size_t kOpenMax = 4;
  // Revisions that a message lists.
  static constexpr size_t kListedMax = 10;

  // The manifest that counts now.
  using PresentManifest = std::function<Manifest()>;

  // Borrows both references.
  Generations(FileSystem& files, std::string data_dir, const KnowledgeBase& knowledge_base,
              PresentManifest present_manifest);

  // The state after `revision`; 0 means the newest. Opening a pair takes constant time.
  //   NotFound            neither the newest nor that of a snapshot; lists those there are
  //   DataLoss            the pair cannot be opened
  absl::StatusOr<ReadView> AtRevision(uint64_t revision);

  // The state with this name: `now` (or nothing), a revision in decimal, or a snapshot's id. Errors
  // as AtRevision().
  absl::StatusOr<ReadView> Named(std::string_view name);

  // Older pairs that are open for readers to come.
  size_t open_pairs() const { return open_count_.load(); }

 private:
  using Pair = std::shared_ptr<const Snapshot>;
  using Wanted = std::function<bool(const SnapshotRecord&)>;

  // The newest snapshot of the manifest that is `wanted`; `name` is for messages.
  absl::StatusOr<ReadView> Find(const ReadView& now, const Wanted& wanted, std::string_view name);
  // The pair of `record`, from those that are open or by opening it.
  absl::StatusOr<Pair> Open(const Manifest& manifest, const SnapshotRecord& record)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Lets go of what the manifest no longer names; puts `pair`, if it is not null, in front.
  void Keep(const Manifest& manifest, Pair pair) ABSL_LOCKS_EXCLUDED(mutex_);

  FileSystem& files_;
  const std::string data_dir_;
  const KnowledgeBase& knowledge_base_;
  const PresentManifest present_manifest_;

  mutable std::mutex mutex_;
  std::list<Pair> open_ ABSL_GUARDED_BY(mutex_);  // The one asked for last is the first.
  std::atomic<size_t> open_count_ = 0;            // open_.size(), so that most reads need no lock.
};

}  // namespace pathkb

#endif  // PATHKB_SERVER_KNOWLEDGE_BASE_GENERATIONS_H_
