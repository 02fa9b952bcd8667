/*
 * import_schema: chooses schema, key and form of a new version, from the user, datapackage.json,
 * the version before, and the data.
 */
#include "base/array.h"
#include "dataset/table/import_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/hint_text.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/schema/names.h"
#include "dataset/table/bytes.h"
#include "dataset/table/import_options.h"
#include "dataset/table/table.h"
#include "dataset/table/walk.h"

#define SAMPLE_ROWS 2000u

/* Finds the parent's column for column i: the one of the same name, or, with the same number of
 * columns and that place's old name gone, the one at the same place (a renamed column, unless
 * drop_unfit finds other values in it). */
static vv_status match_parent(import *im, vv_error *err)
{
	const vv_schema *p = &im->parent_schema;
	vv_free_all(im->fields, im->renamed_from);
	im->fields = vv_calloc(im->columns + 1, sizeof(*im->fields));
	im->renamed_from = vv_calloc(im->columns + 1, sizeof(*im->renamed_from));
	if (!im->fields || !im->renamed_from) return vv_fail_nomem(err);
	im->field_count = im->columns;
	bool same_count = p->count == im->columns &&
			  (!vv_form_is_typed(im->dialect.form) || im->opts->gone);
	for (size_t i = 0; i < im->columns; i++) {
		im->renamed_from[i] = -1;
		im->fields[i] = p->count > 0 ? vv_schema_find(p, im->names[i], im->name_lens[i])
					     : -1;
	}
	for (size_t i = 0; same_count && i < im->columns; i++) {
		if (im->fields[i] >= 0) {
			continue;
		}
		if (!vv_array_find(im->fields, im->columns, it, *it == (long)i)) {
			im->renamed_from[i] = (long)i;
		}
	}
	return VV_OK;
}

static vv_status set_name(import *im, size_t i, const char *name, size_t len, vv_error *err)
{
	char *copy = vv_arena_strndup(&im->names_arena, name, len);
	if (!copy) return vv_fail_nomem(err);
	im->names[i] = copy;
	im->name_lens[i] = len;
	return VV_OK;
}

/* Of CSV all are known before; JSON's rows bring new ones. To clear room for the most that there may be, 256 KB,
 * takes 2 % of the time of a push of small versions. */
static size_t names_room(const import *im)
{
	if (vv_form_is_typed(im->dialect.form)) return VV_COLUMNS_MAX;
	return im->opts->as ? im->parent_schema.count : im->sniffed.columns;
}

/* One member is gone, and one is new: it may be that one, renamed, so that it gets its place. */
static size_t only_new_member(const import *im)
{
	const vv_sniff_result *s = &im->sniffed;
	size_t gone = 0, found = SIZE_MAX, count = 0;
	for (size_t i = 0; im->opts->gone && i < im->parent_schema.count; i++) {
		gone += im->opts->gone[i];
	}
	for (size_t i = 0; gone == 1 && i < s->columns; i++) {
		if (vv_schema_find(&im->parent_schema, s->names[i], s->name_lens[i]) < 0) {
			found = i;
			count++;
		}
	}
	return count == 1 ? found : SIZE_MAX;
}

/* Names of the columns before the first row is scanned. */
vv_status import_columns_set(import *im, vv_error *err)
{
	const vv_import_options *opts = im->opts;
	const vv_sniff_result *s = &im->sniffed;
	vv_status rc = VV_OK;
	if (opts->parent && opts->parent->kind == VV_KIND_TABLE) {
		if ((rc = vv_schema_read(&im->parent_schema, opts->parent->schema.data,
					 opts->parent->schema.len, "the previous version", err)) <
		    0) {
			return rc;
		}
	}
	const size_t room = names_room(im) + 1;
	im->names = vv_calloc(room, sizeof(*im->names));
	im->name_lens = vv_calloc(room, sizeof(*im->name_lens));
	if (!im->names || !im->name_lens) return vv_fail_nomem(err);
	if (opts->as) {
		for (size_t i = 0; i < im->parent_schema.count && rc == VV_OK; i++) {
			rc = set_name(im, im->columns++, im->parent_schema.fields[i].name,
				      im->parent_schema.fields[i].name_len, err);
		}
		return rc < 0 ? rc : match_parent(im, err);
	}
	if (!vv_form_is_typed(im->dialect.form)) {
		im->columns = s->columns;
		rc = vv_schema_labels(im->names, im->name_lens, &im->names_arena,
				      (const char *const *)s->names, s->name_lens, s->columns, err);
		return rc < 0 ? rc : match_parent(im, err);
	}
	/* JSON: the parent's members first, in its order, all of them where the document has no row; then in order of appearance. */
	bool json_parent = im->parent_schema.count > 0 &&
			   vv_form_is_typed(opts->parent->dialect.form);
	size_t instead = json_parent ? only_new_member(im) : SIZE_MAX;
	for (size_t i = 0; json_parent && i < im->parent_schema.count && rc == VV_OK; i++) {
		const vv_field *f = &im->parent_schema.fields[i];
		if (!opts->gone || !opts->gone[i] || s->columns == 0) {
			rc = set_name(im, im->columns++, f->name, f->name_len, err);
		} else if (instead != SIZE_MAX) {
			rc = set_name(im, im->columns++, s->names[instead], s->name_lens[instead],
				      err);
		}
	}
	for (size_t i = 0; !json_parent && i < s->columns && rc == VV_OK; i++) {
		rc = set_name(im, im->columns++, s->names[i], s->name_lens[i], err);
	}
	return rc < 0 ? rc : match_parent(im, err);
}

vv_status import_columns_grow(import *im, vv_error *err)
{
	size_t count = vv_scan_columns(im->scan);
	if (count > VV_COLUMNS_MAX) {
		return vv_fail(err, VV_EREFUSED, "more than %u different members", VV_COLUMNS_MAX);
	}
	while (im->columns < count) {
		size_t len;
		const char *name = vv_scan_column_name(im->scan, im->columns, &len);
		vv_status rc = set_name(im, im->columns, name, len, err);
		if (rc < 0) return rc;
		im->columns++;
	}
	return VV_OK;
}

/* Rows at the beginning of the input, to judge by; *whole: they are all. The caller frees *cells; the
 * texts live in arena and the window. */
static vv_status sample_rows(import *im, vv_cell **cells, size_t *rows, bool *whole,
			     uint64_t *bytes, vv_arena *arena, vv_error *err)
{
	vv_auto(vv_scan) *scan = NULL;
	size_t stride = im->columns, cap = SAMPLE_ROWS;
	vv_row row;
	*cells = NULL;
	*rows = 0;
	*whole = false;
	*bytes = 0;
	if (stride == 0) return VV_OK;
	if (!im->window) {
		return vv_fail(err, VV_ECORRUPT, "the cut's columns are not in the schema");
	}
	while (cap > 64 && cap * stride > (1u << 20)) {
		cap /= 2;
	}
	*cells = vv_realloc_array(NULL, cap * stride, sizeof(**cells));
	if (!*cells) return vv_fail_nomem(err);
	vv_status rc = vv_scan_new(&scan, &im->dialect, im->columns, im->names, im->name_lens, err);
	if (rc < 0) return rc;
	vv_scan_window(scan, vv_window_bytes(im->window), vv_window_len(im->window),
		       vv_window_at_end(im->window), 0);
	/* A fault in the sample is met again, and reported, by the import itself. */
	while (*rows < cap) {
		vv_cell *cell = *cells + *rows * stride;
		memset(cell, 0, stride * sizeof(*cell)); /* small files have far fewer rows */
		int more = vv_scan_row(scan, cell, stride, &row, VV_IGNORED);
		if (more != 1) {
			*whole = more == 0 && vv_window_at_end(im->window);
			break;
		}
		*bytes += row.cell_bytes;
		(*rows)++;
	}
	vv_scan_detach_arena(scan, arena);
	return VV_OK;
}

/* Does the column contain the same kind of values as the parent's? Half of the sample's values must
 * be of its type. */
static bool fits_parent(const import *im, const vv_field *f, const vv_cell *cells, size_t rows,
			size_t column)
{
	size_t filled = 0, fitting = 0;
	for (size_t i = 0; i < rows; i++) {
		const vv_cell *c = &cells[i * im->columns + column];
		if (c->len > 0 && !vv_field_missing(f, c)) {
			filled++;
			fitting += vv_field_accepts(f, c);
		}
	}
	return 2 * fitting >= filled;
}

static uint64_t text_hash(const vv_cell *c)
{
	return vv_xxh3(c->text, c->len, 0);
}

/* Hashes of the values in the parent's first rows, ascending, which the caller frees; *known false:
 * its blocks are missing here. */
static vv_status parent_values(import *im, size_t column, uint64_t **out, size_t *count,
			       bool *known, vv_error *err)
{
	vv_table t = {
		.source = *im->sink, .root = *im->opts->parent, .columns = im->parent_schema.count};
	vv_auto(vv_group_walk) w = vv_group_walk_open(&t, &column, 1, VV_IGNORED);
	const vv_batch *b = &w.batch;
	*count = 0;
	*out = vv_calloc(SAMPLE_ROWS, sizeof(**out));
	if (!*out) return vv_fail_nomem(err);
	for (size_t rows = 0; rows < SAMPLE_ROWS && vv_group_walk_next(&w); rows += b->rows) {
		for (size_t i = 0; i < b->rows && *count < SAMPLE_ROWS; i++) {
			const vv_cell *c = &b->cells[i * b->columns + column];
			if (c->len > 0) {
				(*out)[(*count)++] = text_hash(c);
			}
		}
	}
	qsort(*out, *count, sizeof(**out), vv_u64_order);
	*known = w.rc == VV_OK;
	return VV_OK;
}

/* Everything is a string: such a column is another one where its values are of a narrower type
 * and none of them is among the old ones. */
static vv_status shares_value(import *im, size_t old, const vv_cell *cells, size_t rows,
			      size_t column, bool *out, vv_error *err)
{
	const vv_field *f = &im->parent_schema.fields[old];
	vv_auto_free uint64_t *values = NULL;
	size_t count = 0;
	vv_infer infer;
	vv_infer_init(&infer);
	infer.json = vv_form_is_typed(im->dialect.form);
	*out = true;
	if (f->type != VV_TYPE_STRING && f->type != VV_TYPE_ANY) return VV_OK;
	for (size_t i = 0; i < rows; i++) {
		vv_infer_cells(&infer, &cells[i * im->columns + column], 1);
	}
	vv_type type = vv_infer_type(&infer, NULL);
	if (!infer.any_value || type == VV_TYPE_STRING || type == VV_TYPE_ANY) return VV_OK;
	bool known = false;
	vv_status rc = parent_values(im, old, &values, &count, &known, err);
	bool found = !known;
	for (size_t i = 0; i < rows && !found; i++) {
		const vv_cell *c = &cells[i * im->columns + column];
		uint64_t h = text_hash(c);
		found = c->len > 0 && bsearch(&h, values, count, sizeof(h), vv_u64_order);
	}
	*out = found;
	return rc;
}

/* A new name at an old column's place is a renamed column only where the values are of its type:
 * else it is a new column, whose type is found out. */
static vv_status drop_unfit(import *im, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto_free vv_cell *cells = NULL;
	size_t rows = 0;
	bool whole;
	uint64_t bytes = 0;
	vv_status rc = VV_OK;
	for (size_t i = 0; i < im->columns && rc == VV_OK; i++) {
		long old = im->renamed_from[i];
		if (old < 0) {
			continue;
		}
		if (!cells) {
			rc = sample_rows(im, &cells, &rows, &whole, &bytes, &arena, err);
		}
		bool same = rc == VV_OK &&
			    fits_parent(im, &im->parent_schema.fields[old], cells, rows, i);
		if (same) {
			rc = shares_value(im, (size_t)old, cells, rows, i, &same, err);
		}
		if (!same) {
			im->renamed_from[i] = -1;
		}
	}
	return rc;
}

static vv_status set_cut_column(import *im, size_t place, vv_error *err)
{
	size_t *p = vv_realloc_array(im->params.columns, im->params.column_count + 1, sizeof(*p));
	if (!p) return vv_fail_nomem(err);
	im->params.columns = p;
	p[im->params.column_count++] = place;
	return VV_OK;
}

size_t import_place_of_old(const import *im, const char *name)
{
	long old = vv_schema_find(&im->parent_schema, name, strlen(name));

	const size_t at = vv_find_place(i, im->field_count,
					im->fields[i] == old || im->renamed_from[i] == old);

	return old >= 0 && at < im->field_count ? at : SIZE_MAX;
}

/* The parent's cut, where all its columns are still there. */
static vv_status cut_of_parent(import *im, bool *kept, vv_error *err)
{
	const vv_root *p = im->opts->parent;
	*kept = false;
	if (!p || p->kind != VV_KIND_TABLE || p->cut_rows == 0) return VV_OK;
	im->params.column_count = 0;
	for (size_t k = 0; k < p->cut_column_count; k++) {
		const size_t at = import_place_of_old(im, p->cut_columns[k]);
		if (at == SIZE_MAX) {
			im->params.column_count = 0;
			return VV_OK;
		}
		vv_status rc = set_cut_column(im, at, err);
		if (rc < 0) return rc;
	}
	im->params.rows = p->cut_rows;
	*kept = true;
	return VV_OK;
}

static size_t find_column(const import *im, const char *name, size_t len)
{
	const size_t at = vv_find_place(
		i, im->columns, im->name_lens[i] == len && memcmp(im->names[i], name, len) == 0);

	return at < im->columns ? at : SIZE_MAX;
}

static vv_status no_such_column(const import *im, const char *name, size_t len, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	size_t i = 0;

	if (len == 0) {
		return vv_fail(err, VV_EUSAGE,
			       "an empty column name for the key\n"
			       "name the columns, as in --key country,year");
	}
	vv_fail(err, VV_ENOTFOUND, "%s: no column named '%s' for the key", im->source->name,
		vv_text_show(name, len));
	if (im->columns == 0) return vv_hint(err, "the file has no columns");
	for (; i < im->columns && b.len < 160; i++) {
		vv_buf_puts(&b, i ? ", " : "");
		vv_text_put_words(&b, im->names[i], im->name_lens[i], 0);
	}
	return vv_hint(err, "the columns are %s%s", vv_buf_cstr(&b),
		       i < im->columns ? ", ..." : "");
}

/* The key that was declared, as the one candidate to prove. */
static vv_status declared_candidate(import *im, vv_error *err)
{
	const char *const *key = im->opts->key;
	vv_key_candidate *c = &im->candidates[0];
	c->count = 0;
	for (size_t k = 0; key[k]; k++) {
		size_t at = find_column(im, key[k], strlen(key[k]));

		if (at == SIZE_MAX && im->opts->key_known) {
			vv_buf_printf(
				&im->out->warnings,
				"the file no longer has the key column '%s': the table no longer "
				"has a key\n",
				vv_text_shows(key[k]));
			c->count = 0;
			return VV_OK;
		}
		if (at == SIZE_MAX && im->opts->key_with_columns && im->columns == 0) {
			vv_buf_puts(&im->out->warnings,
				    "a file without rows has no columns, so the key is not stored: "
				    "name it again with the first rows\n");
			return VV_OK;
		}
		if (at == SIZE_MAX) return no_such_column(im, key[k], strlen(key[k]), err);
		if (!im->opts->key_known &&
		    vv_find_place(i, c->count, c->columns[i] == at) < c->count) {
			return vv_fail(err, VV_EUSAGE, "%s: the key names the column '%s' twice",
				       im->source->name, vv_text_shows(key[k]));
		}
		if (c->count == VV_KEY_COLUMNS_MAX) {
			return vv_fail(err, VV_EREFUSED, "%s: a key has at most %d columns",
				       im->source->name, VV_KEY_COLUMNS_MAX);
		}
		c->columns[c->count++] = at;
	}
	/* A package's key is the truth; it is proved once, on the first add. */
	bool prove = c->count > 0 && im->sink->put && !im->opts->key_known &&
		     (im->opts->key_source == VV_KEY_DECLARED || !im->opts->parent);
	im->candidate_count = prove ? 1 : 0;
	return VV_OK;
}

/* Is the key that was found in the version before gone, or a column of it? Then one is looked for as in a new table. */
static bool is_key_gone(const import *im)
{
	const vv_root *p = im->opts->parent;
	return im->opts->key_lost ||
	       (p->key_source == VV_KEY_INFERRED &&
		(p->key_count == 0
			 ? !im->opts->as
			 : vv_array_find(p->key, p->key_count, it,
					 import_place_of_old(im, *it) == SIZE_MAX) != NULL));
}

vv_status import_choose(import *im, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto_free vv_cell *cells = NULL;
	size_t rows = 0;
	uint64_t bytes = 0;
	bool table = im->opts->parent && im->opts->parent->kind == VV_KIND_TABLE;
	bool kept, infer_key = (!table || is_key_gone(im)) && !im->opts->key && im->sink->put;
	bool whole;
	vv_key_candidate found[IMPORT_PROOFS];
	vv_status rc;
	if ((rc = drop_unfit(im, err)) < 0 || (rc = cut_of_parent(im, &kept, err)) < 0) return rc;
	if (!kept || infer_key) {
		if ((rc = sample_rows(im, &cells, &rows, &whole, &bytes, &arena, err)) < 0) {
			return rc;
		}
		/* a column unique in all rows needs no alternative */
		size_t n, max = whole ? 1 : IMPORT_PROOFS;
		if ((rc = vv_key_candidates(found, max, &n, cells, rows, im->columns, im->columns,
					    im->names, im->name_lens, err)) < 0) {
			return rc;
		}
		if (!kept) {
			size_t column = vv_key_cut_column(found, n);
			im->params.rows = vv_cut_rows_for(bytes, rows);
			im->params.column_count = 0;
			if (column != SIZE_MAX && (rc = set_cut_column(im, column, err)) < 0) {
				return rc;
			}
		}
		for (size_t i = 0; infer_key && i < n; i++) {
			im->candidates[i] = found[i];
			im->candidate_count++;
		}
	}
	if (im->opts->key && (rc = declared_candidate(im, err)) < 0) return rc;
	for (size_t i = 0; i < im->candidate_count; i++) {
		if ((rc = import_proof_new(im, &im->proofs[i], err)) < 0) return rc;
	}
	return rc;
}

static vv_status columns_of_old(import *im, char *const *names, size_t count, vv_error *err)
{
	import_sorting *s = im->sorting;

	for (size_t k = 0; k < count; k++) {
		size_t at = import_place_of_old(im, names[k]);

		if (at == SIZE_MAX) {
			s->unfit = true;
			return vv_fail(
				err, VV_EREFUSED,
				"%s: the file no longer has the column '%s', which sorts the rows",
				im->source->name, vv_text_shows(names[k]));
		}
		s->columns[s->count++] = at;
	}
	return VV_OK;
}

vv_status import_refuse_keyless(const vv_source *source, const vv_sink *sink, bool is_new,
				vv_error *err)
{
	vv_fail(err, VV_EUSAGE,
		"%s: the table has no key, so the rows cannot be stored in key "
		"order%s",
		source->name, sink->put || !is_new ? "" : "; a dry run does not search for a key");
	return vv_hint_code(err, VV_HINT_ADD_KEY, source->name);
}

/* The key that the version is going to have. */
static vv_status columns_of_key(import *im, vv_error *err)
{
	import_sorting *s = im->sorting;
	const vv_root *parent = im->opts->parent;
	const vv_key_candidate *c = &im->candidates[0];
	vv_status rc = VV_OK;

	/* for a new table: the likeliest candidate */
	_Static_assert(VV_KEY_COLUMNS_MAX <= VV_SORTED_BY_MAX, "room for a key");
	if (im->opts->key || im->candidate_count > 0) {
		memcpy(s->columns, c->columns, c->count * sizeof(c->columns[0]));
		s->count = c->count;
	} else if (parent && parent->kind == VV_KIND_TABLE &&
		   parent->key_count <= VV_SORTED_BY_MAX) {
		rc = columns_of_old(im, parent->key, parent->key_count, err);
	}
	return rc == VV_OK && s->count == 0
		       ? import_refuse_keyless(im->source, im->sink, !parent, err)
		       : rc;
}

vv_status import_sort_columns(import *im, vv_error *err)
{
	import_sorting *s = im->sorting;
	const vv_root *like = im->opts->as ? im->opts->as : im->opts->parent;

	if (!s || !s->sorter) return VV_OK;
	vv_status rc = s->by_key ? columns_of_key(im, err)
				 : columns_of_old(im, like->sorted_by, like->sorted_by_count, err);
	return rc < 0 ? rc : import_copy_names(im, &s->names, &s->count, s->columns, s->count, err);
}

static bool is_of(const vv_key_candidate *c, size_t column)
{
	return vv_array_has(c->columns, c->count, column);
}

/* A key has no missing values. In one that the caller names, what other programs write for a missing value is a text like
 * any other (false); a column that has it is none that was found. */
static bool may_miss(import *im, size_t column)
{
	bool may = true;

	for (size_t k = 0; k < im->candidate_count; k++) {
		if (is_of(&im->candidates[k], column)) {
			im->holes[k] = true;
			may = may && !im->opts->key;
		}
	}
	return may;
}

/* The marks found in the numbers of an inferred column. */
typedef struct found_marks {
	vv_marks_known known;
	vv_number_marks marks;
} found_marks;

static void set_marks(vv_new_field *f, const char *decimal, const char *group)
{
	f->type = VV_TYPE_NUMBER;
	f->decimal = decimal && *decimal == ',' ? decimal : NULL;
	f->group = group;
}

static void infer_field(import *im, size_t column, vv_new_field *f, found_marks *found)
{
	const vv_infer all = import_verdict(im, column);

	f->type = vv_infer_type_named(&all, f->name, f->name_len, NULL);
	found->known = vv_infer_marks(&found->marks, &all, im->out->root.dialect.delimiter == ',');
	if (found->known == VV_MARKS_CERTAIN && found->marks.decimal) {
		set_marks(f, found->marks.decimal, found->marks.group);
	}
	f->format = f->type == VV_TYPE_DATETIME ? vv_infer_format(&all) : NULL;
}

/* "column 'x' may have ...; it is kept as string; if they are numbers like 1.234,5: varve schema --number x=1.234,5 t.csv" */
static void warn_of_marks(import *im, size_t column, const char *what, const found_marks *found)
{
	const vv_number_marks m = found->marks;
	const bool dotted = m.group && *m.group == '.';
	/* where it is not clear, the mark begins fractions or is between groups */
	const vv_number_marks readings[2] = {
		found->known == VV_MARKS_UNCLEAR && dotted ? (vv_number_marks){".", NULL} : m,
		dotted ? m : (vv_number_marks){".", ","}};
	vv_buf *out = &im->out->warnings;
	vv_auto(vv_buf) name = VV_BUF_FOR(out);

	if (im->opts->schema) return;
	vv_buf_put(&name, im->names[column], im->name_lens[column]);
	vv_buf_printf(out, "column '%s' %s; it is kept as string",
		      vv_text_name(im->names[column], im->name_lens[column]), what);
	for (size_t i = 0; i < (found->known == VV_MARKS_UNCLEAR ? 2 : 1); i++) {
		char like[16], before[64];

		(void)snprintf(like, sizeof(like), "1%s234%s5",
			       readings[i].group ? readings[i].group : "", readings[i].decimal);
		(void)snprintf(before, sizeof(before), "; if they are numbers like %s: ", like);
		(void)vv_hint_put(out, before, im->opts->words, VV_HINT_SCHEMA_NUMBER,
				  vv_buf_cstr(&name), like, im->source->name);
	}
	vv_buf_putc(out, '\n');
}

/* How the table's certain columns are written. */
typedef struct table_marks {
	const char *
		decimal; /* a comma, where one has it; else a point; NULL: none has fractions that show it */
	const char *
		point_group; /* of numbers whose fractions begin with a point; NULL: none has groups */
	bool dots_part;      /* one has groups with points between, and fractions after a comma */
	bool points;         /* one has fractions after a point */
} table_marks;

static void note_marks(table_marks *t, const vv_new_field *f, const found_marks *found)
{
	const bool certain = found->known == VV_MARKS_CERTAIN && found->marks.decimal;

	t->points = t->points || (f->type == VV_TYPE_NUMBER && found->known == VV_MARKS_NONE);
	if (f->decimal && *f->decimal == ',') {
		t->decimal = f->decimal;
		t->dots_part = t->dots_part || (f->group && *f->group == '.');
	} else if (certain && !t->decimal) {
		t->decimal = found->marks.decimal;
	}
	if (f->group && !f->decimal && certain) {
		t->point_group = f->group;
	}
}

/* Do the points of 1.000 part thousands? For certain where a value has two; or where they do in another column and a value is
 * as 7, which a program that writes three digits of a fraction would not write so. */
static bool points_part(const vv_infer *all, const table_marks *others)
{
	return !all->maybe_point ||
	       (others->dots_part && !others->points && all->values > all->points);
}

/* A column that is unclear by itself is written as others that are not, where that is certain. Else, between semicolons,
 * which spreadsheets write where commas begin fractions, 1.000 is not treated as 1. */
static void settle_marks(import *im, size_t column, vv_new_field *f, const found_marks *found,
			 const table_marks *others)
{
	const bool semicolon = im->out->root.dialect.delimiter == ';';
	const vv_number_marks *m = &found->marks;
	const vv_infer all = import_verdict(im, column);
	const bool commas = others->decimal && *others->decimal == ',',
		   thousands = found->known == VV_MARKS_UNCLEAR && all.thousands > 0 &&
			       all.commas == 0 && !m->group;
	const char *group = thousands ? "," : m->group;

	if (found->known == VV_MARKS_CERTAIN && !m->decimal) {
		set_marks(f, others->decimal ? others->decimal : semicolon ? "," : NULL, m->group);
	} else if ((found->known == VV_MARKS_LIKELY || (thousands && all.values > all.thousands)) &&
		   !commas && group && others->point_group &&
		   strcmp(others->point_group, group) == 0) {
		set_marks(f, NULL, group);
	} else if (found->known == VV_MARKS_LIKELY) {
		warn_of_marks(im, column,
			      *m->decimal == ',' ? "may have numbers with a decimal comma"
						 : "may have numbers with separated thousands",
			      found);
	} else if (found->known == VV_MARKS_UNCLEAR && commas &&
		   (m->group ? all.thousands == 0 && points_part(&all, others) : semicolon)) {
		set_marks(f, m->decimal, m->group);
	} else if (found->known == VV_MARKS_UNCLEAR && (semicolon || commas || all.thousands > 0)) {
		f->type = VV_TYPE_STRING;
		warn_of_marks(
			im, column,
			all.thousands == 0
				? "has numbers such as 1.234, whose point may be a decimal point "
				  "or separate thousands"
			: all.commas == 0
				? "has numbers such as 1,234, whose comma may be a decimal comma "
				  "or separate thousands"
				: "has numbers such as 1,234 and others such as 1,5: all may have "
				  "a decimal comma, or some separate thousands",
			found);
	}
}

#define LABELS_SHOWN 5u

/* Puts a column's name here, and a hint to name it in the file. */
static void put_label(import *im, size_t column, const char *said)
{
	vv_buf *out = &im->out->warnings;

	vv_buf_printf(out, "%s '%s'", said, vv_text_name(im->names[column], im->name_lens[column]));
	if (im->out->root.dialect.header_more == 0) {
		(void)vv_hint_put(out, "; ", im->opts->words, VV_HINT_RENAME_COLUMN,
				  im->source->name, im->names[column]);
	}
	vv_buf_putc(out, '\n');
}

/* Columns without a name, with values or without any. */
static void warn_of_blank(import *im, bool empty)
{
	vv_buf *out = &im->out->warnings;
	vv_auto(vv_buf) list = VV_BUF_FOR(out);
	size_t count = 0, first = 0;

	for (size_t i = 0; i < im->columns && i < im->sniffed.columns; i++) {
		const vv_infer all = import_verdict(im, i);
		const bool none = im->need_infer && !import_field_before(im, i) && !all.any_value &&
				  all.missing == 0;

		if (im->sniffed.name_lens[i] > 0 || none != empty) {
			continue;
		}
		first = count == 0 ? i : first;
		if (++count <= LABELS_SHOWN) {
			vv_buf_printf(&list, "%s%zu", count > 1 ? ", " : "", i + 1);
		}
	}
	if (count == 0) return;
	if (count > LABELS_SHOWN) {
		vv_buf_puts(&list, ", ...");
	}
	vv_buf_printf(out, count > 1 ? "columns %s have no name" : "column %s has no name",
		      vv_buf_cstr(&list));
	if (empty) {
		vv_buf_puts(out, " and no values\n");
	} else {
		put_label(im, first, count > 1 ? ", the first is called" : ", and is called");
	}
}

static void warn_of_repeated(import *im)
{
	const vv_sniff_result *s = &im->sniffed;
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_names seen;
	size_t warned = 0;

	if (!vv_names_init(&seen, &arena, s->columns)) {
		vv_buf_fail(&im->out->warnings);
		return;
	}
	for (size_t i = 0; i < im->columns && i < s->columns; i++) {
		bool added = true;
		const vv_name *first = s->name_lens[i] > 0
					       ? vv_names_put(&seen, s->names[i], s->name_lens[i],
							      i, &added)
					       : NULL;

		if (added || ++warned > LABELS_SHOWN) {
			continue;
		}
		vv_buf_printf(&im->out->warnings, "columns %zu and %zu have the same name '%s'",
			      first->value + 1, i + 1, vv_text_show(s->names[i], s->name_lens[i]));
		put_label(im, i, ", the second is called");
	}
	if (warned > LABELS_SHOWN) {
		vv_buf_printf(&im->out->warnings, "%zu more columns repeat a name\n",
			      warned - LABELS_SHOWN);
	}
}

/* Warns of check's findings in the header, once: not while it remains the same. */
static void warn_of_labels(import *im)
{
	const vv_root *p = im->opts->parent;

	if (vv_form_is_typed(im->out->root.dialect.form) || !im->out->root.dialect.header ||
	    im->opts->as ||
	    (p && p->kind == VV_KIND_TABLE &&
	     vv_bytes_equal(&p->dialect.prologue, &im->out->root.dialect.prologue))) {
		return;
	}
	if (im->sniffed.columns > 0 && im->sniffed.name_lens[0] >= 3 &&
	    memcmp(im->sniffed.names[0], "\xef\xbb\xbf", 3) == 0) {
		vv_buf_puts(&im->out->warnings,
			    "a second byte order mark is part of the first column's name\n");
	}
	warn_of_blank(im, true);
	warn_of_blank(im, false);
	warn_of_repeated(im);
}

static void settle_missing(import *im, size_t column, vv_new_field *f)
{
	const vv_infer all = import_verdict(im, column);

	if (all.missing == 0 || f->type == VV_TYPE_STRING || f->type == VV_TYPE_ANY) return;
	bool may = may_miss(im, column);
	f->missing = may ? all.missing : 0;
	if (!may) {
		f->type = VV_TYPE_STRING;
		f->format = f->decimal = f->group = NULL;
	}
}

bool import_has_labels(const import *im, const vv_schema *s)
{
	return s->count == im->columns &&
	       !vv_array_find(s->fields, s->count, it,
			      it->name_len != im->name_lens[it - s->fields] ||
				      memcmp(it->name, im->names[it - s->fields], it->name_len) !=
					      0);
}

/* The field of a column that the parent lacks, if the caller declared its type. */
static const vv_field *find_added(const import *im, const vv_schema *added, size_t column)
{
	const long at = vv_schema_find(added, im->names[column], im->name_lens[column]);

	return at >= 0 ? &added->fields[at] : NULL;
}

/* Types for all columns: the parent's if it is still valid, otherwise the declared or the inferred. */
static vv_status fill_fields(import *im, vv_new_field *fields, vv_error *err)
{
	const char *declared = im->opts->added_schema;
	vv_auto(vv_schema) added = {0};
	vv_auto_free found_marks *found = vv_calloc(im->columns + 1, sizeof(*found));
	table_marks others = {.decimal = NULL};

	vv_status rc;

	if (!found) return vv_fail_nomem(err);
	if (declared &&
	    (rc = vv_schema_read(&added, declared, strlen(declared), im->source->name, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < im->columns; i++) {
		const vv_field *old = import_field_before(im, i),
			       *own = old ? NULL : find_added(im, &added, i);
		bool again = false;

		if (old && (rc = import_type_outdated(im, i, old, &again, err)) < 0) return rc;
		im->out->types_doubtful |= again && !im->opts->find_types;
		again = again && im->opts->find_types;
		fields[i] = old ? vv_new_field_like(old) : (vv_new_field){.format = NULL};
		if (own) {
			fields[i] = vv_new_field_like(own);
			fields[i].u64 = vv_field_is_u64(own);
		}
		fields[i].name = im->names[i];
		fields[i].name_len = im->name_lens[i];
		fields[i].again = again;
		fields[i].declared = own != NULL;
		if ((!old && !own) || again) {
			fields[i].decimal = fields[i].group = NULL;
			fields[i].missing = 0;
			infer_field(im, i, &fields[i], &found[i]);
		}
		note_marks(&others, &fields[i], &found[i]);
	}
	for (size_t i = 0; i < im->columns; i++) {
		const vv_field *old = import_field_before(im, i);

		if ((!old && !fields[i].declared) || fields[i].again) {
			settle_marks(im, i, &fields[i], &found[i], &others);
			settle_missing(im, i, &fields[i]);
		}
		if (fields[i].again) {
			import_tell_type(im, &fields[i], i, old);
			import_drop_misfit(im, i);
		}
	}
	warn_of_labels(im);
	return VV_OK;
}

vv_status import_finish_schema(import *im, vv_error *err)
{
	const vv_import_options *opts = im->opts;
	vv_root *root = &im->out->root;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(vv_schema) package = {0};
	vv_auto_free vv_new_field *fields = vv_calloc(im->columns + 1, sizeof(*fields));
	vv_status rc = VV_OK;
	if (!fields) return vv_fail_nomem(err);
	if ((rc = fill_fields(im, fields, err)) < 0) return rc;
	const bool again = vv_array_find(fields, im->columns, it, it->again) != NULL;
	if (opts->schema) {
		if ((rc = vv_schema_read(&package, opts->schema, opts->schema_len,
					 "datapackage.json", err)) < 0) {
			return rc;
		}
		if (import_has_labels(im, &package)) {
			vv_buf_put(&text, opts->schema, opts->schema_len);
		} else {
			rc = vv_schema_refit(&text, &package, fields, im->columns, err);
		}
	} else if (im->parent_schema.count > 0 && !again &&
		   import_has_labels(im, &im->parent_schema)) {
		vv_buf_put(&text, opts->parent->schema.data, opts->parent->schema.len);
	} else if (im->parent_schema.count > 0) {
		rc = vv_schema_refit(&text, &im->parent_schema, fields, im->columns, err);
	} else {
		rc = vv_schema_make(&text, fields, im->columns, err);
	}
	if (rc < 0 || (rc = vv_buf_ok(&text, err)) < 0) return rc;
	if (text.len > VV_HEADER_MAX) {
		rc = vv_fail(err, VV_EREFUSED, "%s: the schema takes more than %s",
			     im->source->name, vv_text_bytes(VV_HEADER_MAX));
		vv_hint_code(err, VV_HINT_AS_FILE, im->source->name);
		return rc;
	}
	im->out->schema_changed = opts->parent && opts->parent->kind == VV_KIND_TABLE &&
				  (text.len != opts->parent->schema.len ||
				   memcmp(text.data, opts->parent->schema.data, text.len) != 0);
	return vv_bytes_set(&root->schema, text.data, text.len, err);
}
