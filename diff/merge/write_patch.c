/*
 * write_patch: writes the difference of two versions as a patch: the difference as 'ndjson' has it,
 * each line with the data missing there to turn one file into the other: the roots of both
 * versions, the form of each row's line, moved rows. Rows in the same order on both sides are
 * skipped in parallel; between them are the removed, added, moved and changed rows.
 *
 * The comparison (rowdiff) pairs the rows; the exact differences between two rows are found here:
 * every cell's state and text, and the line's form.
 */
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/codec.h"
#include "base/hash.h"
#include "base/hint.h"
#include "base/json/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/read/sorter.h"
#include "dataset/rows/irregular_lines.h"
#include "diff/merge/patch.h"
#include "diff/merge/patch_read.h"
#include "diff/merge/patch_rows.h"
#include "diff/rows/columns.h"
#include "diff/rows/rowdiff.h"
#include "diff/write/writer_kinds.h"

/* A row that is not simply passed: its number (8, big-endian), the other side's (8), and
 * whether its cells differ (1). */
#define EVENT_LEN 17u

typedef struct events {
	vv_sorter *sorter;
	uint64_t row, partner; /* the next one; PATCH_NONE when there is none (partner: nowhere) */
	bool changed;
} events;

/* The next irregular line of a side. */
typedef struct forms {
	vv_forms *reader;
	vv_quirk next;
	bool has;
} forms;

typedef struct script {
	vv_write_fn write;
	void *payload;
	vv_diff_writer *ndjson; /* writes to line */
	vv_buf line;
	vv_xxh3_state *hash;       /* of the lines */
	const vv_columns *columns; /* with both sides */
	size_t *key;               /* places in the new (or only) version */
	size_t key_count;
	vv_rowdiff_stats stats; /* of the written rows */

	vv_table *table[2];
	bool full;      /* every pair of rows is compared, since columns or kinds of cells differ */
	bool irregular; /* there are irregular lines on either side */
	events events[2];
	forms forms[2];
	patch_rows rows[2];
	uint8_t *cells; /* of a row, as vv_row_change has them */
	uint64_t at[2];
	bool has_anchor; /* a row that both have was passed: */
	uint64_t anchor[2];
	bool anchor_told; /* it has a line */
} script;

/* --- lines ------------------------------------------------------------------------ */

/* Takes back the line's closing bracket, so that members can be added. */
static void open_line(script *s)
{
	while (s->line.len > 0 && s->line.data[s->line.len - 1] != '}') {
		s->line.len--;
	}
	s->line.len -= s->line.len > 0;
}

static vv_status give_line(script *s, vv_error *err)
{
	vv_buf_puts(&s->line, "}\n");
	vv_status rc = vv_buf_ok(&s->line, err);
	if (rc == VV_OK && s->line.len > PATCH_LINE_MAX) {
		return vv_fail(err, VV_EREFUSED,
			       "a row is too long for a patch (more than %zu MiB)\nuse push and "
			       "fetch to exchange the whole version",
			       PATCH_LINE_MAX >> 20);
	}
	if (rc == VV_OK) {
		vv_xxh3_update(s->hash, s->line.data, s->line.len);
		rc = s->write(s->payload, s->line.data, s->line.len, err);
	}
	vv_buf_reset(&s->line);
	return rc;
}

static vv_status flush_ndjson(script *s, vv_status rc, vv_error *err)
{
	if (rc == VV_OK && (rc = vv_diff_writer_flush(s->ndjson, 0, err)) == VV_OK) {
		open_line(s);
	}
	return rc;
}

static vv_status put_line_of(script *s, int side, uint64_t row, vv_error *err)
{
	const char *line;
	size_t len;
	vv_status rc = vv_row_by_number_line(&s->rows[side].rows, row, &line, &len, err);

	if (rc < 0) return rc;
	vv_buf_puts(&s->line, side == 0 ? ",\"oldLine\":" : ",\"newLine\":");
	vv_json_put_text(&s->line, line, len);
	return VV_OK;
}

/* Ends the line of rows at x and y (PATCH_NONE: not there) with how they are written. */
static vv_status end_row(script *s, uint64_t x, uint64_t y, vv_error *err)
{
	vv_status rc;

	if ((x != PATCH_NONE && (rc = put_line_of(s, 0, x, err)) < 0) ||
	    (y != PATCH_NONE && (rc = put_line_of(s, 1, y, err)) < 0)) {
		return rc;
	}
	return give_line(s, err);
}

static const vv_cell no_cell = {.state = VV_CELL_ABSENT};

/* Which cells of the pair of rows differ, into s->cells; false when nothing does, how they are written included. */
static bool find_difference(script *s, const patch_row *x, const patch_row *y)
{
	bool any = !patch_form_equal(&x->form, &y->form);
	for (size_t i = 0; i < s->columns->count; i++) {
		const vv_column_pair *p = &s->columns->pairs[i];
		const vv_cell *a = p->a < 0 ? &no_cell : &x->cells[p->a],
			      *b = p->b < 0 ? &no_cell : &y->cells[p->b];
		bool differs = !vv_cell_equal(a, b);
		any |= differs;
		s->cells[i] = differs && p->a >= 0 && p->b >= 0 ? VV_CELL_CHANGED : VV_CELL_SAME;
	}
	return any;
}

/* The line for a row that NDJSON lacks. */
static void bare_row(script *s, const char *change, uint64_t x, uint64_t y)
{
	vv_buf_printf(&s->line,
		      "{\"type\":\"row\",\"change\":\"%s\",\"oldRow\":%llu,\"newRow\":%llu", change,
		      (unsigned long long)x + 1, (unsigned long long)y + 1);
}

/* A line for the pair of rows; none is written when nothing differs (*any false). */
static vv_status pair_line(script *s, patch_kind kind, uint64_t x, uint64_t y, bool *any,
			   vv_error *err)
{
	patch_row a, b;
	vv_status rc;
	*any = false;
	if ((rc = patch_rows_get(&s->rows[0], x, &a, err)) < 0 ||
	    (rc = patch_rows_get(&s->rows[1], y, &b, err)) < 0) {
		return rc;
	}
	if (!find_difference(s, &a, &b)) return VV_OK;
	*any = true;
	if (kind == PATCH_LEAVE) {
		bare_row(s, "left", x, y);
		return end_row(s, x, y, err);
	}
	bool rekeyed = false;
	for (size_t i = 0; i < s->columns->count; i++) {
		bool key = false;
		for (size_t k = 0; k < s->key_count; k++) {
			key |= s->columns->pairs[i].b == (long)s->key[k];
		}
		rekeyed |= key && s->cells[i] != VV_CELL_SAME;
		s->stats.cells_changed += s->cells[i] != VV_CELL_SAME;
		s->stats.column_changes[i] += s->cells[i] != VV_CELL_SAME;
	}
	const vv_row_change c = {.kind = VV_ROW_CHANGED,
				 .moved = kind == PATCH_ARRIVE,
				 .rekeyed = rekeyed,
				 .old_row = x,
				 .new_row = y,
				 .old_cells = a.cells,
				 .new_cells = b.cells,
				 .cells = s->cells};
	s->stats.changed++;
	s->stats.rekeyed += rekeyed;
	s->stats.moved += c.moved;
	rc = flush_ndjson(s, vv_diff_writer_row(s->ndjson, &c, err), err);
	return rc < 0 ? rc : end_row(s, x, y, err);
}

static vv_status run_line(script *s, patch_kind kind, uint64_t x, uint64_t y, uint64_t count,
			  vv_error *err)
{
	bare_row(s, kind == PATCH_LEAVE ? "left" : "moved", x, y);
	vv_buf_printf(&s->line, ",\"rows\":%llu", (unsigned long long)count);
	s->stats.moved += kind == PATCH_ARRIVE ? count : 0;
	return give_line(s, err);
}

/* Writes the common row above an added or removed one: it locates the row among other rows. */
static vv_status anchor_line(script *s, vv_error *err)
{
	if (!s->has_anchor || s->anchor_told) return VV_OK;
	s->anchor_told = true;
	bare_row(s, "kept", s->anchor[0], s->anchor[1]);
	return end_row(s, s->anchor[0], s->anchor[1], err);
}

/* A row that only one side has. */
static vv_status single_line(script *s, int side, uint64_t row, vv_error *err)
{
	patch_row r;
	vv_status rc;
	if ((rc = anchor_line(s, err)) < 0 ||
	    (rc = patch_rows_get(&s->rows[side], row, &r, err)) < 0) {
		return rc;
	}
	const vv_row_change change[2] = {{.kind = VV_ROW_REMOVED,
					  .old_row = row,
					  .new_row = UINT64_MAX,
					  .old_cells = r.cells},
					 {.kind = VV_ROW_ADDED,
					  .old_row = UINT64_MAX,
					  .new_row = row,
					  .new_cells = r.cells}};
	s->stats.removed += side == 0;
	s->stats.added += side == 1;
	rc = flush_ndjson(s, vv_diff_writer_row(s->ndjson, &change[side], err), err);
	if (rc < 0) return rc;
	return side == 0 ? end_row(s, row, PATCH_NONE, err) : end_row(s, PATCH_NONE, row, err);
}

/* --- walking ----------------------------------------------------------------------- */

static vv_status next_event(events *e, vv_error *err)
{
	const uint8_t *p = vv_sorter_next(e->sorter);
	e->row = p ? vv_get_be64(p) : PATCH_NONE;
	e->partner = p ? vv_get_be64(p + 8) : PATCH_NONE;
	e->changed = p && p[16] != 0;
	return vv_sorter_ok(e->sorter, err);
}

/* Makes `next` the first irregular line at or below `row`. */
static vv_status next_form(forms *f, uint64_t row, vv_error *err)
{
	while (f->has && f->next.row < row) {
		int more = vv_forms_next(f->reader, &f->next, err);
		if (more < 0) return (vv_status)more;
		f->has = more > 0;
	}
	return VV_OK;
}

static void script_pass(script *s, uint64_t count)
{
	s->at[0] += count;
	s->at[1] += count;
	s->has_anchor = true;
	s->anchor[0] = s->at[0] - 1;
	s->anchor[1] = s->at[1] - 1;
	s->anchor_told = false;
}

static bool same_form(const script *s, uint64_t offset)
{
	patch_form form[2] = {{0}, {0}};
	for (int i = 0; i < 2; i++) {
		const forms *f = &s->forms[i];
		if (f->has && f->next.row == s->at[i] + offset) {
			form[i] = (patch_form){true, f->next.kind, f->next.raw, f->next.raw_len};
		}
	}
	return patch_form_equal(&form[0], &form[1]);
}

/* Rows that both have, side by side. */
static vv_status pass_run(script *s, uint64_t run, vv_error *err)
{
	vv_status rc = VV_OK;
	while (run > 0) {
		uint64_t offset = 0;
		bool any = false;
		if (!s->full) {
			if ((rc = next_form(&s->forms[0], s->at[0], err)) < 0 ||
			    (rc = next_form(&s->forms[1], s->at[1], err)) < 0) {
				return rc;
			}
			offset = run;
			for (int i = 0; i < 2; i++) {
				const forms *f = &s->forms[i];
				offset = f->has && f->next.row - s->at[i] < offset
						 ? f->next.row - s->at[i]
						 : offset;
			}
			if (offset > 0) {
				script_pass(s, offset);
				run -= offset;
				continue;
			}
		}
		if ((s->full || !same_form(s, 0)) &&
		    (rc = pair_line(s, PATCH_CHANGE, s->at[0], s->at[1], &any, err)) < 0) {
			return rc;
		}
		script_pass(s, 1);
		s->anchor_told = any;
		run--;
	}
	return rc;
}

/* Is the row at hand of a side the same as its partner, except for its place? */
static vv_status is_same(script *s, int side, bool *same, vv_error *err)
{
	const events *e = &s->events[side];
	patch_row a, b;
	vv_status rc;
	*same = !e->changed;
	if (!s->full && !s->irregular) return VV_OK;
	if ((rc = patch_rows_get(&s->rows[side], e->row, &a, err)) < 0 ||
	    (rc = patch_rows_get(&s->rows[1 - side], e->partner, &b, err)) < 0) {
		return rc;
	}
	*same = !find_difference(s, side == 0 ? &a : &b, side == 0 ? &b : &a);
	return VV_OK;
}

/* Rows that go elsewhere (side 0) or come from there (side 1): as many as follow each
 * other on both sides and are the same in one line, else a line for the row. */
static vv_status moved_rows(script *s, int side, vv_error *err)
{
	patch_kind kind = side == 0 ? PATCH_LEAVE : PATCH_ARRIVE;
	events *e = &s->events[side];
	uint64_t row = e->row, partner = e->partner, count = 0;
	uint64_t *x = side == 0 ? &row : &partner, *y = side == 0 ? &partner : &row;
	bool same = true, any;
	vv_status rc = VV_OK;
	while (rc == VV_OK && e->row == row + count && e->partner == partner + count &&
	       (count == 0 || e->partner != s->at[1 - side])) {
		if ((rc = is_same(s, side, &same, err)) < 0 || !same) {
			break;
		}
		count++;
		rc = next_event(e, err);
	}
	if (rc == VV_OK && count > 0) {
		rc = run_line(s, kind, *x, *y, count, err);
	} else if (rc == VV_OK && (rc = pair_line(s, kind, *x, *y, &any, err)) == VV_OK) {
		count = 1;
		rc = next_event(e, err);
	}
	s->at[side] += count;
	return rc;
}

/* One step where a row of either side is not a plain pair. */
static vv_status script_step(script *s, vv_error *err)
{
	events *a = &s->events[0], *b = &s->events[1];
	bool here[2] = {a->row == s->at[0], b->row == s->at[1]}, any;
	vv_status rc;
	if (here[0] && here[1] && a->partner == b->row && b->partner == a->row) {
		if ((rc = pair_line(s, PATCH_CHANGE, a->row, b->row, &any, err)) < 0 ||
		    (rc = next_event(a, err)) < 0 || (rc = next_event(b, err)) < 0) {
			return rc;
		}
		script_pass(s, 1);
		s->anchor_told = any;
		return VV_OK;
	}
	for (int side = 0; side < 2; side++) {
		if (here[side] && s->events[side].partner == PATCH_NONE) {
			rc = single_line(s, side, s->at[side], err);
			s->at[side]++;
			return rc < 0 ? rc : next_event(&s->events[side], err);
		}
	}
	if (!here[0] && !here[1]) {
		return vv_fail(err, VV_ECORRUPT,
			       "the compared rows do not add up; this is a bug "
			       "of varve");
	}
	/* the side whose partner is further away moves first, so that the other can reach its
	 * own */
	uint64_t far_a = a->partner > s->at[1] ? a->partner - s->at[1] : PATCH_NONE;
	uint64_t far_b = b->partner > s->at[0] ? b->partner - s->at[0] : PATCH_NONE;
	return moved_rows(s, here[0] && (!here[1] || far_a >= far_b) ? 0 : 1, err);
}

static vv_status script_walk(script *s, vv_error *err)
{
	uint64_t rows[2] = {s->table[0]->root.rows, s->table[1]->root.rows};
	vv_status rc;
	if ((rc = next_event(&s->events[0], err)) < 0 ||
	    (rc = next_event(&s->events[1], err)) < 0) {
		return rc;
	}
	while (rc == VV_OK && (s->at[0] < rows[0] || s->at[1] < rows[1])) {
		uint64_t run = UINT64_MAX;
		for (int i = 0; i < 2; i++) {
			uint64_t end = s->events[i].row < rows[i] ? s->events[i].row : rows[i];
			run = end - s->at[i] < run ? end - s->at[i] : run;
		}
		rc = run > 0 ? pass_run(s, run, err) : script_step(s, err);
	}
	return rc;
}

/* --- gathering ---------------------------------------------------------------------- */

/* Notes a row of a side, unless the side does not have it (UINT64_MAX). */
static void add_event(script *s, int side, uint64_t row, uint64_t partner, bool changed)
{
	uint8_t r[EVENT_LEN];
	if (row == UINT64_MAX) return;
	vv_put_be64(r, row);
	vv_put_be64(r + 8, partner);
	r[16] = changed;
	vv_sorter_add(s->events[side].sorter, r);
}

/* Which row is which. */
static vv_status script_gather(script *s, const vv_patch_write_options *opts,
			       const vv_columns *columns, vv_error *err)
{
	vv_rowdiff_options ro = {.key = opts->key,
				 .columns = columns,
				 .rekeyed = true,
				 .moves = true,
				 .everything = true,
				 .temp_dir = opts->temp_dir,
				 .pool = opts->pool};
	vv_auto(vv_rowdiff) *d = NULL;
	vv_row_change c;
	vv_status rc = vv_rowdiff_open(&d, s->table[0], s->table[1], &ro, err);
	for (int i = 0; i < 2 && rc == VV_OK; i++) {
		rc = vv_sorter_new(&s->events[i].sorter, EVENT_LEN, 8, (size_t)8 << 20,
				   opts->temp_dir, err);
	}
	while (vv_rowdiff_next(d, &c, &rc, err)) {
		add_event(s, 0, c.old_row, c.new_row, c.kind == VV_ROW_CHANGED);
		add_event(s, 1, c.new_row, c.old_row, c.kind == VV_ROW_CHANGED);
	}
	return rc;
}

static vv_status open_forms(script *s, vv_error *err)
{
	for (int i = 0; i < 2; i++) {
		forms *f = &s->forms[i];
		vv_status rc = vv_forms_open(&f->reader, s->table[i], err);
		int more = rc < 0 ? (int)rc : vv_forms_next(f->reader, &f->next, err);
		if (more < 0) return (vv_status)more;
		f->has = more > 0;
		s->irregular |= f->has;
	}
	return VV_OK;
}

static void script_clear(script *s)
{
	for (int i = 0; i < 2; i++) {
		vv_sorter_free(s->events[i].sorter);
		vv_forms_close(s->forms[i].reader);
		patch_rows_close(&s->rows[i]);
	}
	vv_diff_writer_close(s->ndjson);
	vv_buf_clear(&s->line);
	vv_xxh3_free(s->hash);
	vv_free_all(s->cells, s->stats.column_changes, s->key);
}
VV_AUTO_CLEAR(script, script_clear)

static vv_status take_line(void *payload, const void *bytes, size_t len, vv_error *err)
{
	script *s = payload;
	vv_buf_put(&s->line, bytes, len);
	return vv_buf_ok(&s->line, err);
}

static vv_status script_open(script *s, const vv_patch_write_options *opts, vv_error *err)
{
	const vv_diff_writer_options wo = {.write = take_line, .payload = s};
	vv_status rc = vv_diff_writer_open(&s->ndjson, &vv_diff_writer_lines, &wo, err);
	s->write = opts->write;
	s->payload = opts->payload;
	if (rc < 0 || !(s->hash = vv_xxh3_new(0))) return rc < 0 ? rc : vv_fail_nomem(err);
	for (int i = 0; i < 2; i++) {
		if (s->table[i]) {
			patch_rows_init(&s->rows[i], s->table[i]);
		}
	}
	return VV_OK;
}

static vv_status script_rows(script *s, const vv_patch_write_options *opts, vv_error *err)
{
	vv_table *a = s->table[0], *b = s->table[1];
	vv_status rc;
	s->cells = vv_calloc(s->columns->count + 1, 1);
	s->stats.column_changes = vv_calloc(s->columns->count + 1,
					    sizeof(*s->stats.column_changes));
	if (!s->cells || !s->stats.column_changes) return vv_fail_nomem(err);
	s->full = vv_form_is_typed(a->root.dialect.form) != vv_form_is_typed(b->root.dialect.form);
	vv_array_each(s->columns->pairs, s->columns->count, pair) {
		s->full |= pair->a < 0 || pair->b < 0;
	}
	if ((rc = open_forms(s, err)) < 0 || (rc = script_gather(s, opts, s->columns, err)) < 0) {
		return rc;
	}
	return script_walk(s, err);
}

/* --- a section --------------------------------------------------------------- */

/* The block of the version's root: what its rows are, and how its file is written. */
static vv_status put_root(script *s, const char *name, const vv_table *t, vv_error *err)
{
	vv_auto(vv_buf) block = VV_BUF_INIT;
	vv_buf_printf(&s->line, ",\"%s\":", name);
	if (!t) {
		vv_buf_puts(&s->line, "null");
		return VV_OK;
	}
	vv_status rc = t->source.get(t->source.payload, &t->cid, &block, err);
	if (rc < 0) return rc;
	vv_buf_putc(&s->line, '"');
	vv_base64_put(&s->line, block.data, block.len, true);
	vv_buf_putc(&s->line, '"');
	return vv_buf_ok(&s->line, err);
}

static void put_pairs(vv_buf *out, const vv_columns *c)
{
	vv_buf_puts(out, ",\"pairs\":[");
	for (size_t i = 0; i < c->count; i++) {
		long x = c->pairs[i].a, y = c->pairs[i].b;
		vv_buf_puts(out, i > 0 ? ",[" : "[");
		x < 0 ? vv_buf_puts(out, "null") : vv_buf_printf(out, "%ld", x);
		y < 0 ? vv_buf_puts(out, ",null]") : vv_buf_printf(out, ",%ld]", y);
	}
	vv_buf_puts(out, "]");
}

/* The pairs whose cells identify a row: the key, where both versions have all its columns; else none. */
static vv_status find_identity(const script *s, const char *const *key, size_t **out, size_t *count,
			       vv_error *err)
{
	const vv_table *a = s->table[0], *b = s->table[1], *t = b ? b : a;
	const char *const *names = key ? key : (const char *const *)t->root.key;
	size_t n = 0;
	*count = 0;
	while (names && names[n]) {
		n++;
	}
	bool own = !key && a && b;
	*out = vv_calloc(n + 1, sizeof(**out));
	if (!*out) return vv_fail_nomem(err);
	if (own && a->root.key_count != b->root.key_count) return VV_OK;
	for (size_t i = 0; i < n; i++) {
		long at = vv_schema_find(&t->schema, names[i], strlen(names[i]));
		size_t p = s->columns ? 0 : (size_t)at;
		while (s->columns && p < s->columns->count &&
		       (s->columns->pairs[p].a < 0 || s->columns->pairs[p].b < 0 ||
			s->columns->pairs[p].b != at)) {
			p++;
		}
		if (at < 0 || (s->columns && p == s->columns->count) ||
		    (own &&
		     strcmp(a->root.key[i], a->schema.fields[s->columns->pairs[p].a].name) != 0)) {
			return VV_OK;
		}
		(*out)[i] = p;
	}
	*count = n;
	return VV_OK;
}

static vv_status table_line(script *s, const vv_patch_write_options *opts, vv_error *err)
{
	vv_auto_free size_t *identity = NULL, *key = NULL;
	size_t count = 0;
	vv_diff_table t = opts->told
				  ? *opts->told
				  : (vv_diff_table){.path = opts->path, .old_path = opts->old_path};
	vv_status rc = find_identity(s, opts->key, &identity, &count, err);
	if (rc < 0) return rc;
	if (!(key = vv_calloc(count + 1, sizeof(*key)))) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		key[i] = s->columns ? (size_t)s->columns->pairs[identity[i]].b : identity[i];
	}
	t.a = s->table[0];
	t.b = s->table[1];
	t.columns = s->columns;
	t.key = key;
	t.key_count = count;
	s->key = vv_take(&key);
	s->key_count = count;
	if ((rc = flush_ndjson(s, vv_diff_writer_begin_table(s->ndjson, &t, err), err)) < 0 ||
	    (rc = put_root(s, "oldRoot", t.a, err)) < 0 ||
	    (rc = put_root(s, "newRoot", t.b, err)) < 0) {
		return rc;
	}
	if (s->columns) {
		put_pairs(&s->line, s->columns);
	}
	vv_buf_puts(&s->line, ",\"identity\":[");
	for (size_t i = 0; i < count; i++) {
		vv_buf_printf(&s->line, "%s%zu", i > 0 ? "," : "", identity[i]);
	}
	vv_buf_puts(&s->line, "]");
	return give_line(s, err);
}

static vv_status summary_line(script *s, vv_error *err)
{
	vv_hash128 h = vv_xxh3_digest128(s->hash);
	s->stats.old_rows = s->table[0] ? s->table[0]->root.rows : 0;
	s->stats.reordered = s->stats.moved > 0;
	s->stats.new_rows = s->table[1] ? s->table[1]->root.rows : 0;
	vv_status rc = flush_ndjson(s, vv_diff_writer_end_table(s->ndjson, &s->stats, err), err);
	vv_buf_printf(&s->line, ",\"xxh3\":\"%016llx%016llx\"", (unsigned long long)h.hi,
		      (unsigned long long)h.lo);
	return rc < 0 ? rc : give_line(s, err);
}

static vv_status write_section(script *s, const vv_patch_write_options *opts, vv_error *err)
{
	vv_auto(vv_columns) own = {0};
	vv_table *t = s->table[0] ? s->table[0] : s->table[1];
	vv_status rc = script_open(s, opts, err);
	if (rc < 0) return rc;
	if (s->table[0] && s->table[1]) {
		const vv_columns_options co = {0};
		if (!opts->columns &&
		    (rc = vv_columns_match(&own, s->table[0], s->table[1], &co, err)) < 0) {
			return rc;
		}
		s->columns = opts->columns ? opts->columns : &own;
	}
	if ((rc = table_line(s, opts, err)) < 0) return rc;
	if (s->columns) {
		rc = script_rows(s, opts, err);
	}
	for (uint64_t row = 0; !s->columns && rc == VV_OK && row < t->root.rows; row++) {
		rc = single_line(s, s->table[0] ? 0 : 1, row, err);
	}
	return rc < 0 ? rc : summary_line(s, err);
}

vv_status vv_patch_write(vv_table *a, vv_table *b, const vv_patch_write_options *opts,
			 bool *written, vv_error *err)
{
	vv_auto(script) s = {.table = {a, b}};
	bool moved = opts->old_path && strcmp(opts->old_path, opts->path) != 0;
	*written = (a || b) && !(a && b && vv_cid_equal(&a->cid, &b->cid) && !moved);
	return *written ? write_section(&s, opts, err) : VV_OK;
}

/* --- the whole ------------------------------------------------------------------- */

vv_status vv_patch_begin(vv_write_fn write, void *payload, vv_error *err)
{
	static const char line[] = PATCH_FIRST_LINE "\n";
	return write(payload, line, sizeof(line) - 1, err);
}

vv_status vv_patch_end(vv_write_fn write, void *payload, uint64_t sections, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_buf_printf(&b, "{\"type\":\"end\",\"tables\":%llu}\n", (unsigned long long)sections);
	vv_status rc = vv_buf_ok(&b, err);
	return rc < 0 ? rc : write(payload, b.data, b.len, err);
}
