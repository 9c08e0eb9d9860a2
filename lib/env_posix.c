/* SPDX-License-Identifier: MIT */
/* The default tables, where there is POSIX. */
#if !defined(_WIN32)

#if defined(__linux__)
#define _DEFAULT_SOURCE /* madvise */
#endif
#define _POSIX_C_SOURCE   200809L
#define _FILE_OFFSET_BITS 64

#include "env.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Largest single read or write; some systems refuse more than 2^31 - 1. */
#define MOST ((size_t)1 << 30)

enum { MODE = 0666, FOLDER_SIZE = 4096, TRIES = 8 };

/* Large blocks go into large pages where the system has them: a walk down the rows of a
 * matrix then needs few entries of the TLB. */
#define LARGE_PAGE ((size_t)2 << 20)
#define LARGE_SIZE (2 * LARGE_PAGE)

static void *allocate(size_t size, size_t alignment, void *user)
{
    const size_t least = size >= LARGE_SIZE ? LARGE_PAGE : sizeof(void *);
    void *memory = NULL;

    (void)user;
    if (posix_memalign(&memory, alignment > least ? alignment : least, size) != 0)
        return NULL;
#if defined(MADV_HUGEPAGE)
    if (size >= LARGE_SIZE)
        (void)madvise(memory, size & ~(LARGE_PAGE - 1), MADV_HUGEPAGE);
#endif
    return memory;
}

static void release(void *memory, size_t size, size_t alignment, void *user)
{
    (void)size;
    (void)alignment;
    (void)user;
    free(memory);
}

/* A file's handle is its descriptor + 1, so that none is NULL. */
static void *handle_of(int descriptor)
{
    return (void *)((intptr_t)descriptor + 1);
}

static int descriptor_of(void *file)
{
    return (int)((intptr_t)file - 1);
}

static int open_again(const char *path)
{
    int descriptor;

    /* Without O_NONBLOCK a FIFO would make us wait for a writer. */
    do
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

/* 0 for what can be read from begin to end. */
static int32_t refuse_kind(int descriptor)
{
    struct stat status;

    if (fstat(descriptor, &status) != 0)
        return errno;
    if (S_ISDIR(status.st_mode))
        return EISDIR;
    return S_ISREG(status.st_mode) ? 0 : ENODEV;
}

static int32_t file_open(const char *path, void **file, void *user)
{
    const int host_errno = errno;
    const int descriptor = open_again(path);
    int32_t code = descriptor < 0 ? errno : refuse_kind(descriptor);

    (void)user;
    if (code == 0)
        *file = handle_of(descriptor);
    else if (descriptor >= 0)
        (void)close(descriptor);
    errno = host_errno;
    return code;
}

static int32_t file_size(void *file, uint64_t *size, void *user)
{
    const int host_errno = errno;
    struct stat status;
    int32_t code = 0;

    (void)user;
    if (fstat(descriptor_of(file), &status) != 0)
        code = errno;
    else
        *size = (uint64_t)status.st_size;
    errno = host_errno;
    return code;
}

static int32_t file_read(void *file, void *buffer, size_t size, size_t *done, void *user)
{
    const int host_errno = errno;
    const size_t most = size < MOST ? size : MOST;
    int32_t code = 0;
    ssize_t count;

    (void)user;
    do
        count = read(descriptor_of(file), buffer, most);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        code = errno;
    else
        *done = (size_t)count;
    errno = host_errno;
    return code;
}

/* Not tried again after EINTR: the descriptor may be another's by then. */
static int32_t file_close(void *file, void *user)
{
    const int host_errno = errno;
    const int32_t code = close(descriptor_of(file)) == 0 || errno == EINTR ? 0 : errno;

    (void)user;
    errno = host_errno;
    return code;
}

/* A file that is written holds a lock, which dies with its writer: so the next one can
 * tell what was left behind from what is still at work. Where a file system has no locks,
 * a file is taken for one that was left behind. */
static bool is_locked(int descriptor)
{
    return flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

/* Whether @p path still names the open file: it may have been replaced before it was
 * locked. */
static bool is_named(int descriptor, const char *path)
{
    struct stat open_file, named;

    return fstat(descriptor, &open_file) == 0 && lstat(path, &named) == 0 &&
           open_file.st_dev == named.st_dev && open_file.st_ino == named.st_ino;
}

/* Remove a file whose writer has died. */
static int32_t clear(const char *path)
{
    const int descriptor = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    int32_t code;

    if (descriptor < 0)
        return errno == ENOENT ? 0 : errno;
    code = refuse_kind(descriptor);
    if (code == 0 && is_locked(descriptor))
        code = EBUSY;
    if (code == 0 && is_named(descriptor, path) && unlink(path) != 0 && errno != ENOENT)
        code = errno;
    (void)close(descriptor);
    return code;
}

/* @return the descriptor of a file that is new and locked, or -1 with a code. */
static int create_once(const char *path, int32_t *code)
{
    const int descriptor =
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, MODE);

    *code = descriptor < 0 ? errno : 0;
    if (descriptor < 0 || (!is_locked(descriptor) && is_named(descriptor, path)))
        return descriptor;
    (void)close(descriptor);
    *code = EBUSY;
    return -1;
}

static int32_t file_create(const char *path, void **file, void *user)
{
    const int host_errno = errno;
    int32_t code = EEXIST;
    int descriptor = -1;
    int tries;

    (void)user;
    for (tries = 0; descriptor < 0 && code == EEXIST && tries < TRIES; tries++) {
        descriptor = create_once(path, &code);
        if (code == EEXIST && clear(path) == EBUSY)
            code = EBUSY;
        else if (code == EINTR)
            code = EEXIST;
    }
    if (descriptor >= 0)
        *file = handle_of(descriptor);
    errno = host_errno;
    return code;
}

static int32_t file_write(void *file, const void *bytes, size_t size, size_t *done,
                          void *user)
{
    const int host_errno = errno;
    const size_t most = size < MOST ? size : MOST;
    int32_t code = 0;
    ssize_t count;

    (void)user;
    do
        count = write(descriptor_of(file), bytes, most);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        code = errno;
    else
        *done = (size_t)count;
    errno = host_errno;
    return code;
}

/* Never tried again: after a failure the system may take lost pages for written ones. */
static int32_t sync_descriptor(int descriptor)
{
#if defined(F_FULLFSYNC) /* where fsync() leaves the data in the drive's cache */
    if (fcntl(descriptor, F_FULLFSYNC) == 0)
        return 0;
#endif
    return fsync(descriptor) == 0 ? 0 : errno;
}

static int32_t file_sync(void *file, void *user)
{
    const int host_errno = errno;
    const int32_t code = sync_descriptor(descriptor_of(file));

    (void)user;
    errno = host_errno;
    return code;
}

/* The writer has closed its file, and with it went the lock: if another one has come
 * meanwhile, the file is not ours any more. */
static int32_t file_rename(const char *from, const char *to, void *user)
{
    const int host_errno = errno;
    const int descriptor = open(from, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    int32_t code = 0;

    (void)user;
    if (descriptor < 0)
        code = errno;
    else if (is_locked(descriptor))
        code = EBUSY;
    else if (rename(from, to) != 0)
        code = errno;
    if (descriptor >= 0)
        (void)close(descriptor);
    errno = host_errno;
    return code;
}

/* "a/b" is in "a/", "/b" in "/", "b" in ".". */
static int open_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    const size_t length = slash != NULL ? (size_t)(slash - path) + 1 : 0;
    char folder[FOLDER_SIZE] = ".";

    if (length >= sizeof folder) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (length > 0) {
        memcpy(folder, path, length);
        folder[length] = '\0';
    }
    return open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Some file systems have nothing to sync in a folder, and say EINVAL. */
static int32_t file_sync_folder(const char *path, void *user)
{
    const int host_errno = errno;
    const int descriptor = open_folder(path);
    int32_t code = descriptor < 0 ? errno : sync_descriptor(descriptor);

    (void)user;
    if (descriptor >= 0)
        (void)close(descriptor);
    errno = host_errno;
    return code == EINVAL || code == ENOTSUP ? 0 : code;
}

static int32_t file_remove(const char *path, void *user)
{
    const int host_errno = errno;
    const int32_t code = unlink(path) == 0 ? 0 : errno;

    (void)user;
    errno = host_errno;
    return code;
}

static double seconds(void *user)
{
    struct timespec now = {0, 0};

    (void)user;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
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
typedef int bp_env_posix_unused;
#endif
