/*
 * group_encode_internal: a column on its way into a row group.
 */
#ifndef VV_DATASET_FORMAT_GROUP_ENCODE_INTERNAL_H
#define VV_DATASET_FORMAT_GROUP_ENCODE_INTERNAL_H

#include "dataset/format/group.h"
#include "dataset/format/group_internal.h"

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
	uint8_t *fraction; /* decimals: 1 + digits behind the point; 0: no point */
	uint8_t *empty;    /* typed: 1 where the value is empty */
	int64_t *number;   /* typed: those that are not empty */
	uint64_t *unit;    /* what goes into the planes */
	group_dict dict;

	vv_buf body; /* columns, one behind the other */
	size_t *column_len;
	size_t column_cap;
};

/* What was seen while gathering a column. */
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
	size_t size; /* bytes that the encoding takes */
} group_typed;

/* Reads the column as what its first value looks like, and fills e->empty and
 * e->number; false when a value does not fit. Some value is not empty. */
bool group_typed_read(vv_group_encoder *e, const group_values *c, group_typed *t);
void group_typed_put(vv_group_encoder *e, const group_values *c, const group_typed *t);

#endif
