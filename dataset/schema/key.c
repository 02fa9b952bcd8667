/*
 * key: which columns may identify rows, judged from a sample.
 */
#include "dataset/schema/key.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "dataset/format/spelling.h"
#include "dataset/schema/infer.h"
#include "dataset/schema/schema.h"
#include "dataset/schema/type.h"

#define CODE_LEN_MAX 64u /* longer texts are not codes */
#define FEW_ROWS 8u      /* below that only a name makes a key: anything is unique there */
#define NO_ROWS 3u       /* with fewer, only a name that means identifier counts */
#define NAMED_ID 30      /* what such a name scores */
#define LEADING_MAX 3u   /* columns so far left may be keys without such a name */
#define NAMED_ALONE 18   /* score of a name that makes a key in any position */
#define COMBINED_MAX 6u  /* leading columns that pairs and triples are made of */

typedef struct looks {
	size_t column;
	bool usable; /* no hole, no numbers with fractions, no counter without a name */
	bool code;   /* short, no white space */
	bool unique;
	bool measure; /* numbers without a name of an identifier */
	int named;    /* score of its name */
	int score;    /* name, values and place together: the higher, the more of a key */
} looks;

typedef struct sample {
	const vv_cell *cells;
	size_t rows, stride;
	uint64_t *hashes;   /* room for one of each row */
	vv_hash_index seen; /* of them, with room for all */
} sample;

uint64_t vv_key_hash(const vv_cell *cells, const size_t *columns, size_t count, uint64_t seed,
		     bool *usable)
{
	uint64_t h = seed;
	bool ok = true;

	for (size_t i = 0; i < count; i++) {
		const vv_cell *c = &cells[columns[i]];
		uint64_t state = c->state;

		ok = ok && c->len > 0 && (c->state == VV_CELL_TEXT || c->state == VV_CELL_LITERAL);
		h = vv_xxh3(c->text, c->len, h + (state << 32) + c->len);
	}
	if (usable) {
		*usable = ok;
	}
	return h;
}

/* In how many rows have the columns' values been in an earlier one? Not more than most are counted. */
static size_t count_repeats(sample *s, const size_t *columns, size_t count, size_t most)
{
	size_t repeats = 0;

	vv_hash_index_reset(&s->seen);
	for (size_t r = 0; r < s->rows && repeats < most; r++) {
		uint64_t h = vv_key_hash(s->cells + r * s->stride, columns, count, 0, NULL);
		vv_hash_probe p = vv_hash_probe_begin(&s->seen, h);
		size_t at;
		bool seen = false;

		while (!seen && vv_hash_probe_next(&p, &at)) {
			seen = s->hashes[at] == h;
		}
		s->hashes[r] = h;
		repeats += seen || !vv_hash_index_add(&s->seen, h, r); /* there is room for all */
	}
	return repeats;
}

static bool is_unique(sample *s, const size_t *columns, size_t count)
{
	return count_repeats(s, columns, count, 1) == 0;
}

/* 3: names of identifiers; 2: of codes; 1: of what often is one; 0: anything else. */
static int word_score(const char *s, size_t len)
{
	static const char *const words[3][20] = {
		{"name", "slug", "ref", "reference", "date", "datetime", "timestamp", "time",
		 "year", "month", "week", "day", "quarter", "period", "url", "email", NULL},
		{"code", "symbol", "ticker", "iso", "iso2", "iso3", "alpha", "number", "no", "nr",
		 "num", "sku", "isbn", "issn", "ean", "hash", "handle", NULL},
		{"id", "key", "uuid", "guid", "ids", "oid", "pk", "cid", "doi", "siren", "siret",
		 "identifier", "rowid", NULL}};

	for (int k = 2; k >= 0; k--) {
		for (size_t i = 0; words[k][i]; i++) {
			if (vv_ascii_is(s, len, words[k][i])) return k + 1;
		}
	}
	return 0;
}

/* Spreadsheets' names for the number of a line, in several languages. */
static bool names_number(const char *name, size_t len)
{
	static const char *const names[] = {"#",
					    "lp",
					    "lp.",
					    "l.p.",
					    "lfd",
					    "lfd.",
					    "n\302\260",
					    "n\302\272",
					    "\342\204\226",
					    "\304\215",
					    "\304\215.",
					    "\304\214",
					    "\304\214.",
					    "p.\304\215.",
					    "numer",
					    "nummer",
					    "numero",
					    "num\303\251ro",
					    "n\303\272mero",
					    "\304\215\303\255slo",
					    "\304\214\303\255slo",
					    "\320\275\320\276\320\274\320\265\321\200",
					    "\320\235\320\276\320\274\320\265\321\200"};

	return vv_array_find(names, sizeof(names) / sizeof(names[0]), it,
			     vv_ascii_is(name, len, *it)) != NULL;
}

/* The best word of the name; a little less where it is not the whole name. */
static int name_score(const char *name, size_t len)
{
	int best = names_number(name, len) ? 20 : 0;

	for (size_t at = 0; at < len;) {
		size_t start = at;

		while (at < len && vv_is_alnum(name[at]) &&
		       !(at > start && vv_is_upper(name[at]) && vv_is_lower(name[at - 1]))) {
			at++;
		}
		int score = 10 * word_score(name + start, at - start) - (at - start < len ? 2 : 0);
		best = score > best ? score : best;
		if (at == start) {
			at++;
		}
	}
	return best;
}

bool vv_key_is_id(const char *name, size_t len)
{
	return name_score(name, len) >= NAMED_ID;
}

/* A number that is measured or counted; "007" and "01.1" are codes. */
static bool is_quantity(const vv_cell *c)
{
	size_t sign = c->text[0] == '-' ? 1 : 0;

	return !(c->len > sign + 1 && c->text[sign] == '0' && vv_is_digit(c->text[sign + 1])) &&
	       vv_type_is_number(c->text, c->len);
}

#define HAS_LINE_FEED 1u
#define HAS_POINT 2u
#define HAS_SPACE 4u

static unsigned bytes_in(const vv_cell *c)
{
	static const uint8_t bits[256] = {
		['\n'] = HAS_LINE_FEED, ['.'] = HAS_POINT, [' '] = HAS_SPACE};
	unsigned found = 0;

	for (size_t i = 0; i < c->len; i++) {
		found |= bits[(uint8_t)c->text[i]];
	}
	return found;
}

/* Is the column 1, 2, 3 ..., or another number that grows by one from row to row? */
static bool counts_rows(const sample *s, size_t column)
{
	int64_t v, before = 0;

	for (size_t r = 0; r < s->rows; r++) {
		const vv_cell *c = &s->cells[r * s->stride + column];

		if (!spell_read_integer(&v, c->text, c->len, spell_key(c->text, c->len)) ||
		    (r > 0 && (before == INT64_MAX || v != before + 1))) {
			return false;
		}
		before = v;
	}
	return s->rows > 1;
}

/* Is it an unnamed counter of rows from 0 or 1, as R, pandas and others write it? */
static bool is_row_number(const sample *s, size_t column, const char *name, size_t name_len)
{
	static const char *const names[] = {"rownames",   "row.names", "index",
					    "unnamed: 0", "x",         "...1"};
	const bool nameless = vv_schema_is_blank_label(name, name_len, column) ||
			      vv_array_find(names, sizeof(names) / sizeof(names[0]), it,
					    vv_ascii_is(name, name_len, *it));
	const vv_cell *first = &s->cells[column];

	return nameless && first->len == 1 && (*first->text == '0' || *first->text == '1') &&
	       counts_rows(s, column);
}

static bool is_year(const vv_cell *c)
{
	return c->len == 4 && memcmp(c->text, "1500", 4) >= 0 && memcmp(c->text, "2200", 4) < 0;
}

/* Are all values four digits that are a year? */
static bool has_years(const sample *s, size_t column)
{
	return vv_find_place(r, s->rows, !is_year(&s->cells[r * s->stride + column])) == s->rows;
}

/* Does it have amounts as 1.234,50 or 1,234? */
static bool has_amounts(const sample *s, size_t column)
{
	vv_number_marks marks;
	vv_infer i;

	vv_infer_init(&i);
	vv_infer_column(&i, s->cells + column, s->rows, s->stride);
	return vv_infer_marks(&marks, &i, false) != VV_MARKS_NONE;
}

/* first: the leftmost column except unnamed counters. */
static looks look_at(sample *s, size_t column, size_t first, const char *name, size_t name_len)
{
	looks l = {.column = column, .usable = true, .code = true};
	bool quantity = true, fraction = false;

	for (size_t r = 0; r < s->rows; r++) {
		const vv_cell *c = &s->cells[r * s->stride + column];
		unsigned bytes = c->len <= 4 * CODE_LEN_MAX ? bytes_in(c) : 0;

		if (c->len == 0 || c->len > 4 * CODE_LEN_MAX || (bytes & HAS_LINE_FEED) ||
		    (c->state != VV_CELL_TEXT && c->state != VV_CELL_LITERAL)) {
			l.usable = false;
			return l;
		}
		quantity = quantity && is_quantity(c);
		fraction = fraction || (bytes & HAS_POINT);
		l.code = l.code && c->len <= CODE_LEN_MAX && !(bytes & HAS_SPACE);
	}
	l.named = name_score(name, name_len);
	l.usable = !(quantity ? fraction : has_amounts(s, column));
	l.score = l.named + (l.code ? 8 : 0) - (column < 12 ? (int)column : 12);
	l.measure = quantity && l.named == 0 && column > 0 && !has_years(s, column);
	if (quantity && column == 0 && counts_rows(s, column)) {
		l.score += 10; /* less than a name that means code */
	} else if (quantity && l.named == 0 && column > 0) {
		l.score -= 10;
	} else if (column == first && !quantity && l.named == 0) {
		l.score += 16; /* the first column usually names the subject of the rows */
	}
	/* only a column whose values repeat, and for a number repeat often, is part of a pair: a few repeats are
	 * mistakes */
	const size_t weight = l.measure ? 2 : 20, often = (s->rows + weight - 1) / weight;
	const size_t repeats = l.usable ? count_repeats(s, &column, 1, often) : 0;
	l.unique = l.usable && repeats == 0;
	l.usable = l.usable && (l.unique || repeats == often);
	return l;
}

/* A column alone: unique, and either named so or far left. */
static bool stands_alone(const looks *l, size_t first, size_t rows)
{
	if (!l->unique || l->measure || (rows < NO_ROWS && l->named < NAMED_ID)) return false;
	if (l->named >= NAMED_ALONE) return true;
	if (rows < FEW_ROWS) return false;
	return l->column == first || (l->column < first + LEADING_MAX && (l->code || l->named > 0));
}

/* Candidates, best first; equal ones in the order in which they came. */
typedef struct ranking {
	vv_key_candidate *out;
	int *scores;
	size_t count, max;
} ranking;

static void rank_candidate(ranking *k, const vv_key_candidate *c, int score)
{
	size_t at = k->count;

	while (at > 0 && k->scores[at - 1] < score) {
		at--;
	}
	if (at == k->max) return;
	k->count += k->count < k->max ? 1 : 0;
	for (size_t i = k->count - 1; i > at; i--) {
		k->out[i] = k->out[i - 1];
		k->scores[i] = k->scores[i - 1];
	}
	k->out[at] = *c;
	k->scores[at] = score;
}

/* Moves on to the next set of `size` places below `of`; false after the last. */
static bool next_set(size_t *pick, size_t size, size_t of)
{
	size_t i = size;

	while (i > 0 && pick[i - 1] == of - size + i - 1) {
		i--;
	}
	if (i == 0) return false;
	for (pick[i - 1]++; i < size; i++) {
		pick[i] = pick[i - 1] + 1;
	}
	return true;
}

/* Sets of `size` of the leading columns that are unique together. */
static void rank_sets(ranking *k, sample *s, const looks *leading, size_t leading_count,
		      size_t size)
{
	size_t pick[3] = {0, 1, 2};

	if (leading_count < size) return;
	do {
		vv_key_candidate c = {{0}, size};
		int score = 0;

		for (size_t i = 0; i < size; i++) {
			c.columns[i] = leading[pick[i]].column;
			score += leading[pick[i]].score;
		}
		if (is_unique(s, c.columns, size)) {
			rank_candidate(k, &c, score);
		}
	} while (next_set(pick, size, leading_count));
}

#define RANKED_MAX 32u

vv_status vv_key_candidates(vv_key_candidate *out, size_t max, size_t *count, const vv_cell *cells,
			    size_t rows, size_t columns, size_t stride, const char *const *names,
			    const size_t *name_lens, vv_error *err)
{
	sample s = {.cells = cells, .rows = rows, .stride = stride};
	looks leading[COMBINED_MAX];
	int scores[RANKED_MAX];
	ranking singles = {out, scores, 0, max < RANKED_MAX ? max : RANKED_MAX};
	size_t leading_count = 0;
	int best_named = 0;

	*count = 0;
	if (rows == 0 || max == 0 || rows > SIZE_MAX / 64) return VV_OK;
	s.hashes = vv_malloc(rows * sizeof(*s.hashes));
	if (!s.hashes || !vv_hash_index_reserve(&s.seen, rows)) {
		vv_free(s.hashes);
		return vv_fail_nomem(err);
	}
	const size_t first = vv_find_place(c, columns,
					   !is_row_number(&s, c, names[c], name_lens[c]));
	for (size_t c = first; c < columns; c++) {
		if (c >= first + LEADING_MAX && leading_count == COMBINED_MAX &&
		    name_score(names[c], name_lens[c]) < NAMED_ALONE) {
			continue; /* can be neither a key nor a part of one */
		}
		looks l = look_at(&s, c, first, names[c], name_lens[c]);

		if (stands_alone(&l, first, rows)) {
			vv_key_candidate one = {{c}, 1};

			rank_candidate(&singles, &one, l.score);
			best_named = out[0].columns[0] == c ? l.named : best_named;
		} else if (l.usable && !l.unique && leading_count < COMBINED_MAX) {
			leading[leading_count++] = l;
		}
	}
	ranking sets = {out + singles.count, scores, 0, singles.max - singles.count};
	for (size_t size = 2; size <= 3 && rows >= FEW_ROWS && sets.count == 0 && sets.max > 0;
	     size++) {
		rank_sets(&sets, &s, leading, leading_count, size);
	}
	/* identifiers that are only unique together, left of the column that they name */
	if (singles.count > 0 && best_named < NAMED_ALONE && leading_count > 1 &&
	    rows >= FEW_ROWS && leading[0].named > 0 && leading[1].named > 0 &&
	    leading[0].column < out[0].columns[0] && leading[1].column < out[0].columns[0]) {
		vv_key_candidate pair = {{leading[0].column, leading[1].column}, 2};

		if (is_unique(&s, pair.columns, 2)) {
			out[0] = pair;
		}
	}
	vv_hash_index_clear(&s.seen);
	vv_free(s.hashes);
	*count = singles.count + sets.count;
	return VV_OK;
}

size_t vv_key_cut_column(const vv_key_candidate *candidates, size_t count)
{
	return count > 0 ? candidates[0].columns[0] : SIZE_MAX;
}
