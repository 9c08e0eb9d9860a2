/* SPDX-License-Identifier: MIT */
/*
 * What the library gets from its host: memory, files and a clock, always through a table,
 * so that a test can make any of them fail.
 */
#ifndef BP_ENV_H
#define BP_ENV_H

#include "base.h"

/** Complete tables, copied into every object that needs them. */
struct bp_host {
    struct bp_memory memory;
    struct bp_files files;
    struct bp_clock clock;
    struct bp_parallel parallel; /**< `run` is NULL by default. */
};

/** Copy the caller's tables, defaults where they are NULL.
 * @return ::BP_EINVAL for a wrong struct_size or a missing function. */
bp_status bp_host_init(struct bp_host *host, const bp_env *env);

/** Memory aligned on ::BP_ALIGNMENT, all zero; NULL if there is none. @p size may be 0.
 * */
void *bp_host_allocate(const struct bp_host *host, size_t size);

/** Take memory back; @p memory may be NULL, @p size is that of bp_host_allocate(). */
void bp_host_release(const struct bp_host *host, void *memory, size_t size);

/** Memory for an object that begins with its struct bp_host, which is filled in.
 * @return ::BP_EINVAL for tables that cannot be, ::BP_ENOMEM; *object is set only if all
 *         went well. */
bp_status bp_object_create(const bp_env *env, size_t size, void **object);

/** Take such an object back; what it holds was released before. */
void bp_object_release(void *object, size_t size);

double bp_host_seconds(const struct bp_host *host);

/** An array that has the size of its allocation with it. */
struct bp_bytes {
    unsigned char *data;
    size_t size;
};

/** Read a whole file, at most @p limit bytes.
 * @return ::BP_EIO, ::BP_ELIMIT or ::BP_ENOMEM with a line in @p text; nothing is left
 *         allocated then. */
bp_status bp_host_read_file(const struct bp_host *host, const char *path, size_t limit,
                            struct bp_bytes *bytes, struct bp_text *text);

/** bp_fail() with ::BP_EIO and what a file table has answered: "cannot open 'x': ...". */
bp_status bp_fail_code(struct bp_text *text, const char *verb, const char *path,
                       int32_t code);

/** The default tables, by platform. */
extern const struct bp_memory bp_default_memory;
extern const struct bp_files bp_default_files;
extern const struct bp_clock bp_default_clock;

#endif
