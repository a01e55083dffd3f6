// Goal: every command does what its help says, in every form of output, with the right exit code,
// and says what is wrong in one line. Method: command lines run in this process against a fake
// server.

#include "client/cli/command_line.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include "absl/synchronization/notification.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "client/cpp/testing/fake_server.h"

namespace pathkb::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

// What a command line came to.
struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

Outcome RunWords(const std::vector<std::string>& words) {
  Outcome outcome;
  TextOutput out(&outcome.out);
  TextOutput err(&outcome.err);
  outcome.exit_code = RunCommandLine(words, out, err);
  // An error is one line; rows that were left out (code 9) are told one by one.
  if (outcome.exit_code != 0 && outcome.exit_code != 9) {
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    EXPECT_THAT(outcome.err, StartsWith("pathkb: "));
  }
  return outcome;
}

class CommandLineTest : public ::testing::Test {
 protected:
  // Runs `words` against the server.
  Outcome Run(std::vector<std::string> words) {
    words.insert(words.begin(), {"--server", server_.address()});
    return RunWords(words);
  }
  // Runs what must succeed; returns its output.
  std::string Ok(const std::vector<std::string>& words) {
    const Outcome outcome = Run(words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return outcome.out;
  }
  std::string WriteFile(const std::string& text) {
    const std::string path = ::testing::TempDir() + "/facts.metta";
    std::ofstream(path) << text;
    return path;
  }

  client::FakeServer server_;
};

TEST_F(CommandLineTest, InsertGetListDelete) {
  EXPECT_EQ(Ok({"insert", "(a 1)", "(a -2)"}), "2 inserted, 0 updated, 0 unchanged; revision 1\n");
  EXPECT_EQ(
      Ok({"insert", "--name", "n/1", "--confidence", "0.5", "--source", "s", "--meta", "k=v",
          "--meta", "e==", "(b)", "-o", "json"}),
      "{\"inserted\":1,\"updated\":0,\"unchanged\":0,\"revision\":2,\"durable_revision\":2}\n");
  EXPECT_EQ(Ok({"get", "(a 1)"}), "(a 1)\n");
  EXPECT_EQ(
      Ok({"get", "--name", "n/1", "-o", "json"}),
      "{\"fact\":\"(b)\",\"name\":\"n/1\",\"confidence\":0.5,\"source\":\"s\",\"metadata\":{\"e\":"
      "\"=\",\"k\":\"v\"}}\n");
  EXPECT_EQ(Ok({"list"}), "(a -2)\n(a 1)\n(b)\n");
  EXPECT_EQ(Ok({"list", "--limit", "1"}), "(a -2)\n");
  EXPECT_EQ(Ok({"list", "n/"}), "(b)\n");
  EXPECT_EQ(Ok({"list", "-o", "table"}),
            "fact    name  confidence  source  metadata\n"
            "(a -2)\n(a 1)\n(b)     n/1   0.5         s       e== k=v\n");
  EXPECT_EQ(Ok({"export"}),
            "(a -2)\n(a 1)\n"
            ";@ {\"name\":\"n/1\",\"confidence\":0.5,\"source\":\"s\",\"metadata\":{\"e\":\"=\","
            "\"k\":\"v\"}}\n(b)\n");
  EXPECT_EQ(Ok({"delete", "(a 1)"}), "1 deleted; revision 3\n");
  EXPECT_EQ(Ok({"delete", "--name", "n/1"}), "1 deleted; revision 4\n");
  EXPECT_EQ(Run({"delete", "(a 1)"}).exit_code, 3);
  EXPECT_EQ(Run({"get", "(a 1)"}).exit_code, 3);
  EXPECT_EQ(Ok({"count"}), "1\n");
}

TEST_F(CommandLineTest, FactsThatLookLikeSomethingElse) {
  for (const std::string fact :
       {"-5", "--space", "-x", "[a,b]", "{}", "++", "count", "%%", "", "--"}) {
    Ok({"insert", "first", "--", fact});
    EXPECT_TRUE(server_.Facts("default").contains(fact)) << fact;
    EXPECT_EQ(Ok({"get", "--", fact}), fact + "\n");
  }
  // Where nothing can be mistaken, the mark is not needed.
  for (const std::string fact :
       {"-6", "-.5", "(- 1 2)", "[c,d]", "query", "\"text\"", "\"a", "'x'"}) {
    Ok({"insert", fact});
    EXPECT_TRUE(server_.Facts("default").contains(fact)) << fact;
  }
  // Values of options as well.
  Ok({"insert", "(v)", "--source", "[x]", "--name", "-n", "--meta", "[a=1,b=2]"});
  const v1::Fact fact = server_.Facts("default")["-n"];
  EXPECT_EQ(fact.entry().source(), "[x]");
  EXPECT_EQ(fact.entry().metadata().at("[a"), "1,b=2]");
}

TEST_F(CommandLineTest, QueryAndCount) {
  Ok({"--space", "s", "insert", "(a)", "(b)"});
  EXPECT_EQ(Ok({"--space", "s", "query", "$x"}), "(a)\n(b)\n");
  EXPECT_EQ(Ok({"query", "--space=s", "$x", "--limit", "1"}), "(a)\n");
  EXPECT_EQ(Ok({"query", "--space", "s", "$x", "-o", "table"}), "$x\n(a)\n(b)\n");
  EXPECT_EQ(Ok({"query", "--space", "s", "$x", "-o", "json", "--limit", "1"}),
            "{\"fact\":\"(a)\",\"name\":\"\",\"confidence\":1,\"source\":\"\",\"metadata\":{},"
            "\"bindings\":{\"x\":\"(a)\"}}\n");
  EXPECT_EQ(Ok({"count", "--space", "s", "$x"}), "2\n");
  EXPECT_EQ(Ok({"count", "--space", "s", "-o", "json"}), "{\"count\":2,\"revision\":1}\n");
  const Outcome unknown = Run({"count", "--space", "nowhere"});
  EXPECT_EQ(unknown.exit_code, 3);
  EXPECT_EQ(unknown.err, "pathkb: no such space: nowhere\n");
}

TEST_F(CommandLineTest, SnapshotsAndStatus) {
  EXPECT_THAT(Ok({"status", "-o", "json"}), HasSubstr("\"has_snapshot\":false,\"snapshot\":null,"));
  Ok({"insert", "(a)"});
  const std::string id = "20240102T030405.678Z-r1";
  EXPECT_EQ(Ok({"snapshot", "create"}), id + ": 1 facts, 1234 bytes\n");
  EXPECT_EQ(Ok({"snapshot", "create"}), "nothing changed since " + id + ": 1 facts, 1234 bytes\n");
  EXPECT_THAT(Ok({"snapshot", "create", "-o", "json"}), HasSubstr("\"created\":false"));
  EXPECT_EQ(Ok({"snapshot", "list"}),
            "id                       revision  created at                facts  bytes  base\n" +
                id + "  1         2024-01-02T03:04:05.678Z  1      1234   yes\n");
  EXPECT_THAT(Ok({"-o", "json", "snapshot", "list"}),
              StartsWith("{\"id\":\"" + id + "\",\"revision\":1,"));
  const std::string json = Ok({"status", "-o", "json"});
  for (const char* member :
       {"\"revision\":1", "\"durable_revision\":1", "\"facts\":1", "\"base_facts\":1",
        "\"working_set_facts\":0", "\"has_snapshot\":true", "\"unique_terms\":7",
        "\"start_to_ready_ms\":1.5", "\"changes_since_snapshot\":5", "\"recovery_notes\":[]"}) {
    EXPECT_THAT(json, HasSubstr(member));
  }
  EXPECT_THAT(json, HasSubstr("\"snapshot\":\"" + id + "\""));
  EXPECT_THAT(Ok({"status"}), HasSubstr("snapshot              " + id + "\n"));
  const std::string plain = Ok({"snapshot", "create", "--no-dedup", "-o", "json"});
  EXPECT_THAT(plain, HasSubstr("\"deduplicated\":false"));
  EXPECT_THAT(plain, HasSubstr("\"created\":true"));
}

TEST_F(CommandLineTest, DeltasPinsAndCompaction) {
  Ok({"insert", "(a)"});
  const std::string id = "20240102T030405.678Z-r1";
  EXPECT_EQ(Ok({"compact"}), id + ": 1 facts, 1234 bytes\n");
  EXPECT_EQ(Ok({"snapshot", "pin", id}), id + ": pinned\n");
  Ok({"insert", "(b)"});
  EXPECT_EQ(Ok({"snapshot", "create", "--delta"}), "delta of revisions 2 to 2: 567 bytes\n");
  EXPECT_EQ(Ok({"snapshot", "create", "--delta"}),
            "nothing changed since delta of revisions 2 to 2: 567 bytes\n");
  EXPECT_THAT(Ok({"snapshot", "create", "--delta", "-o", "json"}),
              StartsWith("{\"from_revision\":1,\"to_revision\":2,"));
  EXPECT_EQ(Ok({"snapshot", "list"}),
            "id                       revision  created at                facts  bytes  base  "
            "pinned\n" +
                id + "  1         2024-01-02T03:04:05.678Z  1      1234   yes   yes\n" +
                "delta 1-2                2         2024-01-02T03:04:05.678Z  2      567\n");
  EXPECT_EQ(Ok({"snapshot", "unpin", id}), id + ": no longer pinned\n");
  EXPECT_THAT(Ok({"snapshot", "list", "-o", "json"}), HasSubstr("\"pinned\":false"));
  const Outcome unknown = Run({"snapshot", "pin", "nothing"});
  EXPECT_EQ(unknown.exit_code, 3);
  EXPECT_EQ(unknown.err, "pathkb: there is no snapshot nothing\n");
  EXPECT_EQ(Run({"snapshot", "create", "--delta", "--no-dedup"}).exit_code, 2);
  EXPECT_THAT(Ok({"compact", "-o", "json"}), HasSubstr("\"created\":true"));
  EXPECT_THAT(Ok({"snapshot", "list"}), ::testing::Not(HasSubstr("delta")));
}

TEST_F(CommandLineTest, Import) {
  const std::string path = WriteFile("(a)\n(b)\n(a)\n");
  EXPECT_THAT(Ok({"import", path}),
              ::testing::MatchesRegex("imported 3 facts in [0-9.]+ s \\([0-9,]+/s\\): "
                                      "2 inserted, 0 updated, 1 unchanged, 0 "
                                      "rejected; revision 1\n"));
  EXPECT_EQ(Ok({"import", path}), "nothing changed: all 3 facts were there already\n");
  EXPECT_THAT(Ok({"import", path, "-o", "json"}),
              StartsWith("{\"inserted\":0,\"updated\":0,\"unchanged\":3,"));
  const std::string empty = WriteFile("; nothing\n");
  EXPECT_EQ(Ok({"import", empty}), "nothing to import: " + empty + " holds no facts\n");
  EXPECT_EQ(Run({"import", "/no/such/file"}).err,
            "pathkb: cannot open /no/such/file: No such file or directory\n");
  EXPECT_EQ(Run({"import", "/"}).err, "pathkb: cannot read /: Is a directory\n");
}

TEST_F(CommandLineTest, ImportStopsOrSkips) {
  std::string text = "(a)\n(b\n bad)\n";
  std::string path = WriteFile(text);
  Outcome outcome = Run({"import", path});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.err,
            "pathkb: " + path +
                ": line 3, column 2: the word 'bad'; nothing committed; importing again is "
                "safe\n");
  EXPECT_THAT(server_.Facts("default"), SizeIs(0));

  for (int i = 0; i < 30; ++i) text += ")";
  path = WriteFile(text);
  outcome = Run({"import", path, "--on-error=skip"});
  EXPECT_EQ(outcome.exit_code, 9);
  EXPECT_THAT(outcome.out, HasSubstr("1 inserted, 0 updated, 0 unchanged, 31 rejected"));
  EXPECT_THAT(outcome.err, StartsWith("pathkb: " + path + ": line 3, column 2: the word 'bad'\n"));
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'),
            21);  // 20, and that there are more.
}

class ExchangeTest : public CommandLineTest {
 protected:
  static std::string Path(const std::string& name) { return ::testing::TempDir() + "/" + name; }
  static std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(Path(name)) << text;
    return Path(name);
  }
  static std::string Read(const std::string& name) {
    std::stringstream text;
    text << std::ifstream(Path(name)).rdbuf();
    return text.str();
  }
};

TEST_F(ExchangeTest, FormatsByNameAndByEnding) {
  Ok({"import", Write("t.csv", "a,b\n1,x\n"), "--template", "(r $a $b)", "--column", "b=symbol"});
  Ok({"import", Write("t.nt", "<s> <p> _:o .\n"), Write("t.jsonl", "{\"fact\":\"(j)\"}\n")});
  Ok({"import", Write("t.txt", "1\t2\n"), "--format", "tsv", "--no-header", "--template",
      "($1 $2)"});
  EXPECT_EQ(Ok({"export"}), "(1 2)\n(<p> <s> _:o)\n(j)\n(r 1 x)\n");
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"import", Path("t.csv")},
           {"import", Path("t.csv"), "--template", "(r a)"},
           {"import", Path("t.csv"), "--template", "(r $a)", "--column", "a"},
           {"import", Path("t.csv"), "--template", "(r $a)", "--types", "number"},
           {"import", Path("t.csv"), "--format", "xml"},
           {"import", "-", "--resume"},
           {"import", "-", "-"},
           {"import", Path("t.nt"), Path("t.jsonl"), "--rejects", "r"},
           {"import", Path("t.nt"), "--resume", "--dry-run"},
           {"import", Path("t.nt"), "--progress-file", "p"},
           {"export", "--format", "csv"},
           {"export", "--format", "tree"}}) {
    const Outcome outcome = Run(words);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  }
  // A column that is not there is an error of the whole file, whatever is done about rows.
  const Outcome outcome = Run({"import", Path("t.csv"), "--template", "(r $z)", "--on-error=skip"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("there is no column 'z'; there are: a, b"));
}

TEST_F(ExchangeTest, FilesSideBySideAddUp) {
  std::vector<std::string> import = {"import", "--jobs", "3", "--resume", "--on-error=skip"};
  for (int file = 0; file < 7; ++file) {
    std::string text;
    for (int i = 0; i < 10'000; ++i) text += fmt::format("(f {} {})\n", file, i);
    if (file == 4) text += "(a bad fact)\n";
    import.push_back(Write(fmt::format("part{}.metta", file), text));
  }
  Outcome outcome = Run(import);
  EXPECT_EQ(outcome.exit_code, 9);
  EXPECT_THAT(outcome.err, HasSubstr("part4.metta: line 10001, column 4: the word 'bad'\n"));
  // A line for each, in the order in which they end, and one for all.
  EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 8);
  for (int file = 0; file < 7; ++file) {
    EXPECT_THAT(outcome.out, HasSubstr(fmt::format("part{}.metta: imported 10000 facts", file)));
    EXPECT_FALSE(std::ifstream(Path(fmt::format("part{}.metta.pathkb-progress", file))).is_open());
  }
  EXPECT_THAT(outcome.out, HasSubstr("\n7 files: imported 70000 facts in "));
  EXPECT_THAT(outcome.out, HasSubstr(": 70000 inserted, 0 updated, 0 unchanged, 1 rejected; "));
  EXPECT_THAT(server_.Facts("default"), SizeIs(70'000));
  import.insert(import.end(), {"-o", "json"});
  outcome = Run(import);
  EXPECT_THAT(outcome.out, HasSubstr(fmt::format("{{\"file\":\"{}\",\"inserted\":0,\"updated\":0,"
                                                 "\"unchanged\":10000,\"rejected\":0",
                                                 Path("part0.metta"))));
  EXPECT_THAT(outcome.out, HasSubstr("{\"file\":\"7 files\",\"inserted\":0,\"updated\":0,"
                                     "\"unchanged\":70000,\"rejected\":1"));
  // Nothing is sent if a file is not there.
  server_.SetHook([](const std::string& method, grpc::ServerContext&) {
    EXPECT_NE(method, "Insert");
    return grpc::Status::OK;
  });
  EXPECT_EQ(Run({"import", Path("part0.metta"), "/no/such/file"}).exit_code, 1);
}

TEST_F(ExchangeTest, RejectedRowsAreMendedAndImported) {
  const std::string path = Write("bad.csv", "a,b\n1,2\n3\n4,bad\n5,\"6\n7,8\n");
  const Outcome outcome = Run({"import", path, "--template", "(r $a $b)", "--on-error=skip",
                               "--rejects", Path("rejects.csv"), "--types=symbol"});
  EXPECT_EQ(outcome.exit_code, 9);
  EXPECT_THAT(server_.Facts("default"), SizeIs(2));
  EXPECT_EQ(Read("rejects.csv"),
            "a,b\n"
            "#pathkb: line 3, column 1: 1 cells, where there are 2 columns\n3\n"
            "#pathkb: line 4, column 1: column 9 of the term: the word 'bad'\n4,bad\n"
            "#pathkb: line 5, column 3: this quotation mark is not closed\n5,\"6\n");
  std::string mended = Read("rejects.csv");
  mended.replace(mended.find("\n3\n"), 3, "\n3,x\n");
  mended.replace(mended.find("4,bad"), 5, "4,x");
  mended.replace(mended.find("5,\"6"), 4, "5,x");
  Ok({"import", Write("mended.csv", mended), "--template", "(r $a $b)", "--types=symbol"});
  EXPECT_THAT(server_.Facts("default"), SizeIs(5));

  // With --on-error=stop the row that stopped it is there, too.
  EXPECT_EQ(Run({"import", Write("bad.metta", "(a)\n;@ {\"name\":1}\n(b)\n"), "--rejects",
                 Path("rejects.metta")})
                .exit_code,
            1);
  EXPECT_EQ(Read("rejects.metta"),
            "; line 2, column 12: in the note on a fact: expected a string\n"
            ";@ {\"name\":1}\n(b)\n");
}

TEST_F(ExchangeTest, DryRunSendsNothing) {
  const std::string path = Write("dry.metta", "(a)\n(b \"\\q\")\n(c))\n(d)");
  const Outcome outcome = RunWords({"import", path, "--dry-run", "--on-error=skip"});
  EXPECT_EQ(outcome.exit_code, 9);
  EXPECT_THAT(outcome.err, HasSubstr("line 2, column 5"));
  EXPECT_THAT(outcome.err, HasSubstr("line 3, column 4: this ')' closes nothing"));
  EXPECT_EQ(outcome.out, path +
                             ": 3 facts are good, 2 rejected; nothing was sent, so how many are "
                             "new is not known\n");
  EXPECT_THAT(server_.InsertSizes(), SizeIs(0));
  EXPECT_EQ(RunWords({"import", path, "--dry-run"}).exit_code, 1);
}

TEST_F(ExchangeTest, ResumeGoesOnBehindWhatWasAcknowledged) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "(f " + std::to_string(i) + ")\n";
  const std::string path = Write("resume.metta", text);
  const std::vector<std::string> import = {"import", path, "--resume", "--in-flight", "1"};
  int calls = 0;
  server_.SetHook([&](const std::string& method, grpc::ServerContext&) {
    return method == "Insert" && ++calls == 3 ? grpc::Status(grpc::StatusCode::INTERNAL, "it broke")
                                              : grpc::Status::OK;
  });
  EXPECT_EQ(Run(import).exit_code, 1);
  server_.SetHook(nullptr);
  const size_t sent_before = server_.InsertSizes().size();
  // Another space, another way to read it, another input: said, and nothing is done.
  std::vector<std::string> other = import;
  other.insert(other.end(), {"--space", "other"});
  EXPECT_THAT(Run(other).err, HasSubstr("that import went into the space default"));
  other = import;
  other.insert(other.end(), {"--format", "jsonl"});
  EXPECT_THAT(Run(other).err, HasSubstr("read the input with other options: metta"));
  const Outcome outcome = Run(import);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("going on from line 8192, column "));
  EXPECT_THAT(server_.Facts("default"), SizeIs(20'000));
  EXPECT_EQ(server_.InsertSizes().size(), sent_before + 3);
  EXPECT_FALSE(std::ifstream(path + ".pathkb-progress").good());

  // When the input has changed meanwhile.
  calls = 0;
  server_.SetHook([&](const std::string&, grpc::ServerContext&) {
    return ++calls == 3 ? grpc::Status(grpc::StatusCode::INTERNAL, "it broke") : grpc::Status::OK;
  });
  EXPECT_EQ(Run(import).exit_code, 1);
  Write("resume.metta", text + "(g)\n");
  EXPECT_THAT(Run(import).err, HasSubstr("the input has changed since"));
  Write("resume.metta.pathkb-progress", "{\"pathkb_import\":1");
  EXPECT_THAT(Run(import).err, HasSubstr("does not say how far an import has come"));
}

TEST_F(ExchangeTest, ExportToFiles) {
  // The fake server lists by name or else by term; so these are in path order.
  Ok({"insert", "--name", "!n", "--confidence", "0.5", "(a 1)"});
  Ok({"insert", "(b 2)"});
  for (const std::string name : {"e.metta", "e.jsonl", "e.metta.gz", "e.jsonl.gz"}) {
    EXPECT_EQ(Ok({"export", "--to", Path(name)}), "");
    Ok({"import", Path(name), "--space", name == "e.metta.gz" ? "gz" : "plain"});
  }
  EXPECT_EQ(Ok({"export", "--space", "plain", "-o", "json"}), Ok({"export", "-o", "json"}));
  EXPECT_EQ(Ok({"export", "--space", "gz"}), Ok({"export"}));
  EXPECT_EQ(Read("e.jsonl"), Ok({"export", "-o", "json"}));
  EXPECT_NE(Read("e.jsonl.gz"), Read("e.jsonl"));
  // No triples here: told, and nothing is hidden behind a code of 0.
  const Outcome outcome = Run({"export", "--to", Path("e.nt")});
  EXPECT_EQ(outcome.exit_code, 9);
  EXPECT_EQ(outcome.err, "pathkb: 2 facts are no triples\n");
  EXPECT_EQ(Run({"export", "--to", "/no/such/folder/x.metta"}).exit_code, 1);
  // A list of keys, in the order of the keys.
  const Outcome keys = Run({"export", "--to", Path("e.paths")});
  EXPECT_EQ(keys.exit_code, 0) << keys.err;
  EXPECT_THAT(keys.err, HasSubstr("1 of 2 facts have a name"));
  Ok({"import", Path("e.paths"), "--space", "keys"});
  EXPECT_EQ(Ok({"export", "--space", "keys"}), "(a 1)\n(b 2)\n");
}

TEST_F(CommandLineTest, CtrlCInAnImportSaysWhatIsCommitted) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "(f " + std::to_string(i) + ")\n";
  // Of two calls, the second one brings the signal.
  std::atomic<int> calls = 0;
  server_.SetHook([&](const std::string& method, grpc::ServerContext&) {
    if (method == "Insert" && ++calls == 2) raise(SIGINT);
    return grpc::Status::OK;
  });
  const Outcome outcome = Run({"import", WriteFile(text), "--in-flight", "1"});
  EXPECT_EQ(outcome.exit_code, 1);
  const size_t committed = server_.Facts("default").size();
  EXPECT_EQ(outcome.err, "pathkb: import interrupted; committed: " + std::to_string(committed) +
                             " facts in " + std::to_string(calls) + " batches, up to revision " +
                             std::to_string(calls) + "; importing again is safe\n");
}

TEST_F(CommandLineTest, Usage) {
  struct Case {
    std::vector<std::string> words;
    std::string err;
  };
  for (const Case& c : std::vector<Case>{
           {{"qeury", "$x"}, "no command 'qeury'; did you mean 'query'?"},
           {{"frobnicate"}, "no command 'frobnicate'; see pathkb --help"},
           {{"snapshot", "crate"}, "no command 'crate'; did you mean 'create'?"},
           {{"snapshot"},
            "which command? One of create, list, pin, unpin, diff; see pathkb snapshot --help"},
           {{"query", "$x", "--lmit", "5"}, "no option '--lmit'; did you mean '--limit'?"},
           {{"query", "$x", "--lmit=5"}, "no option '--lmit'; did you mean '--limit'?"},
           {{"--sapce", "s", "count"}, "no option '--sapce'; did you mean '--space'?"},
           {{"get", "-x"}, "no option '-x'; a fact that begins with '-' stands behind '--'"},
           {{"query"}, "query needs QUERY; usage: pathkb query QUERY"},
           {{"query", "(a", "b)"},
            "query does not know what to do with 'b)'; facts and patterns with blanks need quotes "
            "around "
            "them"},
           {{"get"}, "get takes a FACT or --name, one of them"},
           {{"get", "(a)", "--name", "n"}, "get takes a FACT or --name, one of them"},
           {{"delete"}, "delete takes a FACT, --name or --prefix, one of them"},
           {{"delete", "(a)", "--prefix", "n"},
            "delete takes a FACT, --name or --prefix, one of them"},
           {{"space", "restore", "s"}, "space restore needs --at REV"},
           {{"insert", "--name", "n", "(a)", "(b)"}, "--name goes with one FACT"},
           {{"insert", "--meta", "k", "(a)"}, "--meta k is not KEY=VALUE"},
           {{"insert", "++"}, "'++' must stand behind '--'"},
           {{"export", "-o", "table"},
            "export writes -o metta or -o json, not a table; list does"}}) {
    const Outcome outcome = Run(c.words);
    EXPECT_EQ(outcome.exit_code, 2) << c.err;
    EXPECT_EQ(outcome.err, "pathkb: " + c.err + "\n");
    EXPECT_EQ(outcome.out, "");
  }
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"insert", "--confidence", "high", "(a)"},
                                             {"count", "-o", "xml"},
                                             {"count", "--timeout", "-1"},
                                             {"query", "$x", "--limit", "-1"},
                                             {"import", "f", "--on-error", "cry"},
                                             {"count", "--space"}}) {
    EXPECT_EQ(Run(words).exit_code, 2) << words[0];
  }
  EXPECT_EQ(RunWords({"--server", "localhost", "count"}).exit_code, 2);
  EXPECT_THAT(RunWords({}).err, StartsWith("pathkb: which command? One of import, export, "));
}

TEST_F(CommandLineTest, Help) {
  const std::string help = Ok({"--help"});
  for (const char* command : {"import", "export", "insert", "get", "list", "delete", "query",
                              "explain", "transform", "combine", "count", "status", "snapshot"}) {
    EXPECT_THAT(help, HasSubstr(std::string("\n  ") + command + " "));
  }
  EXPECT_THAT(help, HasSubstr("Exit codes: 0 done"));
  EXPECT_THAT(help, HasSubstr("Usage: pathkb COMMAND [OPTIONS]"));
  EXPECT_THAT(Ok({"query", "--help"}), HasSubstr("Usage: pathkb query QUERY [OPTIONS]"));
  EXPECT_THAT(Ok({"snapshot", "create", "-h"}),
              HasSubstr("Usage: pathkb snapshot create [OPTIONS]"));
  EXPECT_THAT(Ok({"snapshot", "-h"}),
              HasSubstr("Usage: pathkb snapshot create|list|pin|unpin|diff"));
}

TEST_F(CommandLineTest, TheEnvironmentNamesTheServer) {
  setenv("PATHKB_SERVER", server_.address().c_str(), 1);
  Ok({"insert", "(a)"});
  EXPECT_EQ(RunWords({"count"}).out, "1\n");
  // The option wins.
  EXPECT_EQ(RunWords({"count", "--server", "unix:/no/such/socket"}).exit_code, 6);
  unsetenv("PATHKB_SERVER");
}

TEST_F(CommandLineTest, FailuresOfTheServer) {
  Outcome outcome = Run({"insert", "(a)", "(b bad)"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.err, "pathkb: fact 1: line 1, column 4: the word 'bad'\n");
  EXPECT_EQ(Run({"query", "(\xFF)"}).exit_code, 1);

  server_.SetHook([](const std::string&, grpc::ServerContext&) {
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the disk is full:\nno writes");
  });
  outcome = Run({"insert", "(a)"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.err, "pathkb: the disk is full: no writes\n");
  server_.Shutdown();
  outcome = Run({"count"});
  EXPECT_EQ(outcome.exit_code, 6);
  EXPECT_THAT(outcome.err, HasSubstr("cannot connect to " + server_.address()));
}

TEST(CommandLineDeadlineTest, ExitsWithSeven) {
  absl::Notification released;  // Outlives the server, whose threads may still be at it.
  client::FakeServer server;
  server.SetHook([&](const std::string&, grpc::ServerContext&) {
    released.WaitForNotification();
    return grpc::Status::OK;
  });
  for (const char* command : {"count", "status", "list"}) {
    EXPECT_EQ(RunWords({"--server", server.address(), "--timeout", "0.05", command}).exit_code, 7);
  }
  released.Notify();
}

TEST_F(CommandLineTest, AReaderThatGoesAwayIsNoError) {
  signal(SIGPIPE, SIG_IGN);
  std::vector<std::string> words = {"insert"};
  for (int i = 0; i < 20'000; ++i) words.push_back("(fact number " + std::to_string(i) + ")");
  Ok(words);
  for (const char* command : {"export", "list"}) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    close(ends[0]);
    std::string err_text;
    {
      TextOutput out(ends[1]);
      TextOutput err(&err_text);
      EXPECT_EQ(RunCommandLine({"--server", server_.address(), command}, out, err), 0);
    }
    EXPECT_EQ(err_text, "");
    close(ends[1]);
  }
  // But a disk that is full is one.
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  std::string err_text;
  {
    TextOutput out(full);
    TextOutput err(&err_text);
    EXPECT_EQ(RunCommandLine({"--server", server_.address(), "export"}, out, err), 1);
  }
  EXPECT_EQ(err_text, "pathkb: cannot write the output: No space left on device\n");
  close(full);
}

}  // namespace
}  // namespace pathkb::cli
