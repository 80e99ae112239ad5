// decode_body with SSE4.1: 16 digits are mapped at once and folded to pairs, fours and words.
#include "token/decode.hpp"

#if defined(__x86_64__)

#include <smmintrin.h>

#include <cstring>

#define TOKENRY_SSE __attribute__((target("sse4.1")))
#define TOKENRY_SSE_INLINE __attribute__((target("sse4.1"), always_inline)) inline

namespace tokenry::token {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kPow4 = 62u * 62u * 62u * 62u;
constexpr std::uint64_t kPow8 = kPow4 * kPow4;

TOKENRY_SSE_INLINE __m128i load(const char* from) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

// Each character's digit; bytes of `invalid` become all ones where a character is none. Bytes from
// 0x80 on compare as negative, so below '0'.
TOKENRY_SSE_INLINE __m128i map_digits(__m128i characters, __m128i* invalid) {
  const __m128i below_0 = _mm_cmplt_epi8(characters, _mm_set1_epi8('0'));
  const __m128i above_9 = _mm_cmpgt_epi8(characters, _mm_set1_epi8('9'));
  const __m128i below_A = _mm_cmplt_epi8(characters, _mm_set1_epi8('A'));
  const __m128i above_Z = _mm_cmpgt_epi8(characters, _mm_set1_epi8('Z'));
  const __m128i below_a = _mm_cmplt_epi8(characters, _mm_set1_epi8('a'));
  const __m128i above_z = _mm_cmpgt_epi8(characters, _mm_set1_epi8('z'));
  const __m128i in_gap =
      _mm_or_si128(_mm_and_si128(above_9, below_A), _mm_and_si128(above_Z, below_a));
  *invalid = _mm_or_si128(*invalid, _mm_or_si128(in_gap, _mm_or_si128(below_0, above_z)));
  const __m128i gaps = _mm_add_epi8(_mm_and_si128(above_9, _mm_set1_epi8('A' - '9' - 1)),
                                    _mm_and_si128(above_Z, _mm_set1_epi8('a' - 'Z' - 1)));
  return _mm_sub_epi8(_mm_sub_epi8(characters, _mm_set1_epi8('0')), gaps);
}

// Four digits in each 32-bit lane, as numbers below 62^4.
TOKENRY_SSE_INLINE __m128i fold(__m128i digits) {
  const __m128i pairs = _mm_maddubs_epi16(digits, _mm_set1_epi16(1 << 8 | 62));
  return _mm_madd_epi16(pairs, _mm_set1_epi32(1 << 16 | 62 * 62));
}

// The last eight digits of a folded vector.
TOKENRY_SSE_INLINE std::uint64_t low_eight(__m128i fours) {
  const auto lanes = static_cast<std::uint64_t>(_mm_extract_epi64(fours, 1));
  return (lanes & 0xFFFFFFFFu) * kPow4 + (lanes >> 32);
}

// The word of 11 digits; *overflow gets bits where it does not fit.
TOKENRY_SSE_INLINE std::uint64_t block(const char* digits, __m128i* invalid,
                                       std::uint64_t* overflow) {
  const __m128i fours = fold(_mm_slli_si128(map_digits(load(digits), invalid), 5));
  const std::uint64_t high_three = static_cast<std::uint64_t>(_mm_cvtsi128_si64(fours)) >> 32;
  const Wide word = Wide{high_three} * kPow8 + low_eight(fours);
  *overflow |= static_cast<std::uint64_t>(word >> 64);
  return static_cast<std::uint64_t>(word);
}

}  // namespace

// Every load of 16 characters lies within the 50, so what follows a block is checked along with it
// and nothing beyond the text is read.
TOKENRY_SSE std::uint64_t decode_body_sse(const char* digits, Body& body, SecretSpan secret) {
  static_assert(kSecretWords * kBlockDigits + 16 <= kBodyDigits);
  __m128i invalid = _mm_setzero_si128();
  std::uint64_t overflow = 0;
  body.id = block(digits, &invalid, &overflow);
  for (std::size_t i = 0; i < kSecretWords; ++i) {
    const std::uint64_t word = block(digits + (i + 1) * kBlockDigits, &invalid, &overflow);
    std::memcpy(secret.data() + 8 * i, &word, 8);
  }
  const __m128i tail = map_digits(load(digits + kBodyDigits - 16), &invalid);
  body.check = low_eight(fold(_mm_slli_si128(_mm_srli_si128(tail, 10), 10)));
  return overflow | static_cast<std::uint32_t>(_mm_movemask_epi8(invalid));
}

bool has_sse_decoder() { return __builtin_cpu_supports("sse4.1"); }

}  // namespace tokenry::token

#else

namespace tokenry::token {

std::uint64_t decode_body_sse(const char* digits, Body& body, SecretSpan secret) {
  return decode_body_scalar(digits, body, secret);
}

bool has_sse_decoder() { return false; }

}  // namespace tokenry::token

#endif
