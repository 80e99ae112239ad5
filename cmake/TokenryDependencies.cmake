# tokenry::lmdb, tokenry::sodium: the two libraries that the engine stands on. Both are used in
# private; what is installed names neither in its headers.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

pkg_check_modules(tokenry_pc_sodium REQUIRED IMPORTED_TARGET libsodium>=1.0.18)
add_library(tokenry::sodium ALIAS PkgConfig::tokenry_pc_sodium)

# LMDB has a pkg-config file in some distributions only.
find_path(TOKENRY_LMDB_INCLUDE_DIR lmdb.h)
find_library(TOKENRY_LMDB_LIBRARY lmdb)
mark_as_advanced(TOKENRY_LMDB_INCLUDE_DIR TOKENRY_LMDB_LIBRARY)
if(NOT TOKENRY_LMDB_INCLUDE_DIR OR NOT TOKENRY_LMDB_LIBRARY)
  message(FATAL_ERROR "LMDB was not found; on Debian and Ubuntu it is the package liblmdb-dev")
endif()
add_library(tokenry::lmdb UNKNOWN IMPORTED)
set_target_properties(
  tokenry::lmdb PROPERTIES IMPORTED_LOCATION "${TOKENRY_LMDB_LIBRARY}"
                           INTERFACE_INCLUDE_DIRECTORIES "${TOKENRY_LMDB_INCLUDE_DIR}")
