// Memory for secrets: wiped when it ends, never copied by accident.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace tokenry::base {

// Overwrites size bytes in a way that the compiler may not drop.
inline void wipe(void* memory, std::size_t size) { ::explicit_bzero(memory, size); }

// A fixed number of secret bytes on the stack or in an object.
template <std::size_t N>
class SecretBytes {
 public:
  SecretBytes() = default;
  ~SecretBytes() { wipe(bytes_.data(), N); }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;

  std::uint8_t* data() { return bytes_.data(); }
  const std::uint8_t* data() const { return bytes_.data(); }
  static constexpr std::size_t size() { return N; }
  std::span<std::uint8_t, N> span() { return std::span<std::uint8_t, N>(bytes_); }
  std::span<const std::uint8_t, N> span() const { return std::span<const std::uint8_t, N>(bytes_); }

 private:
  std::array<std::uint8_t, N> bytes_{};
};

// Secret text of bounded length; text beyond the capacity is refused by append(). One that was
// never written to is not wiped: on the hot path most are not.
template <std::size_t Capacity>
class SecretText {
 public:
  SecretText() = default;
  ~SecretText() {
    if (written_) wipe(text_.data(), text_.size());
  }
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;

  std::string_view view() const { return {text_.data(), size_}; }
  std::size_t size() const { return size_; }
  static constexpr std::size_t capacity() { return Capacity; }

  // To be written to directly; resize() then says how much of it counts.
  char* data() {
    written_ = true;
    return text_.data();
  }
  void resize(std::size_t size) { size_ = size <= Capacity ? size : Capacity; }

  bool append(std::string_view more) {
    if (more.size() > Capacity - size_) return false;
    std::memcpy(data() + size_, more.data(), more.size());
    size_ += more.size();
    return true;
  }

 private:
  std::array<char, Capacity> text_{};
  std::size_t size_ = 0;
  bool written_ = false;
};

}  // namespace tokenry::base
