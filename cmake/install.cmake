# SPDX-License-Identifier: MIT
#
# What is installed, and how other builds find it: a CMake package and a file for
# pkg-config. Both work from wherever the tree was moved to.

include(CMakePackageConfigHelpers)

# --- Headers: the copy without macros is for parsers of foreign-function libraries -----

set(bp_ffi ${PROJECT_BINARY_DIR}/include/backprop_ffi.h)
add_custom_command(OUTPUT ${bp_ffi}
    COMMAND ${CMAKE_COMMAND} -DHEADER=${PROJECT_SOURCE_DIR}/include/backprop.h
        -DOUTPUT=${bp_ffi} -P ${PROJECT_SOURCE_DIR}/cmake/ffi.cmake
    DEPENDS include/backprop.h cmake/ffi.cmake
    COMMENT "Generating include/backprop_ffi.h"
    VERBATIM)
add_custom_target(backprop_ffi ALL DEPENDS ${bp_ffi})

install(FILES include/backprop.h ${bp_ffi} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

# --- The libraries, as a CMake package -------------------------------------------------

set(bp_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/backprop)

# Each kind has its own file of targets, so that who wants the shared library need not
# have what the static one depends on.
foreach(kind IN ITEMS shared static)
    if(TARGET backprop_${kind})
        install(TARGETS backprop_${kind} EXPORT backprop_${kind}
            ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
            LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
            RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
        install(EXPORT backprop_${kind} NAMESPACE backprop::
            FILE backprop-${kind}.cmake DESTINATION ${bp_cmake_dir})
    endif()
endforeach()

set(bp_config ${PROJECT_BINARY_DIR}/backprop-config.cmake)
configure_package_config_file(cmake/backprop-config.cmake.in ${bp_config}
    INSTALL_DESTINATION ${bp_cmake_dir}
    NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/backprop-config-version.cmake
    COMPATIBILITY SameMajorVersion)
install(FILES ${bp_config} ${PROJECT_BINARY_DIR}/backprop-config-version.cmake
    DESTINATION ${bp_cmake_dir})

# --- pkg-config -----------------------------------------------------------------------

# A relative prefix makes the tree relocatable; where the library's folder was given as
# an absolute path there is nothing to be relative to.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
    set(bp_pc_prefix "${CMAKE_INSTALL_PREFIX}")
else()
    file(RELATIVE_PATH bp_up "/x/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/x")
    string(REGEX REPLACE "/$" "" bp_up "${bp_up}")
    set(bp_pc_prefix "\${pcfiledir}/${bp_up}")
endif()
foreach(dir IN ITEMS INCLUDEDIR LIBDIR)
    if(IS_ABSOLUTE "${CMAKE_INSTALL_${dir}}")
        set(bp_pc_${dir} "${CMAKE_INSTALL_${dir}}")
    else()
        set(bp_pc_${dir} "\${prefix}/${CMAKE_INSTALL_${dir}}")
    endif()
endforeach()
set(bp_pc_requires "")
if(bp_zlib)
    list(APPEND bp_pc_requires "zlib")
endif()
if(bp_jansson)
    list(APPEND bp_pc_requires "jansson")
endif()
list(JOIN bp_pc_requires ", " bp_pc_requires)
configure_file(cmake/backprop.pc.in backprop.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/backprop.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
