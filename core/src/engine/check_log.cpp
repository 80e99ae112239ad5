// The log, and the rows as it says that they were written last.
#include "engine/examination.hpp"
#include "engine/log_check.hpp"

namespace tokenry::engine {

base::Status check_events(Examination& examination) {
  return check_log(examination.rows,
                   [&](const std::string& line) { examination.findings.add(line); });
}

}  // namespace tokenry::engine
