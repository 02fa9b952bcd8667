/*
 * varve/repo.h: opens and makes repositories, and reads their settings and blocks.
 *
 * A repository is an ordinary Git repository with varve's folder in it. Opening a repository on
 * this machine reads only its settings.
 */
#ifndef VARVE_REPO_H
#define VARVE_REPO_H

#include "varve/base.h"

VARVE_BEGIN

/* An open repository. */
typedef struct varve_repo varve_repo;

/* Flags for varve_repo_options.flags. */
enum varve_open_flag {
	/* use a copy of the process's environment, made in this call, instead of env */
	VARVE_OPEN_ENVIRON = 1 << 0,
	VARVE_INIT_BARE = 1 << 1, /* varve_repo_init: make a bare repository */
	/* varve_repo_open: path is the URL or path of a repository to read through a cache; see "VARVE_OPEN_URL"
	 * below */
	VARVE_OPEN_URL = 1 << 2,
	/* with VARVE_OPEN_URL: send no request to the URL if the cache has the repository */
	VARVE_OPEN_AS_IS = 1 << 3,
	/* varve_repo_open: fetch missing blocks when they are read, unless the setting varve.autoFetch is false; the
	 * program varve uses this flag. Without this flag, reading a missing block fails with VARVE_EMISSING.
	 * VARVE_OPEN_URL implies this flag. */
	VARVE_OPEN_LAZY = 1 << 4,
	/* with VARVE_OPEN_URL: also read branches and tags that the signed heads of the repository do not list, and its
	 * HEAD, which any copy can add. Without this flag, they are left out, and HEAD is the default branch of the
	 * newest signed head; varve_rev_parse and varve_version_find then fail with VARVE_EREFUSED. Since 1.1. */
	VARVE_OPEN_UNSIGNED = 1 << 5
};

/* Options of varve_repo_open and varve_repo_init. */
typedef struct varve_repo_options {
	size_t size;
	uint32_t flags;    /* enum varve_open_flag */
	uint32_t reserved; /* 0 */
	/* the whole environment of the library, git, ssh and hooks (HOME, PATH, TMPDIR,
	 * GIT_CONFIG_*, GIT_AUTHOR_*, http_proxy ...), in the form of environ: strings
	 * "NAME=value", ended by NULL. Copied. If env is NULL and VARVE_OPEN_ENVIRON is not set,
	 * the environment is empty, and git reads no settings of the user. Whatever env is, libgit2
	 * also reads the settings in the process's home folder, and those of the system. */
	const char *const *env;
	/* with VARVE_OPEN_URL: the folder of the cache. NULL: the value of VARVE_CACHE in the environment, else
	 * $XDG_CACHE_HOME/varve, else ~/.cache/varve. */
	const char *cache;
	/* with VARVE_OPEN_URL: the size limit of the cache in bytes; 0: the setting varve.cacheSize, or 10 GiB */
	uint64_t cache_size;
} varve_repo_options;

/* Opens the repository that contains path. A relative path is resolved once, in this call. path
 * NULL: opens the repository in GIT_DIR of the environment, or else the repository that contains
 * the current folder; the process must then stay in this folder as long as it uses the handle.
 * VARVE_ENOTFOUND: no repository contains path; VARVE_EREFUSED: another user owns the repository;
 * VARVE_ENOSUPPORT: this version of varve does not support the repository; VARVE_EUSAGE:
 * VARVE_OPEN_URL without a path, or VARVE_OPEN_AS_IS or VARVE_OPEN_UNSIGNED without VARVE_OPEN_URL. With VARVE_OPEN_URL,
 * VARVE_EIO: the URL does not answer; VARVE_EREFUSED: the URL does not have the newest signed
 * version. */
VARVE_API int varve_repo_open(varve_repo **out, const char *path, const varve_repo_options *options,
			      varve_error *err);

/*
 * VARVE_OPEN_URL: varve_repo_open fetches branches and tags once. Blocks are fetched when a version is read. The
 * repository is bare and only for reading: functions that change files, refs or the remote fail with VARVE_EREFUSED. To
 * write, clone the repository. Processes share the cache. If the cache exceeds cache_size, repositories that no process
 * has open are removed from the cache, the least recently read ones first. If the URL does not answer, but the cache
 * has the repository, varve_repo_open succeeds with a warning (varve_repo_warnings).
 */

/* Returns the warnings of varve_repo_open, as lines that end with a newline; "": no warnings. */
VARVE_API const char *varve_repo_warnings(const varve_repo *repo);

/* Makes a repository in the folder path, which is made if needed, or completes the repository in this folder; then
 * opens the repository. path NULL or ".": completes the repository that contains the current folder, or makes one in
 * the current folder. A complete repository has Git's files, varve's folder and the settings of varve's filter and
 * drivers. A second call changes nothing. created may be NULL; else *created is set to true if this call made Git's
 * repository, and to false if not. VARVE_EEXISTS: path is a file; VARVE_EIO: git cannot make the repository;
 * VARVE_EUSAGE: the flags contain VARVE_OPEN_URL, VARVE_OPEN_AS_IS, VARVE_OPEN_UNSIGNED or VARVE_OPEN_LAZY. */
VARVE_API int varve_repo_init(varve_repo **out, const char *path, const varve_repo_options *options,
			      bool *created, varve_error *err);

/* Frees the handle. Versions, tables and cursors that were made from the handle stay usable. */
VARVE_API void varve_repo_free(varve_repo *repo);

/* A folder of a repository. */
enum varve_folder {
	VARVE_FOLDER_WORK_TREE,
	VARVE_FOLDER_GIT,    /* Git's folder for this work tree */
	VARVE_FOLDER_COMMON, /* Git's folder that all work trees share */
	VARVE_FOLDER_BLOCKS  /* the folder of the blocks, which contain varve's data */
};

/* Returns the absolute path of a folder (enum varve_folder), without '/' at its end. Returns NULL for
 * VARVE_FOLDER_WORK_TREE if the repository is bare, and for unknown folders. */
VARVE_API const char *varve_repo_folder(const varve_repo *repo, int folder);

/* Reads the setting of Git with the name key, such as "user.name". If the setting occurs several times, the last value
 * counts. The value is written to value, cut to size bytes including its NUL; size can be 0. len may be NULL; else *len
 * is set to the length of the whole value, without its NUL. VARVE_ENOTFOUND: the setting has no value. */
VARVE_API int varve_repo_config(char *value, size_t size, size_t *len, varve_repo *repo,
				const char *key, varve_error *err);

/* Returns the name of the operation in progress in the work tree: "merge", "cherry-pick", "revert", "rebase", "bisect"
 * or "am", as a static text; "": no operation is in progress, or the repository cannot be read. Every call reads the
 * disk. */
VARVE_API const char *varve_repo_state(varve_repo *repo);

/* Checks the block with this CID against the CID, and passes its bytes to write(). VARVE_EMISSING: the repository does
 * not have the block; VARVE_ECORRUPT: the block is damaged; VARVE_EUSAGE: cid is not a CID. */
VARVE_API int varve_repo_block(varve_repo *repo, const char *cid, varve_write_fn write,
			       void *payload, varve_error *err);

VARVE_END
#endif
