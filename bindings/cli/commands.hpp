// The commands, one add_ function each: it declares the command below program, and sets
// context.command when the arguments chose it. context outlives the parsing and the command.
#pragma once

#include "arguments.hpp"
#include "context.hpp"

namespace tokenry::cli {

void add_init(Command program, Context& context);
void add_create(Command program, Context& context);
void add_verify(Command program, Context& context);
void add_list(Command program, Context& context);
void add_show(Command program, Context& context);
void add_edit(Command program, Context& context);
void add_rotate(Command program, Context& context);
void add_suspend_resume_revoke_purge(Command program, Context& context);
void add_scope(Command program, Context& context);
void add_owner(Command program, Context& context);
void add_freeze_thaw(Command program, Context& context);
void add_log(Command program, Context& context);
void add_backup(Command program, Context& context);
void add_check(Command program, Context& context);
void add_stat(Command program, Context& context);

}  // namespace tokenry::cli
