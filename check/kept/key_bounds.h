/*
 * key_bounds: the least and the greatest key of each row group. For check alone.
 *
 * If each group's keys rise, or fall, from row to row, and the ranges of the groups' keys do not overlap, every key is
 * unique, and only the bounds need to be cached. Keys are the bytes of vv_value_put_key, one column after the other. Any
 * order with equal keys adjacent is sufficient: it affects only how often ranges are disjoint, not whether a key is
 * unique.
 *
 * A correct caller: check_key_bounds_init; a check_key_span for each group that is read: check_key_span_add for each row,
 * check_key_span_put, check_key_bounds_take on one thread; check_key_bounds_load and check_key_bounds_set for the
 * others; check_key_bounds_apart.
 */
#ifndef VV_CHECK_KEPT_KEY_BOUNDS_H
#define VV_CHECK_KEPT_KEY_BOUNDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

/* How a column's values are compared. */
typedef enum check_key_order {
	CHECK_BY_TEXT,
	CHECK_BY_DIGITS, /* a number in its shortest spelling */
	CHECK_BY_TIME    /* le64 seconds, then a text */
} check_key_order;

/* A group under way. */
typedef struct check_key_span {
	const check_key_order *orders; /* one for each column of the key; borrowed */
	size_t columns;
	vv_buf first, last;
	int way;        /* of its keys: 1 up, -1 down, 0 not known yet */
	bool has_holes; /* rows without a whole key */
	bool mixed;     /* neither: it has no bounds */
} check_key_span;
void check_key_span_begin(check_key_span *s, const check_key_order *orders, size_t columns);
void check_key_span_clear(check_key_span *s); /* accepts zeroes */
VV_AUTO_CLEAR(check_key_span, check_key_span_clear)
/* The next row's key, which is the span's from then on: *key becomes another buffer. False: no memory. */
bool check_key_span_add(check_key_span *s, vv_buf *key);
/* Appends what check_key_bounds_take reads. */
void check_key_span_put(const check_key_span *s, size_t group, vv_buf *out);

/* The bounds of all groups of a version. */
typedef struct check_key_bounds {
	const check_key_order *orders; /* one for each column of the key; borrowed */
	size_t columns;
	vv_buf bytes;
	size_t *at; /* of each group: where its part begins, or SIZE_MAX: it is not known */
	size_t groups, known;
	bool mixed; /* some group has no bounds */
} check_key_bounds;
vv_status check_key_bounds_init(check_key_bounds *b, const check_key_order *orders, size_t columns,
				size_t groups, vv_error *err);
void check_key_bounds_clear(check_key_bounds *b); /* accepts zeroes */
/* Takes the output of spans. */
vv_status check_key_bounds_take(check_key_bounds *b, const vv_buf *spans, vv_error *err);
/* Reads a group's part, written by check_key_bounds_part, at the beginning of p. False: it is
 * invalid. */
bool check_key_bounds_set(check_key_bounds *b, size_t group, const uint8_t *p, size_t room);
const uint8_t *check_key_bounds_part(const check_key_bounds *b, size_t group, size_t *len);
bool check_key_bounds_holes(const check_key_bounds *b, size_t group);
/* May the group, which is known, have this key? */
bool check_key_bounds_may(const check_key_bounds *b, size_t group, const vv_buf *key);
/* 1: all groups are known and lie apart; 0; <0. */
int check_key_bounds_apart(const check_key_bounds *b, vv_error *err);

#endif
