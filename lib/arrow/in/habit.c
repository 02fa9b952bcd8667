/*
 * habit: what in cells shows how their column is written.
 */
#include "lib/arrow/in/habit.h"

#include <limits.h>
#include <string.h>

#include "dataset/table/table.h"

#define WORDS_MAX 16u

typedef struct counting {
	const rewrite_column *c;
	column_habit *habit;
	uint64_t missing[WORDS_MAX], absent, null; /* texts: by their place in the field's list */
	uint64_t truth[2][WORDS_MAX];
	uint64_t utc[2], blanks, letters; /* Z, +00:00; ' ', 'T' */
	unsigned least_decimals, least_fraction;
} counting;

static size_t place_of(const char *const *words, const vv_cell *cell)
{
	for (size_t i = 0; words && words[i] && i < WORDS_MAX; i++) {
		if (strlen(words[i]) == cell->len && memcmp(words[i], cell->text, cell->len) == 0) {
			return i;
		}
	}
	return WORDS_MAX;
}

static void count_word(uint64_t *counts, const char *const *words, const vv_cell *cell)
{
	size_t at = place_of(words, cell);

	if (at < WORDS_MAX) {
		counts[at]++;
	}
}

static void count_missing(counting *n, const vv_cell *cell)
{
	if (cell->state == VV_CELL_ABSENT) {
		n->absent++;
	} else if (cell->state == VV_CELL_NULL) {
		n->null++;
	} else {
		count_word(n->missing, (const char *const *)n->c->field->missing, cell);
	}
}

static void count_number(counting *n, const vv_cell *cell)
{
	const vv_field *f = n->c->field;
	const size_t by = strlen(f->decimal), group = strlen(f->group);
	const char *point = NULL;
	unsigned decimals = 0;

	for (size_t i = 0; i < cell->len; i++) {
		if (by > 0 && cell->len - i >= by && memcmp(cell->text + i, f->decimal, by) == 0) {
			point = cell->text + i + by;
		} else if (group > 0 && cell->len - i >= group &&
			   memcmp(cell->text + i, f->group, group) == 0) {
			n->habit->grouped = true;
		}
	}
	for (; point && point < cell->text + cell->len && *point >= '0' && *point <= '9'; point++) {
		decimals++;
	}
	n->least_decimals = decimals < n->least_decimals ? decimals : n->least_decimals;
}

static void count_moment(counting *n, const vv_cell *cell)
{
	const char *p = cell->text, *end = p + cell->len, *dot;
	unsigned digits = 0;

	n->letters += cell->len > 10 && p[10] == 'T';
	n->blanks += cell->len > 10 && p[10] == ' ';
	for (dot = p; dot < end && *dot != '.'; dot++) {
	}
	for (dot++; dot < end && *dot >= '0' && *dot <= '9'; dot++) {
		digits++;
	}
	n->least_fraction = digits < n->least_fraction ? digits : n->least_fraction;
	n->utc[0] += end[-1] == 'Z';
	n->utc[1] += cell->len > 16 && end[-3] == ':' && (end[-6] == '+' || end[-6] == '-');
}

static void count_cell(counting *n, const vv_cell *cell)
{
	const vv_field *f = n->c->field;

	if (vv_field_missing(f, cell)) {
		count_missing(n, cell);
		return;
	}
	if (cell->len == 0) return;
	switch (f->type) {
	case VV_TYPE_NUMBER:
		count_number(n, cell);
		break;
	case VV_TYPE_INTEGER:
		if (f->group[0]) {
			count_number(n, cell);
		}
		break;
	case VV_TYPE_BOOLEAN:
		count_word(n->truth[0], (const char *const *)f->false_values, cell);
		count_word(n->truth[1], (const char *const *)f->true_values, cell);
		break;
	case VV_TYPE_DATETIME:
	case VV_TYPE_TIME:
		count_moment(n, cell);
		break;
	default:
		break;
	}
}

static size_t commonest_word(const uint64_t *counts)
{
	size_t best = 0;

	for (size_t i = 1; i < WORDS_MAX; i++) {
		best = counts[i] > counts[best] ? i : best;
	}
	return best;
}

static void choose_missing(counting *n)
{
	const char *const *words = (const char *const *)n->c->field->missing;
	size_t best = commonest_word(n->missing);
	uint64_t most = n->missing[best];
	vv_cell *m = &n->habit->missing;

	if (n->c->json && n->null >= n->absent && n->null >= most) {
		*m = (vv_cell){.state = VV_CELL_NULL};
	} else if (n->c->json && n->absent >= most) {
		*m = (vv_cell){.state = VV_CELL_ABSENT};
	} else if (most > 0) {
		*m = (vv_cell){.text = words[best], .len = (uint32_t)strlen(words[best])};
	} else {
		/* The empty text, unless it is a value here and another one is missing. */
		const vv_cell empty = {.text = "", .len = 0};
		bool first = words[0] && place_of(words, &empty) == WORDS_MAX;

		*m = first ? (vv_cell){.text = words[0], .len = (uint32_t)strlen(words[0])} : empty;
	}
}

/* The commonest word for one truth, and the one that is beside it in the other's list where that has none. */
static void choose_words(counting *n)
{
	const vv_field *f = n->c->field;
	const char *const *words[2] = {(const char *const *)f->false_values,
				       (const char *const *)f->true_values};
	size_t best[2] = {commonest_word(n->truth[0]), commonest_word(n->truth[1])};

	for (int i = 0; i < 2; i++) {
		if (n->truth[i][best[i]] == 0) {
			best[i] = best[!i];
		}
		for (size_t k = 0; words[i] && words[i][k] && k <= best[i]; k++) {
			n->habit->truth[i] = words[i][k];
		}
	}
}

static void choose_habit(counting *n)
{
	const vv_field *f = n->c->field;
	column_habit *h = n->habit;

	choose_missing(n);
	h->least_decimals = n->least_decimals == UINT_MAX ? 0 : n->least_decimals;
	h->least_fraction = n->least_fraction == UINT_MAX ? 0 : n->least_fraction;
	h->between = n->blanks > n->letters ? ' ' : 'T';
	if (n->utc[0] + n->utc[1] == 0) {
		h->zone = "";
	} else if (n->utc[1] > n->utc[0]) {
		h->zone = "+00:00";
	} else {
		h->zone = "Z";
	}
	if (f->type == VV_TYPE_BOOLEAN) {
		choose_words(n);
	}
}

vv_status column_habit_read(column_habit *out, const rewrite_column *c, vv_table *t, vv_error *err)
{
	counting n = {.c = c, .habit = out, .least_decimals = UINT_MAX, .least_fraction = UINT_MAX};
	vv_auto(vv_table_reader) *r = NULL;
	vv_auto(vv_batch) b = {0};
	int more = 0;

	*out = (column_habit){.known = true, .between = 'T', .zone = NULL};
	if (!t || !c->field) {
		out->missing = (vv_cell){.state = VV_CELL_NULL};
		return VV_OK;
	}
	vv_status rc = vv_table_reader_open(&r, t, &c->place, 1, false, err);
	while (rc == VV_OK && (more = vv_table_read(r, &b, err)) > 0) {
		for (size_t i = 0; i < b.rows; i++) {
			count_cell(&n, &b.cells[i * b.columns + c->place]);
		}
	}
	choose_habit(&n);
	if (rc < 0) return rc;
	return more < 0 ? (vv_status)more : VV_OK;
}
