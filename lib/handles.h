/*
 * handles: the structs behind the handles of the public headers, and functions that convert
 * arguments and results of the public functions.
 *
 * The core of a repository owns sessions. A session is a vv_repository with a dataset reader, and
 * is used by one thread at a time. A function that needs Git or the reader reserves an idle
 * session, or opens another one, and releases the session at its end; a cursor that walks through
 * Git reserves its session until the cursor is freed. So no thread waits for a lock while a
 * callback of the caller runs. Objects that were opened with a session read blocks from the
 * session's store, which is thread-safe. Sessions are closed with the core.
 */
#ifndef VV_LIB_HANDLES_H
#define VV_LIB_HANDLES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/env.h"
#include "base/error.h"
#include "base/progress.h"
#include "diff/rows/columns.h"
#include "diff/rows/row_change.h"
#include "lib/commit/txn.h"
#include "lib/names/pathspec.h"
#include "lib/names/version.h"
#include "lib/rows/rows.h"
#include "lib/rows/where.h"
#include "lib/sync/on_demand.h"
#include "lib/tables/dataset_reader.h"
#include "lib/view/kept_keys.h"
#include "repo/git/repository.h"
#include "varve/base.h"
#include "varve/check.h"
#include "varve/diff.h"
#include "varve/repo.h"
#include "varve/table.h"
#include "varve/version.h"

typedef struct vv_core vv_core;

typedef struct vv_session {
	vv_core *core;
	vv_repository *repo;
	vv_dataset_reader *reader;
	vv_on_demand *demand; /* fetches blocks for a repository at a URL; else NULL */
	struct vv_session *next;
	bool busy;
} vv_session;

/* A core is reference-counted: every handle made from it owns one reference. */
vv_core *vv_core_keep(vv_core *c); /* adds a reference and returns c; accepts NULL */
/* Removes a reference; accepts NULL. Does nothing in a child of fork. */
void vv_core_drop(vv_core *c);

/* Returns true if the core's repository was opened by a URL. Such a repository is read-only. c may
 * be NULL. */
bool vv_core_is_cached(const vv_core *c);

/* Opens the core's repository again, for a handle that needs a vv_repository of its own. */
vv_status vv_core_open(vv_repository **out, const vv_core *c, vv_error *err);

/* Sets *out to an idle session, which the caller releases with vv_session_give. If c is NULL, *out
 * has no repository and no reader. */
vv_status vv_session_take(vv_session **out, vv_core *c, vv_error *err);
void vv_session_give(vv_session *s); /* accepts NULL */
VV_AUTO_FREE(vv_session, vv_session_give)
/* For a repository at a URL: makes the session fetch only single blocks of the version that is
 * opened next, until many of its blocks were needed or vv_on_demand_whole is called
 * (vv_on_demand_alone). Applies until the session is released. s may be NULL. */
void vv_session_alone(vv_session *s);

struct varve_repo {
	vv_core *core;
};

struct varve_version {
	vv_core *core; /* NULL: a file outside of any repository */
	/* found, but not opened; its members for repository and reader are not set */
	vv_subject subject;
	bool inside; /* subject is opened with the repository and reader of a session */
	char *text;  /* the text that subject borrows */
	char *name;  /* for a table of a document: path and table; else NULL */
	varve_version_facts facts;
	char commit[VARVE_ID_SIZE], blob[VARVE_ID_SIZE], cid[VARVE_ID_SIZE];
};

struct varve_table {
	atomic_uint refs;
	vv_core *core;
	/* the session whose store and pool are used for reading. The session is reserved until the
	 * table is closed if the repository is at a URL, and not reserved otherwise */
	vv_session *session;
	vv_subject subject;
	char *text;
	vv_table table;
	bool open;
	varve_table_facts facts;
	varve_column *columns;
	size_t *key;
	char *schema;
};

/* Adds a reference to a table, and returns the table. */
varve_table *vv_table_keep(const varve_table *t);

/* Sets *out to a new version of the path whose content is a blob of the repository. */
vv_status vv_version_of_blob(varve_version **out, vv_core *core, const char *path,
			     const vv_oid *blob, vv_error *err);

/* Copies the version's subject, and reserves a session for opening it; *session is NULL for a file
 * outside of repositories. The caller clears the subject, and then releases the session. */
vv_status vv_version_subject(vv_subject *out, vv_session **session, const varve_version *v,
			     const char *text, vv_error *err);

/* Ends a public function: if rc is negative, sets *err from `from`. Returns rc. */
int vv_give(varve_error *err, vv_status rc, const vv_error *from);

/* The first failure of a cursor, which each later call returns again. rc 0: none yet. */
typedef struct vv_first_failure {
	int rc;
	varve_error why;
} vv_first_failure;
/* Ends the next function of a cursor: more is 1, 0 at the end, or negative, with the error in
 * `from`. Returns more, or the first failure, and sets *err from it. */
int vv_give_next(varve_error *err, vv_first_failure *first, int more, const vv_error *from);

/* Copies the members that the caller's options and out have in common to out, which has `known`
 * bytes. If options is NULL, sets out to zero. */
vv_status vv_take_options(void *out, size_t known, const void *options, vv_error *err);
/* Fails with VV_ENOSUPPORT if flags has a bit that `known` does not have. */
vv_status vv_take_flags(uint32_t flags, uint32_t known, vv_error *err);
/* Sets err from the error of a caller's function, which returned code. */
vv_status vv_take_error(vv_error *err, int code, const varve_error *from);
/* Makes the environment of a repository that is opened with these settings; NULL: the defaults. */
vv_status vv_take_env(vv_env **out, const varve_repo_options *settings, vv_error *err);
vv_status vv_take_dialect(vv_sniff_hints *out, const varve_dialect *given, vv_error *err);

/* A copy of a caller's NULL-ended list of names. items is NULL if the caller's list was NULL. */
typedef struct vv_name_list {
	const char **items;
	size_t count;
	vv_arena arena;
} vv_name_list;
vv_status vv_names_take(vv_name_list *out, const char *const *names, vv_error *err);
void vv_names_clear(vv_name_list *list);

/* A pathspec of repository-relative paths, independent of the current folder. Empty if the caller's
 * list was NULL. */
typedef struct vv_paths {
	vv_pathspec spec;
	char **files;
} vv_paths;
vv_status vv_paths_take(vv_paths *out, vv_repository *r, const char *const *paths, vv_error *err);
void vv_paths_clear(vv_paths *p);
VV_AUTO_CLEAR(vv_paths, vv_paths_clear)

/* A watch of the caller, converted to the interfaces of lower layers. Only its payload is
 * borrowed. */
typedef struct vv_watched {
	varve_watch watch;
	vv_progress progress;
} vv_watched;
/* Sets *progress to the value to pass to lower layers, or to NULL if watch is NULL. out must be
 * valid as long as *progress is used. */
vv_status vv_watched_begin(const vv_progress **progress, vv_watched *out, const varve_watch *watch,
			   vv_error *err);

struct varve_txn {
	vv_core *core;
	/* the transaction's own repository handle, with the objects that it stages */
	vv_repository *repo;
	vv_txn *txn;
	vv_watched watched;
	vv_notes notes;
	vv_buf notes_text;               /* lines for varve_txn_warnings */
	struct vv_given_result *results; /* results returned so far, newest first */
};

/* Adapts a caller's write function: vv_writing_put is a vv_bytes_fn whose payload is a
 * vv_writing. */
typedef struct vv_writing {
	varve_write_fn write;
	void *payload;
} vv_writing;
vv_status vv_writing_put(void *writing, const void *bytes, size_t len, vv_error *err);

/* Compiles the filter's tests for the table. Sets *out to NULL if filter is NULL. filter is
 * borrowed. */
vv_status vv_filter_where(vv_where **out, const varve_filter *filter, const varve_table *table,
			  vv_error *err);
/* Opens *out. The caller reads its rows with vv_rows_next_group from *groups, which *out owns.
 * options must have its full size (vv_take_options). */
vv_status vv_rows_by_group(varve_rows **out, vv_rows **groups, const varve_table *table,
			   const varve_rows_options *options, vv_error *err);
/* Opens the keys of a stored version that the cache of checks has, for finding rows. If the cache
 * does not have them, lookup.cache is NULL. The caller closes *out. */
vv_status vv_table_keys(vv_kept_keys *out, const varve_table *t, const vv_progress *progress,
			vv_error *err);
/* Adds a reference to a filter, and returns the filter. */
const varve_filter *vv_filter_keep(const varve_filter *filter);

/* Checks the work tree as varve_check_revision does, but uses the bytes of `file`, in the dialect
 * `written`, as the content of path. schema is used if path has no schema; may be NULL. */
int vv_check_instead(varve_report **out, varve_repo *repo, const char *path, const char *file,
		     const vv_sniff_hints *written, const char *schema, const char *base,
		     const varve_check_options *options, varve_error *err);

/* Gets the next row that differs, as varve_diff_next does, but does not count the row. Returns 1, 0
 * at the end, or a negative status. */
int vv_diff_row(varve_diff *d, vv_row_change *out, vv_error *err);
const vv_columns *vv_diff_columns(const varve_diff *d);        /* borrowed from d */
const size_t *vv_diff_key(const varve_diff *d, size_t *count); /* borrowed from d */
/* Sets id to the commit of the newer table, and *time to its time in seconds since 1970. id is
 * "" if the table is not from a commit. */
vv_status vv_diff_commit(char id[VARVE_ID_SIZE], int64_t *time, const varve_diff *d, vv_error *err);

#endif
