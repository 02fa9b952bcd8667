/*
 * version_internal: plain text read as the table that it would be.
 */
#ifndef VV_LIB_NAMES_VERSION_INTERNAL_H
#define VV_LIB_NAMES_VERSION_INTERNAL_H

#include "dataset/table/bytes.h"
#include "lib/names/version.h"

/* As vv_subject_open, for a subject whose content is plain text. */
vv_status vv_subject_import(vv_subject *s, vv_table *out, const vv_subject_options *opts,
			    vv_error *err);

/* The work that vv_subject_begin started, or a running import. */
typedef struct vv_reading vv_reading;
void vv_subject_reading_free(vv_reading *r); /* accepts NULL */

/* As vv_subject_bytes, for a blob or a file that contains the content itself. */
vv_status vv_subject_plain_bytes(vv_subject *s, vv_bytes_fn fn, void *payload,
				 const vv_progress *progress, vv_error *err);

/* As vv_subject_text, for a file of the work tree whose version in the index s->parent is. */
vv_status vv_subject_plain_text(vv_subject *s, vv_bytes_fn fn, void *payload,
				const vv_progress *progress, vv_error *err);

/* As vv_subject_bytes, for a table of a document: its rows as CSV. */
vv_status vv_subject_document_text(vv_subject *s, vv_bytes_fn fn, void *payload,
				   const vv_progress *progress, vv_error *err);

#endif
