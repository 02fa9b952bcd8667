/*
 * root: the root of a version of a table, or of a file that is not a table. The root is the block
 * that describes the version, and from which all other blocks of the version are reached. The
 * pointer in git (repo/git/pointer.h) contains the root's CID.
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

/* The version of the format. Roots of later formats are refused; the error names their format. */
#define VV_FORMAT 1u

#define VV_SORTED_BY_MAX 16u /* maximum number of columns in sorted_by */

/* Whether a version is stored as a table, or as a file: a sequence of bytes. */
typedef enum vv_kind { VV_KIND_TABLE = 0, VV_KIND_FILE = 1 } vv_kind;
/* Where the key of a table is from. */
typedef enum vv_key_source {
	/* the table has no key: none was found, or the user requested none (--no-key) */
	VV_KEY_NONE = 0,
	/* 'varve add' found the key, and proved that it is unique. A table without a key has this
	 * source if it lost such a key: each later version is searched for a key again */
	VV_KEY_INFERRED = 1,
	/* the user declared it with 'varve add --key' or 'varve schema --key' */
	VV_KEY_DECLARED = 2,
	VV_KEY_PACKAGE = 3 /* it is the primaryKey in datapackage.json */
} vv_key_source;

/* A decoded root. */
typedef struct vv_root {
	vv_kind kind;
	uint64_t rows, /* number of rows */
		/* length in bytes of the file's text in UTF-8; this text is the file itself if the
		 * dialect does not have an encoding */
		bytes;
	/* XXH3-128 of a sequence of le64 numbers, one for each group or chunk, in order: the
	 * XXH3-64 of its bytes in the text. For a table in key order: the XXH3-128 of the whole
	 * text */
	vv_hash128 hash;
	/* only if the dialect has an encoding, so that bytes and hash are not those of the file: */
	uint64_t file_bytes;  /* length of the file in bytes */
	vv_hash128 file_hash; /* XXH3-128 of the file */
	/* The members from here to layout, except data, are only for tables. */
	vv_bytes schema; /* Table Schema as compact JSON (dataset/schema/schema.h) */
	char **key;      /* column names; NULL-terminated */
	size_t key_count;
	vv_key_source key_source;
	uint32_t cut_rows;  /* vv_cut_params.rows (dataset/format/cut.h) */
	char **cut_columns; /* names of the columns in vv_cut_params.columns */
	size_t cut_column_count;
	vv_dialect dialect; /* the form of the file */
	/* top of the list (dataset/format/list.h) of row groups; for a file: of chunks */
	vv_buf data;
	vv_buf layout; /* top of the list of the groups' layouts */
	/* table: top of the list of facts (dataset/format/facts.h). Empty: the table was imported
	 * only for a comparison (vv_import_options.in_file) */
	vv_buf facts;
	/* table in the file's order: the user requested this order (add --order file), so later
	 * versions have it, too */
	bool file_order_declared;
	/* table in key order (docs/formats/store.md, "key order"): the names of the columns by
	 * which the rows in the groups are sorted */
	char **sorted_by;
	size_t sorted_by_count;
	/* top of the list of places (dataset/format/places.h). If this is empty and sorted_by is
	 * not, the lists were converted to the file's order (dataset/table/file_order.h), and the
	 * root cannot be encoded */
	vv_buf places;
} vv_root;

void vv_root_init(vv_root *r); /* makes r an empty table */
void vv_root_clear(vv_root *r);
VV_AUTO_CLEAR(vv_root, vv_root_clear)

/* Returns true if the version is stored in key order. Its next version is then stored in key order,
 * too. */
static inline bool vv_root_is_sorted(const vv_root *r)
{
	return r->sorted_by_count > 0;
}

/* Returns true if the file is in an encoding other than UTF-8. */
static inline bool vv_root_is_encoded(const vv_root *r)
{
	return r->dialect.encoding[0] != '\0';
}

/* Returns the length of the file in bytes. */
static inline uint64_t vv_root_file_bytes(const vv_root *r)
{
	return vv_root_is_encoded(r) ? r->file_bytes : r->bytes;
}

/* Returns true if the order of the rows in the lists differs from the order in the file. */
static inline bool vv_root_has_places(const vv_root *r)
{
	return r->places.len > 0;
}

/* Returns true if r has all members of its block, so that it can be encoded: false for a table that
 * was converted to the file's order. */
static inline bool vv_root_is_stored(const vv_root *r)
{
	return vv_root_is_sorted(r) == vv_root_has_places(r);
}

/* Returns true if both arrays have the same names, in the same order. */
bool vv_root_names_equal(char *const *a, size_t a_count, char *const *b, size_t b_count);

/* Sets *same to true if the tables a and b have the same names of columns, in the same order.
 * VV_EINPUT: a schema is invalid. */
vv_status vv_root_same_columns(bool *same, const vv_root *a, const vv_root *b, vv_error *err);

/* Replaces out's content by the block's bytes. VV_EREFUSED: the block would be longer than
 * VV_BLOCK_MAX, or the schema or the header is longer than VV_HEADER_MAX; VV_EINPUT: the schema or
 * a name is not valid UTF-8; VV_EUSAGE: vv_root_is_stored returns false. */
vv_status vv_root_encode(vv_buf *out, const vv_root *r, vv_error *err);

/* Decodes a root. *out must be initialised, and is cleared first. VV_ECORRUPT: the bytes are not
 * the canonical encoding of a root. VV_ENOSUPPORT: the root has a later format, or a feature that
 * this program does not support; err names it. */
vv_status vv_root_decode(vv_root *out, const void *bytes, size_t len, vv_error *err);

/* Reads the root with this CID from the store. *out must be initialised. VV_EMISSING: the store
 * does not have the root. Other errors are as for vv_root_decode. */
vv_status vv_root_load(vv_root *out, vv_store *store, const vv_cid *cid, vv_error *err);

/* Appends the text of the pointer to the root r with this CID. Appends nothing if the file is
 * empty: the pointer of an empty file is empty, since git would otherwise report the file as
 * changed without running the filter. VV_EREFUSED: the pointer would be longer than
 * VV_POINTER_MAX, because of the number of columns. */
vv_status vv_root_pointer(vv_buf *out, const vv_cid *cid, const vv_root *r, vv_error *err);
/* Sets *out to true if text[0 .. len) is the text of the root's pointer, except for line ends. For
 * an empty file, compares with the text that early versions of varve wrote. */
vv_status vv_root_pointer_is(bool *out, const void *text, size_t len, const vv_cid *cid,
			     const vv_root *r, vv_error *err);
/* Reads the root with this CID from the store, and sets *out as vv_root_pointer_is does.
 * VV_EMISSING: the store does not have the root. */
vv_status vv_root_pointer_holds(bool *out, vv_store *store, const void *text, size_t len,
				const vv_cid *cid, vv_error *err);

#endif
