/* SPDX-License-Identifier: MIT */
#include "mnist_training.h"

#include "common/check.h"

#include <stdio.h>
#include <stdlib.h>

/* A setting that an optimizer does not have is refused by it: so those that were not
 * chosen are left alone. */
static void choose(bp_optimizer *optimizer, int32_t key, double value)
{
    if (value != 0)
        CHECK(optimizer, bp_optimizer_set(optimizer, key, value));
}

static bp_optimizer *make_optimizer(const struct settings *settings)
{
    bp_optimizer *optimizer;

    CHECK_STATUS(bp_optimizer_create(settings->optimizer, NULL, &optimizer));
    choose(optimizer, BP_OPTIMIZER_RATE, settings->rate);
    choose(optimizer, BP_OPTIMIZER_MOMENTUM, settings->momentum);
    choose(optimizer, BP_OPTIMIZER_NESTEROV, settings->nesterov);
    choose(optimizer, BP_OPTIMIZER_WEIGHT_DECAY, settings->decay);
    choose(optimizer, BP_OPTIMIZER_DECOUPLED_DECAY, settings->decoupled);
    choose(optimizer, BP_OPTIMIZER_L1, settings->l1);
    return optimizer;
}

/* It sees what is monitored on the images held back. */
static void watch_validation(const struct settings *settings, bp_schedule *plateau)
{
    const int32_t more = bp_metric_higher_is_better(settings->monitor);

    CHECK(plateau, bp_schedule_set(plateau, BP_SCHEDULE_MONITOR, 2));
    CHECK(plateau, bp_schedule_set(plateau, BP_SCHEDULE_MAXIMIZE, more));
}

static void add_schedule(const struct settings *settings, bp_trainer *trainer,
                         size_t rows)
{
    const double updates = (double)((rows + settings->batch - 1) / settings->batch);
    const double epochs = (double)settings->epochs;
    bp_schedule *schedule;

    if (settings->schedule == BP_SCHEDULE_CONSTANT && settings->warmup == 0)
        return;
    CHECK_STATUS(bp_schedule_create(settings->schedule, NULL, &schedule));
    if (settings->schedule == BP_SCHEDULE_COSINE)
        CHECK(schedule,
              bp_schedule_set(schedule, BP_SCHEDULE_PERIOD,
                              epochs > settings->warmup ? epochs - settings->warmup : 1));
    if (settings->schedule == BP_SCHEDULE_ONE_CYCLE)
        CHECK(schedule, bp_schedule_set(schedule, BP_SCHEDULE_PERIOD, epochs * updates));
    if (settings->restart != 0)
        CHECK(schedule,
              bp_schedule_set(schedule, BP_SCHEDULE_RESTART, settings->restart));
    if (settings->schedule == BP_SCHEDULE_PLATEAU)
        watch_validation(settings, schedule);
    if (settings->period != 0)
        CHECK(schedule, bp_schedule_set(schedule, BP_SCHEDULE_PERIOD, settings->period));
    if (settings->gamma != 0)
        CHECK(schedule, bp_schedule_set(schedule, BP_SCHEDULE_GAMMA, settings->gamma));
    if (settings->warmup != 0)
        CHECK(schedule, bp_schedule_set(schedule, BP_SCHEDULE_WARMUP, settings->warmup));
    CHECK(trainer, bp_trainer_set_schedule(trainer, schedule));
    bp_schedule_destroy(schedule);
}

/* Of the layers that have weights between units. */
static void limit_norms(const struct settings *settings, const bp_network *network,
                        bp_trainer *trainer)
{
    for (size_t i = 0; i < bp_network_layers(network); i++) {
        bp_layer_info info = {.struct_size = sizeof info};
        CHECK_STATUS(bp_network_layer_info(network, i, &info));
        if (info.kind == BP_LAYER_KIND_DENSE && settings->max_norm != 0)
            CHECK(trainer, bp_trainer_set_layer(trainer, i, BP_TRAINER_LAYER_MAX_NORM,
                                                settings->max_norm));
    }
}

bp_trainer *make_trainer(const struct settings *settings, bp_network *network,
                         const bp_cost *cost, size_t rows, uint64_t seed)
{
    bp_optimizer *optimizer = make_optimizer(settings);
    bp_trainer *trainer;

    CHECK_STATUS(bp_trainer_create(network, cost, optimizer, &trainer));
    CHECK(trainer, bp_trainer_set(trainer, BP_TRAINER_BATCH, (double)settings->batch));
    CHECK(trainer,
          bp_trainer_set(trainer, BP_TRAINER_ACCUMULATE, (double)settings->accumulate));
    CHECK(trainer, bp_trainer_set(trainer, BP_TRAINER_CLIP_NORM, settings->clip));
    CHECK(trainer, bp_trainer_set(trainer, BP_TRAINER_CLIP_VALUE, settings->clip_value));
    CHECK(trainer,
          bp_trainer_set(trainer, BP_TRAINER_BIAS_DECAY, !settings->free_biases));
    limit_norms(settings, network, trainer);
    add_schedule(settings, trainer, rows);
    CHECK(trainer, bp_trainer_build(trainer, seed));
    bp_optimizer_destroy(optimizer);
    return trainer;
}

void find_rate(bp_trainer *trainer, const bp_dataset *rows)
{
    bp_optimizer *optimizer = bp_trainer_get_optimizer(trainer);
    bp_rate_report report = {.struct_size = sizeof report};

    CHECK(trainer, bp_trainer_find_rate(trainer, rows, NULL, &report));
    if (!report.found)
        fail("the cost fell at no rate from 1e-6 to 10");
    printf("Rate %.3g: there the cost falls fastest.\n", report.rate);
    CHECK(optimizer, bp_optimizer_set(optimizer, BP_OPTIMIZER_RATE, report.rate));
}

static int32_t write_bytes(const void *bytes, size_t size, void *user)
{
    return fwrite(bytes, 1, size, user) != size;
}

static void write_history(bp_history *history, const char *path)
{
    FILE *file = fopen(path, "wb");

    if (file == NULL)
        fail("%s cannot be written", path);
    CHECK(history, bp_history_write_csv(history, write_bytes, file));
    if (fclose(file) != 0)
        fail("%s cannot be written", path);
}

static void print_end(const bp_fit_result *result)
{
    if (result->reason == BP_FIT_PATIENCE)
        printf("No improvement for long enough: ended after epoch %llu.\n",
               (unsigned long long)result->epochs);
    if (result->reason == BP_FIT_TIME)
        printf("Time is up after %llu whole epochs.\n",
               (unsigned long long)result->epochs);
}

/* The figure that is monitored is that of the images held back. */
static bp_fit_options make_options(const struct settings *settings,
                                   const bp_dataset *watched, bp_metrics *metrics)
{
    bp_fit_options options;

    CHECK_STATUS(bp_fit_options_init(&options));
    options.epochs = settings->epochs;
    options.patience = settings->patience;
    options.minimum_change = settings->change;
    options.monitor = settings->monitor;
    options.restore_best = settings->best || settings->patience > 0;
    options.seconds = settings->seconds;
    if (options.restore_best || settings->monitor != BP_MONITOR_COST ||
        settings->history != NULL || settings->schedule == BP_SCHEDULE_PLATEAU) {
        options.validation = watched;
        options.metrics = metrics;
    }
    return options;
}

void run_fit(const struct settings *settings, bp_trainer *trainer, const bp_dataset *rows,
             const bp_dataset *watched, bp_progress_fn progress, void *user)
{
    bp_fit_result result = {.struct_size = sizeof result};
    bp_fit_options options;
    bp_metrics *metrics;
    bp_history *history;

    CHECK_STATUS(bp_metrics_create(bp_dataset_classes(rows), NULL, &metrics));
    CHECK(metrics, bp_metrics_set(metrics, BP_METRICS_SCORES,
                                  settings->monitor == BP_METRIC_ROC_AUC));
    CHECK_STATUS(bp_history_create(NULL, &history));
    options = make_options(settings, watched, metrics);
    options.history = history;
    options.progress = progress;
    options.user = user;
    CHECK(trainer, bp_trainer_train(trainer, rows, &options, &result));
    print_end(&result);
    if (settings->history != NULL)
        write_history(history, settings->history);
    bp_history_destroy(history);
    bp_metrics_destroy(metrics);
}

void print_diagnosis(bp_trainer *trainer, const bp_dataset *rows)
{
    bp_diagnosis *diagnosis;

    puts("\nWhy does it not learn better?\n");
    CHECK(trainer, bp_trainer_diagnose(trainer, rows, NULL, &diagnosis));
    CHECK_STATUS(bp_diagnosis_write(diagnosis, write_bytes, stdout));
    bp_diagnosis_destroy(diagnosis);
}
