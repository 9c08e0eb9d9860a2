/* SPDX-License-Identifier: MIT */
/* What the codes of a file table say. */
#include "env.h"

#include <errno.h>

/* strerror() depends on the locale and on other threads. */
static const char *code_text(int32_t code)
{
    switch (code) {
    case ENOENT: return "no such file";
    case EACCES: return "permission denied";
    case EPERM: return "not permitted";
    case EISDIR: return "is a directory";
    case ENOTDIR: return "a part of the path is no directory";
    case ENODEV: return "not a regular file";
    case ENAMETOOLONG: return "name too long";
    case EMFILE: return "too many open files in this process";
    case ENFILE: return "too many open files";
    case ENOMEM: return "out of memory";
    case EINTR: return "interrupted";
    case EIO: return "input or output error";
    case ENOSPC: return "no space left";
    case EFBIG: return "file too large";
    case EROFS: return "read-only file system";
    case EEXIST: return "something else has that name";
    case EBUSY: return "another writer is at work on it";
    default: return "error";
    }
}

bp_status bp_fail_code(struct bp_text *text, const char *verb, const char *path,
                       int32_t code)
{
    return bp_fail(text, BP_EIO, "cannot %s '%s': %s (%ld)", verb, path, code_text(code),
                   (long)code);
}
