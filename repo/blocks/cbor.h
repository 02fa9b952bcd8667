/*
 * cbor: DAG-CBOR, strictly: the only encoding of a value is accepted.
 *
 * Writing: values in order; map keys are written by the caller already sorted
 * (shorter key first, then bytewise), which vv_cbor_check enforces in tests.
 * Reading: a cursor over a whole block; every read checks type, shortest form
 * and bounds. No floats, no tags but 42, no indefinite lengths, text is valid
 * UTF-8, integers within 64 bits. Source: IPLD DAG-CBOR specification;
 * RFC 8949 (heads), RFC 7049 3.9 (key order). libcbor writes the heads.
 */
#ifndef VV_REPO_BLOCKS_CBOR_H
#define VV_REPO_BLOCKS_CBOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/cid.h"

#define VV_CBOR_DEPTH 64

/* Writers; failures stick in the vv_buf. */
void vv_cbor_put_uint(vv_buf *b, uint64_t v);
void vv_cbor_put_bytes(vv_buf *b, const void *p, size_t len);
void vv_cbor_put_text(vv_buf *b, const char *s, size_t len); /* s is valid UTF-8 */
void vv_cbor_put_key(vv_buf *b, const char *key);            /* NUL-ended text */
void vv_cbor_put_array(vv_buf *b, uint64_t count);
void vv_cbor_put_map(vv_buf *b, uint64_t pairs);
void vv_cbor_put_bool(vv_buf *b, bool v);
void vv_cbor_put_null(vv_buf *b);
void vv_cbor_put_link(vv_buf *b, const vv_cid *c); /* tag 42 */
/* The header of a CAR with this root, with its length before it (CARv1). */
void vv_cbor_put_car_header(vv_buf *b, const vv_cid *root);
/* A key and its value, or the head of that. */
void vv_cbor_add_uint(vv_buf *b, const char *key, uint64_t v);
void vv_cbor_add_bytes(vv_buf *b, const char *key, const void *p, size_t len);
void vv_cbor_add_text(vv_buf *b, const char *key, const char *s); /* NUL-ended */
void vv_cbor_add_array(vv_buf *b, const char *key, uint64_t count);
void vv_cbor_add_bool(vv_buf *b, const char *key, bool v);

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

/* A cursor. Failures (VV_ECORRUPT) name the byte offset and the expected item. */
typedef struct vv_cbor {
	const uint8_t *start, *p, *end;
} vv_cbor;

void vv_cbor_init(vv_cbor *c, const void *bytes, size_t len);
vv_status vv_cbor_peek(const vv_cbor *c, vv_cbor_type *out, vv_error *err);
vv_status vv_cbor_get_uint(vv_cbor *c, uint64_t *out, vv_error *err);
vv_status vv_cbor_get_bytes(vv_cbor *c, const uint8_t **out, size_t *len,
			    vv_error *err); /* borrowed from the block */
vv_status vv_cbor_get_text(vv_cbor *c, const char **out, size_t *len,
			   vv_error *err); /* borrowed, no NUL */
/* One of these words: each is the first member of `each` bytes. VV_ENOSUPPORT: another text, which err shows. */
#define vv_cbor_get_word(c, words, at, err)                                                        \
	vv_cbor_get_word_of(c, words, sizeof(words) / sizeof((words)[0]), sizeof((words)[0]), at,  \
			    err)
vv_status vv_cbor_get_word_of(vv_cbor *c, const void *words, size_t count, size_t each, size_t *at,
			      vv_error *err);
vv_status vv_cbor_get_array(vv_cbor *c, size_t *count, vv_error *err); /* count <= bytes left */
vv_status vv_cbor_get_map(vv_cbor *c, size_t *pairs, vv_error *err);   /* 2 x pairs <= bytes left */
vv_status vv_cbor_get_bool(vv_cbor *c, bool *out, vv_error *err);
vv_status vv_cbor_get_null(vv_cbor *c, vv_error *err);
vv_status vv_cbor_get_link(vv_cbor *c, vv_cid *out, vv_error *err);
vv_status vv_cbor_get_key(vv_cbor *c, const char *expected,
			  vv_error *err); /* this very key comes next */
bool vv_cbor_try_key(
	vv_cbor *c,
	const char *key); /* moves past the key when it comes next; else untouched, false */
vv_status vv_cbor_skip(vv_cbor *c, vv_error *err);      /* one whole value, iteratively */
vv_status vv_cbor_end(const vv_cbor *c, vv_error *err); /* nothing may follow */

/* Is the block one canonical DAG-CBOR value (key order, duplicates, UTF-8,
 * depth <= VV_CBOR_DEPTH, no trailing bytes)? */
vv_status vv_cbor_check(const void *bytes, size_t len, vv_error *err);

/* Calls fn for every link in the block, in order; stops at its first negative
 * answer and returns that. Checks the block as vv_cbor_check does. */
typedef vv_status (*vv_link_fn)(void *payload, const vv_cid *link, vv_error *err);
vv_status vv_cbor_links(const void *bytes, size_t len, vv_link_fn fn, void *payload, vv_error *err);

/* A link and its place in the block. */
typedef struct vv_link {
	vv_cid cid;
	uint64_t weight; /* the unsigned integer after it in its list; 1: there is none */
	uint64_t
		member; /* of the outermost map: that one and those after it, keys and values; 0: it is no map */
	size_t depth; /* lists and maps around it */
} vv_link;

/* The same with the places. */
typedef vv_status (*vv_placed_link_fn)(void *payload, const vv_link *link, vv_error *err);
vv_status vv_cbor_placed_links(const void *bytes, size_t len, vv_placed_link_fn fn, void *payload,
			       vv_error *err);

#endif
