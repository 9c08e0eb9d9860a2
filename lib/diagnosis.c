/* SPDX-License-Identifier: MIT */
/* The report: its findings, what to do about each, and what can be asked of it. */
#include "diagnose.h"

#include <string.h>

enum { FINDINGS_OF_LAYER = 8, FINDINGS_OF_ALL = 16 };

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

void bp_diagnosis_add(struct bp_diagnosis *diagnosis, const bp_finding *finding,
                      const struct bp_text *text)
{
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

struct bp_diagnosis *bp_diagnosis_create(const struct bp_network *network)
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
