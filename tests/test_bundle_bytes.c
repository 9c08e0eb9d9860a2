/* SPDX-License-Identifier: MIT */
/* Every byte of six small models, changed in each of its bits and in all of them; and
 * every place where one can end. None of it loads, and all of it is told. */
#include "bundle_forge.h"

static bool is_refusal(bp_status status)
{
    return status == BP_EDATA || status == BP_ELIMIT || status == BP_EUNSUPPORTED;
}

static size_t tried;

static void try_it(const struct forge *forge, const char *what, size_t which, size_t at)
{
    char line[256];
    const bp_status status = forge_load(forge, forge_options(), line);

    tried++;
    if (!is_refusal(status))
        fail_msg("model %zu, %s %zu: the answer is %d", which, what, at, (int)status);
    for (const char *c = line; *c != '\0'; c++)
        if (*c < ' ' || *c > '~')
            fail_msg("model %zu, %s %zu: '%s' does not print", which, what, at, line);
}

static void flip(struct forge *forge, size_t which, size_t at, int bits)
{
    const unsigned char kept = forge->bytes[at];

    forge->bytes[at] = (unsigned char)(kept ^ bits);
    try_it(forge, "byte", which, at);
    forge->bytes[at] = kept;
}

static void every_byte(void **state)
{
    (void)state;
    for (size_t which = 0; which < FORGE_MODELS; which++) {
        struct forge forge = forge_model(which);

        for (size_t at = 0; at < forge.size; at++) {
            for (int bit = 0; bit < 8; bit++)
                flip(&forge, which, at, 1 << bit);
            flip(&forge, which, at, 0xFF);
        }
        forge_free(&forge);
    }
}

static void every_truncation(void **state)
{
    (void)state;
    for (size_t which = 0; which < FORGE_MODELS; which++) {
        struct forge forge = forge_model(which);

        while (forge.size > 0) {
            forge.size--;
            try_it(&forge, "size", which, forge.size);
        }
        forge_free(&forge);
    }
}

/* The same with a checksum that is made right: what is then accepted is a whole model,
 * and what is not is refused for another reason. */
static void every_byte_under_a_right_checksum(void **state)
{
    struct forge forge = forge_model(0);
    size_t accepted = 0;

    (void)state;
    for (size_t at = 0; at < forge.size; at++)
        for (int bit = 0; bit < 8; bit++) {
            struct forge changed = {malloc(forge.size), forge.size};
            char line[256];
            bp_status status;

            assert_non_null(changed.bytes);
            memcpy(changed.bytes, forge.bytes, forge.size);
            changed.bytes[at] ^= (unsigned char)(1 << bit);
            forge_checksum(&changed);
            status = forge_load(&changed, NULL, line);
            assert_true(status == BP_OK || is_refusal(status));
            accepted += status == BP_OK;
            tried++;
            forge_free(&changed);
        }
    assert_true(accepted > 0);
    forge_free(&forge);
}

static void count_them(void **state)
{
    (void)state;
    print_message("%zu damaged files\n", tried);
    assert_true(tried > 40000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte),
        cmocka_unit_test(every_truncation),
        cmocka_unit_test(every_byte_under_a_right_checksum),
        cmocka_unit_test(count_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
