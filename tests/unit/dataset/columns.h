/*
 * columns: makes random cells of the kinds that real tables have, and cells that are almost of such
 * a kind.
 */
#ifndef VV_TESTS_UNIT_DATASET_COLUMNS_H
#define VV_TESTS_UNIT_DATASET_COLUMNS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "dataset/format/cell.h"
#include "tests/unit/support.h"

/* A table of random cells. The arena has the texts of the cells. */
typedef struct columns {
	vv_arena arena;
	vv_cell *cells; /* row r, column c at r * count + c */
	size_t rows, count;
} columns;

enum { COLUMN_KINDS = 30 };

/* Returns a random number with a random number of bits. */
static inline uint64_t column_spread(vv_prng *r)
{
	return vv_prng_u64(r) >> vv_prng_below(r, 64);
}

static inline void column_near_miss(char *out, size_t cap, vv_prng *r)
{
	static const char *const texts[] = {"007",
					    "-0",
					    "1.",
					    ".5",
					    "+1",
					    "1e5",
					    "0x10",
					    "1,5",
					    "-",
					    "--1",
					    "00",
					    "01.5",
					    "-0.0",
					    "1.5.2",
					    "1 ",
					    " 1",
					    "9223372036854775808",
					    "-9223372036854775809",
					    "99999999999999999999",
					    "0.0000000000000000001",
					    "92233720368547758.08",
					    "2024-02-30",
					    "2023-02-29",
					    "1900-02-29",
					    "0000-01-01",
					    "2024-13-01",
					    "2024-1-1",
					    "2024-01-01T24:00:00",
					    "2024-01-01T00:60:00",
					    "2024-01-01T00:00:60",
					    "2024-01-01T00:00:00.",
					    "2024-01-01T00:00:00.1234567",
					    "2024-01-01t00:00:00",
					    "2024-01-01T00:00:00+00:00",
					    "2024-01-01X",
					    "2024-01-01T000000",
					    "12:30:00",
					    "NaN",
					    "inf",
					    "true",
					    "2024-01-01 00:00:00z",
					    ("1\xc2\xa0"
					     "000"),
					    "1_000"};

	snprintf(out, cap, "%s", texts[vv_prng_below(r, sizeof texts / sizeof texts[0])]);
}

/* Writes a random date from one of the `years` years that begin with `from`. */
static inline void column_date(char *out, size_t cap, vv_prng *r, unsigned from, unsigned years)
{
	static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	unsigned month = (unsigned)vv_prng_below(r, 12),
		 year = from + (unsigned)vv_prng_below(r, years);

	snprintf(out, cap, "%04u-%02u-%02u", year, month + 1,
		 1 + (unsigned)vv_prng_below(r, days[month]));
}

/* Writes a random value of this kind, from 0 to COLUMN_KINDS - 1. Some kinds depend on row and
 * seed, so that the values of a column rise. */
static inline void column_value(char *out, size_t cap, int kind, size_t row, uint64_t seed,
				vv_prng *r)
{
	static const char *const words[] = {"ASPH",    "TURF",         "CON", "GRVL",
					    "asphalt", "ice and snow", "x"};
	char date[16];
	long long number = (long long)column_spread(r);

	switch (kind) {
	case 0:
		snprintf(out, cap, "same");
		break;
	case 1:
		snprintf(out, cap, "%llu", (unsigned long long)(seed % 1000 + row));
		break;
	case 2:
		snprintf(out, cap, "%lld", vv_prng_below(r, 2) ? number : -number);
		break;
	case 3:
		snprintf(out, cap, "%u", (unsigned)vv_prng_below(r, 500));
		break;
	case 4:
		snprintf(out, cap, "%d", (int)vv_prng_below(r, 9) - 4);
		break;
	case 5:
		snprintf(out, cap, "%u.%02u", (unsigned)vv_prng_below(r, 1000),
			 (unsigned)vv_prng_below(r, 100));
		break;
	case 6:
		snprintf(out, cap, "%s%u.%06u", vv_prng_below(r, 2) ? "-" : "",
			 (unsigned)vv_prng_below(r, 180), 1 + (unsigned)vv_prng_below(r, 999999));
		break;
	case 7:
		snprintf(out, cap, "%u.%03u", (unsigned)vv_prng_below(r, 20),
			 (unsigned)vv_prng_below(r, 1000));
		break;
	case 8:   /* trimmed */
	case 9: { /* trimmed but for the first */
		size_t len = (size_t)snprintf(out, cap, "%u.%04u", (unsigned)vv_prng_below(r, 200),
					      (unsigned)vv_prng_below(r, 10000) /
						      (unsigned)(vv_prng_below(r, 2) ? 1 : 100) *
						      100);

		while (out[len - 1] == '0' && (kind == 8 || out[len - 2] != '.')) {
			out[--len] = '\0';
		}
		if (out[len - 1] == '.') {
			out[--len] = '\0';
		}
		break;
	}
	case 10:
		snprintf(out, cap, "%u.%018llu", (unsigned)vv_prng_below(r, 9),
			 (unsigned long long)(vv_prng_u64(r) % 1000000000000000000u));
		break;
	case 11:
		column_date(out, cap, r, 2020, 3);
		break;
	case 12:
		column_date(out, cap, r, 1, 9999);
		break;
	case 13:
	case 14:
	case 15:
	case 16:
		column_date(date, sizeof date, r, kind == 16 ? 1 : 2000, kind == 16 ? 9999 : 30);
		snprintf(out, cap, "%s%c%02u:%02u:%02u%s%s", date, kind == 14 ? ' ' : 'T',
			 (unsigned)vv_prng_below(r, 24), (unsigned)vv_prng_below(r, 60),
			 (unsigned)vv_prng_below(r, 60),
			 kind == 15   ? ".125"
			 : kind == 16 ? ".000001"
				      : "",
			 kind == 13 || kind == 16 ? "Z" : "");
		break;
	case 17:
		snprintf(out, cap, "%s", words[vv_prng_below(r, sizeof words / sizeof words[0])]);
		break;
	case 18:
		snprintf(out, cap, "category %u", (unsigned)vv_prng_below(r, 40));
		break;
	case 19:
		snprintf(out, cap, "%s", vv_prng_below(r, 2) ? "true" : "false");
		break;
	case 20:
		snprintf(out, cap, "%llx", (unsigned long long)vv_prng_u64(r));
		break;
	case 21:
		snprintf(out, cap, "name %llu of %s", (unsigned long long)vv_prng_below(r, 100000),
			 words[vv_prng_below(r, 7)]);
		break;
	case 22:
		snprintf(out, cap, "%*s", (int)vv_prng_below(r, 300), "long");
		break;
	case 23:
		snprintf(out, cap, "%c%03u", (int)('A' + vv_prng_below(r, 26)),
			 (unsigned)vv_prng_below(r, 1000));
		break;
	case 24:
		column_near_miss(out, cap, r);
		break;
	case 25:
		snprintf(out, cap, "%llu",
			 (unsigned long long)(1000000 + row * 10 + vv_prng_below(r, 9)));
		break;
	case 26:
		snprintf(out, cap, "%u", (unsigned)(1990 + vv_prng_below(r, 40)));
		break;
	case 27:
		snprintf(out, cap, "prefix so long that only tails differ %u",
			 (unsigned)vv_prng_below(r, 7));
		break;
	case 28:
		snprintf(out, cap, "%lld",
			 number % 3 ? (long long)INT64_MAX - (long long)vv_prng_below(r, 5)
				    : (long long)INT64_MIN + (long long)vv_prng_below(r, 5));
		break;
	default:
		out[0] = '\0';
		break;
	}
}

/* Fills one column with values of a kind. empties: the percentage of empty texts. spoil: one row
 * has a value of kind 24, a near miss. states: 0 to 3: each cell has this state (0: text); 4: the
 * states are random; 5: each cell is state 0 or 1, at random. */
static inline void column_fill(columns *t, size_t column, int kind, unsigned empties, bool spoil,
			       int states, vv_prng *r)
{
	uint64_t seed = vv_prng_u64(r);
	size_t spoilt = spoil ? (size_t)vv_prng_below(r, t->rows) : t->rows;

	for (size_t row = 0; row < t->rows; row++) {
		vv_cell *cell = &t->cells[row * t->count + column];
		char text[512];

		memset(cell, 0, sizeof *cell);
		cell->state = (uint8_t)(states < 4    ? states
					: states == 4 ? (int)vv_prng_below(r, 4)
						      : (int)vv_prng_below(r, 2));
		if (cell->state == VV_CELL_ABSENT || cell->state == VV_CELL_NULL) {
			continue;
		}
		column_value(text, sizeof text, row == spoilt ? 24 : kind, row, seed, r);
		if (vv_prng_below(r, 100) < empties) {
			text[0] = '\0';
		}
		/* exactly as long as the text, so that a read past it is seen */
		cell->len = (uint32_t)strlen(text);
		cell->text = vv_arena_strndup(&t->arena, text, cell->len);
		assert_non_null(cell->text);
	}
}

/* Makes `count` columns of `rows` cells, each of a random kind. The caller clears t with
 * columns_clear. */
static inline void columns_make(columns *t, size_t rows, size_t count, vv_prng *r)
{
	memset(t, 0, sizeof *t);
	t->rows = rows;
	t->count = count;
	t->cells = calloc(rows * count + 1, sizeof *t->cells);
	assert_non_null(t->cells);
	for (size_t c = 0; c < count; c++) {
		unsigned dice = (unsigned)vv_prng_below(r, 10);

		column_fill(t, c, (int)vv_prng_below(r, COLUMN_KINDS),
			    dice < 5   ? 0
			    : dice < 8 ? 20
				       : 90,
			    vv_prng_below(r, 6) == 0,
			    vv_prng_below(r, 3) ? 0 : (int)vv_prng_below(r, 6), r);
	}
}

static inline void columns_clear(columns *t)
{
	vv_arena_clear(&t->arena);
	free(t->cells);
}

#endif
