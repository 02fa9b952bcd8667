/*
 * group_internal: declarations that the encoder, the decoder and the checker of row groups share.
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

/* The first bytes of the block of a row group. */
#define VV_GROUP_MAGIC "vvg\x01"
#define VV_GROUP_MAGIC_LEN 4u
static_assert(sizeof VV_GROUP_MAGIC - 1 == VV_GROUP_MAGIC_LEN, "magic and version");

/* Maximum number of cells of a group, rows x columns, unless it has a single row. This is four
 * times VV_CELLS_MAX (cell.h), and limits the memory for a malicious block to 16 MB. */
#define VV_GROUP_CELLS_MAX (1u << 20)

/* The encodings of a column: bits 0-3 of its first byte. The states are in bits 4-5. Format:
 * docs/formats/store.md. */
enum {
	GROUP_CONST,   /* one value, which all rows have */
	GROUP_DICT,    /* the distinct values, and for each row the number of its value */
	GROUP_TEXT,    /* the lengths and the bytes of the texts */
	GROUP_INTEGER, /* numbers */
	GROUP_DECIMAL, /* numbers of units of 10^-scale */
	GROUP_DATE,    /* numbers of days since 1970-01-01 */
	GROUP_DATETIME /* numbers of units of 10^-scale seconds since 1970 */
};
/* The states of a column, bits 4-5 of its first byte: all cells are texts; all cells have one other
 * state, which follows in one byte; or the state of each row follows, in two bits. */
enum { GROUP_ALL_TEXT, GROUP_ONE_STATE, GROUP_MIXED_STATES };

/* The first byte of encoded integers, decimals, dates and datetimes, after the column's states:
 * these flags, and the form in the bits above the flags. GROUP_EMPTIES: some values are empty.
 * GROUP_DELTAS: differences of successive numbers are stored. */
enum { GROUP_EMPTIES = 1, GROUP_DELTAS = 2, GROUP_FORM_SHIFT = 2 };
/* The forms of decimals. In GROUP_FIXED, all digits are written. In GROUP_TRIMMED, trailing zeros
 * are left out, and also the point if no digit follows. In GROUP_TRIMMED_ONE, trailing zeros are
 * left out except the first digit after the point. */
enum { GROUP_FIXED, GROUP_TRIMMED, GROUP_TRIMMED_ONE, GROUP_DECIMAL_FORMS };
/* Returns the minimum number of digits after the point of a decimal in this form. */
static inline unsigned group_digits_kept(unsigned form, unsigned scale)
{
	return form == GROUP_FIXED ? scale : form == GROUP_TRIMMED_ONE;
}
/* The forms of datetimes: bits that can be combined. GROUP_SPACE: a space, not T, separates date and
 * time. GROUP_ZULU: the text ends in Z. */
enum { GROUP_SPACE = 1, GROUP_ZULU = 2, GROUP_DATETIME_FORMS = 4 };

/* How the lengths of texts are stored: one length for all texts, a byte for each length, or a
 * varint for each length. */
enum { GROUP_LEN_EQUAL, GROUP_LEN_BYTES, GROUP_LEN_VARINTS };

#define GROUP_DICT_MAX 255u /* maximum number of distinct values of a dictionary */

/* Returns true if the encoding is one of numbers or dates. */
static inline bool group_is_number(int encoding)
{
	return encoding >= GROUP_INTEGER && encoding <= GROUP_DATETIME;
}

/* Returns true if the header of a column in this encoding has a scale. */
static inline bool group_has_scale(int encoding)
{
	return encoding == GROUP_DECIMAL || encoding == GROUP_DATETIME;
}

/* Returns true if cells in this state have a text. */
static inline bool group_has_text(unsigned state)
{
	return state == VV_CELL_TEXT || state == VV_CELL_LITERAL;
}

/* Converts an integer to an unsigned one that is small if the absolute value is small: 0, -1, 1,
 * -2 become 0, 1, 2, 3. group_unzigzag is the inverse. */

static inline uint64_t group_zigzag(int64_t v)
{
	return ((uint64_t)v << 1) ^ (0 - ((uint64_t)v >> 63));
}

static inline int64_t group_unzigzag(uint64_t u)
{
	return (int64_t)((u >> 1) ^ (0 - (u & 1)));
}

/* Replaces the text of a shared value: one that is stored once for all its rows, as in a
 * dictionary. Returns false if memory runs out. */
typedef bool (*group_value_fn)(void *payload, vv_cell *value);

/* Decodes a column like vv_group_column with stride 1, but calls fn once for each shared value
 * before cells are set to the value. fn may be NULL. */
vv_status group_column_mapped(const vv_group *g, size_t column, vv_cell *cells, group_value_fn fn,
			      void *payload, vv_arena *arena, vv_error *err);

/* A column that is being decoded. */
typedef struct group_reading {
	const uint8_t *p, *end; /* the encoded bytes that are not read yet; borrowed */
	vv_cell *cells;         /* receives the values: cells[0], cells[stride], ... */
	size_t stride,          /* distance of two elements of cells that are set */
		count;          /* number of rows */
	uint8_t state;          /* vv_cell_state of all values */
	vv_arena *arena;        /* for decoded texts */
	size_t column;          /* the column's index, for messages */
	group_value_fn map;     /* NULL: shared values stay unchanged */
	void *payload;          /* for map */
} group_reading;

/* Sets err to VV_ECORRUPT for the column, and returns it. what: the fault. */
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

/* Returns the number of bytes that are not read yet. */
static inline size_t group_left(const group_reading *in)
{
	return (size_t)(in->end - in->p);
}

/* Opens a column encoded as a dictionary. Sets value[0 .. *count_out) to the distinct values; value
 * must have room for GROUP_DICT_MAX cells. Sets *index to an array, borrowed from the block, with
 * the number of each row's value; these numbers are not checked and may be out of range. */
vv_status group_open_dict(group_reading *in, vv_cell *value, uint64_t *count_out,
			  const uint8_t **index, vv_error *err);
/* Calls in->map for each shared value. */
vv_status group_map_values(const group_reading *in, vv_cell *values, size_t count, vv_error *err);
/* Reads the value of a column that has one value, and applies in->map to it. */
vv_status group_read_const(group_reading *in, vv_cell *value, vv_error *err);

#define GROUP_SLOT_TEXT 15u /* maximum number of bytes of the text of a slot */
/* A slot: the text of a cell as a line of CSV has it, with its quotes and followed by the
 * delimiter. */
typedef struct group_slot {
	char text[GROUP_SLOT_TEXT];
	uint8_t len; /* bytes of text, including the delimiter */
} group_slot;
static_assert(sizeof(group_slot) == 16, "one copy of sixteen bytes");
/* A column's array needs this many slots after its last slot: they may be overwritten with any
 * bytes. */
#define GROUP_SLOT_SLACK 4u
/* Maximum number of slots that rows share, so that a byte can number them. */
#define GROUP_SLOT_SHARED 256u

/* The slots of a column. */
typedef struct group_slots {
	/* memory of the caller with one slot for each row, and GROUP_SLOT_SHARED + GROUP_SLOT_SLACK
	 * further slots */
	group_slot *slot;
	const uint8_t *index; /* for each row the number of its slot; NULL: each row has its own */
} group_slots;

/* How the cells of a column are written in a line of CSV. */
typedef struct group_slot_form {
	bool quoted,          /* numbers are in quotes */
		quoted_empty; /* empty cells are in quotes */
	char quote, delimiter;
} group_slot_form;

/* Completes a slot that already has a text of len bytes (at text[1] if quoted, else at text[0]):
 * adds quotes and the delimiter, and sets slot->len. Returns the number of bytes with them. If it
 * exceeds GROUP_SLOT_TEXT, the next slots were overwritten. */
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

/* Decodes a column of in->count numbers or dates into in->cells. in->p must be after the column's
 * first byte. encoding: the column's encoding, GROUP_INTEGER to GROUP_DATETIME. VV_ECORRUPT: the
 * column is damaged. */
vv_status group_number_cells(group_reading *in, int encoding, vv_error *err);

/* Like group_number_cells, but decodes only the cell of the given row, into in->cells[0]. */
vv_status group_number_cell(group_reading *in, int encoding, size_t row, vv_error *err);

/* Like group_number_cells, but decodes into slots. Sets *fits to false if a text is too long for a
 * slot; the slots must not be used then. encoding must not be GROUP_DATETIME. */
vv_status group_number_slots(group_reading *in, int encoding, group_slots *slots,
			     const group_slot_form *form, bool *fits, vv_error *err);

/* Returns the sum of the values of count bytes. */
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

/* Returns the greatest of count bytes; 0 if count is 0. */
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

/* Returns true if each of count bytes is 0 or 1. Sets *ones to the number of ones; *ones is
 * undefined if the function returns false. */
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

/* An opened column of numbers or dates. Its values are all texts or all literals. Pointers are
 * borrowed from the block. */
typedef struct group_numbers {
	uint8_t flags,  /* GROUP_EMPTIES, GROUP_DELTAS, and the form in the bits above them */
		scale;  /* number of digits after the point */
	unsigned width; /* bytes per number in planes */
	/* without deltas: added to each number in planes; with deltas: the first number */
	uint64_t base;
	/* one byte for each row, 1: the value is empty; NULL: no value is empty */
	const uint8_t *empty;
	size_t count;          /* number of values that are not empty */
	const uint8_t *planes; /* the numbers or deltas, as byte planes (planes.h) */
} group_numbers;

/* Opens the encoded numbers of a column with `rows` rows, in the bytes from p, after the column's
 * states, to end. encoding: GROUP_INTEGER to GROUP_DATETIME. Returns false if the bytes are
 * damaged. */
bool group_numbers_open(group_numbers *n, const uint8_t *p, const uint8_t *end, size_t rows,
			int encoding);
/* Returns true if numbers of this encoding can have this form and scale. */
bool group_number_head_fits(int encoding, unsigned form, unsigned scale);
/* Returns the n->count numbers of the values that are not empty, in an array allocated in arena.
 * NULL: out of memory. */
uint64_t *group_numbers_join(const group_numbers *n, vv_arena *arena);
/* Like group_numbers_join, but also sets *least and *most to the least and the greatest number, or
 * to 0 if n->count is 0. If a sum overflows, which happens only with blocks of a faulty encoder,
 * the range from *least to *most may be too wide. */
uint64_t *group_numbers_bounded(const group_numbers *n, int64_t *least, int64_t *most,
				vv_arena *arena);

/* Returns the number of bits needed for u: 0 to 64. */
static inline unsigned group_bit_len(uint64_t u)
{
	return u == 0 ? 0 : 64u - (unsigned)__builtin_clzll(u);
}

/* ---- for the encoder, and for group_proof.c, which encodes columns again ---- */

/* Slots of the hash table of a dictionary: four times the maximum number of distinct values, so
 * that probe sequences are short. */
#define GROUP_SLOTS 1024u

/* A hash table of the distinct values of a column. */
typedef struct group_dict {
	uint8_t slot[GROUP_SLOTS];     /* 1 + index in value; 0: free */
	vv_cell value[GROUP_DICT_MAX]; /* the values, in the order of their first rows */
	uint64_t key[GROUP_DICT_MAX];  /* the spell_key of each value */
	size_t count;                  /* number of values */
} group_dict;

struct vv_group_encoder {
	/* The arrays have room for cap rows of one column. */
	size_t cap;
	vv_cell *cell;     /* the values with a text, in row order */
	uint64_t *key;     /* the spell_key of each value in cell */
	uint8_t *state;    /* state of each row */
	uint8_t *index;    /* dictionary: number of each value */
	uint8_t *fraction; /* decimals: 1 + number of digits after the point; 0: no point */
	uint8_t *empty;    /* numbers and dates: 1 if the value is empty */
	int64_t *number;   /* numbers and dates: the values that are not empty */
	uint64_t *unit;    /* the unsigned numbers that are stored as planes */
	group_dict dict;   /* the distinct values of the column */

	vv_facts *facts; /* receives the facts of the cells; borrowed; NULL: not requested */
	/* the memory that vv_group_encoder_within described: its address and length */
	uintptr_t bytes;
	size_t bytes_len;

	vv_buf body;        /* the encoded columns, one after the other */
	size_t *column_len; /* bytes of each encoded column in body */
	size_t column_cap;  /* capacity of column_len */
};

/* Properties of a column's values, which group_gather computes. */
typedef struct group_values {
	size_t rows,      /* number of all rows */
		count;    /* number of rows with a text, whose texts are the values */
	unsigned states;  /* bit s is set if a row has the vv_cell_state s */
	bool equal;       /* all values have the key and length of the first value */
	uint32_t min_len, /* the least length of a text */
		max_len;  /* the greatest length of a text */
	uint64_t bytes;   /* sum of the lengths of all texts */
} group_values;

/* The numbers or dates of a column, and how they are encoded. */
typedef struct group_typed {
	int encoding;   /* GROUP_INTEGER to GROUP_DATETIME */
	unsigned form;  /* form of decimals or datetimes; else 0 */
	unsigned scale; /* digits after the point */
	size_t count;   /* number of values that are not empty */
	bool deltas;    /* differences of successive numbers are stored */
	unsigned width; /* bytes per stored number */
	/* with deltas: the first number; else a number that is subtracted from each number before
	 * it is stored */
	int64_t base;
	int64_t least, most; /* the least and the greatest number */
	size_t size;         /* bytes of the encoded column */
} group_typed;

/* The encoder abandons a dictionary that has more than GROUP_DICT_START + i/2 distinct values after
 * i values, so that a column of nearly unique values costs only some 30 probes. */
#define GROUP_DICT_START 16u

/* The range of the numbers read so far, and the size of the differences between successive
 * numbers. */
typedef struct group_spread {
	int64_t least, most, last; /* the least, the greatest and the last number */
	/* bitwise or of group_zigzag of all differences; correct unless a difference overflows */
	uint64_t zigzags;
} group_spread;

/* Adds the number v to *s. */
static inline void group_spread_note(group_spread *s, int64_t v)
{
	/* wraps only if the range is too wide for deltas anyway */
	s->zigzags |= group_zigzag((int64_t)((uint64_t)v - (uint64_t)s->last));
	s->least = v < s->least ? v : s->least;
	s->most = v > s->most ? v : s->most;
	s->last = v;
}

/* Returns true if a and b, whose spell_keys must be equal, have equal texts. */
static inline bool group_same_text(const vv_cell *a, const vv_cell *b)
{
	return a->len == b->len &&
	       (a->len <= 8 || memcmp(a->text + 8, b->text + 8, a->len - 8) == 0);
}

/* Returns the slot of group_dict.slot at which the search for a value begins. */
static inline uint32_t group_text_hash(const vv_cell *cell, uint64_t key)
{
	uint64_t h = key ^ ((uint64_t)cell->len << 56);

	if (cell->len > 8) {
		uint64_t tail = spell_get8(cell->text + cell->len - 8);

		h ^= (tail << 29 | tail >> 35) * 0xc2b2ae3d27d4eb4fu;
	}
	return (uint32_t)((h * 0x9e3779b97f4a7c15u) >> 54);
}

/* Makes room for `rows` rows in each array of e, and for the lengths of `columns` columns. */
vv_status group_encoder_room(vv_group_encoder *e, size_t rows, size_t columns, vv_error *err);

/* Copies the cells of a column that have a text, of cells[0], cells[stride], ..., to e->cell, sets
 * e->key, and sets *c to their properties. If some cells have no text, or states differ, also sets
 * e->state. */
void group_gather(vv_group_encoder *e, group_values *c, const vv_cell *cells, size_t rows,
		  size_t stride);

/* Returns the number of bytes that the gathered values have in the encoding GROUP_TEXT, without the
 * column's first byte and states. */
size_t group_text_size(const vv_group_encoder *e, const group_values *c);

/* Returns the encoding for the gathered values: GROUP_CONST if possible, else the one with fewest
 * bytes; if sizes are equal, numbers before text, and both before a dictionary. Sets *t if it
 * returns an encoding of numbers. */
int group_choose(vv_group_encoder *e, const group_values *c, group_typed *t);

/* Reads the gathered values as numbers or dates, all with the encoding and form of the first value
 * that is not empty. At least one value must not be empty. Sets e->number, e->empty, *s, and
 * encoding, form, scale and count of t. Returns false if a value does not have this form. */
bool group_read_numbers(vv_group_encoder *e, const group_values *c, group_typed *t,
			group_spread *s);

/* Chooses between plain numbers and deltas, and sets deltas, width, base and size of t. first: the
 * first number; values: number of values, including empty ones. */
void group_typed_measure(group_typed *t, const group_spread *s, int64_t first, size_t values);

/* Encodes a column of `rows` cells, and returns the encoded bytes, borrowed until the encoder is
 * used again. If e->facts is set, also computes the facts of column number `column`. Call
 * group_encoder_room before, and check the result with vv_buf_ok. */
const vv_buf *group_encode_cells(vv_group_encoder *e, const vv_cell *cells, size_t rows,
				 size_t column);

/* Computes the facts of a column from count values, which must include all its distinct values.
 * some: some cells of the column have no text. */
void group_find_values(vv_fact *f, const vv_cell *values, size_t count, bool some);
/* Computes the facts of a column of numbers, dates or datetimes from its least and greatest value.
 * Does not set f->missing. Returns false if the facts must be computed by group_find_values,
 * because a number may have more than VV_FACTS_DIGITS digits. */
bool group_find_bounds(vv_fact *f, const group_typed *t);

#endif
