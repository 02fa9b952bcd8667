/*
 * cbor: writes and reads DAG-CBOR. The reader is strict: it accepts only the canonical encoding of
 * a value.
 *
 * Writing: the caller appends the values in order. The keys of a map must be sorted: shorter keys
 * first, keys of equal length by their bytes. Tests check the order with vv_cbor_check.
 *
 * Reading: a vv_cbor is a cursor over a whole block. Every read checks the type, the bounds, and
 * that the shortest form was used. Floats, indefinite lengths and tags except 42 are refused; text
 * must be valid UTF-8, and integers have at most 64 bits.
 *
 * Source: IPLD DAG-CBOR specification; RFC 8949 (heads), RFC 7049 3.9 (key order). libcbor writes
 * the heads.
 */
#ifndef VV_REPO_BLOCKS_CBOR_H
#define VV_REPO_BLOCKS_CBOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/cid.h"

#define VV_CBOR_DEPTH 64 /* the deepest nesting of arrays and maps */

/* Append a value to b. vv_cbor_put_array and vv_cbor_put_map append only the head: the caller then
 * appends count items, or `pairs` keys and values. A failed allocation sets b->failed. */
void vv_cbor_put_uint(vv_buf *b, uint64_t v);
void vv_cbor_put_bytes(vv_buf *b, const void *p, size_t len);
void vv_cbor_put_text(vv_buf *b, const char *s, size_t len); /* s is valid UTF-8 */
void vv_cbor_put_key(vv_buf *b, const char *key);            /* NUL-ended text */
void vv_cbor_put_array(vv_buf *b, uint64_t count);
void vv_cbor_put_map(vv_buf *b, uint64_t pairs);
void vv_cbor_put_bool(vv_buf *b, bool v);
void vv_cbor_put_null(vv_buf *b);
void vv_cbor_put_link(vv_buf *b, const vv_cid *c); /* tag 42 */
/* Appends the header of a CAR file (CARv1) with the single root, and the header's length before
 * it. */
void vv_cbor_put_car_header(vv_buf *b, const vv_cid *root);
/* Append a key and a value. vv_cbor_add_array appends a key and the head of an array of count
 * items. */
void vv_cbor_add_uint(vv_buf *b, const char *key, uint64_t v);
void vv_cbor_add_bytes(vv_buf *b, const char *key, const void *p, size_t len);
void vv_cbor_add_text(vv_buf *b, const char *key, const char *s); /* NUL-ended */
void vv_cbor_add_array(vv_buf *b, const char *key, uint64_t count);
void vv_cbor_add_bool(vv_buf *b, const char *key, bool v);

/* The type of an item. */
typedef enum vv_cbor_type {
	VV_CBOR_UINT,
	VV_CBOR_NEGATIVE,
	VV_CBOR_BYTES,
	VV_CBOR_TEXT,
	VV_CBOR_ARRAY,
	VV_CBOR_MAP,
	VV_CBOR_LINK,
	VV_CBOR_BOOL,
	VV_CBOR_NULL
} vv_cbor_type;

/* A cursor in a block, borrowed. All functions that read return VV_ECORRUPT if the block is not
 * canonical or the next item has another type; the message has the byte offset and the expected
 * item. */
typedef struct vv_cbor {
	const uint8_t *start, *p, *end; /* the block's bytes; p: the next item */
} vv_cbor;

/* Returns a cursor at the first item of a block of len bytes. */
vv_cbor vv_cbor_of(const void *bytes, size_t len);
/* Sets *out to the type of the next item, without moving the cursor. */
vv_status vv_cbor_peek(const vv_cbor *c, vv_cbor_type *out, vv_error *err);
/* Read the next item, which must have the type in the function's name, and move the cursor past it.
 * vv_cbor_get_array and vv_cbor_get_map read only the head. */
vv_status vv_cbor_get_uint(vv_cbor *c, uint64_t *out, vv_error *err);
vv_status vv_cbor_get_bytes(vv_cbor *c, const uint8_t **out, size_t *len,
			    vv_error *err); /* borrowed from the block */
vv_status vv_cbor_get_text(vv_cbor *c, const char **out, size_t *len,
			   vv_error *err); /* borrowed, no NUL */
/* Reads a text that must be one of `words`, and sets *at to the index of the word. words is an
 * array of count items of `each` bytes, and each item begins with a pointer to the word.
 * VV_ENOSUPPORT: the text is not one of the words; the message has the text. */
#define vv_cbor_get_word(c, words, at, err)                                                        \
	vv_cbor_get_word_of(c, words, sizeof(words) / sizeof((words)[0]), sizeof((words)[0]), at,  \
			    err)
/* Does the work of vv_cbor_get_word. */
vv_status vv_cbor_get_word_of(vv_cbor *c, const void *words, size_t count, size_t each, size_t *at,
			      vv_error *err);
vv_status vv_cbor_get_array(vv_cbor *c, size_t *count, vv_error *err); /* count <= bytes left */
vv_status vv_cbor_get_map(vv_cbor *c, size_t *pairs, vv_error *err);   /* 2 x pairs <= bytes left */
vv_status vv_cbor_get_bool(vv_cbor *c, bool *out, vv_error *err);
vv_status vv_cbor_get_null(vv_cbor *c, vv_error *err);
vv_status vv_cbor_get_link(vv_cbor *c, vv_cid *out, vv_error *err);
/* Reads a key of a map. VV_ECORRUPT: the next item is not the text `expected`. */
vv_status vv_cbor_get_key(vv_cbor *c, const char *expected, vv_error *err);
/* If the next item is the key, moves past the key and returns true; else does not move and returns
 * false. */
bool vv_cbor_try_key(vv_cbor *c, const char *key);
/* Moves the cursor past the next value, including nested values. */
vv_status vv_cbor_skip(vv_cbor *c, vv_error *err);
vv_status vv_cbor_end(const vv_cbor *c, vv_error *err); /* VV_ECORRUPT: bytes follow */

/* Checks that a block of len bytes is one canonical DAG-CBOR value: keys in order and without
 * duplicates, valid UTF-8, a depth of at most VV_CBOR_DEPTH, no trailing bytes. VV_ECORRUPT: the
 * block is not such a value. */
vv_status vv_cbor_check(const void *bytes, size_t len, vv_error *err);

typedef vv_status (*vv_link_fn)(void *payload, const vv_cid *link, vv_error *err);
/* Checks the block of len bytes as vv_cbor_check does, and then calls fn for every link in it, in
 * order. If fn returns a negative status, stops and returns that status. */
vv_status vv_cbor_links(const void *bytes, size_t len, vv_link_fn fn, void *payload, vv_error *err);

/* A link and its position in a block. */
typedef struct vv_link {
	vv_cid cid;
	/* the unsigned integer that directly follows the link; 1 if no integer follows */
	uint64_t weight;
	/* if the block is a map: the number of this map's keys and values that are left at the
	 * link; all links in one value of the map have the same number. Else 0 */
	uint64_t member;
	size_t depth; /* number of lists and maps around the link */
} vv_link;

typedef vv_status (*vv_placed_link_fn)(void *payload, const vv_link *link, vv_error *err);

/* Calls fn as vv_cbor_links does, but with the link's position. */
vv_status vv_cbor_placed_links(const void *bytes, size_t len, vv_placed_link_fn fn, void *payload,
			       vv_error *err);

#endif
