/*
 * repository: opens a Git repository with varve's folder in it, and reads its settings.
 *
 * The repository is found as Git finds it: with GIT_DIR and similar variables, and also from a
 * linked worktree or in a bare repository. libgit2 is initialised on first use, and only sources in
 * repo use its types. A vv_repository is for one thread at a time.
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

/* Opens the repository that contains path (NULL: the current folder, or GIT_DIR). The environment
 * is copied; all work on the repository, and programs started for it, use the copy. VV_ENOTFOUND,
 * with a hint: path is not in a repository. VV_EREFUSED, VV_ENOSUPPORT: another user owns the
 * repository, or it has unsupported extensions or a split or sparse index; the message has the
 * solution. VV_ECORRUPT: the index of one of Git's packs is so damaged that nothing can be read
 * (pack_check.h). */
vv_status vv_repository_open(vv_repository **out, const char *path, const vv_env *env,
			     vv_error *err);

/* Like vv_repository_open, without checking the indexes of Git's packs. Call vv_repository_check_packs before
 * reading an object. */
vv_status vv_repository_open_unchecked(vv_repository **out, const char *path, const vv_env *env,
				       vv_error *err);
vv_status vv_repository_check_packs(const vv_repository *r, vv_error *err); /* VV_ECORRUPT */

/* Allows vv_repository_open to use a bare repository in the current folder. For programs whose user
 * named this folder. Without this call, vv_repository_open refuses a bare repository that it finds
 * in the current folder or a folder above, as Git does with safe.bareRepository=explicit: a clone
 * can contain a bare repository whose settings run programs. The setting safe.bareRepository=all
 * outside any repository also allows such repositories. Call before threads start. */
void vv_repository_name_here(void);

void vv_repository_close(vv_repository *r); /* accepts NULL */
VV_AUTO_FREE(vv_repository, vv_repository_close)

/* Removes varve's locks of the index, HEAD, refs, settings and packed-refs whose process has ended;
 * Git's programs do not remove them. Sends a note for each removed lock to the listener. Ignores
 * failures. */
void vv_repository_sweep_locks(vv_repository *r);

/* Durably writes staged objects (blob.h) to the repository. Call this before a ref or the index
 * names the objects. On failure, the objects are still staged. vv_repository_close calls this, too. */
vv_status vv_repository_flush(vv_repository *r, vv_error *err);

/* Returns true if all of Git's packs in r together have more than `bytes` bytes. */
bool vv_git_packs_exceed(vv_repository *r, uint64_t bytes);

/* Drops staged objects, so that vv_repository_close does not write them. */
void vv_repository_discard(vv_repository *r);

/* Makes the index written by vv_index_write durable, by an fsync of its folder. Call this before a
 * ref moves, and before reporting success. */
vv_status vv_repository_settle(vv_repository *r, vv_error *err);

/* Sets the listener of r, which receives notes and progress of work in r. notes is borrowed until
 * close. A new repository has no listener. r may be NULL. */
void vv_repository_listen(vv_repository *r, const vv_notes *notes);
const vv_notes *vv_repository_notes(const vv_repository *r); /* the listener; may be NULL */
/* Returns the listener's function for sentences of hints; NULL: the listener does not have such a
 * function. */
vv_hint_words_fn vv_repository_words(const vv_repository *r);

/* Returns the environment that r was opened with; borrowed until close. */
const vv_env *vv_repository_env(const vv_repository *r);

/* Return paths without a trailing '/'; borrowed until close. */
const char *vv_repository_workdir(const vv_repository *r);   /* NULL if r is bare */
const char *vv_repository_gitdir(const vv_repository *r);    /* the worktree's own .git folder */
const char *vv_repository_commondir(const vv_repository *r); /* the .git folder of all worktrees */
const char *vv_repository_objects(const vv_repository *r);   /* folder for new Git objects */
/* Returns true if r is a shallow clone, in which some commits have parents that are missing. */
bool vv_repository_is_shallow(const vv_repository *r);
const char *vv_repository_varvedir(const vv_repository *r); /* <commondir>/varve */
/* Returns <gitdir>/varve, the folder of this worktree's caches; borrowed until close. */
const char *vv_repository_statedir(const vv_repository *r);
bool vv_repository_is_bare(const vv_repository *r); /* true if r has no work tree */
/* Returns true if varve's filter (filter.varve.*) is configured. */
bool vv_repository_is_initialised(const vv_repository *r);

/* Sets *out to the block store of r, which is opened on first use; borrowed until
 * vv_repository_close. */
vv_status vv_repository_store(vv_repository *r, vv_store **out, vv_error *err);

/* Sets *out to path, relative to the top of the work tree and without a trailing '/'; "" is the
 * top. path: a path of the command line, absolute or relative to the current folder. Symbolic links
 * in the folders of the path are resolved as Git resolves them. In a bare repository, paths are
 * relative to the top of its commits. The caller frees *out with vv_free. VV_EUSAGE: path is
 * outside the work tree. */
vv_status vv_repository_relative(char **out, vv_repository *r, const char *path, vv_error *err);
/* Returns the absolute path of a file of the work tree, which the caller frees with vv_free. NULL: out of
 * memory. */
char *vv_repository_file(const vv_repository *r, const char *relative);
/* Opens the top folder of the work tree, for vv_lstat_at of many files. Returns the descriptor or a negative
 * vv_status. */
int vv_repository_open_top(const vv_repository *r, vv_error *err);

/* Sets *out to the value of the Git setting key, from all levels; the caller frees it with vv_free.
 * VV_ENOTFOUND: the setting is missing. (config.h writes settings.) */
vv_status vv_config_string(vv_repository *r, const char *key, char **out, vv_error *err);
/* Sets *out to the value of the setting key, which is a truth value; to fallback if the setting is
 * missing. */
vv_status vv_config_bool(vv_repository *r, const char *key, bool fallback, bool *out,
			 vv_error *err);
/* Sets *out to the value of the setting key, which is a number, also with the suffix k, m or g; to
 * fallback if the setting is missing. */
vv_status vv_config_u64(vv_repository *r, const char *key, uint64_t fallback, uint64_t *out,
			vv_error *err);
/* Returns the value of the setting key from the levels outside any repository, such as the user's
 * and the system's settings. The caller frees the text with vv_free. Returns NULL if the setting is
 * empty or not set, or on failure. */
char *vv_config_outside(const vv_env *env, const char *key);
/* Like vv_config_outside, but uses the settings that r has already read, without opening files. The
 * caller frees the text with vv_free. */
char *vv_config_protected(vv_repository *r, const char *key);
typedef vv_status (*vv_config_fn)(void *payload, const char *name, const char *value,
				  const char *level, vv_error *err);
/* Calls fn for each setting whose name begins with prefix. fn's level: "system", "global", "local",
 * "worktree", ... */
vv_status vv_config_each(vv_repository *r, const char *prefix, vv_config_fn fn, void *payload,
			 vv_error *err);

/* Sets *out to the 64-bit secret of this repository, with which the hashes of the scan cache are
 * seeded. The secret is created on first use, and stored in .git/varve/secret. */
vv_status vv_repository_secret(vv_repository *r, uint64_t *out, vv_error *err);

#endif
