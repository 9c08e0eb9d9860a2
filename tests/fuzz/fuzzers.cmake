# SPDX-License-Identifier: MIT
#
# One program a target: fuzz_model, fuzz_csv, ... The library must be instrumented: flags
# for that come from run.sh.

add_library(fuzz_targets OBJECT fuzz/targets.c)
set_target_properties(fuzz_targets PROPERTIES C_STANDARD 11)
target_link_libraries(fuzz_targets PRIVATE bp_test_support)
add_custom_target(fuzzers)
file(GLOB targets RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus
    ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/[a-z]*)
foreach(target IN LISTS targets)
    add_executable(fuzz_${target} fuzz/driver.c $<TARGET_OBJECTS:fuzz_targets>)
    target_compile_definitions(fuzz_${target} PRIVATE FUZZ_TARGET=fuzz_${target})
    target_link_options(fuzz_${target} PRIVATE -fsanitize=fuzzer)
    target_link_libraries(fuzz_${target} PRIVATE bp_test_support)
    add_dependencies(fuzzers fuzz_${target})
endforeach()

# Loops over bytes that have nothing to find: counting their turns takes most of the time.
set_source_files_properties(${PROJECT_SOURCE_DIR}/lib/format/crc32.c
    TARGET_DIRECTORY backprop_objects
    PROPERTIES COMPILE_OPTIONS "-O3;-fno-sanitize=fuzzer-no-link")
