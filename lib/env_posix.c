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
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Largest single read; some systems refuse more than 2^31 - 1. */
#define READ_MOST ((size_t)1 << 30)

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
    const size_t most = size < READ_MOST ? size : READ_MOST;
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
                                          .close = file_close};

const struct bp_clock bp_default_clock = {.struct_size = sizeof(struct bp_clock),
                                          .seconds = seconds};

#else
typedef int bp_env_posix_unused;
#endif
