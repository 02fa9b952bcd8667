/*
 * describe: changes the description of a table's columns in its datapackage.json.
 */
#ifndef VV_LIB_WORKTREE_DESCRIBE_H
#define VV_LIB_WORKTREE_DESCRIBE_H

#include <stdbool.h>

#include "base/text.h"
#include "lib/names/version.h"

typedef struct vv_description {
	vv_strings type;   /* each COLUMN=TYPE */
	vv_strings number; /* each COLUMN=EXAMPLE, such as amount=1.234,5 */
	/* each COLUMN=TEXT; TEXT or =TEXT applies to all columns without missing values of their
	 * own */
	vv_strings missing;
	vv_strings key;     /* each a name of a column, or several separated by commas */
	const char *dashes; /* prefix of the options type, number, missing and key in messages */
} vv_description;

/* Changes the file durably, and keeps its formatting. Uses the nearest datapackage.json in the
 * table's folder or above that describes the subject, which is a path of the work tree; otherwise
 * the nearest one; otherwise creates one beside the table. *package: its path in the repository;
 * the caller frees it, also after a failure. *describes: the file described the table before.
 * VV_EUSAGE, VV_ENOTFOUND: a part of the description is wrong. */
vv_status vv_describe(char **package, bool *describes, vv_subject *s, const vv_table *t,
		      const vv_description *d, vv_error *err);

#endif
