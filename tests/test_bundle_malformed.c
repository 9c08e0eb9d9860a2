/* SPDX-License-Identifier: MIT */
/*
 * Files that the loader must refuse, each by name and with its exact status. All but
 * those of the frame have right sizes and a right checksum: so it is the fault named that
 * is seen.
 */
#include "bundle_forge.h"

static size_t refused, wrong;

/* One run shows all that are not refused as they should be. */
static int none_wrong(void **state)
{
    const size_t count = wrong;

    (void)state;
    wrong = 0;
    return count > 0 ? -1 : 0;
}

static void expect(const char *name, const struct forge *forge, bp_status status,
                   const char *words)
{
    char line[256];
    const bp_status answer = forge_load(forge, forge_options(), line);

    refused++;
    if (answer == status && strstr(line, words) != NULL)
        return;
    print_error("%s: the answer is %d, '%s'\nexpected %d, '%s'\n", name, (int)answer,
                line, (int)status, words);
    wrong++;
}

/* ---- frame ---- */

static void expect_bytes(const char *name, const void *bytes, size_t size,
                         bp_status status, const char *words)
{
    struct forge forge = {malloc(size + 1), size};

    assert_non_null(forge.bytes);
    memcpy(forge.bytes, bytes, size);
    expect(name, &forge, status, words);
    forge_free(&forge);
}

static void frame(void **state)
{
    static const unsigned char none[8] = {0}, one[9] = {1, 0, 0, 0, 0, 0, 0, 0, '{'};
    static const unsigned char over[9] = {1, 0, 0, 1, 0, 0, 0, 0, '{'};
    static const unsigned char top[9] = {0, 0, 0, 0, 0, 0, 0, 0x80, '{'};
    static const unsigned char all[9] = {255, 255, 255, 255, 255, 255, 255, 255, '{'};
    static const unsigned char past[10] = {3, 0, 0, 0, 0, 0, 0, 0, '{', '}'};
    static const unsigned char list[10] = {2, 0, 0, 0, 0, 0, 0, 0, '[', ']'};
    static const unsigned char tail[12] = {4, 0, 0, 0, 0, 0, 0, 0, '{', '}', ' ', '\n'};
    static const unsigned char bare[10] = {2, 0, 0, 0, 0, 0, 0, 0, '{', '}'};

    (void)state;
    expect_bytes("empty", "", 0, BP_EDATA, "the data end after 0 bytes, expected 8");
    expect_bytes("under 8 bytes", none, 7, BP_EDATA, "the data end after 7 bytes");
    expect_bytes("header length 0", none, 8, BP_EDATA, "the header has 0 bytes");
    expect_bytes("header length 1", one, 9, BP_EDATA, "the header has 1 bytes");
    expect_bytes("header length over 16 MiB", over, 9, BP_ELIMIT, "expected at most");
    expect_bytes("header length 2^63", top, 9, BP_ELIMIT, "has 9223372036854775808 b");
    expect_bytes("header length 2^64 - 1", all, 9, BP_ELIMIT, "has 18446744073709551615");
    expect_bytes("header length past the end", past, 10, BP_EDATA,
                 "after its size only 2");
    expect_bytes("first byte no brace", list, 10, BP_EDATA, "does not begin with '{'");
    expect_bytes("trailing non-space", tail, 12, BP_EDATA, "only spaces after");
    expect_bytes("no metadata", bare, 10, BP_EDATA, "metadata 'format' is missing");
}

static void data_shorter_or_longer(void **state)
{
    struct forge forge = forge_model(0);

    (void)state;
    forge.size--;
    expect("data shorter than declared", &forge, BP_EDATA, "the data behind the header");
    forge.size++;
    forge.bytes = realloc(forge.bytes, forge.size + 1);
    assert_non_null(forge.bytes);
    forge.bytes[forge.size++] = 0;
    expect("data longer than declared", &forge, BP_EDATA, "the data behind the header");
    forge_free(&forge);
}

/* ---- what is put in place of what, in the header of model 1 ---- */

struct row {
    const char *name;
    const char *from, *to;
    bp_status status;
    const char *words;
};

static void run(const struct row *rows, size_t count, size_t which)
{
    for (size_t i = 0; i < count; i++) {
        struct forge forge = forge_model(which);

        forge_replace(&forge, rows[i].from, rows[i].to);
        forge_seal(&forge);
        expect(rows[i].name, &forge, rows[i].status, rows[i].words);
        forge_free(&forge);
    }
}

#define NOT_JSON "the header is no JSON, or has a key twice"
#define OUTSIDE  "expected what a header may hold outside of strings"
#define BIAS \
    "\"layers.0.bias\":{\"dtype\":\"F64\",\"shape\":[3],\"data_offsets\":[80,104]}"
#define WITH(dtype, shape, offsets)                           \
    "\"layers.0.bias\":{\"dtype\":" dtype ",\"shape\":" shape \
    ",\"data_offsets\":" offsets "}"

static const struct row json_rows[] = {
    {"bad UTF-8", "setosa", "set\xff", BP_EDATA, NOT_JSON},
    {"overlong UTF-8", "setosa", "set\xc0\x80", BP_EDATA, NOT_JSON},
    {"escaped NUL", "setosa", "set\\u0000", BP_EDATA, NOT_JSON},
    {"a lone surrogate", "setosa", "set\\ud800", BP_EDATA, NOT_JSON},
    {"a raw control character", "setosa", "set\n", BP_EDATA, "no control character"},
    {"unterminated string", "]}}", "]}\"", BP_EDATA, "does not end"},
    {"unterminated escape", "]}}", "]}\"\\", BP_EDATA, "does not end"},
    {"unterminated object", "]}}", "]}", BP_EDATA, "ends before its last bracket"},
    {"duplicate key", "\"layers.0.bias\":\"1\"",
     "\"layers.0.bias\":\"1\",\"layers.0.bias\":\"1\"", BP_EDATA, NOT_JSON},
    {"duplicate key after unescaping", "\"layers.0.bias\":\"1\"",
     "\"layers.0.bias\":\"1\",\"l\\u0061yers.0.bias\":\"1\"", BP_EDATA, NOT_JSON},
    {"duplicate tensor", BIAS, BIAS "," BIAS, BP_EDATA, NOT_JSON},
    {"two metadata", BIAS, BIAS ",\"__metadata__\":{}", BP_EDATA, NOT_JSON},
    {"depth over 4", BIAS, WITH("\"F64\"", "[[[[3]]]]", "[80,104]"), BP_EDATA,
     "at most 4 brackets"},
    {"depth 4", BIAS, WITH("\"F64\"", "[[3]]", "[80,104]"), BP_EDATA, "whole, at le"},
    {"an unknown field", BIAS, WITH("\"F64\"", "[3]", "[80,104],\"x\":1"), BP_EDATA,
     "dtype, shape and data_offsets, and nothing else"},
    {"a missing field", BIAS, "\"layers.0.bias\":{\"dtype\":\"F64\",\"shape\":[3]}",
     BP_EDATA, "dtype, shape and data_offsets, and nothing else"},
    {"a renamed field", BIAS,
     "\"layers.0.bias\":{\"dtype\":\"F64\",\"shape\":[3],\"offsets\":[80,104]}", BP_EDATA,
     "dtype, shape and data_offsets, and nothing else"},
    {"a wrongly typed dtype", BIAS, WITH("64", "[3]", "[80,104]"), BP_EDATA, "dtype"},
    {"a wrongly typed shape", BIAS, WITH("\"F64\"", "3", "[80,104]"), BP_EDATA,
     "a shape of at most 8"},
    {"a shape of strings", BIAS, WITH("\"F64\"", "[\"3\"]", "[80,104]"), BP_EDATA,
     "whole, at least 1"},
    {"wrongly typed offsets", BIAS, WITH("\"F64\"", "[3]", "{}"), BP_EDATA,
     "two whole numbers"},
    {"three offsets", BIAS, WITH("\"F64\"", "[3]", "[80,104,104]"), BP_EDATA,
     "two whole numbers"},
    {"a tensor that is none", BIAS, "\"layers.0.bias\":[]", BP_EDATA, "dtype, shape"},
    {"negative", BIAS, WITH("\"F64\"", "[-3]", "[80,104]"), BP_EDATA, OUTSIDE},
    {"fractional", BIAS, WITH("\"F64\"", "[3.0]", "[80,104]"), BP_EDATA, OUTSIDE},
    {"exponent", BIAS, WITH("\"F64\"", "[3e0]", "[80,104]"), BP_EDATA, OUTSIDE},
    {"leading zero", BIAS, WITH("\"F64\"", "[03]", "[80,104]"), BP_EDATA, NOT_JSON},
    {"over 2^64", BIAS, WITH("\"F64\"", "[3]", "[80,18446744073709551617]"), BP_EDATA,
     NOT_JSON},
    {"over 2^63", BIAS, WITH("\"F64\"", "[3]", "[80,9223372036854775809]"), BP_EDATA,
     NOT_JSON},
    {"a comment", BIAS, "/* */" BIAS, BP_EDATA, OUTSIDE},
    {"trailing comma", BIAS, BIAS ",", BP_EDATA, NOT_JSON},
    {"trailing comma in a list", BIAS, WITH("\"F64\"", "[3,]", "[80,104]"), BP_EDATA,
     NOT_JSON},
    {"brackets crossed", BIAS, WITH("\"F64\"", "[3}", "[80,104]"), BP_EDATA, NOT_JSON},
    {"true", BIAS, WITH("true", "[3]", "[80,104]"), BP_EDATA, OUTSIDE},
    {"metadata that is a list", "{\"__metadata__\":{", "{\"a\":[],\"__metadata__\":{",
     BP_EDATA, "dtype, shape"},
    {"a value that is no string", "\"format\":\"backprop 1.0\"", "\"format\":1", BP_EDATA,
     "metadata \"format\": expected a string"},
    {"name empty", "\"layers.0.bias\":{", "\"\":{", BP_EDATA, "a name of 1 to 255"},
    {"name with a control character", "\"layers.0.bias\":{", "\"a\\u0001\":{", BP_EDATA,
     "a name of 1 to 255"},
    {"name with a delete", "\"layers.0.bias\":{", "\"a\x7f\":{", BP_EDATA,
     "a name of 1 to 255"},
};

static void json(void **state)
{
    (void)state;
    run(json_rows, COUNT(json_rows), 1);
}

static void byte_order_mark(void **state)
{
    struct forge forge = forge_make("\xef\xbb\xbf{}", 0);

    (void)state;
    expect("byte order mark", &forge, BP_EDATA, "does not begin with '{'");
    forge_free(&forge);
    forge = forge_make("{\"__metadata__\":[]}", 0);
    expect("metadata that are no object", &forge, BP_EDATA, "__metadata__ is no object");
    forge_free(&forge);
}

static void nul_in_the_header(void **state)
{
    struct forge forge = forge_model(0);

    (void)state;
    forge.bytes[8 + 1] = '\0';
    expect("a raw NUL", &forge, BP_EDATA, OUTSIDE);
    forge_free(&forge);
}

static char *repeat(const char *begin, const char *part, size_t count, const char *end)
{
    char *text = malloc(strlen(begin) + count * (strlen(part) + 12) + strlen(end) + 1);
    char *to = text;

    assert_non_null(text);
    to += sprintf(to, "%s", begin);
    for (size_t i = 0; i < count; i++)
        to += sprintf(to, part, i);
    (void)sprintf(to, "%s", end);
    return text;
}

static void too_much_of_it(void **state)
{
    char *names = repeat("{\"", "x", 256, "\":{}}");
    char *tensors = repeat("{\"z\":{}", ",\"%zu\":{}", 16385, "}");
    char *tokens = repeat("{\"z\":[0", ",0", 262145, "]}");
    struct forge forge = forge_make(names, 0);

    (void)state;
    expect("name over 255 bytes", &forge, BP_EDATA, "a name of 1 to 255");
    forge_free(&forge);
    forge = forge_make(tensors, 0);
    expect("more tensors than the cap", &forge, BP_ELIMIT, "tensors, expected at most");
    forge_free(&forge);
    forge = forge_make(tokens, 0);
    expect("more elements than the cap", &forge, BP_ELIMIT, "has more than 262144");
    forge_free(&forge);
    free(names);
    free(tensors);
    free(tokens);
}

/* ---- tensors ---- */

static const struct row tensors_rows[] = {
    {"unknown dtype", BIAS, WITH("\"F63\"", "[3]", "[80,104]"), BP_EDATA,
     "a dtype that is known"},
    {"rank over 8", BIAS, WITH("\"F64\"", "[3,1,1,1,1,1,1,1,1]", "[80,104]"), BP_EDATA,
     "at most 8 dimensions"},
    {"product overflows", BIAS, WITH("\"F64\"", "[4294967296,4294967296,3]", "[80,104]"),
     BP_EDATA, "a shape that memory can hold"},
    {"product wraps to 4", BIAS,
     WITH("\"F64\"", "[4194305,4194305,211106198978564]", "[80,104]"), BP_EDATA,
     "a shape that memory can hold"},
    {"byte size overflows", BIAS, WITH("\"F64\"", "[2305843009213693952,3]", "[80,104]"),
     BP_EDATA, "a shape that memory can hold"},
    {"byte size alone overflows", BIAS,
     WITH("\"F64\"", "[4611686018427387904]", "[80,104]"), BP_EDATA,
     "a shape that memory can hold"},
    {"sum overflows", BIAS,
     WITH("\"F64\"", "[1152921504606846975]", "[80,9223372036854775880]"), BP_EDATA,
     NOT_JSON},
    {"zero dimension", BIAS, WITH("\"F64\"", "[0]", "[80,80]"), BP_EDATA,
     "whole, at least 1"},
    {"zero that hides an overflow", BIAS,
     WITH("\"F64\"", "[4294967296,4294967296,4294967296,0]", "[80,80]"), BP_EDATA,
     "a shape that memory can hold"},
    {"zero before an overflow", BIAS,
     WITH("\"F64\"", "[0,4294967296,4294967296,4294967296]", "[80,80]"), BP_EDATA,
     "whole, at least 1"},
    {"begin after end", BIAS, WITH("\"F64\"", "[3]", "[104,80]"), BP_EDATA,
     "do not go back"},
    {"end past the data", "\"shape\":[2],\"data_offsets\":[152,168]",
     "\"shape\":[3],\"data_offsets\":[152,176]", BP_EDATA,
     "the tensors have 176 bytes, the data behind the header 168"},
    {"length is not the shape's", BIAS, WITH("\"F64\"", "[3]", "[80,103]"), BP_EDATA,
     "as far apart as the shape"},
    {"overlap", BIAS, WITH("\"F64\"", "[3]", "[79,103]"), BP_EDATA,
     "begin where the tensor before ends"},
    {"hole", BIAS, WITH("\"F64\"", "[3]", "[81,105]"), BP_EDATA,
     "begin where the tensor before ends"},
    {"twice the same place", BIAS,
     BIAS ","
          "\"other\":{\"dtype\":\"F64\",\"shape\":[3],"
          "\"data_offsets\":[80,104]}",
     BP_EDATA, "begin where the tensor before ends"},
    {"not starting at 0", "\"data_offsets\":[0,16]", "\"data_offsets\":[1,17]", BP_EDATA,
     "begin where the tensor before ends"},
    {"rank 0 where there is a list", BIAS, WITH("\"F64\"", "[]", "[80,88]"), BP_EDATA,
     "begin where the tensor before ends"},
};

static void tensors(void **state)
{
    (void)state;
    run(tensors_rows, COUNT(tensors_rows), 1);
}

static void sums_that_overflow(void **state)
{
    struct forge forge =
        forge_make("{\"a\":{\"dtype\":\"U8\",\"shape\":[9223372036854775807],"
                   "\"data_offsets\":[0,9223372036854775807]}}",
                   1);

    (void)state;
    expect("a sum past all data", &forge, BP_EDATA, "the data behind the header 1");
    forge_free(&forge);
}

/* ---- profile ---- */

static const struct row versions_rows[] = {
    {"version missing", "\"format\":\"backprop 1.0\",", "", BP_EDATA,
     "metadata 'format' is missing"},
    {"version malformed", "backprop 1.0", "backprop 1", BP_EDATA, "as \"backprop 1.0"},
    {"another program's", "backprop 1.0", "frontprop 1.0", BP_EDATA, "as \"backprop"},
    {"version 0", "backprop 1.0", "backprop 0.9", BP_EDATA, "as \"backprop 1.0\""},
    {"version with a zero", "backprop 1.0", "backprop 01.0", BP_EDATA, "as \"backprop"},
    {"version with more", "backprop 1.0", "backprop 1.0.0", BP_EDATA, "as \"backprop"},
    {"a long version", "backprop 1.0", "backprop 1111111111111111111111111111111111.0",
     BP_EDATA, "as \"backprop 1.0\""},
    {"newer major", "backprop 1.0", "backprop 2.0", BP_EUNSUPPORTED,
     "the format has version 2, this library reads versions to 1"},
    {"checksum missing", "\"checksum\":\"", "\"checksom\":\"", BP_EDATA,
     "metadata 'checksum' is missing"},
    {"checksum elsewhere", "{\"checksum\":\"", "{ \"checksum\":\"", BP_EDATA,
     "does not begin with a checksum"},
    {"library missing", "\"library\":\"", "\"librarx\":\"", BP_EDATA,
     "metadata 'library' is missing"},
    {"library malformed", "\"library\":\"", "\"library\":\"x", BP_EDATA, "a version"},
    {"numerics missing", "\"numerics\":\"1\",", "", BP_EDATA, "'numerics' is missing"},
    {"numerics 0", "\"numerics\":\"1\"", "\"numerics\":\"0\"", BP_EDATA, "'numerics' i"},
    {"precision missing", "\"precision\":\"F64\",", "", BP_EDATA, "'precision' is m"},
    {"precision unknown", "\"precision\":\"F64\"", "\"precision\":\"F16\"", BP_EDATA,
     "metadata 'precision' is \"F16\", expected F32 or F64"},
    {"an unknown key", "\"numerics\":\"1\"", "\"numerics\":\"1\",\"new\":\"1\"", BP_EDATA,
     "metadata \"new\" has no meaning here"},
};

static void versions(void **state)
{
    (void)state;
    run(versions_rows, COUNT(versions_rows), 1);
}

static const struct row layers_rows[] = {
    {"inputs missing", "\"inputs\":\"2\",", "", BP_EDATA, "'inputs' is missing"},
    {"inputs 0", "\"inputs\":\"2\"", "\"inputs\":\"0\"", BP_EDATA, "'inputs' is \"0\""},
    {"inputs 2^64", "\"inputs\":\"2\"", "\"inputs\":\"18446744073709551616\"", BP_EDATA,
     "'inputs' is"},
    {"inputs with a sign", "\"inputs\":\"2\"", "\"inputs\":\"+2\"", BP_EDATA, "'inputs'"},
    {"inputs with a space", "\"inputs\":\"2\"", "\"inputs\":\"2 \"", BP_EDATA,
     "'inputs'"},
    {"inputs empty", "\"inputs\":\"2\"", "\"inputs\":\"\"", BP_EDATA, "'inputs' is \"\""},
    {"other inputs", "\"inputs\":\"2\"", "\"inputs\":\"3\"", BP_EDATA,
     "there are 2 names of inputs, expected 3"},
    {"layers missing", "\"layers\":\"3\",", "", BP_EDATA, "'layers' is missing"},
    {"no layers", "\"layers\":\"3\"", "\"layers\":\"0\"", BP_EDATA, "'layers' is \"0\""},
    {"more layers", "\"layers\":\"3\"", "\"layers\":\"4\"", BP_EDATA,
     "metadata 'layers.3' is missing"},
    {"many more layers", "\"layers\":\"3\"", "\"layers\":\"9000000000000000000\"",
     BP_EDATA, "metadata 'layers.3' is missing"},
    {"fewer layers", "\"layers\":\"3\"", "\"layers\":\"2\"", BP_EDATA,
     "metadata \"layers.2\" has no meaning here"},
    {"unknown layer", "\"layers.1\":\"activation\"", "\"layers.1\":\"pooling\"",
     BP_EUNSUPPORTED, "no layer of the kind \"pooling\""},
    {"layer of callbacks without a name", "\"layers.1\":\"activation\"",
     "\"layers.1\":\"custom\"", BP_EDATA, "'layers.1.name' is missing"},
    {"unknown activation", "\"leaky_relu\"", "\"leaky\"", BP_EUNSUPPORTED,
     "no activation \"leaky\""},
    {"activation missing", "\"layers.0.activation\":\"leaky_relu\",", "", BP_EDATA,
     "'layers.0.activation' is missing"},
    {"activation of callbacks without a name", "\"leaky_relu\"", "\"custom\"", BP_EDATA,
     "'layers.0.activation_name' is missing"},
    {"a name without callbacks", "\"leaky_relu\"",
     "\"leaky_relu\",\"layers.0.activation_name\":\"x\"", BP_EDATA, "has no meaning"},
    {"width missing", "\"layers.0.outputs\":\"3\",", "", BP_EDATA,
     "'layers.0.outputs' is missing"},
    {"width 0", "\"layers.0.outputs\":\"3\"", "\"layers.0.outputs\":\"0\"", BP_EDATA,
     "'layers.0.outputs' is \"0\""},
    {"width over memory", "\"layers.0.outputs\":\"3\"",
     "\"layers.0.outputs\":\"9000000000000000000\"", BP_ELIMIT, "more parameters than"},
    {"width of an activation layer", "\"layers.1.outputs\":\"3\"",
     "\"layers.1.outputs\":\"4\"", BP_EDATA,
     "layer 1 puts out 3 numbers a row, the file says 4"},
    {"setting missing", "\"layers.0.slope\":\"0x1.47ae147ae147bp-7\",", "", BP_EDATA,
     "'layers.0.slope' is missing"},
    {"setting NaN", "0x1.47ae147ae147bp-7", "nan", BP_EDATA, "expected a number"},
    {"setting Inf", "0x1.47ae147ae147bp-7", "inf", BP_EDATA, "expected a number"},
    {"setting Inf by overflow", "0x1.47ae147ae147bp-7", "0x1p+1024", BP_EDATA,
     "expected a number"},
    {"setting out of range", "0x1.47ae147ae147bp-7", "1001", BP_EDATA,
     "layer 0: slope is 1001"},
    {"setting not as it is written", "0x1.47ae147ae147bp-7", "0.01", BP_EDATA,
     "expected a number"},
    {"setting with a zero", "0x1.47ae147ae147bp-7", "0x1.47ae147ae147b0p-7", BP_EDATA,
     "expected a number"},
    {"setting that is not there", "\"layers.1.outputs\":\"3\"",
     "\"layers.1.outputs\":\"3\",\"layers.1.bias\":\"1\"", BP_EDATA, "has no meaning"},
    {"bias 2", "\"layers.0.bias\":\"1\"", "\"layers.0.bias\":\"2\"", BP_EDATA,
     "layer 0: bias is 2"},
    {"bias left out", "\"layers.0.bias\":\"1\"", "\"layers.0.bias\":\"0\"", BP_EDATA,
     "tensor 3 is \"layers.0.bias\", expected 'layers.2.weight'"},
    {"initialisation out of range", "\"layers.0.bias_init\":\"0\"",
     "\"layers.0.bias_init\":\"3\"", BP_EDATA, "layer 0: bias init is 3"},
};

static void layers(void **state)
{
    (void)state;
    run(layers_rows, COUNT(layers_rows), 1);
}

static const struct row training_rows[] = {
    {"probability missing", "\"layers.3.probability\":\"0x1p-2\",", "", BP_EDATA,
     "'layers.3.probability' is missing"},
    {"probability over 1", "\"layers.3.probability\":\"0x1p-2\"",
     "\"layers.3.probability\":\"2\"", BP_EDATA, "layer 3: probability is 2"},
    {"deviation below 0", "\"layers.0.deviation\":\"0x1p-1\"",
     "\"layers.0.deviation\":\"-1\"", BP_EDATA, "layer 0: deviation is -1"},
    {"epsilon 0", "\"layers.4.epsilon\":\"0x1p-1\"", "\"layers.4.epsilon\":\"0\"",
     BP_EDATA, "layer 4: epsilon is 0"},
    {"momentum over 1", "\"layers.2.momentum\":\"0x1p-2\"", "\"layers.2.momentum\":\"7\"",
     BP_EDATA, "layer 2: momentum is 7"},
    {"momentum of a layer norm", "\"layers.4.affine\":\"1\"",
     "\"layers.4.affine\":\"1\",\"layers.4.momentum\":\"0\"", BP_EDATA,
     "metadata \"layers.4.momentum\" has no meaning here"},
    {"affine 2", "\"layers.2.affine\":\"1\"", "\"layers.2.affine\":\"2\"", BP_EDATA,
     "layer 2: affine is 2"},
    {"affine left out", "\"layers.2.affine\":\"1\"", "\"layers.2.affine\":\"0\"",
     BP_EDATA, "tensor 2 is \"layers.2.weight\", expected 'layers.2.running_mean'"},
    {"activation of a norm", "\"layers.2.affine\":\"1\"",
     "\"layers.2.affine\":\"1\",\"layers.2.activation\":\"relu\"", BP_EDATA,
     "metadata \"layers.2.activation\" has no meaning here"},
    {"batch norm as layer norm", "\"layers.5\":\"batch_norm\"",
     "\"layers.5\":\"layer_norm\"", BP_EDATA,
     "metadata \"layers.5.momentum\" has no meaning here"},
    {"width of a dropout", "\"layers.3.outputs\":\"3\"", "\"layers.3.outputs\":\"2\"",
     BP_EDATA, "layer 3 puts out 3 numbers a row, the file says 2"},
    {"running mean renamed", "\"layers.5.running_mean\":{", "\"layers.5.running_man\":{",
     BP_EDATA, "expected 'layers.5.running_mean' in F32"},
};

/* The last 24 bytes are the running statistics of layer 5. */
static void running_variance_below_0(void **state)
{
    struct forge forge = forge_model(5);
    const float below = -0.5f, zero = -0.0f;
    char line[256];

    (void)state;
    memcpy(forge.bytes + forge.size - 4, &below, sizeof below);
    forge_checksum(&forge);
    expect("variance below 0", &forge, BP_EDATA,
           "layers.5.running_var holds a variance below 0");
    memcpy(forge.bytes + forge.size - 4, &zero, sizeof zero);
    memcpy(forge.bytes + forge.size - 16, &below, sizeof below);
    forge_checksum(&forge);
    ok(forge_load(&forge, NULL, line));
    forge_free(&forge);
}

static void layers_of_training(void **state)
{
    (void)state;
    run(training_rows, COUNT(training_rows), 5);
}

static const struct row what_goes_with_it_rows[] = {
    {"unknown cost", "\"cost\":\"huber\"", "\"cost\":\"hubert\"", BP_EUNSUPPORTED,
     "no cost \"hubert\""},
    {"cost of callbacks without a name", "\"cost\":\"huber\"", "\"cost\":\"custom\"",
     BP_EDATA, "'cost.name' is missing"},
    {"cost that does not fit", "\"cost\":\"huber\",\"cost.scale\":\"1\"",
     "\"cost\":\"kl_divergence\"", BP_EDATA, "cost kl_divergence expects"},
    {"scale missing", ",\"cost.scale\":\"1\"", "", BP_EDATA, "'cost.scale' is missing"},
    {"scale 0", "\"cost.scale\":\"1\"", "\"cost.scale\":\"0\"", BP_EDATA,
     "cost: scale is 0"},
    {"scale of a cost without", "\"cost\":\"huber\"", "\"cost\":\"mse\"", BP_EDATA,
     "metadata \"cost.scale\" has no meaning here"},
    {"scale without a cost", "\"cost\":\"huber\",", "", BP_EDATA, "has no meaning"},
    {"unknown scaler", "\"scaler\":\"standard\"", "\"scaler\":\"robust\"",
     BP_EUNSUPPORTED, "no scaler of the kind \"robust\""},
    {"tensors of a scaler without one", "\"scaler\":\"standard\",", "", BP_EDATA,
     "tensor 0 is \"scaler.offset\", expected 'layers.0.weight'"},
    {"names missing", "\"classes.1\":", "\"classes.9\":", BP_EDATA,
     "metadata 'classes.1' is missing"},
    {"fewer names", "\"classes\":\"2\"", "\"classes\":\"1\"", BP_EDATA,
     "metadata \"classes.1\" has no meaning here"},
    {"no names", "\"classes\":\"2\"", "\"classes\":\"0\"", BP_EDATA, "'classes' is"},
    {"more names than memory", "\"classes\":\"2\"",
     "\"classes\":\"18446744073709551615\"", BP_EDATA, "'classes.2' is missing"},
    {"names without a number", "\"classes\":\"2\",", "", BP_EDATA, "has no meaning"},
    {"names of other inputs", "\"input_names\":\"2\"", "\"input_names\":\"1\"", BP_EDATA,
     "there are 1 names of inputs, expected 2"},
};

static void what_goes_with_it(void **state)
{
    (void)state;
    run(what_goes_with_it_rows, COUNT(what_goes_with_it_rows), 1);
}

static const struct row other_tensors_rows[] = {
    {"tensor renamed", "\"layers.0.bias\":{", "\"layers.0.bios\":{", BP_EDATA,
     "tensor 3 is \"layers.0.bios\", expected 'layers.0.bias' in F64 with 3"},
    {"tensor of another type", BIAS, WITH("\"I64\"", "[3]", "[80,104]"), BP_EDATA,
     "tensor 3 is \"layers.0.bias\", expected 'layers.0.bias' in F64"},
    {"tensor of another rank", BIAS, WITH("\"F64\"", "[3,1]", "[80,104]"), BP_EDATA,
     "tensor 3 is"},
    {"tensor of another shape", "\"shape\":[3,2]", "\"shape\":[2,3]", BP_EDATA,
     "tensor 2 is \"layers.0.weight\""},
    {"precision of the network", "\"precision\":\"F64\"", "\"precision\":\"F32\"",
     BP_EDATA, "expected 'layers.0.weight' in F32"},
    {"a tensor more", "\"layers\":\"3\"", "\"layers\":\"1\"", BP_EDATA, ""},
};

static void other_tensors(void **state)
{
    (void)state;
    run(other_tensors_rows, COUNT(other_tensors_rows), 1);
}

static void a_tensor_too_many_or_few(void **state)
{
    static const char extra[] =
        "\"layers.2.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[60,68]}";
    struct forge forge = forge_model(0);

    (void)state;
    forge_replace(
        &forge, extra,
        "\"layers.2.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[60,64]},"
        "\"z\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[64,68]}");
    forge_seal(&forge);
    expect("another shape and one more", &forge, BP_EDATA, "tensor 3 is");
    forge_free(&forge);
    forge = forge_model(3);
    forge_replace(&forge, "\"layers.2.bias\":\"1\"", "\"layers.2.bias\":\"0\"");
    forge_seal(&forge);
    expect("one more", &forge, BP_EDATA, "there are 3 tensors, expected 2");
    forge_free(&forge);
    forge = forge_model(3);
    forge_replace(&forge, "\"layers.0.bias\":\"0\"", "\"layers.0.bias\":\"1\"");
    forge_seal(&forge);
    expect("one less", &forge, BP_EDATA, "tensor 1 is");
    forge_free(&forge);
}

static const struct row names_of_operations_rows[] = {
    {"version malformed", "\"layers.0.version\":\"", "\"layers.0.version\":\"x", BP_EDATA,
     "metadata 'layers.0.version' is"},
    {"version of an activation malformed", "\"layers.1.activation_version\":\"",
     "\"layers.1.activation_version\":\"-", BP_EDATA, "'layers.1.activation_version'"},
    {"version of a cost malformed", "\"cost.version\":\"", "\"cost.version\":\"0x",
     BP_EDATA, "metadata 'cost.version' is"},
    {"unknown layer of callbacks", "\"layers.0.name\":\"", "\"layers.0.name\":\"x",
     BP_EUNSUPPORTED, "options.layers have none of the name \"x"},
    {"unknown activation of callbacks", "\"layers.1.activation_name\":\"",
     "\"layers.1.activation_name\":\"\\n", BP_EUNSUPPORTED,
     "options.activations have none of the name \"\\x0a"},
    {"unknown cost of callbacks", "\"cost.name\":\"", "\"cost.name\":\"x",
     BP_EUNSUPPORTED, "options.costs have none of the name \"x"},
};

static void names_of_operations(void **state)
{
    (void)state;
    run(names_of_operations_rows, COUNT(names_of_operations_rows), 2);
}

/* ---- numbers, and the checksum ---- */

static void put_double(struct forge *forge, size_t offset, double value)
{
    memcpy(forge->bytes + 8 + forge_header_size(forge) + offset, &value, sizeof value);
    forge_checksum(forge);
}

static void numbers(void **state)
{
    static const struct {
        const char *name;
        size_t offset;
        double value;
        const char *words;
    } rows[] = {
        {"weight NaN", 32, (double)NAN, "layers.0.weight holds a number that is not"},
        {"bias Inf", 80, (double)INFINITY, "layers.0.bias holds a number that is not"},
        {"last bias -Inf", 168 - 8, -(double)INFINITY, "layers.2.bias holds a number"},
        {"offset NaN", 0, (double)NAN, "scaler.offset holds a number that is not"},
        {"scale Inf", 16, (double)INFINITY, "scaler.scale holds a number that is not"},
        {"scale 0", 16, 0, "scaler.scale[0] is 0, expected above 0"},
        {"scale below 0", 24, -1, "scaler.scale[1] is -1, expected above 0"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct forge forge = forge_model(1);

        put_double(&forge, rows[i].offset, rows[i].value);
        expect(rows[i].name, &forge, BP_EDATA, rows[i].words);
        forge_free(&forge);
    }
}

static void checksum(void **state)
{
    struct forge forge = forge_model(1);

    (void)state;
    forge.bytes[forge.size - 1] ^= 1;
    expect("checksum wrong", &forge, BP_EDATA, "the data are damaged");
    forge.bytes[forge.size - 1] ^= 1;
    forge_replace(&forge, "\"layers.0.slope\":\"0x1.47", "\"layers.0.slope\":\"0x1.46");
    expect("checksum of the header wrong", &forge, BP_EDATA, "the data are damaged");
    forge_free(&forge);
    forge = forge_model(1);
    forge.bytes[8 + strlen("{\"__metadata__\":{\"checksum\":\"")] = 'A';
    expect("checksum in capitals", &forge, BP_EDATA, "a checksum of 8 digits");
    forge_free(&forge);
}

/* ---- limits ---- */

static void expect_limit(const char *header, size_t data, const char *words)
{
    struct forge forge = forge_make(header, data);

    expect("over the memory limit", &forge, BP_ELIMIT, words);
    forge_free(&forge);
}

/* One output for many inputs: each of them takes a row of 16 in memory. */
static void memory_limit(void **state)
{
    enum { INPUTS = 4096 };
    static const char header[] =
        "{\"__metadata__\":{\"checksum\":\"00000000\",\"format\":\"backprop 1.0\","
        "\"library\":\"0.1.0\",\"numerics\":\"1\",\"precision\":\"F32\","
        "\"inputs\":\"4096\",\"layers\":\"1\",\"layers.0\":\"dense\","
        "\"layers.0.outputs\":\"1\",\"layers.0.activation\":\"linear\","
        "\"layers.0.bias\":\"0\",\"layers.0.weight_init\":\"0\","
        "\"layers.0.bias_init\":\"0\",\"layers.0.gain\":\"0\"},"
        "\"layers.0.weight\":{\"dtype\":\"F32\",\"shape\":[1,4096],"
        "\"data_offsets\":[0,16384]}}";
    struct forge forge = forge_make(header, 4 * INPUTS);
    bp_load_options options;
    char line[256];

    (void)state;
    ok(bp_load_options_init(&options));
    options.memory_limit = 16 * 4 * INPUTS;
    ok(forge_load(&forge, &options, line));
    options.memory_limit--;
    assert_status(forge_load(&forge, &options, line), BP_ELIMIT);
    assert_line(line, "the parameters need 262144 bytes, options.memory_limit is 262143");
    options.memory_limit = 100;
    assert_status(forge_load(&forge, &options, line), BP_ELIMIT);
    assert_line(line, "the layers need");
    forge_free(&forge);
    expect_limit(
        "{\"__metadata__\":{\"checksum\":\"00000000\",\"format\":\"backprop 1.0\","
        "\"library\":\"0.1.0\",\"numerics\":\"1\",\"precision\":\"F32\","
        "\"inputs\":\"67108864\",\"layers\":\"1\",\"layers.0\":\"dense\","
        "\"layers.0.outputs\":\"9007199254740992\","
        "\"layers.0.activation\":\"linear\",\"layers.0.bias\":\"0\","
        "\"layers.0.weight_init\":\"0\",\"layers.0.bias_init\":\"0\","
        "\"layers.0.gain\":\"0\"}}",
        0, "more parameters than memory can hold");
}

static void header_limit(void **state)
{
    struct forge forge = forge_model(0);
    bp_load_options options;
    char line[256];

    (void)state;
    ok(bp_load_options_init(&options));
    options.header_limit = forge_header_size(&forge);
    ok(forge_load(&forge, &options, line));
    options.header_limit--;
    assert_status(forge_load(&forge, &options, line), BP_ELIMIT);
    assert_line(line, "expected at most");
    forge_free(&forge);
}

/* ---- what is allowed ---- */

static void newer_minor(void **state)
{
    struct forge forge = forge_model(1);
    char line[256];

    (void)state;
    forge_replace(&forge, "backprop 1.0", "backprop 1.7");
    forge_replace(&forge, "\"numerics\":\"1\"", "\"numerics\":\"9\",\"new\":\"1\"");
    forge_seal(&forge);
    ok(forge_load(&forge, NULL, line));
    forge_replace(&forge, "\"new\":\"1\"", "\"new\":[1]");
    forge_seal(&forge);
    expect("a newer value that is no string", &forge, BP_EDATA, "expected a string");
    forge_free(&forge);
}

/* The models themselves are right: what the rows see are their faults. */
static void all_models_load(void **state)
{
    (void)state;
    for (size_t which = 0; which < FORGE_MODELS; which++) {
        struct forge forge = forge_model(which);
        char line[256];

        ok(forge_load(&forge, forge_options(), line));
        forge_seal(&forge);
        ok(forge_load(&forge, forge_options(), line));
        forge_free(&forge);
    }
}

static void count_them(void **state)
{
    (void)state;
    print_message("%zu malformed files refused\n", refused);
    assert_true(refused > 130);
}

#define TEST(f) cmocka_unit_test_teardown(f, none_wrong)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_models_load),
        TEST(frame),
        TEST(data_shorter_or_longer),
        TEST(json),
        TEST(byte_order_mark),
        TEST(nul_in_the_header),
        TEST(too_much_of_it),
        TEST(tensors),
        TEST(sums_that_overflow),
        TEST(versions),
        TEST(layers),
        TEST(layers_of_training),
        TEST(running_variance_below_0),
        TEST(what_goes_with_it),
        TEST(other_tensors),
        TEST(a_tensor_too_many_or_few),
        TEST(names_of_operations),
        TEST(numbers),
        TEST(checksum),
        TEST(memory_limit),
        TEST(header_limit),
        TEST(newer_minor),
        TEST(count_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
