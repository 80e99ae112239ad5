// An aligned table for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "output.hpp"

namespace tokenry::cli {

enum class Colour { kNone, kBold, kGreen, kYellow, kRed };

// text in colour, if the output may have colour.
std::string coloured(std::string_view text, Colour colour, const Output& output);

struct Cell {
  Cell(std::string_view content, Colour cell_colour = Colour::kNone);

  std::string text;  // printable
  Colour colour;
};

// Left-aligned columns, two spaces apart, under headings. Rows have as many cells as headings.
class Table {
 public:
  explicit Table(const std::vector<std::string_view>& headings);

  void add(std::vector<Cell> row);
  void print(Output& output) const;

 private:
  std::vector<std::vector<Cell>> rows_;  // the first is the headings
};

// "Name:    value" lines, the values aligned; names and values in pairs.
class Facts {
 public:
  void add(std::string_view fact_name, Cell value);
  void print(Output& output) const;

 private:
  std::vector<std::pair<std::string, Cell>> facts_;
};

}  // namespace tokenry::cli
