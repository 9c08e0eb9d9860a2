/* SPDX-License-Identifier: MIT */
/*
 * Orders of rows: shuffle, slice, split. All of them work on the orders of the parts; no
 * row is moved.
 */
#include "dataset_order.h"
#include "rng.h"

/* A trainer shuffles by epoch in the same stream; the tensor keeps apart from it. */
enum { SPLIT_TENSOR = 0 };
#define SHUFFLE_TENSOR UINT32_MAX

/* picks[i] = i */
struct bp_block *bp_order_identity(const struct bp_host *host, size_t rows)
{
    struct bp_block *block;
    size_t *picks;
    size_t size;

    block = bp_mul(rows, sizeof *picks, &size) ? bp_block_create(host, size) : NULL;
    if (block == NULL)
        return NULL;
    picks = (size_t *)(void *)bp_block_data(block);
    for (size_t row = 0; row < rows; row++)
        picks[row] = row;
    return block;
}

size_t *bp_order_picks(struct bp_block *block)
{
    return (size_t *)(void *)bp_block_data(block);
}

/* Give part @p which of @p content the order order[picks[i]], or picks[i] where it had
 * none. Parts that had one order share the new one, too. */
static bool compose(const struct bp_host *host, const struct bp_content *old, int which,
                    struct bp_block *picks, struct bp_content *content)
{
    const size_t *order = old->parts[which].order;
    struct bp_part *part = &content->parts[which];
    struct bp_block *block = order == NULL ? picks : NULL;

    for (int other = 0; other < which && block == NULL; other++)
        if (old->parts[other].order == order)
            block = content->parts[other].order_block;
    if (block != NULL) {
        block = bp_block_share(host, block);
    } else {
        block = bp_order_identity(host, old->rows);
        for (size_t row = 0; block != NULL && row < old->rows; row++)
            bp_order_picks(block)[row] = order[bp_order_picks(picks)[row]];
    }
    if (block == NULL)
        return false;
    bp_block_release(host, part->order_block);
    part->order_block = block;
    part->order = bp_order_picks(block);
    return true;
}

/* Take the rows in the order of @p picks. */
bool bp_dataset_reorder(struct bp_dataset *dataset, struct bp_block *picks)
{
    const struct bp_host *host = &dataset->host;
    struct bp_content content;
    bool done = bp_content_share(host, &dataset->content, &content);

    if (!done)
        return false;
    for (int which = 0; which < BP_PART_COUNT && done; which++)
        if (content.parts[which].values != NULL)
            done = compose(host, &dataset->content, which, picks, &content);
    if (!done) {
        bp_content_release(host, &content);
        return false;
    }
    bp_content_release(host, &dataset->content);
    dataset->content = content;
    return true;
}

bp_status bp_dataset_shuffle(bp_dataset *dataset, uint64_t seed)
{
    struct bp_rng rng = {
        .seed = seed, .stream = BP_STREAM_SHUFFLE, .tensor = SHUFFLE_TENSOR};
    struct bp_block *picks;
    bool done;

    if (dataset == NULL)
        return BP_EINVAL;
    picks = bp_order_identity(&dataset->host, dataset->content.rows);
    if (picks == NULL)
        return bp_dataset_no_memory(dataset);
    bp_rng_shuffle(&rng, bp_order_picks(picks), dataset->content.rows);
    done = bp_dataset_reorder(dataset, picks);
    bp_block_release(&dataset->host, picks);
    return done ? BP_OK : bp_dataset_no_memory(dataset);
}

/* Slices. */

void bp_dataset_cut(struct bp_dataset *dataset, size_t first, size_t rows)
{
    struct bp_content *content = &dataset->content;

    for (int which = 0; which < BP_PART_COUNT; which++) {
        struct bp_part *part = &content->parts[which];

        if (part->order != NULL)
            part->order += first;
        else if (part->values != NULL)
            part->values += first * part->step;
    }
    content->rows = rows;
}

struct bp_dataset *bp_dataset_cut_twin(const struct bp_dataset *dataset, size_t first,
                                       size_t rows)
{
    struct bp_dataset *slice = bp_dataset_twin(dataset);

    if (slice != NULL)
        bp_dataset_cut(slice, first, rows);
    return slice;
}

bp_status bp_dataset_slice(bp_dataset *dataset, size_t first, size_t rows,
                           bp_dataset **slice)
{
    struct bp_dataset *created;
    size_t end;

    if (dataset == NULL)
        return BP_EINVAL;
    if (slice == NULL)
        return bp_fail_null(&dataset->text, "slice");
    if (rows == 0)
        return bp_fail(&dataset->text, BP_EINVAL, "rows is 0, expected at least 1");
    if (!bp_add(first, rows, &end) || end > dataset->content.rows)
        return bp_fail(&dataset->text, BP_EINVAL,
                       "first is %zu and rows is %zu, expected both within %zu rows",
                       first, rows, dataset->content.rows);
    created = bp_dataset_cut_twin(dataset, first, rows);
    if (created == NULL)
        return bp_dataset_no_memory(dataset);
    *slice = created;
    return BP_OK;
}

/* Splits. */

/* Rows that go to the second part: the nearest number, at least one in each part. */
static size_t held_out(size_t rows, double fraction)
{
    const double exact = fraction * (double)rows + 0.5;
    size_t count = exact < (double)rows ? (size_t)exact : rows;

    if (count > rows - 1)
        count = rows - 1;
    return count > 0 ? count : 1;
}

/*
 * Stratified: `count` rows of n are held out, and of each class c with n_c rows the share
 * count n_c / n, by the method of the largest remainder: each class gets the whole part
 * of its share, and the rows that are left go to the classes with the largest remainders,
 * the first class first where they are equal. The counts then sum to `count` exactly.
 */
struct share {
    uint64_t quota; /* n_c at first, then how many of them are held out. */
    uint64_t remainder;
};

struct shares {
    size_t classes;
    struct share *of; /* Each class. */
};

/* a b = quota n + remainder, bit by bit, as the product may not fit; a < n < 2^62. */
static struct share share_of(uint64_t a, uint64_t b, uint64_t n)
{
    struct share share = {0, 0};

    for (int bit = 63; bit >= 0; bit--) {
        share.quota *= 2;
        share.remainder = 2 * share.remainder + (b >> bit & 1) * a;
        for (; share.remainder >= n; share.remainder -= n)
            share.quota++;
    }
    return share;
}

/* Classes whose remainder is at least @p least. */
static size_t at_least(const struct shares *shares, uint64_t least)
{
    size_t found = 0;

    for (size_t c = 0; c < shares->classes; c++)
        found += shares->of[c].remainder >= least;
    return found;
}

/* The largest remainder below @p n that at least @p wanted classes reach. */
static uint64_t threshold(const struct shares *shares, uint64_t n, size_t wanted)
{
    uint64_t low = 0;
    uint64_t high = n;

    while (high - low > 1) {
        const uint64_t middle = low + (high - low) / 2;

        if (at_least(shares, middle) >= wanted)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void divide(const struct shares *shares, uint64_t count, uint64_t n)
{
    uint64_t sum = 0;
    uint64_t least;
    size_t left;
    size_t equal; /* Classes with the least of the remainders that get a row. */

    for (size_t c = 0; c < shares->classes; c++) {
        shares->of[c] = share_of(count, shares->of[c].quota, n);
        sum += shares->of[c].quota;
    }
    left = (size_t)(count - sum);
    least = threshold(shares, n, left);
    equal = left - at_least(shares, least + 1);
    for (size_t c = 0; c < shares->classes; c++) {
        const bool chosen = shares->of[c].remainder == least && equal > 0;

        equal -= chosen;
        shares->of[c].quota += chosen || shares->of[c].remainder > least;
    }
}

/* Move the rows that are held out to the end, each class in its proportion; the rows come
 * in the order of @p from. */
static void deal(const struct bp_dataset *dataset, const struct shares *shares,
                 size_t count, const size_t *from, size_t *to)
{
    size_t first = 0;
    size_t second = dataset->content.rows - count;

    for (size_t i = 0; i < dataset->content.rows; i++) {
        struct share *share = &shares->of[bp_dataset_label_at(dataset, from[i])];

        if (share->quota > 0) {
            share->quota--;
            to[second++] = from[i];
        } else {
            to[first++] = from[i];
        }
    }
}

static bool stratify(const struct bp_dataset *dataset, size_t count,
                     struct bp_block **picks)
{
    const struct bp_host *host = &dataset->host;
    const size_t rows = dataset->content.rows;
    const size_t classes = dataset->content.classes;
    const size_t size = classes * sizeof(struct share); /* at most a million */
    const struct shares shares = {classes, bp_host_allocate(host, size)};
    struct bp_block *dealt = bp_order_identity(host, rows);

    if (dealt == NULL || shares.of == NULL) {
        bp_block_release(host, dealt);
        bp_host_release(host, shares.of, size);
        return false;
    }
    for (size_t row = 0; row < rows; row++)
        shares.of[bp_dataset_label_at(dataset, row)].quota++;
    divide(&shares, count, rows);
    deal(dataset, &shares, count, bp_order_picks(*picks), bp_order_picks(dealt));
    bp_host_release(host, shares.of, size);
    bp_block_release(host, *picks);
    *picks = dealt;
    return true;
}

/* Put the rows of @p whole in the order that both parts are cut from. */
static bool arrange(struct bp_dataset *whole, size_t count, int32_t method, uint64_t seed)
{
    struct bp_rng rng = {.seed = seed, .stream = BP_STREAM_SPLIT, .tensor = SPLIT_TENSOR};
    struct bp_block *picks;
    bool done = true;

    if (method == BP_SPLIT_ORDERED)
        return true;
    picks = bp_order_identity(&whole->host, whole->content.rows);
    if (picks == NULL)
        return false;
    bp_rng_shuffle(&rng, bp_order_picks(picks), whole->content.rows);
    if (method == BP_SPLIT_STRATIFIED)
        done = stratify(whole, count, &picks);
    if (done)
        done = bp_dataset_reorder(whole, picks);
    bp_block_release(&whole->host, picks);
    return done;
}

static bp_status check_split(struct bp_dataset *dataset, double fraction, int32_t method)
{
    struct bp_text *text = &dataset->text;
    const struct bp_content *content = &dataset->content;

    if (!(fraction > 0.0 && fraction < 1.0))
        return bp_fail(text, BP_EINVAL, "fraction is %s, expected above 0 and below 1",
                       bp_number(fraction).text);
    if (method < BP_SPLIT_ORDERED || method > BP_SPLIT_STRATIFIED)
        return bp_fail(text, BP_EINVAL, "method is %ld, expected a BP_SPLIT_ value",
                       (long)method);
    if (content->rows < 2)
        return bp_fail(text, BP_ESTATE, "the data set has %zu rows, expected at least 2",
                       content->rows);
    if (method == BP_SPLIT_STRATIFIED && content->parts[BP_PART_LABELS].values == NULL)
        return bp_fail(
            text, BP_ESTATE,
            "the data set has no labels, expected some for a stratified split");
    return BP_OK;
}

bp_status bp_dataset_split(bp_dataset *dataset, double fraction, int32_t method,
                           uint64_t seed, bp_dataset **first, bp_dataset **second)
{
    struct bp_dataset *whole;
    struct bp_dataset *end = NULL;
    size_t rows;
    size_t count;
    bp_status status;

    if (dataset == NULL)
        return BP_EINVAL;
    if (first == NULL || second == NULL)
        return bp_fail_null(&dataset->text, first == NULL ? "first" : "second");
    status = check_split(dataset, fraction, method);
    if (status != BP_OK)
        return status;
    rows = dataset->content.rows;
    count = held_out(rows, fraction);
    whole = bp_dataset_twin(dataset);
    if (whole != NULL && arrange(whole, count, method, seed))
        end = bp_dataset_cut_twin(whole, rows - count, count);
    if (end == NULL) {
        bp_dataset_destroy(whole);
        return bp_dataset_no_memory(dataset);
    }
    bp_dataset_cut(whole, 0, rows - count);
    *first = whole;
    *second = end;
    return BP_OK;
}
