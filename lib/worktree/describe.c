/*
 * describe: how people write types, numbers and missing values of columns.
 */
#include "lib/worktree/describe.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/schema/infer.h"
#include "dataset/schema/package.h"
#include "dataset/table/table.h"
#include "lib/names/version.h"
#include "lib/rows/named_columns.h"
#include "lib/worktree/schema_edit.h"

typedef struct editing {
	const vv_table *table;
	const vv_description *d;
	vv_package_edit edit;
	vv_buf text;    /* of the package */
	bool described; /* before the first edit */
	char name[16];
} editing;

/* The name of a part of the description in messages. */
static const char *name_of(editing *e, const char *what)
{
	(void)snprintf(e->name, sizeof(e->name), "%s%s", e->d->dashes, what);
	return e->name;
}

/* Applies one edit to the text, and forgets it. */
static vv_status apply_edit(editing *e, vv_error *err)
{
	vv_buf next = VV_BUF_INIT;
	vv_status rc = vv_package_apply(&next, vv_buf_cstr(&e->text), e->text.len, &e->edit, err);

	e->edit = (vv_package_edit){.path = e->edit.path,
				    .package_path = e->edit.package_path,
				    .schema = e->edit.schema};

	if (rc == VV_OK) {
		vv_buf_clear(&e->text);
		e->text = next;
	} else {
		vv_buf_clear(&next);
	}
	return rc;
}

static vv_status bad_type(const char *name, vv_error *err)
{
	vv_nearest near = vv_nearest_to(name);
	for (int t = VV_TYPE_ANY; t <= VV_TYPE_GEOJSON; t++) {
		(void)vv_nearest_try(&near, vv_type_name((vv_type)t));
	}
	vv_fail(err, VV_EUSAGE, "no such type '%s'", vv_text_shows(name));
	if (strpbrk(name, ":%")) {
		return vv_hint(err,
			       "--type takes only the type; a format is the member \"format\" of "
			       "the column in datapackage.json");
	}
	return near.best
		       ? vv_hint(err, "did you mean '%s'?", near.best)
		       : vv_hint(err, "types are string, integer, number, boolean, date, datetime, "
				      "time, year ...");
}

/* Sets the edit's column to the text before the last '=' of an option's value, and *value to the text after it; the caller
 * frees *column. A name may contain '=': values do not. */
static vv_status split_word(char **column, size_t *at, const char **value, editing *e,
			    const char *word, const char *what, const char *form, vv_error *err)
{
	const char *eq = strrchr(word, '=');

	if (!eq) {
		return vv_fail(err, VV_EUSAGE,
			       "%s '%s' has no '='\n"
			       "write it as %s COLUMN=%s",
			       name_of(e, what), vv_text_shows(word), name_of(e, what), form);
	}
	vv_status rc = vv_view_column(e->table, word, (size_t)(eq - word), name_of(e, what), at,
				      err);
	if (rc < 0) return rc;
	*value = eq + 1;
	*column = vv_strndup(word, (size_t)(eq - word));
	return *column ? VV_OK : vv_fail_nomem(err);
}

static vv_status set_type(editing *e, const char *word, vv_error *err)
{
	vv_auto(char) *column = NULL;
	const char *name;
	vv_type type;
	size_t at;
	vv_status rc;

	if ((rc = split_word(&column, &at, &name, e, word, "type", "TYPE", err)) < 0) return rc;
	if (!vv_type_parse(&type, name)) return bad_type(name, err);
	e->edit.set_column = column;
	e->edit.set_type = name;
	return apply_edit(e, err);
}

/* The marks of an example like 1.234,5: the group separator, and the decimal mark; the lengths are 0 without one.
 * False: ambiguous, like 1,234. */
static bool read_example(const char **group, size_t *group_len, const char **point,
			 size_t *point_len, const char *s)
{
	static const char digits[] = "0123456789";

	s += *s == '-';
	size_t whole = strspn(s, digits);
	*group = s + whole;
	*group_len = strcspn(*group, digits);
	size_t second = strspn(*group + *group_len, digits);
	*point = *group + *group_len + second;
	*point_len = strcspn(*point, digits);
	size_t last = strspn(*point + *point_len, digits);
	if (whole == 0 || second == 0 || (*point)[*point_len + last] ||
	    (*point_len > 0) != (last > 0)) {
		return false;
	}
	if (*point_len == 0 && *group_len == 1 && strchr(",.", **group)) {
		*point = *group;
		*point_len = 1;
		*group_len = 0;
		return second != 3;
	}
	return true;
}

static vv_status set_number(editing *e, const char *word, vv_error *err)
{
	vv_auto(char) *column = NULL, *group = NULL, *decimal = NULL;
	const char *example, *marks[2];
	size_t at, lens[2];
	vv_status rc;

	if ((rc = split_word(&column, &at, &example, e, word, "number", "EXAMPLE", err)) < 0) {
		return rc;
	}
	if (!read_example(&marks[0], &lens[0], &marks[1], &lens[1], example)) {
		return vv_fail(err, VV_EUSAGE,
			       "%s: '%s' does not show how fractions are written\nwrite an example "
			       "such as 1234.5, 1.234,5 or 1'234.5",
			       name_of(e, "number"), vv_text_shows(example));
	}
	group = vv_strndup(marks[0], lens[0]);
	decimal = lens[1] > 0 ? vv_strndup(marks[1], lens[1]) : vv_strdup(".");
	if (!group || !decimal) return vv_fail_nomem(err);
	e->edit.set_column = column;
	e->edit.set_type = "number";
	e->edit.set_decimal_char = decimal;
	e->edit.set_group_char = *group || e->table->schema.fields[at].group[0] ? group : NULL;
	return apply_edit(e, err);
}

static vv_status set_key(editing *e, const vv_strings *names, vv_error *err)
{
	vv_auto_free size_t *places = NULL;
	size_t count;
	vv_auto_free const char **key = NULL;

	vv_status rc = vv_view_columns(e->table, names, name_of(e, "key"), &places, &count, err);
	if (rc < 0) return rc;
	if (!(key = vv_calloc(count + 1, sizeof(*key)))) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		key[i] = e->table->schema.fields[places[i]].name;
	}
	e->edit.key = key;
	return apply_edit(e, err);
}

/* Is one of the words COL=TEXT about the column, and its TEXT the cell's? NULL: any. */
static bool has_word(const vv_strings *words, const vv_field *f, const vv_cell *c)
{
	const size_t len = f->name_len;

	return vv_array_find(words->items, words->count, word,
			     strncmp(*word, f->name, len) == 0 && (*word)[len] == '=' &&
				     (!c || (c->len == strlen(*word + len + 1) &&
					     memcmp(c->text, *word + len + 1, c->len) == 0))) !=
	       NULL;
}

/* For a column with an inferred string type, and no other declared: the type of all values except missing ones. */
static vv_status set_type_without(editing *e, size_t column, vv_error *err)
{
	const vv_field *f = &e->table->schema.fields[column];
	vv_table t = *e->table; /* borrows */
	vv_auto(vv_table_reader) *r = NULL;
	vv_auto(vv_batch) b = {0};
	vv_infer all;
	int more;

	if (e->described || f->type != VV_TYPE_STRING || !vv_field_is_found(f) ||
	    has_word(&e->d->type, f, NULL) || has_word(&e->d->number, f, NULL)) {
		return VV_OK;
	}
	vv_infer_init(&all);
	all.json = vv_form_is_typed(e->table->root.dialect.form);
	vv_status rc = vv_table_reader_open(&r, &t, &column, 1, false, err);
	if (rc < 0) return rc;
	while ((more = vv_table_read(r, &b, err)) > 0) {
		for (size_t i = 0; i < b.rows; i++) {
			const vv_cell *c = &b.cells[i * b.columns + column];

			if (!has_word(&e->d->missing, f, c)) {
				vv_infer_cells(&all, c, 1);
			}
		}
	}
	e->edit.set_column = f->name;
	e->edit.set_type = vv_type_name(vv_infer_type_named(&all, f->name, f->name_len, NULL));
	return more < 0 ? (vv_status)more : apply_edit(e, err);
}

/* TEXT, or COL=TEXT; "=TEXT" is a TEXT that may contain '='. A name may contain '=', too: the longest column name that
 * matches decides. */
static vv_status set_missing(editing *e, const char *word, vv_error *err)
{
	const char *first = strchr(word, '='), *eq = first, *value[2] = {NULL, NULL};
	vv_auto(char) *column = NULL;
	size_t at = 0;
	vv_status rc;

	for (const char *p = first; p && first > word; p = strchr(p + 1, '=')) {
		eq = vv_schema_find(&e->table->schema, word, (size_t)(p - word)) >= 0 ? p : eq;
	}
	if (first && first > word) {
		rc = vv_view_column(e->table, word, (size_t)(eq - word), name_of(e, "missing"), &at,
				    err);
		if (rc < 0) {
			return vv_hint(err,
				       "if TEXT itself contains '=', write '=%s' to set it "
				       "for all columns",
				       vv_text_shows(word));
		}
		if (!(column = vv_strndup(word, (size_t)(eq - word)))) return vv_fail_nomem(err);
	}
	value[0] = eq ? eq + 1 : word;
	rc = column ? set_type_without(e, at, err) : VV_OK;
	e->edit.missing = value;
	e->edit.missing_column = column;
	return rc < 0 ? rc : apply_edit(e, err);
}

static vv_status edit_all(editing *e, vv_error *err)
{
	const vv_description *d = e->d;
	vv_status rc;

	vv_array_each(d->type.items, d->type.count, it) {
		if ((rc = set_type(e, *it, err)) < 0) return rc;
	}
	vv_array_each(d->number.items, d->number.count, it) {
		if ((rc = set_number(e, *it, err)) < 0) return rc;
	}
	if (d->key.count > 0 && (rc = set_key(e, &d->key, err)) < 0) return rc;
	vv_array_each(d->missing.items, d->missing.count, it) {
		if ((rc = set_missing(e, *it, err)) < 0) return rc;
	}
	return VV_OK;
}

vv_status vv_describe(char **package, bool *describes, vv_subject *s, const vv_table *t,
		      const vv_description *d, vv_error *err)
{
	editing e = {.table = t, .d = d};
	vv_auto(char) *name = vv_subject_name(s);
	vv_status rc;

	if (!name) return vv_fail_nomem(err);
	if ((rc = vv_schema_package(package, describes, s, err)) == VV_OK &&
	    (rc = vv_schema_package_text(&e.text, s, *package, err)) == VV_OK) {
		e.edit.path = name;
		e.edit.package_path = *package;
		e.edit.schema = t->root.schema.data;
		e.described = *describes;
		rc = edit_all(&e, err);
	}
	rc = rc < 0 ? rc : vv_schema_package_write(s, *package, &e.text, err);
	vv_buf_clear(&e.text);
	return rc;
}
