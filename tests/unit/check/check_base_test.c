/*
 * A version against its base: what is found, said in one line each.
 */
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "check/past/base.h"
#include "check/past/contradiction.h"
#include "check/past/new_only.h"
#include "dataset/table/table.h"
#include "tests/unit/diff/tables.h"

static void name_hint(char *out, size_t size, const char *name,
		      const char *const args[VV_HINT_ARGS])
{
	(void)snprintf(out, size, "%s(%s)(%s)(%s)", name, args[0], args[1], args[2]);
}

/* Two versions, checked; the findings as lines. */
typedef struct check {
	vv_tables tables;
	vv_table base, now;
	bool has_base;
	vv_rules_file *file;
	vv_rule_set rules;
	vv_check_cache *cache;
	vv_base_options options;
	vv_buf out;
} check;

static void put_field(vv_buf *b, const char *name, const char *text, size_t len)
{
	if (!text) return;
	vv_buf_printf(b, " %s=", name);
	vv_buf_put(b, text, len);
}

static vv_status note(void *payload, const vv_finding *f, vv_error *err)
{
	vv_buf *b = payload;

	vv_buf_printf(b, "%s%s", f->severity == VV_SEVERITY_WARNING ? "(warning) " : "", f->rule);
	if (f->row) {
		vv_buf_printf(b, " row %d line %d", (int)f->row, (int)f->line);
	}
	put_field(b, "key", f->key, f->key_len);
	put_field(b, "column", f->column, f->column ? strlen(f->column) : 0);
	put_field(b, "value", f->value, f->value_len);
	vv_buf_printf(b, ": %s", f->message);
	if (f->expected) {
		vv_buf_printf(b, " [%s%s%s]", f->expected,
			      f->intended ? "; if it is intended: " : "",
			      f->intended ? f->intended : "");
	}
	vv_buf_putc(b, '\n');
	return vv_buf_ok(b, err);
}

static vv_status note_more(void *payload, const vv_finding *f, uint64_t count, vv_error *err)
{
	vv_buf *b = payload;

	vv_buf_printf(b, "and %d more of %s %s\n", (int)count, f->rule, f->column ? f->column : "");
	return vv_buf_ok(b, err);
}

static void read_rules(check *c, const char *json)
{
	vv_error err;

	if (json) {
		vv_assert_ok(vv_rules_file_read(&c->file, json, strlen(json), "varve.json", &err),
			     &err);
	}
	vv_assert_ok(vv_rule_set_for(&c->rules, c->file, "t.csv", &err), &err);
	c->options.check.rules = &c->rules;
}

static void run(check *c)
{
	vv_error err;

	vv_buf_reset(&c->out);
	vv_buf_puts(&c->out, "");
	vv_assert_ok(vv_check_base(c->has_base ? &c->base : NULL, &c->now, &c->options, &err),
		     &err);
}

/* base NULL: there is none. key: a column's name or NULL. rules: varve.json or NULL. */
static void begin(check *c, const char *base, const char *now, const char *key, const char *rules)
{
	const char *const keys[] = {key, NULL};
	vv_tables_options o = {.key = key ? keys : NULL};

	memset(c, 0, sizeof(*c));
	vv_tables_init(&c->tables);
	if (base) {
		vv_tables_open(&c->tables, &c->base, base, strlen(base), &o);
		o.parent = &c->base;
		c->has_base = true;
	}
	vv_tables_open(&c->tables, &c->now, now, strlen(now), &o);
	c->options = (vv_base_options){.check = {.path = "t.csv",
						 .words = name_hint,
						 .finding = note,
						 .more = note_more,
						 .payload = &c->out,
						 .temp_dir = vv_test_dir()},
				       .now = 1705276800 /* 2024-01-15 */};
	read_rules(c, rules);
}

static void end(check *c)
{
	if (c->has_base) {
		vv_table_close(&c->base);
	}
	vv_table_close(&c->now);
	vv_rule_set_clear(&c->rules);
	vv_rules_file_free(c->file);
	vv_check_cache_close(c->cache);
	vv_buf_clear(&c->out);
	vv_tables_clear(&c->tables);
}

static void finds(const char *base, const char *now, const char *key, const char *rules,
		  const char *wanted)
{
	check c;

	begin(&c, base, now, key, rules);
	run(&c);
	assert_string_equal(vv_buf_cstr(&c.out), wanted);
	end(&c);
}

#define PRICES "id,name,price\n1,a,5\n2,b,6\n3,c,7\n"

static void equal_versions_have_no_findings(void **state)
{
	(void)state;
	finds(PRICES, PRICES, "id", NULL, "");
	finds(PRICES, "id,name,price\n1,a,5\n2,b,6\n3,c,7\n4,d,8\n", "id", NULL, "");
}

static void a_column_that_is_gone_is_named(void **state)
{
	(void)state;
	finds(PRICES, "id,name\n1,a\n2,b\n3,c\n", "id", NULL,
	      "column-removed column=price: the column no longer exists [all columns of the base; if it is intended: accept(column-removed)(t.csv)()]\n");
}

static void a_renamed_column_is_told_with_its_new_name(void **state)
{
	(void)state;
	finds(PRICES, "id,name,amount\n1,a,5\n2,b,6\n3,c,7\n", "id", NULL,
	      "column-removed column=price: the column is now called 'amount' [all columns of the base; if it is intended: accept(column-removed)(t.csv)()]\n");
}

static void the_limit_is_one_for_each_column(void **state)
{
	check c;
	(void)state;
	begin(&c, "id,x,y\n1,a,b\n", "id\n1\n", NULL, NULL);
	c.options.check.limit = 1;
	run(&c);
	assert_string_equal(
		vv_buf_cstr(&c.out),
		"column-removed column=x: the column no longer exists [all columns of the base; if it is intended: accept(column-removed)(t.csv)()]\n"
		"column-removed column=y: the column no longer exists [all columns of the base; if it is intended: accept(column-removed)(t.csv)()]\n");
	end(&c);
}

static void a_new_column_is_told_only_when_asked(void **state)
{
	static const char now[] = "id,name,price,x\n1,a,5,1\n2,b,6,2\n3,c,7,3\n";
	(void)state;
	finds(PRICES, now, "id", NULL, "");
	finds(PRICES, now, "id", "{\"rules\":{\"column-added\":\"warning\"}}",
	      "(warning) column-added column=x: the column is new [no columns other than those of the base]\n");
}

#define SCHEMA(type)                                                                                                                       \
	"{\"fields\":[{\"name\":\"id\",\"type\":\"integer\"},{\"name\":\"name\",\"type\":\"string\"},{\"name\":\"price\",\"type\":\"" type \
	"\"}]}"

static void begin_retyped(check *c, const char *now, const char *schema, bool declared)
{
	vv_tables_options o = {.schema = schema};

	begin(c, PRICES, PRICES, NULL, NULL);
	vv_table_close(&c->now);
	vv_tables_open(&c->tables, &c->now, now, strlen(now), &o);
	c->options.declared = declared;
	run(c);
}

static void another_declared_type_is_one_finding(void **state)
{
	check c;
	(void)state;
	begin_retyped(&c, "id,name,price\n1,a,N/A\n2,b,6\n3,c,x7\n", SCHEMA("string"), true);
	assert_string_equal(
		vv_buf_cstr(&c.out),
		"column-retyped column=price: a string here, an integer in the base; 2 new values contradict the base's type "
		"[an integer; if it is intended: accept(column-retyped)(t.csv)()]\n");
	end(&c);
}

static void a_type_that_gave_way_is_found_by_its_values(void **state)
{
	check c;
	(void)state;
	begin_retyped(&c, "id,name,price\n1,a,N/A\n2,b,6\n3,c,7.5\n", SCHEMA("string"), false);
	assert_string_equal(
		vv_buf_cstr(&c.out),
		"(warning) type-contradiction row 1 line 2 column=price value=N/A: is not an integer [an integer, as in the base; the column's type is detected from the data, "
		"and is now string; if it is intended: schema-missing(price)(N/A)(t.csv)]\n"
		"(warning) type-contradiction row 3 line 4 column=price value=7.5: is not an integer [an integer, as in the base; the column's type is detected from the data, "
		"and is now string; if it is intended: schema-type(price)(number)(t.csv)]\n");
	end(&c);
}

/* A type that was found gives way, and the check of one version does not know of it. */
static void contradictions_are_found_where_type_errors_are_not_looked_for(void **state)
{
	static const char now
		[] = "id,name,price\n1,a,5\n2,b,x6\n3,c,7\n",
	     wanted[] =
		     "(warning) type-contradiction row 2 line 3 key=id=2 column=price value=x6: is not an "
		     "integer [an integer, as in the base; the column's type is detected from the data, "
		     "and is now string; if it is intended: schema-type(price)(string)(t.csv)]\n";
	(void)state;
	finds(PRICES, now, "id", NULL, wanted);
	finds(PRICES, now, "id", "{\"rules\":{\"type-error\":\"off\"}}", wanted);
}

/* Everything that the check of one version found in a stored table whose types nobody declared. */
static void a_type_error_against_the_base_gets_its_name_and_a_proposal(void **state)
{
	vv_finding f = {.rule = "type-error",
			.severity = VV_SEVERITY_ERROR,
			.path = "t.csv",
			.row = 2,
			.line = 3,
			.column = "price",
			.value = "n/a",
			.value_len = 3,
			.message = "is not an integer"};
	vv_finding other = f;
	vv_buf text = VV_BUF_INIT;
	check c;
	(void)state;
	begin(&c, PRICES, PRICES, "id", "{\"rules\":{\"type-contradiction\":\"warning\"}}");
	vv_base_recode(&f, &text, &c.base, &c.now, &c.options);
	assert_string_equal(f.rule, "type-contradiction");
	assert_int_equal(f.severity, VV_SEVERITY_WARNING);
	assert_string_equal(f.expected, "an integer, as in the base");
	assert_string_equal(f.intended, "schema-missing(price)(n/a)(t.csv)");
	c.options.declared = true;
	vv_base_recode(&other, &text, &c.base, &c.now, &c.options);
	assert_string_equal(other.rule, "type-error");
	vv_buf_clear(&text);
	end(&c);
}

static void proposals_survive_hostile_names(void **state)
{
	static const struct {
		const char *column, *value, *path, *wanted;
	} cases[] = {
		{"a b", "x'y", "d'ir/t.csv", "schema-missing(a b)(x'y)(d'ir/t.csv)"},
		{"a b", "1x", "t.csv", "schema-type(a b)(string)(t.csv)"},
		{"$(reboot)", "1x", "t.csv", "schema-type($(reboot))(string)(t.csv)"},
		{"a\x1b[2J", "1x", "t.csv", ""},
		{"a", "\x1b[2J", "t.csv", "schema-type(a)(string)(t.csv)"},
	};
	static const char *none[] = {"", NULL};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vv_field f = {.name = cases[i].column,
			      .name_len = strlen(cases[i].column),
			      .type = VV_TYPE_INTEGER,
			      .format = "default",
			      .bare_number = true,
			      .decimal = ".",
			      .group = "",
			      .missing = none};
		vv_cell cell = {.text = cases[i].value,
				.len = (uint32_t)strlen(cases[i].value),
				.state = VV_CELL_TEXT};
		vv_buf b = VV_BUF_INIT;

		vv_likely likely;

		vv_base_propose(&likely, &b, &f, &cell, cases[i].path, name_hint);
		vv_likely_clear(&likely);
		assert_string_equal(vv_buf_cstr(&b), cases[i].wanted);
		vv_buf_clear(&b);
	}
}

static void begin_rekeyed(check *c, const char *base, const char *now, const char *key)
{
	vv_tables_options none = {0};

	begin(c, base, base, key, NULL);
	vv_table_close(&c->now);
	vv_tables_open(&c->tables, &c->now, now, strlen(now), &none);
	run(c);
}

static void a_key_that_repeats_is_broken(void **state)
{
	check c;
	(void)state;
	begin_rekeyed(&c, PRICES, "id,name,price\n1,a,5\n2,b,6\n1,c,7\n", "id");
	vv_assert_contains(vv_buf_cstr(&c.out), "key-broken row 3 line 4");
	vv_assert_contains(vv_buf_cstr(&c.out), "[the key (id) is unique in the base]");
	end(&c);
	begin_rekeyed(&c, PRICES, "id,name,price\n1,a,5\n2,b,6\n4,c,7\n", "id");
	assert_string_equal(vv_buf_cstr(&c.out),
			    ""); /* nobody says that it is the key, but it is */
	end(&c);
}

static void a_key_without_its_column_is_broken(void **state)
{
	check c;
	(void)state;
	begin_rekeyed(&c, "id,name,price\n1,a,5\n2,b,6\n", "name,price\na,5\nb,6\n", "id");
	vv_assert_contains(
		vv_buf_cstr(&c.out),
		"key-broken column=id: a column of the key (id) is gone [the key (id) of the base]");
	end(&c);
}

static void rows_are_held_to_their_bounds(void **state)
{
	static const char now[] = "id,name,price\n1,a,5\n3,c,8\n7,x,1\n8,y,2\n";
	(void)state;
	finds(PRICES, now, "id", "{\"rules\":{\"rows-removed\":{\"max\":0}}}",
	      "rows-removed: 1 of the base's 3 rows is gone (33.33 %) [at most 0]\n");
	finds(PRICES, now, "id", "{\"rules\":{\"rows-removed\":{\"max\":1}}}", "");
	finds(PRICES, now, "id", "{\"rules\":{\"rows-removed\":{\"max\":\"33%\"}}}",
	      "rows-removed: 1 of the base's 3 rows is gone (33.33 %) [at most 33 %]\n");
	finds(PRICES, now, "id", "{\"rules\":{\"rows-removed\":{\"max\":\"34%\"}}}", "");
	finds(PRICES, now, "id", "{\"rules\":{\"rows-added\":{\"max\":1}}}",
	      "rows-added: 2 rows are new, with 3 in the base [at most 1]\n");
	finds(PRICES, now, "id", "{\"rules\":{\"rows-added\":{\"min\":3}}}",
	      "rows-added: 2 rows are new, with 3 in the base [at least 3]\n");
	finds(PRICES, now, "id", "{\"rules\":{\"rows-added\":{\"min\":2}}}", "");
}

static void each_lost_key_is_named(void **state)
{
	static const char now[] = "id,name,price\n2,b,6\n";
	check c;
	(void)state;
	finds(PRICES, now, "id", "{\"rules\":{\"key-lost\":{\"max\":1}}}",
	      "key-lost key=id=1: the row with this key no longer exists [at most 1 key gone]\n"
	      "key-lost key=id=3: the row with this key no longer exists [at most 1 key gone]\n");
	finds(PRICES, now, "id", "{\"rules\":{\"key-lost\":{\"max\":2}}}", "");
	begin(&c, PRICES, now, "id", "{\"rules\":{\"key-lost\":\"error\"}}");
	c.options.check.limit = 1;
	run(&c);
	assert_string_equal(
		vv_buf_cstr(&c.out),
		"key-lost key=id=1: the row with this key no longer exists [at most 0 keys gone]\n"
		"and 1 more of key-lost \n");
	end(&c);
}

static void a_rule_about_keys_needs_one(void **state)
{
	(void)state;
	finds(PRICES, PRICES, NULL, "{\"rules\":{\"key-lost\":\"error\"}}",
	      "no-key: the rule key-lost requires a key in both versions [a primaryKey in datapackage.json, or a key of the "
	      "table; add-key(t.csv)()()]\n");
}

/* Two of three rows stay; of their six cells one is another value. */
static void changed_cells_are_held_to_their_bound(void **state)
{
	static const char now[] = "id,name,price\n1,a,5\n3,c,8\n";
	(void)state;
	finds(PRICES, now, "id", "{\"rules\":{\"cells-changed\":{\"max\":\"16%\"}}}",
	      "cells-changed: in the rows that the base also has, 1 of 6 cells was changed (16.67 %) [at most 16 %]\n");
	finds(PRICES, now, "id", "{\"rules\":{\"cells-changed\":{\"max\":\"17%\"}}}", "");
	finds(PRICES, now, "id",
	      "{\"rules\":{\"cells-changed\":{\"columns\":[\"name\"],\"max\":0}}}", "");
}

static void more_missing_values_are_found(void **state)
{
	static const char now[] = "id,name,price\n1,a,\n2,,6\n3,c,7\n4,d,8\n";
	(void)state;
	finds(PRICES, now, "id",
	      "{\"rules\":{\"null-share\":{\"columns\":[\"price\"],\"max\":\"24%\"}}}",
	      "null-share column=price: 25 % of the values are missing (1 of 4), 0 % in the base [an increase of at most 24 %]\n");
	finds(PRICES, now, "id", "{\"rules\":{\"null-share\":{\"max\":\"25%\"}}}", "");
	finds(PRICES, PRICES, "id", "{\"rules\":{\"null-share\":\"error\"}}", "");
}

#define GROUPS "id,kind\n1,a\n2,a\n3,b\n4,b\n5,a\n"

static void a_new_category_is_told_at_its_first_row(void **state)
{
	static const char now[] = "id,kind\n1,a\n2,z\n3,b\n4,z\n5,y\n";
	(void)state;
	finds(GROUPS, now, "id", "{\"rules\":{\"new-category\":{\"columns\":[\"kind\"]}}}",
	      "new-category row 2 line 3 key=id=2 column=kind value=z: is new in this column (in 2 rows) [one of the base's 2 values]\n"
	      "new-category row 5 line 6 key=id=5 column=kind value=y: is new in this column [one of the base's 2 values]\n");
	finds(GROUPS, now, "id",
	      "{\"rules\":{\"new-category\":{\"columns\":[\"kind\"],\"max\":2}}}", "");
	finds("id,kind\n1,a\n2,a\n", "id,kind\n1,a\n2,b\n", "id",
	      "{\"rules\":{\"new-category\":{\"columns\":[\"kind\"]}}}",
	      "new-category row 2 line 3 key=id=2 column=kind value=b: is new in this column [the base's only value]\n");
	/* unnamed columns are looked at only where values repeat often */
	finds(GROUPS, now, "id", "{\"rules\":{\"new-category\":\"error\"}}", "");
}

/* Made of fractions: kinds a and b, so many of each. */
static void put_kinds(vv_buf *b, int a, int rest)
{
	vv_buf_reset(b);
	vv_buf_puts(b, "id,kind\n");
	for (int i = 0; i < a + rest; i++) {
		vv_buf_printf(b, "%d,%s\n", i, i < a ? "a" : "b");
	}
}

/* Shares .5 .5 become .4 .6: PSI = -.1 ln .8 + .1 ln 1.2 = .022314 + .018232 = .0405 */
static void drift_is_told_with_its_measure(void **state)
{
	vv_buf base = VV_BUF_INIT, now = VV_BUF_INIT;
	(void)state;
	put_kinds(&base, 50, 50);
	put_kinds(&now, 40, 60);
	finds(base.data, now.data, "id", "{\"rules\":{\"drift-psi\":{\"max\":0.04}}}",
	      "drift-psi column=kind: the values are distributed differently from the base: PSI 0.0405 [at most 0.04]\n");
	finds(base.data, now.data, "id", "{\"rules\":{\"drift-psi\":{\"max\":0.041}}}", "");
	vv_buf_clear(&base);
	vv_buf_clear(&now);
}

static void an_unknown_column_is_a_finding(void **state)
{
	(void)state;
	finds(PRICES, PRICES, "id", "{\"rules\":{\"drift-psi\":{\"columns\":[\"prize\"]}}}",
	      "drift-psi column=prize: no such column [a column of the table]\n");
}

#define DAYS "id,day\n1,2024-01-10\n2,2024-01-12\n3,2024-01-11\n"

static void the_newest_date_is_held_to_its_age(void **state)
{
	(void)state;
	finds(NULL, DAYS, NULL,
	      "{\"rules\":{\"freshness\":{\"columns\":[\"day\"],\"maxAge\":\"2d\"}}}",
	      "freshness column=day: the newest value is 2024-01-12, 3 days ago [at most 2 days ago]\n");
	finds(NULL, DAYS, NULL,
	      "{\"rules\":{\"freshness\":{\"columns\":[\"day\"],\"maxAge\":\"3d\"}}}", "");
	finds(DAYS, DAYS, NULL,
	      "{\"rules\":{\"freshness\":{\"columns\":[\"day\"],\"maxAge\":\"47h\"}}}",
	      "freshness column=day: the newest value is 2024-01-12, 3 days ago [at most 47 hours ago]\n");
	finds(NULL, DAYS, NULL,
	      "{\"rules\":{\"freshness\":{\"columns\":[\"id\",\"when\"],\"maxAge\":\"1d\"}}}",
	      "freshness column=id: its type is integer, which has no dates [a column of dates]\n"
	      "freshness column=when: no such column [a column of dates]\n");
	finds(NULL, DAYS, NULL,
	      "{\"rules\":{\"freshness\":{\"columns\":[\"day\"],\"maxAge\":\"90s\"}}}",
	      "freshness column=day: the newest value is 2024-01-12, 3 days ago [at most 90 seconds ago]\n");
	finds(NULL, "id,day\n", NULL,
	      "{\"rules\":{\"freshness\":{\"columns\":[\"id\"],\"maxAge\":\"1d\"}}}",
	      "freshness column=id: its type is any, which has no dates [a column of dates]\n");
}

/* A table large enough for many groups. */
static void put_rows(vv_buf *b, vv_prng *r, int rows, int edits)
{
	static const char *const kinds[] = {"red", "green", "blue"};
	char odd[24];
	int at[8];

	(void)snprintf(odd, sizeof(odd), "violet%d", edits);
	for (int i = 0; i < 8; i++) {
		at[i] = i < edits ? (int)vv_prng_below(r, (uint64_t)rows) : -1;
	}
	vv_buf_reset(b);
	vv_buf_puts(b, "id,kind,price,day\n");
	for (int i = 0; i < rows; i++) {
		bool edited = false;

		for (int k = 0; k < 8; k++) {
			edited = edited || at[k] == i;
		}
		vv_buf_printf(b, "%d,%s,%d.%02d,2024-01-%02d\n", i, edited ? odd : kinds[i * 7 % 3],
			      edited ? 99999 : i * 31 % 1000, i % 100, i * 3 % 28 + 1);
	}
}

#define ALL_RULES                                                                                                   \
	"{\"rules\":{\"null-share\":\"error\",\"new-category\":{\"columns\":[\"kind\"]},\"drift-psi\":{\"max\":0}," \
	"\"freshness\":{\"columns\":[\"day\"],\"maxAge\":\"1d\"},\"rows-removed\":\"error\","                       \
	"\"cells-changed\":{\"max\":0}}}"

/* With the cache of the versions before, and without: the same findings. */
static void a_cached_check_and_a_fresh_one_agree(void **state)
{
	vv_prng r;
	vv_buf text = VV_BUF_INIT, next = VV_BUF_INIT;
	vv_check_cache *cache = NULL;
	vv_error err;
	(void)state;
	vv_prng_init(&r, 51);
	vv_assert_ok(vv_check_cache_open(&cache, NULL, &err), &err);
	put_rows(&text, &r, 6000, 0);
	for (int round = 0; round < 6; round++) {
		vv_buf cached = VV_BUF_INIT;
		check c;

		put_rows(&next, &r, 6000 + (int)vv_prng_below(&r, 40), round + 1);
		begin(&c, vv_buf_cstr(&text), vv_buf_cstr(&next), "id", ALL_RULES);
		c.options.check.cache = cache;
		run(&c);
		vv_buf_puts(&cached, vv_buf_cstr(&c.out));
		c.options.check.cache = NULL;
		run(&c);
		assert_string_equal(vv_buf_cstr(&cached), vv_buf_cstr(&c.out));
		vv_assert_contains(vv_buf_cstr(&cached), "new-category");
		vv_assert_contains(vv_buf_cstr(&cached), "drift-psi column=price");
		end(&c);
		vv_buf_clear(&cached);
		vv_buf_reset(&text);
		vv_buf_put(&text, next.data, next.len);
	}
	vv_check_cache_close(cache);
	vv_buf_clear(&text);
	vv_buf_clear(&next);
}

static void several_threads_count_as_one_does(void **state)
{
	vv_pool *pool = vv_pool_new(3);
	vv_buf base = VV_BUF_INIT, now = VV_BUF_INIT, alone = VV_BUF_INIT;
	vv_prng r;
	check c;
	(void)state;
	assert_non_null(pool);
	vv_prng_init(&r, 54);
	put_rows(&base, &r, 60000, 0);
	put_rows(&now, &r, 61000, 7);
	begin(&c, vv_buf_cstr(&base), vv_buf_cstr(&now), "id", ALL_RULES);
	run(&c);
	vv_buf_puts(&alone, vv_buf_cstr(&c.out));
	c.options.check.pool = pool;
	run(&c);
	assert_string_equal(vv_buf_cstr(&alone), vv_buf_cstr(&c.out));
	vv_assert_contains(vv_buf_cstr(&alone), "drift-psi column=price");
	end(&c);
	vv_pool_free(pool);
	vv_buf_clear(&base);
	vv_buf_clear(&now);
	vv_buf_clear(&alone);
}

static vv_finding finding(const char *rule, const char *column, const char *key, uint64_t row,
			  const char *value)
{
	vv_finding f = {.rule = rule,
			.severity = VV_SEVERITY_ERROR,
			.path = "t.csv",
			.column = column,
			.row = row,
			.line = row + 1,
			.key = key,
			.key_len = key ? strlen(key) : 0,
			.value = value,
			.value_len = value ? strlen(value) : 0,
			.message = "is wrong"};
	return f;
}

static vv_status attempt(void *payload, vv_error *err)
{
	check *c = payload;

	vv_buf_clear(&c->out);
	return vv_check_base(&c->base, &c->now, &c->options, err);
}

static vv_status take_all(void *payload, const vv_finding *f, vv_error *err)
{
	(void)payload;
	(void)f;
	(void)err;
	return VV_OK;
}

/* Every allocation fails once: nothing leaks, nothing crashes, and it is reported. */
static void running_out_of_memory_is_reported(void **state)
{
	check c;
	(void)state;
	begin(&c, PRICES, "id,name,price\n1,a,\n3,c,8\n7,x,1\n8,y,2\n", "id",
	      "{\"rules\":{\"rows-removed\":\"error\",\"key-lost\":\"error\",\"null-share\":\"error\",\"drift-psi\":{\"columns\":[\"price\"]},"
	      "\"cells-changed\":{\"max\":0}}}");
	c.options.check.finding = take_all;
	vv_fault_each(VV_FAULT_ALLOC, 0, attempt, NULL, &c);
	end(&c);
}

static vv_status attempt_known(void *payload, vv_error *err)
{
	check *c = payload;
	vv_finding f = finding("type-error", "price", "id=5", 10, "N/A");
	vv_known *k = NULL;
	vv_status rc = vv_known_new(&k, &c->base, &c->now, 7, err);
	int known = rc < 0 || (rc = vv_known_add(k, &f, err)) < 0 ? (int)rc
								  : vv_known_take(k, &f, err);

	vv_known_free(k);
	return known < 0 ? (vv_status)known : VV_OK;
}

static void knowing_runs_out_of_memory_cleanly(void **state)
{
	check c;
	(void)state;
	begin(&c, PRICES, "id,name,amount\n1,a,5\n2,b,6\n3,c,7\n", "id", NULL);
	vv_fault_each(VV_FAULT_ALLOC, 0, attempt_known, NULL, &c);
	end(&c);
}

static void add(vv_known *k, vv_finding f)
{
	vv_error err;

	vv_assert_ok(vv_known_add(k, &f, &err), &err);
}

static bool take(vv_known *k, vv_finding f)
{
	vv_error err;
	int known = vv_known_take(k, &f, &err);

	vv_assert_ok(known, &err);
	return known > 0;
}

static void findings_are_known_by_key_cell_and_value_not_by_line(void **state)
{
	vv_known *k;
	vv_error err;
	(void)state;
	vv_assert_ok(vv_known_new(&k, NULL, NULL, 7, &err), &err);
	add(k, finding("type-error", "price", "id=5", 10, "N/A"));
	add(k, finding("type-error", "price", "id=6", 11, "N/A"));
	assert_true(take(k, finding("type-error", "price", "id=5", 90, "N/A")));
	assert_false(take(
		k, finding("type-error", "price", "id=5", 91, "N/A"))); /* one answers for one */
	assert_false(take(k, finding("type-error", "name", "id=6", 11, "N/A")));
	assert_false(take(k, finding("constraint-error", "price", "id=6", 11, "N/A")));
	assert_false(take(k, finding("type-error", "price", "id=7", 11, "N/A")));
	/* a changed value that is wrong, too */
	assert_false(take(k, finding("type-error", "price", "id=6", 3, "n.a.")));
	assert_true(take(k, finding("type-error", "price", "id=6", 3, "N/A")));
	vv_known_free(k);
}

static void findings_about_tables_and_columns_are_known_by_rule(void **state)
{
	vv_known *k;
	vv_error err;
	(void)state;
	vv_assert_ok(vv_known_new(&k, NULL, NULL, 7, &err), &err);
	add(k, finding("row-count", NULL, NULL, 0, NULL));
	assert_false(take(k, finding("row-count", "x", NULL, 0, NULL)));
	assert_true(take(k, finding("row-count", NULL, NULL, 0, NULL)));
	vv_known_free(k);
}

static void columns_are_followed_through_renames(void **state)
{
	vv_known *k;
	vv_error err;
	check c;
	(void)state;
	begin(&c, PRICES, "id,name,amount\n1,a,5\n2,b,6\n3,c,7\n", "id", NULL);
	vv_assert_ok(vv_known_new(&k, &c.base, &c.now, 7, &err), &err);
	add(k, finding("constraint-error", "price", "id=2", 2, "6"));
	assert_true(take(k, finding("constraint-error", "amount", "id=2", 2, "6")));
	vv_known_free(k);
	end(&c);
}

/* Without key: rows in groups that both have are the same rows, whatever their number. */
static void rows_without_key_are_known_where_both_versions_have_them(void **state)
{
	vv_prng r;
	vv_buf base = VV_BUF_INIT, now = VV_BUF_INIT;
	vv_known *k;
	vv_error err;
	check c;
	(void)state;
	vv_prng_init(&r, 52);
	put_rows(&base, &r, 6000, 0);
	vv_buf_puts(&now, "id,kind,price,day\n-1,red,1.00,2024-01-01\n-2,red,1.00,2024-01-01\n");
	vv_buf_puts(&now, strchr(base.data, '\n') + 1);
	begin(&c, vv_buf_cstr(&base), vv_buf_cstr(&now), NULL, NULL);
	vv_assert_ok(vv_known_new(&k, &c.base, &c.now, 7, &err), &err);
	add(k, finding("constraint-error", "price", NULL, 5001, "x"));
	assert_false(take(
		k, finding("constraint-error", "price", NULL, 5001, "x"))); /* now another row */
	assert_true(take(k, finding("constraint-error", "price", NULL, 5003, "x")));
	/* in what only one has the value tells */
	add(k, finding("constraint-error", "price", NULL, 1, "x"));
	assert_false(take(k, finding("constraint-error", "price", NULL, 2, "y")));
	assert_true(take(k, finding("constraint-error", "price", NULL, 2, "x")));
	vv_known_free(k);
	end(&c);
	vv_buf_clear(&base);
	vv_buf_clear(&now);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(equal_versions_have_no_findings),
	cmocka_unit_test(a_column_that_is_gone_is_named),
	cmocka_unit_test(a_renamed_column_is_told_with_its_new_name),
	cmocka_unit_test(the_limit_is_one_for_each_column),
	cmocka_unit_test(a_new_column_is_told_only_when_asked),
	cmocka_unit_test(another_declared_type_is_one_finding),
	cmocka_unit_test(a_type_that_gave_way_is_found_by_its_values),
	cmocka_unit_test(a_type_error_against_the_base_gets_its_name_and_a_proposal),
	cmocka_unit_test(contradictions_are_found_where_type_errors_are_not_looked_for),
	cmocka_unit_test(proposals_survive_hostile_names),
	cmocka_unit_test(a_key_that_repeats_is_broken),
	cmocka_unit_test(a_key_without_its_column_is_broken),
	cmocka_unit_test(rows_are_held_to_their_bounds),
	cmocka_unit_test(each_lost_key_is_named),
	cmocka_unit_test(a_rule_about_keys_needs_one),
	cmocka_unit_test(changed_cells_are_held_to_their_bound),
	cmocka_unit_test(more_missing_values_are_found),
	cmocka_unit_test(a_new_category_is_told_at_its_first_row),
	cmocka_unit_test(drift_is_told_with_its_measure),
	cmocka_unit_test(an_unknown_column_is_a_finding),
	cmocka_unit_test(the_newest_date_is_held_to_its_age),
	cmocka_unit_test(a_cached_check_and_a_fresh_one_agree),
	cmocka_unit_test(several_threads_count_as_one_does),
	cmocka_unit_test(running_out_of_memory_is_reported),
	cmocka_unit_test(knowing_runs_out_of_memory_cleanly),
	cmocka_unit_test(findings_are_known_by_key_cell_and_value_not_by_line),
	cmocka_unit_test(findings_about_tables_and_columns_are_known_by_rule),
	cmocka_unit_test(columns_are_followed_through_renames),
	cmocka_unit_test(rows_without_key_are_known_where_both_versions_have_them),
};

VV_TEST_SUITE(check_base)
