/*
 * What wrong values probably are, and what accepts them, by the table in likely.txt; and that a member which is said to
 * accept a value does.
 */
#include "tests/unit/check/check_support.h"

#ifndef LIKELY_FILE /* the build gives the whole path */
#define LIKELY_FILE "tests/unit/check/likely.txt"
#endif

typedef struct told {
	char probably[256], intended[256];
	unsigned found;
} told;

static vv_status note(void *payload, const vv_finding *f, vv_error *err)
{
	told *t = payload;

	(void)err;
	if (strcmp(f->rule, "type-error") == 0 || strcmp(f->rule, "constraint-error") == 0) {
		t->found++;
		snprintf(t->probably, sizeof(t->probably), "%s", f->probably ? f->probably : "-");
		snprintf(t->intended, sizeof(t->intended), "%s", f->intended ? f->intended : "-");
	}
	return VV_OK;
}

static void words(char *out, size_t size, const char *name, const char *const args[VV_HINT_ARGS])
{
	snprintf(out, size, "--%s %s=%s", name + strlen("schema-"), args[0], args[1]);
}

/* What is found of a value in a column with these members. */
static told judge(const char *members, const char *text, size_t len)
{
	vv_buf csv = VV_BUF_INIT, schema = VV_BUF_INIT;
	told out = {.found = 0};
	vv_check_options o = {.finding = note, .payload = &out, .path = "t.csv", .words = words};
	vv_check_result result;
	vv_error err;
	tabled t;

	vv_buf_puts(&csv, "n,x\n1,\"");
	vv_buf_put(&csv, text, len);
	vv_buf_puts(&csv, "\"\n");
	vv_buf_printf(&schema,
		      "{\"fields\":[{\"name\":\"n\",\"type\":\"integer\"},{\"name\":\"x\",%s}]}",
		      members);
	table_of(&t, csv.data, csv.len, "t.csv", NULL, NULL);
	o.schema = schema.data;
	o.schema_len = schema.len;
	vv_assert_ok(vv_check_table(&result, &t.table, &o, &err), &err);
	vv_check_result_clear(&result);
	table_gone(&t);
	vv_buf_clear(&csv);
	vv_buf_clear(&schema);
	return out;
}

/* Is the value right once the column has the proposed member? Not asked of commands, and of proposals to choose from. */
static bool is_accepted(const char *members, const char *intended, const char *text, size_t len)
{
	static const char end[] = " in datapackage.json";
	size_t n = strlen(intended);
	char whole[1024];
	const char *rest = strchr(members, ',');

	if (*intended != '"' || n < sizeof(end) || strstr(intended, " or ")) return true;
	/* a type or format in it takes the place of the field's */
	snprintf(whole, sizeof(whole), "%s%s%.*s",
		 strstr(intended, "\"type\"") ? (rest ? rest + 1 : "") : members,
		 strstr(intended, "\"type\"") && !rest ? "" : ",", (int)(n - sizeof(end) + 1),
		 intended);
	return judge(whole, text, len).found == 0;
}

static void each_value_of_the_table_is_explained_so(void **state)
{
	FILE *f = fopen(LIKELY_FILE, "r");
	char line[2048], *parts[4];
	unsigned lines = 0, wrong = 0;

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		if (!cut(parts, 4, line)) {
			continue;
		}
		size_t len = unescape(parts[1]);
		unescape(parts[3]);
		told t = judge(parts[0], parts[1], len);
		lines++;
		if (t.found != 1 || strcmp(t.probably, parts[2]) != 0 ||
		    strcmp(t.intended, parts[3]) != 0) {
			print_error("%s \"%s\": %u, %s, %s\n", parts[0], parts[1], t.found,
				    t.probably, t.intended);
			wrong++;
		} else if (!is_accepted(parts[0], t.intended, parts[1], len)) {
			print_error("%s \"%s\": not accepted by %s\n", parts[0], parts[1],
				    t.intended);
			wrong++;
		}
	}
	fclose(f);
	assert_int_equal(wrong, 0);
	assert_true(lines >= 80);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_value_of_the_table_is_explained_so),
};

VV_TEST_SUITE(likely)
