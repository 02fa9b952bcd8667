/*
 * import_rows: makes groups of rows during an import: old ones whose bytes are in the window
 * again are taken over, the rows of others are scanned up to a cut and handed to a thread; of a
 * version that is given group by group only those are scanned that are not proved.
 */
#include "dataset/table/import_state.h"

#include <assert.h>
#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/format/group_internal.h"
#include "dataset/table/bytes.h"
#include "dataset/table/group_stream.h"
#include "dataset/table/import_options.h"
#include "dataset/table/old_groups.h"

/* A group is about this long; the window gets a little more. */
#define GROUP_WANT (96u << 10)

/* Input from a pipe cannot be read again to count its lines. */
vv_status import_progress(const import *im, uint64_t done, vv_error *err)
{
	return vv_progress_update(im->opts->progress, "reading", done, im->source->size, err);
}

void import_consume(import *im, size_t len)
{
	if (!im->source->line) {
		im->lines += import_count_lines(vv_window_bytes(im->window), len);
	}
	vv_window_consume(im->window, len);
}

/* The line, counted from 1, of an offset in the window. */
static vv_status line_of(import *im, uint64_t offset, uint64_t *out, vv_error *err)
{
	if (im->source->line) return im->source->line(im->source->payload, offset, out, err);
	*out = im->lines +
	       import_count_lines(vv_window_bytes(im->window),
				  (size_t)(offset - vv_window_origin(im->window))) +
	       1;
	return VV_OK;
}

/* Takes over all matching old groups. */
static vv_status take_old(import *im, vv_error *err)
{
	size_t index, want = 0;
	int m;
	while ((m = old_groups_match(im->old, vv_window_bytes(im->window),
				     vv_window_len(im->window), vv_window_at_end(im->window),
				     &im->dialect, &index, &want)) != 0) {
		vv_status rc;
		if (m < 0) {
			if (want > VV_GROUP_BYTES_MAX) {
				return VV_OK; /* the cache is damaged */
			}
			if ((rc = vv_window_fill(im->window, want, err)) < 0) return rc;
			continue;
		}
		uint64_t rows;
		const vv_scan_entry *e = old_groups_entry(im->old, index);
		const group_items items = old_groups_items(im->old, index, &rows);
		if ((rc = import_collect_all(im, err)) < 0 ||
		    (rc = import_take_types(im, index, err)) < 0 ||
		    (rc = import_append_group(im, e, &items, rows, err)) < 0) {
			return rc;
		}
		old_groups_took(im->old, index);
		order_choice_pass(im->opts->choice);
		im->final_newline = e->clean_cut || import_old_of(im)->dialect.final_newline;
		im->out->groups_reused++;
		import_consume(im, (size_t)e->raw_len);
		if ((rc = import_progress(im, vv_window_origin(im->window), err)) < 0 ||
		    (vv_window_len(im->window) == 0 &&
		     (rc = vv_window_fill(im->window, GROUP_WANT, err)) < 0)) {
			return rc;
		}
	}
	return VV_OK;
}

/* Room for one more row of `stride` cells in the job's grid; its rows so far are laid out again when the stride
 * grew. */
static vv_status grid_room(group_job *j, size_t stride, vv_error *err)
{
	size_t need = (j->row_count + 1) * stride;
	if (!vv_array_room_for(j->cells, 0, j->cell_cap, need)) return vv_fail_nomem(err);

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

/* A scanner's fault gets the place where it is. */
static vv_status place_fault(import *im, uint64_t offset, vv_error *err)
{
	uint64_t line, start = offset, character = 1, origin = vv_window_origin(im->window);
	const char *bytes = vv_window_bytes(im->window);
	if (!err || (err->code != VV_EINPUT && err->code != VV_EREFUSED)) {
		return err ? err->code : VV_EINPUT;
	}
	if (line_of(im, offset, &line, VV_IGNORED) < 0) {
		line = 0;
	}
	while (start > origin && bytes[start - 1 - origin] != '\n' &&
	       bytes[start - 1 - origin] != '\r') {
		start--;
		character += ((unsigned char)bytes[start - origin] & 0xC0) != 0x80;
	}
	if (line > 0) {
		vv_prefix(err, "%s: line %llu, character %llu", im->source->name,
			  (unsigned long long)line, (unsigned long long)character);
	} else {
		vv_prefix(err, "%s: byte %llu", im->source->name, (unsigned long long)offset);
	}
	if (err->hint_id == VV_HINT_CLEAN_QUOTES) { /* from a reader without the file's name */
		vv_hint_clear(err);
		return vv_hint_code(err, VV_HINT_CLEAN_QUOTES, im->source->name);
	}
	return vv_hint_code(err,
			    im->opts->parent                      ? VV_HINT_CLEAN
			    : !vv_form_is_typed(im->dialect.form) ? VV_HINT_CLEAN_CSV
								  : VV_HINT_AS_FILE,
			    im->source->name);
}

/* SCAN_WIDE: the next row has so many more members than those before that it begins a new group. */
typedef enum scan_end { SCAN_CUT, SCAN_WIDE, SCAN_WINDOW, SCAN_INPUT } scan_end;

_Static_assert(VV_ROW_MAX == 8u << 20 && VV_GROUP_BYTES_MAX == 16u << 20, "the messages below");

static vv_status refuse_blank_lines(const import *im, vv_error *err)
{
	vv_fail(err, VV_EINPUT,
		"the blank %s that begin here and the row after them take more than 8 MiB",
		!vv_form_is_typed(im->dialect.form) ? "lines" : "lines or spaces");
	return vv_hint_code(err, VV_HINT_AS_FILE, im->source->name);
}

static bool is_blank(const import *im, char c)
{
	return c == '\n' || c == '\r' ||
	       (vv_form_is_typed(im->dialect.form) && (c == ' ' || c == '\t'));
}

/* A fault of the input gets its place; a row group that is given has none. */
static vv_status refuse_at(import *im, uint64_t offset, vv_error *err)
{
	im->out->only_bytes = true;
	if (im->window) {
		place_fault(im, offset, err);
	}
	return VV_EINPUT;
}

vv_status import_refuse_long_row(import *im, uint64_t offset, vv_error *err)
{
	vv_fail(err, VV_EINPUT,
		"the row that begins here is longer than 8 MiB, or a quote is not "
		"closed");
	vv_hint_code(err, VV_HINT_AS_FILE, im->source->name);
	return refuse_at(im, offset, err);
}

/* bytes belong to a row, or its beginning, that is too long: reports the kind and place. */
static vv_status refuse_bytes(import *im, const char *bytes, size_t len, uint64_t origin,
			      vv_error *err)
{
	const size_t lead = vv_find_place(i, len, !is_blank(im, bytes[i]));
	const size_t tail = vv_find_place(i, len - lead, !is_blank(im, bytes[len - 1 - i]));

	if (lead < len / 2 && tail < len / 2) {
		return import_refuse_long_row(im, origin + lead, err);
	}
	refuse_blank_lines(im, err);
	return refuse_at(im, origin + (lead >= tail ? 0 : len - tail), err);
}

/* Each row is short enough, but the cells are so short compared with the other bytes that the rows are one
 * group. */
static vv_status refuse_group(import *im, const group_job *j, uint64_t offset, vv_error *err)
{
	vv_fail(err, VV_EINPUT,
		"this row and the %s before it take more than 16 MiB of the file, but their cells "
		"are almost empty",
		vv_text_counted(j->row_count, "row", NULL));
	vv_hint_code(err, VV_HINT_AS_FILE, im->source->name);
	return refuse_at(im, offset, err);
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

/* Rows from the view's start into j until a cut, or until the view or the input is used up. */
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
		if ((rc = grid_room(j, stride, err)) < 0) return rc;
		vv_cell *cells = &j->cells[j->row_count * stride];
		int n = vv_scan_row(im->scan, cells, stride, &j->rows[j->row_count], err);
		if (n < 0 && im->window) {
			place_fault(im, v->origin + vv_scan_fault(im->scan), err);
		}
		if (n < 0) return (vv_status)n;
		if (n == 2) {
			stride = vv_scan_columns(im->scan) + 8;
			continue;
		}
		if (n == 0) {
			*end = v->at_end || vv_scan_body_end(im->scan, &at) ? SCAN_INPUT
									    : SCAN_WINDOW;
			return *end == SCAN_WINDOW && v->len - *used > VV_ROW_MAX
				       ? refuse_bytes(im, v->bytes + *used, v->len - *used,
						      v->origin + *used, err)
				       : VV_OK;
		}
		if (vv_scan_columns(im->scan) > im->columns &&
		    (rc = import_columns_grow(im, err)) < 0) {
			return rc;
		}
		const vv_row *row = &j->rows[j->row_count];
		uint64_t bytes = row->cell_bytes;
		if (row->end - row->start > VV_ROW_MAX) {
			return refuse_bytes(im, v->bytes + row->start, row->end - row->start,
					    v->origin + row->start, err);
		}
		if (row->end > VV_GROUP_BYTES_MAX) {
			return refuse_group(im, j, v->origin + row->text_start, err);
		}
		width = row->cells > width ? row->cells : width;
		if (j->row_count > 0 && width > VV_GROUP_CELLS_MAX / (j->row_count + 1)) {
			*end = SCAN_WIDE;
			*used = row->start;
			return VV_OK;
		}
		j->row_count++;
		j->columns = vv_form_is_typed(im->dialect.form) ? width : im->columns;
		*used = vv_scan_offset(im->scan);
		if (vv_cut_row(&im->cut, cells, im->columns, bytes)) {
			*end = SCAN_CUT;
			return VV_OK;
		}
	}
}

/* Do lines follow the row that would belong to a next one? */
static bool has_tail(const vv_row *row)
{
	size_t end = 1;

	if (row->newline == VV_NO_NEWLINE) {
		end = 0;
	} else if (row->newline == VV_CRLF) {
		end = 2;
	}

	return row->end - row->text_end != end;
}

/* May the group be taken over inside of a file? */
static bool is_clean_cut(const import *im, const group_job *j, scan_end end)
{
	return end == SCAN_CUT &&
	       !(j->last &&
		 (has_tail(&j->rows[j->row_count - 1]) || vv_form_is_document(im->dialect.form) ||
		  j->rows[j->row_count - 1].newline == VV_NO_NEWLINE));
}

/* Hands on a group whose rows were scanned up to `end`. */
static void submit_group(import *im, group_job *j, scan_end end)
{
	assert(j == &im->jobs[im->job_tail % IMPORT_JOBS]);
	j->im = im;
	j->cut = is_clean_cut(im, j, end);
	vv_arena_clear(&j->arena);
	vv_scan_detach_arena(im->scan, &j->arena);
	im->final_newline = j->rows[j->row_count - 1].newline != VV_NO_NEWLINE;
	j->known = false;
	j->job.run = import_group_run;
	im->job_tail++;
	import_hand_over(im);
	im->kept = j;
}

/* The job gets the window's first bytes. */
static void hold_bytes(import *im, group_job *j, size_t used)
{
	j->raw = vv_window_bytes(im->window);
	j->raw_len = used;
	j->offset = vv_window_origin(im->window);
	j->slab = vv_window_hold(im->window);
	j->lines = im->lines;
	import_consume(im, used);
}

/* Was the group's end the end of the input? Then its last line may be special. */
static vv_status finish_group(import *im, group_job *j, scan_end end, vv_error *err)
{
	size_t at;
	vv_status rc;
	bool body_over = end != SCAN_WIDE && vv_scan_body_end(im->scan, &at);
	if (vv_window_len(im->window) == 0 &&
	    (rc = vv_window_fill(im->window, GROUP_WANT, err)) < 0) {
		return rc;
	}
	j->last = body_over || (vv_window_len(im->window) == 0 && vv_window_at_end(im->window));
	j->base = (vv_cid){0};
	old_groups_base(im->old, j->row_count, &j->base);
	return VV_OK;
}

/* Scans into j until a cut. *used gets how many bytes its rows have. */
static vv_status scan_until_cut(import *im, group_job *j, scan_end *end, size_t *used,
				vv_error *err)
{
	size_t want = GROUP_WANT;
	vv_status rc;

	for (;; want = vv_window_len(im->window) * 2) {
		if ((rc = vv_window_fill(im->window, want, err)) < 0) return rc;
		view v = view_of_window(im);
		if ((rc = scan_rows(im, j, &v, end, used, err)) < 0 || *end != SCAN_WINDOW) {
			return rc;
		}
		vv_auto(vv_arena) unused = VV_ARENA_INIT;
		vv_scan_detach_arena(im->scan, &unused);
	}
}

/* The job to fill next. With two groups more than threads none of these waits, and the cells of a group are still in
 * a cache when they are encoded: with twelve an import takes a tenth more CPU. */
static vv_status next_job(import *im, group_job **out, vv_error *err)
{
	const size_t most = im->worker_count + 1 < IMPORT_JOBS ? im->worker_count + 1 : IMPORT_JOBS;
	vv_status rc = im->job_tail - im->job_head < most ? VV_OK : import_collect(im, err);

	*out = &im->jobs[im->job_tail % IMPORT_JOBS];
	return rc;
}

/* Scans one group and hands it to a thread. *more false: no more rows. */
static vv_status scan_group(import *im, bool *more, vv_error *err)
{
	group_job *j;
	scan_end end = SCAN_CUT;
	size_t used = 0;
	vv_status rc;

	if ((rc = next_job(im, &j, err)) < 0 ||
	    (rc = scan_until_cut(im, j, &end, &used, err)) < 0) {
		return rc;
	}
	*more = end == SCAN_CUT || end == SCAN_WIDE;
	if (j->row_count == 0) return VV_OK;
	hold_bytes(im, j, used);
	if ((rc = finish_group(im, j, end, err)) < 0) {
		vv_slab_drop(im->window, j->slab);
		j->slab = NULL;
		return rc;
	}
	*more = !j->last;
	submit_group(im, j, end);
	if ((rc = import_progress(im, vv_window_origin(im->window), err)) < 0) return rc;
	/* this group has more of the window than any other */
	return used > VV_WINDOW_FIRST ? import_collect_all(im, err) : VV_OK;
}

/* Would the version before be warned of, too? It was then. The end of one in key order is not known without
 * all of it: nothing is reported again there. */
static bool parent_was_warned(import *im)
{
	const vv_root *parent = im->opts->parent;
	vv_sniff_hints hints = im->opts->hints;
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_auto(vv_buf) told = VV_BUF_INIT;
	size_t tail;

	if (!parent || parent->kind != VV_KIND_TABLE || vv_form_is_typed(parent->dialect.form)) {
		return false;
	}
	if (vv_root_is_sorted(parent)) return true;
	vv_table t = {.source = *im->sink, .root = *parent, .columns = im->parent_schema.count};
	hints.parent = NULL;
	return range_of_groups(&t, parent->bytes > VV_TAIL_LOOK ? parent->bytes - VV_TAIL_LOOK : 0,
			       VV_TAIL_LOOK, vv_buf_write, &bytes, VV_IGNORED) == VV_OK &&
	       vv_sniff_tail(&tail, &told, vv_buf_cstr(&bytes), bytes.len,
			     parent->bytes <= VV_TAIL_LOOK, &hints, VV_IGNORED) == VV_OK &&
	       told.len > 0;
}

/* The lines below a CSV. */
static vv_status take_tail(import *im, vv_error *err)
{
	const size_t len = im->window ? vv_window_tail_len(im->window) : 0;

	if (!vv_form_is_typed(im->dialect.form) && im->tail_warnings.len > 0 &&
	    !parent_was_warned(im)) {
		vv_buf_put(&im->out->warnings, vv_buf_cstr(&im->tail_warnings),
			   im->tail_warnings.len);
	}
	if (len == 0) return VV_OK;
	return vv_bytes_set(&im->dialect.epilogue,
			    vv_window_bytes(im->window) + vv_window_len(im->window), len, err);
}

/* Rows inside of a JSON document: the end of it is known only now. */
static vv_status check_around(import *im, vv_error *err)
{
	const vv_json_around around = vv_dialect_around(&im->dialect);
	const vv_root *parent = im->opts->parent;
	bool asked = im->opts->as || im->opts->hints.records ||
		     (parent && parent->dialect.lead > 0);
	vv_auto(vv_buf) first = VV_BUF_INIT, second = VV_BUF_INIT;
	vv_status rc = vv_json_around_check(&around, im->source->name, asked ? NULL : &second, err);

	if (rc == VV_EINPUT) {
		(void)vv_prefix(err, "outside its rows");
	} else if (rc == VV_OK && second.len > 0 &&
		   vv_json_records_path(&first, im->dialect.prologue.data, im->dialect.lead)) {
		(void)vv_sniff_refuse_two(im->source->name, vv_buf_cstr(&first),
					  vv_buf_cstr(&second), err);
		rc = vv_prefix(err, "%s", im->source->name);
	}
	return rc;
}

/* Takes the bytes after a JSON array's last row, or for CSV, where the last line's end is known by
 * then, the tail. */
vv_status import_take_epilogue(import *im, vv_error *err)
{
	vv_status rc;
	if (!vv_form_is_document(im->dialect.form)) return take_tail(im, err);
	if ((rc = vv_window_fill(im->window, VV_HEADER_MAX + 1, err)) < 0) return rc;
	if (!vv_window_at_end(im->window) || vv_window_len(im->window) > VV_HEADER_MAX) {
		return vv_fail(err, VV_EINPUT, "%s: %s the end of the JSON array", im->source->name,
			       im->dialect.lead > 0 ? "more than 512 KiB follow"
						    : "something follows");
	}
	vv_cell none;
	vv_row row;
	vv_scan_window(im->scan, vv_window_bytes(im->window), vv_window_len(im->window), true,
		       vv_window_origin(im->window));
	int n = vv_scan_row(im->scan, &none, 0, &row, err);
	if (n < 0) {
		place_fault(im, vv_window_origin(im->window) + vv_scan_fault(im->scan), err);
		return (vv_status)n;
	}
	if (n > 0) {
		return vv_fail(err, VV_EINPUT,
			       "%s: expected the end of the file after the JSON "
			       "array",
			       im->source->name);
	}
	if ((rc = vv_bytes_set(&im->dialect.epilogue, vv_window_bytes(im->window),
			       vv_window_len(im->window), err)) < 0) {
		return rc;
	}
	return im->dialect.lead > 0 ? check_around(im, err) : VV_OK;
}

vv_status import_rows(import *im, vv_error *err)
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
		if ((rc = scan_group(im, &more, err)) < 0) return rc;
	}
	return import_collect_all(im, err);
}

/* ---- groups that are given ---- */

static vv_status set_items(group_job *j, const group_items *g, vv_error *err)
{
	vv_status rc;

	vv_buf_set(&j->data_item, g->data, g->data_len);
	vv_buf_set(&j->layout_item, g->layout, g->layout_len);
	vv_buf_set(&j->facts_item, g->facts, g->facts_len);
	if ((rc = vv_buf_ok(&j->data_item, err)) < 0 ||
	    (rc = vv_buf_ok(&j->layout_item, err)) < 0) {
		return rc;
	}
	return vv_buf_ok(&j->facts_item, err);
}

static vv_status take_proved(import *im, group_job *j, const streamed_group *g, vv_error *err)
{
	vv_status rc = set_items(j, &g->items, err);

	if (rc < 0) return rc;
	j->row_count = (size_t)g->rows;
	j->entry = (vv_scan_entry){.raw_len = g->pair.raw_len, .raw_hash = g->pair.raw_hash};
	j->known = true;
	im->final_newline = g->next >= 0 || im->opts->as->dialect.final_newline;
	im->job_tail++;
	im->out->groups_reused++;
	return VV_OK;
}

static vv_status refuse_given(vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "a row group cannot be encoded to the same bytes again");
}

/* Its bytes must be one group: cut at their end and nowhere before. The root then shows whether it
 * is the right one. */
static vv_status scan_given(import *im, group_job *j, const streamed_group *g, vv_error *err)
{
	scan_end end;
	size_t used;
	vv_status rc;

	group_stream_swap(im->opts->groups, &j->given);
	if (g->next >= 0) {
		vv_buf_putc(&j->given, g->next);
	}
	if ((rc = vv_buf_ok(&j->given, err)) < 0) return rc;
	const view v = {j->given.data, j->given.len, g->next < 0, im->given_bytes};
	if ((rc = scan_rows(im, j, &v, &end, &used, err)) < 0) return rc;
	if (used != g->raw_len || j->row_count == 0 || (g->next >= 0 && end != SCAN_CUT)) {
		return refuse_given(err);
	}
	j->raw = j->given.data;
	j->raw_len = used;
	j->slab = NULL;
	j->lines = 0;
	j->offset = im->given_bytes;
	j->last = g->next < 0;
	j->base = (vv_cid){0};
	submit_group(im, j, end);
	if (g->raw_len > VV_WINDOW_FIRST) { /* too large to keep several */
		if ((rc = import_collect_all(im, err)) < 0) return rc;
		vv_buf_clear(&j->given);
	}
	return VV_OK;
}

vv_status import_given(import *im, vv_error *err)
{
	streamed_group g;
	group_job *j;
	int more;
	vv_status rc;

	im->final_newline = true;
	if ((rc = group_stream_cut(im->opts->groups, &im->params, err)) < 0) return rc;
	while ((more = group_stream_next(im->opts->groups, &g, err)) > 0) {
		if ((rc = next_job(im, &j, err)) < 0) return rc;
		rc = g.known ? take_proved(im, j, &g, err) : scan_given(im, j, &g, err);
		im->given_bytes += g.raw_len;
		if (rc < 0 || (rc = import_progress(im, im->given_bytes, err)) < 0) return rc;
	}
	return more < 0 ? (vv_status)more : import_collect_all(im, err);
}
