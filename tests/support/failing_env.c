/* SPDX-License-Identifier: MIT */
#include "failing_env.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GUARD_SIZE = 64, GUARD_BYTE = 0xC5, FRESH_BYTE = 0xA5, DEAD_BYTE = 0x5A };

/* The record of a block lies apart from it, so that writing before the block cannot hurt
 * the record. raw: padding for alignment, front guard, user's bytes, back guard. */
struct env_block {
    struct env_block *next;
    unsigned char *raw;
    unsigned char *user;
    size_t size;
    size_t alignment;
};

static void report(struct failing_env *env, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void report(struct failing_env *env, const char *format, ...)
{
    va_list args;

    if (env->faults++ > 0)
        return;
    va_start(args, format);
    vsnprintf(env->fault, sizeof env->fault, format, args);
    va_end(args);
}

/* ---- memory ---- */

static bool guard_intact(const unsigned char *guard)
{
    for (size_t i = 0; i < GUARD_SIZE; ++i)
        if (guard[i] != GUARD_BYTE)
            return false;
    return true;
}

static void check_guards(struct failing_env *env, const struct env_block *block)
{
    if (!guard_intact(block->user - GUARD_SIZE))
        report(env, "bytes before a block of %zu were written", block->size);
    if (!guard_intact(block->user + block->size))
        report(env, "bytes after a block of %zu were written", block->size);
}

static bool inject(struct failing_env *env, size_t size)
{
    ++env->allocations;
    if (size > env->largest) {
        ++env->too_large;
        return true;
    }
    if (env->fail_at == 0 || env->allocations < env->fail_at ||
        (env->allocations > env->fail_at && !env->fail_for_ever))
        return false;
    ++env->injected;
    return true;
}

static struct env_block *new_block(size_t size, size_t alignment)
{
    struct env_block *block = malloc(sizeof *block);
    const size_t front = alignment > GUARD_SIZE ? alignment : GUARD_SIZE;

    if (block == NULL)
        return NULL;
    block->raw = malloc(front + alignment + size + GUARD_SIZE);
    if (block->raw == NULL) {
        free(block);
        return NULL;
    }
    block->user = block->raw + front;
    block->user += (alignment - (uintptr_t)block->user % alignment) % alignment;
    block->size = size;
    block->alignment = alignment;
    memset(block->user - GUARD_SIZE, GUARD_BYTE, GUARD_SIZE);
    memset(block->user, FRESH_BYTE, size);
    memset(block->user + size, GUARD_BYTE, GUARD_SIZE);
    return block;
}

static void *env_allocate(size_t size, size_t alignment, void *user)
{
    struct failing_env *env = user;
    struct env_block *block;

    if (size == 0)
        report(env, "0 bytes were asked for");
    if (alignment == 0 || alignment > 64 || (alignment & (alignment - 1)) != 0) {
        report(env, "an alignment of %zu was asked for", alignment);
        return NULL;
    }
    if (inject(env, size))
        return NULL;
    block = new_block(size, alignment);
    if (block == NULL)
        return NULL;
    block->next = env->blocks;
    env->blocks = block;
    ++env->live_count;
    env->live_bytes += size;
    if (env->peak_bytes < env->live_bytes)
        env->peak_bytes = env->live_bytes;
    return block->user;
}

static struct env_block **find_block(struct failing_env *env, const void *memory)
{
    struct env_block **link = &env->blocks;

    while (*link != NULL && (*link)->user != memory)
        link = &(*link)->next;
    return *link != NULL ? link : NULL;
}

static void drop_block(struct failing_env *env, struct env_block **link)
{
    struct env_block *block = *link;

    *link = block->next;
    --env->live_count;
    env->live_bytes -= block->size;
    memset(block->user, DEAD_BYTE, block->size);
    free(block->raw);
    free(block);
}

static void env_release(void *memory, size_t size, size_t alignment, void *user)
{
    struct failing_env *env = user;
    struct env_block **link = find_block(env, memory);

    ++env->releases;
    if (link == NULL) {
        report(env, "what is not live was given back: %s",
               memory == NULL ? "NULL" : "twice, or a wrong address");
        return;
    }
    if ((*link)->size != size)
        report(env, "a block of %zu bytes was given back as %zu", (*link)->size, size);
    if ((*link)->alignment != alignment)
        report(env, "a block aligned on %zu was given back as on %zu", (*link)->alignment,
               alignment);
    check_guards(env, *link);
    drop_block(env, link);
}

/* ---- files ---- */

struct open_file {
    struct env_file *file;
    size_t at;
    size_t reads;
};

/* 0, or the code of an injected failure. */
static int32_t file_fault(struct failing_env *env, int32_t own)
{
    ++env->file_calls;
    if (env->fail_file_at != 0 &&
        (env->file_calls == env->fail_file_at ||
         (env->fail_file_for_ever && env->file_calls > env->fail_file_at)))
        return env->file_code;
    return own;
}

struct env_file *failing_env_find_file(struct failing_env *env, const char *path)
{
    for (size_t i = 0; i < env->file_count; ++i)
        if (strcmp(env->file[i].path, path) == 0)
            return &env->file[i];
    return NULL;
}

enum { NO_SUCH_FILE = 2 };

static int32_t env_open(const char *path, void **handle, void *user)
{
    struct failing_env *env = user;
    struct env_file *file = failing_env_find_file(env, path);
    const int32_t code = file_fault(env, file != NULL ? file->open_error : NO_SUCH_FILE);
    struct open_file *open;

    if (code != 0)
        return code;
    open = calloc(1, sizeof *open);
    if (open == NULL)
        return NO_SUCH_FILE;
    open->file = file;
    *handle = open;
    ++env->open_files;
    return 0;
}

static int32_t env_size(void *handle, uint64_t *size, void *user)
{
    const struct open_file *open = handle;
    const int32_t code = file_fault(user, open->file->size_error);

    if (code != 0)
        return code;
    *size = open->file->size;
    if (open->file->claimed_size != 0)
        *size = open->file->claimed_size;
    if (open->file->unknown_size)
        *size = UINT64_MAX;
    return 0;
}

static int32_t env_read(void *handle, void *buffer, size_t size, size_t *done, void *user)
{
    struct open_file *open = handle;
    const struct env_file *file = open->file;
    const bool fails = file->read_error != 0 && open->reads == file->read_error_at;
    const int32_t code = file_fault(user, fails ? file->read_error : 0);
    size_t count = file->size - open->at;

    ++open->reads;
    if (code != 0)
        return code;
    if (count > size)
        count = size;
    if (file->chunk != 0 && count > file->chunk)
        count = file->chunk;
    if (count > 0)
        memcpy(buffer, (const unsigned char *)file->bytes + open->at, count);
    open->at += count;
    *done = count;
    return 0;
}

static int32_t env_close(void *handle, void *user)
{
    struct failing_env *env = user;
    struct open_file *open = handle;
    const int32_t code = file_fault(env, open->file->close_error);

    open->file->open = false;
    --env->open_files;
    free(open);
    return code;
}

/* ---- files that are written ---- */

static void drop_file(struct failing_env *env, struct env_file *file)
{
    free(file->own);
    *file = env->file[--env->file_count];
    if (file->own != NULL)
        file->path = file->own_path;
}

/* The only open file is the one being written: others may move in the table. */
static int32_t env_create(const char *path, void **handle, void *user)
{
    struct failing_env *env = user;
    struct env_file *file = failing_env_find_file(env, path);
    const int32_t code = file_fault(env, 0);
    struct open_file *open;

    if (code != 0)
        return code;
    if (file != NULL)
        drop_file(env, file);
    open = calloc(1, sizeof *open);
    if (open == NULL || strlen(path) >= FAILING_ENV_PATH)
        return NO_SUCH_FILE;
    file = failing_env_add_file(env, path, NULL, 0);
    snprintf(file->own_path, sizeof file->own_path, "%s", path);
    file->path = file->own_path;
    file->own = malloc(1);
    file->open = true;
    open->file = file;
    *handle = open;
    ++env->open_files;
    return 0;
}

static int32_t env_write(void *handle, const void *bytes, size_t size, size_t *done,
                         void *user)
{
    struct failing_env *env = user;
    struct env_file *file = ((struct open_file *)handle)->file;
    const int32_t code = file_fault(env, 0);
    const size_t count =
        env->write_chunk != 0 && size > env->write_chunk ? env->write_chunk : size;
    unsigned char *own;

    if (!file->open)
        report(env, "a file that is not open for writing was written");
    if (code != 0)
        return code;
    own = realloc(file->own, file->size + count);
    if (own == NULL)
        return NO_SUCH_FILE;
    memcpy(own + file->size, bytes, count);
    file->bytes = file->own = own;
    file->size += count;
    *done = count;
    return 0;
}

static int32_t env_sync(void *handle, void *user)
{
    struct failing_env *env = user;

    (void)handle;
    ++env->syncs;
    return file_fault(env, 0);
}

static int32_t env_rename(const char *from, const char *to, void *user)
{
    struct failing_env *env = user;
    const int32_t code = file_fault(env, 0);
    struct env_file *file;

    if (code != 0)
        return code;
    if (failing_env_find_file(env, to) != NULL)
        drop_file(env, failing_env_find_file(env, to));
    file = failing_env_find_file(env, from);
    if (file == NULL || file->own == NULL || file->open)
        return NO_SUCH_FILE;
    snprintf(file->own_path, sizeof file->own_path, "%s", to);
    ++env->renames;
    return 0;
}

static int32_t env_sync_folder(const char *path, void *user)
{
    struct failing_env *env = user;

    (void)path;
    ++env->folder_syncs;
    return file_fault(env, 0);
}

static int32_t env_remove(const char *path, void *user)
{
    struct failing_env *env = user;
    struct env_file *file = failing_env_find_file(env, path);
    const int32_t code = file_fault(env, file != NULL ? 0 : NO_SUCH_FILE);

    if (code == 0)
        drop_file(env, file);
    return code;
}

/* ---- clock, and all together ---- */

static double env_seconds(void *user)
{
    struct failing_env *env = user;
    const double now = env->now;

    env->now += env->tick;
    ++env->clock_calls;
    return now;
}

void failing_env_init(struct failing_env *env)
{
    memset(env, 0, sizeof *env);
    env->memory = (bp_memory){sizeof(bp_memory), env_allocate, env_release, env};
    env->files = (bp_files){sizeof(bp_files), env_open,   env_size,        env_read,
                            env_close,        env,        env_create,      env_write,
                            env_sync,         env_rename, env_sync_folder, env_remove};
    env->clock = (bp_clock){sizeof(bp_clock), env_seconds, env};
    env->env = (bp_env){sizeof(bp_env), &env->memory, &env->files, &env->clock, NULL};
    env->largest = (size_t)1 << 30;
    env->tick = 1.0 / 1024;
}

void failing_env_free(struct failing_env *env)
{
    while (env->blocks != NULL)
        drop_block(env, &env->blocks);
    for (size_t i = 0; i < env->file_count; ++i)
        free(env->file[i].own);
    env->file_count = 0;
}

void failing_env_arm(struct failing_env *env, size_t nth, bool for_ever)
{
    env->fail_at = nth;
    env->fail_for_ever = for_ever;
    env->allocations = 0;
    env->injected = 0;
    env->too_large = 0;
}

void failing_env_arm_files(struct failing_env *env, size_t nth, int32_t code)
{
    env->fail_file_at = nth;
    env->file_code = code;
    env->file_calls = 0;
    env->fail_file_for_ever = false;
}

struct env_file *failing_env_add_file(struct failing_env *env, const char *path,
                                      const void *bytes, size_t size)
{
    struct env_file *file = &env->file[env->file_count];

    if (env->file_count == FAILING_ENV_FILES)
        fail_msg("more than %d files", (int)FAILING_ENV_FILES);
    ++env->file_count;
    memset(file, 0, sizeof *file);
    file->path = path;
    file->bytes = bytes;
    file->size = size;
    return file;
}

bool failing_env_intact(struct failing_env *env)
{
    for (const struct env_block *block = env->blocks; block != NULL; block = block->next)
        check_guards(env, block);
    return env->faults == 0;
}

bool failing_env_clean(struct failing_env *env, char *why, size_t size)
{
    if (!failing_env_intact(env))
        snprintf(why, size, "%zu faults, the first: %s", env->faults, env->fault);
    else if (env->live_count > 0)
        snprintf(why, size, "%zu blocks of %zu bytes together are still live",
                 env->live_count, env->live_bytes);
    else if (env->open_files > 0)
        snprintf(why, size, "%zu files are still open", env->open_files);
    else
        return true;
    return false;
}

void require_env_clean(struct failing_env *env, const char *file, int line)
{
    char why[FAILING_ENV_TEXT + 64];

    if (failing_env_clean(env, why, sizeof why))
        return;
    print_error("%s\n", why);
    _fail(file, line);
}
