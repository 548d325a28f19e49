#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "src/cli/config_file.h"

/* A config file, and what it gives as "LINE [COMMAND] NAME=VALUE" lines, then the error where there is one. */
struct reading_case {
    const char *text;
    const char *expected;
};

static void read_text(const char *source, struct strbuf *out)
{
    struct strbuf text = {0};
    struct givens givens = {0};
    struct error err = {""};
    strbuf_puts(&text, source);
    enum result result = config_file_parse("c", &text, &givens, &err);
    for (size_t i = 0; i < givens.count; i++) {
        const struct given *given = &givens.items[i];
        enum command_id c = 0;
        while (c < COMMAND_NONE && given->commands != 1u << c)
            c++;
        assert_int_equal(given->origin, ORIGIN_FILE);
        assert_true(c < COMMAND_NONE || given->commands == GIVEN_FOR_ALL);
        strbuf_printf(out, "%u %s%s%s=%s\n", given->line, c < COMMAND_NONE ? commands[c].name : "",
                      c < COMMAND_NONE ? " " : "", given->name, given->value);
    }
    assert_int_equal(result, err.text[0] ? RESULT_USAGE : RESULT_OK);
    strbuf_printf(out, "%s", err.text);
    givens_free(&givens);
    strbuf_free(&text);
}

static void test_what_a_config_file_gives(void **state)
{
    static const struct reading_case cases[] = {
        {"", ""},
        {"\n\n# a = b\n  ; c = d\n\t\n", ""},
        {"db = a\nquiet=true\nrate\t=\t5/s", "1 db=a\n2 quiet=true\n3 rate=5/s\n"},
        {"db = a\r\nquiet = true\r\n", "1 db=a\n2 quiet=true\n"},
        {"\xEF\xBB\xBF" "db = a\n", "1 db=a\n"},
        {"\xEF\xBB\xBF[fetch]\nrate = none\n", "2 fetch rate=none\n"},
        {"db = a\n  quiet = true\n", "1 db=a\n2 quiet=true\n"},
        {"delimiter = ;\n[export] # of reports\ndelimiter=#;\n[ingest]\n[fetch];\njob = x\n[fetch]\njob = y\n",
         "1 delimiter=;\n3 export delimiter=#;\n6 fetch job=x\n8 fetch job=y\n"},
        {"db = a = b : c [d]\n", "1 db=a = b : c [d]\n"},
        {"db =\ndb = # c\ndb = ;c\ndb = \"\"\n", "1 db=\n2 db=\n3 db=\n4 db=\n"},
        {"db=#b\ndb= #b\ndb=;b #c\ndb\t=#", "1 db=#b\n2 db=\n3 db=;b\n4 db=#\n"},
        {"db = a#b\ndb = a #b\ndb = a; b\ndb = a ;b\n", "1 db=a#b\n2 db=a\n3 db=a; b\n4 db=a\n"},
        {"db = \" a \" # b\ndb = \"\"\"a\"\";b\";c\ndb = a\"b\"\n", "1 db= a \n2 db=\"a\";b\n3 db=a\"b\"\n"},

        /* The first mistake is told; what is right around it is taken. */
        {"db = a\nnonsense\nquiet = true\nbogus = 1\n",
         "1 db=a\n3 quiet=true\nc:2: expected option = value, [COMMAND] or a comment"},
        {"bogus = 1\nnonsense\n", "c:1: unknown option bogus; see `jobledger --help`"},
        {"db : a\n", "c:1: expected option = value, [COMMAND] or a comment"},
        {"db : a = b\n", "c:1: expected option = value, [COMMAND] or a comment"},
        {"db ;c = b\n", "c:1: expected option = value, [COMMAND] or a comment"},
        {"db = \"a\nquiet = true\n", "2 quiet=true\nc:1: db: the quotes around the value are not closed, or something "
                                     "follows them"},
        {"db = \"a\"b\"\n", "c:1: db: the quotes around the value are not closed, or something follows them"},
        {"[fetch]db = a\n", "c:1: expected option = value, [COMMAND] or a comment"},
        {"[fetch\ndb = a\n", "2 db=a\nc:1: expected option = value, [COMMAND] or a comment"},
        {"\n[fetsch]\nrate = none\n", "c:2: unknown command [fetsch]; did you mean [fetch]?"},
        {"[ fetch]\n", "c:1: unknown command [ fetch]; did you mean [fetch]?"},
        {"[fetch]\nout = a\n", "c:2: out is not an option of fetch; see `jobledger fetch --help`"},
        {"[fetch]\nratee = a\n", "c:2: ratee is not an option of fetch; did you mean rate?"},
        {"[status]\nrate = a\n", "c:2: rate is not an option of status; see `jobledger status --help`"},
        {"Api-Key = secret\n", "c:1: unknown option Api-Key; the key itself has no place here: name its file with "
                               "api-key-file"},
        {"version = true\n", "c:1: version has no place in a config file"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct strbuf found = {0};
        read_text(cases[i].text, &found);
        assert_string_equal(found.bytes, cases[i].expected);
        strbuf_free(&found);
    }
}

static void test_a_long_line_is_whole_or_refused(void **state)
{
    (void)state;
    for (size_t len = 150; len < 450; len++) {
        struct strbuf text = {0};
        struct strbuf expected = {0};
        struct strbuf found = {0};
        strbuf_puts(&text, "db = ");
        for (size_t i = 0; i < len; i++)
            strbuf_putc(&text, i % 7 == 3 ? ';' : (char)('a' + i % 26));
        strbuf_printf(&expected, "1 db=%s\n", text.bytes + strlen("db = "));
        read_text(text.bytes, &found);
        assert_string_equal(found.bytes, expected.bytes);
        strbuf_free(&found);

        /* As the name, and without a value. */
        read_text(text.bytes + strlen("db = "), &found);
        strbuf_puts(&text, " = b\n");
        read_text(text.bytes + strlen("db = "), &found);
        assert_true(strncmp(found.bytes, "c:1: ", strlen("c:1: ")) == 0);
        assert_null(strchr(found.bytes, '\n'));
        strbuf_free(&found);
        strbuf_free(&expected);
        strbuf_free(&text);
    }
}

static void test_a_value_is_spelled_so_that_it_is_read_back(void **state)
{
    static const struct {
        const char *value;
        const char *spelled; /* NULL: it can't be */
    } cases[] = {
        {"a", "a"}, {"a b", "a b"}, {"a#b;c", "a#b;c"}, {"a\"b\"", "a\"b\""}, {"a\\b", "a\\b"}, {"ä", "ä"},
        {"", "\"\""}, {" a", "\" a\""}, {"a ", "\"a \""}, {";", "\";\""}, {"#a", "\"#a\""}, {"a #b", "\"a #b\""},
        {"a ;b", "\"a ;b\""}, {"\"a", "\"\"\"a\""}, {"\" #", "\"\"\" #\""},
        {"a\nb", NULL}, {"a\tb", NULL}, {"a\x7F", NULL}, {"a\xFF", NULL}, {"\xE2\x80\xAE", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct strbuf text = {0};
        struct strbuf found = {0};
        struct strbuf expected = {0};
        strbuf_puts(&text, "db = ");
        assert_int_equal(config_file_spell(&text, cases[i].value), cases[i].spelled != NULL);
        assert_string_equal(text.bytes + strlen("db = "), cases[i].spelled ? cases[i].spelled : "");
        strbuf_printf(&expected, "1 db=%s\n", cases[i].spelled ? cases[i].value : "");
        strbuf_puts(&text, "  # comment \" ; #\n");
        read_text(text.bytes, &found);
        assert_string_equal(found.bytes, expected.bytes);
        strbuf_free(&expected);
        strbuf_free(&found);
        strbuf_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_config_file_gives),
        cmocka_unit_test(test_a_long_line_is_whole_or_refused),
        cmocka_unit_test(test_a_value_is_spelled_so_that_it_is_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
