// What may be wrong with where a token may be used from and how often, and with a rotation.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include "struct_spoilers.hpp"

namespace capi_tests {

namespace {

constexpr std::uint64_t kMostUses = 1'000'000'000'000;
constexpr std::uint32_t kLongestPeriodMs = 31U * 24 * 3600 * 1000;

// One of the two structs that say it, with everything of it to be changed.
template <typename Struct>
Spoiler spoiler(StructArgument<Struct> Arguments::*member, const std::string& name, int code,
                const std::function<void(Struct&)>& spoil) {
  return {name, code, [member, spoil](Arguments& a) {
            if constexpr (std::is_same_v<Struct, tokenry_edit_spec>) {
              a.edit->fields = TOKENRY_EDIT_ALLOW_IPS | TOKENRY_EDIT_MAX_USES | TOKENRY_EDIT_RATES;
            }
            spoil(*(a.*member));
          }};
}

template <typename Struct>
Spoiler with_address(StructArgument<Struct> Arguments::*member, const std::string& name, int code,
                     const std::string& text) {
  return spoiler<Struct>(member, name, code, [text](Struct& s) {
    static std::string kept;
    static const char* list[1];
    kept = text;
    list[0] = kept.c_str();
    s.allow_ips = list;
    s.allow_ip_count = 1;
  });
}

template <typename Struct>
Spoiler with_rates(StructArgument<Struct> Arguments::*member, const std::string& name, int code,
                   const std::vector<tokenry_rate>& rates) {
  return spoiler<Struct>(member, name, code, [rates](Struct& s) {
    static std::vector<tokenry_rate> kept;
    kept = rates;
    s.rates = kept.data();
    s.rate_count = kept.size();
  });
}

// Different addresses, so that no list is shorter than it looks.
const std::array<const char*, TOKENRY_MAX_NETWORKS + 1>& many_addresses() {
  static std::array<std::string, TOKENRY_MAX_NETWORKS + 1> texts;
  static const auto pointers = [] {
    std::array<const char*, TOKENRY_MAX_NETWORKS + 1> all{};
    for (std::size_t i = 0; i < texts.size(); ++i) {
      texts[i] = "192.0.2." + std::to_string(i);
      all[i] = texts[i].c_str();
    }
    return all;
  }();
  return pointers;
}

template <typename Struct>
Spoilers bad_address_lists(StructArgument<Struct> Arguments::*member) {
  const auto list = [member](const char* name, const char* const* addresses, std::size_t count) {
    return spoiler<Struct>(member, name, kInvalid, [addresses, count](Struct& s) {
      s.allow_ips = addresses;
      s.allow_ip_count = count;
    });
  };
  static const char* const with_null[] = {"192.0.2.1", nullptr};
  static const std::array<char, 64> unended = [] {
    std::array<char, 64> text{};
    text.fill('1');
    return text;
  }();
  static const char* const without_end[] = {unended.data()};
  Spoilers all{list("addresses without a pointer", nullptr, 1),
               list("the largest count of addresses", many_addresses().data(), SIZE_MAX),
               list("101 addresses", many_addresses().data(), many_addresses().size()),
               list("NULL as an address", with_null, 2),
               list("64 bytes without a NUL", without_end, 1)};
  for (const char* text : {"",
                           " ",
                           "localhost",
                           "192.0.2.256",
                           "192.0.2",
                           "192.0.2.1 ",
                           " 192.0.2.1",
                           "192.0.2.01",
                           "192.0.2.1/",
                           "192.0.2.1/33",
                           "192.0.2.0/-1",
                           "192.0.2.0/+24",
                           "192.0.2.0/24/24",
                           "192.0.2.0/0x18",
                           "192.0.2.1/24",
                           "10.0.0.1/8",
                           "0.0.0.1/0",
                           "2001:db8::1/64",
                           "2001:db8::/129",
                           "2001:db8:::1",
                           "::1%lo",
                           "[::1]",
                           "192.0.2.1:80",
                           "192.0.2.1\n",
                           "1.1.1.1,2.2.2.2",
                           "\xFF\xFE"}) {
    all.push_back(with_address(member, std::string("the address ") + text, kInvalid, text));
  }
  append(all, {with_address(member, "an address of 1 MB", kInvalid, std::string(kMegabyte, '1')),
               // Cut anywhere, it would be the network 10.0.0.0/0.
               with_address(member, "a network whose bits never end", kInvalid,
                            "10.0.0.0/" + std::string(kMegabyte, '0') + "8")});
  return all;
}

template <typename Struct>
Spoilers bad_conditions(StructArgument<Struct> Arguments::*member) {
  Spoilers all = bad_address_lists(member);
  const tokenry_rate good{1, 1000};
  const auto rates = [member](const char* name, const std::vector<tokenry_rate>& list) {
    return with_rates(member, name, kInvalid, list);
  };
  append(all, {rates("three rates", {good, good, good}), rates("a rate of none", {{0, 1000}}),
               rates("a second rate of none", {good, {0, 1000}}),
               rates("a rate of too many", {{TOKENRY_MAX_RATE_COUNT + 1, kLongestPeriodMs}}),
               rates("a rate of the most", {{UINT32_MAX, UINT32_MAX}}),
               rates("a period too short", {{1, 999}}), rates("no period", {{1, 0}}),
               rates("a period too long", {{1, kLongestPeriodMs + 1}}),
               rates("above 100 each millisecond", {{100'001, 1000}}),
               spoiler<Struct>(member, "rates without a pointer", kInvalid,
                               [](Struct& s) { s.rate_count = 1; }),
               spoiler<Struct>(member, "the largest count of rates", kInvalid,
                               [](Struct& s) {
                                 static const tokenry_rate one{1, 1000};
                                 s.rates = &one;
                                 s.rate_count = SIZE_MAX;
                               }),
               spoiler<Struct>(member, "too many uses", kInvalid,
                               [](Struct& s) { s.max_uses = kMostUses + 1; }),
               spoiler<Struct>(member, "the most uses", kInvalid,
                               [](Struct& s) { s.max_uses = UINT64_MAX; })});
  return all;
}

template <typename Struct>
Spoilers conditions_at_their_limits(StructArgument<Struct> Arguments::*member) {
  Spoilers all{spoiler<Struct>(member, "100 addresses", 0,
                               [](Struct& s) {
                                 s.allow_ips = many_addresses().data();
                                 s.allow_ip_count = TOKENRY_MAX_NETWORKS;
                               }),
               spoiler<Struct>(member, "the most uses that can be counted", 0,
                               [](Struct& s) { s.max_uses = kMostUses; }),
               with_rates(member, "the slowest rate", 0, {{1, kLongestPeriodMs}}),
               with_rates(member, "the largest rate", 0, {{TOKENRY_MAX_RATE_COUNT, 10'000}}),
               with_rates(member, "two rates", 0, {{100'000, 1000}, {1, 1000}}),
               spoiler<Struct>(member, "pointers to nothing", 0, [](Struct& s) {
                 s.allow_ips = many_addresses().data();
                 s.rates = reinterpret_cast<const tokenry_rate*>(16);
               })};
  for (const char* text :
       {"0.0.0.0/0", "::/0", "192.0.2.1/32", "2001:db8::1/128", "::1", "::ffff:192.0.2.1",
        "2001:0db8:aaaa:bbbb:cccc:dddd:255.255.255.255/128"}) {
    all.push_back(with_address(member, std::string("the address ") + text, 0, text));
  }
  return all;
}

// As a caller of the first version passes it: what lies behind its struct is not the library's.
template <typename Struct>
Spoiler first_version(StructArgument<Struct> Arguments::*member, std::size_t size) {
  return {"the first version's size", 0, [member, size](Arguments& a) {
            (a.*member).set_size(size);
            auto* const behind = reinterpret_cast<unsigned char*>((a.*member).get()) + size;
            std::memset(behind, 0xA5, sizeof(Struct) - size);
          }};
}

}  // namespace

Spoilers bad_conditions_of_specs() { return bad_conditions(&Arguments::spec); }

Spoilers bad_conditions_of_edits() {
  Spoilers all = bad_conditions(&Arguments::edit);
  // Taken for an empty list, it would admit from anywhere.
  for (const std::uint32_t field :
       {TOKENRY_EDIT_ALLOW_IPS, TOKENRY_EDIT_MAX_USES, TOKENRY_EDIT_RATES}) {
    all.push_back({"field " + std::to_string(field) + " that the struct is too short for", kInvalid,
                   [field](Arguments& a) {
                     a.edit->fields |= field;
                     a.edit.set_size(offsetof(tokenry_edit_spec, allow_ips));
                   }});
  }
  return all;
}

Spoilers conditions_at_their_limits_in_specs() {
  Spoilers all = conditions_at_their_limits(&Arguments::spec);
  all.push_back(first_version(&Arguments::spec, offsetof(tokenry_token_spec, allow_ips)));
  return all;
}

Spoilers conditions_at_their_limits_in_edits() {
  Spoilers all = conditions_at_their_limits(&Arguments::edit);
  all.push_back(first_version(&Arguments::edit, offsetof(tokenry_edit_spec, allow_ips)));
  return all;
}

Spoilers bad_rotations() {
  Spoilers all = bad_sizes(&Arguments::rotation, true);
  const auto rotation = [](const char* name, std::uint32_t flags, std::int64_t overlap_ms) {
    return Spoiler{name, kInvalid, [flags, overlap_ms](Arguments& a) {
                     a.rotation->flags = flags;
                     a.rotation->overlap_ms = overlap_ms;
                   }};
  };
  append(all, {rotation("unknown flags", 4, 0), rotation("all flags", UINT32_MAX, 0),
               rotation("at once with an overlap", TOKENRY_ROTATE_AT_ONCE, 1),
               rotation("at once with a negative overlap", TOKENRY_ROTATE_AT_ONCE, -1),
               rotation("retiring on use, at once",
                        TOKENRY_ROTATE_RETIRE_ON_USE | TOKENRY_ROTATE_AT_ONCE, 0),
               rotation("a negative overlap", 0, -1), rotation("the least overlap", 0, INT64_MIN),
               rotation("the largest overlap", 0, INT64_MAX),
               rotation("an overlap too long", 0, kLongestOverlapMs + 1),
               rotation("an overlap too long to retire on use", TOKENRY_ROTATE_RETIRE_ON_USE,
                        kLongestOverlapMs + 1)});
  return all;
}

}  // namespace capi_tests
