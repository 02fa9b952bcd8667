/*
 * Values and constraints by the table in check_types.txt, and how values are ordered by the
 * one in check_order.txt.
 */
#include "tests/unit/check/check_support.h"

#include "dataset/schema/value.h"

#ifndef CHECK_TYPES_FILE /* the build gives the whole paths */
#define CHECK_TYPES_FILE "tests/unit/check/check_types.txt"
#define CHECK_ORDER_FILE "tests/unit/check/check_order.txt"
#endif

/* The words of the table for what the findings say. */
static vv_status note_word(void *payload, const vv_finding *f, vv_error *err)
{
	static const struct {
		const char *part, *word;
	} words[] = {{"'minLength'", "minLength"},
		     {"'maxLength'", "maxLength"},
		     {"'minimum'", "minimum"},
		     {"'maximum'", "maximum"},
		     {"'exclusiveMinimum'", "exclusiveMinimum"},
		     {"'exclusiveMaximum'", "exclusiveMaximum"},
		     {"'pattern'", "pattern"},
		     {"'enum'", "enum"},
		     {"'categories'", "category"},
		     {"required", "required"}};
	const char *word = strcmp(f->rule, "type-error") == 0       ? "type"
			   : strcmp(f->rule, "encoding-error") == 0 ? "encoding"
								    : f->rule;

	for (size_t i = 0;
	     strcmp(f->rule, "constraint-error") == 0 && i < sizeof(words) / sizeof(words[0]);
	     i++) {
		if (strstr(f->message, words[i].part)) {
			word = words[i].word;
		}
	}
	if (f->row == 2 || strcmp(f->rule, "schema-error") == 0) { /* the row that is asked about */
		vv_buf_printf(payload, "%s%s", ((vv_buf *)payload)->len > 0 ? " " : "", word);
	}
	(void)err;
	return VV_OK;
}

static void put_csv(vv_buf *out, const char *text, size_t len)
{
	vv_buf_putc(out, '"');
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"') {
			vv_buf_putc(out, '"');
		}
		vv_buf_putc(out, text[i]);
	}
	vv_buf_putc(out, '"');
}

/* The value among rows of other values, so that each encoding of columns is met. */
static void verdict(vv_buf *out, const char *members, const char *text, size_t len, int around)
{
	static const char *const others[] = {NULL, "5", "5.25", "2024-05-05", "some text"};
	vv_buf csv = VV_BUF_INIT, schema = VV_BUF_INIT;
	vv_check_result result;
	vv_check_options o = {.finding = note_word, .payload = out, .path = "t.csv"};
	vv_error err;
	tabled t;

	vv_buf_puts(&csv, "n,x\n");
	for (int i = 0; i < 40; i++) {
		vv_buf_printf(&csv, "%d,", i);
		if (i == 1 || !others[around]) {
			put_csv(&csv, text, len);
		} else {
			vv_buf_puts(&csv, others[around]);
		}
		vv_buf_putc(&csv, '\n');
	}
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
	if (out->len == 0) {
		vv_buf_puts(out, "ok");
	}
}

static void each_value_of_the_table_is_judged_so(void **state)
{
	FILE *f = fopen(CHECK_TYPES_FILE, "r");
	char line[2048], *parts[3];
	unsigned lines = 0, wrong = 0;

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		size_t len;

		if (!cut(parts, 3, line)) {
			continue;
		}
		lines++;
		len = unescape(parts[1]);
		for (int around = 0; around < 5; around++) {
			if (around > 0 && !vv_test_sampled(lines + (unsigned)around, 4)) {
				continue;
			}
			vv_buf out = VV_BUF_INIT;

			verdict(&out, parts[0], parts[1], len, around);
			if (strcmp(vv_buf_cstr(&out), parts[2]) != 0) {
				print_error("%s \"%s\": %s, not %s (%d)\n", parts[0], parts[1],
					    vv_buf_cstr(&out), parts[2], around);
				wrong++;
			}
			vv_buf_clear(&out);
		}
	}
	fclose(f);
	assert_int_equal(wrong, 0);
	assert_true(lines >= 400);
}

static void read_value(vv_value *out, vv_buf *digits, vv_buf *key, const vv_field *f,
		       const char *text)
{
	vv_cell cell = {.text = text, .len = (uint32_t)strlen(text)};
	vv_buf scratch = VV_BUF_INIT;

	assert_true(vv_field_accepts(f, &cell));
	assert_true(vv_value_read(out, digits, f, &cell));
	assert_true(vv_value_put_key(key, &scratch, f, &cell, false));
	vv_buf_clear(&scratch);
}

static void values_are_ordered_so(void **state)
{
	FILE *f = fopen(CHECK_ORDER_FILE, "r");
	char line[2048], *parts[4];
	unsigned lines = 0, wrong = 0;

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		vv_buf json = VV_BUF_INIT, digits = VV_BUF_INIT, key_a = VV_BUF_INIT,
		       key_b = VV_BUF_INIT;
		vv_schema s;
		vv_value a, b;
		vv_error err;
		bool equal;
		char order;

		if (!cut(parts, 4, line)) {
			continue;
		}
		lines++;
		vv_buf_printf(&json, "{\"fields\":[{\"name\":\"x\",%s}]}", parts[0]);
		vv_assert_ok(vv_schema_read(&s, json.data, json.len, "check_order.txt", &err),
			     &err);
		read_value(&a, &digits, &key_a, &s.fields[0], parts[1]);
		read_value(&b, &digits, &key_b, &s.fields[0], parts[3]);
		equal = key_a.len == key_b.len && memcmp(key_a.data, key_b.data, key_a.len) == 0;
		order = "<=>?"[vv_value_rank(&a, &b, &digits) + 1];
		/* texts and JSON have an order that nobody asks for: only whether they are equal counts */
		if (a.kind == VV_VALUE_TEXT && s.fields[0].type != VV_TYPE_STRING) {
			order = equal ? '=' : '?';
		}
		if (order != *parts[2] || equal != (*parts[2] == '=')) {
			print_error("%s \"%s\" %c \"%s\" (keys %s), not %s\n", parts[0], parts[1],
				    order, parts[3], equal ? "equal" : "different", parts[2]);
			wrong++;
		}
		vv_schema_clear(&s);
		vv_buf_clear(&json);
		vv_buf_clear(&digits);
		vv_buf_clear(&key_a);
		vv_buf_clear(&key_b);
	}
	fclose(f);
	assert_int_equal(wrong, 0);
	assert_true(lines >= 60);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_value_of_the_table_is_judged_so),
	cmocka_unit_test(values_are_ordered_so),
};

VV_TEST_SUITE(check_types)
