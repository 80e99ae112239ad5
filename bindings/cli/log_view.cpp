#include "log_view.hpp"

#include <array>
#include <sstream>

#include "text.hpp"
#include "times.hpp"
#include "token_view.hpp"

namespace tokenry::cli {
namespace {

constexpr std::size_t kColumns = 6;
// So wide at least, where the rows to come are not known.
constexpr std::array<std::size_t, kColumns> kWidths = {20, 12, 15, 24, 11, 0};

std::string token_or_owner(const Event& event) {
  if (!event.owner) return "-";
  return event.label ? *event.owner + "/" + *event.label : *event.owner;
}

// More of a list of scopes is summed up.
constexpr std::size_t kScopeColumns = 44;

bool names_scopes(const EventField& field) {
  return field.name == "scopes" || field.name == "ceiling";
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream stream(text);
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::string field_text(const EventField& field) {
  switch (field.kind) {
    case FieldKind::kText:
      if (names_scopes(field))
        return field.name + "=" + scope_summary(words_of(field.text), kScopeColumns);
      return field.name + "=" + (field.text.empty() ? "none" : field.text);
    case FieldKind::kTime:
      return field.name + "=" + (field.number == 0 ? "none" : rfc3339(field.number));
    case FieldKind::kNumber:
      return field.name + "=" + (field.number == 0 ? "none" : std::to_string(field.number));
    case FieldKind::kFlag:
      break;
  }
  return field.name;
}

// "label=new, note". What a new token was not given is not told.
std::string changes(const Event& event) {
  std::vector<std::string> texts;
  std::vector<std::string> added_scopes;
  for (const EventField& field : event.fields) {
    const bool is_limit = field.kind == FieldKind::kTime || field.kind == FieldKind::kNumber;
    if (event.operation == Operation::kCreated && is_limit && field.number == 0) continue;
    if (field.name == "scope") {
      added_scopes.push_back(field.text);
    } else {
      texts.push_back(field_text(field));
    }
  }
  if (!added_scopes.empty()) texts.push_back("scope=" + scope_summary(added_scopes, kScopeColumns));
  return join(texts);
}

Colour colour_of(Operation operation) {
  switch (operation) {
    case Operation::kRevoked:
    case Operation::kPurged:
    case Operation::kFrozen:
    case Operation::kOwnerDeleted:
      return Colour::kRed;
    case Operation::kSuspended:
    case Operation::kOwnerSuspended:
      return Colour::kYellow;
    case Operation::kCreated:
      return Colour::kGreen;
    default:
      return Colour::kNone;
  }
}

}  // namespace

std::vector<std::string_view> event_headings() {
  return {"TIME", "ACTOR", "OPERATION", "TOKEN", "ID", "CHANGE"};
}

std::vector<Cell> event_cells(const Event& event) {
  constexpr std::int64_t kSecond = 1000;
  return {Cell(rfc3339(event.at_ms / kSecond * kSecond)),
          Cell(event.actor),
          Cell(event.operation_name, colour_of(event.operation)),
          Cell(token_or_owner(event)),
          Cell(event.id_text.value_or("-")),
          Cell(changes(event))};
}

std::string event_line(const Event& event) {
  const std::vector<Cell> cells = event_cells(event);
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i != 0) line += "  ";
    line += cells[i].text;
    const std::size_t width = display_width(cells[i].text);
    if (width < kWidths[i]) line.append(kWidths[i] - width, ' ');
  }
  return line.erase(line.find_last_not_of(' ') + 1);
}

}  // namespace tokenry::cli
