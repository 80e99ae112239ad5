// Checks an exported log. Needs neither the store nor its key: the public key alone.
#pragma once

#include <string>
#include <tokenry.hpp>

#include "log_json.hpp"

namespace tokenry::cli {

// Reads the file at path, or standard input for "-", to its end. Throws Failure: kTampered with
// the first line that is wrong and how, or kIoError.
ExportFacts verify_export(const std::string& path, const PublicKey& key);

}  // namespace tokenry::cli
