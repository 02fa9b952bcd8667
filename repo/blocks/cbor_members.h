/*
 * cbor_members: writes and reads the members of a C struct as the pairs of a DAG-CBOR map. A table
 * (an array of vv_member) describes the members.
 *
 * The caller writes the head of the map, for vv_members_count pairs. The table lists the members in
 * the order of the map: shorter keys first. A member is absent if it is a null link, NULL bytes, a
 * NULL name, a uint64_t with all bits set, fixed bytes whose flag is false, an empty list, or
 * false. An absent member is written as null if null_ok is set, and left out of the map if
 * `optional` is set. Members of other types are never absent.
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

/* The C type of a member, and its form in the map. `at`, `more`, `size`, `max`, `item` and `words`
 * are members of vv_member. */
typedef enum vv_member_type {
	VV_MEMBER_UINT,   /* a uint64_t */
	VV_MEMBER_UINT32, /* a uint32_t */
	VV_MEMBER_BOOL,
	VV_MEMBER_LINK, /* a vv_cid */
	/* a const char * to at most `max` bytes and a NUL; reading allocates it in the arena */
	VV_MEMBER_TEXT,
	/* like TEXT, but written as a byte string, because names of refs need not be UTF-8 */
	VV_MEMBER_NAME,
	/* a const uint8_t *, and its length, a size_t, at offset `more`; borrowed from the block
	 * after reading */
	VV_MEMBER_BYTES,
	/* a uint8_t[size]; with null_ok also a bool at offset `more`: true if the bytes are set */
	VV_MEMBER_FIXED,
	/* a pointer to at most `max` items of `size` bytes, and their number, a size_t, at offset
	 * `more`; reading allocates the items in the arena */
	VV_MEMBER_LIST,
	VV_MEMBER_JOINED, /* like LIST, but written as one byte string: the memory of all items */
	/* a uint64_t: the index of one of the `max` texts in `words`; written as text */
	VV_MEMBER_WORD,
	VV_MEMBER_MAP,   /* several members (`item`) of the same struct, written as a nested map */
	VV_MEMBER_TUPLE, /* like MAP, but written as a list */
	VV_MEMBER_OWN    /* written by the function put, read by the function get */
} vv_member_type;

/* What members are read from, and the memory for their values. */
typedef struct vv_members_in {
	vv_cbor c;       /* at the next item */
	vv_arena *arena; /* memory for texts and lists */
} vv_members_in;

/* The description of one member of a C struct. */
typedef struct vv_member {
	const char *key; /* NULL: describes an item of a list, which has no key */
	vv_member_type type;
	bool null_ok, optional; /* how an absent member is written; see above */
	/* at: the member's offset in the struct; more, size, max: see vv_member_type */
	size_t at, more, size, max;
	/* LIST: describes an item; if item_count is greater than 1, an item is written as a list of
	 * these members. MAP, TUPLE: the members */
	const struct vv_member *item;
	size_t item_count;
	/* LIST: returns true if an item is valid; NULL: every item is valid */
	bool (*fits)(const void *item);
	const char *const *words; /* WORD: the texts */
	/* OWN: appends the value */
	void (*put)(vv_buf *b, const struct vv_member *f, const void *from);
	/* OWN: reads the value */
	vv_status (*get)(vv_members_in *in, const struct vv_member *f, void *out, vv_error *err);
} vv_member;

/* Returns the number of pairs that vv_members_put writes for the count members f of the struct
 * `from`. */
size_t vv_members_count(const vv_member *f, size_t count, const void *from);
/* Appends the count members f of the struct `from`, each as a key and a value. */
void vv_members_put(vv_buf *b, const vv_member *f, size_t count, const void *from);
/* Appends the value of the member f of the struct `from`, without its key. */
void vv_member_put(vv_buf *b, const vv_member *f, const void *from);

/* Reads the count members f into the struct `out`, which must be zeroed. VV_ECORRUPT: a value has
 * another type, length or number of items, an item is not valid, a member is missing, or an absent
 * member was not left out. */
vv_status vv_members_get(vv_members_in *in, const vv_member *f, size_t count, void *out,
			 vv_error *err);
/* Reads the value of the member f, without its key, into the struct `out`. */
vv_status vv_member_get(vv_members_in *in, const vv_member *f, void *out, vv_error *err);
/* Reads the head of a map. VV_ECORRUPT: the map does not have this number of members. */
vv_status vv_members_get_map(vv_members_in *in, size_t members, vv_error *err);
/* Reads the head of a tuple, a list with a fixed number of members. VV_ECORRUPT: the list does not
 * have this number of members. */
vv_status vv_members_get_tuple(vv_members_in *in, size_t members, vv_error *err);

#endif
