/*
 * import_options: the options and results of an import.
 */
#ifndef VV_DATASET_TABLE_IMPORT_OPTIONS_H
#define VV_DATASET_TABLE_IMPORT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/progress.h"
#include "base/thread.h"
#include "dataset/format/list.h"
#include "dataset/read/scan_cache.h"
#include "dataset/read/sniff.h"
#include "dataset/read/source.h"
#include "dataset/schema/infer.h"
#include "dataset/schema/schema.h"
#include "dataset/table/root.h"

struct group_stream;
struct order_choice;

/* The order of rows in the groups: docs/formats/store.md, "key order". */
typedef enum vv_order_wish {
	VV_ORDER_KEEP = 0, /* the order of `as` or of the previous version */
	/* the file's order; the order that the previous version recorded is not changed */
	VV_ORDER_READ,
	/* the file's order; recorded, so that KEEP with choose_order does not choose another
	 * order */
	VV_ORDER_FILE,
	/* key order: by the order columns of `as` if it has some, else by the columns of the key.
	 * VV_EREFUSED: the file has an irregular line; the message has the line. VV_EUSAGE: the
	 * table has no key. With KEEP, a file with an irregular line is stored in its own order,
	 * with a warning */
	VV_ORDER_KEY
} vv_order_wish;

/* The types of the values of each group, by column. If the bytes of a group occur again in another
 * file, the types are inferred from this data without reading the group. */
typedef struct vv_group_types {
	/* for each group, in order, an item for each column; NULL: nothing is known */
	vv_infer *items;
	size_t columns, groups, cap;
	bool dropped; /* the items were dropped, because there were too many */
} vv_group_types;

typedef struct vv_import_options {
	vv_kind kind;
	/* store a compressed table as a file, with a warning, instead of refusing it */
	bool may_be_file;
	/* store a table as a file, with a warning, if a row is longer than VV_ROW_MAX or could not
	 * be reproduced exactly, and if the source can be read again */
	bool or_as_file;
	/* The source is already decoded to UTF-8: it is the text of a version, not a file. With
	 * `as` or hints.encoding, the result is the root of the file in its encoding. */
	bool is_text;
	/* detect the encoding of a file without a declared encoding; else the encoding is UTF-8 */
	bool find_encoding;
	/* set by vv_import only: the source's encoding; NULL: UTF-8 */
	const char *encoding;
	vv_sniff_hints hints;  /* the user's hints, which override those of the package */
	const vv_root *parent; /* the previous version; may be NULL */
	/* JSON: for each column of parent, whether no object has the member; NULL: not known */
	const bool *gone;
	/* if not NULL, dialect, schema, key and cut are exactly those of this root, and nothing is
	 * detected; parent must be the same root */
	const vv_root *as;
	/* scan cache of the previous version or of `known`; may be NULL */
	const vv_scan_cache *cache;
	/* with as: another version with the same schema, whose groups can be reused with cache; may
	 * be NULL */
	const vv_root *known;
	/* if `known` is set and `as` is not, for CSV: the types of the groups of `known`, which is
	 * another, similar file. Groups that both files have are reused; otherwise known has no
	 * effect. */
	const vv_group_types *known_types;
	const vv_schema *known_schema; /* with known_types: the columns of `known` */
	bool keep_types;               /* set types in the result */
	/* CSV: make no blocks for row groups that only need to be distinguished. All groups then
	 * have names derived from their cells and the secret, instead of CIDs; file_groups.h makes
	 * the blocks later. If `known` is set, it must be such a table, too. Do not store the
	 * result */
	bool in_file;
	/* with as, CSV or NDJSON: the version's groups, which are imported instead of the source's
	 * bytes, so that proved groups are not read; only the name of the source is used. NULL:
	 * import the source's bytes */
	struct group_stream *groups;
	const char *schema; /* compact JSON from datapackage.json; may be NULL */
	size_t schema_len;
	/* the declared key: names, or lists of names ("A,B"), ended by NULL; {NULL}: no key
	 * (--no-key); NULL: not declared */
	const char *const *key;
	vv_key_source key_source; /* where `key` was declared */
	/* `key` is the key of the previous version: its uniqueness is not checked, and its columns
	 * may be missing */
	bool key_known;
	/* both set by vv_import only, from the result of a first import. find_types: infer again
	 * the types that were inferred for the previous version. key_lost: the reason why the
	 * inferred key of the previous version is no longer valid, so that the key is inferred
	 * again; NULL: the key is still valid */
	bool find_types;
	const char *key_lost;
	vv_order_wish order;
	/* with KEEP: use key order if the table has a key, its rows are in another order than
	 * before, and key order needs at most half the bytes */
	bool choose_order;
	struct order_choice *choice; /* set by vv_import only */
	uint64_t secret;             /* seeds the scan cache's hashes */
	/* most bytes in memory for checking the key, and for sorting; more data is written to
	 * temporary files; 0: 24 and 32 MiB */
	uint64_t memory;
	const char *temp_dir; /* folder for temporary files */
	vv_pool *pool;        /* may have 0 threads; may be NULL */
	const vv_progress *progress;
	vv_hint_words_fn words; /* writes the suggestions of warnings; NULL: without suggestions */
} vv_import_options;

/* A value that contradicts the type of the parent version. */
typedef struct vv_import_finding {
	size_t column;
	uint64_t row;    /* 0-based */
	uint64_t offset; /* offset of the row in the file, for finding its line */
	vv_type type;    /* type of the column in the previous version */
	char *value;
	uint64_t count; /* number of such values in the column, in the groups that were read */
	bool code;      /* one of these values is a number with a leading zero */
} vv_import_finding;

typedef struct vv_import_result {
	vv_cid cid;
	vv_root root;
	vv_buf root_block;
	vv_scan_cache *cache; /* scan cache for the next import */
	vv_group_types types; /* set if keep_types was set */
	/* the option in_file was applied; false: the groups are ordinary groups */
	bool in_file;
	uint64_t groups, groups_new; /* new: in neither the previous version nor the store */
	uint64_t groups_reused;      /* groups that were reused without parsing them */
	/* the following members count only groups that were read */
	uint64_t irregular_rows; /* rows whose lines are stored raw */
	uint64_t short_rows;     /* CSV: rows with fewer cells than columns */
	bool breaks;             /* CSV: a cell has a line feed */
	uint64_t marked_rows;    /* rows with NUL or a byte order mark in a cell */
	uint64_t foreign_rows;   /* rows with text that is not UTF-8 */
	vv_buf warnings;         /* one line each */
	/* types_doubtful: types that were inferred for the previous version may be wrong for this
	 * version. key_lost: the reason why its key may be wrong; empty: the key is valid. In both
	 * cases, vv_import imports again */
	bool types_doubtful;
	vv_buf key_lost;
	vv_import_finding *findings;
	size_t finding_count;
	bool schema_changed; /* columns or types differ from the parent's */
	/* a row is longer than VV_ROW_MAX or could not be reproduced exactly: the table was
	 * refused, or stored as a file */
	bool only_bytes;
} vv_import_result;

#endif
