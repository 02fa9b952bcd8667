/*
 * excel_rows: pairs rows, and counts over the pairs.
 *
 * A spoiled key is found again by all spellings of the base's: rows with an unchanged key come first, so that 01 does
 * not take the row of 1. Of several rows with one key, the one with the most common cells is taken.
 */
#include "diff/spreadsheet/excel_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/format/group_compare.h"
#include "dataset/table/table.h"
#include "diff/rows/changed_groups.h"
#include "diff/spreadsheet/ansi.h"
#include "diff/spreadsheet/excel.h"

/* excel_in_place: groups of rows are compared column by column; of columns that are stored alike nothing is unpacked.
 *
 * Rows are the same where the key's columns are; without a key, where fewer than half of their cells differ.
 */

typedef struct excel_in_place {
	vv_table *base, *table;
	const vv_excel_column *columns; /* of the table */
	const vv_changed_groups *changed;
	size_t groups;     /* number of groups to read */
	const size_t *key; /* its columns in the table */
	size_t key_count;
	vv_excel *excel;
} excel_in_place;

typedef struct pass {
	const excel_in_place *o;
	vv_table_reader *old_reader, *reader;
	vv_batch old, now;
	uint8_t *marks;   /* of each row, for one column */
	uint32_t *differ; /* cells of each row */
	size_t marks_cap, differ_cap;
	vv_arena scratch;
} pass;

static void pass_clear(pass *p)
{
	vv_table_reader_close(p->old_reader);
	vv_table_reader_close(p->reader);
	vv_batch_clear(&p->old);
	vv_batch_clear(&p->now);
	vv_free_all(p->marks, p->differ);
	vv_arena_clear(&p->scratch);
}
VV_AUTO_CLEAR(pass, pass_clear)

static bool are_groups_in_place(const vv_changed_groups *g)
{
	return g->old_count == g->new_count &&
	       vv_find_place(i, g->old_count,
			     g->old_groups[i].row != g->new_groups[i].row ||
				     g->old_groups[i].rows != g->new_groups[i].rows) ==
		       g->old_count;
}

/* One column of the groups at hand. */
static vv_status look_at(bool *clean, pass *p, size_t column, vv_error *err)
{
	const size_t was = (size_t)p->o->columns[column].old;
	vv_cell a, b;

	memset(p->marks, 0, p->now.rows);
	vv_arena_reset(&p->scratch);
	vv_status rc = vv_group_compare_column(p->marks, &p->old.group, was, &p->now.group, column,
					       &p->scratch, err);
	for (size_t i = 0; i < p->now.rows && rc == VV_OK && *clean; i++) {
		if (!p->marks[i]) {
			continue;
		}
		*clean = !vv_array_has(p->o->key, p->o->key_count, column) &&
			 (p->o->key_count > 0 || 2 * ++p->differ[i] <= p->o->table->columns);
		if (!*clean || (rc = vv_batch_cell(&p->old, i, was, &a, err)) < 0 ||
		    (rc = vv_batch_cell(&p->now, i, column, &b, err)) < 0) {
			break;
		}
		*clean = vv_excel_damage(p->o->excel, &a, &b) <= VV_EXCEL_STYLE &&
			 !vv_display_could(&a, &b) && !vv_saved_encoding_could(&a, &b) &&
			 (b.len == 0 || vv_utf8_valid(b.text, b.len));
	}
	return rc;
}

static vv_status look_at_group(bool *clean, pass *p, uint64_t row, vv_error *err)
{
	int more;
	vv_status rc = VV_OK;

	if ((rc = vv_table_seek_row(p->old_reader, row, err)) < 0 ||
	    (rc = vv_table_seek_row(p->reader, row, err)) < 0) {
		return rc;
	}
	if ((more = vv_table_read_rows(p->old_reader, &p->old, err)) < 0 ||
	    (more = vv_table_read_rows(p->reader, &p->now, err)) < 0) {
		return (vv_status)more;
	}
	*clean = p->old.rows == p->now.rows && p->old.by_row && p->now.by_row;
	if (!vv_array_room_for(p->marks, 0, p->marks_cap, p->now.rows) ||
	    !vv_array_room_for(p->differ, 0, p->differ_cap, p->now.rows)) {
		return vv_fail_nomem(err);
	}
	memset(p->differ, 0, p->now.rows * sizeof(*p->differ));
	for (size_t i = 0; i < p->o->table->columns && rc == VV_OK && *clean; i++) {
		rc = p->o->columns[i].old < 0 ? VV_OK : look_at(clean, p, i, err);
	}
	return rc;
}

/* *out: the groups that differ have the same rows in place, and no cell that differs is one that Excel spoiled. False also
 * means that it is not known. Only what differs is decoded. */
static vv_status excel_is_clean_in_place(bool *out, const excel_in_place *o, vv_error *err)
{
	const vv_changed_groups *g = o->changed;
	vv_auto(pass) p = {.o = o};
	vv_status rc;

	*out = false;
	if (!are_groups_in_place(g)) return VV_OK;
	if ((rc = vv_table_reader_open(&p.old_reader, o->base, NULL, 0, false, err)) < 0 ||
	    (rc = vv_table_reader_open(&p.reader, o->table, NULL, 0, false, err)) < 0) {
		return rc;
	}
	*out = true;
	for (size_t i = 0; i < g->new_count && i < o->groups && *out && rc == VV_OK; i++) {
		rc = look_at_group(out, &p, g->new_groups[i].row, err);
	}
	return rc < 0 ? rc : vv_buf_ok(&o->excel->text, err);
}

#define KEY_MAX 8u         /* columns of a key; of more rows are paired in order */
#define SPELLINGS_MAX 4096 /* of a key of several columns */
#define WINDOW 64u         /* added or removed rows at one place */
#define SAME_KEY_MAX 64u   /* rows that are compared for one key */
#define UNKNOWN SIZE_MAX   /* how much two rows are alike */
#define FIRST_ROWS 10000u  /* that show the encoding before rows are paired */
#define LEARNED                                                                                    \
	20000u /* changed cells of a column, after which one in LEARNED_PART is learned from */
#define LEARNED_PART 16u
#define IN_VAIN_MAX                                                                                \
	64u /* after this many failed searches, only one in this many rows is
			    * searched */

typedef struct match {
	vv_excel_rows *r;
	uint64_t *old, *now; /* numbers of the rows that are looked at */
	size_t old_count, now_count;
	uint64_t *partner; /* of each of now: its place in old, or NO_ROW */
	bool *gone;        /* of each of old: it has no partner */
	size_t key_old[KEY_MAX], key[KEY_MAX], key_count;
	vv_hash_index index; /* of now by key */
	vv_excel parts[KEY_MAX];
	vv_buf key_text;
} match;

static vv_status list_rows(uint64_t **out, size_t *count, const vv_changed_group *g, size_t groups,
			   vv_error *err)
{
	size_t n = 0;

	for (size_t i = 0; i < groups; i++) {
		n += (size_t)g[i].rows;
	}
	if (!(*out = vv_calloc(n + 1, sizeof(**out)))) return vv_fail_nomem(err);
	for (size_t i = 0; i < groups; i++) {
		for (uint64_t k = 0; k < g[i].rows; k++) {
			(*out)[(*count)++] = g[i].row + k;
		}
	}
	return VV_OK;
}

/* --- columns ----------------------------------------------------------------------------------- */

static bool is_name(vv_excel *e, const vv_field *was, const vv_field *is)
{
	const vv_cell a = {.text = was->name, .len = (uint32_t)was->name_len},
		      b = {.text = is->name, .len = (uint32_t)is->name_len};

	return vv_excel_damage(e, &a, &b) != VV_EXCEL_NONE;
}

/* By their names, else the one at the same place with a name that Excel spoiled. */
static vv_status match_columns(vv_excel_rows *r, vv_error *err)
{
	const vv_schema *base = &r->base->schema, *is = &r->table->schema;

	r->columns = vv_calloc(is->count + 1, sizeof(*r->columns));
	if (!r->columns) return vv_fail_nomem(err);
	for (size_t i = 0; i < is->count; i++) {
		const vv_field *f = &is->fields[i];
		long at = vv_schema_find(base, f->name, f->name_len);

		if (at < 0 && i < base->count && is_name(&r->excel, &base->fields[i], f) &&
		    vv_schema_find(is, base->fields[i].name, base->fields[i].name_len) < 0) {
			at = (long)i;
		}
		r->columns[i].old = at;
	}
	return VV_OK;
}

/* The key of the base where both have its columns. */
static void find_key(match *m)
{
	const vv_excel_rows *r = m->r;
	const vv_root *root = &r->base->root;

	for (size_t k = 0; k < root->key_count && root->key_count <= KEY_MAX; k++) {
		const long old = vv_schema_find(&r->base->schema, root->key[k],
						strlen(root->key[k]));
		const size_t i = vv_find_place(c, r->table->columns,
					       old >= 0 && r->columns[c].old == old);

		if (i == r->table->columns) {
			m->key_count = 0;
			return;
		}
		m->key_old[m->key_count] = (size_t)old;
		m->key[m->key_count++] = i;
	}
}

/* --- likeness ---------------------------------------------------------------------------------- */

/* How many cells the rows have in common, spoiled or not. whole: 0 unless all are. */
static vv_status row_likeness(size_t *out, match *m, size_t old, size_t now, bool whole,
			      vv_error *err)
{
	vv_excel_rows *r = m->r;
	const vv_cell *a, *b;
	vv_status rc;

	*out = 0;
	if ((rc = vv_row_by_number_get(&r->old_rows, m->old[old], &a, err)) < 0 ||
	    (rc = vv_row_by_number_get(&r->rows, m->now[now], &b, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < r->table->columns; i++) {
		const long at = r->columns[i].old;

		if (at < 0) {
			continue;
		}
		if (vv_cell_equal(&a[at], &b[i]) ||
		    vv_excel_damage(&r->excel, &a[at], &b[i]) != VV_EXCEL_NONE) {
			++*out;
		} else if (whole) {
			*out = 0;
			break;
		}
	}
	return VV_OK;
}

static void pair_rows(match *m, size_t old, size_t now)
{
	m->partner[now] = old;
	m->gone[old] = false;
	m->r->paired++;
}

/* --- by key ------------------------------------------------------------------------------------ */

static void put_part(vv_buf *b, const void *text, size_t len)
{
	vv_buf_put(b, &len, sizeof(len));
	vv_buf_put(b, text, len);
}

static uint64_t hash_of(const match *m)
{
	return vv_xxh3_128(m->key_text.data, m->key_text.len, vv_hash_seed()).lo;
}

static vv_status index_keys(match *m, vv_error *err)
{
	const vv_cell *cells;
	vv_status rc;

	if (!vv_hash_index_reserve(&m->index, m->now_count)) return vv_fail_nomem(err);
	for (size_t i = 0; i < m->now_count; i++) {
		if ((rc = vv_row_by_number_get(&m->r->rows, m->now[i], &cells, err)) < 0) return rc;
		vv_buf_reset(&m->key_text);
		for (size_t k = 0; k < m->key_count; k++) {
			put_part(&m->key_text, cells[m->key[k]].text, cells[m->key[k]].len);
		}
		if ((rc = vv_buf_ok(&m->key_text, err)) < 0) return rc;
		if (!vv_hash_index_add(&m->index, hash_of(m), i)) return vv_fail_nomem(err);
	}
	return VV_OK;
}

static bool has_key(const match *m, const vv_cell *cells)
{
	const char *p = m->key_text.data;

	for (size_t k = 0; k < m->key_count; k++) {
		size_t len;

		memcpy(&len, p, sizeof(len));
		if (cells[m->key[k]].len != len ||
		    (len > 0 && memcmp(p + sizeof(len), cells[m->key[k]].text, len) != 0)) {
			return false;
		}
		p += sizeof(len) + len;
	}
	return true;
}

/* The free row with the key in key_text that is most like the old one. */
static vv_status look_up(match *m, size_t old, size_t *best, size_t *most, vv_error *err)
{
	vv_hash_probe p = vv_hash_probe_begin(&m->index, hash_of(m));
	const vv_cell *cells;
	size_t now, like = 0, seen = 0;
	vv_status rc;

	while (seen < SAME_KEY_MAX && vv_hash_probe_next(&p, &now)) {
		if (now == *best || m->partner[now] != VV_EXCEL_NO_ROW) {
			continue;
		}
		if ((rc = vv_row_by_number_get(&m->r->rows, m->now[now], &cells, err)) < 0) {
			return rc;
		}
		if (!has_key(m, cells)) {
			continue;
		}
		seen++;
		if (*best == SIZE_MAX) { /* mostly the only one */
			*best = now;
			*most = UNKNOWN;
			continue;
		}
		if ((*most == UNKNOWN &&
		     (rc = row_likeness(most, m, old, *best, false, err)) < 0) ||
		    (rc = row_likeness(&like, m, old, now, false, err)) < 0) {
			return rc;
		}
		if (like > *most || (like == *most && now < *best)) {
			*most = like;
			*best = now;
		}
	}
	return VV_OK;
}

/* Each spelling of the old row's key; spelled false: the key unchanged. */
static vv_status find_by_key(match *m, size_t old, bool spelled, vv_error *err)
{
	size_t best = SIZE_MAX, most = 0, at[KEY_MAX] = {0}, k;
	const vv_cell *cells;
	vv_status rc;

	for (size_t n = 0; n < SPELLINGS_MAX; n++) {
		if ((rc = vv_row_by_number_get(&m->r->old_rows, m->old[old], &cells, err)) < 0) {
			return rc;
		}
		vv_buf_reset(&m->key_text);
		for (k = 0; k < m->key_count; k++) {
			const vv_cell *c = &cells[m->key_old[k]];
			const vv_excel_spelling *s = &m->parts[k].items[at[k] - (at[k] > 0)];

			if (n == 0 && spelled) {
				vv_excel_spell(&m->parts[k], c->text ? c->text : "", c->len);
			}
			put_part(&m->key_text, at[k] == 0 ? c->text : m->parts[k].text.data + s->at,
				 at[k] == 0 ? c->len : s->len);
		}
		/* the unchanged key was looked up before */
		if ((rc = vv_buf_ok(&m->key_text, err)) < 0 ||
		    (n + !spelled > 0 && (rc = look_up(m, old, &best, &most, err)) < 0)) {
			return rc;
		}
		for (k = 0; k < m->key_count && spelled && at[k] == m->parts[k].count; k++) {
			at[k] = 0;
		}
		if (!spelled || k == m->key_count) {
			break;
		}
		at[k]++;
	}
	if (best != SIZE_MAX) {
		pair_rows(m, old, best);
	}
	return VV_OK;
}

/* Excel spoils columns, not cells: where many searches in a row found nothing there is mostly nothing to be found. */
static bool is_vain(size_t *in_vain)
{
	return (*in_vain)++ > IN_VAIN_MAX && *in_vain % IN_VAIN_MAX != 0;
}

static vv_status pair_by_key(match *m, vv_error *err)
{
	size_t in_vain = 0;
	vv_status rc = index_keys(m, err);

	for (int spelled = 0; spelled < 2; spelled++) {
		for (size_t i = 0; i < m->old_count && rc == VV_OK; i++) {
			if (!m->gone[i] || (spelled && !m->r->all_searched && is_vain(&in_vain))) {
				continue;
			}
			rc = find_by_key(m, i, spelled, err);
			in_vain = m->gone[i] ? in_vain : 0;
		}
	}
	for (size_t k = 0; k < m->key_count && rc == VV_OK; k++) {
		rc = vv_buf_ok(&m->parts[k].text, err);
	}
	return rc;
}

/* --- in order ---------------------------------------------------------------------------------- */

static vv_status is_whole(bool *out, match *m, size_t old, size_t now, vv_error *err)
{
	size_t like = 0;
	vv_status rc = old < m->old_count && now < m->now_count
			       ? row_likeness(&like, m, old, now, true, err)
			       : VV_OK;

	*out = like > 0;
	return rc;
}

/* How many rows were removed and added before the next two rows that match in all cells; both 0: there are none near. */
static vv_status resync_rows(match *m, size_t old, size_t now, size_t *gone, size_t *came,
			     vv_error *err)
{
	bool is = false;
	vv_status rc;

	*gone = *came = 0;
	for (size_t g = 1; g <= WINDOW; g++) {
		const size_t ways[3][2] = {{g, g}, {g, 0}, {0, g}};

		for (size_t w = 0; w < 3; w++) {
			if ((rc = is_whole(&is, m, old + ways[w][0], now + ways[w][1], err)) < 0) {
				return rc;
			}
			if (is) {
				*gone = ways[w][0];
				*came = ways[w][1];
				return VV_OK;
			}
		}
	}
	return VV_OK;
}

static vv_status pair_in_order(match *m, vv_error *err)
{
	size_t i = 0, k = 0, gone = 0, came = 0, like, in_vain = 0;
	bool is = false;
	vv_status rc;

	while (i < m->old_count && k < m->now_count) {
		if ((rc = is_whole(&is, m, i, k, err)) < 0) return rc;
		if (is) {
			pair_rows(m, i++, k++);
			continue;
		}
		gone = came = 0;
		if ((m->r->all_searched || !is_vain(&in_vain)) &&
		    (rc = resync_rows(m, i, k, &gone, &came, err)) < 0) {
			return rc;
		}
		in_vain = gone || came ? 0 : in_vain;
		if (gone == came) { /* changed where they are, as far as is known */
			if ((rc = row_likeness(&like, m, i, k, false, err)) < 0) return rc;
			if (like > 0 || gone > 0) {
				pair_rows(m, i, k);
			}
			i++;
			k++;
		}
		i += gone == came ? 0 : gone;
		k += gone == came ? 0 : came;
	}
	return VV_OK;
}

/* --- the file's encoding ------------------------------------------------------------------------ */

static vv_status learn_row(vv_excel_rows *r, uint64_t old, uint64_t now, vv_error *err)
{
	const vv_cell *a, *b;
	vv_status rc;

	if ((rc = vv_row_by_number_get(&r->old_rows, old, &a, err)) < 0 ||
	    (rc = vv_row_by_number_get(&r->rows, now, &b, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < r->table->columns && rc == VV_OK; i++) {
		const long at = r->columns[i].old;

		if (at >= 0 && !vv_cell_equal(&a[at], &b[i])) {
			rc = vv_saved_encoding_learn(r->encoding, &a[at], &b[i], err);
		}
	}
	return rc;
}

/* Rows at the same place, since a key may have letters, too. */
static vv_status learn_in_place(match *m, vv_error *err)
{
	const size_t count = m->old_count < m->now_count ? m->old_count : m->now_count;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < count && i < FIRST_ROWS && rc == VV_OK; i++) {
		rc = learn_row(m->r, m->old[i], m->now[i], err);
	}
	return rc;
}

static vv_status learn_pairs(vv_excel_rows *r, vv_error *err)
{
	vv_status rc = VV_OK;

	vv_array_each(r->pairs, r->count, p) {
		if (rc == VV_OK && p->old != VV_EXCEL_NO_ROW && p->row != VV_EXCEL_NO_ROW) {
			rc = learn_row(r, p->old, p->row, err);
		}
	}
	return rc;
}

/* windows-1252 is compared in any case. */
static void settle_encoding(vv_excel_rows *r)
{
	r->excel.encoding = NULL;
	if (vv_saved_encoding_found(r->encoding)) {
		r->excel.encoding = r->encoding;
	}
}

/* --- what Excel did ---------------------------------------------------------------------------- */

const vv_cell *vv_excel_rows_utf8(vv_excel_rows *r, vv_cell *room, const vv_cell *is)
{
	if (is->state != VV_CELL_TEXT || !vv_saved_encoding_is_of(r->encoding, is->text, is->len)) {
		return is;
	}
	vv_buf_reset(&r->room);
	if (!vv_saved_encoding_text(&r->room, r->encoding, is->text, is->len)) {
		vv_ansi_put(&r->room, is->text, is->len);
	}
	*room = *is;
	room->text = vv_buf_cstr(&r->room);
	room->len = (uint32_t)r->room.len;
	return room;
}

static vv_status learn_display(vv_excel_rows *r, vv_excel_column *c, const vv_cell *was,
			       const vv_cell *changed, vv_error *err)
{
	vv_cell room;
	const vv_cell *is = vv_excel_rows_utf8(r, &room, changed);

	/* many cells show the format: of more, a part is enough */
	if (c->learned++ > LEARNED && c->learned % LEARNED_PART != 0) return VV_OK;
	if (!c->display && !vv_display_could(was, is)) return VV_OK;
	if (!c->display && !(c->display = vv_display_new())) return vv_fail_nomem(err);
	vv_display_learn(c->display, was, is);
	return VV_OK;
}

static void keep_sample(vv_excel_column *c, vv_excel_kind k, const vv_cell *was, const vv_cell *is)
{
	if (c->spoiled[k]++ > 0) return;
	vv_buf_put(&c->was[k], was->text, was->len);
	vv_buf_put(&c->is[k], is->text, is->len);
}

static void count_spoiled(vv_excel_rows *r, vv_excel_column *c, const vv_cell *was,
			  const vv_cell *is)
{
	const vv_excel_kind k = vv_excel_damage(&r->excel, was, is);

	const vv_excel_spelling *s = &r->excel.was;

	c->ordered[k][s->order]++;
	r->ordered[s->order]++;
	r->sure[s->order] += s->sure;
	if (k != VV_EXCEL_NONE) {
		keep_sample(c, k, was, is);
	}
}

/* A cell for or against the column's format; displays that are nothing else are counted. */
static void count_display(vv_excel_rows *r, vv_excel_column *c, const vv_cell *was,
			  const vv_cell *is)
{
	vv_cell room;
	const vv_cell *text = vv_excel_rows_utf8(r, &room, is);

	if (vv_display_count(c->display, was, text) != VV_DISPLAY_NO &&
	    vv_excel_damage(&r->excel, was, is) == VV_EXCEL_NONE) {
		keep_sample(c, VV_EXCEL_DISPLAY, was, is);
	}
}

/* A file has one decimal mark: that of most numbers. */
static void settle_displays(vv_excel_rows *r)
{
	uint64_t points = 0, commas = 0;

	for (size_t i = 0; i < r->table->columns; i++) {
		vv_display *d = r->columns[i].display;
		uint64_t votes = 0;

		if (!d) {
			continue;
		}
		vv_display_settle(d, '\0');
		const char mark = vv_display_mark(d, &votes);
		points += mark == '.' ? votes : 0;
		commas += mark == ',' ? votes : 0;
	}
	r->mark = '\0';
	if (points != commas) {
		r->mark = points > commas ? '.' : ',';
	}
	for (size_t i = 0; i < r->table->columns; i++) {
		if (r->columns[i].display) {
			vv_display_settle(r->columns[i].display, r->mark);
		}
	}
}

/* A country has one order of day and month: that of most days after the 12th; if there are none, that of all cells, if there are
 * two. Cells of the other order are edits. */
static void find_order(vv_excel_rows *r)
{
	const bool sure = r->sure[VV_EXCEL_DAY] + r->sure[VV_EXCEL_MONTH] > 0;
	const uint64_t *n = sure ? r->sure : r->ordered;
	const bool day = n[VV_EXCEL_DAY] > n[VV_EXCEL_MONTH];
	const uint64_t most = n[day ? VV_EXCEL_DAY : VV_EXCEL_MONTH],
		       least = n[day ? VV_EXCEL_MONTH : VV_EXCEL_DAY];

	if (sure ? most == least : most < 2 || least > 0) return;
	r->excel.order = day ? VV_EXCEL_DAY : VV_EXCEL_MONTH;
	for (size_t i = 0; i < r->table->columns * VV_EXCEL_KINDS; i++) {
		vv_excel_column *c = &r->columns[i / VV_EXCEL_KINDS];

		c->spoiled[i % VV_EXCEL_KINDS] -=
			c->ordered[i % VV_EXCEL_KINDS][day ? VV_EXCEL_MONTH : VV_EXCEL_DAY];
	}
}

/* Counts an unchanged cell that Excel would have changed. */
static void count_kept(vv_excel_rows *r, vv_excel_column *c, const vv_cell *was)
{
	bool found[VV_EXCEL_KINDS] = {false};

	if (was->len == 0) return;
	vv_excel_spell(&r->excel, was->text, was->len);
	for (size_t i = 0; i < r->excel.count; i++) {
		found[r->excel.items[i].kind] |= !vv_excel_is(&r->excel, i, was->text, was->len);
	}
	/* where points part thousands, none is left before other digits */
	found[VV_EXCEL_GROUPS] |= memchr(was->text, '.', was->len) && found[VV_EXCEL_COMMA];
	for (size_t k = 0; k < VV_EXCEL_KINDS; k++) {
		c->kept[k] += found[k];
	}
}

/* Not by displays, which count_display compares with the unchanged cells. */
static bool is_spoiled(const vv_excel_column *c)
{
	return vv_find_place(k, VV_EXCEL_KINDS, k != VV_EXCEL_DISPLAY && c->spoiled[k] > 0) <
	       VV_EXCEL_KINDS;
}

/* Cells that differ come first: of most columns none of the others need be looked at. */
static vv_status count_cells(vv_excel_rows *r, bool kept, vv_error *err)
{
	const vv_cell *a, *b;
	vv_status rc;

	if (kept &&
	    !vv_array_find(r->columns, r->table->columns, it, is_spoiled(it) || it->display)) {
		return vv_buf_ok(&r->excel.text, err);
	}
	for (size_t i = 0; i < r->count; i++) {
		const vv_excel_pair *p = &r->pairs[i];

		if (p->old == VV_EXCEL_NO_ROW || p->row == VV_EXCEL_NO_ROW) {
			continue;
		}
		if ((rc = vv_row_by_number_get(&r->old_rows, p->old, &a, err)) < 0 ||
		    (rc = vv_row_by_number_get(&r->rows, p->row, &b, err)) < 0) {
			return rc;
		}
		for (size_t k = 0; k < r->table->columns; k++) {
			vv_excel_column *c = &r->columns[k];
			const vv_cell *was = c->old < 0 ? NULL : &a[c->old];

			if (was && kept && c->display) {
				count_display(r, c, was, &b[k]);
			}
			if (!was || vv_cell_equal(was, &b[k]) != kept) {
				continue;
			}
			if (kept) {
				if (is_spoiled(c)) {
					count_kept(r, c, was);
				}
				continue;
			}
			count_spoiled(r, c, was, &b[k]);
			if ((rc = learn_display(r, c, was, &b[k], err)) < 0) return rc;
		}
	}
	return vv_buf_ok(&r->excel.text, err);
}

/* The samples of spoiled cells. */
static vv_status samples_ok(const vv_excel_rows *r, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < r->table->columns * VV_EXCEL_KINDS && rc == VV_OK; i++) {
		const vv_excel_column *c = &r->columns[i / VV_EXCEL_KINDS];

		if ((rc = vv_buf_ok(&c->was[i % VV_EXCEL_KINDS], err)) == VV_OK) {
			rc = vv_buf_ok(&c->is[i % VV_EXCEL_KINDS], err);
		}
	}
	return rc;
}

static vv_status list_pairs(match *m, vv_error *err)
{
	vv_excel_rows *r = m->r;

	r->pairs = vv_calloc(m->now_count + m->old_count + 1, sizeof(*r->pairs));
	if (!r->pairs) return vv_fail_nomem(err);
	for (size_t i = 0; i < m->now_count; i++) {
		const uint64_t at = m->partner[i];

		r->pairs[r->count++] = (vv_excel_pair){
			at == VV_EXCEL_NO_ROW ? VV_EXCEL_NO_ROW : m->old[at], m->now[i]};
	}
	for (size_t i = 0; i < m->old_count; i++) {
		if (m->gone[i]) {
			r->pairs[r->count++] = (vv_excel_pair){m->old[i], VV_EXCEL_NO_ROW};
		}
	}
	return VV_OK;
}

static vv_status match_rows(match *m, size_t groups, vv_error *err)
{
	vv_excel_rows *r = m->r;
	const vv_changed_groups *g = &r->changed;
	const size_t a = groups && g->old_count > groups ? groups : g->old_count,
		     b = groups && g->new_count > groups ? groups : g->new_count;
	vv_status rc;

	r->all = a == g->old_count && b == g->new_count;
	if ((rc = list_rows(&m->old, &m->old_count, g->old_groups, a, err)) < 0 ||
	    (rc = list_rows(&m->now, &m->now_count, g->new_groups, b, err)) < 0) {
		return rc;
	}
	m->partner = vv_malloc((m->now_count + 1) * sizeof(*m->partner));
	m->gone = vv_malloc(m->old_count + 1);
	if (!m->partner || !m->gone) return vv_fail_nomem(err);
	memset(m->partner, 0xff, (m->now_count + 1) * sizeof(*m->partner));
	memset(m->gone, true, m->old_count + 1);
	if ((rc = learn_in_place(m, err)) < 0) return rc;
	settle_encoding(r);
	for (size_t k = 0; k < m->key_count; k++) {
		m->parts[k].encoding = r->excel.encoding;
	}
	rc = r->keyed ? pair_by_key(m, err) : pair_in_order(m, err);
	if (rc < 0 || (rc = list_pairs(m, err)) < 0 || (rc = learn_pairs(r, err)) < 0) return rc;
	settle_encoding(r);
	return VV_OK;
}

static void match_clear(match *m)
{
	if (!m) return;
	vv_free_all(m->old, m->now, m->partner, m->gone);
	vv_hash_index_clear(&m->index);
	for (size_t k = 0; k < KEY_MAX; k++) {
		vv_excel_clear(&m->parts[k]);
	}
	vv_buf_clear(&m->key_text);
	vv_free(m);
}
VV_AUTO_FREE(match, match_clear)

vv_status vv_excel_rows_open(vv_excel_rows **out, vv_table *base, vv_table *t, size_t groups,
			     vv_error *err)
{
	vv_auto(vv_excel_rows) *r = vv_calloc(1, sizeof(*r));
	vv_auto(match) *m = vv_calloc(1, sizeof(*m));
	bool clean = false;
	vv_status rc;

	*out = NULL;
	if (!r) return vv_fail_nomem(err);
	*r = (vv_excel_rows){.base = base, .table = t, .all_searched = groups == 0};
	vv_row_by_number_init(&r->old_rows, base, VV_ROW_GROUPS_MANY, false);
	vv_row_by_number_init(&r->rows, t, VV_ROW_GROUPS_MANY, false);
	if (!m) return vv_fail_nomem(err);
	m->r = r;
	if ((rc = vv_saved_encoding_new(&r->encoding, err)) < 0 ||
	    (rc = match_columns(r, err)) < 0 ||
	    (rc = vv_changed_groups_find(&r->changed, base, t, err)) < 0) {
		return rc;
	}
	find_key(m);
	r->keyed = m->key_count > 0;
	const excel_in_place in_place = {.base = base,
					 .table = t,
					 .columns = r->columns,
					 .changed = &r->changed,
					 .groups = groups,
					 .key = m->key,
					 .key_count = m->key_count,
					 .excel = &r->excel};
	if (groups > 0 && (rc = excel_is_clean_in_place(&clean, &in_place, err)) < 0) return rc;
	if (!clean &&
	    ((rc = match_rows(m, groups, err)) < 0 || (rc = count_cells(r, false, err)) < 0 ||
	     (find_order(r), settle_displays(r), rc = count_cells(r, true, err)) < 0 ||
	     (rc = samples_ok(r, err)) < 0)) {
		return rc;
	}
	return vv_hand_over(out, &r);
}

void vv_excel_rows_close(vv_excel_rows *r)
{
	if (!r) return;
	for (size_t i = 0; r->columns && i < r->table->columns; i++) {
		vv_display_free(r->columns[i].display);
		for (size_t k = 0; k < VV_EXCEL_KINDS; k++) {
			vv_buf_clear_all(&r->columns[i].was[k], &r->columns[i].is[k]);
		}
	}
	vv_row_by_number_close(&r->old_rows);
	vv_row_by_number_close(&r->rows);
	vv_excel_clear(&r->excel);
	vv_saved_encoding_free(r->encoding);
	vv_buf_clear(&r->room);
	vv_changed_groups_clear(&r->changed);
	vv_free_all(r->columns, r->pairs, r);
}

bool vv_excel_column_is(const vv_excel_column *c, vv_excel_kind k)
{
	if (k == VV_EXCEL_DISPLAY) {
		return c->spoiled[k] > 0 && vv_display_proven(c->display);
	}
	if (k == VV_EXCEL_GROUPS) return c->spoiled[k] > 1 && c->kept[k] == 0;
	return c->spoiled[k] > c->kept[k];
}

bool vv_excel_column_put(vv_buf *out, const vv_excel_column *c, bool all)
{
	bool any = false;

	for (size_t k = VV_EXCEL_STYLE + 1; k < VV_EXCEL_KINDS; k++) {
		if (!vv_excel_column_is(c, (vv_excel_kind)k)) {
			continue;
		}
		vv_buf_printf(out, "%s%s in %s%s (%s -> ", any ? ", " : "",
			      vv_excel_words((vv_excel_kind)k),
			      vv_text_counted(c->spoiled[k], "cell", NULL), all ? "" : " or more",
			      vv_text_show(vv_buf_cstr(&c->was[k]), c->was[k].len));
		vv_buf_printf(out, "%s)", vv_text_show(vv_buf_cstr(&c->is[k]), c->is[k].len));
		any = true;
	}
	return any;
}

#define FIRST_GROUPS 8u /* that differ and are read */

vv_status vv_excel_damage_put(vv_buf *out, vv_table *base, vv_table *t, vv_error *err)
{
	vv_auto(vv_excel_rows) *r = NULL;
	vv_status rc;

	if (vv_form_is_typed(base->root.dialect.form) || vv_form_is_typed(t->root.dialect.form)) {
		return VV_OK;
	}
	if ((rc = vv_excel_rows_open(&r, base, t, FIRST_GROUPS, err)) < 0) return rc;
	for (size_t i = 0; i < t->columns; i++) {
		const vv_field *f = &t->schema.fields[i];
		vv_auto(vv_buf) what = VV_BUF_FOR(out);

		if (vv_excel_column_put(&what, &r->columns[i], r->all)) {
			vv_buf_printf(out, "column %s: %s\n", vv_text_name(f->name, f->name_len),
				      vv_buf_cstr(&what));
		}
	}
	return vv_buf_ok(out, err);
}
