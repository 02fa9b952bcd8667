/*
 * group_internal: declarations that the encoder and the decoder of row groups share, and the check
 * of blocks.
 */
#ifndef VV_DATASET_FORMAT_GROUP_INTERNAL_H
#define VV_DATASET_FORMAT_GROUP_INTERNAL_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/format/group.h"
#include "dataset/format/spelling.h"

#define VV_GROUP_MAGIC "vvg\x01"
#define VV_GROUP_MAGIC_LEN 4u
static_assert(sizeof VV_GROUP_MAGIC - 1 == VV_GROUP_MAGIC_LEN, "magic and version");

/* Cells of a group, rows x columns, unless it is a single row. Four times the cut's limit; limits
 * the memory for a hostile block to 16 MB. */
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
/* The least number of digits after the point in a decimal of this form. */
static inline unsigned group_digits_kept(unsigned form, unsigned scale)
{
	return form == GROUP_FIXED ? scale : form == GROUP_TRIMMED_ONE;
}
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

/* Replaces the text of a value that rows share (in a column with few distinct values, each value is shared).
 * False: out of memory. */
typedef bool (*group_value_fn)(void *payload, vv_cell *value);

/* vv_group_column with stride 1. fn (or NULL) is called once for each shared value, before cells are set to the
 * value. */
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
	group_value_fn map; /* NULL: values are unchanged */
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

/* The distinct values (room for GROUP_DICT_MAX) of a column encoded as a dictionary, their number, and for each
 * row the number of its value, which may be out of range. */
vv_status group_open_dict(group_reading *in, vv_cell *value, uint64_t *count_out,
			  const uint8_t **index, vv_error *err);
/* Shared values, before rows get them. */
vv_status group_map_values(const group_reading *in, vv_cell *values, size_t count, vv_error *err);

/* A cell's text in a line, with the delimiter after it, and the number of these bytes. */
#define GROUP_SLOT_TEXT 15u
typedef struct group_slot {
	char text[GROUP_SLOT_TEXT];
	uint8_t len;
} group_slot;
static_assert(sizeof(group_slot) == 16, "one copy of sixteen bytes");
/* The number of slots after the last one that may be overwritten with any bytes. */
#define GROUP_SLOT_SLACK 4u
/* The most slots that rows share: a byte is the number of one. */
#define GROUP_SLOT_SHARED 256u

/* The slots of a column: memory for one of each row, and behind it for GROUP_SLOT_SHARED + GROUP_SLOT_SLACK. */
typedef struct group_slots {
	group_slot *slot;
	const uint8_t *index; /* the number of each row's slot; NULL: each row has its own */
} group_slots;

/* How a column's cells are in a line. */
typedef struct group_slot_form {
	bool quoted, quoted_empty;
	char quote, delimiter;
} group_slot_form;

/* Ends a slot whose text of len bytes is in its place; returns the bytes in the slot: if above
 * GROUP_SLOT_TEXT, later slots were overwritten. */
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

/* Numbers and dates: in->count cells; in is after the column's first byte. encoding: GROUP_INTEGER to
 * GROUP_DATETIME. VV_ECORRUPT. */
vv_status group_number_cells(group_reading *in, int encoding, vv_error *err);

/* The cell of one row alone. */
vv_status group_number_cell(group_reading *in, int encoding, size_t row, vv_error *err);

/* The same as slots; only quotes and escapes of `form` are needed. *fits false: a text is too long; do not use the slots. */
vv_status group_number_slots(group_reading *in, int encoding, group_slots *slots,
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

/* The greatest of these bytes, sixteen at a time. */
static inline uint8_t group_greatest(const uint8_t *bytes, size_t count)
{
	uint8_t most[16] = {0};
	size_t i = 0;

	for (; count - i >= sizeof(most); i += sizeof(most)) {
		for (size_t k = 0; k < sizeof(most); k++) {
			most[k] = bytes[i + k] > most[k] ? bytes[i + k] : most[k];
		}
	}
	for (; i < count; i++) {
		most[0] = bytes[i] > most[0] ? bytes[i] : most[0];
	}
	for (size_t k = 1; k < sizeof(most); k++) {
		most[0] = most[k] > most[0] ? most[k] : most[0];
	}
	return most[0];
}

/* Is each of these bytes 0 or 1? If so, *ones is the number of ones. */
static inline bool group_count_marks(const uint8_t *bytes, size_t count, size_t *ones)
{
	const uint64_t each = 0x0101010101010101u;
	uint64_t all = 0, v;
	size_t sum = 0, i = 0;

	for (; count - i >= 8; i += 8) {
		memcpy(&v, bytes + i, sizeof(v));
		all |= v;
		sum += (size_t)(v * each >> 56);
	}
	for (; i < count; i++) {
		all |= bytes[i];
		sum += bytes[i];
	}
	*ones = sum;
	return (all & ~each) == 0;
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
/* Is this a form that numbers of the encoding can have? */
bool group_number_head_fits(int encoding, unsigned form, unsigned scale);
/* The numbers themselves, those of empty values left out; NULL when out of memory. */
uint64_t *group_numbers_join(const group_numbers *n, vv_arena *arena);
/* The same with the least and the greatest of them; without numbers both are 0. If numbers wrap around, which
 * no encoder writes, the bounds are too wide. */
uint64_t *group_numbers_bounded(const group_numbers *n, int64_t *least, int64_t *most,
				vv_arena *arena);

/* Bits needed for u: 0 .. 64. */
static inline unsigned group_bit_len(uint64_t u)
{
	return u == 0 ? 0 : 64u - (unsigned)__builtin_clzll(u);
}

/* ---- shared by the encoder and the check that a block is its own encoding (group_proof.c) ---- */

#define GROUP_SLOTS 1024u /* four times the distinct values, so that probes are short */

/* The distinct values of a column. */
typedef struct group_dict {
	uint8_t slot[GROUP_SLOTS]; /* 1 + number of the value, 0 free */
	vv_cell value[GROUP_DICT_MAX];
	uint64_t key[GROUP_DICT_MAX];
	size_t count;
} group_dict;

struct vv_group_encoder {
	/* one column, room for cap rows */
	size_t cap;
	vv_cell *cell;     /* those with text, in row order */
	uint64_t *key;     /* spell_key of each */
	uint8_t *state;    /* of every row */
	uint8_t *index;    /* dict: number of each value */
	uint8_t *fraction; /* decimals: 1 + digits after the point; 0: no point */
	uint8_t *empty;    /* typed: 1 if the value is empty */
	int64_t *number;   /* typed: those that are not empty */
	uint64_t *unit;    /* the numbers for the planes */
	group_dict dict;

	vv_facts *facts; /* NULL: not requested */
	/* from each of these bytes on eight can be read; most texts begin at one */
	uintptr_t bytes;
	size_t bytes_len;

	vv_buf body; /* columns, one after the other */
	size_t *column_len;
	size_t column_cap;
};

/* Observations while gathering a column. */
typedef struct group_values {
	size_t rows, count; /* all; those with text */
	unsigned states;    /* bit set */
	bool equal;         /* all keys and lengths are those of the first value */
	uint32_t min_len, max_len;
	uint64_t bytes; /* sum of the lengths */
} group_values;

/* A column read as numbers. */
typedef struct group_typed {
	int encoding; /* GROUP_INTEGER .. GROUP_DATETIME */
	unsigned form;
	unsigned scale;
	size_t count; /* values that are not empty */
	bool deltas;
	unsigned width; /* bytes of each */
	int64_t base;
	int64_t least, most;
	size_t size; /* bytes that the encoding takes */
} group_typed;

/* After i values a dictionary of more than 16 + i/2 is given up: nearly unique
 * columns cost some 30 probes and no more. */
#define GROUP_DICT_START 16u

/* Observations on the numbers while reading them. */
typedef struct group_spread {
	int64_t least, most, last;
	uint64_t zigzags; /* or of all deltas, as far as they do not wrap */
} group_spread;

static inline void group_spread_note(group_spread *s, int64_t v)
{
	/* wraps only if the range is too wide for deltas anyway */
	s->zigzags |= group_zigzag((int64_t)((uint64_t)v - (uint64_t)s->last));
	s->least = v < s->least ? v : s->least;
	s->most = v > s->most ? v : s->most;
	s->last = v;
}

static inline bool group_same_text(const vv_cell *a, const vv_cell *b)
{
	return a->len == b->len &&
	       (a->len <= 8 || memcmp(a->text + 8, b->text + 8, a->len - 8) == 0);
}

/* Where in group_dict.slot a value is looked for first. */
static inline uint32_t group_text_hash(const vv_cell *cell, uint64_t key)
{
	uint64_t h = key ^ ((uint64_t)cell->len << 56);

	if (cell->len > 8) {
		uint64_t tail = spell_get8(cell->text + cell->len - 8);

		h ^= (tail << 29 | tail >> 35) * 0xc2b2ae3d27d4eb4fu;
	}
	return (uint32_t)((h * 0x9e3779b97f4a7c15u) >> 54);
}

/* Makes space for `rows` rows in each column, and for the lengths of `columns` columns. */
vv_status group_encoder_room(vv_group_encoder *e, size_t rows, size_t columns, vv_error *err);

/* Collects a column's values into e->cell and e->key, and observations on them. */
void group_gather(vv_group_encoder *e, group_values *c, const vv_cell *cells, size_t rows,
		  size_t stride);

/* Bytes that the text encoding takes, but for the column's first byte and states. */
size_t group_text_size(const vv_group_encoder *e, const group_values *c);

/* The encoding of the gathered values: constant if possible; else the smallest of numbers,
 * dictionary and text, the first if sizes are equal. */
int group_choose(vv_group_encoder *e, const group_values *c, group_typed *t);

/* Reads the gathered values in the form of the first: e->number, e->empty, t's encoding, form,
 * scale and count; false when a value does not fit. At least one value must not be empty. */
bool group_read_numbers(vv_group_encoder *e, const group_values *c, group_typed *t,
			group_spread *s);

/* Chooses between plain numbers and deltas, and computes the encoding's size in bytes. first: number;
 * values: with empty ones. */
void group_typed_measure(group_typed *t, const group_spread *s, int64_t first, size_t values);

/* The encoded column of these cells, borrowed until the encoder's next use, and its facts, if the encoder finds
 * them. Space must exist; the caller checks for failure. */
const vv_buf *group_encode_cells(vv_group_encoder *e, const vv_cell *cells, size_t rows,
				 size_t column);

/* Finds the facts of a column from some of its values, which include all distinct ones. some: some cells have
 * no text. */
void group_find_values(vv_fact *f, const vv_cell *values, size_t count, bool some);
/* Finds the facts of a column of numbers, dates or datetimes from its least and greatest value, if texts have
 * the same order as values. False: find them from all values. */
bool group_find_bounds(vv_fact *f, const group_typed *t);

#endif
