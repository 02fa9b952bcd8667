/*
 * input: one version of one path, opened for a check.
 *
 * Stored tables are read directly; plain text is read as the table that add would make, with the
 * types of the base version unless a datapackage.json has others. For a file that add refuses the
 * table has the readable part (`mend` is set); if nothing can be read `refused` is set. Neither is
 * a failure: vv_check_input_source reports the faults.
 */
#ifndef VV_LIB_CHECK_INPUT_H
#define VV_LIB_CHECK_INPUT_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "check/rules/readable_rows.h"
#include "dataset/schema/declared.h"
#include "dataset/table/bytes.h"
#include "dataset/table/dataset_reader.h"
#include "dataset/table/import.h"
#include "dataset/table/table.h"
#include "lib/names/unpacked.h"
#include "lib/names/version.h"
#include "lib/status/sides.h"

typedef struct vv_check_input {
	vv_subject subject;
	bool broken; /* also after a failed open: a pointer that was edited or torn */
	bool begun;  /* there is something to close */
	char *name;  /* of the work side: the file */
	vv_mem_sink *passing;
	vv_table table;
	bool open;     /* table is */
	vv_mend *mend; /* the table is what could be read of a file with faults; or NULL */
	bool refused;  /* it exists, and is not a table */
	bool gave_way; /* types and keys that were found are those that add would find */
	vv_table kept; /* stored as a file */
	bool has_kept;
	bool document;        /* kept is the table of a document, as its reader types it */
	vv_error why;         /* with refused, mend or bad_package */
	vv_sniff_hints hints; /* how it is written; path and parent are NULL */
	bool described;       /* a datapackage.json does */
	bool bad_package;     /* it does, and is not valid */
	vv_package_resource package;
	/* for vv_check_input_source */
	int fd;
	vv_fd_source file;
	vv_mem_source memory;
	vv_buf bytes;
	vv_table_source *stored;
	vv_unpacked *unpacked; /* of a compressed file */
} vv_check_input;              /* all zero before it is begun or opened */

typedef struct vv_check_input_options {
	vv_repository *repo;           /* NULL: outside of one; then only the work side */
	vv_dataset_reader *reader;     /* NULL without repo */
	const vv_env *env;             /* without repo; or NULL */
	const vv_diff_side *side;      /* where path is looked for */
	const vv_table *base;          /* lends types and key to plain text; or NULL */
	const vv_subject *like;        /* the document to compare with, opened first; or NULL */
	bool keep;                     /* it is what another one is compared with */
	const char *package_path;      /* the package that describes it; NULL: the nearest */
	const vv_sniff_hints *written; /* takes precedence over the package; or NULL */
	const vv_buf *rules_text;      /* without repo: the text of varve.json, or NULL */
	/* the file that is read in place of standard_path ("-" where that is NULL), or NULL */
	const char *standard, *standard_path;
	const char *temp_dir; /* NULL: /tmp */
	vv_pool *pool;        /* without a reader; or NULL */
	const vv_progress *progress;
} vv_check_input_options;

/* Begins what opening it with these options waits for (vv_subject_begin). out is to be closed in any case. */
void vv_check_input_begin(vv_check_input *out, const char *path, const vv_check_input_options *o);
/* VV_ENOTFOUND: the side has no such path. VV_EREFUSED: it is not to be read (reach.h). */
vv_status vv_check_input_open(vv_check_input *out, const char *path,
			      const vv_check_input_options *o, vv_error *err);
void vv_check_input_close(vv_check_input *in); /* accepts one that is not open */
VV_AUTO_CLEAR(vv_check_input, vv_check_input_close)

/* The bytes, those inside of a compressed file, for vv_check_file; valid until close. */
vv_status vv_check_input_source(vv_check_input *in, vv_source *out, vv_error *err);

/* Reads a file of a side: a vv_package_read_fn; payload is a vv_check_input_options. */
vv_status vv_check_read_beside(void *payload, const char *path, vv_buf *out, vv_error *err);

#endif
