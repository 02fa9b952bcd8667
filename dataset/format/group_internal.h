/*
 * group_internal: what the encoder and the decoder of row groups share.
 */
#ifndef VV_DATASET_FORMAT_GROUP_INTERNAL_H
#define VV_DATASET_FORMAT_GROUP_INTERNAL_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
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

/* Bits that hold u: 0 .. 64. */
static inline unsigned group_bit_len(uint64_t u)
{
	return u == 0 ? 0 : 64u - (unsigned)__builtin_clzll(u);
}

#endif
