/* SPDX-License-Identifier: MIT */
/*
 * A host that can be made to fail: a ::bp_env whose memory, files and clock do what a
 * test says, and that watches what the library does with them.
 *
 *     struct failing_env env;
 *     failing_env_init(&env);
 *     bp_network_create(2, &env.env, &network);
 *     ...
 *     assert_env_clean(&env);      nothing live, no fault seen, all files closed
 *     failing_env_free(&env);
 *
 * One thread at a time: give each thread its own.
 */
#ifndef SUPPORT_FAILING_ENV_H
#define SUPPORT_FAILING_ENV_H

#include <backprop.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FAILING_ENV_FILES = 16, FAILING_ENV_PATH = 128, FAILING_ENV_TEXT = 256 };

struct env_block;

/** A file in memory, and how it fails. Positive codes are answered instead of 0. */
struct env_file {
    const char *path;
    const void *bytes;
    size_t size;
    size_t chunk;      /**< Reads give at most so many bytes; 0: no cap. */
    bool unknown_size; /**< `size` stores UINT64_MAX. */
    uint64_t
        claimed_size; /**< What `size` stores, if not 0: a file that grew or shrank. */
    int32_t open_error, size_error, read_error, close_error;
    size_t read_error_at; /**< `read_error` comes at this read, from 0. */
    /* A file that the library has written. */
    unsigned char *own; /**< `bytes`, in memory of the environment's. */
    char own_path[FAILING_ENV_PATH];
    bool open; /**< Being written. */
};

struct failing_env {
    bp_env env; /**< Give its address to the library. */
    bp_memory memory;
    bp_files files;
    bp_clock clock;

    /* Memory: what a test sets... */
    size_t fail_at;     /**< Fail this allocation, from 1; 0: none. */
    bool fail_for_ever; /**< And all after it. */
    size_t largest;     /**< Refuse what is larger: 1 GiB at first. */
    /* ... and what it reads. */
    size_t allocations; /**< Asked for since failing_env_arm(). */
    size_t injected;    /**< Failed on purpose since failing_env_arm(). */
    size_t too_large;   /**< Refused as larger than `largest`. */
    size_t releases;
    size_t live_count;
    size_t live_bytes;
    size_t peak_bytes;
    struct env_block *blocks;

    /* Files. */
    struct env_file file[FAILING_ENV_FILES];
    size_t file_count;
    size_t file_calls;   /**< Calls of any of them since failing_env_arm_files(). */
    size_t fail_file_at; /**< Fail this one, from 1, with `file_code`; 0: none. */
    int32_t file_code;
    bool fail_file_for_ever; /**< And all after it. */
    size_t write_chunk;      /**< Writes take at most so many bytes; 0: no cap. */
    size_t syncs, folder_syncs, renames;
    size_t open_files;

    /* Clock. */
    double now;  /**< What the next call answers, */
    double tick; /**< then grows by this. */
    size_t clock_calls;

    /* The first thing that the library did wrong; "" if none, and how many. */
    char fault[FAILING_ENV_TEXT];
    size_t faults;
};

void failing_env_init(struct failing_env *env);

/** Give back what the library left; after the checks. */
void failing_env_free(struct failing_env *env);

/** Count allocations from 0 again, and fail the @p nth (from 1; 0: none). */
void failing_env_arm(struct failing_env *env, size_t nth, bool for_ever);

/** Count file calls from 0 again, and fail the @p nth with @p code. */
void failing_env_arm_files(struct failing_env *env, size_t nth, int32_t code);

/** Add a file; @p path and @p bytes stay the caller's. Change what is answered to make it
 *  fail. */
struct env_file *failing_env_add_file(struct failing_env *env, const char *path,
                                      const void *bytes, size_t size);

/** The file of that name, or NULL. */
struct env_file *failing_env_find_file(struct failing_env *env, const char *path);

/** Look at the guards of all live blocks now.
 * @return whether no fault has been seen so far. */
bool failing_env_intact(struct failing_env *env);

/** Whether all is given back, all is closed and no fault was seen; else the reason goes
 *  to @p why. */
bool failing_env_clean(struct failing_env *env, char *why, size_t size);

void require_env_clean(struct failing_env *env, const char *file, int line);

/** Fail the running test unless failing_env_clean(). */
#define assert_env_clean(env) require_env_clean(env, __FILE__, __LINE__)

#endif
