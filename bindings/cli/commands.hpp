// The commands, one add_ function each: it declares the command's arguments in app, and sets
// context.command when the arguments chose it. context outlives the parsing and the command.
#pragma once

#include <CLI/App.hpp>

#include "context.hpp"

namespace tokenry::cli {

void add_init(CLI::App& app, Context& context);
void add_create(CLI::App& app, Context& context);
void add_verify(CLI::App& app, Context& context);
void add_list(CLI::App& app, Context& context);
void add_show(CLI::App& app, Context& context);
void add_edit(CLI::App& app, Context& context);
void add_suspend_resume_revoke_purge(CLI::App& app, Context& context);
void add_scope(CLI::App& app, Context& context);
void add_owner(CLI::App& app, Context& context);
void add_stat(CLI::App& app, Context& context);

}  // namespace tokenry::cli
