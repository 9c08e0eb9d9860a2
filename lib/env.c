/* SPDX-License-Identifier: MIT */
#include "env.h"

#include <string.h>

static bool memory_ok(const bp_memory *memory)
{
    return memory->struct_size == sizeof *memory && memory->allocate != NULL &&
           memory->release != NULL;
}

/* A table of version 0.1 ends here: it only reads. */
#define FILES_SIZE_0_1 offsetof(bp_files, create)

static bool writes_all_or_nothing(const bp_files *files)
{
    const int given = (files->create != NULL) + (files->write != NULL) +
                      (files->sync != NULL) + (files->rename != NULL) +
                      (files->sync_folder != NULL) + (files->remove != NULL);

    return given == 0 || given == 6;
}

static bool files_ok(const bp_files *files)
{
    if (files->struct_size != FILES_SIZE_0_1 &&
        (files->struct_size != sizeof *files || !writes_all_or_nothing(files)))
        return false;
    return files->open != NULL && files->size != NULL && files->read != NULL &&
           files->close != NULL;
}

static bool clock_ok(const bp_clock *clock)
{
    return clock->struct_size == sizeof *clock && clock->seconds != NULL;
}

static bool parallel_ok(const bp_parallel *parallel)
{
    return parallel->struct_size == sizeof *parallel && parallel->run != NULL;
}

/* Programs built with an earlier header have fewer tables. */
static const bp_parallel *parallel_of(const bp_env *env)
{
    return env->struct_size > offsetof(bp_env, parallel) ? env->parallel : NULL;
}

static bool env_ok(const bp_env *env)
{
    return (env->struct_size == sizeof *env ||
            env->struct_size == offsetof(bp_env, parallel)) &&
           (env->memory == NULL || memory_ok(env->memory)) &&
           (env->files == NULL || files_ok(env->files)) &&
           (env->clock == NULL || clock_ok(env->clock)) &&
           (parallel_of(env) == NULL || parallel_ok(parallel_of(env)));
}

/* As long as this version's, whatever the caller's version; what is not there is NULL. */
static void copy_files(struct bp_files *to, const bp_files *from)
{
    memset(to, 0, sizeof *to);
    memcpy(to, from, from->struct_size);
    to->struct_size = sizeof *to;
}

bp_status bp_host_init(struct bp_host *host, const bp_env *env)
{
    if (env != NULL && !env_ok(env))
        return BP_EINVAL;
    host->memory = env != NULL && env->memory != NULL ? *env->memory : bp_default_memory;
    copy_files(&host->files,
               env != NULL && env->files != NULL ? env->files : &bp_default_files);
    host->clock = env != NULL && env->clock != NULL ? *env->clock : bp_default_clock;
    host->parallel = (struct bp_parallel){0};
    if (env != NULL && parallel_of(env) != NULL)
        host->parallel = *parallel_of(env);
    return BP_OK;
}

/* A table may be asked for at least 1 byte; an empty array still has an address. */
static size_t at_least_one(size_t size)
{
    return size > 0 ? size : 1;
}

void *bp_host_allocate(const struct bp_host *host, size_t size)
{
    void *memory =
        host->memory.allocate(at_least_one(size), BP_ALIGNMENT, host->memory.user);

    if (memory != NULL)
        memset(memory, 0, at_least_one(size));
    return memory;
}

void bp_host_release(const struct bp_host *host, void *memory, size_t size)
{
    if (memory != NULL)
        host->memory.release(memory, at_least_one(size), BP_ALIGNMENT, host->memory.user);
}

bp_status bp_object_create(const bp_env *env, size_t size, void **object)
{
    struct bp_host host;
    struct bp_host *made;

    if (bp_host_init(&host, env) != BP_OK)
        return BP_EINVAL;
    made = bp_host_allocate(&host, size);
    if (made == NULL)
        return BP_ENOMEM;
    *made = host;
    *object = made;
    return BP_OK;
}

/* The tables lie in the memory that goes. */
void bp_object_release(void *object, size_t size)
{
    const struct bp_host host = *(const struct bp_host *)object;

    bp_host_release(&host, object, size);
}

double bp_host_seconds(const struct bp_host *host)
{
    return host->clock.seconds(host->clock.user);
}
