/*
 * import_encoded: a file in another encoding than UTF-8, imported as its text. For this room alone.
 */
#ifndef VV_DATASET_TABLE_IMPORT_ENCODED_H
#define VV_DATASET_TABLE_IMPORT_ENCODED_H

#include "base/error.h"
#include "dataset/read/file_text.h"
#include "dataset/table/import_options.h"

/* *out NULL: the source is read as it is. */
vv_status import_encoded_open(vv_file_text **out, const vv_source *source,
			      const vv_import_options *opts, vv_error *err);
/* The text was imported: the root gets what it has to have of the file, and the warnings what was found out. */
vv_status import_encoded_settle(vv_import_result *out, vv_file_text *t,
				const vv_import_options *opts, vv_error *err);

/* Of a file that is not UTF-8 any more: appends what it looks like, three cells as they would read, and the command that
 * reads it so. *clear false: it looks like nothing, and nothing is appended. The source is at its end then. */
vv_status import_encoded_looks(bool *clear, vv_buf *warnings, const vv_source *source,
			       const vv_dialect *d, const vv_import_options *opts, vv_error *err);
/* Appends three cells as they would read in the encoding, where the source can be read again. It is at its end then. */
vv_status import_encoded_shows(vv_buf *warnings, const vv_source *source, const char *name,
			       const vv_dialect *d, vv_error *err);

#endif
