/* SPDX-License-Identifier: MIT */
/* The default tables, on Windows. */
#if defined(_WIN32)

#include "env.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <sys/stat.h>
#include <windows.h>

static void *allocate(size_t size, size_t alignment, void *user)
{
    (void)user;
    return _aligned_malloc(size, alignment);
}

static void release(void *memory, size_t size, size_t alignment, void *user)
{
    (void)size;
    (void)alignment;
    (void)user;
    _aligned_free(memory);
}

/* 0 for what can be read from begin to end. */
static int32_t refuse_kind(FILE *stream)
{
    struct _stat64 status;

    if (_fstat64(_fileno(stream), &status) != 0)
        return errno;
    if ((status.st_mode & _S_IFMT) == _S_IFDIR)
        return EISDIR;
    return (status.st_mode & _S_IFMT) == _S_IFREG ? 0 : ENODEV;
}

/* errno, which some calls leave alone when they fail. */
static int32_t last_code(void)
{
    return errno > 0 ? errno : EIO;
}

static int32_t file_open(const char *path, void **file, void *user)
{
    FILE *stream;
    int32_t code;

    (void)user;
    errno = 0;
    stream = fopen(path, "rbN");
    if (stream == NULL)
        return last_code();
    code = refuse_kind(stream);
    if (code == 0)
        *file = stream;
    else
        (void)fclose(stream);
    return code;
}

static int32_t file_size(void *file, uint64_t *size, void *user)
{
    struct _stat64 status;

    (void)user;
    if (_fstat64(_fileno(file), &status) != 0)
        return last_code();
    *size = (uint64_t)status.st_size;
    return 0;
}

static int32_t file_read(void *file, void *buffer, size_t size, size_t *done, void *user)
{
    (void)user;
    errno = 0;
    *done = fread(buffer, 1, size, file);
    return *done == 0 && ferror((FILE *)file) ? last_code() : 0;
}

static int32_t file_close(void *file, void *user)
{
    (void)user;
    errno = 0;
    return fclose(file) == 0 ? 0 : last_code();
}

static double seconds(void *user)
{
    LARGE_INTEGER now, frequency;

    (void)user;
    (void)QueryPerformanceCounter(&now);
    (void)QueryPerformanceFrequency(&frequency);
    return (double)now.QuadPart / (double)frequency.QuadPart;
}

const struct bp_memory bp_default_memory = {
    .struct_size = sizeof(struct bp_memory), .allocate = allocate, .release = release};

const struct bp_files bp_default_files = {.struct_size = sizeof(struct bp_files),
                                          .open = file_open,
                                          .size = file_size,
                                          .read = file_read,
                                          .close = file_close};

const struct bp_clock bp_default_clock = {.struct_size = sizeof(struct bp_clock),
                                          .seconds = seconds};

#else
typedef int bp_env_windows_unused;
#endif
