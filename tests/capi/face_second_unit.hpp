// A second translation unit that includes tokenry.hpp: one program, one definition of each.
#pragma once

#include <cstdint>
#include <string>

#include "tokenry.hpp"

namespace capi_tests {

std::string label_in_second_unit(const tokenry::Store& store, std::uint64_t id);
tokenry::Code code_in_second_unit(const tokenry::Store& store);

}  // namespace capi_tests
