#include "client/cli/command_line.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "CLI/CLI.hpp"
#include "fmt/format.h"

#include "client/cli/commands/all_commands.h"
#include "client/cli/exit_code.h"
#include "client/cli/nearest_word.h"

namespace pathkb::cli {
namespace {

constexpr char kMoreOptions[] =
    "Options of every command:\n"
    "  --space NAME      the space to work in (default: default)\n"
    "  --server ADDRESS  HOST:PORT of the server (default: 127.0.0.1:7420; environment "
    "PATHKB_SERVER)\n"
    "  --timeout SECONDS for each call to the server\n"
    "  -o FORMAT         table, json (one object a line) or metta\n"
    "What begins with '-' and is no option stands behind '--'.\n";

constexpr char kFileOptions[] =
    "No server is asked.\n"
    "What begins with '-' and is no option stands behind '--'.\n";

constexpr char kMainHelp[] =
    "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 6 cannot connect, 7 deadline "
    "passed, 8 a file is damaged, 9 done, but rows were left out\n"
    "'pathkb COMMAND --help' says more about one command.\n";

// What the commands of two words have in common, by their first word.
std::string GroupSummary(const std::string& group) {
  if (group == "file") return "Work on files, with no server running";
  if (group == "space") return "Spaces as a whole";
  if (group == "lease") return "Leases: to write to a part of a space alone, for a while";
  return "Snapshots of the whole server";
}

// CLI11's help, but with the operands in the usage line, which CLI11 does not know.
class HelpFormatter : public CLI::Formatter {
 public:
  explicit HelpFormatter(const std::vector<Command>& commands) {
    for (const Command& command : commands) operands_["pathkb " + command.name] = command.operands;
  }

  std::string make_usage(const CLI::App* app, std::string name) const override {
    const auto operands = operands_.find(name);
    if (operands == operands_.end()) {
      if (app->get_name() == name) return fmt::format("Usage: {} COMMAND [OPTIONS]\n", name);
      std::vector<std::string> words;
      for (const CLI::App* command : app->get_subcommands([](const CLI::App*) { return true; })) {
        words.push_back(command->get_name());
      }
      return fmt::format("Usage: {} {} [OPTIONS]\n", name, fmt::join(words, "|"));
    }
    const std::string blank = operands->second.empty() ? "" : " ";
    return fmt::format("Usage: {}{}{} [OPTIONS]\n", name, blank, operands->second);
  }

 private:
  std::map<std::string, std::string> operands_;  // By "pathkb NAME".
};

// The commands as CLI11 sees them. Lives for one command line.
class Parser {
 public:
  explicit Parser(std::vector<Command> commands) : commands_(std::move(commands)) {
    app_.formatter(std::make_shared<HelpFormatter>(commands_));
    // Both are handed down to the commands: what they do not know comes up to app_.remaining().
    app_.allow_extras();
    app_.fallthrough();
    app_.require_subcommand(1);
    app_.footer(kMainHelp);
    app_.get_formatter()->column_width(24);
    DeclareCommonOptions();
    for (const Command& command : commands_) Declare(command);
  }

  // Parses `words`; UsageError says what is wrong. If only help was asked for, that is put into
  // `help`.
  absl::Status Parse(const std::vector<std::string>& words, std::string& help) {
    // What is behind "--" is never an option, nor a command, nor anything else to CLI11.
    const auto mark = std::find(words.begin(), words.end(), "--");
    const std::vector<std::string> before(words.begin(), mark);
    if (std::find(before.begin(), before.end(), "++") != before.end()) {
      return UsageError("'++' must stand behind '--'");  // CLI11 would drop it without a word.
    }
    try {
      app_.parse(std::vector<std::string>(before.rbegin(), before.rend()));
    } catch (const CLI::CallForHelp&) {
      help = app_.help();
      return absl::OkStatus();
    } catch (const CLI::RequiredError&) {
      return NoCommand();
    } catch (const CLI::ParseError& error) {
      return UsageError(error.what());
    }
    for (const Command& command : commands_) {
      if (apps_.at(command.name)->parsed()) selected_ = &command;
    }
    operands_ = app_.remaining(/*recurse=*/true);
    for (const std::string& word : operands_) {
      const bool number = word.size() > 1 && (word[1] == '.' || (word[1] >= '0' && word[1] <= '9'));
      if (word.size() > 1 && word[0] == '-' && !number) return UnknownOption(word);
    }
    if (mark != words.end()) operands_.insert(operands_.end(), mark + 1, words.end());
    return CheckOperandCount();
  }

  // After Parse().
  const Command& selected() const { return *selected_; }
  const std::vector<std::string>& operands() const { return operands_; }
  const CommonOptions& common() const { return common_; }

 private:
  void DeclareCommonOptions() {
    app_.add_option("--space", common_.space, "The space to work in (default: default)")
        ->option_text("NAME");
    app_.add_option("--server", common_.server,
                    "HOST:PORT of the server (default: 127.0.0.1:7420; environment PATHKB_SERVER)")
        ->envname("PATHKB_SERVER")
        ->option_text("ADDRESS")
        ->check(CLI::Validator(
            [](const std::string& address) {
              return address.find(':') == std::string::npos
                         ? fmt::format("{} has no port; it should look like 127.0.0.1:7420",
                                       address)
                         : std::string();
            },
            "HOST:PORT"));
    app_.add_option("--timeout", common_.timeout_s,
                    "Seconds for each call to the server (default: 60, none for query, count and "
                    "snapshot create)")
        ->option_text("SECONDS")
        ->check(CLI::PositiveNumber);
    app_.add_option("-o,--output", common_.format,
                    "table, json (one object a line) or metta (default: table on a terminal, else "
                    "metta)")
        ->option_text("FORMAT")
        ->check(CLI::IsMember({"table", "json", "metta"}));
  }

  void Declare(const Command& command) {
    CLI::App* parent = &app_;
    std::string word = command.name;
    if (const size_t blank = word.find(' '); blank != std::string::npos) {
      const std::string group = word.substr(0, blank);
      word = word.substr(blank + 1);
      CLI::App*& app = apps_[group];
      if (app == nullptr) {
        app = app_.add_subcommand(group, GroupSummary(group));
        app->require_subcommand(1);
      }
      parent = app;
    }
    CLI::App* const app = parent->add_subcommand(word, command.summary);
    command.declare(*app);
    app->footer("Examples:\n" + command.examples + "\n" +
                (command.name.starts_with("file ") ? kFileOptions : kMoreOptions));
    apps_[command.name] = app;
  }

  // No command was recognized; says which one was perhaps meant.
  absl::Status NoCommand() const {
    const CLI::App* group = &app_;
    if (!app_.get_subcommands().empty()) group = app_.get_subcommands().front();
    std::vector<std::string> names;
    for (const CLI::App* app : group->get_subcommands([](const CLI::App*) { return true; })) {
      names.push_back(app->get_name());
    }
    const std::string path = group == &app_ ? "pathkb" : "pathkb " + group->get_name();
    for (const std::string& word : app_.remaining(/*recurse=*/true)) {
      if (word.starts_with("-")) return UnknownOption(word);
      const std::string nearest = NearestWord(word, names);
      return UsageError(nearest.empty()
                            ? fmt::format("no command '{}'; see {} --help", word, path)
                            : fmt::format("no command '{}'; did you mean '{}'?", word, nearest));
    }
    return UsageError(
        fmt::format("which command? One of {}; see {} --help", fmt::join(names, ", "), path));
  }

  absl::Status UnknownOption(const std::string& word) const {
    const std::string given = word.substr(0, word.find('='));
    std::vector<std::string> known;
    const auto add = [&](const CLI::App* app) {
      for (const CLI::Option* option : app->get_options()) {
        for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
      }
    };
    if (selected_ != nullptr) add(apps_.at(selected_->name));
    add(&app_);
    const std::string nearest = NearestWord(given, known);
    if (!nearest.empty()) {
      return UsageError(fmt::format("no option '{}'; did you mean '{}'?", given, nearest));
    }
    return UsageError(
        fmt::format("no option '{}'; a fact that begins with '-' stands behind '--'", given));
  }

  absl::Status CheckOperandCount() const {
    const size_t count = operands_.size();
    if (count < selected_->operands_min) {
      return UsageError(fmt::format("{0} needs {1}; usage: pathkb {0} {1}", selected_->name,
                                    selected_->operands));
    }
    if (count > selected_->operands_max) {
      return UsageError(
          fmt::format("{} does not know what to do with '{}'; facts and patterns with "
                      "blanks need quotes around them",
                      selected_->name, operands_[selected_->operands_max]));
    }
    return absl::OkStatus();
  }

  const std::vector<Command> commands_;
  CommonOptions common_;
  CLI::App app_{"Facts in and out of a PathKB server.", "pathkb"};
  std::map<std::string, CLI::App*> apps_;  // By command name; also "snapshot" and "file".
  const Command* selected_ = nullptr;
  std::vector<std::string> operands_;
};

}  // namespace

int RunCommandLine(const std::vector<std::string>& words, TextOutput& out, TextOutput& err) {
  Parser parser(AllCommands());
  std::string help;
  const absl::Status parsed = parser.Parse(words, help);
  Session session(parser.common(), out, err);
  absl::Status status = parsed;
  if (!help.empty()) {
    out.Write(help);
  } else if (parsed.ok()) {
    status = parser.selected().run(session, parser.operands());
  }
  out.Flush();
  if (IsExit(status)) return ExitCodeOf(status);
  // A reader that has had enough is quietly left alone.
  if (out.closed()) return kExitOk;
  if (status.ok()) status = out.status();
  if (!status.ok()) session.Complain(std::string(status.message()));
  return ExitCodeOf(status);
}

}  // namespace pathkb::cli
