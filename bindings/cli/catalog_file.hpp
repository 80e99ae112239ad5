// A catalog of scopes in a JSON file:
//   {"scopes": [{"name": "dns.edit", "group": "DNS", "text": "Edit zones",
//                "everything": false, "escalates": false}, ...]}
// name is needed; group and text default to "", the flags to false. Order gives the bits.
#pragma once

#include <string>
#include <tokenry.hpp>
#include <vector>

namespace tokenry::cli {

// Reads the file strictly: unknown keys, keys given twice and values of another type are usage
// Failures that name the line or the key. The library judges the names themselves.
std::vector<Scope> read_catalog_file(const std::string& path);

}  // namespace tokenry::cli
