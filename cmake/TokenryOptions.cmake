# tokenry_options: what every target of this project is compiled with. Linked PRIVATE, so that
# nothing of it reaches a project that uses Tokenry, and no global flag is touched.
add_library(tokenry_options INTERFACE)

target_compile_features(tokenry_options INTERFACE cxx_std_20 c_std_99)
target_compile_options(
  tokenry_options
  INTERFACE
    -Wall
    -Wextra
    -Wshadow
    -Wconversion
    $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
    $<$<BOOL:${TOKENRY_WERROR}>:-Werror>
    -fstack-protector-strong
    # Neither messages nor debug information name the machine that built them.
    -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)

# Fortification needs an optimising build, and hides calls from the sanitizers. Undefined first:
# some distributions predefine another level.
if(NOT TOKENRY_SANITIZE)
  target_compile_options(
    tokenry_options INTERFACE $<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:-U_FORTIFY_SOURCE
                              -D_FORTIFY_SOURCE=2>)
endif()

# Sanitizers must see every object file, those of the tests included; hence for all directories
# below this one, which a project around ours is not.
if(TOKENRY_SANITIZE)
  add_compile_options(-fsanitize=${TOKENRY_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_compile_definitions($<$<COMPILE_LANGUAGE:CXX>:_GLIBCXX_ASSERTIONS>)
  add_link_options(-fsanitize=${TOKENRY_SANITIZE})
endif()
