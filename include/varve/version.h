/*
 * varve/version.h: finds versions by names such as "v1:prices.csv" or "prices.csv", or by a CID.
 *
 * A version is one state of one path: a stored table or file, or plain text in Git's history or in the work tree. It
 * has facts and exact bytes. A version that is a table can be opened as a table (table.h). The handle of a version never
 * changes, and threads may share it. A version of a file in the work tree names the file: its bytes and rows are those
 * that the file has when they are read.
 */
#ifndef VARVE_VERSION_H
#define VARVE_VERSION_H

#include "varve/base.h"
#include "varve/repo.h"

VARVE_BEGIN

/* A version. */
typedef struct varve_version varve_version;

/* Where a version was found. */
enum varve_from { VARVE_FROM_CID, VARVE_FROM_COMMIT, VARVE_FROM_INDEX, VARVE_FROM_WORK_TREE };

/* Facts about a version. */
typedef struct varve_version_facts {
	int32_t from; /* enum varve_from */
	bool stored;  /* varve stores the version in blocks; false: plain text or bytes */
	/* the version is stored as a table; or it is plain text whose path is named like a table, or which
	 * .gitattributes declares to be a table; or it is a table of a document */
	bool table;
	bool here; /* the version is stored, and its root block is in this repository */
	/* the pointer file, which Git stores in place of the data, is damaged: the version cannot be read */
	bool broken;
	/* the path in the repository, for a table of a document DOCUMENT#TABLE; "": the version was found by a CID, or
	 * is a file outside the repository */
	const char *path;
	const char *commit; /* the id of the commit; "": `from` is not VARVE_FROM_COMMIT */
	const char *cid;    /* the CID of the root block; "": the version is not stored */
	const char *blob;   /* the id of the Git blob; "": Git has no blob of the version */
	/* the length of the file; VARVE_UNKNOWN: not known without reading the file */
	uint64_t bytes;
	/* the number of rows; VARVE_UNKNOWN: not a stored table, or found by the CID of a missing block */
	uint64_t rows;
	/* the number of columns; VARVE_UNKNOWN: not a stored table, or found by a CID */
	uint64_t columns;
} varve_version_facts;

/* Finds a version by its name: REV:PATH (a path in a commit), :PATH (in the index), PATH (in the work tree), or a CID.
 * REV is a revision that varve_rev_parse accepts. PATH is relative to the top of the repository; DOCUMENT#TABLE names a
 * table of a document. Does not read the data. A CID is accepted even if its block is missing; varve_version_facts.here
 * is then false. VARVE_ENOTFOUND: no such revision or path, or a path in conflict in the index; VARVE_EUSAGE: the path
 * is a folder or submodule, or word is a PATH and the repository is bare. */
VARVE_API int varve_version_find(varve_version **out, varve_repo *repo, const char *word,
				 varve_error *err);

/* Finds the version of a path in a revision. Unlike varve_version_find, never takes a path for a CID, and a ':' in the
 * path has no special meaning. revision NULL: the work tree; ":": the index. Errors are as for varve_version_find. */
VARVE_API int varve_version_at(varve_version **out, varve_repo *repo, const char *revision,
			       const char *path, varve_error *err);

/* Makes a version of any file on disk, inside or outside of repositories. The path of the file is absolute, or relative
 * to the working directory. repo: the repository that may contain the file or the data of a pointer file; may be NULL.
 * VARVE_ENOTFOUND: no such file; VARVE_EUSAGE: the path is a folder; VARVE_EINPUT: a damaged pointer file, or any
 * pointer file if repo is NULL. */
VARVE_API int varve_version_file(varve_version **out, varve_repo *repo, const char *file,
				 varve_error *err);

VARVE_API void varve_version_free(varve_version *version);

/* Returns the version's facts, borrowed until the version is freed. */
VARVE_API const varve_version_facts *varve_version_info(const varve_version *version);

/* Passes at most len bytes of the version (UINT64_MAX: all), from the byte at offset on, to
 * write(), in order and in pieces of a few MiB or less. If the whole file is written, the file is
 * checked against its hash at the end; otherwise, each block that is read is checked. An offset
 * after the end of the file is not an error. VARVE_EMISSING: the repository does not have a block;
 * VARVE_ECORRUPT: the stored data is damaged; VARVE_EINPUT: the pointer file is damaged. */
VARVE_API int varve_version_write(const varve_version *version, uint64_t offset, uint64_t len,
				  varve_write_fn write, void *payload, const varve_watch *watch,
				  varve_error *err);

/* Options of varve_versions_open. */
typedef struct varve_versions_options {
	size_t size;
	const char *revision;     /* NULL: the index */
	const char *const *paths; /* files or folders, ended by NULL; NULL: all */
	/* after each document, such as a workbook, also list its tables, as DOCUMENT#TABLE; other programs, called
	 * readers, are run to read documents */
	bool documents;
} varve_versions_options;

/* A cursor over the versions of files in a revision, sorted by path. */
typedef struct varve_versions varve_versions;
/* Opens a cursor over the versions of all files in options->revision, or of those in
 * options->paths. Symbolic links, submodules and, in the index, files in conflict are left out. A
 * path that matches no file is not an error. VARVE_ENOTFOUND: no such revision. */
VARVE_API int varve_versions_open(varve_versions **out, varve_repo *repo,
				  const varve_versions_options *options, varve_error *err);

/* Sets *facts to the facts of the next version. */
VARVE_API int varve_versions_next(varve_versions *list, const varve_version_facts **facts,
				  varve_error *err);

/* Makes a handle for the version whose facts varve_versions_next returned last. VARVE_EUSAGE: no version was returned,
 * or its handle was already made. */
VARVE_API int varve_versions_take(varve_version **out, varve_versions *list, varve_error *err);
VARVE_API void varve_versions_free(varve_versions *list);

VARVE_END
#endif
