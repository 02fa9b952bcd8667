/*
 * import: knows the order of an import: look at the beginning, choose the inputs, then group
 * after group (taken over or scanned), collected in file order, then the root.
 */
#include "dataset/table/import.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/group_internal.h"
#include "dataset/read/row_sorter.h"
#include "dataset/table/group_stream.h"
#include "dataset/table/import_state.h"
#include "dataset/table/old_groups.h"

/* A group is about this long; the window is asked for a little more. */
#define GROUP_WANT (96u << 10)

void vv_import_result_clear(vv_import_result *r)
{
	vv_root_clear(&r->root);
	vv_buf_clear(&r->root_block);
	vv_scan_cache_free(r->cache);
	vv_buf_clear(&r->warnings);
	for (size_t i = 0; i < r->finding_count; i++) {
		vv_free(r->findings[i].value);
	}
	vv_free(r->findings);
	vv_free(r->types.items);
	memset(r, 0, sizeof(*r));
	vv_root_init(&r->root);
}

/* The version before; NULL: none. */
static const vv_root *old_of(const import *im)
{
	return im->opts->known ? im->opts->known : im->opts->parent;
}

/* Are the parent's groups what this dialect and these cuts would make of the same
 * bytes? */
static bool same_inputs(const import *im)
{
	const vv_root *p = old_of(im);
	const vv_dialect *a = &im->dialect, *b = &p->dialect;
	if (p->kind != VV_KIND_TABLE || (im->with_facts && !vv_root_has_facts(p)) ||
	    p->cut_rows != im->params.rows || !vv_dialect_same_cells(a, b) ||
	    a->newline != b->newline || a->quoting_count != b->quoting_count ||
	    (a->quoting_count > 0 && memcmp(a->quoting, b->quoting, a->quoting_count) != 0) ||
	    p->cut_column_count != im->params.column_count) {
		return false;
	}
	const vv_group_types *types = im->opts->known_types;
	const vv_schema *schema = types ? im->opts->known_schema : &im->parent_schema;
	if (schema->count != im->columns ||
	    (types && (a->form != VV_FORM_CSV || types->columns != im->columns))) {
		return false;
	}
	for (size_t i = 0; i < p->cut_column_count; i++) {
		const char *name = p->cut_columns[i];
		long at = vv_schema_find(schema, name, strlen(name));
		if (at < 0 || (size_t)at != im->params.columns[i]) {
			return false;
		}
	}
	if (a->form == VV_FORM_CSV) {
		return true; /* a column that only changed its name changes no cell */
	}
	for (size_t i = 0; i < im->columns; i++) {
		const vv_field *f = &im->parent_schema.fields[i];
		if (f->name_len != im->name_lens[i] ||
		    memcmp(f->name, im->names[i], f->name_len) != 0) {
			return false;
		}
	}
	return true;
}

static vv_status open_old(import *im, vv_error *err)
{
	const vv_root *from = old_of(im);
	bool usable;

	/* Groups in another order than the file's are in none of it, and no base either. */
	if (im->opts->groups || !from || from->kind != VV_KIND_TABLE ||
	    (im->sorting ? im->sorting->near != from : vv_root_is_sorted(from))) {
		return VV_OK;
	}
	usable = im->candidate_count == 0 && same_inputs(im);
	return old_groups_open(&im->old, im->sink, from, usable ? im->opts->cache : NULL,
			       im->opts->secret, err);
}

/* Moves on. What came through a pipe cannot be read again to count its lines. */
static void consume(import *im, size_t len)
{
	if (!im->source->line) {
		im->lines += import_count_lines(vv_window_bytes(im->window), len);
	}
	vv_window_consume(im->window, len);
}

/* The line (from 1) of a place that lies in the window, or, in a file, anywhere before. */
static vv_status line_of(import *im, uint64_t offset, uint64_t *out, vv_error *err)
{
	if (im->source->line) {
		return im->source->line(im->source->payload, offset, out, err);
	}
	*out = im->lines +
	       import_count_lines(vv_window_bytes(im->window),
				  (size_t)(offset - vv_window_origin(im->window))) +
	       1;
	return VV_OK;
}

/* Adds a group's misfits to the result's findings, one for each column. */
static vv_status take_misfits(import *im, group_job *j, vv_error *err)
{
	vv_import_result *out = im->out;
	for (size_t i = 0; i < j->misfit_count; i++) {
		import_misfit *m = &j->misfits[i];
		size_t k = 0;
		while (k < out->finding_count && out->findings[k].column != m->column) {
			k++;
		}
		if (k < out->finding_count) {
			out->findings[k].count += m->count;
			vv_free(m->value);
			m->value = NULL;
			continue;
		}
		vv_import_finding *p = vv_realloc_array(out->findings, k + 1, sizeof(*p));
		if (!p) {
			return vv_fail_nomem(err);
		}
		out->findings = p;
		p[k] = (vv_import_finding){.column = m->column,
					   .row = im->rows + m->row,
					   .offset = j->offset + j->rows[m->row].start,
					   .value = m->value,
					   .count = m->count};
		m->value = NULL;
		out->finding_count++;
	}
	j->misfit_count = 0;
	return VV_OK;
}

static vv_status append_group(import *im, const vv_scan_entry *e, const void *data, size_t data_len,
			      const void *layout, size_t layout_len, const void *facts,
			      size_t facts_len, uint64_t rows, vv_error *err)
{
	uint8_t le[8];
	vv_status rc;
	if ((rc = vv_list_builder_add(im->data, data, data_len, rows, err)) < 0 ||
	    (rc = vv_list_builder_add(im->layout, layout, layout_len, e->raw_len, err)) < 0 ||
	    (im->facts && (rc = vv_list_builder_add(im->facts, facts, facts_len, 1, err)) < 0) ||
	    (rc = vv_scan_cache_add(im->out->cache, e, err)) < 0) {
		return rc;
	}
	vv_put_le64(le, e->raw_hash);
	vv_xxh3_update(im->hash, le, sizeof(le));
	im->rows += rows;
	im->most_rows = rows > im->most_rows ? rows : im->most_rows;
	im->out->groups++;
	return VV_OK;
}

#define TYPES_MAX ((size_t)32 << 20) /* bytes */

/* Keeps what a group tells of types, unless that becomes too much. */
static void keep_types(import *im, const vv_infer *types, size_t columns)
{
	vv_group_types *t = &im->out->types;
	size_t have = t->groups * columns, need = have + columns;
	if (!im->opts->keep_types || t->dropped) {
		return;
	}
	t->columns = t->groups == 0 ? columns : t->columns;
	if (need > t->cap && t->columns == columns && need * sizeof(*types) <= TYPES_MAX) {
		size_t cap = need * 2;
		vv_infer *p = vv_realloc_array(t->items, cap, sizeof(*p));
		t->cap = p ? cap : t->cap;
		t->items = p ? p : t->items;
	}
	if (need > t->cap || t->columns != columns) {
		vv_free(t->items);
		*t = (vv_group_types){.dropped = true}; /* then nothing is taken over */
		return;
	}
	memcpy(t->items + have, types, columns * sizeof(*types));
	t->groups++;
}

/* What the types of a group that is taken over from another file are. */
static vv_status take_types(import *im, size_t index, vv_error *err)
{
	const vv_group_types *t = im->opts->known_types;
	import_worker *w = &im->workers[0];
	vv_status rc;
	if (!t || (rc = import_infer_room(w, im, t->columns, err)) < 0) {
		return t ? rc : VV_OK;
	}
	for (size_t i = 0; i < t->columns; i++) {
		vv_infer_merge(&w->infer[i], &t->items[index * t->columns + i]);
	}
	return VV_OK;
}

/* The file cannot be kept in key order: a line's form is that of its place. */
static vv_status refuse_irregular(import *im, const group_job *j, vv_error *err)
{
	uint64_t line = j->irregular_line;
	vv_error ignored = {0};

	im->sorting->unfit = true;
	if (im->source->line) {
		(void)line_of(im, j->offset + j->irregular_at, &line, &ignored);
	}
	vv_fail(err, VV_EREFUSED,
		"%s: line %llu is not written like the others (quotes, row end, spaces, or blank "
		"lines around it), so that the rows cannot be in key order",
		im->source->name, (unsigned long long)line);
	return vv_hint(err, "'varve convert IN OUT' writes all lines alike; without '--order key' "
			    "the table is kept in the file's order");
}

/* Gives the lines of a group to whoever sorts them, while the window still has them. */
static vv_status give_lines(import *im, const group_job *j, vv_error *err)
{
	size_t end_len, from = 0;
	vv_status rc = VV_OK;

	(void)vv_dialect_row_end(&im->dialect, &end_len);
	if (j->irregular > 0) {
		return refuse_irregular(im, j, err);
	}
	for (size_t i = 0; i < j->row_count && rc == VV_OK; i++) {
		const vv_row *row = &j->rows[i];
		bool ends = !(j->last && i + 1 == j->row_count) ||
			    (im->dialect.form != VV_FORM_JSON && row->newline != VV_NO_NEWLINE);

		rc = row_sorter_add(im->sorting->sorter, j->sort_keys.data + from,
				    j->sort_ends[i] - from, j->raw + row->start,
				    row->end - row->start - (ends ? end_len : 0), err);
		from = j->sort_ends[i];
	}
	return rc;
}

/* Waits for the oldest group under way and puts it at the end of the lists. */
static vv_status collect(import *im, vv_error *err)
{
	group_job *j = &im->jobs[im->job_head % IMPORT_JOBS];
	vv_status rc;
	if (!j->known) {
		vv_pool_wait(im->pool, &j->job);
	}
	j->busy = false;
	im->job_head++;
	rc = err && !j->known && j->status >= 0 && im->sorting && im->sorting->sorter
		     ? give_lines(im, j, err)
		     : VV_OK;
	vv_slab_drop(im->window, j->slab);
	j->slab = NULL;
	if (rc < 0) {
		return rc;
	}
	if (!j->known && j->status < 0) {
		if (err) {
			*err = j->err;
		}
		return j->status;
	}
	if (j->known) {
		return append_group(im, &j->entry, j->data_item.data, j->data_item.len,
				    j->layout_item.data, j->layout_item.len, j->facts_item.data,
				    j->facts_item.len, j->row_count, err);
	}
	for (size_t k = 0; k < im->candidate_count; k++) {
		im->holes[k] |= j->key_hole[k];
		if ((rc = vv_key_proof_add(im->proofs[k], j->hashes[k], j->row_count, im->rows,
					   err)) < 0) {
			return rc;
		}
	}
	if ((rc = take_misfits(im, j, err)) < 0) {
		return rc;
	}
	im->out->irregular_rows += j->irregular;
	if (im->out->short_rows == 0) {
		im->short_at = j->offset + j->short_at;
		im->short_line = j->short_line;
	}
	im->out->short_rows += j->short_rows;
	im->out->groups_new += !old_groups_has(im->old, &j->cid);
	if (im->need_infer) {
		keep_types(im, j->types, j->columns);
	}
	return append_group(im, &j->entry, j->data_item.data, j->data_item.len, j->layout_item.data,
			    j->layout_item.len, j->facts_item.data, j->facts_item.len, j->row_count,
			    err);
}

static vv_status collect_all(import *im, vv_error *err)
{
	vv_status rc = VV_OK;
	while (im->job_head < im->job_tail) {
		vv_status one = collect(im, rc < 0 ? NULL : err);
		if (rc == VV_OK) {
			rc = one;
		}
	}
	return rc;
}

/* Takes over as many old groups as stand here. */
static vv_status take_old(import *im, vv_error *err)
{
	size_t index, want = 0;
	int m;
	while ((m = old_groups_match(im->old, vv_window_bytes(im->window),
				     vv_window_len(im->window), vv_window_at_end(im->window),
				     im->dialect.form, &index, &want)) != 0) {
		vv_status rc;
		if (m < 0) {
			if ((rc = vv_window_fill(im->window, want, err)) < 0) {
				return rc;
			}
			continue;
		}
		old_items items;
		const vv_scan_entry *e = old_groups_entry(im->old, index);
		old_groups_items(im->old, index, &items);
		if ((rc = collect_all(im, err)) < 0 || (rc = take_types(im, index, err)) < 0 ||
		    (rc = append_group(im, e, items.data, items.data_len, items.layout,
				       items.layout_len, items.facts, items.facts_len, items.rows,
				       err)) < 0) {
			return rc;
		}
		old_groups_took(im->old, index);
		im->final_newline = e->clean_cut || old_of(im)->dialect.final_newline;
		im->out->groups_reused++;
		consume(im, (size_t)e->raw_len);
		vv_progress_update(im->opts->progress, "reading", vv_window_origin(im->window),
				   im->source->size);
		if (vv_window_len(im->window) == 0 &&
		    (rc = vv_window_fill(im->window, GROUP_WANT, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* Room for one more row of `stride` cells in the job's grid; its rows so far are laid
 * out anew when the stride grew. */
static vv_status grid_room(group_job *j, size_t stride, vv_error *err)
{
	size_t need = (j->row_count + 1) * stride;
	if (need > j->cell_cap) {
		size_t cap = need < 4096 ? 4096 : need + need / 2;
		vv_cell *p = vv_realloc_array(j->cells, cap, sizeof(*p));
		if (!p) {
			return vv_fail_nomem(err);
		}
		j->cells = p;
		j->cell_cap = cap;
	}
	if (stride > j->stride) {
		for (size_t r = j->row_count; r-- > 0;) {
			memmove(&j->cells[r * stride], &j->cells[r * j->stride],
				j->stride * sizeof(vv_cell));
			for (size_t c = j->stride; c < stride; c++) {
				j->cells[r * stride + c] = (vv_cell){.state = VV_CELL_ABSENT};
			}
		}
		j->stride = stride;
	}
	return vv_array_room(j->rows, j->row_count, j->row_cap) ? VV_OK : vv_fail_nomem(err);
}

/* What can be done about a file that is not a clean table. */
static vv_status hint_ways_out(const import *im, bool first_row, vv_error *err)
{
	static const char out[] = "'varve add --as file' keeps it as bytes; "
				  "'varve convert --lenient IN OUT' reads it as well as can be";
	if (im->opts->parent) {
		return vv_hint(
			err, "fix it, or go back to the last version ('git checkout -- FILE'); %s",
			out);
	}
	if (first_row && im->dialect.form == VV_FORM_CSV && im->dialect.header) {
		return vv_hint(err, "the first line must be the header, with all columns; %s", out);
	}
	return vv_hint(err, "%s", out);
}

/* A scanner's fault gets the place where it is. */
static vv_status place_fault(import *im, uint64_t offset, bool first_row, vv_error *err)
{
	vv_error ignored = {0};
	uint64_t line, start = offset;
	const char *bytes = vv_window_bytes(im->window);
	if (!err || (err->code != VV_EINPUT && err->code != VV_EREFUSED)) {
		return err ? err->code : VV_EINPUT;
	}
	if (line_of(im, offset, &line, &ignored) == VV_OK) {
		uint64_t origin = vv_window_origin(im->window);
		while (start > origin && bytes[start - 1 - origin] != '\n' &&
		       bytes[start - 1 - origin] != '\r') {
			start--;
		}
		vv_prefix(err, "%s: line %llu, column %llu", im->source->name,
			  (unsigned long long)line, (unsigned long long)(offset - start + 1));
	} else {
		vv_prefix(err, "%s: byte %llu", im->source->name, (unsigned long long)offset);
	}
	hint_ways_out(im, first_row, err);
	return err->code;
}

/* SCAN_WIDE: the row that comes next has so many more members than those before that it
 * begins a group of its own. */
typedef enum scan_end { SCAN_CUT, SCAN_WIDE, SCAN_WINDOW, SCAN_INPUT } scan_end;

/* A row is in memory as a whole wherever it is read: one that takes too much is refused at its
 * start, without waiting for its end. */
static vv_status refuse_long_row(import *im, uint64_t offset, bool first_row, vv_error *err)
{
	vv_fail(err, VV_EINPUT, "a row of more than %s begins here (or a quote is not closed)",
		vv_text_bytes(im->opts->max_row));
	vv_hint(err, "'varve add --as file' keeps it as bytes; 'git config varve.maxRow 1g' takes "
		     "longer rows, which must fit into memory");
	if (im->window) {
		place_fault(im, offset, first_row, err);
	}
	return VV_EINPUT;
}

static bool is_too_long(const import *im, uint64_t len)
{
	return im->opts->max_row > 0 && len > im->opts->max_row;
}

/* Bytes of the input that are visible. */
typedef struct view {
	const char *bytes;
	size_t len;
	bool at_end;
	uint64_t origin;
} view;

static view view_of_window(const import *im)
{
	return (view){vv_window_bytes(im->window), vv_window_len(im->window),
		      vv_window_at_end(im->window), vv_window_origin(im->window)};
}

/* Rows from the view's start into j until a cut, or until the view or the input
 * is used up. */
static vv_status scan_rows(import *im, group_job *j, const view *v, scan_end *end, size_t *used,
			   vv_error *err)
{
	size_t stride = im->columns > 0 ? im->columns : 1, at, width = 1;
	vv_status rc;
	j->row_count = 0;
	j->stride = stride;
	*used = 0;
	vv_cut_init(&im->cut, &im->params);
	vv_scan_window(im->scan, v->bytes, v->len, v->at_end, v->origin);
	for (;;) {
		if ((rc = grid_room(j, stride, err)) < 0) {
			return rc;
		}
		vv_cell *cells = &j->cells[j->row_count * stride];
		int n = vv_scan_row(im->scan, cells, stride, &j->rows[j->row_count], err);
		if (n < 0 && im->window) {
			place_fault(im, v->origin + vv_scan_fault(im->scan),
				    im->job_tail == 0 && j->row_count == 0, err);
		}
		if (n < 0) {
			return (vv_status)n;
		}
		if (n == 2) {
			stride = vv_scan_columns(im->scan) + 8;
			continue;
		}
		if (n == 0) {
			*end = v->at_end || vv_scan_body_end(im->scan, &at) ? SCAN_INPUT
									    : SCAN_WINDOW;
			return *end == SCAN_WINDOW && is_too_long(im, v->len - *used)
				       ? refuse_long_row(im, v->origin + *used,
							 im->job_tail == 0 && j->row_count == 0,
							 err)
				       : VV_OK;
		}
		if (vv_scan_columns(im->scan) > im->columns &&
		    (rc = import_columns_grow(im, err)) < 0) {
			return rc;
		}
		const vv_row *row = &j->rows[j->row_count];
		uint64_t bytes = row->cell_bytes;
		if (is_too_long(im, row->end - row->start)) {
			return refuse_long_row(im, v->origin + row->text_start,
					       im->job_tail == 0 && j->row_count == 0, err);
		}
		width = row->cells > width ? row->cells : width;
		if (j->row_count > 0 && width > VV_GROUP_CELLS_MAX / (j->row_count + 1)) {
			*end = SCAN_WIDE;
			*used = row->start;
			return VV_OK;
		}
		j->row_count++;
		j->columns = im->dialect.form == VV_FORM_CSV ? im->columns : width;
		*used = vv_scan_offset(im->scan);
		if (vv_cut_row(&im->cut, cells, im->columns, bytes)) {
			*end = SCAN_CUT;
			return VV_OK;
		}
	}
}

/* The last row may hold blank lines that would belong to a next row. */
static bool has_blank_tail(const char *raw, size_t len)
{
	const char *tail = raw + len;

	return len >= 2 &&
	       (tail[-2] == '\n' || (tail[-2] == '\r' && tail[-1] != '\n') ||
		(len >= 3 && tail[-2] == '\r' && (tail[-3] == '\n' || tail[-3] == '\r')));
}

/* May the group be taken over inside of a file? */
static bool is_clean_cut(const import *im, const group_job *j, scan_end end)
{
	return end == SCAN_CUT &&
	       !(j->last &&
		 (has_blank_tail(j->raw, j->raw_len) || im->dialect.form == VV_FORM_JSON ||
		  j->rows[j->row_count - 1].newline == VV_NO_NEWLINE));
}

static void submit(import *im, group_job *j)
{
	im->final_newline = j->rows[j->row_count - 1].newline != VV_NO_NEWLINE;
	j->busy = true;
	j->known = false;
	j->job.run = import_group_run;
	im->job_tail++;
	vv_pool_submit(im->pool, &j->job);
}

/* Was the group's end the end of the input? Then its last line may be special. */
static vv_status finish_group(import *im, group_job *j, scan_end end, size_t used, vv_error *err)
{
	size_t at;
	vv_status rc;
	bool body_over = end != SCAN_WIDE && vv_scan_body_end(im->scan, &at);
	j->im = im;
	j->raw = vv_window_bytes(im->window);
	j->raw_len = used;
	j->offset = vv_window_origin(im->window);
	j->slab = vv_window_hold(im->window);
	j->lines = im->lines;
	consume(im, used);
	if (vv_window_len(im->window) == 0 &&
	    (rc = vv_window_fill(im->window, GROUP_WANT, err)) < 0) {
		return rc;
	}
	j->last = body_over || (vv_window_len(im->window) == 0 && vv_window_at_end(im->window));
	j->cut = is_clean_cut(im, j, end);
	j->base = (vv_cid){0};
	old_groups_base(im->old, &j->base);
	vv_arena_clear(&j->arena);
	vv_scan_detach_arena(im->scan, &j->arena);
	return VV_OK;
}

/* Scans one group and hands it to a thread. *more false: there are no more rows. */
static vv_status scan_group(import *im, bool *more, vv_error *err)
{
	vv_status rc = VV_OK;
	if (im->job_tail - im->job_head == IMPORT_JOBS && (rc = collect(im, err)) < 0) {
		return rc;
	}
	group_job *j = &im->jobs[im->job_tail % IMPORT_JOBS];
	scan_end end = SCAN_WINDOW;
	size_t want = GROUP_WANT, used = 0;
	while (end == SCAN_WINDOW) {
		if ((rc = vv_window_fill(im->window, want, err)) < 0) {
			return rc;
		}
		view v = view_of_window(im);
		if ((rc = scan_rows(im, j, &v, &end, &used, err)) < 0) {
			return rc;
		}
		want = vv_window_len(im->window) * 2;
		if (end == SCAN_WINDOW) {
			vv_arena unused = VV_ARENA_INIT;
			vv_scan_detach_arena(im->scan, &unused);
			vv_arena_clear(&unused);
		}
	}
	*more = end == SCAN_CUT || end == SCAN_WIDE;
	if (j->row_count == 0) {
		return VV_OK;
	}
	rc = finish_group(im, j, end, used, err);
	if (rc < 0) {
		vv_slab_drop(im->window, j->slab);
		return rc;
	}
	*more = !j->last;
	submit(im, j);
	vv_progress_update(im->opts->progress, "reading", vv_window_origin(im->window),
			   im->source->size);
	return VV_OK;
}

/* What a JSON array has after its last row; for CSV whether the last line has its
 * end is known by then. */
static vv_status take_epilogue(import *im, vv_error *err)
{
	vv_status rc;
	if (im->dialect.form != VV_FORM_JSON) {
		return VV_OK;
	}
	if ((rc = vv_window_fill(im->window, VV_HEADER_MAX + 1, err)) < 0) {
		return rc;
	}
	if (!vv_window_at_end(im->window) || vv_window_len(im->window) > VV_HEADER_MAX) {
		return vv_fail(err, VV_EINPUT, "%s: something follows the end of the JSON array",
			       im->source->name);
	}
	vv_cell none;
	vv_row row;
	vv_scan_window(im->scan, vv_window_bytes(im->window), vv_window_len(im->window), true,
		       vv_window_origin(im->window));
	int n = vv_scan_row(im->scan, &none, 0, &row, err);
	if (n < 0) {
		place_fault(im, vv_window_origin(im->window) + vv_scan_fault(im->scan), false, err);
		return (vv_status)n;
	}
	if (n > 0) {
		return vv_fail(err, VV_EINPUT, "%s: something follows the end of the JSON array",
			       im->source->name);
	}
	return vv_bytes_set(&im->dialect.epilogue, vv_window_bytes(im->window),
			    vv_window_len(im->window), err);
}

static vv_status all_rows(import *im, vv_error *err)
{
	bool more = true;
	vv_status rc;
	im->final_newline = true;
	while (more) {
		if ((rc = vv_window_fill(im->window, GROUP_WANT, err)) < 0 ||
		    (rc = take_old(im, err)) < 0) {
			return rc;
		}
		if (vv_window_len(im->window) == 0 && vv_window_at_end(im->window)) {
			break;
		}
		if ((rc = scan_group(im, &more, err)) < 0) {
			return rc;
		}
	}
	return collect_all(im, err);
}

/* ---- groups that are given ---- */

static vv_status set_items(group_job *j, const streamed_group *g, vv_error *err)
{
	vv_status rc;

	vv_buf_reset(&j->data_item);
	vv_buf_reset(&j->layout_item);
	vv_buf_put(&j->data_item, g->data, g->data_len);
	vv_buf_put(&j->layout_item, g->layout, g->layout_len);
	vv_buf_reset(&j->facts_item);
	vv_buf_put(&j->facts_item, g->facts, g->facts_len);
	if ((rc = vv_buf_ok(&j->data_item, err)) < 0 ||
	    (rc = vv_buf_ok(&j->layout_item, err)) < 0) {
		return rc;
	}
	return vv_buf_ok(&j->facts_item, err);
}

static vv_status take_proved(import *im, group_job *j, const streamed_group *g, vv_error *err)
{
	vv_status rc = set_items(j, g, err);

	if (rc < 0) {
		return rc;
	}
	j->row_count = (size_t)g->rows;
	j->entry = (vv_scan_entry){.raw_len = g->pair.raw_len, .raw_hash = g->pair.raw_hash};
	j->known = j->busy = true;
	im->final_newline = g->next >= 0 || im->opts->as->dialect.final_newline;
	im->job_tail++;
	im->out->groups_reused++;
	return VV_OK;
}

/* Its bytes must be one group: cut at their end and nowhere before. What the group is then shows in
 * the root. */
static vv_status scan_given(import *im, group_job *j, const streamed_group *g, vv_error *err)
{
	scan_end end;
	size_t used;
	vv_status rc;

	group_stream_swap(im->opts->groups, &j->given);
	if (g->next >= 0) {
		vv_buf_putc(&j->given, g->next);
	}
	if ((rc = vv_buf_ok(&j->given, err)) < 0) {
		return rc;
	}
	const view v = {j->given.data, j->given.len, g->next < 0, im->given_bytes};
	if ((rc = scan_rows(im, j, &v, &end, &used, err)) < 0) {
		return rc;
	}
	if (used != g->raw_len || j->row_count == 0 || (g->next >= 0 && end != SCAN_CUT)) {
		return vv_fail(err, VV_ECORRUPT, "a row group that its own bytes do not give");
	}
	j->im = im;
	j->raw = j->given.data;
	j->raw_len = used;
	j->offset = im->given_bytes;
	j->slab = NULL;
	j->lines = 0;
	j->last = g->next < 0;
	j->cut = is_clean_cut(im, j, end);
	j->base = (vv_cid){0};
	vv_arena_clear(&j->arena);
	vv_scan_detach_arena(im->scan, &j->arena);
	submit(im, j);
	return VV_OK;
}

static vv_status given_rows(import *im, vv_error *err)
{
	streamed_group g;
	int more;
	vv_status rc;

	im->final_newline = true;
	while ((more = group_stream_next(im->opts->groups, &g, err)) > 0) {
		if (im->job_tail - im->job_head == IMPORT_JOBS && (rc = collect(im, err)) < 0) {
			return rc;
		}
		group_job *j = &im->jobs[im->job_tail % IMPORT_JOBS];
		rc = g.known ? take_proved(im, j, &g, err) : scan_given(im, j, &g, err);
		if (rc < 0) {
			return rc;
		}
		im->given_bytes += g.raw_len;
		vv_progress_update(im->opts->progress, "reading", im->given_bytes,
				   im->source->size);
	}
	return more < 0 ? (vv_status)more : collect_all(im, err);
}

static vv_status names_of_cut(import *im, vv_error *err)
{
	vv_root *root = &im->out->root;
	root->cut_rows = im->params.rows;
	root->cut_columns = vv_calloc(im->params.column_count + 1, sizeof(*root->cut_columns));
	if (!root->cut_columns) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < im->params.column_count; i++) {
		size_t c = im->params.columns[i];
		root->cut_columns[i] = vv_strndup(im->names[c], im->name_lens[c]);
		if (!root->cut_columns[i]) {
			return vv_fail_nomem(err);
		}
		root->cut_column_count++;
	}
	return VV_OK;
}

/* Whoever reads a group needs a place for every column in every row. */
static vv_status check_width(const import *im, vv_error *err)
{
	if (im->columns == 0 || im->most_rows <= VV_GRID_MAX / im->columns) {
		return VV_OK;
	}
	vv_fail(err, VV_EREFUSED,
		"%s: %zu different members, and %llu short rows in one group: too sparse for a table",
		im->source->name, im->columns, (unsigned long long)im->most_rows);
	return vv_hint(err, "'varve add --as file' keeps it as bytes");
}

/* Absent cells are easily taken for empty ones, and often come from a cell too few. */
static void warn_short_rows(import *im)
{
	vv_import_result *out = im->out;
	vv_error ignored = {0};
	uint64_t line = im->short_line;
	if (out->short_rows == 0 || im->opts->as) {
		return;
	}
	vv_buf_printf(&out->warnings, "%s%s row%s ha%s fewer cells than %s",
		      out->groups_reused > 0 ? "in what changed, " : "",
		      vv_text_count(out->short_rows), out->short_rows == 1 ? "" : "s",
		      out->short_rows == 1 ? "s" : "ve",
		      im->out->root.dialect.header ? "the header" : "others");
	if (!im->source->line ||
	    im->source->line(im->source->payload, im->short_at, &line, &ignored) == VV_OK) {
		vv_buf_printf(&out->warnings, "%s line %llu",
			      out->short_rows == 1 ? ":" : ", the first in",
			      (unsigned long long)line);
	}
	vv_buf_puts(&out->warnings, "; the last cells are absent there\n");
}

/* The root from all that was gathered. */
static vv_status finish_root(import *im, vv_error *err)
{
	vv_root *root = &im->out->root;
	vv_list data = {VV_BUF_INIT}, layout = {VV_BUF_INIT}, facts = {VV_BUF_INIT};
	vv_status rc;
	root->kind = VV_KIND_TABLE;
	root->format = im->with_facts ? VV_FORMAT_NEWEST : VV_FORMAT_FIRST;
	root->rows = im->rows;
	root->bytes = im->window ? vv_window_origin(im->window) + vv_window_len(im->window)
				 : im->given_bytes;
	root->hash = vv_xxh3_digest128(im->hash);
	if ((rc = check_width(im, err)) < 0 ||
	    (rc = vv_list_builder_finish(im->data, &data, err)) < 0 ||
	    (rc = vv_list_builder_finish(im->layout, &layout, err)) < 0 ||
	    (im->facts && (rc = vv_list_builder_finish(im->facts, &facts, err)) < 0)) {
		goto done;
	}
	root->data = data.top;
	root->layout = layout.top;
	root->facts = facts.top;
	data.top = layout.top = facts.top = (vv_buf)VV_BUF_INIT;
	vv_dialect_clear(&root->dialect);
	root->dialect = im->dialect;
	root->dialect.final_newline = im->final_newline || root->dialect.form == VV_FORM_JSON;
	memset(&im->dialect, 0, sizeof(im->dialect));
	vv_dialect_init(&im->dialect);
	if ((rc = names_of_cut(im, err)) < 0 || (rc = import_finish_schema(im, err)) < 0) {
		goto done;
	}
	warn_short_rows(im);
	rc = import_finish_key(im, err);
done:
	vv_list_clear(&data);
	vv_list_clear(&layout);
	vv_list_clear(&facts);
	return rc;
}

/* The dialect is given (opts->as): the body begins after its BOM and prologue. */
static vv_status take_dialect(import *im, vv_error *err)
{
	const vv_dialect *d = &im->opts->as->dialect;
	size_t skip = (d->bom ? 3 : 0) + d->prologue.len;
	if (!im->window) {
		im->given_bytes = skip;
		return vv_dialect_dup(&im->dialect, d, err);
	}
	vv_status rc = vv_window_fill(im->window, skip > VV_WINDOW_PIECE ? skip : VV_WINDOW_PIECE,
				      err);
	if (rc < 0 || (rc = vv_dialect_dup(&im->dialect, d, err)) < 0) {
		return rc;
	}
	if (vv_window_len(im->window) < skip) {
		return vv_fail(err, VV_ECORRUPT, "%s: shorter than its own prologue",
			       im->source->name);
	}
	consume(im, skip);
	return VV_OK;
}

/* Looks at the beginning until the header is there. */
static vv_status sniff(import *im, vv_error *err)
{
	vv_sniff_hints hints = im->opts->hints;
	size_t want = VV_WINDOW_PIECE;
	vv_status rc;
	if (im->opts->as) {
		return take_dialect(im, err);
	}
	hints.path = im->source->name;
	if (im->opts->parent && im->opts->parent->kind == VV_KIND_TABLE) {
		hints.parent = &im->opts->parent->dialect;
	}
	for (;; want *= 2) {
		if ((rc = vv_window_fill(im->window, want, err)) < 0) {
			return rc;
		}
		bool at_end = vv_window_at_end(im->window);
		size_t len = vv_window_len(im->window);
		/* The sample is the same however the bytes arrive. */
		bool whole = at_end && len <= want;
		rc = vv_sniff(&im->sniffed, vv_window_bytes(im->window), whole ? len : want, whole,
			      &hints, err);
		if (rc != VV_ENOTFOUND || whole) {
			break;
		}
		if (is_too_long(im, want)) {
			return refuse_long_row(im, 0, true, err);
		}
	}
	if (rc == VV_OK) {
		vv_buf_put(&im->out->warnings, vv_buf_cstr(&im->sniffed.warnings),
			   im->sniffed.warnings.len);
		rc = vv_dialect_dup(&im->dialect, &im->sniffed.dialect, err);
		consume(im, im->sniffed.body);
	} else if (err && err->code == rc && !strstr(err->message, im->source->name)) {
		vv_prefix(err, "%s", im->source->name);
	}
	return rc;
}

/* A table keeps what its version before has, until somebody asks for more. */
static bool wants_facts(const vv_import_options *o)
{
	const vv_root *like = o->as ? o->as : o->parent;

	return (like && like->kind == VV_KIND_TABLE && vv_root_has_facts(like)) ||
	       (!o->as && o->facts);
}

static vv_status open_facts(import *im, const vv_root *near, vv_error *err)
{
	return im->with_facts ? vv_list_builder_new(&im->facts, VV_LIST_FACTS, im->sink,
						    near ? &near->facts : NULL, err)
			      : VV_OK;
}

static vv_status import_table(import *im, vv_error *err)
{
	vv_status rc;
	im->with_facts = wants_facts(im->opts);
	if ((rc = sniff(im, err)) < 0 || (rc = import_columns_set(im, err)) < 0 ||
	    (rc = import_choose(im, err)) < 0 || (rc = import_sort_columns(im, err)) < 0 ||
	    (rc = vv_scan_new(&im->scan, &im->dialect, im->columns, im->names, im->name_lens,
			      err)) < 0 ||
	    (rc = open_old(im, err)) < 0) {
		return rc;
	}
	const vv_root *parent = im->opts->parent;
	bool table = parent && parent->kind == VV_KIND_TABLE;
	const vv_root *near = im->sorting                           ? im->sorting->near
			      : table && !vv_root_is_sorted(parent) ? parent
								    : NULL;
	im->need_infer = !im->opts->schema && (!table || im->columns > im->parent_schema.count ||
					       im->dialect.form != VV_FORM_CSV);
	for (size_t i = 0; !im->need_infer && i < im->columns; i++) {
		im->need_infer = im->fields[i] < 0 && im->renamed_from[i] < 0;
	}
	if ((rc = vv_list_builder_new(&im->data, VV_LIST_DATA, im->sink, near ? &near->data : NULL,
				      err)) < 0 ||
	    (rc = vv_list_builder_new(&im->layout, VV_LIST_LAYOUT, im->sink,
				      near ? &near->layout : NULL, err)) < 0 ||
	    (rc = open_facts(im, near, err)) < 0 ||
	    (rc = im->window ? all_rows(im, err) : given_rows(im, err)) < 0 ||
	    (rc = take_epilogue(im, err)) < 0 || (rc = finish_root(im, err)) < 0) {
		return rc;
	}
	return VV_OK;
}

static void import_clear(import *im)
{
	/* Jobs still under way use the window's slabs. */
	while (im->job_head < im->job_tail) {
		collect(im, NULL);
	}
	old_groups_close(im->old);
	vv_scan_free(im->scan);
	vv_sniff_result_clear(&im->sniffed);
	vv_dialect_clear(&im->dialect);
	vv_schema_clear(&im->parent_schema);
	vv_arena_clear(&im->names_arena);
	vv_free(im->names);
	vv_free(im->name_lens);
	vv_free(im->fields);
	vv_free(im->renamed_from);
	vv_free(im->params.columns);
	vv_list_builder_free(im->data);
	vv_list_builder_free(im->layout);
	vv_list_builder_free(im->facts);
	vv_xxh3_free(im->hash);
	for (size_t i = 0; i < IMPORT_PROOFS; i++) {
		vv_key_proof_free(im->proofs[i]);
	}
	for (size_t i = 0; im->workers && i < im->worker_count; i++) {
		import_worker_clear(&im->workers[i]);
	}
	vv_free(im->workers);
	for (size_t i = 0; i < IMPORT_JOBS; i++) {
		import_job_clear(&im->jobs[i]);
	}
	vv_window_close(im->window);
	vv_pool_free(im->own_pool);
}

static vv_status import_open(import *im, vv_error *err)
{
	im->pool = im->opts->pool;
	if (!im->pool) {
		im->pool = im->own_pool = vv_pool_new(0);
		if (!im->pool) {
			return vv_fail_nomem(err);
		}
	}
	im->worker_count = vv_pool_threads(im->pool) + 1;
	im->workers = vv_calloc(im->worker_count, sizeof(*im->workers));
	im->hash = vv_xxh3_new(0);
	im->out->cache = vv_scan_cache_new();
	vv_random(&im->key_seed, sizeof(im->key_seed));
	if (!im->workers || !im->hash || !im->out->cache) {
		return vv_fail_nomem(err);
	}
	return im->opts->groups ? VV_OK : vv_window_open(&im->window, im->source, im->pool, err);
}

/* What cannot be a table whatever its name; NULL: nothing of the kind. */
static const char *other_encoding(const char *head, size_t len)
{
	static const char utf16[] =
		"text in UTF-16, kept as bytes; 'varve convert' makes a table of it";
	static const char packed[] =
		"compressed, kept as bytes: versions share nothing and cannot be compared; "
		"'varve convert' makes a table of it";
	static const struct {
		const char *magic;
		size_t len;
		const char *what;
	} known[] = {{"\xff\xfe", 2, utf16},
		     {"\xfe\xff", 2, utf16},
		     {"\x1f\x8b", 2, packed},
		     {"\x28\xb5\x2f\xfd", 4, packed}};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (len >= known[i].len && memcmp(head, known[i].magic, known[i].len) == 0) {
			return known[i].what;
		}
	}
	return NULL;
}

static vv_status import_content(import *im, vv_error *err)
{
	const char *other = NULL;
	vv_status rc;
	if (im->opts->kind == VV_KIND_FILE) {
		return import_chunks(im, err);
	}
	if (im->opts->may_be_file) {
		if ((rc = vv_window_fill(im->window, 4, err)) < 0) {
			return rc;
		}
		other = other_encoding(vv_window_bytes(im->window), vv_window_len(im->window));
	}
	if (!other) {
		return import_table(im, err);
	}
	vv_buf_printf(&im->out->warnings, "%s\n", other);
	return import_chunks(im, err);
}

vv_status import_run(vv_import_result *out, const vv_source *source, const vv_sink *sink,
		     const vv_import_options *opts, import_sorting *sorting, vv_error *err)
{
	import *im = vv_calloc(1, sizeof(*im));
	vv_status rc;
	memset(out, 0, sizeof(*out));
	vv_root_init(&out->root);
	if (!im) {
		return vv_fail_nomem(err);
	}
	im->source = source;
	im->sink = sink;
	im->opts = opts;
	im->sorting = sorting;
	im->out = out;
	vv_dialect_init(&im->dialect);
	vv_schema_init(&im->parent_schema);
	vv_arena_init(&im->names_arena);
	if ((rc = import_open(im, err)) == VV_OK && (rc = import_content(im, err)) == VV_OK) {
		rc = vv_buf_ok(&out->warnings, err);
	}
	import_clear(im);
	vv_free(im);
	if (rc < 0) {
		vv_import_result_clear(out);
	}
	return rc;
}
