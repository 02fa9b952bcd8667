/*
 * layout: the columns of the written file, its header, and the form of a new file.
 */
#include "lib/arrow/in/layout.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "lib/arrow/in/match.h"

#define ROW_NUMBER "row_number"

/* ---- which columns ---- */

static size_t find_incoming(const incoming *in, const char *name)
{
	const size_t at = vv_find_place(i, in->count, strcmp(in->columns[i].name, name) == 0);

	return at < in->count ? at : COLUMN_NONE;
}

static bool is_number(const incoming_column *c)
{
	return c->kind == INCOMING_INT || c->kind == INCOMING_UINT || c->kind == INCOMING_FLOAT;
}

/* pandas' column for an index without a name. */
static bool is_nameless_index(const char *name)
{
	static const char begin[] = "__index_level_";

	if (strncmp(name, begin, sizeof(begin) - 1) != 0) return false;
	size_t digits = strspn(name + sizeof(begin) - 1, "0123456789");
	return digits > 0 && strcmp(name + sizeof(begin) - 1 + digits, "__") == 0;
}

static vv_status check_names(const incoming *in, vv_error *err)
{
	const size_t twice = vv_find_place(i, in->count,
					   find_incoming(in, in->columns[i].name) < i);

	if (twice < in->count) {
		return vv_fail(err, VV_EUSAGE, "the data has two columns '%s'",
			       vv_text_shows(in->columns[twice].name));
	}
	return in->count > 0 ? VV_OK : vv_fail(err, VV_EUSAGE, "the data has no columns");
}

static rewrite_column *add_column(layout *l, const char *name, incoming *in, size_t from)
{
	rewrite_column *c = &l->columns[l->count++];

	*c = (rewrite_column){.name = name, .place = COLUMN_NONE, .from = from};
	c->in = from == COLUMN_NONE ? NULL : &in->columns[from];
	return c;
}

/* Adds the version's columns, with their incoming values. */
static vv_status take_old(layout *l, incoming *in, const vv_table *old, const rewrite_options *o,
			  vv_error *err)
{
	const bool json = vv_form_is_typed(old->root.dialect.form);

	for (size_t i = 0; i < old->columns; i++) {
		const vv_field *f = &old->schema.fields[i];
		size_t from = find_incoming(in, f->name);

		if (from == COLUMN_NONE && o->mode != VARVE_ARROW_DELETE) {
			if (o->columns == VARVE_ARROW_COLUMNS_DROP) {
				l->same_columns = false;
				continue;
			}
			if (o->columns != VARVE_ARROW_COLUMNS_KEEP) {
				return vv_fail(err, VV_ESCHEMA,
					       "the data lacks the column '%s'\n"
					       "keep its cells or drop the column",
					       vv_text_shows(f->name));
			}
		}
		rewrite_column *c = add_column(l, f->name, in, from);
		c->place = i;
		rewrite_column_set(c, f, json);
	}
	return VV_OK;
}

static bool is_old(const layout *l, size_t from)
{
	return vv_array_find(l->columns, l->count, it, it->from == from) != NULL;
}

static void take_new(layout *l, incoming *in, const rewrite_options *o)
{
	for (size_t i = 0; i < in->count && o->mode != VARVE_ARROW_DELETE; i++) {
		incoming_column *c = &in->columns[i];

		if (is_old(l, i) || c == l->number || is_nameless_index(c->name)) {
			continue;
		}
		l->same_columns = false;
		add_column(l, c->name, in, i)->json = vv_form_is_typed(l->dialect.form);
	}
}

/* ---- by what rows are matched ---- */

static vv_status match_name(layout *l, const char *name, vv_error *err)
{
	for (size_t i = 0; i < l->count; i++) {
		const rewrite_column *c = &l->columns[i];

		if (strcmp(c->name, name) == 0 && c->in && c->field) {
			l->match[l->match_count++] = i;
			return VV_OK;
		}
	}
	return vv_fail(err, VV_ESCHEMA,
		       "rows are matched by the column '%s', which %s lacks\nadd the column, or "
		       "match rows by other columns",
		       vv_text_shows(name), "the data or the version");
}

static vv_status match_names(layout *l, const char *const *names, vv_error *err)
{
	vv_status rc;

	l->by = MATCH_BY_KEY;
	for (size_t i = 0; names[i]; i++) {
		if ((rc = i < l->count ? match_name(l, names[i], err)
				       : vv_fail(err, VV_EUSAGE,
						 "rows are matched by too many columns")) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static vv_status match_rows(layout *l, incoming *in, const vv_table *old, const rewrite_options *o,
			    vv_error *err)
{
	const bool has_key = old->root.key_count > 0;
	size_t number = find_incoming(in, ROW_NUMBER);
	int match = o->match;

	if (number != COLUMN_NONE && (is_old(l, number) || !is_number(&in->columns[number]))) {
		number = COLUMN_NONE;
	}
	if (match == VARVE_ARROW_MATCH_AUTO) {
		if (o->match_names) {
			match = VARVE_ARROW_MATCH_COLUMNS;
		} else if (has_key) {
			match = VARVE_ARROW_MATCH_COLUMNS;
		} else if (number != COLUMN_NONE) {
			match = VARVE_ARROW_MATCH_NUMBER;
		} else {
			match = VARVE_ARROW_MATCH_EQUAL;
		}
	}
	l->number = number == COLUMN_NONE ? NULL : &in->columns[number];
	switch (match) {
	case VARVE_ARROW_MATCH_COLUMNS:
		if (!o->match_names && !has_key) {
			return vv_fail(err, VV_EUSAGE, "the table has no key");
		}
		l->may_repeat = !o->match_names && old->root.key_source == VV_KEY_INFERRED;
		return match_names(
			l, o->match_names ? o->match_names : (const char *const *)old->root.key,
			err);
	case VARVE_ARROW_MATCH_NUMBER:
		l->by = MATCH_BY_NUMBER;
		return l->number
			       ? VV_OK
			       : vv_fail(err, VV_ESCHEMA,
					 "the data has no column '%s' of row numbers", ROW_NUMBER);
	case VARVE_ARROW_MATCH_PLACE:
		l->by = MATCH_BY_PLACE;
		return VV_OK;
	default:
		l->by = MATCH_BY_EQUAL;
		for (size_t i = 0; i < l->count; i++) {
			if (l->columns[i].in && l->columns[i].field) {
				l->match[l->match_count++] = i;
			}
		}
		return VV_OK;
	}
}

/* A new file's key, so that none comes twice. */
static vv_status match_new(layout *l, const char *const *key, vv_error *err)
{
	l->by = key && key[0] ? MATCH_BY_KEY : MATCH_BY_PLACE;
	for (size_t i = 0; key && key[i]; i++) {
		const size_t at = vv_find_place(k, l->count,
						strcmp(l->columns[k].name, key[i]) == 0);

		if (at == l->count || l->match_count == l->count) {
			return vv_fail(err, VV_ENOTFOUND, "the data has no column '%s' for the key",
				       vv_text_name(key[i], strlen(key[i])));
		}
		l->match[l->match_count++] = at;
	}
	return VV_OK;
}

/* ---- how the file is written ---- */

static vv_status set_json(vv_dialect *d, bool lines, vv_error *err)
{
	const size_t after = lines ? 1 : 2; /* a space follows */

	vv_status rc;

	d->form = lines ? VV_FORM_NDJSON : VV_FORM_JSON;
	d->header = false;
	if ((rc = vv_bytes_set(&d->open, "{", 1, err)) < 0 ||
	    (rc = vv_bytes_set(&d->colon, ": ", after, err)) < 0 ||
	    (rc = vv_bytes_set(&d->comma, ", ", after, err)) < 0 ||
	    (rc = vv_bytes_set(&d->close, "}", 1, err)) < 0 || lines) {
		return rc;
	}
	d->final_newline = false;
	if ((rc = vv_bytes_set(&d->prologue, "[\n", 2, err)) < 0 ||
	    (rc = vv_bytes_set(&d->row_end, ",\n", 2, err)) < 0) {
		return rc;
	}
	return vv_bytes_set(&d->epilogue, "\n]\n", 3, err);
}

static vv_status new_dialect(vv_dialect *d, const char *path, vv_error *err)
{
	const vv_ending *ending = vv_ending_of(path);

	vv_dialect_init(d);
	if (ending && vv_form_is_delimited(ending->form)) {
		d->delimiter = ending->delimiter > 0 ? (uint8_t)ending->delimiter : ',';
		return VV_OK;
	}
	/* a GeoJSON file is more than its rows */
	if (ending && !vv_ascii_equal(vv_path_ext(path), "geojson")) {
		return set_json(d, !vv_form_is_document(ending->form), err);
	}
	return vv_fail(err, VV_EUSAGE,
		       "'%s': the format of the new table is unknown\nuse a name that ends in "
		       ".csv, .tsv, .ndjson or .json",
		       vv_text_shows(path));
}

/* The header line of the columns; those of the version as it has them. */
static vv_status put_header(layout *l, const vv_table *old, vv_error *err)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;
	vv_status rc = vv_header_edit(&line, old ? &old->root.dialect : NULL,
				      old ? &old->schema : NULL, &l->lines, err);

	return rc < 0 ? rc : vv_dialect_set_header(&l->dialect, line.data, line.len, err);
}

/* The habits of columns that stay; new ones get the first one's. */
static vv_status map_quoting(layout *l, vv_error *err)
{
	vv_dialect *d = &l->dialect;
	uint8_t *quoting = vv_calloc(l->count + 1, 1);

	if (!quoting) return vv_fail_nomem(err);
	for (size_t i = 0; i < l->count; i++) {
		size_t place = l->columns[i].field ? l->columns[i].place : 0;

		quoting[i] = (uint8_t)vv_dialect_quoting(d, place);
	}
	vv_free(d->quoting);
	d->quoting = quoting;
	d->quoting_count = l->count;
	return VV_OK;
}

static vv_status make_dialect(layout *l, const vv_table *old, vv_error *err)
{
	vv_status rc = VV_OK;

	if (old && l->same_columns) return VV_OK;
	if (!vv_form_is_typed(l->dialect.form)) {
		if (old && !l->dialect.header) {
			return vv_fail(err, VV_ESCHEMA,
				       "the file has no header, so its columns cannot change");
		}
		if (old && l->dialect.header_more > 0) {
			return vv_fail(
				err, VV_ESCHEMA,
				"the file's header has %u lines, so its columns cannot change",
				l->dialect.header_more + 1u);
		}
		if ((rc = old ? map_quoting(l, err) : VV_OK) == VV_OK) {
			rc = put_header(l, old, err);
		}
	}
	return rc;
}

static vv_type type_of(const incoming_column *c)
{
	static const vv_type types[] = {
		[INCOMING_NULL] = VV_TYPE_STRING,       [INCOMING_TEXT] = VV_TYPE_STRING,
		[INCOMING_BOOL] = VV_TYPE_BOOLEAN,      [INCOMING_INT] = VV_TYPE_INTEGER,
		[INCOMING_UINT] = VV_TYPE_INTEGER,      [INCOMING_FLOAT] = VV_TYPE_NUMBER,
		[INCOMING_DECIMAL] = VV_TYPE_NUMBER,    [INCOMING_DATE] = VV_TYPE_DATE,
		[INCOMING_TIME] = VV_TYPE_TIME,         [INCOMING_MOMENT] = VV_TYPE_DATETIME,
		[INCOMING_DURATION] = VV_TYPE_DURATION, [INCOMING_JSON] = VV_TYPE_ARRAY,
	};

	if (c->kind == INCOMING_JSON && (c->type->format[1] == 's' || c->type->format[1] == 'm')) {
		return VV_TYPE_OBJECT;
	}
	/* Table Schema's times have no fractions of a second */
	return c->kind == INCOMING_TIME && c->per_second > 1 ? VV_TYPE_STRING : types[c->kind];
}

/* The schema of the columns that the version lacks. */
static vv_status make_schema(layout *l, vv_error *err)
{
	vv_auto_free vv_new_field *fields = vv_calloc(l->count + 1, sizeof(*fields));
	size_t count = 0;

	if (!fields) return vv_fail_nomem(err);
	vv_array_each(l->columns, l->count, c) {
		if (c->place != COLUMN_NONE) {
			continue;
		}
		fields[count++] = (vv_new_field){.name = c->name,
						 .name_len = strlen(c->name),
						 .type = type_of(c->in),
						 .u64 = c->in->kind == INCOMING_UINT &&
							c->in->width == 8};
	}
	return vv_schema_make(&l->schema, fields, count, err);
}

/* Determines the columns' names, and their former columns. */
static vv_status name_columns(layout *l, const vv_table *old, vv_error *err)
{
	l->names = vv_calloc(l->count + 1, sizeof(*l->names));
	l->from = vv_calloc(l->count + 1, sizeof(*l->from));
	if (!l->names || !l->from) return vv_fail_nomem(err);
	for (size_t i = 0; i < l->count; i++) {
		l->names[i] = l->columns[i].name;
		l->from[i] = l->columns[i].field ? l->columns[i].place : VV_LINE_NONE;
	}
	l->lines = (vv_line_editor){.was = old ? &old->root.dialect : NULL,
				    .schema = old ? &old->schema : NULL,
				    .is = &l->dialect,
				    .names = l->names,
				    .from = l->from,
				    .columns = l->count};
	return VV_OK;
}

vv_status layout_make(layout *l, incoming *in, const vv_table *old, const char *path,
		      const rewrite_options *o, vv_error *err)
{
	const size_t most = in->count + (old ? old->columns : 0);
	vv_status rc = check_names(in, err);

	if (rc < 0 || (rc = old ? vv_dialect_dup(&l->dialect, &old->root.dialect, err)
				: new_dialect(&l->dialect, path, err)) < 0) {
		return rc;
	}
	l->columns = vv_calloc(most + 1, sizeof(*l->columns));
	l->match = vv_calloc(most + 1, sizeof(*l->match));
	if (!l->columns || !l->match) return vv_fail_nomem(err);
	l->same_columns = true;
	if (old && ((rc = take_old(l, in, old, o, err)) < 0 ||
		    (rc = match_rows(l, in, old, o, err)) < 0)) {
		return rc;
	}
	take_new(l, in, o);
	if ((!old && (rc = match_new(l, o->key, err)) < 0) || (rc = make_schema(l, err)) < 0 ||
	    (rc = name_columns(l, old, err)) < 0 || (rc = make_dialect(l, old, err)) < 0) {
		return rc;
	}
	return vv_line_editor_open(&l->lines, err);
}

void layout_clear(layout *l)
{
	vv_line_editor_close(&l->lines);
	vv_dialect_clear(&l->dialect);
	vv_buf_clear(&l->schema);
	vv_free_all(l->columns, l->names, l->from, l->match);
	vv_arena_clear(&l->arena);
}
