/* Ground truth held against extracted data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/store/judge.h"

#define DATA "{\"total\":1250.00,\"big\":1E3,\"name\":\" M\xC3\xBCller\\t\",\"yes\":true,\"no\":false,\"none\":null," \
             "\"vendor\":{\"city\":\"Bern\"},\"a.b\":\"dot\",\"list\":[1.50, \"x\"],\"empty\":\"\"," \
             "\"date\":\"2024-12-16\",\"zero\":\"-0\",\"id\":\"007\",\"e\":\"1e3\",\"items\":[{\"n\":1}]}"

static void assert_verdict(const char *path, const char *expected, enum verdict verdict, const char *shown)
{
    struct json_reader *json = json_reader_new();
    struct strbuf scratch = {0};
    const char *problem;
    assert_non_null(json);
    const struct json *data = json_read(json, text_of(DATA), &problem);
    assert_non_null(data);
    struct text extracted;
    enum verdict found = judge(text_of(expected), data, text_of(path), &scratch, &extracted);
    if (found != verdict || (shown ? !text_is(extracted, shown) : extracted.bytes != NULL))
        fail_msg("%s = %s: %d, %.*s", path, expected, (int)found, (int)extracted.len,
                 extracted.bytes ? extracted.bytes : "");
    strbuf_free(&scratch);
    json_reader_free(json);
}

static void plain_numbers_are_held_against_each_other_by_value(void **state)
{
    (void)state;
    assert_verdict("total", "1250", VERDICT_MATCHED, "1250.00");
    assert_verdict("total", "1250.00", VERDICT_MATCHED, "1250.00");
    assert_verdict("total", " +1250.000 ", VERDICT_MISMATCHED, "1250.00");
    assert_verdict("total", "01250", VERDICT_MISMATCHED, "1250.00"); /* more of a name than a number */
    assert_verdict("total", "1250.01", VERDICT_MISMATCHED, "1250.00");
    assert_verdict("total", "1'250.00", VERDICT_MISMATCHED, "1250.00");
    assert_verdict("id", "7", VERDICT_MISMATCHED, "007");
    assert_verdict("zero", "0", VERDICT_MATCHED, "-0");
}

static void what_is_no_plain_number_is_text(void **state)
{
    (void)state;
    assert_verdict("big", "1000", VERDICT_MISMATCHED, "1E3");
    assert_verdict("big", "1E3", VERDICT_MATCHED, "1E3");
    assert_verdict("e", "1000", VERDICT_MISMATCHED, "1e3");
    assert_verdict("date", "2024-12-16", VERDICT_MATCHED, "2024-12-16");
}

static void texts_are_trimmed(void **state)
{
    (void)state;
    assert_verdict("name", "M\xC3\xBCller", VERDICT_MATCHED, " M\xC3\xBCller\t");
    assert_verdict("name", "\r\n M\xC3\xBCller ", VERDICT_MATCHED, " M\xC3\xBCller\t");
    assert_verdict("name", "m\xC3\xBCller", VERDICT_MISMATCHED, " M\xC3\xBCller\t");
    assert_verdict("empty", "x", VERDICT_MISMATCHED, "");
}

static void truth_values_are_words(void **state)
{
    (void)state;
    assert_verdict("yes", "true", VERDICT_MATCHED, "true");
    assert_verdict("no", "false", VERDICT_MATCHED, "false");
    assert_verdict("yes", "TRUE", VERDICT_MISMATCHED, "true");
    assert_verdict("yes", "1", VERDICT_MISMATCHED, "true");
}

static void what_is_absent_or_null_is_missing(void **state)
{
    (void)state;
    assert_verdict("none", "null", VERDICT_MISSING, NULL);
    assert_verdict("nowhere", "x", VERDICT_MISSING, NULL);
    assert_verdict("vendor.street", "x", VERDICT_MISSING, NULL);
    assert_verdict("vendor.city.more", "x", VERDICT_MISSING, NULL);
}

static void paths_go_into_objects_and_arrays_are_compact_json(void **state)
{
    (void)state;
    assert_verdict("vendor.city", "Bern", VERDICT_MATCHED, "Bern");
    assert_verdict("a\\.b", "dot", VERDICT_MATCHED, "dot");
    assert_verdict("list", "[1.50,\"x\"]", VERDICT_MATCHED, "[1.50,\"x\"]");
    assert_verdict("vendor", "{\"city\":\"Bern\"}", VERDICT_MATCHED, "{\"city\":\"Bern\"}");
}

static void without_data_all_is_missing(void **state)
{
    (void)state;
    struct strbuf scratch = {0};
    struct text extracted = text_of("left over");
    assert_int_equal(judge(text_of("x"), NULL, text_of("total"), &scratch, &extracted), VERDICT_MISSING);
    assert_null(extracted.bytes);
    strbuf_free(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_numbers_are_held_against_each_other_by_value),
        cmocka_unit_test(what_is_no_plain_number_is_text),
        cmocka_unit_test(texts_are_trimmed),
        cmocka_unit_test(truth_values_are_words),
        cmocka_unit_test(what_is_absent_or_null_is_missing),
        cmocka_unit_test(paths_go_into_objects_and_arrays_are_compact_json),
        cmocka_unit_test(without_data_all_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
