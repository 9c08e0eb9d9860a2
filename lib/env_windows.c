/* SPDX-License-Identifier: MIT */
/* The default tables, on Windows. */
#if defined(_WIN32)

#include "env.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <malloc.h>
#include <share.h>
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

/* A file that is written is open to nobody else, and so cannot be removed: what can be
 * was left behind by a writer that died. */
static int32_t file_create(const char *path, void **file, void *user)
{
    FILE *stream;
    int descriptor;
    int code;

    (void)user;
    (void)_unlink(path);
    code = _sopen_s(&descriptor, path,
                    _O_WRONLY | _O_CREAT | _O_EXCL | _O_BINARY | _O_NOINHERIT, _SH_DENYRW,
                    _S_IREAD | _S_IWRITE);
    if (code != 0)
        return code == EEXIST ? EBUSY : code;
    stream = _fdopen(descriptor, "wb");
    if (stream == NULL) {
        (void)_close(descriptor);
        return last_code();
    }
    (void)setvbuf(stream, NULL, _IONBF, 0);
    *file = stream;
    return 0;
}

static int32_t file_write(void *file, const void *bytes, size_t size, size_t *done,
                          void *user)
{
    (void)user;
    errno = 0;
    *done = fwrite(bytes, 1, size, file);
    return *done == 0 && size > 0 ? last_code() : 0;
}

static int32_t file_sync(void *file, void *user)
{
    (void)user;
    errno = 0;
    return fflush(file) == 0 && _commit(_fileno(file)) == 0 ? 0 : last_code();
}

static int32_t file_rename(const char *from, const char *to, void *user)
{
    (void)user;
    return MoveFileExA(from, to, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH)
               ? 0
               : EIO;
}

/* The renaming wrote through. */
static int32_t file_sync_folder(const char *path, void *user)
{
    (void)path;
    (void)user;
    return 0;
}

static int32_t file_remove(const char *path, void *user)
{
    (void)user;
    errno = 0;
    return _unlink(path) == 0 ? 0 : last_code();
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
                                          .close = file_close,
                                          .create = file_create,
                                          .write = file_write,
                                          .sync = file_sync,
                                          .rename = file_rename,
                                          .sync_folder = file_sync_folder,
                                          .remove = file_remove};

const struct bp_clock bp_default_clock = {.struct_size = sizeof(struct bp_clock),
                                          .seconds = seconds};

#else
typedef int bp_env_windows_unused;
#endif
