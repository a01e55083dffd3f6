// Everything that changed since the snapshot: a trie of keys (core/facts/keys) and the entries
// their values name. A delete leaves a tombstone (core/trie/tombstone.h), always, because a
// snapshot that is being written at that moment may hold the fact; a space that is dropped leaves
// one for all its facts (dropped_space.h). A fact's keys in the argument index (arg_index.h) are
// set and deleted together with the one under terms/, for each position that its space has, also
// while the position's family is still being built. In a space that keeps duplicates, an unnamed
// fact may be there several times (DUPLICATES.md).
//
// The log replayed in order, over the same base, gives the same working set again: Apply() looks at
// nothing but its arguments.

#ifndef PATHKB_CORE_FACTS_WORKING_SET_H_
#define PATHKB_CORE_FACTS_WORKING_SET_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "core/facts/arg_index.h"
#include "core/facts/batch.h"
#include "core/facts/entry_store.h"
#include "core/facts/fact_base.h"
#include "core/facts/forked_base.h"
#include "core/facts/keys.h"
#include "core/facts/space_forks.h"
#include "core/trie/path_trie.h"
#include "core/trie/zipper.h"

namespace pathkb {

// How many facts a batch changed, and in which way.
struct ChangeCounts {
  uint64_t inserted = 0;
  uint64_t updated = 0;    // There before with another entry, or, named, with another term.
  uint64_t unchanged = 0;  // There before, just so.
  uint64_t deleted = 0;
  uint64_t not_found = 0;  // Deletes of what was not there; one for a whole prefix or space.
  uint64_t indexed = 0;    // Facts that a kIndexFacts has put into the index: no change of them.
  uint64_t forked = 0;     // Facts that came by a kForkSpace.

  uint64_t changed() const { return inserted + updated + deleted; }
  // Facts there are more than before, modulo 2^64.
  uint64_t added() const { return inserted + forked - deleted; }
  ChangeCounts& operator+=(const ChangeCounts& other);
  friend bool operator==(const ChangeCounts&, const ChangeCounts&) = default;
};

// What a delta says of one key. As in storage/delta: a later one of the same delta, for a key
// below, goes on top of it.
enum class KeyChange {
  kSet,          // It has this entry now, whatever it had.
  kDelete,       // It is gone. What is below it stays.
  kDeleteBelow,  // It is gone, and so is everything that extends it.
  kReplace,      // It has this entry now, and everything that extends it is gone.
};

// One thread at a time. The trie and the entry view are handed out as handles that stay as they are
// while the working set goes on changing.
class WorkingSet {
 public:
  WorkingSet() = default;

  // A second working set that shares everything with this one until either is changed, to be edited
  // and then kept instead of this one, or dropped. Constant time. The two share one entry store, so
  // only one of them may be edited.
  WorkingSet(const WorkingSet&) = default;
  WorkingSet& operator=(const WorkingSet&) = default;
  WorkingSet(WorkingSet&&) = default;
  WorkingSet& operator=(WorkingSet&&) = default;

  // Applies all changes of `batch` over `base` (may be null; as it is, without the forks), and says
  // what each did. A change that
  // does nothing (an insert of what is there, a delete of what is not) is taken out of `batch`, so
  // that what remains is what the log must hold. A delete of many facts costs a walk over them, and
  // for names two changes of the trie each; a dropped space is one change, and O(what changed in
  // it) to count, if the base has been asked for its number before (FactBase::CountBelow()). Each
  // indexed argument adds one change of the trie for each fact that has it. kIndexFacts walks its
  // facts, and takes their entries from the base into memory.
  // A fork shares what this has of the space that is forked, and is made in constant time, if the
  // number of facts there is known. After an error this object must be dropped.
  //   DataLoss             the base could not be read
  //   AlreadyExists        a fork into a space that has facts
  //   FailedPrecondition   the space is to be a set, and has a fact several times
  //   ResourceExhausted    a fact is there kCopiesMax times
  absl::StatusOr<ChangeCounts> Apply(Batch& batch, const FactBase* base);

  // True if neither this nor `base` (may be null) holds a key of `space`, nor a deleted one since
  // the base: then the space comes into being with the next fact. O(bytes of its name).
  absl::StatusOr<bool> IsNewSpace(std::string_view space, const FactBase* base) const;

  // Puts one key into the state that a delta says it has, without a look at the base: what the
  // delta was made of is right already. `entry` is for changes that have one; empty for a plain
  // fact. For a delta that begins where this working set stands, key by key in the delta's order.
  void ApplyKey(std::string_view key, KeyChange change, std::string_view entry);

  // The part of this working set that came after its trie was `older` and `forks_made` forks had
  // been made, with fresh, dense entry ids: what is left when a snapshot of that moment has become
  // the base. Costs O(changes since).
  WorkingSet Since(const PathTrie& older, uint64_t forks_made) const;

  // Adds to this, which must be what some working set had become since some moment when its trie
  // was `older`, what it has become since: its trie is `newer` now and its entries are `entries`.
  // So a long Since() can be made in steps, while the working set goes on. O(changes since). After
  // the last step, Complete().
  void AddChanges(const PathTrie& newer, const EntryView& entries, const PathTrie& older);
  // Takes from `whole`, whose changes since some moment this holds, what is no key: forks, for a
  // base of that moment, when `forks_made` had been made, and the numbers of facts that are known.
  void Complete(const WorkingSet& whole, uint64_t forks_made);

  const PathTrie& trie() const { return trie_; }
  EntryView entries() const { return entries_->View(); }
  // Which spaces stand on what the base has of others.
  const SpaceForks& forks() const { return forks_; }
  // How many facts a space has, as far as that is known: a path is the space's name, its value the
  // number. Known for spaces that came into being here, and where it was counted once.
  const PathTrie& fact_counts() const { return fact_counts_; }

  // Facts inserted, replaced or deleted since the base, each counted once; named facts by their
  // terms. A dropped space counts as one, whatever it held.
  uint64_t changed_facts() const { return changed_facts_; }
  bool empty() const { return trie_.empty(); }

  // Bytes in memory, about: trie and entries. What forks share counts once, as far as that can be
  // told: after a fork, each change is taken to have copied something that was shared.
  uint64_t MemoryBytes() const {
    return trie_.MemoryBytes() - std::min(shared_bytes_, trie_.MemoryBytes()) +
           entries_->entry_bytes() + forks_.MemoryBytes();
  }

 private:
  // What Apply() is at.
  struct Work {
    std::string_view space;
    const FactBase* base;              // With the forks; may be null.
    const FactBase* plain_base;        // Without them; null if `base` is.
    std::optional<ForkedBase> forked;  // What `base` is, where there are forks.
    ArgumentKeys index;                // For the positions that the space has.
    ChangeCounts counts;
    std::optional<bool> is_multiset = {};  // What the space is, once that was asked.
  };

  // One key as it stands: its entry bytes, or nullopt when there is no such fact. The bytes may be
  // in `scratch`.
  absl::StatusOr<std::optional<std::string_view>> Lookup(std::string_view key, const FactBase* base,
                                                         std::string& scratch) const;
  // Each does one change; true if it was one.
  absl::StatusOr<bool> ApplyChange(Change& change, Work& work);
  absl::StatusOr<bool> ApplySet(const Change& change, Work& work);
  absl::StatusOr<bool> ApplyDelete(const Change& change, Work& work);
  absl::StatusOr<bool> ApplyDeleteNamesBelow(std::string_view name_prefix, Work& work);
  absl::StatusOr<bool> ApplyDropSpace(Work& work);
  absl::StatusOr<bool> ApplyForkSpace(Change& change, Work& work);
  absl::StatusOr<bool> ApplyIndexArguments(const Change::Index& index, Work& work);
  absl::StatusOr<bool> ApplyIndexFacts(const Change& change, Work& work);
  // An insert of what is there already, in a multiset; one that says which copy it means; a delete
  // of what is there in a multiset; and whether it is one.
  absl::StatusOr<bool> ApplyAddCopy(const Change& change, Work& work);
  absl::StatusOr<bool> ApplySetCopy(const Change& change, Work& work);
  absl::StatusOr<bool> ApplyDeleteCopies(const Change& change, Work& work);
  absl::StatusOr<bool> ApplyDuplicates(bool keep, Work& work);
  absl::StatusOr<bool> IsMultiset(Work& work) const;
  // How often an unnamed fact is there: O(log of the number) lookups.
  absl::StatusOr<uint32_t> CountCopies(std::string_view encoded_term, const Work& work) const;
  // Whether a key is there.
  absl::StatusOr<bool> Has(std::string_view key, const FactBase* base) const;
  // Puts one fact, whose value is of the working set (layer 0) or of the base, under `keys`.
  absl::Status IndexFact(const TermKeyParts& fact, uint64_t value, int layer, ArgumentKeys& keys,
                         Work& work);
  // Whether this has dropped the argument's family that `key` is of, and with it what the base has.
  bool IsHiddenByDroppedFamily(std::string_view key) const;
  // Facts of a space: O(1) where the number is known, else as CountFacts().
  absl::StatusOr<uint64_t> FactsOf(std::string_view space, const Work& work) const;
  // Whether a space has any fact.
  absl::StatusOr<bool> HasFacts(std::string_view space, const FactBase* base) const;
  // The space whose keys in the base a fork of `space` stands on; nullopt if on none.
  absl::StatusOr<std::optional<std::string>> SourceOfFork(std::string_view space,
                                                          const FactBase* plain_base) const;
  // Lets `work` see the base with the forks that there are now.
  void ShowForks(Work& work) const;
  // Whether the number of the space's facts is not known yet, but will be by this batch, because
  // there are none so far.
  absl::StatusOr<bool> BecomesCounted(const Batch& batch, const FactBase* base) const;
  // Keeps fact_counts_ and shared_bytes_ after a batch. `was_empty` is what BecomesCounted() said.
  void KeepCounts(const Work& work, bool was_empty);
  // Which arguments the space has indexed; the base may be null.
  absl::StatusOr<IndexSetting> ReadSetting(std::string_view space, const FactBase* base) const;
  // A cursor over this laid over `base`, at the root; does not see later changes.
  std::unique_ptr<Zipper> NewZipper(const FactBase* base) const;
  // Sets the value of a fact's key under terms/, keeping changed_facts_, and of those in the index.
  // What follows the term in its keys is a name, or tells which copy it is.
  void SetFact(std::string_view encoded_term, std::string_view behind_term, uint64_t value,
               Work& work);
  // Removes all keys below a prefix, keeping shared_bytes_.
  void RemoveBelow(std::string_view prefix);
  // Hides and removes everything below a prefix; a difference, also if that was done before.
  void DropBelow(std::string_view prefix);
  // Removes all keys of a space, keeping changed_facts_.
  void RemoveSpace(std::string_view space_prefix);
  // So many bytes are not shared any more, if they were.
  void Unshare(uint64_t bytes) { shared_bytes_ -= std::min(shared_bytes_, bytes); }

  PathTrie trie_;
  std::shared_ptr<EntryStore> entries_ = std::make_shared<EntryStore>();
  uint64_t changed_facts_ = 0;
  SpaceForks forks_;
  PathTrie fact_counts_;
  uint64_t shared_bytes_ = 0;  // Of the trie's, counted more than once.
};

}  // namespace pathkb

#endif  // PATHKB_CORE_FACTS_WORKING_SET_H_
