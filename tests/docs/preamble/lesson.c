/* SPDX-License-Identifier: MIT */
/* Around fragments of the lesson: its 2-2-1 network with cost, trace and one example. */
#include <backprop.h>

#include <stdio.h>

#define CHECK(call)                                                                      \
    do {                                                                                 \
        const bp_status check_status = (call);                                           \
        if (check_status != BP_OK) {                                                     \
            printf("%s: %s\n", #call, bp_status_text(check_status));                     \
            return 1;                                                                    \
        }                                                                                \
    } while (0)

static const float x[] = {1, 0.5f}, y[] = {1};

/* A bp_write_fn. */
static int32_t to_file(const void *bytes, size_t size, void *file)
{
    return fwrite(bytes, 1, size, file) == size ? 0 : 1;
}

static int set_weights(bp_network *network)
{
    static const float w1[] = {0.4f, -0.2f, 0.3f, 0.6f}, b1[] = {0.1f, -0.2f};
    static const float w2[] = {0.7f, -0.5f}, b2[] = {0.2f};

    CHECK(bp_network_set_parameter(network, 0, BP_PARAMETER_WEIGHT, w1, 4));
    CHECK(bp_network_set_parameter(network, 0, BP_PARAMETER_BIAS, b1, 2));
    CHECK(bp_network_set_parameter(network, 1, BP_PARAMETER_WEIGHT, w2, 2));
    CHECK(bp_network_set_parameter(network, 1, BP_PARAMETER_BIAS, b2, 1));
    return 0;
}

int main(void)
{
    bp_network *network = NULL;
    bp_cost *cost = NULL;
    bp_optimizer *optimizer = NULL;
    bp_trainer *trainer = NULL;
    bp_trace *trace = NULL;

    CHECK(bp_network_create(2, NULL, &network));
    CHECK(bp_network_add_dense(network, 2, BP_ACTIVATION_SIGMOID));
    CHECK(bp_network_add_dense(network, 1, BP_ACTIVATION_SIGMOID));
    CHECK(bp_network_build(network, 1));
    if (set_weights(network))
        return 1;
    CHECK(bp_cost_create(BP_COST_QUADRATIC, NULL, &cost));
    CHECK(bp_optimizer_create(BP_OPTIMIZER_SGD, NULL, &optimizer));
    CHECK(bp_optimizer_set(optimizer, BP_OPTIMIZER_RATE, 0.5));
    CHECK(bp_trainer_create(network, cost, optimizer, &trainer));
    CHECK(bp_trainer_build(trainer, 1));
    CHECK(bp_trace_create(network, cost, &trace));
    CHECK(bp_trace_run(trace, x, 2, y, 1));
    (void)to_file;
    {
        BODY
    }
    bp_trace_destroy(trace);
    bp_trainer_destroy(trainer);
    bp_optimizer_destroy(optimizer);
    bp_cost_destroy(cost);
    bp_network_destroy(network);
    return 0;
}
