/*
 * lines: finds the line of the file for a row.
 *
 * A row of CSV takes one line and as many more as its cells have line ends, so that a group's number of line ends in
 * cells is enough: it is kept by data list. Only groups with raw lines (blank lines between the rows, stray spaces)
 * and JSON arrays are written out to be counted.
 */
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "check/rules/cells.h"
#include "check/rules/check.h"
#include "check/rules/groups.h"
#include "dataset/format/form.h"
#include "dataset/format/quirks.h"
#include "dataset/read/ragged.h"
#include "dataset/rows/irregular_lines.h"
#include "dataset/table/table.h"
#include "dataset/table/walk.h"

#define UNKNOWN UINT32_MAX

typedef struct line_group {
	uint64_t first_row;
	uint64_t line; /* of its first row; 0: not counted yet */
	uint32_t rows;
	uint32_t newlines; /* inside of cells; UNKNOWN */
	bool raw;          /* its lines must be written out */
	bool blank;        /* there may be blank lines in it */
	uint32_t lines;    /* in it, once it was written out */
	uint32_t *starts;  /* where in it each row's own line begins, once it was written out */
} line_group;

#define STARTS_MAX (4u << 20) /* rows whose lines are remembered at a time */

struct vv_check_lines {
	vv_table *table;
	const vv_mend *mend; /* the rows are what could be read of a file with faults; or NULL */
	vv_check_cache *cache;
	line_group *groups;
	size_t count, counted;            /* groups [0, counted] have their line */
	uint64_t other_ends, first_other; /* rows whose ends differ from the dialect's */
	bool kept;                        /* all newlines are in the cache already */
	size_t started;                   /* rows of groups that have their starts */
	size_t open;                      /* the group that was written out last: raw, ends */
	vv_batch batch;
	vv_buf raw;
	size_t *ends;
	vv_arena arena;
};

static vv_hash128 data_key(const vv_table *t)
{
	return vv_xxh3_128(t->root.data.data, t->root.data.len, t->columns);
}

static vv_status read_data_list(vv_check_lines *l, vv_error *err)
{
	vv_auto(vv_list_walk) w = vv_list_walk_open(l->table, VV_LIST_DATA, err);
	size_t i = 0;

	while (vv_list_walk_next(&w) && i < l->count) {
		l->groups[i++] = (line_group){.first_row = w.item.before,
					      .rows = (uint32_t)w.item.weight,
					      .newlines = UNKNOWN};
	}
	return w.rc == VV_OK && i != l->count
		       ? vv_fail(err, VV_ECORRUPT,
				 "the data list does not have the groups that it declares")
		       : w.rc;
}

/* Looks for raw lines in an item of the layout list, and for blank ones before them. Long
 * quirks count as having both, unread. */
static void look_for_raw(vv_check_lines *l, line_group *g, const vv_list_item *item)
{
	vv_cbor c = item->cbor;
	vv_cbor_type type;
	const uint8_t *bytes;
	uint64_t len;
	size_t n;
	vv_quirks quirks;
	vv_quirk q;

	if (vv_cbor_peek(&c, &type, NULL) < 0 || type == VV_CBOR_UINT) return;
	if (vv_cbor_get_array(&c, &n, NULL) < 0 || vv_cbor_get_uint(&c, &len, NULL) < 0 ||
	    vv_cbor_peek(&c, &type, NULL) < 0 || type != VV_CBOR_BYTES ||
	    vv_cbor_get_bytes(&c, &bytes, &n, NULL) < 0) {
		g->raw = g->blank = true;
		return;
	}
	vv_quirks_init(&quirks, bytes, n);
	while (vv_quirks_next(&quirks, &q, NULL) > 0) {
		if (q.kind != VV_QUIRK_RAW) {
			l->first_other = l->other_ends == 0 ? g->first_row + q.row : l->first_other;
			l->other_ends++;
			continue;
		}
		g->raw = true;
		g->blank = g->blank || (q.raw_len > 1 && (q.raw[0] == '\n' || q.raw[0] == '\r')) ||
			   (l->table->root.dialect.comment != 0 && q.raw_len > 0 &&
			    (uint8_t)q.raw[0] == l->table->root.dialect.comment);
	}
}

static vv_status read_layout_list(vv_check_lines *l, vv_error *err)
{
	vv_auto(vv_list_walk) w = vv_list_walk_open(l->table, VV_LIST_LAYOUT, err);
	bool array = vv_form_is_document(l->table->root.dialect.form);

	for (size_t i = 0; i < l->count && vv_list_walk_next(&w); i++) {
		line_group *g = &l->groups[i];

		look_for_raw(l, g, &w.item);
		g->blank = g->blank || (g->raw && i + 1 == l->count);
		g->raw = g->raw || array;
	}
	return w.rc;
}

static vv_status load_kept(vv_check_lines *l, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	int found = l->cache ? vv_check_cache_get(l->cache, "newlines", data_key(l->table), &b, err)
			     : 0;

	if (found == 1 && b.len == l->count * 4) {
		for (size_t i = 0; i < l->count; i++) {
			l->groups[i].newlines = vv_get_le32((const uint8_t *)b.data + 4 * i);
		}
		l->kept = true;
	}
	return found < 0 ? (vv_status)found : VV_OK;
}

vv_status vv_check_lines_open(vv_check_lines **out, vv_table *t, const vv_mend *mend,
			      vv_check_cache *cache, vv_error *err)
{
	vv_auto(vv_check_lines) *l = vv_calloc(1, sizeof(*l));
	vv_status rc;

	*out = NULL;
	if (!l) return vv_fail_nomem(err);
	*l = (vv_check_lines){.table = t, .mend = mend, .cache = cache, .open = SIZE_MAX};
	uint64_t count;
	if ((rc = vv_table_groups(t, &count, err)) < 0) return rc;
	l->count = (size_t)count;
	l->groups = vv_calloc(l->count + 1, sizeof(*l->groups));
	if (!l->groups) return vv_fail_nomem(err);
	if ((rc = read_data_list(l, err)) < 0 || (rc = read_layout_list(l, err)) < 0 ||
	    (rc = load_kept(l, err)) < 0) {
		return rc;
	}
	l->groups[0].line = vv_ragged_count_lines(t->root.dialect.prologue.data,
						  t->root.dialect.prologue.len) +
			    1;
	return vv_hand_over(out, &l);
}

static void forget_starts(vv_check_lines *l)
{
	for (size_t i = 0; l->groups && i < l->count; i++) {
		vv_free(l->groups[i].starts);
		l->groups[i].starts = NULL;
	}
	l->started = 0;
}

void vv_check_lines_close(vv_check_lines *l)
{
	if (!l) return;
	vv_batch_clear(&l->batch);
	vv_buf_clear(&l->raw);
	vv_arena_clear(&l->arena);
	forget_starts(l);
	vv_free_all(l->ends, l->groups, l);
}

void check_lines_give(vv_check_lines *l, uint64_t group, uint32_t newlines)
{
	if (group < l->count && l->groups[group].newlines == UNKNOWN) {
		l->groups[group].newlines = newlines;
	}
}

vv_status check_lines_keep(vv_check_lines *l, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	uint8_t bytes[4];
	vv_status rc;

	if (!l->cache || l->kept) return VV_OK;
	vv_array_each(l->groups, l->count, group) {
		vv_put_le32(bytes, group->newlines);
		vv_buf_put(&b, bytes, sizeof(bytes));
	}
	if ((rc = vv_buf_ok(&b, err)) == VV_OK) {
		rc = vv_check_cache_put(l->cache, "newlines", data_key(l->table), vv_buf_cstr(&b),
					b.len, err);
	}
	l->kept = rc == VV_OK;
	return rc;
}

/* Reads group i with its layout. */
static vv_status load_group(vv_check_lines *l, size_t i, vv_error *err)
{
	vv_auto(vv_table_reader) *r = NULL;
	vv_status rc = vv_table_reader_open(&r, l->table, NULL, 0, true, err);
	int more;

	if (rc == VV_OK && (rc = vv_table_seek_row(r, l->groups[i].first_row, err)) == VV_OK) {
		more = vv_table_read(r, &l->batch, err);
		if (more < 0) {
			rc = (vv_status)more;
		} else if (more == 0 || l->batch.rows != l->groups[i].rows) {
			rc = vv_fail(err, VV_ECORRUPT,
				     "the table is damaged: a row group is "
				     "missing");
		} else {
			rc = VV_OK;
		}
	}
	return rc;
}

static vv_status note_starts(vv_check_lines *l, line_group *g, const size_t *ends, vv_error *err)
{
	uint64_t line = 0;
	size_t at = 0;

	if (g->starts) return VV_OK;
	if (l->started + g->rows > STARTS_MAX) {
		forget_starts(l);
	}
	g->starts = vv_calloc(g->rows, sizeof(*g->starts));
	if (!g->starts) return vv_fail_nomem(err);
	l->started += g->rows;
	for (size_t r = 0; r < g->rows; r++) {
		const char *p = l->raw.data + at;
		size_t len = ends[r] - at;

		g->starts[r] = (uint32_t)(line +
					  vv_ragged_count_lines(
						  p, vv_forms_before(&l->table->root.dialect,
								     l->table->columns, p, len)));
		line += vv_ragged_count_lines(p, len);
		at = ends[r];
	}
	g->lines = (uint32_t)line;
	return VV_OK;
}

/* Writes group i out: where each row's own line begins, blank lines before it passed over. */
static vv_status write_out(vv_check_lines *l, size_t i, vv_error *err)
{
	vv_status rc;

	if (l->open == i) return VV_OK;
	l->open = SIZE_MAX;
	if ((rc = load_group(l, i, err)) < 0) return rc;
	size_t *ends = vv_realloc_array(l->ends, l->groups[i].rows, sizeof(*ends));
	if (!ends) return vv_fail_nomem(err);
	l->ends = ends;
	vv_buf_reset(&l->raw);
	if ((rc = vv_batch_lines(&l->raw, ends, l->table, &l->batch, i + 1 == l->count, err)) < 0 ||
	    (rc = vv_buf_ok(&l->raw, err)) < 0 ||
	    (rc = note_starts(l, &l->groups[i], ends, err)) < 0) {
		return rc;
	}
	l->open = i;
	return VV_OK;
}

/* The same where only the lines are requested. */
static vv_status find_starts(vv_check_lines *l, size_t i, vv_error *err)
{
	return l->groups[i].starts ? VV_OK : write_out(l, i, err);
}

static vv_status count_newlines(vv_check_lines *l, size_t i, vv_error *err)
{
	const size_t columns = l->table->columns;
	vv_status rc;

	l->open = SIZE_MAX;
	if ((rc = load_group(l, i, err)) < 0) return rc;
	l->groups[i].newlines = columns > 0 ? check_line_ends(l->batch.cells, 1,
							      columns * l->groups[i].rows)
					    : 0;
	return VV_OK;
}

/* Lines of group i. */
static vv_status measure_group(vv_check_lines *l, size_t i, uint64_t *out, vv_error *err)
{
	line_group *g = &l->groups[i];
	vv_status rc = VV_OK;

	if (g->raw) {
		rc = find_starts(l, i, err);
		*out = g->lines;
		return rc;
	}
	if (!vv_form_is_typed(l->table->root.dialect.form) && g->newlines == UNKNOWN) {
		rc = count_newlines(l, i, err);
	}
	*out = g->rows + (!vv_form_is_typed(l->table->root.dialect.form) ? g->newlines : 0u);
	return rc;
}

static size_t group_of(const vv_check_lines *l, uint64_t row)
{
	const size_t after = vv_first_place(i, l->count, l->groups[i].first_row <= row);

	return after > 0 ? after - 1 : 0;
}

static vv_status find_line(vv_check_lines *l, uint64_t row, uint64_t *line, vv_error *err)
{
	size_t i = group_of(l, row);
	line_group *g = &l->groups[i];
	vv_status rc = VV_OK;

	*line = 0;
	if (l->count == 0) return VV_OK;
	for (; l->counted < i; l->counted++) {
		uint64_t lines;

		if ((rc = measure_group(l, l->counted, &lines, err)) < 0) return rc;
		l->groups[l->counted + 1].line = l->groups[l->counted].line + lines;
	}
	if (!g->raw && !vv_form_is_typed(l->table->root.dialect.form) && g->newlines == UNKNOWN &&
	    (rc = count_newlines(l, i, err)) < 0) {
		return rc;
	}
	if (!g->raw && (g->newlines == 0 || vv_form_is_typed(l->table->root.dialect.form))) {
		*line = g->line + (row - g->first_row);
		return VV_OK;
	}
	if ((rc = find_starts(l, i, err)) == VV_OK && row - g->first_row < g->rows) {
		*line = g->line + g->starts[row - g->first_row];
	}
	return rc;
}

vv_status vv_check_line(vv_check_lines *l, uint64_t row, uint64_t *line, vv_error *err)
{
	vv_status rc = find_line(l, row, line, err);

	if (rc == VV_OK && l->mend && *line > 0) {
		*line = vv_mend_line(l->mend, *line);
	}
	return rc;
}

/* Adds the blank ones of some lines, of which the first is the file's line `line`. */
static uint64_t add_blank(const char *p, size_t len, uint64_t line, uint64_t found, uint64_t *lines,
			  size_t room)
{
	for (size_t at = 0, end; at < len; line++) {
		for (end = at; end < len && p[end] != '\n' && p[end] != '\r';) {
			end++;
		}
		if (end == at && found++ < room) {
			lines[found - 1] = line;
		}
		at = end + 1 + (end + 1 < len && p[end] == '\r' && p[end + 1] == '\n');
	}
	return found;
}

/* Blank lines of the open group: those before a row, and those after the last one. */
static uint64_t blank_lines(const vv_check_lines *l, size_t i, uint64_t *lines, size_t room)
{
	const line_group *g = &l->groups[i];
	uint64_t found = 0, line = g->line;
	size_t at = 0;

	for (size_t r = 0; r < g->rows; r++) {
		const char *p = l->raw.data + at;
		const size_t len = l->ends[r] - at,
			     before = vv_forms_before(&l->table->root.dialect, l->table->columns, p,
						      len);

		found = add_blank(p, before, line, found, lines, room);
		if (i + 1 == l->count && r + 1 == g->rows) {
			const size_t after = vv_forms_after(&l->table->root.dialect,
							    l->table->columns, p, before, len);

			found = add_blank(p + after, len - after,
					  line + vv_ragged_count_lines(p, after), found, lines,
					  room);
		}
		line += vv_ragged_count_lines(p, len);
		at = l->ends[r];
	}
	return found;
}

vv_status check_lines_blank(vv_check_lines *l, uint64_t *total, uint64_t *lines, size_t limit,
			    vv_error *err)
{
	vv_status rc = VV_OK;

	*total = 0;
	for (size_t i = 0; i < l->count && rc == VV_OK; i++) {
		size_t room = *total < limit ? limit - (size_t)*total : 0;
		uint64_t first;

		if (!l->groups[i].blank || vv_form_is_document(l->table->root.dialect.form)) {
			continue;
		}
		if ((rc = find_line(l, l->groups[i].first_row, &first, err)) == VV_OK &&
		    (rc = write_out(l, i, err)) == VV_OK) {
			*total += blank_lines(l, i, room > 0 ? lines + *total : NULL, room);
		}
	}
	for (size_t i = 0; l->mend && i < limit && i < *total; i++) {
		lines[i] = vv_mend_line(l->mend, lines[i]);
	}
	return rc;
}

uint64_t check_lines_other_ends(const vv_check_lines *l, uint64_t *row)
{
	*row = l->first_other;
	return l->other_ends;
}
