/*
 * everything_internal: the state of a migration of a whole history. Private to everything.
 */
#ifndef VV_LIB_CLONE_EVERYTHING_INTERNAL_H
#define VV_LIB_CLONE_EVERYTHING_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "lib/clone/everything.h"
#include "repo/git/history/history.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/rewrite.h"
#include "repo/git/index/attributes.h"
#include "repo/git/oid.h"

#define MIGRATION_TEXT_MAX                                                                         \
	(16u << 20) /* most bytes of a .gitattributes or .gitignore that is edited */

typedef struct migration {
	const vv_migrate_options *o;
	vv_repository *repo;
	vv_migrate_result *out;
	const char *const *patterns;
	size_t pattern_count;
	const char **usual;   /* the patterns of vv_endings */
	bool *used;           /* of each pattern: a file matches it */
	vv_attr_text *places; /* which pattern a path matches */
	bool writing;         /* the second time */
	vv_ref *refs;         /* branches and tags */
	size_t ref_count, ref_cap;
	vv_range *ranges;
	vv_head head;
} migration;

/* Sets *out to true if a pattern selects the file, and marks the pattern as used. */
vv_status migration_matches(migration *m, const char *path, bool *out, vv_error *err);
/* Sets *out to the id of a blob with this text, and writes the blob in the second walk. */
vv_status migration_write_blob(const migration *m, const vv_buf *text, vv_oid *out, vv_error *err);

/* Replaces NAME.dvc, the entry `at` of the folder f, by its file; lock: the entry is dvc.lock, which
 * stays, with tables beside it. Counts files that cannot be converted. */
vv_status migration_take_dvc(migration *m, vv_folder_edit *f, size_t at, bool lock, vv_error *err);

#endif
