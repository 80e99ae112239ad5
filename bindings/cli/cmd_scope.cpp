// scope: the store's catalog.
#include <memory>

#include "arguments.hpp"
#include "commands.hpp"
#include "json.hpp"
#include "table.hpp"
#include "text.hpp"

namespace tokenry::cli {
namespace {

std::string flags_of(const Scope& scope) {
  std::vector<std::string> flags;
  if (scope.everything) flags.emplace_back("everything");
  if (scope.escalates) flags.emplace_back("escalates");
  return join(flags);
}

int run_list(Context& context) {
  const std::vector<Scope> scopes = context.open_store().scopes();
  if (context.options.json) {
    Json array = Json::array();
    for (const Scope& scope : scopes) array.push_back(scope_json(scope));
    context.output.line(json_line(array));
    return kExitDone;
  }
  if (scopes.empty()) {
    print_notice("the catalog is empty; add scopes with tokenry scope add");
    return kExitDone;
  }
  Table table({"NAME", "GROUP", "TEXT", "FLAGS"});
  for (const Scope& scope : scopes) {
    table.add({Cell(scope.name), Cell(scope.group), Cell(scope.text),
               Cell(flags_of(scope), Colour::kYellow)});
  }
  table.print(context.output);
  return kExitDone;
}

int run_add(Context& context, const Scope& scope) {
  context.open_store().add_scope(context.actor(), scope);
  if (context.options.json) {
    context.output.line(json_line(scope_json(scope)));
  } else {
    context.output.line("added: " + printable(scope.name));
  }
  return kExitDone;
}

}  // namespace

void add_scope(CLI::App& app, Context& context) {
  CLI::App& command = add_command(app, "scope", "List and add scopes");
  command.require_subcommand(1);

  CLI::App& list = add_command(command, "list", "List the scopes of the store");
  list.callback([&context] { context.command = [&context] { return run_list(context); }; });

  CLI::App& add = add_command(command, "add", "Add a scope to the store");
  const auto scope = std::make_shared<Scope>();
  add_text(add, "NAME", scope->name, "", "1 to 64 of A-Za-z0-9._:/-")->required();
  add_text(add, "--group", scope->group, "GROUP", "Where people find it, such as DNS")->required();
  add_text(add, "--text", scope->text, "TEXT", "What it allows, in words")->required();
  add.add_flag("--everything", scope->everything,
               "It contains every other scope, also those added later");
  add.add_flag("--escalates", scope->escalates, "It lets its holder gain rights beyond the token");
  add.callback([&context, scope] {
    context.command = [&context, scope] { return run_add(context, *scope); };
  });
}

}  // namespace tokenry::cli
