#include "table.hpp"

#include <algorithm>
#include <utility>

#include "text.hpp"

namespace tokenry::cli {
namespace {

std::string_view escape_of(Colour colour) {
  switch (colour) {
    case Colour::kBold:
      return "\x1b[1m";
    case Colour::kGreen:
      return "\x1b[32m";
    case Colour::kYellow:
      return "\x1b[33m";
    case Colour::kRed:
      return "\x1b[31m";
    case Colour::kNone:
      break;
  }
  return "";
}

void pad(std::string& line, std::size_t from, std::size_t to) {
  if (to > from) line.append(to - from, ' ');
}

}  // namespace

std::string coloured(std::string_view text, Colour colour, const Output& output) {
  if (!output.colour() || colour == Colour::kNone || text.empty()) return std::string(text);
  std::string result(escape_of(colour));
  result.append(text);
  result += "\x1b[0m";
  return result;
}

Cell::Cell(std::string_view content, Colour cell_colour)
    : text(printable(content)), colour(cell_colour) {}

Table::Table(const std::vector<std::string_view>& headings) {
  std::vector<Cell> row;
  row.reserve(headings.size());
  for (const std::string_view heading : headings) row.emplace_back(heading, Colour::kBold);
  rows_.push_back(std::move(row));
}

void Table::add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }

void Table::print(Output& output) const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i].text));
    }
  }
  for (const auto& row : rows_) {
    std::string line;
    // No spaces at a line's end: they would only be in the way of who copies it.
    std::size_t end = row.size();
    while (end > 0 && row[end - 1].text.empty()) --end;
    for (std::size_t i = 0; i < end; ++i) {
      line += coloured(row[i].text, row[i].colour, output);
      if (i + 1 < end) pad(line, display_width(row[i].text), widths[i] + 2);
    }
    output.line(line);
  }
}

void Facts::add(std::string_view fact_name, Cell value) {
  facts_.emplace_back(std::string(fact_name) + ":", std::move(value));
}

void Facts::print(Output& output) const {
  std::size_t width = 0;
  for (const auto& fact : facts_) width = std::max(width, display_width(fact.first));
  for (const auto& [fact_name, value] : facts_) {
    std::string line = fact_name;
    pad(line, display_width(fact_name), width + 2);
    output.line(line + coloured(value.text, value.colour, output));
  }
}

}  // namespace tokenry::cli
