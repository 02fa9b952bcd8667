/*
 * version_internal: reads the plain text or the document of a subject (version.h) as a table.
 */
#ifndef VV_LIB_NAMES_VERSION_INTERNAL_H
#define VV_LIB_NAMES_VERSION_INTERNAL_H

#include "dataset/table/bytes.h"

typedef struct vv_subject vv_subject;
typedef struct vv_subject_options vv_subject_options;
typedef struct vv_subject_way vv_subject_way;
typedef struct vv_table vv_table;

/* Does what vv_subject_open does, for a subject that is plain text or a document. If s was opened
 * before and not forgotten, opens the same table again without reading the text again. */
vv_status vv_subject_import(vv_subject *s, vv_table *out, const vv_subject_options *opts,
			    vv_error *err);

/* One value = the work that vv_subject_begin started, or an import that is running. */
typedef struct vv_reading vv_reading;
void vv_subject_reading_free(vv_reading *r); /* accepts NULL */

/* Opens the newest version before s that has bytes as w->parent, if s has none and w has no parent.
 * Without such a table, or if it cannot be read here, changes nothing else than w->past. */
vv_status vv_subject_way_past(vv_subject_way *w, const vv_subject *s,
			      const vv_subject_options *opts, vv_error *err);

/* Does what vv_subject_bytes does, for a blob or a file that has the content itself. */
vv_status vv_subject_plain_bytes(vv_subject *s, vv_bytes_fn fn, void *payload,
				 const vv_progress *progress, vv_error *err);

/* Does what vv_subject_text does, for a file of the work tree; s->parent is its version in the
 * index. */
vv_status vv_subject_plain_text(vv_subject *s, vv_bytes_fn fn, void *payload,
				const vv_progress *progress, vv_error *err);

/* Does what vv_subject_bytes does, for a table of a document: passes its rows as CSV. */
vv_status vv_subject_document_text(vv_subject *s, vv_bytes_fn fn, void *payload,
				   const vv_progress *progress, vv_error *err);

/* If the hint of err names 'varve add', which cannot add this subject, replaces it with one that names a command that
 * reads the subject. Does nothing for files of the work tree. */
void vv_subject_hint(const vv_subject *s, vv_error *err);

#endif
