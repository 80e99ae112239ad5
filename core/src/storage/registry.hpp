// Which environments this process has open. LMDB must not open a file twice in a process: closing
// either one would drop the locks of both.
#pragma once

#include <memory>
#include <string>

#include "base/status.hpp"
#include "storage/environment.hpp"
#include "storage/process.hpp"

namespace tokenry::storage {

// The environment of the store in directory: the one that is open already, or a new one. Replaces
// one that became unusable; in a child, closes what was inherited first.
base::Result<std::shared_ptr<Environment>> open_environment(const ProcessLock& held,
                                                            const std::string& directory);

// Gives back what open_environment() answered; the last one closes it.
void release_environment(const ProcessLock& held, const std::shared_ptr<Environment>& environment);

}  // namespace tokenry::storage
