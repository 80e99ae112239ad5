// What may be wrong with an argument, and the code that it must come to.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "entries.hpp"

namespace capi_tests {

struct Spoiler {
  std::string name;
  int code;
  std::function<void(Arguments&)> spoil;
};

std::vector<Spoiler> spoilers_of(Part part);

// Arguments that are unusual and yet fine: texts at their limits, structs of a later version.
std::vector<Spoiler> extremes_of(Part part);

}  // namespace capi_tests
