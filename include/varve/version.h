/*
 * varve/version.h: the meaning of "v1:prices.csv", "prices.csv" or a CID, as a version.
 *
 * A version is one state of one path: a stored table or file, or plain text of Git's history or of the work tree. It
 * has facts and exact bytes. If it is a table it can be opened as one (table.h). A version never changes and may
 * be shared by threads. The version of a work tree file is the file's content at the time of reading.
 */
#ifndef VARVE_VERSION_H
#define VARVE_VERSION_H

#include "varve/base.h"
#include "varve/repo.h"

VARVE_BEGIN

typedef struct varve_version varve_version;

enum varve_from { VARVE_FROM_CID, VARVE_FROM_COMMIT, VARVE_FROM_INDEX, VARVE_FROM_WORK_TREE };

typedef struct varve_version_facts {
	int32_t from; /* enum varve_from */
	bool stored;  /* varve keeps it in blocks; else plain text or bytes */
	bool table;   /* stored as a table, or named like one */
	bool here;    /* stored, and its root block is in this repository */
	bool broken; /* a damaged pointer file, which Git stores in place of the data: opening it fails */
	const char *path;   /* "" for a CID, and for files outside the repository */
	const char *commit; /* with VARVE_FROM_COMMIT; else "" */
	const char *cid;    /* of the root block when stored; else "" */
	const char *blob;   /* id of the Git blob; "" when there is none */
	uint64_t bytes;     /* of the file; VARVE_UNKNOWN: not known without reading it */
	uint64_t rows;      /* of a stored table; else VARVE_UNKNOWN */
	uint64_t columns;   /* likewise */
} varve_version_facts;

/* Finds a version by its name: REV:PATH, :PATH (the index), PATH (the work tree; relative to the top) or a CID.
 * REV may be anything that varve_rev_parse accepts. Does not read the data. VARVE_ENOTFOUND; VARVE_EUSAGE: a
 * folder or submodule. */
VARVE_API int varve_version_find(varve_version **out, varve_repo *repo, const char *word,
				 varve_error *err);

/* The same for a literal path. revision NULL: the work tree; ":": the index. */
VARVE_API int varve_version_at(varve_version **out, varve_repo *repo, const char *revision,
			       const char *path, varve_error *err);

/* Any file on disk, inside or outside of repositories; repo may be NULL. Its path is absolute or relative to the
 * working directory. */
VARVE_API int varve_version_file(varve_version **out, varve_repo *repo, const char *file,
				 varve_error *err);

VARVE_API void varve_version_free(varve_version *version);

/* The version's facts. */
VARVE_API const varve_version_facts *varve_version_info(const varve_version *version);

/* Writes bytes from offset on, at most len of them (UINT64_MAX: all), in order, in pieces of at most some MiB. A
 * whole file is checked against its hash at the end, a part block by block. VARVE_EMISSING, VARVE_ECORRUPT. */
VARVE_API int varve_version_write(const varve_version *version, uint64_t offset, uint64_t len,
				  varve_write_fn write, void *payload, const varve_watch *watch,
				  varve_error *err);

typedef struct varve_versions_options {
	size_t size;
	const char *revision;     /* NULL: the index */
	const char *const *paths; /* files or folders, ended by NULL; NULL: all */
	bool documents; /* each document is followed by its tables, DOCUMENT#TABLE; runs readers */
} varve_versions_options;

/* A cursor over the versions of all files of a revision, sorted by path. */
typedef struct varve_versions varve_versions;
VARVE_API int varve_versions_open(varve_versions **out, varve_repo *repo,
				  const varve_versions_options *options, varve_error *err);

/* The facts of the next version. */
VARVE_API int varve_versions_next(varve_versions *list, const varve_version_facts **facts,
				  varve_error *err);

/* A handle for the version that next returned last. */
VARVE_API int varve_versions_take(varve_version **out, varve_versions *list, varve_error *err);
VARVE_API void varve_versions_free(varve_versions *list);

VARVE_END
#endif
