// The log's lines of JSON, each without its end. An auditor holds them against their bodies, so
// that what stands in them follows from the body alone, byte for byte.
#pragma once

#include <string>
#include <tokenry.hpp>

namespace tokenry::cli {

// An event, with the body and the hashes that prove it.
std::string event_json(const Event& event);

// The last line of an export.
std::string export_head_json(const Head& head);

// What `log --head` prints: the line of text in its parts too, and the public key.
std::string head_json(const Head& head);

std::string public_key_json(const PublicKey& key);

// What `log --verify` prints.
struct ExportFacts {
  std::uint64_t count = 0;
  std::uint64_t first = 0;  // sequence numbers; 0 if there is no event
  std::uint64_t last = 0;
  Head head;
};
std::string export_facts_json(const ExportFacts& facts);

}  // namespace tokenry::cli
