/*
 * import_options: options and results of an import.
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
	VV_ORDER_KEEP = 0, /* the order of `as`, or of the previous version */
	VV_ORDER_READ,     /* the file's order; records of the previous version stay */
	VV_ORDER_FILE, /* the file's order, recorded so that KEEP with choose_order does not choose another */
	/* key order: by the columns of `as` if it has some, else by the key's columns. VV_EREFUSED: the file has an irregular
	 * line, which the message names; VV_EUSAGE: no key. With KEEP, such a file keeps its own order, with a warning */
	VV_ORDER_KEY
} vv_order_wish;

/* The types of the values of each group, by column: needed for a group whose bytes occur again in
 * another file, to infer its types without reading. */
typedef struct vv_group_types {
	vv_infer *items; /* columns of each group, in order; NULL: nothing is known */
	size_t columns, groups, cap;
	bool dropped; /* they would be too many */
} vv_group_types;

typedef struct vv_import_options {
	vv_kind kind;
	bool may_be_file; /* a table that is compressed is kept as a file, with a warning, instead of refused */
	/* a table with a row that is longer than VV_ROW_MAX, or would not come back, likewise, if its source can be read
	 * again */
	bool or_as_file;
	/* The source is text already: of a version, not of a file. With `as`, or hints.encoding, the root is that of the
	 * encoded file. */
	bool is_text;
	bool find_encoding; /* of a file without a declared encoding; else that is UTF-8 */
	/* vv_import sets it itself: the source's encoding; NULL: UTF-8 */
	const char *encoding;
	vv_sniff_hints hints;  /* from the user, over the package's */
	const vv_root *parent; /* the previous version; may be NULL */
	/* JSON: for each column of parent, whether no object has the member; NULL: determine it */
	const bool *gone;
	const vv_root *as; /* not NULL: dialect, schema, key and cut are exactly this root's, and
	                                * nothing is looked for; parent must be the same root */
	const vv_scan_cache *cache; /* of the version before (or of `known`), or NULL */
	const vv_root *known; /* with as: another version, with the same schema, whose groups may be
	                                * taken over with the help of cache; or NULL */
	/* with known and without as, CSV: the types of the groups of known, which is another,
	 * similar file. Common groups are reused; the rest is as without known. */
	const vv_group_types *known_types;
	const vv_schema *known_schema; /* then: its columns */
	bool keep_types;               /* the result gets its own */
	/* of CSV: makes no blocks of row groups that only need to be distinguished; all groups have names derived
	 * from their cells and the secret, instead of CIDs: file_groups.h makes the blocks. With known, that must be
	 * such a table, too. Do not store any of it */
	bool in_file;
	struct group_stream
		*groups;    /* with as, CSV or NDJSON: the version itself, group by group, instead
	                                * of its bytes, so that proved groups are not read; the
	                                * source is only named. NULL: bytes */
	const char *schema; /* compact JSON from datapackage.json, or NULL */
	size_t schema_len;
	/* declared: NULL-ended names, or lists "A,B" of them; {NULL} for --no-key; NULL: missing */
	const char *const *key;
	vv_key_source key_source; /* of `key` */
	bool key_known; /* `key` is that of the version before: it is not proved, and may be gone */
	/* vv_import sets both itself, from the result of a first import: infers types again that were inferred for the
	 * previous version; and its key, if key_lost has the reason why it is not valid any more; NULL: it stays */
	bool find_types;
	const char *key_lost;
	vv_order_wish order;
	/* with KEEP: if the rows of a table with a key come in another order than before, and key order takes half the bytes
	 * or less, the version gets it */
	bool choose_order;
	struct order_choice *choice; /* vv_import sets it itself */
	uint64_t secret;             /* seeds the scan cache's hashes */
	/* bytes for the key proof, and for sorting, before they spill; 0: 24 and 32 MiB */
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
	uint64_t offset; /* of the row in the file, for its line */
	vv_type type;    /* type of the column in the previous version */
	char *value;
	uint64_t count; /* number of such values in the column, in the groups that were read */
	bool code;      /* one of these values is a number with a leading zero */
} vv_import_finding;

typedef struct vv_import_result {
	vv_cid cid;
	vv_root root;
	vv_buf root_block;
	vv_scan_cache *cache;        /* for the next time */
	vv_group_types types;        /* with keep_types */
	bool in_file;                /* it is so; false: the groups are as ever */
	uint64_t groups, groups_new; /* new: in neither the previous version nor the store */
	uint64_t groups_reused;      /* taken over unparsed */
	uint64_t irregular_rows;     /* kept raw, in the groups that were read */
	uint64_t short_rows;         /* likewise: rows of CSV with fewer cells than columns */
	bool breaks;                 /* likewise: a cell of CSV has a line feed */
	uint64_t marked_rows;        /* likewise: rows with NUL or a byte order mark in a cell */
	uint64_t foreign_rows;       /* likewise: rows with text that is not UTF-8 */
	vv_buf warnings;             /* one line each */
	/* Results inferred from the previous version may be wrong for this one: its types; its key, with the reason in
	 * the text (empty: it is valid). vv_import then imports again */
	bool types_doubtful;
	vv_buf key_lost;
	vv_import_finding *findings;
	size_t finding_count;
	bool schema_changed; /* columns or types differ from the parent's */
	/* a row is longer than VV_ROW_MAX, or would not come back: refused, or kept as a file */
	bool only_bytes;
} vv_import_result;

#endif
