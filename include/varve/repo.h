/*
 * varve/repo.h: repositories.
 *
 * A repository is an ordinary Git repository with varve's folder in it. Opening one reads only its settings.
 */
#ifndef VARVE_REPO_H
#define VARVE_REPO_H

#include "varve/base.h"

VARVE_BEGIN

typedef struct varve_repo varve_repo;

enum varve_open_flag {
	VARVE_OPEN_ENVIRON = 1 << 0, /* copy the process's environment now, in place of env */
	VARVE_INIT_BARE = 1 << 1,    /* varve_repo_init makes a bare repository */
	/* varve_repo_open: path is the URL (or path) of another repository, which is read through a cache */
	VARVE_OPEN_URL = 1 << 2,
	VARVE_OPEN_AS_IS = 1 << 3, /* with it: use the cache without asking the URL */
	/* varve_repo_open: blocks that are missing are fetched when they are read, as the program does, unless
	 * varve.autoFetch is false; without it, reading them fails with VARVE_EMISSING. VARVE_OPEN_URL implies it. */
	VARVE_OPEN_LAZY = 1 << 4
};

typedef struct varve_repo_options {
	size_t size;
	uint32_t flags;    /* enum varve_open_flag */
	uint32_t reserved; /* 0 */
	/* "NAME=value" strings, ended by NULL, in the form of environ: the whole environment of the library, git, ssh and
	 * hooks (HOME, PATH, TMPDIR, GIT_CONFIG_*, GIT_AUTHOR_*, http_proxy ...). Copied.
	 * NULL without VARVE_OPEN_ENVIRON: nothing, so settings of the user and the system are not read. */
	const char *const *env;
	/* With VARVE_OPEN_URL: the folder of the cache. NULL: what VARVE_CACHE in env names, else
	 * $XDG_CACHE_HOME/varve, else ~/.cache/varve. */
	const char *cache;
	uint64_t cache_size; /* its bytes; 0: the setting varve.cacheSize */
} varve_repo_options;

/* Opens the repository that contains path. A relative path is resolved once, here. VARVE_ENOTFOUND, VARVE_EREFUSED (another user owns it), VARVE_ENOSUPPORT. */
VARVE_API int varve_repo_open(varve_repo **out, const char *path, const varve_repo_options *options,
			      varve_error *err);

/*
 * VARVE_OPEN_URL: branches and tags are requested once, here; blocks are fetched when a version is read.
 * The repository is bare, and read only (VARVE_EREFUSED): clone it to write. Processes share the cache. When it
 * exceeds cache_size, repositories that no process has open are removed, those read longest ago first. If the
 * URL does not answer and was read before, there is a warning instead of an error.
 */

/* Warnings from opening, in lines that end with a newline; "" for nothing. */
VARVE_API const char *varve_repo_warnings(const varve_repo *repo);

/* Makes a repository in the folder path, or completes an existing one: Git's files, varve's folder and the
 * filter settings. Harmless when repeated. *created (or NULL): true if it did not exist before. */
VARVE_API int varve_repo_init(varve_repo **out, const char *path, const varve_repo_options *options,
			      bool *created, varve_error *err);

/* Frees the handle. Versions, tables and cursors made from it stay usable. */
VARVE_API void varve_repo_free(varve_repo *repo);

enum varve_folder {
	VARVE_FOLDER_WORK_TREE,
	VARVE_FOLDER_GIT,    /* of this work tree */
	VARVE_FOLDER_COMMON, /* of all work trees */
	VARVE_FOLDER_BLOCKS  /* where varve keeps the data */
};

/* The absolute path of a folder (enum varve_folder), without '/' at its end. NULL: a bare repository has no work
 * tree. */
VARVE_API const char *varve_repo_folder(const varve_repo *repo, int folder);

/* A setting of Git, the last value on all levels, at most size bytes of it with the NUL. *len (or NULL): its whole
 * length. VARVE_ENOTFOUND: not set. */
VARVE_API int varve_repo_config(char *value, size_t size, size_t *len, varve_repo *repo,
				const char *key, varve_error *err);

/* The operation in progress in the work tree: "", "merge", "cherry-pick", "revert", "rebase", "bisect" or
 * "am". Static. Reads the disk each time. */
VARVE_API const char *varve_repo_state(varve_repo *repo);

/* Passes the bytes of the block with this CID to write. They are checked against the CID. VARVE_EMISSING. */
VARVE_API int varve_repo_block(varve_repo *repo, const char *cid, varve_write_fn write,
			       void *payload, varve_error *err);

VARVE_END
#endif
