#include "token/crc32c.hpp"

#include <cstddef>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#endif

namespace tokenry::token {
namespace {

constexpr std::uint32_t kReflectedPolynomial = 0x82F63B78u;

#if defined(__x86_64__) || (defined(__aarch64__) && defined(__ARM_FEATURE_CRC32))

template <typename Word>
Word load_native(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

#endif

#if defined(__x86_64__)

__attribute__((target("sse4.2"))) std::uint32_t crc32c_sse42(std::string_view bytes) {
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint64_t crc = 0xFFFFFFFFu;
  for (; left >= 8; at += 8, left -= 8) crc = _mm_crc32_u64(crc, load_native<std::uint64_t>(at));
  auto narrow = static_cast<std::uint32_t>(crc);
  for (; left > 0; ++at, --left) narrow = _mm_crc32_u8(narrow, load_native<std::uint8_t>(at));
  return ~narrow;
}

#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)

std::uint32_t crc32c_armv8(std::string_view bytes) {
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint32_t crc = 0xFFFFFFFFu;
  for (; left >= 8; at += 8, left -= 8) crc = __crc32cd(crc, load_native<std::uint64_t>(at));
  for (; left > 0; ++at, --left) crc = __crc32cb(crc, load_native<std::uint8_t>(at));
  return ~crc;
}

#endif

}  // namespace

std::uint32_t crc32c_portable(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (kReflectedPolynomial & (0u - (crc & 1)));
  }
  return ~crc;
}

std::uint32_t crc32c(std::string_view bytes) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return crc32c_sse42(bytes);
  return crc32c_portable(bytes);
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
  return crc32c_armv8(bytes);
#else
  return crc32c_portable(bytes);
#endif
}

}  // namespace tokenry::token
