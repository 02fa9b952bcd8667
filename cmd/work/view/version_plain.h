/*
 * version_plain: plain text read as the table that it would be.
 */
#ifndef VV_CMD_WORK_VIEW_VERSION_PLAIN_H
#define VV_CMD_WORK_VIEW_VERSION_PLAIN_H

#include "cmd/work/view/version.h"
#include "dataset/table/bytes.h"

/* As vv_subject_open, for a subject whose content is plain text. */
vv_status vv_subject_import(vv_subject *s, vv_table *out, const vv_subject_options *opts,
			    vv_error *err);

/* As vv_subject_bytes, for a blob or a file that holds the content itself. */
vv_status vv_subject_plain_bytes(vv_subject *s, vv_bytes_fn fn, void *payload,
				 const vv_progress *progress, vv_error *err);

/* Reads a file beside the subject (datapackage.json): from its commit, the index, or
 * the work tree. A vv_package_read_fn; payload is the vv_subject. */
vv_status vv_subject_beside(void *payload, const char *path, vv_buf *out, vv_error *err);

#endif
