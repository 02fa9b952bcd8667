/*
 * apply: how the sections of a patch are gone through, how a patch's old version becomes
 * the new one (its rows are gone through once, what the patch does not name is kept, and
 * every old cell that it names is compared), and when a path counts as done: when what was
 * made reads back as the version that the patch names.
 */
#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/mem_sink.h"
#include "dataset/table/bytes.h"
#include "diff/patch/bytes.h"
#include "diff/patch/fit.h"
#include "diff/patch/make.h"
#include "diff/patch/patch.h"
#include "diff/patch/rows.h"

/* --- the very version that the patch was made from ------------------------------- */

#define PIECE ((size_t)64 << 10)

typedef struct exact {
	patch_maker base; /* first */
	patch_job *job;
	const patch_section *section;
	patch_rows rows;
	patch_writer writer;
	bool writes; /* there is a new version */
	bool begun;
	long *map;      /* for each new column the old one; -1 */
	vv_cell *cells; /* the new row being made */
	uint64_t at[2]; /* rows passed on either side */
	patch_op op;    /* the line at hand, when has_op */
	bool has_op;
} exact;

static vv_status exact_out_of_order(const exact *e, vv_error *err)
{
	return patch_fail(
		e->job->lines, err,
		"expected rows in ascending order, that leave the same rows on both sides");
}

static vv_status exact_emit(exact *e, vv_buf *out, const vv_cell *cells, const patch_form *form,
			    vv_error *err)
{
	if (e->at[1] >= e->section->side[1].rows) return exact_out_of_order(e, err);
	e->at[1]++;
	patch_writer_row(&e->writer, out, cells, form, e->at[1] == e->section->side[1].rows);
	return vv_buf_ok(out, err);
}

static vv_status exact_fetch(exact *e, uint64_t row, patch_row *out, vv_error *err)
{
	if (!e->job->target || row >= e->section->side[0].rows) return exact_out_of_order(e, err);
	return patch_rows_get(&e->rows, row, out, err);
}

/* The old row's cells in their new places. */
static void exact_map_cells(exact *e, const patch_row *row)
{
	for (size_t i = 0; i < e->writer.columns; i++) {
		e->cells[i] = e->map[i] >= 0 ? row->cells[e->map[i]]
					     : (vv_cell){.state = VV_CELL_ABSENT};
	}
}

static vv_status exact_misfit(exact *e, uint64_t row, size_t pair, const vv_cell *expected,
			      const vv_cell *found, vv_error *err)
{
	char name[48];
	const patch_section *s = e->section;
	const patch_pair *p = &s->pairs[pair];
	snprintf(name, sizeof(name), "row %llu", (unsigned long long)row + 1);
	return patch_misfit_cell(e->job, name, s->side[0].schema.fields[p->side[0]].name, expected,
				 found, err);
}

static vv_status exact_form_misfit(exact *e, uint64_t row, vv_error *err)
{
	char name[48];
	snprintf(name, sizeof(name), "row %llu", (unsigned long long)row + 1);
	return patch_misfit_text(e->job, name, NULL,
				 "the line as the patch's old version writes it",
				 "it written otherwise", err);
}

static vv_status exact_keep(exact *e, vv_buf *out, vv_error *err)
{
	patch_row row;
	vv_status rc = exact_fetch(e, e->at[0], &row, err);
	if (rc < 0) return rc;
	e->at[0]++;
	exact_map_cells(e, &row);
	return exact_emit(e, out, e->cells, &row.form, err);
}

/* One row that is in both versions, changed as the line says. */
static vv_status exact_change(exact *e, vv_buf *out, uint64_t from, vv_error *err)
{
	const patch_op *op = &e->op;
	patch_row row;
	vv_status rc = exact_fetch(e, from, &row, err);
	if (rc < 0) return rc;
	exact_map_cells(e, &row);
	for (size_t i = 0; i < op->cell_count; i++) {
		const patch_cell *c = &op->cells[i];
		const patch_pair *p = &e->section->pairs[c->pair];
		if (p->side[0] >= 0 && !vv_cell_equal(&row.cells[p->side[0]], &c->side[0])) {
			return exact_misfit(e, from, c->pair, &c->side[0], &row.cells[p->side[0]],
					    err);
		}
		if (p->side[1] >= 0) {
			e->cells[p->side[1]] = c->side[1];
		}
	}
	if (op->has_form && !patch_form_equal(&row.form, &op->form[0])) {
		return exact_form_misfit(e, from, err);
	}
	return exact_emit(e, out, e->cells, op->has_form ? &op->form[1] : &row.form, err);
}

static vv_status exact_remove_row(exact *e, vv_error *err)
{
	const patch_op *op = &e->op;
	patch_row row;
	vv_status rc = exact_fetch(e, e->at[0], &row, err);
	if (rc < 0) return rc;
	for (size_t i = 0; i < e->section->side[0].schema.count; i++) {
		if (!vv_cell_equal(&row.cells[i], &op->whole[i])) {
			return exact_misfit(e, e->at[0], patch_pair_of(e->section, 0, i),
					    &op->whole[i], &row.cells[i], err);
		}
	}
	if (!patch_form_equal(&row.form, &op->form[0])) return exact_form_misfit(e, e->at[0], err);
	e->at[0]++;
	return VV_OK;
}

/* How many rows stand before the line's own, and are kept. */
static vv_status exact_distance(const exact *e, uint64_t *out, vv_error *err)
{
	const patch_op *op = &e->op;
	uint64_t to[2] = {op->row[0], op->row[1]};
	bool by_old = op->kind != PATCH_ADD && op->kind != PATCH_ARRIVE,
	     by_new = op->kind != PATCH_REMOVE && op->kind != PATCH_LEAVE;
	if (op->kind == PATCH_END) {
		to[0] = e->section->side[0].rows;
		to[1] = e->section->side[1].rows;
	}
	if ((by_old && to[0] < e->at[0]) || (by_new && to[1] < e->at[1]) ||
	    (by_old && by_new && to[0] - e->at[0] != to[1] - e->at[1])) {
		return exact_out_of_order(e, err);
	}
	*out = by_old ? to[0] - e->at[0] : to[1] - e->at[1];
	return VV_OK;
}

static vv_status exact_do_op(exact *e, vv_buf *out, bool *end, vv_error *err)
{
	patch_op *op = &e->op;
	vv_status rc = VV_OK;
	e->has_op = false;
	switch (op->kind) {
	case PATCH_CHANGE:
		rc = exact_change(e, out, e->at[0], err);
		e->at[0]++;
		e->job->done.rows_changed++;
		break;
	case PATCH_REMOVE:
		e->job->done.rows_removed++;
		return exact_remove_row(e, err);
	case PATCH_ADD:
		e->job->done.rows_added++;
		return exact_emit(e, out, op->whole, &op->form[1], err);
	case PATCH_LEAVE:
		if (op->count > e->section->side[0].rows - e->at[0]) {
			return exact_out_of_order(e, err);
		}
		e->at[0] += op->count;
		break;
	case PATCH_ARRIVE:
		e->job->done.rows_moved++;
		e->job->done.rows_changed += op->cell_count > 0;
		rc = exact_change(e, out, op->row[0], err);
		e->has_op = --op->count > 0;
		op->row[0]++;
		op->row[1]++;
		break;
	default:
		if (e->writes) {
			patch_writer_tail(&e->writer, out);
		}
		*end = true;
		break;
	}
	return rc;
}

static vv_status exact_more(patch_maker *base, vv_buf *out, bool *end, vv_error *err)
{
	exact *e = (exact *)(void *)base;
	vv_status rc = VV_OK;
	if (!e->begun) {
		e->begun = true;
		if (e->writes) {
			patch_writer_head(&e->writer, out);
		}
	}
	while (rc == VV_OK && !*end && out->len < PIECE) {
		uint64_t rows = 0;
		if (!e->has_op) {
			if ((rc = patch_op_read(&e->op, e->job->lines, e->section, err)) < 0) {
				break;
			}
			e->has_op = true;
		}
		if ((rc = exact_distance(e, &rows, err)) < 0) {
			break;
		}
		while (rows > 0 && rc == VV_OK && out->len < PIECE) {
			rc = exact_keep(e, out, err);
			rows--;
		}
		if (rc == VV_OK && rows == 0) {
			rc = exact_do_op(e, out, end, err);
		}
	}
	return rc < 0 ? rc : vv_buf_ok(out, err);
}

static vv_status exact_open(exact *e, patch_job *j, vv_error *err)
{
	const patch_section *s = j->section;
	const patch_side *to = &s->side[1];
	vv_status rc = VV_OK;
	*e = (exact){.base = {exact_more}, .job = j, .section = s, .writes = to->exists};
	if (j->target) {
		patch_rows_init(&e->rows, j->target);
	}
	if (to->exists &&
	    (rc = patch_writer_open(&e->writer, &to->root.dialect, &to->schema, err)) < 0) {
		return rc;
	}
	e->map = vv_calloc(to->schema.count + 1, sizeof(*e->map));
	e->cells = vv_calloc(to->schema.count + 1, sizeof(*e->cells));
	if (!e->map || !e->cells) return vv_fail_nomem(err);
	for (size_t i = 0; i < s->pair_count; i++) {
		if (s->pairs[i].side[1] >= 0) {
			e->map[s->pairs[i].side[1]] = s->pairs[i].side[0];
		}
	}
	return VV_OK;
}

static vv_status fits_size(patch_job *j, vv_error *err)
{
	const patch_side *from = &j->section->side[0];
	char expected[48], found[48];
	if (!j->target ||
	    (j->target->root.rows == from->rows && j->target->columns == from->schema.count)) {
		return VV_OK;
	}
	bool rows = j->target->root.rows != from->rows;
	snprintf(expected, sizeof(expected), "%llu %s",
		 (unsigned long long)(rows ? from->rows : from->schema.count),
		 rows ? "rows" : "columns");
	snprintf(found, sizeof(found), "%llu",
		 (unsigned long long)(rows ? j->target->root.rows : j->target->columns));
	return patch_misfit_text(j, NULL, NULL, expected, found, err);
}

static vv_status exact_run(patch_job *j, vv_error *err)
{
	exact e;
	const patch_side *to = &j->section->side[1];
	vv_cid cid;
	uint64_t rows;
	vv_status rc = fits_size(j, err);
	if (rc < 0) return rc;
	if ((rc = exact_open(&e, j, err)) == VV_OK) {
		rc = patch_make(j, &e.base, to->exists ? &to->root : NULL, &cid, &rows, err);
	}
	if (rc == VV_OK && to->exists && !vv_cid_equal(&cid, &to->cid)) {
		rc = patch_misfit_text(j, NULL, NULL, "the version that the patch was made from",
				       "another version", err);
	}
	j->done.exact = rc == VV_OK;
	patch_rows_close(&e.rows);
	patch_writer_close(&e.writer);
	vv_free(e.map);
	vv_free(e.cells);
	return rc;
}

/* --- the target ------------------------------------------------------------------------------ */

/* The target read as the patch's old version was: a table of the same bytes may have been
 * understood otherwise. *same: it is that version, in *out. */
static vv_status read_as_old(patch_job *j, vv_mem_sink **blocks, vv_table *out, bool *same,
			     vv_error *err)
{
	const patch_side *old = &j->section->side[0];
	vv_auto(vv_table_source) *bytes = NULL;
	vv_import_options io = {.kind = VV_KIND_TABLE,
				.is_text = true,
				.hints = VV_SNIFF_HINTS_INIT,
				.as = &old->root,
				.parent = &old->root,
				.temp_dir = j->opts->temp_dir,
				.pool = j->opts->pool};
	vv_import_result r = {0};
	vv_sink sink;
	vv_status rc;
	*same = false;
	if (j->target->root.bytes != old->bytes) return VV_OK;
	if ((rc = vv_mem_sink_new(blocks, NULL, j->opts->temp_dir, err)) < 0 ||
	    (rc = vv_table_source_open(&bytes, j->target, err)) < 0) {
		return rc;
	}
	vv_mem_sink_use(&sink, *blocks);
	const vv_source source = {
		.read = vv_table_source_read, .payload = bytes, .name = j->done.path};
	rc = vv_import(&r, &source, &sink, &io, err);
	if (rc == VV_OK) {
		*same = vv_cid_equal(&r.cid, &old->cid);
		rc = *same ? vv_table_open(out, &sink, &r.cid, err) : VV_OK;
		*same = *same && rc == VV_OK;
		vv_import_result_clear(&r);
	} else if (rc == VV_EINPUT || rc == VV_EREFUSED ||
		   (rc == VV_ECORRUPT && old->bytes == j->target->root.bytes)) {
		rc = VV_OK; /* not to be read that way: another version */
	}
	return rc;
}

static vv_status table_run(patch_job *j, vv_error *err)
{
	const patch_section *s = j->section;
	vv_mem_sink *blocks = NULL;
	vv_table old = {0}, *target = j->target;
	bool same = !target || vv_cid_equal(&target->cid, &s->side[0].cid), reread = false;
	vv_status rc = VV_OK;
	if (!same && !s->partial) {
		if ((rc = read_as_old(j, &blocks, &old, &same, err)) < 0) {
			goto done;
		}
		reread = same;
		j->target = same ? &old : target;
	}
	bool fit = (!same || s->partial) && j->opts->mode != VV_PATCH_EXACT && s->side[1].exists &&
		   target;
	rc = fit ? patch_fit_run(j, err) : exact_run(j, err);
done:
	if (reread) {
		vv_table_close(&old);
	}
	vv_mem_sink_free(blocks);
	j->target = target;
	return rc;
}

/* Is something at path? */
static vv_status find_target(patch_job *j, const char *path, bool *exists, vv_error *err)
{
	vv_table t;
	vv_status rc = j->opts->open(j->opts->payload, path, VV_KIND_FILE, &t, exists, err);
	if (rc == VV_OK && *exists) {
		vv_table_close(&t);
	}
	return rc;
}

/* Do two columns that are one differ in more than their names? */
static bool field_differs(const patch_section *s, const vv_field *a, const vv_field *b)
{
	const vv_json *x = a->json, *y = b->json;
	if (a->type != b->type || strcmp(a->format, b->format) != 0) return true;
	return strcmp(a->name, b->name) == 0 &&
	       (x->end - x->start != y->end - y->start ||
		memcmp(s->side[0].root.schema.data + x->start,
		       s->side[1].root.schema.data + y->start, x->end - x->start) != 0);
}

/* Does the patch change what columns mean, which bytes of rows do not show? */
static bool changes_meaning(const patch_section *s)
{
	const patch_side *a = &s->side[0], *b = &s->side[1];
	if (!s->is_table || !a->exists || !b->exists) return false;
	bool differs = a->root.key_count != b->root.key_count;
	for (size_t i = 0; !differs && i < a->root.key_count; i++) {
		long p = vv_schema_find(&a->schema, a->root.key[i], strlen(a->root.key[i]));
		long q = vv_schema_find(&b->schema, b->root.key[i], strlen(b->root.key[i]));
		differs = p < 0 || q < 0 ||
			  patch_pair_of(s, 0, (size_t)p) != patch_pair_of(s, 1, (size_t)q);
	}
	for (size_t i = 0; !differs && i < s->pair_count; i++) {
		const long *at = s->pairs[i].side;
		differs = at[0] >= 0 && at[1] >= 0 &&
			  field_differs(s, &a->schema.fields[at[0]], &b->schema.fields[at[1]]);
	}
	return differs;
}

/* Or how a version keeps its rows? */
static void note_stored(vv_patch_done *done, const patch_section *s)
{
	const vv_root *a = &s->side[0].root, *b = &s->side[1].root;

	if (s->is_table && s->side[0].exists && s->side[1].exists) {
		done->stored_order = vv_root_is_sorted(a) != vv_root_is_sorted(b) ||
				     (b->file_order_declared && !a->file_order_declared);
	}
}

static vv_status skip_section(patch_job *j, vv_error *err);

/* Applied to the version that it was made from; *skipped: that was not wanted. */
static vv_status section_run_on_version(patch_job *j, bool *skipped, vv_error *err)
{
	const patch_section *s = j->section;
	const vv_patch_apply_options *o = j->opts;
	const vv_cid *root = s->side[0].exists ? &s->side[0].cid : NULL;
	bool exists = false;
	vv_table t;
	vv_status rc = o->version(o->payload, s->path[1], root, &t, &exists, err);
	*skipped = rc == VV_OK && !exists;
	if (rc < 0 || !exists) return rc < 0 ? rc : skip_section(j, err);
	j->target = root ? &t : NULL;
	rc = s->is_table ? exact_run(j, err) : patch_bytes_run(j, err);
	if (j->target) {
		vv_table_close(&t);
		j->target = NULL;
	}
	return rc;
}

/* Where the section's old version must be, and nothing else. */
static vv_status section_run(patch_job *j, bool *skipped, vv_error *err)
{
	const patch_section *s = j->section;
	const vv_patch_apply_options *o = j->opts;
	bool exists = false, moves = strcmp(s->path[0], s->path[1]) != 0;
	vv_table t;
	vv_status rc = VV_OK;
	j->done = (vv_patch_done){.path = s->path[1],
				  .old_path = s->side[0].exists ? s->path[0] : NULL,
				  .removed = !s->side[1].exists,
				  .schema = changes_meaning(s)};
	note_stored(&j->done, s);
	j->done.old_root = s->side[0].exists ? &s->side[0].cid : NULL;
	if (s->is_table && s->side[1].exists) {
		j->done.root = &s->side[1].cid;
		j->done.as = &s->side[1].root;
	}
	if (o->version) return section_run_on_version(j, skipped, err);
	if (s->side[1].exists && (!s->side[0].exists || moves)) {
		if ((rc = find_target(j, s->path[1], &exists, err)) < 0) return rc;
		if (exists) {
			return patch_misfit_text(j, NULL, NULL, "no file there yet", "a file", err);
		}
	}
	if (s->side[0].exists) {
		exists = false;
		if ((rc = o->open(o->payload, s->path[0],
				  s->is_table ? VV_KIND_TABLE : VV_KIND_FILE, &t, &exists, err)) <
		    0) {
			return rc;
		}
		if (!exists) {
			return patch_misfit_text(j, NULL, NULL, s->is_table ? "a table" : "a file",
						 NULL, err);
		}
		j->target = &t;
	}
	if (!s->is_table) {
		rc = patch_bytes_run(j, err);
	} else if (j->target && j->target->root.kind != VV_KIND_TABLE) {
		rc = patch_misfit_text(j, NULL, NULL, "a table", "a file of bytes", err);
	} else {
		rc = table_run(j, err);
	}
	if (j->target) {
		vv_table_close(&t);
		j->target = NULL;
	}
	return rc;
}

/* Behind the section's last line, wherever it was left. */
static vv_status skip_section(patch_job *j, vv_error *err)
{
	patch_op op = {.kind = PATCH_KEEP};
	vv_status rc = patch_lines_seek(j->lines, j->section->start, j->section->line, err);
	int more = rc < 0 ? (int)rc : patch_lines_next(j->lines, err);
	vv_xxh3_reset(j->lines->hash, 0);
	for (int i = 0; more > 0; i++) {
		patch_lines_hash(j->lines);
		if (i == (j->section->is_table ? 2 : 0)) {
			break;
		}
		more = patch_lines_next(j->lines, err);
	}
	rc = more < 0 ? (vv_status)more : VV_OK;
	while (rc == VV_OK && op.kind != PATCH_END) {
		rc = patch_op_read(&op, j->lines, j->section, err);
	}
	return rc;
}

vv_status vv_patch_apply(const vv_patch_source *patch, const vv_patch_apply_options *opts,
			 vv_error *err)
{
	patch_lines lines;
	patch_section s;
	vv_error misfit = {0};
	int more = 0;
	vv_status rc = patch_lines_open(&lines, patch, err);
	while (rc == VV_OK && (more = patch_section_read(&s, &lines, opts->reverse, err)) > 0) {
		patch_job j = {.opts = opts, .lines = &lines, .section = &s};
		bool skipped = false;
		rc = section_run(&j, &skipped, err);
		if (rc == VV_OK && opts->done && !skipped) {
			rc = opts->done(opts->payload, &j.done, err);
		} else if (rc == VV_ECONFLICT) {
			/* the others are looked at as well: all that does not fit is reported */
			if (err) {
				misfit = *err;
			}
			misfit.code = VV_ECONFLICT;
			rc = skip_section(&j, err);
		}
		patch_section_clear(&s);
	}
	patch_lines_close(&lines);
	if (rc == VV_OK) {
		rc = (vv_status)more;
	}
	if (rc == VV_OK && misfit.code < 0) {
		if (err) {
			*err = misfit;
		}
		rc = VV_ECONFLICT;
	}
	return rc;
}
