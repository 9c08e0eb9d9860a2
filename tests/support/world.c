/* SPDX-License-Identifier: MIT */
/* The world of fixtures.h. */
#include "fixtures.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static const char world_indexed[] = "x,i,y,kind\n1,0,2,ant\n3,2,4,bee\n";

const char world_csv[] = "x,y,kind\n"
                         "1.5,-2,ant\n"
                         "0.25,3,bee\n"
                         "-1,0.5,ant\n"
                         "4,4.25,bee\n";

/* The same file, as `gzip -n` makes it: "data.csv.gz". */
static const unsigned char csv_gz[] = {
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0xd0, 0xa9,
    0xd4, 0xc9, 0xce, 0xcc, 0x4b, 0xe1, 0x32, 0xd4, 0x33, 0xd5, 0xd1, 0x35, 0xd2,
    0x49, 0xcc, 0x2b, 0xe1, 0x32, 0xd0, 0x33, 0x32, 0xd5, 0x31, 0xd6, 0x49, 0x4a,
    0x4d, 0xe5, 0xd2, 0x35, 0xd4, 0x31, 0x00, 0x4a, 0x80, 0x44, 0x4d, 0x74, 0x4c,
    0x40, 0xe2, 0x20, 0x51, 0x00, 0xbb, 0xca, 0x44, 0x17, 0x35, 0x00, 0x00, 0x00,
};

/* A longer one, "long.csv", whose size is not known before it is read. */
enum { LONG_ROWS = 1500, LONG_CLASSES = 60 };
static char long_csv[32 * (LONG_ROWS + 1)];

static size_t make_long_csv(void)
{
    const size_t size = sizeof long_csv;
    size_t used = (size_t)snprintf(long_csv, size, "x,y,kind\n");

    for (int row = 0; row < LONG_ROWS; ++row)
        used += (size_t)snprintf(long_csv + used, size - used, "%d,0.%d,class%d\n", row,
                                 row % 997, row % LONG_CLASSES);
    return used;
}

static const char *const csv_targets[] = {"y"};
static const char *const csv_features[] = {"x"};
static const char *const csv_given[] = {"kind=bee", "x", "kind=ant"};

const unsigned char world_images[WORLD_IMAGES_SIZE] = {
    0, 0, 8, 3, 0, 0, 0, 6, 0,   0,  0,  1,  0,  0,  0,  3,  0,
    1, 2, 3, 4, 5, 6, 7, 8, 255, 10, 20, 30, 40, 50, 60, 70, 80};

const unsigned char world_labels[WORLD_LABELS_SIZE] = {0, 0, 8, 1, 0, 0, 0,
                                                       6, 0, 1, 0, 1, 1, 0};

const unsigned char world_inputs_npy[WORLD_INPUTS_NPY_SIZE + 1] =
    "\x93NUMPY\1\0\x39\0"
    "{'descr': '|i1', 'fortran_order': True, 'shape': (6, 3)}\n"
    "\1\2\3\4\5\6\7\x8\x9\xa\xb\xc\xd\xe\xf\x10\x11\xff";

const unsigned char world_labels_npy[WORLD_LABELS_NPY_SIZE + 1] =
    "\x93NUMPY\1\0\x38\0"
    "{'descr': '|u1', 'fortran_order': False, 'shape': (6,)}\n"
    "\0\1\2\1\0\1";

int32_t ignore_bytes(const void *bytes, size_t size, void *user)
{
    (void)bytes;
    (void)user;
    return size > 0 ? 0 : 1;
}

int32_t world_rows(bp_rows *rows, void *user)
{
    const struct world_in *in = user;
    const size_t first = (size_t)rows->first;

    memcpy(rows->inputs, in->f + first * WORLD_INPUTS,
           rows->rows * WORLD_INPUTS * sizeof(float));
    memcpy(rows->labels, in->labels + first, rows->rows * sizeof(int32_t));
    return 0;
}

double world_rate(uint64_t t, double base, void *user)
{
    (void)user;
    return base / (1 + (double)t);
}

void *world_take(void **pointer)
{
    void *taken = *pointer;

    *pointer = NULL;
    return taken;
}

static void fill_inputs(struct world_in *in)
{
    for (size_t i = 0; i < WORLD_SCRATCH; ++i) {
        in->f[i] = (float)((double)(i * 7 % 16) / 8 - 1);
        in->d[i] = in->f[i];
        in->labels[i] = (int32_t)(i % WORLD_OUTPUTS);
        in->targets[i] = (i / WORLD_OUTPUTS + i) % WORLD_OUTPUTS == 0 ? 1.0f : 0.0f;
        in->targets_f64[i] = in->targets[i];
    }
}

void world_reset_out(struct world *world)
{
    struct world_out *out = &world->out;

    memset(out, WORLD_CANARY, sizeof *out);
    out->layer_info.struct_size = sizeof out->layer_info;
    out->parameter_info.struct_size = sizeof out->parameter_info;
    out->evaluation.struct_size = sizeof out->evaluation;
    out->position.struct_size = sizeof out->position;
    out->report.struct_size = sizeof out->report;
    out->trace_info.struct_size = sizeof out->trace_info;
    out->trace_layer.struct_size = sizeof out->trace_layer;
    out->chain.struct_size = sizeof out->chain;
    out->paths.struct_size = sizeof out->paths;
    out->path.struct_size = sizeof out->path;
    out->nudge.struct_size = sizeof out->nudge;
    out->influence.struct_size = sizeof out->influence;
    out->bad_influence.struct_size = sizeof out->influence - 1;
    out->progress.struct_size = sizeof out->progress;
    out->tensor.struct_size = sizeof out->tensor;
    out->number.struct_size = sizeof out->number;
    out->fit_result.struct_size = sizeof out->fit_result;
    out->cross.struct_size = sizeof out->cross;
    out->rate.struct_size = sizeof out->rate;
    out->finding.struct_size = sizeof out->finding;
    out->shape.struct_size = sizeof out->shape;
}

static void create_layers(struct world *w)
{
    w->activation_ops = custom_activation(&w->custom);
    w->layer_ops = custom_layer(&w->custom);
    w->cost_ops = custom_cost(&w->custom);
    ok(bp_layer_create_dense(WORLD_OUTPUTS, BP_ACTIVATION_LEAKY_RELU, w->env, &w->dense));
    ok(bp_layer_create_activation(BP_ACTIVATION_TANH, w->env, &w->shape));
    ok(bp_layer_create_custom(&w->layer_ops, w->env, &w->own));
    ok(bp_layer_create_dropout(0.5, w->env, &w->drop));
    ok(bp_layer_create_noise(0.25, w->env, &w->blur));
    ok(bp_layer_create_batch_norm(w->env, &w->norm));
}

static bp_network *make_norm_network(const struct world *w)
{
    bp_network *network = NULL;

    ok(bp_network_create(WORLD_INPUTS, w->env, &network));
    ok(bp_network_add(network, w->blur));
    ok(bp_network_add(network, w->norm));
    ok(bp_network_add_dense(network, WORLD_OUTPUTS, BP_ACTIVATION_LINEAR));
    ok(bp_network_add(network, w->drop));
    return network;
}

/* With callbacks in every place that takes some. */
static bp_network *make_own_network(const struct world *w)
{
    bp_network *network = NULL;
    bp_layer *bent = NULL;

    ok(bp_network_create(WORLD_INPUTS, w->env, &network));
    ok(bp_layer_create_dense(WORLD_OUTPUTS, BP_ACTIVATION_LINEAR, w->env, &bent));
    ok(bp_layer_set_activation(bent, &w->activation_ops));
    ok(bp_network_add(network, w->own));
    ok(bp_network_add(network, bent));
    bp_layer_destroy(bent);
    return network;
}

static void create_networks(struct world *w)
{
    static const size_t deep[] = {WORLD_INPUTS, 4, WORLD_OUTPUTS};
    static const size_t flat[] = {WORLD_INPUTS, WORLD_OUTPUTS};
    static const size_t other[] = {2, 3};
    struct net_recipe recipe = {w->env, deep, 3, BP_ACTIVATION_TANH, BP_ACTIVATION_LINEAR,
                                0};

    ok(bp_network_create(WORLD_INPUTS, w->env, &w->bare));
    w->open = make_open_network(&recipe);
    w->net = make_network(&recipe, 1);
    recipe.precision = BP_PRECISION_F64;
    w->net64 = make_network(&recipe, 2);
    w->unit = make_network(
        &(struct net_recipe){w->env, flat, 2, 0, BP_ACTIVATION_SOFTMAX, 0}, 3);
    w->other = make_network(
        &(struct net_recipe){w->env, other, 2, 0, BP_ACTIVATION_LINEAR, 0}, 4);
    w->open_own = make_own_network(w);
    w->net_own = make_own_network(w);
    ok(bp_network_build(w->net_own, 9));
    w->open_norm = make_norm_network(w);
    w->net_norm = make_norm_network(w);
    ok(bp_network_build(w->net_norm, 11));
    ok(bp_workspace_create(w->net_norm, 2, &w->ws_norm));
    ok(bp_workspace_create(w->net, 2, &w->ws));
    ok(bp_workspace_create(w->net_own, 2, &w->ws_own));
    ok(bp_workspace_create(w->net64, 2, &w->ws64));
    ok(bp_workspace_create(w->unit, 2, &w->ws_unit));
}

static void create_trainers(struct world *w)
{
    const size_t inputs = WORLD_INPUTS * WORLD_BATCH;

    w->cost = make_cost(BP_COST_SOFTMAX_CROSS_ENTROPY, w->env);
    w->huber = make_cost(BP_COST_HUBER, w->env);
    w->sgd = make_sgd(0.125, 0.5, w->env);
    ok(bp_cost_create_custom(&w->cost_ops, w->env, &w->cost_own));
    ok(bp_trainer_create(w->net_own, w->cost_own, w->sgd, &w->trainer_own));
    ok(bp_trainer_build(w->trainer_own, 10));
    ok(bp_trainer_create(w->net, w->cost, w->sgd, &w->fresh));
    w->trainer = make_trainer(w->net, BP_COST_SOFTMAX_CROSS_ENTROPY, WORLD_BATCH, 5);
    w->ready = make_trainer(w->net, BP_COST_SOFTMAX_CROSS_ENTROPY, WORLD_BATCH, 6);
    w->numbers = make_trainer(w->net, BP_COST_QUADRATIC, WORLD_BATCH, 7);
    w->trainer64 = make_trainer(w->net64, BP_COST_SOFTMAX_CROSS_ENTROPY, WORLD_BATCH, 8);
    w->trainer_norm =
        make_trainer(w->net_norm, BP_COST_SOFTMAX_CROSS_ENTROPY, WORLD_BATCH, 12);
    ok(bp_trainer_step_labels(w->trainer_norm, w->in.f, inputs, w->in.labels, WORLD_BATCH,
                              NULL));
    ok(bp_trainer_step_labels(w->trainer, w->in.f, inputs, w->in.labels, WORLD_BATCH,
                              NULL));
    ok(bp_trainer_gradient_labels(w->ready, w->in.f, inputs, w->in.labels, WORLD_BATCH,
                                  NULL));
}

static void create_traces(struct world *w)
{
    bp_path_summary paths = {.struct_size = sizeof paths};
    bp_nudge nudge = {.struct_size = sizeof nudge};
    size_t ranked = 0;

    w->connection = (bp_connection){
        .struct_size = sizeof w->connection, .kind = BP_CONNECTION_WEIGHT, .row = 1};
    ok(bp_trace_create(w->net, w->cost, &w->trace_fresh));
    ok(bp_trace_create(w->net, w->cost, &w->trace));
    ok(bp_trace_create(w->net_own, w->cost_own, &w->trace_own));
    ok(bp_trace_create(w->net, w->huber, &w->trace_huber));
    ok(bp_trace_run_labels(w->trace, w->in.f, 2 * WORLD_INPUTS, w->in.labels, 2));
    ok(bp_trace_run_labels(w->trace_own, w->in.f, 2 * WORLD_INPUTS, w->in.labels, 2));
    ok(bp_trace_find_paths(w->trace, &w->connection, 3, &paths));
    ok(bp_influence_options_init(&w->changes));
    ok(bp_trace_find_influences(w->trace, NULL, 2, &ranked));
    w->changes.kind = BP_INFLUENCE_CHANGES;
    ok(bp_trace_nudge(w->trace, &w->connection, 0.125, &nudge));
}

static void create_lines(struct world *w)
{
    bp_optimizer *lbfgs = NULL;

    ok(bp_optimizer_create(BP_OPTIMIZER_LBFGS, NULL, &lbfgs));
    ok(bp_optimizer_set(lbfgs, BP_OPTIMIZER_HISTORY, 5));
    ok(bp_optimizer_set(lbfgs, BP_OPTIMIZER_ITERATIONS, 3));
    w->lines =
        make_trainer_with(w->net, BP_COST_SOFTMAX_CROSS_ENTROPY, lbfgs, WORLD_BATCH, 9);
}

static void create_schedules(struct world *w)
{
    const uint64_t milestone = 3;
    bp_schedule *plateau = NULL;

    ok(bp_schedule_create(BP_SCHEDULE_MULTI_STEP, w->env, &w->falling));
    ok(bp_schedule_set_milestones(w->falling, &milestone, 1));
    ok(bp_schedule_create(BP_SCHEDULE_PLATEAU, w->env, &plateau));
    ok(bp_trainer_set_schedule(w->numbers, plateau));
    bp_schedule_destroy(plateau);
}

static void create_data(struct world *w)
{
    const size_t rows = WORLD_ROWS;

    ok(bp_dataset_create(w->env, &w->empty));
    w->data = make_dataset(rows, WORLD_INPUTS, WORLD_OUTPUTS, w->env);
    ok(bp_dataset_create(w->env, &w->labelled));
    ok(bp_dataset_set_inputs(w->labelled, w->in.f, rows, WORLD_INPUTS, WORLD_INPUTS));
    ok(bp_dataset_set_labels(w->labelled, w->in.labels, rows, WORLD_OUTPUTS));
    ok(bp_dataset_create(w->env, &w->indexed));
    ok(bp_dataset_parse_csv(w->indexed, world_indexed, strlen(world_indexed), NULL));
    ok(bp_dataset_create(w->env, &w->inputs));
    ok(bp_dataset_set_inputs(w->inputs, w->in.f, rows, WORLD_INPUTS, WORLD_INPUTS));
    ok(bp_dataset_create(w->env, &w->labels));
    ok(bp_dataset_set_labels(w->labels, w->in.labels, rows, WORLD_OUTPUTS));
    ok(bp_dataset_slice(w->data, 1, 3, &w->slice));
    ok(bp_dataset_create(w->env, &w->borrowed));
    ok(bp_dataset_set_inputs_borrow(w->borrowed, w->in.f, rows, WORLD_INPUTS,
                                    WORLD_INPUTS));
    ok(bp_dataset_set_labels(w->borrowed, w->in.labels, rows, WORLD_OUTPUTS));
    ok(bp_dataset_create(w->env, &w->csv));
    ok(bp_dataset_parse_csv(w->csv, world_csv, strlen(world_csv), NULL));
    ok(bp_scaler_create(BP_SCALING_STANDARD, w->env, &w->unfitted));
    ok(bp_scaler_create(BP_SCALING_MIN_MAX, w->env, &w->fitted));
    ok(bp_scaler_fit(w->fitted, w->data));
}

const unsigned char world_import[WORLD_IMPORT_SIZE + 1] =
    "\xf8\0\0\0\0\0\0\0"
    "{\"0.weight\":{\"dtype\":\"F16\",\"shape\":[4,3],\"data_offsets\":[0,2"
    "4]},\"0.bias\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[24,3"
    "2]},\"2.weight\":{\"dtype\":\"F16\",\"shape\":[2,4],\"data_offsets\":["
    "32,48]},\"2.bias\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":["
    "48,52]}}"
    /* 1, then 0.5, -2 and 0 */
    "\0\x3c\0\x38\0\xc0";

static const char *const import_names[] = {"0.weight", "0.bias", "2.weight", "2.bias"};

static const char *const class_names[WORLD_OUTPUTS] = {"ant", "bee"};
static const char *const input_names[WORLD_INPUTS] = {"length", "\"width\"", "\xc3\xbc"};

static void create_bundles(struct world *w)
{
    ok(bp_save_options_init(&w->save_all));
    w->save_all.cost = w->huber;
    w->save_all.scaler = w->fitted;
    w->save_all.class_names = class_names;
    w->save_all.class_count = WORLD_OUTPUTS;
    w->save_all.input_names = input_names;
    w->save_all.input_count = WORLD_INPUTS;
    w->save_own = w->save_all;
    w->save_own.cost = w->cost_own;
    w->activations[0] = &w->activation_ops;
    w->layers[0] = &w->layer_ops;
    w->costs[0] = &w->cost_ops;
    ok(bp_load_options_init(&w->load_own));
    w->load_own.activations = w->activations;
    w->load_own.layers = w->layers;
    w->load_own.costs = w->costs;
    w->load_own.activation_count = w->load_own.layer_count = w->load_own.cost_count = 1;
    ok(bp_import_options_init(&w->import));
    w->import.names = import_names;
    w->import.name_count = 4;
    failing_env_add_file(&w->host, "net.import", world_import, WORLD_IMPORT_SIZE);
    ok(bp_network_save(w->net, "net.model", &w->save_all));
    ok(bp_network_save(w->net_own, "own.model", &w->save_own));
    ok(bp_bundle_create(w->env, &w->nothing));
    ok(bp_bundle_create(w->env, &w->loaded));
    ok(bp_bundle_load(w->loaded, "net.model", NULL));
}

static void create_snapshots(struct world *w)
{
    ok(bp_snapshot_create(w->env, &w->no_state));
    ok(bp_snapshot_create(w->env, &w->taken));
    ok(bp_snapshot_take(w->taken, w->trainer));
    ok(bp_snapshot_save(w->taken, "net.state"));
}

/* The fit is on a copy, so that `net` stays as others know it. */
static void create_history(struct world *w)
{
    bp_network *copy = NULL;
    bp_trainer *trainer;
    bp_fit_options options;

    ok(bp_history_create(w->env, &w->history));
    ok(bp_history_create(w->env, &w->past));
    ok(bp_fit_options_init(&w->fit));
    w->fit.epochs = 2;
    w->fit.validation = w->labelled;
    options = w->fit;
    options.history = w->past;
    ok(bp_network_clone(w->net, &copy));
    trainer = make_trainer(copy, BP_COST_SOFTMAX_CROSS_ENTROPY, WORLD_BATCH, 5);
    ok(bp_trainer_train(trainer, w->data, &options, NULL));
    bp_trainer_destroy(trainer);
    bp_network_destroy(copy);
}

static void create_streams(struct world *w)
{
    w->rows = (bp_stream_shape){.struct_size = sizeof w->rows,
                                .rows = WORLD_ROWS,
                                .inputs = WORLD_INPUTS,
                                .classes = WORLD_OUTPUTS};
    ok(bp_stream_create(w->env, &w->dry));
    ok(bp_stream_create(w->env, &w->stream));
    ok(bp_stream_open(w->stream, &w->rows, world_rows, &w->in));
    ok(bp_stream_set(w->stream, BP_STREAM_WINDOW, 3));
}

static void create_metrics(struct world *w)
{
    const size_t outputs = 4 * WORLD_OUTPUTS;

    ok(bp_metrics_create(WORLD_OUTPUTS, w->env, &w->blank));
    ok(bp_metrics_create(WORLD_OUTPUTS, w->env, &w->metrics));
    ok(bp_metrics_create(WORLD_OUTPUTS, w->env, &w->measured));
    ok(bp_metrics_set(w->metrics, BP_METRICS_SCORES, 1));
    ok(bp_metrics_add_labels(w->measured, w->in.f, outputs, w->in.labels, NULL, 4));
    ok(bp_metrics_add_labels(w->metrics, w->in.f, outputs, w->in.labels, NULL, 4));
    ok(bp_metrics_add_targets(w->metrics, w->in.f, outputs, w->in.targets, NULL, 4));
}

static const int32_t metric_codes[] = {BP_METRIC_ACCURACY};

static void create_recorder(struct world *w)
{
    w->plane = make_dataset(4, 2, 3, w->env);
    w->watched = make_trainer(w->other, BP_COST_MSE, 4, 3);
    ok(bp_recorder_create(w->watched, &w->recorder_fresh));
    ok(bp_recorder_create(w->watched, &w->recorder));
    ok(bp_recorder_options_init(&w->record));
    w->record.samples = 2;
    w->record.probe = w->plane;
    w->record.regions = 1;
    w->record.connections = &w->connection;
    w->record.connections_count = 1;
    w->record.metrics = w->metrics;
    w->record.metric_codes = metric_codes;
    w->record.metric_codes_count = 1;
    ok(bp_recorder_start(w->recorder, &w->record));
    ok(bp_picture_options_init(&w->plane_picture));
    w->plane_picture.data = w->plane;
    ok(bp_trainer_fit(w->watched, w->plane, 2, bp_recorder_progress, w->recorder));
}

static void create_studies(struct world *w)
{
    static const float zeros[3 * WORLD_INPUTS];
    bp_dataset *flat = NULL;

    ok(bp_fit_options_init(&w->short_fit));
    w->short_fit.epochs = 2;
    ok(bp_cross_options_init(&w->runs));
    w->runs.folds = 2;
    w->runs.fit = &w->short_fit;
    w->runs.metric = BP_METRIC_F1;
    w->runs.scaling = BP_SCALING_STANDARD;
    ok(bp_dataset_create(w->env, &flat));
    ok(bp_dataset_set_inputs(flat, zeros, 3, WORLD_INPUTS, WORLD_INPUTS));
    ok(bp_dataset_set_labels(flat, w->in.labels, 3, WORLD_OUTPUTS));
    ok(bp_trainer_diagnose(w->trainer, flat, NULL, &w->found));
    bp_dataset_destroy(flat);
    assert_true(bp_diagnosis_findings(w->found) > 0);
}

void world_create(struct world *world)
{
    memset(world, 0, sizeof *world);
    failing_env_init(&world->host);
    world->env = &world->host.env;
    failing_env_add_file(&world->host, "data.csv", world_csv, strlen(world_csv));
    failing_env_add_file(&world->host, "data.csv.gz", csv_gz, sizeof csv_gz);
    failing_env_add_file(&world->host, "long.csv", long_csv, make_long_csv())
        ->unknown_size = true;
    failing_env_add_file(&world->host, "images", world_images, WORLD_IMAGES_SIZE);
    failing_env_add_file(&world->host, "labels", world_labels, WORLD_LABELS_SIZE);
    failing_env_add_file(&world->host, "inputs.npy", world_inputs_npy,
                         WORLD_INPUTS_NPY_SIZE);
    failing_env_add_file(&world->host, "labels.npy", world_labels_npy,
                         WORLD_LABELS_NPY_SIZE);
    fill_inputs(&world->in);
    ok(bp_csv_options_init(&world->csv_numbers));
    world->csv_numbers.target_kind = BP_CSV_NUMBERS;
    world->csv_numbers.targets = csv_targets;
    world->csv_numbers.targets_count = 1;
    world->csv_numbers.features = csv_features;
    world->csv_numbers.features_count = 1;
    ok(bp_csv_options_init(&world->csv_words));
    world->csv_words.target_kind = BP_CSV_NO_TARGETS;
    world->csv_words.one_hot = 1;
    world->csv_given = world->csv_words;
    world->csv_given.features = csv_given;
    world->csv_given.features_count = 3;
    create_layers(world);
    create_networks(world);
    create_trainers(world);
    create_lines(world);
    create_schedules(world);
    create_traces(world);
    create_data(world);
    create_bundles(world);
    create_metrics(world);
    create_history(world);
    create_recorder(world);
    create_studies(world);
    create_snapshots(world);
    create_streams(world);
    world_reset_out(world);
}

/* ---- the end ---- */

/* An output that no call has written. */
static bool untouched(const void *pointer)
{
    void *canary;

    memset(&canary, WORLD_CANARY, sizeof canary);
    return pointer == canary;
}

#define DESTROY_OUT(destroy, pointer) \
    do {                              \
        if (!untouched(pointer))      \
            destroy(pointer);         \
    } while (0)

static void destroy_out(struct world_out *out)
{
    DESTROY_OUT(bp_layer_destroy, out->layer);
    DESTROY_OUT(bp_workspace_destroy, out->workspace);
    DESTROY_OUT(bp_trainer_destroy, out->trainer);
    DESTROY_OUT(bp_trace_destroy, out->trace);
    DESTROY_OUT(bp_network_destroy, out->network);
    DESTROY_OUT(bp_cost_destroy, out->cost);
    DESTROY_OUT(bp_optimizer_destroy, out->optimizer);
    DESTROY_OUT(bp_dataset_destroy, out->dataset);
    DESTROY_OUT(bp_dataset_destroy, out->second);
    DESTROY_OUT(bp_scaler_destroy, out->scaler);
    DESTROY_OUT(bp_schedule_destroy, out->schedule);
    DESTROY_OUT(bp_bundle_destroy, out->bundle);
    DESTROY_OUT(bp_metrics_destroy, out->metrics);
    DESTROY_OUT(bp_history_destroy, out->history);
    DESTROY_OUT(bp_recorder_destroy, out->recorder);
    DESTROY_OUT(bp_diagnosis_destroy, out->diagnosis);
    DESTROY_OUT(bp_snapshot_destroy, out->snapshot);
    DESTROY_OUT(bp_stream_destroy, out->stream);
}

static void destroy_trainers(struct world *w)
{
    bp_recorder_destroy(w->recorder_fresh);
    bp_recorder_destroy(w->recorder);
    bp_trainer_destroy(w->watched);
    bp_trainer_destroy(w->fresh);
    bp_trainer_destroy(w->trainer);
    bp_trainer_destroy(w->ready);
    bp_trainer_destroy(w->trainer64);
    bp_trainer_destroy(w->numbers);
    bp_trainer_destroy(w->lines);
    bp_trainer_destroy(w->trainer_own);
    bp_trainer_destroy(w->trainer_norm);
    bp_trace_destroy(w->trace_fresh);
    bp_trace_destroy(w->trace);
    bp_trace_destroy(w->trace_own);
    bp_trace_destroy(w->trace_huber);
    bp_workspace_destroy(w->ws);
    bp_workspace_destroy(w->ws64);
    bp_workspace_destroy(w->ws_unit);
    bp_workspace_destroy(w->ws_own);
    bp_workspace_destroy(w->ws_norm);
}

static void destroy_data(struct world *w)
{
    bp_dataset_destroy(w->empty);
    bp_dataset_destroy(w->data);
    bp_dataset_destroy(w->labelled);
    bp_dataset_destroy(w->indexed);
    bp_dataset_destroy(w->inputs);
    bp_dataset_destroy(w->labels);
    bp_dataset_destroy(w->csv);
    bp_dataset_destroy(w->slice);
    bp_dataset_destroy(w->borrowed);
    bp_scaler_destroy(w->unfitted);
    bp_scaler_destroy(w->fitted);
    bp_metrics_destroy(w->blank);
    bp_history_destroy(w->history);
    bp_history_destroy(w->past);
    bp_dataset_destroy(w->plane);
    bp_diagnosis_destroy(w->found);
    bp_snapshot_destroy(w->no_state);
    bp_snapshot_destroy(w->taken);
    bp_stream_destroy(w->dry);
    bp_stream_destroy(w->stream);
    bp_metrics_destroy(w->measured);
    bp_metrics_destroy(w->metrics);
}

void world_destroy(struct world *world)
{
    destroy_out(&world->out);
    destroy_trainers(world);
    destroy_data(world);
    bp_bundle_destroy(world->nothing);
    bp_bundle_destroy(world->loaded);
    bp_network_destroy(world->bare);
    bp_network_destroy(world->open);
    bp_network_destroy(world->net);
    bp_network_destroy(world->net64);
    bp_network_destroy(world->unit);
    bp_network_destroy(world->other);
    bp_network_destroy(world->open_own);
    bp_network_destroy(world->net_own);
    bp_network_destroy(world->open_norm);
    bp_network_destroy(world->net_norm);
    bp_cost_destroy(world->cost);
    bp_cost_destroy(world->huber);
    bp_cost_destroy(world->cost_own);
    bp_optimizer_destroy(world->sgd);
    bp_schedule_destroy(world->falling);
    bp_layer_destroy(world->dense);
    bp_layer_destroy(world->shape);
    bp_layer_destroy(world->own);
    bp_layer_destroy(world->drop);
    bp_layer_destroy(world->blur);
    bp_layer_destroy(world->norm);
    assert_env_clean(&world->host);
    failing_env_free(&world->host);
}
