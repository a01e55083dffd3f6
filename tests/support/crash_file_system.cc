#include "tests/support/crash_file_system.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <type_traits>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "fmt/format.h"

#include "core/base/status_macros.h"
#include "storage/file/checksum.h"
#include "storage/file/mapped_file.h"
#include "storage/file/path_parts.h"

namespace pathkb {
namespace {

// Without doubled and closing slashes.
std::string Normalized(const std::string& path) {
  std::string normal;
  for (char c : path) {
    if (c != '/' || normal.empty() || normal.back() != '/') normal.push_back(c);
  }
  while (normal.size() > 1 && normal.back() == '/') normal.pop_back();
  return normal;
}

class CopiedFile : public MappedFile {
 public:
  CopiedFile(std::string bytes, std::string path)
      : bytes_(std::move(bytes)), path_(std::move(path)) {}
  std::string_view bytes() const override { return bytes_; }
  const std::string& path() const override { return path_; }

 private:
  const std::string bytes_;
  const std::string path_;
};

absl::Status NotFound(const char* operation, const std::string& path) {
  return absl::NotFoundError(fmt::format("{} {}: No such file or directory", operation, path));
}

}  // namespace

struct CrashFileSystem::State {
  mutable std::mutex mutex;
  DiskNames names ABSL_GUARDED_BY(mutex);                  // As programs see them.
  DiskNames durable ABSL_GUARDED_BY(mutex);                // As the disk holds them.
  std::vector<NameChange> changes ABSL_GUARDED_BY(mutex);  // Between the two, oldest first.
  std::map<std::string, std::string> locks ABSL_GUARDED_BY(mutex);  // Path to holder.
  std::vector<RecordedCall> recorded ABSL_GUARDED_BY(mutex);
  uint64_t fail_from ABSL_GUARDED_BY(mutex) = 0;  // 0 is never.
  bool fail_from_then_on ABSL_GUARDED_BY(mutex) = false;
  absl::Status fail_status ABSL_GUARDED_BY(mutex);
  absl::Status write_failure ABSL_GUARDED_BY(mutex);
  uint64_t kill_at ABSL_GUARDED_BY(mutex) = 0;  // 0 is never.
  std::function<void(const RecordedCall&)> observer ABSL_GUARDED_BY(mutex);
  uint64_t free_bytes ABSL_GUARDED_BY(mutex) = uint64_t{1} << 60;

  // Records the call, runs `work` unless it is to fail, and returns what the call returns.
  // `on_failure` is what a failing call does all the same; its argument says whether the process
  // was killed in the middle of it.
  template <typename Work, typename OnFailure>
  auto Run(RecordedCall call, bool needs_room, Work work, OnFailure on_failure)
      -> decltype(work()) {
    std::unique_lock<std::mutex> lock(mutex);
    auto result = RunLocked(call, needs_room, work, on_failure);
    if (observer == nullptr) return result;
    const auto observe = observer;
    lock.unlock();
    observe(call);
    return result;
  }
  template <typename Work, typename OnFailure>
  auto RunLocked(RecordedCall& call, bool needs_room, Work& work, OnFailure& on_failure)
      -> decltype(work()) {
    const uint64_t number = recorded.size() + 1;
    absl::Status failure;
    const bool killed = kill_at != 0 && number >= kill_at;
    if (killed) {
      failure = absl::AbortedError("the process was killed");
    } else if (fail_from != 0 &&
               (number == fail_from || (fail_from_then_on && number > fail_from))) {
      failure = fail_status;
    } else if (needs_room) {
      failure = write_failure;
    }
    if (!failure.ok()) {
      call.status = absl::Status(failure.code(), fmt::format("{} {}: {}", call.operation, call.path,
                                                             std::string(failure.message())));
      recorded.push_back(call);
      if (!killed || number == kill_at) on_failure(killed);
      return call.status;
    }
    auto result = work();
    if constexpr (std::is_same_v<decltype(result), absl::Status>) {
      call.status = result;
    } else {
      call.status = result.status();
    }
    recorded.push_back(call);
    return result;
  }
  template <typename Work>
  auto Run(RecordedCall call, Work work) -> decltype(work()) {
    return Run(std::move(call), /*needs_room=*/false, std::move(work), [](bool) {});
  }

  DiskNode* Find(const std::string& path) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    const auto found = names.find(path);
    return found == names.end() ? nullptr : found->second.get();
  }
  bool IsDirectory(const std::string& path) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    const DiskNode* node = Find(path);
    return AlwaysThere(path) || (node != nullptr && node->is_directory);
  }
  // OK if a name can be made at `path`: its directory is there.
  absl::Status CheckDirectoryOf(const char* operation, const std::string& path) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    const std::string directory = DirectoryPart(path);
    if (IsDirectory(directory)) return absl::OkStatus();
    if (Find(directory) == nullptr) return NotFound(operation, path);
    return absl::FailedPreconditionError(fmt::format("{} {}: Not a directory", operation, path));
  }
  // The file at `path`, which must be one.
  absl::StatusOr<DiskNode*> FindFile(const char* operation, const std::string& path) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    if (IsDirectory(path)) {
      return absl::FailedPreconditionError(fmt::format("{} {}: Is a directory", operation, path));
    }
    PATHKB_RETURN_IF_ERROR(CheckDirectoryOf(operation, path));
    DiskNode* node = Find(path);
    if (node == nullptr) return NotFound(operation, path);
    return node;
  }
  void Change(NameChange change) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    ApplyChange(change, names);
    changes.push_back(std::move(change));
  }
};

class CrashFileSystem::File : public WritableFile {
 public:
  File(std::shared_ptr<State> state, DiskNodePointer node, std::string path)
      : state_(std::move(state)), node_(std::move(node)), path_(std::move(path)) {}

  absl::Status Append(std::string_view bytes) override {
    return state_->Run(
        {"Append", path_, bytes.size(), {}}, /*needs_room=*/true,
        [&]() -> absl::Status {
          PATHKB_RETURN_IF_ERROR(CheckOpen("append to"));
          node_->bytes.append(bytes);
          return absl::OkStatus();
        },
        [&](bool) {
          if (!closed_) node_->bytes.append(bytes.substr(0, bytes.size() / 2));
        });
  }

  absl::Status WriteAt(uint64_t offset, std::string_view bytes) override {
    return state_->Run(
        {"WriteAt", path_, bytes.size(), {}}, /*needs_room=*/true,
        [&]() -> absl::Status {
          PATHKB_RETURN_IF_ERROR(CheckOpen("write to"));
          const uint64_t size = node_->bytes.size();
          if (offset > size || bytes.size() > size - offset) {
            return absl::OutOfRangeError(
                fmt::format("write to {}: bytes {} to {} are not all written yet, the file ends "
                            "at {}",
                            path_, offset, offset + bytes.size(), size));
          }
          if (offset < node_->synced_bytes) {
            const uint64_t durable_bytes =
                std::min<uint64_t>(bytes.size(), node_->synced_bytes - offset);
            node_->overwritten.emplace_back(offset, node_->bytes.substr(offset, durable_bytes));
          }
          node_->bytes.replace(offset, bytes.size(), bytes);
          return absl::OkStatus();
        },
        [](bool) {});
  }

  absl::StatusOr<std::string> ReadAt(uint64_t offset, uint64_t length) override {
    return state_->Run({"ReadAt", path_, length, {}}, [&]() -> absl::StatusOr<std::string> {
      PATHKB_RETURN_IF_ERROR(CheckOpen("read"));
      const uint64_t size = node_->bytes.size();
      if (offset > size || length > size - offset) {
        return absl::OutOfRangeError(
            fmt::format("read {}: bytes {} to {} are not all written yet, the file ends at {}",
                        path_, offset, offset + length, size));
      }
      return node_->bytes.substr(offset, length);
    });
  }

  absl::Status Sync() override {
    return state_->Run(
        {"Sync", path_, 0, {}}, /*needs_room=*/false,
        [&]() -> absl::Status {
          PATHKB_RETURN_IF_ERROR(CheckOpen("sync"));
          SyncNode(*node_);
          return absl::OkStatus();
        },
        [&](bool killed) {
          if (!killed) node_->sync_failed = true;
        });
  }

  absl::Status Close() override {
    return state_->Run({"Close", path_, 0, {}}, [&]() -> absl::Status {
      PATHKB_RETURN_IF_ERROR(CheckOpen("close"));
      closed_ = true;
      return absl::OkStatus();
    });
  }

 private:
  absl::Status CheckOpen(const char* operation) const {
    if (!closed_) return absl::OkStatus();
    return absl::FailedPreconditionError(
        fmt::format("{} {}: the file is closed", operation, path_));
  }

  const std::shared_ptr<State> state_;
  const DiskNodePointer node_;  // What it points to is guarded by the mutex in state_.
  const std::string path_;
  bool closed_ = false;
};

class CrashFileSystem::HeldLock : public FileLock {
 public:
  HeldLock(std::shared_ptr<State> state, std::string path)
      : state_(std::move(state)), path_(std::move(path)) {}
  ~HeldLock() override {
    std::lock_guard<std::mutex> lock(state_->mutex);
    state_->locks.erase(path_);
  }

 private:
  const std::shared_ptr<State> state_;
  const std::string path_;
};

CrashFileSystem::CrashFileSystem() : state_(std::make_shared<State>()) {}
CrashFileSystem::~CrashFileSystem() = default;

std::unique_ptr<CrashFileSystem> CrashFileSystem::AfterPowerCut(CrashKeep keep,
                                                                uint64_t seed) const {
  return AfterPowerCut(CutOf(keep, seed));
}

std::unique_ptr<CrashFileSystem> CrashFileSystem::AfterPowerCut(const PowerCut& cut) const {
  DiskNames names;
  {
    std::lock_guard<std::mutex> lock(state_->mutex);
    names = NamesAfterPowerCut(state_->durable, state_->changes, cut);
  }
  auto after = std::make_unique<CrashFileSystem>();
  std::lock_guard<std::mutex> lock(after->state_->mutex);
  after->state_->names = names;
  after->state_->durable = std::move(names);
  return after;
}

CrashFileSystem::Unsynced CrashFileSystem::unsynced() const {
  std::lock_guard<std::mutex> lock(state_->mutex);
  std::set<const DiskNode*> nodes;
  for (const auto& [path, node] : state_->names) nodes.insert(node.get());
  for (const auto& [path, node] : state_->durable) nodes.insert(node.get());
  Unsynced unsynced;
  unsynced.names = state_->changes.size();
  for (const DiskNode* node : nodes) {
    if (node->bytes.size() != node->synced_bytes || !node->overwritten.empty()) ++unsynced.files;
  }
  return unsynced;
}

void CrashFileSystem::Observe(std::function<void(const RecordedCall&)> observer) {
  std::lock_guard<std::mutex> lock(state_->mutex);
  state_->observer = std::move(observer);
}

void CrashFileSystem::KillAt(uint64_t n) {
  std::lock_guard<std::mutex> lock(state_->mutex);
  state_->kill_at = n;
}

void CrashFileSystem::FailCall(uint64_t n, absl::Status status, bool from_then_on) {
  std::lock_guard<std::mutex> lock(state_->mutex);
  state_->fail_from = status.ok() ? 0 : n;
  state_->fail_from_then_on = from_then_on;
  state_->fail_status = std::move(status);
}

void CrashFileSystem::FailWrites(absl::Status status) {
  std::lock_guard<std::mutex> lock(state_->mutex);
  state_->write_failure = std::move(status);
}

void CrashFileSystem::SetFreeBytes(uint64_t bytes) {
  std::lock_guard<std::mutex> lock(state_->mutex);
  state_->free_bytes = bytes;
}

absl::StatusOr<uint64_t> CrashFileSystem::FreeBytes(const std::string&) {
  std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->free_bytes;
}

uint64_t CrashFileSystem::calls() const {
  std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->recorded.size();
}

std::vector<RecordedCall> CrashFileSystem::recorded() const {
  std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->recorded;
}

void CrashFileSystem::PutFile(const std::string& path, std::string bytes) {
  const std::string name = Normalized(path);
  auto file = std::make_shared<DiskNode>();
  file->synced_bytes = bytes.size();
  file->bytes = std::move(bytes);
  std::lock_guard<std::mutex> lock(state_->mutex);
  for (std::string directory = DirectoryPart(name); !AlwaysThere(directory);
       directory = DirectoryPart(directory)) {
    DiskNodePointer& node = state_->names[directory];
    if (node == nullptr) {
      node = std::make_shared<DiskNode>();
      node->is_directory = true;
    }
    state_->durable[directory] = node;
  }
  std::erase_if(state_->changes, [&](const NameChange& change) { return change.path == name; });
  state_->names[name] = file;
  state_->durable[name] = std::move(file);
}

uint64_t CrashFileSystem::Digest() const {
  std::lock_guard<std::mutex> lock(state_->mutex);
  std::string text;
  for (const auto& [path, node] : state_->names) {
    text += fmt::format("{} {:016x} {}\n", path, Checksum(node->bytes), node->is_directory);
  }
  return Checksum(text);
}

std::map<std::string, std::string> CrashFileSystem::AllFiles() const {
  std::lock_guard<std::mutex> lock(state_->mutex);
  std::map<std::string, std::string> files;
  for (const auto& [path, node] : state_->names) {
    if (!node->is_directory) files[path] = node->bytes;
  }
  return files;
}

absl::StatusOr<std::unique_ptr<WritableFile>> CrashFileSystem::Create(const std::string& path) {
  const std::string name = Normalized(path);
  return state_->Run(
      {"Create", path, 0, {}}, /*needs_room=*/true,
      [&]() -> absl::StatusOr<std::unique_ptr<WritableFile>> {
        PATHKB_RETURN_IF_ERROR(state_->CheckDirectoryOf("create", name));
        if (AlwaysThere(name) || state_->Find(name) != nullptr) {
          return absl::AlreadyExistsError(fmt::format("create {}: File exists", path));
        }
        auto node = std::make_shared<DiskNode>();
        state_->Change({DirectoryPart(name), name, "", node});
        return std::make_unique<File>(state_, std::move(node), path);
      },
      [](bool) {});
}

absl::StatusOr<std::unique_ptr<const MappedFile>> CrashFileSystem::Map(const std::string& path,
                                                                       const MapOptions&) {
  return state_->Run(
      {"Map", path, 0, {}}, [&]() -> absl::StatusOr<std::unique_ptr<const MappedFile>> {
        PATHKB_ASSIGN_OR_RETURN(const DiskNode* node, state_->FindFile("open", Normalized(path)));
        return std::make_unique<const CopiedFile>(node->bytes, path);
      });
}

absl::StatusOr<std::string> CrashFileSystem::ReadFile(const std::string& path, uint64_t bytes_max) {
  return state_->Run({"ReadFile", path, 0, {}}, [&]() -> absl::StatusOr<std::string> {
    PATHKB_ASSIGN_OR_RETURN(const DiskNode* node, state_->FindFile("open", Normalized(path)));
    if (node->bytes.size() > bytes_max) {
      return absl::ResourceExhaustedError(
          fmt::format("read {}: the file has {} bytes, at most {} are allowed", path,
                      node->bytes.size(), bytes_max));
    }
    return node->bytes;
  });
}

absl::StatusOr<uint64_t> CrashFileSystem::FileBytes(const std::string& path) {
  return state_->Run({"FileBytes", path, 0, {}}, [&]() -> absl::StatusOr<uint64_t> {
    PATHKB_ASSIGN_OR_RETURN(const DiskNode* node, state_->FindFile("stat", Normalized(path)));
    return node->bytes.size();
  });
}

absl::StatusOr<std::vector<std::string>> CrashFileSystem::List(const std::string& directory) {
  const std::string name = Normalized(directory);
  return state_->Run({"List", directory, 0, {}}, [&]() -> absl::StatusOr<std::vector<std::string>> {
    if (!state_->IsDirectory(name)) {
      if (state_->Find(name) == nullptr) return NotFound("list", directory);
      return absl::FailedPreconditionError(fmt::format("list {}: Not a directory", directory));
    }
    std::vector<std::string> found;
    for (const auto& [path, node] : state_->names) {
      if (DirectoryPart(path) == name && path != name) {
        found.push_back(path.substr(path.rfind('/') + 1));
      }
    }
    std::sort(found.begin(), found.end());
    return found;
  });
}

absl::StatusOr<bool> CrashFileSystem::Exists(const std::string& path) {
  const std::string name = Normalized(path);
  return state_->Run({"Exists", path, 0, {}}, [&]() -> absl::StatusOr<bool> {
    return AlwaysThere(name) || state_->Find(name) != nullptr;
  });
}

absl::Status CrashFileSystem::Rename(const std::string& from, const std::string& to) {
  const std::string old_name = Normalized(from);
  const std::string new_name = Normalized(to);
  return state_->Run({"Rename", to, 0, {}}, [&]() -> absl::Status {
    const std::string operation = fmt::format("rename {} to", from);
    if (!state_->FindFile(operation.c_str(), old_name).ok()) {
      return NotFound(operation.c_str(), to);
    }
    PATHKB_RETURN_IF_ERROR(state_->CheckDirectoryOf(operation.c_str(), new_name));
    if (state_->IsDirectory(new_name)) {
      return absl::FailedPreconditionError(fmt::format("{} {}: Is a directory", operation, to));
    }
    if (old_name == new_name) return absl::OkStatus();
    state_->Change({DirectoryPart(new_name), new_name, old_name, state_->names[old_name]});
    return absl::OkStatus();
  });
}

absl::Status CrashFileSystem::Remove(const std::string& path) {
  const std::string name = Normalized(path);
  return state_->Run({"Remove", path, 0, {}}, [&]() -> absl::Status {
    PATHKB_RETURN_IF_ERROR(state_->FindFile("remove", name).status());
    state_->Change({DirectoryPart(name), name, "", nullptr});
    return absl::OkStatus();
  });
}

absl::Status CrashFileSystem::CreateDirectory(const std::string& path) {
  const std::string name = Normalized(path);
  return state_->Run(
      {"CreateDirectory", path, 0, {}}, /*needs_room=*/true,
      [&]() -> absl::Status {
        if (state_->IsDirectory(name)) return absl::OkStatus();
        PATHKB_RETURN_IF_ERROR(state_->CheckDirectoryOf("make directory", name));
        if (state_->Find(name) != nullptr) {
          return absl::AlreadyExistsError(fmt::format("make directory {}: File exists", path));
        }
        auto node = std::make_shared<DiskNode>();
        node->is_directory = true;
        state_->Change({DirectoryPart(name), name, "", std::move(node)});
        return absl::OkStatus();
      },
      [](bool) {});
}

absl::Status CrashFileSystem::SyncDirectory(const std::string& directory) {
  const std::string name = Normalized(directory);
  return state_->Run({"SyncDirectory", directory, 0, {}}, [&]() -> absl::Status {
    if (!state_->IsDirectory(name)) {
      if (state_->Find(name) == nullptr) return NotFound("open", directory);
      return absl::FailedPreconditionError(fmt::format("open {}: Not a directory", directory));
    }
    std::vector<NameChange> waiting;
    for (NameChange& change : state_->changes) {
      if (change.directory != name) {
        waiting.push_back(std::move(change));
        continue;
      }
      // A file that has moved on to a durable name does not come back under its first one.
      std::erase_if(waiting, [&](const NameChange& earlier) {
        return !change.from.empty() && earlier.path == change.from && earlier.node == change.node;
      });
      ApplyChange(change, state_->durable);
    }
    state_->changes = std::move(waiting);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::unique_ptr<FileLock>> CrashFileSystem::Lock(const std::string& path,
                                                                const std::string& holder) {
  const std::string name = Normalized(path);
  return state_->Run({"Lock", path, 0, {}}, [&]() -> absl::StatusOr<std::unique_ptr<FileLock>> {
    PATHKB_RETURN_IF_ERROR(state_->CheckDirectoryOf("lock", name));
    const auto held = state_->locks.find(name);
    if (held != state_->locks.end()) {
      return absl::UnavailableError(fmt::format("lock {}: held by {}", path, held->second));
    }
    if (state_->Find(name) == nullptr) {
      state_->Change({DirectoryPart(name), name, "", std::make_shared<DiskNode>()});
    }
    state_->Find(name)->bytes = holder;
    state_->Find(name)->synced_bytes = 0;
    state_->locks[name] = holder;
    return std::make_unique<HeldLock>(state_, name);
  });
}

}  // namespace pathkb
