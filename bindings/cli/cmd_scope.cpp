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
    std::vector<std::string> items;
    for (const Scope& scope : scopes) items.push_back(scope_json(scope));
    context.output.line(json_array(items));
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
    context.output.line(scope_json(scope));
  } else {
    context.output.line("added: " + printable(scope.name));
  }
  return kExitDone;
}

}  // namespace

void add_scope(Command program, Context& context) {
  Command command = program.add("scope", "List and add scopes");
  command.require_command();

  Command list = command.add("list", "List the scopes of the store");
  list.when_chosen([&context] { context.command = [&context] { return run_list(context); }; });

  Command add = command.add("add", "Add a scope to the store");
  const auto scope = std::make_shared<Scope>();
  add.text("NAME", scope->name, "", "1 to 64 of A-Za-z0-9._:/-", Needed::kYes);
  add.text("--group", scope->group, "GROUP", "Where people find it, such as DNS", Needed::kYes);
  add.text("--text", scope->text, "TEXT", "What it allows, in words", Needed::kYes);
  add.flag("--everything", scope->everything,
           "It contains every other scope, also those added later");
  add.flag("--escalates", scope->escalates, "It lets its holder gain rights beyond the token");
  add.when_chosen([&context, scope] {
    context.command = [&context, scope] { return run_add(context, *scope); };
  });
}

}  // namespace tokenry::cli
