// Events as people see them.
#pragma once

#include <string>
#include <tokenry.hpp>
#include <vector>

#include "table.hpp"

namespace tokenry::cli {

// The headings of a table of events.
std::vector<std::string_view> event_headings();

// The event's row below them.
std::vector<Cell> event_cells(const Event& event);

// The row as a line of its own, for a table that goes on.
std::string event_line(const Event& event);

}  // namespace tokenry::cli
