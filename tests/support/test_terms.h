// For tests of the .terms format: files in memory, and all that can be asked of one.

#ifndef PATHKB_TESTS_SUPPORT_TEST_TERMS_H_
#define PATHKB_TESTS_SUPPORT_TEST_TERMS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "storage/file/database_id.h"
#include "storage/terms/terms_reader.h"
#include "storage/terms/terms_writer.h"

namespace pathkb {

// Whose the files of tests are: 00 01 02 ... 0f, revision 7.
DatabaseId TestDatabase();
inline constexpr uint64_t kTestRevision = 7;

// The bytes of a file with these entries, which are all different.
std::string WriteTerms(const std::vector<std::string>& entries, const TermsOptions& options = {});

// The entries of the golden files `v*_entries`, in the order of their ids.
std::vector<std::string> GoldenEntries();

// Asks a file that may be damaged for every `id_step`-th entry by id and by its bytes, and for some
// that it never had, after Verify() or, if `verify_first` is false, before it. Fails the test if an
// answer that is OK is not what a file with just `entries` gives, or if an error has a code that
// damage must not have. Returns the first error, of Open(), of a lookup or of Verify().
absl::Status AskForEntries(std::string_view bytes, const std::vector<std::string>& entries,
                           uint64_t id_step = 1, bool verify_first = false,
                           TermsHash hash = Checksum);

}  // namespace pathkb

#endif  // PATHKB_TESTS_SUPPORT_TEST_TERMS_H_
