/*
 * group_lines: writes lines from columns, most without a look at single cells.
 *
 * Columns are decoded one after the other, each into a run of slots where its texts are
 * short, else of cells; then rows are put together from all runs at once. Sixteen bytes are copied
 * for each cell, whatever its length: the next cell overwrites what was too much.
 */
#include "dataset/format/group_lines.h"

#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/sys.h"
#include "dataset/format/form.h"
#include "dataset/format/group_internal.h"
#include "dataset/format/row_write.h"
#include "dataset/format/simd.h"

/* group_slots: which columns all are in their lines in one way, and put their cells there
 * ready to be copied.
 */

/* The dialect's style for all columns; habit is the column's own. */
typedef struct group_slot_style {
	vv_mark_set set;
	vv_quoting habit;
} group_slot_style;

/* A shared value that is written already. False: too long. */
static bool value_slot(group_slot *slot, const vv_cell *value, const vv_mark_set *set)
{
	if (value->len + 1 > GROUP_SLOT_TEXT) return false;
	if (value->len > 0) {
		memcpy(slot->text, value->text, value->len);
	}
	slot->text[value->len] = (char)set->delimiter;
	slot->len = (uint8_t)(value->len + 1);
	return true;
}

static vv_status const_slots(group_reading *in, group_slot *slots, const vv_mark_set *set,
			     bool *fits, vv_error *err)
{
	vv_cell value;
	group_slot one = {{0}, 0};
	vv_status rc = group_read_const(in, &value, err);

	if (rc < 0) return rc;
	*fits = value_slot(&one, &value, set);
	for (size_t i = 0; i < in->count && *fits; i++) {
		slots[i] = one;
	}
	return VV_OK;
}

static vv_status dict_slots(group_reading *in, group_slots *slots, const vv_mark_set *set,
			    bool *fits, vv_error *err)
{
	vv_cell value[GROUP_DICT_MAX + 1];
	uint64_t count;
	vv_status rc;

	slots->slot += in->count;
	if ((rc = group_open_dict(in, value, &count, &slots->index, err)) < 0 ||
	    (rc = group_map_values(in, value, count, err)) < 0) {
		return rc;
	}
	*fits = true;
	for (size_t k = 0; k < count && *fits; k++) {
		*fits = value_slot(&slots->slot[k], &value[k], set);
	}
	return group_greatest(slots->index, in->count) < count
		       ? VV_OK
		       : group_bad(in, "a row refers to a value that does not exist", err);
}

/* The texts of a column and their lengths: a byte each, or (lens NULL) all the same. False: neither,
 * or damaged. */
static bool find_texts(const group_reading *in, const char **text, const uint8_t **lens,
		       size_t *len, size_t *sum)
{
	const uint8_t *p = in->p, *end = in->end;
	uint64_t equal;

	*lens = NULL;
	*sum = 0;
	if (p == end) return false;
	if (*p == GROUP_LEN_BYTES && (size_t)(end - p) > in->count) {
		*lens = p + 1;
		p += 1 + in->count;
		for (size_t i = 0; i < in->count; i++) {
			*sum += (*lens)[i];
			*len = (*lens)[i] > *len ? (*lens)[i] : *len;
		}
	} else if (*p == GROUP_LEN_EQUAL) {
		p++;
		if (!vv_varint_read(&p, end, &equal) || equal > GROUP_SLOT_TEXT) return false;
		*len = (size_t)equal;
		*sum = *len * in->count;
	}
	*text = (const char *)p;
	return *sum == (size_t)(end - p);
}

/* Leaves damaged or long texts, and any to be escaped, to the cells. */
static void text_slots(group_reading *in, group_slot *slots, const group_slot_style *style,
		       const group_slot_form *form, bool *fits)
{
	const bool each = style->set.quotes_on != 0 && style->habit == VV_QUOTE_NONNUMERIC;
	const uint8_t *lens = NULL;
	const char *text = NULL;
	size_t len = 0, sum = 0;

	*fits = find_texts(in, &text, &lens, &len, &sum) &&
		len + (form->quoted || each ? 2 : 0) + 1 <= GROUP_SLOT_TEXT &&
		(style->set.quotes_on == 0 || !vv_cell_any_marked(text, sum, &style->set));
	for (size_t i = 0; i < in->count && *fits; i++) {
		size_t own = lens ? lens[i] : len;
		bool quoted = own > 0 ? form->quoted : form->quoted_empty;

		if (each) {
			quoted = vv_quoting_quotes(style->habit,
						   &(vv_cell){.text = text, .len = (uint32_t)own});
		}

		/* a copy of fixed length, which the next slot overwrites */
		memcpy((char *)&slots[i] + quoted, text, sizeof(group_slot));
		group_end_slot(&slots[i], own, quoted, form);
		text += own;
	}
}

/* How cells like this one are quoted. */
static bool is_quoted(const group_slot_style *style, const char *text)
{
	const vv_cell like = {.state = VV_CELL_TEXT, .text = text, .len = (uint32_t)strlen(text)};

	return style->set.quotes_on != 0 && vv_quoting_quotes(style->habit, &like);
}

/* Column `column`, whose cells are all texts, as slots. as_written converts a shared value to its form in the
 * line, with payload. *fits false: the slots are unusable, since a text is too long or needs its own check. The
 * block has VV_GROUP_SLACK bytes behind it. VV_ECORRUPT as vv_group_column. */
static vv_status group_column_slots(const vv_group *g, size_t column, group_slots *slots,
				    const group_slot_style *style, group_value_fn as_written,
				    void *payload, bool *fits, vv_arena *arena, vv_error *err)
{
	const int encoding = g->column[column][0] & 15;
	const bool date = encoding == GROUP_DATE || encoding == GROUP_DATETIME;
	const group_slot_form form = {.quoted = is_quoted(style, date ? "2000-01-01" : "1"),
				      .quoted_empty = is_quoted(style, ""),
				      .quote = (char)style->set.quote,
				      .delimiter = (char)style->set.delimiter};
	group_reading in = {.p = g->column[column] + 1,
			    .end = g->column[column] + g->column_len[column],
			    .count = g->rows,
			    .state = VV_CELL_TEXT,
			    .arena = arena,
			    .column = column,
			    .map = as_written,
			    .payload = payload};

	*fits = false;
	switch (encoding) {
	case GROUP_CONST:
		return const_slots(&in, slots->slot, &style->set, fits, err);
	case GROUP_DICT:
		return dict_slots(&in, slots, &style->set, fits, err);
	case GROUP_TEXT:
		text_slots(&in, slots->slot, style, &form, fits);
		return VV_OK;
	case GROUP_INTEGER:
	case GROUP_DECIMAL:
	case GROUP_DATE:
		return group_number_slots(&in, encoding, slots, &form, fits, err);
	default:
		return VV_OK;
	}
}

#define COPY 16u

static_assert(COPY <= VV_GROUP_SLACK && sizeof(group_slot) <= VV_GROUP_SLACK,
	      "a copy stays within the slack");

typedef enum mode {
	AS_IT_IS, /* the cells' text is in the line unchanged, with any quotes */
	QUOTED,   /* every cell is in quotes, and none has anything to escape */
	MIXED     /* each cell for itself */
} mode;

typedef struct run {
	group_slots slots; /* the column is ready to be copied; else slot NULL */
	const vv_cell *cells;
	mode mode;
} run;

typedef struct lines {
	const vv_dialect *d;
	vv_mark_set set;
	vv_arena *arena;
	vv_quoting habit; /* of the column at hand */
} lines;

/* Converts a value shared by many rows to its form in the line. */
static bool value_as_written(void *payload, vv_cell *value)
{
	lines *l = payload;

	if (l->set.quotes_on == 0 ||
	    (!vv_quoting_quotes(l->habit, value) && !vv_cell_needs_quotes(value, l->d, false))) {
		return true;
	}
	char *text = vv_arena_alloc(l->arena, 2 * (size_t)value->len + 2 + COPY);
	if (!text || value->len > UINT32_MAX / 2 - 1) return false;
	value->len = (uint32_t)(vv_cell_write_quoted(text, value->text, value->len, l->d) - text);
	value->text = text;
	return true;
}

/* Can no number and no date have anything that is escaped? */
static bool digits_are_plain(const vv_mark_set *set)
{
	static const char in_numbers[] = "0123456789-.:TZ ";

	return !vv_cell_any_marked(in_numbers, sizeof in_numbers - 1, set);
}

/* How lines contain the cells of a column, by the cells' properties. */
static mode mode_of(const lines *l, const vv_cell *cells, size_t rows, int encoding)
{
	size_t quoted = 0;
	bool plain;

	if (encoding == GROUP_CONST || encoding == GROUP_DICT || l->set.quotes_on == 0) {
		return AS_IT_IS; /* value_as_written saw to it */
	}
	if (encoding == GROUP_TEXT) {
		/* The texts of a column are one after the other in the block. */
		const vv_cell *last = &cells[rows - 1];
		plain = !vv_cell_any_marked(
			cells->text, (size_t)(last->text + last->len - cells->text), &l->set);
	} else {
		plain = digits_are_plain(&l->set);
	}
	if (!plain) return MIXED;
	if (l->habit == VV_QUOTE_MINIMAL) return AS_IT_IS;
	vv_array_each(cells, rows, cell) {
		quoted += vv_quoting_quotes(l->habit, cell);
	}
	if (quoted == 0) return AS_IT_IS;
	return quoted == rows ? QUOTED : MIXED;
}

static inline char *put_text(char *to, const char *text, size_t len)
{
	memcpy(to, text, COPY);
	if (len > COPY) {
		memcpy(to + COPY, text + COPY, len - COPY);
	}
	return to + len;
}

static char *put_mixed(char *to, const vv_cell *c, const lines *l, vv_quoting habit)
{
	if (!vv_quoting_quotes(habit, c) && !vv_cell_needs_quotes(c, l->d, false)) {
		return put_text(to, c->text, c->len);
	}
	return vv_cell_write_quoted(to, c->text, c->len, l->d);
}

static char *put_rows(char *to, const lines *l, const run *runs, size_t rows, size_t columns)
{
	const char delimiter = (char)l->set.delimiter, quote = (char)l->set.quote;
	size_t end_len;
	const char *end = vv_dialect_row_end(l->d, &end_len);
	const char first_end = end[0], second_end = end_len > 1 ? end[1] : '\0';

	for (size_t r = 0; r < rows; r++) {
		for (size_t c = 0; c < columns; c++) {
			if (runs[c].slots.slot) {
				const uint8_t *index = runs[c].slots.index;
				const group_slot *slot = &runs[c].slots.slot[index ? index[r] : r];

				memcpy(to, slot, sizeof(*slot));
				to += slot->len;
				continue;
			}
			const vv_cell *cell = &runs[c].cells[r];

			if (runs[c].mode == AS_IT_IS) {
				to = put_text(to, cell->text, cell->len);
			} else if (runs[c].mode == QUOTED) {
				*to = quote;
				to = put_text(to + 1, cell->text, cell->len);
				*to++ = quote;
			} else {
				to = put_mixed(to, cell, l, vv_dialect_quoting(l->d, c));
			}
			*to++ = delimiter;
		}
		to[-1] = first_end;
		to[0] = second_end;
		to += end_len - 1;
	}
	return to;
}

/* Adds the least that a column's cells are in the lines, and the most. */
static void add_room(size_t *least, size_t *room, const run *column, size_t rows)
{
	size_t sum = 0;

	if (column->slots.slot) {
		*least += rows;
		*room += rows * GROUP_SLOT_TEXT;
		return;
	}
	for (size_t r = 0; r < rows; r++) {
		sum += column->cells[r].len;
	}
	*least += sum + rows;
	*room += (column->mode == MIXED ? 2 * sum : sum) + 3 * rows;
}

static bool every_cell_is_text(const vv_group *g)
{
	return !vv_array_find(g->column, g->columns, it, (*it)[0] >> 4 != GROUP_ALL_TEXT);
}

/* Numbers with an unusual delimiter or quote are written cell by cell. */
static bool may_have_slots(const lines *l, int encoding)
{
	return !group_is_number(encoding) || l->set.quotes_on == 0 || digits_are_plain(&l->set);
}

static vv_status read_run(run *out, lines *l, const vv_group *g, size_t column, vv_cell *cells,
			  vv_error *err)
{
	const int encoding = g->column[column][0] & 15;
	const group_slot_style style = {l->set, l->habit};
	bool fits = false;
	vv_status rc;

	*out = (run){.cells = cells};
	if (may_have_slots(l, encoding)) {
		group_slots slots = {.slot = vv_arena_alloc(l->arena, (g->rows + GROUP_SLOT_SHARED +
								       GROUP_SLOT_SLACK) *
									      sizeof(group_slot))};
		if (!slots.slot) return vv_fail_nomem(err);
		if ((rc = group_column_slots(g, column, &slots, &style, value_as_written, l, &fits,
					     l->arena, err)) < 0 ||
		    fits) {
			out->slots = slots;
			return rc;
		}
	}
	if ((rc = group_column_mapped(g, column, cells, value_as_written, l, l->arena, err)) ==
	    VV_OK) {
		out->mode = mode_of(l, cells, g->rows, encoding);
	}
	return rc;
}

static vv_status too_long(uint64_t most, vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "a row group decodes to more than its %llu bytes",
		       (unsigned long long)most);
}

int vv_group_lines(vv_buf *out, const vv_group *g, const vv_dialect *d, size_t columns,
		   uint64_t most, bool end_last, vv_cell *cells, vv_arena *arena, vv_error *err)
{
	lines l = {.d = d, .arena = arena};
	size_t least = 0, room = 0, end_len;
	vv_status rc = VV_OK;

	if (!vv_form_is_delimited(d->form) || !vv_dialect_is_bare(d) || columns < 2 ||
	    g->columns != columns) {
		return 0;
	}
	if ((rc = vv_group_need_all(g, err)) < 0) return rc;
	if (!every_cell_is_text(g)) return 0;
	(void)vv_dialect_row_end(d, &end_len);
	if (end_len == 0 || end_len > 2) return 0;
	l.set = vv_row_marks(d);
	run *runs = vv_arena_alloc(arena, columns * sizeof(*runs));
	if (!runs) return vv_fail_nomem(err);
	for (size_t c = 0; c < columns; c++) {
		l.habit = vv_dialect_quoting(d, c);
		if ((rc = read_run(&runs[c], &l, g, c, cells + c * g->rows, err)) < 0) {
			return (int)rc;
		}
		add_room(&least, &room, &runs[c], g->rows);
	}
	/* before writing, since a short block can decode to very much text */
	if (least > most && least - most > end_len) { /* the last row may have no end */
		return (int)too_long(most, err);
	}
	if (!vv_buf_reserve(out, room + g->rows + COPY)) return (int)vv_fail_nomem(err);
	const size_t from = out->len;
	out->len = (size_t)(put_rows(out->data + out->len, &l, runs, g->rows, columns) - out->data);
	out->len -= end_last ? 0 : end_len;
	if (out->len - from > most) {
		out->len = from;
		rc = too_long(most, err);
	}
	out->data[out->len] = '\0';
	return rc < 0 ? (int)rc : 1;
}
