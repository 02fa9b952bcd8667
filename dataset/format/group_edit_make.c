/*
 * group_edit_make: finds the rows of one row group again in another, and writes what changed.
 *
 * Rows are known by hashes of their cells. Correctness does not depend on the hashes: a column that
 * its edits do not reproduce is stored whole, and the edits are applied as a test before use.
 */
#include "dataset/format/group_edit.h"

#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/sys.h"
#include "dataset/format/group_edit_internal.h"
#include "dataset/format/group_internal.h"

/* Beyond that, finding rows costs more than it may save. */
#define CELLS_MAX (256u << 10)
#define NONE VV_NOT_RISING
#define IN_PLACE 16u /* less than this part of the rows differs */

/* A group and the hashes of its cells and rows. */
typedef struct side {
	vv_group g;
	uint64_t **cell; /* of each column; NULL: its cells do not distinguish rows */
	uint64_t *row;
} side;

typedef struct making {
	side base, raw;
	bool in_place; /* which row is which need not be found */
	uint32_t *of; /* for each row of raw: the row of base that it is, changed or not; or NONE */
	uint32_t *touched; /* the rows of raw that are new or changed */
	size_t touched_count;
	edit_plan plan;
	vv_arena arena, scratch;
} making;

static void making_clear(making *m)
{
	vv_group_close(&m->base.g);
	vv_group_close(&m->raw.g);
	vv_arena_clear(&m->arena);
	vv_arena_clear(&m->scratch);
}
VV_AUTO_CLEAR(making, making_clear)

static const uint8_t *column_of(const side *s, size_t c, const uint8_t **end)
{
	*end = s->g.column[c] + s->g.column_len[c];
	return s->g.column[c];
}

/* ---- hashes ---- */

/* The values, after the first byte and the one state of all cells, if present. */
static const uint8_t *values_of(const uint8_t *column)
{
	return column + 1 + (*column >> 4 == GROUP_ONE_STATE);
}

/* Is the column long enough for the bytes read here? */
static bool has_head(const side *s, size_t c)
{
	const uint8_t *p = s->g.column[c];

	return *p >> 4 <= GROUP_ONE_STATE &&
	       s->g.column_len[c] >=
		       (group_is_number(*p & 15) ? 4u : 1u) + (*p >> 4 == GROUP_ONE_STATE);
}

/* Can cells of both be compared in encoded form? */
static bool are_alike(const making *m, size_t c)
{
	const uint8_t *a = m->base.g.column[c], *b = m->raw.g.column[c];
	const int x = *a & 15, y = *b & 15;

	if (!has_head(&m->base, c) || !has_head(&m->raw, c) || *a >> 4 != *b >> 4 ||
	    (*a >> 4 == GROUP_ONE_STATE && a[1] != b[1])) {
		return false;
	}
	return group_is_number(x)
		       ? x == y && (!group_has_scale(x) || values_of(a)[1] == values_of(b)[1])
		       : !group_is_number(y);
}

/* Are they the same bytes, so that each row has the cell that is at its place in base? */
static bool are_same(const making *m, size_t c)
{
	const size_t len = m->raw.g.column_len[c];

	return m->base.g.rows == m->raw.g.rows && len == m->base.g.column_len[c] &&
	       memcmp(m->raw.g.column[c], m->base.g.column[c], len) == 0;
}

static bool hash_numbers(uint64_t *out, const side *s, size_t c, vv_arena *scratch)
{
	const uint8_t *end, *p = column_of(s, c, &end);
	group_numbers n;
	const uint64_t *v;

	if (!group_numbers_open(&n, values_of(p), end, s->g.rows, *p & 15) ||
	    !(v = group_numbers_join(&n, scratch))) {
		return false;
	}
	for (size_t r = 0; r < s->g.rows; r++) {
		out[r] = n.empty && n.empty[r] ? 1 : *v++ * 0x9e3779b97f4a7c15u + 2;
	}
	return true;
}

static bool hash_texts(uint64_t *out, const side *s, size_t c, vv_arena *scratch)
{
	const uint8_t *end, *p = column_of(s, c, &end), *index;
	vv_cell *cells = vv_arena_alloc(scratch, (s->g.rows + GROUP_DICT_MAX) * sizeof(*cells));
	uint64_t known[GROUP_DICT_MAX], count;
	group_reading in = {.p = values_of(p),
			    .end = end,
			    .cells = cells,
			    .stride = 1,
			    .count = s->g.rows,
			    .arena = scratch,
			    .column = c};

	if (!cells) return false;
	if ((*p & 15) == GROUP_DICT) {
		if (group_open_dict(&in, cells, &count, &index, NULL) < 0) return false;
		for (size_t k = 0; k < count; k++) {
			known[k] = vv_xxh3(cells[k].text, cells[k].len, 0);
		}
		for (size_t r = 0; r < s->g.rows; r++) {
			if (index[r] >= count) return false;
			out[r] = known[index[r]];
		}
		return true;
	}
	if (vv_group_column(&s->g, c, cells, 1, scratch, NULL) < 0) return false;
	for (size_t r = 0; r < s->g.rows; r++) {
		out[r] = r > 0 && cells[r].text == cells[r - 1].text &&
					 cells[r].len == cells[r - 1].len
				 ? out[r - 1]
				 : vv_xxh3(cells[r].text, cells[r].len, 0);
	}
	return true;
}

/* False: out of memory, or damage. */
static bool hash_column(making *m, side *s, size_t c)
{
	uint64_t *cell = vv_arena_alloc(&m->arena, s->g.rows * sizeof(*cell));
	bool done = cell &&
		    (group_is_number(*s->g.column[c] & 15) ? hash_numbers(cell, s, c, &m->scratch)
							   : hash_texts(cell, s, c, &m->scratch));

	vv_arena_reset(&m->scratch);
	s->cell[c] = cell;
	return done;
}

static void mix_into_rows(side *s, const uint64_t *cell)
{
	for (size_t r = 0; r < s->g.rows; r++) {
		s->row[r] = (s->row[r] ^ cell[r]) * 0xc2b2ae3d27d4eb4fu;
		s->row[r] ^= s->row[r] >> 29;
	}
}

/* Those columns that can be compared and are, or are not, the same in both. */
static bool hash_columns(making *m, bool same)
{
	for (size_t c = 0; c < m->base.g.columns; c++) {
		if (!are_alike(m, c) || are_same(m, c) != same) {
			continue;
		}
		if (!hash_column(m, &m->base, c)) return false;
		if (same) {
			m->raw.cell[c] = m->base.cell[c];
		} else if (!hash_column(m, &m->raw, c)) {
			return false;
		}
		mix_into_rows(&m->base, m->base.cell[c]);
		mix_into_rows(&m->raw, m->raw.cell[c]);
	}
	return true;
}

/* Do so few rows differ from those at their places in base that all are where they were? */
static bool are_in_place(const making *m)
{
	size_t count = 0;

	for (size_t r = 0; r < m->raw.g.rows && r < m->base.g.rows; r++) {
		count += m->raw.row[r] != m->base.row[r];
	}
	return m->raw.g.rows == m->base.g.rows && count <= 1 + m->raw.g.rows / IN_PLACE;
}

/* Columns that are the same in both have a part in which row is which only if rows may have moved. */
static bool hash_all(making *m)
{
	side *sides[2] = {&m->base, &m->raw};

	for (int i = 0; i < 2; i++) {
		side *s = sides[i];

		s->cell = vv_arena_calloc(&m->arena, s->g.columns, sizeof(*s->cell));
		s->row = vv_arena_calloc(&m->arena, s->g.rows + 1, sizeof(*s->row));
		if (!s->cell || !s->row) return false;
	}
	return hash_columns(m, false) && ((m->in_place = are_in_place(m)) || hash_columns(m, true));
}

/* ---- which row is which ---- */

/* Rows with this hash on one side: none, one, or more. */
typedef struct slot {
	uint64_t hash;
	uint32_t row; /* of base; NONE: free */
	bool many;
} slot;

static slot *slot_of(slot *slots, size_t mask, uint64_t hash)
{
	size_t at = (size_t)(hash ^ hash >> 32) & mask;

	while (slots[at].row != NONE && slots[at].hash != hash) {
		at = (at + 1) & mask;
	}
	return &slots[at];
}

/* For rows of raw from..to the only row of base with the same hash, or NONE. */
static bool find_only(making *m, size_t from, size_t to, size_t base_from, size_t base_to)
{
	size_t size = 16;

	while (size < 2 * (base_to - base_from)) {
		size *= 2;
	}
	slot *slots = vv_arena_alloc(&m->scratch, size * sizeof(*slots));
	if (!slots) return false;
	for (size_t i = 0; i < size; i++) {
		slots[i].row = NONE;
	}
	for (size_t r = base_from; r < base_to; r++) {
		slot *s = slot_of(slots, size - 1, m->base.row[r]);

		s->many = s->row != NONE;
		s->hash = m->base.row[r];
		s->row = (uint32_t)r;
	}
	for (size_t r = from; r < to; r++) {
		const slot *s = slot_of(slots, size - 1, m->raw.row[r]);

		m->of[r] = s->row != NONE && !s->many ? s->row : NONE;
	}
	return true;
}

/* How many cells of a row of raw are those of a row of base. */
static size_t cells_in_common(const making *m, size_t r, size_t b)
{
	size_t same = 0;

	for (size_t c = 0; c < m->raw.g.columns; c++) {
		same += !m->raw.cell[c] || m->raw.cell[c][r] == m->base.cell[c][b];
	}
	return same;
}

#define LOOK_AHEAD 4u /* rows of base that a changed row may be */

/* Between two rows that are found: equal ones at the ends, and those that changed a little. */
static void match_between(making *m, size_t from, size_t to, size_t base_from, size_t base_to)
{
	while (from < to && base_from < base_to && m->raw.row[from] == m->base.row[base_from]) {
		m->of[from++] = (uint32_t)base_from++;
	}
	while (from < to && base_from < base_to && m->raw.row[to - 1] == m->base.row[base_to - 1]) {
		m->of[--to] = (uint32_t)--base_to;
	}
	for (; from < to; from++) {
		size_t best = m->raw.g.columns / 2, at = NONE;

		for (size_t b = base_from; b < base_to && b < base_from + LOOK_AHEAD; b++) {
			size_t same = cells_in_common(m, from, b);

			if (same > best) {
				best = same;
				at = b;
			}
		}
		if (at != NONE) {
			m->of[from] = (uint32_t)at;
			base_from = at + 1;
		}
	}
}

static bool match_rows(making *m)
{
	const size_t rows = m->raw.g.rows, base_rows = m->base.g.rows;
	size_t from = 0, to = rows, base_to = base_rows, next = 0, base_next = 0;

	m->of = vv_arena_alloc(&m->arena, rows * sizeof(*m->of));
	if (!m->of) return false;
	memset(m->of, 0xff, rows * sizeof(*m->of));
	for (size_t r = 0; m->in_place && r < rows; r++) {
		if (m->raw.row[r] == m->base.row[r] ||
		    cells_in_common(m, r, r) > m->raw.g.columns / 2) {
			m->of[r] = (uint32_t)r;
		}
	}
	if (m->in_place) return true;
	while (from < to && from < base_to && m->raw.row[from] == m->base.row[from]) {
		m->of[from] = (uint32_t)from;
		from++;
	}
	while (to > from && base_to > from && m->raw.row[to - 1] == m->base.row[base_to - 1]) {
		m->of[--to] = (uint32_t)--base_to;
	}
	if (!find_only(m, from, to, from, base_to) ||
	    !vv_array_keep_rising(m->of + from, to - from)) {
		return false;
	}
	for (size_t r = 0; r <= rows; r++) {
		if (r < rows && m->of[r] == NONE) {
			continue;
		}
		match_between(m, next, r, base_next, r < rows ? m->of[r] : base_rows);
		next = r + 1;
		base_next = r < rows ? m->of[r] + 1u : base_rows;
	}
	vv_arena_reset(&m->scratch);
	return true;
}

/* ---- writing ---- */

/* Writes the runs between kept rows; returns whether at least half of the rows are kept. */
static bool plan_runs(making *m, vv_buf *out)
{
	const size_t rows = m->raw.g.rows, base_rows = m->base.g.rows;
	edit_plan *plan = &m->plan;
	size_t kept = 0, keep = 0, b = 0, r = 0;

	plan->base_rows = base_rows;
	plan->rows = rows;
	plan->runs = vv_arena_alloc(&m->arena, (rows + 1) * sizeof(*plan->runs));
	m->touched = vv_arena_alloc(&m->arena, (rows + 1) * sizeof(*m->touched));
	if (!plan->runs || !m->touched) return false;
	for (size_t i = 0; i < rows; i++) {
		m->touched[m->touched_count] = (uint32_t)i;
		m->touched_count += m->of[i] == NONE || m->raw.row[i] != m->base.row[m->of[i]];
	}
	while (r < rows || b < base_rows) {
		if (r < rows && m->of[r] == b) {
			keep++;
			kept++;
			r++;
			b++;
			continue;
		}
		edit_run run = {.keep = keep};
		while (r < rows && m->of[r] == NONE) {
			r++;
			run.add++;
		}
		run.drop = (r < rows ? m->of[r] : base_rows) - b;
		b += run.drop;
		plan->in += run.add;
		plan->runs[plan->count++] = run;
		keep = 0;
	}
	vv_buf_put_varint(out, plan->count);
	for (size_t i = 0; i < plan->count; i++) {
		vv_buf_put_varint(out, plan->runs[i].keep);
		vv_buf_put_varint(out, plan->runs[i].drop);
		vv_buf_put_varint(out, plan->runs[i].add);
	}
	return kept >= (rows + 1) / 2;
}

/* A column of raw, prepared to write the values of rows. */
typedef struct giving {
	int encoding;
	group_numbers n;
	const uint64_t *value; /* of numbers, for each row */
	uint64_t base;         /* of numbers, after a head of the edits */
	vv_cell *cells;        /* of texts */
	vv_cell known[GROUP_DICT_MAX];
	uint64_t known_count; /* base's dictionary */
} giving;

static bool give_numbers(making *m, giving *g, size_t c)
{
	const uint8_t *end, *p = column_of(&m->raw, c, &end);
	const size_t rows = m->raw.g.rows;
	uint64_t *value = vv_arena_alloc(&m->scratch, rows * sizeof(*value));
	const uint64_t *v;

	if (!value || !group_numbers_open(&g->n, values_of(p), end, rows, g->encoding) ||
	    !(v = group_numbers_join(&g->n, &m->scratch))) {
		return false;
	}
	for (size_t r = 0; r < rows; r++) {
		value[r] = g->n.empty && g->n.empty[r] ? 0 : *v++;
	}
	g->value = value;
	return true;
}

static bool give_texts(making *m, giving *g, size_t c)
{
	const uint8_t *end, *p = column_of(&m->base, c, &end), *index;
	group_reading in = {.p = values_of(p),
			    .end = end,
			    .count = m->base.g.rows,
			    .arena = &m->scratch,
			    .column = c};

	g->cells = vv_arena_alloc(&m->scratch, m->raw.g.rows * sizeof(*g->cells));
	return g->cells && vv_group_column(&m->raw.g, c, g->cells, 1, &m->scratch, NULL) == VV_OK &&
	       (g->encoding != GROUP_DICT ||
		group_open_dict(&in, g->known, &g->known_count, &index, NULL) == VV_OK);
}

static void put_number(vv_buf *out, const giving *g, size_t row)
{
	const group_numbers *n = &g->n;
	uint64_t v = g->value[row], before = g->base;

	if (n->empty) {
		vv_buf_putc(out, n->empty[row]);
		if (n->empty[row]) return;
	}
	if (n->flags & GROUP_DELTAS) {
		if (row > 0 && !(n->empty && n->empty[row - 1])) {
			before = g->value[row - 1];
		}
		vv_buf_put_varint(out, group_zigzag((int64_t)(v - before)));
		return;
	}
	v -= n->base;
	for (unsigned j = 0; j < n->width; j++) {
		vv_buf_putc(out, (int)(v >> (8 * j) & 0xff));
	}
}

static void put_text(vv_buf *out, const giving *g, size_t row)
{
	const vv_cell *text = &g->cells[row];

	for (size_t k = 0; g->encoding == GROUP_DICT && k < g->known_count; k++) {
		if (g->known[k].len == text->len &&
		    memcmp(g->known[k].text, text->text, text->len) == 0) {
			vv_buf_putc(out, (int)k);
			return;
		}
	}
	if (g->encoding == GROUP_DICT) {
		vv_buf_putc(out, EDIT_NEW_TEXT);
	}
	vv_buf_put_varint(out, text->len);
	vv_buf_put(out, text->text, text->len);
}

/* Has a row that is one of base's another cell in this column? */
static bool is_changed(const making *m, size_t c, size_t r)
{
	return m->raw.cell[c] && m->raw.cell[c][r] != m->base.cell[c][m->of[r]];
}

/* The rows whose cell in this column changed, and then all values by row. */
static unsigned put_values(const making *m, const giving *g, size_t c, bool head, vv_buf *out)
{
	const uint32_t *rows = m->touched, *end = rows + m->touched_count;
	size_t changed = 0, last = 0;

	for (const uint32_t *p = rows; p < end; p++) {
		changed += m->of[*p] != NONE && is_changed(m, c, *p);
	}
	if (changed > 0) {
		vv_buf_put_varint(out, changed);
	}
	for (const uint32_t *p = rows; changed > 0 && p < end; p++) {
		const size_t r = *p;

		if (m->of[r] != NONE && is_changed(m, c, r)) {
			vv_buf_put_varint(out, r - last);
			last = r;
		}
	}
	if (head) {
		vv_buf_putc(out, g->n.flags);
		vv_buf_putc(out, (int)g->n.width);
		vv_buf_put_varint(out, group_zigzag((int64_t)g->n.base));
	}
	for (const uint32_t *p = rows; p < end; p++) {
		if (m->of[*p] != NONE && !is_changed(m, c, *p)) {
			continue;
		}
		if (group_is_number(g->encoding)) {
			put_number(out, g, *p);
		} else {
			put_text(out, g, *p);
		}
	}
	return (changed > 0 ? EDIT_PATCHES : 0u) | (head ? EDIT_HEAD : 0u);
}

/* A column of which some values are to be given. */
static bool put_given(making *m, size_t c, vv_buf *out, unsigned *mode)
{
	const uint8_t *base = m->base.g.column[c], *raw = m->raw.g.column[c];
	const uint8_t *ends = base + m->base.g.column_len[c];
	giving g = {.encoding = *raw & 15};
	bool head = false;

	if (group_is_number(g.encoding)) {
		group_numbers n;

		if (!give_numbers(m, &g, c) ||
		    !group_numbers_open(&n, values_of(base), ends, m->base.g.rows, g.encoding)) {
			return false;
		}
		head = n.flags != g.n.flags || n.width != g.n.width ||
		       (!(n.flags & GROUP_DELTAS) && n.base != g.n.base);
		g.base = head ? g.n.base : n.base;
	} else if (!give_texts(m, &g, c)) {
		return false;
	}
	*mode = put_values(m, &g, c, head, out);
	return true;
}

/* Tries to write the column by rows; false if impossible. */
static bool put_by_rows(making *m, size_t c, vv_buf *out, unsigned *mode)
{
	const uint8_t *base = m->base.g.column[c], *raw = m->raw.g.column[c];

	*mode = 0;
	if (*base != *raw || !are_alike(m, c)) return false;
	if ((*raw & 15) == GROUP_CONST || (m->plan.count == 0 && are_same(m, c))) return true;
	return put_given(m, c, out, mode);
}

/* Is the column of raw what these edits make of base's? */
static bool makes_column(making *m, size_t c, unsigned mode, const vv_buf *edits, vv_buf *made)
{
	edit_column e = {.plan = &m->plan,
			 .base = &m->base.g,
			 .column = c,
			 .mode = mode,
			 .p = (const uint8_t *)edits->data,
			 .end = (const uint8_t *)edits->data + edits->len,
			 .arena = &m->scratch};

	vv_buf_reset(made);
	return edit_column_apply(&e, made, NULL) == VV_OK && e.p == e.end &&
	       made->len == m->raw.g.column_len[c] &&
	       memcmp(made->data, m->raw.g.column[c], made->len) == 0;
}

static void put_columns(making *m, vv_buf *out)
{
	vv_auto(vv_buf) values = VV_BUF_FOR(out), part = VV_BUF_FOR(out), made = VV_BUF_INIT,
			modes = VV_BUF_FOR(out);
	size_t count = 0, next = 0;

	for (size_t c = 0; c < m->raw.g.columns; c++) {
		unsigned mode;

		vv_buf_reset(&part);
		(void)vv_buf_reserve(&part, 16); /* there is something to point to */
		if (!put_by_rows(m, c, &part, &mode) || part.failed ||
		    !makes_column(m, c, mode, &part, &made)) {
			mode = EDIT_LITERAL;
			vv_buf_reset(&part);
			vv_buf_put_varint(&part, m->raw.g.column_len[c]);
			vv_buf_put(&part, m->raw.g.column[c], m->raw.g.column_len[c]);
		}
		vv_arena_reset(&m->scratch);
		if (mode != 0) {
			vv_buf_put_varint(&modes, c - next);
			vv_buf_putc(&modes, (int)mode);
			next = c + 1;
			count++;
		}
		vv_buf_put(&values, part.data, part.len);
	}
	vv_buf_put_varint(out, count);
	vv_buf_put(out, modes.data, modes.len);
	vv_buf_put(out, values.data, values.len);
}

static bool may_do(const side *base, const side *raw)
{
	return base->g.columns == raw->g.columns && base->g.columns > 0 &&
	       base->g.rows * base->g.columns <= CELLS_MAX &&
	       raw->g.rows * raw->g.columns <= CELLS_MAX;
}

static bool gives_raw(const vv_buf *edits, const void *raw, size_t len, const void *base,
		      size_t base_len)
{
	vv_auto_free void *made = vv_malloc(len);
	return made &&
	       vv_group_edit_apply(made, len, base, base_len, edits->data, edits->len, NULL) ==
		       VV_OK &&
	       memcmp(made, raw, len) == 0;
}

vv_status vv_group_edit_make(vv_buf *out, const void *raw, size_t len, const void *base,
			     size_t base_len, vv_error *err)
{
	vv_auto(making) m = {0};

	vv_buf_reset(out);
	if (vv_group_open(&m.base.g, base, base_len, NULL) < 0) return VV_OK;
	const bool planned = vv_group_open(&m.raw.g, raw, len, NULL) == VV_OK &&
			     may_do(&m.base, &m.raw) && hash_all(&m) && match_rows(&m) &&
			     plan_runs(&m, out);
	if (planned) {
		put_columns(&m, out);
	}
	if (out->failed) return vv_fail_nomem(err);
	if (!planned || !gives_raw(out, raw, len, base, base_len)) {
		vv_buf_reset(out);
	}
	return VV_OK;
}
