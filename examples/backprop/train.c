/* SPDX-License-Identifier: MIT */
/* train and resume: a network learns a table. */
#include "show.h"
#include "training.h"

#include "common/check.h"
#include "common/options.h"
#include "common/progress.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

const char train_help[] =
    "Usage: backprop train TABLE -o MODEL [OPTION]...\n"
    "Train a network on a table (CSV, plain or gzipped) and save it.\n"
    "\n"
    "Inputs are scaled to mean 0 and deviation 1; a column of words is one input for\n"
    "each word. The model keeps the scale and the words, and takes rows as they are.\n"
    "TABLE may be -, standard input. Part of the rows is held out; the weights that\n"
    "were best on these are saved. Ctrl-C ends the training and saves the best so far.\n"
    "\n"
    "  -o, --output FILE            where the model goes; - is standard output\n"
    "      --target NAME[,NAME]...  the columns to learn (default: the last)\n"
    "      --features NAME[,NAME].. the columns to learn from (default: all others)\n"
    "      --regression             the targets are numbers, not names of classes\n"
    "      --hidden N[,N]...        units of the hidden layers, or 'none' (default 32)\n"
    "      --activation NAME        of the hidden layers (default relu)\n"
    "      --dropout X              share of hidden units that rest (default 0)\n"
    "      --epochs N               at most (default 200)\n"
    "      --patience N             end after so many without a better one (default 30)\n"
    "      --batch N                rows a step (default 32)\n"
    "      --rate X                 learning rate of Adam (default 0.005)\n"
    "      --held-out X             percentage of the rows to hold out (default 20)\n"
    "      --seed N                 of weights, split and order (default 1)\n"
    "      --checkpoint FILE        keep the state of the training there while it runs:\n"
    "                               'backprop resume FILE' goes on after a kill; once\n"
    "                               the training is complete, the file goes\n"
    "      --every N|Ns             keep it after N epochs or N seconds (default 30s)\n"
    "      --watch FILE             draw the learning curves there while it runs, as\n"
    "                               SVG for a browser to reload\n"
    "      --regions FILE           the same for what a network of two inputs answers\n"
    "                               in the plane, with the rows in it\n"
    "      --history FILE           add the figures of each epoch there, as CSV, which\n"
    "                               'backprop watch' draws\n"
    "      --separator CHAR         between fields (default ,)\n"
    "      --no-header              the first line holds values; columns are 1, 2, ...\n"
    "      --drop-missing           leave out rows with missing values\n"
    "  -q, --quiet                  say nothing but errors\n"
    "  -h, --help                   display this help and exit\n";

const char resume_help[] =
    "Usage: backprop resume CHECKPOINT [TABLE] [OPTION]...\n"
    "Go on with a training that broke off, by Ctrl-C, a kill or a power cut.\n"
    "\n"
    "CHECKPOINT is the file that 'backprop train --checkpoint' named. Beside it lies\n"
    "CHECKPOINT.options, with the table and the options of the training: they need not\n"
    "be said again. The model comes out as if there had been no break, to the bit. If\n"
    "the training died before it kept anything, it begins anew.\n"
    "\n"
    "  TABLE                 where the table is now, if it was moved\n"
    "  -o, --output FILE     where the model goes\n"
    "      --epochs N        at most, in all\n"
    "      --patience N      end after so many without a better one\n"
    "      --every N|Ns      keep the state after N epochs or N seconds\n"
    "      --watch FILE, --regions FILE, --history FILE\n"
    "                        as for train; a history goes on\n"
    "  -q, --quiet           say nothing but errors\n"
    "  -h, --help            display this help and exit\n";

enum { EXIT_INTERRUPTED = 130, MOST_UNITS = 1000000 };

/* ---- the network ---- */

static void add_hidden(bp_network *network, const struct settings *s, size_t units)
{
    bp_layer *rest;

    CHECK(network, bp_network_add_dense(network, units, s->activation));
    if (s->dropout == 0)
        return;
    CHECK_STATUS(bp_layer_create_dropout(s->dropout, NULL, &rest));
    CHECK(network, bp_network_add(network, rest));
    bp_layer_destroy(rest);
}

static bp_network *make_network(const struct settings *s, const struct rows *data)
{
    struct names hidden = names_split(s->hidden);
    bp_network *network;

    CHECK_STATUS(bp_network_create(bp_dataset_inputs(data->train), NULL, &network));
    for (size_t i = 0; i < hidden.count && strcmp(s->hidden, "none") != 0; i++)
        add_hidden(network, s,
                   (size_t)option_whole("--hidden", hidden.list[i], 1, MOST_UNITS));
    CHECK(network, bp_network_add_dense(network,
                                        s->regression ? bp_dataset_outputs(data->train)
                                                      : bp_dataset_classes(data->train),
                                        s->regression ? BP_ACTIVATION_LINEAR
                                                      : BP_ACTIVATION_SOFTMAX));
    CHECK(network, bp_network_build(network, s->seed));
    names_free(&hidden);
    return network;
}

/* The last layer is linear, so the scale of the targets goes into its weights, and the
 * model puts out numbers in their own unit: d (w a + b) + m = (d w) a + (d b + m). */
static void undo_scale(bp_network *network, const struct scale *scales)
{
    const size_t last = bp_network_layers(network) - 1;
    bp_layer_info info = {.struct_size = sizeof info};
    double *w, *b;

    CHECK_STATUS(bp_network_layer_info(network, last, &info));
    w = check_allocate(info.outputs * info.inputs, sizeof *w);
    b = check_allocate(info.outputs, sizeof *b);
    CHECK_STATUS(bp_network_get_parameter_f64(network, last, BP_PARAMETER_WEIGHT, w,
                                              info.outputs * info.inputs));
    CHECK_STATUS(
        bp_network_get_parameter_f64(network, last, BP_PARAMETER_BIAS, b, info.outputs));
    for (size_t to = 0; to < info.outputs; to++) {
        b[to] = scales[to].deviation * b[to] + scales[to].mean;
        for (size_t from = 0; from < info.inputs; from++)
            w[to * info.inputs + from] *= scales[to].deviation;
    }
    CHECK(network, bp_network_set_parameter_f64(network, last, BP_PARAMETER_WEIGHT, w,
                                                info.outputs * info.inputs));
    CHECK(network, bp_network_set_parameter_f64(network, last, BP_PARAMETER_BIAS, b,
                                                info.outputs));
    free(w);
    free(b);
}

/* ---- the training ---- */

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

struct watch {
    const struct settings *s;
    struct progress progress;
    struct show show;
};

static int32_t look(const bp_progress *now, void *user)
{
    struct watch *watch = user;

    if (!watch->s->quiet)
        (void)progress_show(now, &watch->progress);
    show_look(&watch->show, now);
    return interrupted;
}

static bp_trainer *make_trainer(const struct settings *s, bp_network *network,
                                const bp_cost *cost)
{
    bp_optimizer *adam;
    bp_trainer *trainer;

    CHECK_STATUS(bp_optimizer_create(BP_OPTIMIZER_ADAM, NULL, &adam));
    CHECK(adam, bp_optimizer_set(adam, BP_OPTIMIZER_RATE, s->rate));
    CHECK_STATUS(bp_trainer_create(network, cost, adam, &trainer));
    CHECK(trainer, bp_trainer_set(trainer, BP_TRAINER_BATCH, (double)s->batch));
    CHECK(trainer, bp_trainer_build(trainer, s->seed));
    bp_optimizer_destroy(adam);
    return trainer;
}

static void tell_end(const struct settings *s, bp_status status,
                     const bp_fit_result *result)
{
    if (s->quiet)
        return;
    if (status == BP_ESTOPPED && s->checkpoint != NULL)
        printf("interrupted; 'backprop resume %s' goes on\n", s->checkpoint);
    else if (status == BP_ESTOPPED)
        printf("interrupted; the best weights so far are kept\n");
    else
        printf("best after epoch %llu of %llu: cost %.6g\n",
               (unsigned long long)result->best_epoch, (unsigned long long)result->epochs,
               result->best);
}

/* The state of the training that broke off, if it had kept any. */
static void restore(const struct settings *s, bp_trainer *trainer)
{
    bp_snapshot *state;

    if (!file_is_there(s->checkpoint))
        return;
    CHECK_STATUS(bp_snapshot_create(NULL, &state));
    if (bp_snapshot_load(state, s->checkpoint, NULL) != BP_OK)
        fail("%s", bp_snapshot_error(state));
    if (bp_trainer_restore(trainer, state) != BP_OK)
        fail("%s: %s", s->checkpoint, bp_trainer_error(trainer));
    bp_snapshot_destroy(state);
}

static bp_fit_options fit_options(const struct settings *s, const struct rows *data)
{
    bp_fit_options options;

    CHECK_STATUS(bp_fit_options_init(&options));
    options.epochs = s->epochs;
    options.patience = s->patience;
    options.validation = data->test;
    options.checkpoint = s->checkpoint;
    if (s->checkpoint != NULL) {
        options.checkpoint_epochs = s->every_epochs;
        options.checkpoint_seconds = s->every_seconds;
        options.resume = 1;
    }
    return options;
}

static void catch_signals(void (*handler)(int))
{
    (void)signal(SIGINT, handler);
    (void)signal(SIGTERM, handler);
}

static void fit(const struct settings *s, const struct rows *data, bp_network *network,
                const bp_cost *cost)
{
    struct watch watch = {.s = s};
    bp_trainer *trainer = make_trainer(s, network, cost);
    bp_fit_result result = {.struct_size = sizeof result};
    bp_fit_options options = fit_options(s, data);
    bp_status status;

    options.progress = look;
    options.user = &watch;
    if (s->checkpoint != NULL)
        restore(s, trainer);
    watch.progress.network = network;
    watch.progress.cost = cost;
    watch.progress.data = s->regression ? NULL : data->test;
    progress_begin(&watch.progress);
    watch.show = show_begin(s, data, network);
    options.metrics = watch.show.metrics;
    catch_signals(interrupt);
    status = bp_trainer_train(trainer, data->train, &options, &result);
    catch_signals(SIG_DFL);
    progress_end(&watch.progress);
    show_end(&watch.show);
    if (status != BP_ESTOPPED)
        CHECK(trainer, status);
    tell_end(s, status, &result);
    bp_trainer_destroy(trainer);
}

/* ---- the model ---- */

typedef const char *(*name_fn)(const bp_dataset *data, size_t index);

static const char **names_of(const bp_dataset *data, size_t count, name_fn name)
{
    const char **names = check_allocate(count + 1, sizeof *names);

    for (size_t i = 0; i < count; i++)
        names[i] = name(data, i);
    return names;
}

static void write_model(bp_network *network, const char *path,
                        const bp_save_options *options)
{
    unsigned char *bytes;
    size_t size = 0;

    if (!file_is_standard(path)) {
        if (bp_network_save(network, path, options) != BP_OK)
            fail("%s", bp_network_error(network));
        return;
    }
    (void)bp_network_save_memory(network, options, NULL, 0, &size);
    bytes = check_allocate(size, 1);
    CHECK(network, bp_network_save_memory(network, options, bytes, size, &size));
    (void)fwrite(bytes, 1, size, stdout);
    file_close(stdout, NULL);
    free(bytes);
}

static void save(const struct settings *s, const struct rows *data, bp_network *network,
                 const bp_cost *cost)
{
    const size_t classes = s->regression ? 0 : bp_dataset_classes(data->all);
    const size_t inputs = bp_dataset_inputs(data->all);
    const char **class_names = names_of(data->all, classes, bp_dataset_class_name);
    const char **input_names = names_of(data->all, inputs, bp_dataset_input_name);
    bp_save_options options;

    CHECK_STATUS(bp_save_options_init(&options));
    options.cost = cost;
    options.scaler = data->scaler;
    options.class_names = classes > 0 ? class_names : NULL;
    options.class_count = classes;
    options.input_names = input_names;
    options.input_count = inputs;
    write_model(network, s->output, &options);
    if (!s->quiet)
        printf("saved %s\n", s->output);
    free(class_names);
    free(input_names);
}

static void tell_begin(const bp_network *network, const struct rows *data)
{
    printf("%zu rows to train on, %zu held out; %zu inputs, %zu outputs, %zu weights "
           "and biases\n",
           bp_dataset_rows(data->train), bp_dataset_rows(data->test),
           bp_network_inputs(network), bp_network_outputs(network),
           bp_network_parameters(network));
    if (bp_dataset_dropped(data->all) > 0)
        printf("%zu rows with missing values were left out\n",
               bp_dataset_dropped(data->all));
}

static int train(const struct settings *s, struct rows *data)
{
    bp_network *network = make_network(s, data);
    bp_cost *cost;

    CHECK_STATUS(bp_cost_create(
        s->regression ? BP_COST_MSE : BP_COST_SOFTMAX_CROSS_ENTROPY, NULL, &cost));
    if (!s->quiet)
        tell_begin(network, data);
    if (s->checkpoint != NULL)
        settings_keep(s, data->fingerprint);
    fit(s, data, network, cost);
    if (data->scales != NULL)
        undo_scale(network, data->scales);
    save(s, data, network, cost);
    if (s->checkpoint != NULL && !interrupted)
        settings_forget(s);
    bp_cost_destroy(cost);
    bp_network_destroy(network);
    rows_free(data);
    return interrupted ? EXIT_INTERRUPTED : EXIT_SUCCESS;
}

/* ---- the commands ---- */

static int run_train(int argc, char **argv)
{
    const struct settings s = settings_read(argc, argv);
    struct rows data;

    if (s.checkpoint != NULL && file_is_there(s.checkpoint))
        fail("--checkpoint is %s, which is there already: 'backprop resume' goes on with "
             "it; remove it to begin anew",
             s.checkpoint);
    data = rows_read(&s);
    return train(&s, &data);
}

static int run_resume(int argc, char **argv)
{
    uint64_t fingerprint = 0;
    const struct settings s = settings_resume(argc, argv, &fingerprint);
    struct rows data = rows_read(&s);

    if (data.fingerprint != fingerprint)
        fail("%s is not the table of %s: its rows or columns are others", s.table.path,
             s.checkpoint);
    return train(&s, &data);
}

const struct command command_train = {"train", "train a network on a table and save it",
                                      train_help, run_train};

const struct command command_resume = {"resume", "go on with a training that broke off",
                                       resume_help, run_resume};
