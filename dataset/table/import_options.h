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
#include "dataset/read/sniff.h"
#include "dataset/read/source.h"
#include "dataset/schema/infer.h"
#include "dataset/schema/schema.h"
#include "dataset/table/root.h"

typedef struct vv_scan_cache vv_scan_cache;

struct group_stream;
struct order_choice;

/* The order in which rows are stored in groups: docs/formats/store.md, "key order". */
typedef enum vv_order_wish {
	/* the order of `as` or of the previous version. Exception: if that is key order, and the
	 * file has an irregular line or lacks a column that sorts the rows, the file's order is
	 * used, with a warning */
	VV_ORDER_KEEP = 0,
	/* the file's order, without changing what the root records about the order
	 * (vv_root.file_order_declared) */
	VV_ORDER_READ,
	/* the file's order; the root records that the user requested it, so that choose_order does
	 * not change it */
	VV_ORDER_FILE,
	/* key order: by the columns in vv_root.sorted_by of `as` if it has some, else by the
	 * columns of the key. The import fails with VV_EREFUSED if the file has an irregular line,
	 * which the message names, and with VV_EUSAGE if the table has no key. */
	VV_ORDER_KEY
} vv_order_wish;

/* The state of type inference for each group and column. If the bytes of a group occur again in
 * another file, types are inferred from this data without reading the group. */
typedef struct vv_group_types {
	/* groups x columns items: for each group, in order, one for each column; NULL: no data */
	vv_infer *items;
	size_t columns, /* number of columns */
		groups, /* number of groups */
		cap;    /* capacity of items */
	bool dropped;   /* the items were dropped, because there were too many */
} vv_group_types;

/* The options of an import. Pointers are borrowed. */
typedef struct vv_import_options {
	vv_kind kind; /* import as a table, or as a file */
	/* store a file of a kind in unseen.h, such as a compressed table, as a file, with a
	 * warning, instead of refusing it */
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
	/* JSON: for each column of parent, true if no object of the file has the member; NULL: not
	 * known */
	const bool *gone;
	/* if not NULL, dialect, schema, key and cut are exactly those of this root, and nothing is
	 * detected; parent must be the same root */
	const vv_root *as;
	/* scan cache of `known`, or else of the previous version; may be NULL */
	const vv_scan_cache *cache;
	/* another version whose groups can be reused with cache; it must have the same schema as
	 * `as`, unless known_types is set; may be NULL */
	const vv_root *known;
	/* for CSV, without `as`: the types of the groups of `known`, which is then the version of
	 * another, similar file, from which groups are reused. NULL: without `as`, `known` is
	 * ignored */
	const vv_group_types *known_types;
	const vv_schema *known_schema; /* with known_types: the schema of `known` */
	bool keep_types;               /* set vv_import_result.types */
	/* CSV: for comparing files, do not encode row groups. Instead of CIDs, groups then have
	 * identifiers derived from their cells and the secret; diff/rows/file_groups.h makes their
	 * blocks on request. If `known` is set, it must be imported with this option, too. The
	 * result must not be stored */
	bool in_file;
	/* with as, CSV or NDJSON: import the groups of this stream instead of the source's bytes,
	 * so that the bytes of proved groups are not needed; only the name of the source is used.
	 * NULL: import the source's bytes */
	struct group_stream *groups;
	const char *schema; /* compact JSON from datapackage.json; may be NULL */
	size_t schema_len;
	/* compact JSON: the types of columns that the previous version lacks; NULL: inferred */
	const char *added_schema;
	/* the declared key: names of columns, ended by NULL; {NULL}: no key (--no-key); NULL: not
	 * declared */
	const char *const *key;
	vv_key_source key_source; /* where `key` was declared */
	/* `key` is the key of the previous version: its uniqueness is not checked, and its columns
	 * may be missing */
	bool key_known;
	/* a file without columns may lack those of `key`: it then has no key, with a warning. JSON
	 * without rows has no columns */
	bool key_with_columns;
	/* of a merged version: for each column of parent, true if a string may get the type of its
	 * values, as the sides had texts in it; NULL: the values in parent decide it */
	const bool *narrows;
	/* set by vv_import only, for a second import: infer again the types that were inferred for
	 * the previous version */
	bool find_types;
	/* set by vv_import only, for a second import: the reason why the inferred key of the
	 * previous version became invalid, so that a key is inferred again; NULL: the key is
	 * valid */
	const char *key_lost;
	vv_order_wish order; /* the order in which rows are stored */
	/* with VV_ORDER_KEEP: use key order if the table has a key, its rows are in a different
	 * order than in the previous version, and key order needs at most half the bytes */
	bool choose_order;
	struct order_choice *choice; /* set by vv_import only */
	/* seed of the hashes in scan caches: the repository's secret */
	uint64_t secret;
	/* maximum number of bytes in memory for checking the key, and also for sorting; further
	 * data is written to temporary files; 0: 24 MiB for the key, 32 MiB for sorting */
	uint64_t memory;
	const char *temp_dir; /* folder for temporary files */
	vv_pool *pool;        /* may have 0 threads; may be NULL */
	const vv_progress *progress;
	vv_hint_words_fn words; /* writes the suggestions of warnings; NULL: without suggestions */
} vv_import_options;

/* Values of one column that contradict its type in the previous version. */
typedef struct vv_import_finding {
	size_t column;   /* index of the column */
	uint64_t row;    /* number, from 0, of the row with the first such value */
	uint64_t offset; /* offset of this row in the file, for finding its line */
	vv_type type;    /* type of the column in the previous version */
	char *value;     /* the first such value; owned */
	uint64_t count;  /* number of such values in the column, in the groups that were read */
	bool code;       /* one of these values is a number with a leading zero */
} vv_import_finding;

/* The result of an import: the new version. */
typedef struct vv_import_result {
	vv_cid cid; /* CID of the root */
	vv_root root;
	vv_buf root_block;    /* the encoded root */
	vv_scan_cache *cache; /* scan cache for the next import */
	vv_group_types types; /* set if keep_types was set */
	/* the option in_file was applied; false: the groups are ordinary groups */
	bool in_file;
	uint64_t groups,        /* number of groups */
		groups_new;     /* number of groups in neither the previous version nor the store */
	uint64_t groups_reused; /* groups that were reused without parsing them */
	/* the following members count only groups that were read */
	uint64_t irregular_rows; /* rows that are stored as quirks (dataset/format/quirks.h) */
	uint64_t short_rows;     /* CSV: rows with fewer cells than columns */
	bool breaks;             /* CSV: a cell has a line feed */
	uint64_t marked_rows;    /* rows with NUL or a byte order mark in a cell */
	uint64_t foreign_rows;   /* rows with text that is not UTF-8 */
	vv_buf warnings;         /* for the user; one line each */
	/* types that were inferred for the previous version may be wrong for this version:
	 * vv_import imports again */
	bool types_doubtful;
	/* the reason why the key of the previous version may be wrong for this version: vv_import
	 * imports again; empty: the key is valid */
	vv_buf key_lost;
	vv_import_finding *findings;
	size_t finding_count, finding_cap;
	bool schema_changed; /* columns or types differ from those of the previous version */
	/* a column found as string or number kept its type, although all values have a narrower one */
	bool types_kept;
	/* a row is longer than VV_ROW_MAX or could not be reproduced exactly: the table was
	 * refused, or stored as a file */
	bool only_bytes;
} vv_import_result;

#endif
