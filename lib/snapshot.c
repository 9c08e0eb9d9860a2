/* SPDX-License-Identifier: MIT */
#include "snapshot.h"

#include <string.h>

/* ---- content ---- */

static void free_tensors(const struct bp_host *host, struct bp_snapshot_content *content)
{
    size_t i;

    for (i = 0; i < content->tensor_count; i++)
        bp_host_release(host, content->tensors[i].values, content->tensors[i].size);
    bp_host_release(host, content->tensors,
                    content->tensor_capacity * sizeof *content->tensors);
}

void bp_snapshot_free(const struct bp_host *host, struct bp_snapshot_content *content)
{
    free_tensors(host, content);
    bp_host_release(host, content->numbers,
                    content->number_capacity * sizeof *content->numbers);
    *content = (struct bp_snapshot_content){0};
}

/** An array that grows. */
struct array {
    void *items;
    size_t count, capacity, item_size;
};

/* Room for one more item: doubled, so that adding n takes O(n). */
static bool grow(const struct bp_host *host, struct array *array)
{
    const size_t capacity = array->capacity > 0 ? 2 * array->capacity : 16;
    size_t size;
    void *items;

    if (array->count < array->capacity)
        return true;
    items =
        bp_mul(capacity, array->item_size, &size) ? bp_host_allocate(host, size) : NULL;
    if (items == NULL)
        return false;
    if (array->count > 0)
        memcpy(items, array->items, array->count * array->item_size);
    bp_host_release(host, array->items, array->capacity * array->item_size);
    array->items = items;
    array->capacity = capacity;
    return true;
}

static bool grow_tensors(const struct bp_host *host, struct bp_snapshot_content *content)
{
    struct array array = {content->tensors, content->tensor_count,
                          content->tensor_capacity, sizeof *content->tensors};

    if (!grow(host, &array))
        return false;
    content->tensors = array.items;
    content->tensor_capacity = array.capacity;
    return true;
}

static bool grow_numbers(const struct bp_host *host, struct bp_snapshot_content *content)
{
    struct array array = {content->numbers, content->number_count,
                          content->number_capacity, sizeof *content->numbers};

    if (!grow(host, &array))
        return false;
    content->numbers = array.items;
    content->number_capacity = array.capacity;
    return true;
}

void *bp_snapshot_put_tensor(const struct bp_host *host,
                             struct bp_snapshot_content *content,
                             const struct bp_snapshot_tensor *tensor)
{
    const size_t element =
        tensor->precision == BP_PRECISION_F64 ? sizeof(double) : sizeof(float);
    struct bp_snapshot_tensor added = *tensor;

    if (!bp_mul(added.rows, added.cols, &added.size) ||
        !bp_mul(added.size, element, &added.size))
        return NULL;
    added.values = bp_host_allocate(host, added.size);
    if (added.values == NULL || !grow_tensors(host, content)) {
        bp_host_release(host, added.values, added.size);
        return NULL;
    }
    content->tensors[content->tensor_count++] = added;
    return added.values;
}

bool bp_snapshot_put_number(const struct bp_host *host,
                            struct bp_snapshot_content *content,
                            const struct bp_snapshot_number *number)
{
    if (!grow_numbers(host, content))
        return false;
    content->numbers[content->number_count++] = *number;
    return true;
}

const struct bp_snapshot_tensor *bp_snapshot_find_tensor(
    const struct bp_snapshot_content *content, const char *name)
{
    size_t i;

    for (i = 0; i < content->tensor_count; i++)
        if (strcmp(content->tensors[i].name, name) == 0)
            return &content->tensors[i];
    return NULL;
}

const struct bp_snapshot_number *bp_snapshot_find_number(
    const struct bp_snapshot_content *content, const char *name)
{
    size_t i;

    for (i = 0; i < content->number_count; i++)
        if (strcmp(content->numbers[i].name, name) == 0)
            return &content->numbers[i];
    return NULL;
}

bool bp_snapshot_name(char to[BP_NAME_SIZE], const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char all[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

    return bp_name_copy(to, name) && strspn(to, letters) > 0 &&
           strspn(to, all) == strlen(to);
}

/* ---- the object ---- */

bp_status bp_snapshot_create(const bp_env *env, bp_snapshot **snapshot)
{
    void *object = NULL;
    bp_status status;

    if (snapshot == NULL)
        return BP_EINVAL;
    status = bp_object_create(env, sizeof **snapshot, &object);
    if (status == BP_OK)
        *snapshot = object;
    return status;
}

void bp_snapshot_destroy(bp_snapshot *snapshot)
{
    if (snapshot == NULL)
        return;
    bp_snapshot_free(&snapshot->host, &snapshot->content);
    bp_object_release(snapshot, sizeof *snapshot);
}

const char *bp_snapshot_error(const bp_snapshot *snapshot)
{
    return snapshot != NULL ? snapshot->text.line : "";
}

size_t bp_snapshot_tensors(const bp_snapshot *snapshot)
{
    return snapshot != NULL ? snapshot->content.tensor_count : 0;
}

size_t bp_snapshot_numbers(const bp_snapshot *snapshot)
{
    return snapshot != NULL ? snapshot->content.number_count : 0;
}

bp_status bp_snapshot_get_tensor(const bp_snapshot *snapshot, size_t index,
                                 bp_tensor *tensor)
{
    const struct bp_snapshot_tensor *found;

    if (snapshot == NULL || tensor == NULL || tensor->struct_size != sizeof *tensor ||
        index >= snapshot->content.tensor_count)
        return BP_EINVAL;
    found = &snapshot->content.tensors[index];
    tensor->precision = found->precision;
    tensor->name = found->name;
    tensor->rows = found->rows;
    tensor->cols = found->cols;
    tensor->values = found->values;
    return BP_OK;
}

bp_status bp_snapshot_get_number(const bp_snapshot *snapshot, size_t index,
                                 bp_number_entry *number)
{
    const struct bp_snapshot_number *found;

    if (snapshot == NULL || number == NULL || number->struct_size != sizeof *number ||
        index >= snapshot->content.number_count)
        return BP_EINVAL;
    found = &snapshot->content.numbers[index];
    number->is_real = found->is_real;
    number->name = found->name;
    number->whole = found->whole;
    number->real = found->real;
    return BP_OK;
}

static bp_status fail_name(struct bp_snapshot *snapshot)
{
    return bp_fail(&snapshot->text, BP_EINVAL,
                   "name is not of 1 to %d letters, digits, '.', '_' and '-', a letter "
                   "first",
                   BP_NAME_SIZE - 1);
}

static bp_status fail_twice(struct bp_snapshot *snapshot, const char *name)
{
    return bp_fail(&snapshot->text, BP_ESTATE, "name '%s' is in the snapshot already",
                   name);
}

static bp_status fail_memory(struct bp_snapshot *snapshot)
{
    return bp_fail(&snapshot->text, BP_ENOMEM, "no memory for the snapshot");
}

static bp_status check_tensor(struct bp_snapshot *snapshot, const bp_tensor *tensor)
{
    struct bp_text *text = &snapshot->text;
    size_t count;

    if (tensor == NULL)
        return bp_fail_null(text, "tensor");
    if (tensor->struct_size != sizeof *tensor)
        return bp_fail(text, BP_EINVAL, "tensor.struct_size is %u, expected %zu",
                       (unsigned)tensor->struct_size, sizeof *tensor);
    if (tensor->precision != BP_PRECISION_F32 && tensor->precision != BP_PRECISION_F64)
        return bp_fail(text, BP_EINVAL,
                       "tensor.precision is %d, expected a BP_PRECISION_ value",
                       (int)tensor->precision);
    if (tensor->values == NULL)
        return bp_fail_null(text, "tensor.values");
    if (tensor->rows == 0 || tensor->cols == 0 ||
        !bp_mul(tensor->rows, tensor->cols, &count) ||
        !bp_mul(count, sizeof(double), &count))
        return bp_fail(text, BP_EINVAL,
                       "tensor.rows and cols are %zu and %zu, expected some that memory "
                       "holds",
                       tensor->rows, tensor->cols);
    return BP_OK;
}

bp_status bp_snapshot_add_tensor(bp_snapshot *snapshot, const bp_tensor *tensor)
{
    struct bp_snapshot_tensor added = {.values = NULL};
    bp_status status;
    void *values;

    if (snapshot == NULL)
        return BP_EINVAL;
    status = check_tensor(snapshot, tensor);
    if (status != BP_OK)
        return status;
    if (!bp_snapshot_name(added.name, tensor->name))
        return fail_name(snapshot);
    if (bp_snapshot_find_tensor(&snapshot->content, added.name) != NULL)
        return fail_twice(snapshot, added.name);
    added.precision = tensor->precision;
    added.rows = tensor->rows;
    added.cols = tensor->cols;
    values = bp_snapshot_put_tensor(&snapshot->host, &snapshot->content, &added);
    if (values == NULL)
        return fail_memory(snapshot);
    memcpy(values, tensor->values,
           snapshot->content.tensors[snapshot->content.tensor_count - 1].size);
    return BP_OK;
}

bp_status bp_snapshot_add_number(bp_snapshot *snapshot, const bp_number_entry *number)
{
    struct bp_snapshot_number added = {.is_real = false};

    if (snapshot == NULL)
        return BP_EINVAL;
    if (number == NULL)
        return bp_fail_null(&snapshot->text, "number");
    if (number->struct_size != sizeof *number)
        return bp_fail(&snapshot->text, BP_EINVAL,
                       "number.struct_size is %u, expected %zu",
                       (unsigned)number->struct_size, sizeof *number);
    if (!bp_snapshot_name(added.name, number->name))
        return fail_name(snapshot);
    if (bp_snapshot_find_number(&snapshot->content, added.name) != NULL)
        return fail_twice(snapshot, added.name);
    added.is_real = number->is_real != 0;
    added.whole = number->whole;
    added.real = number->real;
    return bp_snapshot_put_number(&snapshot->host, &snapshot->content, &added)
               ? BP_OK
               : fail_memory(snapshot);
}
