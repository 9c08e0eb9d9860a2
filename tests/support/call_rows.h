/* SPDX-License-Identifier: MIT */
/*
 * One valid call, or more, of every public function, in a world w (fixtures.h). Each row:
 *
 *     CALL(function, memory, note, expression of type bp_status)
 *
 * memory is ALLOCATES, MAY or NEVER (take memory). Define CALL, then include this file; a
 * lint holds it against backprop.h. Rows start from a fresh world, and all must succeed.
 */

/* 1. Base. */
CALL(bp_version, NEVER, "", bp_version() > 0 ? BP_OK : BP_EINVAL)
CALL(bp_version_text, NEVER, "", is_text(bp_version_text()))
CALL(bp_status_text, NEVER, "", is_text(bp_status_text(BP_ENOMEM)))
CALL(bp_status_text, NEVER, "no status", is_text(bp_status_text(12345)))

/* 3. Activations. */
CALL(bp_activation_name, NEVER, "", is_text(bp_activation_name(BP_ACTIVATION_TANH)))
CALL(bp_activation_find, NEVER, "", bp_activation_find("tanh", &w->out.code))

/* 4. Layers. */
CALL(bp_layer_create_dense, ALLOCATES, "",
     bp_layer_create_dense(3, BP_ACTIVATION_TANH, w->env, &w->out.layer))
CALL(bp_layer_create_activation, ALLOCATES, "",
     bp_layer_create_activation(BP_ACTIVATION_TANH, w->env, &w->out.layer))
CALL(bp_layer_create_dropout, ALLOCATES, "",
     bp_layer_create_dropout(0.5, w->env, &w->out.layer))
CALL(bp_layer_create_noise, ALLOCATES, "",
     bp_layer_create_noise(0.5, w->env, &w->out.layer))
CALL(bp_layer_create_layer_norm, ALLOCATES, "",
     bp_layer_create_layer_norm(w->env, &w->out.layer))
CALL(bp_layer_create_batch_norm, ALLOCATES, "",
     bp_layer_create_batch_norm(w->env, &w->out.layer))
CALL(bp_layer_destroy, NEVER, "", (bp_layer_destroy(WORLD_TAKE(w->dense)), BP_OK))
CALL(bp_layer_destroy, NEVER, "NULL", (bp_layer_destroy(NULL), BP_OK))
CALL(bp_layer_set, NEVER, "", bp_layer_set(w->dense, BP_LAYER_SLOPE, 0.5))
CALL(bp_layer_set, NEVER, "dropout", bp_layer_set(w->drop, BP_LAYER_PROBABILITY, 0.25))
CALL(bp_layer_set, NEVER, "batch norm", bp_layer_set(w->norm, BP_LAYER_MOMENTUM, 0.25))
CALL(bp_layer_get, NEVER, "", bp_layer_get(w->dense, BP_LAYER_SLOPE, &w->out.value))
CALL(bp_layer_error, NEVER, "", is_string(bp_layer_error(w->dense)))

/* 5. Networks. */
CALL(bp_network_create, ALLOCATES, "", bp_network_create(3, w->env, &w->out.network))
CALL(bp_network_destroy, NEVER, "", (bp_network_destroy(WORLD_TAKE(w->open)), BP_OK))
CALL(bp_network_destroy, NEVER, "NULL", (bp_network_destroy(NULL), BP_OK))
CALL(bp_network_error, NEVER, "", is_string(bp_network_error(w->net)))
CALL(bp_network_set, NEVER, "",
     bp_network_set(w->open, BP_NETWORK_PRECISION, BP_PRECISION_F64))
CALL(bp_network_get, NEVER, "",
     bp_network_get(w->net, BP_NETWORK_PRECISION, &w->out.value))
CALL(bp_network_add, ALLOCATES, "first", bp_network_add(w->bare, w->dense))
CALL(bp_network_add, MAY, "second", bp_network_add(w->open, w->shape))
CALL(bp_network_add, MAY, "custom", bp_network_add(w->open, w->own))
CALL(bp_network_add, MAY, "dropout", bp_network_add(w->open, w->drop))
CALL(bp_network_add, MAY, "batch norm", bp_network_add(w->open, w->norm))
CALL(bp_network_add_dense, MAY, "",
     bp_network_add_dense(w->open, 3, BP_ACTIVATION_RELU))
CALL(bp_network_build, ALLOCATES, "", bp_network_build(w->open, 1))
CALL(bp_network_build, ALLOCATES, "callbacks", bp_network_build(w->open_own, 1))
CALL(bp_network_build, ALLOCATES, "batch norm", bp_network_build(w->open_norm, 1))
CALL(bp_network_initialise, ALLOCATES, "batch norm",
     bp_network_initialise(w->net_norm, 2))
CALL(bp_network_initialise, ALLOCATES, "", bp_network_initialise(w->net, 2))
CALL(bp_network_clone, ALLOCATES, "", bp_network_clone(w->net, &w->out.network))
CALL(bp_network_clone, ALLOCATES, "double", bp_network_clone(w->net64, &w->out.network))
CALL(bp_network_clone, ALLOCATES, "callbacks",
     bp_network_clone(w->net_own, &w->out.network))
CALL(bp_network_clone, ALLOCATES, "batch norm",
     bp_network_clone(w->net_norm, &w->out.network))
CALL(bp_network_inputs, NEVER, "", is_size(bp_network_inputs(w->net)))
CALL(bp_network_outputs, NEVER, "", is_size(bp_network_outputs(w->net)))
CALL(bp_network_layers, NEVER, "", is_size(bp_network_layers(w->net)))
CALL(bp_network_parameters, NEVER, "", is_size(bp_network_parameters(w->net)))
CALL(bp_network_layer_info, NEVER, "",
     bp_network_layer_info(w->net, 1, &w->out.layer_info))
CALL(bp_network_parameter_info, NEVER, "",
     bp_network_parameter_info(w->net, 1, BP_PARAMETER_WEIGHT, &w->out.parameter_info))
CALL(bp_network_get_parameter, NEVER, "",
     bp_network_get_parameter(w->net, 1, BP_PARAMETER_WEIGHT, w->out.f, WORLD_WEIGHTS))
CALL(bp_network_get_parameter, NEVER, "double",
     bp_network_get_parameter(w->net64, 1, BP_PARAMETER_WEIGHT, w->out.f, WORLD_WEIGHTS))
CALL(bp_network_get_parameter_f64, NEVER, "",
     bp_network_get_parameter_f64(w->net64, 1, BP_PARAMETER_WEIGHT, w->out.d,
                                  WORLD_WEIGHTS))
CALL(bp_network_set_parameter, NEVER, "",
     bp_network_set_parameter(w->net, 1, BP_PARAMETER_WEIGHT, w->in.f, WORLD_WEIGHTS))
CALL(bp_network_set_parameter_f64, NEVER, "",
     bp_network_set_parameter_f64(w->net, 1, BP_PARAMETER_WEIGHT, w->in.d,
                                  WORLD_WEIGHTS))
CALL(bp_network_get_parameter, NEVER, "running mean",
     bp_network_get_parameter(w->net_norm, 1, BP_PARAMETER_RUNNING_MEAN, w->out.f,
                              WORLD_INPUTS))
CALL(bp_network_set_parameter, NEVER, "running mean",
     bp_network_set_parameter(w->net_norm, 1, BP_PARAMETER_RUNNING_MEAN, w->in.f,
                              WORLD_INPUTS))
CALL(bp_network_get_view, NEVER, "",
     bp_network_get_view(w->net, &w->out.view, &w->out.count))
CALL(bp_network_get_view_f64, NEVER, "",
     bp_network_get_view_f64(w->net64, &w->out.view_f64, &w->out.count))
CALL(bp_network_view_changed, NEVER, "", bp_network_view_changed(w->net))

/* 6. Predict and evaluate. */
CALL(bp_workspace_create, ALLOCATES, "",
     bp_workspace_create(w->net, 4, &w->out.workspace))
CALL(bp_workspace_create, ALLOCATES, "double",
     bp_workspace_create(w->net64, 4, &w->out.workspace))
CALL(bp_workspace_create, ALLOCATES, "callbacks",
     bp_workspace_create(w->net_own, 4, &w->out.workspace))
CALL(bp_workspace_destroy, NEVER, "", (bp_workspace_destroy(WORLD_TAKE(w->ws)), BP_OK))
CALL(bp_workspace_destroy, NEVER, "NULL", (bp_workspace_destroy(NULL), BP_OK))
CALL(bp_workspace_error, NEVER, "", is_string(bp_workspace_error(w->ws)))
CALL(bp_network_predict, NEVER, "one row",
     bp_network_predict(w->net, w->ws, w->in.f, WORLD_INPUTS, w->out.f, WORLD_OUTPUTS))
CALL(bp_network_predict, NEVER, "more rows than the workspace has",
     bp_network_predict(w->net, w->ws, w->in.f, 5 * WORLD_INPUTS, w->out.f,
                        5 * WORLD_OUTPUTS))
CALL(bp_network_predict, NEVER, "double",
     bp_network_predict(w->net64, w->ws64, w->in.f, WORLD_INPUTS, w->out.f,
                        WORLD_OUTPUTS))
CALL(bp_network_predict, NEVER, "no row",
     bp_network_predict(w->net, w->ws, w->in.f, 0, w->out.f, 0))
CALL(bp_network_predict, NEVER, "batch norm",
     bp_network_predict(w->net_norm, w->ws_norm, w->in.f, WORLD_INPUTS, w->out.f,
                        WORLD_OUTPUTS))
CALL(bp_network_predict_f64, NEVER, "",
     bp_network_predict_f64(w->net64, w->ws64, w->in.d, 3 * WORLD_INPUTS, w->out.d,
                            3 * WORLD_OUTPUTS))
CALL(bp_network_predict_f64, NEVER, "float",
     bp_network_predict_f64(w->net, w->ws, w->in.d, 3 * WORLD_INPUTS, w->out.d,
                            3 * WORLD_OUTPUTS))
CALL(bp_network_predict, NEVER, "callbacks",
     bp_network_predict(w->net_own, w->ws_own, w->in.f, 3 * WORLD_INPUTS, w->out.f,
                        3 * WORLD_OUTPUTS))
CALL(bp_network_classify, NEVER, "",
     bp_network_classify(w->net, w->ws, w->in.f, 5 * WORLD_INPUTS, w->out.i, 5))
CALL(bp_network_evaluate, NEVER, "",
     bp_network_evaluate(w->net, w->ws, w->cost, w->data, &w->out.evaluation))
CALL(bp_network_evaluate, NEVER, "labels, double",
     bp_network_evaluate(w->net64, w->ws64, w->cost, w->labelled, &w->out.evaluation))
CALL(bp_network_evaluate, NEVER, "huber",
     bp_network_evaluate(w->net, w->ws, w->huber, w->data, &w->out.evaluation))
CALL(bp_network_evaluate, NEVER, "callbacks",
     bp_network_evaluate(w->net_own, w->ws_own, w->cost_own, w->data,
                         &w->out.evaluation))

/* 7. Costs. */
CALL(bp_cost_name, NEVER, "", is_text(bp_cost_name(BP_COST_MSE)))
CALL(bp_cost_find, NEVER, "", bp_cost_find("mse", &w->out.code))
CALL(bp_cost_create, ALLOCATES, "", bp_cost_create(BP_COST_MSE, w->env, &w->out.cost))
CALL(bp_cost_destroy, NEVER, "", (bp_cost_destroy(WORLD_TAKE(w->huber)), BP_OK))
CALL(bp_cost_destroy, NEVER, "NULL", (bp_cost_destroy(NULL), BP_OK))
CALL(bp_cost_error, NEVER, "", is_string(bp_cost_error(w->cost)))
CALL(bp_cost_set, NEVER, "smoothing", bp_cost_set(w->cost, BP_COST_SMOOTHING, 0.25))
CALL(bp_cost_set, NEVER, "", bp_cost_set(w->huber, BP_COST_SCALE, 2))
CALL(bp_cost_get, NEVER, "", bp_cost_get(w->huber, BP_COST_SCALE, &w->out.value))

/* 8. Optimizers. */
CALL(bp_optimizer_create, ALLOCATES, "",
     bp_optimizer_create(BP_OPTIMIZER_SGD, w->env, &w->out.optimizer))
CALL(bp_optimizer_destroy, NEVER, "", (bp_optimizer_destroy(WORLD_TAKE(w->sgd)), BP_OK))
CALL(bp_optimizer_destroy, NEVER, "NULL", (bp_optimizer_destroy(NULL), BP_OK))
CALL(bp_optimizer_error, NEVER, "", is_string(bp_optimizer_error(w->sgd)))
CALL(bp_optimizer_set, NEVER, "", bp_optimizer_set(w->sgd, BP_OPTIMIZER_RATE, 0.5))
CALL(bp_optimizer_get, NEVER, "",
     bp_optimizer_get(w->sgd, BP_OPTIMIZER_RATE, &w->out.value))

/* 9. Trainers. */
CALL(bp_trainer_create, ALLOCATES, "",
     bp_trainer_create(w->net, w->cost, w->sgd, &w->out.trainer))
CALL(bp_trainer_destroy, NEVER, "", (bp_trainer_destroy(WORLD_TAKE(w->trainer)), BP_OK))
CALL(bp_trainer_destroy, NEVER, "NULL", (bp_trainer_destroy(NULL), BP_OK))
CALL(bp_trainer_error, NEVER, "", is_string(bp_trainer_error(w->trainer)))
CALL(bp_trainer_set, NEVER, "", bp_trainer_set(w->fresh, BP_TRAINER_BATCH, 3))
CALL(bp_trainer_get, NEVER, "",
     bp_trainer_get(w->fresh, BP_TRAINER_BATCH, &w->out.value))
CALL(bp_trainer_set_layer, NEVER, "",
     bp_trainer_set_layer(w->trainer, 1, BP_TRAINER_LAYER_FROZEN, 1))
CALL(bp_trainer_get_layer, NEVER, "",
     bp_trainer_get_layer(w->trainer, 1, BP_TRAINER_LAYER_FROZEN, &w->out.value))
CALL(bp_trainer_build, ALLOCATES, "", bp_trainer_build(w->fresh, 1))
CALL(bp_trainer_get_optimizer, NEVER, "",
     bp_trainer_get_optimizer(w->trainer) != NULL ? BP_OK : BP_EINVAL)
CALL(bp_trainer_set_schedule, NEVER, "",
     bp_trainer_set_schedule(w->fresh, w->falling))
CALL(bp_trainer_set_schedule, NEVER, "NULL", bp_trainer_set_schedule(w->numbers, NULL))
CALL(bp_trainer_get_rate, NEVER, "", bp_trainer_get_rate(w->numbers, &w->out.value))
CALL(bp_trainer_observe, NEVER, "", bp_trainer_observe(w->numbers, 0.5))
CALL(bp_trainer_position, NEVER, "", bp_trainer_position(w->trainer, &w->out.position))
CALL(bp_trainer_step, NEVER, "",
     bp_trainer_step(w->trainer, w->in.f, WORLD_INPUTS, w->in.targets, WORLD_OUTPUTS,
                     &w->out.value))
CALL(bp_trainer_step, NEVER, "L-BFGS",
     bp_trainer_step(w->lines, w->in.f, 2 * WORLD_INPUTS, w->in.targets,
                     2 * WORLD_OUTPUTS, &w->out.value))
CALL(bp_trainer_step, NEVER, "double",
     bp_trainer_step(w->trainer64, w->in.f, WORLD_INPUTS, w->in.targets, WORLD_OUTPUTS,
                     &w->out.value))
CALL(bp_trainer_step, NEVER, "batch norm",
     bp_trainer_step(w->trainer_norm, w->in.f, 2 * WORLD_INPUTS, w->in.targets,
                     2 * WORLD_OUTPUTS, &w->out.value))
CALL(bp_trainer_step_f64, NEVER, "",
     bp_trainer_step_f64(w->trainer64, w->in.d, WORLD_INPUTS, w->in.targets_f64,
                         WORLD_OUTPUTS, &w->out.value))
CALL(bp_trainer_step_f64, NEVER, "float",
     bp_trainer_step_f64(w->trainer, w->in.d, WORLD_INPUTS, w->in.targets_f64,
                         WORLD_OUTPUTS, NULL))
CALL(bp_trainer_step_labels, NEVER, "",
     bp_trainer_step_labels(w->trainer, w->in.f, 2 * WORLD_INPUTS, w->in.labels, 2,
                            &w->out.value))
CALL(bp_trainer_step_labels, NEVER, "callbacks",
     bp_trainer_step_labels(w->trainer_own, w->in.f, 2 * WORLD_INPUTS, w->in.labels, 2,
                            &w->out.value))
CALL(bp_trainer_gradient, NEVER, "",
     bp_trainer_gradient(w->trainer, w->in.f, WORLD_INPUTS, w->in.targets, WORLD_OUTPUTS,
                         &w->out.value))
CALL(bp_trainer_gradient_f64, NEVER, "",
     bp_trainer_gradient_f64(w->trainer64, w->in.d, WORLD_INPUTS, w->in.targets_f64,
                             WORLD_OUTPUTS, &w->out.value))
CALL(bp_trainer_gradient_labels, NEVER, "",
     bp_trainer_gradient_labels(w->trainer, w->in.f, WORLD_INPUTS, w->in.labels, 1,
                                &w->out.value))
CALL(bp_trainer_update, NEVER, "", bp_trainer_update(w->ready))
CALL(bp_trainer_get_gradient, NEVER, "",
     bp_trainer_get_gradient(w->ready, 1, BP_PARAMETER_WEIGHT, w->out.f, WORLD_WEIGHTS))
CALL(bp_trainer_get_gradient_f64, NEVER, "",
     bp_trainer_get_gradient_f64(w->ready, 1, BP_PARAMETER_WEIGHT, w->out.d,
                                 WORLD_WEIGHTS))
CALL(bp_trainer_get_gradient_view, NEVER, "",
     bp_trainer_get_gradient_view(w->ready, &w->out.view, &w->out.count))
CALL(bp_trainer_get_gradient_view_f64, NEVER, "",
     bp_trainer_get_gradient_view_f64(w->trainer64, &w->out.view_f64, &w->out.count))
CALL(bp_trainer_get_state, NEVER, "",
     bp_trainer_get_state(w->trainer, 1, BP_PARAMETER_WEIGHT, BP_STATE_MOMENTUM,
                          w->out.d, WORLD_WEIGHTS))
CALL(bp_trainer_set_state, NEVER, "",
     bp_trainer_set_state(w->trainer, 1, BP_PARAMETER_WEIGHT, BP_STATE_MOMENTUM, w->in.d,
                          WORLD_WEIGHTS))
CALL(bp_trainer_get_number, NEVER, "",
     bp_trainer_get_number(w->trainer, BP_NUMBER_STEP, &w->out.value))
CALL(bp_trainer_set_number, NEVER, "",
     bp_trainer_set_number(w->trainer, BP_NUMBER_STEP, 7))
CALL(bp_trainer_epoch, ALLOCATES, "first",
     bp_trainer_epoch(w->trainer, w->data, &w->out.value))
CALL(bp_trainer_epoch, ALLOCATES, "labels, double",
     bp_trainer_epoch(w->trainer64, w->labelled, NULL))
CALL(bp_trainer_epoch, ALLOCATES, "batch norm",
     bp_trainer_epoch(w->trainer_norm, w->data, NULL))
CALL(bp_trainer_fit, ALLOCATES, "first",
     bp_trainer_fit(w->trainer, w->data, 2, NULL, NULL))

/* 10. Proof of a gradient. */
CALL(bp_gradient_options_init, NEVER, "",
     bp_gradient_options_init(&w->out.gradient_options))
CALL(bp_gradient_check, ALLOCATES, "",
     bp_gradient_check(w->trainer, w->data, NULL, &w->out.report))
CALL(bp_gradient_check, ALLOCATES, "double",
     bp_gradient_check(w->trainer64, w->labelled, NULL, &w->out.report))
CALL(bp_gradient_check, ALLOCATES, "callbacks",
     bp_gradient_check(w->trainer_own, w->data, NULL, &w->out.report))
CALL(bp_gradient_check, ALLOCATES, "batch norm",
     bp_gradient_check(w->trainer_norm, w->data, NULL, &w->out.report))

/* 11. Data sets. */
CALL(bp_dataset_create, ALLOCATES, "", bp_dataset_create(w->env, &w->out.dataset))
CALL(bp_dataset_destroy, NEVER, "", (bp_dataset_destroy(WORLD_TAKE(w->csv)), BP_OK))
CALL(bp_dataset_destroy, NEVER, "NULL", (bp_dataset_destroy(NULL), BP_OK))
CALL(bp_dataset_error, NEVER, "", is_string(bp_dataset_error(w->data)))
CALL(bp_dataset_set_inputs, ALLOCATES, "",
     bp_dataset_set_inputs(w->empty, w->in.f, 4, 3, 5))
CALL(bp_dataset_set_inputs_borrow, MAY, "",
     bp_dataset_set_inputs_borrow(w->empty, w->in.f, 4, 3, 5))
CALL(bp_dataset_set_targets, ALLOCATES, "",
     bp_dataset_set_targets(w->inputs, w->in.f, WORLD_ROWS, 3, 3))
CALL(bp_dataset_set_targets_borrow, MAY, "",
     bp_dataset_set_targets_borrow(w->empty, w->in.f, WORLD_ROWS, 3, 3))
CALL(bp_dataset_set_labels, ALLOCATES, "",
     bp_dataset_set_labels(w->inputs, w->in.labels, WORLD_ROWS, WORLD_OUTPUTS))
CALL(bp_csv_options_init, NEVER, "", bp_csv_options_init(&w->out.csv_options))
CALL(bp_dataset_read_csv, ALLOCATES, "", bp_dataset_read_csv(w->empty, "data.csv", NULL))
CALL(bp_dataset_read_csv, ALLOCATES, "numbers",
     bp_dataset_read_csv(w->empty, "data.csv", &w->csv_numbers))
CALL(bp_dataset_read_csv, ALLOCATES, "many rows and classes",
     bp_dataset_read_csv(w->empty, "long.csv", NULL))
#ifdef BP_WITH_ZLIB
CALL(bp_dataset_read_csv, ALLOCATES, "gzip",
     bp_dataset_read_csv(w->empty, "data.csv.gz", NULL))
#endif
CALL(bp_dataset_parse_csv, ALLOCATES, "",
     bp_dataset_parse_csv(w->empty, world_csv, strlen(world_csv), NULL))
CALL(bp_dataset_parse_csv, ALLOCATES, "words",
     bp_dataset_parse_csv(w->empty, world_csv, strlen(world_csv), &w->csv_words))
CALL(bp_dataset_parse_csv, ALLOCATES, "words that are given",
     bp_dataset_parse_csv(w->empty, world_csv, strlen(world_csv), &w->csv_given))
CALL(bp_dataset_read_idx, ALLOCATES, "",
     bp_dataset_read_idx(w->empty, "images", "labels"))
CALL(bp_dataset_read_idx, ALLOCATES, "no labels",
     bp_dataset_read_idx(w->empty, "images", NULL))
CALL(bp_dataset_parse_idx, ALLOCATES, "",
     bp_dataset_parse_idx(w->empty, world_images, WORLD_IMAGES_SIZE, world_labels,
                          WORLD_LABELS_SIZE))
CALL(bp_dataset_read_npy, ALLOCATES, "",
     bp_dataset_read_npy(w->empty, "inputs.npy", "labels.npy"))
CALL(bp_dataset_read_npy, ALLOCATES, "numbers",
     bp_dataset_read_npy(w->empty, "inputs.npy", "inputs.npy"))
CALL(bp_dataset_parse_npy, ALLOCATES, "",
     bp_dataset_parse_npy(w->empty, world_inputs_npy, WORLD_INPUTS_NPY_SIZE, NULL, 0))
CALL(bp_dataset_generate, ALLOCATES, "",
     bp_dataset_generate(w->empty, BP_GENERATE_MOONS, 10, 0.125, 1))
CALL(bp_dataset_one_hot, ALLOCATES, "", bp_dataset_one_hot(w->labelled, 0, 1))
CALL(bp_dataset_one_hot_input, ALLOCATES, "", bp_dataset_one_hot_input(w->indexed, 1, 3))
CALL(bp_dataset_shuffle, ALLOCATES, "", bp_dataset_shuffle(w->data, 3))
CALL(bp_dataset_split, ALLOCATES, "ordered",
     bp_dataset_split(w->data, 0.25, BP_SPLIT_ORDERED, 1, &w->out.dataset,
                      &w->out.second))
CALL(bp_dataset_split, ALLOCATES, "shuffled",
     bp_dataset_split(w->data, 0.25, BP_SPLIT_SHUFFLED, 1, &w->out.dataset,
                      &w->out.second))
CALL(bp_dataset_split, ALLOCATES, "stratified",
     bp_dataset_split(w->data, 0.25, BP_SPLIT_STRATIFIED, 1, &w->out.dataset,
                      &w->out.second))
CALL(bp_dataset_fold, ALLOCATES, "stratified",
     bp_dataset_fold(w->data,
                     &(const bp_fold){sizeof(bp_fold), BP_SPLIT_STRATIFIED, 3, 1, 1},
                     &w->out.dataset, &w->out.second))
CALL(bp_dataset_fold, ALLOCATES, "as they lie",
     bp_dataset_fold(w->slice,
                     &(const bp_fold){sizeof(bp_fold), BP_SPLIT_ORDERED, 3, 2, 1},
                     &w->out.dataset, &w->out.second))
CALL(bp_dataset_slice, ALLOCATES, "", bp_dataset_slice(w->data, 1, 3, &w->out.dataset))
CALL(bp_dataset_rows, NEVER, "", is_size(bp_dataset_rows(w->data)))
CALL(bp_dataset_inputs, NEVER, "", is_size(bp_dataset_inputs(w->data)))
CALL(bp_dataset_outputs, NEVER, "", is_size(bp_dataset_outputs(w->data)))
CALL(bp_dataset_classes, NEVER, "", is_size(bp_dataset_classes(w->data)))
CALL(bp_dataset_dropped, NEVER, "",
     bp_dataset_dropped(w->data) == 0 ? BP_OK : BP_EINVAL)
CALL(bp_dataset_class_name, NEVER, "", is_text(bp_dataset_class_name(w->csv, 1)))
CALL(bp_dataset_input_name, NEVER, "", is_text(bp_dataset_input_name(w->csv, 1)))
CALL(bp_dataset_get_inputs, NEVER, "",
     bp_dataset_get_inputs(w->data, 1, w->out.f, WORLD_INPUTS))
CALL(bp_dataset_get_targets, NEVER, "",
     bp_dataset_get_targets(w->data, 1, w->out.f, WORLD_OUTPUTS))
CALL(bp_dataset_set_weights, ALLOCATES, "",
     bp_dataset_set_weights(w->data, (const float[WORLD_ROWS]){1, 2}, WORLD_ROWS))
CALL(bp_dataset_weigh_classes, ALLOCATES, "balanced",
     bp_dataset_weigh_classes(w->data, NULL, WORLD_OUTPUTS))
CALL(bp_dataset_weigh_classes, ALLOCATES, "",
     bp_dataset_weigh_classes(w->labelled, (const float[WORLD_OUTPUTS]){1, 2},
                              WORLD_OUTPUTS))
CALL(bp_dataset_get_weight, NEVER, "", bp_dataset_get_weight(w->data, 1, w->out.f))
CALL(bp_dataset_get_label, NEVER, "", bp_dataset_get_label(w->data, 1, &w->out.code))
CALL(bp_scaler_create, ALLOCATES, "",
     bp_scaler_create(BP_SCALING_STANDARD, w->env, &w->out.scaler))
CALL(bp_scaler_destroy, NEVER, "", (bp_scaler_destroy(WORLD_TAKE(w->fitted)), BP_OK))
CALL(bp_scaler_destroy, NEVER, "NULL", (bp_scaler_destroy(NULL), BP_OK))
CALL(bp_scaler_error, NEVER, "", is_string(bp_scaler_error(w->fitted)))
CALL(bp_scaler_fit, ALLOCATES, "first", bp_scaler_fit(w->unfitted, w->data))
CALL(bp_scaler_fit, ALLOCATES, "other width", bp_scaler_fit(w->fitted, w->csv))
CALL(bp_scaler_apply, NEVER, "own memory", bp_scaler_apply(w->fitted, w->labelled))
CALL(bp_scaler_apply, ALLOCATES, "shared", bp_scaler_apply(w->fitted, w->slice))
CALL(bp_scaler_apply, ALLOCATES, "borrowed", bp_scaler_apply(w->fitted, w->borrowed))
CALL(bp_scaler_transform, NEVER, "",
     bp_scaler_transform(w->fitted, w->in.f, 2 * WORLD_INPUTS))
CALL(bp_scaler_get, NEVER, "",
     bp_scaler_get(w->fitted, 1, &w->out.value, &w->out.value2))

/* 12. Operations of your own. */
CALL(bp_layer_set_activation, NEVER, "",
     bp_layer_set_activation(w->dense, &w->activation_ops))
CALL(bp_layer_create_custom, ALLOCATES, "",
     bp_layer_create_custom(&w->layer_ops, w->env, &w->out.layer))
CALL(bp_cost_create_custom, ALLOCATES, "",
     bp_cost_create_custom(&w->cost_ops, w->env, &w->out.cost))

/* 13. Schedules of the learning rate. */
CALL(bp_schedule_create, ALLOCATES, "",
     bp_schedule_create(BP_SCHEDULE_COSINE, w->env, &w->out.schedule))
CALL(bp_schedule_create_custom, ALLOCATES, "",
     bp_schedule_create_custom(world_rate, NULL, w->env, &w->out.schedule))
CALL(bp_schedule_destroy, NEVER, "", (bp_schedule_destroy(WORLD_TAKE(w->falling)), BP_OK))
CALL(bp_schedule_destroy, NEVER, "NULL", (bp_schedule_destroy(NULL), BP_OK))
CALL(bp_schedule_error, NEVER, "", is_string(bp_schedule_error(w->falling)))
CALL(bp_schedule_set, NEVER, "", bp_schedule_set(w->falling, BP_SCHEDULE_GAMMA, 0.5))
CALL(bp_schedule_get, NEVER, "",
     bp_schedule_get(w->falling, BP_SCHEDULE_GAMMA, &w->out.value))
CALL(bp_schedule_set_milestones, NEVER, "",
     bp_schedule_set_milestones(w->falling, (const uint64_t[]){1, 2}, 2))
CALL(bp_schedule_rate, NEVER, "", bp_schedule_rate(w->falling, 0.5, 9, &w->out.value))

/* 14. Explanation. */
CALL(bp_trace_create, ALLOCATES, "", bp_trace_create(w->net, w->cost, &w->out.trace))
CALL(bp_trace_destroy, NEVER, "", (bp_trace_destroy(WORLD_TAKE(w->trace)), BP_OK))
CALL(bp_trace_destroy, NEVER, "NULL", (bp_trace_destroy(NULL), BP_OK))
CALL(bp_trace_error, NEVER, "", is_string(bp_trace_error(w->trace)))
CALL(bp_trace_set_mode, NEVER, "", bp_trace_set_mode(w->trace, BP_MODE_TRAIN, 7, 3))
CALL(bp_trace_run, ALLOCATES, "first",
     bp_trace_run(w->trace_fresh, w->in.f, WORLD_INPUTS, w->in.targets, WORLD_OUTPUTS))
CALL(bp_trace_run, ALLOCATES, "again",
     bp_trace_run(w->trace, w->in.f, WORLD_INPUTS, w->in.targets, WORLD_OUTPUTS))
CALL(bp_trace_run_f64, ALLOCATES, "",
     bp_trace_run_f64(w->trace_huber, w->in.d, WORLD_INPUTS, w->in.targets_f64,
                      WORLD_OUTPUTS))
CALL(bp_trace_run_labels, ALLOCATES, "",
     bp_trace_run_labels(w->trace_fresh, w->in.f, WORLD_INPUTS, w->in.labels, 1))
CALL(bp_trace_run_data, ALLOCATES, "callbacks",
     bp_trace_run_data(w->trace_own, w->data, 1, 3))
CALL(bp_trace_get_info, NEVER, "", bp_trace_get_info(w->trace, &w->out.trace_info))
CALL(bp_trace_get_layer, NEVER, "", bp_trace_get_layer(w->trace, 1, &w->out.trace_layer))
CALL(bp_trace_get_values, NEVER, "",
     bp_trace_get_values(w->trace, 1, 1, BP_TRACE_COST_Z, w->out.d, WORLD_OUTPUTS))
CALL(bp_trace_get_costs, NEVER, "", bp_trace_get_costs(w->trace, w->out.d, 2))
CALL(bp_trace_get_gradient, NEVER, "",
     bp_trace_get_gradient(w->trace, 1, BP_PARAMETER_WEIGHT, w->out.d, WORLD_WEIGHTS))
CALL(bp_trace_get_row_gradient, NEVER, "",
     bp_trace_get_row_gradient(w->trace, 1, 1, BP_PARAMETER_BIAS, w->out.d,
                               WORLD_OUTPUTS))
CALL(bp_trace_get_jacobian, NEVER, "",
     bp_trace_get_jacobian(w->trace, 1, 1, 0, w->out.d, WORLD_OUTPUTS))
CALL(bp_trace_get_jacobian, NEVER, "callbacks",
     bp_trace_get_jacobian(w->trace_own, 1, 1, 0, w->out.d, WORLD_OUTPUTS))
CALL(bp_trace_get_chain, NEVER, "",
     bp_trace_get_chain(w->trace, &w->connection, &w->out.chain))
CALL(bp_trace_get_terms, NEVER, "",
     bp_trace_get_terms(w->trace, &w->connection, w->out.d, WORLD_OUTPUTS))
CALL(bp_trace_find_paths, ALLOCATES, "",
     bp_trace_find_paths(w->trace, &w->connection, 5, &w->out.paths))
CALL(bp_trace_get_path, NEVER, "", bp_trace_get_path(w->trace, 0, &w->out.path))
CALL(bp_trace_nudge, NEVER, "",
     bp_trace_nudge(w->trace, &w->connection, 0.5, &w->out.nudge))
CALL(bp_trace_get_nudge, NEVER, "",
     bp_trace_get_nudge(w->trace, 1, BP_TRACE_A, w->out.d, w->out.d + WORLD_OUTPUTS,
                        WORLD_OUTPUTS))
CALL(bp_influence_options_init, NEVER, "",
     bp_influence_options_init(&w->out.influence_options))
CALL(bp_trace_find_influences, ALLOCATES, "",
     bp_trace_find_influences(w->trace, NULL, 3, &w->out.count))
CALL(bp_trace_find_influences, ALLOCATES, "changes",
     bp_trace_find_influences(w->trace, &w->changes, 3, &w->out.count))
CALL(bp_trace_get_influence, NEVER, "",
     bp_trace_get_influence(w->trace, 0, &w->out.influence))
CALL(bp_recorder_options_init, NEVER, "",
     bp_recorder_options_init(&w->out.recorder_options))
CALL(bp_recorder_create, ALLOCATES, "", bp_recorder_create(w->trainer, &w->out.recorder))
CALL(bp_recorder_destroy, NEVER, "",
     (bp_recorder_destroy(WORLD_TAKE(w->recorder)), BP_OK))
CALL(bp_recorder_destroy, NEVER, "NULL", (bp_recorder_destroy(NULL), BP_OK))
CALL(bp_recorder_error, NEVER, "", is_string(bp_recorder_error(w->recorder)))
CALL(bp_recorder_start, ALLOCATES, "", bp_recorder_start(w->recorder_fresh, NULL))
CALL(bp_recorder_start, ALLOCATES, "all", bp_recorder_start(w->recorder, &w->record))
CALL(bp_recorder_progress, NEVER, "",
     bp_recorder_progress(&(const bp_progress){.struct_size = sizeof(bp_progress),
                                               .event = BP_EVENT_EPOCH},
                          w->recorder) == 0
         ? BP_OK
         : BP_EINVAL)
CALL(bp_recorder_samples, NEVER, "", is_size(bp_recorder_samples(w->recorder)))
CALL(bp_recorder_columns, NEVER, "", is_size(bp_recorder_columns(w->recorder)))
CALL(bp_recorder_column_name, NEVER, "",
     is_text(bp_recorder_column_name(w->recorder, 3)))
CALL(bp_recorder_get_value, NEVER, "",
     bp_recorder_get_value(w->recorder, 1, 3, &w->out.value))
CALL(bp_recorder_write, NEVER, "CSV",
     bp_recorder_write(w->recorder, BP_RECORD_CSV, ignore_bytes, NULL))
CALL(bp_recorder_write, NEVER, "JSON",
     bp_recorder_write(w->recorder, BP_RECORD_JSON_LINES, ignore_bytes, NULL))
CALL(bp_picture_options_init, NEVER, "",
     bp_picture_options_init(&w->out.picture_options))
CALL(bp_network_draw, ALLOCATES, "network",
     bp_network_draw(w->net, BP_PICTURE_NETWORK, NULL, ignore_bytes, NULL))
CALL(bp_network_draw, ALLOCATES, "callbacks, JSON",
     bp_network_draw(w->net_own, BP_PICTURE_JSON, NULL, ignore_bytes, NULL))
CALL(bp_network_draw, ALLOCATES, "weights",
     bp_network_draw(w->net, BP_PICTURE_WEIGHTS, NULL, ignore_bytes, NULL))
CALL(bp_network_draw, ALLOCATES, "regions",
     bp_network_draw(w->other, BP_PICTURE_REGIONS, &w->plane_picture, ignore_bytes,
                     NULL))
CALL(bp_trace_draw, NEVER, "influence",
     bp_trace_draw(w->trace, BP_PICTURE_INFLUENCE, NULL, NULL, ignore_bytes, NULL))
CALL(bp_trace_draw, NEVER, "histograms",
     bp_trace_draw(w->trace, BP_PICTURE_HISTOGRAMS, NULL, NULL, ignore_bytes, NULL))
CALL(bp_recorder_draw, NEVER, "curves",
     bp_recorder_draw(w->recorder, BP_PICTURE_CURVES, NULL, ignore_bytes, NULL))
CALL(bp_recorder_draw, NEVER, "regions",
     bp_recorder_draw(w->recorder, BP_PICTURE_REGIONS, NULL, ignore_bytes, NULL))
CALL(bp_metrics_draw, NEVER, "", bp_metrics_draw(w->metrics, NULL, ignore_bytes, NULL))
CALL(bp_lines_draw, NEVER, "",
     bp_lines_draw(&(bp_line){.struct_size = sizeof(bp_line),
                                .frame = "cost",
                                .name = "training",
                                .x = (const double[]){1, 2},
                                .y = (const double[]){2, 1},
                                .count = 2},
                    1, "epoch", NULL, ignore_bytes, NULL))
CALL(bp_trace_draw, NEVER, "network",
     bp_trace_draw(w->trace, BP_PICTURE_NETWORK, NULL, NULL, ignore_bytes, NULL))
CALL(bp_trace_draw, NEVER, "chain",
     bp_trace_draw(w->trace, BP_PICTURE_CHAIN, &w->connection, NULL, ignore_bytes, NULL))
CALL(bp_trace_draw, ALLOCATES, "paths",
     bp_trace_draw(w->trace, BP_PICTURE_PATHS, &w->connection, NULL, ignore_bytes, NULL))
CALL(bp_trace_draw, NEVER, "nudge",
     bp_trace_draw(w->trace, BP_PICTURE_NUDGE, &w->connection, NULL, ignore_bytes, NULL))
CALL(bp_trace_draw, NEVER, "DOT, callbacks",
     bp_trace_draw(w->trace_own, BP_PICTURE_DOT, NULL, NULL, ignore_bytes, NULL))
CALL(bp_trace_draw, NEVER, "JSON",
     bp_trace_draw(w->trace, BP_PICTURE_JSON, NULL, NULL, ignore_bytes, NULL))

/* 15. Models in files. */
CALL(bp_save_options_init, NEVER, "", bp_save_options_init(&w->out.save_options))
CALL(bp_network_save, ALLOCATES, "", bp_network_save(w->net, "net.model", &w->save_all))
CALL(bp_network_save, ALLOCATES, "alone", bp_network_save(w->net64, "net.model", NULL))
CALL(bp_network_save, ALLOCATES, "callbacks",
     bp_network_save(w->net_own, "own.model", &w->save_own))
CALL(bp_network_save_memory, ALLOCATES, "",
     bp_network_save_memory(w->net, &w->save_all, w->out.bytes, WORLD_MODEL_SIZE,
                            &w->out.count))
CALL(bp_load_options_init, NEVER, "", bp_load_options_init(&w->out.load_options))
CALL(bp_bundle_create, ALLOCATES, "", bp_bundle_create(w->env, &w->out.bundle))
CALL(bp_bundle_destroy, NEVER, "", (bp_bundle_destroy(WORLD_TAKE(w->loaded)), BP_OK))
CALL(bp_bundle_destroy, NEVER, "NULL", (bp_bundle_destroy(NULL), BP_OK))
CALL(bp_bundle_error, NEVER, "", is_string(bp_bundle_error(w->nothing)))
CALL(bp_bundle_load, ALLOCATES, "", bp_bundle_load(w->nothing, "net.model", NULL))
CALL(bp_bundle_load, ALLOCATES, "callbacks",
     bp_bundle_load(w->nothing, "own.model", &w->load_own))
CALL(bp_bundle_load_memory, ALLOCATES, "",
     bp_bundle_load_memory(w->nothing,
                           failing_env_find_file(&w->host, "net.model")->bytes,
                           failing_env_find_file(&w->host, "net.model")->size, NULL))
CALL(bp_bundle_get_network, NEVER, "",
     bp_bundle_get_network(w->loaded) != NULL ? BP_OK : BP_EINVAL)
CALL(bp_bundle_get_cost, NEVER, "",
     bp_bundle_get_cost(w->loaded) != NULL ? BP_OK : BP_EINVAL)
CALL(bp_bundle_get_scaler, NEVER, "",
     bp_bundle_get_scaler(w->loaded) != NULL ? BP_OK : BP_EINVAL)
CALL(bp_bundle_classes, NEVER, "", is_size(bp_bundle_classes(w->loaded)))
CALL(bp_bundle_class_name, NEVER, "", is_text(bp_bundle_class_name(w->loaded, 1)))
CALL(bp_bundle_input_name, NEVER, "", is_text(bp_bundle_input_name(w->loaded, 1)))
CALL(bp_import_options_init, NEVER, "",
     bp_import_options_init(&w->out.import_options))
CALL(bp_network_import, ALLOCATES, "", bp_network_import(w->net, "net.import", NULL))
CALL(bp_network_import_memory, ALLOCATES, "names",
     bp_network_import_memory(w->net64, world_import, WORLD_IMPORT_SIZE, &w->import))
CALL(bp_network_export_onnx, ALLOCATES, "",
     bp_network_export_onnx(w->net64, "net.onnx", &w->save_all))
CALL(bp_network_export_onnx_memory, ALLOCATES, "",
     bp_network_export_onnx_memory(w->net, NULL, w->out.bytes, WORLD_MODEL_SIZE,
                                   &w->out.count))
CALL(bp_network_export_c, ALLOCATES, "",
     bp_network_export_c(w->net, "folder", "net", &w->save_all))
CALL(bp_network_export_c, ALLOCATES, "double",
     bp_network_export_c(w->net64, "folder", "net", NULL))
CALL(bp_network_export_c_int8, ALLOCATES, "",
     bp_network_export_c_int8(w->net, "folder", "net", w->data, &w->save_all, NULL))

/* 13. Metrics. */
CALL(bp_metric_name, NEVER, "", is_text(bp_metric_name(BP_METRIC_F1)))
CALL(bp_metric_higher_is_better, NEVER, "",
     bp_metric_higher_is_better(BP_METRIC_F1) == 1 ? BP_OK : BP_EINVAL)
CALL(bp_metrics_create, ALLOCATES, "", bp_metrics_create(3, w->env, &w->out.metrics))
CALL(bp_metrics_destroy, NEVER, "", (bp_metrics_destroy(WORLD_TAKE(w->blank)), BP_OK))
CALL(bp_metrics_destroy, NEVER, "NULL", (bp_metrics_destroy(NULL), BP_OK))
CALL(bp_metrics_error, NEVER, "", is_string(bp_metrics_error(w->blank)))
CALL(bp_metrics_set, NEVER, "", bp_metrics_set(w->blank, BP_METRICS_TOP_K, 1))
CALL(bp_metrics_get, NEVER, "",
     bp_metrics_get(w->blank, BP_METRICS_TOP_K, &w->out.value))
CALL(bp_metrics_add_labels, NEVER, "",
     bp_metrics_add_labels(w->blank, w->in.f, 2 * WORLD_OUTPUTS, w->in.labels, NULL, 2))
CALL(bp_metrics_add_labels, NEVER, "no row",
     bp_metrics_add_labels(w->blank, w->in.f, 0, w->in.labels, NULL, 0))
CALL(bp_metrics_add_labels, ALLOCATES, "scores",
     bp_metrics_add_labels(w->metrics, w->in.f, 4 * WORLD_OUTPUTS, w->in.labels, NULL,
                           4))
CALL(bp_metrics_add_labels_f64, NEVER, "",
     bp_metrics_add_labels_f64(w->blank, w->in.d, 2 * WORLD_OUTPUTS, w->in.labels, NULL,
                               2))
CALL(bp_metrics_add_targets, NEVER, "",
     bp_metrics_add_targets(w->blank, w->in.f, 2 * WORLD_OUTPUTS, w->in.targets, NULL, 2))
CALL(bp_metrics_add_targets_f64, NEVER, "",
     bp_metrics_add_targets_f64(w->blank, w->in.d, 2 * WORLD_OUTPUTS, w->in.targets_f64,
                                NULL, 2))
CALL(bp_metrics_merge, NEVER, "", bp_metrics_merge(w->blank, w->measured))
CALL(bp_metrics_reset, NEVER, "", bp_metrics_reset(w->metrics))
CALL(bp_metrics_value, NEVER, "",
     bp_metrics_value(w->metrics, BP_METRIC_ROC_AUC, BP_INDEX_ALL, &w->out.value))
CALL(bp_metrics_confusion, NEVER, "",
     bp_metrics_confusion(w->metrics, 1, 0, &w->out.value))
CALL(bp_network_measure, NEVER, "",
     bp_network_measure(w->net, w->ws, w->data, w->blank))
CALL(bp_network_measure, ALLOCATES, "scores",
     bp_network_measure(w->net, w->ws, w->labelled, w->metrics))

/* 14. Fits. */
CALL(bp_fit_options_init, NEVER, "", bp_fit_options_init(&w->out.fit_options))
CALL(bp_trainer_train, ALLOCATES, "",
     bp_trainer_train(w->trainer, w->data, &w->fit, &w->out.fit_result))
CALL(bp_trainer_train, ALLOCATES, "a fraction, double",
     bp_trainer_train(w->trainer64, w->data,
                      &(const bp_fit_options){.struct_size = sizeof w->fit,
                                              .epochs = 2,
                                              .validate_every = 1,
                                              .validation_fraction = 0.4,
                                              .history = w->past,
                                              .monitor = BP_METRIC_F1,
                                              .monitor_index = BP_INDEX_ALL,
                                              .metrics = w->metrics},
                      NULL))
CALL(bp_history_create, ALLOCATES, "", bp_history_create(w->env, &w->out.history))
CALL(bp_history_destroy, NEVER, "", (bp_history_destroy(WORLD_TAKE(w->past)), BP_OK))
CALL(bp_history_destroy, NEVER, "NULL", (bp_history_destroy(NULL), BP_OK))
CALL(bp_history_error, NEVER, "", is_string(bp_history_error(w->past)))
CALL(bp_history_epochs, NEVER, "", is_size(bp_history_epochs(w->past)))
CALL(bp_history_get, NEVER, "", bp_history_get(w->past, 1, &w->out.progress))
CALL(bp_history_write_csv, NEVER, "",
     bp_history_write_csv(w->past, take_bytes, &w->out.count))

/* 18. Snapshots. */
CALL(bp_snapshot_create, ALLOCATES, "", bp_snapshot_create(w->env, &w->out.snapshot))
CALL(bp_snapshot_destroy, NEVER, "", (bp_snapshot_destroy(WORLD_TAKE(w->taken)), BP_OK))
CALL(bp_snapshot_destroy, NEVER, "NULL", (bp_snapshot_destroy(NULL), BP_OK))
CALL(bp_snapshot_error, NEVER, "", is_string(bp_snapshot_error(w->taken)))
CALL(bp_snapshot_take, ALLOCATES, "", bp_snapshot_take(w->no_state, w->trainer))
CALL(bp_snapshot_take, ALLOCATES, "again", bp_snapshot_take(w->taken, w->trainer64))
CALL(bp_snapshot_take, ALLOCATES, "L-BFGS", bp_snapshot_take(w->no_state, w->lines))
CALL(bp_snapshot_take, ALLOCATES, "batch norm",
     bp_snapshot_take(w->no_state, w->trainer_norm))
CALL(bp_trainer_restore, ALLOCATES, "", bp_trainer_restore(w->trainer, w->taken))
CALL(bp_snapshot_tensors, NEVER, "", is_size(bp_snapshot_tensors(w->taken)))
CALL(bp_snapshot_numbers, NEVER, "", is_size(bp_snapshot_numbers(w->taken)))
CALL(bp_snapshot_get_tensor, NEVER, "",
     bp_snapshot_get_tensor(w->taken, 1, &w->out.tensor))
CALL(bp_snapshot_get_number, NEVER, "",
     bp_snapshot_get_number(w->taken, 1, &w->out.number))
CALL(bp_snapshot_add_tensor, ALLOCATES, "",
     bp_snapshot_add_tensor(w->no_state,
                            &(const bp_tensor){.struct_size = sizeof(bp_tensor),
                                               .precision = BP_PRECISION_F32,
                                               .name = "x",
                                               .rows = 2,
                                               .cols = 3,
                                               .values = w->in.f}))
CALL(bp_snapshot_add_number, ALLOCATES, "",
     bp_snapshot_add_number(w->no_state, &(const bp_number_entry){
                                             .struct_size = sizeof(bp_number_entry),
                                             .name = "y",
                                             .whole = 3}))
CALL(bp_snapshot_save, ALLOCATES, "", bp_snapshot_save(w->taken, "new.state"))
CALL(bp_snapshot_save_memory, ALLOCATES, "",
     bp_snapshot_save_memory(w->taken, w->out.bytes, sizeof w->out.bytes, &w->out.count))
CALL(bp_snapshot_load, ALLOCATES, "", bp_snapshot_load(w->no_state, "net.state", NULL))
CALL(bp_snapshot_load, ALLOCATES, "again", bp_snapshot_load(w->taken, "net.state", NULL))
CALL(bp_snapshot_load_memory, ALLOCATES, "",
     bp_snapshot_load_memory(w->no_state,
                             failing_env_find_file(&w->host, "net.state")->bytes,
                             failing_env_find_file(&w->host, "net.state")->size, NULL))

/* 19. Studies. */
CALL(bp_cross_options_init, NEVER, "", bp_cross_options_init(&w->out.cross_options))
CALL(bp_trainer_cross_validate, ALLOCATES, "",
     bp_trainer_cross_validate(w->trainer, w->data, &w->runs, &w->out.cross))
CALL(bp_trainer_cross_validate, ALLOCATES, "not built, held-out rows",
     bp_trainer_cross_validate(
         w->fresh, w->data,
         &(const bp_cross_options){.struct_size = sizeof(bp_cross_options),
                                   .folds = 1,
                                   .repeats = 2,
                                   .held = w->labelled,
                                   .metric = BP_METRIC_ROC_AUC,
                                   .metric_index = BP_INDEX_ALL,
                                   .fit = &w->short_fit},
         &w->out.cross))
CALL(bp_trainer_cross_validate, ALLOCATES, "L-BFGS",
     bp_trainer_cross_validate(w->lines, w->data, &w->runs, &w->out.cross))
CALL(bp_trainer_cross_validate, ALLOCATES, "callbacks",
     bp_trainer_cross_validate(w->trainer_own, w->data, &w->runs, &w->out.cross))
CALL(bp_rate_options_init, NEVER, "", bp_rate_options_init(&w->out.rate_options))
CALL(bp_trainer_find_rate, ALLOCATES, "",
     bp_trainer_find_rate(w->trainer, w->data, NULL, &w->out.rate))
CALL(bp_trainer_find_rate, ALLOCATES, "batch norm",
     bp_trainer_find_rate(w->trainer_norm, w->labelled, NULL, &w->out.rate))
CALL(bp_diagnosis_options_init, NEVER, "",
     bp_diagnosis_options_init(&w->out.diagnosis_options))
CALL(bp_trainer_diagnose, ALLOCATES, "",
     bp_trainer_diagnose(w->trainer, w->data, NULL, &w->out.diagnosis))
CALL(bp_trainer_diagnose, ALLOCATES, "double, labels",
     bp_trainer_diagnose(w->trainer64, w->labelled, NULL, &w->out.diagnosis))
CALL(bp_trainer_diagnose, ALLOCATES, "batch norm",
     bp_trainer_diagnose(w->trainer_norm, w->labelled, NULL, &w->out.diagnosis))
CALL(bp_trainer_diagnose, ALLOCATES, "L-BFGS",
     bp_trainer_diagnose(w->lines, w->data, NULL, &w->out.diagnosis))
CALL(bp_trainer_diagnose, ALLOCATES, "callbacks",
     bp_trainer_diagnose(w->trainer_own, w->data, NULL, &w->out.diagnosis))
CALL(bp_diagnosis_destroy, NEVER, "", (bp_diagnosis_destroy(WORLD_TAKE(w->found)), BP_OK))
CALL(bp_diagnosis_destroy, NEVER, "NULL", (bp_diagnosis_destroy(NULL), BP_OK))
CALL(bp_diagnosis_findings, NEVER, "", is_size(bp_diagnosis_findings(w->found)))
CALL(bp_diagnosis_get, NEVER, "", bp_diagnosis_get(w->found, 0, &w->out.finding))
CALL(bp_diagnosis_write, NEVER, "", bp_diagnosis_write(w->found, ignore_bytes, NULL))
/* 20. Streams. */
CALL(bp_stream_create, ALLOCATES, "", bp_stream_create(w->env, &w->out.stream))
CALL(bp_stream_destroy, NEVER, "", (bp_stream_destroy(WORLD_TAKE(w->stream)), BP_OK))
CALL(bp_stream_destroy, NEVER, "NULL", (bp_stream_destroy(NULL), BP_OK))
CALL(bp_stream_error, NEVER, "", is_string(bp_stream_error(w->stream)))
CALL(bp_stream_set, NEVER, "", bp_stream_set(w->stream, BP_STREAM_WINDOW, 4))
CALL(bp_stream_get, NEVER, "", bp_stream_get(w->stream, BP_STREAM_WINDOW, &w->out.value))
CALL(bp_stream_open, NEVER, "", bp_stream_open(w->dry, &w->rows, world_rows, &w->in))
CALL(bp_stream_open_idx, ALLOCATES, "", bp_stream_open_idx(w->dry, "images", "labels"))
CALL(bp_stream_open_npy, ALLOCATES, "",
     bp_stream_open_npy(w->dry, "labels.npy", "labels.npy"))
CALL(bp_stream_get_shape, NEVER, "", bp_stream_get_shape(w->stream, &w->out.shape))
CALL(bp_stream_read, ALLOCATES, "", bp_stream_read(w->stream, 0, 1, 3, w->empty))
CALL(bp_trainer_train_stream, ALLOCATES, "",
     bp_trainer_train_stream(w->trainer, w->stream, &w->fit, &w->out.fit_result))
