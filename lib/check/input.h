/*
 * input: opens a version of a path for a check.
 *
 * Stored tables are read directly. Plain text is read as the table that 'varve add' would make,
 * with the types of the base version unless a datapackage.json declares others. If 'varve add'
 * would refuse the file, opening nevertheless succeeds. The table then consists of the rows that
 * can be read, and `mend` is set. If no row can be read, there is no table, and `refused` is set.
 * To report the faults, pass the source of vv_check_input_source to vv_check_file.
 */
#ifndef VV_LIB_CHECK_INPUT_H
#define VV_LIB_CHECK_INPUT_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "check/rules/readable_rows.h"
#include "dataset/read/sniff.h"
#include "dataset/schema/package.h"
#include "dataset/table/table.h"
#include "lib/names/version.h"
#include "lib/status/sides.h"
#include "lib/tables/dataset_reader.h"

/* An opened path. Must be zeroed before vv_check_input_begin or vv_check_input_open. */
typedef struct vv_check_input {
	vv_subject subject; /* the content of the path */
	/* the path is an edited or damaged pointer; set if vv_check_input_open failed for this
	 * reason */
	bool broken;
	bool begun; /* internal: the path was looked up, and the members are to be freed */
	char *name; /* path of the file, if the side is the work tree */
	vv_mem_sink *passing; /* blocks of a table that is not stored; may be NULL */
	vv_table table;       /* the table to check */
	bool open;            /* table is open */
	/* the faults of the file, if `table` has only its readable part; else NULL */
	vv_mend *mend;
	bool refused; /* the path exists, but cannot be read as a table */
	/* plain text was imported as the successor of the version in the index, so that inferred
	 * types and an inferred key could change, as in 'varve add' */
	bool gave_way;
	/* the path is a table of a document, and was read again as text, with the base's types */
	bool document;
	vv_table kept;               /* if `document` is set: the table, with its reader's types */
	vv_error why;                /* if refused, mend or bad_package is set: the reason for it */
	vv_sniff_hints hints;        /* the dialect; hints.parent is NULL */
	bool described;              /* a datapackage.json describes the table */
	bool bad_package;            /* a datapackage.json describes the table, but is invalid */
	vv_package_resource package; /* if `described` is set: the table's entry in the package */
	vv_subject_source bytes;     /* for vv_check_input_source */
} vv_check_input;

/* The options of vv_check_input_open. */
typedef struct vv_check_input_options {
	vv_repository *repo; /* NULL: outside of a repository; only the work tree is then read */
	vv_dataset_reader *reader; /* NULL if repo is NULL */
	const vv_env *env;         /* the environment, if repo is NULL; may be NULL */
	const vv_diff_side *side;  /* the side that has the path */
	const vv_table *base; /* table whose types and key are used for plain text; may be NULL */
	/* the same document in the version to compare with, which was opened first; may be NULL */
	const vv_subject *like;
	/* another version will be compared with this version (vv_subject_options.keep) */
	bool keep;
	/* the package that describes the path; NULL: the nearest one */
	const char *package_path;
	/* the dialect, which overrides the package's dialect; may be NULL */
	const vv_sniff_hints *written;
	const vv_buf *rules_text; /* if repo is NULL: the text of varve.json; may be NULL */
	/* standard: path of a file with a copy of standard input; may be NULL. It is read in place
	 * of the file at standard_path, or of "-" if standard_path is NULL */
	const char *standard, *standard_path;
	/* set to true if a file other than varve.json and datapackage.json is read beside the path,
	 * such as one with a schema; may be NULL */
	bool *read_other;
	const char *plain; /* a path that is known not to be a document; may be NULL */
	vv_pool *pool;     /* threads to use if reader is NULL; may be NULL */
	const vv_progress *progress;
} vv_check_input_options;

/* Starts the reader of a document in the background (vv_subject_begin), so that the following
 * vv_check_input_open with the same arguments takes less time. Optional. Reports no errors. *out
 * must be closed in any case. */
void vv_check_input_begin(vv_check_input *out, const char *path, const vv_check_input_options *o);
/* Opens the path as *out, which is zeroed or was passed to vv_check_input_begin. On failure, *out
 * is closed. VV_ENOTFOUND: the side lacks the path. VV_EREFUSED: a check must not read the file
 * (lib/check/reach.h). VV_EINPUT: the path is a broken pointer (out->broken is set), or not a
 * regular file. */
vv_status vv_check_input_open(vv_check_input *out, const char *path,
			      const vv_check_input_options *o, vv_error *err);
void vv_check_input_close(vv_check_input *in); /* in may be an input that is not open */
VV_AUTO_CLEAR(vv_check_input, vv_check_input_close)

/* Sets *out to a source of the bytes of the file for vv_check_file; for a compressed file, of its
 * decompressed bytes. *out is valid until the next call or vv_check_input_close. */
vv_status vv_check_input_source(vv_check_input *in, vv_source *out, vv_error *err);

/* Appends the content of the file `path` of the side to out. This function is a vv_package_read_fn;
 * its payload is a vv_check_input_options. VV_ENOTFOUND: the side lacks the file. */
vv_status vv_check_read_beside(void *payload, const char *path, vv_buf *out, vv_error *err);

/* Returns the part of message, the message of an error about the file `path`, that follows the path;
 * message itself if it does not begin with it. */
const char *vv_check_without_path(const char *message, const char *path);

#endif
