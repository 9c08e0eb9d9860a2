/* SPDX-License-Identifier: MIT */
/* main() of the two programs. */
static void tables_say_what_they_are(void **state)
{
    size_t count, t;
    table *const *const tables = all_tables(&count);

    (void)state;
    assert_true(count >= 1);
    assert_int_equal(tables[0]->isa, BP_ISA_SCALAR);
    for (t = 0; t < count; t++)
        assert_ptr_equal(tables[t], BP_REAL(kernels_for)(tables[t]->isa));
    assert_ptr_equal(BP_REAL(kernels_for)(BP_ISA_BEST), tables[0]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_say_what_they_are),
        cmocka_unit_test(product_is_within_its_bound),
        cmocka_unit_test(product_has_the_same_bits_on_special_numbers),
        cmocka_unit_test(product_has_every_tile),
        cmocka_unit_test(product_adds_in_order),
        cmocka_unit_test(a_row_alone_is_as_among_others),
        cmocka_unit_test(a_step_on_tiles_is_the_step_on_the_whole),
        cmocka_unit_test(sum_rows_is_one_chain_a_column),
        cmocka_unit_test(largest_is_found_wherever_it_is),
        cmocka_unit_test(sums_have_the_documented_order),
        cmocka_unit_test(lines_and_clamps),
        cmocka_unit_test(columns_stay_within_their_limit),
        cmocka_unit_test(updates_are_the_documented_sequences),
        cmocka_unit_test(dropout_is_a_function_of_place),
        cmocka_unit_test(normals_are_those_of_the_generator),
        cmocka_unit_test(noise_is_a_function_of_place),
        cmocka_unit_test(norms_follow_their_formulas),
        cmocka_unit_test(variance_does_not_cancel),
        cmocka_unit_test(links_have_the_bits_of_layers),
        cmocka_unit_test(links_tell_what_is_not_finite),
        cmocka_unit_test(activations_follow_their_formulas),
        cmocka_unit_test(activations_have_the_same_bits),
        cmocka_unit_test(activations_keep_their_word_at_the_kinks),
        cmocka_unit_test(softmax_does_not_hide_a_nan),
    };

    int failed = 0;

    if (argc > 1 && strcmp(argv[1], "--bench") == 0)
        return bench_all();
    failed += cmocka_run_group_tests_name("aligned", tests, NULL, NULL);
    array_shift = 3;
    failed += cmocka_run_group_tests_name("unaligned", tests, NULL, NULL);
    return failed ? 1 : 0;
}
