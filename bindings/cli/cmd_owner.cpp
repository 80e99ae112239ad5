// owner: the accounts that tokens act for.
#include <memory>
#include <optional>

#include "arguments.hpp"
#include "commands.hpp"
#include "json.hpp"
#include "table.hpp"
#include "text.hpp"
#include "times.hpp"

namespace tokenry::cli {
namespace {

std::string ceiling_text(const OwnerInfo& owner) {
  if (owner.ceiling_everything) return "all";
  return owner.ceiling.empty() ? "none" : join(owner.ceiling);
}

Cell state_cell(const OwnerInfo& owner) {
  return owner.suspended ? Cell("suspended", Colour::kYellow) : Cell("active", Colour::kGreen);
}

int print_owner(Context& context, const OwnerInfo& owner) {
  if (context.options.json) {
    context.output.line(owner_json(owner));
    return kExitDone;
  }
  Facts facts;
  facts.add("Owner", Cell(owner.name, Colour::kBold));
  facts.add("Status", state_cell(owner));
  facts.add("Ceiling", Cell(ceiling_text(owner)));
  facts.add("Tokens", Cell(std::to_string(owner.token_count)));
  facts.add("Created", Cell(rfc3339(owner.created_at_ms) + " (" +
                            relative(owner.created_at_ms, now_ms()) + ") by " + owner.created_by));
  facts.print(context.output);
  return kExitDone;
}

int run_list(Context& context) {
  const std::vector<OwnerInfo> owners = context.open_store().owners();
  if (context.options.json) {
    std::vector<std::string> items;
    for (const OwnerInfo& owner : owners) items.push_back(owner_json(owner));
    context.output.line(json_array(items));
    return kExitDone;
  }
  if (owners.empty()) {
    print_notice("no owners");
    return kExitDone;
  }
  Table table({"OWNER", "STATUS", "TOKENS", "CREATED", "CEILING"});
  const std::int64_t now = now_ms();
  for (const OwnerInfo& owner : owners) {
    table.add({Cell(owner.name), state_cell(owner), Cell(std::to_string(owner.token_count)),
               Cell(relative(owner.created_at_ms, now)), Cell(ceiling_text(owner))});
  }
  table.print(context.output);
  return kExitDone;
}

int run_set(Context& context, const std::string& owner,
            const std::vector<std::string>& ceiling_names) {
  Store store = context.open_store();
  std::optional<ScopeSet> ceiling;
  // "all" alone means no ceiling, whether or not the catalog has a scope of that name.
  const bool everything = ceiling_names.size() == 1 && ceiling_names.front() == "all";
  if (!everything) ceiling = scope_set(store, ceiling_names);
  store.set_owner_ceiling(context.actor(), owner, ceiling);
  return print_owner(context, store.owner(owner));
}

int run_delete(Context& context, const std::string& owner, bool assume_yes) {
  Store store = context.open_store();
  const OwnerInfo info = store.owner(owner);
  confirm("Delete owner " + owner + " and revoke " + counted(info.token_count, "token") + "?",
          assume_yes);
  const std::uint64_t revoked_count = store.delete_owner(context.actor(), owner);
  if (context.options.json) {
    context.output.line(deleted_owner_json(owner, revoked_count));
  } else {
    context.output.line("deleted: " + printable(owner) + ", " + counted(revoked_count, "token") +
                        " revoked");
  }
  return kExitDone;
}

struct OwnerOptions {
  std::string owner;
  std::string new_name;
  std::optional<std::vector<std::string>> ceiling;
  bool yes = false;
};
using Run = std::function<int(Context&, const OwnerOptions&)>;

// A command under owner that names one owner.
Command add_for_one(Command owner_command, Context& context, const std::string& verb,
                    const std::string& help, const std::shared_ptr<OwnerOptions>& options,
                    Run run) {
  Command command = owner_command.add(verb, help);
  command.text("NAME", options->owner, "", "The owner's name", Needed::kYes);
  command.when_chosen([&context, options, run = std::move(run)] {
    context.command = [&context, options, run] { return run(context, *options); };
  });
  return command;
}

void add_suspend_and_resume(Command owner_command, Context& context,
                            const std::shared_ptr<OwnerOptions>& options) {
  add_for_one(owner_command, context, "suspend", "Stop an owner's tokens until it is resumed",
              options, [](Context& c, const OwnerOptions& o) {
                Store store = c.open_store();
                store.suspend_owner(c.actor(), o.owner);
                return print_owner(c, store.owner(o.owner));
              });
  add_for_one(owner_command, context, "resume", "Let a suspended owner's tokens work again",
              options, [](Context& c, const OwnerOptions& o) {
                Store store = c.open_store();
                store.resume_owner(c.actor(), o.owner);
                return print_owner(c, store.owner(o.owner));
              });
}

}  // namespace

void add_owner(Command program, Context& context) {
  Command command = program.add("owner", "Manage the accounts that tokens act for");
  command.require_command();
  const auto options = std::make_shared<OwnerOptions>();

  Command list = command.add("list", "List the owners");
  list.when_chosen([&context] { context.command = [&context] { return run_list(context); }; });

  add_for_one(command, context, "show", "Show an owner", options,
              [](Context& c, const OwnerOptions& o) {
                return print_owner(c, c.open_store().owner(o.owner));
              });
  Command set = add_for_one(
      command, context, "set", "Set what an owner's tokens may do at most", options,
      [](Context& c, const OwnerOptions& o) { return run_set(c, o.owner, *o.ceiling); });
  set.list("--ceiling", options->ceiling, "S[,S...]|all",
           "The most that the tokens may do; all for no limit; an empty text for nothing",
           Needed::kYes);
  add_suspend_and_resume(command, context, options);
  Command rename = add_for_one(command, context, "rename", "Rename an owner; the tokens go on",
                               options, [](Context& c, const OwnerOptions& o) {
                                 Store store = c.open_store();
                                 store.rename_owner(c.actor(), o.owner, o.new_name);
                                 return print_owner(c, store.owner(o.new_name));
                               });
  rename.text("NEW-NAME", options->new_name, "", "The new name", Needed::kYes);
  Command remove = add_for_one(
      command, context, "delete", "Revoke an owner's tokens and remove the owner", options,
      [](Context& c, const OwnerOptions& o) { return run_delete(c, o.owner, o.yes); });
  remove.flag("--yes", options->yes, "Do not ask");
}

}  // namespace tokenry::cli
