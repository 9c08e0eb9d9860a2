/* SPDX-License-Identifier: MIT */
/* The object: create, destroy, and what can be asked of it. */
#include "bundle.h"

bp_status bp_bundle_create(const bp_env *env, bp_bundle **bundle)
{
    void *object = NULL;
    bp_status status;

    if (bundle == NULL)
        return BP_EINVAL;
    status = bp_object_create(env, sizeof **bundle, &object);
    if (status == BP_OK)
        *bundle = object;
    return status;
}

static void clear_names(const struct bp_host *host, struct bp_name_list *list)
{
    bp_host_release(host, list->memory.data, list->memory.size);
    *list = (struct bp_name_list){.count = 0};
}

void bp_bundle_clear(struct bp_bundle *bundle)
{
    bp_network_destroy(bundle->network);
    bp_cost_destroy(bundle->cost);
    bp_scaler_destroy(bundle->scaler);
    bundle->network = NULL;
    bundle->cost = NULL;
    bundle->scaler = NULL;
    clear_names(&bundle->host, &bundle->class_names);
    clear_names(&bundle->host, &bundle->input_names);
}

void bp_bundle_destroy(bp_bundle *bundle)
{
    if (bundle == NULL)
        return;
    bp_bundle_clear(bundle);
    bp_object_release(bundle, sizeof *bundle);
}

const char *bp_bundle_error(const bp_bundle *bundle)
{
    return bundle != NULL ? bundle->text.line : "";
}

struct bp_env bp_host_env(const struct bp_host *host)
{
    return (struct bp_env){sizeof(struct bp_env), &host->memory, &host->files,
                           &host->clock,
                           host->parallel.run != NULL ? &host->parallel : NULL};
}

bp_network *bp_bundle_get_network(bp_bundle *bundle)
{
    return bundle != NULL ? bundle->network : NULL;
}

const bp_cost *bp_bundle_get_cost(const bp_bundle *bundle)
{
    return bundle != NULL ? bundle->cost : NULL;
}

const bp_scaler *bp_bundle_get_scaler(const bp_bundle *bundle)
{
    return bundle != NULL ? bundle->scaler : NULL;
}

size_t bp_bundle_classes(const bp_bundle *bundle)
{
    return bundle != NULL ? bundle->class_names.count : 0;
}

static const char *name_of(const struct bp_name_list *list, size_t index)
{
    return index < list->count ? list->names[index] : NULL;
}

const char *bp_bundle_class_name(const bp_bundle *bundle, size_t index)
{
    return bundle != NULL ? name_of(&bundle->class_names, index) : NULL;
}

const char *bp_bundle_input_name(const bp_bundle *bundle, size_t col)
{
    return bundle != NULL ? name_of(&bundle->input_names, col) : NULL;
}
