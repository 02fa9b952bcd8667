/*
 * describe: changes the description of a table's columns in its datapackage.json.
 */
#ifndef VV_LIB_WORKTREE_DESCRIBE_H
#define VV_LIB_WORKTREE_DESCRIBE_H

#include <stdbool.h>

#include "base/text.h"

typedef struct vv_subject vv_subject;
typedef struct vv_table vv_table;

/* One value = one change of a description: arguments of options. */
typedef struct vv_description {
	vv_strings type;   /* texts COLUMN=TYPE */
	vv_strings number; /* texts COLUMN=EXAMPLE, such as amount=1.234,5 */
	/* texts COLUMN=TEXT; TEXT or =TEXT applies to all columns without missing values of their
	 * own. If the file did not describe the table before, the column's type was inferred as
	 * string, and neither type nor number names the column, COLUMN=TEXT also declares the
	 * column's type: that of all its values that are not missing. This reads the whole column */
	vv_strings missing;
	vv_strings key; /* names of columns; a text may have several, separated by commas */
	/* prefix of the options type, number, missing and key in messages: "--" or "" */
	const char *dashes;
} vv_description;

/* Applies d to the description of the table t of the subject s, which must be a path of the work
 * tree. Writes the datapackage.json durably, and preserves its formatting. Chooses the nearest
 * datapackage.json, in the table's folder or above, that describes the subject. If none describes
 * it, chooses the nearest datapackage.json. If none exists, makes a datapackage.json beside the
 * table. Sets *package, which must be NULL before, to the path of the file in the repository; the
 * caller frees it, also after a failure. Sets *describes to true if the file described the table
 * before. VV_EUSAGE, VV_ENOTFOUND: a part of the description is wrong. */
vv_status vv_describe(char **package, bool *describes, vv_subject *s, const vv_table *t,
		      const vv_description *d, vv_error *err);

#endif
