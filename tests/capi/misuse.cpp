// Misuse that must not compile, a macro each; without one it compiles. misuse.py compiles them.
#include <ostream>
#include <string>

#include "tokenry.hpp"

void use(tokenry::Store& store, tokenry::Issued& issued, tokenry::Cursor& cursor,
         const tokenry::Verdict& verdict, std::ostream& out) {
#if defined(COPY_STORE)
  tokenry::Store copy = store;
#elif defined(ASSIGN_STORE)
  tokenry::Store other;
  other = store;
#elif defined(COPY_ISSUED)
  tokenry::Issued copy = issued;
#elif defined(ASSIGN_ISSUED)
  tokenry::Issued other;
  other = issued;
#elif defined(STREAM_ISSUED)
  out << issued;
#elif defined(ISSUED_AS_TEXT)
  std::string text = issued;
#elif defined(COPY_CURSOR)
  tokenry::Cursor copy = cursor;
#elif defined(VERDICT_AS_NUMBER)
  int reason = verdict;
#elif defined(VERDICT_AS_BOOL)
  bool allowed = verdict;
#elif defined(MIX_CODES)
  bool same = verdict.reason() == tokenry::Code::kOk;
#elif defined(REASON_AS_CODE)
  tokenry::Code code = verdict.reason();
#elif defined(CREATE_WITH_POINTER)
  tokenry::Issued made(nullptr);
#elif defined(IGNORE_VERDICT)
  store.verify("x");
#else
  tokenry::Store moved = std::move(store);
  tokenry::Issued also_moved = std::move(issued);
  tokenry::Cursor third = std::move(cursor);
  if (verdict) out << also_moved.info().label;
#endif
}
