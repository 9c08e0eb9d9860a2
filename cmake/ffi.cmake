# SPDX-License-Identifier: MIT
#
# cmake -DHEADER=backprop.h -DOUTPUT=backprop_ffi.h -P ffi.cmake
#
# Writes the declarations of the header without comments, directives and macros, for
# parsers that know plain C only, such as pycparser, cffi and LuaJIT. The types of
# <stddef.h> and <stdint.h> are taken as known.

file(READ ${HEADER} text)

# Comments, one by one.
set(plain "")
string(FIND "${text}" "/*" start)
while(start GREATER -1)
    string(SUBSTRING "${text}" 0 ${start} piece)
    string(APPEND plain "${piece}")
    string(SUBSTRING "${text}" ${start} -1 text)
    string(FIND "${text}" "*/" end)
    math(EXPR end "${end} + 2")
    string(SUBSTRING "${text}" ${end} -1 text)
    string(FIND "${text}" "/*" start)
endwhile()
string(APPEND plain "${text}")

# The linkage of C++, then all directives, then the mark of exported functions.
string(REGEX REPLACE "#ifdef __cplusplus\n[^#]*#endif\n" "" plain "${plain}")
string(REGEX REPLACE "\n#[^\n]*" "" plain "\n${plain}")
string(REGEX REPLACE "BP_API +" "" plain "${plain}")

# What the comments left behind.
string(REGEX REPLACE "[ \t]+\n" "\n" plain "${plain}")
string(REGEX REPLACE "\n\n+" "\n\n" plain "${plain}")
string(REGEX REPLACE "\n\n( +)" "\n\\1" plain "${plain}")
string(REGEX REPLACE "^\n+" "" plain "${plain}")
string(REGEX REPLACE "\n+$" "\n" plain "${plain}")

file(WRITE ${OUTPUT} "${plain}")
