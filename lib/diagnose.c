/* SPDX-License-Identifier: MIT */
/* The report: its memory, the order of its parts, and what can be asked of it. */
#include "diagnose.h"

#include <string.h>

enum { FINDINGS_OF_LAYER = 8, FINDINGS_OF_ALL = 16 };

static const uint64_t default_rows = 1024;

/* ---- advice ---- */

static const char *const advice[] = {
    [BP_FINDING_TARGET_RANGE] =
        "Scale the targets into the range, or give the last layer another activation.",
    [BP_FINDING_CONSTANT_INPUT] = "Leave such columns out: they tell nothing.",
    [BP_FINDING_UNSCALED_INPUT] =
        "Scale the inputs: bp_scaler_create(), fitted on the training rows.",
    [BP_FINDING_SATURATED] =
        "Scale the inputs, begin with smaller weights (BP_INIT_DEFAULT), or lower the "
        "rate; in the last layer use the cross-entropy that belongs to the activation.",
    [BP_FINDING_DEAD] =
        "Lower the rate and begin anew, or take leaky_relu: dead units do not come back.",
    [BP_FINDING_VANISHING] =
        "Use relu or its kin with their default weights, or fewer layers.",
    [BP_FINDING_EXPLODING] = "Begin with smaller weights, and scale the inputs.",
    [BP_FINDING_RATE_HIGH] = "Lower the learning rate: see bp_trainer_find_rate().",
    [BP_FINDING_RATE_LOW] =
        "Raise the learning rate, unless all is learnt: see bp_trainer_find_rate().",
    [BP_FINDING_NOT_FINITE] =
        "Draw the parameters anew, scale the inputs and lower the rate.",
    [BP_FINDING_CLASS_NOT_PREDICTED] =
        "Train longer; if it stays so, give rare classes more weight: "
        "bp_dataset_weigh_classes().",
    [BP_FINDING_SAME_UNITS] =
        "Draw the weights at random: units that begin alike stay alike.",
};

void bp_examination_add(struct bp_examination *look, const bp_finding *finding,
                        const struct bp_text *text)
{
    struct bp_diagnosis *diagnosis = look->diagnosis;
    struct bp_found *found;

    if (diagnosis->count == diagnosis->capacity)
        return;
    found = &diagnosis->found[diagnosis->count++];
    found->finding = *finding;
    found->text = *text;
    found->finding.struct_size = sizeof found->finding;
    found->finding.text = found->text.line;
    found->finding.advice = advice[finding->code];
}

/* ---- the object ---- */

static struct bp_diagnosis *create(const struct bp_network *network)
{
    const struct bp_host *host = &network->host;
    struct bp_diagnosis *made = bp_host_allocate(host, sizeof *made);

    if (made == NULL)
        return NULL;
    made->host = *host;
    made->capacity = FINDINGS_OF_LAYER * network->count + FINDINGS_OF_ALL;
    made->found = bp_host_allocate(host, made->capacity * sizeof *made->found);
    if (made->found != NULL)
        return made;
    bp_host_release(host, made, sizeof *made);
    return NULL;
}

void bp_diagnosis_destroy(bp_diagnosis *diagnosis)
{
    if (diagnosis == NULL)
        return;
    bp_host_release(&diagnosis->host, diagnosis->found,
                    diagnosis->capacity * sizeof *diagnosis->found);
    bp_object_release(diagnosis, sizeof *diagnosis);
}

size_t bp_diagnosis_findings(const bp_diagnosis *diagnosis)
{
    return diagnosis != NULL ? diagnosis->count : 0;
}

bp_status bp_diagnosis_get(const bp_diagnosis *diagnosis, size_t index,
                           bp_finding *finding)
{
    if (diagnosis == NULL || finding == NULL || finding->struct_size != sizeof *finding ||
        index >= diagnosis->count)
        return BP_EINVAL;
    *finding = diagnosis->found[index].finding;
    return BP_OK;
}

/** Where the lines go. */
struct sink {
    bp_write_fn put;
    void *user;
};

static int32_t put_text(const struct sink *sink, const char *text)
{
    return sink->put(text, strlen(text), sink->user);
}

static int32_t put_finding(const struct sink *sink, const bp_finding *finding)
{
    static const char *const words[] = {
        [BP_SEVERITY_NOTE] = "note: ",
        [BP_SEVERITY_WARNING] = "warning: ",
        [BP_SEVERITY_FAULT] = "fault: ",
    };
    const char *const parts[] = {words[finding->severity], finding->text, "\n  ",
                                 finding->advice, "\n"};
    int32_t answer = 0;
    size_t i;

    for (i = 0; i < sizeof parts / sizeof parts[0] && answer == 0; i++)
        answer = put_text(sink, parts[i]);
    return answer;
}

bp_status bp_diagnosis_write(const bp_diagnosis *diagnosis, bp_write_fn write, void *user)
{
    const struct sink sink = {write, user};
    int32_t answer = 0;
    size_t i;

    if (diagnosis == NULL || write == NULL)
        return BP_EINVAL;
    if (diagnosis->count == 0)
        answer = put_text(&sink, "nothing was found\n");
    for (i = 0; i < diagnosis->count && answer == 0; i++)
        answer = put_finding(&sink, &diagnosis->found[i].finding);
    return answer == 0 ? BP_OK : BP_ESTOPPED;
}

/* ---- the examination ---- */

bp_status bp_diagnosis_options_init(bp_diagnosis_options *options)
{
    if (options == NULL)
        return BP_EINVAL;
    *options =
        (bp_diagnosis_options){.struct_size = sizeof *options, .rows = default_rows};
    return BP_OK;
}

bp_status bp_examine_no_memory(struct bp_examination *look)
{
    return bp_fail(&look->trainer->text, BP_ENOMEM, "no memory for the diagnosis");
}

/* A row of inputs, outputs, weights or biases. */
static size_t widest(const struct bp_network *network)
{
    size_t width = network->inputs;
    size_t i;

    for (i = 0; i < network->count; i++) {
        const struct bp_node *node = &network->nodes[i];

        width = node->outputs > width ? node->outputs : width;
        width = node->weight.cols > width ? node->weight.cols : width;
        width = node->bias.cols > width ? node->bias.cols : width;
    }
    return width;
}

/* Rows at equal distances over the whole data set. */
static void pick_rows(struct bp_examination *look)
{
    const size_t all = bp_dataset_rows(look->data);
    const size_t step = all / look->rows;
    size_t i;

    for (i = 0; i < look->rows; i++)
        look->pick[i] = i * step;
}

static void release(struct bp_examination *look)
{
    const struct bp_host *host = &look->trainer->network->host;

    bp_host_release(host, look->pick, look->rows * sizeof *look->pick);
    bp_host_release(host, look->row, look->width * sizeof *look->row);
    bp_twin_release(&look->twin);
}

static bp_status reserve(struct bp_examination *look)
{
    const struct bp_host *host = &look->trainer->network->host;

    look->width = widest(look->trainer->network);
    look->pick = bp_host_allocate(host, look->rows * sizeof *look->pick);
    look->row = bp_host_allocate(host, look->width * sizeof *look->row);
    look->diagnosis = create(look->trainer->network);
    if (look->pick == NULL || look->row == NULL || look->diagnosis == NULL)
        return bp_examine_no_memory(look);
    pick_rows(look);
    return BP_OK;
}

/* Targets that the cost refuses are a finding, and end the look: no step is possible. */
static bool targets_ok(struct bp_examination *look)
{
    const struct bp_trainer *trainer = look->trainer;
    const struct bp_batch all = {
        .rows = look->rows, .data = look->data, .order = look->pick};
    const bp_finding finding = {.code = BP_FINDING_TARGET_RANGE,
                                .severity = BP_SEVERITY_FAULT,
                                .layer = trainer->network->count - 1};
    struct bp_text why;

    if (bp_batch_check_targets(trainer->network, &trainer->cost, &all, &why) == BP_OK)
        return true;
    bp_examination_add(look, &finding, &why);
    return false;
}

static bp_status examine(struct bp_examination *look)
{
    const bool possible = targets_ok(look);
    bp_status status = bp_examine_data(look);

    if (status != BP_OK || !bp_examine_parameters(look) || !possible)
        return status;
    status = bp_twin_create(&look->twin, look->trainer, &look->trainer->text);
    if (status == BP_OK)
        status = bp_examine_passes(look);
    if (status == BP_OK)
        status = bp_examine_classes(look);
    return status == BP_OK ? bp_examine_update(look) : status;
}

static bp_status check(struct bp_trainer *trainer, const struct bp_dataset *data,
                       const bp_diagnosis_options *options)
{
    if (options != NULL && options->struct_size != sizeof *options)
        return bp_fail(&trainer->text, BP_EINVAL,
                       "options.struct_size is %u, expected %zu",
                       (unsigned)options->struct_size, sizeof *options);
    if (options != NULL && options->rows == 0)
        return bp_fail(&trainer->text, BP_EINVAL,
                       "options.rows is 0, expected at least 1");
    return bp_fit_check(trainer, data);
}

/* So many rows; where the last batch of them would be one row, and that is too short for
 * a batch norm, one less. */
static size_t rows_of(struct bp_trainer *trainer, const struct bp_dataset *data,
                      uint64_t wanted)
{
    const size_t all = bp_dataset_rows(data);
    const size_t rows = wanted < all ? (size_t)wanted : all;
    struct bp_text why;

    if (rows > 1 && rows % trainer->model.pass.capacity == 1 &&
        bp_model_check_rows(trainer->network, 1, &why) != BP_OK)
        return rows - 1;
    return rows;
}

bp_status bp_trainer_diagnose(bp_trainer *trainer, const bp_dataset *data,
                              const bp_diagnosis_options *options,
                              bp_diagnosis **diagnosis)
{
    const uint64_t wanted = options != NULL ? options->rows : default_rows;
    struct bp_examination look = {.trainer = trainer, .data = data};
    bp_status status;

    if (trainer == NULL)
        return BP_EINVAL;
    if (diagnosis == NULL)
        return bp_fail_null(&trainer->text, "diagnosis");
    status = check(trainer, data, options);
    if (status != BP_OK)
        return status;
    look.rows = rows_of(trainer, data, wanted);
    status = reserve(&look);
    if (status == BP_OK)
        status = examine(&look);
    release(&look);
    if (status == BP_OK)
        *diagnosis = look.diagnosis;
    else
        bp_diagnosis_destroy(look.diagnosis);
    return status;
}
