// Goal: ActZipper keeps the contract of Zipper over every shape of file, and costs nobody dear over
// forged ones. Method: random moves, each compared with a model that is nothing but a set of paths
// and a map of values; full scans of the golden files; forged files whose walks would never end.

#include "storage/act/act_zipper.h"

#include <algorithm>
#include <random>
#include <set>
#include <string>

#include "gtest/gtest.h"

#include "core/base/varint.h"
#include "storage/act/act_reader.h"
#include "storage/act/act_writer.h"
#include "storage/act/test_files.h"

namespace pathkb {
namespace {

std::unique_ptr<const ActReader> OpenBytes(std::string_view bytes) {
  auto reader = ActReader::Open(MapBytes(bytes));
  EXPECT_TRUE(reader.ok()) << reader.status();
  return std::move(reader).value();
}

std::unique_ptr<const ActReader> OpenFile(const std::string& path) {
  return OpenBytes(ReadTestFile(path));
}

// What the contract says, said with a set of all paths and a map of values.
class ModelCursor {
 public:
  ModelCursor(const KeyTable& table, const std::vector<std::string>& dangling) : values_(table) {
    paths_.insert("");
    for (const auto& [path, value] : table) AddPath(path);
    for (const std::string& path : dangling) AddPath(path);
  }

  std::string path;

  std::optional<uint64_t> value() const { return ValueAt(path); }
  std::string Children() const { return ChildrenOf(path); }

  bool DescendByte(uint8_t byte) { return GoIfThere(path + static_cast<char>(byte)); }
  bool Descend(const std::string& bytes) { return GoIfThere(path + bytes); }
  size_t DescendExisting(const std::string& bytes) {
    size_t gone = 0;
    while (gone < bytes.size() && DescendByte(static_cast<uint8_t>(bytes[gone]))) ++gone;
    return gone;
  }
  bool DescendFirst() { return !Children().empty() && DescendByte(Children().front()); }
  bool DescendLast() { return !Children().empty() && DescendByte(Children().back()); }
  size_t DescendRun() {
    size_t gone = 0;
    while (Children().size() == 1 && (gone == 0 || !value())) {
      DescendFirst();
      ++gone;
    }
    return gone;
  }
  bool Ascend(size_t count) {
    if (count > path.size()) return false;
    path.resize(path.size() - count);
    return true;
  }
  bool Sibling(int step) {
    if (path.empty()) return false;
    const std::string parent = path.substr(0, path.size() - 1);
    const std::string children = ChildrenOf(parent);
    const size_t index = children.find(path.back());
    if (step < 0 ? index == 0 : index + 1 == children.size()) return false;
    path = parent + children[index + static_cast<size_t>(step)];
    return true;
  }
  bool NextValueWithin(size_t prefix_bytes) {
    const auto next = values_.upper_bound(path);
    if (next == values_.end() || !next->first.starts_with(path.substr(0, prefix_bytes))) {
      return false;
    }
    path = next->first;
    return true;
  }
  bool PreviousValue() {
    const auto behind = values_.lower_bound(path);
    if (behind == values_.begin()) return false;
    path = std::prev(behind)->first;
    return true;
  }
  bool SeekValue(const std::string& target) {
    const auto next = values_.lower_bound(target);
    if (next == values_.end()) return false;
    path = next->first;
    return true;
  }
  uint64_t CountValues(uint64_t limit) const {
    uint64_t count = 0;
    for (auto it = values_.lower_bound(path);
         it != values_.end() && it->first.starts_with(path) && count < limit; ++it) {
      ++count;
    }
    return count;
  }
  // Some path of the tree, or something near one.
  std::string Somewhere(std::mt19937_64& random) const {
    auto it = paths_.lower_bound(std::string(1, static_cast<char>(random())));
    if (it == paths_.end()) it = paths_.begin();
    for (uint64_t steps = random() % 40; steps > 0 && std::next(it) != paths_.end(); --steps) ++it;
    std::string result =
        it->substr(0, random() % 4 == 0 ? random() % (it->size() + 1) : it->size());
    if (random() % 4 == 0) result += static_cast<char>(random());
    if (random() % 8 == 0 && !result.empty()) result.back() ^= 1;
    return result;
  }

 private:
  void AddPath(const std::string& path) {
    for (size_t i = path.size(); i > 0 && paths_.insert(path.substr(0, i)).second; --i) {
    }
  }
  std::optional<uint64_t> ValueAt(const std::string& at) const {
    const auto found = values_.find(at);
    if (found == values_.end()) return std::nullopt;
    return found->second;
  }
  std::string ChildrenOf(const std::string& at) const {
    std::string children;
    for (auto it = paths_.upper_bound(at); it != paths_.end() && it->starts_with(at);) {
      children.push_back((*it)[at.size()]);
      if (static_cast<uint8_t>(children.back()) == 0xff) break;
      std::string next = at + children.back();
      next.back() = static_cast<char>(next.back() + 1);
      it = paths_.lower_bound(next);
    }
    return children;
  }
  bool GoIfThere(const std::string& to) {
    if (!paths_.contains(to)) return false;
    path = to;
    return true;
  }

  KeyTable values_;
  std::set<std::string> paths_;
};

void ExpectSamePlace(const Zipper& zipper, const ModelCursor& model) {
  ASSERT_EQ(zipper.path(), model.path);
  ASSERT_EQ(zipper.value(), model.value());
  std::string children;
  for (int byte = 0; byte < 256; ++byte) {
    if (zipper.child_mask().Test(static_cast<uint8_t>(byte))) {
      children.push_back(static_cast<char>(byte));
    }
  }
  ASSERT_EQ(children, model.Children());
}

// One random move on both; both must answer alike.
void MoveBoth(std::unique_ptr<Zipper>& zipper, ModelCursor& model, std::mt19937_64& random) {
  const uint64_t move = random() % 22;
  SCOPED_TRACE(testing::Message() << "move " << move << " at "
                                  << testing::PrintToString(model.path));
  const std::string children = model.Children();
  const uint8_t byte = children.empty() || random() % 8 == 0
                           ? static_cast<uint8_t>(random())
                           : static_cast<uint8_t>(children[random() % children.size()]);
  const std::string somewhere = model.Somewhere(random);
  const std::string onwards = somewhere.substr(std::min(somewhere.size(), model.path.size()));
  const size_t some = random() % (model.path.size() + 1);
  const size_t up = some + random() % 2;
  switch (move) {
    case 0:
      zipper->Reset();
      model.path.clear();
      break;
    case 1:
    case 2:
    case 3:
      ASSERT_EQ(zipper->DescendByte(byte), model.DescendByte(byte));
      break;
    case 4:
      ASSERT_EQ(zipper->Descend(onwards), model.Descend(onwards));
      break;
    case 5:
      ASSERT_EQ(zipper->DescendExisting(onwards), model.DescendExisting(onwards));
      break;
    case 6:
    case 7:
      ASSERT_EQ(zipper->DescendFirst(), model.DescendFirst());
      break;
    case 8:
      ASSERT_EQ(zipper->DescendLast(), model.DescendLast());
      break;
    case 9:
    case 10:
      ASSERT_EQ(zipper->DescendRun(), model.DescendRun());
      break;
    case 11:
      ASSERT_EQ(zipper->Ascend(up), model.Ascend(up));
      break;
    case 12:
    case 13:
      ASSERT_EQ(zipper->NextSibling(), model.Sibling(1));
      break;
    case 14:
      ASSERT_EQ(zipper->PreviousSibling(), model.Sibling(-1));
      break;
    case 15:
      ASSERT_EQ(zipper->NextValue(), model.NextValueWithin(0));
      break;
    case 16:
      ASSERT_EQ(zipper->NextValueWithin(some), model.NextValueWithin(some));
      break;
    case 20:
    case 21:
      ASSERT_EQ(zipper->PreviousValue(), model.PreviousValue());
      break;
    case 17:
      ASSERT_EQ(zipper->SeekValue(somewhere), model.SeekValue(somewhere));
      break;
    case 18:
      ASSERT_EQ(zipper->CountValues(some), model.CountValues(some));
      break;
    case 19:
      zipper = zipper->Fork();
      break;
  }
  ExpectSamePlace(*zipper, model);
}

void CompareWithModel(const ActReader& reader, const KeyTable& table,
                      const std::vector<std::string>& dangling, int move_count,
                      std::mt19937_64& random) {
  std::unique_ptr<Zipper> zipper = std::make_unique<ActZipper>(reader);
  ModelCursor model(table, dangling);
  ExpectSamePlace(*zipper, model);
  for (int i = 0; i < move_count && !testing::Test::HasFatalFailure(); ++i) {
    MoveBoth(zipper, model, random);
  }
  EXPECT_TRUE(zipper->status().ok()) << zipper->status();
}

TEST(ActZipper, MovesAsTheModelOverEveryGoldenShape) {
  std::mt19937_64 random(TestSeed());
  for (const char* directory : {"tests/golden", "tests/golden/odd"}) {
    for (const std::string& stem : TestFileStems(directory, ".tree")) {
      // Too long for a model that stores every prefix, or without a table of all paths.
      if (stem.ends_with("long_keys") || stem.ends_with("line_lengths") ||
          stem.ends_with("dag_bomb") || stem.ends_with("merged_once")) {
        continue;
      }
      SCOPED_TRACE(stem);
      std::vector<std::string> dangling;
      if (stem.ends_with("/dangling")) dangling = ReadHexLines(stem + ".dangling.txt");
      if (stem.ends_with("/dangling_line")) dangling = {"ab"};
      CompareWithModel(*OpenFile(stem + ".tree"), ReadKeyTable(stem + ".keys.tsv"), dangling, 2000,
                       random);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(ActZipper, MovesAsTheModelOverRandomTries) {
  std::mt19937_64 random(TestSeed());
  for (int round = 0; round < 200; ++round) {
    KeyTable table;
    std::vector<std::string> dangling;
    const uint64_t letters = round % 4 == 0 ? 256 : 1 + random() % 4;
    for (uint64_t i = random() % 120; i > 0; --i) {
      std::string path(random() % 14, 'x');
      for (char& c : path) c = static_cast<char>(255 - random() % letters);
      if (random() % 6 == 0) {
        dangling.push_back(path);
      } else {
        table[path] = random() % 1000;
      }
    }
    std::map<std::string, std::optional<uint64_t>> entries(table.begin(), table.end());
    for (const std::string& path : dangling) entries.try_emplace(path, std::nullopt);
    MemoryWritableFile file;
    ActWriter writer(file, {.canonical = round % 2 == 0, .table_min = round % 3 == 1 ? 2u : 4u});
    for (const auto& [path, value] : entries) ASSERT_TRUE(writer.Add(path, value).ok());
    ASSERT_TRUE(writer.Finish().ok());
    CompareWithModel(*OpenBytes(file.bytes()), table, dangling, 500, random);
    if (HasFatalFailure()) return;
  }
}

TEST(ActZipper, ScansEveryGoldenFile) {
  for (const char* directory : {"tests/golden", "tests/golden/odd"}) {
    for (const std::string& stem : TestFileStems(directory, ".tree")) {
      if (stem.ends_with("dag_bomb") || stem.ends_with("merged_once")) continue;
      SCOPED_TRACE(stem);
      const auto reader = OpenFile(stem + ".tree");
      ActZipper zipper(*reader);
      KeyTable scanned;
      bool has_value = zipper.value().has_value() || zipper.NextValue();
      for (; has_value; has_value = zipper.NextValue()) {
        ASSERT_TRUE(scanned.empty() || scanned.rbegin()->first < zipper.path());
        scanned.emplace_hint(scanned.end(), zipper.path(), *zipper.value());
      }
      EXPECT_TRUE(scanned == ReadKeyTable(stem + ".keys.tsv"));
      for (const auto& [path, value] : scanned) {
        ASSERT_TRUE(zipper.SeekValue(path));
        ASSERT_EQ(zipper.path(), path);
        ASSERT_EQ(zipper.value(), value);
      }
      EXPECT_TRUE(zipper.status().ok()) << zipper.status();
    }
  }
}

TEST(ActZipper, WalksAPieceOfABomb) {
  const auto reader = OpenFile("tests/golden/odd/dag_bomb.tree");
  ActZipper zipper(*reader);
  EXPECT_EQ(zipper.CountValues(100'000), 100'000u);
  EXPECT_TRUE(zipper.SeekValue(std::string(60, 'b')));
  EXPECT_EQ(zipper.path(), std::string(60, 'b'));
  EXPECT_FALSE(zipper.NextValue());
  EXPECT_EQ(zipper.path(), std::string(60, 'b'));
}

std::string WithHeader(std::string_view objects, uint64_t root) {
  std::string file = "ACTree03";
  for (int i = 0; i < 8; ++i) file.push_back(static_cast<char>(root >> (8 * i)));
  file += objects;
  file.append(8, '\0');
  return file;
}

TEST(ActZipper, SearchesDeadEndsOnlyOnce) {
  // 60 levels of two children each, both children sharing what is below, and nothing at the end:
  // 2^60 dead ends. Then a root with one more child, which has a value.
  std::string objects(2, '\0');  // Two branches without anything.
  uint64_t run = 16;
  for (int level = 0; level < 60; ++level) {
    const uint64_t here = 16 + objects.size();
    for (uint64_t node : {here, here + 4}) {
      objects += '\x02';
      objects += static_cast<char>(node - run);
      objects += "ab";
    }
    run = here;
  }
  const uint64_t top = 16 + objects.size();
  objects += std::string("\x02", 1) + static_cast<char>(top - run) + "ab";
  objects += std::string("\x40\x07", 2);
  const uint64_t root = 16 + objects.size();
  objects += std::string("\x02\x06kz", 4);

  const auto reader = OpenBytes(WithHeader(objects, root));
  EXPECT_EQ(reader->Verify().value().paths, 1u);
  ActZipper zipper(*reader);
  ASSERT_TRUE(zipper.NextValue());
  EXPECT_EQ(zipper.path(), "z");
  EXPECT_FALSE(zipper.NextValue());
  EXPECT_FALSE(zipper.SeekValue("zz"));
  EXPECT_TRUE(zipper.SeekValue("kabbab"));
  EXPECT_EQ(zipper.path(), "z");
  zipper.Reset();
  ASSERT_TRUE(zipper.Descend("kab"));
  EXPECT_FALSE(zipper.NextValueWithin(2));
  EXPECT_EQ(zipper.path(), "kab");
  ActZipper back(*reader);
  ASSERT_TRUE(back.Descend("z"));
  EXPECT_FALSE(back.PreviousValue()) << "nothing but dead ends before it";
  EXPECT_EQ(back.path(), "z");
  ASSERT_FALSE(back.NextValue());
  EXPECT_EQ(zipper.CountValues(), 0u);
  EXPECT_TRUE(zipper.status().ok());
}

TEST(ActZipper, RefusesPathsOverTheBound) {
  // A segment of 100 bytes, used by 50 line nodes one below the other: 5000 bytes of path.
  std::string objects = "\x64" + std::string(100, 's');
  uint64_t node = 0;  // Offset of the newest one.
  for (int i = 0; i < 50; ++i) {
    const uint64_t here = 16 + objects.size();
    objects += i == 0 ? '\xc0' : '\x81';
    AppendVarint(i == 0 ? 1 : here - node, objects);  // The value 1, or the child.
    AppendVarint(here - 16, objects);                 // The segment.
    node = here;
  }
  const auto reader = OpenBytes(WithHeader(objects, node));
  const auto contents = reader->Verify();
  ASSERT_TRUE(contents.ok()) << contents.status();
  ASSERT_EQ(contents->path_bytes_max, 5000u);

  ActZipper zipper(*reader, 5000);
  EXPECT_TRUE(zipper.NextValue());
  EXPECT_EQ(zipper.path().size(), 5000u);
  EXPECT_TRUE(zipper.status().ok());

  ActZipper bounded(*reader, 4999);
  EXPECT_FALSE(bounded.NextValue());
  EXPECT_EQ(bounded.path(), "");
  EXPECT_EQ(bounded.status().code(), absl::StatusCode::kResourceExhausted) << bounded.status();
  EXPECT_EQ(bounded.DescendRun(), 4900u);
}

TEST(ActZipper, DamageHidesNoMoreThanItMust) {
  // Three children; the segment of the middle one (`b`) is empty, which is not allowed.
  std::string objects = std::string("\x00\x02yz", 4);  // 16: empty data; 17: "yz"
  objects += std::string("\x40\x01", 2);               // 20: child a
  objects += std::string("\xc0\x02\x06", 3);           // 22: child b, data at 16
  objects += std::string("\xc0\x03\x08", 3);           // 25: child c, data at 17
  objects += std::string(
      "\x03\x08"
      "abc",
      5);  // 28: root, first child at 20
  const auto reader = OpenBytes(WithHeader(objects, 28));
  EXPECT_FALSE(reader->Verify().ok());
  ActZipper zipper(*reader);
  std::string seen;
  while (zipper.NextValue()) seen += std::string(zipper.path()) + " ";
  EXPECT_EQ(seen, "a cyz ");
  EXPECT_EQ(zipper.status().message(), "memory: offset 22: its segment is empty");
  zipper.Reset();
  EXPECT_FALSE(zipper.DescendByte('b'));
  EXPECT_TRUE(zipper.DescendByte('c'));
  EXPECT_TRUE(zipper.PreviousSibling());
  EXPECT_EQ(zipper.path(), "a");
  EXPECT_TRUE(zipper.NextSibling());
  EXPECT_EQ(zipper.path(), "c");
  EXPECT_EQ(zipper.Fork()->status(), zipper.status()) << "sticky, also in forks";
  ActZipper seeker(*reader);
  EXPECT_TRUE(seeker.SeekValue("ab"));
  EXPECT_EQ(seeker.path(), "cyz");
}

}  // namespace
}  // namespace pathkb
