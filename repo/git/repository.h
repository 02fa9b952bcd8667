/*
 * repository: an ordinary Git repository, and varve's folder in it.
 *
 * Opens by discovery (GIT_DIR and friends respected), also from a linked
 * worktree or a bare repository. libgit2 is initialised on first use and its
 * types stay inside the sources of repo. One vv_repository is used by one thread.
 */
#ifndef VV_REPO_GIT_REPOSITORY_H
#define VV_REPO_GIT_REPOSITORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/env.h"
#include "base/error.h"
#include "base/progress.h"
#include "repo/blocks/store.h"
#include "repo/git/oid.h"

typedef struct vv_repository vv_repository;

/* Opens the repository that contains path (NULL: the current folder, or GIT_DIR). The environment is copied; all
 * work on the repository, and programs started for it, use the copy. VV_ENOTFOUND: not a repository, with a hint;
 * VV_EREFUSED and VV_ENOSUPPORT cases (foreign owner, unsupported extensions, split or sparse index) have the way
 * out in the message. VV_ECORRUPT: an index of Git's packs is so damaged that nothing can be read
 * (pack_check.h). */
vv_status vv_repository_open(vv_repository **out, const char *path, const vv_env *env,
			     vv_error *err);

/* The same with whatever indexes: for those who look at them before they read any object. */
vv_status vv_repository_open_unchecked(vv_repository **out, const char *path, const vv_env *env,
				       vv_error *err);
vv_status vv_repository_check_packs(const vv_repository *r, vv_error *err); /* VV_ECORRUPT */

/* The user named the current folder: a bare repository right there is used. Without that, one that is
 * found from the current folder up by its layout alone, not by a .git, is refused (as by Git with
 * safe.bareRepository=explicit): a clone can bring one, with settings that run programs.
 * safe.bareRepository=all outside any repository allows it. Called before there are threads. */
void vv_repository_name_here(void);

void vv_repository_close(vv_repository *r); /* accepts NULL */
VV_AUTO_FREE(vv_repository, vv_repository_close)

/* Removes the locks of the index, HEAD, refs, the settings and packed-refs left by a dead varve,
 * which Git's programs do not. Notes each to the listener; ignores failures. */
void vv_repository_sweep_locks(vv_repository *r);

/* The objects written so far are in the repository, durably: at first they are staged, and belong to the
 * ref or index that will name them. */
vv_status vv_repository_flush(vv_repository *r, vv_error *err);

/* Drops staged objects, so that closing does not write them. */
void vv_repository_discard(vv_repository *r);

/* Makes everything written so far durable: the folder of a renamed index is synced only here, and
 * refs never move before. Call it before reporting success. */
vv_status vv_repository_settle(vv_repository *r, vv_error *err);

/* Sets the receiver of notes and progress of work in the repository; borrowed until close. NULL at
 * first; r may be NULL. */
void vv_repository_listen(vv_repository *r, const vv_notes *notes);
const vv_notes *vv_repository_notes(const vv_repository *r);
vv_hint_words_fn vv_repository_words(const vv_repository *r); /* of the notes; or NULL */

/* The environment that it was opened with; borrowed until close. */
const vv_env *vv_repository_env(const vv_repository *r);

/* Borrowed until close; no trailing '/'. */
const char *vv_repository_workdir(const vv_repository *r); /* NULL when bare */
const char *vv_repository_gitdir(const vv_repository *r);  /* per worktree */
const char *vv_repository_commondir(const vv_repository *r);
const char *vv_repository_objects(const vv_repository *r); /* Git's, that are written to */
/* Are there commits whose parents are missing here? */
bool vv_repository_is_shallow(const vv_repository *r);
const char *vv_repository_varvedir(const vv_repository *r); /* <commondir>/varve */
const char *vv_repository_statedir(
	const vv_repository *r); /* <gitdir>/varve: this worktree's caches */
bool vv_repository_is_bare(const vv_repository *r);
bool vv_repository_is_initialised(const vv_repository *r); /* filter.varve.* configured here? */

/* The block store, opened on first use; borrowed. */
vv_status vv_repository_store(vv_repository *r, vv_store **out, vv_error *err);

/* A command-line path (relative to the current folder, or absolute) as a repository-relative one
 * with '/' and no trailing slash ("" for the top). Owned by the caller. VV_EUSAGE when outside the
 * work tree. Symbolic links in the folders above are resolved as Git does. */
vv_status vv_repository_relative(char **out, vv_repository *r, const char *path, vv_error *err);
/* The inverse: the file's absolute path. NULL when out of memory. */
char *vv_repository_file(const vv_repository *r, const char *relative);
/* The work tree's folder, open, for vv_lstat_at of many files: the descriptor or, negative, a vv_status. */
int vv_repository_open_top(const vv_repository *r, vv_error *err);

/* Git config, all levels, read (config.h writes). Strings are owned by the caller; VV_ENOTFOUND when
 * not set. Bool and number: fallback when not set. */
vv_status vv_config_string(vv_repository *r, const char *key, char **out, vv_error *err);
vv_status vv_config_bool(vv_repository *r, const char *key, bool fallback, bool *out,
			 vv_error *err);
vv_status vv_config_u64(vv_repository *r, const char *key, uint64_t fallback, uint64_t *out,
			vv_error *err); /* k, m, g */
/* A setting of the levels outside any repository; owned by the caller; NULL when not set. */
char *vv_config_outside(const vv_env *env, const char *key);
/* The same from the configuration that r has read already: no file is opened. */
char *vv_config_protected(vv_repository *r, const char *key);
/* Calls fn for each entry whose name matches the prefix, with the level's name
 * ("system", "global", "local", "worktree", ...). */
typedef vv_status (*vv_config_fn)(void *payload, const char *name, const char *value,
				  const char *level, vv_error *err);
vv_status vv_config_each(vv_repository *r, const char *prefix, vv_config_fn fn, void *payload,
			 vv_error *err);

/* A 64-bit secret of this repository (made on first use, kept under
 * .git/varve/secret): seeds the scan cache's hashes. */
vv_status vv_repository_secret(vv_repository *r, uint64_t *out, vv_error *err);

#endif
