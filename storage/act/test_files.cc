#include "storage/act/test_files.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <utility>

#include "gtest/gtest.h"

namespace pathkb {
namespace {

std::string FromHex(std::string_view digits) {
  std::string bytes;
  for (size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

std::unique_ptr<char[]> CopyOf(std::string_view bytes) {
  std::unique_ptr<char[]> copy(new char[bytes.size()]);
  if (!bytes.empty()) std::memcpy(copy.get(), bytes.data(), bytes.size());
  return copy;
}

}  // namespace

absl::Status MemoryWritableFile::Append(std::string_view bytes) {
  if (bytes.size() > bytes_max_ - bytes_.size()) {
    return absl::ResourceExhaustedError("append: memory: no space left");
  }
  bytes_.append(bytes);
  return absl::OkStatus();
}

absl::Status MemoryWritableFile::WriteAt(uint64_t offset, std::string_view bytes) {
  if (offset > bytes_.size() || bytes.size() > bytes_.size() - offset) {
    return absl::InvalidArgumentError("write: memory: not written before");
  }
  bytes_.replace(offset, bytes.size(), bytes);
  return absl::OkStatus();
}

absl::StatusOr<std::string> MemoryWritableFile::ReadAt(uint64_t offset, uint64_t length) {
  if (offset > bytes_.size() || length > bytes_.size() - offset) {
    return absl::OutOfRangeError("read: memory: not written before");
  }
  return bytes_.substr(offset, length);
}

MemoryMappedFile::MemoryMappedFile(std::string_view bytes, std::string path)
    : bytes_(CopyOf(bytes)), byte_count_(bytes.size()), path_(std::move(path)) {}

std::shared_ptr<const MappedFile> MapBytes(std::string_view bytes, std::string path) {
  return std::make_shared<MemoryMappedFile>(bytes, std::move(path));
}

std::string ReadTestFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

KeyTable ReadKeyTable(const std::string& path) {
  KeyTable table;
  std::istringstream lines(ReadTestFile(path));
  for (std::string line; std::getline(lines, line);) {
    const size_t tab = line.find('\t');
    table[FromHex(std::string_view(line).substr(0, tab))] = std::stoull(line.substr(tab + 1));
  }
  return table;
}

std::vector<std::string> ReadHexLines(const std::string& path) {
  std::vector<std::string> paths;
  std::istringstream lines(ReadTestFile(path));
  for (std::string line; std::getline(lines, line);) paths.push_back(FromHex(line));
  return paths;
}

std::vector<std::string> TestFileStems(const std::string& directory, std::string_view suffix) {
  std::vector<std::string> stems;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string path = entry.path().string();
    if (path.ends_with(suffix)) stems.push_back(path.substr(0, path.size() - suffix.size()));
  }
  std::sort(stems.begin(), stems.end());
  return stems;
}

std::string ReadHexDump(const std::string& page_path, std::string_view name) {
  std::istringstream lines(ReadTestFile(page_path));
  const std::string start = "```hexdump " + std::string(name);
  std::string line;
  while (std::getline(lines, line) && line != start) {
  }
  std::string bytes;
  while (std::getline(lines, line) && line != "```") {
    EXPECT_EQ(std::stoull(line.substr(0, 8), nullptr, 16), bytes.size()) << name << ": " << line;
    std::string digits = line.substr(10, line.find("  ", 10) - 10);
    std::erase(digits, ' ');
    bytes += FromHex(digits);
  }
  EXPECT_FALSE(bytes.empty()) << page_path << " has no dump called " << name;
  return bytes;
}

uint64_t TestSeed() {
  const char* given = std::getenv("PATHKB_TEST_SEED");
  const uint64_t seed =
      given != nullptr
          ? std::stoull(given)
          : static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  std::cout << "PATHKB_TEST_SEED=" << seed << std::endl;
  return seed;
}

}  // namespace pathkb
