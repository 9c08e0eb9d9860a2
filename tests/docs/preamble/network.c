/* SPDX-License-Identifier: MIT */
/* Around fragments in the pages: a built network of 2-4-1 with its trainer and data. */
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

int main(void)
{
    const float inputs[] = {0, 0, 0, 1, 1, 0, 1, 1};
    const float targets[] = {0, 1, 1, 0};
    bp_network *network = NULL;
    bp_cost *cost = NULL;
    bp_optimizer *optimizer = NULL;
    bp_trainer *trainer = NULL;
    bp_dataset *data = NULL;

    CHECK(bp_network_create(2, NULL, &network));
    CHECK(bp_network_add_dense(network, 4, BP_ACTIVATION_TANH));
    CHECK(bp_network_add_dense(network, 1, BP_ACTIVATION_SIGMOID));
    CHECK(bp_network_build(network, 1));
    CHECK(bp_cost_create(BP_COST_QUADRATIC, NULL, &cost));
    CHECK(bp_optimizer_create(BP_OPTIMIZER_SGD, NULL, &optimizer));
    CHECK(bp_trainer_create(network, cost, optimizer, &trainer));
    CHECK(bp_trainer_build(trainer, 1));
    CHECK(bp_dataset_create(NULL, &data));
    CHECK(bp_dataset_set_inputs(data, inputs, 4, 2, 2));
    CHECK(bp_dataset_set_targets(data, targets, 4, 1, 1));
    {
        BODY
    }
    bp_dataset_destroy(data);
    bp_trainer_destroy(trainer);
    bp_optimizer_destroy(optimizer);
    bp_cost_destroy(cost);
    bp_network_destroy(network);
    return 0;
}
