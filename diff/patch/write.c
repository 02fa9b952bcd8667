/*
 * write: how two versions become a patch: its first and last lines, what a section says
 * of both versions before the rows, and the rows: those that both have in one order are
 * passed over side by side; between them stand the rows that go, come, move or change.
 *
 * The comparison (rowdiff) says which row is which; what differs between two rows is found
 * here, exactly: every cell's state and text, and the line's form.
 */
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/irregular_lines.h"
#include "diff/patch/bytes.h"
#include "diff/patch/patch.h"
#include "diff/patch/rows.h"
#include "diff/patch/text.h"
#include "diff/rows/rowdiff.h"
#include "diff/rows/sorter.h"

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
	patch_out *o;
	vv_table *table[2];
	patch_pair *pairs;
	size_t pair_count;
	const size_t *identity;
	size_t identity_count;
	bool full;      /* every pair of rows is compared, since columns or kinds of cells differ */
	bool irregular; /* there are irregular lines on either side */
	events events[2];
	forms forms[2];
	patch_rows rows[2];
	uint64_t at[2];
	bool has_anchor; /* a row that both have was passed: */
	uint64_t anchor[2];
	bool anchor_told[2]; /* after it: since it was passed, on a line of this side */
} script;

/* --- lines ------------------------------------------------------------------------ */

static void put_cells(vv_buf *out, const vv_cell *cells, size_t count)
{
	while (count > 0 && cells[count - 1].state == VV_CELL_ABSENT) {
		count--;
	}
	vv_buf_putc(out, '[');
	for (size_t i = 0; i < count; i++) {
		vv_buf_puts(out, i > 0 ? "," : "");
		patch_put_cell(out, &cells[i]);
	}
	vv_buf_putc(out, ']');
}

/* The cells that tell which row it is. */
static void put_identity(vv_buf *out, const script *s, int side, const vv_cell *cells)
{
	if (s->identity_count == 0) {
		put_cells(out, cells, s->table[side]->columns);
		return;
	}
	vv_buf_putc(out, '[');
	for (size_t i = 0; i < s->identity_count; i++) {
		vv_buf_puts(out, i > 0 ? "," : "");
		patch_put_cell(out, &cells[s->pairs[s->identity[i]].side[side]]);
	}
	vv_buf_putc(out, ']');
}

static const vv_cell no_cell = {.state = VV_CELL_ABSENT};

static const vv_cell *cell_of(const patch_pair *p, int side, const patch_row *row)
{
	return p->side[side] < 0 ? &no_cell : &row->cells[p->side[side]];
}

/* Appends what differs between the two rows; false when nothing does. */
static bool put_difference(vv_buf *out, const script *s, const patch_row *x, const patch_row *y)
{
	size_t changes = 0;
	for (size_t i = 0; i < s->pair_count; i++) {
		const patch_pair *p = &s->pairs[i];
		const vv_cell *a = cell_of(p, 0, x), *b = cell_of(p, 1, y);
		if (vv_cell_equal(a, b)) {
			continue;
		}
		vv_buf_puts(out, changes++ > 0 ? "," : ",\"cells\":[");
		if (p->label) {
			vv_buf_putc(out, '[');
			vv_json_put_text(out, p->label, strlen(p->label));
		} else {
			vv_buf_printf(out, "[%zu", i);
		}
		vv_buf_putc(out, ',');
		patch_put_cell(out, a);
		vv_buf_putc(out, ',');
		patch_put_cell(out, b);
		vv_buf_putc(out, ']');
	}
	vv_buf_puts(out, changes > 0 ? "]" : "");
	bool form = !patch_form_equal(&x->form, &y->form);
	if (form) {
		vv_buf_puts(out, ",\"form\":[");
		patch_put_form(out, &x->form);
		vv_buf_putc(out, ',');
		patch_put_form(out, &y->form);
		vv_buf_putc(out, ']');
	}
	return changes > 0 || form;
}

static const char *const kind_names[] = {"change", "remove", "add", "leave", "arrive"};

/* A line for the pair of rows; none is written when nothing differs (*any false). */
static vv_status pair_line(script *s, patch_kind kind, uint64_t x, uint64_t y, bool *any,
			   vv_error *err)
{
	patch_row a, b;
	vv_auto(vv_buf) difference = VV_BUF_INIT;
	vv_buf *out = &s->o->line;
	vv_status rc;
	*any = false;
	if ((rc = patch_rows_get(&s->rows[0], x, &a, err)) < 0 ||
	    (rc = patch_rows_get(&s->rows[1], y, &b, err)) < 0) {
		return rc;
	}
	if (put_difference(&difference, s, &a, &b)) {
		*any = true;
		vv_buf_printf(out, "{\"%s\":[%llu,%llu],\"row\":", kind_names[kind],
			      (unsigned long long)x + 1, (unsigned long long)y + 1);
		put_identity(out, s, 0, a.cells);
		vv_buf_put(out, difference.data, difference.len);
		vv_buf_putc(out, '}');
		out->failed |= difference.failed;
		s->o->counts[kind]++;
		rc = patch_out_line(s->o, err);
	}
	return rc;
}

static vv_status run_line(script *s, patch_kind kind, uint64_t x, uint64_t y, uint64_t count,
			  vv_error *err)
{
	vv_buf_printf(&s->o->line, "{\"%s\":[%llu,%llu],\"count\":%llu}", kind_names[kind],
		      (unsigned long long)x + 1, (unsigned long long)y + 1,
		      (unsigned long long)count);
	s->o->counts[kind] += count;
	return patch_out_line(s->o, err);
}

/* A row that only one side has. Added rows are placed after a row of the old version,
 * removed ones, for the way back, after one of the new. */
static vv_status single_line(script *s, int side, uint64_t row, vv_error *err)
{
	patch_kind kind = side == 0 ? PATCH_REMOVE : PATCH_ADD;
	vv_buf *out = &s->o->line;
	patch_row r, above;
	vv_status rc = VV_OK;
	vv_buf_printf(out, "{\"%s\":%llu", kind_names[kind], (unsigned long long)row + 1);
	if (!s->anchor_told[side]) {
		int other = 1 - side;
		vv_buf_puts(out, ",\"after\":");
		if (!s->has_anchor) {
			vv_buf_puts(out, "null");
		} else if ((rc = patch_rows_get(&s->rows[other], s->anchor[other], &above, err)) ==
			   VV_OK) {
			put_identity(out, s, other, above.cells);
		}
		s->anchor_told[side] = true;
	}
	if (rc < 0 || (rc = patch_rows_get(&s->rows[side], row, &r, err)) < 0) return rc;
	vv_buf_puts(out, ",\"cells\":");
	put_cells(out, r.cells, s->table[side]->columns);
	if (r.form.irregular) {
		vv_buf_puts(out, ",\"form\":");
		patch_put_form(out, &r.form);
	}
	vv_buf_putc(out, '}');
	s->o->counts[kind]++;
	return patch_out_line(s->o, err);
}

/* --- walking ----------------------------------------------------------------------- */

static vv_status next_event(events *e, vv_error *err)
{
	const void *p;
	int more = vv_sorter_next(e->sorter, &p, err);
	e->row = more > 0 ? vv_get_be64(p) : PATCH_NONE;
	e->partner = more > 0 ? vv_get_be64((const uint8_t *)p + 8) : PATCH_NONE;
	e->changed = more > 0 && ((const uint8_t *)p)[16] != 0;
	return more < 0 ? (vv_status)more : VV_OK;
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
	s->anchor_told[0] = s->anchor_told[1] = false;
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
	bool any;
	while (run > 0) {
		uint64_t offset = 0;
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
		run--;
	}
	return rc;
}

/* Is the row at hand of a side the same as its partner, except for its place? */
static vv_status is_same(script *s, int side, bool *same, vv_error *err)
{
	const events *e = &s->events[side];
	patch_row a, b;
	vv_auto(vv_buf) unused = VV_BUF_INIT;
	vv_status rc;
	*same = !e->changed;
	if (!s->full && !s->irregular) return VV_OK;
	if ((rc = patch_rows_get(&s->rows[side], e->row, &a, err)) < 0 ||
	    (rc = patch_rows_get(&s->rows[1 - side], e->partner, &b, err)) < 0) {
		return rc;
	}
	*same = !put_difference(&unused, s, side == 0 ? &a : &b, side == 0 ? &b : &a);
	return vv_buf_ok(&unused, err);
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
		return vv_fail(err, VV_ECORRUPT, "the comparison of the rows lost count");
	}
	/* the side whose partner is further away goes first, so that the other may meet its own */
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

static vv_status add_event(script *s, int side, uint64_t row, uint64_t partner, bool changed,
			   vv_error *err)
{
	uint8_t r[EVENT_LEN];
	vv_put_be64(r, row);
	vv_put_be64(r + 8, partner);
	r[16] = changed;
	return vv_sorter_add(s->events[side].sorter, r, err);
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
	vv_rowdiff *d = NULL;
	vv_row_change c;
	int more = 0;
	vv_status rc = vv_rowdiff_open(&d, s->table[0], s->table[1], &ro, err);
	for (int i = 0; i < 2 && rc == VV_OK; i++) {
		rc = vv_sorter_new(&s->events[i].sorter, EVENT_LEN, 8, (size_t)8 << 20,
				   opts->temp_dir, err);
	}
	while (rc == VV_OK && (more = vv_rowdiff_next(d, &c, err)) > 0) {
		bool changed = c.kind == VV_ROW_CHANGED;
		if (c.old_row != UINT64_MAX) {
			rc = add_event(s, 0, c.old_row, c.new_row, changed, err);
		}
		if (rc == VV_OK && c.new_row != UINT64_MAX) {
			rc = add_event(s, 1, c.new_row, c.old_row, changed, err);
		}
	}
	vv_rowdiff_close(d);
	if (rc == VV_OK) {
		rc = (vv_status)more;
	}
	for (int i = 0; i < 2 && rc == VV_OK; i++) {
		rc = vv_sorter_finish(s->events[i].sorter, err);
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

static vv_status set_pairs(script *s, const vv_columns *c, vv_error *err)
{
	s->pairs = vv_calloc(c->count + 1, sizeof(*s->pairs));
	if (!s->pairs) return vv_fail_nomem(err);
	s->pair_count = c->count;
	for (size_t i = 0; i < c->count; i++) {
		s->pairs[i] = (patch_pair){.side = {c->pairs[i].a, c->pairs[i].b}};
		s->full |= c->pairs[i].a < 0 || c->pairs[i].b < 0;
	}
	return patch_pairs_label(s->pairs, s->pair_count, &s->table[0]->schema,
				 &s->table[1]->schema, err);
}

static void script_clear(script *s)
{
	for (int i = 0; i < 2; i++) {
		vv_sorter_free(s->events[i].sorter);
		vv_forms_close(s->forms[i].reader);
		patch_rows_close(&s->rows[i]);
	}
	vv_free(s->pairs);
}

static vv_status script_write(patch_out *o, vv_table *a, vv_table *b,
			      const vv_patch_write_options *opts, const vv_columns *columns,
			      const size_t *identity, size_t identity_count, vv_error *err)
{
	script s = {
		.o = o, .table = {a, b}, .identity = identity, .identity_count = identity_count};
	vv_status rc;
	patch_rows_init(&s.rows[0], a);
	patch_rows_init(&s.rows[1], b);
	s.full = (a->root.dialect.form == VV_FORM_CSV) != (b->root.dialect.form == VV_FORM_CSV);
	if ((rc = set_pairs(&s, columns, err)) < 0 || (rc = open_forms(&s, err)) < 0 ||
	    (rc = script_gather(&s, opts, columns, err)) < 0) {
		goto done;
	}
	rc = script_walk(&s, err);
done:
	script_clear(&s);
	return rc;
}

/* Every row of t as removed (side 0) or added (side 1). */
static vv_status script_whole(patch_out *o, vv_table *t, int side, vv_error *err)
{
	script s = {.o = o, .anchor_told = {true, true}};
	vv_status rc = VV_OK;
	s.table[side] = t;
	patch_rows_init(&s.rows[side], t);
	for (uint64_t row = 0; row < t->root.rows; row++) {
		if ((rc = single_line(&s, side, row, err)) < 0) {
			break;
		}
	}
	script_clear(&s);
	return rc;
}

/* --- a section --------------------------------------------------------------- */

static void put_side(vv_buf *out, const char *name, const vv_table *t, bool rows)
{
	char cid[VV_CID_TEXT + 1];
	vv_buf_printf(out, ",\"%s\":", name);
	if (!t) {
		vv_buf_puts(out, "null");
		return;
	}
	vv_cid_text(cid, &t->cid);
	vv_buf_printf(out, "{\"root\":\"%s\",\"kind\":\"%s\"", cid,
		      t->root.kind == VV_KIND_TABLE ? "table" : "file");
	if (t->root.kind == VV_KIND_TABLE) {
		vv_buf_printf(out, ",\"rows\":%llu", (unsigned long long)t->root.rows);
	}
	vv_buf_printf(out, ",\"bytes\":%llu}",
		      (unsigned long long)(rows ? t->root.bytes : vv_root_file_bytes(&t->root)));
}

static vv_status put_paths(patch_out *o, const vv_patch_write_options *opts, const vv_table *a,
			   const vv_table *b, bool rows, vv_error *err)
{
	vv_buf_puts(&o->line, "{\"path\":");
	vv_json_put_text(&o->line, opts->path, strlen(opts->path));
	if (opts->old_path && strcmp(opts->old_path, opts->path) != 0) {
		vv_buf_puts(&o->line, ",\"oldPath\":");
		vv_json_put_text(&o->line, opts->old_path, strlen(opts->old_path));
	}
	put_side(&o->line, "old", a, rows);
	put_side(&o->line, "new", b, rows);
	vv_buf_putc(&o->line, '}');
	return patch_out_line(o, err);
}

/* "old" and "new" of one line; the new one is left out where it is the same. */
static void put_both(patch_out *o, const vv_table *a, const vv_table *b,
		     void (*put)(vv_buf *, const vv_root *))
{
	vv_auto(vv_buf) x = VV_BUF_INIT, y = VV_BUF_INIT;
	if (a) {
		put(&x, &a->root);
		vv_buf_puts(&o->line, "\"old\":");
		vv_buf_put(&o->line, x.data, x.len);
	}
	if (b) {
		put(&y, &b->root);
		if (!a || x.len != y.len || memcmp(x.data, y.data, x.len) != 0) {
			vv_buf_puts(&o->line, a ? ",\"new\":" : "\"new\":");
			vv_buf_put(&o->line, y.data, y.len);
		}
	}
	o->line.failed |= x.failed || y.failed;
}

static void put_form_of(vv_buf *out, const vv_root *r)
{
	patch_put_dialect(out, &r->dialect);
}

static vv_status put_columns_line(patch_out *o, const vv_table *a, const vv_table *b,
				  const vv_columns *c, const size_t *identity, size_t count,
				  vv_error *err)
{
	vv_buf_puts(&o->line, "{\"columns\":{");
	put_both(o, a, b, patch_put_columns);
	if (c) {
		vv_buf_puts(&o->line, ",\"pairs\":[");
		for (size_t i = 0; i < c->count; i++) {
			long x = c->pairs[i].a, y = c->pairs[i].b;
			vv_buf_puts(&o->line, i > 0 ? ",[" : "[");
			x < 0 ? vv_buf_puts(&o->line, "null") : vv_buf_printf(&o->line, "%ld", x);
			y < 0 ? vv_buf_puts(&o->line, ",null]")
			      : vv_buf_printf(&o->line, ",%ld]", y);
		}
		vv_buf_puts(&o->line, "]");
	}
	vv_buf_puts(&o->line, ",\"identity\":[");
	for (size_t i = 0; i < count; i++) {
		vv_buf_printf(&o->line, "%s%zu", i > 0 ? "," : "", identity[i]);
	}
	vv_buf_puts(&o->line, "]}}");
	return patch_out_line(o, err);
}

static vv_status put_form_line(patch_out *o, const vv_table *a, const vv_table *b, vv_error *err)
{
	vv_buf_puts(&o->line, "{\"form\":{");
	put_both(o, a, b, put_form_of);
	vv_buf_puts(&o->line, "}}");
	return patch_out_line(o, err);
}

/* --- which columns tell rows apart ----------------------------------------------- */

/* The pairs that hold the key; where a column of it is not in both versions: none. */
static vv_status find_identity(const vv_table *a, const vv_table *b, const vv_columns *c,
			       const char *const *key, size_t **out, size_t *count, vv_error *err)
{
	const vv_table *t = b ? b : a;
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
		if (!c && at >= 0) {
			(*out)[i] = (size_t)at;
			continue;
		}
		size_t p = 0;
		while (c && p < c->count &&
		       (c->pairs[p].a < 0 || c->pairs[p].b < 0 || c->pairs[p].b != at)) {
			p++;
		}
		if (!c || p == c->count ||
		    (own && strcmp(a->root.key[i], a->schema.fields[c->pairs[p].a].name) != 0)) {
			return VV_OK;
		}
		(*out)[i] = p;
	}
	*count = n;
	return VV_OK;
}

/* --- sections ---------------------------------------------------------------------- */

static vv_status write_rows(patch_out *o, vv_table *a, vv_table *b,
			    const vv_patch_write_options *opts, vv_error *err)
{
	vv_auto(vv_columns) own = {0};
	const vv_columns *c = opts->columns;
	vv_auto_free size_t *identity = NULL;
	size_t count = 0;
	vv_status rc = VV_OK;
	if (!a || !b) {
		c = NULL;
	} else if (!c) {
		const vv_columns_options co = {0};
		if ((rc = vv_columns_match(&own, a, b, &co, err)) < 0) return rc;
		c = &own;
	}
	if ((rc = find_identity(a, b, c, opts->key, &identity, &count, err)) < 0 ||
	    (rc = put_columns_line(o, a, b, c, identity, count, err)) < 0 ||
	    (rc = put_form_line(o, a, b, err)) < 0) {
		return rc;
	}
	if (a && b) {
		rc = script_write(o, a, b, opts, c, identity, count, err);
	} else {
		rc = script_whole(o, a ? a : b, a ? 0 : 1, err);
	}
	return rc;
}

static bool is_table(const vv_table *t)
{
	return !t || t->root.kind == VV_KIND_TABLE;
}

vv_status vv_patch_write(vv_table *a, vv_table *b, const vv_patch_write_options *opts,
			 bool *written, vv_error *err)
{
	patch_out o;
	bool rows = is_table(a) && is_table(b);
	bool moved = opts->old_path && strcmp(opts->old_path, opts->path) != 0;
	vv_status rc;
	*written = (a || b) && !(a && b && vv_cid_equal(&a->cid, &b->cid) && !moved);
	if (!*written) return VV_OK;
	if ((rc = patch_out_open(&o, opts->write, opts->payload, err)) < 0 ||
	    (rc = put_paths(&o, opts, a, b, rows, err)) < 0) {
		goto done;
	}
	rc = rows ? write_rows(&o, a, b, opts, err) : patch_bytes_write(&o, a, b, err);
	if (rc == VV_OK) {
		rc = patch_out_end(&o, err);
	}
done:
	patch_out_close(&o);
	return rc;
}

/* --- the whole ------------------------------------------------------------------- */

static vv_status put_line(vv_write_fn write, void *payload, const char *member,
			  unsigned long long value, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_buf_printf(&b, "{\"%s\":%llu}\n", member, value);
	vv_status rc = vv_buf_ok(&b, err);
	return rc < 0 ? rc : write(payload, b.data, b.len, err);
}

vv_status vv_patch_begin(vv_write_fn write, void *payload, vv_error *err)
{
	return put_line(write, payload, "varve-patch", PATCH_VERSION, err);
}

vv_status vv_patch_end(vv_write_fn write, void *payload, uint64_t sections, vv_error *err)
{
	return put_line(write, payload, "sections", sections, err);
}
