#include "face_second_unit.hpp"

namespace capi_tests {

std::string label_in_second_unit(const tokenry::Store& store, std::uint64_t id) {
  return store.show(id).label;
}

tokenry::Code code_in_second_unit(const tokenry::Store& store) {
  try {
    (void)store.show(7);
  } catch (const tokenry::Error& error) {
    return error.code();
  }
  return tokenry::Code::kOk;
}

}  // namespace capi_tests
