// init: makes a store.
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>

#include "arguments.hpp"
#include "catalog_file.hpp"
#include "commands.hpp"
#include "json.hpp"
#include "text.hpp"

namespace tokenry::cli {
namespace {

struct InitOptions {
  std::string catalog;
  std::string prefix;
  std::string group;
  bool unsealed = false;
};

// A new account has no ~/.local/share yet; nobody chose that path, so it is made. A path that was
// chosen must have its parent: a mistyped one should not grow a tree.
void make_default_parent(const std::string& directory) {
  const std::filesystem::path parent = std::filesystem::path(directory).parent_path();
  std::filesystem::path made;
  for (const std::filesystem::path& part : parent) {
    made /= part;
    if (mkdir(made.c_str(), 0700) != 0 && errno != EEXIST && errno != EACCES && errno != EROFS) {
      fail_io("cannot make " + made.string(), errno);
    }
  }
}

int run_init(Context& context, const InitOptions& options) {
  const std::string directory = context.store_directory();
  CreateOptions create;
  create.prefix = options.prefix;
  create.group = options.group;
  create.unsealed = options.unsealed;
  if (context.options.key_file) create.key_file = *context.options.key_file;
  if (options.catalog == "whm") {
    create.catalog = options.catalog;
  } else if (!options.catalog.empty()) {
    create.scopes = read_catalog_file(options.catalog);
  }
  if (context.uses_default_store()) make_default_parent(directory);
  create_store(directory, context.actor(), create);
  const StoreInfo info = context.open_store().stat();
  if (context.options.json) {
    context.output.line(created_store_json(directory, info));
    return kExitDone;
  }
  context.output.line("Created the store " + printable(directory) + ": " +
                      counted(info.scope_count, "scope") + ", token prefix " + info.prefix +
                      (info.sealed ? ", sealed." : ", not sealed."));
  return kExitDone;
}

}  // namespace

void add_init(Command program, Context& context) {
  Command command = program.add("init", "Make a store");
  const auto options = std::make_shared<InitOptions>();
  command.text(
      "--catalog", options->catalog, "whm|FILE",
      "The scopes: whm, the built-in catalog of WHM's privileges, or a JSON file; default none");
  command.text("--prefix", options->prefix, "PREFIX",
               "What its tokens begin with, 2 to 10 of a-z0-9; default tkry");
  command.text("--group", options->group, "GROUP", "The Unix group that shares the store");
  command.flag("--unsealed", options->unsealed,
               "No key and no seals: who can write the data file can then make rights");
  command.when_chosen([&context, options] {
    context.command = [&context, options] { return run_init(context, *options); };
  });
}

}  // namespace tokenry::cli
