/* SPDX-License-Identifier: MIT */
#include "schedule.h"

#include "kernel/math.h"

#include <math.h>

#define PI 3.14159265358979323846

/* A fall of the rate by less than this is none. */
#define LEAST_FALL 1e-8

struct kind {
    int32_t kind;
    struct bp_settings settings;
    /** The rate at t, counted from the end of the warm-up. */
    double (*rate)(const struct bp_schedule_spec *spec, const struct bp_plateau *plateau,
                   double base, double t);
};

static double setting(const struct bp_schedule_spec *spec, int32_t key);

/* ---- closed forms ---- */

static double constant(const struct bp_schedule_spec *spec,
                       const struct bp_plateau *plateau, double base, double t)
{
    (void)spec;
    (void)plateau;
    (void)t;
    return base;
}

/* base gamma^floor(t / period) */
static double steps(const struct bp_schedule_spec *spec, const struct bp_plateau *plateau,
                    double base, double t)
{
    (void)plateau;
    return base * bp_pow_f64(setting(spec, BP_SCHEDULE_GAMMA),
                             floor(t / setting(spec, BP_SCHEDULE_PERIOD)));
}

/* base gamma^k, where k milestones are at or before t */
static double milestones(const struct bp_schedule_spec *spec,
                         const struct bp_plateau *plateau, double base, double t)
{
    size_t passed = 0;

    (void)plateau;
    while (passed < spec->milestone_count && (double)spec->milestones[passed] <= t)
        passed++;
    return base * bp_pow_f64(setting(spec, BP_SCHEDULE_GAMMA), (double)passed);
}

/* base gamma^t */
static double exponential(const struct bp_schedule_spec *spec,
                          const struct bp_plateau *plateau, double base, double t)
{
    (void)plateau;
    return base * bp_pow_f64(setting(spec, BP_SCHEDULE_GAMMA), t);
}

/* From `from` at part 0 to `to` at part 1, along half a cosine. */
static double half_cosine(double from, double to, double part)
{
    return to + (from - to) * (1 + bp_cos_f64(PI * part)) / 2;
}

/* min + (base - min) (1 + cos(pi t / period)) / 2; with restarts t is counted from the
 * last, and each period is `restart` times as long as the one before. */
static double cosine(const struct bp_schedule_spec *spec,
                     const struct bp_plateau *plateau, double base, double t)
{
    const double restart = setting(spec, BP_SCHEDULE_RESTART);
    double period = setting(spec, BP_SCHEDULE_PERIOD);

    (void)plateau;
    if (restart == 1)
        t = fmod(t, period);
    while (restart > 1 && t >= period) {
        t -= period;
        period *= restart;
    }
    return half_cosine(base, setting(spec, BP_SCHEDULE_MIN), t / period);
}

static double between(const struct bp_schedule_spec *spec, double from, double to,
                      double part)
{
    if (setting(spec, BP_SCHEDULE_LINEAR) != 0)
        return from + (to - from) * part;
    return half_cosine(from, to, part);
}

/* base is the peak: up to it from base / divisor until rise period - 1, then down until
 * period - 1. */
static double one_cycle(const struct bp_schedule_spec *spec,
                        const struct bp_plateau *plateau, double base, double t)
{
    const double period = setting(spec, BP_SCHEDULE_PERIOD);
    const double peak = setting(spec, BP_SCHEDULE_RISE) * period - 1;
    const double first = base / setting(spec, BP_SCHEDULE_DIVISOR);
    const double last = first / setting(spec, BP_SCHEDULE_FINAL_DIVISOR);

    (void)plateau;
    if (t >= period - 1)
        return last;
    if (t <= peak && peak > 0)
        return between(spec, first, base, t / peak);
    return between(spec, base, last, (t - peak) / (period - 1 - peak));
}

/* base gamma^falls, and not below min */
static double plateau_rate(const struct bp_schedule_spec *spec, double base, double falls)
{
    const double low = setting(spec, BP_SCHEDULE_MIN);
    const double rate = base * bp_pow_f64(setting(spec, BP_SCHEDULE_GAMMA), falls);

    return falls > 0 && rate < low ? low : rate;
}

static double on_plateau(const struct bp_schedule_spec *spec,
                         const struct bp_plateau *plateau, double base, double t)
{
    (void)t;
    return plateau_rate(spec, base, plateau->falls);
}

static double call(const struct bp_schedule_spec *spec, const struct bp_plateau *plateau,
                   double base, double t)
{
    (void)plateau;
    return spec->callback((uint64_t)t, base, spec->user);
}

/* ---- settings ---- */

#define BY(initial)                                           \
    {                                                         \
        BP_SCHEDULE_BY, "by", 0, 1, initial, BP_SETTING_WHOLE \
    }
#define WARMUP                                                             \
    {BP_SCHEDULE_WARMUP, "warm-up", 0, 1e9, 0, BP_SETTING_WHOLE},          \
    {                                                                      \
        BP_SCHEDULE_WARMUP_START, "start of the warm-up", 0, 1, 1.0 / 3, 0 \
    }
#define PERIOD(initial)                                                 \
    {                                                                   \
        BP_SCHEDULE_PERIOD, "period", 1, 1e9, initial, BP_SETTING_WHOLE \
    }
#define GAMMA(initial)                                              \
    {                                                               \
        BP_SCHEDULE_GAMMA, "gamma", 0, 1, initial, BP_SETTING_ABOVE \
    }
#define MIN                                  \
    {                                        \
        BP_SCHEDULE_MIN, "min", 0, 1e6, 0, 0 \
    }
#define SWITCH(key, name)                    \
    {                                        \
        key, name, 0, 1, 0, BP_SETTING_WHOLE \
    }

static const struct bp_setting constant_table[] = {BY(0), WARMUP};
static const struct bp_setting step_table[] = {BY(0), WARMUP, PERIOD(10), GAMMA(0.1)};
static const struct bp_setting milestone_table[] = {BY(0), WARMUP, GAMMA(0.1)};
static const struct bp_setting exponential_table[] = {BY(0), WARMUP, GAMMA(0.95)};

static const struct bp_setting cosine_table[] = {
    BY(0),
    WARMUP,
    PERIOD(100),
    MIN,
    {BP_SCHEDULE_RESTART, "restart", 0, 100, 0, BP_SETTING_WHOLE},
};

static const struct bp_setting one_cycle_table[] = {
    BY(1),
    PERIOD(1000),
    {BP_SCHEDULE_RISE, "rise", 0, 1, 0.3, 0},
    {BP_SCHEDULE_DIVISOR, "divisor", 1, 1e9, 25, 0},
    {BP_SCHEDULE_FINAL_DIVISOR, "final divisor", 1, 1e9, 1e4, 0},
    SWITCH(BP_SCHEDULE_LINEAR, "linear"),
};

static const struct bp_setting plateau_table[] = {
    BY(0),
    WARMUP,
    GAMMA(0.1),
    MIN,
    {BP_SCHEDULE_PATIENCE, "patience", 0, 1e9, 10, BP_SETTING_WHOLE},
    {BP_SCHEDULE_THRESHOLD, "threshold", 0, 1e6, 1e-4, 0},
    SWITCH(BP_SCHEDULE_ABSOLUTE, "absolute"),
    SWITCH(BP_SCHEDULE_MAXIMIZE, "maximize"),
    {BP_SCHEDULE_COOLDOWN, "cooldown", 0, 1e9, 0, BP_SETTING_WHOLE},
    {BP_SCHEDULE_MONITOR, "monitor", 0, 2, 1, BP_SETTING_WHOLE},
};

#define SETTINGS(table)                       \
    {                                         \
        table, sizeof table / sizeof table[0] \
    }

/* The last is no kind that can be asked for. */
static const struct kind kinds[] = {
    {BP_SCHEDULE_CONSTANT, SETTINGS(constant_table), constant},
    {BP_SCHEDULE_STEP, SETTINGS(step_table), steps},
    {BP_SCHEDULE_MULTI_STEP, SETTINGS(milestone_table), milestones},
    {BP_SCHEDULE_EXPONENTIAL, SETTINGS(exponential_table), exponential},
    {BP_SCHEDULE_COSINE, SETTINGS(cosine_table), cosine},
    {BP_SCHEDULE_ONE_CYCLE, SETTINGS(one_cycle_table), one_cycle},
    {BP_SCHEDULE_PLATEAU, SETTINGS(plateau_table), on_plateau},
    {BP_SCHEDULE_CUSTOM, SETTINGS(constant_table), call},
};

static const struct kind *find(int32_t kind)
{
    size_t i;

    for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i].kind == kind)
            return &kinds[i];
    return NULL;
}

static double setting(const struct bp_schedule_spec *spec, int32_t key)
{
    double value = 0;

    (void)bp_settings_get(&find(spec->kind)->settings, spec->settings, key, &value);
    return value;
}

/* ---- the object ---- */

static bp_status create(int32_t kind, const bp_env *env, bp_schedule **schedule)
{
    void *object = NULL;
    bp_schedule *made;
    const bp_status status = bp_object_create(env, sizeof *made, &object);

    if (status != BP_OK)
        return status;
    made = object;
    made->spec.kind = kind;
    bp_settings_reset(&find(kind)->settings, made->spec.settings);
    *schedule = made;
    return BP_OK;
}

bp_status bp_schedule_create(int32_t kind, const bp_env *env, bp_schedule **schedule)
{
    if (find(kind) == NULL || kind == BP_SCHEDULE_CUSTOM || schedule == NULL)
        return BP_EINVAL;
    return create(kind, env, schedule);
}

bp_status bp_schedule_create_custom(bp_schedule_fn callback, void *user,
                                    const bp_env *env, bp_schedule **schedule)
{
    bp_status status;

    if (callback == NULL || schedule == NULL)
        return BP_EINVAL;
    status = create(BP_SCHEDULE_CUSTOM, env, schedule);
    if (status != BP_OK)
        return status;
    (*schedule)->spec.callback = callback;
    (*schedule)->spec.user = user;
    return BP_OK;
}

void bp_schedule_destroy(bp_schedule *schedule)
{
    if (schedule != NULL)
        bp_object_release(schedule, sizeof *schedule);
}

const char *bp_schedule_error(const bp_schedule *schedule)
{
    return schedule != NULL ? schedule->text.line : "";
}

bp_status bp_schedule_set(bp_schedule *schedule, int32_t key, double value)
{
    if (schedule == NULL)
        return BP_EINVAL;
    return bp_settings_set(&find(schedule->spec.kind)->settings, schedule->spec.settings,
                           key, value, &schedule->text);
}

bp_status bp_schedule_get(const bp_schedule *schedule, int32_t key, double *value)
{
    if (schedule == NULL || value == NULL)
        return BP_EINVAL;
    return bp_settings_get(&find(schedule->spec.kind)->settings, schedule->spec.settings,
                           key, value);
}

static bp_status check_milestones(struct bp_schedule *schedule, const uint64_t *at,
                                  size_t count)
{
    size_t i;

    if (schedule->spec.kind != BP_SCHEDULE_MULTI_STEP)
        return bp_fail(&schedule->text, BP_ESTATE,
                       "the schedule has no milestones, expected BP_SCHEDULE_MULTI_STEP");
    if (at == NULL)
        return bp_fail_null(&schedule->text, "milestones");
    if (count > BP_SCHEDULE_MILESTONES)
        return bp_fail(&schedule->text, BP_ELIMIT, "count is %zu, expected at most %d",
                       count, BP_SCHEDULE_MILESTONES);
    for (i = 1; i < count; i++)
        if (at[i] < at[i - 1])
            return bp_fail(&schedule->text, BP_EINVAL,
                           "milestones[%zu] is %llu, expected at least the one before", i,
                           (unsigned long long)at[i]);
    return BP_OK;
}

bp_status bp_schedule_set_milestones(bp_schedule *schedule, const uint64_t *at,
                                     size_t count)
{
    bp_status status;
    size_t i;

    if (schedule == NULL)
        return BP_EINVAL;
    status = check_milestones(schedule, at, count);
    if (status != BP_OK)
        return status;
    for (i = 0; i < count; i++)
        schedule->spec.milestones[i] = at[i];
    schedule->spec.milestone_count = count;
    return BP_OK;
}

/* ---- at work ---- */

bool bp_schedule_by_update(const struct bp_schedule_spec *spec)
{
    return setting(spec, BP_SCHEDULE_BY) != 0;
}

double bp_schedule_rate_at(const struct bp_schedule_spec *spec,
                           const struct bp_plateau *plateau, double base, uint64_t t)
{
    const double warmup = setting(spec, BP_SCHEDULE_WARMUP);
    const double start = setting(spec, BP_SCHEDULE_WARMUP_START);
    const double now = (double)t;

    if (now < warmup)
        return base * (start + (1 - start) * now / warmup);
    return find(spec->kind)->rate(spec, plateau, base, now - warmup);
}

bp_status bp_schedule_rate(const bp_schedule *schedule, double base, uint64_t t,
                           double *rate)
{
    static const struct bp_plateau nothing_seen = {.seen = false};
    double found;

    if (schedule == NULL || rate == NULL || !(base >= 0 && base <= 1e6))
        return BP_EINVAL;
    found = bp_schedule_rate_at(&schedule->spec, &nothing_seen, base, t);
    if (!(found >= 0 && found <= 1e6))
        return BP_EDATA;
    *rate = found;
    return BP_OK;
}

bool bp_schedule_watches(const struct bp_schedule_spec *spec, int32_t what)
{
    return spec->kind == BP_SCHEDULE_PLATEAU &&
           setting(spec, BP_SCHEDULE_MONITOR) == (double)what;
}

bool bp_schedule_maximizes(const struct bp_schedule_spec *spec)
{
    return setting(spec, BP_SCHEDULE_MAXIMIZE) != 0;
}

/* ---- a plateau ---- */

static bool is_better(const struct bp_schedule_spec *spec,
                      const struct bp_plateau *plateau, double value)
{
    const double threshold = setting(spec, BP_SCHEDULE_THRESHOLD);
    const bool absolute = setting(spec, BP_SCHEDULE_ABSOLUTE) != 0;
    const double best = plateau->best;

    if (!plateau->seen)
        return true;
    if (setting(spec, BP_SCHEDULE_MAXIMIZE) != 0)
        return value > (absolute ? best + threshold : best * (1 + threshold));
    return value < (absolute ? best - threshold : best * (1 - threshold));
}

static void fall(const struct bp_schedule_spec *spec, struct bp_plateau *plateau,
                 double base)
{
    const double now = plateau_rate(spec, base, plateau->falls);
    const double next = plateau_rate(spec, base, plateau->falls + 1);

    plateau->cooldown = setting(spec, BP_SCHEDULE_COOLDOWN);
    plateau->bad = 0;
    if (now - next > LEAST_FALL)
        plateau->falls++;
}

void bp_plateau_see(const struct bp_schedule_spec *spec, struct bp_plateau *plateau,
                    double base, double value)
{
    if (is_better(spec, plateau, value)) {
        plateau->seen = true;
        plateau->best = value;
        plateau->bad = 0;
    } else {
        plateau->bad++;
    }
    if (plateau->cooldown > 0) {
        plateau->cooldown--;
        plateau->bad = 0;
    }
    if (plateau->bad > setting(spec, BP_SCHEDULE_PATIENCE))
        fall(spec, plateau, base);
}
