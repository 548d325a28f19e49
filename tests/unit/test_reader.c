/* Files in; job IDs, labels, ground truth and rejects out. */
#include "reader_spell.h"

#define WANTED "it needs a line for each job ID, and a header such as job_id,client above them\n"

static void the_header_names_the_id_column(void **state)
{
    (void)state;
    assert_default("job_id,client\njob_1,Acme\n", "# =client \n2:<job_1> [Acme]\n");
    assert_default("client; JOB_ID\t\nAcme;job_1\n", "=client # \n2:<job_1> [Acme]\n");
    assert_default("Id,client\njob_1,Acme\n", "# =client \n2:<job_1> [Acme]\n");
    assert_default("id,job_id\n7,job_1\n", "=id # \n2:<job_1> [7]\n");
    assert_default("id,ID\njob_1,7\n", "# =ID \n2:<job_1> [7]\n");
    assert_default("\"job_id\"\tx\njob_1\ty\n", "# =x \n2:<job_1> [y]\n");
    assert_default("\n \r\n,\njob_id,x\njob_1,y\n", "# =x \n5:<job_1> [y]\n");
    assert_default("job_1,job_id\nx,job_2\n", "=job_1 # \n2:<job_2> [x]\n");
}

static void a_header_alone_is_no_rows(void **state)
{
    (void)state;
    assert_default("job_id,x", "# =x \n");
    assert_default("id\r\n\r\n", "# \n");
}

static void without_a_header_column_one_is_the_id(void **state)
{
    (void)state;
    assert_default("job_1\njob_2\n", "# \n1:<job_1>\n2:<job_2>\n");
    assert_default(" job_1 ;x\njob_2;y;z\n", "# - \n1:<job_1>\n2:<job_2>\n");
}

static void id_column_may_be_a_name(void **state)
{
    (void)state;
    struct reader_options options = {.id_column = " Auftrag"};
    assert_file(BYTES("Kunde,Auftrag ,id\nx,job_1,7\n"), &options, "=Kunde # =id \n2:<job_1> [x] [7]\n");
    assert_file(BYTES("Kunde,auftrag\nx,job_1\n"), &options,
                "\n4 f.csv: no column is named \"Auftrag\" (--id-column); the columns are: \"Kunde\", \"auftrag\"\n");
    assert_file(BYTES("job_1,x\n"), &options,
                "\n4 f.csv: no column is named \"Auftrag\" (--id-column); the columns are: \"job_1\", \"x\"\n");
}

static void id_column_may_be_a_number(void **state)
{
    (void)state;
    struct reader_options options = {.id_column = "2"};
    assert_file(BYTES("Kunde,Auftrag\nx,job_1\n"), &options, "=Kunde # \n2:<job_1> [x]\n");
    assert_file(BYTES("x,job_1\ny,job_2\n"), &options, "- # \n1:<job_1>\n2:<job_2>\n");
    assert_file(BYTES("job_id,Auftrag,job_id\nx,job_1,y\n"), &options, "=job_id # - \n2:<job_1> [x]\n");
    assert_file(BYTES("a,a,a\nx,job_1,y\n"), &options, "=a # - \n2:<job_1> [x]\n");
    assert_file(BYTES("job_id\njob_1\n"), &options,
                "\n4 f.csv: there is no column 2 (--id-column); the columns are: \"job_id\"\n");
    options.id_column = "99999999999999999999999999";
    assert_file(BYTES("job_id\n"), &options,
                "\n4 f.csv: there is no column 99999999999999999999999999 (--id-column); the columns are: "
                "\"job_id\"\n");
}

static void no_header_makes_the_first_row_data(void **state)
{
    (void)state;
    struct reader_options options = {.no_header = true};
    assert_file(BYTES("job_id,x\njob_1,y\n"), &options,
                "# - \n1:<job_id>\n2:<job_1>\n");
    assert_file(BYTES("id,x\n"), &options, "# - \n1:<id> does not start with job_\n");
    options.id_column = "2";
    assert_file(BYTES("x,y\nx,job_1\n"), &options, "- # \n1:<y> does not start with job_\n2:<job_1>\n");
    assert_file(BYTES("x\n"), &options,
                "\n4 f.csv: there is no column 2 (--id-column); the columns are: \"x\"\n");
}

static void contradicting_options_are_usage_errors(void **state)
{
    (void)state;
    struct reader_options options = {.id_column = "key", .no_header = true};
    assert_file(BYTES("key\n"), &options,
                "\n2 --id-column key: with --no-header there are no names: give the column's number\n");
    options = (struct reader_options){.id_column = "0"};
    assert_file(BYTES("key\n"), &options, "\n2 --id-column: columns are counted from 1\n");
    options.id_column = " ";
    assert_file(BYTES("key\n"), &options, "\n2 --id-column: neither a name nor a number\n");
    options = (struct reader_options){.delimiter = '"'};
    assert_file(BYTES("id\n"), &options, "\n2 --delimiter \": not an ASCII character other than quote, CR and LF\n");
    options.delimiter = '\n';
    assert_file(BYTES("id\n"), &options, "\n2 --delimiter \\n: not an ASCII character other than quote, CR and LF\n");
    options.delimiter = '\xE9';
    assert_file(BYTES("id\n"), &options,
                "\n2 --delimiter \\xE9: not an ASCII character other than quote, CR and LF\n");
}

static void a_file_without_id_column_has_its_columns_listed(void **state)
{
    (void)state;
    assert_default("Kunde,\"Be\ntrag\x1B\",,job\n1,2,3,job_1\n",
                   "\n4 f.csv: no column is named job_id or id, and the first cell is no job ID; name the column with "
                   "--id-column; the columns are: \"Kunde\", \"Be\\ntrag\\x1B\", \"\", \"job\"\n");
    struct strbuf many = {0};
    for (int i = 0; i < 30; i++)
        strbuf_puts(&many, "a name that is much longer than need be,");
    char *out = spelled((struct text){many.bytes, many.len}, &defaults);
    assert_non_null(strstr(out, "the columns are: \"a name that is much longer tha…\", \"a"));
    assert_string_equal(out + strlen(out) - strlen(", …\n"), ", …\n");
    assert_true(strlen(out) < sizeof(struct error));
    free(out);
    strbuf_free(&many);
}

static void files_of_nothing_are_not_usable(void **state)
{
    (void)state;
    static const char empty[] = "\n4 f.csv: the file is empty; " WANTED;
    assert_default("", empty);
    assert_default("\xEF\xBB\xBF", empty);
    assert_file(BYTES("\xFF\xFE"), &(struct reader_options){.encoding = "utf-16"}, empty);
    assert_file(BYTES("\xFF\xFE"), &(struct reader_options){.encoding = "utf-16le"}, empty);
    assert_default("\n,\n \t\r\n", "\n4 f.csv: the file has only blank rows; " WANTED);
}

static void columns_become_labels_and_ground_truth(void **state)
{
    (void)state;
    assert_default("client, job_id ,,client,expected.vendor.city,expected.,\"  expected.a \",Expected.b,expected.a\n"
                   " x ,job_1,y,z,Bern,q,\t1,2,3\n",
                   "=client # - - ?vendor.city - ?a =Expected.b - \n2:<job_1> [ x ] [Bern] [\t1] [2]\n");
    assert_default("job_id,JOB_ID,job_id,label.x\njob_1,a,b,c\n", "# =JOB_ID - =label.x \n2:<job_1> [a] [c]\n");
}

static void missing_cells_are_empty_and_further_ones_ignored(void **state)
{
    (void)state;
    assert_default("a,job_id,b,c\nx,job_1\ny,job_2,1,2,3,4\nz\n",
                   "=a # =b =c \n2:<job_1> [x] [] []\n3:<job_2> [y] [1] [2]\n4:<> empty job ID [z] [] []\n");
}

static void reports_of_our_own_give_only_their_labels(void **state)
{
    (void)state;
#define JOBS "job_id,status,model_used,processing_time,cost_chf,confidence,error_code,error_message,http_status," \
             "created_at,completed_at,first_seen_at,resolved_at,polls"
#define FAILURES "job_id;status;error_code;error_message;http_status;model_used;processing_time;cost_chf;created_at;" \
                 "completed_at;attempts;last_attempt_at;trace_id"
    assert_default(JOBS "\njob_1,completed\n", "# - - - - - - - - - - - - - \n2:<job_1>\n");
    assert_default("\xEF\xBB\xBF" JOBS ",label.client,label.x,label.client,label.,label.label.y,label.expected.z\n"
                   "job_1,completed,,,,,,,,,,,,7,'=1,b,c,d,e,f\n",
                   "# - - - - - - - - - - - - - =client =x - - =label.y =expected.z \n"
                   "2:<job_1> ['=1] [b] [e] [f]\n");
    assert_default(FAILURES "\njob_1;failed\n", "# - - - - - - - - - - - - \n2:<job_1>\n");
    char *out = spelled(BYTES(JOBS ",label.client,client\njob_1\n"), &defaults);
    assert_memory_equal(out, "# =status =model_used ", 22);
    free(out);
    out = spelled(BYTES(FAILURES ";label.client\njob_1\n"), &defaults);
    assert_memory_equal(out, "# =status =error_code ", 22);
    free(out);
    struct reader_options options = {.id_column = "polls"};
    assert_file(BYTES(JOBS "\n,,,,,,,,,,,,,job_1\n"), &options, "- - - - - - - - - - - - - # \n2:<job_1>\n");
}

static void rejects_keep_the_cell_and_say_why(void **state)
{
    (void)state;
    char id[300];
    char expected[400];
    assert_default("x,id\n, \t \n1,\n2, \t \n3, Job_1\n4,job\n5,job_\n6,job_a b \n7,job_\xC3\xBC\n8,\"job_1\n\"\n",
                   "=x # \n3:<> empty job ID [1]\n4:< \t > empty job ID [2]\n5:< Job_1> does not start with job_ [3]\n"
                   "6:<job> does not start with job_ [4]\n7:<job_> nothing after job_ [5]\n"
                   "8:<job_a b > character outside A-Z a-z 0-9 _ - [6]\n"
                   "9:<job_\xC3\xBC> character outside A-Z a-z 0-9 _ - [7]\n"
                   "10:<job_1\n> character outside A-Z a-z 0-9 _ - [8]\n");
    for (int n = 124; n <= 125; n++) {
        snprintf(id, sizeof id, "id\n job_%0*d\n", n, 7);
        snprintf(expected, sizeof expected, "# \n2:<%sjob_%0*d>%s\n", n == 124 ? "" : " ", n, 7,
                 n == 124 ? "" : " longer than 128 characters");
        assert_default(id, expected);
    }
}

static void lines_are_counted_whatever_ends_them(void **state)
{
    (void)state;
    assert_default("id,n\r\njob_1,\"a\r\nb\"\rjob_2,c\n\n\r\njob_3,\"d\r\re\"\njob_4,f",
                   "# =n \n2:<job_1> [a\r\nb]\n4:<job_2> [c]\n7:<job_3> [d\r\re]\n10:<job_4> [f]\n");
}

static void an_open_quote_names_its_line(void **state)
{
    (void)state;
    assert_default("id,n\njob_1,a\njob_2,\"b\njob_3,c\n",
                   "# =n \n2:<job_1> [a]\n4 f.csv:3: the quote that opens a cell here is never closed\n");
    assert_default("id,\"n\njob_1,a\n", "\n4 f.csv:1: the quote that opens a cell here is never closed\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_header_names_the_id_column),
        cmocka_unit_test(a_header_alone_is_no_rows),
        cmocka_unit_test(without_a_header_column_one_is_the_id),
        cmocka_unit_test(id_column_may_be_a_name),
        cmocka_unit_test(id_column_may_be_a_number),
        cmocka_unit_test(no_header_makes_the_first_row_data),
        cmocka_unit_test(contradicting_options_are_usage_errors),
        cmocka_unit_test(a_file_without_id_column_has_its_columns_listed),
        cmocka_unit_test(files_of_nothing_are_not_usable),
        cmocka_unit_test(columns_become_labels_and_ground_truth),
        cmocka_unit_test(missing_cells_are_empty_and_further_ones_ignored),
        cmocka_unit_test(reports_of_our_own_give_only_their_labels),
        cmocka_unit_test(rejects_keep_the_cell_and_say_why),
        cmocka_unit_test(lines_are_counted_whatever_ends_them),
        cmocka_unit_test(an_open_quote_names_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
