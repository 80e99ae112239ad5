// Reads a data file page by page without LMDB and trusts nothing in it: every number is checked
// before it is used, no page is visited twice. LMDB has no such checks, so this comes first.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/findings.hpp"
#include "base/progress.hpp"
#include "storage/lmdb_layout.hpp"

namespace tokenry::storage {

// Looks at the state that one meta page describes.
class PageWalk {
 public:
  // fd: the data file. metas: as they stand in it, both there; meta: the one to follow. findings
  // must outlive the walk.
  PageWalk(int fd, const lmdb_layout::Metas& metas, const lmdb_layout::Meta& meta,
           base::Findings& findings, base::Progress& progress);

  // Whether LMDB may be let at these pages: nothing was found but, at worst, pages that are lost.
  bool run();

 private:
  friend class TreeWalk;

  void check_metas();
  bool check_file_size();
  // Fills the heads of the tables, in the order of kTables; false if there is none.
  bool walk_main(std::vector<lmdb_layout::Database>& tables);
  void walk_free_list();
  void claim_free_pages(std::uint64_t freed_by, base::Bytes list);
  void count_lost_pages();

  // Whether count pages from first on are within the file's used part and belong to nothing yet;
  // they belong to `whose` from then on.
  bool claim(std::uint64_t first, std::uint64_t count, const std::string& whose);
  // A whole page; false after a finding.
  bool read_page(std::uint64_t number, const std::string& whose, std::vector<std::uint8_t>& page);
  // Part of a page and of those behind it, all claimed; false after a finding.
  bool read_bytes(std::uint64_t page, std::size_t offset, base::MutableBytes to,
                  const std::string& whose);

  const int fd_;
  const lmdb_layout::Metas metas_;
  const lmdb_layout::Meta meta_;
  base::Findings& findings_;
  base::Progress& progress_;
  std::vector<bool> claimed_;
  std::uint64_t claimed_count_ = 0;
};

}  // namespace tokenry::storage
