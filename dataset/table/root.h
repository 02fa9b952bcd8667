/*
 * root: the block that is a dataset's version. A pointer names it.
 */
#ifndef VV_DATASET_TABLE_ROOT_H
#define VV_DATASET_TABLE_ROOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "dataset/format/dialect.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/store.h"
#include "repo/git/pointer.h"

/* The format version. A root of a later one is refused, by number. */
#define VV_FORMAT 1u

#define VV_SORTED_BY_MAX 16u /* columns */

typedef enum vv_kind { VV_KIND_TABLE = 0, VV_KIND_FILE = 1 } vv_kind;
typedef enum vv_key_source {
	VV_KEY_NONE = 0,     /* looked for and not found, or --no-key */
	VV_KEY_INFERRED = 1, /* found and proved on the first add */
	VV_KEY_DECLARED = 2, /* add --key, schema --key */
	VV_KEY_PACKAGE = 3   /* datapackage.json */
} vv_key_source;

typedef struct vv_root {
	vv_kind kind;
	uint64_t rows, bytes; /* bytes: of the file's text, which mostly is the file */
	/* XXH3-128 over the le64 XXH3-64 of each group's (chunk's) raw bytes, in order; in key order
	 * of the file's bytes */
	vv_hash128 hash;
	/* with an encoding (dialect.h), where bytes and hash are of the text: of the file, its length and XXH3-128 */
	uint64_t file_bytes;
	vv_hash128 file_hash;
	vv_bytes schema; /* table: Table Schema as compact JSON (dataset/schema/schema.h) */
	char **key;      /* table: column names; NULL-ended */
	size_t key_count;
	vv_key_source key_source;
	uint32_t cut_rows;  /* table */
	char **cut_columns; /* names */
	size_t cut_column_count;
	vv_dialect dialect; /* table */
	vv_buf data;        /* list top (dataset/format/list.h): row groups; for files: chunks */
	vv_buf layout;      /* table: list top */
	vv_buf facts; /* table: list top (dataset/format/facts.h). Empty: rows that are compared where they lie,
			     * in a file (vv_import_options.in_file), and never stored */
	bool file_order_declared; /* table in the file's order: the user requested it, so no other is chosen
				   * (add --order file); its children have it, too */
	/* table whose groups are in key order (docs/formats/store.md, "key order"): */
	char **sorted_by; /* names of the columns */
	size_t sorted_by_count;
	vv_buf places; /* list top: dataset/format/places.h. Empty, with sorted_by: its lists were
			* changed for those of its file (table.h), and it cannot be encoded */
} vv_root;

void vv_root_init(vv_root *r);
void vv_root_clear(vv_root *r);
VV_AUTO_CLEAR(vv_root, vv_root_clear)

/* Is a version of this table kept in key order? Then its children are, too. */
static inline bool vv_root_is_sorted(const vv_root *r)
{
	return r->sorted_by_count > 0;
}

/* Is its file written in another encoding than UTF-8? */
static inline bool vv_root_is_encoded(const vv_root *r)
{
	return r->dialect.encoding[0] != '\0';
}

/* How long the file is. */
static inline uint64_t vv_root_file_bytes(const vv_root *r)
{
	return vv_root_is_encoded(r) ? r->file_bytes : r->bytes;
}

/* Do the lists have the rows in another order than the file? */
static inline bool vv_root_has_places(const vv_root *r)
{
	return r->places.len > 0;
}

/* Has it all that its block has? */
static inline bool vv_root_is_stored(const vv_root *r)
{
	return vv_root_is_sorted(r) == vv_root_has_places(r);
}

/* Are they the same columns, in the same order? */
bool vv_root_names_equal(char *const *a, size_t a_count, char *const *b, size_t b_count);

/* Replaces out's content by the block's bytes. VV_EREFUSED over VV_BLOCK_MAX. */
vv_status vv_root_encode(vv_buf *out, const vv_root *r, vv_error *err);

/* Strict and canonical. VV_ECORRUPT; VV_ENOSUPPORT: a later format generation, or a feature of this
 * one that this program does not support; err names it. out must be initialised. */
vv_status vv_root_decode(vv_root *out, const void *bytes, size_t len, vv_error *err);

/* The root that a store has at the CID. VV_EMISSING; and as decode. out must be initialised. */
vv_status vv_root_load(vv_root *out, vv_store *store, const vv_cid *cid, vv_error *err);

/* The pointer's text, a function of the root. Appends. A file without bytes does not need one: git treats any blob except the
 * empty one as a change of it, without running the filter. */
vv_status vv_root_pointer(vv_buf *out, const vv_cid *cid, const vv_root *r, vv_error *err);
/* Is this the text of the root's pointer, but for line ends? Early versions of empty files have one. */
vv_status vv_root_pointer_is(bool *out, const void *text, size_t len, const vv_cid *cid,
			     const vv_root *r, vv_error *err);
/* The same for the root that the store has at the CID. VV_EMISSING. */
vv_status vv_root_pointer_holds(bool *out, vv_store *store, const void *text, size_t len,
				const vv_cid *cid, vv_error *err);

#endif
