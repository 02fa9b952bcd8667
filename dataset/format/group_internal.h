/*
 * group_internal: what the encoder and the decoder of row groups share.
 */
#ifndef VV_DATASET_FORMAT_GROUP_INTERNAL_H
#define VV_DATASET_FORMAT_GROUP_INTERNAL_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "dataset/format/group.h"

#define VV_GROUP_MAGIC "vvg\x01"
#define VV_GROUP_MAGIC_LEN 4u
static_assert(sizeof VV_GROUP_MAGIC - 1 == VV_GROUP_MAGIC_LEN, "magic and version");

/* Cells of a group, rows x columns, unless it is a single row. Four times what the
 * cut lets through; keeps a hostile block from asking for more memory than 16 MB. */
#define VV_GROUP_CELLS_MAX (1u << 20)

/* First byte of a column: encoding in bits 0-3, states in bits 4-5. */
enum {
	GROUP_CONST,
	GROUP_DICT,
	GROUP_TEXT,
	GROUP_INTEGER,
	GROUP_DECIMAL,
	GROUP_DATE,
	GROUP_DATETIME
};
enum { GROUP_ALL_TEXT, GROUP_ONE_STATE, GROUP_MIXED_STATES };

/* First byte of integer, decimal, date and datetime: flags, and above them a form. */
enum { GROUP_EMPTIES = 1, GROUP_DELTAS = 2, GROUP_FORM_SHIFT = 2 };
/* How a decimal ends: all digits; zeros left out, and the point with them; zeros
 * left out but for the first digit after the point. */
enum { GROUP_FIXED, GROUP_TRIMMED, GROUP_TRIMMED_ONE, GROUP_DECIMAL_FORMS };
/* How a datetime is written: bits of its form. */
enum { GROUP_SPACE = 1, GROUP_ZULU = 2, GROUP_DATETIME_FORMS = 4 };

enum { GROUP_LEN_EQUAL, GROUP_LEN_BYTES, GROUP_LEN_VARINTS };

#define GROUP_DICT_MAX 255u

static inline uint64_t group_zigzag(int64_t v)
{
	return ((uint64_t)v << 1) ^ (0 - ((uint64_t)v >> 63));
}

static inline int64_t group_unzigzag(uint64_t u)
{
	return (int64_t)((u >> 1) ^ (0 - (u & 1)));
}

/* Makes another text of a value that rows share (all values of a column that has few); false
 * when out of memory. */
typedef bool (*group_value_fn)(void *payload, vv_cell *value);

/* vv_group_column with stride 1, where fn (or NULL) sees each shared value once, before the
 * cells get it. */
vv_status group_column_mapped(const vv_group *g, size_t column, vv_cell *cells, group_value_fn fn,
			      void *payload, vv_arena *arena, vv_error *err);

/* Where the values of a column are read from, and the cells that they go to. */
typedef struct group_reading {
	const uint8_t *p, *end;
	vv_cell *cells;
	size_t stride, count;
	uint8_t state;
	vv_arena *arena;
	size_t column;
	group_value_fn map; /* NULL: values stay as they are */
	void *payload;
} group_reading;

static inline vv_status group_bad(const group_reading *in, const char *what, vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "row group, column %zu: %s", in->column, what);
}

static inline void group_set_cell(vv_cell *cell, const char *text, size_t len, uint8_t state)
{
	cell->text = text;
	cell->len = (uint32_t)len;
	cell->state = state;
	cell->flags = 0;
	cell->spare = 0;
}

static inline size_t group_left(const group_reading *in)
{
	return (size_t)(in->end - in->p);
}

/* The distinct values (room for GROUP_DICT_MAX) of a column encoded so, how many they are, and each
 * row's number, which may be of none. */
vv_status group_open_dict(group_reading *in, vv_cell *value, uint64_t *count_out,
			  const uint8_t **index, vv_error *err);
/* Shared values, before rows get them. */
vv_status group_map_values(const group_reading *in, vv_cell *values, size_t count, vv_error *err);

/* A cell as it stands in a line, with the delimiter behind it, and how many bytes these are. */
#define GROUP_SLOT_TEXT 15u
typedef struct group_slot {
	char text[GROUP_SLOT_TEXT];
	uint8_t len;
} group_slot;
static_assert(sizeof(group_slot) == 16, "one copy of sixteen bytes");
/* Slots after the last one that may be written (whatever they are). */
#define GROUP_SLOT_SLACK 4u

/* How a column's cells stand in a line. */
typedef struct group_slot_form {
	bool quoted, quoted_empty;
	char quote, delimiter;
} group_slot_form;

/* Ends a slot whose text of len bytes stands where it belongs; the bytes in the slot, which are too
 * many when above GROUP_SLOT_TEXT: then slots behind it were written, too. */
static inline size_t group_end_slot(group_slot *slot, size_t len, bool quoted,
				    const group_slot_form *form)
{
	char *text = (char *)slot;

	if (quoted) {
		text[0] = form->quote;
		text[len + 1] = form->quote;
		len += 2;
	}
	text[len] = form->delimiter;
	slot->len = (uint8_t)(len + 1);
	return len + 1;
}

/* Numbers and dates: in->count cells; in stands after the column's first byte. encoding: GROUP_INTEGER to
 * GROUP_DATETIME. VV_ECORRUPT. */
vv_status group_number_cells(group_reading *in, int encoding, vv_error *err);

/* The cell of one row alone. */
vv_status group_number_cell(group_reading *in, int encoding, size_t row, vv_error *err);

/* The same as slots, with room for in->count + GROUP_SLOT_SLACK of them; nothing in them needs
 * quotes or an escape but what form says. *fits false: a text is too long, and the slots are
 * of no use. */
vv_status group_number_slots(group_reading *in, int encoding, group_slot *slots,
			     const group_slot_form *form, bool *fits, vv_error *err);

static inline size_t group_sum_bytes(const uint8_t *bytes, size_t count)
{
	const uint64_t even = 0x00ff00ff00ff00ffu;
	size_t sum = 0, i = 0;

	while (count - i >= 8) {
		uint64_t lanes = 0, v; /* four sums of 16 bits */

		for (size_t n = 0; n < 128 && count - i >= 8; n++, i += 8) {
			memcpy(&v, bytes + i, sizeof(v));
			lanes += (v & even) + (v >> 8 & even);
		}
		for (unsigned shift = 0; shift < 64; shift += 16) {
			sum += lanes >> shift & 0xffff;
		}
	}
	for (; i < count; i++) {
		sum += bytes[i];
	}
	return sum;
}

/* Numbers and dates as a column of `rows` values has them, all text or all literals. */
typedef struct group_numbers {
	uint8_t flags, scale;
	unsigned width;
	uint64_t base;
	const uint8_t *empty; /* a byte a row, or NULL */
	size_t count;         /* of the others */
	const uint8_t *planes;
} group_numbers;

/* The bytes after the column's states, up to end. encoding: GROUP_INTEGER to GROUP_DATETIME. False:
 * they are damaged. */
bool group_numbers_open(group_numbers *n, const uint8_t *p, const uint8_t *end, size_t rows,
			int encoding);
/* The numbers themselves, those of empty values left out; NULL when out of memory. */
uint64_t *group_numbers_join(const group_numbers *n, vv_arena *arena);

/* Bits that hold u: 0 .. 64. */
static inline unsigned group_bit_len(uint64_t u)
{
	return u == 0 ? 0 : 64u - (unsigned)__builtin_clzll(u);
}

#endif
