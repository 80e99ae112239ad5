// backup: a copy of the store while it is in use.
#include <filesystem>
#include <memory>

#include "arguments.hpp"
#include "commands.hpp"
#include "json.hpp"
#include "progress_bar.hpp"
#include "text.hpp"

namespace tokenry::cli {
namespace {

struct BackupArguments {
  std::string directory;
  bool without_key = false;
};

std::string told(const Context& context, const BackupArguments& arguments,
                 const BackupFacts& facts) {
  const std::string line = "Backed up " + printable(context.store_directory()) + " to " +
                           printable(arguments.directory) + ", " +
                           std::to_string(facts.data_bytes) + " bytes of data";
  if (facts.has_key) return line + " and the key: keep it as safe as the store.";
  if (!arguments.without_key) return line + "; the store has no key.";
  return line + " without its key: it opens with that alone, so keep the key elsewhere.";
}

int run_backup(Context& context, const BackupArguments& arguments) {
  const Store store = context.open_store();
  {
    ProgressBar bar("Copying");
    BackupOptions options;
    options.without_key = arguments.without_key;
    options.progress = bar.function();
    Status status;
    store.backup(arguments.directory, options, status);
    if (status.code() == Code::kKeyMissing) {
      throw Failure(status.code(), status.message() + " (--without-key)");
    }
    if (!status.ok()) throw Failure(status);
  }
  const std::filesystem::path directory = arguments.directory;
  BackupFacts facts;
  facts.has_key = std::filesystem::exists(directory / "key");
  facts.data_bytes = std::filesystem::file_size(directory / "data.mdb");
  context.output.line(context.options.json ? backup_json(arguments.directory, facts)
                                           : told(context, arguments, facts));
  return kExitDone;
}

}  // namespace

void add_backup(Command program, Context& context) {
  Command command = program.add("backup", "Copy the store to a new directory while it is in use");
  const auto arguments = std::make_shared<BackupArguments>();
  command.text("DIR", arguments->directory, "DIR", "The directory to make; it must not exist",
               Needed::kYes);
  command.flag("--without-key", arguments->without_key,
               "Leave the key out: the copy then opens with the store's key only");
  command.when_chosen([&context, arguments] {
    context.command = [&context, arguments] { return run_backup(context, *arguments); };
  });
}

}  // namespace tokenry::cli
