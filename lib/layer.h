/* SPDX-License-Identifier: MIT */
/* Descriptions of layers: what a bp_layer holds, and what a network copies. */
#ifndef BP_LAYER_H
#define BP_LAYER_H

#include "activation.h"
#include "env.h"
#include "name.h"
#include "setting.h"

enum { BP_LAYER_SETTINGS = 10 };

/** In place of a `BP_ACTIVATION_` value: the caller's table. */
enum { BP_ACTIVATION_CUSTOM = -1 };

/** Plain data: copied by assignment. The tables' `name` pointers are not used; the names
 *  are in the two arrays. */
struct bp_layer_spec {
    int32_t kind;       /**< A `BP_LAYER_KIND_` value. */
    int32_t activation; /**< A `BP_ACTIVATION_` value or ::BP_ACTIVATION_CUSTOM. */
    size_t outputs;     /**< Dense: units. */
    double settings[BP_LAYER_SETTINGS];
    struct bp_activation_ops activation_ops;
    char activation_name[BP_NAME_SIZE];
    struct bp_layer_ops layer_ops;
    char layer_name[BP_NAME_SIZE];
};

struct bp_layer {
    struct bp_host host;
    struct bp_text text;
    struct bp_layer_spec spec;
};

/** Whether the kind's way back changes the gradient where it lies. */
bool bp_layer_in_place(int32_t kind);

/** Whether the kind is there in training only: predictions pass it by. */
bool bp_layer_trains_only(int32_t kind);

/** Whether the kind normalises, and so has moments, and a scale and a shift. */
bool bp_layer_normalises(int32_t kind);

/** Whether the layer has an activation, which can be another one. */
bool bp_layer_has_activation(int32_t kind);

double bp_layer_setting(const struct bp_layer_spec *spec, int32_t key);

/** Set a dense layer's defaults; the activation is known. */
void bp_layer_spec_dense(struct bp_layer_spec *spec, size_t outputs, int32_t activation);

#endif
