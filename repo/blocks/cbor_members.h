/*
 * cbor_members: writes and reads the members of a struct as the pairs of a DAG-CBOR map, as a table describes them.
 *
 * The caller writes the map's head (with vv_members_count pairs); a table lists the members in the map's order, shorter
 * keys first. An absent member is a null link, NULL bytes, a number of all ones, fixed bytes whose flag is not set, an
 * empty list, or false. It is written as null if null_ok is set, and left out of the map if `optional` is set.
 */
#ifndef VV_REPO_BLOCKS_CBOR_MEMBERS_H
#define VV_REPO_BLOCKS_CBOR_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/cbor.h"

typedef enum vv_member_type {
	VV_MEMBER_UINT,   /* uint64_t */
	VV_MEMBER_UINT32, /* uint32_t */
	VV_MEMBER_BOOL,
	VV_MEMBER_LINK,  /* vv_cid */
	VV_MEMBER_TEXT,  /* const char *, of at most `max` bytes and no NUL; read into the arena */
	VV_MEMBER_NAME,  /* the same as a byte string: names of refs need not be UTF-8 */
	VV_MEMBER_BYTES, /* const uint8_t *, with its size_t at `more`; read, they are borrowed */
	VV_MEMBER_FIXED, /* uint8_t[size]; with null_ok a bool at `more` */
	VV_MEMBER_LIST, /* a pointer, with its size_t at `more`: at most `max` items of `size`, read into the arena */
	VV_MEMBER_JOINED, /* the same, as one byte string: each item is the bytes of its struct */
	VV_MEMBER_WORD,   /* uint64_t: which of the `max` texts of `words` */
	VV_MEMBER_MAP,    /* the members `item` of the same struct, as a map */
	VV_MEMBER_TUPLE,  /* the same as a list */
	VV_MEMBER_OWN     /* by its functions put and get */
} vv_member_type;

typedef struct vv_members_in {
	vv_cbor c;
	vv_arena *arena;
} vv_members_in;

typedef struct vv_member {
	const char *key; /* NULL: of an item */
	vv_member_type type;
	bool null_ok, optional;
	size_t at, more, size, max;
	/* of a list: one for a value, several for a list of just these */
	const struct vv_member *item;
	size_t item_count;
	bool (*fits)(const void *item); /* NULL: every item fits */
	const char *const *words;
	void (*put)(vv_buf *b, const struct vv_member *f, const void *from);
	vv_status (*get)(vv_members_in *in, const struct vv_member *f, void *out, vv_error *err);
} vv_member;

/* Number of these members that vv_members_put writes. */
size_t vv_members_count(const vv_member *f, size_t count, const void *from);
void vv_members_put(vv_buf *b, const vv_member *f, size_t count, const void *from);
/* A value without its key. */
void vv_member_put(vv_buf *b, const vv_member *f, const void *from);

/* out is zeroed before. VV_ECORRUPT: another type, length or number, or an item that does not fit. */
vv_status vv_members_get(vv_members_in *in, const vv_member *f, size_t count, void *out,
			 vv_error *err);
vv_status vv_member_get(vv_members_in *in, const vv_member *f, void *out, vv_error *err);
/* Reads the head of a map, or of a list of different members. VV_ECORRUPT: it has another number of members. */
vv_status vv_members_get_map(vv_members_in *in, size_t members, vv_error *err);
vv_status vv_members_get_tuple(vv_members_in *in, size_t members, vv_error *err);

#endif
