/*
 * contradiction: recognizes words for a missing value, and finds a type that also accepts a value.
 */
#include "check/past/contradiction.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/text.h"
#include "check/past/base_findings.h"
#include "dataset/table/root.h"
#include "dataset/table/table.h"

const char *base_noun(vv_type t)
{
	static const char *const nouns[] = {[VV_TYPE_ANY] = "a value",
					    [VV_TYPE_STRING] = "a string",
					    [VV_TYPE_NUMBER] = "a number",
					    [VV_TYPE_INTEGER] = "an integer",
					    [VV_TYPE_BOOLEAN] = "a boolean",
					    [VV_TYPE_OBJECT] = "a JSON object",
					    [VV_TYPE_ARRAY] = "a JSON array",
					    [VV_TYPE_LIST] = "a list",
					    [VV_TYPE_DATETIME] = "a datetime",
					    [VV_TYPE_DATE] = "a date",
					    [VV_TYPE_TIME] = "a time",
					    [VV_TYPE_YEAR] = "a year",
					    [VV_TYPE_YEARMONTH] = "a year and month",
					    [VV_TYPE_DURATION] = "a duration",
					    [VV_TYPE_GEOPOINT] = "a point",
					    [VV_TYPE_GEOJSON] = "GeoJSON"};
	return nouns[t];
}

/* Could the text be a word for "no value"? Short, and without a digit. */
static bool is_like_missing(const char *s, size_t len)
{
	if (len == 0 || len > 12 || !vv_likely_one_line(s, len)) return false;
	return !vv_array_find(s, len, it, vv_is_digit(*it));
}

/* The narrowest other type that accepts the value and the column's former ones. */
static vv_type wider_type(const vv_field *f, const vv_cell *value)
{
	vv_field number = *f;

	number.type = VV_TYPE_NUMBER;
	return f->type == VV_TYPE_INTEGER && vv_field_accepts(&number, value) ? VV_TYPE_NUMBER
									      : VV_TYPE_STRING;
}

void vv_base_propose(vv_likely *likely, vv_buf *intended, const vv_field *f, const vv_cell *value,
		     const char *path, vv_hint_words_fn words)
{
	const char *text = value->text ? value->text : "";
	bool is_text = value->state == VV_CELL_TEXT;

	vv_likely_of_type(likely, f, text, is_text ? value->len : 0, false);
	if (!likely->has_hint && likely->member.len == 0) {
		bool missing = is_text && is_like_missing(text, value->len);

		likely->has_hint = true;
		likely->hint = missing ? VV_HINT_SCHEMA_MISSING : VV_HINT_SCHEMA_TYPE;
		likely->arg = missing ? NULL : vv_type_name(wider_type(f, value));
	}
	vv_likely_put_accept(intended, likely, f, text, value->len, path, words);
}

const vv_rule_setting *vv_base_type_setting(const vv_table *base, const vv_table *t,
					    const vv_base_options *how, const char *column)
{
	base_check c = {.how = how, .o = &how->check, .rules = how->check.rules};
	const vv_rule_setting *s = NULL;

	if (!base || how->declared || !c.rules || base->root.kind != VV_KIND_TABLE ||
	    t->root.kind != VV_KIND_TABLE) {
		return NULL;
	}
	long a = vv_schema_find(&base->schema, column, strlen(column));
	long b = vv_schema_find(&t->schema, column, strlen(column));
	if (a < 0 || b < 0) return NULL;
	const vv_field *was = &base->schema.fields[a];
	const vv_field *is = &t->schema.fields[b];
	while ((s = base_setting(&c, "type-contradiction", s)) &&
	       !vv_rule_setting_has(s, is->name, is->name_len)) {
	}
	return was->type == is->type && strcmp(was->format, is->format) == 0 ? s : NULL;
}

void vv_base_recode(vv_finding *f, vv_buf *text, const vv_table *base, const vv_table *t,
		    const vv_base_options *how)
{
	const vv_rule_setting *s;

	if (!f->column || strcmp(f->rule, "type-error") != 0 ||
	    !(s = vv_base_type_setting(base, t, how, f->column))) {
		return;
	}
	vv_cell cell = {.text = f->value, .len = (uint32_t)f->value_len, .state = VV_CELL_TEXT};
	vv_buf_reset(text);
	if (f->value) {
		const vv_field *was = &base->schema.fields[vv_schema_find(&base->schema, f->column,
									  strlen(f->column))];
		vv_auto(vv_likely) likely = {.what = VV_BUF_INIT};

		/* the finding has the explanation already */
		vv_buf_printf(text, "%s, as in the base", base_noun(was->type));
		vv_buf_putc(text, '\0');
		size_t at = text->len;
		vv_base_propose(&likely, text, was, &cell, f->path, how->check.words);
		f->expected = text->failed ? f->expected : vv_buf_cstr(text);
		f->intended = text->failed || text->len == at ? NULL : vv_buf_cstr(text) + at;
	}
	f->rule = "type-contradiction";
	f->severity = s->severity;
}
