# What every target of weft shares: flags, libraries, precompiled headers, weft_library() and weft_test().

find_program(CCACHE ccache)
if(CCACHE)
    # Precompiled headers need the sloppiness (see "Precompiled headers" in ccache(1)); with the base folder, and the
    # prefix map below, a clone at another path finds what this one compiled.
    set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${CCACHE})
    set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fno-omit-frame-pointer)
# No object names the folder it was built in.
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # ccache can only store objects of a precompiled header when the compiler is told so.
    add_compile_options(-fpch-preprocess)
    # g++ 12 takes Asio's awaitable frames, which have operators of their own, for a mismatch.
    add_compile_options(-Wno-mismatched-new-delete)
    # g++ 12 sees impossible sizes in inlined std::string code at -O2 (GCC bugs 105329, 105651); clang and the sanitizers
    # watch for real ones.
    add_compile_options(-Wno-restrict -Wno-array-bounds -Wno-stringop-overflow)
else()
    # clang is the second compiler: it builds the fuzzers, and warns about libstdc++'s own use of what it deprecates.
    add_compile_options(-Wno-deprecated-declarations -Wno-error)
endif()
add_compile_definitions(
    BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
    BOOST_ALL_NO_LIB MSGPACK_NO_BOOST)
include_directories(${CMAKE_SOURCE_DIR})
find_program(MOLD mold)
if(MOLD)
    # What runs once at the start lies together, as other linkers do by themselves: spread over the program it makes
    # the kernel map most of it, 5 MiB more for each command.
    add_link_options(-fuse-ld=mold -Wl,-z,keep-text-section-prefix)
endif()

if(WEFT_SANITIZE)
    add_compile_options(-fsanitize=${WEFT_SANITIZE} -fno-sanitize-recover=undefined)
    add_link_options(-fsanitize=${WEFT_SANITIZE})
    if(WEFT_SANITIZE MATCHES "thread")
        add_compile_options(-Wno-tsan)
    endif()
    if(WEFT_SANITIZE MATCHES "undefined")
        # fmt's shared library keeps its type information to itself, so every formatted append looks wrong.
        add_compile_options(-fno-sanitize=vptr)
    endif()
endif()
if(WEFT_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS program_options json url)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(GTest REQUIRED)
find_package(RocksDB REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)
find_library(RE2_LIBRARY re2 REQUIRED)
find_library(XXHASH_LIBRARY xxhash REQUIRED)
find_library(NGHTTP2_LIBRARY nghttp2 REQUIRED)

# deploy/setup.sh unpacks the msgpack-c headers here: Debian's package conflicts with Boost 1.81.
set(WEFT_DEPS "${CMAKE_SOURCE_DIR}/build/deps" CACHE PATH "Where deploy/setup.sh put what it unpacked")
if(NOT EXISTS ${WEFT_DEPS}/msgpack/include/msgpack.hpp)
    message(FATAL_ERROR "msgpack-c headers are missing from ${WEFT_DEPS}: run deploy/setup.sh")
endif()
add_library(weft_msgpack INTERFACE)
target_include_directories(weft_msgpack SYSTEM INTERFACE ${WEFT_DEPS}/msgpack/include)

# For every target, since a precompiled header is only used with the flags and definitions that it was made with.
link_libraries(fmt::fmt spdlog::spdlog Threads::Threads)

# Precompiled headers: one for cores (std only), one for shells (with Asio and logging), one for tests of either.
file(WRITE ${CMAKE_BINARY_DIR}/pch.cpp.in "")
configure_file(${CMAKE_BINARY_DIR}/pch.cpp.in ${CMAKE_BINARY_DIR}/pch_core.cpp COPYONLY)
configure_file(${CMAKE_BINARY_DIR}/pch.cpp.in ${CMAKE_BINARY_DIR}/pch_shell.cpp COPYONLY)
set(core_headers
    <algorithm> <array> <atomic> <chrono> <compare> <cstdint> <functional> <map> <memory> <optional> <span> <string>
    <string_view> <system_error> <unordered_map> <utility> <variant> <vector> <fmt/format.h>
    <boost/outcome/basic_result.hpp> <boost/outcome/try.hpp>)
set(shell_headers ${core_headers}
    <boost/asio/io_context.hpp> <boost/asio/ip/tcp.hpp> <boost/asio/ip/udp.hpp> <boost/asio/steady_timer.hpp>
    <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp> <boost/asio/use_awaitable.hpp> <boost/asio/as_tuple.hpp>
    <boost/asio/post.hpp> <spdlog/spdlog.h>)
add_library(weft_pch_core OBJECT ${CMAKE_BINARY_DIR}/pch_core.cpp)
target_precompile_headers(weft_pch_core PRIVATE ${core_headers})
add_library(weft_pch_shell OBJECT ${CMAKE_BINARY_DIR}/pch_shell.cpp)
target_precompile_headers(weft_pch_shell PRIVATE ${shell_headers})
# A test is compiled more often than it runs: at -O1 the compiler needs two thirds of the time.
set(test_optimization $<$<CONFIG:Release>:-O1>)
if(NOT WEFT_FUZZ)
    configure_file(${CMAKE_BINARY_DIR}/pch.cpp.in ${CMAKE_BINARY_DIR}/pch_test.cpp COPYONLY)
    add_library(weft_pch_test OBJECT ${CMAKE_BINARY_DIR}/pch_test.cpp)
    target_link_libraries(weft_pch_test PRIVATE GTest::gmock)
    target_compile_options(weft_pch_test PRIVATE ${test_optimization})
    target_precompile_headers(weft_pch_test PRIVATE ${shell_headers} <gmock/gmock.h> <gtest/gtest.h>)
endif()

# weft_library(raft/core [CORE] SOURCES a.cpp .. [DEPENDS agent/base ..] [LIBRARIES OpenSSL::SSL ..])
# One folder, one library; DEPENDS are the folder's arrows and nothing else of weft may be included.
# CORE marks a pure core: it is compiled without Asio and logging in reach of the precompiled header.
function(weft_library folder)
    cmake_parse_arguments(arg "CORE" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
    string(REPLACE "/" "_" name "weft_${folder}")
    add_library(${name} STATIC ${arg_SOURCES})
    foreach(folder_below ${arg_DEPENDS})
        string(REPLACE "/" "_" below "weft_${folder_below}")
        target_link_libraries(${name} PUBLIC ${below})
    endforeach()
    target_link_libraries(${name} PUBLIC ${arg_LIBRARIES})
    if(arg_CORE)
        target_precompile_headers(${name} REUSE_FROM weft_pch_core)
    else()
        target_precompile_headers(${name} REUSE_FROM weft_pch_shell)
    endif()
endfunction()

# weft_test(agent/base SOURCES a_test.cpp .. [DEPENDS folder ..] [LIBRARIES ..] [SHARDS n]) makes the program
# test_agent_base, run with the repository's root as working directory; a slow one in n parts side by side.
function(weft_test folder)
    cmake_parse_arguments(arg "" "SHARDS" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
    string(REPLACE "/" "_" name "test_${folder}")
    add_executable(${name} ${arg_SOURCES})
    foreach(folder_below ${folder} ${arg_DEPENDS})
        string(REPLACE "/" "_" below "weft_${folder_below}")
        target_link_libraries(${name} PRIVATE ${below})
    endforeach()
    # agent/io has the function bodies of Asio, which the precompiled header declares.
    target_link_libraries(${name} PRIVATE weft_agent_io GTest::gmock GTest::gtest_main ${arg_LIBRARIES})
    target_compile_options(${name} PRIVATE ${test_optimization})
    target_precompile_headers(${name} REUSE_FROM weft_pch_test)
    if(NOT arg_SHARDS)
        add_test(NAME ${folder} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
        return()
    endif()
    math(EXPR last "${arg_SHARDS} - 1")
    foreach(shard RANGE ${last})
        add_test(NAME ${folder}.${shard} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
        set_tests_properties(${folder}.${shard} PROPERTIES
            ENVIRONMENT "GTEST_TOTAL_SHARDS=${arg_SHARDS};GTEST_SHARD_INDEX=${shard}")
    endforeach()
endfunction()
