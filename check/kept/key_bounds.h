/*
 * key_bounds: the least and the greatest key of each row group. Private to check.
 *
 * The bounds of a group are its least and its greatest key. Every key is unique if two conditions
 * hold. First, in each group, the keys strictly ascend or strictly descend from row to row. Second,
 * the ranges between the bounds of the groups do not overlap. Then only the bounds need to be cached.
 * A key is the bytes of vv_value_put_key for each of its columns, one after the other. Any order in
 * which equal keys are adjacent is correct; an order that follows the values makes it likely that
 * the ranges do not overlap.
 *
 * A correct caller calls check_key_bounds_init, and check_key_bounds_set for each group whose bounds
 * are cached. For each group that must be read, it calls, in any thread, check_key_span_begin,
 * check_key_span_add for each row with a whole key, and check_key_span_put; and then, in one thread at
 * a time, check_key_bounds_take. Last, it calls check_key_bounds_apart.
 */
#ifndef VV_CHECK_KEPT_KEY_BOUNDS_H
#define VV_CHECK_KEPT_KEY_BOUNDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

/* How the values of a column of the key are compared. */
typedef enum check_key_order {
	CHECK_BY_TEXT,   /* bytewise */
	CHECK_BY_DIGITS, /* a number in its shortest spelling */
	CHECK_BY_TIME    /* an le64 number of seconds, then the text of the fraction */
} check_key_order;

/* The bounds of one group, found row by row. */
typedef struct check_key_span {
	const check_key_order *orders; /* one for each column of the key; borrowed */
	size_t columns;                /* number of the key's columns */
	vv_buf first,                  /* the first row's key */
		last;                  /* the last row's key so far */
	int way;        /* 1: the keys ascend; -1: they descend; 0: fewer than two keys so far */
	bool has_holes; /* in some rows, a column of the key has no value; set by the caller */
	/* the keys neither ascend nor descend, or one is too long: the group has no bounds */
	bool mixed;
} check_key_span;
/* Sets *s to the bounds of a group without rows. columns: the number of the key's columns. */
void check_key_span_begin(check_key_span *s, const check_key_order *orders, size_t columns);
void check_key_span_clear(check_key_span *s); /* accepts zeroes */
VV_AUTO_CLEAR(check_key_span, check_key_span_clear)
/* Adds the key of the next row. To avoid a copy, may swap the buffer *key with a buffer of s: the
 * content of *key is undefined afterwards. Returns false if memory runs out. */
bool check_key_span_add(check_key_span *s, vv_buf *key);
/* Appends the bounds of the group with this number to out, for check_key_bounds_take. */
void check_key_span_put(const check_key_span *s, size_t group, vv_buf *out);

/* The bounds of all groups of a version. */
typedef struct check_key_bounds {
	const check_key_order *orders; /* one for each column of the key; borrowed */
	size_t columns;                /* number of the key's columns */
	vv_buf bytes;                  /* the parts: the encoded bounds of the groups */
	/* for each group, the offset of its part in the member `bytes`; SIZE_MAX: the bounds of the
	 * group are not known */
	size_t *at;
	size_t groups, /* the number of all groups */
		known; /* the number of groups whose bounds are known */
	bool mixed;    /* some group has no bounds (check_key_span.mixed) */
} check_key_bounds;
/* Initialises the bounds of a version with this number of groups; the bounds of no group are known
 * yet. */
vv_status check_key_bounds_init(check_key_bounds *b, const check_key_order *orders, size_t columns,
				size_t groups, vv_error *err);
void check_key_bounds_clear(check_key_bounds *b); /* accepts zeroes */
/* Adds the bounds of all groups that check_key_span_put appended to spans. */
vv_status check_key_bounds_take(check_key_bounds *b, const vv_buf *spans, vv_error *err);
/* Sets the bounds of a group from a cached part, which check_key_bounds_part returned earlier. The part
 * begins at p, and at most `room` bytes may be read. Returns false if the part is not valid, or if
 * memory runs out. */
bool check_key_bounds_set(check_key_bounds *b, size_t group, const uint8_t *p, size_t room);
/* Returns the part of a group whose bounds are known: its encoded bounds, for a cache. Sets *len to
 * its length. Borrowed until further bounds are added. */
const uint8_t *check_key_bounds_part(const check_key_bounds *b, size_t group, size_t *len);
/* Returns true if the group has rows in which a column of the key has no value. The group's bounds
 * must be known. */
bool check_key_bounds_holes(const check_key_bounds *b, size_t group);
/* Returns true if the key is within the bounds of the group; false if the group has no keys. The
 * group's bounds must be known. */
bool check_key_bounds_may(const check_key_bounds *b, size_t group, const vv_buf *key);
/* Returns 1 if the bounds of all groups are known and no two ranges overlap: all keys are then unique.
 * Returns 0 otherwise, or a negative status. */
int check_key_bounds_apart(const check_key_bounds *b, vv_error *err);

#endif
