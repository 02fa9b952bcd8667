/*
 * describe: changes the columns' descriptions of a table in its datapackage.json.
 */
#ifndef VV_LIB_WORKTREE_DESCRIBE_H
#define VV_LIB_WORKTREE_DESCRIBE_H

#include <stdbool.h>

#include "base/text.h"
#include "lib/names/version.h"

typedef struct vv_description {
	vv_strings type;   /* COLUMN=TYPE */
	vv_strings number; /* COLUMN=EXAMPLE, as in amount=1.234,5 */
	/* COLUMN=TEXT, or TEXT or =TEXT for all columns without missing values of their own */
	vv_strings missing;
	vv_strings key;     /* names, one or several with commas between them in each */
	const char *dashes; /* before the words type, number, missing and key in messages */
} vv_description;

/* Changes the work tree's file, durably, its formatting kept: the nearest package upwards that describes the subject, a path of the
 * work tree, or exists, or a new one beside it. *package: its path in the repository, the caller's, also when this fails; *describes: the
 * table was described before. VV_EUSAGE, VV_ENOTFOUND: a part of the description is wrong. */
vv_status vv_describe(char **package, bool *describes, vv_subject *s, const vv_table *t,
		      const vv_description *d, vv_error *err);

#endif
