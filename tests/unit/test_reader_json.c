/* JSON in; job IDs, labels, ground truth and rejects out. */
#include "reader_spell.h"

static void assert_json_as(const char *input, const struct reader_options *options, const char *expected)
{
    char *out = spelled(text_of(input), options);
    assert_string_equal(out, expected);
    free(out);
}

static void assert_json(const char *input, const char *expected)
{
    assert_json_as(input, &defaults, expected);
}

#define REJECTED(reason) " " reason
#define NO_ID REJECTED("no job ID among its members")

static void an_answer_of_the_batch_endpoint_is_its_jobs(void **state)
{
    (void)state;
    assert_json("{\"success\": true, \"batch_id\": \"batch_a\", \"job_ids\": [\"job_1\", \"job_2\"], "
                "\"total_documents\": 2, \"created_at\": \"2026-11-30T03:00:00Z\"}",
                "# =batch_id \n1:<job_1> [batch_a]\n1:<job_2> [batch_a]\n");
    assert_json("{\"batchId\": \"b\", \"jobIds\": [\"job_1\"], \"totalDocuments\": 1, \"createdAt\": null}",
                "# =batch_id \n1:<job_1> [b]\n");
    assert_json("{\"success\":true,\"job_ids\":[]}", "# \n");
}

static void what_was_added_to_an_answer_is_a_label_of_each_job(void **state)
{
    (void)state;
    assert_json("{\"client\":\"Acme\",\"job_ids\":[\"job_1\",\"job_2\"],\"id\":7}",
                "# =client =id \n1:<job_1> [Acme] [7]\n1:<job_2> [Acme] [7]\n");
}

static void each_id_of_an_answer_has_its_own_line(void **state)
{
    (void)state;
    assert_json("\n{\n\"job_ids\"\n: [\n\"job_1\",\"job_2\",\r\n\r\n \"job_3\"\n],\n\"x\": [\n\"job_4\"]}\n",
                "# =x \n5:<job_1> [[\"job_4\"]]\n5:<job_2> [[\"job_4\"]]\n7:<job_3> [[\"job_4\"]]\n");
    assert_json("{\"x\":{\n\"job_ids\":[\n\"job_9\"]},\n\"job_ids\":[\n\"job_1\"]}",
                "# =x \n5:<job_1> [{\"job_ids\":[\"job_9\"]}]\n");
    /* Of members with one name the last counts. */
    assert_json("{\n\"job_ids\":[\n\"job_1\"],\n\"job_ids\":[\"job_2\"]}", "# \n4:<job_2>\n");
    /* A name with escapes is read, but not found again. */
    assert_json("{\n\"job\\u005fids\":[\n\"job_1\"]}", "# \n1:<job_1>\n");
}

static void answers_may_follow_each_other_or_stand_in_an_array(void **state)
{
    (void)state;
#define FIRST "{\"batch_id\":\"a\",\"job_ids\":[\"job_1\"]}"
#define SECOND "{\"batch_id\":\"b\",\n\"job_ids\":[\"job_2\"]}"
    assert_json(FIRST SECOND "\n", "# =batch_id \n1:<job_1> [a]\n2:<job_2> [b]\n");
    assert_json("[" FIRST ",\n" SECOND "]\n", "# =batch_id \n1:<job_1> [a]\n3:<job_2> [b]\n");
    assert_json(SECOND "\n" FIRST, "# =batch_id \n2:<job_2> [b]\n3:<job_1> [a]\n");
}

static void a_line_is_a_job_and_its_members_are_labels(void **state)
{
    (void)state;
    assert_json("{\"job_id\":\"job_1\",\"n\":12.50,\"big\":123456789012345678901234567890,\"yes\":true,\"none\":null}\n"
                "{\"text\":\"Z\xC3\xBCrich\\n\\u00e9\",\"job_id\":\" job_2 \",\"deep\":{\"a\": [1, null]},\"n\":-0}\n",
                "# =n =big =yes =none =text =deep "
                "\n1:<job_1> [12.50] [123456789012345678901234567890] [true] [] [] []"
                "\n2:<job_2> [-0] [] [] [] [Z\xC3\xBCrich\n\xC3\xA9] [{\"a\":[1,null]}]\n");
}

static void ground_truth_is_named_as_in_csv(void **state)
{
    (void)state;
    assert_json("{\"job_id\":\"job_1\",\"expected.total\":1.50,\"expected.vendor.city\":\"Bern\"}",
                "# ?total ?vendor.city \n1:<job_1> [1.50] [Bern]\n");
}

static void the_member_with_the_id_has_several_names(void **state)
{
    (void)state;
    static const char *const names[] = {"job_id", "JOB_ID", "jobId", "JobID", "id", "ID", "job_ids"};
    char line[64];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(line, sizeof line, "{\"%s\":\"job_1\"}\n", names[i]);
        assert_json(line, "# \n1:<job_1>\n");
    }
    assert_json("{\"id\":\"x\",\"job_ids\":[\"job_9\"],\"jobId\":\"y\",\"job_id\":\"job_1\"}\n{\"id\":\"job_2\"}\n",
                "# =id =job_ids =jobId \n1:<job_1> [x] [[\"job_9\"]] [y]\n2:<job_2> [] [] []\n");
    assert_json("{\"id\":\"batch_1\",\"job_ids\":[\"job_1\"]}", "# =id \n1:<job_1> [batch_1]\n");
}

static void id_column_names_the_member(void **state)
{
    (void)state;
    struct reader_options options = {.id_column = " key "};
    assert_json_as("{\"job_id\":\"job_9\",\"key\":\"job_1\"}\n{\"job_id\":\"job_8\"}\n{\"job_ids\":[\"job_2\"]}\n",
                   &options, "# =job_id \n1:<job_1> [job_9]\n2:<{\"job_id\":\"job_8\"}>" NO_ID " []\n3:<job_2> []\n");
    assert_json_as("{\"key\":[\"job_1\",\"job_2\"]}", &options, "# \n1:<job_1>\n1:<job_2>\n");
    assert_json_as("{\"Key\":\"job_1\"}", &options,
                   "\n4 f.csv: no job ID in this JSON; wanted are batch answers (job_ids), objects with a member key, "
                   "or job IDs; --id-column names another member; the members are: \"Key\"\n");
}

static void what_concerns_csv_does_not_concern_json(void **state)
{
    (void)state;
    struct reader_options options = {.delimiter = ';', .no_header = true, .id_column = "3"};
    assert_json_as("{\"job_id\":\"job_1\",\"3\":\"x\"}\n", &options, "# =3 \n1:<job_1> [x]\n");
    options = (struct reader_options){.encoding = "windows-1252"};
    assert_json_as("{\"job_id\":\"job_1\",\"x\":\"Z\xC3\xBCrich\"}\n", &options, "# =x \n1:<job_1> [Z\xC3\xBCrich]\n");
}

static void ids_alone_are_jobs(void **state)
{
    (void)state;
    assert_json("[\"job_1\",\n\" job_2\\t\"]", "# \n1:<job_1>\n2:<job_2>\n");
    assert_json("[\n  {\"id\":\"job_1\",\"x\":1},\n  \"job_2\"\n]\n", "# =x \n2:<job_1> [1]\n3:<job_2> []\n");
    assert_json("{\"id\":\"job_1\"}\n\"job_2\"\n[\"job_3\",{\"id\":\"job_4\"}]\n",
                "# \n1:<job_1>\n2:<job_2>\n3:<job_3>\n3:<job_4>\n");
    assert_json("[]", "# \n");
    assert_json("[[\"job_1\"],[]]", "# \n1:<job_1>\n");
}

static void bad_ids_are_rejected_as_in_csv(void **state)
{
    (void)state;
    assert_json("{\"id\":\"job_1\"}\n{\"id\":\" x \"}\n{\"id\":null}\n{\"id\":17}\n{\"id\":{\"a\": 1}}\n"
                "{\"id\":\"job_\\u0000\"}\n{\"job_ids\":[\"job_2\",7]}\n",
                "# "
                "\n1:<job_1>"
                "\n2:< x > does not start with job_"
                "\n3:<> empty job ID"
                "\n4:<17> does not start with job_"
                "\n5:<{\"a\":1}> does not start with job_"
                "\n6:<job_\xEF\xBF\xBD> character outside A-Z a-z 0-9 _ -"
                "\n7:<job_2>"
                "\n7:<7> does not start with job_\n");
}

static void lines_that_are_no_jobs_are_rejected(void **state)
{
    (void)state;
    assert_json("{\"id\":\"job_1\",\"x\":1}\n\n{\"id\":\"job_2\"\n{ \"y\" : 1 }\nnull\n[[1]]\n{\"id\":\"job_3\"}}\n",
                "# =x "
                "\n1:<job_1> [1]"
                "\n3:<{\"id\":\"job_2\"> not JSON []"
                "\n4:<{\"y\":1}>" NO_ID " []"
                "\n5:<> neither a job ID nor an object []"
                "\n6:<[1]> neither a job ID nor an object []"
                "\n7:<{\"id\":\"job_3\"}}> not JSON []\n");
    struct strbuf deep = {0};
    strbuf_puts(&deep, "{\"id\":\"job_1\"}\n");
    for (size_t i = 0; i < 600; i++)
        strbuf_putc(&deep, '[');
    char *out = spelled((struct text){deep.bytes, deep.len}, &defaults);
    assert_non_null(strstr(out, "> JSON nested deeper than 512 levels\n"));
    free(out);
    strbuf_free(&deep);
}

static void a_document_that_is_no_json_is_not_usable(void **state)
{
    (void)state;
    assert_json("{\n\"id\":\"job_1\",\n}\n", "\n4 f.csv:1: what begins here is not JSON\n");
    assert_json("[\n{\"id\":\"job_1\"},\n{\"id\":\"job_2\"\n\"x\":1},\n\"job_3\"]\n",
                "\n4 f.csv:3: what begins here is not JSON\n");
    assert_json("[\"job_1\",]", "\n4 f.csv:1: what begins here is not JSON\n");
    assert_json("[\"job_1\"]\n]", "\n4 f.csv:2: what begins here is not JSON\n");
    assert_json("{x},n\njob_1,2\n", "\n4 f.csv:1: what begins here is not JSON\n");
    assert_json("[\"job_1\",\n{\"id\":", "\n4 f.csv:2: the JSON that begins here has no end; get the file anew\n");
    assert_json("\"{x}\",job_id\n1,job_1\n", "={x} # \n2:<job_1> [1]\n");
}

static void json_without_a_job_id_is_not_usable(void **state)
{
    (void)state;
#define WANTED "no job ID in this JSON; wanted are batch answers (job_ids), objects with a member job_id or id, or job " \
               "IDs; --id-column names another member"
    assert_json("{\"success\":false,\"error\":{\"code\":\"X\"}}\n",
                "\n4 f.csv: " WANTED "; the members are: \"success\", \"error\"\n");
    assert_json("[{\"a\\u001b\":1},{\"b\":2}]", "\n4 f.csv: " WANTED "; the members are: \"a\\x1B\", \"b\"\n");
    assert_json("[1,\"x\"]", "\n4 f.csv: " WANTED "\n");
    assert_json("{}", "\n4 f.csv: " WANTED "\n");
}

static void a_report_of_our_own_gives_its_labels_alone(void **state)
{
    (void)state;
    assert_json("{\"job_id\":\"job_1\",\"status\":\"new\",\"model_used\":null,\"processing_time\":null,"
                "\"cost_chf\":0.01,\"confidence\":null,\"error_code\":null,\"error_message\":null,\"http_status\":200,"
                "\"created_at\":null,\"completed_at\":null,\"first_seen_at\":null,\"resolved_at\":null,\"polls\":1,"
                "\"label.client\":\"Acme\"}\n",
                "# - - - - - - - - - - - - - =client \n1:<job_1> [Acme]\n");
}

static void encodings_of_json(void **state)
{
    (void)state;
    static const char wide[] = "\xFF\xFE{\0\"\0i\0d\0\"\0:\0\"\0j\0o\0b\0_\0001\0\"\0,\0"
                               "\"\0x\0\"\0:\0\"\0\xFC\0\"\0}\0";
    char *out = spelled((struct text){wide, sizeof wide - 1}, &(struct reader_options){.encoding = "utf-16"});
    assert_string_equal(out, "# =x \n1:<job_1> [\xC3\xBC]\n");
    free(out);
    out = spelled((struct text){wide + 2, sizeof wide - 3}, &(struct reader_options){.encoding = "utf-16le"});
    assert_string_equal(out, "# =x \n1:<job_1> [\xC3\xBC]\n");
    free(out);
    assert_json("\xEF\xBB\xBF [\"job_1\"]", "# \n1:<job_1>\n");
    assert_json("{\"id\":\"job_1\"}\n{\"id\":\"job_2\",\"x\":\"\xFC\"}\n",
                "\n4 f.csv:2: the byte 0xFC is not UTF-8, which JSON has to be\n");
}

static void members_have_a_cap(void **state)
{
    (void)state;
    struct strbuf input = {0};
    for (unsigned i = 0; i < READER_COLUMNS_MAX; i++)
        strbuf_printf(&input, "{\"id\":\"job_%u\",\"m%u\":1}\n", i, i);
    char *out = spelled((struct text){input.bytes, input.len}, &defaults);
    assert_string_equal(out, "\n4 f.csv:10000: more members of different names than can be labels (9999)\n");
    free(out);
    strbuf_free(&input);
}

static void what_cant_be_wound_back_is_not_usable(void **state)
{
    (void)state;
    char *out = spelled_in_steps(BYTES("[\"job_1\"]"), 100, &defaults);
    assert_string_equal(out, "\n4 f.csv: JSON is read twice, and this can't be: Illegal seek\n");
    free(out);
}

static void reading_stops_on_a_signal(void **state)
{
    (void)state;
    static volatile sig_atomic_t number;
    struct reader_options options = {.stop = &number};
    assert_json_as("[\"job_1\"]", &options, "# \n1:<job_1>\n");
    number = SIGINT;
    assert_json_as("[\"job_1\"]", &options, "\n4 f.csv: interrupted\n");
    assert_json_as("id\njob_1", &options, "\n4 f.csv: interrupted\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_of_the_batch_endpoint_is_its_jobs),
        cmocka_unit_test(what_was_added_to_an_answer_is_a_label_of_each_job),
        cmocka_unit_test(each_id_of_an_answer_has_its_own_line),
        cmocka_unit_test(answers_may_follow_each_other_or_stand_in_an_array),
        cmocka_unit_test(a_line_is_a_job_and_its_members_are_labels),
        cmocka_unit_test(ground_truth_is_named_as_in_csv),
        cmocka_unit_test(the_member_with_the_id_has_several_names),
        cmocka_unit_test(id_column_names_the_member),
        cmocka_unit_test(what_concerns_csv_does_not_concern_json),
        cmocka_unit_test(ids_alone_are_jobs),
        cmocka_unit_test(bad_ids_are_rejected_as_in_csv),
        cmocka_unit_test(lines_that_are_no_jobs_are_rejected),
        cmocka_unit_test(a_document_that_is_no_json_is_not_usable),
        cmocka_unit_test(json_without_a_job_id_is_not_usable),
        cmocka_unit_test(a_report_of_our_own_gives_its_labels_alone),
        cmocka_unit_test(encodings_of_json),
        cmocka_unit_test(members_have_a_cap),
        cmocka_unit_test(what_cant_be_wound_back_is_not_usable),
        cmocka_unit_test(reading_stops_on_a_signal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
