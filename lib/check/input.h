/*
 * input: opens one version of one path for a check.
 *
 * Stored tables are read directly; plain text is read as the table that add would make, with the
 * types of the base version unless a datapackage.json declares others. For a file that add
 * refuses, the table has the readable part (`mend` is set); if nothing can be read, `refused` is
 * set. Neither is a failure: vv_check_input_source reports the faults.
 */
#ifndef VV_LIB_CHECK_INPUT_H
#define VV_LIB_CHECK_INPUT_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "check/rules/readable_rows.h"
#include "dataset/schema/declared.h"
#include "dataset/table/bytes.h"
#include "dataset/table/import.h"
#include "dataset/table/table.h"
#include "lib/names/unpacked.h"
#include "lib/names/version.h"
#include "lib/status/sides.h"
#include "lib/tables/dataset_reader.h"

typedef struct vv_check_input {
	vv_subject subject;
	bool broken; /* the path is an edited or torn pointer; also set if open failed */
	bool begun;  /* vv_check_input_begin was called */
	char *name;  /* on the work side: the file */
	vv_mem_sink *passing;
	vv_table table;
	bool open;     /* table is open */
	vv_mend *mend; /* the faults of a file of which table has the readable part; or NULL */
	bool refused;  /* the path exists, but is not a table */
	bool gave_way; /* detected types and keys are those that add would detect */
	vv_table kept; /* the table of a path that is stored as a file */
	bool has_kept;
	bool document;        /* kept is the table of a document, with its reader's types */
	vv_error why;         /* with refused, mend or bad_package */
	vv_sniff_hints hints; /* the dialect; path and parent are NULL */
	bool described;       /* a datapackage.json describes the table */
	bool bad_package;     /* a datapackage.json describes the table, but is invalid */
	vv_package_resource package;
	/* for vv_check_input_source */
	int fd;
	vv_fd_source file;
	vv_mem_source memory;
	vv_buf bytes;
	vv_table_source *stored;
	vv_unpacked *unpacked; /* for a compressed file */
} vv_check_input;              /* all zero before begin or open */

typedef struct vv_check_input_options {
	vv_repository *repo;       /* NULL: outside of a repository; then only the work side */
	vv_dataset_reader *reader; /* NULL without repo */
	const vv_env *env;         /* the environment without repo; or NULL */
	const vv_diff_side *side;  /* the side with the path */
	const vv_table *base;      /* its types and key are used for plain text; or NULL */
	const vv_subject *like;    /* the document to compare with, opened first; or NULL */
	bool keep;                 /* another version will be compared with this one */
	/* the package that describes the path; NULL: the nearest one */
	const char *package_path;
	const vv_sniff_hints *written; /* the dialect, which overrides the package; or NULL */
	const vv_buf *rules_text;      /* without repo: the text of varve.json, or NULL */
	/* the file to read in place of standard_path (NULL: in place of "-"); or NULL */
	const char *standard, *standard_path;
	const char *temp_dir; /* NULL: /tmp */
	vv_pool *pool;        /* threads to use without a reader; or NULL */
	const vv_progress *progress;
} vv_check_input_options;

/* Starts the slow part of opening with these options (vv_subject_begin). Close out in any case. */
void vv_check_input_begin(vv_check_input *out, const char *path, const vv_check_input_options *o);
/* Opens the path. VV_ENOTFOUND: the side has no such path; VV_EREFUSED: a check must not read
 * the file (reach.h). */
vv_status vv_check_input_open(vv_check_input *out, const char *path,
			      const vv_check_input_options *o, vv_error *err);
void vv_check_input_close(vv_check_input *in); /* accepts an input that is not open */
VV_AUTO_CLEAR(vv_check_input, vv_check_input_close)

/* Sets out to the file's bytes (those inside of a compressed file) for vv_check_file; valid
 * until close. */
vv_status vv_check_input_source(vv_check_input *in, vv_source *out, vv_error *err);

/* Reads a file of a side: a vv_package_read_fn; payload is a vv_check_input_options. */
vv_status vv_check_read_beside(void *payload, const char *path, vv_buf *out, vv_error *err);

#endif
