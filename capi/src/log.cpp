// The log: events and walks over them.
#include <algorithm>
#include <utility>
#include <vector>

#include "arguments.hpp"
#include "engine/log_reader.hpp"
#include "model/names.hpp"
#include "record/event.hpp"
#include "wall.hpp"

using namespace tokenry;
using base::Code;
using base::Status;

namespace {

struct EventOut : tokenry_event {
  explicit EventOut(engine::LoggedEvent given)
      : tokenry_event{},
        logged_(std::move(given)),
        operation_name_(model::operation_name(logged_.event.operation)),
        id_text_(logged_.event.id == 0 ? "" : engine::id_text(logged_.event.id)) {
    const model::Event& event = logged_.event;
    struct_size = sizeof(tokenry_event);
    operation = static_cast<int32_t>(event.operation);
    sequence = event.sequence;
    at_ms = event.at_ms;
    id = event.id;
    operation_name = operation_name_.c_str();
    id_text = text_or_null(id_text_);
    actor = event.actor.c_str();
    owner = text_or_null(event.owner);
    label = text_or_null(event.label);
    names_.reserve(event.fields.size());
    fields_.reserve(event.fields.size());
    for (const model::EventField& field : event.fields) add_field(field);
    fields = fields_.data();
    field_count = fields_.size();
    body = logged_.body.data();
    body_size = logged_.body.size();
    std::copy(logged_.hash.begin(), logged_.hash.end(), hash);
    std::copy(logged_.previous_hash.begin(), logged_.previous_hash.end(), previous_hash);
  }

 private:
  static const char* text_or_null(const std::string& text) {
    return text.empty() ? nullptr : text.c_str();
  }
  void add_field(const model::EventField& field) {
    names_.emplace_back(model::field_name(field.code));
    tokenry_event_field out{};
    out.struct_size = sizeof out;
    out.kind = static_cast<int32_t>(model::field_kind(field.code));
    out.name = names_.back().c_str();
    out.text = field.text.c_str();
    out.number = field.number;
    fields_.push_back(out);
  }

  engine::LoggedEvent logged_;
  std::string operation_name_;
  std::string id_text_;
  std::vector<std::string> names_;
  std::vector<tokenry_event_field> fields_;
};

Status read_filter(const tokenry_log_filter* given, engine::LogFilter& out) {
  if (given == nullptr) return {};
  tokenry_log_filter filter{};
  TOKENRY_TRY(capi::read_struct("filter", given, filter));
  if (filter.reserved != 0) return {Code::invalid_argument, "filter: reserved must be 0"};
  std::string_view owner;
  TOKENRY_TRY(capi::read_text("filter: owner", filter.owner, filter.owner_size, owner));
  if (!owner.empty()) TOKENRY_TRY(model::check_owner(owner));
  TOKENRY_TRY(model::check_time("filter: since_ms", filter.since_ms));
  out.owner = owner;
  out.id = filter.id;
  out.since_ms = filter.since_ms;
  out.from_sequence = filter.from_sequence;
  out.limit = filter.limit;
  return {};
}

}  // namespace

extern "C" {

void tokenry_event_free(tokenry_event* event) { delete static_cast<EventOut*>(event); }

int tokenry_log_open(tokenry_store* store, const tokenry_log_filter* filter, tokenry_log** log) {
  if (log != nullptr) *log = nullptr;
  return capi::guarded([&]() -> Status {
    const capi::StoreTable::Call open(capi::stores(), capi::handle_number(store));
    if (!open) return capi::closed_status();
    if (log == nullptr) return capi::missing_argument("log");
    engine::LogFilter wanted;
    TOKENRY_TRY(read_filter(filter, wanted));
    auto object = std::make_shared<capi::LogHandle>();
    object->store_handle = capi::handle_number(store);
    object->reader = std::make_unique<engine::LogReader>(open.shared(), std::move(wanted));
    const uint64_t handle = capi::logs().add(std::move(object));
    if (handle == 0) {
      return {Code::store_busy, "1024 logs are open in this process; free some"};
    }
    *log = capi::handle_pointer<tokenry_log>(handle);
    return {};
  });
}

int tokenry_log_next(tokenry_log* log, tokenry_event** event) {
  if (event != nullptr) *event = nullptr;
  return capi::guarded([&]() -> Status {
    const capi::LogTable::Call walk(capi::logs(), capi::handle_number(log));
    if (!walk) return capi::closed_status();
    const capi::StoreTable::Call open(capi::stores(), walk->store_handle);
    if (!open) return capi::closed_status();
    if (event == nullptr) return capi::missing_argument("event");
    TOKENRY_ASSIGN(std::optional<engine::LoggedEvent> next, walk->reader->next());
    if (next) *event = new EventOut(*std::move(next));
    return {};
  });
}

int tokenry_log_free(tokenry_log* log) {
  if (log == nullptr) return TOKENRY_OK;
  return capi::guarded([&]() -> Status {
    return capi::logs().remove(capi::handle_number(log)) ? Status() : capi::closed_status();
  });
}

int tokenry_event_decode(const uint8_t* body, size_t body_size, const uint8_t previous_hash[32],
                         tokenry_event** event) {
  if (event != nullptr) *event = nullptr;
  return capi::guarded([&]() -> Status {
    TOKENRY_TRY(token::init_crypto());
    if (body == nullptr) return capi::missing_argument("body");
    if (previous_hash == nullptr) return capi::missing_argument("previous_hash");
    if (event == nullptr) return capi::missing_argument("event");
    if (body_size > capi::kMaxText) return {Code::invalid_argument, "body is too long"};
    const base::Bytes bytes(body, body_size);
    std::optional<model::Event> decoded = record::decode_event(bytes);
    if (!decoded) {
      return {Code::invalid_argument, "body is not an event that this version can read"};
    }
    engine::LoggedEvent logged;
    logged.event = *std::move(decoded);
    logged.body.assign(bytes.begin(), bytes.end());
    std::copy_n(previous_hash, logged.previous_hash.size(), logged.previous_hash.begin());
    logged.hash = token::chain_next(logged.previous_hash, bytes);
    *event = new EventOut(std::move(logged));
    return {};
  });
}

}  // extern "C"
