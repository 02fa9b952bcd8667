/*
 * handles: the structs behind the handles of the public headers, and functions that convert
 * arguments and results of the public functions.
 *
 * The core of a repository owns sessions. A session is a vv_repository with a dataset reader; one
 * thread at a time uses it. A function that needs Git or the reader reserves an idle session, or
 * opens another one, and releases the session at its end. A cursor that walks through Git reserves
 * its session until the cursor is freed. So no thread waits for a lock while a callback of the
 * caller runs. Objects that were opened with a session read blocks from the session's store, which
 * is thread-safe; so they can be used after the session is released. Sessions are closed with the
 * core.
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

typedef struct vv_columns vv_columns;
typedef struct vv_sniff_hints vv_sniff_hints;

/* An open repository, shared by all handles that were made from it. A core is
 * reference-counted: each of these handles owns one reference. */
typedef struct vv_core vv_core;

/* A session (see above). */
typedef struct vv_session {
	vv_core *core; /* borrowed */
	vv_repository *repo;
	vv_dataset_reader *reader;
	/* fetches missing blocks, if the repository was opened with VARVE_OPEN_URL or
	 * VARVE_OPEN_LAZY; else NULL */
	vv_on_demand *demand;
	struct vv_session *next; /* next session of the core */
	bool busy;               /* the session is reserved */
} vv_session;

vv_core *vv_core_keep(vv_core *c); /* adds a reference and returns c; accepts NULL */
/* Removes a reference, and frees c with the last one; accepts NULL. Does nothing in a child of
 * fork. */
void vv_core_drop(vv_core *c);

/* Returns VV_OK if the core's repository may be changed. VV_EREFUSED: it was opened by a URL, so it
 * is read-only. */
vv_status vv_core_may_write(const vv_core *c, vv_error *err);

/* Returns true in a child of fork, if its parent opened c. */
bool vv_core_is_parents(const vv_core *c);

/* Opens the repository of c again and sets *out to it, for a handle that needs a vv_repository
 * of its own. */
vv_status vv_core_open(vv_repository **out, const vv_core *c, vv_error *err);

/* Reserves an idle session of c, or a new one, and sets *out to it; the caller releases it with
 * vv_session_give. If c is NULL, sets *out to NULL. VV_EUSAGE: c was opened in a parent process,
 * before fork. */
vv_status vv_session_take(vv_session **out, vv_core *c, vv_error *err);
/* Sets *out to the commit of a revision. VV_EREFUSED: the repository was opened by a URL, and its
 * signed heads do not list the branch or tag. VV_ENOTFOUND: no such revision. */
vv_status vv_session_commit(const vv_session *s, const char *revision, vv_oid *out, vv_error *err);
void vv_session_give(vv_session *s); /* releases the session; accepts NULL */
VV_AUTO_FREE(vv_session, vv_session_give)
/* Call this before opening a version of which only some rows are needed. If s fetches missing
 * blocks (s->demand), it then fetches single blocks instead of whole versions (vv_on_demand_alone),
 * until it is released. If many blocks of a version are needed, or vv_on_demand_whole is called, s
 * fetches the whole version all the same. s may be NULL. */
void vv_session_alone(vv_session *s);

/* A handle of a repository. */
struct varve_repo {
	vv_core *core;
};

/* A handle of a version. */
struct varve_version {
	vv_core *core; /* NULL: a file outside of any repository */
	/* the version, found but not opened; its members for repository and reader are not
	 * set */
	vv_subject subject;
	bool inside; /* subject is to be opened with the repository and reader of a session */
	char *text;  /* the text that subject borrows */
	char *name;  /* for a table of a document: path and table; else NULL */
	/* the result of varve_version_info; its ids are in the following members */
	varve_version_facts facts;
	char commit[VARVE_ID_SIZE], blob[VARVE_ID_SIZE], cid[VARVE_ID_SIZE];
};

/* An open table; it is reference-counted. */
struct varve_table {
	atomic_uint refs; /* number of references to the table */
	vv_core *core;    /* NULL: a file outside of any repository */
	/* the session whose store and pool are used for reading. If the session fetches missing
	 * blocks (`demand`), it is reserved until the table is closed; otherwise it is not
	 * reserved */
	vv_session *session;
	vv_subject subject; /* the version that has the table */
	char *text;         /* the text that subject borrows */
	vv_table table;
	bool open; /* `table` is open */
	/* The following members are results of the functions in varve/table.h. */
	varve_table_facts facts;
	varve_column *columns;
	size_t *key;  /* indices of the key's columns */
	char *schema; /* the schema as JSON */
};

/* Adds a reference to the table t, and returns t. */
varve_table *vv_table_keep(const varve_table *t);

/* Sets *out to a new version of `path` whose content is *blob, a blob of the repository of
 * `core`. */
vv_status vv_version_of_blob(varve_version **out, vv_core *core, const char *path,
			     const vv_oid *blob, vv_error *err);

/* Sets *out to a copy of the subject of v, and *session to a reserved session for opening it, or to
 * NULL for a file outside of repositories. text: a copy of v->text, which *out borrows. The caller
 * clears *out, and then releases the session. */
vv_status vv_version_subject(vv_subject *out, vv_session **session, const varve_version *v,
			     const char *text, vv_error *err);

/* Sets *err from `from` if rc is negative, and returns rc; VV_EREFUSED for lack of a login becomes
 * VV_EAUTH. err may be NULL. A public function ends with this call. */
int vv_give(varve_error *err, vv_status rc, const vv_error *from);

/* The first failure of a cursor. Each later call for the cursor returns it again. */
typedef struct vv_first_failure {
	int rc;          /* 0: no failure yet */
	varve_error why; /* the error */
} vv_first_failure;
/* Returns `more`, or, if the cursor failed before, the first failure, and sets *err from it. The
 * next function of a cursor ends with this call. more: 1, 0 at the end, or negative, with the error
 * in `from`. */
int vv_give_next(varve_error *err, vv_first_failure *first, int more, const vv_error *from);

/* Copies to `out`, an options struct of `known` bytes, the members that it has in common with
 * `options`, the caller's struct, whose size may differ. Sets its other members to zero, or all if
 * options is NULL. VV_EUSAGE: the caller's struct has no size. VV_ENOSUPPORT: a member that `out`
 * lacks is set. */
vv_status vv_take_options(void *out, size_t known, const void *options, vv_error *err);
/* Returns VV_ENOSUPPORT if flags has a bit that `known` lacks, else VV_OK. */
vv_status vv_take_flags(uint32_t flags, uint32_t known, vv_error *err);
/* Sets *err from *from, the error of a caller's function that returned `code`. Returns the code as
 * a status, or VV_EIO if it is not a code of varve. */
vv_status vv_take_error(vv_error *err, int code, const varve_error *from);
/* Sets *out to the environment of a repository that is opened with `settings`, or with the defaults
 * if settings is NULL. */
vv_status vv_take_env(vv_env **out, const varve_repo_options *settings, vv_error *err);
/* Converts the caller's dialect *given to *out. If given is NULL, sets *out to the defaults.
 * VV_EUSAGE: a member is out of range. */
vv_status vv_take_dialect(vv_sniff_hints *out, const varve_dialect *given, vv_error *err);

/* A copy of a caller's list of names. */
typedef struct vv_name_list {
	const char **items; /* the names, followed by NULL; NULL if the caller's list was NULL */
	size_t count;
	vv_arena arena; /* memory of the names */
} vv_name_list;
/* Copies `names`, which are followed by NULL, to *out. names may be NULL. */
vv_status vv_names_take(vv_name_list *out, const char *const *names, vv_error *err);
void vv_names_clear(vv_name_list *list);

/* A pathspec of the paths in a caller's list. */
typedef struct vv_paths {
	/* paths relative to the repository, not to the current folder; empty if the list was
	 * NULL */
	vv_pathspec spec;
	char **files; /* the paths that spec borrows */
} vv_paths;
/* Sets *out to a pathspec of `paths`, which are relative to the top of r and followed by NULL.
 * paths may be NULL. */
vv_status vv_paths_take(vv_paths *out, vv_repository *r, const char *const *paths, vv_error *err);
void vv_paths_clear(vv_paths *p);
VV_AUTO_CLEAR(vv_paths, vv_paths_clear)

/* A caller's watch (callbacks for progress and cancelling), converted to the
 * interface of lower layers. Only its payload is borrowed. */
typedef struct vv_watched {
	varve_watch watch;    /* a copy of the caller's watch */
	vv_progress progress; /* calls the functions of `watch` */
} vv_watched;
/* Copies *watch to *out, and sets *progress to the progress of *out, or to NULL if watch is NULL.
 * out must outlive *progress. */
vv_status vv_watched_begin(const vv_progress **progress, vv_watched *out, const varve_watch *watch,
			   vv_error *err);

/* A handle of a transaction. */
struct varve_txn {
	vv_core *core;
	/* the transaction's own repository handle, with the objects that it stages */
	vv_repository *repo;
	vv_txn *txn;
	vv_watched watched;              /* the caller's watch */
	vv_notes notes;                  /* appends warnings to notes_text */
	vv_buf notes_text;               /* lines for varve_txn_warnings */
	struct vv_given_result *results; /* results returned so far, newest first */
};

/* A caller's write function and its payload. */
typedef struct vv_writing {
	varve_write_fn write;
	void *payload;
} vv_writing;
/* Passes len bytes to the write function of the vv_writing *writing. Has the type vv_bytes_fn. */
vv_status vv_writing_put(void *writing, const void *bytes, size_t len, vv_error *err);

/* Compiles the tests of `filter` for `table`, and sets *out to the result, or to NULL if filter is
 * NULL. filter must outlive *out. */
vv_status vv_filter_where(vv_where **out, const varve_filter *filter, const varve_table *table,
			  vv_error *err);
/* Opens the rows of `table` as *out, to be read by row group. The caller reads them with
 * vv_rows_next_group from *groups, which *out owns. options must have its full size
 * (vv_take_options). */
vv_status vv_rows_by_group(varve_rows **out, vv_rows **groups, const varve_table *table,
			   const varve_rows_options *options, vv_error *err);
/* Opens, as *out, the keys of t that the cache of checks contains, for finding rows; t is a stored
 * version. If the cache does not contain them, out->lookup.cache is NULL. The caller closes
 * *out. */
vv_status vv_table_keys(vv_kept_keys *out, const varve_table *t, const vv_progress *progress,
			vv_error *err);
/* Adds a reference to `filter`, and returns it; accepts NULL. */
const varve_filter *vv_filter_keep(const varve_filter *filter);

/* Checks `path` in the work tree of repo as varve_check_revision does, but uses the bytes of
 * `file`, in the dialect `written`, as its content. schema: the schema to use if options has none,
 * in place of that of a data package; may be NULL. */
int vv_check_instead(varve_report **out, varve_repo *repo, const char *path, const char *file,
		     const vv_sniff_hints *written, const char *schema, const char *base,
		     const varve_check_options *options, varve_error *err);

/* Sets *out to the next row that differs, as varve_diff_next does, but does not count the row.
 * Returns 1, 0 at the end, or a negative status. */
int vv_diff_row(varve_diff *d, vv_row_change *out, vv_error *err);
/* Returns the columns of both tables, borrowed from d. */
const vv_columns *vv_diff_columns(const varve_diff *d);
/* Returns the indexes of the key's columns, borrowed from d, and sets *count to their number. */
const size_t *vv_diff_key(const varve_diff *d, size_t *count);
/* Sets `id` to the commit of the newer table, and *time to its time in seconds since 1970. If the
 * table is not from a commit, sets id to "", and leaves *time unchanged. */
vv_status vv_diff_commit(char id[VARVE_ID_SIZE], int64_t *time, const varve_diff *d, vv_error *err);

#endif
