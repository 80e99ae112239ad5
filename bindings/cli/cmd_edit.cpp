// edit: changes a token; its text stays the same.
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "arguments.hpp"
#include "commands.hpp"
#include "conditions.hpp"
#include "json.hpp"
#include "times.hpp"
#include "token_ref.hpp"
#include "token_view.hpp"

namespace tokenry::cli {
namespace {

struct EditOptions {
  std::string token;
  std::optional<std::string> label;
  std::optional<std::string> note;
  std::optional<std::vector<std::string>> scopes;
  std::optional<std::vector<std::string>> add_scopes;
  std::optional<std::vector<std::string>> remove_scopes;
  std::optional<std::string> expires;
  std::optional<std::string> not_before;
  ConditionOptions conditions;
  bool dry_run = false;
};

std::optional<ScopeSet> optional_set(const Store& store,
                                     const std::optional<std::vector<std::string>>& names) {
  if (!names) return std::nullopt;
  return scope_set(store, *names);
}

bool changes_nothing(const Edit& edit, const EditOptions& options) {
  return !edit.label && !edit.note && !edit.expires_at_ms && !edit.not_before_ms &&
         !options.scopes && !options.add_scopes && !options.remove_scopes && !edit.allow_ips &&
         !edit.max_uses && !edit.rates;
}

// Those of after that before does not have.
std::vector<std::string> added(const std::vector<std::string>& before,
                               const std::vector<std::string>& after) {
  std::vector<std::string> result;
  for (const std::string& scope : after) {
    if (std::find(before.begin(), before.end(), scope) == before.end()) result.push_back(scope);
  }
  return result;
}

// What the options say, but for the scopes, whose names only the store knows.
Edit parse_edit(const EditOptions& options, std::int64_t now) {
  Edit edit;
  if (options.label) edit.label = *options.label;
  if (options.note) edit.note = *options.note;
  if (options.expires) edit.expires_at_ms = parse_time("--expires", *options.expires, now);
  if (options.not_before) {
    edit.not_before_ms = parse_time("--not-before", *options.not_before, now);
  }
  Conditions conditions = parse_conditions(options.conditions);
  edit.allow_ips = std::move(conditions.allow_ips);
  edit.max_uses = conditions.max_uses;
  edit.rates = std::move(conditions.rates);
  if (changes_nothing(edit, options)) {
    fail_usage(
        "nothing to change: give --label, --scopes, --add-scope, --remove-scope, --expires, "
        "--not-before, --note, --allow-ip, --max-uses or --rate");
  }
  return edit;
}

int run_edit(Context& context, const EditOptions& options) {
  const TokenRef ref(options.token);
  const std::int64_t now = now_ms();
  Edit edit = parse_edit(options, now);
  Store store = context.open_store();
  edit.set_scopes = optional_set(store, options.scopes);
  edit.add_scopes = optional_set(store, options.add_scopes);
  edit.remove_scopes = optional_set(store, options.remove_scopes);
  const std::uint64_t id = ref.resolve(store);
  const std::vector<std::string> scopes_before = store.show(id).scopes;
  const TokenInfo after =
      store.edit(context.actor(), id, edit, options.dry_run ? Change::kDryRun : Change::kApply);
  if (context.options.json) {
    context.output.line(token_json_with_note(after));
  } else {
    if (options.dry_run) context.output.line("Nothing was changed. It would become:");
    print_token(after, now, context.output);
  }
  warn_of_escalation(store, added(scopes_before, after.scopes));
  return kExitDone;
}

}  // namespace

void add_edit(Command program, Context& context) {
  Command command = program.add("edit", "Change a token; its text stays the same");
  const auto options = std::make_shared<EditOptions>();
  command.text("T", options->token, "", kTokenHelp, Needed::kYes);
  command.text("--label", options->label, "LABEL", "Its new name");
  command.list("--scopes", options->scopes, "S[,S...]",
               "All that it may do from now on; an empty text for nothing");
  command.list("--add-scope", options->add_scopes, "S[,S...]", "What it may do as well");
  command.list("--remove-scope", options->remove_scopes, "S[,S...]", "What it may do no longer");
  command.text(
      "--expires", options->expires, "WHEN",
      "90d, 12h, 30m (minutes), 1s, 2w; a date, which is that day's end in UTC; an RFC 3339 "
      "time; never");
  command.text("--not-before", options->not_before, "WHEN",
               "When it begins to work, as in --expires; never: at once");
  command.text("--note", options->note, "TEXT", "A remark; an empty text for none");
  add_condition_options(command, options->conditions);
  command.flag("--dry-run", options->dry_run, "Check and show, but change nothing");
  command.when_chosen([&context, options] {
    context.command = [&context, options] { return run_edit(context, *options); };
  });
}

}  // namespace tokenry::cli
