// tokenry: the command line over the C interface. This file is its table of contents: the options
// that every command takes, the commands, and how the program ends.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <csignal>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "commands.hpp"
#include "context.hpp"
#include "failure.hpp"
#include "help_format.hpp"
#include "output.hpp"

namespace tokenry::cli {
namespace {

constexpr char kFooter[] =
    "Exit codes: 0 done or allowed, 1 denied, 2 wrong usage, 3 not found, 4 conflict,\n"
    "5 store error. The manual page tokenry(1) tells more.";

void add_global_options(Command program, Context& context) {
  program.text("--store", context.options.store, "DIR",
               "The store's directory; default $TOKENRY_STORE, /var/lib/tokenry for root, else "
               "$XDG_DATA_HOME/tokenry");
  program.text("--key-file", context.options.key_file, "FILE",
               "The store's key; default key in the store's directory");
  program.text("--actor", context.options.actor, "NAME",
               "Who makes the change, for the record; default $SUDO_USER or the login name");
  program.flag("--json", context.options.json, "Print JSON, also for errors");
}

void add_commands(Command program, Context& context) {
  add_init(program, context);
  add_create(program, context);
  add_verify(program, context);
  add_list(program, context);
  add_show(program, context);
  add_edit(program, context);
  add_rotate(program, context);
  add_suspend_resume_revoke_purge(program, context);
  add_scope(program, context);
  add_owner(program, context);
  add_freeze_thaw(program, context);
  add_log(program, context);
  add_backup(program, context);
  add_check(program, context);
  add_stat(program, context);
}

// An empty value in "--note=" would make CLI11 take the next argument instead. CLI11 wants the
// arguments in reverse.
std::vector<std::string> arguments_for_cli11(int count, char** arguments) {
  std::vector<std::string> result;
  bool options_ended = false;
  for (int i = 1; i < count; ++i) {
    std::string argument = arguments[i];
    options_ended = options_ended || argument == "--";
    const bool has_empty_value = argument.size() > 3 && argument.compare(0, 2, "--") == 0 &&
                                 argument.find('=') == argument.size() - 1;
    if (has_empty_value && !options_ended) {
      argument.pop_back();
      result.push_back(argument);
      argument.clear();
    }
    result.push_back(argument);
  }
  return {result.rbegin(), result.rend()};
}

// The first argument that no command or option took, for a message: an option without its value.
// What CLI11 has not sorted yet stands in unread, in reverse.
std::string first_unexpected(const CLI::App& app, const std::vector<std::string>& unread) {
  std::vector<std::string> rest = app.remaining(true);
  if (rest.empty() && !unread.empty()) rest.push_back(unread.back());
  if (rest.empty()) return "";
  const std::string& first = rest.front();
  return first.rfind('-', 0) == 0 ? first.substr(0, first.find('=')) : first;
}

// CLI11's parse errors in this program's words where its own are unclear or would repeat a value.
Failure usage_failure(const CLI::App& app, const CLI::ParseError& error,
                      const std::vector<std::string>& unread) {
  std::string command = "tokenry";
  const CLI::App* chosen = &app;
  while (!chosen->get_subcommands().empty()) {
    chosen = chosen->get_subcommands().front();
    command += " " + chosen->get_name();
  }
  const std::string unexpected = first_unexpected(app, unread);
  const bool wants_command = !chosen->get_subcommands([](const CLI::App*) { return true; }).empty();
  std::string message;
  if (wants_command) {
    message = unexpected.empty()          ? "a command is required"
              : unexpected.front() == '-' ? "unknown option " + unexpected
                                          : "unknown command \"" + unexpected + "\"";
  } else if (!unexpected.empty() && dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    message = unexpected.front() == '-' ? "unknown option " + unexpected
                                        : "one argument too many: \"" + unexpected + "\"";
  } else {
    message = error.what();
  }
  return {Code::kInvalidArgument, message + "; see " + command + " --help"};
}

bool asks_for_json(int count, char** arguments) {
  for (int i = 1; i < count && std::string_view(arguments[i]) != "--"; ++i) {
    if (std::string_view(arguments[i]) == "--json") return true;
  }
  return false;
}

int parse_and_run(CLI::App& app, Context& context, int count, char** arguments) {
  std::vector<std::string> unread = arguments_for_cli11(count, arguments);
  try {
    app.parse(unread);
  } catch (const CLI::CallForHelp&) {
    context.output.text(app.help());
  } catch (const CLI::CallForVersion&) {
    context.output.line("tokenry " + std::string(version()));
  } catch (const CLI::ParseError& error) {
    throw usage_failure(app, error, unread);
  }
  const int exit_code = context.command ? context.command() : kExitDone;
  context.output.flush();
  return exit_code;
}

int run(int count, char** arguments) {
  Context context;
  bool json = asks_for_json(count, arguments);
  const auto fail = [&](const Failure& failure) {
    print_error(failure, json || context.options.json);
    return exit_code(failure.code());
  };
  try {
    CLI::App app("Makes, judges and manages API tokens.", "tokenry");
    app.footer(kFooter);
    app.set_version_flag("--version", std::string(version()), "Print the version and exit");
    app.formatter(std::make_shared<HelpFormat>());
    app.set_help_flag("-h,--help", "Print this help and exit");
    app.require_subcommand(1);
    add_global_options(Command(app), context);
    add_commands(Command(app), context);
    return parse_and_run(app, context, count, arguments);
  } catch (const Failure& failure) {
    return fail(failure);
  } catch (const Error& error) {
    return fail(Failure(error.code(), error.what()));
  } catch (const std::bad_alloc&) {
    return fail(Failure(Code::kNoMemory, "out of memory"));
  } catch (const std::exception& error) {
    return fail(Failure(Code::kInternalError, error.what()));
  }
}

// A store opened while a standard descriptor is closed would get its number, and a message would
// be written into the data file. The stand-ins fail as a closed descriptor would.
void fill_standard_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(descriptor, F_GETFD) >= 0) continue;
    const int stand_in =
        open("/dev/null", (descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
    if (stand_in != descriptor) _exit(kExitStore);
  }
}

}  // namespace
}  // namespace tokenry::cli

int main(int count, char** arguments) {
  std::signal(SIGPIPE, SIG_DFL);
  tokenry::cli::fill_standard_descriptors();
  return tokenry::cli::run(count, arguments);
}
