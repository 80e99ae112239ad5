// A file that takes a new token: for its owner alone, and never one that was there before.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace tokenry::cli {

// Made before the token is, so that a path that cannot be written costs no token; removed again
// unless write() went well.
class SecretFile {
 public:
  // Makes the file at path with mode 0600. Throws Failure: a conflict if something is there.
  explicit SecretFile(std::string path);
  ~SecretFile();
  SecretFile(const SecretFile&) = delete;
  SecretFile& operator=(const SecretFile&) = delete;

  // Writes the parts and makes them durable. False with errno set when that failed.
  [[nodiscard]] bool write(std::initializer_list<std::string_view> parts) noexcept;

 private:
  std::string path_;
  int descriptor_ = -1;
  bool kept_ = false;
};

}  // namespace tokenry::cli
