/*
 * table: opens a version as a table, for callers of the library.
 */
#include <string.h>

#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/format/spelling.h"
#include "dataset/schema/type.h"
#include "lib/handles.h"
#include "lib/rows/cell_value.h"
#include "lib/rows/rows.h"

_Static_assert((int)VARVE_TYPE_GEOJSON == (int)VV_TYPE_GEOJSON &&
		       (int)VARVE_TYPE_DATE == (int)VV_TYPE_DATE,
	       "types are the same on both sides");
_Static_assert(sizeof(varve_cell) == sizeof(vv_cell) &&
		       offsetof(varve_cell, len) == offsetof(vv_cell, len) &&
		       offsetof(varve_cell, state) == offsetof(vv_cell, state) &&
		       (int)VARVE_CELL_LITERAL == (int)VV_CELL_LITERAL,
	       "cells are lent as they are");

/* ---- opening ---- */

varve_table *vv_table_keep(const varve_table *t)
{
	varve_table *mine = (varve_table *)(uintptr_t)t;

	atomic_fetch_add(&mine->refs, 1);
	return mine;
}

void varve_table_free(varve_table *table)
{
	if (!table || atomic_fetch_sub(&table->refs, 1) != 1) return;
	if (table->open) {
		vv_table_close(&table->table);
	}
	vv_subject_clear(&table->subject);
	if (table->session && table->session->demand) {
		vv_session_give(table->session);
	}
	vv_core_drop(table->core);
	vv_free_all(table->text, table->columns, table->key, table->schema, table);
}
VV_AUTO_FREE(varve_table, varve_table_free)

static vv_status set_columns(varve_table *t, vv_error *err)
{
	const vv_schema *s = &t->table.schema;
	size_t keys = t->table.root.key_count;

	if (!(t->columns = vv_calloc(s->count + 1, sizeof(*t->columns))) ||
	    !(t->key = vv_calloc(keys + 1, sizeof(*t->key)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < s->count; i++) {
		const vv_field *f = &s->fields[i];

		t->columns[i] = (varve_column){.name = f->name,
					       .type = (int32_t)f->type,
					       .type_name = vv_type_name(f->type),
					       .format = f->format};
	}
	for (size_t i = 0; i < keys; i++) {
		const char *name = t->table.root.key[i];
		long at = vv_schema_find(s, name, strlen(name));

		if (at < 0) {
			return vv_fail(err, VV_ECORRUPT,
				       "the key has a column that the table does not have");
		}
		t->key[i] = (size_t)at;
		t->columns[at].in_key = true;
	}
	return VV_OK;
}

static int32_t format_of(const vv_dialect *d)
{
	if (vv_form_is_document(d->form)) return VARVE_FORMAT_JSON;
	if (vv_form_is_typed(d->form)) return VARVE_FORMAT_NDJSON;
	return d->delimiter == '\t' ? VARVE_FORMAT_TSV : VARVE_FORMAT_CSV;
}

static vv_status set_facts(varve_table *t, vv_error *err)
{
	const vv_root *root = &t->table.root;
	varve_table_facts *f = &t->facts;
	vv_status rc = set_columns(t, err);

	if (rc < 0 || (rc = vv_table_groups(&t->table, &f->groups, err)) < 0) return rc;
	if (!(t->schema = vv_strndup(root->schema.data, root->schema.len))) {
		return vv_fail_nomem(err);
	}
	*f = (varve_table_facts){.rows = root->rows,
				 .bytes = vv_root_file_bytes(root),
				 .groups = f->groups,
				 .columns = t->table.columns,
				 .schema = t->schema,
				 .key = t->key,
				 .key_count = root->key_count,
				 .key_source = (int32_t)root->key_source,
				 .format = format_of(&root->dialect)};
	return VV_OK;
}

static int byte_of(int32_t given)
{
	if (given == 0) return -1;
	return given < 0 ? 0 : given;
}

vv_status vv_take_dialect(vv_sniff_hints *out, const varve_dialect *given, vv_error *err)
{
	varve_dialect d;
	vv_status rc = vv_take_options(&d, sizeof(d), given, err);

	*out = (vv_sniff_hints)VV_SNIFF_HINTS_INIT;
	if (rc < 0) return rc;
	if (d.format < 0 || d.format > VARVE_FORMAT_NDJSON || d.delimiter < 0 ||
	    d.delimiter > 255 || d.quote > 255 || d.escape > 255) {
		return vv_fail(err, VV_EUSAGE,
			       "format, delimiter, quote or escape of the dialect is out of range");
	}
	out->has_form = d.format != VARVE_FORMAT_OWN;
	if (d.format == VARVE_FORMAT_JSON) {
		out->form = VV_FORM_JSON;
	} else if (d.format == VARVE_FORMAT_NDJSON) {
		out->form = VV_FORM_NDJSON;
	}
	if (d.delimiter) {
		out->delimiter = d.delimiter;
	} else if (d.format == VARVE_FORMAT_TSV) {
		out->delimiter = '\t';
	} else {
		out->delimiter = -1;
	}
	out->quote = byte_of(d.quote);
	out->escape = byte_of(d.escape);
	out->header = d.header == 0 ? -1 : d.header > 0;
	return VV_OK;
}

static vv_status open_table(varve_table *t, const varve_version *version,
			    const varve_table_options *o, vv_error *err)
{
	vv_sniff_hints hints;
	vv_watched watched;
	vv_subject_options how = {.hints = o->dialect ? &hints : NULL,
				  .find_key = (o->flags & VARVE_TABLE_FIND_KEY) != 0,
				  .unpack = true};
	vv_status rc;

	if ((rc = vv_watched_begin(&how.progress, &watched, o->watch, err)) < 0 ||
	    (o->dialect && (rc = vv_take_dialect(&hints, o->dialect, err)) < 0) ||
	    (rc = vv_version_subject(&t->subject, &t->session, version, t->text, err)) < 0) {
		return rc;
	}
	vv_session_alone(t->session);
	if ((rc = vv_subject_open(&t->subject, &t->table, &how, err)) < 0) return rc;
	t->open = true;
	if (t->table.root.kind != VV_KIND_TABLE) {
		return vv_fail(err, VV_EUSAGE, "'%s' is kept as a file: it has bytes, but no rows",
			       vv_text_shows(t->text));
	}
	return set_facts(t, err);
}

int varve_table_open(varve_table **out, const varve_version *version,
		     const varve_table_options *options, varve_error *err)
{
	vv_auto(varve_table) *t = vv_calloc(1, sizeof(*t));
	varve_table_options o;
	vv_error e;
	vv_status rc;

	*out = NULL;
	if (!t) return vv_give(err, vv_fail_nomem(&e), &e);
	atomic_init(&t->refs, 1);
	t->core = vv_core_keep(version->core);
	if ((rc = vv_take_options(&o, sizeof(o), options, &e)) == VV_OK &&
	    (rc = vv_take_flags(o.flags, VARVE_TABLE_FIND_KEY, &e)) == VV_OK) {
		t->text = vv_strdup(version->text);
		rc = t->text ? open_table(t, version, &o, &e) : vv_fail_nomem(&e);
	}
	if (t->session && !t->session->demand) {
		vv_session_give(t->session);
	}
	return vv_give(err, rc < 0 ? rc : vv_hand_over(out, &t), &e);
}

/* ---- facts ---- */

const varve_table_facts *varve_table_info(const varve_table *table)
{
	return &table->facts;
}

const varve_column *varve_table_column(const varve_table *table, size_t place)
{
	return place < table->facts.columns ? &table->columns[place] : NULL;
}

int32_t varve_table_find_column(const varve_table *table, const char *name)
{
	return (int32_t)vv_schema_find(&table->table.schema, name, strlen(name));
}

/* ---- values ---- */

static int number_value(varve_value *value, const varve_cell *cell)
{
	const int64_t unit = (int64_t)spell_power[cell->len];
	int64_t n;

	memcpy(&n, cell->text, sizeof(n));
	*value = n % unit == 0
			 ? (varve_value){.kind = VARVE_VALUE_INT64, .i = n / unit}
			 : (varve_value){.kind = VARVE_VALUE_DOUBLE, .d = (double)n / (double)unit};
	return VARVE_OK;
}

int varve_table_value(varve_value *value, const varve_table *table, size_t place,
		      const varve_cell *cell, varve_error *err)
{
	vv_error e;

	if (place >= table->facts.columns) {
		return vv_give(err, vv_fail(&e, VV_EUSAGE, "the table has no column %zu", place),
			       &e);
	}
	if (cell->state == VARVE_CELL_NUMBER) return number_value(value, cell);
	return vv_give(
		err,
		vv_cell_value(value, &table->table, place, (const vv_cell *)(const void *)cell, &e),
		&e);
}

/* ---- a row by its key ---- */

vv_status vv_table_keys(vv_kept_keys *out, const varve_table *t, const vv_progress *progress,
			vv_error *err)
{
	vv_status rc = VV_OK;

	*out = (vv_kept_keys){.lookup = {.cache = NULL}};
	if (t->subject.is_dataset && t->subject.path && t->session && t->session->repo) {
		rc = vv_kept_keys_open(out, t->session->repo, t->subject.path, true, err);
	}
	out->lookup.progress = progress;
	return rc;
}

static vv_status find_row(uint64_t *row, varve_table *t, const vv_where_test *tests, size_t count,
			  const vv_progress *progress, vv_error *err)
{
	vv_auto(vv_kept_keys) keys;
	vv_rows_options o = {
		.columns = t->key, .count = count, .to = UINT64_MAX, .progress = progress};
	vv_auto(vv_where) *where = NULL;
	vv_auto(vv_rows) *rows = NULL;
	const vv_cell *cells;
	int more;
	vv_status rc = vv_table_keys(&keys, t, progress, err);

	o.keys = keys.lookup.cache ? &keys.lookup : NULL;
	if (rc < 0 || (rc = vv_where_of(&where, &t->table, tests, count, err)) < 0) return rc;
	o.where = where;
	if ((rc = vv_rows_open(&rows, &t->table, &o, err)) < 0) return rc;
	if ((more = vv_rows_next(rows, &cells, err)) > 0) {
		*row = vv_rows_number(rows);
	}
	if (more < 0) return (vv_status)more;
	if (more > 0) return VV_OK;
	return vv_fail(err, VV_ENOTFOUND, "no row of '%s' has this key", vv_text_shows(t->text));
}

int varve_table_find_row(uint64_t *row, const varve_table *table, const varve_text *values,
			 size_t count, const varve_watch *watch, varve_error *err)
{
	vv_auto_free vv_where_test *tests = NULL;
	vv_watched watched;
	const vv_progress *progress;
	vv_error e;
	vv_status rc;

	if (table->facts.key_count == 0) {
		return vv_give(
			err, vv_fail(&e, VV_EUSAGE, "'%s' has no key", vv_text_shows(table->text)),
			&e);
	}
	if (count != table->facts.key_count) {
		return vv_give(err,
			       vv_fail(&e, VV_EUSAGE, "the key has %s, not %zu",
				       vv_text_counted(table->facts.key_count, "column", NULL),
				       count),
			       &e);
	}
	if (!(tests = vv_calloc(count, sizeof(*tests)))) return vv_give(err, vv_fail_nomem(&e), &e);
	for (size_t i = 0; i < count; i++) {
		tests[i] = (vv_where_test){.column = table->columns[table->key[i]].name,
					   .op = VV_WHERE_IS,
					   .text = values[i].data,
					   .len = values[i].len};
	}
	if ((rc = vv_watched_begin(&progress, &watched, watch, &e)) == VV_OK) {
		rc = find_row(row, (varve_table *)(uintptr_t)table, tests, count, progress, &e);
	}
	return vv_give(err, rc, &e);
}
